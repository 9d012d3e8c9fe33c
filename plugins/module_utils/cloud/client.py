# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface that every platform offers, and how to get the platform that the settings name."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Iterable, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ActionStatus,
    CreatedServer,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.attachment_calls import AttachmentCalls
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, UnsupportedOperation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.filters import FilterCheck
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import Job
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import Network
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import NewServer
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import RebuildSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resource_calls import ResourceCalls

#: Seconds: a server's record that was written so short a time ago is read again.
_YOUNG = 5.0


class Compute(ResourceCalls, AttachmentCalls):
    """What a module may ask of a cloud, the same on every platform.

    Methods raise ``CloudError`` and its subclasses. A method that acts on many servers raises nothing for one of
    them: each server's ticket says what became of it.
    """

    platform = ""
    #: What ``supports`` answers for; a platform lists what it can do.
    operations: frozenset[str] = frozenset()
    #: Whether a new server is in the list as soon as its creation has been answered.
    lists_new_servers_at_once = True
    #: How many bytes of user_data a server takes.
    max_user_data_bytes = 0
    #: What to use instead of an operation that the platform has not.
    alternatives: dict[str, str] = {}
    #: The platform's own list filters that can be checked on the records; see filters.py.
    filter_checks: Mapping[str, FilterCheck] = {}

    def __init__(self, session: Session, settings: Settings, parallel: int = 8) -> None:
        self.session = session
        self.settings = settings
        self.parallel = parallel
        #: Whether servers of other projects are looked at too; ``servers`` sets it from its query.
        self.all_projects = False
        self._withheld: dict[str, CloudError] = {}

    @property
    def region(self) -> str | None:
        return self.settings.region

    def supports(self, operation: str) -> bool:
        """Whether the platform can do it.

        Of passwords: ``change_password``, ``password_at_boot`` (one holds from the next start on, and a stopped server
        takes one too; otherwise it holds at once, and only a running server takes one), ``password_dry_run``,
        ``password_rules`` (weak ones are refused).
        Of the rest: a power action of GOALS, ``rebuild``, ``rebuild_running`` (a rebuild needs
        no stop, and leaves the power state as it was), ``act_on_locked``, ``deleted``, ``all_projects``,
        ``keypairs``, ``keypair_types``, ``keypair_users``, ``attach_keypairs``, ``flavor_admin``, ``flavor_access``,
        ``flavor_descriptions``, ``aggregates``, ``zones``, ``zone_hosts``.
        Of a server's life: ``create``, the deeds of new_server.py, ``networks``, ``descriptions``, ``hostnames``,
        ``tags_in_metadata`` (metadata stands for tags), ``boot_order`` (metadata says which device boots first).
        Of what hangs on a server: ``create_image``, ``delete_image``, ``attach_volume``, ``detach_volume``,
        ``volume_tags``, ``volume_termination`` (what becomes of it with the server), ``shared_volumes``,
        ``attach_interface``, ``detach_interface``, ``interface_tags``, ``interface_subnets``.
        Of hosts: ``services``, ``forced_down``, ``hypervisors``; of servers that leave them: ``migrate``,
        ``live_migrate``, ``evacuate``, ``migrate_to_host``, ``force_host``, ``confirm_resize``.
        Of groups: ``server_groups``, ``server_group_policies`` (others than anti-affinity), ``server_group_soft``,
        ``server_group_rules``.
        Of consoles and key pairs: ``detach_keypairs``; ``console``, ``console_types`` (others than novnc),
        ``console_mks``, ``console_output``."""
        return operation in self.operations

    def require(self, operation: str) -> None:
        """Raises UnsupportedOperation, which says what to use instead."""
        if not self.supports(operation):
            raise UnsupportedOperation(operation, self.platform, self.alternatives.get(operation))

    def withhold(self, detail: str, error: CloudError) -> None:
        # setdefault is atomic: details of many things are read at the same time.
        if self._withheld.setdefault(detail, error) is error:
            reason = error.message.rstrip(".")
            self.session.warn("The cloud does not show %s to this user, so they are null: %s." % (detail, reason))

    def servers(self, query: ServerQuery) -> Iterator[Server]:
        """The servers that may match the query, each once, in no order that can be relied upon."""
        raise NotImplementedError

    def servers_by_id(self, ids: Sequence[str], since: str | None = None) -> dict[str, Server]:
        """The servers of these ids that exist, by id.

        ``since`` (an instant from ``mark``) allows the platform to leave out servers that have not changed since.
        """
        raise NotImplementedError

    def mark(self) -> str | None:
        """An instant of the cloud's clock, just before now, for ``servers_by_id``; ``None`` where there is no use."""
        return None

    def perform(self, requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        """Asks for one action on each server, and gives one pending action a request, in their order.

        No request is sent twice by itself, except where the platform's document makes that safe. Raises
        UnsupportedOperation for an action that the platform does not have, and AuthenticationFailed where the
        credentials are refused.
        """
        raise NotImplementedError

    def server_problem(self, new: NewServer) -> str | None:
        """Why the platform would refuse such a server, with what to do; ``None`` where it would not. Asks nothing."""
        return None

    def name_problem(self, name: str) -> str | None:
        """Why the platform would refuse such a name of a new server; ``None`` where it would not. Asks nothing."""
        return None

    def deed_problem(self, server: Server, deed: Action) -> str | None:
        """Why the platform would refuse the deed whatever the server's state, with what to do; asks nothing."""
        return None

    def tags_after(self, there: Sequence[str], wanted: Sequence[str], purge: bool) -> set[str]:
        """The tags of a server that was asked to have the wanted ones, and with ``purge`` no others."""
        return set(wanted) if purge else set(there) | set(wanted)

    def keeps_metadata(self, key: str) -> bool:
        """Whether a key of a server's metadata is the platform's own, which no task removes."""
        return False

    def tags_problem(self, tags: Sequence[str]) -> str | None:
        """Why the platform would refuse such tags, with what to do; ``None`` where it would not. Asks nothing."""
        return None

    def create_servers(
        self, new: NewServer, names: Sequence[str], client_token: str | None = None
    ) -> list[CreatedServer]:
        """Asks for one server of each name, all alike; one answer a name, in their order.

        Raises nothing for one of them. None is asked for twice by itself, but where the platform makes that safe by the
        ``client_token``. The tickets' aim is BUILT: the server runs.
        """
        raise UnsupportedOperation("create", self.platform, self.alternatives.get("create"))

    def networks(self, name: str | None = None) -> Sequence[Network]:
        """The networks of that exact name, or all, that the project may use."""
        raise UnsupportedOperation("networks", self.platform, self.alternatives.get("networks"))

    def network_things(self, kind: str, ids: Sequence[str] = ()) -> Sequence[tuple[str, str | None]]:
        """The id and name of each that the project may use, of these ids or all.

        ``kind`` is ``networks``, ``subnets``, ``ports`` or ``security-groups``.
        """
        raise UnsupportedOperation("networks", self.platform, self.alternatives.get("networks"))

    def missing_options(self, new: NewServer) -> Sequence[str]:
        """What the platform needs to create such a server and was not given, a sentence each; asks nothing."""
        return ()

    def observe(self, tickets: Sequence[PendingAction], since: str | None = None) -> dict[str, ActionStatus]:
        """One look at what became of the tickets; servers that have not changed since may be left out."""
        raise NotImplementedError

    def images(self, name: str | None = None, image_id: str | None = None) -> Sequence[ImageDetails]:
        """The images of that exact name, or the one of that id, that the project may use."""
        raise UnsupportedOperation("images", self.platform, self.alternatives.get("images"))

    def os_problem(self, order: RebuildSpec, server: Server | None = None) -> str | None:
        """Why the platform would refuse such an order, with what to do; ``None`` where it would not.

        Without a server, what it would refuse for every one.
        """
        return None

    def set_metadata(self, server: Server, metadata: Mapping[str, str]) -> None:
        """Adds and changes keys of the server's metadata; others stay."""
        raise NotImplementedError

    def recover_action(self, ticket: PendingAction, since: str | None) -> PendingAction | None:
        """For a ticket whose answer was lost: the ticket with its proof, where the cloud has a record of the action."""
        return None

    def was_not_done(self, ticket: PendingAction, before: Server, now: Server, since: str | None) -> bool:
        """Whether the cloud shows that a request without an answer that proves anything was not carried out.

        ``before`` is the server as it was seen before the request, ``now`` after it, ``since`` an instant from
        ``mark`` before the request. ``False`` where nothing shows it. Raises CloudError where the cloud cannot be read.

        Every action writes the server's record when it begins and when it ends, so a server at rest that was not
        written has seen none. A record that is a few seconds old only is read again, for its times are whole seconds.
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

    def job(self, job_id: str) -> Job:
        """The job; of status ``vanished`` where the cloud does not know it."""
        raise UnsupportedOperation("job", self.platform, "the handle that a task with wait: false returns")

    def flavors(self) -> Iterable[Flavor]:
        """Every flavor that the project can use."""
        raise NotImplementedError

    def secrets(self) -> set[str]:
        """What must appear in no output: credentials and tokens."""
        known: set[str] = self.settings.secrets() | self.session.auth.secrets()
        return known

    def hide(self, texts: Iterable[str]) -> None:
        """Takes further texts for secrets, which no error repeats."""
        self.session.hide(texts)

    def close(self) -> None:
        self.session.close()


def _is_untouched(before: Server, now: Server) -> bool:
    """Whether a server is at rest, and its record was not written since it was seen before."""
    same = before.updated is not None and now.updated == before.updated and now.status == before.status
    return same and now.is_stable
