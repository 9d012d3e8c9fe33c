# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying a plan for many servers out: each takes its deeds one after the other, all at the same time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    SETTLE,
    Action,
    ActionStatus,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, ResponseLost
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import postponed_for
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.noted_run import NoteKeeper
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import (
    BUSY,
    BUSY_PAUSE,
    VANISHED,
    Progress,
    ended_as,
    is_less,
    item_name,
    may_still_run,
    most_tries,
    of_state,
    pending_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import (
    UNWAITED,
    Waiter,
    evaluate_action,
    observe_all,
    progress,
    timed_out,
    unpaid,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PENDING,
    UNCHANGED,
    UNKNOWN,
    Change,
    Outcome,
    Plan,
)


class Executor(NoteKeeper):
    """Does what a plan says.

    ``again`` is the plan of one server, for one that was on its way when it was planned, or that somebody else has
    moved since. ``word`` completes ``37 of 100 …``. ``at_once`` is how many servers are under way at the same time;
    the others wait for their turn. After ``run``: ``outcomes`` by server id, ``servers`` as they were last seen,
    ``tickets`` of what is under way.

    Without ``wait`` each server is asked for the next deed at most; a server that is on its way to another state is not
    waited for. Only what the cloud has postponed, or not answered, is sent again, for UNWAITED seconds.
    """

    #: How often one deed is asked for whose answer is lost, or that others get in the way of.
    tries = 6

    def __init__(
        self,
        cloud: Compute,
        again: Callable[[Server], Change],
        word: str,
        wait: bool,
        waiter: Waiter,
        at_once: int | None = None,
    ) -> None:
        self.cloud = cloud
        self.again = again
        self.word = word
        self.waits = wait
        self.waiter = waiter
        self.at_once = at_once
        self.outcomes: dict[str, Outcome] = {}
        self.servers: dict[str, Server] = {}
        self.tickets: dict[str, PendingAction] = {}
        self._since: str | None = None
        #: The ids of the servers that have changed since they were last looked at.
        self._stale: set[str] = set()
        #: Whether the cloud has taken anything yet, also for a server that is done with.
        self._acted = False
        if not wait:
            waiter.limit(UNWAITED)

    def run(self, todo: Plan) -> None:
        self.carry_out(self.prepare(todo))

    def prepare(self, todo: Plan) -> dict[str, Progress]:
        """The servers that something is to be done to, by id; the others have their outcomes then."""
        items: dict[str, Progress] = {}
        for change in todo.items:
            server = change.server
            self.servers[server.id] = server
            if change.refusal:
                self.outcomes[server.id] = ended_as(Progress(server), FAILED, change.refusal)
            elif not change.deeds and not change.wait_until_stable:
                self.outcomes[server.id] = ended_as(Progress(server), UNCHANGED)
            else:
                items[server.id] = Progress(server, change.deeds, ready=not change.wait_until_stable)
        return items

    def carry_out(self, items: dict[str, Progress]) -> None:
        words = progress(self.word, item_name)
        found, left, error = self.waiter.wait(items, self.look, self.evaluate, words, self.submit_ready)
        self.outcomes.update(found)
        for key, item in left.items():
            if item.ready and not item.begun:
                late = "its turn did not come within %g seconds; nothing was done to it" % self.waiter.timeout
                self.outcomes[key] = ended_as(item, FAILED, late)
                continue
            if item.ticket:
                self.tickets[key] = item.ticket
            elif item.busy:
                self.outcomes[key] = Outcome.of_error(item.server, FAILED, item.busy, item.taken)
                continue
            self.outcomes[key] = timed_out(
                key, item.server.name, item.taken, self.servers[key], self.waiter.timeout, error
            )
        self._refresh()
        self._remove_notes()

    def _refresh(self) -> None:
        """One listing of the servers whose last deed was done with its answer, for what the task shows of them."""
        if not self._stale:
            return
        try:
            self.servers.update(self.cloud.servers_by_id(sorted(self._stale)))
        except CloudError:
            # What was done is done; it is only shown as it was before.
            pass

    # -- asking ------------------------------------------------------------------------------------------------

    def ask(self, action: str, items: Sequence[Progress]) -> list[PendingAction]:
        """Asks the cloud for the next deed of each, which is this action; one ticket an item, in their order."""
        return self.cloud.perform([(item.server, item.deeds[0]) for item in items])

    def submit_ready(self, left: dict[str, Progress]) -> dict[str, Outcome]:
        """Asks for the next deed of every server that is ready for one, until there is nothing but waiting to do."""
        ended: dict[str, Outcome] = {}
        while True:
            groups: dict[str, list[Progress]] = {}
            for item in self._next_batch([item for key, item in left.items() if key not in ended]):
                groups.setdefault(item.deeds[0].action, []).append(item)
            if not groups:
                self._detach(left, ended)
                return ended
            if self._since is None:
                self._since = self.cloud.mark()
            for action, items in sorted(groups.items()):
                self._ask_for(action, items, left, ended)

    def _next_batch(self, items: Sequence[Progress]) -> list[Progress]:
        """Those that are asked for now: where only so many may be under way, those that have begun come first."""
        ready = [item for item in items if item.ready]
        if self.at_once is None:
            return ready
        free = max(0, self.at_once - sum(1 for item in items if item.begun))
        return [item for item in ready if item.begun] + [item for item in ready if not item.begun][:free]

    def _detach(self, left: dict[str, Progress], ended: dict[str, Outcome]) -> None:
        """Where nobody waits: reports what was accepted, and what is still to be asked for, as pending."""
        if self.waits:
            return
        for key, item in left.items():
            if key in ended or item.busy or (item.tries and item.ticket is None and item.server.is_stable):
                continue
            rest = tuple(deed.action for deed in (item.deeds[1:] if item.ticket else item.deeds))
            if item.ticket or not item.ready:
                ticket = item.ticket or PendingAction(key, SETTLE, item.server.name)
                self.tickets[key] = replace(ticket, then=rest)
            ended[key] = replace(ended_as(item, PENDING, pending_text(item, rest)), remaining=rest)

    def _ask_for(
        self, action: str, items: list[Progress], left: dict[str, Progress], ended: dict[str, Outcome]
    ) -> None:
        items = self._write_notes(items, ended)
        if not items:
            return
        try:
            tickets = self.ask(action, items)
        except CloudError as error:
            if not self._acted:
                # Nothing was done to anybody, so this is the task's failure and not one of each server.
                raise
            tickets = [PendingAction(item.server.id, action, item.server.name, error=error) for item in items]
        ambiguous = []
        for item, ticket in zip(items, tickets):
            if ticket.error is None:
                self._accept(item, ticket, ended)
            elif not ticket.outcome_unknown and ticket.error.code in BUSY:
                self._later(item, ticket.error)
            elif ticket.outcome_unknown or of_state(ticket.error):
                ambiguous.append((item, ticket, ticket.error))
            else:
                ended[item.server.id] = Outcome.of_error(ticket, FAILED, ticket.error, item.taken)
        self._decide(ambiguous, ended)

    def _decide(self, ambiguous: list[tuple[Progress, PendingAction, CloudError]], ended: dict[str, Outcome]) -> None:
        """One listing for all of them: a lost answer on Huawei Cloud is that of a thousand servers."""
        if not ambiguous:
            return
        try:
            now = self.cloud.servers_by_id([ticket.server_id for _item, ticket, _error in ambiguous])
        except CloudError as unreadable:
            for item, ticket, error in ambiguous:
                if ticket.outcome_unknown:
                    self._acted = True
                    item.taken += (ticket.action,)
                    ended[ticket.server_id] = Outcome.of_error(ticket, UNKNOWN, unreadable, item.taken)
                else:
                    ended[ticket.server_id] = Outcome.of_error(ticket, FAILED, error, item.taken)
            return
        for item, ticket, error in ambiguous:
            self._refused(item, ticket, error, now.get(ticket.server_id), ended)

    def _later(self, item: Progress, error: CloudError, pause: float = BUSY_PAUSE) -> None:
        """The deed is planned for anew when the command that is running on the server may be over, or when the cloud
        wants to be asked again."""
        item.ticket, item.ready, item.busy = None, False, error
        item.not_before = self.waiter.clock.time() + pause

    def _accept(self, item: Progress, ticket: PendingAction, ended: dict[str, Outcome]) -> None:
        deed = item.deeds[0]
        self._acted = True
        if item.part != ticket.action:
            item.taken += (ticket.action,)
        item.busy = item.doubt = item.part = None
        if not deed.watched:
            self._stale.add(item.server.id)
            item.deeds, item.ready = item.deeds[1:], True
            if not item.deeds:
                ended[item.server.id] = ended_as(item, DONE)
            return
        item.ticket, item.ready = ticket, False
        self._stale.discard(item.server.id)

    def _refused(
        self, item: Progress, ticket: PendingAction, error: CloudError, now: Server | None, ended: dict[str, Outcome]
    ) -> None:
        """The state decides what an error means.

        A deed that was refused for the server's state may have been overtaken by somebody else's. One whose answer
        was lost may or may not have been done; if not, it may be asked for again, but not where its being done would
        leave no trace in the server's state.
        """
        deed = item.deeds[0]
        item.ready, item.tries = False, item.tries + 1
        if now is None:
            if ticket.outcome_unknown and deed.aim and deed.aim.met(None):
                self._accept(item, replace(ticket, error=None, outcome_unknown=False), ended)
            else:
                ended[ticket.server_id] = ended_as(item, FAILED, VANISHED)
            return
        before, self.servers[now.id], item.server = item.server, now, now
        moved = now.power_state != before.power_state or not now.is_stable
        proof = self._proof(deed, ticket, before, now) if ticket.outcome_unknown else None
        if proof is None and ticket.outcome_unknown and not deed.watched and self._took_effect(item, now):
            proof = replace(ticket, error=None, outcome_unknown=False)
        item.doubt = (ticket, before, error) if ticket.outcome_unknown else None
        if proof:
            self._accept(item, proof, ended)
        elif ticket.outcome_unknown and self._was_begun(item, ticket, now):
            self._count_part(item, ticket)
            if item.tries >= self.tries:
                ended[now.id] = Outcome.of_error(ticket, FAILED, error, item.taken)
            else:
                self._later(item, error, postponed_for(error, item.tries - 1, self.cloud.session.now()))
        elif ticket.outcome_unknown and not may_still_run(error) and self._was_not_done(deed, ticket, before, now):
            if item.tries >= most_tries(error, self.tries):
                ended[now.id] = self._given_up(item, ticket, error)
            else:
                self._later(item, error, postponed_for(error, item.tries - 1, self.cloud.session.now()))
        elif ticket.outcome_unknown and ticket.is_unobservable and not deed.is_retry_safe and deed.watched:
            item.taken += (ticket.action,)
            ended[now.id] = Outcome.of_error(ticket, UNKNOWN, error, item.taken)
        elif item.tries >= self.tries:
            ended[now.id] = ended_as(item, UNKNOWN, "given up after %d tries: %s" % (item.tries, error.message))
        elif (
            not (moved and of_state(error)) and not isinstance(error, ResponseLost) and not _may_go_again(deed, ticket)
        ):
            ended[now.id] = self._given_up(item, ticket, error)
        # Otherwise the server is looked at, and planned for anew once it has settled.

    def _given_up(self, item: Progress, ticket: PendingAction, error: CloudError) -> Outcome:
        """Failed where the cloud refused, or the state shows that nothing was done; unknown where nothing tells."""
        if not (ticket.outcome_unknown and item.deeds[0].hidden):
            return Outcome.of_error(ticket, FAILED, error, item.taken)
        item.taken += (ticket.action,)
        return Outcome.of_error(ticket, UNKNOWN, error, item.taken)

    def _took_effect(self, item: Progress, now: Server) -> bool:
        """Whether a deed that is done with its answer was done though the answer proves nothing: it was needed, and the
        server as it is now needs one of its kind less."""
        action = item.deeds[0].action
        try:
            change = self.again(now)
        except CloudError:
            return False
        needed = sum(1 for deed in item.deeds if deed.action == action)
        return not change.refusal and sum(1 for deed in change.deeds if deed.action == action) < needed

    def _was_begun(self, item: Progress, ticket: PendingAction, now: Server) -> bool:
        """Whether some requests of a deed that takes several were carried out: the service accepted them, or the server
        as it is now needs only a part of the deed."""
        if ticket.accepted or ticket.steps == 1:
            return bool(ticket.accepted)
        try:
            return any(is_less(deed, item.deeds[0]) for deed in self.again(now).deeds)
        except CloudError:
            return False

    def _count_part(self, item: Progress, ticket: PendingAction) -> None:
        """A deed of which a part was done is an action of this run, whatever becomes of the rest."""
        self._acted = True
        if item.part != ticket.action:
            item.taken += (ticket.action,)
        item.part, item.doubt = ticket.action, None

    def _was_not_done(self, deed: Action, ticket: PendingAction, before: Server, now: Server) -> bool:
        """Whether a deed of which the server's state shows nothing was not done: where it would show it, or where the
        cloud keeps a record of what it does."""
        if not _only_record_tells(deed, ticket):
            return True
        try:
            return self.cloud.was_not_done(ticket, before, now, self._since)
        except CloudError:
            return False

    def _evaluate_ambiguous(self, item: Progress, now: Server) -> Outcome | None:
        """Looks again for a request that the state did not show at first, before it is sent again."""
        if item.doubt is None:
            return None
        ticket, before, error = item.doubt
        deed = item.deeds[0]
        if not _only_record_tells(deed, ticket):
            return None
        proof = self._proof(deed, ticket, before, now)
        if proof:
            ended: dict[str, Outcome] = {}
            self._accept(item, proof, ended)
            return ended.get(now.id)
        if self._was_not_done(deed, ticket, before, now):
            return None
        item.taken += (ticket.action,)
        return Outcome.of_error(ticket, UNKNOWN, error, item.taken)

    def _proof(self, deed: Action, ticket: PendingAction, before: Server, now: Server) -> PendingAction | None:
        """The ticket to watch, where a deed whose answer was lost was done all the same."""
        clean = replace(ticket, error=None, outcome_unknown=False)
        if deed.aim and deed.aim.met(now) and not deed.aim.met(before):
            return clean
        if deed.tasks and (now.task_state or "").startswith(deed.tasks):
            return replace(clean, seen_in_progress=True)
        if not deed.watched or (deed.is_retry_safe and not deed.aim):
            return None
        try:
            adopted = self.cloud.recover_action(ticket, self._since)
        except CloudError:
            return None
        return replace(adopted, aim=ticket.aim) if adopted else None

    # -- looking -----------------------------------------------------------------------------------------------

    def look(self, left: dict[str, Progress], final: bool) -> dict[str, Any]:
        # Whose turn has not come is not looked at: nothing was asked of it.
        watched = {key: item.ticket for key, item in left.items() if not item.ready}
        seen = observe_all(self.cloud, watched, None if final else self._since)
        for key, each in seen.items():
            if each.server:
                self.servers[key] = left[key].server = each.server
        return seen

    def evaluate(self, item: Progress, seen: ActionStatus) -> Outcome | None:
        if item.ticket is None:
            return self.evaluate_transition(item, seen.server)
        outcome = evaluate_action(item.ticket, seen)
        if outcome is None:
            return None
        if outcome.result == DONE and len(item.deeds) > 1:
            item.deeds, item.ticket, item.ready = item.deeds[1:], None, True
            return None
        if outcome.result == FAILED and outcome.code in BUSY:
            # The job found the server busy, and did nothing to it.
            item.taken = item.taken[:-1]
            self._later(item, CloudError(outcome.message or "another command is running on it", code=outcome.code))
            return None
        return unpaid(item.ticket, replace(outcome, actions=item.taken))

    def evaluate_transition(self, item: Progress, server: Server | None) -> Outcome | None:
        """A server that was waited for: once it has settled it is planned for anew."""
        if server is None:
            return ended_as(item, FAILED, VANISHED)
        if not server.is_stable or item.ready or self.waiter.clock.time() < item.not_before:
            return None
        found = self._evaluate_ambiguous(item, server)
        if found or item.ticket:
            return found
        now = self.again(server)
        if item.doubt and not now.refusal and not _only_record_tells(item.deeds[0], item.doubt[0]):
            ticket = item.doubt[0]
            if ticket.action not in now.actions:
                # It shows now, so it was this run that did it.
                self._count_part(item, ticket)
                item.busy = item.part = None
            elif self._was_begun(item, ticket, server):
                self._count_part(item, ticket)
        item.doubt = None
        if now.refusal:
            return ended_as(item, FAILED, now.refusal)
        if not now.deeds:
            return ended_as(item, DONE if item.taken else UNCHANGED)
        item.deeds, item.ready = now.deeds, True
        return None


def _only_record_tells(deed: Action, ticket: PendingAction) -> bool:
    """Whether only the cloud's record of its actions tells whether a deed was done, and no plan of the server."""
    return deed.watched and not deed.is_retry_safe and ticket.is_unobservable


def _may_go_again(deed: Action, ticket: PendingAction) -> bool:
    """Whether a request that may have been carried out is sent again until the state or the cloud's answer decides."""
    return ticket.outcome_unknown and deed.is_retry_safe and deed.watched
