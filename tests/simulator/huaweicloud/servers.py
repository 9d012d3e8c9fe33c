"""ECS: list and show servers, lock them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Refusal, answer
from simulator.huaweicloud.checks import current_project, find_own, refuse
from simulator.huaweicloud.consoles import old_output
from simulator.huaweicloud.iam import PLATFORM
from simulator.huaweicloud.views import known_groups, rendered, security_groups
from simulator.state.servers import Server

Test = Callable[[Server], bool]
# The status filter also finds servers in transitional states (ECS documents, "querying details about ECSs").
ALSO = {
    "ACTIVE": {"REBOOT", "HARD_REBOOT", "REBUILD", "MIGRATING", "RESIZE"},
    "SHUTOFF": {"RESIZE", "REBUILD"},
    "ERROR": {"REBUILD"},
    "VERIFY_RESIZE": {"REVERT_RESIZE"},
}
_GROUP_ACTIONS = ("addSecurityGroup", "removeSecurityGroup")


def list_servers(call: Call) -> Response:
    """GET /v1/{p}/cloudservers/detail. `offset` is a page number, `count` the number of matches on all pages."""
    limit = _number("limit", 25, 1, call.sim.platform(PLATFORM)["page_limit"])
    page = max(_number("offset", 1, 0, None), 1)
    ids = [word for value in request.args.getlist("server_id") for word in value.split(",") if word]
    rows: list[Any]
    if ids:
        if len(ids) > 100:
            raise refuse(400, "Ecs.0005", "server_id: at most 100 ids can be queried.")
        rows = [find_own(call, server_id) or server_id for server_id in dict.fromkeys(ids)]
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
    texts = [rendered(call, row) for row in rows[start : start + limit]]
    return answer(
        b'{"count": %d, "servers": [%s], "request_id": "%s"}' % (len(rows), b", ".join(texts), call.request_id.encode())
    )


def show_server(call: Call, server_id: str) -> Response:
    """GET /v1/{p}/cloudservers/{s}."""
    server = find_own(call, server_id)
    if server is None:
        raise refuse(404, "Ecs.0114", "Instance[%s] could not be found." % server_id)
    return answer(b'{"server": ' + rendered(call, server) + b"}")


def pick_nova_action(body: Any) -> tuple[str | None, str]:
    key = next(iter(body)) if isinstance(body, dict) and len(body) == 1 else ""
    return None, key if key in _GROUP_ACTIONS else "lock or unlock"


def nova_action(call: Call, server_id: str) -> Response:
    """POST /v2.1/{p}/servers/{s}/action, the Nova form: lock, unlock, or a security group."""
    server = find_own(call, server_id)
    if server is None:
        raise Refusal(404, {"itemNotFound": {"code": 404, "message": "Instance %s could not be found." % server_id}})
    if isinstance(call.body, dict) and len(call.body) == 1 and next(iter(call.body)) in _GROUP_ACTIONS:
        return _change_groups(call, server, *next(iter(call.body.items())))
    if isinstance(call.body, dict) and set(call.body) == {"os-getConsoleOutput"}:
        return old_output(call, server_id)
    if not isinstance(call.body, dict) or len(call.body) != 1 or next(iter(call.body)) not in ("lock", "unlock"):
        raise Refusal(400, {"badRequest": {"code": 400, "message": "There is no such action."}})
    server.locked = "lock" in call.body
    call.fleet.mark_updated(server)
    return answer(None, 202)


def _change_groups(call: Call, server: Server, key: str, argument: Any) -> Response:
    """Add or remove a security group, by its id or its name."""
    wanted = argument.get("name") if isinstance(argument, dict) and set(argument) == {"name"} else None
    if not isinstance(wanted, str) or not wanted:
        raise Refusal(400, {"badRequest": {"code": 400, "message": "Invalid input for field/attribute %s." % key}})
    known, present = known_groups(server.project_id), [each["id"] for each in security_groups(server)]
    found = known.get(wanted, wanted)
    if found not in [*known.values(), *present]:
        raise Refusal(404, {"itemNotFound": {"code": 404, "message": "Security group %s not found." % wanted}})
    if key == "addSecurityGroup" and found in present:
        message = "Invalid input for security_groups. Reason: Duplicate items in the list: '%s'." % found
        raise Refusal(400, {"badRequest": {"code": 400, "message": message}})
    if key == "addSecurityGroup":
        server.security_groups = [*present, found]
    elif found in present:
        server.security_groups = [each for each in present if each != found]
    else:
        message = "Security group %s not associated with the instance %s" % (wanted, server.id)
        raise Refusal(404, {"itemNotFound": {"code": 404, "message": message}})
    call.fleet.mark_updated(server, server.updated)
    return answer(None, 202)


def _ordered(call: Call) -> list[Server]:
    return [
        server
        for server in call.fleet.sorted_by_creation(call.region, current_project(call))
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
