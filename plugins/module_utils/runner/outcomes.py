# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a task that changes servers: the outcome of each server, records, passwords and the handle. A task that
changes no servers does not import it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Collection, Iterable, Mapping, Protocol

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import as_dicts
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    Outcome,
    Plan,
    failed_first,
    failures,
    predicted,
    summary,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import Context, Result

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server


def report(outcomes: Iterable[Outcome], participle: str, result: Result) -> Result:
    """The result with the outcome of each server, failed ones first; failed if any server failed, with their names:
    ``participle`` completes ``could not be …``."""
    ordered = failed_first(outcomes)
    result.data["outcomes"] = [outcome.as_dict() for outcome in ordered]
    if failures(ordered):
        result.failure = summary(ordered, participle)
    return result


def records(context: Context, servers: Iterable[Server]) -> dict[str, Any]:
    """The records of the servers in the result; empty unless the task requests them."""
    if not context.params.get("return_servers"):
        return {}
    return {"servers": as_dicts(list(servers))}


class Work(Protocol):
    """An executor of a plan that has the outcome of each server by its id. ``passwords`` are those in responses of the
    cloud."""

    passwords: dict[str, str]
    outcomes: dict[str, Outcome]
    servers: dict[str, Server]
    pending_actions: dict[str, PendingAction]


def check_result(context: Context, plan: Plan, participle: str, data: Mapping[str, Any]) -> Result:
    """The report of check mode for a plan. ``participle`` completes ``could not be …``, ``data`` is added to it."""
    shown = records(context, (item.server for item in plan.items if item.exists))
    result = Result(plan.changed, {**data, **shown, **handle_of(context)}, plan.diff())
    return report(predicted(plan), participle, result)


def response_passwords(context: Context, work: Work) -> dict[str, Any]:
    """The passwords that the cloud generated, for the result; empty unless the task requests them. Those of the options
    are not repeated."""
    if not context.params.get("return_passwords") or context.params.get("password") is not None:
        return {}
    for password in work.passwords.values():
        context.register_secret(password, returned=True)
    return {"passwords": dict(sorted(work.passwords.items()))}


def run_result(context: Context, work: Work, plan: Plan, participle: str, data: Mapping[str, Any]) -> Result:
    """The report of a run for its plan: changed, diff, outcomes, servers, handle."""
    keys = [item.server.id for item in plan.items]
    outcomes = [work.outcomes[key] for key in keys]
    result = Result(any(outcome.actions for outcome in outcomes), dict(data), plan.diff())
    result.data.update(records(context, (work.servers[key] for key in keys if key in work.servers)))
    result.data.update(handle_of(context, work.pending_actions.values()))
    return report(outcomes, participle, result)


def handle_of(context: Context, pending_actions: Collection[PendingAction] = ()) -> dict[str, Any]:
    """The handle for the result. A task that does not wait always has one, also in check mode and if nothing is
    pending, so that a playbook can give it to job_info without a condition."""
    if not pending_actions and context.params.get("wait") is not False:
        return {}
    from ansible_collections.cloudserver.compute.plugins.module_utils.execution import handle as jobs

    return {"handle": jobs.handle(context.cloud, pending_actions)}
