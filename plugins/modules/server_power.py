#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_power
short_description: Start, stop, restart, pause and suspend cloud servers
version_added: 1.0.0
description:
  - Changes the power state of servers. The current state of a server does not matter.
  - The module first waits for servers that are changing their state. It unpauses paused servers and resumes suspended
    servers before other actions.
  - The result has an outcome for each server, also when the task fails.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  state:
    description:
      - The target power state.
      - V(restarted) reboots a running server and starts a stopped server. It always reports a change.
      - V(paused) and V(suspended) are supported on V(openstack) and V(easystack).
    type: str
    choices: [started, stopped, restarted, paused, suspended]
    required: true
  force:
    description:
      - Stops or restarts servers without a shutdown of the guest.
      - On V(openstack) and V(easystack) a stop always shuts down the guest first, and powers it off after its shutdown
        timeout. There O(force) only changes a restart to a hard reboot.
      - With O(state=restarted) it also hard-reboots servers in status C(ERROR).
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.member
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.server_info
  - module: cloudserver.compute.job_info
"""

EXAMPLES = r"""
- name: Stop at most ten servers of an environment
  cloudserver.compute.server_power:
    cloud: production
    tags: [env=demo]
    not_tags: [keep]
    state: stopped
    max_targets: 10

- name: Hard-reboot one server
  cloudserver.compute.server_power:
    cloud: production
    names: [web-01]
    state: restarted
    force: true

- name: Start servers without waiting
  cloudserver.compute.server_power:
    cloud: production
    tags: [role=batch]
    state: started
    wait: false
  register: starting

- name: Wait until all of them are running
  cloudserver.compute.job_info:
    cloud: production
    handle: "{{ starting.handle }}"
    wait: true
"""

RETURN = r"""
outcomes:
  description: The outcome of each selected server, also when the task fails. Failed servers come first.
  returned: when servers were selected
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str}
    name: {description: The server's name., type: str}
    outcome:
      description:
        - V(done), V(unchanged), V(failed), V(unknown) when the cloud does not show the result, V(pending) with
          O(wait=false), V(planned) in check mode.
      type: str
    actions: {description: "The actions that the task sent to the cloud, in order.", type: list, elements: str}
    code: {description: The cloud's error code., type: str, returned: on failure}
    message: {description: The error message., type: str, returned: on failure}
    hint: {description: What to do next., type: str, returned: on failure}
    request_id:
      description: The request id of the last action, to give to the cloud's support.
      type: str
      returned: when the cloud returned one
    remaining_actions:
      description: The actions that the task did not send because it does not wait. Run the task again to send them.
      type: list
      elements: str
      returned: with O(wait=false), when actions remain
servers:
  description: The server records from the last request, as M(cloudserver.compute.server_info) returns them.
  returned: O(return_servers=true)
  type: list
  elements: dict
handle:
  description: The handle for M(cloudserver.compute.job_info), which reports the outcome of actions that are still in
    progress.
  returned: with O(wait=false), and if an action is still in progress at the time limit
  type: dict
missing:
  description: The ids, names and addresses of the selection that match no server.
  returned: O(missing=ignore)
  type: dict
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

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.power import PowerStrategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import (
    LAST_ACTION,
    STATES,
    plan_power,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import (
    PLANNING,
    REPORT,
    SELECTION,
    WAITING,
    argument_spec,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.outcomes import (
    check_result,
    run_result,
)

MODULE = ModuleSpec(
    argument_spec(
        SELECTION,
        WAITING,
        REPORT,
        PLANNING,
        state={"type": "str", "choices": list(STATES), "required": True},
        force={"type": "bool", "default": False},
    )
)


def run(context: Context) -> Result:
    target_state, force = context.params["state"], context.params["force"]
    selection = Selection.from_options(context.params)
    if target_state in LAST_ACTION:
        context.cloud.require(LAST_ACTION[target_state])
    waiter = context.waiter()

    chosen = context.select_servers(selection)
    plan = context.approve(plan_power(chosen.servers, target_state, force, context.cloud.rules))
    data = {"missing": dict(chosen.missing)}
    if context.check_mode:
        return check_result(context, plan, target_state, data)

    work = Executor(context.cloud, PowerStrategy(context.cloud, target_state, force), context.params["wait"], waiter)
    work.run(plan)
    return run_result(context, work, plan, target_state, data)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
