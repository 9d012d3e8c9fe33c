# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans to delete, restore and purge servers. Pure data and functions. ``unlocked``: a locked server is unlocked
first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    GONE,
    PRESENT,
    PURGED,
    Action,
    ExpectedState,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.public_ip import (
    PublicIpSpec,
    plan_public_ip,
)

#: Prefixes of the task_states of a server that is being deleted.
DELETING = ("deleting", "soft-deleting")
DELETE = Action("delete", expected_state=ExpectedState(presence=GONE), tasks=DELETING)
#: On these platforms a deleted server cannot be restored.
DELETE_FOR_GOOD = Action("delete", expected_state=ExpectedState(presence=PURGED), tasks=DELETING)
PURGE = Action("purge", expected_state=ExpectedState(presence=PURGED), tasks=("deleting",))
RESTORE = Action("restore", expected_state=ExpectedState(presence=PRESENT), tasks=("restoring",))


def absent(server: Server, rules: Rules, unlocked: bool = False) -> Change:
    if server.is_deleted:
        return Change(server)
    return _ending(server, DELETE, rules, unlocked)


def purged(server: Server, rules: Rules, unlocked: bool = False, keeps_deleted: bool = True) -> Change:
    """``keeps_deleted``: the recycle bin is enabled, if the platform has a switch for it."""
    if server.is_purged:
        return Change(server)
    if rules.supports("purge_binned") and not server.is_deleted:
        if not keeps_deleted:
            return _ending(server, DELETE_FOR_GOOD, rules, unlocked)
        return _ending(server, DELETE, rules, unlocked, PURGE)
    # A cloud without a recycle bin cannot purge a server.
    action = PURGE if rules.supports("purge") else DELETE if rules.supports("deleted") else DELETE_FOR_GOOD
    if action is DELETE and server.is_deleted:
        return Change.refused(server, unsupported("purge", rules), presence(server))
    return _ending(server, action, rules, unlocked)


def _ending(server: Server, action: Action, rules: Rules, unlocked: bool, then: Action | None = None) -> Change:
    before = presence(server)
    after = {"state": "absent" if action is DELETE and not then else "purged"}
    if (server.task_state or "").startswith(DELETING):
        # If a server is deleted again during its deletion, Nova can permanently lose its state.
        return Change(server, (), before, before, wait_until_stable=True)
    planned_actions: tuple[Action, ...] = (action, then) if then else (action,)
    if server.locked and unlocked:
        planned_actions = (unlock(),) + planned_actions
    refusal = problem(server, planned_actions, rules)
    if refusal:
        return Change.refused(server, refusal, before)
    return Change(
        server, tuple(each.action for each in planned_actions), before, after, planned_actions=planned_actions
    )


def with_arguments(change: Change, arguments: Mapping[str, bool]) -> Change:
    """The change, whose deletion deletes more than the server, or less."""
    if not arguments:
        return change
    planned = tuple(
        replace(action, arguments=dict(arguments)) if action.action == DELETE.action else action
        for action in change.planned_actions
    )
    return replace(change, planned_actions=planned)


def with_release(change: Change, public_ip: PublicIpSpec | None) -> Change:
    """The change, whose deletion releases the addresses of ``public_ip`` first: of a deleted server nothing would tell
    that they were its own."""
    if public_ip is None or not change.planned_actions:
        return change
    before, after, released = plan_public_ip(change.server, public_ip)
    if not released:
        return change
    # After the action that unlocks the server, if there is one.
    begin = 1 if change.planned_actions[0] == unlock() else 0
    if change.server.locked and not begin:
        # The cloud would refuse the deletion, and the addresses would be gone.
        reason = "the server is locked; set locked: false to unlock it first"
        return Change.refused(change.server, reason, change.before)
    planned = (*change.planned_actions[:begin], *released, *change.planned_actions[begin:])
    return replace(
        change,
        actions=tuple(each.action for each in planned),
        planned_actions=planned,
        before={**change.before, "public_ip": before},
        after={**change.after, "public_ip": after},
    )


def restored(server: Server, rules: Rules, unlocked: bool = False) -> Change:
    before = presence(server)
    if server.is_purged:
        return Change.refused(server, "it is permanently deleted, and not in the recycle bin", before)
    if not server.is_deleted:
        return Change(server, (), before, before)
    if not rules.supports("restore"):
        return Change.refused(server, unsupported("restore", rules), before)
    if server.task_state:
        return Change.refused(
            server, "it has a task in progress (task_state %s); try again later" % server.task_state, before
        )
    return Change(server, ("restore",), before, {"state": "present"}, planned_actions=(RESTORE,))


def presence(server: Server) -> dict[str, Any]:
    return {"state": "purged" if server.is_purged else "in the recycle bin" if server.is_deleted else "present"}


def unsupported(action: str, rules: Rules) -> str:
    return str(rules.unsupported(action))


def problem(server: Server, planned_actions: Iterable[Action], rules: Rules) -> str | None:
    """The first reason why the platform would reject one of these actions."""
    for action in planned_actions:
        found = (
            rules.action_problem(server, action) if rules.supports(action.action) else unsupported(action.action, rules)
        )
        if found:
            return found
    return None


def unlock() -> Action:
    return Action("unlock", expected_state=ExpectedState(locked=False), is_retry_safe=True, watched=False)
