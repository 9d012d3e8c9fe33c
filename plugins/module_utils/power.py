# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The power state of servers: which actions lead from each state to each other one, and carrying them out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils import plan
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import Compute, Observation, Ticket
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AnswerLost,
    CloudError,
    Conflict,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import (
    ERROR,
    PAUSED,
    RUNNING,
    STOPPED,
    SUSPENDED,
    TRANSITIONAL,
    Server,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plan import Change, Outcome, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.waiting import (
    Patience,
    fault_text,
    judge_action,
    observe_all,
    progress,
    timed_out,
)

STATES = ("started", "stopped", "restarted", "paused", "suspended")

#: The actions that lead from a power state to a wanted one. Nova stops, pauses, suspends and softly reboots running
#: servers only, so every way from the other states leads through running.
ROUTES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "started": {RUNNING: (), STOPPED: ("start",), PAUSED: ("unpause",), SUSPENDED: ("resume",)},
    "stopped": {RUNNING: ("stop",), STOPPED: (), PAUSED: ("unpause", "stop"), SUSPENDED: ("resume", "stop")},
    "restarted": {
        RUNNING: ("reboot",),
        STOPPED: ("start",),
        PAUSED: ("unpause", "reboot"),
        SUSPENDED: ("resume", "reboot"),
    },
    "paused": {RUNNING: ("pause",), STOPPED: ("start", "pause"), PAUSED: (), SUSPENDED: ("resume", "pause")},
    "suspended": {RUNNING: ("suspend",), STOPPED: ("start", "suspend"), PAUSED: ("unpause", "suspend"), SUSPENDED: ()},
}
GOAL = {"started": RUNNING, "stopped": STOPPED, "restarted": RUNNING, "paused": PAUSED, "suspended": SUSPENDED}
#: The action that every way to these states ends with; a platform without it cannot reach them at all.
LAST_ACTION = {"paused": "pause", "suspended": "suspend"}

#: How often one action is asked for whose answer is lost, or that others get in the way of.
_TRIES = 6

_STANDING = {
    "VERIFY_RESIZE": "its resize waits to be confirmed or reverted",
    "SHELVED": "it is shelved; unshelve it first",
    "SHELVED_OFFLOADED": "it is shelved; unshelve it first",
    "RESCUE": "it is in rescue mode; unrescue it first",
    "DELETED": "it is deleted",
    "SOFT_DELETED": "it is deleted; restore it first",
}


def plan_power(servers: Iterable[Server], want: str, force: bool, cloud: Compute) -> Plan:
    """What brings each server to the wanted power state; asks ``cloud`` only what it supports."""
    return Plan(tuple(_plan_one(server, want, force, cloud) for server in servers))


def _plan_one(server: Server, want: str, force: bool, cloud: Compute) -> Change:
    state = server.destination
    before = {"power_state": state}
    if state == ERROR and not (want == "restarted" and force):
        hint = "; state: restarted with force: true tries a hard reboot"
        return Change(server, before=before, after=before, refusal=fault_text(server) + hint)
    if state == ERROR:
        actions: tuple[str, ...] = ("reboot",)
    elif state not in ROUTES[want]:
        why = _STANDING.get((server.status or "").upper(), "nothing leads from there to %s" % want)
        refusal = "the server is in status %s: %s" % (server.status, why)
        return Change(server, before=before, after=before, refusal=refusal)
    elif want == "restarted" and force and state in (PAUSED, SUSPENDED):
        actions = ("reboot",)
    else:
        actions = ROUTES[want][state]
    after = {"power_state": GOAL[want]}
    if want == "restarted" and state != STOPPED:
        after["restarted"] = True
    refusal = _why_not(server, actions, cloud)
    moving = server.power_state == TRANSITIONAL and not refusal
    return Change(server, actions, before, after if actions else before, refusal, moving)


def _why_not(server: Server, actions: Sequence[str], cloud: Compute) -> str | None:
    for action in actions:
        if not cloud.supports(action):
            return str(UnsupportedOperation(action, cloud.platform, cloud.instead.get(action)))
    if actions and server.locked and not cloud.supports("act_on_locked"):
        return "the server is locked; unlock it first"
    return None


@dataclass
class Item:
    """Where one server is on its way: ``actions`` are those to be taken yet, ``ticket`` is the one under way.

    Without a ticket and not ``ready``, the server is on its way somewhere and is waited for.
    """

    server: Server
    actions: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    ticket: Ticket | None = None
    ready: bool = False
    tries: int = 0


class PowerRun:
    """Carries a plan out: each server takes its actions one after the other, all servers at the same time.

    After ``run``: ``outcomes`` by server id, ``servers`` as they were last seen, ``tickets`` of what is under way.
    """

    def __init__(self, cloud: Compute, want: str, force: bool, wait: bool, patience: Patience) -> None:
        self.cloud = cloud
        self.want = want
        self.force = force
        self.waits = wait
        self.patience = patience
        self.outcomes: dict[str, Outcome] = {}
        self.servers: dict[str, Server] = {}
        self.tickets: dict[str, Ticket] = {}
        self._since: str | None = None

    def run(self, todo: Plan) -> None:
        items: dict[str, Item] = {}
        for change in todo.items:
            server = change.server
            self.servers[server.id] = server
            if change.refusal:
                self.outcomes[server.id] = _ended(Item(server), plan.FAILED, change.refusal)
            elif not change.actions and not change.settle_first:
                self.outcomes[server.id] = _ended(Item(server), plan.UNCHANGED)
            else:
                items[server.id] = Item(server, change.actions, ready=not change.settle_first)
        word = "restarted" if self.want == "restarted" else GOAL[self.want]
        found, left, error = self.patience.wait(items, self.look, self.judge, progress(word), self.advance)
        self.outcomes.update(found)
        for key, item in left.items():
            if item.ticket:
                self.tickets[key] = item.ticket
            self.outcomes[key] = timed_out(
                key, item.server.name, item.taken, self.servers[key], self.patience.timeout, error
            )

    # -- asking ------------------------------------------------------------------------------------------------

    def advance(self, left: dict[str, Item]) -> dict[str, Outcome]:
        """Asks for the next action of every server that is ready for it."""
        groups: dict[str, list[Item]] = {}
        for item in left.values():
            if item.ready:
                groups.setdefault(item.actions[0], []).append(item)
        if groups and self._since is None:
            self._since = self.cloud.mark()
        ended: dict[str, Outcome] = {}
        for action, items in sorted(groups.items()):
            try:
                tickets = self.cloud.act(action, [item.server for item in items], self.force)
            except CloudError as error:
                if not any(item.taken for item in left.values()):
                    # Nothing was done to anybody, so this is the task's failure and not one of each server.
                    raise
                tickets = [Ticket(item.server.id, action, item.server.name, error=error) for item in items]
            doubtful = []
            for item, ticket in zip(items, tickets):
                if ticket.error is None:
                    self._accept(item, ticket, ended)
                elif ticket.uncertain or _of_state(ticket.error):
                    doubtful.append((item, ticket, ticket.error))
                else:
                    ended[ticket.server_id] = Outcome.of_error(ticket, plan.FAILED, ticket.error, item.taken)
            self._decide(doubtful, ended)
        return ended

    def _decide(self, doubtful: list[tuple[Item, Ticket, CloudError]], ended: dict[str, Outcome]) -> None:
        """One listing for all of them: a lost answer on Huawei Cloud is that of a thousand servers."""
        if not doubtful:
            return
        try:
            now = self.cloud.servers_by_id([ticket.server_id for _item, ticket, _error in doubtful])
        except CloudError as unreadable:
            for item, ticket, error in doubtful:
                if ticket.uncertain:
                    item.taken += (ticket.action,)
                    ended[ticket.server_id] = Outcome.of_error(ticket, plan.UNKNOWN, unreadable, item.taken)
                else:
                    ended[ticket.server_id] = Outcome.of_error(ticket, plan.FAILED, error, item.taken)
            return
        for item, ticket, error in doubtful:
            self._refused(item, ticket, error, now.get(ticket.server_id), ended)

    def _accept(self, item: Item, ticket: Ticket, ended: dict[str, Outcome]) -> None:
        item.taken += (ticket.action,)
        item.ticket, item.ready = ticket, False
        if not self.waits and len(item.actions) == 1:
            self.tickets[ticket.server_id] = ticket
            ended[ticket.server_id] = _ended(item, plan.PENDING)

    def _refused(
        self, item: Item, ticket: Ticket, error: CloudError, now: Server | None, ended: dict[str, Outcome]
    ) -> None:
        """The state decides what an error means.

        An action that was refused for the server's state may have been overtaken by somebody else's. One whose answer
        was lost may or may not have been taken; if not, it may be asked for again, but not a reboot, which leaves no
        trace in the state of a server.
        """
        item.ready, item.tries = False, item.tries + 1
        if now is None:
            ended[ticket.server_id] = _ended(item, plan.FAILED, "the server no longer exists")
            return
        before, self.servers[now.id], item.server = item.server, now, now
        moved = now.power_state != before.power_state or not now.settled
        proof = self._proof(ticket, now, moved)
        if proof:
            self._accept(item, proof, ended)
        elif ticket.uncertain and ticket.action == "reboot":
            item.taken += (ticket.action,)
            ended[now.id] = Outcome.of_error(ticket, plan.UNKNOWN, error, item.taken)
        elif item.tries >= _TRIES:
            ended[now.id] = _ended(item, plan.UNKNOWN, "given up after %d tries: %s" % (item.tries, error.message))
        elif not (moved and _of_state(error)) and not isinstance(error, AnswerLost):
            ended[now.id] = Outcome.of_error(ticket, plan.FAILED, error, item.taken)
        # Otherwise the server is looked at, and planned for anew once it has settled.

    def _proof(self, ticket: Ticket, now: Server, moved: bool) -> Ticket | None:
        """The ticket to watch, where an action whose answer was lost was taken all the same."""
        if not ticket.uncertain:
            return None
        clean = replace(ticket, error=None, uncertain=False)
        if ticket.action != "reboot":
            return clean if moved and now.destination == ticket.goal else None
        try:
            adopted = self.cloud.adopt(ticket, self._since)
        except CloudError:
            adopted = None
        seen = (now.status or "").upper() in ("REBOOT", "HARD_REBOOT")
        return adopted or (replace(clean, witnessed=True) if seen else None)

    # -- looking -----------------------------------------------------------------------------------------------

    def look(self, left: dict[str, Item], final: bool) -> dict[str, Any]:
        seen = observe_all(
            self.cloud, {key: item.ticket for key, item in left.items()}, None if final else self._since
        )
        for key, each in seen.items():
            if each.server:
                self.servers[key] = left[key].server = each.server
        return seen

    def judge(self, item: Item, seen: Observation) -> Outcome | None:
        if item.ticket is None:
            return self.judge_moving(item, seen.server)
        outcome = judge_action(item.ticket, seen)
        if outcome is None:
            return None
        if outcome.result == plan.DONE and len(item.actions) > 1:
            item.actions, item.ticket, item.ready = item.actions[1:], None, True
            return None
        return replace(outcome, actions=item.taken)

    def judge_moving(self, item: Item, server: Server | None) -> Outcome | None:
        """A server that was waited for: once it has settled it is planned for anew."""
        if server is None:
            return _ended(item, plan.FAILED, "the server no longer exists")
        if not server.settled or item.ready:
            return None
        now = _plan_one(server, self.want, self.force, self.cloud)
        if now.refusal:
            return _ended(item, plan.FAILED, now.refusal)
        if not now.actions:
            return _ended(item, plan.DONE if item.taken else plan.UNCHANGED)
        item.actions, item.ready = now.actions, True
        return None


def _ended(item: Item, result: str, message: str | None = None) -> Outcome:
    request_id = item.ticket.request_id if item.ticket and result == plan.PENDING else None
    return Outcome(item.server.id, item.server.name, result, item.taken, message=message, request_id=request_id)


def _of_state(error: CloudError) -> bool:
    """Whether an error means that the server is in a state that does not allow the action."""
    return isinstance(error, Conflict) or error.code == "Ecs.0100"
