"""Glance: GET /v2/images (E29), GET and DELETE of one image."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import operator
import re
from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from simulator.http.call import Call, Refusal, Router, answer
from simulator.state.clock import iso, parse_iso

PLATFORMS = {"openstack": "E29", "easystack": "E29", "ustack": None}
STATUSES = ("queued", "saving", "active", "killed", "deleted", "pending_delete", "deactivated", "importing")
SORT_KEYS = (
    "name",
    "status",
    "container_format",
    "disk_format",
    "id",
    "min_disk",
    "min_ram",
    "created_at",
    "updated_at",
)
_DEFAULT_PAGE = 25
_NO_FILTERS = ("limit", "marker", "sort", "sort_key", "sort_dir", "member_status")
_TIME_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
    "neq": operator.ne,
}
_HASH = hashlib.sha512(b"").hexdigest()


def register(router: Router) -> None:
    for platform, operation in PLATFORMS.items():
        root = "/%s/image" % platform
        for rule in (root, root + "/versions"):
            router.add(platform, "GET", rule, _versions, name="image versions")
        router.add(
            platform, "GET", root + "/v2/images", list_images, operation=operation, name="list images", before=_enter
        )
        router.add(platform, "GET", root + "/v2/images/<image_id>", show_image, name="show image", before=_enter)
        router.add(
            platform,
            "DELETE",
            root + "/v2/images/<image_id>",
            delete_image,
            name="delete image",
            operation=operation and "E30",
            before=_enter,
        )


def _page(status: int, title: str, message: str) -> Refusal:
    """Glance answers errors in HTML."""
    return Refusal(
        status,
        "<html>\n <head>\n  <title>%d %s</title>\n </head>\n <body>\n  <h1>%d %s</h1>\n  %s"
        "<br /><br />\n\n\n </body>\n</html>" % (status, title, status, title, escape(message)),
    )


def _enter(call: Call, _parameters: dict[str, str]) -> None:
    call.token = call.sim.tokens[call.platform].find(request.headers.get("X-Auth-Token"))
    if call.token is None:
        refusal = _page(
            401,
            "Unauthorized",
            "This server could not verify that you are authorized to access the document you requested.",
        )
        refusal.headers["WWW-Authenticate"] = 'Keystone uri="%s/%s/identity"' % (call.sim.base_url, call.platform)
        raise refusal
    if call.token.project is None:
        raise _page(403, "Forbidden", "You are not authorized to complete get_images action.")


def _versions(call: Call) -> Response:
    href = "%s/%s/image/v2/" % (call.sim.base_url, call.platform)
    rows = [
        {"id": name, "status": status, "links": [{"rel": "self", "href": href}]}
        for name, status in (("v2.16", "CURRENT"), ("v2.0", "SUPPORTED"))
    ]
    return answer({"versions": rows}, 300 if call.path.rstrip("/").endswith("image") else 200)


def newest_first(call: Call) -> list[dict[str, Any]]:
    """Newest first."""
    return list(reversed(call.sim.builders[call.platform].images.values()))


def _glance(row: dict[str, Any]) -> dict[str, Any]:
    """An image as Glance shows it; values that an image without data lacks are null."""
    stored = row["status"] not in ("queued", "saving", "importing")
    return {
        "id": row["id"],
        "name": row["name"],
        "status": row["status"],
        "visibility": row["visibility"],
        "min_disk": row["min_disk"],
        "min_ram": row["min_ram"],
        "size": row["size"] if stored else None,
        "virtual_size": row["size"] if stored else None,
        "disk_format": "qcow2",
        "container_format": "bare",
        "protected": row["protected"],
        "os_hidden": False,
        "checksum": "d41d8cd98f00b204e9800998ecf8427e" if stored else None,
        "os_hash_algo": "sha512" if stored else None,
        "os_hash_value": _HASH if stored else None,
        **({"stores": "files"} if row["status"] == "active" else {}),
        "owner": row["owner"],
        "os_type": row["os_type"].lower(),
        "tags": [],
        "created_at": iso(row["created"]),
        "updated_at": iso(row["created"]),
        "self": "/v2/images/" + row["id"],
        "schema": "/v2/schemas/image",
        "file": "/v2/images/%s/file" % row["id"],
        **row["properties"],
    }


def _matches(shown: dict[str, Any], name: str, wanted: str) -> bool:
    value = shown.get(name)
    if wanted.startswith("in:"):
        return str(value) in wanted[3:].split(",")
    return value is not None and str(value) == wanted


def _changed(name: str, wanted: str) -> Callable[[dict[str, Any]], bool]:
    """The filter of a time, `gte:2026-03-01T12:00:00Z`; without an operator it is `eq`."""
    word, colon, text = wanted.partition(":")
    if not colon or word not in _TIME_OPERATORS:
        word, text = "eq", wanted
    try:
        moment = parse_iso(text)
    except ValueError:
        raise _page(400, "Bad Request", "Invalid time value for %s: %s" % (name, wanted)) from None
    return lambda row: _TIME_OPERATORS[word](parse_iso(row[name]), moment)


def list_images(call: Call) -> Response:
    """GET /v2/images: 25 a page unless asked otherwise, `next` holds the path of the page after a full one."""
    args = request.args
    text = args.get("limit", str(_DEFAULT_PAGE))
    if not re.fullmatch(r"[0-9]+", text):
        raise _page(
            400, "Bad Request", "limit param must be an integer" if "-" not in text else "limit param must be positive"
        )
    limit = min(int(text), int(call.sim.platform(call.platform)["page_limit"]))
    if args.get("visibility", "public") not in ("public", "private", "shared", "community", "all"):
        raise _page(400, "Bad Request", "Invalid visibility value: %s" % args["visibility"])
    shown = [_glance(row) for row in newest_first(call) if row["visibility"] == "public" or _owns(call, row)]
    for name in args:
        if name in _NO_FILTERS or (name == "visibility" and args[name] == "all"):
            continue
        # Any other name is a field or a property: an image without it does not match.
        matches = _changed(name, args[name]) if name in ("created_at", "updated_at") else None
        shown = [row for row in shown if (matches(row) if matches else _matches(row, name, args[name]))]
    shown = _sorted(shown)
    marker = args.get("marker")
    if marker:
        ids = [row["id"] for row in shown]
        if marker not in ids:
            raise _page(400, "Bad Request", "Invalid marker %s: image could not be found" % marker)
        shown = shown[ids.index(marker) + 1 :]
    page = shown[:limit]
    query = [(key, value) for key, value in args.items(multi=True) if key != "marker"]
    document: dict[str, Any] = {
        "images": page,
        "schema": "/v2/schemas/images",
        "first": "/v2/images" + ("?" + urlencode(query) if query else ""),
    }
    if page and len(page) == limit:
        document["next"] = "/v2/images?" + urlencode([*query, ("marker", page[-1]["id"])])
    return answer(document)


def _owns(call: Call, row: dict[str, Any]) -> bool:
    return call.is_admin or row["owner"] == call.project_id


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    keys, directions = request.args.getlist("sort_key"), request.args.getlist("sort_dir")
    if "sort" in request.args:
        pairs = [part.partition(":") for part in request.args["sort"].split(",")]
        keys, directions = [pair[0] for pair in pairs], [pair[2] or "desc" for pair in pairs]
    for key in keys:
        if key not in SORT_KEYS:
            raise _page(400, "Bad Request", "Invalid sort key: %s" % key)
    for direction in directions:
        if direction not in ("asc", "desc"):
            raise _page(400, "Bad Request", "Invalid sort direction: %s" % direction)
    for number in reversed(range(len(keys))):
        direction = directions[min(number, len(directions) - 1)] if directions else "desc"
        rows.sort(key=partial(by_value, keys[number]), reverse=direction == "desc")
    return rows


def by_value(key: str, row: dict[str, Any]) -> tuple[bool, Any]:
    """Sort key: rows without a value come first."""
    return row[key] is not None, row[key]


def show_image(call: Call, image_id: str) -> Response:
    row = call.sim.builders[call.platform].images.get(image_id)
    if row is None or not (row["visibility"] == "public" or _owns(call, row)):
        raise _page(404, "Not Found", "No image found with ID %s" % image_id)
    return answer(_glance(row))


def delete_image(call: Call, image_id: str) -> Response:
    images = call.sim.builders[call.platform].images
    row = images.get(image_id)
    if row is None or not (row["visibility"] == "public" or _owns(call, row)):
        raise _page(404, "Not Found", "Failed to find image %s to delete" % image_id)
    assert call.token is not None
    if not _owns(call, row) or not {"admin", "member"} & set(call.token.roles):
        raise _page(403, "Forbidden", "You are not authorized to complete delete_image action.")
    if row["protected"]:
        raise _page(403, "Forbidden", "Image %s is protected and cannot be deleted." % image_id)
    del images[image_id]
    return answer(None, 204)
