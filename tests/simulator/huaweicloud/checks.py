"""Checks that every call of ECS begins with: caller, project, server, body."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import request

from simulator.http.call import Call, Malformed, Refusal
from simulator.huaweicloud.iam import PLATFORM, admit
from simulator.huaweicloud.iam import refuse as iam_refuse
from simulator.state.servers import Server

#: Servers in a batch call.
MAX_SERVERS = 1000


def enter(call: Call, parameters: dict[str, str]) -> None:
    """Authenticate the caller, and check the project of the path. Raises Refusal."""
    admit(call)
    pid = parameters.pop("pid")
    project = next((row for row in call.sim.builders[PLATFORM].projects if row["id"] == pid), None)
    if call.token is not None and call.token.project is None:
        raise iam_refuse(call, 403, "The token has no project scope.")
    named = request.headers.get("X-Project-Id", pid)
    if project is None or named != pid or (call.token is not None and call.token.project is not project):
        raise refuse(400, "Ecs.0023", "The project ID in the URI does not match the one of the credentials.")
    call.region = project["name"]
    call.entry["project_id"] = pid


def refuse(status: int, code: str, message: str) -> Refusal:
    """An error as ECS answers it."""
    return Refusal(status, {"error": {"code": code, "message": message}})


def current_project(call: Call) -> str:
    return str(call.entry["project_id"])


def find_own(call: Call, server_id: str) -> Server | None:
    """The server, None if it is not in the project, is deleted, or is in the recycle bin."""
    server = call.fleet.servers.get(server_id)
    if server is None or server.hidden or server.project_id != current_project(call):
        return None
    return server if call.now >= server.appears else None


def find(call: Call, server_id: str, code: str = "Ecs.0114") -> Server:
    """The server, or 404: unknown, another project's, or in the recycle bin."""
    server = find_own(call, server_id)
    if server is None:
        raise refuse(404, code, "Instance[%s] could not be found." % server_id)
    return server


def json_body(call: Call) -> dict[str, Any]:
    """The body, which must be a JSON object."""
    if request.mimetype != "application/json" or isinstance(call.body, Malformed) or not isinstance(call.body, dict):
        raise refuse(400, "Ecs.0005", "The request body is not a JSON document.")
    return call.body


def required_object(call: Call, key: str) -> dict[str, Any]:
    """The object under the body's key."""
    part = json_body(call).get(key)
    if not isinstance(part, dict):
        raise refuse(400, "Ecs.0005", "%s must be an object." % key)
    return part


def refuse_locked(server: Server) -> None:
    if server.locked:
        raise refuse(400, "Ecs.0605", "The server %s is locked." % server.id)


def batch_ids(body: dict[str, Any]) -> list[str]:
    """The ids of the servers of a batch call, each once: at least one, at most MAX_SERVERS entries."""
    rows = body.get("servers")
    if (
        not isinstance(rows, list)
        or not rows
        or not all(isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"] for row in rows)
    ):
        raise refuse(400, "Ecs.0005", "servers must be a list of objects with an id.")
    if len(rows) > MAX_SERVERS:
        raise refuse(400, "Ecs.0118", "Too many servers: %d, at most %d in a batch." % (len(rows), MAX_SERVERS))
    return list(dict.fromkeys(row["id"] for row in rows))
