#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_password_rotation
short_description: Set stored passwords of cloud servers
version_added: 1.0.0
description:
  - Stores a password for each server, sets it as M(cloudserver.compute.server_password) does, and stores the outcome.
    The role P(cloudserver.compute.password_rotation#role) uses this module for batches of servers.
  - A password is stored before it is sent to the cloud. It is removed only when a later password is confirmed in force.
    So no password is lost if a run is interrupted or if several runs are active.
  - A stored password of O(revision) is used again.
  - V(huaweicloud) accepts a password but never confirms it. Its state stays V(set), and earlier passwords are kept,
    until M(cloudserver.compute.password_store) with C(state=in_force) confirms it.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  servers:
    description:
      - The servers, as mappings with C(id) and C(name), such as the records of M(cloudserver.compute.server_info).
    type: list
    elements: dict
    required: true
  revision:
    description:
      - The label of the password. It is stored in the server's metadata as M(cloudserver.compute.server_password) does.
        A server with this label is not changed.
    type: str
    required: true
  passwords_variable:
    description:
      - The name of a variable with a mapping of server ids to passwords. With it, or with O(password_variable),
        O(store) is optional.
    type: str
  user:
    description:
      - The name of the administrator. The password must not contain it. The name is not sent to the cloud.
    type: str
  apply:
    description:
      - V(now) restarts running servers on V(huaweicloud), so that the password takes effect. V(next_boot) does not
        restart servers. On the other platforms the change is immediate.
    type: str
    choices: [next_boot, now]
    default: next_boot
  force:
    description:
      - With O(apply=now), resets the server without a shutdown of the guest.
    type: bool
    default: false
  wait_timeout:
    description:
      - Maximum number of seconds that the task waits.
    type: float
    aliases: [timeout]
    default: 600
  wait_interval:
    description:
      - Maximum number of seconds between two polls. The first intervals are shorter.
    type: float
    default: 10
  parallel:
    description:
      - Maximum number of concurrent requests, 1 to 64.
    type: int
    default: 8
attributes:
  action:
    description: Has a corresponding action plugin, so it runs on the controller.
    support: full
  action_group:
    description: Use C(group/cloudserver.compute.compute) in C(module_defaults) to set options for all modules at once.
    support: full
    membership:
      - cloudserver.compute.compute
  check_mode:
    description: Can run in C(check_mode) and return what would change without changing anything.
    support: full
  diff_mode:
    description: Returns what changed, or would change in C(check_mode), in diff mode.
    support: full
  platform:
    description: The systems that a task can run on.
    support: full
    platforms: all
requirements:
  - requests
extends_documentation_fragment:
  - action_common_attributes
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.member
  - cloudserver.compute.password_store
  - cloudserver.compute.planning
seealso:
  - module: cloudserver.compute.server_password
  - module: cloudserver.compute.password_store
"""

EXAMPLES = r"""
- name: List the web servers
  cloudserver.compute.server_info:
    cloud: production
    tags: [role=web]
    fields: [name]
  register: web

- name: Set a different password on each server
  cloudserver.compute.server_password_rotation:
    cloud: production
    servers: "{{ web.servers }}"
    revision: 2026-q4
    store:
      path: ~/passwords.vault
      vault_password_file: ~/.vault_password
"""

RETURN = r"""
outcomes:
  description: The outcome of each server, as M(cloudserver.compute.server_password) returns it. Returned also when the
    task fails.
  returned: when servers were selected
  type: list
  elements: dict
states:
  description: The state of each server's password in the store, by server id.
  returned: with O(store), not in check mode
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
