# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moves servers between hosts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import ActionStatus, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import Service
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_SUCCEEDED
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import ERROR, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor, Progress
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.selection import listed
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, Change, Outcome
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


def find_servers(cloud: Compute, options: Mapping[str, Any]) -> SelectedServers:
    """Observes: the servers that the options choose, with one listing for those of a host."""
    chosen, narrowed = choosing(options)
    selection = Selection.from_options(chosen)
    found = listed(cloud, selection)
    if narrowed:
        found = (server for server in found if server.host == options["from_host"])
    return selection.choose(found)


class MigrationRun(Executor):
    """Moves servers, so many at a time.

    A cold migration is kept in the server's metadata until it is confirmed, so that the next run confirms it where this
    one is interrupted, or cannot read how it has ended.
    """

    notes = (CONFIRM_NOTE,)

    def __init__(
        self,
        cloud: Compute,
        wish: MigrationSpec,
        services: Mapping[str, Service],
        wait: bool,
        waiter: Waiter,
        at_once: int,
    ) -> None:
        super().__init__(cloud, self._plan_again, "moved", wait, waiter, at_once)
        self.wish = wish
        self.services = services
        #: The servers whose cold migration was begun here, and so is confirmed here.
        self._ours: set[str] = set()
        #: How often a server was seen where it was, though the cloud says that its move has ended well.
        self._stayed: dict[str, int] = {}

    def _plan_again(self, server: Server) -> Change:
        if server.id in self._ours and self.wish.confirm and is_unconfirmed(server) and self.wish.holds(server):
            return Change.of(server, [CONFIRM], {"host": server.host}, {"host": server.host})
        return plan_one(server, self.wish, self.services, self.cloud.rules)

    def ask(self, action: str, items: Sequence[Progress]) -> list[PendingAction]:
        tickets = super().ask(action, items)
        if action == ACTION["cold"]:
            self._ours.update(ticket.server_id for ticket in tickets if ticket.error is None or ticket.outcome_unknown)
        return tickets

    def evaluate(self, item: Progress, seen: ActionStatus) -> Outcome | None:
        ticket = item.ticket
        outcome = super().evaluate(item, seen)
        if ticket is None or ticket.action not in ACTION.values():
            return outcome
        if item.ready and seen.server and not is_unconfirmed(seen.server):
            # Some clouds confirm by themselves after a while.
            return Outcome(ticket.server_id, ticket.name, DONE, item.taken)
        if outcome is None and not item.ready and self._stays(ticket, seen):
            message = "the cloud took the move back: the server is still on %s" % item.server.host
            outcome = Outcome(ticket.server_id, ticket.name, FAILED, item.taken, message=message)
        if outcome is not None and outcome.result == FAILED and not outcome.hint:
            return replace(outcome, hint=_ROOM)
        return outcome

    def _is_over(self, outcome: Outcome, server: Server) -> bool:
        """One that was not moved has nothing to be confirmed either."""
        return super()._is_over(outcome, server) or (
            # The metadata of a server in ERROR cannot be changed.
            outcome.result == FAILED and server.is_stable and server.power_state != ERROR and not is_unconfirmed(server)
        )

    def _stays(self, ticket: PendingAction, seen: ActionStatus) -> bool:
        """A cloud that gives up a move shows no error: the server has no task any more, and is where it was.

        Twice in a row, for the server and the record of the action are not read in the same instant.
        """
        server = seen.server
        if server is None or not server.is_stable or seen.verdict != JOB_SUCCEEDED or ticket.reached(server):
            self._stayed.pop(ticket.server_id, None)
            return False
        self._stayed[ticket.server_id] = self._stayed.get(ticket.server_id, 0) + 1
        return self._stayed[ticket.server_id] > 1
