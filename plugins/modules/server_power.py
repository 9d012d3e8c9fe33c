#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_power
short_description: Start, stop, restart, pause and suspend cloud servers
version_added: 0.1.0
description:
  - Brings servers to a power state, from whatever state they are in.
  - A server that is on its way somewhere is waited for first. One that is paused is unpaused, and one that is suspended
    resumed, on its way to another state.
  - Every server has its outcome in the result, also when the task fails.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  state:
    description:
      - The power state that the servers are to have.
      - V(restarted) reboots a running server and starts a stopped one; it always changes.
      - V(paused) and V(suspended) exist on V(openstack) and V(easystack).
    type: str
    choices: [started, stopped, restarted, paused, suspended]
    required: true
  force:
    description:
      - Stops or restarts without asking the guest, as if the power were cut.
      - On V(openstack) and V(easystack) there is one way to stop, which asks the guest and cuts the power when its
        shutdown time is over; O(force) makes a restart hard.
      - With O(state=restarted) it also tries a hard reboot of servers in status ERROR.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
seealso:
  - module: cloudserver.compute.server_info
  - module: cloudserver.compute.job_info
"""

EXAMPLES = r"""
- name: Stop the test environment for the night, ten servers at the most
  cloudserver.compute.server_power:
    cloud: production
    tags: [env=test]
    not_tags: [keep]
    state: stopped
    max_targets: 10

- name: Restart one server the hard way
  cloudserver.compute.server_power:
    cloud: production
    names: [web-1]
    state: restarted
    force: true

- name: Start a fleet and go on
  cloudserver.compute.server_power:
    cloud: production
    tags: [role=worker]
    state: started
    wait: false
  register: starting

- name: Wait until all of them run
  cloudserver.compute.job_info:
    cloud: production
    handle: "{{ starting.handle }}"
    wait: true
"""

RETURN = r"""
outcomes:
  description: What became of each server that was chosen, also when the task fails. Those that failed come first.
  returned: when servers were chosen
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str}
    name: {description: The server's name., type: str}
    outcome:
      description:
        - V(done), V(unchanged), V(failed), V(unknown) when nobody can say, V(pending) with O(wait=false), V(planned) in
          check mode.
      type: str
    actions: {description: "What the cloud was asked for, in order.", type: list, elements: str}
    code: {description: The cloud's error code., type: str, returned: on failure}
    message: {description: What went wrong., type: str, returned: on failure}
    hint: {description: What to try., type: str, returned: on failure}
    request_id: {description: The id of the request for the cloud's support., type: str, returned: on failure}
    remaining_actions:
      description: The actions that were not asked for, because the task does not wait. Another run asks for them.
      type: list
      elements: str
      returned: O(wait=false) and such actions
servers:
  description: The servers as they were last seen, as M(cloudserver.compute.server_info) returns them.
  returned: O(return_servers=true)
  type: list
  elements: dict
handle:
  description: What M(cloudserver.compute.job_info) needs to find out what became of actions that were not waited for.
  returned: when something is still under way
  type: dict
missing:
  description: The ids, names and addresses of the selection that no server has.
  returned: O(missing=ignore)
  type: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.power import PowerRun
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import (
    LAST_ACTION,
    STATES,
    plan_power,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import (
    REPORT,
    SELECTION,
    WAITING,
    argument_spec,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    check_result,
    run_as_module,
    run_result,
)

MODULE = ModuleSpec(
    argument_spec(
        SELECTION,
        WAITING,
        REPORT,
        state={"type": "str", "choices": list(STATES), "required": True},
        force={"type": "bool", "default": False},
    )
)


def run(context: Context) -> Result:
    want, force = context.params["state"], context.params["force"]
    selection = Selection.from_options(context.params)
    if want in LAST_ACTION:
        context.cloud.require(LAST_ACTION[want])
    waiter = context.waiter()

    chosen = context.select_servers(selection)
    todo = plan_power(chosen.servers, want, force, context.cloud.rules)
    data = {"missing": dict(chosen.missing)}
    if context.check_mode:
        return check_result(context, todo, want, data)

    power = PowerRun(context.cloud, want, force, context.params["wait"], waiter)
    power.run(todo)
    return run_result(context, power, todo, want, data)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
