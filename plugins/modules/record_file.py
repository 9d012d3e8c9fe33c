#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: record_file
short_description: Store records in a file that concurrent runs may change
version_added: 1.0.0
description:
  - Stores mappings by key in a JSON file on the controller. A lock serializes runs on one machine, and the file is
    replaced atomically. So no run overwrites the records of another run. Only the owner can read the file.
  - The file is not encrypted. For passwords use M(cloudserver.compute.password_store).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  path:
    description:
      - The file. Its directory must exist. V(~) is expanded to the home directory. A relative path is relative to the
        directory in which C(ansible-playbook) was started.
    type: str
    required: true
  key:
    description:
      - The key of the record.
    type: str
    required: true
  state:
    description:
      - V(present) adds O(value) to the record, V(absent) removes the record, V(read) returns it.
    type: str
    choices: [present, absent, read]
    default: present
  value:
    description:
      - The content of the record.
    type: dict
    default: {}
  purge:
    description:
      - Removes the keys of the record that O(value) does not list.
    type: bool
    default: false
  lock_timeout:
    description:
      - Maximum number of seconds to wait for the lock of the file.
    type: float
    default: 60
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
  platform:
    description: The systems that a task can run on.
    support: full
    platforms: all
extends_documentation_fragment:
  - action_common_attributes
"""

EXAMPLES = r"""
- name: Record which servers were moved from a host
  cloudserver.compute.record_file:
    path: ~/moved.json
    key: cmp5
    value:
      4f0c2c8e-5d0b-4a39-9a4a-6d2f8c1b7e55: web-01
"""

RETURN = r"""
path:
  description: The absolute path of the file.
  returned: success
  type: str
exists:
  description: Whether a record with the key exists after the task.
  returned: success
  type: bool
value:
  description: The record. Empty if it does not exist.
  returned: success
  type: dict
"""
