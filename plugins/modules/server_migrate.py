#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_migrate
short_description: Move cloud servers to other hosts
version_added: 0.1.0
description:
  - Moves servers to a host, or off one, live, cold, or off a dead host, in the power state that they have.
  - A server that is on O(host) already, or not on O(from_host), is unchanged. A server that is on its way somewhere is
    waited for first.
  - A cold migration ends in status VERIFY_RESIZE, and is confirmed.
  - A move that the cloud gives up, since no host has room for example, fails as soon as the cloud says so.
  - Every server has its outcome in the result, also when the task fails.
  - For administrators, on V(openstack) and V(easystack).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  host:
    description:
      - The host that the servers are to be on. Without it the cloud chooses one for each.
      - At least one of O(host) and O(from_host) is required.
      - For a cold migration it needs microversion 2.56.
    type: str
  from_host:
    description:
      - The host that the servers are to leave. Servers that are on another one are unchanged.
      - It chooses servers too; alone it chooses every server of the host. With O(all_projects=true) this means those of
        all projects, otherwise those of this project only.
    type: str
  mode:
    description:
      - V(live) moves running and paused servers while they run.
      - V(cold) moves stopped servers, and running ones after shutting them down, and starts these again.
      - V(evacuate) makes servers anew, from their volumes or image, whose host is down. What is on the disks of the
        dead host is lost.
      - V(auto) evacuates servers whose host is down; of the others it moves stopped ones cold and the rest live.
    type: str
    choices: [auto, live, cold, evacuate]
    default: auto
  max_concurrent:
    description:
      - How many servers are moved at the same time, 1 to 1000. The others wait for their turn.
      - With O(wait=false) only so many are moved by one run. The others are V(pending), and nothing is done to them.
    type: int
    default: 5
  confirm:
    description:
      - Confirms a cold migration when the server is on its new host. Otherwise it stays in status VERIFY_RESIZE, and
        can be reverted.
      - Until then the server's metadata has C(cloudserver_confirm). Where a task is interrupted, or cannot read how the
        migration has ended, the next run finds it there and confirms.
      - A migration or resize that something else began is not confirmed.
    type: bool
    default: true
  force:
    description:
      - Puts the server on O(host) even where the cloud would not, for a live migration or an evacuation.
      - Needs microversion 2.30. Newer clouds are asked in 2.67, the last one that knows it.
    type: bool
    default: false
  block_migration:
    description:
      - Whether a live migration copies local disks. By default the cloud finds out; below microversion 2.25 it cannot,
        and V(false) is the default.
    type: bool
  password:
    description:
      - The administrator's password of an evacuated server whose disk is made anew. The cloud makes one up without it,
        which nobody gets to know.
    type: str
  shared_storage:
    description:
      - Below microversion 2.14, whether the disks of evacuated servers are on storage that the dead host shared. Newer
        clouds find out.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
seealso:
  - module: cloudserver.compute.compute_service
  - module: cloudserver.compute.hypervisor_info
  - module: cloudserver.compute.job_info
"""

EXAMPLES = r"""
- name: Everything off a host, three servers at a time
  cloudserver.compute.server_migrate:
    cloud: admin
    from_host: node-5.domain.tld
    all_projects: true
    max_concurrent: 3
    max_targets: 200
    wait_timeout: 7200

- name: Two servers to a host of choice, while they run
  cloudserver.compute.server_migrate:
    cloud: admin
    names: [web-1, web-2]
    all_projects: true
    host: node-6.domain.tld
    mode: live

- name: The servers of a host that has died
  cloudserver.compute.server_migrate:
    cloud: admin
    from_host: node-7.domain.tld
    all_projects: true
    mode: evacuate
    password: "{{ vault_rescue_password }}"
"""

RETURN = r"""
outcomes:
  description: What became of each server that was chosen, also when the task fails. Those that failed come first.
  returned: when servers were chosen
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str}
    name: {description: The server's name., type: str}
    outcome:
      description:
        - V(done), V(unchanged), V(failed), V(unknown) when nobody can say, V(pending) with O(wait=false), V(planned) in
          check mode.
      type: str
    actions: {description: "What the cloud was asked for, in order.", type: list, elements: str}
    code: {description: The cloud's error code., type: str, returned: on failure}
    message: {description: What went wrong., type: str, returned: on failure}
    hint: {description: What to try., type: str, returned: on failure}
    request_id: {description: The id of the request for the cloud's support., type: str, returned: on failure}
    remaining_actions:
      description: The actions that were not asked for, because the task does not wait. Another run asks for them.
      type: list
      elements: str
      returned: O(wait=false) and such actions
servers:
  description: The servers as they were last seen, as M(cloudserver.compute.server_info) returns them.
  returned: O(return_servers=true)
  type: list
  elements: dict
handle:
  description: What M(cloudserver.compute.job_info) needs to find out what became of actions that were not waited for.
  returned: when something is still under way
  type: dict
missing:
  description: The ids, names and addresses of the selection that no server has.
  returned: O(missing=ignore)
  type: dict
"""

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import NOVA_COMPUTE
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.migration import (
    MigrationRun,
    find_servers,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import CHOOSERS
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.migration import (
    MODES,
    MigrationSpec,
    check_hosts,
    plan_migrations,
    unconfirmed,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name, in_range
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import (
    REPORT,
    SELECTION,
    WAITING,
    argument_spec,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    check_result,
    run_as_module,
    run_result,
)

_DEED = "moved"

MODULE = ModuleSpec(
    argument_spec(
        SELECTION,
        WAITING,
        REPORT,
        host={"type": "str"},
        from_host={"type": "str"},
        mode={"type": "str", "choices": list(MODES), "default": "auto"},
        max_concurrent={"type": "int", "default": 5},
        confirm={"type": "bool", "default": True},
        force={"type": "bool", "default": False},
        block_migration={"type": "bool"},
        password={"type": "str", "no_log": True},
        shared_storage={"type": "bool", "default": False},
    ),
    required_one_of=[("host", "from_host")],
)


def run(context: Context) -> Result:
    params, cloud = context.params, context.cloud
    check_name("host", params["host"])
    check_name("from_host", params["from_host"])
    in_range("max_concurrent", params["max_concurrent"], 1, 1000)
    names = ("mode", "host", "from_host", "confirm", "force", "block_migration", "password", "shared_storage")
    wish = MigrationSpec(**{name: params[name] for name in names})
    wish.check()
    cloud.require("migrate")
    waiter = context.waiter()

    services = {each.host: each for each in cloud.hosts.list_services(binary=NOVA_COMPUTE)}
    check_hosts(wish, services, moving=False)
    chosen = find_servers(cloud, params)
    if params["from_host"] is None or any(params[name] for name in CHOOSERS):
        # A host that is empty already is what its last task has left.
        context.warn_of_no_servers(params, chosen.servers, chosen.missing)
    todo = plan_migrations(chosen.servers, wish, services, cloud.rules)
    check_hosts(wish, services, moving=todo.changed)
    waiting = unconfirmed(todo)
    if waiting:
        context.warn("in status VERIFY_RESIZE, to be confirmed or reverted by whoever began it: %s" % waiting)
    data = {"missing": dict(chosen.missing)}
    if context.check_mode:
        return check_result(context, todo, _DEED, data)

    work = MigrationRun(cloud, wish, services, params["wait"], waiter, params["max_concurrent"])
    work.run(todo)
    return run_result(context, work, todo, _DEED, data)


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
