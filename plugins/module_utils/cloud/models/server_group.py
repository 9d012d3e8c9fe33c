# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Server groups: affinity and anti-affinity of servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

ANTI_AFFINITY = "anti-affinity"
POLICIES = ("affinity", ANTI_AFFINITY, "soft-affinity", "soft-anti-affinity")


@dataclass(frozen=True)
class ServerGroup:
    """A server group. ``rules`` is ``None`` if the cloud returns none, below microversion 2.64; ``metadata`` is
    ``None`` from there on. ``members`` are the ids of servers."""

    id: str
    name: str | None = None
    policy: str | None = None
    rules: Mapping[str, int] | None = None
    members: tuple[str, ...] = ()
    project_id: str | None = None
    user_id: str | None = None
    metadata: Mapping[str, str] | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "policy": self.policy,
            "rules": None if self.rules is None else dict(self.rules),
            "members": sorted(self.members),
            "project_id": self.project_id,
            "user_id": self.user_id,
            "metadata": None if self.metadata is None else dict(self.metadata),
        }
