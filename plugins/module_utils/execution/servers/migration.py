# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The strategy to migrate servers between hosts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import ActionStatus, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import Service
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_SUCCEEDED
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import ERROR, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import Progress
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.selection import (
    NoPlan,
    PlannedServers,
    listed,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import FAILED, Change, Outcome
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.notes import CONFIRM_NOTE
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import SelectedServers, Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.migration import (
    _ROOM,
    ACTION,
    CONFIRM,
    MigrationSpec,
    choosing,
    is_unconfirmed,
    plan_one,
)


def find_servers(cloud: Compute, options: Mapping[str, Any], planned: PlannedServers | None = None) -> SelectedServers:
    """Return the selected servers, with one list request for the servers of a host, and those of an approved plan."""
    planned = planned or NoPlan()
    chosen, narrowed = choosing(options)
    asked = Selection.from_options(chosen)
    selection = planned.relaxed(asked)
    found = listed(cloud, selection)
    if narrowed:
        found = (server for server in found if server.host == options["from_host"])
    return planned.with_planned(asked, selection.choose(found))


class MigrationStrategy(Strategy):
    """Migrates servers, with a maximum number at the same time.

    A cold migration is noted in the metadata of the server until it is confirmed. If this run is interrupted, or cannot
    read how the migration ended, the next run confirms it.
    """

    notes = (CONFIRM_NOTE,)

    def __init__(
        self, cloud: Compute, spec: MigrationSpec, services: Mapping[str, Service], max_concurrent: int
    ) -> None:
        super().__init__(cloud, word="moved")
        self.spec = spec
        self.services = services
        self.max_concurrent = max_concurrent
        #: The servers whose cold migration this run started, and therefore confirms.
        self._ours: set[str] = set()
        #: How often a server was observed on its old host although the cloud reports a successful migration.
        self._stayed: dict[str, int] = {}

    def replan(self, progress: Progress, server: Server) -> Change:
        if server.id in self._ours and self.spec.confirm and is_unconfirmed(server) and self.spec.holds(server):
            return Change.of(server, [CONFIRM], {"host": server.host}, {"host": server.host})
        return plan_one(server, self.spec, self.services, self.cloud.rules)

    def answered(self, progress: Progress, pending: PendingAction) -> PendingAction:
        if pending.action == ACTION["cold"] and (pending.error is None or pending.outcome_unknown):
            self._ours.add(pending.server_id)
        return pending

    def is_needless(self, progress: Progress) -> bool:
        """Some clouds confirm automatically after some time."""
        return progress.actions[0].action == CONFIRM.action and not is_unconfirmed(progress.server)

    def evaluated(
        self, progress: Progress, pending: PendingAction, seen: ActionStatus, outcome: Outcome | None
    ) -> Outcome | None:
        if pending.action not in ACTION.values():
            return outcome
        if outcome is None and self._stays(pending, seen):
            message = "the cloud reverted the migration: the server is still on %s" % progress.server.host
            outcome = Outcome(pending.server_id, pending.name, FAILED, progress.taken, message=message)
        if outcome is not None and outcome.result == FAILED and not outcome.hint:
            return replace(outcome, hint=_ROOM)
        return outcome

    def is_over(self, outcome: Outcome, server: Server) -> bool:
        """A server that was not moved needs no confirmation."""
        return super().is_over(outcome, server) or (
            # The metadata of a server in ERROR cannot be changed.
            outcome.result == FAILED and server.is_stable and server.power_state != ERROR and not is_unconfirmed(server)
        )

    def _stays(self, pending: PendingAction, seen: ActionStatus) -> bool:
        """If a cloud cancels a migration, it shows no error: the server has no task, and is on its old host. This must
        be observed twice in a row, because the server and the record of the action are not read at the same time."""
        server = seen.server
        if server is None or not server.is_stable or seen.verdict != JOB_SUCCEEDED or pending.reached(server):
            self._stayed.pop(pending.server_id, None)
            return False
        self._stayed[pending.server_id] = self._stayed.get(pending.server_id, 0) + 1
        return self._stayed[pending.server_id] > 1
