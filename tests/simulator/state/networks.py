"""Networks, subnets, and the addresses of servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from simulator.state.ids import stable_id

# New servers get addresses from this number on; servers of the configuration have lower ones.
_FIRST = 50000


@dataclass(eq=False)
class Subnet:
    """An address range of a network."""

    id: str
    name: str
    network_id: str
    cidr: str

    @property
    def range(self) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
        return ipaddress.ip_network(self.cidr)


@dataclass(eq=False)
class Network:
    """A network; one that is not shared belongs to a project. Times are epoch seconds."""

    id: str
    name: str
    project_id: str
    shared: bool
    external: bool
    subnets: list[Subnet] = field(default_factory=list)


class Networks:
    """The networks of one platform; all regions share them."""

    def __init__(self, platform: str, rows: list[Any], owner: str) -> None:
        self.platform = platform
        self.owner = owner
        self.rows: dict[str, Network] = {}
        self._next = itertools.count(1)
        for row in rows:
            self.add({"name": row} if isinstance(row, str) else row)

    def add(self, fields: dict[str, Any]) -> Network:
        """Add a network to the project of the configured networks."""
        platform = self.platform
        network_id = str(fields.get("id") or stable_id(platform, "network", fields["name"], len(self.rows)))
        made = Network(network_id, fields["name"], self.owner, bool(fields.get("shared")), bool(fields.get("external")))
        for place, cidr in enumerate(fields.get("subnets") or []):
            name = "%s_subnet" % made.name if not place else "%s_subnet_%d" % (made.name, place + 1)
            made.subnets.append(Subnet(stable_id(platform, "subnet", network_id, place), name, network_id, cidr))
        self.rows[network_id] = made
        return made

    def list_visible(self, project_id: str, admin: bool) -> list[Network]:
        return [row for row in self.rows.values() if admin or row.shared or row.project_id == project_id]

    def find(self, network_id: str, project_id: str, admin: bool) -> Network | None:
        return next((row for row in self.list_visible(project_id, admin) if row.id == network_id), None)

    def address(self, network: Network, taken: Collection[str], subnet_id: str | None = None) -> str:
        """A free address of the network, by default of its first subnet."""
        subnet = next(row for row in network.subnets if subnet_id in (None, row.id))
        room = subnet.range
        size = room.num_addresses - 2
        while True:
            ip = str(room.network_address + 1 + (_FIRST + next(self._next)) % size)
            if ip not in taken:
                return ip

    def mac(self) -> str:
        number = next(self._next)
        return "fa:16:3f:%02x:%02x:%02x" % (number >> 16 & 255, number >> 8 & 255, number & 255)
