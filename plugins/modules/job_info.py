#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: job_info
short_description: Query, or wait for, actions on cloud servers
version_added: 1.0.0
description:
  - Reports the actions that an earlier task with O(cloudserver.compute.server_power#module:wait=false) started, and can
    wait for them.
  - Reports jobs of Huawei Cloud by their ids.
  - The task fails if an action failed. The message names the server.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  handle:
    description:
      - The C(handle) that the earlier task returned.
      - Exactly one of O(handle) and O(job_ids) is required.
    type: dict
  job_ids:
    description:
      - The ids of jobs. Only supported on V(huaweicloud), which deletes finished jobs after about a day.
    type: list
    elements: str
  wait:
    description:
      - Whether to wait until all actions are finished. Otherwise the task reports the current status.
    type: bool
    default: false
  wait_timeout:
    description:
      - Maximum number of seconds to wait.
    type: float
    aliases: [timeout]
    default: 600
  wait_interval:
    description:
      - Maximum number of seconds between two polls. The first intervals are shorter.
    type: float
    default: 10
  parallel:
    description:
      - Maximum number of concurrent requests, 1 to 64.
    type: int
    default: 8
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.reader
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.server_power
"""

EXAMPLES = r"""
- name: Stop servers without waiting
  cloudserver.compute.server_power:
    cloud: production
    tags: [role=web]
    state: stopped
    wait: false
  register: stopping

- name: Wait until all of them are stopped
  cloudserver.compute.job_info:
    cloud: production
    handle: "{{ stopping.handle }}"
    wait: true
    wait_timeout: 1800

- name: Restart a server of Huawei Cloud without waiting
  cloudserver.compute.server_power:
    cloud: huawei
    names: [web-01]
    state: restarted
    wait: false
  register: restarting

- name: Show the status of its job
  cloudserver.compute.job_info:
    cloud: huawei
    job_ids: "{{ restarting.handle.pending_actions | map(attribute='job_id') }}"
"""

RETURN = r"""
finished:
  description: Whether all actions are finished.
  returned: success
  type: bool
jobs:
  description: The jobs.
  returned: O(job_ids) is given
  type: list
  elements: dict
  contains:
    id: {description: The job's id., type: str}
    type: {description: The type of the job as the cloud returns it., type: str}
    status:
      description: One of V(pending), V(succeeded), V(failed), V(awaiting_payment), V(vanished).
      type: str
    finished: {description: Whether the job is finished., type: bool}
    begin_time: {description: When it began., type: str}
    end_time: {description: When it ended., type: str}
    code: {description: The cloud's error code., type: str}
    message: {description: Why it failed., type: str}
    servers: {description: The outcome of each server., type: list, elements: dict}
outcomes:
  description:
    - The outcome of each server, as M(cloudserver.compute.server_power) returns it. It is V(pending) while an action is
      in progress. Failed servers come first.
    - It is also V(pending), with C(remaining_actions), if the action is finished but the task did not send further
      actions. Then run that task again.
  returned: always
  type: list
  elements: dict
servers:
  description: The server records from the last request.
  returned: O(handle) and O(return_servers=true)
  type: list
  elements: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_VANISHED, Job
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.handle import (
    HandleWaiter,
    JobPolling,
    job_outcome,
    pending_actions_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PENDING,
    UNKNOWN,
    Outcome,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import REPORT, WAITING, argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.outcomes import (
    records,
    report,
)

#: How many servers a warning names.
_NAMED = 3
MODULE = ModuleSpec(
    argument_spec(
        WAITING,
        REPORT,
        handle={"type": "dict"},
        job_ids={"type": "list", "elements": "str"},
        wait={"type": "bool", "default": False},
    ),
    mutually_exclusive=[("handle", "job_ids")],
    required_one_of=[("handle", "job_ids")],
)


def run(context: Context) -> Result:
    waiter = context.waiter()
    if context.params["handle"] is not None:
        return _join(context, waiter)
    return _read(context, waiter)


def _join(context: Context, waiter: Waiter) -> Result:
    joined = HandleWaiter(context.cloud, pending_actions_of(context.params["handle"], context.cloud))
    if context.params["wait"]:
        joined.wait(waiter)
    else:
        joined.look()
    outcomes = [joined.outcomes[key] for key in joined.pending_actions]
    data = {
        "finished": all(key in joined.ended for key in joined.pending_actions),
        **records(context, (joined.servers[key] for key in joined.pending_actions if key in joined.servers)),
    }
    rest = [outcome for outcome in outcomes if outcome.remaining and outcome.server_id in joined.ended]
    if rest:
        names = shortened([outcome.label for outcome in rest], _NAMED)
        context.warn(
            "%d of %d servers need actions that the task did not submit, because it did not wait; run it again: %s"
            % (len(rest), len(outcomes), names)
        )
    return report(outcomes, "finished", Result(data=data))


def _read(context: Context, waiter: Waiter) -> Result:
    ids = list(dict.fromkeys(context.params["job_ids"]))
    polling = JobPolling(context.cloud)
    if context.params["wait"]:
        error = waiter.wait(dict(zip(ids, ids)), polling)[2]
        if error and any(job_id not in polling.jobs for job_id in ids):
            raise error
    else:
        polling.poll(dict(zip(ids, ids)), True)
    found = [polling.jobs[job_id] for job_id in ids]
    data = {"finished": all(job.finished for job in found), "jobs": [job.as_dict() for job in found]}
    return report([outcome for job in found for outcome in _outcomes(job)], "finished", Result(data=data))


def _outcomes(job: Job) -> list[Outcome]:
    """One outcome for each server of a job, or one for the job itself where it names none."""
    if job.status == JOB_VANISHED:
        return [Outcome(job.id, None, UNKNOWN, message=job.message)]
    found = [job_outcome(job, part) for part in job.parts]
    if not found:
        result = FAILED if job.status == "failed" else DONE if job.finished else PENDING
        found = [Outcome(job.id, None, result, code=job.code, message=job.message)]
    return found


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
