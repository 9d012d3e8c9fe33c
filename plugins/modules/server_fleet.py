#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_fleet
short_description: Manage a declared list of cloud servers
version_added: 1.0.0
description:
  - Creates, changes and deletes all servers of a list in one task. It lists the servers of the cloud once, plans all of
    them, and then changes them concurrently. An entry has the options of M(cloudserver.compute.server).
  - Everything is checked before the first change. These are errors, with the entries that they concern. An option
    is invalid. Two entries declare the same server. A name belongs to several servers. A flavor, image, network or key
    pair does not exist.
  - Images, flavors, networks, volumes and key pairs are looked up once for all entries.
  - With O(tag) and O(purge) the list is complete. Servers of the fleet that no entry declares are then deleted.
  - The result has an outcome for each server, also when the task fails. The failure of one server does not stop the
    others.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  servers:
    description:
      - The servers. Each entry has O(servers[].name), O(servers[].names), or O(servers[].name_pattern) and
        O(servers[].count), and any of the other options. They are described in M(cloudserver.compute.server), with
        their limits and defaults.
      - An entry with O(servers[].state=absent) deletes its servers.
      - Deletions at the beginning of the list are done first, so that other servers can use what they free. Then
        servers are created and changed, in no particular order. The other deletions follow.
      - Entries that differ only in their names are processed together. On V(openstack) and V(easystack) one request
        creates up to 100 of them, if none exists and their names are C(name-1) and so on.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: "The name of the server. With O(servers[].count), C(name-1) and so on.", type: str}
      names: {description: The names of several servers., type: list, elements: str}
      count: {description: "The number of servers, 0 to 10000.", type: int}
      name_pattern: {description: "The pattern of O(servers[].count) names, such as V(web-%02d).", type: str}
      new_name: {description: "The new name of the server of O(servers[].name).", type: str}
      state: {description: See M(cloudserver.compute.server)., type: str, choices: [present, absent, restored, purged]}
      power_state:
        description:
          - Whether the servers are V(started) or V(stopped) after the other changes. By default their power state does
            not change. With O(wait=false) a new server gets it in the next run.
        type: str
        choices: [started, stopped]
      flavor: {description: See M(cloudserver.compute.server)., type: str}
      image: {description: See M(cloudserver.compute.server)., type: str}
      iso: {description: See M(cloudserver.compute.server)., type: str}
      boot_order:
        description: See M(cloudserver.compute.server).
        type: list
        elements: str
        choices: [hd, cdrom, network]
      apply: {description: See M(cloudserver.compute.server)., type: str, choices: [now, later]}
      boot_volume: {description: See M(cloudserver.compute.server)., type: dict}
      volumes: {description: See M(cloudserver.compute.server)., type: list, elements: dict}
      system_disk: {description: See M(cloudserver.compute.server)., type: dict}
      networks: {description: See M(cloudserver.compute.server)., type: raw, aliases: [nics, network]}
      vpc_id: {description: See M(cloudserver.compute.server)., type: str, aliases: [vpc]}
      security_groups: {description: See M(cloudserver.compute.server)., type: list, elements: str}
      public_ip: {description: See M(cloudserver.compute.server)., type: raw}
      release_public_ip: {description: See M(cloudserver.compute.server)., type: bool}
      public_ip_fixed_address: {description: See M(cloudserver.compute.server)., type: str}
      availability_zone: {description: See M(cloudserver.compute.server)., type: str}
      host: {description: See M(cloudserver.compute.server)., type: str}
      hypervisor_hostname: {description: See M(cloudserver.compute.server)., type: str}
      group: {description: See M(cloudserver.compute.server)., type: str}
      tenancy: {description: See M(cloudserver.compute.server)., type: str, choices: [shared, dedicated]}
      dedicated_host_id: {description: See M(cloudserver.compute.server)., type: str}
      spot: {description: See M(cloudserver.compute.server)., type: dict}
      auto_recovery: {description: See M(cloudserver.compute.server)., type: bool}
      key_name: {description: See M(cloudserver.compute.server)., type: str}
      password: {description: See M(cloudserver.compute.server)., type: str}
      user_data: {description: See M(cloudserver.compute.server)., type: str, aliases: [userdata]}
      user_data_file: {description: See M(cloudserver.compute.server)., type: path}
      files: {description: See M(cloudserver.compute.server)., type: dict}
      config_drive: {description: See M(cloudserver.compute.server)., type: bool}
      disk_config: {description: See M(cloudserver.compute.server)., type: str, choices: [AUTO, MANUAL]}
      access_ipv4: {description: See M(cloudserver.compute.server)., type: str}
      access_ipv6: {description: See M(cloudserver.compute.server)., type: str}
      description: {description: See M(cloudserver.compute.server)., type: str}
      hostname: {description: See M(cloudserver.compute.server)., type: str}
      metadata: {description: See M(cloudserver.compute.server)., type: dict, aliases: [meta]}
      purge_metadata: {description: See M(cloudserver.compute.server)., type: bool}
      remove_metadata: {description: See M(cloudserver.compute.server)., type: list, elements: str}
      tags: {description: See M(cloudserver.compute.server)., type: raw}
      purge_tags: {description: See M(cloudserver.compute.server)., type: bool}
      locked: {description: See M(cloudserver.compute.server)., type: bool}
      lock_reason: {description: See M(cloudserver.compute.server)., type: str}
      resize: {description: See M(cloudserver.compute.server)., type: str, choices: [never, offline, live, auto]}
      confirm: {description: See M(cloudserver.compute.server)., type: bool}
      revert: {description: See M(cloudserver.compute.server)., type: bool}
      auto_pay: {description: See M(cloudserver.compute.server)., type: bool}
      reset_state: {description: See M(cloudserver.compute.server)., type: str, choices: [active, error]}
      delete_volumes: {description: See M(cloudserver.compute.server)., type: bool}
      delete_public_ip: {description: See M(cloudserver.compute.server)., type: bool}
      recreate: {description: See M(cloudserver.compute.server)., type: bool}
      on_error: {description: See M(cloudserver.compute.server)., type: str, choices: [keep, delete]}
      on_duplicate: {description: See M(cloudserver.compute.server)., type: str, choices: [keep, delete_newer]}
      unapplied_options: {description: See M(cloudserver.compute.server)., type: str, choices: [warn, ignore, fail]}
      extra: {description: See M(cloudserver.compute.server)., type: dict}
  defaults:
    description:
      - Options for all entries. An entry overrides them. O(servers[].tags) and O(servers[].metadata) are added to them.
    type: dict
    suboptions:
      state: {description: See M(cloudserver.compute.server)., type: str, choices: [present, absent, restored, purged]}
      power_state: {description: "See O(servers[].power_state).", type: str, choices: [started, stopped]}
      flavor: {description: See M(cloudserver.compute.server)., type: str}
      image: {description: See M(cloudserver.compute.server)., type: str}
      iso: {description: See M(cloudserver.compute.server)., type: str}
      boot_order:
        description: See M(cloudserver.compute.server).
        type: list
        elements: str
        choices: [hd, cdrom, network]
      apply: {description: See M(cloudserver.compute.server)., type: str, choices: [now, later]}
      boot_volume: {description: See M(cloudserver.compute.server)., type: dict}
      volumes: {description: See M(cloudserver.compute.server)., type: list, elements: dict}
      system_disk: {description: See M(cloudserver.compute.server)., type: dict}
      networks: {description: See M(cloudserver.compute.server)., type: raw, aliases: [nics, network]}
      vpc_id: {description: See M(cloudserver.compute.server)., type: str, aliases: [vpc]}
      security_groups: {description: See M(cloudserver.compute.server)., type: list, elements: str}
      public_ip: {description: See M(cloudserver.compute.server)., type: raw}
      release_public_ip: {description: See M(cloudserver.compute.server)., type: bool}
      public_ip_fixed_address: {description: See M(cloudserver.compute.server)., type: str}
      availability_zone: {description: See M(cloudserver.compute.server)., type: str}
      host: {description: See M(cloudserver.compute.server)., type: str}
      hypervisor_hostname: {description: See M(cloudserver.compute.server)., type: str}
      group: {description: See M(cloudserver.compute.server)., type: str}
      tenancy: {description: See M(cloudserver.compute.server)., type: str, choices: [shared, dedicated]}
      dedicated_host_id: {description: See M(cloudserver.compute.server)., type: str}
      spot: {description: See M(cloudserver.compute.server)., type: dict}
      auto_recovery: {description: See M(cloudserver.compute.server)., type: bool}
      key_name: {description: See M(cloudserver.compute.server)., type: str}
      password: {description: See M(cloudserver.compute.server)., type: str}
      user_data: {description: See M(cloudserver.compute.server)., type: str, aliases: [userdata]}
      user_data_file: {description: See M(cloudserver.compute.server)., type: path}
      files: {description: See M(cloudserver.compute.server)., type: dict}
      config_drive: {description: See M(cloudserver.compute.server)., type: bool}
      disk_config: {description: See M(cloudserver.compute.server)., type: str, choices: [AUTO, MANUAL]}
      access_ipv4: {description: See M(cloudserver.compute.server)., type: str}
      access_ipv6: {description: See M(cloudserver.compute.server)., type: str}
      description: {description: See M(cloudserver.compute.server)., type: str}
      hostname: {description: See M(cloudserver.compute.server)., type: str}
      metadata: {description: See M(cloudserver.compute.server)., type: dict, aliases: [meta]}
      purge_metadata: {description: See M(cloudserver.compute.server)., type: bool}
      remove_metadata: {description: See M(cloudserver.compute.server)., type: list, elements: str}
      tags: {description: See M(cloudserver.compute.server)., type: raw}
      purge_tags: {description: See M(cloudserver.compute.server)., type: bool}
      locked: {description: See M(cloudserver.compute.server)., type: bool}
      lock_reason: {description: See M(cloudserver.compute.server)., type: str}
      resize: {description: See M(cloudserver.compute.server)., type: str, choices: [never, offline, live, auto]}
      confirm: {description: See M(cloudserver.compute.server)., type: bool}
      revert: {description: See M(cloudserver.compute.server)., type: bool}
      auto_pay: {description: See M(cloudserver.compute.server)., type: bool}
      reset_state: {description: See M(cloudserver.compute.server)., type: str, choices: [active, error]}
      delete_volumes: {description: See M(cloudserver.compute.server)., type: bool}
      delete_public_ip: {description: See M(cloudserver.compute.server)., type: bool}
      recreate: {description: See M(cloudserver.compute.server)., type: bool}
      on_error: {description: See M(cloudserver.compute.server)., type: str, choices: [keep, delete]}
      on_duplicate: {description: See M(cloudserver.compute.server)., type: str, choices: [keep, delete_newer]}
      unapplied_options: {description: See M(cloudserver.compute.server)., type: str, choices: [warn, ignore, fail]}
      extra: {description: See M(cloudserver.compute.server)., type: dict}
  tag:
    description:
      - A tag, V(key) or V(key=value), that marks the servers of the fleet. It is added to every server of
        O(servers). The result then contains the servers with this tag that no entry declares, see RV(undeclared).
    type: str
  purge:
    description:
      - Deletes the servers with O(tag) that no entry declares, after all other changes, and only if none of these
        failed. See O(max_deletions).
      - If the cloud has a recycle bin, they are moved to it. A locked server is not deleted, and reported as failed.
    type: bool
    default: false
  max_deletions:
    description:
      - The maximum number of servers that O(purge) deletes. If it would delete more, or the whole fleet, the task fails
        before the first change. Entries with O(servers[].state=absent) do not count.
    type: int
    default: 5
  max_changes:
    description:
      - Fails before the first change if the task would create, change or delete more servers than this.
    type: int
  min_targets:
    description:
      - Fails before the first request if fewer servers than this are declared, without those to delete. It protects
        from a list that a template left empty.
    type: int
  max_targets:
    description:
      - Fails before the first request if more servers than this are declared, without those to delete.
    type: int
notes:
  - O(wait_timeout) applies to each of the phases, such as the deletion of undeclared servers.
  - Options that only apply to a new server are reported for existing servers, see C(unapplied_options) of
    M(cloudserver.compute.server).
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.member
  - cloudserver.compute.waiting
  - cloudserver.compute.outcomes
  - cloudserver.compute.attributes
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.server
  - module: cloudserver.compute.server_info
  - module: cloudserver.compute.server_fleet_info
"""

EXAMPLES = r"""
- name: Show what a declaration would change
  cloudserver.compute.server_fleet:
    cloud: production
    defaults: {flavor: m1.small, image: debian-12, networks: [private]}
    servers:
      - {name_pattern: "shop-%02d", count: 4, tags: [role=shop]}
  check_mode: true
  diff: true

- name: Manage the servers of a shop
  cloudserver.compute.server_fleet:
    cloud: production
    tag: fleet=shop
    purge: true
    max_deletions: 2
    defaults:
      image: debian-12
      networks: [private]
      key_name: operators
    servers:
      - {name_pattern: "shop-%02d", count: 4, flavor: m1.small, tags: [role=shop]}
      - {names: [shop-db-a, shop-db-b], flavor: m1.medium, tags: [role=db], locked: true}
      - {name: shop-old, state: absent}
"""

RETURN = r"""
outcomes:
  description: The outcome of each server, also when the task fails. Failed servers come first.
  returned: when the task applies to at least one server
  type: list
  elements: dict
  contains:
    id: {description: The server's id., type: str, returned: when the server exists}
    name: {description: The server's name., type: str}
    outcome:
      description:
        - V(done), V(unchanged), V(failed), V(unknown) when the cloud does not show the result, V(pending) with
          O(wait=false), V(awaiting_payment) for an order that is not paid, V(planned) in check mode.
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
counts:
  description: The number of servers that the task C(created), C(changed), C(deleted), left C(unchanged), and that
    C(failed). In check mode, what it would do.
  returned: when the plan was made
  type: dict
  sample: {created: 2, changed: 1, deleted: 0, unchanged: 297, failed: 0}
undeclared:
  description: The servers with O(tag) that no entry declares, as they were before the task, with C(id) and C(name).
  returned: with O(tag)
  type: list
  elements: dict
servers:
  description:
    - The server records from the last request, as M(cloudserver.compute.server_info) returns them. In check mode they
      contain no server that the task would create. They contain no deleted server.
  returned: O(return_servers=true)
  type: list
  elements: dict
handle:
  description: The handle for M(cloudserver.compute.job_info), which reports the outcome of actions that are still in
    progress.
  returned: with O(wait=false), and if an action is still in progress at the time limit
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

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.declared import (
    DeclaredOptions,
    Declarer,
    warnings_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.fleet import (
    FleetRun,
    ObservedFleet,
    observe_fleet,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import fleet
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.declaration import (
    Declaration,
    with_changes,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.unapplied import (
    FAIL,
    WARN,
    unapplied,
    unapplied_sentence,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import (
    PLANNING,
    REPORT,
    WAITING,
    argument_spec,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.fleet_options import (
    DEFAULTS,
    ENTRY,
    complete_options,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.fleet_result import (
    check_result_of_fleet,
    run_result_of_fleet,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

MODULE = ModuleSpec(
    argument_spec(
        WAITING,
        REPORT,
        PLANNING,
        servers={"type": "list", "elements": "dict", "required": True, "options": ENTRY},
        defaults={"type": "dict", "options": DEFAULTS},
        tag={"type": "str"},
        purge={"type": "bool", "default": False},
        max_deletions={"type": "int", "default": 5},
        max_changes={"type": "int"},
        min_targets={"type": "int"},
        max_targets={"type": "int"},
    )
)


def run(context: Context) -> Result:
    params, cloud = context.params, context.cloud
    tag = fleet.check_tag(params["tag"], params["purge"])
    fleet.check_limits(params)
    groups = fleet.group_entries(params["servers"], params["defaults"] or {}, tag)
    fleet.check_number(groups, params["min_targets"], params["max_targets"])
    fleet.check_public_ips(groups)
    options = _options(context, groups)
    context.waiter()

    observed = observe_fleet(cloud, groups, whole=tag is not None)
    declarations = _declarations(context, groups, options, observed)
    undeclared, purge = _undeclared(context, observed, tag, declarations)
    plan = Plan(tuple(change for each in [*declarations, *purge] for change in each.plan.items))
    fleet.check_changes(plan, params["max_changes"])
    plan = context.approve(plan)
    approved = with_changes([*declarations, *purge], plan)
    declarations, purge = approved[: len(declarations)], approved[len(declarations) :]
    if context.check_mode:
        return check_result_of_fleet(context, plan, undeclared)

    work = FleetRun(cloud, declarations, purge, observed.known, params["wait"], context.waiter)
    work.run()
    for warning in work.warnings:
        context.warn(warning)
    return run_result_of_fleet(context, work, plan, undeclared)


def _options(context: Context, groups: Sequence[fleet.EntryGroup]) -> list[DeclaredOptions]:
    """The checked options of each group. Raises InvalidRequest with what is wrong in all of them."""
    problems, found = fleet.Problems(), []
    for group, params in zip(groups, complete_options(groups)):
        try:
            found.append(DeclaredOptions.of(params, context.cloud, context.register_secret))
        except InvalidRequest as error:
            problems.add(group.label, str(error))
    problems.raise_if_any()
    return found


def _declarations(
    context: Context, groups: Sequence[fleet.EntryGroup], options: Sequence[DeclaredOptions], observed: ObservedFleet
) -> list[Declaration]:
    """The declaration of each group, whose references exist. Raises InvalidRequest with what is wrong in all of
    them."""
    problems, found = fleet.Problems(), []
    declarer = Declarer(context.cloud, context.warn)
    for group, each in zip(groups, options):
        try:
            found.append(declarer.declare(each, observed.of(group)))
        except InvalidRequest as error:
            problems.add(group.label, str(error))
    problems.raise_if_any()
    references = declarer.references([each.new for each in found if each.new])
    for group, declaration in zip(groups, found):
        try:
            references.check(declaration)
        except InvalidRequest as error:
            problems.add(group.label, str(error))
    problems.raise_if_any()
    _warn(context, options, found)
    return found


def _warn(context: Context, options: Sequence[DeclaredOptions], declarations: Sequence[Declaration]) -> None:
    """Reports options that have no effect, and other warnings, each once. Raises InvalidRequest for an entry with
    ``unapplied_options`` ``fail``."""
    rules = context.cloud.rules
    ignored: dict[str, dict[str, list[Server]]] = {WARN: {}, FAIL: {}}
    warnings: dict[str, None] = {}
    for each, declaration in zip(options, declarations):
        warnings.update(dict.fromkeys(warnings_of(each, declaration, context.cloud)))
        what = ignored.get(each.params["unapplied_options"])
        if what is not None:
            for option, servers in unapplied(each.params, declaration.plan, rules, each.user_data).items():
                what.setdefault(option, []).extend(servers)
    failure = unapplied_sentence(ignored[FAIL], rules)
    if failure:
        raise InvalidRequest(failure)
    for warning in (unapplied_sentence(ignored[WARN], rules), *warnings):
        context.warn_if(warning)


def _undeclared(
    context: Context, observed: ObservedFleet, tag: str | None, declarations: Sequence[Declaration]
) -> tuple[list[Server] | None, list[Declaration]]:
    """The servers with the tag that no entry declares, ``None`` without a tag, and their deletion, if the task asks
    for it."""
    if tag is None:
        return None, []
    found, total = fleet.undeclared_servers(observed.listed, tag, declarations)
    if not context.params["purge"]:
        return found, []
    return found, [fleet.purge_of(found, total, context.params["max_deletions"], context.cloud.rules)]


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
