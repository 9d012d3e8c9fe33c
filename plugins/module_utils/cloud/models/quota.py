# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The quotas of a project: how much of each resource it may have, and how much it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

#: The resources of a record. Of ``server_group_members`` and ``metadata_items`` the limit is for one group and for one
#: server.
RESOURCES = (
    "instances", "cores", "ram_mb", "keypairs", "server_groups", "server_group_members", "metadata_items",
    "spot_instances", "spot_cores", "spot_ram_mb",
)  # fmt: skip
#: The limit that means that there is none.
UNLIMITED = -1


@dataclass(frozen=True)
class Quota:
    """The quota of one resource as the cloud returned it; ``None`` if it did not."""

    limit: int | None = None
    used: int | None = None

    def as_dict(self) -> dict[str, Any]:
        unlimited = None if self.limit is None else self.limit <= UNLIMITED
        limit = None if unlimited else self.limit
        # A quota that was lowered below the use leaves nothing, and not a negative number.
        free = None if limit is None or self.used is None else max(0, limit - self.used)
        return {"limit": limit, "used": self.used, "free": free, "unlimited": unlimited}


@dataclass(frozen=True)
class ProjectQuotas:
    """The quotas of a project by the names of ``RESOURCES``; RAM is in MiB."""

    project_id: str | None = None
    resources: Mapping[str, Quota] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """A record with every resource: nulls for those that the cloud did not return."""
        found = {name: self.resources.get(name, Quota()).as_dict() for name in RESOURCES}
        return {"project_id": self.project_id, **found}
