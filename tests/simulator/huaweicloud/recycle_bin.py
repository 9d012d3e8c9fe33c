"""The recycle bin of ECS: its settings and policy, its servers, restored and purged. Some regions have none."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

from flask import Response, request

from simulator.http.call import Call, Refusal, Router, answer
from simulator.huaweicloud.checks import current_project, enter, refuse, required_object
from simulator.huaweicloud.iam import PLATFORM
from simulator.huaweicloud.jobs import Job, SubJob, injected_failure, store_job
from simulator.huaweicloud.validation import check_keys
from simulator.huaweicloud.views import rendered
from simulator.state.server_states import SHUT_DOWN, Power
from simulator.state.servers import Server

BINNED = frozenset({"soft-delete"})
RESTORE = Power("restore", "restore", BINNED, "restoring", "stopped", SHUT_DOWN, "restore")
PURGE = Power("purge", "purge", BINNED, "deleting", "deleted", 0, "delete")
_QUERY = "all_tenants availability_zone expect-fields ip_address limit marker name offset tags tags_key"


def register(router: Router) -> None:
    root = "/v1/<pid>/recycle-bin"
    one = root + "/cloudservers/<server_id>"
    for method, path, view, name in (
        ("GET", root, show, "show recycle bin"),
        ("PUT", root, switch, "switch recycle bin"),
        ("PUT", root + "/policy", set_policy, "set recycle policy"),
        ("GET", root + "/cloudservers", list_binned, "list recycle bin"),
        ("POST", one + "/actions/revert", restore, "restore server"),
        ("DELETE", one, purge, "purge server"),
    ):
        router.add(PLATFORM, method, path, view, name=name, before=_enter)


def _enter(call: Call, parameters: dict[str, str]) -> None:
    enter(call, parameters)
    if call.sim.options[PLATFORM]["recycle_bin"] == "none":
        raise Refusal(
            404,
            {
                "error_msg": "The API does not exist or has not been published in the environment",
                "error_code": "APIGW.0101",
                "request_id": call.request_id,
            },
        )


def takes(call: Call, server: Server) -> bool:
    """Whether the server is moved to the recycle bin when it is deleted."""
    days = (call.now - server.created) / 86400
    on = call.sim.options[PLATFORM]["recycle_bin"] == "on"
    return on and days >= call.sim.recycle_policy["recycle_threshold_day"]


def show(call: Call) -> Response:
    on = call.sim.options[PLATFORM]["recycle_bin"]
    return answer({"project_id": current_project(call), "switch": on, "policy": dict(call.sim.recycle_policy)})


def switch(call: Call) -> Response:
    part = required_object(call, "recycle_bin")
    check_keys(part, "switch", "recycle_bin")
    if part.get("switch") not in ("on", "off"):
        raise refuse(400, "Ecs.0005", "switch must be on or off.")
    call.sim.options[PLATFORM]["recycle_bin"] = part["switch"]
    return answer(None, 204)


def set_policy(call: Call) -> Response:
    part = required_object(call, "policy")
    check_keys(part, "recycle_threshold_day retention_hour", "policy")
    for key in ("recycle_threshold_day", "retention_hour"):
        value = part.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise refuse(400, "Ecs.0005", "%s must be a number." % key)
    call.sim.recycle_policy.update(part)
    return answer(None, 204)


def list_binned(call: Call) -> Response:
    """GET …/recycle-bin/cloudservers: by marker, or by page number."""
    args = request.args
    unknown = sorted(set(args) - set(_QUERY.split()))
    if unknown:
        raise refuse(400, "Ecs.0005", "%s: unknown parameter." % unknown[0])
    if args.get("all_tenants", "0") != "0":
        raise refuse(403, "Ecs.0110", "Only administrators may list the servers of all tenants.")
    limit = _number("limit", 25, 1, 1000)
    rows = [server for server in call.fleet.sorted_by_creation(call.region, current_project(call)) if _binned(server)]
    name, zone = args.get("name"), args.get("availability_zone")
    if name is not None:
        try:
            pattern = re.compile(name)
        except re.error:
            raise refuse(400, "Ecs.0005", "name: %s is not a valid expression." % name) from None
        rows = [server for server in rows if pattern.search(server.name)]
    if zone is not None:
        rows = [server for server in rows if server.zone == zone]
    for tag in filter(None, args.get("tags", "").split(",")):
        rows = [server for server in rows if any(tag in own for own in server.tags)]
    start = (max(_number("offset", 1, 0, 999999), 1) - 1) * limit
    marker = args.get("marker")
    if marker is not None:
        ids = [server.id for server in rows]
        if marker not in ids:
            raise refuse(400, "Ecs.0005", "marker: no such server.")
        start = ids.index(marker) + 1
    return answer(b'{"servers": [%s]}' % b", ".join(rendered(call, row) for row in rows[start : start + limit]))


def _number(name: str, default: int, low: int, high: int) -> int:
    text = request.args.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,6}", text) or not low <= int(text) <= high:
        raise refuse(400, "Ecs.0005", "%s: %s is not an integer from %d to %d." % (name, text, low, high))
    return int(text)


def restore(call: Call, server_id: str) -> Response:
    return _job(call, server_id, RESTORE, "revertRecycleBinServer", "Ecs.0226")


def purge(call: Call, server_id: str) -> Response:
    return _job(call, server_id, PURGE, "deleteRecycleBinServer", "Ecs.0213")


def _binned(server: Server) -> bool:
    return server.vm_state in BINNED


def _job(call: Call, server_id: str, power: Power, kind: str, code: str) -> Response:
    server = call.fleet.servers.get(server_id)
    if server is None or not _binned(server) or server.project_id != current_project(call):
        raise refuse(404, "Ecs.0114", "Instance[%s] could not be found in the recycle bin." % server_id)
    if server.task_state is not None:
        raise refuse(
            501, "Ecs.0603", "Another command is running on the server %s (%s)." % (server_id, server.task_state)
        )
    delay = call.sim.delay(PLATFORM, power.delay)
    error = injected_failure(call, server, code)
    end = {"vm_state": power.vm_state, "power_state": power.power_state}
    if power is PURGE:
        end["deleted_at"] = call.now + delay
    else:
        end["deleted_at"] = None
    if error is not None:
        end = {"vm_state": server.vm_state, "power_state": server.power_state}
    stuck = bool(call.fault.get("stuck"))
    begun = call.fleet.begin(server, power, delay, error=error, outcome=end, never_ends=stuck)
    job = Job(call.now, [SubJob(server.id, begun)], kind=kind, single=True, server_id=server.id)
    return answer({"job_id": store_job(call, job).id})
