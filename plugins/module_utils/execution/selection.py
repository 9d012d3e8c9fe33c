# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists the servers that a selection chooses."""

from __future__ import annotations

from typing import Iterable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import SelectedServers, Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection_filters import (
    matching,
    refuse_unchecked,
)


def find(cloud: Compute, selection: Selection, brief: bool = False) -> SelectedServers:
    """Observes: the servers that the selection chooses, with as few requests as the platform allows.

    ``brief``: the caller needs no more than their ids and names, and the rest of the records may be empty.
    """
    return selection.choose(listed(cloud, selection, brief))


def listed(cloud: Compute, selection: Selection, brief: bool = False) -> Iterable[Server]:
    """The candidates of a selection, as the cloud lists them, without those that its own filters should have left out.

    Raises InvalidRequest for filters that nothing proves to be applied.
    """
    if not selection.listing and selection.max_targets is None:
        refuse_unchecked(cloud.rules, selection.filters)
    found = cloud.servers(selection.ask(brief))
    return matching(cloud.rules, selection.filters, found) if selection.filters else found
