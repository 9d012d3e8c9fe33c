# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Server groups of Huawei Cloud, whose only policy is anti-affinity. Source: Elastic Cloud Server API Reference, "ECS
Group Management". The response contains no project, user and rules."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_group import ServerGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    has,
    prove_deleted,
    unproven,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import part_of
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.server_groups import (
    CREATED,
    server_group,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.server_groups import ServerGroups


class HuaweiServerGroups(ServerGroups):
    """``/cloudservers/os-server-groups``."""

    api: HuaweiApi

    def list(self, all_projects: bool = False) -> Sequence[ServerGroup]:
        if all_projects:
            self.api.require("all_projects")
        listed = self.api.session.by_marker(
            self.api.url("/cloudservers/os-server-groups"), "server_groups", limit=1000, what="list the server groups"
        )
        return [server_group(entry) for entry in listed]

    def create(self, name: str, policy: str, rules: Mapping[str, int]) -> ServerGroup:
        what = "create the server group %s" % name
        body: dict[str, Any] = {"server_group": {"name": name, "policies": [policy]}}
        answer = self.api.session.post(
            self.api.url("/cloudservers/os-server-groups"), json=body, what=what, expect="any"
        )
        return server_group(CREATED.read(answer, what, has({"name": name})))

    def add_member(self, group_id: str, server_id: str) -> None:
        self._change_member(group_id, "add_member", server_id, True)

    def remove_member(self, group_id: str, server_id: str) -> None:
        self._change_member(group_id, "remove_member", server_id, False)

    def _change_member(self, group_id: str, action: str, server_id: str, joins: bool) -> None:
        """The document shows no response, so the group is read again, which proves the change."""
        verb, word = ("add", "to") if joins else ("remove", "from")
        what = "%s the server %s %s the server group %s" % (verb, server_id, word, group_id)
        url = self.api.url("/cloudservers/os-server-groups/" + path_segment(group_id))
        body = {action: {"instance_uuid": server_id}}
        answer = self.api.session.request("POST", url + "/action", json=body, what=what, expect="any")
        try:
            shown = self.api.session.get(url, what=what)
            members = server_group(part_of(shown.body, "server_group", what)).members
        except CloudError as error:
            problem = "the response does not prove it, and reading it back failed: %s" % error.message
            raise unproven(answer, what, problem) from None
        if (server_id in members) is not joins:
            raise unproven(answer, what, "the response was HTTP %d, and the group does not show it" % answer.status)

    def delete(self, group_id: str) -> None:
        url = self.api.url("/cloudservers/os-server-groups/" + path_segment(group_id))
        what = "delete the server group %s" % group_id
        prove_deleted(
            lambda: self.api.session.delete(url, what=what, expect="any"),
            lambda: self.api.session.get(url, what=what),
            what,
        )
