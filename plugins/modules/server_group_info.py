#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_group_info
short_description: List server groups
version_added: 1.0.0
description:
  - Lists server groups. Supported on V(openstack), V(easystack) and V(huaweicloud).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - Return only groups with this name. Several groups may have one name.
    type: str
  id:
    description:
      - Return only the group with this id.
    type: str
  member:
    description:
      - Return only the group that contains the server with this id.
    type: str
  all_projects:
    description:
      - Lists the groups of all projects. Requires an administrator. Not supported on V(huaweicloud). For other users
        the cloud returns only the groups of their project, without an error.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.reader
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.server_group
"""

EXAMPLES = r"""
- name: List the server groups with their members
  cloudserver.compute.server_group_info:
    cloud: production

- name: Find the group of a server
  cloudserver.compute.server_group_info:
    cloud: production
    member: 4951cb5e-0f08-51e1-a694-2f7041353259
"""

RETURN = r"""
server_groups:
  description: The groups, sorted by name and id, as M(cloudserver.compute.server_group) returns them.
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

MODULE = ModuleSpec(
    argument_spec(
        name={"type": "str"},
        id={"type": "str"},
        member={"type": "str"},
        all_projects={"type": "bool", "default": False},
    )
)


def run(context: Context) -> Result:
    params = context.params
    context.cloud.require("server_groups")
    if params["all_projects"]:
        context.cloud.require("all_projects")
    found = [
        each
        for each in context.cloud.server_groups.list(params["all_projects"])
        if params["name"] in (None, each.name)
        and params["id"] in (None, each.id)
        and (params["member"] is None or params["member"] in each.members)
    ]
    found.sort(key=lambda each: (each.name or "", each.id))
    return Result(data={"server_groups": [each.as_dict() for each in found]})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
