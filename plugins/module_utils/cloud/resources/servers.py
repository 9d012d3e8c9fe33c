# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers, and everything that is done to them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ActionStatus,
    CreatedServer,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.recycle_bin import RecycleBin
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery

#: Seconds: a record that was written this recently is read again.
_YOUNG = 5.0


class Servers(Resource):
    """The servers of a project.

    A method that acts on several servers raises nothing for one of them: the pending action of each server contains
    its result.
    """

    capability = "create"
    #: Whether ``by_id`` and ``status`` also find servers in the recycle bin, where that takes another request.
    finds_deleted = False

    # -- reading -----------------------------------------------------------------------------------------------

    def list(self, query: ServerQuery) -> Iterator[Server]:
        """The servers that may match the query, without duplicates, in an undefined order."""
        raise NotImplementedError

    def by_id(self, ids: Sequence[str], since: str | None = None) -> dict[str, Server]:
        """The servers with these ids that exist, by id. With ``since`` (a time from ``mark``) the platform can omit
        servers that have not changed since then."""
        raise NotImplementedError

    def recycle_bin(self) -> RecycleBin | None:
        """The settings of the recycle bin; ``None`` if the platform does not have or show them."""
        return None

    def mark(self) -> str | None:
        """A time of the cloud's clock, just before now, for ``by_id``; ``None`` if the platform does not use it."""
        return None

    # -- acting ------------------------------------------------------------------------------------------------

    def perform(self, requests: Sequence[tuple[Server, Action]]) -> Sequence[PendingAction]:
        """Submits one action on each server, and returns one pending action for each request, in their order.

        No request is repeated automatically, except if the platform's documentation makes that safe. Raises
        UnsupportedOperation for an action that the platform does not support, and AuthenticationFailed if the
        credentials are rejected.
        """
        raise NotImplementedError

    def submit(self, server: Server, action: Action) -> PendingAction:
        """Performs one action on one server. Raises CloudError."""
        (pending,) = self.perform([(server, action)])
        if pending.error:
            raise pending.error
        return pending

    def set_metadata(self, server: Server, metadata: Mapping[str, str]) -> None:
        """Adds and changes keys of the server's metadata; others stay. Raises CloudError."""
        self.submit(server, Action("set_metadata", {"metadata": metadata}))

    def create(self, new: NewServer, names: Sequence[str], client_token: str | None = None) -> Sequence[CreatedServer]:
        """Submits the creation of one server for each name, with the same properties; returns one result for each name,
        in their order.

        Raises nothing for one of them. No request is repeated automatically, except if ``client_token`` makes that safe
        on the platform. The expected state of the pending actions is BUILT: the server is running.
        """
        raise self.unsupported("create")

    # -- the results of actions --------------------------------------------------------------------------------

    def status(self, pending_actions: Sequence[PendingAction], since: str | None = None) -> dict[str, ActionStatus]:
        """Polls the pending actions once; servers that have not changed since the last poll may be omitted."""
        raise NotImplementedError

    def recover_action(self, pending: PendingAction, since: str | None) -> PendingAction | None:
        """For a pending action with a lost response: the pending action with its evidence, if the cloud has a record of
        the action."""
        return None

    def was_not_done(self, pending: PendingAction, before: Server, now: Server, since: str | None) -> bool:
        """Whether the cloud shows that a request without a valid response was not carried out.

        ``before`` is the server before the request, ``now`` after it, ``since`` a time from ``mark`` before the
        request. ``False`` if nothing shows it. Raises CloudError if the cloud cannot be read.

        Every action writes the record of the server when it begins and when it ends, so a stable server whose record
        was not written has seen no action. A record that is only a few seconds old is read again, because its times are
        in whole seconds.
        """
        if not _is_untouched(before, now):
            return False
        try:
            written = datetime.strptime(str(now.updated), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        except ValueError:
            return False
        age = (self.api.session.server_time() - written).total_seconds()
        if age > _YOUNG:
            return True
        self.api.session.sleep(max(0.0, min(_YOUNG, _YOUNG - age)) + 1.0)
        later = self.by_id([now.id]).get(now.id)
        return later is not None and _is_untouched(before, later)

    def require_actions(self, requests: Sequence[tuple[Server, Action]]) -> None:
        """Raises UnsupportedOperation if one of the actions needs a capability that the platform lacks."""
        for capability in sorted({name for _server, action in requests for name in action.requires}):
            self.api.require(capability)


def _is_untouched(before: Server, now: Server) -> bool:
    """Whether a server is stable, and its record was not written since it was read before."""
    same = before.updated is not None and now.updated == before.updated and now.status == before.status
    return same and now.is_stable
