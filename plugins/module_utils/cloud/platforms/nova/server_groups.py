# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova's server groups.

Facts: the Nova API reference; operations E34-E36 of docs/operations.yml; behaviour seen on a real Nova 34.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_group import ServerGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
    has,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    mapping,
    name_in,
    text,
    texts,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.server_groups import ServerGroups

#: The response to the creation of a group, also on Huawei Cloud.
CREATED = DocumentedResponse((200,), "server_group")
#: From here on a group has one policy and its rules; below, a list with one policy.
_ONE_POLICY = (2, 64)


class NovaServerGroups(ServerGroups):
    """``/os-server-groups``."""

    api: NovaApi

    def list(self, all_projects: bool = False) -> Sequence[ServerGroup]:
        self.api.require("server_groups")
        listed = self.api.session.by_offset(
            self.api.endpoint + "/os-server-groups",
            "server_groups",
            # The cloud checks whether it is set, not its value.
            params={"all_projects": "True"} if all_projects else {},
            headers=self.api.headers(),
            what="list the server groups",
        )
        return [server_group(entry) for entry in listed]

    def create(self, name: str, policy: str, rules: Mapping[str, int]) -> ServerGroup:
        self.api.require("server_groups")
        what = "create the server group %s" % name
        wanted: dict[str, Any] = {"name": name}
        if self.api.version >= _ONE_POLICY:
            wanted["policy"] = policy
            if rules:
                wanted["rules"] = dict(rules)
        else:
            wanted["policies"] = [policy]
        body = {"server_group": wanted}
        return server_group(self.api.change("POST", "/os-server-groups", what, body, CREATED, has({"name": name})))

    def delete(self, group_id: str) -> None:
        self.api.require("server_groups")
        self.api.remove("/os-server-groups/" + path_segment(group_id), "delete the server group %s" % group_id)


def server_group(data: Mapping[str, Any]) -> ServerGroup:
    """A server group; below microversion 2.64 it has a list with one policy, and no rules."""
    rules, metadata = data.get("rules"), data.get("metadata")
    return ServerGroup(
        id=id_in(data, "a server group"),
        name=name_in(data, "a server group"),
        policy=text(data.get("policy")) or next(iter(texts(data.get("policies"))), None),
        rules=dict(mapping(rules)) if rules is not None else None,
        members=texts(data.get("members")),
        project_id=text(data.get("project_id")),
        user_id=text(data.get("user_id")),
        metadata=dict(mapping(metadata)) if metadata is not None else None,
    )
