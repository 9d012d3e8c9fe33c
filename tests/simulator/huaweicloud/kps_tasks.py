"""The tasks of KPS, which bind, replace and unbind the key pair of a server.

KPS logs in to a running server: with the password of root, or with the private key of the present key pair.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request

from simulator.http.call import Call, answer
from simulator.huaweicloud import kps_checks as kps
from simulator.huaweicloud.checks import find_own
from simulator.huaweicloud.jobs import injected_failure
from simulator.nova.keypairs import caller_id
from simulator.state.guest import digest
from simulator.state.servers import Server

_LOGIN = ("KPS.2002", "Failed to log in to the server.")


@dataclass(eq=False)
class Task:
    """A task; `ends` is None while it never ends. Its effect comes with its end."""

    server: Server
    keypair_name: str
    operation: str
    project_id: str
    started: float
    ends: float | None
    error: tuple[str, str] | None = None
    vanished: bool = False
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def state(self, now: float) -> str:
        if self.ends is not None and self.ends <= now:
            return "FAILED" if self.error else "SUCCESS"
        return "READY" if now <= self.started else "RUNNING"

    def runs(self, now: float) -> bool:
        return self.state(now) in ("READY", "RUNNING")


def _tasks(call: Call) -> list[Task]:
    project = call.entry["project_id"]
    return [task for task in call.sim.kps_tasks.values() if task.project_id == project and not task.vanished]


def associate(call: Call) -> Response:
    """POST …/keypairs/associate: binds a key pair, or replaces the present one."""
    body = kps.fields("body", kps.body_of(call), "keypair_name:str server:dict", "keypair_name server")
    part = kps.fields("server", body["server"], "id:str auth:dict disable_password:bool port:int", "id")
    if not 1 <= part.get("port", 22) <= 65535:
        raise kps.invalid("port: 1 to 65535.")
    name = kps.found(call, body["keypair_name"]).name
    server = _server(call, part["id"])
    running = server.vm_state == "active"
    operation = "REPLACE" if running and server.key_name else "RESET"
    return _start(call, server, part, operation, name)


def disassociate(call: Call) -> Response:
    """POST …/keypairs/disassociate: unbinds the key pair of the server."""
    body = kps.fields("body", kps.body_of(call), "server:dict", "server")
    part = kps.fields("server", body["server"], "id:str auth:dict", "id")
    server = _server(call, part["id"])
    if not server.key_name:
        raise kps.refuse(400, "KPS.2003", "The server %s has no key pair." % server.id)
    return _start(call, server, part, "UNBIND", server.key_name)


def _server(call: Call, server_id: str) -> Server:
    server = find_own(call, server_id)
    if server is None or server.hidden:
        raise kps.refuse(404, "KPS.2001", "The server %s does not exist." % server_id)
    if server.os_type == "Windows":
        raise kps.refuse(400, "KPS.2004", "A Windows server takes no key pair.")
    if server.vm_state not in ("active", "stopped") or server.task_state is not None:
        raise kps.refuse(400, "KPS.2005", "The server %s is neither running nor stopped." % server_id)
    if any(task.server is server and task.runs(call.now) for task in _tasks(call)):
        raise kps.refuse(400, "KPS.2006", "A task is running on the server %s." % server_id)
    return server


def _start(call: Call, server: Server, part: dict[str, Any], operation: str, name: str) -> Response:
    error = _login_error(call, server, part.get("auth")) if server.vm_state == "active" else None
    error = injected_failure(call, server, "KPS.2007") or error
    delay = call.sim.delay(call.platform, "bind_keypair")
    ends = None if call.fault.get("stuck") else call.now + delay
    task = Task(server, name, operation, call.entry["project_id"], call.now, ends, error)
    task.vanished = call.fault.get("job") == "vanish"
    call.sim.kps_tasks[task.id] = task

    def finish() -> None:
        if task.error is None:
            server.key_name = None if operation == "UNBIND" else name
            call.fleet.mark_updated(server)

    if ends is not None:
        call.fleet.call_later(delay, finish)
    return answer({"task_id": task.id, "server_id": server.id, "status": "SUCCESS"}, 202)


def _login_error(call: Call, server: Server, auth: Any) -> tuple[str, str] | None:
    """Why KPS cannot log in to a running server, None if it can. Raises Refusal for a request without the means."""
    if auth is None:
        raise kps.refuse(400, "KPS.2008", "The server %s is running: auth is missing." % server.id)
    kps.fields("auth", auth, "type:str key:str", "type key")
    wanted = "keypair" if server.key_name else "password"
    if auth["type"] != wanted or not auth["key"]:
        raise kps.invalid("auth: type must be %s for this server." % wanted)
    if wanted == "password":
        return None if digest(auth["key"]) == server.password else _LOGIN
    if "PRIVATE KEY-----" not in auth["key"]:
        raise kps.invalid("auth: key is not a private key.")
    key = call.sim.keys[call.platform].find(caller_id(call), server.key_name or "")
    # The private key of an imported key pair is not known here.
    known = key.private_digest if key else None
    return None if known in (None, digest(auth["key"].strip() + "\n"), digest(auth["key"])) else _LOGIN


def show_task(call: Call, task_id: str) -> Response:
    task = next((task for task in _tasks(call) if task.id == task_id), None)
    if task is None:
        raise kps.refuse(400, "KPS.2009", "The task %s does not exist." % task_id)
    status = "%s_%s" % (task.state(call.now), task.operation)
    return answer({"task_id": task.id, "server_id": task.server.id, "task_status": status})


def list_running(call: Call) -> Response:
    return _listing(call, [task for task in _tasks(call) if task.runs(call.now)], False)


def list_failed(call: Call) -> Response:
    return _listing(call, [task for task in _tasks(call) if task.state(call.now) == "FAILED"], True)


def _listing(call: Call, tasks: list[Task], failed: bool) -> Response:
    for name in sorted(set(request.args) - {"limit", "offset"}):
        raise kps.invalid("Unknown parameter %s." % name)
    for name in request.args:
        if not request.args[name].isdecimal():
            raise kps.invalid("%s is not a number." % name)
    first = int(request.args.get("offset", "0"))
    page = tasks[first : first + int(request.args.get("limit", "1000"))]
    return answer({"total": len(tasks), "tasks": [_row(task, failed) for task in page]})


def _row(task: Task, failed: bool) -> dict[str, Any]:
    row = {
        "task_id": task.id,
        # The reference has the same words for running tasks.
        "operate_type": "FAILED_" + task.operation,
        "task_time": str(int(task.started * 1000)),
        "server_name": task.server.name,
        "server_id": task.server.id,
        "keypair_name": task.keypair_name,
    }
    if failed and task.error:
        row["task_error_code"], row["task_error_msg"] = task.error
    return row
