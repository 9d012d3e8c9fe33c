#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hypervisor_info
short_description: List hypervisors with their capacity and usage
version_added: 1.0.0
description:
  - Lists the hypervisors of the cloud. Requires an administrator. Supported on V(openstack) and V(easystack).
  - Clouds return capacity and usage only below microversion 2.88. On newer clouds the module uses microversion 2.87.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  hosts:
    description:
      - Return only the hypervisors of these hosts. Use the name of the compute service, which is also the C(host) of a
        server.
    type: list
    elements: str
    aliases: [host]
  pattern:
    description:
      - Return only hypervisors with this text in their name.
    type: str
  servers:
    description:
      - Also returns the servers of each hypervisor. Below microversion 2.53 this needs one request for each hypervisor.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.admin
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.compute_service_info
"""

EXAMPLES = r"""
- name: List the hypervisors
  cloudserver.compute.hypervisor_info:
    cloud: admin
  register: found

- name: Show the host with the most free memory
  ansible.builtin.debug:
    msg: "{{ (found.hypervisors | selectattr('state', 'eq', 'up') | sort(attribute='memory_mb_free') | last).host }}"

- name: List the servers of a host
  cloudserver.compute.hypervisor_info:
    cloud: admin
    host: cmp1
    servers: true
"""

RETURN = r"""
hypervisors:
  description: The hypervisors, sorted by name. A field that the cloud does not return is null.
  returned: success
  type: list
  elements: dict
  contains:
    id: {description: "Its id, a number below microversion 2.53.", type: str}
    hostname: {description: Its name., type: str}
    host: {description: The host of its compute service., type: str}
    state: {description: V(up) or V(down)., type: str}
    status: {description: V(enabled) or V(disabled)., type: str}
    disabled_reason: {description: Why it is disabled., type: str}
    type: {description: "The hypervisor type, such as V(QEMU).", type: str}
    version: {description: Its version as a number., type: int}
    host_ip: {description: The address of the host., type: str}
    vcpus: {description: The number of processors., type: int}
    vcpus_used: {description: The number of virtual CPUs of its servers., type: int}
    memory_mb: {description: Its memory in MiB., type: int}
    memory_mb_used: {description: How much is in use., type: int}
    memory_mb_free: {description: How much is free., type: int}
    disk_gb: {description: Its local disk in GiB., type: int}
    disk_gb_used: {description: How much is in use., type: int}
    disk_gb_free: {description: How much is free., type: int}
    disk_gb_available_least: {description: How much is free even if every disk fills up., type: int}
    running_servers: {description: The number of servers., type: int}
    workload: {description: The number of tasks in progress., type: int}
    cpu_allocation_ratio: {description: The CPU allocation ratio., type: float}
    ram_allocation_ratio: {description: The memory allocation ratio., type: float}
    cpu_info: {description: Details of the processors., type: dict}
    uptime: {description: The uptime., type: str}
    servers:
      description:
        - The servers, by id and by the hypervisor's own name. Null without O(servers=true). Null with a warning where
          the user is not permitted to see them.
      type: list
      elements: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

MODULE = ModuleSpec(
    argument_spec(
        hosts={"type": "list", "elements": "str", "aliases": ["host"]},
        pattern={"type": "str"},
        servers={"type": "bool", "default": False},
    )
)


def run(context: Context) -> Result:
    hosts, pattern = context.params["hosts"], context.params["pattern"]
    context.cloud.require("hypervisors")
    found = [
        each
        for each in context.cloud.hosts.list_hypervisors(pattern, context.params["servers"])
        if not hosts or each.host in hosts
    ]
    found.sort(key=lambda each: (each.hostname or "", each.id))
    return Result(data={"hypervisors": [each.as_dict() for each in found]})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
