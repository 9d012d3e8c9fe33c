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
      - Otherwise the task returns a C(handle) for M(cloudserver.compute.job_info). A server that needs several actions
        is waited for up to the last of them.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds the task may wait. Servers that are not there by then have the outcome V(unknown).
    type: float
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
