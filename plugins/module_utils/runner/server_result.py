# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a task that creates, changes and deletes servers."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.lifecycle import ServerRun
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.server_strategy import WORDS
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, Plan, predicted
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.server_spec import ServerSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    Result,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.outcomes import (
    handle_of,
    records,
    report,
    response_passwords,
)

Missing = Mapping[str, Sequence[str]]


def check_result_of_servers(context: Context, plan: Plan, spec: ServerSpec, missing: Missing | None) -> Result:
    """The complete report of check mode."""
    data = _data(context, (item.server for item in plan.items if item.server.id and item.exists), missing)
    data.update(handle_of(context))
    return report(predicted(plan), WORDS[spec.state], Result(plan.changed, data, plan.diff()))


def run_result_of_servers(context: Context, work: ServerRun, spec: ServerSpec, missing: Missing | None) -> Result:
    """The report of a run: changed, diff, outcomes, servers, handle."""
    plan = work.declarations.plan
    outcomes = [work.outcome_of(item) for item in plan.items]
    # A deleted server is not shown with its last record.
    left = [item for item, outcome in zip(plan.items, outcomes) if not spec.ends or outcome.result != DONE]
    seen = [work.server_of(item) for item in left]
    data = _data(context, (server for server in seen if server), missing)
    data.update(response_passwords(context, work))
    data.update(handle_of(context, work.pending_actions.values()))
    changed = any(outcome.actions for outcome in outcomes)
    return report(outcomes, WORDS[spec.state], Result(changed, data, plan.diff()))


def _data(context: Context, servers: Iterable[Server], missing: Missing | None) -> dict[str, Any]:
    seen = list(servers)
    data = records(context, seen)
    if missing is not None:
        data["missing"] = dict(missing)
    if context.params["name"] is not None and context.params["count"] is None and seen:
        data["server"] = seen[0].as_dict()
    return data
