# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evaluates ambiguous responses: the server's state, the record of the cloud and the plan decide."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, ResponseLost
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import postponed_for
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import (
    VANISHED,
    Progress,
    ended_as,
    is_less,
    may_still_run,
    most_tries,
    proven,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.run_state import RunState
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import FAILED, UNKNOWN, Change, Outcome


def accepted_before(run: RunState, item: Progress, pending: PendingAction) -> PendingAction:
    """The response, or the pending action to poll after a refusal that may come from the same request before.

    While a first request is carried out whose response was lost, the cloud refuses a second one: the state decides.
    """
    error = pending.error
    if error is None or error.is_busy or pending.outcome_unknown or item.doubt is None:
        return pending
    is_observable = pending.expected_state is not None
    if is_observable and isinstance(error, run.strategy.repetition_errors(pending.action)):
        return replace(pending, error=None)
    return pending


def decide(
    run: RunState, item: Progress, pending: PendingAction, error: CloudError, now: Server | None
) -> Outcome | None:
    """The outcome of a server, ``None`` if it continues.

    An action that was refused because of the server's state may have been done by another user. If the response was
    lost, the action may or may not have been carried out. If it was not, it can be sent again, except if its result
    would not show in the server's state.
    """
    action = item.actions[0]
    item.ready, item.tries = False, item.tries + 1
    if now is None:
        gone = pending.outcome_unknown and action.expected_state is not None and action.expected_state.met(None)
        return run.accept(item, proven(pending)) if gone else ended_as(item, FAILED, VANISHED)
    before, item.server = item.server, now
    earlier, item.doubt = item.doubt, None
    if pending.outcome_unknown:
        # The state may still show an earlier request without a response, although this one was refused.
        is_in_progress = earlier is not None and may_still_run(earlier[2])
        return _decide_lost(run, item, pending, error, before, is_in_progress)
    moved = now.power_state != before.power_state or not now.is_stable
    if not moved or item.tries >= run.strategy.tries:
        return Outcome.of_error(pending, FAILED, error, item.taken)
    # The server is polled, and planned again when it is stable.
    return None


def _decide_lost(
    run: RunState, item: Progress, pending: PendingAction, error: CloudError, before: Server, is_in_progress: bool
) -> Outcome | None:
    action, now, strategy = item.actions[0], item.server, run.strategy
    evidence = strategy.evidence(action, pending, before, now, run.since)
    if evidence is None and not action.watched and strategy.took_effect(item, now):
        evidence = proven(pending)
    item.doubt = (pending, before, error)
    if evidence:
        return run.accept(item, evidence)
    if _was_begun(run, item, pending, now):
        _count_part(run, item, pending)
        if item.tries >= strategy.tries:
            return Outcome.of_error(pending, FAILED, error, item.taken)
        _retry_later(run, item, error)
        return None
    if strategy.shown_within and _only_record_tells(action, pending) and item.tries < strategy.tries:
        item.doubt_until = run.clock.time() + strategy.shown_within
        return None
    if not may_still_run(error) and _was_not_done(run, action, pending, before, now):
        if item.tries >= most_tries(error, strategy.tries, action.is_retry_safe):
            return _given_up(item, pending, error, is_in_progress)
        _retry_later(run, item, error)
        return None
    if pending.is_unobservable and not action.is_retry_safe and action.watched:
        item.taken += (pending.action,)
        return Outcome.of_error(pending, UNKNOWN, error, item.taken)
    if item.tries >= strategy.tries:
        return ended_as(item, UNKNOWN, "failed after %d attempts: %s" % (item.tries, error.message))
    moved = now.power_state != before.power_state or not now.is_stable
    goes_again = (moved and error.is_state_conflict) or isinstance(error, ResponseLost)
    if not goes_again and not (action.is_retry_safe and action.watched):
        return _given_up(item, pending, error)
    return None


def _retry_later(run: RunState, item: Progress, error: CloudError) -> None:
    run.later(item, error, postponed_for(error, item.tries - 1, run.cloud.session.now()))


def _given_up(item: Progress, pending: PendingAction, error: CloudError, is_in_progress: bool = False) -> Outcome:
    """Failed if the state shows that nothing was done; unknown if nothing shows it, or not yet."""
    if not item.actions[0].hidden and not is_in_progress:
        return Outcome.of_error(pending, FAILED, error, item.taken)
    item.taken += (pending.action,)
    return Outcome.of_error(pending, UNKNOWN, error, item.taken)


def _was_begun(run: RunState, item: Progress, pending: PendingAction, now: Server) -> bool:
    """Whether some requests of an action with several requests were carried out: the service accepted them, or the
    present state needs only a part of the action."""
    if pending.accepted or pending.steps == 1:
        return bool(pending.accepted)
    try:
        return any(is_less(left, item.actions[0]) for left in run.strategy.replan(item, now).planned_actions)
    except CloudError:
        return False


def _count_part(run: RunState, item: Progress, pending: PendingAction) -> None:
    """An action that was partly done is an action of this run, regardless of the outcome of the rest."""
    run.acted = True
    if item.part != pending.action:
        item.taken += (pending.action,)
    item.part, item.doubt = pending.action, None


def _was_not_done(run: RunState, action: Action, pending: PendingAction, before: Server, now: Server) -> bool:
    """Whether an action that the server's state does not show was not carried out: if the state would show it, or if
    the cloud keeps a record of its actions."""
    if not _only_record_tells(action, pending):
        return True
    try:
        return run.cloud.servers.was_not_done(pending, before, now, run.since)
    except CloudError:
        return False


def _only_record_tells(action: Action, pending: PendingAction) -> bool:
    """Whether only the record of the cloud shows that an action was carried out, and no plan of the server does."""
    return action.watched and not action.is_retry_safe and pending.is_unobservable


def evaluate(run: RunState, item: Progress, now: Server) -> Outcome | None:
    """Polls again for a request that the state did not show at first, before it is sent again."""
    if item.doubt is None:
        return None
    pending, before, error = item.doubt
    action = item.actions[0]
    if not _only_record_tells(action, pending):
        return None
    evidence = run.strategy.evidence(action, pending, before, now, run.since)
    if evidence:
        return run.accept(item, evidence)
    if is_awaited(run, item):
        return None
    if not (run.strategy.shown_within and may_still_run(error)) and _was_not_done(run, action, pending, before, now):
        return None
    item.taken += (pending.action,)
    return Outcome.of_error(pending, UNKNOWN, error, item.taken)


def is_awaited(run: RunState, item: Progress) -> bool:
    """Whether the state may still show a request without a response, so that it is not sent again yet."""
    return item.doubt is not None and run.clock.time() < item.doubt_until


def count_what_shows(run: RunState, item: Progress, change: Change, server: Server) -> None:
    """Counts a request with a lost response as an action of this run, if the new plan shows that it was done."""
    doubt, item.doubt = item.doubt, None
    if not doubt or change.refusal or _only_record_tells(item.actions[0], doubt[0]):
        return
    if not any(_is_same(left, item.actions[0]) for left in change.planned_actions):
        _count_part(run, item, doubt[0])
        item.busy = item.part = None
    elif _was_begun(run, item, doubt[0], server):
        _count_part(run, item, doubt[0])
    else:
        # The request may still be in progress: if the next one finds the server busy, a later plan shows it.
        item.doubt = doubt


def _is_same(left: Action, submitted: Action) -> bool:
    """Whether a planned action is the submitted one, and not the same kind of action on another volume."""
    return left.action == submitted.action and left.expected_state == submitted.expected_state
