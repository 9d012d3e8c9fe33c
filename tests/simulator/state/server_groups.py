"""The server groups of one platform. A server joins one when it is made; which servers are there the fleet knows."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

MAX_GROUPS = 10  # of one project: Nova's usual quota


@dataclass
class ServerGroup:
    """A row: `members` are ids of servers, deleted ones included."""

    id: str
    name: str
    policy: str
    project_id: str
    user_id: str
    most_per_host: int | None = None
    members: list[str] = field(default_factory=list)


class ServerGroups:
    """By id, in the order in which they were made."""

    def __init__(self) -> None:
        self.rows: dict[str, ServerGroup] = {}

    def add(
        self, name: str, policy: str, project_id: str, user_id: str, most_per_host: int | None = None
    ) -> ServerGroup:
        group = ServerGroup(str(uuid.uuid4()), name, policy, project_id, user_id, most_per_host)
        self.rows[group.id] = group
        return group

    def list_groups(self, project_id: str | None) -> list[ServerGroup]:
        """Those of a project, of all of them where it is None."""
        return [group for group in self.rows.values() if project_id in (None, group.project_id)]

    def add_member(self, group_id: str, server_id: str) -> bool:
        """Makes the server a member; False where there is no such group."""
        if group_id not in self.rows:
            return False
        self.rows[group_id].members.append(server_id)
        return True
