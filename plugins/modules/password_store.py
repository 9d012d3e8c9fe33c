#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: password_store
short_description: Store the password history of servers
version_added: 1.0.0
description:
  - Stores a history of passwords for each server id, in an encrypted file or in HashiCorp Vault. It sends no request to
    a cloud. M(cloudserver.compute.server_password_rotation) sets the passwords.
  - Each password has a state. V(issued) - the password was stored before it was sent to the cloud, and the server may
    have it. V(set) - the cloud accepted the password and does not confirm it, as on V(huaweicloud). V(in_force) - it is
    proven that the server has the password. V(superseded) - a later password is in force.
  - A password is removed only when a later password is confirmed in force. See O(keep_last).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  state:
    description:
      - V(issued) ensures that each of O(servers) has a password for O(revision). A stored password is not replaced.
      - V(in_force) records that the password of O(revision) is proven, for example by a login. It removes superseded
        passwords.
      - V(read) returns the histories of O(servers), or of all servers if O(servers) is empty.
      - V(checked) ensures that the store can be read. On an execution node of AWX it also ensures that the store is
        kept after the job. With O(servers) and O(revision) it warns about servers of which the store has no password of
        that revision.
    type: str
    choices: [issued, in_force, read, checked]
    required: true
  servers:
    description:
      - The servers, as mappings with C(id) and C(name), such as the records of M(cloudserver.compute.server_info).
    type: list
    elements: dict
    default: []
  revision:
    description:
      - The label of the password. Required with O(state=issued) and O(state=in_force).
    type: str
  return_passwords:
    description:
      - Also returns the passwords. Ansible then hides the whole result, as with C(no_log).
    type: bool
    default: false
  durable:
    description:
      - Declares that O(store) is kept after the job, such as a file on a volume that is mounted into the container of
        an execution node. HashiCorp Vault is always durable.
    type: bool
    default: false
attributes:
  action:
    description: Has a corresponding action plugin, so it runs on the controller.
    support: full
  check_mode:
    description: Can run in C(check_mode) and return what would change without changing anything.
    support: full
  diff_mode:
    description: Returns what changed, or would change in C(check_mode), in diff mode.
    support: none
    details: The diff never contains passwords.
  platform:
    description: The systems that a task can run on.
    support: full
    platforms: all
extends_documentation_fragment:
  - action_common_attributes
  - cloudserver.compute.password_store
seealso:
  - module: cloudserver.compute.server_password_rotation
"""

EXAMPLES = r"""
- name: List the web servers
  cloudserver.compute.server_info:
    cloud: production
    tags: [role=web]
    fields: [name]
  register: found

- name: Read the password histories of servers
  cloudserver.compute.password_store:
    store:
      path: ~/passwords.vault
      vault_password_file: ~/.vault_password
    state: read
    servers: "{{ found.servers }}"

- name: Record that a login proved the password
  cloudserver.compute.password_store:
    store:
      hashi_vault:
        url: https://vault.example.com:8200
        path: cloudserver/passwords
    state: in_force
    revision: 2026-q4
    servers:
      - id: 4f0c2c8e-5d0b-4a39-9a4a-6d2f8c1b7e55
        name: web-01
"""

RETURN = r"""
servers:
  description: The servers by their ids.
  returned: success, not with O(state=checked)
  type: dict
  contains:
    name: {description: The server's name., type: str}
    history:
      description: The passwords of the server. The newest is the last one.
      type: list
      elements: dict
      contains:
        revision: {description: The label., type: str}
        state: {description: "V(issued), V(set), V(in_force) or V(superseded).", type: str}
        times: {description: "The time of each state, by state.", type: dict}
        password: {description: The password., type: str, returned: "O(state=read) with O(return_passwords=true)"}
passwords:
  description: The passwords of O(revision) by the servers' ids.
  returned: O(state=issued) with O(return_passwords=true)
  type: dict
durable:
  description: Whether the store is kept after the job.
  returned: O(state=checked)
  type: bool
unknown_passwords:
  description: The servers of which the store has no password of O(revision), with their ids and names.
  returned: O(state=checked) with O(servers) and O(revision)
  type: list
  elements: dict
execution_node:
  description: Whether AWX or automation controller runs the job.
  returned: O(state=checked)
  type: bool
"""
