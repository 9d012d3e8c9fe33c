# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key pairs, flavors, aggregates and zones as every platform tells them.

Sizes carry their unit in their name: ``ram_mb`` is MiB, ``disk_gb`` GiB, ``swap_mb`` MiB.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Mapping


@dataclass(frozen=True)
class Keypair:
    """A key pair. ``private_key`` is only there in the answer that made it, and never in ``as_dict``."""

    name: str
    public_key: str | None = None
    type: str | None = None
    fingerprint: str | None = None
    user_id: str | None = None
    created: str | None = None
    private_key: str | None = field(default=None, repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        found = asdict(self)
        del found["private_key"]
        return found


@dataclass(frozen=True)
class FlavorDetails:
    """A whole flavor. ``access`` are the ids of the projects that may use it, ``None`` for a public one."""

    id: str
    name: str | None = None
    vcpus: int | None = None
    ram_mb: int | None = None
    disk_gb: int | None = None
    ephemeral_gb: int | None = None
    swap_mb: int | None = None
    rxtx_factor: float | None = None
    is_public: bool | None = None
    disabled: bool | None = None
    description: str | None = None
    extra_specs: Mapping[str, str] | None = None
    access: tuple[str, ...] | None = None

    def as_dict(self) -> dict[str, Any]:
        found = asdict(self)
        found["access"] = sorted(self.access) if self.access is not None else None
        return found


@dataclass(frozen=True)
class Aggregate:
    """A host aggregate. ``metadata`` is without the zone, which Nova repeats in it."""

    id: int
    name: str
    availability_zone: str | None = None
    hosts: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    uuid: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "uuid": self.uuid,
            "name": self.name,
            "availability_zone": self.availability_zone,
            "hosts": sorted(self.hosts),
            "metadata": dict(self.metadata),
        }


@dataclass(frozen=True)
class Zone:
    """An availability zone; ``hosts`` is ``None`` where the cloud does not tell them to everybody."""

    name: str
    available: bool | None = None
    hosts: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "available": self.available, "hosts": self.hosts}
