"""GET /flavors, /flavors/detail, /flavors/{id}."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from call import Call, Refusal, answer
from flask import Response, request
from nova_views import links, prefix


def list_flavors(version: str, details: bool) -> Callable[[Call], Response]:
    """A list in order of the flavors' ids; limit and marker as for servers."""

    def view(call: Call) -> Response:
        limit = _limit(call)
        rows = sorted((row for row in call.sim.builders[call.platform].flavors.values()
                       if row["public"] or call.is_admin), key=lambda row: row["id"])
        marker = request.args.get("marker")
        if marker:
            known = [row["id"] for row in rows]
            if marker not in known:
                raise Refusal(400, {"badRequest": {"code": 400, "message": "marker [%s] not found" % marker}})
            rows = rows[known.index(marker) + 1:]
        page = rows[:limit]
        document: dict[str, Any] = {"flavors": [_describe(call, version, row, details) for row in page]}
        if page and len(page) == limit:
            query = [(key, value) for key, value in request.args.items(multi=True) if key != "marker"]
            tail = urlencode([*query, ("marker", page[-1]["id"])])
            href = "%s/flavors%s?%s" % (prefix(call, version), "/detail" if details else "", tail)
            document["flavors_links"] = [{"rel": "next", "href": href}]
        return answer(document)

    return view


def show_flavor(version: str) -> Callable[..., Response]:
    def view(call: Call, flavor_id: str) -> Response:
        row = call.sim.builders[call.platform].flavors.get(flavor_id)
        if row is None or not (row["public"] or call.is_admin):
            raise Refusal(404, {"itemNotFound": {"code": 404, "message": "Flavor %s could not be found." % flavor_id}})
        return answer({"flavor": _describe(call, version, row, True)})

    return view


def _limit(call: Call) -> int:
    text = request.args.get("limit", "")
    highest = int(call.sim.platform(call.platform)["page_limit"])
    if text and not re.fullmatch(r"[0-9]+", text):
        raise Refusal(400, {"badRequest": {"code": 400, "message":
                                           "Invalid input for query parameters limit. Value: %s. %r does not match "
                                           "'^[0-9]*$'" % (text, text)}})
    return min(int(text), highest) if text else highest


def _describe(call: Call, version: str, row: dict[str, Any], details: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": row["id"], "name": row["name"], "links": links(call, version, "flavors", row["id"])}
    if details:
        swap: Any = row["swap"] if row["swap"] or call.microversion >= (2, 75) else ""
        shown.update({
            "ram": row["ram"], "disk": row["disk"], "vcpus": row["vcpus"], "swap": swap,
            "OS-FLV-EXT-DATA:ephemeral": row["ephemeral"], "OS-FLV-DISABLED:disabled": False,
            "os-flavor-access:is_public": row["public"], "rxtx_factor": 1.0})
        if call.microversion >= (2, 61):
            shown["extra_specs"] = row["extra_specs"]
    if call.microversion >= (2, 55):
        shown["description"] = None
    return shown
