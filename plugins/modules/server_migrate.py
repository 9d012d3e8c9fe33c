#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_migrate
short_description: Move cloud servers to other hosts
version_added: 1.0.0
description:
  - Live-migrates, cold-migrates or evacuates servers. They keep their power state.
  - A server that is already on O(host), or not on O(from_host), is not changed. The module first waits for servers that
    are changing their state.
  - A cold migration ends in status C(VERIFY_RESIZE). The module confirms it.
  - If the cloud cancels a migration, for example because no host has capacity, the task fails immediately.
  - The result has an outcome for each server, also when the task fails.
  - Requires an administrator. Supported on V(openstack) and V(easystack).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  host:
    description:
      - The destination host. Without it the scheduler chooses a host for each server.
      - At least one of O(host) and O(from_host) is required.
      - With a cold migration it needs microversion 2.56.
    type: str
  from_host:
    description:
      - The source host. Servers on another host are not changed.
      - It also selects servers. Without other selection options it selects all servers of the host. With
        O(all_projects=true) these are the servers of all projects, otherwise only those of the current project.
    type: str
  mode:
    description:
      - V(live) migrates running and paused servers without a stop.
      - V(cold) migrates stopped servers. It stops running servers, migrates them and starts them again.
      - V(evacuate) rebuilds servers of a failed host from their volumes or their image. Data on the local disks of the
        failed host is lost.
      - V(auto) evacuates servers of a host that is down. Otherwise it cold-migrates stopped servers and live-migrates
        the others.
    type: str
    choices: [auto, live, cold, evacuate]
    default: auto
  max_concurrent:
    description:
      - Maximum number of servers to migrate at the same time, 1 to 1000. The other servers are queued.
      - With O(wait=false) one run starts at most this number of migrations. The other servers are V(pending) and not
        changed.
    type: int
    default: 5
  confirm:
    description:
      - Confirms a cold migration when the server is on its new host. Otherwise the server stays in status
        C(VERIFY_RESIZE), and the migration can be reverted.
      - Until the confirmation the metadata of the server contains C(cloudserver_confirm). If a task is interrupted, or
        cannot read the end of the migration, the next run reads this key and confirms.
      - A migration or resize that another client started is not confirmed.
    type: bool
    default: true
  force:
    description:
      - Skips the scheduler's check of O(host), for a live migration or an evacuation.
      - Needs microversion 2.30. On newer clouds the module uses microversion 2.67, the last one with this option.
    type: bool
    default: false
  block_migration:
    description:
      - Whether a live migration copies local disks. By default the cloud decides. Below microversion 2.25 the default
        is V(false).
    type: bool
  password:
    description:
      - The administrator's password of an evacuated server with a rebuilt disk. Without it the cloud generates a
        password, see O(return_passwords).
    type: str
  return_passwords:
    description:
      - Returns the administrator's passwords that the cloud generates for evacuated servers as RV(passwords), unless
        O(password) is set. Then set C(no_log) on this task and on each task that uses the result, because
        Ansible prints and logs results.
      - It depends on the image and on the cloud whether the guest uses such a password.
      - Nova returns it below microversion 2.14. Newer clouds return none, so RV(passwords) is empty.
    type: bool
    default: false
    version_added: 1.0.0
  shared_storage:
    description:
      - Whether the disks of evacuated servers are on shared storage. Only below microversion 2.14. Newer clouds detect
        this.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.admin
  - cloudserver.compute.selection
  - cloudserver.compute.selection.names
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.compute_service
  - module: cloudserver.compute.hypervisor_info
  - module: cloudserver.compute.job_info
"""

EXAMPLES = r"""
- name: Empty a host, three servers at a time
  cloudserver.compute.server_migrate:
    cloud: admin
    from_host: cmp1
    all_projects: true
    max_concurrent: 3
    max_targets: 200
    wait_timeout: 7200

- name: Live-migrate two servers to a host
  cloudserver.compute.server_migrate:
    cloud: admin
    names: [web-01, web-02]
    all_projects: true
    host: cmp5
    mode: live

- name: Evacuate the servers of a failed host
  cloudserver.compute.server_migrate:
    cloud: admin
    from_host: cmp7
    all_projects: true
    mode: evacuate
    password: "{{ vault_rescue_password }}"
"""

RETURN = r"""
outcomes:
  description: The outcome of each selected server, also when the task fails. Failed servers come first.
  returned: when servers were selected
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str}
    name: {description: The server's name., type: str}
    outcome:
      description:
        - V(done), V(unchanged), V(failed), V(unknown) when the cloud does not show the result, V(pending) with
          O(wait=false), V(planned) in check mode.
      type: str
    actions: {description: "The actions that the task sent to the cloud, in order.", type: list, elements: str}
    code: {description: The cloud's error code., type: str, returned: on failure}
    message: {description: The error message., type: str, returned: on failure}
    hint: {description: What to do next., type: str, returned: on failure}
    request_id:
      description: The request id of the last action, to give to the cloud's support.
      type: str
      returned: when the cloud returned one
    remaining_actions:
      description: The actions that the task did not send because it does not wait. Run the task again to send them.
      type: list
      elements: str
      returned: with O(wait=false), when actions remain
servers:
  description: The server records from the last request, as M(cloudserver.compute.server_info) returns them.
  returned: O(return_servers=true)
  type: list
  elements: dict
passwords:
  description:
    - The passwords that the cloud generated, by server id.
    - Returned also when the task fails.
  returned: O(return_passwords=true) and no O(password), not in check mode
  type: dict
handle:
  description: The handle for M(cloudserver.compute.job_info), which reports the outcome of actions that are still in
    progress.
  returned: with O(wait=false), and if an action is still in progress at the time limit
  type: dict
missing:
  description: The ids, names and addresses of the selection that match no server.
  returned: O(missing=ignore)
  type: dict
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

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import NOVA_COMPUTE
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.migration import (
    MigrationStrategy,
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
    PLANNING,
    REPORT,
    SELECTION,
    WAITING,
    argument_spec,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.outcomes import (
    check_result,
    response_passwords,
    run_result,
)

_DEED = "moved"

MODULE = ModuleSpec(
    argument_spec(
        SELECTION,
        WAITING,
        REPORT,
        PLANNING,
        host={"type": "str"},
        from_host={"type": "str"},
        mode={"type": "str", "choices": list(MODES), "default": "auto"},
        max_concurrent={"type": "int", "default": 5},
        confirm={"type": "bool", "default": True},
        force={"type": "bool", "default": False},
        block_migration={"type": "bool"},
        password={"type": "str", "no_log": True},
        return_passwords={"type": "bool", "default": False, "no_log": False},
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
    spec = MigrationSpec(**{name: params[name] for name in names})
    spec.check()
    cloud.require("migrate")
    waiter = context.waiter()

    services = {each.host: each for each in cloud.hosts.list_services(binary=NOVA_COMPUTE)}
    check_hosts(spec, services, moving=False)
    chosen = find_servers(cloud, params, context)
    if params["from_host"] is None or any(params[name] for name in CHOOSERS):
        # A host that is empty already is what its last task has left.
        context.warn_of_no_servers(params, chosen.servers, chosen.missing)
    plan = context.approve(plan_migrations(chosen.servers, spec, services, cloud.rules))
    check_hosts(spec, services, moving=plan.changed)
    waiting = unconfirmed(plan)
    if waiting:
        context.warn(
            "in status VERIFY_RESIZE; their resizes must be confirmed or reverted by the user who started them: %s"
            % waiting
        )
    data = {"missing": dict(chosen.missing)}
    if context.check_mode:
        return check_result(context, plan, _DEED, data)

    strategy = MigrationStrategy(cloud, spec, services, params["max_concurrent"])
    work = Executor(cloud, strategy, params["wait"], waiter)
    work.run(plan)
    return run_result(context, work, plan, _DEED, {**data, **response_passwords(context, work)})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
