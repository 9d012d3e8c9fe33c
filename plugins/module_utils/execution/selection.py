# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists the servers of a selection."""

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
    """Return the selected servers, with as few requests as the platform allows. ``brief``: the caller needs only their
    ids and names, and the other fields may be empty."""
    return selection.choose(listed(cloud, selection, brief))


def listed(cloud: Compute, selection: Selection, brief: bool = False) -> Iterable[Server]:
    """The candidates of a selection from the list of the cloud, without servers that the cloud's own filters should
    have excluded. Raises InvalidRequest for filters that cannot be verified."""
    if not selection.listing and selection.max_targets is None:
        refuse_unchecked(cloud.rules, selection.filters)
    found = cloud.servers.list(selection.ask(brief))
    return matching(cloud.rules, selection.filters, found) if selection.filters else found
