# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of one server, and what the server looks like when it is done. Pure data and predicates."""

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

#: Where a server is: in the ordinary list, in the recycle bin or beyond, beyond it.
PRESENT = "present"
GONE = "gone"
PURGED = "purged"


@dataclass(frozen=True)
class ExpectedState:
    """What a server shows when an action is done; what is ``None`` or empty does not matter.

    Plain data, for a handle carries it to the task that joins later.
    """

    presence: str | None = None
    power_state: str | None = None
    #: Any of these, in capitals.
    status: tuple[str, ...] = ()
    #: The flavor's id and name: below microversion 2.47 a server tells the one, from there on the other.
    flavor: tuple[str, ...] = ()
    locked: bool | None = None
    name: str | None = None
    host: str | None = None
    #: Any host but this one.
    left_host: str | None = None
    #: Volumes that it has, and that it has no more.
    volumes: tuple[str, ...] = ()
    no_volumes: tuple[str, ...] = ()
    #: Ports that it has, and that it has no more; a server's record does not show them.
    ports: tuple[str, ...] = ()
    no_ports: tuple[str, ...] = ()
    #: The image that was made of it, which is to become active; likewise.
    image: str | None = None

    @property
    def needs_extra_check(self) -> bool:
        """Whether the server's record alone is no proof: a volume is in it before it is attached."""
        return bool(self.volumes or self.ports or self.no_ports or self.image)

    def met(self, server: Server | None) -> bool:
        """Whether the server, ``None`` for one that the cloud does not know, is as it is to be."""
        if server is None:
            return self.presence in (GONE, PURGED)
        status = (server.status or "").upper()
        if self.presence is not None and not (
            status == "DELETED" if self.presence == PURGED else server.is_deleted == (self.presence == GONE)
        ):
            return False
        return (
            self.power_state in (None, server.power_state)
            and (not self.status or status in self.status)
            and (not self.flavor or server.flavor.id in self.flavor or server.flavor.name in self.flavor)
            and self.locked in (None, server.locked)
            and self.name in (None, server.name)
            and self.host in (None, server.host)
            and (self.left_host is None or server.host not in (None, self.left_host))
            and not set(self.volumes).difference(server.volumes or ())
            and not set(self.no_volumes).intersection(server.volumes or ())
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
        """The expected state again, from a handle. Raises KeyError for what is none."""
        known = {each.name for each in fields(cls)}
        for name in data:
            if name not in known:
                raise KeyError(name)
        found: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**found)


@dataclass(frozen=True)
class Action:
    """One thing to be asked of one server: ``arguments`` are what the platform needs to ask for it.

    Those of a power action: ``force`` (the guest is not asked). Of REBUILD: ``spec``, a RebuildSpec. Of
    CHANGE_PASSWORD: ``password``, and ``dry_run`` where the cloud is only to say what it would refuse.

    ``expected_state`` is what proves it; without one only the cloud's record of the action does. ``tasks`` are
    beginnings of the task_states that show it under way. ``is_retry_safe``: asking twice does no harm. Not ``watched``:
    the answer itself says that it is done. ``note`` is a key and a value of the server's metadata, written before the
    action is asked for and removed when the whole work on the server has ended: a run that is interrupted leaves it for
    the next one. ``hidden``: the server's record need not show that it was done, so without an answer nobody knows.
    """

    action: str
    #: Not shown, for a password may be among them.
    arguments: Mapping[str, Any] = field(default_factory=dict, repr=False)
    expected_state: ExpectedState | None = None
    tasks: tuple[str, ...] = ()
    is_retry_safe: bool = False
    watched: bool = True
    note: tuple[str, str] | None = None
    hidden: bool = False

    def infinitive(self, server: Server) -> str:
        """What is asked of the server, for a sentence: ``live migrate the server web-01 (4f…)``."""
        return "%s the server %s" % (self.action.replace("_", " "), server.label)

    @property
    def requires(self) -> frozenset[str]:
        """What the platform must support for it."""
        return frozenset((self.action, "password_dry_run") if self.arguments.get("dry_run") else (self.action,))


#: A new server is made: it runs.
BUILT = ExpectedState(status=("ACTIVE",))

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
class PendingAction:
    """What became of asking the cloud for one action on one server.

    With neither ``error`` nor ``outcome_unknown`` the cloud accepted it. ``outcome_unknown``: the response was lost, so
    only the server's state can tell. ``job_id`` and ``request_id`` find the evidence later.
    """

    server_id: str
    action: str
    name: str | None = None
    job_id: str | None = None
    request_id: str | None = None
    error: CloudError | None = None
    outcome_unknown: bool = False
    #: The server was seen on its way after the cloud was asked, so once it has settled it is done.
    seen_in_progress: bool = False
    #: The image that the server runs when it is done.
    image_id: str | None = None
    #: The order that was made, and may have to be paid first.
    order_id: str | None = None
    #: What the server shows when it is done, for an action that has no power state of GOALS to lead to.
    expected_state: ExpectedState | None = None
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
        """The pending action for a handle; what is not known is left out, for a handle may have a thousand of them."""
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
        """The pending action again, from the handle of an earlier task. Raises KeyError where the handle is not one."""
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
            expected_state=ExpectedState.from_dict(data["expected_state"]) if data.get("expected_state") else None,
            then=tuple(str(action) for action in data.get("then") or ()),
        )


@dataclass(frozen=True)
class CreatedServer:
    """What became of asking for one new server: a ``pending`` of action ``create`` to watch, which knows its id, or an
    ``error``.

    ``outcome_unknown``: the answer was lost, and the server may have been made, or be made yet.
    """

    name: str
    pending: PendingAction | None = None
    error: CloudError | None = None
    outcome_unknown: bool = False


@dataclass(frozen=True)
class ActionStatus:
    """One look at a server that something was asked of.

    ``verdict`` is what the evidence says (``JOB_PENDING``, ``JOB_SUCCEEDED``, ``JOB_FAILED`` or
    ``JOB_AWAITING_PAYMENT``), ``None`` where there is no evidence. ``server`` is ``None`` where the
    cloud no longer knows the server.
    """

    server: Server | None
    verdict: str | None = None
    code: str | None = None
    message: str | None = None
    #: The action failed because another command was running on the server, so nothing was done to it.
    is_busy: bool = False
