"""The compute hosts of the lab: one that dies for a test, and all of them as they were."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from lab import Api, LabError, wait

SERVICES = "compute/v2.1/os-services"
RESTART = Path(__file__).resolve().parents[1] / "restart.sh"


class Hosts:
    """``root`` is the administrator."""

    def __init__(self, root: Api) -> None:
        self.root = root

    def services(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.root.get(SERVICES + "?binary=nova-compute")["services"]
        return rows

    def force(self, host: str, up: bool) -> None:
        """A host that is said to be down is down for Nova: nothing is asked of it, and its servers can be evacuated."""
        found = [row for row in self.services() if row["host"] == host]
        if not found:
            raise LabError("the lab has no compute host %s" % host)
        if not up:
            self._put(found[0], {"forced_down": True})
        elif found[0]["forced_down"]:
            self._bring_up(found[0])

    def restore(self) -> None:
        """All are enabled, and none is said to be down."""
        for row in self.services():
            if row["status"] != "enabled":
                self._put(row, {"status": "enabled"})
            if row["forced_down"]:
                self._bring_up(row)

    def _bring_up(self, row: dict[str, Any]) -> None:
        """Nova uses an evacuated host again after its service was restarted and has forgotten the servers."""
        if self._put(row, {"forced_down": False}, also=(400,)):
            return
        name = "nova-compute-" + row["host"]
        done = subprocess.run([str(RESTART), name], capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError("restart.sh %s: %s" % (name, done.stderr.strip()[-300:]))
        wait("the return of " + row["host"], lambda: self._put(row, {"forced_down": False}, also=(400,)))
        wait(
            "life of " + row["host"],
            lambda: any(found["host"] == row["host"] and found["state"] == "up" for found in self.services()),
        )

    def _put(self, row: dict[str, Any], body: dict[str, Any], also: tuple[int, ...] = ()) -> bool:
        """Whether Nova took it; an error status that is not one of ``also`` is raised as LabError."""
        return self.root.call("PUT", "%s/%s" % (SERVICES, row["id"]), body, also=also) is not None
