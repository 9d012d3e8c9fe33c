# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flavors: sizes of servers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Mapping


@dataclass
class Flavor:
    """A flavor, or the part of it in the record of a server. ``ram_mb`` is in MiB. ``extra_specs`` are those of a list
    of flavors; a record does not contain them."""

    id: str | None = None
    name: str | None = None
    vcpus: int | None = None
    ram_mb: int | None = None
    extra_specs: Mapping[str, str] | None = field(default=None, compare=False, repr=False)

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "vcpus": self.vcpus, "ram_mb": self.ram_mb}


@dataclass(frozen=True)
class FlavorDetails:
    """A flavor with all properties. ``access`` are the ids of the projects with access, ``None`` for a public
    flavor."""

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
