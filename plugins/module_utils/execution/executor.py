# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out a plan for many servers: the actions of one server in sequence, the servers concurrently."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    SETTLE,
    ActionStatus,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution import ambiguous
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.note_keeper import NoteKeeper
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import (
    Progress,
    ended_as,
    pending_text,
    progress_name,
    unapproved,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.run_state import RunState
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import (
    UNWAITED,
    Polling,
    Waiter,
    evaluate_action,
    observe_all,
    timed_out,
    unpaid,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PENDING,
    UNCHANGED,
    UNKNOWN,
    Outcome,
    Plan,
)

#: Seconds between the reads of a record that does not show an action yet, which is done.
_LATE_RECORD = (1.0, 2.0, 3.0, 4.0, 5.0)


class Executor(Polling[Progress]):
    """Submits the next action of each server, polls what is pending, and decides what a lost response means.

    ``strategy`` contains what differs between the modules. After ``run``: ``outcomes`` by server id, ``servers`` as
    they were last observed, ``pending_actions`` of the actions in progress.

    Without ``wait`` at most the next action of each server is submitted, and a server in a transition is not waited
    for. Only requests that the cloud has postponed or not answered are sent again, for UNWAITED seconds.
    """

    def __init__(self, cloud: Compute, strategy: Strategy, wait: bool, waiter: Waiter) -> None:
        self.cloud = cloud
        self.strategy = strategy
        self.word = strategy.word
        self.waits = wait
        self.waiter = waiter
        self.outcomes: dict[str, Outcome] = {}
        self.servers: dict[str, Server] = {}
        self.pending_actions: dict[str, PendingAction] = {}
        #: The administrator's passwords that the cloud returned, by server id.
        self.passwords: dict[str, str] = {}
        self.state = RunState(cloud, strategy, waiter.clock)
        self._notes = NoteKeeper(cloud, strategy.notes)
        if not wait:
            waiter.limit(UNWAITED)

    def run(self, plan: Plan) -> None:
        """Raises CloudError if no server was changed."""
        self.carry_out(self.prepare(plan))

    def prepare(self, plan: Plan) -> dict[str, Progress]:
        """Return the servers with actions, by id; the outcomes of the others are set."""
        items: dict[str, Progress] = {}
        for change in plan.items:
            server = change.server
            if change.exists:
                self.servers[server.id] = server
            if change.refusal:
                self.outcomes[server.id] = ended_as(Progress(server), FAILED, change.refusal)
            elif not change.planned_actions and not change.wait_until_stable:
                self.outcomes[server.id] = ended_as(Progress(server), UNCHANGED, change.remark)
            else:
                items[server.id] = Progress(
                    server, change.planned_actions, ready=not change.wait_until_stable, approved=change.approved
                )
        return items

    def carry_out(self, items: dict[str, Progress]) -> None:
        found, left, error = self.waiter.wait(items, self)
        self.outcomes.update(found)
        for key, item in left.items():
            if item.pending:
                self.pending_actions[key] = item.pending
            self.outcomes[key] = self._conclude(item, self._unfinished(item, error))
        self._refresh()
        self._notes.remove(self.outcomes, self.servers, self.strategy.is_over)

    def _unfinished(self, item: Progress, error: CloudError | None) -> Outcome:
        """The outcome of a server that is not finished at the timeout."""
        key, server = item.server.id, item.server
        if item.ready and not item.begun:
            late = "it was not started within %g seconds; nothing was done to it" % self.waiter.timeout
            return ended_as(item, FAILED, late)
        if item.busy and not item.pending:
            return Outcome.of_error(server, FAILED, item.busy, item.taken)
        return timed_out(key, server.name, item.taken, self.servers[key], self.waiter.timeout, error)

    def _refresh(self) -> None:
        """One list request for the servers whose last action was complete with its response, for the records in the
        result."""
        if not self.state.stale or not self.strategy.shown_by_record:
            return
        # The action is done; without an answer, the result only shows the record from before.
        with suppress(CloudError):
            for pause in (*(_LATE_RECORD if self.waits else ()), 0.0):
                found = self.cloud.servers.by_id(sorted(self.state.stale))
                self.servers.update(found)
                if not pause or all(map(self.strategy.is_shown, found.values())):
                    return
                self.waiter.clock.sleep(pause)

    def item_name(self, item: Progress) -> str:
        return progress_name(item)

    # -- asking ------------------------------------------------------------------------------------------------

    def submit_ready(self, left: dict[str, Progress]) -> dict[str, Outcome]:
        """Submits the next action of every server that is ready, until only waiting remains."""
        ended: dict[str, Outcome] = {}
        while True:
            open_items = [item for key, item in left.items() if key not in ended]
            groups: dict[str, list[Progress]] = {}
            for item in self._next_batch([item for item in open_items if not self._is_done(item, ended)]):
                groups.setdefault(item.actions[0].action, []).append(item)
            if not groups:
                if not self.waits:
                    self._detach([item for item in open_items if item.server.id not in ended], ended)
                return ended
            if self.state.since is None:
                self.state.since = self.cloud.servers.mark()
            for _name, items in sorted(groups.items()):
                self._submit(items, ended)

    def _is_done(self, item: Progress, ended: dict[str, Outcome]) -> bool:
        """Skips actions that the cloud has done automatically."""
        while item.ready and item.actions and self.strategy.is_needless(item):
            item.actions = item.actions[1:]
            if not item.actions:
                ended[item.server.id] = ended_as(item, DONE)
        return item.server.id in ended

    def _next_batch(self, items: Sequence[Progress]) -> list[Progress]:
        """Return the servers whose action is submitted next. With a limit, servers that have already started come
        first."""
        ready = [item for item in items if item.ready]
        if self.strategy.max_concurrent is None:
            return ready
        free = max(0, self.strategy.max_concurrent - sum(1 for item in items if item.begun))
        return [item for item in ready if item.begun] + [item for item in ready if not item.begun][:free]

    def _detach(self, items: Sequence[Progress], ended: dict[str, Outcome]) -> None:
        """Without waiting: reports accepted and remaining actions as pending."""
        for item in items:
            key = item.server.id
            if item.busy or (item.tries and item.pending is None and item.server.is_stable):
                continue
            rest = self.strategy.remaining(item)
            if item.pending or not item.ready:
                pending = item.pending or PendingAction(key, SETTLE, item.server.name)
                self.pending_actions[key] = replace(pending, then=rest)
            outcome = replace(ended_as(item, PENDING, pending_text(item, rest)), remaining=rest)
            self._record(ended, item, outcome)

    def _submit(self, items: list[Progress], ended: dict[str, Outcome]) -> None:
        """Submits the next action of each server; the actions are of the same kind."""
        items = self._write_notes(items, ended)
        if not items:
            return
        unclear = []
        for item, pending in zip(items, self._perform(items)):
            if pending.error is not None:
                pending = ambiguous.accepted_before(self.state, item, pending)
            pending = self.strategy.answered(item, pending)
            if pending.password:
                self.passwords[pending.server_id] = pending.password
            error = pending.error
            # If no record shows the action, a later error must not hide that it may have been done.
            self.state.acted = self.state.acted or (pending.outcome_unknown and not self.strategy.shown_by_record)
            if error is None:
                self._record(ended, item, self.state.accept(item, pending))
            elif not pending.outcome_unknown and error.is_busy and self.strategy.waits_for_busy(item):
                self.state.later(item, error)
            elif self.strategy.replaces(item, pending):
                # The next round submits the other actions.
                refusal = unapproved(item, item.actions)
                if refusal:
                    failed = Outcome.of_error(pending, FAILED, error, item.taken)
                    self._record(ended, item, replace(failed, message="%s; %s" % (error.message.rstrip("."), refusal)))
            elif pending.outcome_unknown or error.is_state_conflict or error.is_busy:
                unclear.append((item, pending, error))
            else:
                self._record(ended, item, Outcome.of_error(pending, FAILED, error, item.taken))
        self._look_at(unclear, ended)

    def _perform(self, items: Sequence[Progress]) -> Sequence[PendingAction]:
        try:
            return self.cloud.servers.perform([(item.server, item.actions[0]) for item in items])
        except CloudError as error:
            if not self.state.acted:
                # Nothing was done to any server, so this is a failure of the task and not of each server.
                raise
            return [
                PendingAction(item.server.id, item.actions[0].action, item.server.name, error=error) for item in items
            ]

    def _write_notes(self, items: list[Progress], ended: dict[str, Outcome]) -> list[Progress]:
        """Return the items whose notes are written or not needed; a server whose note cannot be written is not
        changed."""
        failed, written = self._notes.write(items)
        ended.update(failed)
        self.state.acted = self.state.acted or bool(written)
        for item in items:
            if item.server.id in written:
                self.servers[item.server.id] = item.server
        return [item for item in items if item.server.id not in failed]

    def _look_at(self, unclear: list[tuple[Progress, PendingAction, CloudError]], ended: dict[str, Outcome]) -> None:
        """One list request for all servers: a lost response of Huawei Cloud can concern a thousand servers."""
        if not unclear:
            return
        try:
            now = self.cloud.servers.by_id([item.server.id for item, _pending, _error in unclear])
        except CloudError as unreadable:
            for item, pending, error in unclear:
                if pending.outcome_unknown:
                    self.state.acted = True
                    item.taken += (pending.action,)
                    ended[item.server.id] = Outcome.of_error(pending, UNKNOWN, unreadable, item.taken)
                else:
                    ended[item.server.id] = Outcome.of_error(pending, FAILED, error, item.taken)
            return
        for item, pending, error in unclear:
            server = now.get(item.server.id)
            if server:
                self.servers[server.id] = server
            self._record(ended, item, ambiguous.decide(self.state, item, pending, error, server))

    def _record(self, ended: dict[str, Outcome], item: Progress, outcome: Outcome | None) -> None:
        final = self._finish(item, outcome)
        if final:
            ended[item.server.id] = final

    def _finish(self, item: Progress, outcome: Outcome | None) -> Outcome | None:
        """The outcome of a server, or ``None`` if a final action follows the planned actions."""
        if outcome is None:
            return None
        if outcome.result == PENDING or item.finishing or not item.actions:
            return self._conclude(item, outcome)
        outcome, rest = self.strategy.finish(item, outcome)
        self.servers[item.server.id] = item.server
        if not rest:
            return outcome
        item.finishing, item.failure = True, outcome if outcome.result == FAILED else None
        item.actions, item.pending, item.ready = tuple(rest), None, True
        return None

    def _conclude(self, item: Progress, outcome: Outcome) -> Outcome:
        return self.strategy.concluded(item.failure, outcome) if item.failure else outcome

    # -- polling -----------------------------------------------------------------------------------------------

    def poll(self, left: dict[str, Progress], final: bool) -> dict[str, ActionStatus]:
        # Queued servers are not polled: nothing was submitted for them. A server whose action the cloud postponed is
        # polled when its time has come.
        now = self.waiter.clock.time()
        watched = {
            key: item.pending
            for key, item in left.items()
            if not item.ready and (final or item.pending or item.not_before <= now)
        }
        since = self.state.since if self.strategy.shown_by_changes and not final else None
        seen = observe_all(self.cloud, watched, since)
        for key, each in seen.items():
            if each.server:
                self.servers[key] = left[key].server = each.server
        return seen

    def evaluate(self, item: Progress, seen: ActionStatus) -> Outcome | None:
        if item.pending is None:
            found = self._evaluate_transition(item, seen.server)
            return self._conclude(item, found) if found else None
        return self._finish(item, self._evaluate_action(item, item.pending, seen))

    def _evaluate_action(self, item: Progress, pending: PendingAction, seen: ActionStatus) -> Outcome | None:
        pending = item.pending = self.strategy.observed(item, pending, seen)
        outcome = evaluate_action(pending, seen)
        if outcome and outcome.result == FAILED and seen.is_busy and self.strategy.waits_for_busy(item):
            # The job found the server busy, and did nothing to it.
            item.taken = item.taken[:-1]
            self.state.later(item, CloudError(outcome.message or "another command is running on it", code=outcome.code))
            return None
        if outcome:
            outcome = replace(unpaid(pending, seen, outcome), actions=item.taken)
        outcome = self.strategy.evaluated(item, pending, seen, outcome)
        if outcome and outcome.result == DONE and len(item.actions) > 1:
            item.actions, item.pending, item.ready = item.actions[1:], None, True
            return None
        return outcome

    def _evaluate_transition(self, item: Progress, server: Server | None) -> Outcome | None:
        """Plans a server again when its transition has ended."""
        if server is None:
            return self.strategy.vanished(item)
        if not server.is_stable or item.ready or self.waiter.clock.time() < item.not_before:
            return None
        found = ambiguous.evaluate(self.state, item, server)
        if found or item.pending or ambiguous.is_awaited(self.state, item):
            return found
        change = self.strategy.replan(item, server).checked()
        refusal = unapproved(item, change.planned_actions)
        if refusal:
            return ended_as(item, FAILED, refusal)
        if self.strategy.is_waiting(item, change):
            return None
        ambiguous.count_what_shows(self.state, item, change, server)
        if change.refusal:
            return ended_as(item, FAILED, change.refusal)
        if not change.planned_actions:
            return ended_as(item, DONE if item.taken else UNCHANGED)
        item.actions, item.ready = change.planned_actions, True
        return None
