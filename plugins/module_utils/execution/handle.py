# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The handle of a task that did not wait, and the wait for its pending actions in a later task."""

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
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Capability
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import (
    Polling,
    Waiter,
    evaluate_action,
    observe_all,
    timed_out,
    waiting_for,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, PENDING, Outcome
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

_VERSION = 1
#: The actions that a handle can contain.
_ACTIONS = frozenset(map(str, Capability)) | {SETTLE}


def handle(cloud: Compute, pending_actions: Iterable[PendingAction]) -> dict[str, Any]:
    """The data that ``join`` needs, in a form for the result of a task."""
    return {
        "version": _VERSION,
        "platform": cloud.platform,
        "region": cloud.region,
        "all_projects": cloud.all_projects,
        "pending_actions": [pending.as_dict() for pending in pending_actions],
    }


def pending_actions_of(data: Mapping[str, Any], cloud: Compute) -> list[PendingAction]:
    """The pending actions of a handle. Raises InvalidRequest for an invalid handle, and for one of another cloud."""
    try:
        if data["version"] != _VERSION:
            raise KeyError("version")
        found = [PendingAction.from_dict(entry) for entry in data["pending_actions"]]
        unknown = [pending.action for pending in found if pending.action not in _ACTIONS]
        if unknown:
            raise KeyError(unknown[0])
        platform, region = data["platform"], data["region"]
    except (KeyError, TypeError) as error:
        raise InvalidRequest(
            "handle: it is not a handle that a task with wait: false returned (%s is missing or wrong)" % error
        ) from None
    if platform != cloud.platform or (region and cloud.region and region != cloud.region):
        raise InvalidRequest(
            "handle: it is of platform %s, region %s, and the task connects to platform %s, region %s"
            % (platform, region, cloud.platform, cloud.region)
        )
    cloud.all_projects = bool(data.get("all_projects"))
    return found


class HandleWaiter(Polling[PendingAction]):
    """Polls the pending actions once, or until they are finished.

    After ``look`` or ``wait``: ``outcomes`` by server id (``pending`` if the outcome is still unknown, or if the task
    did not submit all actions), ``servers``, and ``ended``, the ids of the servers without an action in progress.
    """

    def __init__(self, cloud: Compute, pending_actions: Iterable[PendingAction]) -> None:
        self.cloud = cloud
        self.pending_actions = {pending.server_id: pending for pending in pending_actions}
        self.servers: dict[str, Server] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.ended: set[str] = set()

    def look(self) -> None:
        for key, seen in self.poll(self.pending_actions, True).items():
            outcome = self.evaluate(self.pending_actions[key], seen)
            if outcome:
                self.outcomes[key] = outcome
        for key, pending in self.pending_actions.items():
            if key not in self.outcomes:
                self.outcomes[key] = Outcome(key, pending.name, PENDING, _asked(pending), remaining=pending.then)

    def wait(self, waiter: Waiter) -> None:
        self.outcomes, left, error = waiter.wait(self.pending_actions, self)
        for key, pending in left.items():
            late = timed_out(key, pending.name, _asked(pending), self.servers.get(key), waiter.timeout, error)
            self.outcomes[key] = replace(late, remaining=pending.then)

    def item_name(self, item: PendingAction) -> str:
        return str(item.name or item.server_id)

    def evaluate(self, item: PendingAction, seen: ActionStatus) -> Outcome | None:
        """The outcome of the action in progress; ``pending`` if the task did not submit further actions of the
        server."""
        if item.action == SETTLE:
            found = evaluate_stable(item, seen.server)
        else:
            found = evaluate_action(item, seen)
        if found is None:
            return None
        self.ended.add(item.server_id)
        if not item.then or found.result != DONE:
            return replace(found, remaining=item.then if found.result != DONE else ())
        message = "%s; run the task again, because it did not submit: %s" % (
            "it is in %s" % state_text(seen.server) if item.action == SETTLE else "%s is done" % item.action,
            ", ".join(item.then),
        )
        return replace(found, result=PENDING, message=message, remaining=item.then)

    def poll(self, left: Mapping[str, PendingAction], final: bool) -> Mapping[str, ActionStatus]:
        found = observe_all(
            self.cloud, {key: None if pending.action == SETTLE else pending for key, pending in left.items()}, None
        )
        for key, seen in found.items():
            if seen.server:
                self.servers[key] = seen.server
        return found


def evaluate_stable(pending: PendingAction, server: Server | None) -> Outcome | None:
    """The outcome of a server in a transition for which no action was submitted."""
    if server is None:
        return Outcome(pending.server_id, pending.name, FAILED, message="the server no longer exists")
    if not server.is_stable:
        return None
    if server.power_state == ERROR:
        return Outcome(pending.server_id, pending.name, FAILED, message=fault_text(server))
    return Outcome(pending.server_id, pending.name, DONE)


def _asked(pending: PendingAction) -> tuple[str, ...]:
    return () if pending.action == SETTLE else (pending.action,)


class JobPolling(Polling[str]):
    """Polls jobs by id until each has finished; ``jobs`` are as they were last read."""

    def __init__(self, cloud: Compute) -> None:
        self.cloud = cloud
        self.jobs: dict[str, Job] = {}

    def poll(self, left: dict[str, str], final: bool) -> dict[str, Job]:
        for job_id in left:
            self.jobs[job_id] = self.cloud.jobs.get(job_id)
        return {job_id: self.jobs[job_id] for job_id in left}

    def evaluate(self, item: str, seen: Job) -> Outcome | None:
        return Outcome(item, None, DONE) if seen.finished else None

    def progress_text(self, outcomes: Mapping[str, Outcome], left: Mapping[str, str]) -> str:
        whole = len(outcomes) + len(left)
        return "%d of %d jobs finished, %d remaining%s" % (len(outcomes), whole, len(left), waiting_for(list(left)))


def job_outcome(job: Job, part: JobPart) -> Outcome:
    """The result of a job for one server."""
    result = DONE if part.status == JOB_SUCCEEDED else FAILED if job.finished else PENDING
    return Outcome(part.server_id or job.id, None, result, code=part.code, message=part.message)
