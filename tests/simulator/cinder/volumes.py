"""Cinder: lists the volumes of a project (the Block Storage API reference, v3)."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from simulator.http.call import Call, Refusal, Router, answer, find_token
from simulator.state.attachments import Volume

PLATFORMS = ("openstack", "easystack", "ustack")
HIGHEST = 1000
_FILTERS = ("name", "status")
_OTHERS = ("limit", "marker", "offset", "sort")


def register(router: Router) -> None:
    for platform in PLATFORMS:
        root = "/%s/volume/v3/<pid>/volumes" % platform
        router.add(platform, "GET", root, list_volumes, name="list volumes", before=enter)


def refuse(status: int, message: str) -> Refusal:
    """An error in Cinder's form."""
    kind = {400: "badRequest", 403: "forbidden", 404: "itemNotFound"}[status]
    return Refusal(status, {kind: {"code": status, "message": message}})


def enter(call: Call, parameters: dict[str, str]) -> None:
    token = find_token(call)
    if token.project is None:
        raise refuse(403, "Policy doesn't allow volume:get_all to be performed.")
    if parameters.pop("pid") != token.project["id"]:
        raise refuse(400, "Malformed request url")


def list_volumes(call: Call) -> Response:
    """GET /volumes: id, name and links, by name and status, in pages by marker. Other parameters are errors here, where
    Cinder ignores them."""
    args = request.args
    unknown = sorted(set(args) - {*_FILTERS, *_OTHERS})
    if unknown:
        raise refuse(400, "Invalid filters %s are found in query options." % ",".join(unknown))
    rows = list(call.sim.builders[call.platform].volumes.rows.values())
    for name in _FILTERS:
        rows = [row for row in rows if name not in args or getattr(row, name) == args[name]]
    limit = args.get("limit", str(HIGHEST))
    if not limit.isdigit():
        raise refuse(400, "limit param must be an integer")
    if args.get("marker"):
        ids = [row.id for row in rows]
        if args["marker"] not in ids:
            raise refuse(404, "Volume %s could not be found." % args["marker"])
        rows = rows[ids.index(args["marker"]) + 1 :]
    most = min(int(limit), HIGHEST)
    body: dict[str, Any] = {"volumes": [_summary(call, row) for row in rows[:most]]}
    if len(rows) > most:
        query = [(key, value) for key, value in args.items(multi=True) if key != "marker"]
        following = urlencode([*query, ("marker", rows[most - 1].id)])
        body["volumes_links"] = [{"rel": "next", "href": "%s%s?%s" % (call.sim.base_url, call.path, following)}]
    return answer(body)


def _summary(call: Call, row: Volume) -> dict[str, Any]:
    links = [{"rel": "self", "href": "%s%s/%s" % (call.sim.base_url, call.path, row.id)}]
    return {"id": row.id, "name": row.name, "links": links}
