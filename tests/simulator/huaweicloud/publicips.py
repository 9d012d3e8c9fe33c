"""Elastic IP addresses (EIPs): list, show, and bind or unbind."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Malformed, Refusal, Router, answer
from simulator.huaweicloud.checks import current_project, enter
from simulator.huaweicloud.iam import PLATFORM
from simulator.state.ids import stable_id
from simulator.state.public_ips import PublicIp, private_address


def register(router: Router) -> None:
    root = "/v1/<pid>/publicips"
    for method, path, view, name in (
        ("GET", "", list_public_ips, "list publicips"),
        ("GET", "/<wanted>", show_public_ip, "show publicip"),
        ("PUT", "/<wanted>", update_public_ip, "update publicip"),
    ):
        router.add(PLATFORM, method, root + path, view, name=name, before=enter)


def refuse(status: int, code: str, message: str) -> Refusal:
    """An error as the VPC service answers it."""
    return Refusal(status, {"code": code, "message": message})


def list_public_ips(call: Call) -> Response:
    """GET: pages by marker, the id of the last one; filters by address, port, id, and enterprise project."""
    rows = sorted(_own(call), key=lambda row: row.id)
    args = request.args
    for name, value in (("public_ip_address", "address"), ("port_id", "port_id"), ("id", "id")):
        wanted = args.getlist(name)
        rows = [row for row in rows if not wanted or getattr(row, value) in wanted]
    project = args.get("enterprise_project_id")
    if project and project != "all_granted_eps":
        rows = [row for row in rows if _enterprise_project(row) == project]
    marker, limit = args.get("marker"), args.get("limit", "2000")
    if not re.fullmatch("[0-9]{1,9}", limit):
        raise refuse(400, "VPC.0002", "limit is not a number.")
    if marker:
        ids = [row.id for row in rows]
        if marker not in ids:
            raise refuse(400, "VPC.0002", "marker: no such publicip.")
        rows = rows[ids.index(marker) + 1 :]
    return answer({"publicips": [_view(row) for row in rows[: int(limit)]]})


def show_public_ip(call: Call, wanted: str) -> Response:
    return answer({"publicip": _view(_find(call, wanted))})


def update_public_ip(call: Call, wanted: str) -> Response:
    """PUT: without `port_id`, or with an empty one, it is unbound. A port that has one already is an error."""
    body = call.body
    part = body.get("publicip") if isinstance(body, dict) else None
    if isinstance(body, Malformed) or not isinstance(part, dict) or set(part) - {"port_id", "ip_version", "alias"}:
        raise refuse(400, "VPC.0002", "publicip: port_id, ip_version or alias.")
    found, port_id = _find(call, wanted), part.get("port_id", "")
    if not isinstance(port_id, str) or "ip_version" in part or "alias" in part:
        raise refuse(400, "VPC.0002", "publicip: only port_id is simulated, a text.")
    known = call.sim.builders[PLATFORM].public_ips
    if not port_id:
        if not found.port_id:
            raise refuse(409, "VPC.0511", "The publicip %s is not bound." % found.address)
        known.unbind(found)
    else:
        place = private_address(call.fleet.servers.values(), port_id)
        if place is None or place[0].project_id != current_project(call):
            raise refuse(404, "VPC.0504", "The port %s could not be found." % port_id)
        if found.port_id or any(row.port_id == port_id for row in _own(call)):
            raise refuse(409, "VPC.0510", "The publicip or the port %s is bound already." % port_id)
        known.bind(found, *place)
    for server in call.fleet.servers.values():
        server.cache.clear()
    shown = _view(_find(call, wanted))
    return answer({"publicip": {key: value for key, value in shown.items() if key in _UPDATED}})


_UPDATED = frozenset(
    "bandwidth_id bandwidth_name bandwidth_share_type bandwidth_size create_time enterprise_project_id id port_id"
    " private_ip_address profile public_ip_address status tenant_id type ip_version alias".split()
)


def _own(call: Call) -> list[PublicIp]:
    rows = call.sim.builders[PLATFORM].public_ips.rows(call.fleet.servers.values())
    return [row for row in rows if row.project_id == current_project(call)]


def _find(call: Call, wanted: str) -> PublicIp:
    for row in _own(call):
        if row.id == wanted:
            return row
    raise refuse(404, "VPC.0504", "The publicip %s could not be found." % wanted)


def _enterprise_project(row: PublicIp) -> str:
    return row.server.enterprise_project_id if row.server else "0"


def _view(row: PublicIp) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": row.id,
        "alias": "",
        "type": "5_bgp",
        "status": "ACTIVE" if row.port_id else "DOWN",
        "public_ip_address": row.address,
        "ip_version": 4,
        "tenant_id": row.project_id,
        "create_time": "2026-01-01T00:00:00Z",
        "enterprise_project_id": _enterprise_project(row),
        "bandwidth_id": stable_id("bandwidth", row.id),
        "bandwidth_name": "bandwidth-1",
        "bandwidth_share_type": "PER",
        "bandwidth_size": 5,
        "profile": {},
        "public_border_group": "center",
        "allow_share_bandwidth_types": [],
        "tags": [],
    }
    if row.port_id:
        # Only a bound one has them.
        shown.update(port_id=row.port_id, private_ip_address=row.fixed_ip)
    return shown
