"""Ports on servers: E16, E17, U25, U26, U27, and the list of them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Callable
from typing import Any

from flask import Response

from simulator.http.call import Call, answer
from simulator.nova.checks import UNEXPECTED, Check, check_fields, invalid, need_member, refuse, required_value, text
from simulator.nova.volumes import check_answering, check_movable, record_action
from simulator.state.attachments import Port, port_id_of_address
from simulator.state.ids import stable_id
from simulator.state.networks import Network
from simulator.state.servers import Server

_STATES = ("active", "paused", "stopped")
FindServer = Callable[[Call, str], Server]
_UUID = text(32, 36, "[0-9a-fA-F-]*")


def register(add: Callable[..., None], find: FindServer, by_network: str | None, subnets: bool, several: bool) -> None:
    """Register the calls. `by_network` is the operation of attaching by network if it has an id of its own; `subnets`:
    a request may name a subnet for the address; `several`: it may have several addresses."""

    def list_all(call: Call, server_id: str) -> Response:
        return answer({"interfaceAttachments": list(interfaces(call, find(call, server_id)).values())})

    def show(call: Call, server_id: str, port_id: str) -> Response:
        found = interfaces(call, find(call, server_id)).get(port_id)
        if found is None:
            raise refuse(404, "Instance %s does not have a port with id %s" % (server_id, port_id))
        return answer({"interfaceAttachment": found})

    def attach(call: Call, server_id: str) -> Response:
        known = _fields(call.microversion, subnets, several)
        wanted = check_fields("interfaceAttachment", required_value(call, "interfaceAttachment"), known)
        need_member(call, "os-attach-interfaces:create")
        if wanted.get("port_id") and wanted.get("net_id"):
            raise refuse(400, "Must not input both network_id and port_id")
        if wanted.get("fixed_ips") and not wanted.get("net_id"):
            raise refuse(400, "Must input network_id when request IP address")
        server = find(call, server_id)
        check_movable(call, server, "attach_interface", _STATES)
        failing = call.fault.get("fail_servers")
        if failing == "all" or server.name in (failing or ()):
            record_action(call, server, "attach_interface", "attach", lambda failed: None)
            raise refuse(500, "Failed to attach network adapter device to %s" % server.id)
        if not call.sim.builders[call.platform].hosts.is_running(server.host):
            # The record of the action is written before, and does not end.
            record_action(call, server, "attach_interface", "attach", lambda failed: None, lost=True)
            check_answering(call, server)
        port = _port(call, wanted)
        port.device_id = server.id
        network = call.sim.builders[call.platform].networks.rows[port.network_id]
        server.addresses = [
            *server.addresses,
            *(
                {
                    "network": network.name,
                    "ip": ip,
                    "version": ipaddress.ip_address(ip).version,
                    "kind": "fixed",
                    "mac": port.mac,
                    "typed": True,
                    "port": port.id,
                    "tag": wanted.get("tag"),
                    "up": call.now + call.sim.delay(call.platform, "attach"),
                }
                for ip in [str(port.ip), *_further(call, network, wanted)]
            ),
        ]
        record_action(call, server, "attach_interface", "attach", lambda failed: None)
        call.fleet.mark_updated(server, server.updated)
        return answer({"interfaceAttachment": interfaces(call, server)[port.id]})

    def detach(call: Call, server_id: str, port_id: str) -> Response:
        need_member(call, "os-attach-interfaces:delete")
        server = find(call, server_id)
        check_movable(call, server, "detach_interface", _STATES)
        known = call.sim.builders[call.platform].ports

        def end(failed: bool) -> None:
            if failed:
                return
            server.addresses = [row for row in server.addresses if port_id_of_address(server, row) != port_id]
            port = known.rows.get(port_id)
            if port is not None and port.made_by_nova:
                del known.rows[port_id]
            elif port is not None:
                port.device_id = ""
            call.fleet.mark_updated(server, server.updated)

        if port_id not in interfaces(call, server):
            # Nova accepts the request; nova-compute fails.
            call.fault = {**call.fault, "fail_servers": "all", "reason": "Port %s is not attached" % port_id}
        record_action(call, server, "detach_interface", "detach", end)
        return answer(None, 202)

    def pick(body: Any) -> tuple[str | None, str] | None:
        wanted = body.get("interfaceAttachment") if isinstance(body, dict) else None
        named = isinstance(wanted, dict) and "net_id" in wanted
        return (by_network, "attach network") if named and by_network else None

    add("GET", "/servers/<server_id>/os-interface", list_all, "list interfaces")
    add("GET", "/servers/<server_id>/os-interface/<port_id>", show, "show interface")
    add("POST", "/servers/<server_id>/os-interface", attach, "attach interface", pick)
    add("DELETE", "/servers/<server_id>/os-interface/<port_id>", detach, "detach interface")


def interfaces(call: Call, server: Server) -> dict[str, dict[str, Any]]:
    """The ports of a server by id, as Nova shows them."""
    builder = call.sim.builders[call.platform]
    by_name = {network.name: network for network in builder.networks.rows.values()}
    found: dict[str, dict[str, Any]] = {}
    for row in server.addresses:
        if row["kind"] != "fixed":
            continue
        network = by_name.get(row["network"])
        shown = found.setdefault(
            port_id_of_address(server, row),
            {
                "port_id": port_id_of_address(server, row),
                "mac_addr": row["mac"],
                "net_id": network.id if network else stable_id(call.platform, "network", row["network"]),
                "port_state": "ACTIVE"
                if server.vm_state in ("active", "paused") and row.get("up", 0) <= call.now
                else "DOWN",
                "fixed_ips": [],
            },
        )
        address = ipaddress.ip_address(row["ip"])
        subnet = next((one.id for one in network.subnets if address in one.range), None) if network else None
        shown["fixed_ips"].append({"ip_address": row["ip"], "subnet_id": subnet or stable_id("subnet", row["network"])})
        if call.microversion >= (2, 70):
            shown["tag"] = row.get("tag")
    return found


def _fields(version: tuple[int, int], subnets: bool, several: bool) -> dict[str, Check]:
    def fixed_ips(name: str, value: Any) -> None:
        if not isinstance(value, list) or not value or (len(value) > 1 and not several):
            raise invalid(name, value, "%r is not a list of one" % (value,))
        known: dict[str, Check] = {"ip_address": _address}
        if subnets:
            known["subnet_id"] = _UUID
        for each in value:
            check_fields(name, each, known, () if subnets else ("ip_address",))

    known: dict[str, Check] = {"port_id": _UUID, "net_id": _UUID, "fixed_ips": fixed_ips}
    if version >= (2, 49):
        known["tag"] = text(1, 60, "[^,/]*")
    return known


def _address(name: str, value: Any) -> None:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        raise invalid(name, value, "%r is not a 'ipv4' or 'ipv6'" % (value,)) from None


def _port(call: Call, wanted: dict[str, Any]) -> Port:
    """The port to attach; it is created if the request names a network. Raises Refusal."""
    builder = call.sim.builders[call.platform]
    if wanted.get("port_id"):
        port = builder.ports.rows.get(wanted["port_id"])
        if port is None:
            raise refuse(404, "Port id %s could not be found." % wanted["port_id"])
        if port.device_id:
            raise refuse(409, "Port %s is still in use." % port.id)
        return port
    network = _network(call, wanted.get("net_id"))
    if not network.subnets:
        raise refuse(
            400, "Network requires port_security_enabled and subnet associated in order to apply security groups."
        )
    for asked in wanted.get("fixed_ips") or ():
        _check_address(call, network, asked)
    asked = (wanted.get("fixed_ips") or [{}])[0]
    ip, subnet = asked.get("ip_address"), asked.get("subnet_id")
    port = builder.ports.add(network, str(uuid.uuid4()), "", ip, subnet)
    port.made_by_nova = True
    return port


def _check_address(call: Call, network: Network, asked: dict[str, Any]) -> None:
    """Raises Refusal for an address or a subnet that is not free, or not of the network."""
    ip, subnet = asked.get("ip_address"), asked.get("subnet_id")
    if ip is not None:
        if not any(ipaddress.ip_address(ip) in subnet.range for subnet in network.subnets):
            raise refuse(400, "Fixed IP %s is not a valid ip address for network %s." % (ip, network.id))
        used = {row["ip"] for server in call.fleet.servers.values() if not server.hidden for row in server.addresses}
        if ip in used | call.sim.builders[call.platform].ports.used_addresses():
            raise refuse(409, "Fixed IP address %s is already in use on instance." % ip)
    if subnet is not None and subnet not in [row.id for row in network.subnets]:
        raise refuse(400, "Invalid input for operation: Invalid subnet %s for network %s" % (subnet, network.id))


def _further(call: Call, network: Network, wanted: dict[str, Any]) -> list[str]:
    """The addresses of a new port after its first."""
    builder = call.sim.builders[call.platform]
    return [
        each.get("ip_address")
        or builder.networks.address(network, builder.ports.used_addresses(), each.get("subnet_id"))
        for each in (wanted.get("fixed_ips") or [])[1:]
    ]


def _network(call: Call, network_id: str | None) -> Network:
    networks = call.sim.builders[call.platform].networks
    if network_id is None:
        usable = [row for row in networks.list_visible(call.project_id, call.is_admin) if not row.external]
        if len(usable) != 1:
            raise refuse(
                409, "More than one possible network found. Specify network ID(s) to select which one(s) to connect to."
            )
        return usable[0]
    found = networks.find(network_id, call.project_id, call.is_admin)
    if found is None:
        # Nova does not check it; nova-compute fails, and Nova answers 500.
        raise refuse(500, UNEXPECTED)
    if found.external and not call.is_admin:
        raise refuse(403, "It is not allowed to create an interface on external network %s" % network_id)
    return found
