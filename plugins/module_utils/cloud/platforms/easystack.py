# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""EasyStack ECS 6.2.1: Nova with a recycle bin, according to its documentation (easystack.* of docs/operations.yml)."""

from __future__ import annotations

from functools import cached_property
from typing import AbstractSet, Any, Iterator, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.action_table import ACTIONS
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    ActionRequest,
    NovaAction,
    sends,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.client import OpenStack
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.parse import TEXTS
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.rules import NovaRules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.servers import NovaServers
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.version import split_endpoint
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import capability_set

_MOST_METADATA_BYTES = 255


def _live_resize(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    return ActionRequest({"live_resize": {"flavorRef": arguments["flavor_id"]}})


_ACTIONS = {
    **ACTIONS,
    "start": sends({"os-start": True}, what="start the server"),
    "stop": sends({"os-stop": True}, what="stop the server"),
    "live_resize": NovaAction(_live_resize),
}


class EasyStackRules(NovaRules):
    """Nova's, with live resize."""

    platform = "easystack"
    #: Its documentation has files and the host in the same request as everything else, of this microversion.
    newest_files = (2, 67)
    hosts_since = (2, 67)
    takes_subnets = True
    capabilities: AbstractSet[str] = (
        NovaRules.capabilities | capability_set("live_resize boot_order interface_addresses")
    ) - capability_set(
        "add_security_group remove_security_group bind_public_ip unbind_public_ip make_public_ip release_public_ip"
    )

    def metadata_problem(self, metadata: Mapping[str, str]) -> str | None:
        # Its API reference limits keys and values to 255 bytes, and a Chinese character has three.
        for key, value in metadata.items():
            size = max(len(key.encode()), len(value.encode()))
            if size > _MOST_METADATA_BYTES:
                text = "metadata: %s: keys and values have %d bytes at most on %s, and it has %d"
                return text % (key[:40], _MOST_METADATA_BYTES, self.platform, size)
        return super().metadata_problem(metadata)


class EasyStackServers(NovaServers):
    """Nova's, with EasyStack's recycle bin."""

    actions = _ACTIONS
    record_keys = {**TEXTS, "deleted_at": "deleted", "estimated_deleted_at": "estimated_deleted"}

    def _deleted_parameters(self) -> dict[str, str]:
        # The documented request has all_tenants as well, which only an administrator may use: it is sent with
        # all_projects only, as in every other list.
        return {"deleted": "True"}

    def _candidates(self, query: ServerQuery) -> Iterator[Server]:
        found = super()._candidates(query)
        if not query.deleted or query.all_projects:
            return found
        # The document describes the recycle bin of all projects only, so the project of each server is checked here.
        own = split_endpoint(self.api.endpoint)[1].strip("/") or self.api.session.auth.project_id
        return (server for server in found if server.raw.get("tenant_id") in (None, own))


class EasyStack(OpenStack):
    """EasyStack's Nova. Its documentation uses microversions up to 2.67."""

    newest_tested = (2, 67)
    rules_class = EasyStackRules

    @cached_property
    def servers(self) -> EasyStackServers:
        return EasyStackServers(self.api, self.rules)
