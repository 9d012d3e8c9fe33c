# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests of the actions on an ECS between its creation and its deletion, but for passwords and its OS.

Sources: Elastic Cloud Server API Reference, "Lifecycle Management"; H07 of docs/operations.yml (the Flexus L API
reference prints GET for it, PUT is right).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, NotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import RUNNING, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.concurrency import ask_each
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
    has,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import validation as rules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    METADATA,
    ActionRequest,
    is_of_part,
    is_open,
    of_state,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.batches import (
    in_batches,
)

Arguments = Mapping[str, Any]
Requests = Sequence["tuple[Server, Action]"]
#: The documented response of calls without a response body.
EMPTY = DocumentedResponse((204, 202))

_POWER = "/cloudservers/action"
_PREPAID = (
    "it is billed yearly/monthly, and %s can delete pay-per-use servers only; unsubscribe from it in the billing"
    " center of the console, which deletes it"
)


# -- one call a server ------------------------------------------------------------------------------------------------


def update(api: HuaweiApi, server: Server, arguments: Arguments) -> ActionRequest:
    name = arguments.get("name")
    answer = DocumentedResponse((200,), "server")
    return ActionRequest(
        {"server": dict(arguments)}, method="PUT", job=False, answer=answer,
        shows=lambda found: name is None or found.get("name") == name,
    )  # fmt: skip


def set_metadata(api: HuaweiApi, server: Server, arguments: Arguments) -> ActionRequest:
    # It is safe to set the same keys and values again.
    wanted = dict(arguments["metadata"])
    return ActionRequest(
        {"metadata": wanted},
        "/metadata",
        job=False,
        is_retry_safe=True,
        answer=METADATA,
        shows=has(wanted),
        what="set metadata of the server %s" % server.label,
    )


def remove_metadata(api: HuaweiApi, server: Server, arguments: Arguments) -> ActionRequest:
    path = "/metadata/%s" % path_segment(arguments["key"])
    return ActionRequest(None, path, method="DELETE", job=False, answer=EMPTY, gone_is_done=True)


def lock(api: HuaweiApi, server: Server, arguments: Arguments) -> ActionRequest:
    # Nova's own call; ECS supports no reason.
    return ActionRequest({"lock": None}, "/action", version="v2.1", job=False, is_retry_safe=True, base="/servers")


def unlock(api: HuaweiApi, server: Server, arguments: Arguments) -> ActionRequest:
    return ActionRequest({"unlock": None}, "/action", version="v2.1", job=False, is_retry_safe=True, base="/servers")


def add_security_group(api: HuaweiApi, server: Server, arguments: Arguments) -> ActionRequest:
    return _of_group("addSecurityGroup", "add the security group %s to the server %s", server, arguments)


def remove_security_group(api: HuaweiApi, server: Server, arguments: Arguments) -> ActionRequest:
    return _of_group("removeSecurityGroup", "remove the security group %s from the server %s", server, arguments)


def _of_group(key: str, words: str, server: Server, arguments: Arguments) -> ActionRequest:
    """Nova's own call ("Adding a Security Group", "Deleting a Security Group"), for which ECS has none."""
    return ActionRequest(
        {key: {"name": arguments["group"]}}, "/action", version="v2.1", job=False, base="/servers",
        what=words % (arguments["label"], server.label),
    )  # fmt: skip


def resize(api: HuaweiApi, server: Server, arguments: Arguments) -> ActionRequest:
    wanted: dict[str, Any] = {"flavorRef": arguments["flavor_id"]}
    if server.target_power_state == RUNNING:
        wanted["mode"] = "withStopServer"
    if rules.prepaid(server) and arguments.get("auto_pay"):
        wanted["extendparam"] = {"isAutoPay": "true"}
    return ActionRequest({"resize": wanted}, "/resize", version="v1.1")


# -- several calls a server -------------------------------------------------------------------------------------------


def replace_metadata(api: HuaweiApi, requests: Requests) -> list[PendingAction]:
    """The call merges, so removed keys are deleted one by one; the cloud's own keys are not changed."""

    def ask(pair: tuple[Server, Action]) -> PendingAction:
        server, action = pair
        wanted = rules.own_metadata(action.arguments["metadata"])
        observed = rules.own_metadata(server.metadata)
        changed = {key: value for key, value in wanted.items() if observed.get(key) != value}
        steps: list[tuple[str, str, Any]] = [("POST", "/metadata", {"metadata": changed})] if changed else []
        try:
            removed = [path_segment(key) for key in sorted(set(observed) - set(wanted))]
        except CloudError as error:
            return action.pending(server, error=error)
        steps += [("DELETE", "/metadata/" + segment, None) for segment in removed]
        return _several(api, server, action, steps, "set the metadata of the server %s" % server.label)

    return ask_each(ask, requests, api.parallel)


def set_tags(api: HuaweiApi, requests: Requests) -> list[PendingAction]:
    """Removed tags are deleted first, because the number of tags is limited; a key with another value is
    overwritten."""

    def ask(pair: tuple[Server, Action]) -> PendingAction:
        server, action = pair
        add = [rules.tag_of(tag) for tag in action.arguments["add"]]
        keys = {tag["key"] for tag in add}
        remove = [
            rules.tag_of(tag)
            for tag in action.arguments["remove"]
            if rules.key_of(tag) not in keys and not rules.system_tag(tag)
        ]
        steps = [
            ("POST", "/tags/action", {"action": verb, "tags": tags})
            for verb, tags in (("delete", remove), ("create", add))
            if tags
        ]
        return _several(api, server, action, steps, "set the tags of the server %s" % server.label)

    return ask_each(ask, requests, api.parallel)


def _several(
    api: HuaweiApi, server: Server, action: Action, steps: Sequence[tuple[str, str, Any]], what: str
) -> PendingAction:
    """One call after the other; each is safe to repeat, and a call that has nothing to delete is done. After one
    call was accepted, a failure of a later one makes the result unknown: the state shows what remains."""
    pending = action.pending(server, steps=len(steps))
    for method, path, body in steps:
        try:
            url = api.url("/cloudservers/%s%s" % (path_segment(server.id), path))
            answer = api.session.request(method, url, json=body, what=what, expect="any", is_retry_safe=True)
            if path == "/metadata":
                METADATA.read(answer, what, has(body["metadata"]))
            else:
                EMPTY.read(answer, what)
        except CloudError as error:
            if method == "DELETE" and is_of_part(error):
                continue
            return replace(pending, error=of_state(error), outcome_unknown=bool(pending.accepted) or is_open(error))
        pending = replace(pending, request_id=answer.request_id, accepted=pending.accepted + 1)
    return pending


# -- one call for many ------------------------------------------------------------------------------------------------


def start(api: HuaweiApi, requests: Requests) -> list[PendingAction]:
    return in_batches(api, "start", [server for server, _action in requests], _POWER, {}, "os-start")


def stop(api: HuaweiApi, requests: Requests) -> list[PendingAction]:
    return _soft_or_hard(api, "stop", "os-stop", requests)


def reboot(api: HuaweiApi, requests: Requests) -> list[PendingAction]:
    return _soft_or_hard(api, "reboot", "reboot", requests)


def _soft_or_hard(api: HuaweiApi, action: str, key: str, requests: Requests) -> list[PendingAction]:
    pending = []
    for kind in ("SOFT", "HARD"):
        servers = [server for server, each in requests if bool(each.arguments.get("force")) == (kind == "HARD")]
        pending += in_batches(api, action, servers, _POWER, {"type": kind}, key)
    return pending


def delete(api: HuaweiApi, requests: Requests) -> list[PendingAction]:
    """The arguments ``volumes`` and ``public_ip`` select what is deleted with the server; the cloud keeps both by
    default."""
    pending_actions = []
    kinds: dict[tuple[Any, Any], list[tuple[Server, Action]]] = {}
    for server, action in requests:
        problem = api.rules.action_problem(server, action)
        if problem:
            error = CloudError("Could not delete the server %s: %s." % (server.label, problem))
            pending_actions.append(action.pending(server, error=error))
            continue
        kind = (action.arguments.get("volumes"), action.arguments.get("public_ip"))
        kinds.setdefault(kind, []).append((server, action))
    for (volume, publicip), some in kinds.items():
        options = {"delete_volume": volume, "delete_publicip": publicip}
        given = {key: value for key, value in options.items() if value is not None}
        servers = [server for server, _action in some]
        asked = in_batches(api, "delete", servers, "/cloudservers/delete", given)
        pending_actions += [
            # If it is already deleted, another user deleted it: the state decides.
            replace(
                pending,
                expected_state=action.expected_state,
                outcome_unknown=pending.outcome_unknown or isinstance(pending.error, NotFound),
            )
            for pending, (_server, action) in zip(asked, some)
        ]
    return pending_actions
