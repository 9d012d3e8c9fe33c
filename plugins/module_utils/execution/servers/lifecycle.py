# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out plans of plans/servers/update.py and deletion.py: creates servers, and changes and deletes existing
ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Collection, Iterable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import Progress, ended_as
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.creation import (
    Creation,
    CreationBatch,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.duplicates import (
    DuplicateRun,
    Resolution,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.server_strategy import (
    ServerStrategy,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
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
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declaration import (
    Declaration,
    Declarations,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.deletion import DELETE
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.duplicates import SETTLED
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.update import is_new, is_recreated

_CREATE = (Action("create"),)
_NOT_REBOOTED = (
    "the %s is set, but it is unknown whether the server rebooted, which it must (use server_power with"
    " state: restarted%s): %s"
)


class ServerRun:
    """Creates missing servers, and changes existing ones, all concurrently.

    ``known`` are the ids of the servers that existed before. ``word`` completes ``37 of 100 …``. ``warnings`` are for
    the user.
    """

    def __init__(
        self,
        cloud: Compute,
        declarations: Sequence[Declaration],
        known: Iterable[str],
        wait: bool,
        waiter: Waiter,
        word: str,
    ) -> None:
        self.cloud = cloud
        self.waits = wait
        self.waiter = waiter
        self.declarations = Declarations(declarations)
        self.strategy = ServerStrategy(cloud, self.declarations.of, word)
        self.executor = Executor(cloud, self.strategy, wait, waiter)
        self.outcomes = self.executor.outcomes
        self.servers = self.executor.servers
        self.pending_actions = self.executor.pending_actions
        self.passwords = self.executor.passwords
        self.made = self.strategy.made
        self.known = set(known)
        self.warnings: list[str] = []
        #: The names whose server was found in the list, so that another task may have created it.
        self.adopted: set[str] = set()
        self._answered = 0.0
        #: The outcomes of servers that were not created, by name.
        self.refused: dict[str, Outcome] = {}
        self._erased: dict[str, str] = {}

    def run(self) -> None:
        plan = self.declarations.plan
        new = [change for change in plan.items if is_new(change)]
        names = [str(change.server.name) for change in new if change.changes]
        self.refused.update((str(change.server.name), _left_out(change)) for change in new if not change.changes)
        names += self._erase([change for change in plan.items if is_recreated(change)])
        created = self._create(names) if names else {}
        rest = Plan(tuple(item for item in plan.items if not is_new(item) and not is_recreated(item)))
        items = self.executor.prepare(rest)
        for key, item in created.items():
            if self.waits:
                items[key] = item
            elif item.pending:
                self.pending_actions[key] = item.pending
                self.outcomes[key] = ended_as(item, PENDING)
                self.executor.state.stale.add(key)
        self.executor.carry_out(items)
        for key in self.strategy.owed:
            self.outcomes[key] = _not_rebooted(self.outcomes[key], self.cloud.supports("boot_order"))
        if self.made:
            self._check_duplicates()

    def outcome_of(self, change: Change) -> Outcome:
        """The outcome of one change of the plan, for an existing, new or recreated server."""
        name = str(change.server.name)
        if not is_new(change) and not (is_recreated(change) and change.server.id in self._erased):
            return self.outcomes[change.server.id]
        found = self.refused[name] if name in self.refused else self.outcomes[self.made[name]]
        if is_new(change):
            return found
        return replace(found, actions=tuple(action for action in change.actions if action != "create") + found.actions)

    def server_of(self, change: Change) -> Server | None:
        """The server as it was last observed; the new server if one was created."""
        name = str(change.server.name)
        if name in self.made and (is_new(change) or is_recreated(change)):
            return self.servers.get(self.made[name])
        return None if is_new(change) else self.servers.get(change.server.id)

    # -- making ------------------------------------------------------------------------------------------------

    def _erase(self, changes: Sequence[Change]) -> list[str]:
        """Deletes the servers that are to be recreated; returns the names of those that are deleted. Without ``wait``,
        servers that are not deleted within UNWAITED seconds are left to the next run."""
        if not changes:
            return []
        eraser = Executor(self.cloud, Strategy(self.cloud, _until_gone, "deleted"), True, self.waiter)
        eraser.run(Plan(tuple(replace(change, planned_actions=change.planned_actions[:-1]) for change in changes)))
        self.outcomes.update(eraser.outcomes)
        self.servers.update(eraser.servers)
        self._forget_failures(eraser)
        for key, pending in eraser.pending_actions.items() if not self.waits else ():
            rest = ("create",)
            self.pending_actions[key] = replace(pending, then=rest)
            message = "it is still being deleted; not submitted yet: create; run the task again"
            late = self.outcomes[key]
            self.outcomes[key] = replace(late, result=PENDING, message=message, hint=None, remaining=rest)
        gone = [change.server for change in changes if self.outcomes[change.server.id].result == DONE]
        self._erased = {server.id: str(server.name) for server in gone}
        return list(self._erased.values())

    def _forget_failures(self, eraser: Executor) -> None:
        """If another task has deleted a server, it is deleted, although the request of this task was refused."""
        failed = [key for key, outcome in eraser.outcomes.items() if outcome.result == FAILED]
        if not failed:
            return
        try:
            left = self.cloud.servers.by_id(failed)
        except CloudError:
            return
        for key in failed:
            if key not in left or left[key].is_deleted:
                outcome = self.outcomes[key]
                self.outcomes[key] = replace(outcome, result=DONE, code=None, message=None, hint=None)

    def _create(self, names: Sequence[str]) -> dict[str, Progress]:
        self.executor.state.since = self.cloud.servers.mark()
        creation = Creation(self.cloud, self._batches(set(names)), self.known)
        creation.run(may_raise=not self._erased)
        self._answered = self.waiter.clock.time()
        self.refused.update(creation.refused)
        # From here on an error belongs to a server and not to the task, so that the result still reports created
        # servers.
        self.executor.state.acted = True
        self.adopted = creation.adopted
        items = {}
        for name, pending in creation.pending_actions.items():
            server = Server(pending.server_id, self.cloud.platform, name=name)
            self.servers[server.id] = server
            self.strategy.add(name, server.id)
            self.declarations.add(name, server.id)
            if pending.password:
                self.passwords[server.id] = pending.password
            items[server.id] = Progress(server, _CREATE, ("create",), pending)
        return items

    def _batches(self, names: Collection[str]) -> list[CreationBatch]:
        """The new servers with these names, one batch for each declaration."""
        batches = []
        for each in self.declarations.all:
            own = tuple(str(change.server.name) for change in each.plan.items if change.server.name in names)
            if own and each.new is None:
                raise InvalidRequest("the task has no options to create the servers %s" % ", ".join(own))
            if own and each.new:
                batches.append(CreationBatch(each.new, own, each.client_token))
        return batches

    # -- servers of the same name ------------------------------------------------------------------------------

    def _check_duplicates(self) -> None:
        """Checks whether other tasks have created servers with the same names; an error does not hide what this task
        did."""
        clock = self.waiter.clock
        clock.sleep(max(0.0, self._answered + SETTLED - clock.time()))
        work = DuplicateRun(
            self.cloud,
            self.waiter,
            self.waits,
            [name for name in self.made if self._deletes_newer(name)],
            self.known,
            self.adopted,
            self.strategy.plan_one,
        )
        try:
            found = work.run(self.made)
        except CloudError as error:
            self.warnings.append(
                "It is unknown whether another task created servers with the same names at the same time: %s" % error
            )
            return
        for name, each in found.items():
            self._resolve(name, each)

    def _deletes_newer(self, name: str) -> bool:
        return self.declarations.of(self.servers[self.made[name]]).delete_newer

    def _resolve(self, name: str, found: Resolution) -> None:
        own = self.made[name]
        outcome = self.outcomes.pop(own)
        self.pending_actions.pop(own, None) if found.actions else None
        if found.pending:
            self.pending_actions[own] = found.pending
        settled = found.result in (DONE, PENDING)
        earlier = None if settled else outcome.message
        self.made[name] = found.server.id
        self.servers[found.server.id] = found.server
        self.outcomes[found.server.id] = replace(
            outcome,
            server_id=found.server.id,
            result=found.result if found.result and (settled or outcome.result != UNKNOWN) else outcome.result,
            actions=outcome.actions + found.actions,
            code=None if settled else outcome.code,
            message="; ".join(part for part in (earlier, found.message) if part),
            hint=found.hint if settled else found.hint or outcome.hint,
        )


def _left_out(change: Change) -> Outcome:
    """The outcome of a new server that is not created, because the approved plan does not contain it."""
    result = FAILED if change.refusal else UNCHANGED
    return Outcome("", change.server.name, result, message=change.refusal or change.remark)


def _not_rebooted(outcome: Outcome, boot_order: bool) -> Outcome:
    """The outcome of a server whose record is changed, so that the next run does not see the missing reboot."""
    if outcome.result == DONE:
        return outcome
    why = outcome.message or "the task did not wait for it"
    if {"set_metadata", "replace_metadata"} & set(outcome.actions) and boot_order:
        return replace(outcome, message=_NOT_REBOOTED % ("boot order", " and force: true", why))
    if "update" in outcome.actions and not boot_order:
        return replace(outcome, message=_NOT_REBOOTED % ("host name", "", why))
    return outcome


def _until_gone(server: Server) -> Change:
    return Change(server) if server.is_deleted else Change(server, ("delete",), planned_actions=(DELETE,))
