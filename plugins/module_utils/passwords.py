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

from ansible_collections.cloudserver.compute.plugins.module_utils import notes, password_rules, plan
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import (
    CHANGE_PASSWORD,
    Compute,
    Ticket,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.deeds import Deed
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.parallel import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import (
    ERROR,
    RUNNING,
    STOPPED,
    TRANSITIONAL,
    Server,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.deed_run import Item
from ansible_collections.cloudserver.compute.plugins.module_utils.notes import RESTART
from ansible_collections.cloudserver.compute.plugins.module_utils.plan import Change, Outcome, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.power import DEEDS, PowerRun
from ansible_collections.cloudserver.compute.plugins.module_utils.resource_plan import PlanError
from ansible_collections.cloudserver.compute.plugins.module_utils.waiting import Patience, fault_text

#: Where a server's metadata holds the label of its password.
REVISION = "cloudserver_password_revision"
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
    at_boot = cloud.supports("password_at_boot")
    if wish.revision is not None and old == wish.revision:
        if wish.restart and at_boot and RESTART in server.metadata and server.destination == RUNNING:
            # It was given the password by a run that left the restart to somebody.
            return _restart_only(server, before, cloud)
        return Change(server, before=before, after=before)
    after: dict[str, Any] = {"password_revision": wish.revision} if wish.revision is not None else {}
    after["password"] = "changed"
    # Where it holds from the next start on, there is no more to be seen of it than that it was accepted.
    deeds: tuple[Deed, ...] = (Deed(CHANGE_PASSWORD, repeatable=True, watched=not at_boot),)
    if wish.restart and at_boot and server.destination == RUNNING:
        deeds += (DEEDS["reboot"],)
        after["restarted"] = True
    refusal = _why_not(server, cloud)
    moving = server.power_state == TRANSITIONAL and not refusal
    return Change(server, tuple(deed.action for deed in deeds), before, after, refusal, moving, deeds)


def _restart_only(server: Server, before: Mapping[str, Any], cloud: Compute) -> Change:
    refusal = _why_not(server, cloud)
    if refusal:
        return Change.refused(server, refusal, before)
    return Change.of(server, (DEEDS["reboot"],), before, dict(before, restarted=True))


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


class PasswordRun(PowerRun):
    """Carries a plan out: the passwords of all servers, their restarts, and then their labels.

    Also after ``run``: ``told``, the ids of the servers that may have their password.
    """

    tries = 3

    def __init__(
        self, cloud: Compute, passwords: Mapping[str, str], wish: Wish, wait: bool, patience: Patience
    ) -> None:
        super().__init__(cloud, "restarted", wish.force, wait, patience)
        self.again, self.word = self._plan_again, "given the password"
        self.passwords = passwords
        self.wish = wish
        self.told: set[str] = set()
        #: The ids of those of which the cloud has taken it.
        self._taken: set[str] = set()

    def run(self, todo: Plan) -> None:
        items = self.prepare(todo)
        self.carry_out(items)
        for key in items:
            self.outcomes[key] = self._in_words(key, self.outcomes[key])
        if self.wish.revision is not None:
            # Not where the end was not waited for: nothing proves then that the password holds.
            self._label([key for key in items if self.outcomes[key].result == plan.DONE], self.wish.revision)

    def _plan_again(self, server: Server) -> Change:
        change = _plan_one(server, self.wish, self.cloud)
        taken = server.id in self._taken and change.deeds and change.deeds[0].action == CHANGE_PASSWORD
        return replace(change, deeds=change.deeds[1:]) if taken else change

    def ask(self, action: str, items: Sequence[Item]) -> list[Ticket]:
        if action != CHANGE_PASSWORD:
            return super().ask(action, items)
        servers = [item.server for item in items]
        found = {ticket.server_id: ticket for ticket in ask_all(self.cloud, servers, self.passwords, False)}
        self._taken.update(key for key, ticket in found.items() if ticket.error is None)
        self.told.update(key for key, ticket in found.items() if ticket.error is None or ticket.uncertain)
        self._acted = self._acted or bool(self.told)
        return [found[server.id] for server in servers]

    def _proof(self, deed: Deed, ticket: Ticket, before: Server, now: Server) -> Ticket | None:
        """Nothing proves a password whose answer was lost; it is asked for again, for twice does no harm."""
        return None if deed.action == CHANGE_PASSWORD else super()._proof(deed, ticket, before, now)

    def _look_again(self) -> None:
        """A server looks the same with another password."""

    def _in_words(self, key: str, outcome: Outcome) -> Outcome:
        """The outcome with what it means for the password."""
        if key not in self.told or outcome.result in (plan.DONE, plan.PENDING):
            return outcome
        if key not in self._taken:
            # It was asked, and did not answer: it may have taken it then.
            asked = (CHANGE_PASSWORD,) + outcome.actions
            hint = outcome.hint or "Run the task again; the same password twice does no harm."
            return replace(outcome, result=plan.UNKNOWN, actions=asked, hint=hint)
        if outcome.message and self.cloud.supports("password_at_boot"):
            message = "the password holds from the next start on, but the restart went wrong: %s" % outcome.message
            return replace(outcome, message=message)
        return outcome

    def _label(self, ids: Sequence[str], revision: str) -> None:
        wanted = {key: self._labels(self.servers[key], revision) for key in ids}
        errors = notes.write(self.cloud, [(self.servers[key], metadata) for key, metadata in wanted.items()])
        for key, metadata in wanted.items():
            server, error = self.servers[key], errors.get(key)
            if error is None:
                self.servers[key] = replace(server, metadata={**server.metadata, **metadata})
                continue
            message = "the password was changed, but its revision could not be kept: %s" % error.message
            actions = self.outcomes[key].actions
            self.outcomes[key] = replace(Outcome.of_error(server, plan.FAILED, error, actions), message=message)
        if self.wish.restart:
            restarted = [self.servers[key] for key in ids if self.outcomes[key].result == plan.DONE]
            for key, error in notes.remove(self.cloud, restarted, (RESTART,)).items():
                failed = Outcome.of_error(self.servers[key], plan.FAILED, error, self.outcomes[key].actions)
                message = "it has the password, but the note (%s) could not be removed: %s" % (RESTART, error.message)
                self.outcomes[key] = replace(failed, message=message)
            for server in restarted:
                metadata = {key: value for key, value in server.metadata.items() if key != RESTART}
                self.servers[server.id] = replace(server, metadata=metadata)

    def _labels(self, server: Server, revision: str) -> dict[str, str]:
        """The label, and with it whether the server has to be restarted before the password holds."""
        found = {REVISION: revision}
        at_boot = self.cloud.supports("password_at_boot") and notes.are_kept(self.cloud)
        if at_boot and not self.wish.restart and server.destination == RUNNING:
            found[RESTART] = "password"
        return found
