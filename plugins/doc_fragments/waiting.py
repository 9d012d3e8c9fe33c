# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How a task waits for what the cloud does."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the cloud proves that the work is done.
      - Otherwise the task asks each server for its next action, and returns a C(handle) for
        M(cloudserver.compute.job_info). The outcome of such a server is V(pending).
      - With V(false), a server that needs several actions is asked for the first one, and a server that is on its way
        to another state for none. C(remaining_actions) of the outcome names the actions that are left. Run the task
        again to ask for them.
      - With V(false), the task takes at most 30 seconds to send again what the cloud asked to send later, or did not
        answer.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds the task may wait. Servers that have not reached the state by then have the outcome V(unknown).
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
"""
