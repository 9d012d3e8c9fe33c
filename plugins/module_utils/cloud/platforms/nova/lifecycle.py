# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions on a Nova server between its creation and its deletion. Sources: the Nova API reference (tags from
microversion 2.26 on, a reason of a lock from 2.73, hostname from 2.90); E12-E14, E23-E25, E27, E32, E33, E57, E58, U05
and U06 of docs/operations.yml."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DELETED,
    DocumentedResponse,
    has,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    ActionRequest,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi

#: The resulting metadata.
METADATA = DocumentedResponse((200,), "metadata")
_GROUP_HINTS = (
    ("not found", "Check the security group, and that region and project are the intended ones."),
    ("could not be found", "Check the security group, and that region and project are the intended ones."),
    ("cannot be applied", "A port without port security or without address has no security groups."),
)


def update(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    for name in ("description", "hostname"):
        if name in arguments:
            api.require(name + "s")

    def shows(found: Any) -> bool:
        asked = {key: arguments[key] for key in ("name", "description") if key in arguments}
        return all(found.get(key, value) == value for key, value in asked.items())

    answer = DocumentedResponse((200,), "server")
    return ActionRequest({"server": dict(arguments)}, path="", method="PUT", answer=answer, shows=shows)


def set_metadata(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    # It is safe to set the same keys and values again.
    wanted = dict(arguments["metadata"])
    return ActionRequest(
        {"metadata": wanted}, path="/metadata", is_retry_safe=True, answer=METADATA, shows=has(wanted),
        what="set metadata of the server %s" % server.label,
    )  # fmt: skip


def remove_metadata(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    path = "/metadata/%s" % path_segment(arguments["key"])
    what = "remove the key %s from the metadata of the server %s" % (arguments["key"], server.label)
    return ActionRequest(path=path, method="DELETE", answer=DocumentedResponse((204,)), gone_is_done=True, what=what)


def replace_metadata(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    # All metadata is replaced, so the present metadata is read first to keep changes of other users.
    what = "read the metadata of the server %s" % server.label
    observed = dict(api.read_part("/servers/%s/metadata" % path_segment(server.id), "metadata", what))
    whole = {key: value for key, value in observed.items() if key not in arguments["remove"]}
    wanted = {**whole, **arguments["set"]}
    return ActionRequest({"metadata": wanted}, path="/metadata", method="PUT", answer=METADATA, shows=has(wanted))


def set_tags(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    wanted = list(arguments["tags"])
    answer = DocumentedResponse((200,), "tags", list)
    # Nova returns them in another order.
    return ActionRequest(
        {"tags": wanted}, path="/tags", method="PUT", answer=answer, shows=lambda found: set(found) == set(wanted)
    )


def lock(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    reason = arguments.get("reason")
    parameters = {"locked_reason": reason} if reason and api.version >= (2, 73) else None
    return ActionRequest({"lock": parameters}, is_retry_safe=True)


def add_security_group(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    what = "add the security group %s to the server %s" % (arguments["label"], server.label)
    return ActionRequest({"addSecurityGroup": {"name": arguments["group"]}}, what=what, hints=_GROUP_HINTS)


def remove_security_group(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    what = "remove the security group %s from the server %s" % (arguments["label"], server.label)
    return ActionRequest({"removeSecurityGroup": {"name": arguments["group"]}}, what=what, hints=_GROUP_HINTS)


def reset_state(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    return ActionRequest({"os-resetState": {"state": arguments["state"]}}, is_retry_safe=True)


def resize(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    return ActionRequest({"resize": {"flavorRef": arguments["flavor_id"]}})


def delete(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    # Never repeated automatically: if a server is deleted again during its deletion, Nova can permanently lose its
    # state.
    return ActionRequest(None, path="", method="DELETE", is_retry_safe=False, answer=DELETED)
