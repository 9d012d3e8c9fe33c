# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions on one server, and the state of the server after them. Pure data and predicates."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    PAUSED,
    RUNNING,
    STOPPED,
    SUSPENDED,
    Server,
)

#: The places of a server: active; soft-deleted (in the recycle bin) or permanently deleted; permanently deleted.
PRESENT = "present"
GONE = "gone"
PURGED = "purged"


@dataclass(frozen=True)
class ExpectedState:
    """The state of a server after an action; a value that is ``None`` or empty is not checked. Plain data, because a
    handle contains it for the task that waits later."""

    presence: str | None = None
    power_state: str | None = None
    #: One of these, in upper case.
    status: tuple[str, ...] = ()
    #: The id and name of the flavor: below microversion 2.47 a server's record has the id, from there on the name.
    flavor: tuple[str, ...] = ()
    locked: bool | None = None
    name: str | None = None
    host: str | None = None
    #: Any host except this one.
    left_host: str | None = None
    #: Volumes that are attached, and that are no longer attached.
    volumes: tuple[str, ...] = ()
    no_volumes: tuple[str, ...] = ()
    #: Ports that are attached, and that are no longer attached; the record of a server does not contain them.
    ports: tuple[str, ...] = ()
    no_ports: tuple[str, ...] = ()
    #: The key pair of the server, and a key pair that it does not have any more.
    key_name: str | None = None
    no_key_name: str | None = None
    #: The image that was created of the server, and must become active; the record does not contain it either.
    image: str | None = None

    @property
    def needs_extra_check(self) -> bool:
        """Whether the record of the server alone is no evidence: it contains a volume before the volume is attached."""
        return bool(self.volumes or self.ports or self.no_ports or self.image)

    def met(self, server: Server | None) -> bool:
        """Whether the server is in the expected state; ``None`` is a server that the cloud does not find."""
        if server is None:
            return self.presence in (GONE, PURGED)
        status = (server.status or "").upper()
        if self.presence is not None and not (
            server.is_purged if self.presence == PURGED else server.is_deleted == (self.presence == GONE)
        ):
            return False
        return (
            self.power_state in (None, server.power_state)
            and (not self.status or status in self.status)
            and (not self.flavor or server.flavor.id in self.flavor or server.flavor.name in self.flavor)
            and self.locked in (None, server.locked)
            and self.name in (None, server.name)
            and self.host in (None, server.host)
            and self.key_name in (None, server.key_name)
            and (self.no_key_name is None or server.key_name != self.no_key_name)
            and (self.left_host is None or server.host not in (None, self.left_host))
            and not set(self.volumes).difference(server.volume_ids or ())
            and not set(self.no_volumes).intersection(server.volume_ids or ())
        )

    def as_dict(self) -> dict[str, Any]:
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in found.items()
            if value not in (None, ())
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ExpectedState:
        """The expected state from a handle. Raises KeyError for an invalid one."""
        known = {each.name for each in fields(cls)}
        for name in data:
            if name not in known:
                raise KeyError(name)
        found: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**found)


@dataclass(frozen=True)
class Action:
    """One action on one server: ``arguments`` are the parameters for the platform.

    A power action has ``force`` (without a shutdown of the guest). REBUILD has ``spec``, a RebuildSpec. CHANGE_PASSWORD
    has ``password``, and ``dry_run`` if the cloud should only report what it would reject.

    ``expected_state`` proves the action; without it only the cloud's record of the action does. ``tasks`` are prefixes
    of the task_states while it is in progress. ``is_retry_safe``: it is safe to send the action twice. Not ``watched``:
    the response itself proves that it is done. ``note`` is a key and a value of the server's metadata, written before
    the action is submitted and removed when all work on the server has ended: an interrupted run leaves it for the next
    run. ``hidden``: the record of the server does not show that the action was done, so without a response its result
    is unknown.
    """

    action: str
    #: Not shown, because it may contain a password.
    arguments: Mapping[str, Any] = field(default_factory=dict, repr=False)
    expected_state: ExpectedState | None = None
    tasks: tuple[str, ...] = ()
    is_retry_safe: bool = False
    watched: bool = True
    note: tuple[str, str] | None = None
    hidden: bool = False

    def pending(self, server: Server, **known: Any) -> PendingAction:
        """The pending action on the server; ``known`` are further fields of it."""
        return PendingAction(server.id, self.action, server.name, expected_state=self.expected_state, **known)

    def infinitive(self, server: Server) -> str:
        """The action as an infinitive, for a message: ``live migrate the server web-01 (4f…)``."""
        return "%s the server %s" % (self.action.replace("_", " "), server.label)

    @property
    def requires(self) -> frozenset[str]:
        """The capability that the platform must support."""
        return frozenset((self.action, "password_dry_run") if self.arguments.get("dry_run") else (self.action,))


#: A new server is created and running.
BUILT = ExpectedState(status=("ACTIVE",))

#: The power actions, and the resulting power states.
GOALS = {
    "start": RUNNING,
    "stop": STOPPED,
    "reboot": RUNNING,
    "pause": PAUSED,
    "unpause": RUNNING,
    "suspend": SUSPENDED,
    "resume": RUNNING,
}


#: It has no target power state: it is done when the server is stable, in any state.
REBUILD = "rebuild"


#: Likewise: the power state of a server does not prove its password.
CHANGE_PASSWORD = "change_password"


#: Not an action: the server was in a transition, and no action was submitted.
SETTLE = "settle"


@dataclass(frozen=True)
class PendingAction:
    """The result of submitting one action on one server. If neither ``error`` nor ``outcome_unknown`` is set, the cloud
    accepted it. ``outcome_unknown``: the response was lost, so only the server's state can show the result. ``job_id``
    and ``request_id`` identify the evidence."""

    server_id: str
    action: str
    name: str | None = None
    job_id: str | None = None
    request_id: str | None = None
    error: CloudError | None = None
    outcome_unknown: bool = False
    #: The server was observed in progress after the request, so the action is done when the server is stable.
    seen_in_progress: bool = False
    #: The image of the server after the action.
    image_id: str | None = None
    #: The order that the cloud created, which may have to be paid first.
    order_id: str | None = None
    #: The expected state of the server, for an action without a target power state in GOALS.
    expected_state: ExpectedState | None = None
    #: The actions that the task did not submit, because they need the end of this one.
    then: tuple[str, ...] = ()
    #: The number of requests of the action, and how many of them the service accepted before one failed.
    steps: int = 1
    accepted: int = 0
    #: The administrator's password in the response. A handle does not contain it.
    password: str | None = field(default=None, repr=False)

    @property
    def goal(self) -> str | None:
        """The target power state of the action, ``None`` if any stable power state is accepted."""
        return GOALS.get(self.action)

    def reached(self, server: Server) -> bool:
        """Whether the server is in the expected state; true if there is nothing to check."""
        return self.expected_state.met(server) if self.expected_state else self.goal in (None, server.power_state)

    @property
    def is_unobservable(self) -> bool:
        return self.action == "reboot" or (
            self.expected_state.needs_extra_check if self.expected_state else self.action not in GOALS
        )

    @property
    def label(self) -> str:
        return "%s (%s)" % (self.name, self.server_id) if self.name else self.server_id

    def as_dict(self) -> dict[str, Any]:
        """The pending action for a handle; unknown values are omitted, because a handle can contain a thousand of
        them."""
        found: dict[str, Any] = {"server_id": self.server_id, "action": self.action}
        for key in ("name", "job_id", "request_id", "image_id"):
            value = getattr(self, key)
            if value is not None:
                found[key] = value
        if self.expected_state:
            found["expected_state"] = self.expected_state.as_dict()
        if self.then:
            found["then"] = list(self.then)
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PendingAction:
        """The pending action from the handle of an earlier task. Raises KeyError for an invalid handle."""
        if not isinstance(data["action"], str):
            raise KeyError("action")
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
            expected_state=ExpectedState.from_dict(data["expected_state"]) if data.get("expected_state") else None,
            then=tuple(str(action) for action in data.get("then") or ()),
        )


@dataclass(frozen=True)
class CreatedServer:
    """The result of submitting the creation of one server: a ``pending`` action ``create`` with the server's id, or an
    ``error``. ``outcome_unknown``: the response was lost, and the server may already exist, or may be created later."""

    name: str
    pending: PendingAction | None = None
    error: CloudError | None = None
    outcome_unknown: bool = False


@dataclass(frozen=True)
class ActionStatus:
    """The status of a pending action in one poll. ``verdict`` is the evidence (``JOB_PENDING``, ``JOB_SUCCEEDED``,
    ``JOB_FAILED`` or ``JOB_AWAITING_PAYMENT``), ``None`` if there is none. ``server`` is ``None`` if the cloud no
    longer finds the server."""

    server: Server | None
    verdict: str | None = None
    code: str | None = None
    message: str | None = None
    #: The action failed because another command was running on the server, so nothing was done to it.
    is_busy: bool = False
