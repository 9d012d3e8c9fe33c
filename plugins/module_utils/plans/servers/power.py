# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the power state of servers: the actions from each state to each other state."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    ERROR,
    PAUSED,
    RUNNING,
    STOPPED,
    SUSPENDED,
    TRANSITIONAL,
    Server,
    fault_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan

STATES = ("started", "stopped", "restarted", "paused", "suspended")

#: The actions from a power state to the target state. Nova stops, pauses, suspends and soft-reboots only running
#: servers, so every route from another state goes through running.
ROUTES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "started": {RUNNING: (), STOPPED: ("start",), PAUSED: ("unpause",), SUSPENDED: ("resume",)},
    "stopped": {RUNNING: ("stop",), STOPPED: (), PAUSED: ("unpause", "stop"), SUSPENDED: ("resume", "stop")},
    "restarted": {
        RUNNING: ("reboot",),
        STOPPED: ("start",),
        PAUSED: ("unpause", "reboot"),
        SUSPENDED: ("resume", "reboot"),
    },
    "paused": {RUNNING: ("pause",), STOPPED: ("start", "pause"), PAUSED: (), SUSPENDED: ("resume", "pause")},
    "suspended": {RUNNING: ("suspend",), STOPPED: ("start", "suspend"), PAUSED: ("unpause", "suspend"), SUSPENDED: ()},
}
GOAL = {"started": RUNNING, "stopped": STOPPED, "restarted": RUNNING, "paused": PAUSED, "suspended": SUSPENDED}
#: The last action of every route to these states; a platform without this action does not support the state.
LAST_ACTION = {"paused": "pause", "suspended": "suspend"}

_STANDING = {
    "VERIFY_RESIZE": "its resize is not confirmed or reverted yet",
    "SHELVED": "it is shelved; unshelve it first",
    "SHELVED_OFFLOADED": "it is shelved; unshelve it first",
    "RESCUE": "it is in rescue mode; unrescue it first",
    "DELETED": "it is deleted",
    "SOFT_DELETED": "it is deleted; restore it first",
}


def plan_power(servers: Iterable[Server], target_state: str, force: bool, rules: Rules) -> Plan:
    """Return the plan to reach the target power state; ``rules`` is asked only for capabilities."""
    return Plan(tuple(plan_one(server, target_state, force, rules) for server in servers))


def plan_one(server: Server, target_state: str, force: bool, rules: Rules) -> Change:
    state = server.target_power_state
    before = {"power_state": state}
    if state == ERROR and not (target_state == "restarted" and force):
        hint = "; state: restarted with force: true tries a hard reboot"
        return Change(server, before=before, after=before, refusal=fault_text(server) + hint)
    if state == ERROR:
        actions: tuple[str, ...] = ("reboot",)
    elif state not in ROUTES[target_state]:
        why = _STANDING.get((server.status or "").upper(), "it cannot be %s from this status" % target_state)
        refusal = "the server is in status %s: %s" % (server.status, why)
        return Change(server, before=before, after=before, refusal=refusal)
    elif target_state == "restarted" and force and state in (PAUSED, SUSPENDED):
        actions = ("reboot",)
    else:
        actions = ROUTES[target_state][state]
    after: dict[str, Any] = {"power_state": GOAL[target_state]}
    if target_state == "restarted" and state != STOPPED:
        after["restarted"] = True
    unsupported = _why_not(server, actions, rules)
    moving = server.power_state == TRANSITIONAL and not unsupported
    planned_actions = tuple(power_action(action, force) for action in actions)
    return Change(server, actions, before, after if actions else before, unsupported, moving, planned_actions)


def power_action(action: str, force: bool = False) -> Action:
    """A power action. The power state in GOALS proves it, but a reboot is proven only by the record of the cloud."""
    return Action(action, {"force": True} if force else {})


def _why_not(server: Server, actions: Sequence[str], rules: Rules) -> str | None:
    for action in actions:
        if not rules.supports(action):
            return str(rules.unsupported(action))
    if actions and server.locked and not rules.supports("act_on_locked"):
        return "the server is locked; unlock it first"
    return None
