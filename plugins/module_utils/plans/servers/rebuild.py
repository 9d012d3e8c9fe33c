# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the image of servers: the options of a task, and the actions. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Iterable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import REBUILD, Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models import password_policy
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import DELETED
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import RebuildSpec, image_of
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    ERROR,
    PAUSED,
    RUNNING,
    STOPPED,
    SUSPENDED,
    TRANSITIONAL,
    Server,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.notes import POWER_STATE_NOTE, are_kept
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.password import REVISION
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import GOAL, ROUTES, plan_power
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.user_data import disabled_password
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name

STOPS = ("first", "with_server", "refuse")
POWER_STATES = ("unchanged", "started", "stopped")
_AS_BEFORE = {RUNNING: "started", STOPPED: "stopped", PAUSED: "paused", SUSPENDED: "suspended"}


@dataclass(frozen=True)
class RebuildOptions:
    """The options of a task. ``stop_policy`` is one of STOPS, ``power_state`` one of POWER_STATES."""

    order: RebuildSpec
    reinstall: bool = False
    stop_policy: str = "first"
    power_state: str = "unchanged"

    def order_for(self, server: Server) -> RebuildSpec:
        """The rebuild request of one server. Without an image its present image is used, or an empty string if that is
        unknown."""
        has = image_of(server) or ""
        wanted = self.order.image.id if self.order.image else has
        metadata = dict(self.order.metadata)
        if server.metadata.get(REVISION):
            # The label of the password, which is lost with the disk; server_password must set the password again.
            metadata.setdefault(REVISION, "")
        return replace(
            self.order,
            image_id=wanted,
            same_image=wanted == has,
            stop_running=self.stop_policy == "with_server",
            metadata=metadata,
        )

    def power_after(self, server: Server) -> str | None:
        """The final power state, as a state of server_power: the state that an interrupted run stored, or else the
        present one."""
        if self.power_state != "unchanged":
            return self.power_state
        kept = server.metadata.get(POWER_STATE_NOTE)
        return kept if kept in _AS_BEFORE.values() else _AS_BEFORE.get(server.target_power_state)

    def note_for(self, server: Server, rules: Rules) -> dict[str, str]:
        """The note in the metadata of the server while its disk is replaced: the power state to restore. Empty if the
        cloud restores the power state, or if the task sets it."""
        goal = self.power_after(server)
        by_itself = rules.supports("rebuild_running") and server.target_power_state in (RUNNING, STOPPED)
        if self.power_state != "unchanged" or goal is None or not are_kept(rules):
            return {}
        return {} if by_itself and POWER_STATE_NOTE not in server.metadata else {POWER_STATE_NOTE: goal}


def plan_os(servers: Iterable[Server], spec: RebuildOptions, rules: Rules) -> Plan:
    """Return the plan for image and power state of each server; ``rules`` is used for capabilities and problems."""
    return Plan(tuple(plan_one(server, spec, rules) for server in servers))


def needs_rebuild(server: Server, spec: RebuildOptions) -> bool:
    """A server in ERROR may be the result of a failed change, regardless of the image in its record."""
    if spec.reinstall or spec.order.image is None or server.target_power_state == ERROR:
        return True
    return image_of(server) != spec.order.image.id


def power_before(server: Server, spec: RebuildOptions, rules: Rules) -> str | None:
    """The power state, as one of server_power, that the server must have before its disk is replaced."""
    state, any_state = server.target_power_state, rules.supports("rebuild_running")
    if state in (STOPPED, ERROR):
        return None
    if state == RUNNING:
        return None if any_state or spec.stop_policy == "with_server" else "stopped"
    return "started" if any_state else "stopped"


def plan_one(server: Server, spec: RebuildOptions, rules: Rules) -> Change:
    state = server.target_power_state
    before = {"image": _label(server, spec, image_of(server)), "power_state": state}
    moving = server.power_state == TRANSITIONAL
    target_state = spec.power_after(server)
    if not needs_rebuild(server, spec):
        if spec.power_state == "unchanged" and (target_state is None or POWER_STATE_NOTE not in server.metadata):
            # A rebuild in progress can still fail.
            return Change(server, (), before, before, wait_until_stable=(server.status or "").upper() == "REBUILD")
        power = plan_power([server], str(target_state), False, rules).items[0]
        after = dict(before, power_state=power.after.get("power_state", state))
        return replace(power, before=before, after=after)
    order = spec.order_for(server)
    refusal = _refusal(server, spec, order, rules)
    planned_actions: tuple[Action, ...] = ()
    lead = power_before(server, spec, rules)
    if lead and not refusal:
        way = plan_power([server], lead, False, rules).items[0]
        planned_actions, refusal = way.planned_actions, way.refusal
    planned_actions += (Action(REBUILD, {"spec": order}),)
    actions = tuple(action.action for action in planned_actions)
    if rules.supports("rebuild_running") and target_state:
        actions += ROUTES[target_state][STOPPED if state == STOPPED else RUNNING]
    after = {
        "image": _label(server, spec, order.image_id),
        "power_state": GOAL[target_state] if target_state else RUNNING,
    }
    if order.same_image:
        after["reinstalled"] = True
    if order.name and order.name != server.name:
        before["name"], after["name"] = server.name, order.name
    note = next(iter(spec.note_for(server, rules).items()), None)
    planned_actions = tuple(replace(action, note=note) for action in planned_actions)
    return Change(server, actions, before, after, refusal, moving and not refusal, planned_actions)


def _refusal(server: Server, spec: RebuildOptions, order: RebuildSpec, rules: Rules) -> str | None:
    if server.locked and not rules.supports("act_on_locked"):
        return "the server is locked; unlock it first"
    if not order.image_id:
        return "it boots from a volume, so the cloud does not report which image it runs; set image"
    if spec.stop_policy == "refuse" and server.target_power_state in (RUNNING, PAUSED, SUSPENDED):
        return "the server is %s; stop it first, or set stop_policy: first" % server.target_power_state
    return rules.os_problem(order, server)


def _label(server: Server, spec: RebuildOptions, image_id: str | None) -> str | None:
    """The name and id of an image, if both are known."""
    image = spec.order.image
    if image and image.id == image_id:
        return image.label
    if server.image.name and server.image.id == image_id:
        return "%s (%s)" % (server.image.name, image_id)
    return image_id


def check_order(plan: Plan, spec: RebuildOptions, rules: Rules) -> None:
    """Raises InvalidRequest for options that are invalid for every server, before a request is sent."""
    order = spec.order
    problem = rules.os_problem(order) or rules.metadata_problem(order.metadata)
    if problem:
        raise InvalidRequest(problem)
    for change in plan.items:
        _check_password(change.server, order, rules)
    if order.image and not order.image.active and any(REBUILD in change.actions for change in plan.items):
        if order.image.status == DELETED:
            raise InvalidRequest(
                "image: the image %s no longer exists, so it cannot be installed on a server again" % order.image.label
            )
        raise InvalidRequest(
            "image: %s is in status %s; only an active image can be installed on a server"
            % (order.image.label, order.image.status)
        )


def ignored_options(plan: Plan, spec: RebuildOptions, rules: Rules) -> str | None:
    """A warning for options that the platform does not have; ``None`` if there are none."""
    order = spec.order
    given = {"cloud_init": not order.cloud_init, "user_id": order.user_id is not None, "auto_pay": order.auto_pay}
    ignored = [option for option, is_set in given.items() if is_set and option not in rules.rebuild_options]
    if not ignored or not any(REBUILD in change.actions for change in plan.items):
        return None
    return "%s has no option %s, so it has no effect on the servers." % (rules.platform, ", ".join(ignored))


def check_name_after(plan: Plan, spec: RebuildOptions) -> str | None:
    """A warning for a server that keeps its image, and therefore its name; ``None`` if there is none. Raises
    InvalidRequest if several servers would get the name."""
    name = spec.order.name
    if name is None:
        return None
    check_name("new_name", name)
    if len(plan.items) > 1:
        raise InvalidRequest("new_name: it renames one server, and the selection matches %d" % len(plan.items))
    kept = [item.server for item in plan.items if REBUILD not in item.actions and item.server.name != name]
    if not kept:
        return None
    return "new_name: %s keeps its image, so it is not renamed. Rename it with server." % kept[0].label


def password_warning(plan: Plan, spec: RebuildOptions, rules: Rules) -> str | None:
    """A warning if servers would ignore the password because of the user data."""
    order = spec.order
    for change in plan.items:
        os_type = order.image.os_type if order.image else change.server.metadata.get("os_type")
        found = disabled_password(order.password, order.user_data, os_type, rules)
        if found and REBUILD in change.actions:
            return found
    return None


def _check_password(server: Server, order: RebuildSpec, rules: Rules) -> None:
    if order.password is None:
        return
    policy = rules.os_password_policy
    known: Any = order.image.os_type if order.image else server.metadata.get("os_type")
    user = password_policy.administrator(known)
    problem = policy.problem(order.password, user, password_policy.is_windows(known))
    if problem:
        raise InvalidRequest("password: %s; choose another one" % problem)
