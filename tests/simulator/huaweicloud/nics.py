"""Interfaces (NICs) of ECS: list them, add and remove them by a job."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Callable
from typing import Any

from flask import Response

from simulator.http.call import Call, Router, answer
from simulator.huaweicloud.checks import enter, find_own, json_body, refuse, refuse_locked
from simulator.huaweicloud.iam import PLATFORM
from simulator.huaweicloud.jobs import Job, SubJob, injected_failure, store_job
from simulator.huaweicloud.validation import UUID, check_boolean, check_keys
from simulator.state.attachments import Port, port_id_of_address
from simulator.state.ids import stable_id
from simulator.state.networks import Network, Subnet
from simulator.state.servers import Server, Transition

MAX_NICS = 12
_KEYS = "subnet_id port_id security_groups ip_address ipv6_enable ipv6_bandwidth efi_enable"
_STATES = ("active", "stopped")


def register(router: Router) -> None:
    root = "/v1/<pid>/cloudservers/<server_id>"
    for method, path, view, name in (
        ("GET", "/os-interface", list_nics, "list interfaces"),
        ("POST", "/nics", add_nics, "add nics"),
        ("POST", "/nics/delete", delete_nics, "delete nics"),
    ):
        router.add(PLATFORM, method, root + path, view, name=name, before=enter)


def list_nics(call: Call, server_id: str) -> Response:
    """GET …/os-interface."""
    server = _find(call, server_id)
    shown = list(_nics(call, server).values())
    return answer(
        {"attachableQuantity": {"free_nic": MAX_NICS - len(shown)}, "interfaceAttachments": shown},
    )


def add_nics(call: Call, server_id: str) -> Response:
    """POST …/nics: each on a subnet of the server's VPC, or with a port that is DOWN."""
    rows = _rows(call)
    server = _find(call, server_id)
    _check_state(server)
    if len(_nics(call, server)) + len(rows) > MAX_NICS:
        raise refuse(400, "Ecs.0005", "nics: the server %s can have %d at most." % (server.id, MAX_NICS))
    checked = [_check(call, server, row) for row in rows]
    return _start(call, server, "addNics", [_port(call, *each) for each in checked], _attach)


def delete_nics(call: Call, server_id: str) -> Response:
    """POST …/nics/delete: any of the server except its primary one."""
    rows = _rows(call)
    for row in rows:
        check_keys(row, "id", "nics")
        if not UUID.fullmatch(str(row.get("id"))):
            raise refuse(400, "Ecs.0005", "nics: the id of each port in UUID format.")
    server = _find(call, server_id)
    _check_state(server)
    known = _nics(call, server)
    for row in rows:
        if row["id"] not in known:
            raise refuse(400, "Ecs.0307", "Failed to query the port %s." % row["id"])
        if row["id"] == next(iter(known)):
            raise refuse(403, "Ecs.0110", "The primary NIC %s of the server cannot be deleted." % row["id"])
    return _start(call, server, "deleteNics", [row["id"] for row in rows], _detach)


def _find(call: Call, server_id: str) -> Server:
    """The server; these calls answer 400 if there is none."""
    server = find_own(call, server_id)
    if server is None or server.hidden:
        raise refuse(400, "Ecs.0307", "Failed to query the port: instance %s could not be found." % server_id)
    return server


def _rows(call: Call) -> list[dict[str, Any]]:
    body = json_body(call)
    check_keys(body, "nics", "body")
    rows = body.get("nics")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise refuse(400, "Ecs.0005", "nics must be a list of objects.")
    return rows


def _check_state(server: Server) -> None:
    refuse_locked(server)
    if server.task_state is not None:
        raise refuse(
            501, "Ecs.0603", "Another command is running on the server %s (%s)." % (server.id, server.task_state)
        )
    if server.vm_state not in _STATES:
        raise refuse(
            400,
            "Ecs.0100",
            "The state of the server %s (%s) does not allow this operation." % (server.id, server.status),
        )


def _check(call: Call, server: Server, row: dict[str, Any]) -> tuple[Port | None, Network, Subnet, str | None]:
    """The port to attach, or the subnet and the address of a new one. Raises Refusal."""
    check_keys(row, _KEYS, "nics")
    for name in ("ipv6_enable", "efi_enable"):
        check_boolean(row.get(name, False), "nics.%s" % name)
    groups = row.get("security_groups", [])
    if not isinstance(groups, list) or not all(
        isinstance(each, dict) and set(each) == {"id"} and UUID.fullmatch(str(each["id"])) for each in groups
    ):
        raise refuse(400, "Ecs.0005", "nics.security_groups: objects with an id.")
    builder = call.sim.builders[PLATFORM]
    if row.get("port_id") is not None:
        port = builder.ports.rows.get(row["port_id"])
        if port is None:
            raise refuse(400, "Ecs.0307", "Failed to query the port %s." % row["port_id"])
        if port.device_id:
            raise refuse(400, "Ecs.0005", "nics: the port %s is in use." % port.id)
        network = builder.networks.rows[port.network_id]
        return port, network, next(each for each in network.subnets if each.id == port.subnet_id), None
    subnets = {each.id: (network, each) for network in builder.networks.rows.values() for each in network.subnets}
    if row.get("subnet_id") not in subnets:
        raise refuse(400, "Ecs.0005", "nics: the subnet %s could not be found." % row.get("subnet_id"))
    network, subnet = subnets[row["subnet_id"]]
    if server.addresses and network.name not in {each["network"] for each in server.addresses}:
        raise refuse(400, "Ecs.0005", "nics: the subnet %s is not in the VPC of the server." % subnet.id)
    return None, network, subnet, _check_address(call, subnet, row.get("ip_address"))


def _check_address(call: Call, subnet: Subnet, ip: Any) -> str | None:
    if ip is None:
        return None
    try:
        inside = isinstance(ip, str) and ipaddress.IPv4Address(ip) in subnet.range
    except ValueError:
        inside = False
    if not inside:
        raise refuse(400, "Ecs.0005", "nics: %s is not an address of the subnet %s." % (ip, subnet.id))
    used = {row["ip"] for server in call.fleet.servers.values() if not server.hidden for row in server.addresses}
    if ip in used | call.sim.builders[PLATFORM].ports.used_addresses():
        raise refuse(400, "Ecs.0005", "nics: the address %s is in use." % ip)
    return str(ip)


def _port(call: Call, port: Port | None, network: Network, subnet: Subnet, ip: str | None) -> str:
    """The id of the port, which is reserved for the job."""
    if port is None:
        port = call.sim.builders[PLATFORM].ports.add(network, str(uuid.uuid4()), "", ip, subnet.id)
        port.made_by_nova = True
    return port.id


def _start(
    call: Call,
    server: Server,
    kind: str,
    port_ids: list[str],
    change: Callable[[Call, Server, str, bool], bool],
) -> Response:
    """Start the job: a sub job for each port, whose entities have the port alone."""
    delay = call.sim.delay(PLATFORM, "attach" if change is _attach else "detach")
    error, subs = injected_failure(call, server, "Ecs.1000"), []
    for port_id in port_ids:
        transition = Transition(kind, call.now, delay, {}, None if call.fault.get("stuck") else call.now + delay, error)
        subs.append(SubJob(server.id, transition, entities={"nic_id": port_id}))

        def end(port_id: str = port_id, transition: Transition = transition) -> None:
            if not change(call, server, port_id, transition.error is not None):
                transition.error = ("Ecs.0307", "Failed to query the port %s." % port_id)

        if transition.ends is not None:
            call.fleet.call_later(delay, end)
    return answer({"job_id": store_job(call, Job(call.now, subs, kind=kind, sub_kind=kind[:-1])).id})


def _attach(call: Call, server: Server, port_id: str, failed: bool) -> bool:
    ports = call.sim.builders[PLATFORM].ports
    port = ports.rows.get(port_id)
    if port is None or port.device_id:
        return False
    if failed:
        if port.made_by_nova:
            del ports.rows[port_id]
        return True
    port.device_id = server.id
    network = call.sim.builders[PLATFORM].networks.rows[port.network_id]
    row = {
        "network": network.name,
        "ip": port.ip,
        "version": 4,
        "kind": "fixed",
        "mac": port.mac,
        "typed": True,
        "port": port.id,
        "subnet": port.subnet_id,
    }
    server.addresses = [*server.addresses, row]
    call.fleet.mark_updated(server, server.updated)
    return True


def _detach(call: Call, server: Server, port_id: str, failed: bool) -> bool:
    if port_id not in _nics(call, server):
        return False
    if failed:
        return True
    server.addresses = [row for row in server.addresses if port_id_of_address(server, row) != port_id]
    ports = call.sim.builders[PLATFORM].ports
    port = ports.rows.get(port_id)
    if port is not None and port.made_by_nova:
        del ports.rows[port_id]
    elif port is not None:
        port.device_id = ""
    call.fleet.mark_updated(server, server.updated)
    return True


def _nics(call: Call, server: Server) -> dict[str, dict[str, Any]]:
    """The interfaces of a server by port, as ECS shows them; the primary one is the first."""
    builder = call.sim.builders[PLATFORM]
    networks = {network.name: network for network in builder.networks.rows.values()}
    found: dict[str, dict[str, Any]] = {}
    for row in server.addresses:
        if row["kind"] != "fixed":
            continue
        port_id = port_id_of_address(server, row)
        port = builder.ports.rows.get(port_id)
        subnets = networks[row["network"]].subnets if row["network"] in networks else []
        address = ipaddress.ip_address(row["ip"])
        within = next((each.id for each in subnets if address in each.range), stable_id("subnet", row["network"]))
        subnet = str(row.get("subnet") or within)
        shown = found.setdefault(
            port_id,
            {
                "port_id": port_id,
                "mac_addr": row["mac"],
                "net_id": subnet,
                "port_state": "ACTIVE" if server.vm_state == "active" else "DOWN",
                "delete_on_termination": port is None or port.made_by_nova,
                "driver_mode": None,
                "min_rate": None,
                "multiqueue_num": None,
                "pci_address": None,
                "fixed_ips": [],
            },
        )
        shown["fixed_ips"].append({"ip_address": row["ip"], "subnet_id": stable_id("neutron subnet", subnet)})
    return found
