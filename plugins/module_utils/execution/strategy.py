# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The differences between the kinds of work of the executor."""

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
    """The decisions of one kind of work; it submits no action itself. ``plan`` plans one server again, if it was in a
    transition when it was planned, or if another user has changed it. ``word`` completes ``37 of 100 …``."""

    #: The maximum number of attempts for an action whose response is lost, or that other users interfere with.
    tries = 6
    #: The metadata keys of the notes of this kind of work.
    notes: tuple[str, ...] = ()
    #: The maximum number of servers in progress at the same time; the others are queued.
    max_concurrent: int | None = None
    #: Whether ``changes-since`` lists the servers whose action has ended.
    shown_by_changes = True
    #: Whether the record of a server shows what was done to it.
    shown_by_record = True
    #: Seconds until the cloud shows an action whose response was lost, if no record of the action decides it.
    shown_within = 0.0

    def __init__(self, cloud: Compute, plan: Callable[[Server], Change] | None = None, word: str = "done") -> None:
        self.cloud = cloud
        self.plan = plan
        self.word = word

    def replan(self, progress: Progress, server: Server) -> Change:
        """The remaining actions in the present state of the server."""
        if self.plan is None:
            raise NotImplementedError
        return self.plan(server)

    # -- asking ------------------------------------------------------------------------------------------------

    def is_needless(self, progress: Progress) -> bool:
        """Whether the next action is skipped, because the cloud has done it automatically."""
        return False

    def waits_for_busy(self, progress: Progress) -> bool:
        """Whether an action is sent again, until the timeout, while another command runs on the server."""
        return True

    def answered(self, progress: Progress, pending: PendingAction) -> PendingAction:
        """The outcome of a response, or of a refusal."""
        return pending

    def replaces(self, progress: Progress, pending: PendingAction) -> bool:
        """Whether the actions of a server were replaced because the cloud refused the first of them."""
        return False

    def accepted(self, progress: Progress, pending: PendingAction) -> None:
        """The cloud has accepted the action, according to its response or to the state."""

    def is_shown(self, server: Server) -> bool:
        """Whether the record of the server shows what this run has done; a cloud may write it some time later."""
        return True

    # -- a lost response ---------------------------------------------------------------------------------------

    def repetition_errors(self, action: str) -> tuple[type[CloudError], ...]:
        """The errors with which the cloud refuses an action while the same request is carried out; none if it does
        not."""
        return ()

    def evidence(
        self, action: Action, pending: PendingAction, before: Server, now: Server, since: str | None
    ) -> PendingAction | None:
        """The pending action to poll, if an action with a lost response was carried out."""
        if action.expected_state and action.expected_state.met(now) and not action.expected_state.met(before):
            return proven(pending)
        if action.tasks and (now.task_state or "").startswith(action.tasks):
            return replace(proven(pending), seen_in_progress=True)
        if not action.watched or (action.is_retry_safe and not action.expected_state):
            return None
        recorded = self.recorded(pending, since)
        return replace(recorded, expected_state=pending.expected_state) if recorded else None

    def recorded(self, pending: PendingAction, since: str | None) -> PendingAction | None:
        """The pending action in the cloud's own record of its actions."""
        try:
            return self.cloud.servers.recover_action(pending, since)
        except CloudError:
            return None

    def took_effect(self, progress: Progress, now: Server) -> bool:
        """Whether an action that completes with its response was done, although the response proves nothing: it was
        needed, and the present state needs one action of its kind less."""
        name = progress.actions[0].action
        try:
            change = self.replan(progress, now)
        except CloudError:
            return False
        needed = sum(1 for action in progress.actions if action.action == name)
        return not change.refusal and sum(1 for action in change.planned_actions if action.action == name) < needed

    # -- looking -----------------------------------------------------------------------------------------------

    def observed(self, progress: Progress, pending: PendingAction, seen: ActionStatus) -> PendingAction:
        """The pending action with the facts of one poll."""
        return pending

    def evaluated(
        self, progress: Progress, pending: PendingAction, seen: ActionStatus, outcome: Outcome | None
    ) -> Outcome | None:
        """The outcome of one action, ``None`` if it is still unknown, with the additions of this kind of work."""
        return outcome

    def is_waiting(self, progress: Progress, change: Change) -> bool:
        """Whether a stable server must still be waited for."""
        return False

    def vanished(self, progress: Progress) -> Outcome:
        """The outcome of a server that no longer exists."""
        return ended_as(progress, FAILED, VANISHED)

    # -- the end -----------------------------------------------------------------------------------------------

    def finish(self, progress: Progress, outcome: Outcome) -> tuple[Outcome, Sequence[Action]]:
        """The outcome of the planned actions, and the final actions, also if an action has failed."""
        return outcome, ()

    def concluded(self, failure: Outcome, outcome: Outcome) -> Outcome:
        """The outcome of a server whose planned actions have failed, after the final actions."""
        return replace(failure, actions=outcome.actions)

    def remaining(self, progress: Progress) -> tuple[str, ...]:
        """The actions that are not submitted yet."""
        left = progress.actions[1:] if progress.pending else progress.actions
        return tuple(action.action for action in left)

    def is_over(self, outcome: Outcome, server: Server) -> bool:
        """Whether the work on the server has ended, so that its notes are removed."""
        return outcome.result in (DONE, UNCHANGED)
