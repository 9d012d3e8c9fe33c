#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_interface
short_description: Attach network interfaces to cloud servers and remove them
version_added: 0.1.0
description:
  - Connects servers to a network or a port, and disconnects them, on V(openstack), V(easystack) and V(ustack).
  - A server that has an interface on the network, with the address if one is given, stays as it is.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  state:
    description:
      - V(present) attaches an interface, V(absent) removes every one that is as the other options say.
    type: str
    choices: [present, absent]
    default: present
  port_id:
    description:
      - The id of a port that exists. One that is removed from its server stays.
    type: str
  network_id:
    description:
      - The id of a network on which the cloud makes a port. That one is deleted with the interface.
    type: str
  fixed_ips:
    description:
      - The address of the interface on O(network_id), one at most.
    type: list
    elements: dict
    suboptions:
      ip_address:
        description:
          - The address itself.
        type: str
      subnet_id:
        description:
          - The id of the subnet that gives the address, on V(ustack). Elsewhere make a port of that subnet.
        type: str
  ip:
    description:
      - With O(state=absent), the interface with this address.
    type: str
  mac:
    description:
      - With O(state=absent), the interface with this MAC address.
    type: str
  tag:
    description:
      - The tag by which the server's metadata service tells of the interface, from microversion 2.49 on.
    type: str
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
seealso:
  - module: cloudserver.compute.server_info
"""

EXAMPLES = r"""
- name: All web servers are on the storage network
  cloudserver.compute.server_interface:
    cloud: production
    tags: [role=web]
    network_id: 3cb9bc59-5699-4588-a4b1-b87f96708bc6

- name: One server has this port
  cloudserver.compute.server_interface:
    cloud: production
    names: [web-1]
    port_id: ce531f90-199f-48c0-816c-13e38010b442

- name: Nobody is on the old network any more
  cloudserver.compute.server_interface:
    cloud: production
    all: true
    network_id: 7f1c0a34-6a3f-4d0a-9f1b-2f0c5b8e9d11
    state: absent
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
interfaces:
  description:
    - The interfaces of each server by its id, each with C(port_id), C(network_id), C(mac), C(state) and C(fixed_ips).
  returned: success
  type: dict
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

from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.interface import (
    InterfaceRun,
    check_network,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.interface import (
    InterfaceSpec,
    plan_interfaces,
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
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        port_id={"type": "str"},
        network_id={"type": "str"},
        fixed_ips={
            "type": "list",
            "elements": "dict",
            "options": {"ip_address": {"type": "str"}, "subnet_id": {"type": "str"}},
        },
        ip={"type": "str"},
        mac={"type": "str"},
        tag={"type": "str"},
    )
)


def run(context: Context) -> Result:
    selection = Selection.from_options(context.params)
    wish = InterfaceSpec.from_options(context.params)
    for needed, operation in (
        (True, "detach_interface" if wish.state == "absent" else "attach_interface"),
        (wish.tag is not None, "interface_tags"),
        (wish.subnet_id is not None and wish.state == "present", "interface_subnets"),
    ):
        if needed:
            context.cloud.require(operation)
    waiter = context.waiter()

    chosen = context.select_servers(selection)
    wish.check(chosen.servers)
    ids = [server.id for server in chosen.servers]
    there = context.cloud.interfaces.list(ids)
    todo = plan_interfaces(chosen.servers, there, wish)
    if todo.changed and wish.state == "present" and wish.network_id:
        check_network(context.cloud, wish.network_id)
    data: dict[str, Any] = {"missing": dict(chosen.missing)}
    if not context.check_mode:
        work = InterfaceRun(context.cloud, wish, context.params["wait"], waiter)
        work.run(todo)
        if any(outcome.actions for outcome in work.outcomes.values()):
            there = context.read_back_or(lambda: context.cloud.interfaces.list(ids), there, "The interfaces")
    data["interfaces"] = {key: [each.as_dict() for each in rows] for key, rows in there.items()}
    if context.check_mode:
        return check_result(context, todo, "given its interfaces", data)
    return run_result(context, work, todo, "given its interfaces", data)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
