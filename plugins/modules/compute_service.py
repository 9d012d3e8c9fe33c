#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: compute_service
short_description: Enable, disable and force down the compute services of hosts
version_added: 0.1.0
description:
  - Keeps the compute services of hosts as declared. What the task does not speak of stays as it is.
  - A host whose service is disabled gets no more servers; those that it has run on.
    M(cloudserver.compute.server_migrate) moves them off.
  - For administrators, on V(openstack) and V(easystack).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  hosts:
    description:
      - The hosts, by the names that M(cloudserver.compute.compute_service_info) lists. The task fails, and does
        nothing, when one of them has no such service.
    type: list
    elements: str
    required: true
    aliases: [host]
  binary:
    description:
      - The kind of the service. Clouds let no other kind than V(nova-compute) be changed.
    type: str
    default: nova-compute
  state:
    description:
      - Whether the host gets new servers.
      - At least one of O(state) and O(forced_down) is required.
    type: str
    choices: [enabled, disabled]
  reason:
    description:
      - Why it is disabled, up to 255 characters. Without it a service that is disabled already keeps its reason.
      - Enabling takes it away.
    type: str
  forced_down:
    description:
      - Whether the service counts as down, whatever it says itself, so that its servers can be evacuated without
        waiting until the cloud notices. Needs microversion 2.11.
      - Make sure that the host is dead first. Otherwise its servers run twice.
      - After an evacuation the cloud takes V(false) only when the service was started again.
    type: bool
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.attributes
seealso:
  - module: cloudserver.compute.compute_service_info
  - module: cloudserver.compute.server_migrate
"""

EXAMPLES = r"""
- name: No new servers on two hosts
  cloudserver.compute.compute_service:
    cloud: admin
    hosts: [node-5.domain.tld, node-6.domain.tld]
    state: disabled
    reason: disks are replaced, change 4711

- name: Back to work
  cloudserver.compute.compute_service:
    cloud: admin
    host: node-5.domain.tld
    state: enabled

- name: A host that is dead for sure
  cloudserver.compute.compute_service:
    cloud: admin
    host: node-7.domain.tld
    forced_down: true
"""

RETURN = r"""
outcomes:
  description: What became of each host's service, also when the task fails. Those that failed come first.
  returned: success, and when a change failed
  type: list
  elements: dict
  contains:
    host: {description: The host., type: str}
    binary: {description: The kind of the service., type: str}
    outcome:
      description:
        - V(done), V(unchanged), V(failed), V(planned) in check mode; V(unknown) where neither the cloud's answer nor
          the service's state tells whether it was changed.
      type: str
    message: {description: What went wrong., type: str, returned: on failure}
    hint: {description: What to try., type: str, returned: on failure}
    code: {description: The cloud's error code., type: str, returned: on failure}
    request_id: {description: The id of the request for the cloud's support., type: str, returned: on failure}
services:
  description: The services as they are now, in the order of O(hosts). In check mode as they would be.
  returned: success, and when a change failed
  type: list
  elements: dict
  contains:
    id: {description: "Its id, a number below microversion 2.53.", type: str}
    host: {description: Its host., type: str}
    binary: {description: Its kind., type: str}
    status: {description: V(enabled) or V(disabled)., type: str}
    disabled_reason: {description: Why it is disabled., type: str}
    state: {description: V(up) or V(down)., type: str}
    forced_down:
      description: Whether it counts as down whatever it says itself; null below microversion 2.11.
      type: bool
    zone: {description: The availability zone of its host., type: str}
    updated: {description: When it was last heard of., type: str}
"""

from dataclasses import replace

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.compute_service import (
    carry_out,
    refresh,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import UNKNOWN
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.compute_service import (
    ServiceSpec,
    choose_services,
    diff,
    failure,
    plan_service,
    predicted,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

MODULE = ModuleSpec(
    argument_spec(
        hosts={"type": "list", "elements": "str", "required": True, "aliases": ["host"]},
        binary={"type": "str", "default": "nova-compute"},
        state={"type": "str", "choices": ["enabled", "disabled"]},
        reason={"type": "str"},
        forced_down={"type": "bool"},
    ),
    required_one_of=[("state", "forced_down")],
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
    todo = [plan_service(service, wanted) for service in found]
    changes = any(each.changes for each in todo)
    if context.check_mode or not changes:
        outcomes = predicted(todo)
        shown = [replace(each.service, **each.changes) for each in todo]
    else:
        outcomes = carry_out(cloud, todo)
        shown = refresh(cloud, todo, outcomes, context.warn)
        # A change of two requests may have been half done, and an unknown one may have been made.
        changes = any(each.result == UNKNOWN for each in outcomes)
        changes = changes or any(was.changed_to(now) for was, now in zip(todo, shown))
    data = {
        "outcomes": [each.as_dict() for each in sorted(outcomes, key=lambda each: each.error is None)],
        "services": [each.as_dict() for each in shown],
    }
    return Result(changes, data, diff(todo), failure(outcomes))


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
