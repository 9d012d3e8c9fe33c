"""ECS of huaweicloud, served at the root so that the official SDK reaches it: list and show servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Refusal, Router, answer, encode
from simulator.huaweicloud import catalogue, change_os, consoles, create, delete, jobs, passwords, server_groups, update
from simulator.huaweicloud.checks import enter, mine, project_of, refuse
from simulator.huaweicloud.iam import PLATFORM
from simulator.nova.views import user_data
from simulator.state.clock import iso, iso_us
from simulator.state.ids import stable_id
from simulator.state.servers import Server

Test = Callable[[Server], bool]
# The status filter also finds servers that are in between (ECS documents, "querying details about ECSs").
ALSO = {
    "ACTIVE": {"REBOOT", "HARD_REBOOT", "REBUILD", "MIGRATING", "RESIZE"},
    "SHUTOFF": {"RESIZE", "REBUILD"},
    "ERROR": {"REBUILD"},
    "VERIFY_RESIZE": {"REVERT_RESIZE"},
}


def register(router: Router) -> None:
    root = "/v1/<pid>"
    router.add(
        PLATFORM, "GET", root + "/cloudservers/detail", list_servers, operation="H02", name="list servers", before=enter
    )
    router.add(
        PLATFORM,
        "GET",
        root + "/cloudservers/<server_id>",
        show_server,
        operation="H01",
        name="show server",
        before=enter,
    )
    router.add(
        PLATFORM,
        "POST",
        root + "/cloudservers/action",
        jobs.batch_action,
        name="batch action",
        pick=jobs.pick_action,
        before=enter,
    )
    router.add(PLATFORM, "GET", root + "/jobs/<job_id>", jobs.show_job, operation="H09", name="show job", before=enter)
    router.add(
        PLATFORM, "POST", "/v2.1/<pid>/servers/<server_id>/action", lock_server, name="lock or unlock", before=enter
    )
    for part in (passwords, change_os, catalogue, delete, create, update):
        part.register(router)
    for part in (server_groups, consoles):
        part.register(router)


def list_servers(call: Call) -> Response:
    """GET /v1/{p}/cloudservers/detail. `offset` is a page number, `count` the number of matches on all pages."""
    limit = _number("limit", 25, 1, call.sim.platform(PLATFORM)["page_limit"])
    page = max(_number("offset", 1, 0, None), 1)
    ids = [word for value in request.args.getlist("server_id") for word in value.split(",") if word]
    rows: list[Any]
    if ids:
        if len(ids) > 100:
            raise refuse(400, "Ecs.0005", "server_id: at most 100 ids can be queried.")
        rows = [mine(call, server_id) or server_id for server_id in dict.fromkeys(ids)]
    else:
        tests = _tests()
        rows = [server for server in _ordered(call) if all(test(server) for test in tests)]
    marker = request.args.get("marker")
    if marker:
        places = [number for number, row in enumerate(rows) if isinstance(row, Server) and row.id == marker]
        if not places:
            raise refuse(400, "Ecs.0005", "marker: no such server.")
        start = places[0] + 1
    else:
        start = (page - 1) * limit
    texts = [_rendered(call, row) for row in rows[start : start + limit]]
    return answer(
        b'{"count": %d, "servers": [%s], "request_id": "%s"}' % (len(rows), b", ".join(texts), call.request_id.encode())
    )


def show_server(call: Call, server_id: str) -> Response:
    """GET /v1/{p}/cloudservers/{s}."""
    server = mine(call, server_id)
    if server is None:
        raise refuse(404, "Ecs.0114", "Instance[%s] could not be found." % server_id)
    return answer(b'{"server": ' + _rendered(call, server) + b"}")


def lock_server(call: Call, server_id: str) -> Response:
    """POST /v2.1/{p}/servers/{s}/action with lock or unlock, the Nova form."""
    server = mine(call, server_id)
    if server is None:
        raise Refusal(404, {"itemNotFound": {"code": 404, "message": "Instance %s could not be found." % server_id}})
    if not isinstance(call.body, dict) or len(call.body) != 1 or next(iter(call.body)) not in ("lock", "unlock"):
        raise Refusal(400, {"badRequest": {"code": 400, "message": "There is no such action."}})
    server.locked = "lock" in call.body
    call.fleet.touch(server)
    return answer(None, 202)


def _ordered(call: Call) -> list[Server]:
    return [
        server
        for server in call.fleet.ordered(call.region, project_of(call))
        if not server.hidden and call.now >= server.appears
    ]


def _number(name: str, default: int, low: int, high: int | None) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < low or (high is not None and int(text) > high):
        raise refuse(
            400,
            "Ecs.0005",
            "%s: %s is not an integer%s."
            % (name, text, " from %d to %d" % (low, high) if high else " from %d on" % low),
        )
    return int(text)


def _tests() -> list[Test]:
    args = request.args
    tests: list[Test] = []
    if "name" in args:
        try:
            pattern = re.compile(args["name"])
        except re.error:
            raise refuse(400, "Ecs.0005", "name: %s is not a valid expression." % args["name"]) from None
        tests.append(lambda s: pattern.search(s.name) is not None)
    if "status" in args:
        status = args["status"].upper()
        if status == "DELETED":
            raise refuse(403, "Ecs.0110", "Only administrators may list deleted servers.")
        wanted = {status} | ALSO.get(status, set())
        tests.append(lambda s: s.status in wanted)
    if "flavor" in args:
        tests.append(lambda s: s.flavor["id"] == args["flavor"])
    if "reservation_id" in args:
        tests.append(lambda s: s.reservation_id == args["reservation_id"])
    project = args.get("enterprise_project_id")
    if project and project != "all_granted_eps":
        tests.append(lambda s: s.enterprise_project_id == project)
    if "ip" in args:
        tests.append(lambda s: any(args["ip"] in ip for ip in _private(s)))
    if "ip_eq" in args:
        tests.append(lambda s: args["ip_eq"] in _private(s))
    for tag in args.getlist("tags"):
        tests.append(partial(_has, tag))
    for tag in args.getlist("not-tags"):
        tests.append(partial(_lacks, tag))
    return tests


def _private(server: Server) -> list[str]:
    return [row["ip"] for row in server.addresses if row["kind"] == "fixed" and row["version"] == 4]


def _lacks(wanted: str, server: Server) -> bool:
    return not _has(wanted, server)


def _has(wanted: str, server: Server) -> bool:
    """`key=value` exactly; a bare key finds every value of it."""
    return any(tag == wanted or ("=" not in wanted and tag.split("=")[0] == wanted) for tag in server.tags)


def _rendered(call: Call, row: Any) -> bytes:
    if not isinstance(row, Server):
        nothing = dict.fromkeys(_KEYS)
        nothing.update(
            id=row,
            fault={
                "code": 404,
                "message": "Instance %s could not be found." % row,
                "details": "",
                "created": iso(call.now),
            },
        )
        return encode(nothing)
    text = row.cache.get("ecs")
    if text is None:
        text = row.cache["ecs"] = encode({**describe(row), **row.extra})
    return text


def describe(server: Server) -> dict[str, Any]:
    """The server's record: numbers as strings, addresses by VPC, empty tags as null."""
    vpcs = {row["network"]: stable_id("vpc", row["network"]) for row in server.addresses}
    image = server.image or {"id": "", "name": ""}
    shown: dict[str, Any] = {
        "id": server.id,
        "name": server.name,
        "status": server.status,
        "description": server.description,
        "created": iso(server.created),
        "updated": iso(server.updated),
        "tenant_id": server.project_id,
        "user_id": server.user_id,
        "hostId": stable_id(server.project_id, server.host).replace("-", ""),
        "host_status": "UP",
        "progress": 0 if server.status == "ACTIVE" else None,
        "accessIPv4": "",
        "accessIPv6": "",
        "config_drive": "",
        "locked": server.locked,
        "auto_terminate_time": "",
        "enterprise_project_id": server.enterprise_project_id,
        "fault": _fault(server),
        "addresses": _addresses(server, vpcs),
        "flavor": {
            "id": server.flavor["id"],
            "name": server.flavor["name"],
            "disk": str(server.flavor["disk"]),
            "vcpus": str(server.flavor["vcpus"]),
            "ram": str(server.flavor["ram"]),
            "gpus": [],
            "asic_accelerators": [],
        },
        "image": {"id": image["id"]},
        "metadata": {
            "charging_mode": "1" if server.prepaid else "0",
            "metering.image_id": image["id"],
            "metering.imagetype": "gold",
            "metering.resourcespeccode": server.flavor["id"] + ".linux",
            "metering.resourcetype": "1",
            "image_name": image["name"],
            "os_type": server.os_type,
            "os_bit": "64",
            "__support_agent_list": "hss,ces",
            **({"vpc_id": next(iter(vpcs.values()))} if vpcs else {}),
            **server.metadata,
        },
        "tags": [tag[:-1] if tag.endswith("=") else tag for tag in server.tags] or None,
        "sys_tags": [{"key": "_sys_enterprise_project_id", "value": server.enterprise_project_id}],
        "security_groups": [{"id": stable_id("sg", server.project_id), "name": "default"}],
        "os:scheduler_hints": {},
        "OS-DCF:diskConfig": "MANUAL",
        "os-extended-volumes:volumes_attached": [
            {
                "id": stable_id("volume", server.id),
                "bootIndex": "0",
                "device": "/dev/vda",
                "delete_on_termination": "true",
            }
        ],
        "OS-EXT-STS:task_state": server.task_state,
        "OS-EXT-STS:vm_state": server.vm_state,
        "OS-EXT-STS:power_state": server.power_state,
        "OS-EXT-AZ:availability_zone": server.zone,
        "OS-EXT-SRV-ATTR:host": stable_id(server.host),
        "OS-EXT-SRV-ATTR:hostname": server.name,
        "OS-EXT-SRV-ATTR:instance_name": "instance-" + server.id[:8],
        "OS-EXT-SRV-ATTR:hypervisor_hostname": stable_id(server.host),
        "OS-EXT-SRV-ATTR:reservation_id": server.reservation_id,
        "OS-EXT-SRV-ATTR:launch_index": 0,
        "OS-EXT-SRV-ATTR:kernel_id": "",
        "OS-EXT-SRV-ATTR:ramdisk_id": "",
        "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
        "OS-EXT-SRV-ATTR:user_data": user_data(server),
        "OS-SRV-USG:launched_at": iso_us(server.launched, ""),
        "OS-SRV-USG:terminated_at": None,
    }
    if server.key_name is not None:
        shown["key_name"] = server.key_name
    return shown


def _fault(server: Server) -> dict[str, Any] | None:
    if not server.fault or server.status != "ERROR":
        return None
    return {
        "code": server.fault.get("code", 500),
        "message": server.fault.get("message", ""),
        "details": server.fault.get("details", ""),
        "created": iso(server.fault.get("created", server.updated)),
    }


def _addresses(server: Server, vpcs: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    result: dict[str, list[dict[str, Any]]] = {}
    for row in server.addresses:
        entry = {
            "version": str(row["version"]),
            "addr": row["ip"],
            "OS-EXT-IPS-MAC:mac_addr": row["mac"],
            "OS-EXT-IPS:port_id": stable_id("port", server.id, row["network"]),
        }
        if row["typed"]:
            entry["OS-EXT-IPS:type"] = row["kind"]
        result.setdefault(vpcs[row["network"]], []).append(entry)
    return result


_KEYS = (
    "id",
    "name",
    "status",
    "description",
    "created",
    "updated",
    "tenant_id",
    "user_id",
    "hostId",
    "host_status",
    "progress",
    "accessIPv4",
    "accessIPv6",
    "config_drive",
    "locked",
    "auto_terminate_time",
    "enterprise_project_id",
    "fault",
    "addresses",
    "flavor",
    "image",
    "metadata",
    "tags",
    "sys_tags",
    "security_groups",
    "os:scheduler_hints",
    "OS-DCF:diskConfig",
    "os-extended-volumes:volumes_attached",
    "OS-EXT-STS:task_state",
    "OS-EXT-STS:vm_state",
    "OS-EXT-STS:power_state",
    "OS-EXT-AZ:availability_zone",
    "OS-EXT-SRV-ATTR:host",
    "OS-EXT-SRV-ATTR:hostname",
    "OS-EXT-SRV-ATTR:instance_name",
    "OS-EXT-SRV-ATTR:hypervisor_hostname",
    "OS-EXT-SRV-ATTR:reservation_id",
    "OS-EXT-SRV-ATTR:launch_index",
    "OS-EXT-SRV-ATTR:kernel_id",
    "OS-EXT-SRV-ATTR:ramdisk_id",
    "OS-EXT-SRV-ATTR:root_device_name",
    "OS-EXT-SRV-ATTR:user_data",
    "OS-SRV-USG:launched_at",
    "OS-SRV-USG:terminated_at",
    "key_name",
)
