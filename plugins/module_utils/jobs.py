# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task that did not wait leaves behind, and finding out later what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils import plan
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import (
    SETTLE,
    Compute,
    Observation,
    Ticket,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import (
    ERROR,
    SUCCEEDED,
    Job,
    JobPart,
    Server,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plan import Outcome
from ansible_collections.cloudserver.compute.plugins.module_utils.selection import SelectionError
from ansible_collections.cloudserver.compute.plugins.module_utils.waiting import (
    Patience,
    fault_text,
    judge_action,
    observe_all,
    progress,
    state_text,
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

    After ``look`` or ``wait``: ``outcomes`` by server id (``pending`` where it is not known yet, or where the task left
    actions that it did not ask for), ``servers``, and ``ended``, the ids of the servers on which nothing is under way.
    """

    def __init__(self, cloud: Compute, tickets: Iterable[Ticket]) -> None:
        self.cloud = cloud
        self.tickets = {ticket.server_id: ticket for ticket in tickets}
        self.servers: dict[str, Server] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.ended: set[str] = set()

    def look(self) -> None:
        for key, seen in self._observe(self.tickets, True).items():
            outcome = self._judge(self.tickets[key], seen)
            if outcome:
                self.outcomes[key] = outcome
        for key, ticket in self.tickets.items():
            if key not in self.outcomes:
                self.outcomes[key] = Outcome(
                    key, ticket.name, plan.PENDING, _asked(ticket), remaining=ticket.then
                )

    def wait(self, patience: Patience) -> None:
        words = progress("done", lambda ticket: str(ticket.name or ticket.server_id))
        self.outcomes, left, error = patience.wait(self.tickets, self._observe, self._judge, words)
        for key, ticket in left.items():
            late = timed_out(key, ticket.name, _asked(ticket), self.servers.get(key), patience.timeout, error)
            self.outcomes[key] = replace(late, remaining=ticket.then)

    def _judge(self, ticket: Ticket, seen: Observation) -> Outcome | None:
        """The outcome of what was under way; ``pending`` where more was to be asked of the server afterwards."""
        if ticket.action == SETTLE:
            found = judge_settled(ticket, seen.server)
        else:
            found = judge_action(ticket, seen)
        if found is None:
            return None
        self.ended.add(ticket.server_id)
        if not ticket.then or found.result != plan.DONE:
            return replace(found, remaining=ticket.then if found.result != plan.DONE else ())
        message = "%s; run the task again, for it did not ask for: %s" % (
            "it is in %s" % state_text(seen.server) if ticket.action == SETTLE else "%s is done" % ticket.action,
            ", ".join(ticket.then),
        )
        return replace(found, result=plan.PENDING, message=message, remaining=ticket.then)

    def _observe(self, left: Mapping[str, Ticket], final: bool) -> Mapping[str, Observation]:
        found = observe_all(
            self.cloud, {key: None if ticket.action == SETTLE else ticket for key, ticket in left.items()}, None
        )
        for key, seen in found.items():
            if seen.server:
                self.servers[key] = seen.server
        return found


def judge_settled(ticket: Ticket, server: Server | None) -> Outcome | None:
    """What became of a server that was on its way to another state when nothing was asked of it."""
    if server is None:
        return Outcome(ticket.server_id, ticket.name, plan.FAILED, message="the server no longer exists")
    if not server.settled:
        return None
    if server.power_state == ERROR:
        return Outcome(ticket.server_id, ticket.name, plan.FAILED, message=fault_text(server))
    return Outcome(ticket.server_id, ticket.name, plan.DONE)


def _asked(ticket: Ticket) -> tuple[str, ...]:
    return () if ticket.action == SETTLE else (ticket.action,)


def job_outcome(job: Job, part: JobPart) -> Outcome:
    """What a job says of one server."""
    result = plan.DONE if part.status == SUCCEEDED else plan.FAILED if job.finished else plan.PENDING
    return Outcome(part.server_id or job.id, None, result, code=part.code, message=part.message)
