# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the servers of a declared fleet, and carries out its plan in phases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.lifecycle import ServerRun
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.observe import (
    ObservedServers,
    binned,
    named,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.server_strategy import WORDS
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    FAILED,
    UNCHANGED,
    Change,
    Outcome,
    failures,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declaration import Declaration
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.fleet import EntryGroup, phases
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.spec import by_name

_AMBIGUOUS = "an entry declares one server; rename or delete the others"
#: States of entries whose servers may be in the recycle bin.
_IN_BIN = ("restored", "purged")


@dataclass(frozen=True)
class ObservedFleet:
    """``listed`` are the servers of the project, or those with the names of the fleet; ``found`` the servers of the
    entries, by name."""

    listed: Sequence[Server]
    found: Mapping[str, Server]
    known: frozenset[str]

    def of(self, group: EntryGroup) -> ObservedServers:
        """The servers of a group. Raises InvalidRequest."""
        return named(self.found, group.names, group.entries[0].new_name, group.state, self.known)


def observe_fleet(cloud: Compute, groups: Sequence[EntryGroup], whole: bool) -> ObservedFleet:
    """Lists the servers once, and those of the recycle bin if an entry needs them. ``whole``: all servers of the
    project. Raises InvalidRequest for an ambiguous name."""
    cloud.servers.finds_deleted = any(group.state in _IN_BIN for group in groups)
    names = tuple(name for group in groups for entry in group.entries for name in entry.claims)
    if not names and not whole:
        return ObservedFleet((), {}, frozenset())
    query = ServerQuery() if whole else ServerQuery(names=names)
    listed = [server for server in cloud.servers.list(query) if not server.is_deleted]
    found = by_name(listed, names, _AMBIGUOUS)
    of_bin = [name for group in groups if group.state in _IN_BIN for name in group.names if name not in found]
    found.update(binned(cloud, of_bin))
    return ObservedFleet(listed, found, frozenset(server.id for server in listed))


class FleetRun:
    """Carries out declarations, and then the deletion of the ``undeclared`` servers, unless another server failed.

    ``make_waiter`` begins the wait of each phase. After ``run``: ``outcome_of`` each change, ``servers`` as they were
    last observed, ``pending_actions``, ``warnings`` for the user.
    """

    def __init__(
        self,
        cloud: Compute,
        declarations: Sequence[Declaration],
        undeclared: Sequence[Declaration],
        known: frozenset[str],
        wait: bool,
        make_waiter: Callable[[], Waiter],
    ) -> None:
        self.cloud = cloud
        self.declarations = declarations
        self.undeclared = undeclared
        self.known = known
        self.waits = wait
        self.make_waiter = make_waiter
        self.pending_actions: dict[str, PendingAction] = {}
        self.warnings: list[str] = []
        #: The changes of the plan with their outcomes and servers, by the id of the declaration object.
        self._results: dict[int, list[tuple[Change, Outcome, Server | None]]] = {}

    def run(self) -> None:
        """Raises CloudError if no server was changed."""
        for part in phases(self.declarations):
            self._run(part)
        failed = failures(outcome for _change, outcome, _server in self.results())
        for undeclared in (each for each in self.undeclared if each.plan.items):
            if failed:
                self._keep(undeclared, len(failed))
            else:
                self._run([undeclared])

    def results(self) -> Iterator[tuple[Change, Outcome, Server | None]]:
        """The changes with their outcomes and servers, in the order of the declarations."""
        for declaration in (*self.declarations, *self.undeclared):
            yield from self._results.get(id(declaration), ())

    def _run(self, part: Sequence[Declaration]) -> None:
        states = {declaration.spec.state for declaration in part}
        word = WORDS[states.pop()] if len(states) == 1 else WORDS["present"]
        work = ServerRun(self.cloud, part, self.known, self.waits, self.make_waiter(), word)
        try:
            work.run()
        except CloudError as error:
            if not any(outcome.actions for _change, outcome, _server in self.results()):
                raise
            # An earlier phase has changed servers, and their outcomes must not be lost.
            for declaration in part:
                self._results[id(declaration)] = [
                    (change, Outcome.of_error(change.server, FAILED, error), change.server)
                    for change in declaration.plan.items
                ]
            return
        self.pending_actions.update(work.pending_actions)
        self.warnings.extend(work.warnings)
        for declaration in part:
            self._results[id(declaration)] = [
                (change, work.outcome_of(change), work.server_of(change)) for change in declaration.plan.items
            ]

    def _keep(self, undeclared: Declaration, failed: int) -> None:
        message = "it was not deleted, because %d of the other servers failed; run the task again" % failed
        self._results[id(undeclared)] = [
            (change, Outcome(change.server.id, change.server.name, UNCHANGED, message=message), change.server)
            for change in undeclared.plan.items
        ]
