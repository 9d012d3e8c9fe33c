# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The power state of servers: which actions lead from each state to each other one, and carrying them out."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils import plan
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import Compute, Observation, Ticket
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
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

#: Wait for a transition, two actions, and one more try of each where an answer was lost.
_ROUNDS = 6

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
        hint = "; state: restarted with force: true tries a hard reboot" if want != "stopped" else ""
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


class PowerRun:
    """Carries a plan out, in rounds: each server takes its next action, and is waited for.

    After ``run``: ``outcomes`` by server id, ``servers`` as they were last seen, ``tickets`` of the last actions.
    """

    def __init__(self, cloud: Compute, want: str, force: bool, wait: bool, patience: Patience) -> None:
        self.cloud = cloud
        self.want = want
        self.force = force
        self.wait = wait
        self.patience = patience
        self.outcomes: dict[str, Outcome] = {}
        self.servers: dict[str, Server] = {}
        self.tickets: dict[str, Ticket] = {}
        self._taken: dict[str, tuple[str, ...]] = {}
        self._lost: dict[str, CloudError] = {}

    def run(self, todo: Plan) -> None:
        for item in todo.items:
            self.servers[item.server.id] = item.server
            if item.refusal:
                self._end(item.server, plan.FAILED, message=item.refusal)
            elif not item.actions and not item.settle_first:
                self._end(item.server, plan.UNCHANGED)
        open_ = {item.server.id: item for item in todo.items if item.server.id not in self.outcomes}
        for _round in range(_ROUNDS):
            if not open_:
                return
            open_ = self._round(open_)
        for key, item in open_.items():
            lost = self._lost.get(key)
            why = lost.message if lost else "it does not stay in the state that was asked for"
            self._end(item.server, plan.UNKNOWN, message="given up after %d tries: %s" % (_ROUNDS, why))

    def _round(self, open_: dict[str, Change]) -> dict[str, Change]:
        """One action for each server; returns what is to be done in the next round."""
        self._settle({key: item.server for key, item in open_.items() if item.settle_first})
        following: dict[str, list[Server]] = {}
        remaining: dict[str, tuple[str, ...]] = {}
        for key, item in open_.items():
            if key in self.outcomes:
                continue
            now = _plan_one(self.servers[key], self.want, self.force, self.cloud) if item.settle_first else item
            if now.refusal:
                self._end(now.server, plan.FAILED, message=now.refusal)
            elif not now.actions:
                self._end(now.server, plan.DONE if self._taken.get(key) else plan.UNCHANGED)
            else:
                remaining[key] = now.actions
                following.setdefault(now.actions[0], []).append(now.server)
        since = self.cloud.mark() if following else None
        tickets: dict[str, Ticket] = {}
        for action, servers in sorted(following.items()):
            for ticket in self.cloud.act(action, servers, self.force):
                tickets[ticket.server_id] = ticket
        last = {key for key, actions in remaining.items() if len(actions) == 1}
        return self._follow(tickets, last, remaining, since)

    def _settle(self, moving: Mapping[str, Server]) -> None:
        """Waits for servers that are on their way; those that do not arrive are refused."""

        def look(left: dict[str, Server], final: bool) -> Mapping[str, Server | None]:
            found = self.cloud.servers_by_id(list(left))
            return {key: found.get(key) for key in left}

        def judge(server: Server, seen: Server | None) -> Outcome | None:
            if seen is None:
                return Outcome(server.id, server.name, plan.FAILED, message="the server no longer exists")
            self.servers[seen.id] = seen
            return Outcome(seen.id, seen.name, plan.DONE) if seen.settled else None

        words = self._words("settled")
        outcomes, left, error = self.patience.wait(moving, look, judge, words)
        for key, outcome in outcomes.items():
            if outcome.result == plan.FAILED:
                self.outcomes[key] = outcome
        for key, server in left.items():
            self.outcomes[key] = timed_out(
                key, server.name, self._taken.get(key, ()), self.servers[key], self.patience.timeout, error
            )

    def _follow(
        self, tickets: dict[str, Ticket], last: set[str], remaining: Mapping[str, tuple[str, ...]], since: str | None
    ) -> dict[str, Change]:
        """Sees the tickets through; returns the servers that need another round."""
        again: dict[str, Change] = {}
        watched: dict[str, Ticket] = {}
        for key, ticket in tickets.items():
            settled = self._after_error(ticket, since)
            if settled is None:
                again[key] = Change(self.servers[key], remaining[key], settle_first=True)
            elif isinstance(settled, Outcome):
                self.outcomes[key] = settled
            elif self.wait or key not in last:
                self._taken[key] = self._taken.get(key, ()) + (ticket.action,)
                watched[key] = settled
            else:
                self._taken[key] = self._taken.get(key, ()) + (ticket.action,)
                self.tickets[key] = settled
                self._end(self.servers[key], plan.PENDING, request_id=settled.request_id)

        def look(left: dict[str, Ticket], final: bool) -> Mapping[str, Observation]:
            found = self.cloud.observe(list(left.values()), None if final else since)
            for key, seen in found.items():
                if seen.server:
                    self.servers[key] = seen.server
            return found

        words = self._words({"restarted": "restarted"}.get(self.want, GOAL[self.want]))
        outcomes, left, error = self.patience.wait(watched, look, judge_action, words)
        for key, outcome in outcomes.items():
            if outcome.result == plan.DONE and key not in last:
                again[key] = Change(self.servers[key], remaining[key][1:])
            else:
                self.outcomes[key] = replace(outcome, actions=self._taken[key])
        for key, ticket in left.items():
            self.tickets[key] = ticket
            self.outcomes[key] = timed_out(
                key, ticket.name, self._taken[key], self.servers.get(key), self.patience.timeout, error
            )
        return again

    def _after_error(self, ticket: Ticket, since: str | None) -> Ticket | Outcome | None:
        """A ticket to watch, an outcome, or ``None`` where the state must decide what comes next.

        An action that the cloud refused for the server's state may have been overtaken by somebody else's, and one
        whose answer was lost may or may not have been taken. The server's state tells in both cases, except for
        a reboot, which leaves no trace in it: that is not asked for again.
        """
        if ticket.error is None:
            return ticket
        if ticket.uncertain:
            self._lost[ticket.server_id] = ticket.error
            adopted = self.cloud.adopt(ticket, since)
            if adopted:
                return adopted
        elif not isinstance(ticket.error, Conflict) and ticket.error.code != "Ecs.0100":
            return Outcome.of_error(ticket, plan.FAILED, ticket.error, self._taken.get(ticket.server_id, ()))
        now = self.cloud.servers_by_id([ticket.server_id]).get(ticket.server_id)
        if now is None:
            return Outcome(ticket.server_id, ticket.name, plan.FAILED, message="the server no longer exists")
        before = self.servers[ticket.server_id]
        self.servers[ticket.server_id] = now
        if ticket.action == "reboot":
            if ticket.uncertain and (now.status or "").upper() in ("REBOOT", "HARD_REBOOT"):
                return replace(ticket, error=None, uncertain=False)
            if ticket.uncertain:
                return Outcome.of_error(ticket, plan.UNKNOWN, ticket.error, (ticket.action,))
        if ticket.uncertain and now.destination != before.power_state:
            return replace(ticket, error=None)
        if ticket.uncertain or now.power_state != before.power_state or not now.settled:
            return None
        return Outcome.of_error(ticket, plan.FAILED, ticket.error, self._taken.get(ticket.server_id, ()))

    def _end(self, server: Server, result: str, message: str | None = None, request_id: str | None = None) -> None:
        self.outcomes[server.id] = Outcome(
            server.id, server.name, result, self._taken.get(server.id, ()), message=message, request_id=request_id
        )

    def _words(self, word: str) -> Callable[[Mapping[str, Outcome], int], str]:
        def words(outcomes: Mapping[str, Outcome], left: int) -> str:
            failed = sum(1 for outcome in outcomes.values() if outcome.result == plan.FAILED)
            done = len(outcomes) - failed
            return "%d of %d %s, %d to go, %d failed" % (done, len(outcomes) + left, word, left, failed)

        return words
