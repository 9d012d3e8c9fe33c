# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task that did not wait leaves behind, and finding out later what became of it."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils import plan
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import Compute, Observation, Ticket
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import SUCCEEDED, Job, JobPart, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plan import Outcome
from ansible_collections.cloudserver.compute.plugins.module_utils.selection import SelectionError
from ansible_collections.cloudserver.compute.plugins.module_utils.waiting import (
    Patience,
    judge_action,
    progress,
    timed_out,
)

_VERSION = 1


def handle(cloud: Compute, tickets: Iterable[Ticket]) -> dict[str, Any]:
    """What ``join`` needs, as plain data for a task's result."""
    return {
        "version": _VERSION,
        "platform": cloud.platform,
        "region": cloud.region,
        "all_projects": cloud.all_projects,
        "tickets": [ticket.as_dict() for ticket in tickets],
    }


def tickets_of(data: Mapping[str, Any], cloud: Compute) -> list[Ticket]:
    """The tickets of a handle. Raises SelectionError for one that is not a handle, or another cloud's."""
    try:
        if data["version"] != _VERSION:
            raise KeyError("version")
        found = [Ticket.from_dict(entry) for entry in data["tickets"]]
        platform, region = data["platform"], data["region"]
    except (KeyError, TypeError) as error:
        raise SelectionError(
            "handle: not what a task with wait: false returned as handle (%s is missing or wrong)" % error
        ) from None
    if platform != cloud.platform or (region and cloud.region and region != cloud.region):
        raise SelectionError(
            "handle: it is of platform %s, region %s, and the task connects to platform %s, region %s"
            % (platform, region, cloud.platform, cloud.region)
        )
    cloud.all_projects = bool(data.get("all_projects"))
    return found


class Join:
    """Finds out what became of tickets: by one look, or until it is known.

    After ``look`` or ``wait``: ``outcomes`` by server id (``pending`` where it is not known yet), ``servers``.
    """

    def __init__(self, cloud: Compute, tickets: Iterable[Ticket]) -> None:
        self.cloud = cloud
        self.tickets = {ticket.server_id: ticket for ticket in tickets}
        self.servers: dict[str, Server] = {}
        self.outcomes: dict[str, Outcome] = {}

    def look(self) -> None:
        for key, seen in self._observe(self.tickets, True).items():
            outcome = judge_action(self.tickets[key], seen)
            if outcome:
                self.outcomes[key] = outcome
        for key, ticket in self.tickets.items():
            if key not in self.outcomes:
                self.outcomes[key] = Outcome(key, ticket.name, plan.PENDING, (ticket.action,))

    def wait(self, patience: Patience) -> None:
        self.outcomes, left, error = patience.wait(self.tickets, self._observe, judge_action, progress("done"))
        for key, ticket in left.items():
            self.outcomes[key] = timed_out(
                key, ticket.name, (ticket.action,), self.servers.get(key), patience.timeout, error
            )

    def _observe(self, left: Mapping[str, Ticket], final: bool) -> Mapping[str, Observation]:
        found = self.cloud.observe(list(left.values()))
        for key, seen in found.items():
            if seen.server:
                self.servers[key] = seen.server
        return found


def job_outcome(job: Job, part: JobPart) -> Outcome:
    """What a job says of one server."""
    result = plan.DONE if part.status == SUCCEEDED else plan.FAILED if job.finished else plan.PENDING
    return Outcome(part.server_id or job.id, None, result, code=part.code, message=part.message)
