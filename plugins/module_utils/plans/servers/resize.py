# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the flavor of a server: resize, confirm and revert. Pure data and functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Tuple

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, ExpectedState
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import RUNNING, STOPPED, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

RESIZES = ("never", "offline", "live", "auto")
#: The option to pay the order of a resize.
AUTO_PAY = "auto_pay"
#: Statuses of a server without a resize in progress.
_STANDS = ("ACTIVE", "SHUTOFF")
#: For the diff: the field, its values before and after, and the actions.
Step = Tuple[str, Any, Any, Tuple[Action, ...]]


@dataclass(frozen=True)
class ResizeSpec:
    """The options of a task for the flavor: ``resize`` is one of RESIZES."""

    flavor: Flavor | None
    resize: str = "never"
    confirm: bool = True
    revert: bool = False
    auto_pay: bool = False


def plan_flavor(server: Server, spec: ResizeSpec, rules: Rules) -> Iterator[Step]:
    """Yield at most one step. Raises InvalidRequest if the flavor cannot be reached."""
    if (server.status or "").upper() == "VERIFY_RESIZE":
        yield from _standing(server, spec)
    elif spec.flavor is not None and not is_of(server, spec.flavor):
        yield "flavor", label(server.flavor), label(spec.flavor), _resize(server, spec.flavor, spec, rules)


def _standing(server: Server, spec: ResizeSpec) -> Iterator[Step]:
    """A resize that is not confirmed yet: the record of the server already shows the new flavor."""
    shown = label(server.flavor)
    if spec.revert:
        revert = Action("revert_resize", expected_state=ExpectedState(status=_STANDS), tasks=("resize_reverting",))
        yield "resize", "to be confirmed", "reverted", (revert,)
    elif spec.flavor is None or not spec.confirm:
        return
    elif not is_of(server, spec.flavor):
        raise InvalidRequest(
            "its resize to %s is not confirmed or reverted yet; first confirm it with flavor: %s, or revert it with"
            " revert: true" % (shown, shown)
        )
    else:
        yield "resize", "to be confirmed", "confirmed", (_confirm(spec.flavor),)


def _resize(server: Server, flavor: Flavor, spec: ResizeSpec, rules: Rules) -> tuple[Action, ...]:
    how, state = spec.resize, server.target_power_state
    runs = state == RUNNING
    if how == "never":
        raise InvalidRequest(
            "its flavor is %s and not %s; set resize: offline to stop the server for the change, or resize: live to"
            " change it while it runs, if the cloud supports that" % (label(server.flavor), label(flavor))
        )
    if how == "live" and not runs:
        raise InvalidRequest("resize: live needs a running server, and it is %s; use resize: offline or auto" % state)
    refusal = rules.flavor_problem(flavor, server.availability_zone)
    if refusal:
        raise InvalidRequest("its flavor %s cannot be changed: %s" % (label(server.flavor), refusal))
    arguments: dict[str, Any] = {"flavor_id": flavor.id, "flavor_name": flavor.name}
    names = _names(flavor)
    if how == "live" or (how == "auto" and runs and rules.supports("live_resize")):
        return (
            Action("live_resize", arguments, ExpectedState(power_state=RUNNING, flavor=names), tasks=("live_resiz",)),
        )
    if state not in (RUNNING, STOPPED):
        raise InvalidRequest("a resize needs a running or a stopped server, and it is %s" % state)
    if spec.auto_pay and AUTO_PAY in rules.resize_options:
        arguments[AUTO_PAY] = True
    # Some clouds confirm automatically, so VERIFY_RESIZE may never be observed.
    expected_state = ExpectedState(status=("VERIFY_RESIZE",) + _STANDS, flavor=names)
    resize = Action("resize", arguments, expected_state, tasks=("resize_",))
    if not rules.supports("confirm_resize") or not spec.confirm:
        return (resize,)
    return (resize, _confirm(flavor))


def _confirm(flavor: Flavor) -> Action:
    return Action("confirm_resize", expected_state=ExpectedState(status=_STANDS, flavor=_names(flavor)))


def ignored_option(plan: Plan, auto_pay: bool, rules: Rules) -> str | None:
    """A warning if the platform has no orders to pay, and a server is resized; ``None`` if there is none."""
    resized = any({"resize", "live_resize"} & set(change.actions) for change in plan.items)
    if not auto_pay or not resized or AUTO_PAY in rules.resize_options:
        return None
    return "%s has no option %s, so it has no effect on the servers." % (rules.platform, AUTO_PAY)


def _names(flavor: Flavor) -> tuple[str, ...]:
    return tuple(name for name in (flavor.id, flavor.name) if name)


def is_of(server: Server, flavor: Flavor) -> bool:
    if server.flavor.id and flavor.id:
        return server.flavor.id == flavor.id
    return server.flavor.name == flavor.name


def label(flavor: Flavor) -> str:
    return flavor.name or flavor.id or "not known"
