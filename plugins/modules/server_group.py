#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_group
short_description: Create, replace and delete server groups
version_added: 0.1.0
description:
  - Keeps a server group, whose policy says which of its servers share a host. A server joins a group when it is made,
    and never later.
  - Nothing of a group can be changed in place. A group that has servers is never made anew.
  - On V(huaweicloud) the only policy is V(anti-affinity). V(ustack) has no server groups.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - The name of the group. The cloud allows several groups of one name; then the task fails and lists their ids,
        unless O(id) chooses one.
      - At least one of O(name) and O(id) is required, and O(name) to make a group.
    type: str
  id:
    description:
      - The id of the group.
    type: str
  state:
    description:
      - Whether the group exists.
    type: str
    choices: [present, absent]
    default: present
  policy:
    description:
      - V(affinity) keeps the servers on one host, V(anti-affinity) each on another one. The soft ones do so as far as
        there is room, and need microversion 2.15.
      - Required to make a group.
    type: str
    choices: [affinity, anti-affinity, soft-affinity, soft-anti-affinity]
  rules:
    description:
      - The rules of the policy V(anti-affinity), on V(openstack) and V(easystack) from microversion 2.64 on.
    type: dict
    suboptions:
      max_server_per_host:
        description:
          - How many servers of the group one host may have; one where it is left out.
        type: int
  recreate:
    description:
      - Deletes a group of another name, policy or rules, and makes it anew with another id. Only where it has no
        servers.
    type: bool
    default: false
  force:
    description:
      - Also deletes a group that has servers. They stay where they are.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.attributes
seealso:
  - module: cloudserver.compute.server_group_info
"""

EXAMPLES = r"""
- name: The databases are on different hosts
  cloudserver.compute.server_group:
    cloud: production
    name: databases
    policy: anti-affinity

- name: At most two workers on a host
  cloudserver.compute.server_group:
    cloud: production
    name: workers
    policy: anti-affinity
    rules:
      max_server_per_host: 2

- name: One of several groups of that name is gone
  cloudserver.compute.server_group:
    cloud: production
    id: 4f72629e-35e6-40de-a648-7f4ae106a7fa
    state: absent
"""

RETURN = r"""
server_group:
  description: The server group.
  returned: O(state=present)
  type: dict
  contains:
    id: {description: Its id; null in check mode where it would be made., type: str}
    name: {description: Its name., type: str}
    policy: {description: Its policy., type: str}
    rules:
      description: The rules of its policy; null where the cloud tells none.
      type: dict
      contains:
        max_server_per_host: {description: How many servers of the group one host may have., type: int}
    members: {description: The ids of its servers., type: list, elements: str}
    project_id: {description: The project that it belongs to; null where the cloud does not tell., type: str}
    user_id: {description: The user who made it; null where the cloud does not tell., type: str}
done:
  description: The steps that were taken before one failed.
  returned: on failure
  type: list
  elements: str
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
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
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        policy={"type": "str", "choices": list(POLICIES)},
        rules={"type": "dict", "options": {"max_server_per_host": {"type": "int"}}},
        recreate={"type": "bool", "default": False},
        force={"type": "bool", "default": False},
    ),
    required_one_of=[("name", "id")],
)


def wanted_of(context: Context) -> ServerGroupSpec:
    """What the options ask for, checked as far as that needs nobody to ask."""
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
    return ServerGroupSpec(params["name"], params["state"], policy, rules, params["recreate"], params["force"])


def labels(cloud: Compute, group: ServerGroup) -> list[str]:
    """The members as a sentence names them: by their ids where their names cannot be read."""
    try:
        known = cloud.servers_by_id(group.members)
    except CloudError:
        return list(group.members)
    return [known[each].label if each in known else each for each in group.members]


def run(context: Context) -> Result:
    cloud, group_id = context.cloud, context.params["id"]
    wanted = wanted_of(context)

    known = cloud.server_groups.list()
    there = find_group(known, group_id, wanted.name)
    if there is None and group_id is not None and wanted.state == "present":
        raise InvalidRequest("id: no server group has the id %s; leave it out to make one" % group_id)
    members = labels(cloud, there) if there and needs_members(there, wanted) else []
    todo = plan_group(there, wanted, members)
    result = Result(changed=todo.changed, diff=todo.diff())

    shown = todo.after
    if todo.changed and not context.check_mode:
        work = GroupRun(cloud, there, known)
        work.run(todo)
        shown = work.group.as_dict() if work.group else None
    if wanted.state == "present":
        result.data["server_group"] = shown
    return result


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
