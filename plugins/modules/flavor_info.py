#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: flavor_info
short_description: List flavors
version_added: 0.1.0
description:
  - Lists the flavors that the project can use, all flavors for an administrator.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - Only flavors of this name.
    type: str
  id:
    description:
      - Only the flavor of this id.
    type: str
  access:
    description:
      - Reads the access lists of private flavors too, for administrators, at a request for each, on V(openstack) and
        V(easystack).
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.flavor
"""

EXAMPLES = r"""
- name: Which flavors are there?
  cloudserver.compute.flavor_info:
    cloud: production
"""

RETURN = r"""
flavors:
  description: The flavors in the order of their names and ids, as M(cloudserver.compute.flavor) returns one.
  returned: success
  type: list
  elements: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.arguments import argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

MODULE = ModuleSpec(
    argument_spec(
        name={"type": "str"},
        id={"type": "str"},
        access={"type": "bool", "default": False},
    )
)


def run(context: Context) -> Result:
    name, flavor_id = context.params["name"], context.params["id"]
    if context.params["access"]:
        context.cloud.require("flavor_access")
    found = [
        flavor
        for flavor in context.cloud.flavor_details()
        if (not name or flavor.name == name) and (not flavor_id or flavor.id == flavor_id)
    ]
    if context.params["access"]:
        found = [context.cloud.flavor_access(flavor) for flavor in found]
    found.sort(key=lambda flavor: (flavor.name or "", flavor.id))
    return Result(data={"flavors": [flavor.as_dict() for flavor in found]})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
