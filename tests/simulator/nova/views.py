"""How Nova shows a server, by microversion and role; JSON texts are cached with the server until it changes."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from simulator.http.call import Call, encode
from simulator.state.clock import iso, iso_us
from simulator.state.guest import USER_DATA
from simulator.state.ids import stable_id
from simulator.state.servers import Server

# Every microversion that changes the response: requests between two of them get the same text.
STEPS = (
    (2, 3),
    (2, 9),
    (2, 16),
    (2, 19),
    (2, 26),
    (2, 47),
    (2, 63),
    (2, 71),
    (2, 73),
    (2, 90),
    (2, 96),
    (2, 98),
    (2, 100),
)
ENCODED_USER_DATA = base64.b64encode(USER_DATA).decode()
_WITH_PROGRESS = frozenset({"ACTIVE", "BUILD", "REBUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING"})


def rendered(call: Call, server: Server, view: Callable[[Call, Server], dict[str, Any]]) -> bytes:
    """The server as JSON text, cached for each kind of response."""
    key = (view, bisect_right(STEPS, call.microversion), call.is_admin, call.scoped)
    text = server.cache.get(key)
    if text is None:
        text = server.cache[key] = encode({**view(call, server), **server.extra})
    return text


def next_link(key: str, url: str) -> bytes:
    return b', "%s": %s' % (key.encode(), encode([{"rel": "next", "href": url}]))


def prefix(call: Call, version: str) -> str:
    """The URL of this region's resources, for links."""
    parts = call.path.split("/")
    project = "/" + parts[4] if call.scoped else ""
    return "%s/%s/%s/%s%s" % (call.sim.base_url, parts[1], parts[2], version, project)


def links(call: Call, version: str, kind: str, identity: str) -> list[dict[str, str]]:
    base = prefix(call, version)
    return [
        {"rel": "self", "href": "%s/%s/%s" % (base, kind, identity)},
        {"rel": "bookmark", "href": "%s/%s/%s" % (base.replace("/" + version, "", 1), kind, identity)},
    ]


def summary(call: Call, server: Server) -> dict[str, Any]:
    return {"id": server.id, "name": server.name, "links": links(call, "v2.1", "servers", server.id)}


def addresses(server: Server) -> dict[str, list[dict[str, Any]]]:
    result: dict[str, list[dict[str, Any]]] = {}
    for row in server.addresses:
        entry = {"version": row["version"], "addr": row["ip"]}
        if row["typed"]:
            entry["OS-EXT-IPS:type"] = row["kind"]
        entry["OS-EXT-IPS-MAC:mac_addr"] = row["mac"]
        result.setdefault(row["network"], []).append(entry)
    return result


def flavor(call: Call, server: Server) -> dict[str, Any]:
    """Below 2.47 a reference; from 2.47 on the flavor's values at creation, without id."""
    kind = server.flavor
    if call.microversion < (2, 47):
        return {"id": kind["id"], "links": links(call, "v2.1", "flavors", kind["id"])[1:]}
    return {
        "vcpus": kind["vcpus"],
        "ram": kind["ram"],
        "disk": kind["disk"],
        "ephemeral": kind["ephemeral"],
        "swap": kind["swap"],
        "original_name": kind["name"],
        "extra_specs": kind["extra_specs"],
    }


def fault(call: Call, server: Server) -> dict[str, Any]:
    value = server.fault or {}
    shown = {
        "code": value.get("code", 500),
        "created": iso(value.get("created", server.updated)),
        "message": value.get("message", ""),
    }
    if call.is_admin or shown["code"] != 500:
        shown["details"] = value.get("details", "")
    return shown


def detail(call: Call, server: Server) -> dict[str, Any]:
    """The server with its details (Compute API reference, "List Servers Detailed")."""
    version, admin, status = call.microversion, call.is_admin, server.status
    shown: dict[str, Any] = {
        "id": server.id,
        "name": server.name,
        "status": status,
        "tenant_id": server.project_id,
        "user_id": server.user_id,
        "metadata": server.metadata,
        "hostId": host_id(server),
        "image": "",
        "flavor": flavor(call, server),
        "created": iso(server.created),
        "updated": iso(server.updated),
        "addresses": addresses(server),
        "accessIPv4": "",
        "accessIPv6": "",
        "links": links(call, "v2.1", "servers", server.id),
        "OS-DCF:diskConfig": "AUTO",
        "OS-EXT-AZ:availability_zone": server.zone,
        "config_drive": "",
        "key_name": server.key_name,
        "OS-SRV-USG:launched_at": iso_us(server.launched, ""),
        # A server in the recycle bin was not terminated yet.
        "OS-SRV-USG:terminated_at": iso_us(server.deleted_at if server.vm_state == "deleted" else None, ""),
        "OS-EXT-STS:task_state": server.task_state,
        "OS-EXT-STS:vm_state": server.vm_state,
        "OS-EXT-STS:power_state": server.power_state,
        "os-extended-volumes:volumes_attached": volumes(server, version >= (2, 3)),
    }
    if server.addresses and server.security_groups:
        # They are the groups of its ports.
        shown["security_groups"] = [{"name": name} for name in server.security_groups]
    if server.image is not None:
        image = server.image["id"]
        shown["image"] = {"id": image, "links": links(call, "v2.1", "images", image)[1:]}
    if status in _WITH_PROGRESS:
        shown["progress"] = 0
    if server.fault and status in ("ERROR", "DELETED"):
        shown["fault"] = fault(call, server)
    if admin:
        shown.update(host_attributes(server, version >= (2, 3)))
        if version >= (2, 16):
            shown["host_status"] = host_status(call, server)
    elif version >= (2, 90):
        shown["OS-EXT-SRV-ATTR:hostname"] = server.name
    for since, key, value in (
        ((2, 9), "locked", server.locked),
        ((2, 19), "description", server.description),
        ((2, 26), "tags", server.tags),
        ((2, 63), "trusted_image_certificates", None),
        ((2, 73), "locked_reason", server.locked_reason),
        ((2, 96), "pinned_availability_zone", None),
    ):
        if version >= since:
            shown[key] = value
    return shown


def host_id(server: Server) -> str:
    """A hash of project and host; empty for a server that was never scheduled."""
    if not server.host:
        return ""
    return stable_id(server.project_id, server.host).replace("-", "") + "00000000000000000000000"


def volumes(server: Server, with_flag: bool) -> list[dict[str, Any]]:
    rows = [(row["volume_id"], row["delete_on_termination"]) for row in server.attached]
    if server.image is None:
        rows.insert(0, (stable_id("volume", server.id), server.boot_volume_goes))
    if with_flag:
        return [{"id": volume, "delete_on_termination": flag} for volume, flag in rows]
    return [{"id": volume} for volume, _flag in rows]


def user_data(server: Server) -> str:
    return ENCODED_USER_DATA if server.user_data is None else server.user_data


def host_status(call: Call, server: Server) -> str:
    return call.sim.builders[call.platform].hosts.status(server.host)


def host_attributes(server: Server, extended: bool) -> dict[str, Any]:
    """The attributes for administrators; the extended ones, with user_data, from 2.3 on."""
    name = "OS-EXT-SRV-ATTR:"
    shown: dict[str, Any] = {
        name + "host": server.host or None,
        name + "instance_name": "instance-" + server.id[:8],
        name + "hypervisor_hostname": server.host + ".example.org" if server.host else None,
    }
    if extended:
        shown.update(
            {
                name + "hostname": server.name,
                name + "reservation_id": server.reservation_id,
                name + "launch_index": 0,
                name + "kernel_id": "",
                name + "ramdisk_id": "",
                name + "user_data": user_data(server),
                name + "root_device_name": "/dev/vda" if server.host else None,
            }
        )
    return shown
