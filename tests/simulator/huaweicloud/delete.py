"""Deletes servers of ECS: one call takes up to 1000, and starts a job with a sub job for each."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import Response

from simulator.http.call import Call, Router, answer
from simulator.huaweicloud.checks import MAX_SERVERS, enter, find, json_body, refuse
from simulator.huaweicloud.iam import PLATFORM
from simulator.huaweicloud.jobs import Job, SubJob, injected_failure, store_job
from simulator.huaweicloud.recycle_bin import takes
from simulator.huaweicloud.validation import check_boolean, check_keys
from simulator.state.server_states import SHUT_DOWN, Power
from simulator.state.servers import Server, Transition

DELETE = Power("delete", "delete", frozenset(), "deleting", "deleted", 0, "delete")


def register(router: Router) -> None:
    router.add(PLATFORM, "POST", "/v1/<pid>/cloudservers/delete", delete_servers, name="delete servers", before=enter)


def delete_servers(call: Call) -> Response:
    """POST /v1/{p}/cloudservers/delete: pay-per-use servers only."""
    body = json_body(call)
    check_keys(body, "servers delete_publicip delete_volume", "body")
    for name in ("delete_publicip", "delete_volume"):
        check_boolean(body.get(name, False), name)
    rows = body.get("servers")
    if (
        not isinstance(rows, list)
        or not rows
        or not all(isinstance(row, dict) and isinstance(row.get("id"), str) for row in rows)
    ):
        raise refuse(400, "Ecs.0005", "servers must be a list of objects with an id.")
    if len(rows) > MAX_SERVERS:
        raise refuse(400, "Ecs.0118", "Too many servers: %d, at most %d in a batch." % (len(rows), MAX_SERVERS))
    servers = [find(call, server_id) for server_id in dict.fromkeys(row["id"] for row in rows)]
    for server in servers:
        if server.prepaid:
            raise refuse(
                400, "Ecs.0028", "The yearly/monthly server %s cannot be deleted; unsubscribe from it." % server.id
            )
        if server.locked and call.sim.options[PLATFORM]["locked"] == "request":
            raise refuse(400, "Ecs.0605", "The server %s is locked." % server.id)
    job = Job(
        call.now,
        [_sub_job(call, server, body.get("delete_volume", False)) for server in servers],
        kind="deleteServer",
        sub_kind="deleteSingleServer",
    )
    return answer({"job_id": store_job(call, job).id})


def _sub_job(call: Call, server: Server, delete_volume: bool) -> SubJob:
    """Its data disks are detached; with `delete_volume` all are deleted, otherwise those that are set so."""
    delay = call.sim.delay(PLATFORM, DELETE.delay)
    error = injected_failure(call, server, "Ecs.0213")
    if server.locked:
        error = "Ecs.0605", "The server %s is locked." % server.id
    elif server.task_state is not None:
        error = "Ecs.0603", "Another command is running on the server %s (%s)." % (server.id, server.task_state)
    if error is not None and (server.locked or server.task_state is not None):
        return SubJob(server.id, Transition(DELETE.record, call.now, delay, {}, call.now + delay * 0.2, error))
    end: dict[str, Any] = {"vm_state": "deleted", "power_state": 0, "deleted_at": call.now + delay}
    if delete_volume:
        end["attached"] = [{**row, "delete_on_termination": True} for row in server.attached]
    if takes(call, server):
        end.update(vm_state="soft-delete", power_state=SHUT_DOWN)
    if error is not None:
        end = {"vm_state": server.vm_state, "power_state": server.power_state}
    return SubJob(
        server.id,
        call.fleet.begin(server, DELETE, delay, error=error, outcome=end, never_ends=bool(call.fault.get("stuck"))),
    )
