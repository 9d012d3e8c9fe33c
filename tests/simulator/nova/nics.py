"""The networks of a new server: their validation, and the addresses."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

from simulator.http.call import Call
from simulator.nova.checks import Check, check_fields, invalid, refuse, text
from simulator.state.attachments import Port
from simulator.state.networks import Network

_UUID = text(36, 36, "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Nic:
    """A requested interface of a new server."""

    network: Network
    subnet_ids: tuple[str, ...] = ()
    fixed_ip: str | None = None
    port: Port | None = None

    def addresses(self, call: Call) -> list[dict[str, Any]]:
        """The records of its addresses: that of the port, or one of each subnet."""
        networks, port = call.sim.builders[call.platform].networks, self.port
        taken, mac = _taken(call, self.network), port.mac if port else networks.mac()
        if port:
            ips = [str(port.ip)]
        elif self.fixed_ip:
            ips = [self.fixed_ip]
        else:
            ips = [networks.address(self.network, taken, subnet) for subnet in self.subnet_ids or (None,)]
        return [
            {
                "network": self.network.name,
                "ip": ip,
                "version": ipaddress.ip_address(ip).version,
                "kind": "fixed",
                "mac": mac,
                "typed": True,
                **({"port": port.id} if port else {}),
            }
            for ip in ips
        ]


def check_networks(version: tuple[int, int], subnets: bool) -> Check:
    """The schema: a list, or from 2.37 on `auto` and `none`; tags in 2.32 to 2.36 and from 2.42 on."""
    known: dict[str, Check] = {"uuid": _UUID, "port": _UUID, "fixed_ip": _ip}
    if subnets:
        known["subnet_id"] = _subnets
    if (2, 32) <= version <= (2, 36) or version >= (2, 42):
        known["tag"] = text(1, 60, "[^,/]*")

    def check(name: str, value: Any) -> None:
        if value in ("auto", "none") and version >= (2, 37):
            return
        if not isinstance(value, list):
            raise invalid(name, value, "%r is not valid under any of the given schemas" % (value,))
        for item in value:
            check_fields(name, item, known)
            if not item.get("uuid") and not item.get("port"):
                raise refuse(400, "Bad networks format: network uuid is not in proper format (None)")

    return check


def _subnets(name: str, value: Any) -> None:
    """The id of a subnet, or an array of ids (EasyStack's document: an array, in its example a string)."""
    for each in value if isinstance(value, list) and value else [value]:
        _UUID(name, each)


def _ip(name: str, value: Any) -> None:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        raise invalid(name, value, "%r is not a 'ipv4'" % (value,)) from None


def read_nics(call: Call, wanted: Any) -> list[Nic]:
    """The requested interfaces. Raises 400 for an unknown or unusable network or port, 409 for an ambiguous network and
    for a port in use."""
    networks = call.sim.builders[call.platform].networks
    if wanted == "none":
        return []
    if not wanted or wanted == "auto":
        usable = [row for row in networks.list_visible(call.project_id, False) if not row.external]
        if len(usable) > 1:
            raise refuse(409, "Multiple possible networks found, use a Network ID to be more specific.")
        if not usable and wanted == "auto":
            raise refuse(400, "Unable to automatically allocate a network for project %s" % call.project_id)
        found = [Nic(row) for row in usable]
    else:
        found = [_nic(call, item) for item in wanted]
        ports = [nic.port.id for nic in found if nic.port]
        if len(set(ports)) < len(ports):
            raise refuse(409, "Port %s is still in use." % max(ports, key=ports.count))
    for nic in found:
        if not nic.network.subnets:
            raise refuse(400, "Network %s requires a subnet in order to boot instances on." % nic.network.id)
        if nic.network.external and not nic.port and not call.is_admin:
            raise refuse(403, "It is not allowed to create an interface on external network %s" % nic.network.id)
    return found


def _nic(call: Call, item: dict[str, Any]) -> Nic:
    if item.get("port"):
        return _nic_of_port(call, item["port"], item.get("fixed_ip"))
    network = call.sim.builders[call.platform].networks.find(item["uuid"], call.project_id, call.is_admin)
    if network is None:
        raise refuse(400, "Network %s could not be found." % item["uuid"])
    subnets, ip = item.get("subnet_id") or [], item.get("fixed_ip")
    subnet_ids = tuple(subnets if isinstance(subnets, list) else [subnets])
    for subnet_id in subnet_ids:
        if subnet_id not in [row.id for row in network.subnets]:
            raise refuse(400, "Subnet %s could not be found on network %s." % (subnet_id, network.id))
    if ip and not any(ipaddress.ip_address(ip) in row.range for row in network.subnets):
        raise refuse(400, "Fixed IP %s is not a valid ip address for network %s." % (ip, network.id))
    if ip in _taken(call, network):
        raise refuse(400, "Fixed IP address %s is already in use on instance." % ip)
    return Nic(network, subnet_ids, ip)


def _nic_of_port(call: Call, port_id: str, ip: str | None) -> Nic:
    """A port that exists already, and is free. Nova then ignores the network of the request."""
    builder = call.sim.builders[call.platform]
    if ip:
        raise refuse(
            400,
            "Specified Fixed IP '%s' cannot be used with port '%s': the two cannot be specified together."
            % (ip, port_id),
        )
    port = builder.ports.rows.get(port_id)
    network = builder.networks.rows[port.network_id] if port else None
    # A port belongs to the project of its network; Neutron shows those of other projects to administrators only.
    own = network is not None and network.project_id == call.project_id
    if port is None or network is None or not (own or call.is_admin):
        raise refuse(400, "Port id %s could not be found." % port_id)
    if not own:
        raise refuse(400, "Port %s not usable for instance." % port_id)
    if port.device_id:
        raise refuse(409, "Port %s is still in use." % port_id)
    return Nic(network, port=port)


def _taken(call: Call, network: Network) -> set[str]:
    """The used and the requested addresses of a network, and those of its ports."""
    rows = [
        row
        for server in call.fleet.servers.values()
        if server.vm_state != "deleted"
        for row in (server.transition.outcome.get("addresses") if server.transition else None) or server.addresses
    ]
    ports = call.sim.builders[call.platform].ports.rows.values()
    reserved = {str(port.ip) for port in ports if port.network_id == network.id}
    return reserved | {row["ip"] for row in rows if row["network"] == network.name}
