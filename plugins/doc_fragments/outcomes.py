# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The outcomes of a task that acts on several servers."""

    DOCUMENTATION = r"""
options:
  return_servers:
    description:
      - Whether to also return the full server records from the last request.
      - Without it the result has one short outcome for each server, which stays readable with thousands of servers.
    type: bool
    default: false
"""
