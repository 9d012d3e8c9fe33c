# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds servers with the same name that other tasks created at the same time, and applies ``on_duplicate``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Collection, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Polling, Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PENDING,
    Change,
    Outcome,
    Plan,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.deletion import DELETING, absent
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.duplicates import (
    GRACE,
    HINT,
    Duplicates,
    duplicates_of,
    survivor,
)

#: Up to this number of names are queried individually if the project has more servers than one page.
_FEW_NAMES, _PAGE = 8, 1000


@dataclass(frozen=True)
class Resolution:
    """The report for one name: ``server`` is the remaining server. If ``result`` is ``None``, the outcome of the
    creation is not changed; ``message`` is added to it."""

    server: Server
    result: str | None
    message: str
    hint: str | None = None
    actions: tuple[str, ...] = ()
    pending: PendingAction | None = None


@dataclass
class DuplicateRun:
    """``adopted`` are the names whose server may not be created by this task; such servers are never deleted. ``again``
    plans one server, for the server that remains in place of the server of this task."""

    cloud: Compute
    waiter: Waiter
    waits: bool
    #: The names for which ``on_duplicate`` is ``delete_newer``.
    delete_newer: Collection[str]
    #: The ids of the servers that existed before.
    known: Collection[str]
    adopted: Collection[str]
    again: Callable[[Server], Change]
    _found: dict[str, Resolution] = field(default_factory=dict)

    def run(self, made: Mapping[str, str]) -> dict[str, Resolution]:
        """The names of new servers with these ids that other servers also have. Raises CloudError."""
        named: dict[str | None, list[Server]] = {}
        for server in self._list(tuple(made)):
            named.setdefault(server.name, []).append(server)
        found = {name: duplicates_of(key, name, named.get(name, ()), self.known) for name, key in made.items()}
        twice = {name: each for name, each in found.items() if each}
        for name in sorted(set(twice) - set(self.delete_newer)):
            self._found[name] = _failed(twice.pop(name))
        for name in sorted(set(twice) & set(self.adopted)):
            why = "it is unknown which of them this task created, so it deleted none"
            self._found[name] = _failed(twice.pop(name), why)
        self._delete({name: each for name, each in twice.items() if each.older})
        self._leave({name: each for name, each in twice.items() if not each.older})
        return self._found

    def _list(self, names: tuple[str, ...]) -> list[Server]:
        if len(names) <= _FEW_NAMES and len(self.known) > _PAGE:
            return [server for name in names for server in self.cloud.servers.list(ServerQuery(names=(name,)))]
        return list(self.cloud.servers.list(ServerQuery(names=names)))

    # -- where an older server exists --------------------------------------------------------------------------

    def _delete(self, twice: Mapping[str, Duplicates]) -> None:
        """Deletes the server of this task for each name, unless no older one works."""
        if not twice:
            return
        older = {server.id: server for each in twice.values() for server in each.older}
        if self.waits:
            older.update(self._watch(older, lambda server: server.is_stable))
        leaving: dict[str, Duplicates] = {}
        stays: dict[str, Server] = {}
        for name, each in twice.items():
            left = [server for server in (older[known.id] for known in each.older) if not server.is_deleted]
            kept = survivor(left)
            if kept:
                leaving[name], stays[name] = each, kept
            elif left:
                self._found[name] = _failed(each, "the older one is in status ERROR, and both were kept")
        outcomes, pending_actions = self._erase([each.own for each in leaving.values()])
        for name, each in leaving.items():
            self._found[name] = self._deleted(
                each, stays[name], outcomes[each.own.id], pending_actions.get(each.own.id)
            )

    def _erase(self, servers: Sequence[Server]) -> tuple[dict[str, Outcome], dict[str, PendingAction]]:
        def plan_end(server: Server) -> Change:
            return absent(server, self.cloud.rules, True)

        eraser = Executor(self.cloud, Strategy(self.cloud, plan_end, "deleted"), self.waits, self.waiter)
        try:
            eraser.run(Plan(tuple(plan_end(server) for server in servers)))
        except CloudError as error:
            # Nothing was deleted. The servers of this task exist, and their outcomes must report that.
            return {server.id: Outcome.of_error(server, FAILED, error) for server in servers}, {}
        return eraser.outcomes, eraser.pending_actions

    def _deleted(self, each: Duplicates, stays: Server, outcome: Outcome, pending: PendingAction | None) -> Resolution:
        if outcome.result not in (DONE, PENDING):
            why = "the newer one could not be deleted: %s" % (outcome.message or outcome.result)
            return Resolution(each.own, FAILED, "%s; %s" % (each.sentence, why), HINT, outcome.actions)
        refusal = self.again(stays).refusal
        message = "%s; it is the newer one, and was deleted" % each.sentence
        if refusal:
            message, result = "%s. The remaining one is not as declared: %s" % (message, refusal), FAILED
        else:
            result = outcome.result
        return Resolution(stays, result, message, None, outcome.actions, pending)

    # -- where this task's server is the oldest ----------------------------------------------------------------

    def _leave(self, twice: Mapping[str, Duplicates]) -> None:
        """Other tasks delete their newer servers; a server that remains is a failure."""
        newer = {server.id: server for each in twice.values() for server in each.newer}
        since: dict[str, float] = {}

        def is_over(server: Server) -> bool:
            now = self.waiter.clock.time()
            return server.is_stable and now - since.setdefault(server.id, now) >= GRACE

        if self.waits:
            newer.update(self._watch(newer, is_over))
        for name, each in twice.items():
            if not self.waits:
                why = "it is the oldest one and is kept; the tasks that created the others must delete them"
                self._found[name] = Resolution(each.own, None, "%s; %s" % (each.sentence, why))
            elif not all(_is_leaving(newer[server.id]) for server in each.newer):
                self._found[name] = _failed(each, "the newer one was not deleted")

    def _watch(self, servers: Mapping[str, Server], is_over: Callable[[Server], bool]) -> dict[str, Server]:
        """Poll until each server is deleted, ``is_over`` returns true for it, or the timeout; return the last observed
        servers."""
        polling = _UntilOver(self.cloud, is_over)
        self.waiter.wait(servers, polling)
        return polling.seen


class _UntilOver(Polling[Server]):
    """Polls servers until each is deleted or ``is_over`` says so; ``seen`` are their records from the last poll."""

    word = "checked"

    def __init__(self, cloud: Compute, is_over: Callable[[Server], bool]) -> None:
        self.cloud = cloud
        self.is_over = is_over
        self.seen: dict[str, Server] = {}

    def poll(self, left: dict[str, Server], final: bool) -> dict[str, Server | None]:
        found = self.cloud.servers.by_id(list(left))
        return {key: found.get(key) for key in left}

    def evaluate(self, item: Server, seen: Server | None) -> Outcome | None:
        # A server that is not in the list is deleted.
        now = self.seen[item.id] = seen or _deleted_record(item)
        return _over(item) if _is_leaving(now) or self.is_over(now) else None

    def item_name(self, item: Server) -> str:
        return item.label


def _failed(each: Duplicates, why: str | None = None) -> Resolution:
    message = "%s; %s" % (each.sentence, why) if why else each.sentence
    return Resolution(each.own, FAILED, message, HINT)


def _is_leaving(server: Server) -> bool:
    return server.is_deleted or (server.task_state or "").startswith(DELETING)


def _deleted_record(server: Server) -> Server:
    return Server(server.id, server.platform, name=server.name, status="DELETED")


def _over(server: Server) -> Outcome:
    return Outcome(server.id, server.name, DONE)
