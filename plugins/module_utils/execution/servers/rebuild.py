# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The strategy to rebuild servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    REBUILD,
    Action,
    ActionStatus,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import (
    RebuildSpec,
    image_of,
    metadata_wanted,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    ERROR,
    RUNNING,
    STOPPED,
    Server,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.notes import set_metadata
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import Progress, proven
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.power import power_evidence
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    AWAITING_PAYMENT,
    DONE,
    FAILED,
    Change,
    Outcome,
    Plan,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.notes import POWER_STATE_NOTE
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import power
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.rebuild import (
    RebuildOptions,
    needs_rebuild,
    plan_one,
)


class RebuildStrategy(Strategy):
    """Each server is stopped if necessary, rebuilt, and in any case restored to its power state."""

    notes = (POWER_STATE_NOTE,)

    def __init__(self, cloud: Compute, options: RebuildOptions, plan: Plan) -> None:
        super().__init__(cloud)
        self.options = options
        #: The final power state of each server, determined before anything is done to it.
        self._goals: dict[str, str | None] = {}
        for change in plan.items:
            self._goal(change.server)

    def _goal(self, server: Server) -> str | None:
        if server.is_stable and server.id not in self._goals:
            self._goals[server.id] = self.options.power_after(server)
        return self._goals.get(server.id)

    def replan(self, progress: Progress, server: Server) -> Change:
        goal = self._goal(server)
        if progress.finishing or (progress.taken and not needs_rebuild(server, self.options)):
            return self._power_plan(server, goal)
        return plan_one(server, self.options, self.cloud.rules)

    def _power_plan(self, server: Server, goal: str | None) -> Change:
        if goal is None or server.power_state == ERROR:
            return Change(server)
        return power.plan_one(server, goal, False, self.cloud.rules)

    def waits_for_busy(self, progress: Progress) -> bool:
        """A command that the record of the server shows is waited for; a command without a record may never end."""
        return progress.actions[0].action != REBUILD

    def evidence(
        self, action: Action, pending: PendingAction, before: Server, now: Server, since: str | None
    ) -> PendingAction | None:
        if action.action != REBUILD:
            return power_evidence(self, pending, before, now, since)
        recorded = self.recorded(pending, since)
        if recorded:
            return replace(recorded, image_id=pending.image_id)
        given = image_of(now) != image_of(before) and image_of(now) == pending.image_id
        return replace(proven(pending), seen_in_progress=True) if given or is_rebuilding(now) else None

    def observed(self, progress: Progress, pending: PendingAction, seen: ActionStatus) -> PendingAction:
        """A rebuild that was observed in progress needs no other evidence if the record of the cloud is lost; nor does
        a server that now runs the new image."""
        server = seen.server
        if pending.action != REBUILD or server is None or pending.seen_in_progress:
            return pending
        other_image = not progress.actions[0].arguments["spec"].same_image
        arrived = server.is_stable and not seen.verdict and other_image and image_of(server) == pending.image_id
        return replace(pending, seen_in_progress=True) if arrived or is_rebuilding(server) else pending

    def evaluated(
        self, progress: Progress, pending: PendingAction, seen: ActionStatus, outcome: Outcome | None
    ) -> Outcome | None:
        if outcome is None or outcome.result != AWAITING_PAYMENT:
            return outcome
        return replace(outcome, hint="%s Set auto_pay: true to pay it automatically." % outcome.hint)

    def finish(self, progress: Progress, outcome: Outcome) -> tuple[Outcome, Sequence[Action]]:
        """Restores the power state, also of a server that was stopped in vain."""
        server, action = progress.server, progress.actions[0]
        if action.action != REBUILD or outcome.result not in (DONE, FAILED):
            return outcome, ()
        if outcome.result == DONE:
            outcome = self._keep_metadata(progress, action.arguments["spec"], outcome)
        elif not progress.taken or not server.is_stable:
            return outcome, ()
        change = self._power_plan(progress.server, self._goal(server))
        if change.refusal and outcome.result == DONE:
            return replace(outcome, result=FAILED, message=change.refusal), ()
        return outcome, () if change.refusal else change.planned_actions

    def _keep_metadata(self, progress: Progress, spec: RebuildSpec, outcome: Outcome) -> Outcome:
        """Sets the metadata that the cloud did not set with the image."""
        server = progress.server
        wanted = metadata_wanted(server, spec)
        missing = {key: value for key, value in wanted.items() if server.metadata.get(key) != value}
        if not missing:
            return outcome
        try:
            set_metadata(self.cloud, server, missing)
        except CloudError as error:
            failed = Outcome.of_error(server, FAILED, error, progress.taken)
            return replace(failed, message="the image was installed, but: %s" % error.message)
        progress.server = replace(server, metadata={**server.metadata, **missing})
        return outcome

    def remaining(self, progress: Progress) -> tuple[str, ...]:
        """A cloud that requires stopped servers usually starts them afterwards, but not always."""
        names = super().remaining(progress)
        keeps = self.cloud.supports("rebuild_running")
        rebuilds = any(action.action == REBUILD for action in progress.actions)
        goal = self._goals.get(progress.server.id) or self.options.power_after(progress.server)
        if goal is None or not rebuilds or not (keeps or progress.taken):
            return names
        state = RUNNING if keeps and progress.server.target_power_state != STOPPED else STOPPED
        return names + power.ROUTES[goal][state]

    def is_over(self, outcome: Outcome, server: Server) -> bool:
        """A failed server is restored to its power state, or keeps its note."""
        kept = server.metadata.get(POWER_STATE_NOTE)
        has_it = kept is not None and power.GOAL.get(kept) == server.power_state
        return super().is_over(outcome, server) or (outcome.result == FAILED and has_it)


def is_rebuilding(server: Server) -> bool:
    """Whether the disk is being replaced."""
    return (server.status or "").upper() == "REBUILD" or (server.task_state or "").startswith("rebuild")
