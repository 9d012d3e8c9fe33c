#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: record_file
short_description: Keep records in a file that several runs change
version_added: 0.1.0
description:
  - Keeps mappings, each by a key, in a JSON file on the controller. A lock makes runs on one machine take turns, and
    the file is replaced as a whole, so that no run loses what another one wrote. It is readable for its owner alone.
  - It is not encrypted. For passwords there is M(cloudserver.compute.password_store).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  path:
    description:
      - The file, in a folder that exists. V(~) is a home folder, and a relative path is relative to the folder that
        C(ansible-playbook) was started in.
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
      - What the record holds.
    type: dict
    default: {}
  purge:
    description:
      - Removes from the record what O(value) does not list.
    type: bool
    default: false
  lock_timeout:
    description:
      - How many seconds to wait for other runs that are writing the file.
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
- name: Note which servers were moved from a host
  cloudserver.compute.record_file:
    path: ~/moved.json
    key: node-5.domain.tld
    value:
      4f0c2c8e-5d0b-4a39-9a4a-6d2f8c1b7e55: web-01
"""

RETURN = r"""
path:
  description: The absolute path of the file.
  returned: success
  type: str
exists:
  description: Whether there is a record of the key now.
  returned: success
  type: bool
value:
  description: The record, empty without one.
  returned: success
  type: dict
"""
