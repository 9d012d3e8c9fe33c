# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between the kinds of work that the executor carries out."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ActionStatus,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import (
    VANISHED,
    Progress,
    ended_as,
    proven,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    UNCHANGED,
    Change,
    Outcome,
)


class Strategy:
    """Answers the questions that the executor asks on the way; it sends no action itself.

    ``plan`` is the plan of one server, for one that was on its way when it was planned, or that somebody else has
    moved since. ``word`` completes ``37 of 100 …``.
    """

    #: How often one action is asked for whose response is lost, or that others get in the way of.
    tries = 6
    #: The keys of metadata that are the notes of this kind of work.
    notes: tuple[str, ...] = ()
    #: How many servers are under way at the same time; the others wait for their turn.
    max_concurrent: int | None = None
    #: Whether ``changes-since`` lists the servers on which an action has ended.
    shown_by_changes = True
    #: Whether a server's record shows what was done to it.
    shown_by_record = True

    def __init__(self, cloud: Compute, plan: Callable[[Server], Change] | None = None, word: str = "done") -> None:
        self.cloud = cloud
        self.plan = plan
        self.word = word

    def replan(self, progress: Progress, server: Server) -> Change:
        """What is left to do to the server as it is now."""
        if self.plan is None:
            raise NotImplementedError
        return self.plan(server)

    # -- asking ------------------------------------------------------------------------------------------------

    def is_needless(self, progress: Progress) -> bool:
        """Whether the next action is left out, because the cloud has done it by itself."""
        return False

    def waits_for_busy(self, progress: Progress) -> bool:
        """Whether an action is asked for again, until the time is up, while another command runs on the server."""
        return True

    def answered(self, progress: Progress, pending: PendingAction) -> PendingAction:
        """What the cloud's answer means, be it a refusal or none."""
        return pending

    def accepted(self, progress: Progress, pending: PendingAction) -> None:
        """The cloud has taken the action, by its answer or as the state shows."""

    # -- a lost response ---------------------------------------------------------------------------------------

    def evidence(
        self, action: Action, pending: PendingAction, before: Server, now: Server, since: str | None
    ) -> PendingAction | None:
        """The pending action to watch, where an action whose response was lost was carried out all the same."""
        if action.expected_state and action.expected_state.met(now) and not action.expected_state.met(before):
            return proven(pending)
        if action.tasks and (now.task_state or "").startswith(action.tasks):
            return replace(proven(pending), seen_in_progress=True)
        if not action.watched or (action.is_retry_safe and not action.expected_state):
            return None
        recorded = self.recorded(pending, since)
        return replace(recorded, expected_state=pending.expected_state) if recorded else None

    def recorded(self, pending: PendingAction, since: str | None) -> PendingAction | None:
        """The pending action that the cloud's own record of its actions shows."""
        try:
            return self.cloud.recover_action(pending, since)
        except CloudError:
            return None

    def took_effect(self, progress: Progress, now: Server) -> bool:
        """Whether an action that is done with its answer was done though the answer proves nothing: it was needed, and
        the server as it is now needs one of its kind less."""
        name = progress.actions[0].action
        try:
            change = self.replan(progress, now)
        except CloudError:
            return False
        needed = sum(1 for action in progress.actions if action.action == name)
        return not change.refusal and sum(1 for action in change.planned_actions if action.action == name) < needed

    # -- looking -----------------------------------------------------------------------------------------------

    def observed(self, progress: Progress, pending: PendingAction, seen: ActionStatus) -> PendingAction:
        """The pending action with what one look at the server adds to it."""
        return pending

    def evaluated(
        self, progress: Progress, pending: PendingAction, seen: ActionStatus, outcome: Outcome | None
    ) -> Outcome | None:
        """The outcome of one action, ``None`` where it is not known yet, with what this kind of work knows of it."""
        return outcome

    def is_waiting(self, progress: Progress, change: Change) -> bool:
        """Whether a server that is at rest is waited for all the same."""
        return False

    def vanished(self, progress: Progress) -> Outcome:
        """The outcome of a server that no longer exists."""
        return ended_as(progress, FAILED, VANISHED)

    # -- ending ------------------------------------------------------------------------------------------------

    def finish(self, progress: Progress, outcome: Outcome) -> tuple[Outcome, Sequence[Action]]:
        """The outcome of the planned actions, and what is done in any case after them, also where one has failed."""
        return outcome, ()

    def concluded(self, failure: Outcome, outcome: Outcome) -> Outcome:
        """The outcome of a server whose planned actions have failed, once the rest has the outcome."""
        return replace(failure, actions=outcome.actions)

    def remaining(self, progress: Progress) -> tuple[str, ...]:
        """The actions that are still to be asked for."""
        left = progress.actions[1:] if progress.pending else progress.actions
        return tuple(action.action for action in left)

    def is_over(self, outcome: Outcome, server: Server) -> bool:
        """Whether the work on the server has ended, so that its notes are removed."""
        return outcome.result in (DONE, UNCHANGED)
