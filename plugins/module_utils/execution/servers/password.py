# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sets the administrator's password of servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    CHANGE_PASSWORD,
    Action,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import RUNNING, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Progress
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.notes import remove_notes, write_notes
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.power import PowerRun
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PENDING,
    UNKNOWN,
    Change,
    Outcome,
    Plan,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.notes import RESTART_NOTE, are_kept
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.password import (
    REVISION,
    PasswordSpec,
    _plan_one,
)


def ask_all(
    cloud: Compute, servers: Sequence[Server], passwords: Mapping[str, str], dry_run: bool
) -> list[PendingAction]:
    """One ticket a server. Servers with the same password are asked for at once, for a platform may take many in one
    call. Raises what every server would get."""
    groups: dict[str, list[Server]] = {}
    for server in servers:
        groups.setdefault(passwords[server.id], []).append(server)

    def ask(password: str) -> list[PendingAction]:
        try:
            return cloud.reset_passwords(groups[password], password, dry_run)
        except CloudError as error:
            return [PendingAction(server.id, CHANGE_PASSWORD, server.name, error=error) for server in groups[password]]

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
    servers = [item.server for item in todo.items if item.changes and not item.wait_until_stable]
    tickets = ask_all(cloud, servers, passwords, True)
    return {ticket.server_id: Outcome.of_error(ticket, FAILED, ticket.error) for ticket in tickets if ticket.error}


class PasswordRun(PowerRun):
    """Carries a plan out: the passwords of all servers, their restarts, and then their labels.

    Also after ``run``: ``told``, the ids of the servers that may have their password.
    """

    tries = 3

    def __init__(
        self, cloud: Compute, passwords: Mapping[str, str], wish: PasswordSpec, wait: bool, waiter: Waiter
    ) -> None:
        super().__init__(cloud, "restarted", wish.force, wait, waiter)
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
            self._label([key for key in items if self.outcomes[key].result == DONE], self.wish.revision)

    def _plan_again(self, server: Server) -> Change:
        change = _plan_one(server, self.wish, self.cloud.rules)
        taken = server.id in self._taken and change.deeds and change.deeds[0].action == CHANGE_PASSWORD
        return replace(change, deeds=change.deeds[1:]) if taken else change

    def ask(self, action: str, items: Sequence[Progress]) -> list[PendingAction]:
        if action != CHANGE_PASSWORD:
            return super().ask(action, items)
        servers = [item.server for item in items]
        found = {ticket.server_id: ticket for ticket in ask_all(self.cloud, servers, self.passwords, False)}
        self._taken.update(key for key, ticket in found.items() if ticket.error is None)
        self.told.update(key for key, ticket in found.items() if ticket.error is None or ticket.outcome_unknown)
        self._acted = self._acted or bool(self.told)
        return [found[server.id] for server in servers]

    def _proof(self, deed: Action, ticket: PendingAction, before: Server, now: Server) -> PendingAction | None:
        """Nothing proves a password whose answer was lost; it is asked for again, for twice does no harm."""
        return None if deed.action == CHANGE_PASSWORD else super()._proof(deed, ticket, before, now)

    def _refresh(self) -> None:
        """A server looks the same with another password."""

    def _in_words(self, key: str, outcome: Outcome) -> Outcome:
        """The outcome with what it means for the password."""
        if key not in self.told or outcome.result in (DONE, PENDING):
            return outcome
        if key not in self._taken:
            # It was asked, and did not answer: it may have taken it then.
            asked = (CHANGE_PASSWORD,) + outcome.actions
            hint = outcome.hint or "Run the task again; the same password twice does no harm."
            return replace(outcome, result=UNKNOWN, actions=asked, hint=hint)
        if outcome.message and self.cloud.supports("password_at_boot"):
            message = "the password holds from the next start on, but the restart went wrong: %s" % outcome.message
            return replace(outcome, message=message)
        return outcome

    def _label(self, ids: Sequence[str], revision: str) -> None:
        wanted = {key: self._labels(self.servers[key], revision) for key in ids}
        errors = write_notes(self.cloud, [(self.servers[key], metadata) for key, metadata in wanted.items()])
        for key, metadata in wanted.items():
            server, error = self.servers[key], errors.get(key)
            if error is None:
                self.servers[key] = replace(server, metadata={**server.metadata, **metadata})
                continue
            message = "the password was changed, but its revision could not be kept: %s" % error.message
            actions = self.outcomes[key].actions
            self.outcomes[key] = replace(Outcome.of_error(server, FAILED, error, actions), message=message)
        if self.wish.restart:
            restarted = [self.servers[key] for key in ids if self.outcomes[key].result == DONE]
            for key, error in remove_notes(self.cloud, restarted, (RESTART_NOTE,)).items():
                failed = Outcome.of_error(self.servers[key], FAILED, error, self.outcomes[key].actions)
                message = "it has the password, but the note (%s) could not be removed: %s" % (
                    RESTART_NOTE,
                    error.message,
                )
                self.outcomes[key] = replace(failed, message=message)
            for server in restarted:
                metadata = {key: value for key, value in server.metadata.items() if key != RESTART_NOTE}
                self.servers[server.id] = replace(server, metadata=metadata)

    def _labels(self, server: Server, revision: str) -> dict[str, str]:
        """The label, and with it whether the server has to be restarted before the password holds."""
        found = {REVISION: revision}
        at_boot = self.cloud.supports("password_at_boot") and are_kept(self.cloud.rules)
        if at_boot and not self.wish.restart and server.target_power_state == RUNNING:
            found[RESTART_NOTE] = "password"
        return found
