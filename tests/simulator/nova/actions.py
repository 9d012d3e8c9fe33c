"""POST /servers/{id}/action: power actions and locks, when they are allowed, and their instance actions."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response

from simulator.http.call import Call, answer
from simulator.nova.checks import forbid, refuse
from simulator.nova.views import host_id
from simulator.state.clock import iso_us
from simulator.state.server_states import ACTIONS, Power
from simulator.state.servers import ActionRecord, Server, Transition

_REBOOT_TYPES = ("HARD", "Hard", "hard", "SOFT", "Soft", "soft")


@dataclass(frozen=True)
class Action:
    """An action of a server: its id in operations.yml, the check of its argument, and its function."""

    operation: str | None
    check: Callable[[Call, Any], None]
    run: Callable[[Call, Server, Any], Response]


def unchecked(_call: Call, _argument: Any) -> None:
    """os-start and similar actions take null or, in some documents, true; Nova ignores the value."""


def reboot_type(_call: Call, argument: Any) -> None:
    if not isinstance(argument, dict) or "type" not in argument:
        raise refuse(
            400, "Invalid input for field/attribute reboot. Value: %r. 'type' is a required property" % (argument,)
        )
    if set(argument) != {"type"}:
        raise refuse(
            400,
            "Invalid input for field/attribute reboot. Value: %r. Additional properties are not allowed" % (argument,),
        )
    if argument["type"] not in _REBOOT_TYPES:
        raise refuse(
            400,
            "Invalid input for field/attribute type. Value: %s. %r is not one of %s"
            % (argument["type"], argument["type"], list(_REBOOT_TYPES)),
        )


def power(name: str, operation: str | None) -> Action:
    return Action(operation, unchecked, lambda call, server, _argument: run_power(call, server, ACTIONS[name]))


def reboot(operation: str | None) -> Action:
    def run(call: Call, server: Server, argument: Any) -> Response:
        return run_power(call, server, ACTIONS["reboot_" + argument["type"].lower()])

    return Action(operation, reboot_type, run)


def locking(locked: bool, operation: str | None) -> Action:
    def run(call: Call, server: Server, argument: Any) -> Response:
        _check_role(call, "os_compute_api:os-lock-server:" + ("lock" if locked else "unlock"))
        if not locked and server.locked_by_admin and not call.is_admin:
            raise refuse(
                403, "Policy doesn't allow os_compute_api:os-lock-server:unlock:unlock_override to be performed."
            )
        server.locked = locked
        server.locked_reason = argument.get("locked_reason") if isinstance(argument, dict) else None
        server.locked_by_admin = locked and call.is_admin
        call.fleet.mark_updated(server)
        return answer(None, 202)

    return Action(operation, unchecked, run)


def standard() -> dict[str, Action]:
    """The actions of plain Nova and of EasyStack, by their ids in EasyStack's list."""
    return {
        "os-start": power("start", "E05"),
        "os-stop": power("stop", "E06"),
        "reboot": reboot("E07"),
        "pause": power("pause", "E08"),
        "unpause": power("unpause", "E09"),
        "suspend": power("suspend", "E10"),
        "resume": power("resume", "E11"),
        "lock": locking(True, "E24"),
        "unlock": locking(False, "E25"),
    }


def run_power(call: Call, server: Server, what: Power) -> Response:
    """Returns 202 without a body if role, lock and state allow the action."""
    check_state(call, server, what, "os_compute_api:servers:" + what.verb)
    begin(call, server, what)
    return answer(None, 202)


def check_state(call: Call, server: Server, what: Power, rule: str, locked: str = "Instance %s is locked") -> None:
    """Check the role, the lock and the state as Nova does, in its order. Raises Refusal."""
    _check_role(call, rule)
    if server.locked and not call.is_admin:
        raise refuse(409, locked % server.id)
    if not server.host:
        # It was never scheduled to a host, so no action is possible.
        raise refuse(409, "Instance %s is in an invalid state for '%s'" % (server.id, what.verb))
    for kind, value, allowed in (
        ("vm_state", server.vm_state, what.allowed),
        ("task_state", server.task_state, what.tasks),
    ):
        if value not in allowed:
            raise refuse(409, "Cannot '%s' instance %s while it is in %s %s" % (what.verb, server.id, kind, value))


def check_host_is_up(call: Call, server: Server) -> None:
    """A resize or a cold migration needs the nova-compute that the server is on. Raises Refusal."""
    if not call.sim.builders[call.platform].hosts.is_up(server.host):
        raise refuse(409, "Service is unavailable at this time.")


def begin(call: Call, server: Server, what: Power, ends: dict[str, Any] | None = None) -> Transition:
    """Begin an action and record it; `ends` are the server's fields after it, other than its state."""
    failing = call.fault.get("fail_servers")
    error = None
    if failing == "all" or (isinstance(failing, list) and (server.id in failing or server.name in failing)):
        error = ("500", str(call.fault.get("reason", "Simulated failure of the hypervisor")))
    outcome = None if error else {"vm_state": what.vm_state, "power_state": what.power_state, **(ends or {})}
    transition = call.fleet.begin(
        server,
        what,
        call.sim.delay(call.platform, what.delay),
        never_ends=bool(call.fault.get("stuck")),
        error=error,
        outcome=outcome,
    )
    server.actions.append(
        ActionRecord(what.record, call.request_id, server.user_id, server.project_id, call.now, transition)
    )
    return transition


def describe(call: Call, server: Server, record: ActionRecord, events: bool = False) -> dict[str, Any]:
    """A row of os-instance-actions; its events are for administrators, from 2.51 on for every user."""
    transition = record.transition
    over = transition is not None and transition.finished(call.now)
    failed = over and transition is not None and transition.error is not None
    ended = transition.ends if over and transition is not None else None
    shown: dict[str, Any] = {
        "action": record.action,
        "instance_uuid": server.id,
        "request_id": record.request_id,
        "user_id": record.user_id,
        "project_id": record.project_id,
        "start_time": iso_us(record.started, ""),
        "message": "Error" if failed else None,
    }
    if call.microversion >= (2, 58):
        shown["updated_at"] = iso_us(ended or record.started, "")
    if events and (call.is_admin or call.microversion >= (2, 51)):
        event: dict[str, Any] = {
            "event": "compute_%s_instance" % record.action,
            "start_time": iso_us(record.started, ""),
            "finish_time": iso_us(ended, ""),
            "result": None if not over else "Error" if failed else "Success",
        }
        if call.microversion >= (2, 62):
            event["hostId"] = host_id(server)
        if call.is_admin:
            event["traceback"] = "Traceback (most recent call last): simulated" if failed else None
            if call.microversion >= (2, 62):
                event["host"] = server.host or None
            if call.microversion >= (2, 84):
                event["details"] = transition.error[1] if failed and transition and transition.error else None
        shown["events"] = [event]
    return shown


def _check_role(call: Call, rule: str) -> None:
    assert call.token is not None
    if not {"admin", "member"} & set(call.token.roles):
        raise forbid(rule)
