"""Nova's flavors: GET /flavors, /flavors/detail, /flavors/{id}, and how a flavor is shown."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.http.call import Call, answer
from simulator.nova.checks import is_true, refuse
from simulator.nova.paging import check_query, invalid_query, paginate
from simulator.nova.views import links

Flavor = dict[str, Any]
_QUERY = {"limit", "marker", "is_public", "minRam", "minDisk", "sort_key", "sort_dir"}
_SORT_KEYS = {
    "flavorid": "id",
    "id": "id",
    "name": "name",
    "memory_mb": "ram",
    "vcpus": "vcpus",
    "root_gb": "disk",
    "ephemeral_gb": "ephemeral",
    "swap": "swap",
    "is_public": "public",
    "rxtx_factor": "rxtx_factor",
    "description": "description",
    "disabled": "disabled",
    "created_at": "number",
    "updated_at": "number",
    "vcpu_weight": "number",
}


def list_flavors(version: str, details: bool) -> Callable[[Call], Response]:
    """A list sorted by id, or by `sort_key`."""

    def view(call: Call) -> Response:
        check_query(call, _QUERY)
        rows = [row for row in _all(call).values() if _is_listed(call, row)]
        for name, field in (("minRam", "ram"), ("minDisk", "disk")):
            text = request.args.get(name)
            if text is not None:
                if not text.lstrip("-").isdigit():
                    raise refuse(400, "Invalid %s filter [%s]" % (name, text))
                rows = [row for row in rows if row[field] >= int(text)]
        page, next_links = paginate(call, _sorted(rows), lambda row: str(row["id"]), "marker [%s] not found")
        document: dict[str, Any] = {"flavors": [describe(call, version, row, details) for row in page]}
        if next_links:
            document["flavors_links"] = next_links
        return answer(document)

    return view


def show_flavor(version: str) -> Callable[..., Response]:
    def view(call: Call, flavor_id: str) -> Response:
        return answer({"flavor": describe(call, version, find_flavor(call, flavor_id), True)})

    return view


def find_flavor(call: Call, flavor_id: str) -> Flavor:
    """The flavor, or 404: unknown, or a private one that the caller's project may not use."""
    row = _all(call).get(flavor_id)
    if row is None or not (call.is_admin or may_use(call, row)):
        raise refuse(404, "Flavor %s could not be found." % flavor_id)
    return row


def may_use(call: Call, row: Flavor) -> bool:
    return bool(row["public"]) or call.project_id in row["access"]


def describe(call: Call, version: str, row: Flavor, details: bool) -> dict[str, Any]:
    """A flavor; `description` from 2.55, `extra_specs` from 2.61, no swap is 0 from 2.75 and an empty text below."""
    shown: dict[str, Any] = {"id": row["id"], "name": row["name"], "links": links(call, version, "flavors", row["id"])}
    if details:
        swap: Any = row["swap"] if row["swap"] or call.microversion >= (2, 75) else ""
        shown.update(
            {
                "ram": row["ram"],
                "disk": row["disk"],
                "vcpus": row["vcpus"],
                "swap": swap,
                "OS-FLV-EXT-DATA:ephemeral": row["ephemeral"],
                "OS-FLV-DISABLED:disabled": row["disabled"],
                "os-flavor-access:is_public": row["public"],
                "rxtx_factor": row["rxtx_factor"],
            }
        )
        if call.microversion >= (2, 61):
            shown["extra_specs"] = row["extra_specs"]
    if call.microversion >= (2, 55):
        shown["description"] = row["description"]
    return shown


def _all(call: Call) -> dict[str, Flavor]:
    return call.sim.builders[call.platform].flavors


def _is_listed(call: Call, row: Flavor) -> bool:
    """Whether the list has the flavor; for administrators is_public None lists all, False the private ones."""
    wanted = request.args.get("is_public")
    if not call.is_admin:
        return may_use(call, row) and not row["disabled"]
    if wanted is None:
        return may_use(call, row)
    if wanted.lower() == "none":
        return True
    if wanted.lower() not in ("1", "t", "true", "on", "y", "yes", "0", "f", "false", "off", "n", "no"):
        raise refuse(400, "Invalid is_public filter [%s]" % wanted)
    return may_use(call, row) if is_true(wanted) or wanted.lower() in ("t", "y") else not row["public"]


def _sorted(rows: list[Flavor]) -> list[Flavor]:
    key, direction = request.args.get("sort_key", "flavorid"), request.args.get("sort_dir", "asc")
    if key not in _SORT_KEYS:
        raise invalid_query("sort_key", key, "%r is not one of %s" % (key, sorted(_SORT_KEYS)))
    if direction not in ("asc", "desc"):
        raise invalid_query("sort_dir", direction, "%r is not one of ['asc', 'desc']" % direction)
    field = _SORT_KEYS[key]
    return sorted(rows, key=lambda row: (row[field] is not None, row[field], row["id"]), reverse=direction == "desc")
