# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a task for a declared fleet."""

from __future__ import annotations

from collections import Counter
from typing import Any, Iterable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.fleet import FleetRun
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    UNCHANGED,
    Change,
    Outcome,
    Plan,
    failures,
    predicted,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    Result,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.outcomes import (
    handle_of,
    records,
    report,
)

_PARTICIPLE = "as declared"
_ENDED = ("absent", "purged")


def check_result_of_fleet(context: Context, plan: Plan, undeclared: Sequence[Server] | None) -> Result:
    """The complete report of check mode."""
    outcomes = predicted(plan)
    data = _data(context, zip(plan.items, outcomes), undeclared)
    data.update(records(context, (item.server for item in plan.items if item.server.id)))
    data.update(handle_of(context))
    return report(outcomes, _PARTICIPLE, Result(plan.changed, data, plan.diff()))


def run_result_of_fleet(context: Context, work: FleetRun, plan: Plan, undeclared: Sequence[Server] | None) -> Result:
    """The report of a run: changed, diff, outcomes, counts, servers, handle."""
    results = list(work.results())
    outcomes = [outcome for _change, outcome, _server in results]
    data = _data(context, ((change, outcome) for change, outcome, _server in results), undeclared)
    # A deleted server is not shown with its last record.
    seen = [server for change, outcome, server in results if server and not _is_deleted(change, outcome)]
    data.update(records(context, seen))
    data.update(handle_of(context, work.pending_actions.values()))
    result = report(outcomes, _PARTICIPLE, Result(any(each.actions for each in outcomes), data, plan.diff()))
    kept = sum(1 for outcome in outcomes if outcome.result == UNCHANGED and outcome.message)
    if result.failure and kept:
        result.failure += " %d undeclared servers were not deleted because of this." % kept
    return result


def _data(
    context: Context, results: Iterable[tuple[Change, Outcome]], undeclared: Sequence[Server] | None
) -> dict[str, Any]:
    found = Counter(_kind(change, outcome) for change, outcome in results)
    kinds = ("created", "changed", "deleted", "unchanged", "failed")
    data: dict[str, Any] = {"counts": {kind: found[kind] for kind in kinds}}
    if undeclared is not None:
        data["undeclared"] = [{"id": server.id, "name": server.name} for server in undeclared]
    return data


def _kind(change: Change, outcome: Outcome) -> str:
    if failures([outcome]):
        return "failed"
    if outcome.result == UNCHANGED:
        return "unchanged"
    return "created" if "create" in change.actions else "deleted" if _ends(change) else "changed"


def _ends(change: Change) -> bool:
    return change.after.get("state") in _ENDED


def _is_deleted(change: Change, outcome: Outcome) -> bool:
    return _ends(change) and outcome.result == "done"
