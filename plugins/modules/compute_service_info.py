#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: compute_service_info
short_description: List the services of hosts
version_added: 1.0.0
description:
  - Lists the services of the cloud's hosts, with their status and state. Requires an administrator. Supported on
    V(openstack) and V(easystack).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  host:
    description:
      - Return only services on this host.
    type: str
  binary:
    description:
      - Return only services with this binary, such as V(nova-compute).
    type: str
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.admin
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.compute_service
"""

EXAMPLES = r"""
- name: List the compute services
  cloudserver.compute.compute_service_info:
    cloud: admin
    binary: nova-compute
  register: found

- name: Show the hosts whose service is disabled or down
  ansible.builtin.debug:
    msg: >-
      {{ (found.services | selectattr('status', 'eq', 'disabled') + found.services | selectattr('state', 'eq', 'down'))
      | map(attribute='host') | unique }}
"""

RETURN = r"""
services:
  description: The services, sorted by host and binary.
  returned: success
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
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

MODULE = ModuleSpec(argument_spec(host={"type": "str"}, binary={"type": "str"}))


def run(context: Context) -> Result:
    host, binary = context.params["host"], context.params["binary"]
    context.cloud.require("services")
    found = [
        each
        for each in context.cloud.hosts.list_services(host, binary)
        if host in (None, each.host) and binary in (None, each.binary)
    ]
    found.sort(key=lambda each: (each.host, each.binary, each.id))
    return Result(data={"services": [each.as_dict() for each in found]})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
