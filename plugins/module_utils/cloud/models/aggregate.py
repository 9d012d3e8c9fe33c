# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Host aggregates and availability zones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping


@dataclass(frozen=True)
class Aggregate:
    """A host aggregate. ``metadata`` does not contain the zone, which Nova repeats in it."""

    id: int
    name: str
    availability_zone: str | None = None
    hosts: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    uuid: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    deleted: bool | None = None
    deleted_at: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "uuid": self.uuid,
            "name": self.name,
            "availability_zone": self.availability_zone,
            "hosts": sorted(self.hosts),
            "metadata": dict(self.metadata),
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "deleted": self.deleted,
            "deleted_at": self.deleted_at,
        }


@dataclass(frozen=True)
class Zone:
    """An availability zone; ``hosts`` is ``None`` if the cloud shows them only to administrators. ``type``, ``mode``
    and ``alias`` are in the words of a cloud that has them."""

    name: str
    available: bool | None = None
    hosts: Mapping[str, Any] | None = None
    type: str | None = None
    mode: str | None = None
    alias: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "available": self.available,
            "hosts": self.hosts,
            "type": self.type,
            "mode": self.mode,
            "alias": self.alias,
        }
