"""Public addresses: floating IP addresses of Neutron, elastic IP addresses of Huawei Cloud."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from simulator.state.attachments import port_id_of_address
from simulator.state.ids import stable_id
from simulator.state.servers import Server


@dataclass(frozen=True)
class PublicIp:
    """A public address; the server, the port and the private address are those that it is bound to."""

    id: str
    address: str
    project_id: str
    server: Server | None = None
    port_id: str | None = None
    fixed_ip: str | None = None


class PublicIps:
    """The public addresses of a platform. Those that are bound are among the addresses of the servers; those of a
    server that was deleted are free."""

    def __init__(self, platform: str, addresses: list[str], owner: str) -> None:
        self.platform = platform
        self.free = dict.fromkeys(addresses, owner)
        #: The number of changes of each address.
        self.changes: Counter[str] = Counter()
        #: The number of addresses that were made.
        self.made = 0

    def make(self, project_id: str, used: set[str]) -> str:
        """A new address of the project, that of the pool's next number."""
        while True:
            self.made += 1
            address = str(ip_address("203.0.113.128") + self.made)
            if address not in used and address not in self.free:
                self.free[address] = project_id
                return address

    def release(self, public_ip: PublicIp) -> None:
        """Unbind it, and give it back."""
        self.unbind(public_ip)
        del self.free[public_ip.address]

    def rows(self, servers: Iterable[Server]) -> list[PublicIp]:
        found: dict[str, PublicIp] = {}
        for server in servers:
            for row in server.addresses:
                if row["kind"] != "floating":
                    continue
                if server.hidden:
                    self.free.setdefault(row["ip"], server.project_id)
                    continue
                port_id = port_id_of_address(server, row)
                fixed = [each["ip"] for each in fixed_rows(server) if port_id_of_address(server, each) == port_id]
                found[row["ip"]] = PublicIp(
                    self._id(row["ip"]), row["ip"], server.project_id, server, port_id, next(iter(fixed), None)
                )
        for address, project_id in self.free.items():
            found.setdefault(address, PublicIp(self._id(address), address, project_id))
        return list(found.values())

    def _id(self, address: str) -> str:
        return stable_id(self.platform, "public ip", address)

    def bind(self, public_ip: PublicIp, server: Server, fixed: dict[str, Any]) -> None:
        """Bind it to the port of a private address."""
        self.unbind(public_ip)
        self.changes[public_ip.address] += 1
        self.free.pop(public_ip.address, None)
        row = {**fixed, "ip": public_ip.address, "kind": "floating", "port": port_id_of_address(server, fixed)}
        server.addresses = [*server.addresses, row]

    def unbind(self, public_ip: PublicIp) -> None:
        self.changes[public_ip.address] += 1
        self.free[public_ip.address] = public_ip.project_id
        if public_ip.server is not None:
            kept = [row for row in public_ip.server.addresses if row["ip"] != public_ip.address]
            public_ip.server.addresses = kept


def fixed_rows(server: Server) -> list[dict[str, Any]]:
    """The private IPv4 addresses of a server."""
    return [row for row in server.addresses if row["kind"] == "fixed" and row["version"] == 4]


def private_address(servers: Iterable[Server], port_id: Any) -> tuple[Server, dict[str, Any]] | None:
    """The server of a port, and its first private address on it."""
    for server in servers:
        for row in fixed_rows(server):
            if not server.hidden and port_id_of_address(server, row) == port_id:
                return server, row
    return None
