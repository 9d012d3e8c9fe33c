"""Volumes of Cinder and ports of Neutron, as far as Nova's calls to attach them need it."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.state.ids import stable_id
from simulator.state.networks import Network, Networks
from simulator.state.servers import Server

_LETTERS = "bcdefghijklmnopqrstuvwxyz"


@dataclass(eq=False)
class Volume:
    """A volume of Cinder. `servers` are the ids of the servers that it is attached to; while it is being detached from
    one of them, Cinder lets none of the others go."""

    id: str
    name: str
    size: int
    multiattach: bool = False
    status: str = "available"
    servers: list[str] = field(default_factory=list)
    detaching: bool = False


class Volumes:
    """The volumes of a platform, without boot volumes."""

    def __init__(self, platform: str, rows: list[Any]) -> None:
        self.platform = platform
        self.rows: dict[str, Volume] = {}
        for row in rows:
            self.add({"name": row} if isinstance(row, str) else row)

    def add(self, fields: dict[str, Any]) -> Volume:
        volume_id = str(fields.get("id") or stable_id(self.platform, "volume", fields["name"], len(self.rows)))
        made = Volume(
            volume_id,
            fields["name"],
            int(fields.get("size", 10)),
            bool(fields.get("multiattach")),
            fields.get("status", "available"),
        )
        self.rows[volume_id] = made
        return made

    def attach(self, volume: Volume, server: Server, fields: dict[str, Any]) -> dict[str, Any]:
        """Attach the volume; returns the attachment."""
        used = {row["device"] for row in server.attached}
        device = fields.get("device") or next(
            "/dev/vd" + letter for letter in _LETTERS if "/dev/vd" + letter not in used
        )
        row = {
            "volume_id": volume.id,
            "device": device,
            "tag": fields.get("tag"),
            "delete_on_termination": bool(fields.get("delete_on_termination", False)),
        }
        server.attached.append(row)
        volume.servers.append(server.id)
        volume.status = "in-use"
        return row

    def detach(self, volume: Volume, server: Server) -> None:
        server.attached = [row for row in server.attached if row["volume_id"] != volume.id]
        volume.servers = [server_id for server_id in volume.servers if server_id != server.id]
        volume.status = "in-use" if volume.servers else "available"
        volume.detaching = False

    def release(self, server: Server) -> None:
        """Detach, or delete as the attachment says, the volumes of a server that was deleted."""
        for row in server.attached:
            volume = self.rows.get(row["volume_id"])
            if volume is None:
                continue
            self.detach(volume, server)
            if row["delete_on_termination"]:
                del self.rows[volume.id]


@dataclass(eq=False)
class Port:
    """A port of Neutron. One that Nova made is deleted with its attachment."""

    id: str
    name: str
    network_id: str
    mac: str
    ip: str | None
    subnet_id: str | None
    device_id: str = ""
    made_by_nova: bool = False


class Ports:
    """The ports of a platform, without those of the configuration's servers."""

    def __init__(self, platform: str, networks: Networks, rows: list[Any]) -> None:
        self.platform = platform
        self.networks = networks
        self.rows: dict[str, Port] = {}
        for number, row in enumerate(rows):
            network = next(known for known in networks.rows.values() if known.name == row["network"])
            port_id = str(row.get("id") or stable_id(platform, "port", row["name"], number))
            self.add(network, port_id, row["name"])

    def release(self, server: Server) -> None:
        """Free the ports of a server that was deleted; those that Nova made are deleted."""
        for port in [row for row in self.rows.values() if row.device_id == server.id]:
            if port.made_by_nova:
                del self.rows[port.id]
            else:
                port.device_id = ""

    def used_addresses(self) -> set[str]:
        return {str(port.ip) for port in self.rows.values()}

    def add(
        self, network: Network, port_id: str, name: str = "", ip: str | None = None, subnet_id: str | None = None
    ) -> Port:
        address = ip or self.networks.address(network, self.used_addresses(), subnet_id)
        subnet = subnet_id or network.subnets[0].id
        self.rows[port_id] = Port(port_id, name, network.id, self.networks.mac(), address, subnet)
        return self.rows[port_id]


def port_id_of_address(server: Server, row: dict[str, Any]) -> str:
    """The id of the port of an address of a server."""
    return str(row.get("port") or stable_id("port", server.id, row["network"], row["mac"]))
