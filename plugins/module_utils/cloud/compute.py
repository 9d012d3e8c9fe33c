# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface that every platform offers, and how to get the platform that the settings name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, Callable, Iterable, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.attachment_calls import AttachmentCalls
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.deeds import Aim, Deed
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, UnsupportedOperation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.filters import FilterCheck
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.new_server import Network, NewServer
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.os_order import ImageDetails, OsOrder
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import (
    PAUSED,
    PENDING,
    RUNNING,
    STOPPED,
    SUSPENDED,
    Flavor,
    Job,
    Server,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resource_calls import ResourceCalls
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.session import Session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.session import connect as connect_session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.settings import Settings

#: Seconds: a server's record that was written so short a time ago is read again.
_YOUNG = 5.0

#: What can be done to a server's power, and the power state that it leads to.
GOALS = {
    "start": RUNNING,
    "stop": STOPPED,
    "reboot": RUNNING,
    "pause": PAUSED,
    "unpause": RUNNING,
    "suspend": SUSPENDED,
    "resume": RUNNING,
}
#: Has no power state of its own to lead to: it is done when the server has settled, wherever that is.
REBUILD = "rebuild"
#: Likewise: a server's power state is no proof of its password.
CHANGE_PASSWORD = "change_password"
#: Not an action: the server was on its way to another state, and nothing was asked of it.
SETTLE = "settle"
#: Every action that a handle may speak of; the others are done when the cloud has answered.
ACTIONS = frozenset(GOALS) | {
    SETTLE,
    REBUILD,
    CHANGE_PASSWORD,
    "create",
    "create_image",
    "delete",
    "restore",
    "purge",
    "resize",
    "live_resize",
    "confirm_resize",
    "revert_resize",
    "migrate",
    "live_migrate",
    "evacuate",
    "attach_volume",
    "detach_volume",
    "attach_interface",
    "detach_interface",
}


@dataclass(frozen=True)
class ServerQuery:
    """What a listing is asked for.

    A platform uses what it can filter itself and may return more than was asked for, never less: the caller checks
    every server again (selection.py), for no filter of a server can be trusted alone.
    """

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    flavor: tuple[str, ...] = ()
    availability_zone: tuple[str, ...] = ()
    #: Parameters of the platform's own list call, sent as they are.
    filters: tuple[tuple[str, str], ...] = ()
    all_projects: bool = False
    deleted: bool = False
    page_size: int = 1000
    #: Ids and names are enough; a platform that has a cheaper list of those leaves the rest of the records empty.
    brief: bool = False


@dataclass(frozen=True)
class Ticket:
    """What became of asking the cloud for one action on one server.

    With neither ``error`` nor ``uncertain`` the cloud accepted it. ``uncertain``: the answer was lost, so only the
    server's state can tell. ``job_id`` and ``request_id`` find the proof later.
    """

    server_id: str
    action: str
    name: str | None = None
    job_id: str | None = None
    request_id: str | None = None
    error: CloudError | None = None
    uncertain: bool = False
    #: The server was seen on its way after the cloud was asked, so once it has settled it is done.
    witnessed: bool = False
    #: The image that the server runs when it is done.
    image_id: str | None = None
    #: The order that was made, and may have to be paid first.
    order_id: str | None = None
    #: What the server shows when it is done, for an action that has no power state of GOALS to lead to.
    aim: Aim | None = None
    #: The actions that the task did not ask for, because they need this one to have ended.
    then: tuple[str, ...] = ()
    #: How many requests the action takes, and how many of them the service has accepted where one failed.
    steps: int = 1
    accepted: int = 0

    @property
    def goal(self) -> str | None:
        """The power state that the action leads to, ``None`` where it is any one in which a server settles."""
        return GOALS.get(self.action)

    def reached(self, server: Server) -> bool:
        """Whether the server shows what it is to show; one without a trace to look for always does."""
        return self.aim.met(server) if self.aim else self.goal in (None, server.power_state)

    @property
    def leaves_no_trace(self) -> bool:
        return self.action == "reboot" or (self.aim.beyond if self.aim else self.action not in GOALS)

    @property
    def label(self) -> str:
        return "%s (%s)" % (self.name, self.server_id) if self.name else self.server_id

    def as_dict(self) -> dict[str, Any]:
        """The ticket for a handle; what is not known is left out, for a handle may have a thousand of them."""
        found: dict[str, Any] = {"server_id": self.server_id, "action": self.action}
        for key in ("name", "job_id", "request_id", "image_id"):
            value = getattr(self, key)
            if value is not None:
                found[key] = value
        if self.aim:
            found["aim"] = self.aim.as_dict()
        if self.then:
            found["then"] = list(self.then)
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Ticket:
        """The ticket again, from the handle of an earlier task. Raises KeyError where the handle is not one."""
        if data["action"] not in ACTIONS:
            raise KeyError(data["action"])
        if not data["server_id"]:
            raise KeyError("server_id")
        for key in ("server_id", "name", "job_id", "request_id", "image_id"):
            if not isinstance(data.get(key), (str, type(None))):
                raise KeyError(key)
        return cls(
            server_id=data["server_id"],
            action=data["action"],
            name=data.get("name"),
            job_id=data.get("job_id"),
            request_id=data.get("request_id"),
            image_id=data.get("image_id"),
            aim=Aim.from_dict(data["aim"]) if data.get("aim") else None,
            then=tuple(str(action) for action in data.get("then") or ()),
        )


@dataclass(frozen=True)
class CreatedServer:
    """What became of asking for one new server: a ``ticket`` of action ``create`` to watch, which knows its id, or an
    ``error``.

    ``uncertain``: the answer was lost, and the server may have been made, or be made yet.
    """

    name: str
    ticket: Ticket | None = None
    error: CloudError | None = None
    uncertain: bool = False


@dataclass(frozen=True)
class Observation:
    """One look at a server that something was asked of.

    ``verdict`` is what the proof says (``records.PENDING``, ``SUCCEEDED``, ``FAILED``), ``None`` where there is none
    to be had. ``server`` is ``None`` where the cloud no longer knows the server.
    """

    server: Server | None
    verdict: str | None = None
    code: str | None = None
    message: str | None = None


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
    most_user_data = 0
    #: What to use instead of an operation that the platform has not.
    instead: dict[str, str] = {}
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
            raise UnsupportedOperation(operation, self.platform, self.instead.get(operation))

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

    def act(self, action: str, servers: Sequence[Server], force: bool = False) -> list[Ticket]:
        """Asks for a power action on each server; one ticket a server, in the order of the servers.

        ``force`` makes stop and reboot hard: the guest is not asked.
        """
        raise NotImplementedError

    def perform(self, orders: Sequence[tuple[Server, Deed]]) -> list[Ticket]:
        """Asks for one deed a server; one ticket an order, in their order. None is asked for twice by itself."""
        raise NotImplementedError

    def server_problem(self, new: NewServer) -> str | None:
        """Why the platform would refuse such a server, with what to do; ``None`` where it would not. Asks nothing."""
        return None

    def name_problem(self, name: str) -> str | None:
        """Why the platform would refuse such a name of a new server; ``None`` where it would not. Asks nothing."""
        return None

    def deed_problem(self, server: Server, deed: Deed) -> str | None:
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
        raise UnsupportedOperation("create", self.platform, self.instead.get("create"))

    def networks(self, name: str | None = None) -> Sequence[Network]:
        """The networks of that exact name, or all, that the project may use."""
        raise UnsupportedOperation("networks", self.platform, self.instead.get("networks"))

    def network_things(self, kind: str, ids: Sequence[str] = ()) -> Sequence[tuple[str, str | None]]:
        """The id and name of each that the project may use, of these ids or all.

        ``kind`` is ``networks``, ``subnets``, ``ports`` or ``security-groups``.
        """
        raise UnsupportedOperation("networks", self.platform, self.instead.get("networks"))

    def missing_options(self, new: NewServer) -> Sequence[str]:
        """What the platform needs to create such a server and was not given, a sentence each; asks nothing."""
        return ()

    def observe(self, tickets: Sequence[Ticket], since: str | None = None) -> dict[str, Observation]:
        """One look at what became of the tickets; servers that have not changed since may be left out."""
        raise NotImplementedError

    def images(self, name: str | None = None, image_id: str | None = None) -> Sequence[ImageDetails]:
        """The images of that exact name, or the one of that id, that the project may use."""
        raise UnsupportedOperation("images", self.platform, self.instead.get("images"))

    def os_problem(self, order: OsOrder, server: Server | None = None) -> str | None:
        """Why the platform would refuse such an order, with what to do; ``None`` where it would not.

        Without a server, what it would refuse for every one.
        """
        return None

    def rebuild(self, orders: Sequence[tuple[Server, OsOrder]]) -> list[Ticket]:
        """Orders a new system disk for each server; one ticket an order, in their order. Never sent twice."""
        raise UnsupportedOperation(REBUILD, self.platform, self.instead.get(REBUILD))

    def reset_passwords(self, servers: Sequence[Server], password: str, dry_run: bool = False) -> list[Ticket]:
        """Sets the administrator's password; one ticket a server, in the order of the servers.

        ``dry_run`` has the cloud say what it would refuse, where it can. Doing it twice does no harm.
        """
        raise UnsupportedOperation(CHANGE_PASSWORD, self.platform, self.instead.get(CHANGE_PASSWORD))

    def set_metadata(self, server: Server, metadata: Mapping[str, str]) -> None:
        """Adds and changes keys of the server's metadata; others stay."""
        raise NotImplementedError

    def adopt(self, ticket: Ticket, since: str | None) -> Ticket | None:
        """For a ticket whose answer was lost: the ticket with its proof, where the cloud has a record of the action."""
        return None

    def was_not_done(self, ticket: Ticket, before: Server, now: Server, since: str | None) -> bool:
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
    return same and now.settled


def with_flavor_ids(servers: Iterable[Server], flavors: Iterable[Flavor]) -> Iterator[Server]:
    """The servers with what the flavor list knows of their flavors filled in.

    Nova tells a server's flavor by id below microversion 2.47 and by name from there on; a selection by flavor
    needs both.
    """
    known = list(flavors)
    by_id = {flavor.id: flavor for flavor in known}
    by_name = {flavor.name: flavor for flavor in known}
    for server in servers:
        found = by_id.get(server.flavor.id) if server.flavor.id else by_name.get(server.flavor.name)
        if found:
            own = {key: value for key, value in vars(server.flavor).items() if value is not None}
            # What the server tells of itself counts: a flavor may have been made anew with other sizes since.
            server = replace(server, flavor=replace(found, **own))
        yield server


def connect(
    settings: Settings, parallel: int = 8, clock: Any = None, warn: Callable[[str], None] | None = None
) -> Compute:
    """The platform of the settings. No request is made before the first question. ``warn`` is given sentences for the
    user."""
    session = connect_session(settings, clock=clock, warn=warn)
    return _platform(settings.platform)(session, settings, parallel=parallel)


def _platform(name: str) -> type[Compute]:
    # Only the platform in use is imported, for every task pays for it; and each by a statement of its own, for that
    # is what Ansible looks for when it packs a module for its target.
    if name == "huaweicloud":
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import HuaweiCloud

        return HuaweiCloud
    if name == "easystack":
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.easystack import EasyStack

        return EasyStack
    if name == "ustack":
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.ustack import UStack

        return UStack
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.openstack import OpenStack

    return OpenStack


__all__ = ["GOALS", "PENDING", "Compute", "Observation", "ServerQuery", "Ticket", "connect", "with_flavor_ids"]
