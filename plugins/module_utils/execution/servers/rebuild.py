# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out a plan of server_os: each server is stopped where it must be, gets its disk, and its power state."""

from __future__ import annotations

from dataclasses import replace
from typing import Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    REBUILD,
    SETTLE,
    ActionStatus,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, Conflict
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import postponed_for
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import image_of, metadata_wanted
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    ERROR,
    RUNNING,
    STOPPED,
    Server,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.notes import set_metadata
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import (
    Progress,
    left_text,
    may_still_run,
    most_tries,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.power import PowerRun
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.rebuild_progress import (
    AFTER,
    BEFORE,
    ORDER,
    WATCH,
    RebuildNotes,
    RebuildProgress,
    is_rebuilding,
    taken_by,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import (
    UNWAITED,
    Waiter,
    evaluate_action,
    named_state,
    progress,
    timed_out,
    unpaid,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    AWAITING_PAYMENT,
    DONE,
    FAILED,
    PENDING,
    UNCHANGED,
    UNKNOWN,
    Outcome,
    Plan,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import ROUTES
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.rebuild import (
    RebuildOptions,
    needs_rebuild,
    plan_one,
    power_before,
)

#: How often a server is looked at anew that others get in the way of.
_TRIES = 6
#: The server is on its way somewhere; its state does not allow the order; another command is running on it.
_OF_STATE = ("Ecs.0100", "Ecs.0603")


class RebuildExecutor(RebuildNotes):
    """All servers at the same time, each at its own pace.

    After ``run``: ``outcomes`` by server id, ``servers`` as they were last seen, ``tickets`` of what is under way.
    """

    def __init__(self, cloud: Compute, wish: RebuildOptions, wait: bool, waiter: Waiter) -> None:
        self.cloud = cloud
        self.wish = wish
        self.waits = wait
        self.waiter = waiter
        self.outcomes: dict[str, Outcome] = {}
        self.servers: dict[str, Server] = {}
        self.tickets: dict[str, PendingAction] = {}
        self._since: str | None = None
        self._lanes: dict[tuple[str, str], PowerRun] = {}
        self._steps: dict[str, RebuildProgress] = {}
        if not wait:
            waiter.limit(UNWAITED)

    def run(self, todo: Plan) -> None:
        steps = self._steps
        for change in todo.items:
            step = RebuildProgress(change.server)
            self.servers[change.server.id] = change.server
            ended = self._route(step)
            if ended:
                self.outcomes[change.server.id] = ended
            else:
                steps[change.server.id] = step
        if steps:
            self._since = self.cloud.mark()
        words = progress("done", lambda step: named_state(step.server))
        found, left, error = self.waiter.wait(steps, self._look, self._evaluate, words, self._submit_ready)
        self.outcomes.update(found)
        for lane in self._lanes.values():
            self.tickets.update((key, ticket) for key, ticket in lane.tickets.items() if key not in self.tickets)
        for key, step in left.items():
            if step.postponed and not step.failure:
                self.outcomes[key] = Outcome.of_error(step.server, FAILED, step.postponed, taken_by(step))
                continue
            if not self.waits and not step.failure:
                self.outcomes[key] = self._left(step, self._rest(step))
                continue
            ticket = step.ticket or (step.power.ticket if step.power else None)
            if ticket:
                self.tickets[key] = ticket
            late = timed_out(key, step.server.name, taken_by(step), self.servers[key], self.waiter.timeout, error)
            self.outcomes[key] = replace(step.failure, actions=taken_by(step)) if step.failure else late
        self._remove_notes()

    # -- which way ---------------------------------------------------------------------------------------------

    def _route(self, step: RebuildProgress) -> Outcome | None:
        """The stage that a server is in from here on, by its present state; its outcome where there is none."""
        server = step.server
        change = plan_one(server, self.wish, self.cloud.rules)
        if change.refusal:
            return self._end(step, FAILED, change.refusal)
        if not step.known and server.is_stable:
            step.goal, step.known = self.wish.power_after(server), True
        step.ticket, step.power, step.postponed = None, None, None
        if change.wait_until_stable:
            step.stage = SETTLE
            return None if self.waits else self._left(step, change.actions)
        if not needs_rebuild(server, self.wish):
            return self._after(step)
        lead = power_before(server, self.wish, self.cloud.rules)
        step.stage = BEFORE if lead else ORDER
        if lead:
            return self._power(step, lead)
        return None

    def _after(self, step: RebuildProgress) -> Outcome | None:
        """The disk is as it is to be, or will not be; what is left is the power state."""
        step.stage, step.ticket = AFTER, None
        if step.goal is None or step.server.power_state == ERROR:
            return self._end(step, DONE if step.taken else UNCHANGED)
        return self._power(step, step.goal)

    def _settled(self, step: RebuildProgress, outcome: Outcome | None) -> Outcome | None:
        """What PowerRun's outcome of a server means for it here."""
        if outcome is None:
            return None
        step.taken, step.power = outcome.actions, None
        if outcome.result == PENDING and not step.failure:
            return self._left(step, outcome.remaining + (self._rest(step) if step.stage == BEFORE else ()), outcome)
        if outcome.result not in (DONE, UNCHANGED):
            return replace(step.failure, actions=step.taken) if step.failure else outcome
        if step.stage == BEFORE:
            step.stage = ORDER
            return None
        return self._end(step, DONE if step.taken else UNCHANGED)

    def _rest(self, step: RebuildProgress) -> tuple[str, ...]:
        """What is asked of a server that is in the state for it: its disk, and its power state again."""
        return (REBUILD,) + self._power_again(step)

    def _power_again(self, step: RebuildProgress) -> tuple[str, ...]:
        if step.goal is None:
            return ()
        keeps = self.cloud.supports("rebuild_running")
        state = RUNNING if keeps and step.server.target_power_state != STOPPED else STOPPED
        return ROUTES[step.goal][state]

    def _left(self, step: RebuildProgress, rest: tuple[str, ...], outcome: Outcome | None = None) -> Outcome:
        """The outcome of a server that is not waited for, and of which ``rest`` is still to be asked."""
        server = step.server
        known = step.ticket or (step.lane.tickets.get(server.id) if step.lane else None)
        self.tickets[server.id] = replace(known or PendingAction(server.id, SETTLE, server.name), then=rest)
        found = outcome or self._end(step, PENDING)
        accepted = known is not None and known.action != SETTLE
        return replace(found, message=left_text(server, accepted, rest), remaining=rest)

    def _end(self, step: RebuildProgress, result: str, message: str | None = None) -> Outcome:
        if step.failure:
            return replace(step.failure, actions=step.taken)
        return Outcome(step.server.id, step.server.name, result, step.taken, message=message)

    def _fail(self, step: RebuildProgress, outcome: Outcome) -> Outcome | None:
        """A server that was stopped for nothing gets its power state back."""
        if not step.taken or not step.server.is_stable or step.server.power_state == ERROR:
            return replace(outcome, actions=step.taken)
        step.failure = outcome
        return self._after(step)

    def _power(self, step: RebuildProgress, want: str) -> Outcome | None:
        """The server is brought to a power state by server_power's own run, with all others that go there."""
        key = (step.stage, want)
        if key not in self._lanes:
            self._lanes[key] = PowerRun(self.cloud, want, False, self.waits, self.waiter)
        step.lane, step.power = self._lanes[key], Progress(step.server, taken=step.taken)
        return self._settled(step, step.lane.evaluate_transition(step.power, step.server))

    def _by_lane(self, left: Mapping[str, RebuildProgress]) -> list[tuple[PowerRun, dict[str, Progress]]]:
        found = []
        for lane in self._lanes.values():
            items = {key: step.power for key, step in left.items() if step.lane is lane and step.power}
            if items:
                found.append((lane, items))
        return found

    # -- asking ------------------------------------------------------------------------------------------------

    def _submit_ready(self, left: dict[str, RebuildProgress]) -> dict[str, Outcome]:
        ended: dict[str, Outcome] = {}
        self._write_notes(left, ended)
        for lane, items in self._by_lane({key: step for key, step in left.items() if key not in ended}):
            try:
                found: Mapping[str, Outcome] = lane.submit_ready(items)
            except CloudError as error:
                self._raise_if_nothing_was_done(error)
                ready = {key: item for key, item in items.items() if item.ready}
                found = {key: Outcome.of_error(item.server, FAILED, error, item.taken) for key, item in ready.items()}
            for key, outcome in found.items():
                self._note(ended, key, self._settled(left[key], outcome))
        ready_to_order = {key: step for key, step in left.items() if step.stage == ORDER and key not in ended}
        if ready_to_order:
            self._order(ready_to_order, ended)
        return ended

    @staticmethod
    def _note(ended: dict[str, Outcome], key: str, outcome: Outcome | None) -> None:
        if outcome:
            ended[key] = outcome

    def _raise_if_nothing_was_done(self, error: CloudError) -> None:
        """Then it is the task's failure and not one of each server."""
        if not any(taken_by(step) for step in self._steps.values()):
            raise error

    def _order(self, ready: dict[str, RebuildProgress], ended: dict[str, Outcome]) -> None:
        since = self.cloud.mark()
        for step in ready.values():
            step.order = self.wish.order_for(step.server)
        try:
            tickets = self.cloud.rebuild([(step.server, step.order) for step in ready.values() if step.order])
        except CloudError as error:
            self._raise_if_nothing_was_done(error)
            tickets = [PendingAction(step.server.id, REBUILD, step.server.name, error=error) for step in ready.values()]
        ambiguous = []
        for (key, step), ticket in zip(ready.items(), tickets):
            error_of = ticket.error
            if error_of is None:
                self._note(ended, key, self._accept(step, ticket))
            elif ticket.outcome_unknown or isinstance(error_of, Conflict) or error_of.code in _OF_STATE:
                ambiguous.append((key, step, ticket, error_of))
            else:
                self._note(ended, key, self._fail(step, Outcome.of_error(ticket, FAILED, error_of)))
        if not ambiguous:
            return
        try:
            now = self.cloud.servers_by_id([key for key, _step, _ticket, _error in ambiguous])
        except CloudError as unreadable:
            for key, step, ticket, error in ambiguous:
                if ticket.outcome_unknown:
                    ended[key] = Outcome.of_error(ticket, UNKNOWN, unreadable, step.taken + (REBUILD,))
                else:
                    ended[key] = Outcome.of_error(ticket, FAILED, error, step.taken)
            return
        for key, step, ticket, error in ambiguous:
            self._note(ended, key, self._decide(step, ticket, error, now.get(key), since))

    def _accept(self, step: RebuildProgress, ticket: PendingAction) -> Outcome | None:
        step.stage, step.ticket = WATCH, ticket
        step.taken += (REBUILD,)
        if self.waits:
            return None
        return replace(self._left(step, self._power_again(step)), request_id=ticket.request_id)

    def _decide(
        self, step: RebuildProgress, ticket: PendingAction, error: CloudError, now: Server | None, since: str | None
    ) -> Outcome | None:
        """The state decides what an error means: a disk is never ordered twice where the first order may be on its
        way."""
        if now is None:
            return self._end(step, FAILED, "the server no longer exists")
        before, step.server, self.servers[now.id] = step.server, now, now
        step.tries += 1
        if ticket.outcome_unknown:
            proof = self._proof(step, ticket, before, now, since)
            if proof:
                return self._accept(step, proof)
            if not may_still_run(error) and self._was_not_done(ticket, before, now, since):
                if step.tries >= most_tries(error, _TRIES):
                    return self._fail(step, Outcome.of_error(ticket, FAILED, error))
                pause = postponed_for(error, step.tries - 1, self.cloud.session.now())
                step.not_before, step.postponed = self.waiter.clock.time() + pause, error
                step.doubt = (ticket, before, error, since)
                step.stage = SETTLE
                return None
            return Outcome.of_error(ticket, UNKNOWN, error, step.taken + (REBUILD,))
        if not now.is_stable and step.tries < _TRIES:
            step.stage = SETTLE
            return None
        return self._fail(step, Outcome.of_error(ticket, FAILED, error))

    def _evaluate_ambiguous(self, step: RebuildProgress, now: Server) -> Outcome | None:
        """Looks again for an order that the state did not show at first, before it is given again."""
        doubt, step.doubt = step.doubt, None
        if doubt:
            ticket, before, error, since = doubt
            proof = self._proof(step, ticket, before, now, since)
            if proof:
                step.postponed = None
                return self._accept(step, proof)
            if not self._was_not_done(ticket, before, now, since):
                return Outcome.of_error(ticket, UNKNOWN, error, step.taken + (REBUILD,))
        return self._route(step)

    def _was_not_done(self, ticket: PendingAction, before: Server, now: Server, since: str | None) -> bool:
        try:
            return self.cloud.was_not_done(ticket, before, now, since)
        except CloudError:
            return False

    def _proof(
        self, step: RebuildProgress, ticket: PendingAction, before: Server, now: Server, since: str | None
    ) -> PendingAction | None:
        """The ticket to watch, where an order whose answer was lost was taken all the same."""
        try:
            adopted = self.cloud.recover_action(ticket, since)
        except CloudError:
            adopted = None
        if adopted:
            return replace(adopted, image_id=ticket.image_id)
        given = image_of(now) != image_of(before) and image_of(now) == ticket.image_id
        return (
            replace(ticket, error=None, outcome_unknown=False, seen_in_progress=True)
            if is_rebuilding(now) or given
            else None
        )

    # -- looking -----------------------------------------------------------------------------------------------

    def _look(self, left: dict[str, RebuildProgress], final: bool) -> dict[str, ActionStatus]:
        seen: dict[str, ActionStatus] = {}
        tickets = [step.ticket for step in left.values() if step.ticket]
        if tickets:
            seen.update(self.cloud.observe(tickets, None if final else self._since))
        moving = [key for key, step in left.items() if step.stage == SETTLE]
        if moving:
            found = self.cloud.servers_by_id(moving)
            seen.update((key, ActionStatus(found.get(key))) for key in moving)
        for lane, items in self._by_lane(left):
            seen.update(lane.look(items, final))
        for key, each in seen.items():
            if each.server:
                self.servers[key] = left[key].server = each.server
        return seen

    def _evaluate(self, step: RebuildProgress, seen: ActionStatus) -> Outcome | None:
        if step.stage == WATCH and step.ticket:
            return self._judge_order(step, step.ticket, seen)
        if step.lane and step.power:
            return self._settled(step, step.lane.evaluate(step.power, seen))
        if step.stage != SETTLE:
            return None
        if seen.server is None:
            return self._end(step, FAILED, "the server no longer exists")
        if not seen.server.is_stable or self.waiter.clock.time() < step.not_before:
            return None
        return self._evaluate_ambiguous(step, seen.server)

    def _judge_order(self, step: RebuildProgress, ticket: PendingAction, seen: ActionStatus) -> Outcome | None:
        server = seen.server
        if server and is_rebuilding(server) and not ticket.seen_in_progress:
            # What is seen on its way needs no other proof, should the cloud's record of it get lost.
            ticket = step.ticket = replace(ticket, seen_in_progress=True)
        elif server and server.is_stable and not seen.verdict and step.order and not step.order.same_image:
            # Likewise what runs the image that it did not run before.
            ticket = replace(ticket, seen_in_progress=ticket.seen_in_progress or image_of(server) == ticket.image_id)
        outcome = evaluate_action(ticket, seen)
        if outcome is None:
            return None
        step.ticket = None
        if outcome.result == DONE:
            step.failure = self._keep_metadata(step)
            return self._after(step)
        outcome = unpaid(ticket, outcome)
        if outcome.result == AWAITING_PAYMENT:
            return replace(outcome, actions=step.taken, hint="%s auto_pay: true pays." % outcome.hint)
        return self._fail(step, outcome)

    def _keep_metadata(self, step: RebuildProgress) -> Outcome | None:
        """Sets what of the metadata the cloud did not set along with the image; the failure, if that fails."""
        server, order = step.server, step.order
        if order is None:
            return None
        wanted = metadata_wanted(server, order)
        missing = {key: value for key, value in wanted.items() if server.metadata.get(key) != value}
        if not missing:
            return None
        try:
            set_metadata(self.cloud, server, missing)
        except CloudError as error:
            outcome = Outcome.of_error(server, FAILED, error)
            return replace(outcome, message="the image was put on it, but: %s" % error.message)
        self.servers[server.id] = step.server = replace(server, metadata={**server.metadata, **missing})
        return None
