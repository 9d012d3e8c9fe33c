"""Batch power actions of ECS, and their jobs and sub jobs."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Malformed, Refusal, answer
from simulator.huaweicloud.checks import batch_ids, find, refuse
from simulator.state.clock import iso_ms
from simulator.state.server_states import ACTIONS, Power
from simulator.state.servers import Server, Transition

JOB_RETENTION = 86400.0  # seconds; a finished job can be queried for so long
OPERATIONS = {"os-start": "H03", "reboot": "H04", "os-stop": "H05"}
_TARGET_STATES = {"os-start": "active", "os-stop": "stopped"}
_REQUIRED_STATES = {"os-start": "stopped", "os-stop": "active", "reboot": "active"}


def job_id() -> str:
    return "ff80" + uuid.uuid4().hex[4:]


@dataclass(eq=False)
class SubJob:
    """The part of a job for one server; the transition holds its end and its result."""

    server_id: str
    transition: Transition
    id: str = field(default_factory=job_id)
    entities: dict[str, Any] | None = None  # in place of the server's id


@dataclass(eq=False)
class Job:
    """A job and its sub-jobs, one for each server."""

    started: float
    subs: list[SubJob]
    vanished: bool = False
    kind: str = "serversAction"
    single: bool = False  # of one server: `entities` has its id in place of sub jobs
    server_id: str = ""
    sub_kind: str = "serverActions"
    payment: Callable[[float], list[SubJob]] | None = None  # starts the sub jobs when the order is paid
    id: str = field(default_factory=job_id)

    def pay(self, now: float) -> None:
        assert self.payment is not None
        self.subs = self.payment(now)
        self.payment = None

    def ends(self) -> float | None:
        if self.payment is not None:
            return None
        times = [sub.transition.ends for sub in self.subs]
        return None if any(time is None for time in times) else max(time for time in times if time is not None)

    def state(self, now: float) -> str:
        if self.payment is not None:
            return "PENDING_PAYMENT"
        ends = self.ends()
        if ends is not None and ends <= now:
            return "FAIL" if any(sub.transition.error for sub in self.subs) else "SUCCESS"
        longest = max(sub.transition.delay for sub in self.subs)
        return "INIT" if now < self.started + longest * 0.1 else "RUNNING"


def pick_action(body: Any) -> tuple[str | None, str]:
    key = next(iter(body)) if isinstance(body, dict) and len(body) == 1 else ""
    return OPERATIONS.get(key), key if key in OPERATIONS else "batch action"


def batch_action(call: Call) -> Response:
    """POST /v1/{p}/cloudservers/action: start, stop or reboot up to 1000 servers."""
    key, kind, servers = _read(call)
    power = _power(key, kind)
    options = call.sim.options[call.platform]
    errors = {server.id: _refusal_reason(key, server) for server in servers}
    for server in servers:
        found = errors[server.id]
        if found is None:
            continue
        if found[0] == "Ecs.0605" and options["locked"] == "request":
            raise refuse(400, *found)
        if found[0] == "Ecs.0100" and options["already"] == "error":
            raise refuse(400, *found)
        if found[0] == "Ecs.0603" and options["already"] == "error":
            raise refuse(501, *found)
    job = Job(call.now, [_sub_job(call, key, power, server, errors[server.id]) for server in servers])
    return answer({"job_id": store_job(call, job).id})


def show_job(call: Call, job_id: str) -> Response:
    """GET /v1/{p}/jobs/{job_id}. A finished job is deleted after a day."""
    if not re.fullmatch(r"[0-9a-f]{32}", job_id):
        raise Refusal(400, {"code": "Common.0011", "message": "The job ID is invalid."})
    job, project_id = call.sim.jobs.get(job_id, (None, None))
    ends = job.ends() if job else None
    if (
        job is None
        or job.vanished
        or project_id != call.entry["project_id"]
        or (ends is not None and call.now > ends + JOB_RETENTION)
    ):
        raise Refusal(404, {"code": "Common.0011", "message": "The job %s does not exist." % job_id})
    state = job.state(call.now)
    if job.payment is not None:
        return answer(_describe(job.id, job.kind, state, job.started, None, None, {"server_id": job.server_id}))
    subs = [
        _describe(
            sub.id,
            job.sub_kind,
            _sub_state(sub, state, call.now),
            job.started,
            sub.transition.ends,
            sub.transition.error,
            sub.entities or {"server_id": sub.server_id},
        )
        for sub in job.subs
    ]
    error = next((sub.transition.error for sub in job.subs if sub.transition.error), None)
    entities = subs[0]["entities"] if job.single else {"sub_jobs_total": len(subs), "sub_jobs": subs}
    return answer(_describe(job.id, job.kind, state, job.started, ends, error, entities))


def store_job(call: Call, job: Job) -> Job:
    """Keep a job, with its project."""
    job.vanished = call.fault.get("job") == "vanish"
    call.sim.jobs[job.id] = (job, call.entry["project_id"])
    return job


def injected_failure(call: Call, server: Server, code: str) -> tuple[str, str] | None:
    """Code and message if an injected fault lets the job fail for this server."""
    failing = call.fault.get("job")
    if not isinstance(failing, dict):
        return None
    names = failing.get("fail_servers", "all")
    if names == "all" or server.id in names or server.name in names:
        return str(failing.get("code", code)), str(failing.get("reason", "Simulated failure"))
    return None


def _read(call: Call) -> tuple[str, str, list[Server]]:
    """The action, its type and the servers, or the refusal that ECS gives."""
    body = call.body
    if request.mimetype != "application/json" or isinstance(body, Malformed) or not isinstance(body, dict):
        raise refuse(400, "Ecs.0005", "The request body is not a JSON document.")
    if len(body) != 1 or next(iter(body)) not in OPERATIONS:
        raise refuse(400, "Ecs.0005", "The request body must hold exactly one of os-start, os-stop and reboot.")
    key, argument = next(iter(body.items()))
    if not isinstance(argument, dict):
        raise refuse(400, "Ecs.0005", "%s must be an object." % key)
    kind = argument.get("type", "SOFT" if key == "os-stop" else None)
    if key == "os-start":
        kind = "SOFT"
    if kind not in ("SOFT", "HARD"):
        raise refuse(400, "Ecs.0005", "type must be SOFT or HARD.")
    servers = [find(call, identity) for identity in batch_ids(argument)]
    return key, kind, servers


def _power(key: str, kind: str) -> Power:
    if key == "reboot":
        return ACTIONS["reboot_" + kind.lower()]
    return ACTIONS["start" if key == "os-start" else "shutdown" if kind == "SOFT" else "stop"]


def _refusal_reason(key: str, server: Server) -> tuple[str, str] | None:
    """Why ECS refuses the action, None if it does not. `_sub_job` accepts servers that are in the target state."""
    if server.locked:
        return "Ecs.0605", "The server %s is locked." % server.id
    if server.task_state is not None:
        return "Ecs.0603", "Another command is running on the server %s (%s)." % (server.id, server.task_state)
    if server.vm_state != _REQUIRED_STATES[key]:
        return "Ecs.0100", "The state of the server %s (%s) does not allow this operation." % (server.id, server.status)
    return None


def _sub_job(call: Call, key: str, power: Power, server: Server, reason: tuple[str, str] | None) -> SubJob:
    """The sub job of a server. It takes 60 to 100 % of the delay, always the same part for the same server."""
    share = 0.6 + 0.4 * int(server.id.replace("-", "")[:4], 16) / 65535 if _is_hex(server.id) else 1.0
    delay = call.sim.delay(call.platform, power.delay) * share
    injected = injected_failure(call, server, "Ecs.0226")
    if reason is not None:
        done = server.task_state is None and server.vm_state == _TARGET_STATES.get(key) and not server.locked
        error = injected if done else injected or reason
        now = call.now
        return SubJob(server.id, Transition(power.record, now, delay, {}, now + delay * 0.2, error))
    stay = {"vm_state": server.vm_state, "power_state": server.power_state} if injected else None
    return SubJob(
        server.id,
        call.fleet.begin(server, power, delay, never_ends=bool(call.fault.get("stuck")), error=injected, outcome=stay),
    )


def _is_hex(text: str) -> bool:
    return re.match(r"[0-9a-f]{4}", text) is not None


def _sub_state(sub: SubJob, parent: str, now: float) -> str:
    if sub.transition.finished(now):
        return "FAIL" if sub.transition.error else "SUCCESS"
    return "INIT" if parent == "INIT" else "RUNNING"


def _describe(
    identity: str,
    kind: str,
    state: str,
    started: float,
    ends: float | None,
    error: tuple[str, str] | None,
    entities: dict[str, Any],
) -> dict[str, Any]:
    """A job or sub job. While it runs it has no error_code and no fail_reason, and an empty end_time."""
    over = state in ("SUCCESS", "FAIL")
    shown: dict[str, Any] = {
        "job_id": identity,
        "job_type": kind,
        "begin_time": iso_ms(started),
        "end_time": iso_ms(ends) if over else "",
        "status": state,
        "entities": entities,
    }
    if over:
        shown["error_code"] = error[0] if error and state == "FAIL" else None
        shown["fail_reason"] = error[1] if error and state == "FAIL" else None
    return shown
