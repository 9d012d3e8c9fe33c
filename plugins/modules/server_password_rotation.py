#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_password_rotation
short_description: Set stored passwords of cloud servers
version_added: 0.1.0
description:
  - Stores a password for each server, has the cloud set it as M(cloudserver.compute.server_password) does, and stores
    what became of it. The role P(cloudserver.compute.password_rotation#role) uses it for batches of servers.
  - A password is stored before the cloud is asked, and removed only when a later one is confirmed in force, so that
    none is lost, whatever is interrupted and whatever runs at the same time.
  - A password of O(revision) that is stored already is used again.
  - On V(huaweicloud) the cloud accepts a password and never confirms it, so that its state stays V(set) until
    M(cloudserver.compute.password_store) with C(state=in_force) says more, and earlier passwords stay.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  servers:
    description:
      - The servers, mappings with C(id) and C(name) such as the records of M(cloudserver.compute.server_info).
    type: list
    elements: dict
    required: true
  revision:
    description:
      - The label of the password, kept in the server's metadata as in M(cloudserver.compute.server_password). A server
        that bears it already is left alone.
    type: str
    required: true
  passwords_variable:
    description:
      - The name of a variable that holds a password for each server, a mapping by the servers' ids. With it or with
        O(password_variable), O(store) may be left out.
    type: str
  user:
    description:
      - The name of the administrator, which the password may not contain. It is not sent.
    type: str
  apply:
    description:
      - V(now) restarts the running servers on V(huaweicloud) so that they take the password, V(next_boot) does not. On
        the other platforms the change is immediate.
    type: str
    choices: [next_boot, now]
    default: next_boot
  force:
    description:
      - With O(apply=now) restarts without asking the guest, as if the power were cut.
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds the task may wait.
    type: float
    aliases: [timeout]
    default: 600
  wait_interval:
    description:
      - How many seconds to pause at most between two looks. The first pauses are shorter.
    type: float
    default: 10
  parallel:
    description:
      - How many requests may be under way at once, 1 to 64.
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
  - cloudserver.compute.password_store
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

- name: Give each a password of its own
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
  description: What became of each server, as M(cloudserver.compute.server_password) returns it, also when the task
    fails.
  returned: when servers were chosen
  type: list
  elements: dict
states:
  description: The state of each server's password in the store, by the server's id.
  returned: with O(store), not in check mode
  type: dict
"""
