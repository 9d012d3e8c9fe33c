"""The interfaces of a new server of ECS: their validation, and the addresses."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.http.call import Call
from simulator.huaweicloud.checks import refuse
from simulator.huaweicloud.create_options import check_object
from simulator.huaweicloud.iam import PLATFORM
from simulator.huaweicloud.validation import UUID, check_boolean, check_keys
from simulator.state.attachments import Port
from simulator.state.builder import Builder
from simulator.state.ids import stable_id
from simulator.state.networks import Network, Subnet
from simulator.state.servers import Server


@dataclass(frozen=True)
class Nic:
    """A requested interface: on a subnet, also with an address of an IPv6 range, or an existing port."""

    network: Network
    subnet: Subnet
    ip: str | None = None
    ipv6: Subnet | None = None
    port: Port | None = None

    def addresses(self, builder: Builder, server: Server, taken: set[str]) -> Iterator[dict[str, Any]]:
        """The records of its addresses; a port belongs to the server from now on."""
        networks, port = builder.networks, self.port
        taken |= builder.ports.used_addresses()
        if port:
            port.device_id = server.id
        mac = port.mac if port else networks.mac()
        for version, subnet in ((4, self.subnet), (6, self.ipv6)):
            if subnet is None:
                continue
            found = (self.ip if version == 4 else None) or networks.address(self.network, taken, subnet.id)
            taken.add(found)
            yield {
                "network": self.network.name,
                "ip": found,
                "version": version,
                "kind": "fixed",
                "mac": mac,
                "typed": True,
                **({"port": port.id} if port else {}),
            }


def read_nics(call: Call, wanted: dict[str, Any], count: int) -> list[Nic]:
    """The requested interfaces in the VPC. Raises Refusal."""
    networks = call.sim.builders[PLATFORM].networks.rows.values()
    vpc_id, rows = wanted.get("vpcid"), wanted.get("nics")
    vpc = next((row for row in networks if stable_id("vpc", row.name) == vpc_id), None)
    if vpc is None:
        raise refuse(400, "Ecs.0005", "vpcid: the VPC %s could not be found." % vpc_id)
    if not isinstance(rows, list) or not 1 <= len(rows) <= 12 or not all(isinstance(row, dict) for row in rows):
        raise refuse(400, "Ecs.0005", "nics: a list of 1 to 12 objects.")
    found = [_of_port(call, vpc, row) if "port_id" in row else _of_subnet(call, vpc, row, count) for row in rows]
    ports = [nic.port.id for nic in found if nic.port]
    if len(set(ports)) < len(ports) or (ports and count > 1):
        raise refuse(400, "Ecs.0005", "nics: a port can have one server.")
    return found


def _of_port(call: Call, vpc: Network, row: dict[str, Any]) -> Nic:
    """An existing port. ECS ignores what else such an entry has; here it is an error."""
    check_keys(row, "port_id", "nics with a port")
    port = call.sim.builders[PLATFORM].ports.rows.get(row["port_id"])
    if port is None or port.network_id != vpc.id:
        raise refuse(400, "Ecs.0005", "nics: the port %s could not be found in the VPC." % row["port_id"])
    if port.device_id:
        raise refuse(400, "Ecs.0005", "nics: the port %s is in use." % port.id)
    subnet = next(each for each in vpc.subnets if each.id == port.subnet_id)
    return Nic(vpc, subnet, port.ip, port=port)


def _of_subnet(call: Call, vpc: Network, row: dict[str, Any], count: int) -> Nic:
    check_keys(row, "subnet_id ip_address ipv6_enable ipv6_bandwidth", "nics")
    ipv4 = [each for each in vpc.subnets if each.range.version == 4]
    subnet = next((each for each in ipv4 if each.id == row.get("subnet_id")), None)
    if subnet is None:
        raise refuse(400, "Ecs.0005", "nics: the subnet %s could not be found." % row.get("subnet_id"))
    ip = row.get("ip_address")
    used = {each["ip"] for server in call.fleet.servers.values() if not server.hidden for each in server.addresses}
    used |= call.sim.builders[PLATFORM].ports.used_addresses()
    if ip is not None and (count > 1 or ip in used):
        raise refuse(400, "Ecs.0005", "nics: the address %s is in use." % ip)
    # A subnet of ECS has its IPv6 range itself; here it is the VPC's.
    ipv6 = next((each for each in vpc.subnets if each.range.version == 6), None)
    enabled = check_boolean(row.get("ipv6_enable", False), "nics.ipv6_enable")
    if enabled and ipv6 is None:
        raise refuse(400, "Ecs.0005", "nics: the subnet %s has no IPv6 range." % subnet.id)
    if "ipv6_bandwidth" in row:
        bandwidth = check_object(row["ipv6_bandwidth"], "id", "nics.ipv6_bandwidth")
        if not enabled or not UUID.fullmatch(str(bandwidth.get("id"))):
            raise refuse(400, "Ecs.0005", "nics.ipv6_bandwidth: an id, with ipv6_enable.")
    return Nic(vpc, subnet, ip, ipv6=ipv6 if enabled else None)
