#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aggregate
short_description: Create, change and delete host aggregates
version_added: 1.0.0
description:
  - Creates, changes or deletes a host aggregate with its hosts, availability zone and metadata. Options that are not
    set leave the aggregate unchanged.
  - Requires an administrator. Supported on V(openstack) and V(easystack).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - The name of the aggregate. At least one of O(name) and O(id) is required. With both, the aggregate of this id
        gets this name.
    type: str
  id:
    description:
      - The id of the aggregate.
    type: int
  state:
    description:
      - Whether the aggregate should exist.
    type: str
    choices: [present, absent]
    default: present
  availability_zone:
    description:
      - The availability zone of the hosts. The cloud refuses to change the zone of hosts that have servers. The cloud
        cannot remove a zone from an aggregate. An empty text asserts that there is no zone.
    type: str
  hosts:
    description:
      - The compute hosts that the aggregate should contain.
    type: list
    elements: str
  purge_hosts:
    description:
      - Removes the hosts that O(hosts) does not list.
    type: bool
    default: false
  metadata:
    description:
      - Metadata that the aggregate should have.
    type: dict
  purge_metadata:
    description:
      - Removes the metadata that O(metadata) does not list.
    type: bool
    default: false
  force:
    description:
      - Also deletes an aggregate that has hosts. The hosts are removed from it first.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.admin
  - cloudserver.compute.attributes
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.aggregate_info
"""

EXAMPLES = r"""
- name: Create an aggregate of the hosts with fast disks
  cloudserver.compute.aggregate:
    cloud: admin
    name: fast
    availability_zone: zone-2
    hosts: [cmp5, cmp6]
    purge_hosts: true
    metadata:
      ssd: true
"""

RETURN = r"""
aggregate:
  description: The aggregate.
  returned: O(state=present)
  type: dict
  contains:
    id: {description: Its id., type: int}
    uuid: {description: Its uuid., type: str}
    name: {description: Its name., type: str}
    availability_zone: {description: The zone of its hosts., type: str}
    hosts: {description: Its hosts., type: list, elements: str}
    metadata: {description: Its metadata without the zone., type: dict}
    created_at: {description: When it was created., type: str}
    updated_at: {description: When its properties were last changed; null if they were not., type: str}
    deleted: {description: Whether it is deleted; null if the cloud does not return it., type: bool}
    deleted_at: {description: When it was deleted; null if it was not., type: str}
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
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.aggregate import AggregateRun
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.aggregate import (
    AggregateSpec,
    find_aggregate,
    plan_aggregate,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name, pairs_of
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
        id={"type": "int"},
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        availability_zone={"type": "str"},
        hosts={"type": "list", "elements": "str"},
        purge_hosts={"type": "bool", "default": False},
        metadata={"type": "dict"},
        purge_metadata={"type": "bool", "default": False},
        force={"type": "bool", "default": False},
    ),
    required_one_of=[("name", "id")],
)


def run(context: Context) -> Result:
    params, cloud = context.params, context.cloud
    cloud.require("aggregates")
    check_name("name", params["name"])
    for host in params["hosts"] or ():
        check_name("hosts", host)
    if "availability_zone" in (params["metadata"] or {}):
        raise InvalidRequest("metadata: use the option availability_zone for the availability zone")
    wanted = AggregateSpec(
        params["name"],
        params["state"],
        params["availability_zone"],
        params["hosts"],
        params["purge_hosts"],
        pairs_of(params["metadata"], "metadata", cloud.rules),
        params["purge_metadata"],
        params["force"],
    )

    known = cloud.aggregates.list()
    observed = find_aggregate(known, params["id"], params["name"])
    if observed is None and params["id"] is not None and params["state"] == "present":
        raise InvalidRequest("id: no aggregate has the id %s; leave it out to create one" % params["id"])
    plan = context.approve_resource(plan_aggregate(observed, known, wanted))
    result = Result(changed=plan.changed, diff=plan.diff())
    shown = plan.after
    if plan.changed and not context.check_mode:
        work = AggregateRun(cloud, observed)
        work.run(plan)
        if params["state"] == "present":
            shown = _read_back(context, work.aggregate_id, dict(plan.after or {}, id=work.aggregate_id))
    if params["state"] == "present":
        result.data["aggregate"] = shown
    return result


def _read_back(context: Context, aggregate_id: int, planned: dict[str, Any]) -> dict[str, Any]:
    def read() -> Any:
        found = find_aggregate(context.cloud.aggregates.list(), aggregate_id, None)
        return found.as_dict() if found else None

    return read_back(context.warn, read, planned, "The aggregate %s (%d)" % (planned["name"], aggregate_id))


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
