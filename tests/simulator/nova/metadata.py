"""A server's metadata: E57, E58, and the calls for one key."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response

from simulator.http.call import Call, answer
from simulator.nova.checks import invalid, metadata, need_member, refuse, required_value
from simulator.state.servers import Server

MAX_ITEMS = 128
_STATES = ("active", "paused", "suspended", "stopped")
FindServer = Callable[[Call, str], Server]


def register(add: Callable[..., None], find: FindServer) -> None:
    """Register the calls; `find` returns a server, or raises Nova's 404."""

    def show_all(call: Call, server_id: str) -> Response:
        return answer({"metadata": find(call, server_id).metadata})

    def merge(call: Call, server_id: str) -> Response:
        wanted = _wanted(call)
        server = find(call, server_id)
        return answer({"metadata": _set(call, server, {**server.metadata, **wanted}, "create", "update metadata")})

    def replace(call: Call, server_id: str) -> Response:
        wanted = _wanted(call)
        return answer({"metadata": _set(call, find(call, server_id), wanted, "update_all", "update metadata")})

    def show_one(call: Call, server_id: str, key: str) -> Response:
        return answer({"meta": {key: _item(find(call, server_id), key)}})

    def set_one(call: Call, server_id: str, key: str) -> Response:
        wanted = required_value(call, "meta")
        metadata(in_bytes=call.platform == "easystack")("meta", wanted)
        if len(wanted) != 1:
            raise invalid("meta", wanted, "exactly one property is needed")
        server = find(call, server_id)
        if key not in wanted:
            raise refuse(400, "Request body and URI mismatch")
        _set(call, server, {**server.metadata, **wanted}, "update", "update metadata")
        return answer({"meta": wanted})

    def delete_one(call: Call, server_id: str, key: str) -> Response:
        server = find(call, server_id)
        need_member(call, "server-metadata:delete")
        _item(server, key)
        rest = {name: value for name, value in server.metadata.items() if name != key}
        _set(call, server, rest, "delete", "delete metadata")
        return answer(None, 204)

    add("GET", "/servers/<server_id>/metadata", show_all, "show metadata")
    add("POST", "/servers/<server_id>/metadata", merge, "merge metadata")
    add("PUT", "/servers/<server_id>/metadata", replace, "replace metadata")
    add("GET", "/servers/<server_id>/metadata/<key>", show_one, "show metadata item")
    add("PUT", "/servers/<server_id>/metadata/<key>", set_one, "set metadata item")
    add("DELETE", "/servers/<server_id>/metadata/<key>", delete_one, "delete metadata item")


def _wanted(call: Call) -> dict[str, Any]:
    wanted = required_value(call, "metadata")
    metadata(in_bytes=call.platform == "easystack")("metadata", wanted)
    return dict(wanted)


def _item(server: Server, key: str) -> str:
    if key not in server.metadata:
        raise refuse(404, "Metadata item was not found")
    return server.metadata[key]


def _set(call: Call, server: Server, wanted: dict[str, str], rule: str, verb: str) -> dict[str, str]:
    need_member(call, "server-metadata:" + rule)
    if server.locked and not call.is_admin:
        raise refuse(409, "Instance %s is locked" % server.id)
    if server.vm_state not in _STATES:
        raise refuse(409, "Cannot '%s' instance %s while it is in vm_state %s" % (verb, server.id, server.vm_state))
    if len(wanted) > MAX_ITEMS:
        raise refuse(403, "Maximum number of metadata items exceeds %d" % MAX_ITEMS)
    server.metadata = wanted
    call.fleet.mark_updated(server)
    return wanted
