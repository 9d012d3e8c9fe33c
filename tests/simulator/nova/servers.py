"""Servers of Nova: list, show, actions, and instance actions (os-instance-actions)."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Picker, answer
from simulator.nova import actions, views
from simulator.nova.checks import refuse
from simulator.nova.dialect import Dialect
from simulator.nova.server_list import list_page
from simulator.state.servers import Server


def find_server(call: Call, server_id: str) -> Server:
    """The server, or 404: unknown, deleted, in another region, or another project's (unless the caller is admin)."""
    server = call.fleet.servers.get(server_id)
    if (
        server is None
        or server.vm_state == "deleted"
        or server.region != call.region
        or not (call.is_admin or server.project_id == call.project_id)
    ):
        raise refuse(404, "Instance %s could not be found." % server_id)
    return server


def list_view(dialect: Dialect, details: bool) -> Callable[[Call], Response]:
    def list_servers(call: Call) -> Response:
        page, link = list_page(call, details, dialect)
        render = dialect.detail if details else dialect.summary
        rows = [views.rendered(call, server, render) for server in page]
        tail = b"" if link is None else views.next_link("servers_links", link)
        return answer(b'{"servers": [' + b", ".join(rows) + b"]" + tail + b"}")

    return list_servers


def pick_list(dialect: Dialect) -> Picker:
    def pick(_body: Any) -> tuple[str | None, str]:
        wanted = request.args.get("deleted", "").lower() in ("1", "true") and "list recycle bin" in dialect.ids
        name = "list recycle bin" if wanted else "list servers with details"
        return dialect.ids.get(name), name

    return pick


def show_view(dialect: Dialect) -> Callable[..., Response]:
    def show_server(call: Call, server_id: str) -> Response:
        server = find_server(call, server_id)
        # A list does not have it.
        groups = b', "server_groups": []' if call.microversion >= (2, 71) else b""
        return answer(b'{"server": ' + views.rendered(call, server, dialect.detail)[:-1] + groups + b"}}")

    return show_server


def pick_action(dialect: Dialect) -> Picker:
    def pick(body: Any) -> tuple[str | None, str]:
        key = next(iter(body)) if isinstance(body, dict) and len(body) == 1 else ""
        action = dialect.actions.get(key)
        return (action.operation, key) if action else (None, key or "server action")

    return pick


def action_view(dialect: Dialect) -> Callable[..., Response]:
    def server_action(call: Call, server_id: str) -> Response:
        # Nova ignores a body of another content type.
        if request.mimetype != "application/json" or not isinstance(call.body, dict):
            raise refuse(400, "Malformed request body")
        if len(call.body) != 1:
            raise refuse(400, "Malformed request body: too many body keys" if call.body else "Malformed request body")
        key, argument = next(iter(call.body.items()))
        if key not in dialect.actions:
            raise refuse(400, "There is no such action: %s" % key)
        action = dialect.actions[key]
        action.check(call, argument)
        server = find_server(call, server_id)
        return action.run(call, server, argument)

    return server_action


def list_instance_actions(call: Call, server_id: str) -> Response:
    server = find_server(call, server_id)
    rows = [actions.describe(call, server, record) for record in reversed(server.actions)]
    return answer({"instanceActions": rows})


def show_instance_action(call: Call, server_id: str, request_id: str) -> Response:
    server = find_server(call, server_id)
    for record in server.actions:
        if record.request_id == request_id:
            return answer({"instanceAction": actions.describe(call, server, record, events=True)})
    raise refuse(404, "Action for request_id %s on instance %s not found" % (request_id, server_id))
