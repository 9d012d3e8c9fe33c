# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of servers, in one form for all platforms. A field that a platform does not return is ``None``, never
invented."""

from __future__ import annotations

import ipaddress
import sys
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any, Callable, Iterable, Iterator, Mapping, NamedTuple, Sequence

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
# changed: use dataclasses.replace. With slots they need half the memory; Python 3.8 and 3.9 have no such option.
_SLOTS: dict[str, Any] = {"slots": True} if sys.version_info >= (3, 10) else {}

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


@dataclass(**_SLOTS)
class Address:
    """One address of a server; ``kind`` is ``fixed``, ``floating`` or ``None`` if the platform does not return it."""

    ip: str
    version: int
    kind: str | None = None
    mac: str | None = None
    network: str | None = None
    port_id: str | None = None
    subnet_id: str | None = None
    subnet_name: str | None = None
    subnet_shared: bool | None = None

    @property
    def public(self) -> bool:
        """Whether it is a floating address, or an address outside the private ranges without a kind."""
        return self.kind == "floating" or (self.kind is None and not in_private_range(self.ip))

    def as_dict(self) -> dict[str, Any]:
        return {
            "ip": self.ip,
            "version": self.version,
            "kind": self.kind,
            "mac": self.mac,
            "network": self.network,
            "port_id": self.port_id,
            "subnet_id": self.subnet_id,
            "subnet_name": self.subnet_name,
            "subnet_shared": self.subnet_shared,
        }


class ServerVolume(NamedTuple):
    """A volume in the record of a server."""

    id: str
    device: str | None = None
    boot_index: int | None = None
    delete_on_termination: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "device": self.device,
            "boot_index": self.boot_index,
            "delete_on_termination": self.delete_on_termination,
        }


_VERSION = attrgetter("version")


@dataclass(**_SLOTS)
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
    #: The same for all servers of a project on one host; also users who do not see the name of the host see it.
    host_id: str | None = None
    description: str | None = None
    created: str | None = None
    updated: str | None = None
    launched_at: str | None = None
    fault: Mapping[str, Any] | None = None
    enterprise_project_id: str | None = None
    #: The attached volumes; ``None`` if the cloud does not show them.
    volumes: tuple[ServerVolume, ...] | None = None
    #: The name inside the guest, and the device that it boots from, where the cloud shows them.
    hostname: str | None = None
    root_device_name: str | None = None
    project_id: str | None = None
    user_id: str | None = None
    #: Their names; ``None`` if the cloud does not show them.
    security_groups: tuple[str, ...] | None = None
    access_ipv4: str | None = None
    access_ipv6: str | None = None
    vm_state: str | None = None
    hypervisor_hostname: str | None = None
    #: The state of the compute service of its host: UP, DOWN, UNKNOWN or MAINTENANCE.
    host_status: str | None = None
    reservation_id: str | None = None
    deleted_at: str | None = None
    #: When the recycle bin deletes it permanently.
    estimated_deleted_at: str | None = None
    #: Whether it comes from the list of a recycle bin whose servers may keep any status.
    in_recycle_bin: bool = False
    #: Base64; it may contain passwords.
    user_data: str | None = field(default=None, repr=False, compare=False)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def power_state(self) -> str:
        return power_state(self.status, self.task_state)

    @property
    def is_stable(self) -> bool:
        return self.power_state != TRANSITIONAL

    @property
    def is_deleted(self) -> bool:
        return self.in_recycle_bin or (self.status or "").upper() in GONE_STATUSES

    @property
    def is_purged(self) -> bool:
        """Whether it is permanently deleted."""
        return not self.in_recycle_bin and (self.status or "").upper() == "DELETED"

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

    def _by_version(self) -> Sequence[Address]:
        return self.addresses if len(self.addresses) < 2 else sorted(self.addresses, key=_VERSION)

    @property
    def label(self) -> str:
        """The name of the server in a message; a server that does not exist yet has no id."""
        return "%s (%s)" % (self.name, self.id) if self.name and self.id else self.name or self.id

    @property
    def volume_ids(self) -> tuple[str, ...] | None:
        return None if self.volumes is None else tuple(volume.id for volume in self.volumes)

    @property
    def tag_map(self) -> dict[str, str]:
        """The tags by key; a tag without a value has an empty string. If several tags have the same key, the last of
        them in alphabetical order."""
        found = {}
        for tag in sorted(self.tags):
            key, _equals, found[key] = tag.partition("=")
        return found

    def as_dict(self, raw: bool = False, fields: Iterable[str] | None = None) -> dict[str, Any]:
        """The record for the result of a task: the default fields, or only ``fields``, in the order of SERVER_FIELDS.

        ``raw`` adds the cloud's own response. It contains ``user_data`` only if ``fields`` contains it, because
        ``user_data`` may contain passwords.
        """
        (record,) = as_dicts((self,), fields, raw)
        return record


#: The keys that a record has only if the task requests them: they may contain secrets.
REQUESTED_FIELDS = ("user_data",)
#: The keys of a server record, in the order in which they are shown.
SERVER_FIELDS = (
    "id",
    "name",
    "status",
    "power_state",
    "task_state",
    "vm_state",
    "locked",
    "addresses",
    "private_ips",
    "public_ips",
    "access_ipv4",
    "access_ipv6",
    "security_groups",
    "flavor",
    "image",
    "key_name",
    "tags",
    "tag_map",
    "metadata",
    "availability_zone",
    "host",
    "host_id",
    "hypervisor_hostname",
    "host_status",
    "hostname",
    "description",
    "created",
    "updated",
    "launched_at",
    "deleted_at",
    "estimated_deleted_at",
    "fault",
    "project_id",
    "user_id",
    "enterprise_project_id",
    "reservation_id",
    "root_device_name",
    "volumes",
    "platform",
    "region",
)
#: The fields whose form in a record differs from that of the server.
_FORMS: dict[str, Callable[[Server], Any]] = {
    "addresses": lambda server: [address.as_dict() for address in server.addresses],
    "security_groups": lambda server: _listed(server.security_groups),
    "flavor": lambda server: server.flavor.as_dict(),
    "image": lambda server: server.image.as_dict(),
    "tags": lambda server: list(server.tags),
    "metadata": lambda server: dict(server.metadata),
    "fault": lambda server: dict(server.fault) if server.fault else None,
    "volumes": lambda server: None if server.volumes is None else [volume.as_dict() for volume in server.volumes],
}


def as_dicts(servers: Sequence[Server], fields: Iterable[str] | None = None, raw: bool = False) -> list[dict[str, Any]]:
    """The records of the servers; ``fields`` and ``raw`` as in ``Server.as_dict``."""
    wanted = SERVER_FIELDS if fields is None else frozenset(fields)
    shown = [name for name in SERVER_FIELDS + REQUESTED_FIELDS if name in wanted]
    # A record costs half the time if its plain fields are read together. The empty record keeps the order of the keys.
    empty = dict.fromkeys(shown)
    # Two more names, because attrgetter returns a tuple only for several.
    plain = ["id", "id", *(name for name in shown if name not in _FORMS)]
    values = attrgetter(*plain)
    forms = [(name, _FORMS[name]) for name in shown if name in _FORMS]
    found = []
    for server in servers:
        record: dict[str, Any] = empty.copy()
        record.update(zip(plain, values(server)))
        for name, form in forms:
            record[name] = form(server)
        found.append(record)
    if "id" not in wanted:
        for record in found:
            del record["id"]
    if raw:
        hides = "user_data" not in wanted
        for record, server in zip(found, servers):
            record["raw"] = {
                key: value for key, value in server.raw.items() if not (hides and key.endswith("user_data"))
            }
    return found


def _listed(values: Sequence[Any] | None) -> list[Any] | None:
    return None if values is None else list(values)


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


def with_image_names(servers: Iterable[Server], names: Mapping[str, str]) -> Iterator[Server]:
    """The servers with the missing names of their images, from the names by id. A server that boots from a volume has
    no image."""
    for server in servers:
        found = names.get(server.image.id or "") if server.image.name is None else None
        yield replace(server, image=replace(server.image, name=found)) if found else server
