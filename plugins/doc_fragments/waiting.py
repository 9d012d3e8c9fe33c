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
      - Whether to wait until the cloud shows that each action is finished.
      - With V(false), the task sends the next action of each server and returns a C(handle) for
        M(cloudserver.compute.job_info). The outcome of such a server is V(pending).
      - With V(false), only the first of several actions of a server is sent. No action is sent to a server that is
        changing its state. C(remaining_actions) of the outcome lists the actions that were not sent. Run the task again
        to send them.
      - With V(false), the task spends at most 30 seconds on retries of requests that the cloud throttled or did not
        answer.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum number of seconds that the task waits. Servers that have not reached the state by then have the outcome
        V(unknown).
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
      - Maximum number of concurrent requests, 1 to 64. Fewer are sent while the cloud rejects requests for their
        number, or does not respond in time; a warning then says so.
    type: int
    default: 8
"""
