# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task that did not wait leaves behind, and finding out later what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    SETTLE,
    ActionStatus,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_SUCCEEDED, Job, JobPart
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    ERROR,
    Server,
    fault_text,
    state_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import (
    Waiter,
    evaluate_action,
    observe_all,
    progress,
    timed_out,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, PENDING, Outcome
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

_VERSION = 1


def handle(cloud: Compute, tickets: Iterable[PendingAction]) -> dict[str, Any]:
    """What ``join`` needs, as plain data for a task's result."""
    return {
        "version": _VERSION,
        "platform": cloud.platform,
        "region": cloud.region,
        "all_projects": cloud.all_projects,
        "tickets": [ticket.as_dict() for ticket in tickets],
    }


def tickets_of(data: Mapping[str, Any], cloud: Compute) -> list[PendingAction]:
    """The tickets of a handle. Raises InvalidRequest for one that is not a handle, or another cloud's."""
    try:
        if data["version"] != _VERSION:
            raise KeyError("version")
        found = [PendingAction.from_dict(entry) for entry in data["tickets"]]
        platform, region = data["platform"], data["region"]
    except (KeyError, TypeError) as error:
        raise InvalidRequest(
            "handle: not what a task with wait: false returned as handle (%s is missing or wrong)" % error
        ) from None
    if platform != cloud.platform or (region and cloud.region and region != cloud.region):
        raise InvalidRequest(
            "handle: it is of platform %s, region %s, and the task connects to platform %s, region %s"
            % (platform, region, cloud.platform, cloud.region)
        )
    cloud.all_projects = bool(data.get("all_projects"))
    return found


class HandleWaiter:
    """Finds out what became of tickets: by one look, or until it is known.

    After ``look`` or ``wait``: ``outcomes`` by server id (``pending`` where it is not known yet, or where the task left
    actions that it did not ask for), ``servers``, and ``ended``, the ids of the servers on which nothing is under way.
    """

    def __init__(self, cloud: Compute, tickets: Iterable[PendingAction]) -> None:
        self.cloud = cloud
        self.tickets = {ticket.server_id: ticket for ticket in tickets}
        self.servers: dict[str, Server] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.ended: set[str] = set()

    def look(self) -> None:
        for key, seen in self._observe(self.tickets, True).items():
            outcome = self._evaluate(self.tickets[key], seen)
            if outcome:
                self.outcomes[key] = outcome
        for key, ticket in self.tickets.items():
            if key not in self.outcomes:
                self.outcomes[key] = Outcome(key, ticket.name, PENDING, _asked(ticket), remaining=ticket.then)

    def wait(self, waiter: Waiter) -> None:
        words = progress("done", lambda ticket: str(ticket.name or ticket.server_id))
        self.outcomes, left, error = waiter.wait(self.tickets, self._observe, self._evaluate, words)
        for key, ticket in left.items():
            late = timed_out(key, ticket.name, _asked(ticket), self.servers.get(key), waiter.timeout, error)
            self.outcomes[key] = replace(late, remaining=ticket.then)

    def _evaluate(self, ticket: PendingAction, seen: ActionStatus) -> Outcome | None:
        """The outcome of what was under way; ``pending`` where more was to be asked of the server afterwards."""
        if ticket.action == SETTLE:
            found = evaluate_stable(ticket, seen.server)
        else:
            found = evaluate_action(ticket, seen)
        if found is None:
            return None
        self.ended.add(ticket.server_id)
        if not ticket.then or found.result != DONE:
            return replace(found, remaining=ticket.then if found.result != DONE else ())
        message = "%s; run the task again, for it did not ask for: %s" % (
            "it is in %s" % state_text(seen.server) if ticket.action == SETTLE else "%s is done" % ticket.action,
            ", ".join(ticket.then),
        )
        return replace(found, result=PENDING, message=message, remaining=ticket.then)

    def _observe(self, left: Mapping[str, PendingAction], final: bool) -> Mapping[str, ActionStatus]:
        found = observe_all(
            self.cloud, {key: None if ticket.action == SETTLE else ticket for key, ticket in left.items()}, None
        )
        for key, seen in found.items():
            if seen.server:
                self.servers[key] = seen.server
        return found


def evaluate_stable(ticket: PendingAction, server: Server | None) -> Outcome | None:
    """What became of a server that was on its way to another state when nothing was asked of it."""
    if server is None:
        return Outcome(ticket.server_id, ticket.name, FAILED, message="the server no longer exists")
    if not server.is_stable:
        return None
    if server.power_state == ERROR:
        return Outcome(ticket.server_id, ticket.name, FAILED, message=fault_text(server))
    return Outcome(ticket.server_id, ticket.name, DONE)


def _asked(ticket: PendingAction) -> tuple[str, ...]:
    return () if ticket.action == SETTLE else (ticket.action,)


def job_outcome(job: Job, part: JobPart) -> Outcome:
    """What a job says of one server."""
    result = DONE if part.status == JOB_SUCCEEDED else FAILED if job.finished else PENDING
    return Outcome(part.server_id or job.id, None, result, code=part.code, message=part.message)
