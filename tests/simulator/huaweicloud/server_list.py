"""The newer list of servers of ECS: pages by marker, short names of fields, and fields on request.

The parameters and fields are those of the models ListCloudServersRequest and CloudServer of the official SDK, which
does not give the values of charging_mode and charge_mode; here they are those of charging_mode in the metadata.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from simulator.http.call import Call, Router, answer
from simulator.huaweicloud.checks import current_project, enter, refuse
from simulator.huaweicloud.iam import PLATFORM
from simulator.huaweicloud.views import describe
from simulator.state.clock import iso, iso_us
from simulator.state.servers import Server

DEFAULT, HIGHEST = 10, 100
STATUSES = (
    "ACTIVE BUILD ERROR HARD_REBOOT MIGRATING REBOOT RESIZE REVERT_RESIZE SHELVED SHELVED_OFFLOADED SHUTOFF UNKNOWN"
    " VERIFY_RESIZE"
).split()
#: The fields that a request asks for by expect-fields.
EXPECTED = (
    "launched_at key_name locked root_device_name tenancy dedicated_host_id enterprise_project_id tags metadata"
    " addresses security_groups volumes_attached image power_state cpu_options market_info"
).split()
PARAMETERS = (
    "id name status in_recycle_bin spod_id flavor_name image_id metadata metadata-key tags not-tags availability_zone"
    " availability_zone_eq charging_mode key_name launched_since enterprise_project_id expect-fields limit marker"
).split()
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
Record = dict[str, Any]
Test = Callable[[Server, Record], bool]


def register(router: Router) -> None:
    router.add(
        PLATFORM, "GET", "/v1.1/<pid>/cloudservers/detail", list_servers, name="list servers by marker", before=enter
    )


def list_servers(call: Call) -> Response:
    """GET /v1.1/{p}/cloudservers/detail."""
    for name in request.args:
        if name not in PARAMETERS:
            raise refuse(400, "Ecs.0005", "%s is not a parameter of this list." % name)
    wanted = [word for each in request.args.getlist("expect-fields") for word in each.split(",") if word]
    if set(wanted) - set(EXPECTED):
        raise refuse(400, "Ecs.0005", "expect-fields: %s" % ", ".join(sorted(set(wanted) - set(EXPECTED))))
    limit, tests = _limit(), _tests()
    own = call.fleet.sorted_by_creation(call.region, current_project(call))
    known = [server for server in own if server.vm_state != "deleted" and call.now >= server.appears]
    rows = [(server, _record(server)) for server in known]
    rows = [(server, record) for server, record in rows if all(test(server, record) for test in tests)]
    rows = _after(rows, request.args.get("marker"))
    page = rows[:limit]
    links = []
    if len(page) < len(rows):
        query = [(key, value) for key, value in request.args.items(multi=True) if key != "marker"]
        href = "%s%s?%s" % (call.sim.base_url, call.path, urlencode([*query, ("marker", page[-1][0].id)]))
        links.append({"href": href, "rel": "next"})
    fields = set(EXPECTED) - set(wanted)
    servers = [{key: value for key, value in record.items() if key not in fields} for _server, record in page]
    return answer({"servers": servers, "servers_links": links, "request_id": call.request_id})


def _limit() -> int:
    text = request.args.get("limit", str(DEFAULT))
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= HIGHEST:
        raise refuse(400, "Ecs.0005", "limit: %s is not an integer from 1 to %d." % (text, HIGHEST))
    return int(text)


def _after(rows: list[tuple[Server, Record]], marker: str | None) -> list[tuple[Server, Record]]:
    if not marker:
        return rows
    places = [number for number, (server, _record) in enumerate(rows) if server.id == marker]
    if not places:
        raise refuse(400, "Ecs.0005", "marker: no such server.")
    return rows[places[0] + 1 :]


def _record(server: Server) -> Record:
    """All fields of a server, also those that must be asked for."""
    shown = describe(server)
    flavor = server.flavor
    charging = shown["metadata"]["charging_mode"]
    hints = {key: next(iter(server.hints.get(key, ())), "") for key in ("tenancy", "dedicated_host_id")}
    return {
        **{key: shown[key] for key in ("id", "name", "status", "tenant_id", "user_id", "created", "updated")},
        "availability_zone": server.zone,
        "vm_state": server.vm_state,
        "task_state": server.task_state,
        "in_recycle_bin": server.vm_state == "soft-delete",
        "spod_id": "",
        "description": server.description or "",
        "flavor": {
            "id": flavor["id"], "name": flavor["name"], "vcpus": int(flavor["vcpus"]), "ram": int(flavor["ram"]),
            "disk": int(flavor["disk"]), "gpus": [], "asic_accelerators": [],
        },
        "fault": shown["fault"],
        "launched_at": iso_us(server.launched, ""),
        "key_name": server.key_name,
        "locked": server.locked,
        "root_device_name": "/dev/vda",
        "tenancy": hints["tenancy"] or "shared",
        "dedicated_host_id": hints["dedicated_host_id"],
        "enterprise_project_id": server.enterprise_project_id,
        "tags": shown["tags"] or [],
        "metadata": shown["metadata"],
        "addresses": {
            network: [{**row, "version": int(row["version"])} for row in rows]
            for network, rows in shown["addresses"].items()
        },
        "security_groups": shown["security_groups"],
        "volumes_attached": [
            {**row, "delete_on_termination": row["delete_on_termination"] == "true", "size": 40}
            for row in shown["os-extended-volumes:volumes_attached"]
        ],
        "image": shown["image"],
        "power_state": server.power_state,
        "cpu_options": {},
        "market_info": {"charge_mode": charging, **({"prepaid_info": {"expired_time": ""}} if charging == "1" else {})},
    }  # fmt: skip


def _tests() -> list[Test]:
    """The filters of the request, which all apply."""
    args = request.args
    equal: dict[str, Callable[[Record], Any]] = {
        "id": lambda record: record["id"],
        "spod_id": lambda record: record["spod_id"],
        "flavor_name": lambda record: record["flavor"]["name"],
        "image_id": lambda record: record["image"]["id"],
        "availability_zone_eq": lambda record: record["availability_zone"],
        "charging_mode": lambda record: record["metadata"]["charging_mode"],
        "key_name": lambda record: record["key_name"],
        "status": lambda record: record["status"],
    }
    found = [_equals(get, args[name]) for name, get in equal.items() if name in args]
    if "status" in args and args["status"] not in STATUSES:
        raise refuse(400, "Ecs.0005", "status: %s is none of %s." % (args["status"], ", ".join(STATUSES)))
    found += [_contains(name, args[name]) for name in ("name", "availability_zone") if name in args]
    binned = args.get("in_recycle_bin", "false").lower()
    if binned not in ("true", "false"):
        raise refuse(400, "Ecs.0005", "in_recycle_bin is true or false.")
    found.append(lambda server, record: record["in_recycle_bin"] == (binned == "true"))
    return found + _more_tests()


def _equals(get: Callable[[Record], Any], value: str) -> Test:
    return lambda server, record: get(record) == value


def _contains(name: str, value: str) -> Test:
    return lambda server, record: value in record[name]


def _more_tests() -> list[Test]:
    args = request.args
    found: list[Test] = []
    if "metadata" in args:
        key, equals, value = args["metadata"].partition("=")
        if not equals:
            raise refuse(400, "Ecs.0005", "metadata: key=value.")
        found.append(lambda server, record: record["metadata"].get(key) == value)
    if "metadata-key" in args:
        found.append(lambda server, record: args["metadata-key"] in record["metadata"])
    if "tags" in args:
        found.append(lambda server, record: args["tags"] in record["tags"])
    if "not-tags" in args:
        found.append(lambda server, record: args["not-tags"] not in record["tags"])
    if "launched_since" in args:
        if not _MOMENT.fullmatch(args["launched_since"]):
            raise refuse(400, "Ecs.0005", "launched_since is a time, such as 2013-06-09T06:42:18Z.")
        found.append(lambda server, record: (iso(server.launched) or "") >= args["launched_since"])
    project = args.get("enterprise_project_id")
    if project and project != "all_granted_eps":
        found.append(lambda server, record: record["enterprise_project_id"] == project)
    return found
