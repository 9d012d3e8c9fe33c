"""An estate: the servers that the simulator's default.yml has on one platform, on the real cloud."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
from typing import Any

from foundation import Foundation
from hosts_of_lab import Hosts
from lab import LabError
from servers import Servers
from storage import Storage

from simulator.state.builder import Builder, expand
from simulator.state.config import load


class Estate:
    """Made where it is not there. Servers of a second region, of other projects and in a recycle bin are left out."""

    def __init__(self, platform: str) -> None:
        settings = load(None)["platforms"][platform]
        self.settings = settings
        self.builder = Builder(platform, settings)
        self.foundation = Foundation(platform, self.builder)
        self.hosts = Hosts(self.foundation.root)
        self.entries = [
            entry
            for entry in expand(settings)
            if not entry.get("region") and not entry.get("project") and entry.get("status") != "SOFT_DELETED"
        ]
        self.storage = Storage(self.foundation)
        self.servers = Servers(self.foundation, self.storage, [self.builder.make(entry, 0.0) for entry in self.entries])
        self._lock = threading.Lock()

    def restore(self) -> None:
        with self._lock:
            self.hosts.restore()
            self.foundation.free_public_ips()
            self.foundation.ensure_images()
            # A host leaves an aggregate of a test once the servers are gone that the test put there.
            self.servers.clear()
            self.foundation.ensure()
            self.servers.restore()
            self.storage.restore()
            self.foundation.make_public_ips()
            self.foundation.tidy({address["network"] for record in self.servers.wanted for address in record.addresses})
            self.foundation.check()

    def add(self, entry: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            return self.servers.add(self.builder.make(entry, 0.0))

    def change(self, wanted: str, order: dict[str, Any]) -> dict[str, Any] | None:
        row = self.server(wanted)
        if row is None:
            return None
        with self._lock:
            return self.servers.change(row, order)

    def delete(self, wanted: str) -> bool:
        """Delete a server, as its user would; the next restore makes it again."""
        row = self.server(wanted)
        if row is None:
            return False
        with self._lock:
            self.servers.remove(row)
        return True

    def join(self, group: str, names: list[str]) -> None:
        """These servers are recreated as members of the group, on the hosts that they had."""
        found = self.foundation.server_groups()
        ids = [row["id"] for row in found if group in (row["id"], row["name"])]
        if not ids:
            raise LabError("there is no server group %s" % group)
        with self._lock:
            self.servers.make_again(names, {"group": ids[0]})

    def server(self, wanted: str) -> dict[str, Any] | None:
        return next((row for row in self.servers.listed() if wanted in (row["id"], row["name"])), None)
