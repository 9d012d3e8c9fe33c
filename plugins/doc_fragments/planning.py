# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """A plan that check mode writes and a run carries out."""

    DOCUMENTATION = r"""
options:
  plan_file:
    description:
      - Path of a plan on the controller. In check mode, the task writes what it would do to this file. In a run, it
        does what the file says and nothing else. Set the same path in both, so that one playbook makes the plan and,
        after the approval, carries it out.
      - In a run, the file must exist. A server that has changed since the plan was made has the outcome V(failed), and
        nothing is sent for it; one that no longer exists, too. A server that the plan does not contain has the outcome
        V(unchanged), and is in RV(unplanned). A server that is already as planned is V(unchanged). The other
        servers are changed.
      - A server has changed if its name, its power state, the state that the task changes, or the actions that it needs
        are not those of the plan. For a restart, a reinstallation or a password without a revision, which can be
        repeated, any change of the server since counts, also that of an earlier run with the plan.
      - A run must have the platform, region, endpoint, project and options of the plan. Options that select servers may
        differ, so that a run carries out the part that it selects, such as a slice of a job. So may those that only
        concern waiting, concurrency, limits and returned data.
      - All tasks of one run in check mode can write to one file. The first of them begins a new plan.
      - The file contains no secret, and is readable only by its owner. Another file than a plan is not overwritten. A
        file that every user can change is refused.
      - A relative path is relative to the current directory. It excludes O(plan).
    type: path
  plan:
    description:
      - The plan itself in place of O(plan_file), such as RV(plan) of a task in check mode, or a variable that
        AWX takes from the artifacts of an earlier job of a workflow.
      - In check mode, the task predicts what a run with this plan would do.
    type: dict
  return_plan:
    description:
      - Whether to return the plan in check mode. It has an entry for each server, so that it is large for thousands of
        them.
    type: bool
    default: false
  plan_max_age:
    description:
      - Maximum age of the plan in seconds. A run with an older plan is refused. Without it, a plan has no maximum age.
    type: int
"""
