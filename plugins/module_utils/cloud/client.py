# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of every platform."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING, Iterable, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ActionStatus,
    CreatedServer,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.api import Api
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.aggregates import Aggregates
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.consoles import Consoles
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.flavors import Flavors
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.hosts import Hosts
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.images import Images
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.interfaces import Interfaces
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.jobs import Jobs
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.keypairs import Keypairs
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.networks import Networks
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.server_groups import ServerGroups
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.snapshots import Snapshots
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.volumes import Volumes
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.zones import Zones

#: Seconds: a record that was written this recently is read again.
_YOUNG = 5.0


class Compute:
    """The operations of a cloud for modules, the same on every platform.

    Methods raise ``CloudError`` and its subclasses. A method that acts on several servers raises nothing for one of
    them: the pending action of each server contains its result.
    """

    #: The class of the capabilities and limits of the platform.
    rules_class: type[Rules] = Rules

    def __init__(self, session: Session, settings: Settings, parallel: int = 8) -> None:
        self.session = session
        self.settings = settings
        self.parallel = parallel
        self.api = self._make_api()
        #: Plans may use them.
        self.rules = self.api.rules

    def _make_api(self) -> Api:
        return Api(self.session, self.rules_class(), self.parallel)

    @property
    def all_projects(self) -> bool:
        """Whether servers of other projects are read, too; ``servers`` sets it from its query."""
        return self.api.all_projects

    @all_projects.setter
    def all_projects(self, value: bool) -> None:
        self.api.all_projects = value

    @property
    def platform(self) -> str:
        return self.rules.platform

    @property
    def region(self) -> str | None:
        return self.settings.region

    def supports(self, capability: str) -> bool:
        return self.rules.supports(capability)

    def require(self, capability: str) -> None:
        """Raises UnsupportedOperation, which names an alternative."""
        self.rules.require(capability)

    def require_actions(self, requests: Sequence[tuple[Server, Action]]) -> None:
        """Raises UnsupportedOperation if one of the actions needs a capability that the platform lacks."""
        for capability in sorted({name for _server, action in requests for name in action.requires}):
            self.require(capability)

    def withhold(self, detail: str, error: CloudError) -> None:
        """Warns, once for each ``detail``, that the cloud does not show it to this user, so it is null."""
        self.api.withhold(detail, error)

    def key_owner(self, key_name: str) -> str | None:
        """The id of the user who owns the key pair, if a request needs it beside the name of the key pair. Raises
        CloudError if it cannot be read."""
        return None

    # -- clients of the resources, imported where a task uses them ---------------------------------------------

    @cached_property
    def flavors(self) -> Flavors:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.flavors import Flavors

        return Flavors(self.api)

    @cached_property
    def keypairs(self) -> Keypairs:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.keypairs import Keypairs

        return Keypairs(self.api)

    @cached_property
    def aggregates(self) -> Aggregates:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.aggregates import Aggregates

        return Aggregates(self.api)

    @cached_property
    def zones(self) -> Zones:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.zones import Zones

        return Zones(self.api)

    @cached_property
    def hosts(self) -> Hosts:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.hosts import Hosts

        return Hosts(self.api)

    @cached_property
    def server_groups(self) -> ServerGroups:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.server_groups import (
            ServerGroups,
        )

        return ServerGroups(self.api)

    @cached_property
    def consoles(self) -> Consoles:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.consoles import Consoles

        return Consoles(self.api)

    @cached_property
    def images(self) -> Images:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.images import Images

        return Images(self.api)

    @cached_property
    def snapshots(self) -> Snapshots:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.snapshots import Snapshots

        return Snapshots(self.api)

    @cached_property
    def volumes(self) -> Volumes:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.volumes import Volumes

        return Volumes(self.api)

    @cached_property
    def interfaces(self) -> Interfaces:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.interfaces import Interfaces

        return Interfaces(self.api)

    @cached_property
    def networks(self) -> Networks:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.networks import Networks

        return Networks(self.api)

    @cached_property
    def jobs(self) -> Jobs:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.jobs import Jobs

        return Jobs(self.api)

    # -- servers ------------------------------------------------------------------------------------------------

    def servers(self, query: ServerQuery) -> Iterator[Server]:
        """The servers that may match the query, without duplicates, in an undefined order."""
        raise NotImplementedError

    def servers_by_id(self, ids: Sequence[str], since: str | None = None) -> dict[str, Server]:
        """The servers with these ids that exist, by id. With ``since`` (a time from ``mark``) the platform can omit
        servers that have not changed since then."""
        raise NotImplementedError

    def mark(self) -> str | None:
        """A time of the cloud's clock, just before now, for ``servers_by_id``; ``None`` if the platform does not use
        it."""
        return None

    def perform(self, requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
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

    def create_servers(
        self, new: NewServer, names: Sequence[str], client_token: str | None = None
    ) -> list[CreatedServer]:
        """Submits the creation of one server for each name, with the same properties; returns one result for each name,
        in their order.

        Raises nothing for one of them. No request is repeated automatically, except if ``client_token`` makes that safe
        on the platform. The expected state of the pending actions is BUILT: the server is running.
        """
        raise self.rules.unsupported("create")

    def observe(self, pending_actions: Sequence[PendingAction], since: str | None = None) -> dict[str, ActionStatus]:
        """Polls the pending actions once; servers that have not changed since the last poll may be omitted."""
        raise NotImplementedError

    def set_metadata(self, server: Server, metadata: Mapping[str, str]) -> None:
        """Adds and changes keys of the server's metadata; others stay. Raises CloudError."""
        self.submit(server, Action("set_metadata", {"metadata": metadata}))

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
        age = (self.session.server_time() - written).total_seconds()
        if age > _YOUNG:
            return True
        self.session.sleep(max(0.0, min(_YOUNG, _YOUNG - age)) + 1.0)
        later = self.servers_by_id([now.id]).get(now.id)
        return later is not None and _is_untouched(before, later)

    def secrets(self) -> set[str]:
        """The values that no output may contain: credentials and tokens."""
        known: set[str] = self.settings.secrets() | self.session.auth.secrets()
        return known

    def hide(self, texts: Iterable[str]) -> None:
        """Registers further texts as secrets, which no error message repeats."""
        self.session.hide(texts)

    def close(self) -> None:
        self.session.close()


def _is_untouched(before: Server, now: Server) -> bool:
    """Whether a server is stable, and its record was not written since it was read before."""
    same = before.updated is not None and now.updated == before.updated and now.status == before.status
    return same and now.is_stable
