#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hypervisor_info
short_description: List hypervisors, what they have and what of it is in use
version_added: 0.1.0
description:
  - Lists the hypervisors of the cloud. For administrators, on V(openstack) and V(easystack).
  - Clouds tell the figures of a hypervisor below microversion 2.88 only, so a newer one is asked in 2.87.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  hosts:
    description:
      - Only those of these hosts, by the name of their compute service, which is what servers name as their host.
    type: list
    elements: str
    aliases: [host]
  pattern:
    description:
      - Only those with this part in their name.
    type: str
  servers:
    description:
      - Lists the servers of each too. Below microversion 2.53 this costs a request a hypervisor.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.compute_service_info
"""

EXAMPLES = r"""
- name: Where is room?
  cloudserver.compute.hypervisor_info:
    cloud: admin
  register: found

- name: The host with the most free memory
  ansible.builtin.debug:
    msg: "{{ (found.hypervisors | sort(attribute='memory_mb_free') | last).host }}"

- name: Which servers does a host have?
  cloudserver.compute.hypervisor_info:
    cloud: admin
    host: node-5.domain.tld
    servers: true
"""

RETURN = r"""
hypervisors:
  description: The hypervisors in the order of their names. What the cloud does not tell is null.
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
    type: {description: "What it is, such as V(QEMU).", type: str}
    version: {description: Its version as a number., type: int}
    host_ip: {description: The address of the host., type: str}
    vcpus: {description: How many processors it has., type: int}
    vcpus_used: {description: How many its servers have., type: int}
    memory_mb: {description: Its memory in MiB., type: int}
    memory_mb_used: {description: How much of it is in use., type: int}
    memory_mb_free: {description: How much of it is free., type: int}
    disk_gb: {description: Its local disk in GiB., type: int}
    disk_gb_used: {description: How much of it is in use., type: int}
    disk_gb_free: {description: How much of it is free., type: int}
    disk_gb_available_least: {description: How much is free even if every disk fills up., type: int}
    running_servers: {description: How many servers it has., type: int}
    workload: {description: How many tasks it is at., type: int}
    cpu_allocation_ratio: {description: How often a processor may be given away., type: float}
    ram_allocation_ratio: {description: How often memory may be given away., type: float}
    cpu_info: {description: What its processors are., type: dict}
    uptime: {description: How long it has been up., type: str}
    servers:
      description:
        - Its servers by id and by the hypervisor's own name for them; null without O(servers), and with one warning
          where the user may not see them.
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
