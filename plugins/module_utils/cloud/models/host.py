# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compute services and hypervisors, in one form for all platforms. Sizes have their unit in their name: ``memory_mb``
is MiB, ``disk_gb`` GiB."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Mapping

#: The service of a host that runs servers.
NOVA_COMPUTE = "nova-compute"

ENABLED = "enabled"
DISABLED = "disabled"
UP = "up"
DOWN = "down"


@dataclass(frozen=True)
class Service:
    """A service on a host. ``status`` is set by administrators, ``state`` shows whether the service is alive.
    ``forced_down`` is ``None`` if the cloud does not return it (below microversion 2.11)."""

    id: str
    host: str
    binary: str
    status: str | None = None
    state: str | None = None
    disabled_reason: str | None = None
    forced_down: bool | None = None
    zone: str | None = None
    updated: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Hypervisor:
    """A hypervisor. ``host`` is the host of its compute service, as in the records of servers; sizes are ``None`` if
    the cloud does not return them. ``servers`` are ids and the hypervisor's own names, ``None`` if they were not
    requested."""

    id: str
    hostname: str | None = None
    host: str | None = None
    state: str | None = None
    status: str | None = None
    disabled_reason: str | None = None
    type: str | None = None
    version: int | None = None
    host_ip: str | None = None
    vcpus: int | None = None
    vcpus_used: int | None = None
    memory_mb: int | None = None
    memory_mb_used: int | None = None
    memory_mb_free: int | None = None
    disk_gb: int | None = None
    disk_gb_used: int | None = None
    disk_gb_free: int | None = None
    disk_gb_available_least: int | None = None
    running_servers: int | None = None
    workload: int | None = None
    cpu_allocation_ratio: float | None = None
    ram_allocation_ratio: float | None = None
    cpu_info: Mapping[str, Any] | None = None
    uptime: str | None = None
    servers: tuple[Mapping[str, str | None], ...] | None = None

    def as_dict(self) -> dict[str, Any]:
        found = asdict(self)
        found["servers"] = [dict(each) for each in self.servers] if self.servers is not None else None
        return found
