# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The attributes of every module of the collection."""

    DOCUMENTATION = r"""
options: {}
requirements:
  - requests
attributes:
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
  async:
    description: Supports C(async).
    support: full
  become:
    description: Can be used with C(become). The module then runs in a separate process.
    support: full
  delegation:
    description: Can be used with C(delegate_to).
    support: full
  platform:
    description: The systems that a task can run on.
    support: full
    platforms: posix
notes:
  - A task with a local connection runs inside the worker process of C(ansible-playbook), which is many times faster
    than a separate process. C(become), C(async) and a task C(environment) require a separate process. The variable
    C(cloudserver_in_process=false) turns this off.
"""

    INFO = r"""
options: {}
attributes:
  diff_mode:
    description: Returns what changed, or would change in C(check_mode), in diff mode.
    support: none
    details: It changes nothing.
"""
