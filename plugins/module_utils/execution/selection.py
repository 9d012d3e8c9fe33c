# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists the servers of a selection."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Iterable, Protocol

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    NotFound,
    PermissionDenied,
    SettingsError,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    Server,
    with_image_names,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import SelectedServers, Selection
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection_filters import (
    matching,
    refuse_unchecked,
)

#: The page size of a list of which only the first servers are needed.
_SMALL_PAGE = 50


class PlannedServers(Protocol):
    """How an approved plan changes a selection. ``relaxed``: servers of the plan may be missing. ``with_planned`` adds
    the servers of the plan that the selection no longer matches."""

    def relaxed(self, selection: Selection) -> Selection: ...

    def with_planned(self, selection: Selection, chosen: SelectedServers) -> SelectedServers: ...


class NoPlan:
    """A task without an approved plan."""

    def relaxed(self, selection: Selection) -> Selection:
        return selection

    def with_planned(self, selection: Selection, chosen: SelectedServers) -> SelectedServers:
        return chosen


def find(cloud: Compute, selection: Selection, brief: bool = False, image_names: bool = False) -> SelectedServers:
    """Return the selected servers, with as few requests as the platform allows. ``brief``: the caller needs only their
    ids and names, and the other fields may be empty. ``image_names``: the caller needs the names of their images."""
    chosen = selection.choose(listed(cloud, selection, brief))
    if not image_names or selection.needs_image_names:
        return chosen
    return replace(chosen, servers=tuple(_with_image_names(cloud, chosen.servers)))


def with_names_for_query(cloud: Compute, selection: Selection, servers: Iterable[Server]) -> Iterable[Server]:
    """The servers, with the names of their images if the query of the selection needs them.

    Raises InvalidRequest if a task that changes servers cannot read them: without names the query might select other
    servers.
    """
    if not selection.needs_image_names:
        return servers
    try:
        return _with_image_names(cloud, servers, withhold=selection.listing)
    except CloudError as error:
        if not _is_permanent(error):
            raise
        raise InvalidRequest(
            "query: it contains image, and the names of the images cannot be read: %s Select by image.id, or leave it"
            " out." % error
        ) from None


def _with_image_names(cloud: Compute, servers: Iterable[Server], withhold: bool = True) -> list[Server]:
    """The servers with the names of their images, from one list of the images; no request if no name is missing. With
    ``withhold`` the names are null, with a warning, if the user may not list the images."""
    found = list(servers)
    if not any(server.image.id and server.image.name is None for server in found):
        return found
    try:
        unnamed = {server.image.id for server in found if server.image.id and server.image.name is None}
        return list(with_image_names(found, cloud.images.names(unnamed, only_shown=withhold)))
    except CloudError as error:
        if not withhold or not _is_permanent(error):
            raise
        cloud.withhold("the names of images", error)
        return found


def _is_permanent(error: CloudError) -> bool:
    """Whether the user may not list images, or the endpoint of the image service is unknown. A response 404 is neither:
    a gateway sends it if the service is not available."""
    return isinstance(error, (PermissionDenied, SettingsError, UnsupportedOperation)) or (
        isinstance(error, NotFound) and error.status is None
    )


def listed(cloud: Compute, selection: Selection, brief: bool = False) -> Iterable[Server]:
    """The candidates of a selection from the list of the cloud, without servers that the cloud's own filters should
    have excluded. Raises InvalidRequest for filters that cannot be verified."""
    if selection.filters and not selection.listing and selection.max_targets is None:
        refuse_unchecked(cloud.rules, selection.filters)
    query = selection.ask(brief)
    ends_early = selection.ends_early(cloud.rules.sort_keys)
    if ends_early:
        # Some servers of a page may not match.
        query = replace(query, page_size=min(query.page_size, max(selection.order.limit or 0, _SMALL_PAGE)))
    found: Iterable[Server] = cloud.servers.list(query)
    if selection.filters:
        found = matching(cloud.rules, selection.filters, found)
    if ends_early:
        # The cloud sorts the list, so further pages are not read.
        found = islice(filter(selection.matches, found), selection.order.limit)
    return with_names_for_query(cloud, selection, found)
