# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Server groups."""

from __future__ import annotations

from typing import Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_group import ServerGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class ServerGroups(Resource):
    """Server groups, for the affinity of servers."""

    capability = "server_groups"

    def list(self, all_projects: bool = False) -> Sequence[ServerGroup]:
        """Every server group of the project; of all projects for an administrator."""
        raise self.unsupported()

    def create(self, name: str, policy: str, rules: Mapping[str, int]) -> ServerGroup:
        """Always creates a new group: names are not unique."""
        raise self.unsupported()

    def add_member(self, group_id: str, server_id: str) -> None:
        """Adds an existing server to the group. Raises CloudError unless the group then shows it."""
        raise self.unsupported("server_group_members")

    def remove_member(self, group_id: str, server_id: str) -> None:
        """Removes a server from the group; the server is not changed."""
        raise self.unsupported("server_group_members")

    def delete(self, group_id: str) -> None:
        """Deletes the group; it is no error if it does not exist. Its servers are not deleted."""
        raise self.unsupported()
