"""The server groups of a platform. A server becomes a member when it is created."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

MAX_GROUPS = 10  # of a project: Nova's default quota


@dataclass
class ServerGroup:
    """A server group; `members` are ids of servers, with deleted ones."""

    id: str
    name: str
    policy: str
    project_id: str
    user_id: str
    most_per_host: int | None = None
    members: list[str] = field(default_factory=list)


class ServerGroups:
    """The server groups by id, in order of creation."""

    def __init__(self) -> None:
        self.rows: dict[str, ServerGroup] = {}

    def add(
        self, name: str, policy: str, project_id: str, user_id: str, most_per_host: int | None = None
    ) -> ServerGroup:
        group = ServerGroup(str(uuid.uuid4()), name, policy, project_id, user_id, most_per_host)
        self.rows[group.id] = group
        return group

    def list_groups(self, project_id: str | None) -> list[ServerGroup]:
        """The groups of a project, or of all projects (None)."""
        return [group for group in self.rows.values() if project_id in (None, group.project_id)]

    def add_member(self, group_id: str, server_id: str) -> bool:
        """Add the server to the group; returns False if the group does not exist."""
        if group_id not in self.rows:
            return False
        self.rows[group_id].members.append(server_id)
        return True
