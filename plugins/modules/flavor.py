#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: flavor
short_description: Create, change and delete flavors
version_added: 1.0.0
description:
  - Creates, changes or deletes a flavor with its extra specs and its access list. Options that are not set leave the
    flavor unchanged.
  - Requires an administrator. Supported on V(openstack) and V(easystack).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - The name of the flavor. At least one of O(name) and O(id) is required.
    type: str
  id:
    description:
      - The id of the flavor. A new flavor gets this id. By default the cloud generates one.
    type: str
    aliases: [flavorid]
  state:
    description:
      - Whether the flavor should exist.
    type: str
    choices: [present, absent]
    default: present
  vcpus:
    description:
      - The number of virtual CPUs. Required to create a flavor.
    type: int
  ram_mb:
    description:
      - The memory in MiB. Required to create a flavor.
    type: int
    aliases: [ram]
  disk_gb:
    description:
      - The root disk in GiB. V(0) means the size of the image, and is the default for a new flavor.
    type: int
    aliases: [disk]
  ephemeral_gb:
    description:
      - The ephemeral disk in GiB.
    type: int
    aliases: [ephemeral]
  swap_mb:
    description:
      - The swap disk in MiB.
    type: int
    aliases: [swap]
  rxtx_factor:
    description:
      - The RX/TX factor of the network bandwidth.
    type: float
  is_public:
    description:
      - Whether every project may use the flavor. The default for a new flavor is V(true).
    type: bool
  description:
    description:
      - The description of the flavor. An empty text removes it. Needs microversion 2.55.
    type: str
  extra_specs:
    description:
      - Extra specs that the flavor should have.
    type: dict
  purge_extra_specs:
    description:
      - Removes the extra specs that O(extra_specs) does not list.
    type: bool
    default: false
  access:
    description:
      - Ids of projects that may use a flavor that is not public.
    type: list
    elements: str
  purge_access:
    description:
      - Revokes the access of projects that O(access) does not list.
    type: bool
    default: false
  recreate:
    description:
      - Deletes the flavor and creates it again with its id, extra specs and access list, if a property must change that
        cannot be changed in place. Existing servers are not affected.
      - If the new flavor cannot be created, the module restores the old one.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.admin
  - cloudserver.compute.attributes
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.flavor_info
"""

EXAMPLES = r"""
- name: Create a private flavor for the build servers
  cloudserver.compute.flavor:
    cloud: admin
    name: build.large
    vcpus: 8
    ram_mb: 16384
    disk_gb: 40
    is_public: false
    access: [6a6b362881ad522eb17f16012c6a44ea]
    extra_specs:
      hw:cpu_policy: dedicated
"""

RETURN = r"""
flavor:
  description: The flavor.
  returned: O(state=present)
  type: dict
  contains:
    id: {description: Its id., type: str}
    name: {description: Its name., type: str}
    vcpus: {description: Virtual CPUs., type: int}
    ram_mb: {description: Memory in MiB., type: int}
    disk_gb: {description: Root disk in GiB., type: int}
    ephemeral_gb: {description: Ephemeral disk in GiB., type: int}
    swap_mb: {description: Swap disk in MiB., type: int}
    rxtx_factor: {description: Factor of the network bandwidth., type: float}
    is_public: {description: Whether every project may use it., type: bool}
    disabled: {description: Whether it is disabled., type: bool}
    description: {description: The description., type: str}
    extra_specs: {description: Its extra specs., type: dict}
    access:
      description: Ids of the projects that may use it. V(null) for a public flavor.
      type: list
      elements: str
completed_steps:
  description: The steps that were taken before one failed.
  returned: on failure
  type: list
  elements: str
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

from ansible_collections.cloudserver.compute.plugins.module_utils.execution.apply import read_back
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.flavor import FlavorRun
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.flavor import (
    IMMUTABLE,
    FlavorSpec,
    check,
    find_flavor,
    plan_flavor,
    refuse_taken_name,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import pairs_of
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import PLANNING, argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

MODULE = ModuleSpec(
    argument_spec(
        PLANNING,
        name={"type": "str"},
        id={"type": "str", "aliases": ["flavorid"]},
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        vcpus={"type": "int"},
        ram_mb={"type": "int", "aliases": ["ram"]},
        disk_gb={"type": "int", "aliases": ["disk"]},
        ephemeral_gb={"type": "int", "aliases": ["ephemeral"]},
        swap_mb={"type": "int", "aliases": ["swap"]},
        rxtx_factor={"type": "float"},
        is_public={"type": "bool"},
        description={"type": "str"},
        extra_specs={"type": "dict"},
        purge_extra_specs={"type": "bool", "default": False},
        access={"type": "list", "elements": "str"},
        purge_access={"type": "bool", "default": False},
        recreate={"type": "bool", "default": False},
    ),
    required_one_of=[("name", "id")],
)


def run(context: Context) -> Result:
    params, cloud = context.params, context.cloud
    cloud.require("flavor_admin")
    wanted = FlavorSpec(
        {key: params[key] for key in ("id", "description") + IMMUTABLE},
        params["state"],
        pairs_of(params["extra_specs"], "extra_specs", cloud.rules),
        params["purge_extra_specs"],
        params["access"],
        params["purge_access"],
        params["recreate"],
    )
    check(wanted.fields)
    if params["description"]:
        cloud.require("flavor_descriptions")

    known = cloud.flavors.list()
    observed = find_flavor(known, params["id"], params["name"])
    if params["state"] == "present":
        refuse_taken_name(known, observed, params["name"])
        observed = cloud.flavors.with_access(observed) if observed else None
    plan = context.approve_resource(plan_flavor(observed, wanted))
    result = Result(changed=plan.changed, diff=plan.diff())
    shown = plan.after
    if plan.changed and not context.check_mode:
        work = FlavorRun(cloud, observed)
        work.run(plan)
        if params["state"] == "present":
            shown = _read_back(context, work.flavor_id, dict(plan.after or {}, id=work.flavor_id))
    if params["state"] == "present":
        result.data["flavor"] = shown
    return result


def _read_back(context: Context, flavor_id: str, planned: dict[str, Any]) -> dict[str, Any]:
    def read() -> Any:
        made = context.cloud.flavors.get(flavor_id)
        return context.cloud.flavors.with_access(made).as_dict() if made else None

    return read_back(context.warn, read, planned, "The flavor %s (%s)" % (planned["name"], flavor_id))


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
