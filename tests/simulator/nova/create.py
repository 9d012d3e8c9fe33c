"""POST /servers (E04, U01): how Nova validates and creates servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Malformed, answer
from simulator.neutron.resources import security_groups
from simulator.nova import views
from simulator.nova.actions import begin
from simulator.nova.block_devices import boot_volume_goes, check_disks, device
from simulator.nova.checks import (
    Check,
    boolean,
    check_fields,
    encoded,
    forbid,
    invalid,
    is_true,
    metadata,
    need_member,
    number,
    refuse,
    text,
    title,
    unchecked,
)
from simulator.nova.dialect import Dialect
from simulator.nova.keypairs import caller_id
from simulator.nova.metadata import MAX_ITEMS
from simulator.nova.nics import Nic, check_networks, read_nics
from simulator.state.guest import digest
from simulator.state.hosts import NO_HOST
from simulator.state.quotas import amounts, room, usage
from simulator.state.server_states import RUNNING, Power
from simulator.state.servers import Server

CREATE = Power("create", "create", frozenset({"building"}), "spawning", "active", RUNNING, "create")
LARGEST_RAM = 1024 * 1024  # MB; the memory of a host
MAX_FILES = 5
_UUID = text(36, 36, "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def tags(name: str, value: Any) -> None:
    """At most 50 strings of 1 to 60 characters without comma and slash."""
    if not isinstance(value, list):
        raise invalid(name, value, "%r is not of type 'array'" % (value,))
    if len(value) > 50:
        raise invalid(name, value, "%r is too long" % value)
    for item in value:
        text(1, 60, "[^,/]*")(name, item)


def _list_of(check: Callable[[str, Any], Any]) -> Check:
    def check_list(name: str, value: Any) -> None:
        if not isinstance(value, list):
            raise invalid(name, value, "%r is not of type 'array'" % (value,))
        for item in value:
            check(name, item)

    return check_list


def _file(name: str, value: Any) -> None:
    check_fields(name, value, {"path": text(), "contents": encoded}, ("path", "contents"))


def _fields(version: tuple[int, int], files: bool, easystack: bool) -> dict[str, Check]:
    known: dict[str, Check] = {
        "name": title,
        "flavorRef": text(),
        "imageRef": text(0),
        "adminPass": text(0, 65535),
        "metadata": metadata(in_bytes=easystack),
        "networks": check_networks(version, easystack),
        "OS-DCF:diskConfig": text(1, 6, "AUTO|MANUAL"),
        "accessIPv4": text(0),
        "accessIPv6": text(0),
        "availability_zone": text(),
        "block_device_mapping_v2": _list_of(device(version)),
        "config_drive": boolean,
        "key_name": text(),
        "min_count": number(1),
        "max_count": number(1),
        "return_reservation_id": boolean,
        "security_groups": _list_of(lambda name, value: check_fields(name, value, {"name": text()})),
        "user_data": encoded,
    }
    if files:
        known["personality"] = _list_of(_file)
    hosts_since = (2, 67) if easystack else (2, 74)
    for since, name, check in (
        ((2, 19), "description", text(0, null=True)),
        ((2, 52), "tags", tags),
        ((2, 63), "trusted_image_certificates", unchecked),
        (hosts_since, "host", text()),
        (hosts_since, "hypervisor_hostname", text()),
        ((2, 90), "hostname", text(2, 63, "[a-zA-Z0-9-._]*")),
    ):
        if version >= since:
            known[name] = check
    return known


def create(dialect: Dialect) -> Callable[[Call], Response]:
    """The view. EasyStack takes files and subnets in every version, and hosts from 2.67 on."""
    easystack = dialect.platform == "easystack"

    def create_servers(call: Call) -> Response:
        version = call.microversion
        wanted = _wanted(call)
        needed = ("name", "flavorRef") + (("networks",) if version >= (2, 37) else ())
        check_fields("server", wanted, _fields(version, easystack or version < (2, 57), easystack), needed)
        need_member(call, "servers:create")
        low, high = _counts(wanted)
        # Nova generates a password that the request does not contain, and returns it.
        wanted = {**wanted, "adminPass": wanted.get("adminPass") or secrets.token_urlsafe(9)}
        servers = _make(call, wanted, low, high)
        if is_true(wanted.get("return_reservation_id", False)):
            return answer({"reservation_id": servers[0].reservation_id}, 202)
        links = views.links(call, dialect.version, "servers", servers[0].id)
        shown = {
            "id": servers[0].id,
            "links": links,
            "OS-DCF:diskConfig": wanted.get("OS-DCF:diskConfig", "MANUAL"),
            "security_groups": [
                {"name": row["name"]} for row in wanted.get("security_groups") or [{"name": "default"}]
            ],
            "adminPass": wanted["adminPass"],
        }
        return answer({"server": shown}, 202, {"Location": links[0]["href"]})

    return create_servers


def _wanted(call: Call) -> Any:
    if request.mimetype != "application/json":
        raise refuse(415, "Unsupported Content-Type")
    body = call.body
    if isinstance(body, Malformed) or not isinstance(body, dict) or not body:
        raise refuse(400, "Malformed request body")
    if "server" not in body:
        raise invalid("body", body, "'server' is a required property")
    rest = set(body) - {"server", "os:scheduler_hints", "OS-SCH-HNT:scheduler_hints"}
    if rest:
        raise invalid("body", body, "Additional properties are not allowed (%r was unexpected)" % sorted(rest)[0])
    hints = body.get("os:scheduler_hints") or {}
    if not isinstance(hints, dict):
        raise invalid("os:scheduler_hints", hints, "%r is not of type 'object'" % (hints,))
    if "group" in hints:
        _UUID("group", hints["group"])
    return body["server"]


def _counts(wanted: dict[str, Any]) -> tuple[int, int]:
    low = int(wanted.get("min_count", 1))
    high = int(wanted.get("max_count", low))
    if low > high:
        raise refuse(400, "min_count must be <= max_count")
    return low, high


def _make(call: Call, wanted: dict[str, Any], low: int, high: int) -> list[Server]:
    builder = call.sim.builders[call.platform]
    flavor = _flavor(call, str(wanted["flavorRef"]))
    key_name = wanted.get("key_name")
    if key_name and call.sim.keys[call.platform].get(caller_id(call), key_name) is None:
        raise refuse(400, "Invalid key_name provided.")
    if len(wanted.get("metadata") or {}) > MAX_ITEMS:
        raise refuse(403, "Maximum number of metadata items exceeds %d" % MAX_ITEMS)
    if len(wanted.get("personality") or []) > MAX_FILES:
        raise refuse(403, "Maximum number of injected files exceeded")
    groups = _groups(call, wanted)
    zone, host = _place(call, wanted)
    image, boots = check_disks(call, wanted, flavor)
    nics = read_nics(call, wanted.get("networks"))
    count = _within_quota(call, low, high, flavor)
    if count > 1 and any(nic.fixed_ip for nic in nics):
        raise refuse(400, "Invalid fixed IP Address, it cannot be given to more than one server")
    if count > 1 and any(nic.port for nic in nics):
        raise refuse(
            400,
            "Unable to launch multiple instances with a single configured port ID. Please launch your instance one by"
            " one with different ports.",
        )
    made: list[Server] = []
    for place in range(1, count + 1):
        name = wanted["name"] if high == 1 else "%s-%d" % (wanted["name"], place)
        builder.number += 1
        forced = ":" in (wanted.get("availability_zone") or "")
        found_zone, found_host = builder.hosts.schedule_server(zone, host, builder.number, forced) or ("", "")
        server = Server(
            id=str(uuid.uuid4()),
            name=name,
            region=call.region,
            project_id=call.project_id,
            user_id=caller_id(call),
            vm_state="building",
            task_state="scheduling",
            power_state=0,
            flavor=flavor,
            image=image,
            volume_image=None if image else boots,
            boot_volume_goes=boot_volume_goes(wanted),
            addresses=[],
            zone=found_zone,
            host=found_host,
            created=call.now,
            updated=call.now,
            tags=sorted(set(wanted.get("tags") or ())),
            metadata=dict(wanted.get("metadata") or {}),
            key_name=key_name,
            key_names=[key_name] if key_name else [],
            description=_description(call, wanted, name),
            user_data=wanted.get("user_data") or "",
            os_type=(boots or {}).get("os_type", "Linux"),
            password=digest(wanted["adminPass"]),
        )
        if not nics or not all(nic.port for nic in nics):
            # A port that exists already keeps its own groups.
            server.security_groups = groups
        server.reservation = made[0].reservation_id if made else server.reservation_id
        call.fleet.add(server)
        _begin(call, server, nics)
        made.append(server)
    return made


def _groups(call: Call, wanted: dict[str, Any]) -> list[str]:
    """The names of the requested security groups. Raises Refusal."""
    known = {each: name for name, group_id in security_groups(call).items() for each in (name, group_id)}
    rows = [row.get("name") for row in wanted.get("security_groups") or [{"name": "default"}]]
    for name in rows:
        if name not in known:
            raise refuse(400, "Unable to find security_group with name or id '%s'" % name)
    return list(dict.fromkeys(known[name] for name in rows))


def _begin(call: Call, server: Server, nics: list[Nic]) -> None:
    if server.flavor["ram"] > LARGEST_RAM or not server.host:
        call.fault.setdefault("reason", NO_HOST)
        call.fault["fail_servers"] = "all"
    begin(call, server, CREATE, {"addresses": [row for nic in nics for row in nic.addresses(call)]})
    transition = server.transition
    if transition is not None and transition.error is None:
        for nic in nics:
            if nic.port is not None:
                nic.port.device_id = server.id
    if transition is not None and transition.error == ("500", NO_HOST):
        server.zone, server.host = "", ""


def _description(call: Call, wanted: dict[str, Any], name: str) -> str | None:
    """Below 2.19 the API's description is the name."""
    return wanted.get("description") if call.microversion >= (2, 19) else name


def _flavor(call: Call, wanted: str) -> dict[str, Any]:
    flavor = call.sim.builders[call.platform].flavors.get(wanted.rsplit("/", 1)[-1])
    if flavor is None or not (call.is_admin or flavor["public"] or call.project_id in flavor["access"]):
        raise refuse(400, "Invalid flavorRef provided.")
    if flavor["disabled"]:
        raise refuse(400, "Flavor %s could not be found." % flavor["id"])
    return dict(flavor)


def _place(call: Call, wanted: dict[str, Any]) -> tuple[str | None, str | None]:
    """The requested zone and host; only an administrator may choose a host."""
    hosts = call.sim.builders[call.platform].hosts
    zone, _colon, host = (wanted.get("availability_zone") or "").partition(":")
    node = wanted.get("hypervisor_hostname") or ""
    host = wanted.get("host") or host or node.removesuffix(".example.org")
    if host and not call.is_admin:
        raise forbid(
            "os_compute_api:servers:create:forced_host"
            if "availability_zone" in wanted
            else "compute:servers:create:requested_destination"
        )
    if zone and zone not in {hosts.host_zone(name) for name in hosts.up}:
        raise refuse(400, "The requested availability zone is not available")
    if host and host not in hosts.up:
        raise refuse(400, "Compute host %s could not be found." % host)
    return zone or None, host or None


def _within_quota(call: Call, low: int, high: int, flavor: dict[str, Any]) -> int:
    """How many servers the quota allows; Nova creates fewer than max_count if min_count allows it."""
    quota = call.sim.builders[call.platform].quota
    used = usage(call.fleet.servers.values(), call.region, call.project_id)
    allowed = high
    for name, count in room(quota, used, flavor).items():
        if count < low:
            raise refuse(
                403,
                "Quota exceeded for %s: Requested %d, but already used %d of %d %s"
                % (name, high * amounts(flavor)[name], used[name], quota[name], name),
            )
        allowed = min(allowed, count)
    return allowed


__all__ = ["CREATE", "NO_HOST", "Nic", "create", "tags"]
