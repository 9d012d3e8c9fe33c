#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: validate_role_variables
short_description: Reject misspelled variables of a role
version_added: 1.0.0
description:
  - Fails if a variable starts with the name of the role and an underscore, and the role's argument specs do not declare
    it. Ansible ignores such variables, so a misspelled name silently means the default.
  - Use it as the first task of a role. Names with two leading underscores, such as internal facts of the role, are not
    checked.
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  allow:
    description:
      - Additional variable names with the prefix that are permitted, such as facts that the role sets for the playbook.
    type: list
    elements: str
    default: []
  plan_file:
    description:
      - The plan file of the role. In check mode, a new plan begins, so that no older one is left behind. In a run, the
        plan must exist, and is read before anything is done. An empty string means no plan.
    type: path
  return_plan:
    description:
      - Whether to return the plan itself in a run with O(plan_file), for a role that compares servers with it before
        its first change.
    type: bool
    default: false
  own_changes:
    description:
      - The values of a server that the role itself changes before it carries out a part of the plan, such as V(updated)
        by a mark in the metadata. A run with RV(compared_plan) does not compare them.
    type: list
    elements: str
    choices: [metadata, power_state, updated]
    default: []
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
    details: It changes nothing.
  platform:
    description: The systems that a task can run on.
    support: full
    platforms: all
extends_documentation_fragment:
  - action_common_attributes
"""

EXAMPLES = r"""
# roles/my_role/tasks/main.yml
- name: Reject misspelled variables
  cloudserver.compute.validate_role_variables:
"""

RETURN = r"""
acting_host:
  description:
    - The host that acts for a batch, for roles that act once for all hosts of a batch. With the strategy V(linear) it
      is the host of a task with C(run_once=true). Other strategies run such a task for every host, and the first host
      of the batch acts.
  returned: always
  type: str
approved_plan:
  description: The plan, for the option C(plan) of tasks in check mode that compare servers with it.
  returned: in a run with O(plan_file) and O(return_plan=true)
  type: dict
compared_plan:
  description:
    - The same plan, so that the values in O(own_changes) are not compared, for the option C(plan) of the tasks that
      carry it out.
  returned: in a run with O(plan_file) and O(return_plan=true)
  type: dict
planned:
  description: The C(module), C(created), C(options) and C(changes) of each task in the plan.
  returned: in a run with O(plan_file)
  type: list
  elements: dict
unknown:
  description: The variables that the role does not declare.
  returned: on failure
  type: list
  elements: str
"""
