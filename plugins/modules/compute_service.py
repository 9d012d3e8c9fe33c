#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: compute_service
short_description: Enable, disable and force down the compute services of hosts
version_added: 1.0.0
description:
  - Enables, disables or forces down the compute services of hosts. Options that are not set leave the service
    unchanged.
  - The scheduler places no new servers on a host with a disabled service. Its existing servers stay.
    M(cloudserver.compute.server_migrate) moves them to other hosts.
  - Requires an administrator. Supported on V(openstack) and V(easystack).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  hosts:
    description:
      - The hosts, by the names that M(cloudserver.compute.compute_service_info) lists. If a host has no such service,
        the task fails before the first change.
    type: list
    elements: str
    required: true
    aliases: [host]
  binary:
    description:
      - The binary of the service. Clouds allow changes only to V(nova-compute).
    type: str
    default: nova-compute
  state:
    description:
      - Whether the scheduler may place new servers on the host.
      - At least one of O(state) and O(forced_down) is required.
    type: str
    choices: [enabled, disabled]
  reason:
    description:
      - The reason why the service is disabled, up to 255 characters. If it is not set, a service that is already
        disabled keeps its reason.
      - Enabling the service removes the reason.
    type: str
  forced_down:
    description:
      - Whether the cloud treats the service as down, regardless of its own reports. Servers can then be evacuated
        immediately. Needs microversion 2.11.
      - Make sure that the host is powered off first. Otherwise its servers run twice.
      - After an evacuation the cloud accepts V(false) only when the service was restarted.
    type: bool
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.admin
  - cloudserver.compute.attributes
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.compute_service_info
  - module: cloudserver.compute.server_migrate
"""

EXAMPLES = r"""
- name: Disable the compute service of two hosts
  cloudserver.compute.compute_service:
    cloud: admin
    hosts: [cmp5, cmp6]
    state: disabled
    reason: disks are replaced, change 4711

- name: Enable the compute service of a host
  cloudserver.compute.compute_service:
    cloud: admin
    host: cmp5
    state: enabled

- name: Force down the service of a host that is powered off
  cloudserver.compute.compute_service:
    cloud: admin
    host: cmp7
    forced_down: true
"""

RETURN = r"""
outcomes:
  description: The outcome of each host's service, also when the task fails. Failed services come first.
  returned: success, and when a change failed
  type: list
  elements: dict
  contains:
    host: {description: The host., type: str}
    binary: {description: The binary of the service., type: str}
    outcome:
      description:
        - V(done), V(unchanged), V(failed), V(planned) in check mode. V(unknown) when neither the cloud's answer nor the
          state of the service shows whether it changed.
      type: str
    message: {description: The error message., type: str, returned: on failure}
    hint: {description: What to do next., type: str, returned: on failure}
    code: {description: The cloud's error code., type: str, returned: on failure}
    request_id: {description: The request id to give to the cloud's support., type: str, returned: on failure}
services:
  description: The services after the task, in the order of O(hosts). In check mode, the predicted services.
  returned: success, and when a change failed
  type: list
  elements: dict
  contains:
    id: {description: "Its id, a number below microversion 2.53.", type: str}
    host: {description: Its host., type: str}
    binary: {description: The binary of the service., type: str}
    status: {description: V(enabled) or V(disabled)., type: str}
    disabled_reason: {description: Why it is disabled., type: str}
    state: {description: V(up) or V(down)., type: str}
    forced_down:
      description: Whether the service is forced down; null below microversion 2.11.
      type: bool
    zone: {description: The availability zone of its host., type: str}
    updated: {description: When the service last reported., type: str}
plan:
  description:
    - The plan of the task, in the form of the file O(plan_file). An option O(plan) of a later run accepts it.
  returned: in check mode with O(return_plan=true)
  type: dict
plan_file:
  description: The absolute path of the file with the plan.
  returned: in check mode with O(plan_file)
  type: str
unplanned:
  description: The servers that need a change which the approved plan does not contain. Nothing was done to them.
  returned: with O(plan_file) or O(plan), except for the plan that check mode writes
  type: list
  elements: dict
  sample: [{"id": "4f6d3a52-3b1e-4c77-9a53-0d5f3f1f2c11", "name": "web-99"}]
not_selected:
  description:
    - The number of changes in the approved plan that the options of this task do not select, such as those of other
      slices of a job.
  returned: with O(plan_file) or O(plan), except for the plan that check mode writes
  type: int
  sample: 0
"""

from dataclasses import replace

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.compute_service import (
    carry_out,
    refresh,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import UNKNOWN
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.compute_service import (
    ServiceSpec,
    approved,
    choose_services,
    diff,
    entries,
    failure,
    plan_service,
    predicted,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import PLANNING, argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

MODULE = ModuleSpec(
    argument_spec(
        PLANNING,
        hosts={"type": "list", "elements": "str", "required": True, "aliases": ["host"]},
        binary={"type": "str", "default": "nova-compute"},
        state={"type": "str", "choices": ["enabled", "disabled"]},
        reason={"type": "str"},
        forced_down={"type": "bool"},
    ),
    required_one_of=[("state", "forced_down")],
    selecting=("hosts",),
)


def run(context: Context) -> Result:
    params, cloud = context.params, context.cloud
    hosts = list(dict.fromkeys(params["hosts"]))
    for name in hosts:
        check_name("hosts", name)
    wanted = ServiceSpec(params["state"], params["reason"], params["forced_down"])
    wanted.check()
    cloud.require("services")
    if wanted.forced_down is not None:
        cloud.require("forced_down")
    only = hosts[0] if len(hosts) == 1 else None

    found = choose_services(cloud.hosts.list_services(only, params["binary"]), hosts)
    plan = [plan_service(service, wanted) for service in found]
    if context.approval:
        plan = approved(plan, context.approval.verdicts(entries(plan)))
    changes = any(each.changes for each in plan)
    if context.check_mode or not changes:
        outcomes = predicted(plan)
        shown = [replace(each.service, **each.changes) for each in plan]
    else:
        outcomes = carry_out(cloud, plan)
        shown = refresh(cloud, plan, outcomes, context.warn)
        # A change of two requests may have been half done, and an unknown one may have been made.
        changes = any(each.result == UNKNOWN for each in outcomes)
        changes = changes or any(was.changed_to(now) for was, now in zip(plan, shown))
    data = {
        "outcomes": [each.as_dict() for each in sorted(outcomes, key=lambda each: each.error is None)],
        "services": [each.as_dict() for each in shown],
    }
    return Result(changes, data, diff(plan), failure(outcomes))


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
