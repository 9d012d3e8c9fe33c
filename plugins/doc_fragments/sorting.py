# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The order of a list, and its length. Each module has its own sort_key."""

    DOCUMENTATION = r"""
options:
  sort_dir:
    description:
      - Whether to sort in ascending or descending order.
    type: str
    choices: [asc, desc]
    default: asc
  limit:
    description:
      - Returns only the first records in the order of O(sort_key), at most this number. By default all.
      - If the cloud sorts, it chooses the first of several records with the same value.
    type: int
"""
