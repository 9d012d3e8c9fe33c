#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aggregate_info
short_description: List host aggregates
version_added: 1.0.0
description:
  - Lists host aggregates. Requires an administrator. Supported on V(openstack) and V(easystack).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - Return only the aggregate with this name.
    type: str
  host:
    description:
      - Return only aggregates that contain this host.
    type: str
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.admin
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.aggregate
"""

EXAMPLES = r"""
- name: List the aggregates of a host
  cloudserver.compute.aggregate_info:
    cloud: admin
    host: cmp4
"""

RETURN = r"""
aggregates:
  description: The aggregates, sorted by name, as M(cloudserver.compute.aggregate) returns them.
  returned: success
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

MODULE = ModuleSpec(argument_spec(name={"type": "str"}, host={"type": "str"}))


def run(context: Context) -> Result:
    name, host = context.params["name"], context.params["host"]
    context.cloud.require("aggregates")
    found = [
        each
        for each in context.cloud.aggregates.list()
        if (not name or each.name == name) and (not host or host in each.hosts)
    ]
    found.sort(key=lambda each: (each.name, each.id))
    return Result(data={"aggregates": [each.as_dict() for each in found]})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
