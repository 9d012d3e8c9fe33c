# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of servers, in one form for all platforms. A field that a platform does not return is ``None``, never
invented."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from typing import Any, Iterable, Iterator, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image

RUNNING = "running"
STOPPED = "stopped"
PAUSED = "paused"
SUSPENDED = "suspended"
TRANSITIONAL = "transitional"
ERROR = "error"
UNKNOWN = "unknown"
POWER_STATES = (RUNNING, STOPPED, PAUSED, SUSPENDED, TRANSITIONAL, ERROR, UNKNOWN)

#: The power state of a stable server by status. The names are Nova's; Huawei Cloud uses the same (Elastic Cloud Server
#: API Reference, "ECS Statuses"). SHELVED and RESCUE are not target power states, so they are unknown.
_SETTLED = {
    "ACTIVE": RUNNING,
    "SHUTOFF": STOPPED,
    "PAUSED": PAUSED,
    "SUSPENDED": SUSPENDED,
    "ERROR": ERROR,
    "BUILD": TRANSITIONAL,
    "REBOOT": TRANSITIONAL,
    "HARD_REBOOT": TRANSITIONAL,
    "REBUILD": TRANSITIONAL,
    "MIGRATING": TRANSITIONAL,
    "PASSWORD": TRANSITIONAL,
    "RESIZE": TRANSITIONAL,
    "REVERT_RESIZE": TRANSITIONAL,
    # Stable until a user confirms or reverts the resize; this status does not end by itself.
    "VERIFY_RESIZE": UNKNOWN,
}

#: The final power state of a transition, by task_state and then by status: the prediction of check mode.
_DESTINATION_OF_TASK = {
    "powering-off": STOPPED,
    "powering-on": RUNNING,
    "pausing": PAUSED,
    "unpausing": RUNNING,
    "suspending": SUSPENDED,
    "resuming": RUNNING,
}
_DESTINATION_OF_STATUS = {
    "BUILD": RUNNING,
    "REBOOT": RUNNING,
    "HARD_REBOOT": RUNNING,
    "MIGRATING": RUNNING,
    "PASSWORD": RUNNING,
    "REBUILD": RUNNING,
    "RESIZE": STOPPED,
    "REVERT_RESIZE": RUNNING,
}

#: Every status of a server: those of Nova (API guide, "Server concepts"), which ECS uses as well.
STATUSES = tuple(sorted((*_SETTLED, "DELETED", "RESCUE", "SHELVED", "SHELVED_OFFLOADED", "SOFT_DELETED", "UNKNOWN")))

GONE_STATUSES = frozenset(("DELETED", "SOFT_DELETED"))


def power_state(status: str | None, task_state: str | None) -> str:
    """The power state of a status; a server with a task is in a transition, regardless of its status.

    A server that is being stopped still shows ACTIVE, one that is being started still SHUTOFF (Nova API guide, "Server
    concepts", and Elastic Cloud Server API Reference, "ECS Statuses"): only task_state shows it.
    """
    name = (status or "").upper()
    if name in GONE_STATUSES:
        return UNKNOWN
    if task_state and name != "ERROR":
        return TRANSITIONAL
    return _SETTLED.get(name, UNKNOWN)


# Ten thousand records are created at a time. They are not frozen, because that takes a third more time. They are never
# changed: use dataclasses.replace.

#: Addresses that cannot be reached from the Internet: RFC 1918, RFC 6598, RFC 4193 and link-local.
_PRIVATE_RANGES = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
)


def in_private_range(ip: str) -> bool:
    """Whether an address is in a private range; an invalid address is treated as private."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return True
    return any(address in network for network in _PRIVATE_RANGES if network.version == address.version)


@dataclass
class Address:
    """One address of a server; ``kind`` is ``fixed``, ``floating`` or ``None`` if the platform does not return it."""

    ip: str
    version: int
    kind: str | None = None
    mac: str | None = None
    network: str | None = None

    @property
    def public(self) -> bool:
        """Whether it is a floating address, or an address outside the private ranges without a kind."""
        return self.kind == "floating" or (self.kind is None and not in_private_range(self.ip))

    def as_dict(self) -> dict[str, Any]:
        return {"ip": self.ip, "version": self.version, "kind": self.kind, "mac": self.mac, "network": self.network}


@dataclass
class Server:
    """A cloud server. Times are the cloud's own text, ISO 8601 in UTC."""

    id: str
    platform: str
    region: str | None = None
    name: str | None = None
    status: str | None = None
    task_state: str | None = None
    locked: bool | None = None
    addresses: tuple[Address, ...] = ()
    flavor: Flavor = field(default_factory=Flavor)
    image: Image = field(default_factory=Image)
    key_name: str | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    availability_zone: str | None = None
    host: str | None = None
    #: The state of the compute service of its host: UP, DOWN, UNKNOWN or MAINTENANCE.
    host_status: str | None = None
    description: str | None = None
    created: str | None = None
    updated: str | None = None
    launched_at: str | None = None
    fault: Mapping[str, Any] | None = None
    enterprise_project_id: str | None = None
    #: The ids of the attached volumes.
    volumes: tuple[str, ...] | None = None
    #: The name inside the guest, and the device that it boots from, where the cloud shows them.
    hostname: str | None = None
    root_device_name: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def power_state(self) -> str:
        return power_state(self.status, self.task_state)

    @property
    def is_stable(self) -> bool:
        return self.power_state != TRANSITIONAL

    @property
    def is_deleted(self) -> bool:
        return (self.status or "").upper() in GONE_STATUSES

    @property
    def target_power_state(self) -> str:
        """The present power state, or the final power state of the present transition."""
        state = self.power_state
        if state != TRANSITIONAL:
            return state
        found = _DESTINATION_OF_TASK.get(self.task_state or "")
        if found:
            return found
        name = (self.status or "").upper()
        return _DESTINATION_OF_STATUS.get(name) or _SETTLED.get(name, UNKNOWN)

    @property
    def private_ips(self) -> list[str]:
        """IPv4 first, regardless of the order of the cloud, which differs between servers."""
        return [address.ip for address in self._by_version() if not address.public]

    @property
    def public_ips(self) -> list[str]:
        """IPv4 first."""
        return [address.ip for address in self._by_version() if address.public]

    def _by_version(self) -> list[Address]:
        return sorted(self.addresses, key=lambda address: address.version)

    @property
    def label(self) -> str:
        """The name of the server in a message; a server that does not exist yet has no id."""
        return "%s (%s)" % (self.name, self.id) if self.name and self.id else self.name or self.id

    def as_dict(self, raw: bool = False) -> dict[str, Any]:
        """The record for the result of a task. ``raw`` adds the cloud's own response without ``user_data``, which may
        contain password hashes."""
        record: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "power_state": self.power_state,
            "task_state": self.task_state,
            "locked": self.locked,
            "addresses": [address.as_dict() for address in self.addresses],
            "private_ips": self.private_ips,
            "public_ips": self.public_ips,
            "flavor": self.flavor.as_dict(),
            "image": self.image.as_dict(),
            "key_name": self.key_name,
            "tags": list(self.tags),
            "metadata": dict(self.metadata),
            "availability_zone": self.availability_zone,
            "host": self.host,
            "description": self.description,
            "created": self.created,
            "updated": self.updated,
            "launched_at": self.launched_at,
            "fault": dict(self.fault) if self.fault else None,
            "enterprise_project_id": self.enterprise_project_id,
            "volumes": None if self.volumes is None else list(self.volumes),
            "platform": self.platform,
            "region": self.region,
        }
        if raw:
            record["raw"] = {key: value for key, value in self.raw.items() if not key.endswith("user_data")}
        return record


#: The keys of a server record, in the order in which they are shown.
SERVER_FIELDS = tuple(Server(id="", platform="").as_dict())


def fault_text(server: Server) -> str:
    """Why a server is in ERROR, with the message of the cloud if there is one."""
    message = (server.fault or {}).get("message")
    return "the server is in status ERROR" + (": %s" % message.rstrip(".") if message else "")


def state_text(server: Server | None) -> str:
    """The state of a server for a message: ``status ACTIVE, task powering-off``."""
    if server is None:
        return "unknown state"
    return "status %s%s" % (server.status, ", task %s" % server.task_state if server.task_state else "")


def with_flavor_ids(servers: Iterable[Server], flavors: Iterable[Flavor]) -> Iterator[Server]:
    """The servers with the missing fields of their flavors from the flavor list. Nova returns a server's flavor by id
    below microversion 2.47 and by name from there on; a selection by flavor needs both."""
    known = list(flavors)
    by_id = {flavor.id: flavor for flavor in known}
    by_name = {flavor.name: flavor for flavor in known}
    for server in servers:
        found = by_id.get(server.flavor.id) if server.flavor.id else by_name.get(server.flavor.name)
        if found:
            own = {key: value for key, value in vars(server.flavor).items() if value is not None}
            # Fields in the record of the server have precedence: a flavor may have been recreated with other sizes
            # since.
            server = replace(server, flavor=replace(found, **own))
        yield server
