# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists the servers of a selection."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Iterable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import SelectedServers, Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection_filters import (
    matching,
    refuse_unchecked,
)

#: The page size of a list of which only the first servers are needed.
_SMALL_PAGE = 50


def find(cloud: Compute, selection: Selection, brief: bool = False) -> SelectedServers:
    """Return the selected servers, with as few requests as the platform allows. ``brief``: the caller needs only their
    ids and names, and the other fields may be empty."""
    found = listed(cloud, selection, brief)
    if selection.ends_early(cloud.rules.sort_keys):
        # The cloud sorts the list, so further pages are not read.
        found = islice(filter(selection.matches, found), selection.order.limit)
    return selection.choose(found)


def listed(cloud: Compute, selection: Selection, brief: bool = False) -> Iterable[Server]:
    """The candidates of a selection from the list of the cloud, without servers that the cloud's own filters should
    have excluded. Raises InvalidRequest for filters that cannot be verified."""
    if not selection.listing and selection.max_targets is None:
        refuse_unchecked(cloud.rules, selection.filters)
    query = selection.ask(brief)
    if selection.ends_early(cloud.rules.sort_keys):
        # Some servers of a page may not match.
        query = replace(query, page_size=min(query.page_size, max(selection.order.limit or 0, _SMALL_PAGE)))
    found = cloud.servers(query)
    return matching(cloud.rules, selection.filters, found) if selection.filters else found
