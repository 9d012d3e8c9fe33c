# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The administrator's password of servers: which ones are to be set, and setting them.

A password cannot be read, so only a label tells whether a server has it already: ``REVISION`` in its metadata, which
is set when nothing is left to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils import password_rules, plan
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import (
    CHANGE_PASSWORD,
    Compute,
    Observation,
    Ticket,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.parallel import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import (
    ERROR,
    RUNNING,
    STOPPED,
    TRANSITIONAL,
    Server,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.deed_run import of_state
from ansible_collections.cloudserver.compute.plugins.module_utils.plan import Change, Outcome, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.power import DEEDS, PowerRun
from ansible_collections.cloudserver.compute.plugins.module_utils.resource_plan import PlanError
from ansible_collections.cloudserver.compute.plugins.module_utils.waiting import (
    Patience,
    fault_text,
    judge_action,
    observe_all,
    progress,
    timed_out,
)

#: Where a server's metadata holds the label of its password.
REVISION = "cloudserver_password_revision"
#: How often a server is asked whose answer is lost, or that others get in the way of.
_TRIES = 3
#: The longest value that the clouds' metadata take.
_LONGEST_REVISION = 255


@dataclass(frozen=True)
class Wish:
    """What a task asks for. ``restart``: restarts running servers where a password holds from the next start on."""

    revision: str | None = None
    restart: bool = False
    force: bool = False
    user: str | None = None


@dataclass(frozen=True)
class Recipe:
    """How passwords are made."""

    length: int = 16
    special: str = password_rules.SAFE_SPECIAL


# -- deciding ----------------------------------------------------------------------------------------------------------


def rules_of(cloud: Compute) -> password_rules.PasswordRules:
    return password_rules.HUAWEI_RESET if cloud.supports("password_rules") else password_rules.ANY


def check_revision(revision: str | None) -> None:
    """Raises PlanError for a label that no metadata takes."""
    if revision is not None and not 1 <= len(revision) <= _LONGEST_REVISION:
        raise PlanError("revision: it has %d characters, and 1 to %d are allowed" % (len(revision), _LONGEST_REVISION))


def plan_passwords(servers: Iterable[Server], wish: Wish, cloud: Compute) -> Plan:
    """Which servers get a password; asks ``cloud`` only what it supports."""
    return Plan(tuple(_plan_one(server, wish, cloud) for server in servers))


def _plan_one(server: Server, wish: Wish, cloud: Compute) -> Change:
    old = server.metadata.get(REVISION)
    before: dict[str, Any] = {} if wish.revision is None else {"password_revision": old}
    if wish.revision is not None and old == wish.revision:
        return Change(server, before=before, after=before)
    after: dict[str, Any] = {"password_revision": wish.revision} if wish.revision is not None else {}
    after["password"] = "changed"
    actions: tuple[str, ...] = (CHANGE_PASSWORD,)
    if wish.restart and cloud.supports("password_at_boot") and server.destination == RUNNING:
        actions += ("reboot",)
        after["restarted"] = True
    refusal = _why_not(server, cloud)
    moving = server.power_state == TRANSITIONAL and not refusal
    return Change(server, actions, before, after, refusal, moving)


def _why_not(server: Server, cloud: Compute) -> str | None:
    state = server.destination
    if state == ERROR:
        return fault_text(server)
    at_boot = cloud.supports("password_at_boot")
    if state not in ((RUNNING, STOPPED) if at_boot else (RUNNING,)):
        words = "runs or is stopped" if at_boot else "runs; start it first"
        return "the server is in status %s, and a password can only be set while it %s" % (server.status, words)
    if server.locked and not cloud.supports("act_on_locked"):
        return "the server is locked; unlock it first"
    return None


def given(servers: Sequence[Server], passwords: Mapping[str, Any]) -> dict[str, str]:
    """The password of each server by its id, from a mapping of ids or names.

    Raises PlanError for servers that are not in it, and for what is no text.
    """
    found, absent = {}, []
    for server in servers:
        key = server.id if server.id in passwords else server.name
        if key is None or key not in passwords:
            absent.append(server.label)
        elif not isinstance(passwords[key], str) or not passwords[key]:
            raise PlanError("passwords: the value of %s is not a text; put it in quotes" % key)
        else:
            found[server.id] = passwords[key]
    if absent:
        shown = ", ".join(absent[:5]) + (" and %d more" % (len(absent) - 5) if len(absent) > 5 else "")
        raise PlanError("passwords: it has no password for %s; nothing was done" % shown)
    return found


def made(servers: Sequence[Server], recipe: Recipe, wish: Wish, cloud: Compute) -> dict[str, str]:
    """A new password for each server by its id. Raises PlanError for a recipe that no password can be made by."""
    rules = rules_of(cloud)
    shortest = max(password_rules.SHORTEST_MADE, rules.shortest)
    if not shortest <= recipe.length <= rules.longest:
        raise PlanError("generate.length: %d is out of range; use %d to %d" % (recipe.length, shortest, rules.longest))
    # Printable ASCII: what a console's keyboard and every guest can take.
    ok = set(rules.special) if rules.special is not None else set(map(chr, range(33, 127)))
    if any(character not in ok or character.isalnum() for character in recipe.special):
        allowed = "of %s" % rules.special if rules.special is not None else "that are printable ASCII"
        raise PlanError("generate.special: use special characters %s" % allowed)
    return {
        server.id: password_rules.generate(recipe.length, rules, _user(server, wish), recipe.special)
        for server in servers
    }


def _user(server: Server, wish: Wish) -> str:
    return wish.user or password_rules.administrator(server.metadata.get("os_type"))


def check_strength(servers: Iterable[Server], passwords: Mapping[str, str], wish: Wish, cloud: Compute) -> None:
    """Raises PlanError for a password that a server's platform would refuse, naming server and rule."""
    rules = rules_of(cloud)
    for server in servers:
        windows = password_rules.is_windows(server.metadata.get("os_type"))
        problem = rules.problem(passwords[server.id], _user(server, wish), windows)
        if problem:
            raise PlanError("the password for %s cannot be used: %s; nothing was done" % (server.label, problem))


def without(todo: Plan, refused: Iterable[str]) -> Plan:
    """The plan without what the cloud refused: the servers of these ids stay as they are."""
    ids = set(refused)
    return Plan(tuple(replace(item, refusal="refused") if item.server.id in ids else item for item in todo.items))


# -- asking the cloud --------------------------------------------------------------------------------------------------


def ask_all(cloud: Compute, servers: Sequence[Server], passwords: Mapping[str, str], dry_run: bool) -> list[Ticket]:
    """One ticket a server. Servers with the same password are asked for at once, for a platform may take many in one
    call. Raises what every server would get."""
    groups: dict[str, list[Server]] = {}
    for server in servers:
        groups.setdefault(passwords[server.id], []).append(server)

    def ask(password: str) -> list[Ticket]:
        try:
            return cloud.reset_passwords(groups[password], password, dry_run)
        except CloudError as error:
            return [Ticket(server.id, CHANGE_PASSWORD, server.name, error=error) for server in groups[password]]

    order = list(groups)
    # The first one alone: where the credentials are wrong, they are wrong for all the others too.
    tickets = cloud.reset_passwords(groups[order[0]], order[0], dry_run) if order else []
    for some in in_parallel(ask, order[1:], cloud.parallel):
        tickets.extend(some)
    return tickets


def rehearsed(cloud: Compute, todo: Plan, passwords: Mapping[str, str]) -> dict[str, Outcome]:
    """What the cloud would refuse, by server id; nothing where it cannot say so beforehand."""
    if not cloud.supports("password_dry_run"):
        return {}
    servers = [item.server for item in todo.items if item.changes and not item.settle_first]
    tickets = ask_all(cloud, servers, passwords, True)
    return {
        ticket.server_id: Outcome.of_error(ticket, plan.FAILED, ticket.error) for ticket in tickets if ticket.error
    }


@dataclass
class _Item:
    """Where one server is: with a ticket it is being given its password; without, and not ready, it is waited for."""

    server: Server
    ticket: Ticket | None = None
    ready: bool = False
    tries: int = 0
    error: CloudError | None = None


class PasswordRun:
    """Carries a plan out: the passwords of all servers, then their restarts, then their labels.

    After ``run``: ``outcomes`` by server id, ``servers`` as they were last seen, ``tickets`` of what is under way,
    ``told`` the ids of the servers that may have their password.
    """

    def __init__(
        self, cloud: Compute, passwords: Mapping[str, str], wish: Wish, wait: bool, patience: Patience
    ) -> None:
        self.cloud = cloud
        self.passwords = passwords
        self.wish = wish
        self.waits = wait
        self.patience = patience
        self.outcomes: dict[str, Outcome] = {}
        self.servers: dict[str, Server] = {}
        self.tickets: dict[str, Ticket] = {}
        self.told: set[str] = set()
        self._since: str | None = None

    def run(self, todo: Plan) -> None:
        items: dict[str, _Item] = {}
        for change in todo.items:
            server = change.server
            self.servers[server.id] = server
            if change.changes:
                items[server.id] = _Item(server, ready=not change.settle_first)
            else:
                result = plan.FAILED if change.refusal else plan.UNCHANGED
                self.outcomes[server.id] = Outcome(server.id, server.name, result, message=change.refusal)
        word = "given the password"
        found, left, error = self.patience.wait(items, self._look, self._judge, progress(word), self._advance)
        self.outcomes.update(found)
        for key, item in left.items():
            if item.ticket:
                self.tickets[key] = item.ticket
            actions = (CHANGE_PASSWORD,) if item.ticket else ()
            self.outcomes[key] = timed_out(
                key, item.server.name, actions, self.servers[key], self.patience.timeout, error
            )
        self._restart([change for change in todo.items if "reboot" in change.actions and self._given(change.server.id)])
        if self.wish.revision is not None:
            self._label([key for key in items if self._given(key)], self.wish.revision)

    def _given(self, server_id: str) -> bool:
        return self.outcomes[server_id].result in (plan.DONE, plan.PENDING)

    # -- passwords ---------------------------------------------------------------------------------------------

    def _advance(self, left: dict[str, _Item]) -> dict[str, Outcome]:
        """Asks for every server that is ready for it."""
        ready = {key: item for key, item in left.items() if item.ready}
        if not ready:
            return {}
        if self._since is None:
            self._since = self.cloud.mark()
        try:
            tickets = ask_all(self.cloud, [item.server for item in ready.values()], self.passwords, False)
        except CloudError as error:
            if not self.told:
                # Nothing was done to anybody, so this is the task's failure and not one of each server.
                raise
            tickets = [Ticket(key, CHANGE_PASSWORD, item.server.name, error=error) for key, item in ready.items()]
        ended: dict[str, Outcome] = {}
        doubtful: dict[str, Ticket] = {}
        for ticket in tickets:
            key = ticket.server_id
            if ticket.error is None or ticket.uncertain:
                self.told.add(key)
            if ticket.error is None:
                self._accept(ready[key], ticket, ended)
            elif ticket.uncertain or of_state(ticket.error):
                doubtful[key] = ticket
            else:
                ended[key] = self._refused(ticket)
        self._decide(doubtful, ready, ended)
        return ended

    def _accept(self, item: _Item, ticket: Ticket, ended: dict[str, Outcome]) -> None:
        item.ticket, item.ready = ticket, False
        done = Outcome(ticket.server_id, ticket.name, plan.DONE, (CHANGE_PASSWORD,))
        if self.cloud.supports("password_at_boot"):
            # It was accepted, and there is no more to be seen of it from outside of the guest.
            ended[ticket.server_id] = done
        elif not self.waits:
            self.tickets[ticket.server_id] = ticket
            ended[ticket.server_id] = replace(done, result=plan.PENDING, request_id=ticket.request_id)

    def _refused(self, ticket: Ticket) -> Outcome:
        """What an error means for good: a server that was asked before and did not answer may have taken it then."""
        asked = (CHANGE_PASSWORD,) if ticket.server_id in self.told else ()
        result = plan.UNKNOWN if asked else plan.FAILED
        outcome = Outcome.of_error(ticket, result, ticket.error, asked)  # type: ignore[arg-type]
        if asked and not outcome.hint:
            outcome = replace(outcome, hint="Run the task again; the same password twice does no harm.")
        return outcome

    def _decide(self, doubtful: dict[str, Ticket], ready: dict[str, _Item], ended: dict[str, Outcome]) -> None:
        """An answer that was lost, or a state that was in the way: once the server has settled it is asked again, for
        the same password twice does no harm."""
        again: dict[str, Ticket] = {}
        for key, ticket in doubtful.items():
            item = ready[key]
            item.tries, item.ready, item.error = item.tries + 1, False, ticket.error
            if item.tries >= _TRIES:
                ended[key] = self._refused(ticket)
            elif not ticket.uncertain:
                again[key] = ticket
        if not again:
            return
        try:
            now = self.cloud.servers_by_id(list(again))
        except CloudError:
            now = {}
        for key, ticket in again.items():
            before, seen = ready[key].server, now.get(key)
            if seen is None or (seen.settled and seen.power_state == before.power_state):
                ended[key] = self._refused(ticket)
            else:
                self.servers[key] = ready[key].server = seen

    def _look(self, left: dict[str, _Item], final: bool) -> dict[str, Any]:
        seen = observe_all(
            self.cloud, {key: item.ticket for key, item in left.items()}, None if final else self._since
        )
        for key, each in seen.items():
            if each.server:
                self.servers[key] = left[key].server = each.server
        return seen

    def _judge(self, item: _Item, seen: Observation) -> Outcome | None:
        if item.ticket is not None:
            return judge_action(item.ticket, seen)
        server = seen.server
        if server is None:
            return Outcome(item.server.id, item.server.name, plan.FAILED, message="the server no longer exists")
        if server.settled and not item.ready:
            refusal = _why_not(server, self.cloud)
            if refusal:
                asked = (CHANGE_PASSWORD,) if server.id in self.told else ()
                return Outcome(server.id, server.name, plan.FAILED, asked, message=refusal)
            item.ready = True
        return None

    # -- restarts and labels -----------------------------------------------------------------------------------

    def _restart(self, changes: Sequence[Change]) -> None:
        if not changes:
            return
        todo = Plan(
            tuple(
                Change(server, ("reboot",), settle_first=not server.settled, deeds=(DEEDS["reboot"],))
                for server in (self.servers[change.server.id] for change in changes)
            )
        )
        power = PowerRun(self.cloud, "restarted", self.wish.force, self.waits, self.patience)
        try:
            power.run(todo)
            found = power.outcomes
        except CloudError as error:
            found = {item.server.id: Outcome.of_error(item.server, plan.FAILED, error) for item in todo.items}
        self.tickets.update(power.tickets)
        self.servers.update(power.servers)
        for key, outcome in found.items():
            message = outcome.message
            if message:
                message = "the password holds from the next start on, but the restart went wrong: %s" % message
            self.outcomes[key] = replace(outcome, actions=(CHANGE_PASSWORD,) + outcome.actions, message=message)

    def _label(self, ids: Sequence[str], revision: str) -> None:
        def label(key: str) -> CloudError | None:
            try:
                self.cloud.set_metadata(self.servers[key], {REVISION: revision})
            except CloudError as error:
                return error
            return None

        for key, error in zip(ids, in_parallel(label, ids, self.cloud.parallel)):
            server = self.servers[key]
            if error is None:
                self.servers[key] = replace(server, metadata=dict(server.metadata, **{REVISION: revision}))
                continue
            message = "the password was changed, but its revision could not be kept: %s" % error.message
            actions = self.outcomes[key].actions
            self.outcomes[key] = replace(Outcome.of_error(server, plan.FAILED, error, actions), message=message)
