# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Binding a key pair to a server, replacing it and unbinding it, by tasks of KPS.

Sources: Data Encryption Workshop API Reference, "Binding an SSH Key Pair", "Unbinding an SSH Key Pair", "Querying Task
Information", "Querying Running Tasks" and "Querying Failed Tasks". KPS changes the authorized keys of root in the
guest: it logs in to a running server, with the password of root or the private key of the present key pair, and needs
no login for a stopped one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    ItemNotFound,
    ResponseLost,
    is_ambiguous,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
    JOB_VANISHED,
    Job,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.concurrency import ask_each
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import unproven
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import Send
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.kps import (
    Kps,
    ServiceAbsent,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    mapping,
    mappings,
    part_of,
    text,
)

BIND, UNBIND = "bind_keypair", "unbind_keypair"
ACTIONS = (BIND, UNBIND)

#: The result of a task by the first word of its status; the second word is the operation.
_RESULTS = {"READY": JOB_PENDING, "RUNNING": JOB_PENDING, "SUCCESS": JOB_SUCCEEDED, "FAILED": JOB_FAILED}
#: The maximum number of tasks that a list call returns.
_TASKS = 1000
#: The maximum number of tasks that are read one by one in a poll.
_ALONE = 4
#: Seconds until the second look for a task whose response was lost.
_LISTED_WITHIN = 3.0
_LOGIN = (
    "Check the password or private key, that root may log in by SSH, and that the security groups admit the key pair"
    " service at the SSH port; or stop the server, which then needs no login."
)


def _row(action: str) -> Send:
    """A row of the table of actions: one request for each server."""

    def send(api: HuaweiApi, requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        kps = Kps(api)
        if kps.is_absent:
            raise api.rules.unsupported(action)
        return ask_each(lambda request: _send(kps, *request), requests, api.parallel)

    return send


bind, unbind = _row(BIND), _row(UNBIND)


def _send(kps: Kps, server: Server, action: Action) -> PendingAction:
    pending = action.pending(server)
    if action.action == BIND:
        path, what = "/keypairs/associate", "bind the key pair %s to %s" % (action.arguments["key_name"], server.label)
    else:
        path, what = "/keypairs/disassociate", "unbind the key pair of %s" % server.label
    try:
        answer = kps.send("POST", path, what, _body(server, action))
        task_id = _task_id(answer, what)
    except ServiceAbsent as absent:
        kps.remember_absence(absent)
        return replace(pending, error=kps.api.rules.unsupported(action.action))
    except CloudError as error:
        return replace(pending, error=error, outcome_unknown=is_ambiguous(error))
    return replace(pending, job_id=task_id, request_id=answer.request_id)


def _body(server: Server, action: Action) -> dict[str, Any]:
    arguments = action.arguments
    of_server: dict[str, Any] = {"id": server.id}
    for kind, key in (("password", arguments.get("password")), ("keypair", arguments.get("private_key"))):
        if key:
            of_server["auth"] = {"type": kind, "key": key}
    if action.action == UNBIND:
        return {"server": of_server}
    for key in ("disable_password", "port"):
        if arguments.get(key) is not None:
            of_server[key] = arguments[key]
    return {"keypair_name": arguments["key_name"], "server": of_server}


def _task_id(answer: Any, what: str) -> str:
    """The id of the task. Raises BadRequest if the response reports that no task was started."""
    if answer.status not in (200, 202):
        raise unproven(answer, what, "the response is HTTP %d, and the documented success is 202" % answer.status)
    body = mapping(answer.body)
    if text(body.get("status")) == "FAILED":
        message = text(body.get("error_msg")) or "the key pair service did not start the task"
        raise BadRequest(
            "Could not %s: %s" % (what, message),
            status=answer.status,
            code=text(body.get("error_code")),
            request_id=answer.request_id,
        )
    found = text(body.get("task_id"))
    if not found:
        raise ResponseLost("the cloud accepted the request, but returned no task", request_id=answer.request_id)
    return found


def read_tasks(api: HuaweiApi, task_ids: Sequence[str]) -> dict[str, Job]:
    """The tasks as jobs, by id. Of many tasks, those that the list of running tasks contains are not read alone."""
    jobs: dict[str, Job] = {}
    if len(task_ids) > _ALONE:
        running = {text(row.get("task_id")) for row in _tasks(Kps(api), "running")}
        jobs = {each: Job(id=each, status=JOB_PENDING) for each in task_ids if each in running}
    alone = [each for each in task_ids if each not in jobs]
    jobs.update(zip(alone, in_parallel(lambda each: read_task(api, each), alone, api.parallel)))
    return jobs


def read_task(api: HuaweiApi, task_id: str) -> Job:
    """The task as a job; JOB_VANISHED if KPS does not know it."""
    kps, what = Kps(api), "read the task %s" % task_id
    try:
        body = kps.read("/tasks/" + path_segment(task_id), what)
    except (ItemNotFound, BadRequest) as error:
        return Job(id=task_id, status=JOB_VANISHED, code=error.code, message=error.message)
    shown = str(part_of(body, "task_status", what, str))
    status = _RESULTS.get(shown.partition("_")[0].upper(), JOB_PENDING)
    if status != JOB_FAILED:
        return Job(id=task_id, status=status, type=shown)
    code, message = _why_failed(kps, task_id)
    reason = "the key pair service reports %s%s" % (shown, ": %s" % message if message else "")
    return Job(id=task_id, status=status, type=shown, code=code, message="%s. %s" % (reason.rstrip("."), _LOGIN))


def _why_failed(kps: Kps, task_id: str) -> tuple[str | None, str | None]:
    """The code and message of a failed task; ``None`` if they cannot be read."""
    for row in _tasks(kps, "failed"):
        if text(row.get("task_id")) == task_id:
            return text(row.get("task_error_code")), text(row.get("task_error_msg"))
    return None, None


def find_task(api: HuaweiApi, pending: PendingAction) -> PendingAction | None:
    """The pending action with its running task, after its response was lost; ``None`` if KPS shows no such task. It is
    looked for twice, because a task may take a moment to be listed."""
    kps = Kps(api)
    for look in range(2):
        if look:
            api.session.sleep(_LISTED_WITHIN)
        for row in _tasks(kps, "running"):
            task_id = text(row.get("task_id"))
            if task_id and _is_of(row, pending):
                return replace(pending, job_id=task_id, error=None, outcome_unknown=False)
    return None


def _is_of(row: Mapping[str, Any], pending: PendingAction) -> bool:
    if text(row.get("server_id")) != pending.server_id:
        return False
    unbinds = "UNBIND" in (text(row.get("operate_type")) or "").upper()
    if pending.action == UNBIND:
        return unbinds
    wanted = pending.expected_state.key_name if pending.expected_state else None
    return not unbinds and text(row.get("keypair_name")) == wanted


def _tasks(kps: Kps, state: str) -> Sequence[Mapping[str, Any]]:
    """The tasks of a state; none if they cannot be read, because they only add to what the server itself shows."""
    try:
        body = kps.read("/%s-tasks" % state, "list the %s tasks" % state, {"limit": _TASKS})
    except CloudError:
        return ()
    return mappings(mapping(body).get("tasks"))
