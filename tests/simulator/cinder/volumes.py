"""Cinder: lists and shows the volumes of a project (the Block Storage API reference, v3)."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from simulator.http.call import Call, Refusal, Router, answer, find_token
from simulator.state.attachments import Volume

PLATFORMS = ("openstack", "easystack", "ustack")
HIGHEST = 1000
_SHOWN: dict[str, Callable[[Volume], str]] = {
    "name": lambda volume: volume.name,
    "status": lambda volume: "detaching" if volume.detaching else volume.status,
}
_FILTERS = tuple(_SHOWN)
_OTHERS = ("limit", "marker", "offset", "sort")


def register(router: Router) -> None:
    for platform in PLATFORMS:
        root = "/%s/volume/v3/<pid>/volumes" % platform
        router.add(platform, "GET", root, list_volumes, name="list volumes", before=enter)
        router.add(platform, "GET", root + "/<wanted>", show_volume, name="show volume", before=enter)


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
        rows = [row for row in rows if name not in args or _SHOWN[name](row) == args[name]]
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


def show_volume(call: Call, wanted: str) -> Response:
    """GET /volumes/{id}, as far as a client of this collection reads it."""
    row = call.sim.builders[call.platform].volumes.rows.get(wanted)
    if row is None:
        raise refuse(404, "Volume %s could not be found." % wanted)
    return answer({"volume": {"id": row.id, "name": row.name, "status": _SHOWN["status"](row)}})


def _summary(call: Call, row: Volume) -> dict[str, Any]:
    links = [{"rel": "self", "href": "%s%s/%s" % (call.sim.base_url, call.path, row.id)}]
    return {"id": row.id, "name": row.name, "links": links}
