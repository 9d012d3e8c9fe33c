#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_group
short_description: Create, replace and delete server groups
version_added: 1.0.0
description:
  - Creates, replaces or deletes a server group. The policy of the group decides which of its servers share a host. A
    server joins a group when it is created. It cannot join later, except on V(huaweicloud), see O(members).
  - A group cannot be changed in place. The module never replaces a group that has servers.
  - V(huaweicloud) supports only the policy V(anti-affinity). V(ustack) has no server groups.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - The name of the group. The cloud allows several groups with one name. If several exist and O(id) is not set, the
        task fails and lists their ids.
      - At least one of O(name) and O(id) is required. O(name) is required to create a group.
    type: str
  id:
    description:
      - The id of the group.
    type: str
  state:
    description:
      - Whether the group should exist.
    type: str
    choices: [present, absent]
    default: present
  policy:
    description:
      - V(affinity) places all servers on one host. V(anti-affinity) places each server on a different host. The
        V(soft-) policies do so if there is capacity, and need microversion 2.15.
      - Required to create a group.
    type: str
    choices: [affinity, anti-affinity, soft-affinity, soft-anti-affinity]
  rules:
    description:
      - The rules of the policy V(anti-affinity). Needs microversion 2.64, on V(openstack) and V(easystack).
    type: dict
    suboptions:
      max_server_per_host:
        description:
          - Maximum number of servers of the group on one host. The default is one.
        type: int
  recreate:
    description:
      - Deletes a group with a different name, policy or rules, and creates it again with a new id. Only if the group
        has no servers.
    type: bool
    default: false
  members:
    description:
      - Existing servers, by id or by unique name, to add to the group. Only supported on V(huaweicloud).
      - Some regions require that a server is stopped. Then the task fails with the message of the cloud.
    type: list
    elements: str
  purge_members:
    description:
      - Also removes the servers from the group that are not in O(members). The servers are not changed.
    type: bool
    default: false
  force:
    description:
      - Also deletes a group that has servers. The servers are not changed.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.member
  - cloudserver.compute.attributes
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.server_group_info
"""

EXAMPLES = r"""
- name: Place the databases on different hosts
  cloudserver.compute.server_group:
    cloud: production
    name: databases
    policy: anti-affinity

- name: Place at most two workers on a host
  cloudserver.compute.server_group:
    cloud: production
    name: workers
    policy: anti-affinity
    rules:
      max_server_per_host: 2
  register: workers

- name: Keep exactly these servers in the group
  cloudserver.compute.server_group:
    cloud: huawei
    name: databases
    policy: anti-affinity
    members: [db-01, db-02]
    purge_members: true

- name: Delete one of several groups with the same name
  cloudserver.compute.server_group:
    cloud: production
    id: "{{ workers.server_group.id }}"
    state: absent
"""

RETURN = r"""
server_group:
  description: The server group.
  returned: O(state=present)
  type: dict
  contains:
    id: {description: Its id; null in check mode if the group would be created., type: str}
    name: {description: Its name., type: str}
    policy: {description: Its policy., type: str}
    rules:
      description: The rules of its policy; null if the cloud returns none.
      type: dict
      contains:
        max_server_per_host: {description: Maximum number of servers of the group on one host., type: int}
    members: {description: The ids of its servers., type: list, elements: str}
    project_id: {description: The id of its project; null if the cloud does not return it., type: str}
    user_id: {description: The id of the user who created it; null if the cloud does not return it., type: str}
    metadata: {description: "Its metadata; null from microversion 2.64 on, where groups have none.", type: dict}
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

from dataclasses import replace

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_group import (
    ANTI_AFFINITY,
    POLICIES,
    ServerGroup,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.server_group import GroupRun
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.server_group import (
    ServerGroupSpec,
    find_group,
    needs_members,
    plan_group,
    rules_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name
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
        id={"type": "str"},
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        policy={"type": "str", "choices": list(POLICIES)},
        rules={"type": "dict", "options": {"max_server_per_host": {"type": "int"}}},
        recreate={"type": "bool", "default": False},
        members={"type": "list", "elements": "str"},
        purge_members={"type": "bool", "default": False},
        force={"type": "bool", "default": False},
    ),
    required_one_of=[("name", "id")],
)


def wanted_of(context: Context) -> ServerGroupSpec:
    """The target state in the options, validated as far as possible without a request."""
    params, cloud = context.params, context.cloud
    cloud.require("server_groups")
    check_name("name", params["name"])
    check_name("id", params["id"])
    if len(params["name"] or "") > 255:
        raise InvalidRequest("name: %d characters are too many; use 255 at most" % len(params["name"]))
    policy = params["policy"]
    rules = rules_of(params["rules"], policy)
    if policy not in (None, ANTI_AFFINITY):
        cloud.require("server_group_policies")
    if policy and policy.startswith("soft-"):
        cloud.require("server_group_soft")
    if rules:
        cloud.require("server_group_rules")
    if params["members"] is not None:
        cloud.require("server_group_members")
    if params["members"] is not None and params["state"] == "absent":
        raise InvalidRequest("members: it needs state: present")
    if params["purge_members"] and params["members"] is None:
        raise InvalidRequest("purge_members: it needs members, an empty list to remove all servers")
    return ServerGroupSpec(
        params["name"],
        params["state"],
        policy,
        rules,
        params["recreate"],
        params["force"],
        purge_members=params["purge_members"],
        can_join=cloud.supports("server_group_members"),
    )


def member_ids(context: Context) -> tuple[str, ...] | None:
    """The ids of the servers in ``members``, each once. Raises InvalidRequest for those that do not exist."""
    wanted = context.params["members"]
    if not wanted:
        return wanted if wanted is None else ()
    for each in wanted:
        check_name("members", each)
    from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import Selection

    ids, names = [each for each in wanted if is_uuid(each)], [each for each in wanted if not is_uuid(each)]
    found: dict[str, str] = {}
    for option, values in (("ids", ids), ("names", names)):
        if values:
            for server in context.select_servers(Selection.from_options({option: values})).servers:
                found.update({server.id: server.id, str(server.name): server.id})
    return tuple(dict.fromkeys(found[each] for each in wanted))


def labels(cloud: Compute, group: ServerGroup) -> list[str]:
    """The members as a sentence names them: by their ids where their names cannot be read."""
    try:
        known = cloud.servers.by_id(group.members)
    except CloudError:
        return list(group.members)
    return [known[each].label if each in known else each for each in group.members]


def run(context: Context) -> Result:
    cloud, group_id = context.cloud, context.params["id"]
    wanted = replace(wanted_of(context), members=member_ids(context))

    known = cloud.server_groups.list()
    observed = find_group(known, group_id, wanted.name)
    if observed is None and group_id is not None and wanted.state == "present":
        raise InvalidRequest("id: no server group has the id %s; leave it out to create one" % group_id)
    members = labels(cloud, observed) if observed and needs_members(observed, wanted) else []
    plan = context.approve_resource(plan_group(observed, wanted, members))
    result = Result(changed=plan.changed, diff=plan.diff())

    shown = plan.after
    if plan.changed and not context.check_mode:
        work = GroupRun(cloud, observed, known)
        work.run(plan)
        shown = work.group.as_dict() if work.group else None
        if shown and wanted.members is not None:
            shown["members"] = plan.after["members"] if plan.after else []
    if wanted.state == "present":
        result.data["server_group"] = shown
    return result


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
