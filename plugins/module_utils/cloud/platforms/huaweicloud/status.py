# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status of actions on servers of Huawei Cloud: from the job, then from the records, then from the list of the
interfaces or disks that the action changes. Sources: Elastic Cloud Server API Reference, "Task Management"; Data
Encryption Workshop API Reference, "Querying a Key Pair Task"."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Callable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    ActionStatus,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_AWAITING_PAYMENT,
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
    JOB_VANISHED,
    Job,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import keypair_binding
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    BUSY,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.interfaces import (
    verdicts as interface_verdicts,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.jobs import HuaweiJobs
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.volumes import (
    shown_by_disks,
)

#: The actions on servers in the recycle bin.
_OF_BIN = frozenset(("restore", "purge"))
#: Seconds after the end of its job until a new server is in the list.
_LISTED_WITHIN = 300.0
#: Reads servers by their ids; with True, also those in the recycle bin.
Find = Callable[[Sequence[str], bool], Mapping[str, Server]]


def status(
    api: HuaweiApi, find: Find, pending_actions: Sequence[PendingAction], finds_deleted: bool
) -> dict[str, ActionStatus]:
    """The status of each action, by server id. A job is read before its servers: while it is running, the servers
    need not be read. A failed job may have succeeded for some servers, and SUCCESS is not the end: the servers may
    still be in a transition."""
    jobs = _jobs(api, pending_actions)
    verdicts = {pending.server_id: _verdict(pending, jobs.get(pending.job_id or "")) for pending in pending_actions}
    done = [server_id for server_id, verdict in verdicts.items() if verdict[0] != JOB_PENDING]
    in_bin = any({pending.action, *pending.then} & _OF_BIN for pending in pending_actions)
    seen = find(done, finds_deleted or in_bin)
    nics = [pending for pending in pending_actions if _is_of_interface(pending) and pending.server_id in seen]
    if nics:
        shown = interface_verdicts(api, nics, jobs, {key: each[0] for key, each in verdicts.items()})
        verdicts.update((key, (each, *verdicts[key][1:])) for key, each in shown.items())
    # A new server may appear in the list some time after its job has ended. If the job ended long ago, it belongs to an
    # earlier request with the same client token, and its server has been deleted since.
    now = api.session.server_time()
    late = {
        pending.server_id
        for pending in pending_actions
        if pending.action == "create" and pending.server_id not in seen and _ended_just_now(jobs, pending, now)
    }
    found = {
        server_id: ActionStatus(seen.get(server_id), *verdicts[server_id], is_busy=verdicts[server_id][1] == BUSY)
        for server_id in done
        if not (server_id in late and verdicts[server_id][0] == JOB_SUCCEEDED)
    }
    disks = [pending for pending in pending_actions if _is_of_disks(pending)]
    return shown_by_disks(api, disks, found) if disks else found


def _is_of_interface(pending: PendingAction) -> bool:
    return pending.action in ("attach_interface", "detach_interface")


def _is_of_disks(pending: PendingAction) -> bool:
    return bool(pending.expected_state and (pending.expected_state.volumes or pending.expected_state.no_volumes))


def recover_action(api: HuaweiApi, pending: PendingAction) -> PendingAction | None:
    """The action whose response was lost. ECS keeps no record of its actions; the key pair service lists its running
    tasks."""
    return keypair_binding.find_task(api, pending) if pending.action in keypair_binding.ACTIONS else None


def _jobs(api: HuaweiApi, pending_actions: Sequence[PendingAction]) -> dict[str, Job]:
    """The jobs of ECS, and the tasks of the key pair service, by id."""
    tasks = {p.job_id for p in pending_actions if p.job_id and p.action in keypair_binding.ACTIONS}
    job_ids = sorted({p.job_id for p in pending_actions if p.job_id} - tasks)
    jobs = dict(zip(job_ids, in_parallel(HuaweiJobs(api).get, job_ids, api.parallel)))
    return {**jobs, **keypair_binding.read_tasks(api, sorted(tasks))} if tasks else jobs


def _ended_just_now(jobs: Mapping[str, Job], pending: PendingAction, now: datetime) -> bool:
    job = jobs.get(pending.job_id or "")
    try:
        ended = datetime.strptime((job.end_time if job else None) or "", "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        return True
    return (now - ended.replace(tzinfo=timezone.utc)).total_seconds() < _LISTED_WITHIN


def _verdict(pending: PendingAction, job: Job | None) -> tuple[str | None, str | None, str | None]:
    """The evidence of a job for one server: verdict, code, message."""
    if job is None or job.status == JOB_VANISHED:
        return None, None, job.message if job else None
    if job.status == JOB_AWAITING_PAYMENT:
        return JOB_AWAITING_PAYMENT, "PENDING_PAYMENT", "the job waits for the payment of its order"
    if not job.finished:
        return JOB_PENDING, None, None
    for part in job.parts:
        # A sub-job of an interface, and a failed one of another resource such as a disk, name no server, and the job
        # is of one server.
        unnamed = part.server_id is None and (part.status == JOB_FAILED or _is_of_interface(pending))
        own = part.server_id == pending.server_id or unnamed
        if own and part.status != JOB_PENDING:
            return (
                part.status,
                part.code or (job.code if part.status == JOB_FAILED else None),
                part.message or (job.message if part.status == JOB_FAILED else None),
            )
    return job.status, job.code, job.message
