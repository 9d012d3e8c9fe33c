#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_interface
short_description: Attach and detach network interfaces of cloud servers
version_added: 1.0.0
description:
  - Attaches interfaces on a network or a port to servers, and detaches them.
  - A server that already has an interface on the network, with the given address if one is set, is not changed.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  state:
    description:
      - V(present) attaches an interface. V(absent) detaches every interface that matches the other options.
    type: str
    choices: [present, absent]
    default: present
  port_id:
    description:
      - An existing port, by id or by unique name. Detaching does not delete it, except on V(huaweicloud), which deletes
        a port that it detaches if C(delete_on_termination) of the port is true.
      - Names of ports, networks and subnets need the network service, and one more request for each. With
        O(state=absent), a name that nothing has is not an error. The task warns, because nothing is detached for it.
    type: str
    aliases: [port]
  network_id:
    description:
      - A network, by id or by unique name. The cloud creates a port on it, and deletes this port when the interface is
        detached.
      - On V(huaweicloud), a subnet in the VPC of the server, by id or by name, as M(cloudserver.compute.server) takes
        it in C(networks). A name only has to be unique in the VPC, if all selected servers are in one. The primary
        interface of a server cannot be detached there.
    type: str
    aliases: [network]
  fixed_ips:
    description:
      - The addresses of the interface on O(network_id). Several of them, such as an IPv4 and an IPv6 address, are
        supported on V(easystack) and V(ustack), one on V(openstack), and one IPv4 address on V(huaweicloud).
      - A server that already has an interface with all of these addresses is not changed.
    type: list
    elements: dict
    suboptions:
      ip_address:
        description:
          - The IP address.
        type: str
      subnet_id:
        description:
          - The subnet of the address, by id or by name, on V(ustack). On V(huaweicloud) O(network_id) is the subnet. On
            the other platforms create a port on that subnet.
        type: str
  ip:
    description:
      - With O(state=absent), detach the interface with this address.
    type: str
  mac:
    description:
      - With O(state=absent), detach the interface with this MAC address.
    type: str
  tag:
    description:
      - The tag of the interface in the metadata service of the server. Needs microversion 2.49.
      - The tag of an interface that the server already has cannot be changed. Another one is an error if the cloud
        shows it, from microversion 2.70 on.
    type: str
  security_groups:
    description:
      - The ids of the security groups of a new interface on O(network_id), on V(huaweicloud). By default it has the
        default security group.
      - They do not change an interface that the server already has. The option C(security_groups) of
        M(cloudserver.compute.server) does.
    type: list
    elements: str
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
"""

EXAMPLES = r"""
- name: Attach a server to a network with a fixed address
  cloudserver.compute.server_interface:
    cloud: production
    names: [web-01]
    network_id: dd636805-43d9-5be0-aa66-06bb45f2f4bd
    fixed_ips: [{ip_address: 10.0.2.11}]

- name: Attach a port to one server
  cloudserver.compute.server_interface:
    cloud: production
    names: [web-01]
    port: spare-1

- name: Attach a server of Huawei Cloud to a second subnet
  cloudserver.compute.server_interface:
    cloud: huawei
    names: [web-01]
    network_id: f653f880-c382-5b6e-abd8-9758980c0333
    fixed_ips: [{ip_address: 10.3.0.9}]
    security_groups: [0f654b65-2e40-589b-afa2-a2dc24701801]

- name: Detach all servers from a network
  cloudserver.compute.server_interface:
    cloud: production
    all: true
    network_id: c111ba6e-e302-51e2-bffe-52ac1ddf12fe
    state: absent
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
interfaces:
  description:
    - The interfaces of each server by its id, each with C(port_id), C(network_id), C(mac), C(state), C(fixed_ips)
      and C(tag).
  returned: success
  type: dict
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

from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.interface import (
    InterfaceStrategy,
    check_network,
    with_interface_ids,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.interface import (
    InterfaceSpec,
    plan_interfaces,
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
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        port_id={"type": "str", "aliases": ["port"]},
        network_id={"type": "str", "aliases": ["network"]},
        fixed_ips={
            "type": "list",
            "elements": "dict",
            "options": {"ip_address": {"type": "str"}, "subnet_id": {"type": "str"}},
        },
        ip={"type": "str"},
        mac={"type": "str"},
        tag={"type": "str"},
        security_groups={"type": "list", "elements": "str"},
    )
)


def run(context: Context) -> Result:
    selection = Selection.from_options(context.params)
    spec = InterfaceSpec.from_options(context.params)
    for needed, operation in (
        (True, "detach_interface" if spec.state == "absent" else "attach_interface"),
        (spec.tag is not None, "interface_tags"),
        (bool(spec.subnet_ids) and spec.state == "present", "interface_subnets"),
        (bool(spec.security_groups), "interface_security_groups"),
        (len(spec.ips + spec.subnet_ids) > 1 and spec.state == "present", "interface_addresses"),
    ):
        if needed:
            context.cloud.require(operation)
    waiter = context.waiter()

    chosen = context.select_servers(selection)
    spec.check(chosen.servers)
    spec = with_interface_ids(context.cloud, spec, chosen.servers, context.warn)
    ids = [server.id for server in chosen.servers]
    observed = context.cloud.interfaces.list(ids)
    plan = context.approve(plan_interfaces(chosen.servers, observed, spec, context.cloud.rules))
    if plan.changed and spec.state == "present" and spec.network_id:
        check_network(context.cloud, spec.network_id)
    data: dict[str, Any] = {"missing": dict(chosen.missing)}
    if not context.check_mode:
        strategy = InterfaceStrategy(context.cloud, spec)
        work = Executor(context.cloud, strategy, context.params["wait"], waiter)
        work.run(plan)
        if any(outcome.actions for outcome in work.outcomes.values()):
            observed = context.read_back_or(lambda: context.cloud.interfaces.list(ids), observed, "The interfaces")
    data["interfaces"] = {key: [each.as_dict() for each in rows] for key, rows in observed.items()}
    if context.check_mode:
        return check_result(context, plan, "given its interfaces", data)
    return run_result(context, work, plan, "given its interfaces", data)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
