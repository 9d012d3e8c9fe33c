"""The image service: Glance's GET /v2/images (E29), and IMS's GET /v2/cloudimages on huaweicloud."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import re
from functools import partial
from html import escape
from typing import Any
from urllib.parse import urlencode

from call import Call, Refusal, Router, answer
from clock import iso
from flask import Response, request
from iam import PLATFORM as HUAWEI
from iam import admit, gateway

PLATFORMS = {"openstack": "E29", "easystack": "E29", "ustack": None}
STATUSES = ("queued", "saving", "active", "killed", "deleted", "pending_delete", "deactivated", "importing")
_SORT_KEYS = (
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
_HASH = hashlib.sha512(b"").hexdigest()
_IMS_FILTERS = {
    "name": "name",
    "id": "id",
    "status": "status",
    "visibility": "visibility",
    "__imagetype": "__imagetype",
    "__os_type": "__os_type",
    "__platform": "__platform",
    "__os_bit": "__os_bit",
    "virtual_env_type": "virtual_env_type",
    "owner": "owner",
    "disk_format": "disk_format",
}


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
    router.add(
        HUAWEI, "GET", "/v2/cloudimages", list_cloudimages, name="list images", before=lambda call, _words: admit(call)
    )


def _page(status: int, title: str, message: str) -> Refusal:
    """Glance's errors are pages."""
    return Refusal(
        status,
        "<html>\n <head>\n  <title>%d %s</title>\n </head>\n <body>\n  <h1>%d %s</h1>\n  %s"
        "<br /><br />\n\n\n </body>\n</html>" % (status, title, status, title, escape(message)),
    )


def _enter(call: Call, _words: dict[str, str]) -> None:
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


def _rows(call: Call) -> list[dict[str, Any]]:
    """Newest first."""
    return list(reversed(call.sim.builders[call.platform].images.values()))


def _glance(row: dict[str, Any]) -> dict[str, Any]:
    """An image as Glance shows it; what it has not yet is null."""
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
    shown = [_glance(row) for row in _rows(call) if row["visibility"] == "public" or _owns(call, row)]
    known = set(_glance(_rows(call)[0])) if shown else set()
    for name in args:
        if name == "visibility" and args[name] == "all":
            continue
        if name in known:
            shown = [row for row in shown if _matches(row, name, args[name])]
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
        if key not in _SORT_KEYS:
            raise _page(400, "Bad Request", "Invalid sort key: %s" % key)
    for direction in directions:
        if direction not in ("asc", "desc"):
            raise _page(400, "Bad Request", "Invalid sort direction: %s" % direction)
    for number in reversed(range(len(keys))):
        direction = directions[min(number, len(directions) - 1)] if directions else "desc"
        rows.sort(key=partial(_rank, keys[number]), reverse=direction == "desc")
    return rows


def _rank(key: str, row: dict[str, Any]) -> tuple[bool, Any]:
    """What has no value comes before what has one."""
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


def _ims(row: dict[str, Any]) -> dict[str, Any]:
    """An image as IMS shows it: `__support_fc_inject` is "true" where nothing can be injected."""
    created = iso(row["created"])
    return {
        "id": row["id"],
        "name": row["name"],
        "status": row["status"],
        "visibility": row["visibility"],
        "min_disk": row["min_disk"],
        "min_ram": row["min_ram"],
        "owner": row["owner"],
        "protected": True,
        "__imagetype": row["type"],
        "__os_type": row["os_type"],
        "__os_bit": "64",
        "__platform": row["name"].split()[0].split("-")[0],
        "__os_version": row["name"],
        "__image_size": str(row["size"]),
        "__support_fc_inject": "false" if row["cloud_init"] else "true",
        "__os_feature_list": '{"onekey_resource_desc":"","onekeyresetpasswd":"true"}',
        "__isregistered": "true",
        "__image_source_type": "uds",
        "active_at": created if row["status"] in ("active", "deactivated") else None,
        "virtual_env_type": "FusionCompute",
        "disk_format": "zvhd2",
        "container_format": "bare",
        "tags": [],
        "created_at": created,
        "updated_at": created,
        "self": "/v2/images/" + row["id"],
        "schema": "/v2/schemas/image",
        "file": "/v2/images/%s/file" % row["id"],
    }


def list_cloudimages(call: Call) -> Response:
    """GET /v2/cloudimages, with no project in the path; 500 a page unless asked otherwise."""
    args = request.args
    text = args.get("limit", "500")
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= 1000:
        raise gateway(call, 400, "IMG.0001", "limit: %s is not an integer from 1 to 1000." % text)
    rows = [_ims(row) for row in _rows(call)]
    for name, field in _IMS_FILTERS.items():
        if name in args:
            rows = [row for row in rows if str(row[field]) == args[name]]
    direction = args.get("sort_dir", "desc")
    if direction not in ("asc", "desc"):
        raise gateway(call, 400, "IMG.0001", "sort_dir: %s is neither asc nor desc." % direction)
    if "sort_key" in args:
        if args["sort_key"] not in _SORT_KEYS:
            raise gateway(call, 400, "IMG.0001", "sort_key: %s is unknown." % args["sort_key"])
        rows.sort(key=partial(_rank, args["sort_key"]), reverse=direction == "desc")
    marker = args.get("marker")
    if marker:
        ids = [row["id"] for row in rows]
        if marker not in ids:
            raise gateway(call, 400, "IMG.0027", "The image %s of the marker does not exist." % marker)
        rows = rows[ids.index(marker) + 1 :]
    page = rows[: int(text)]
    document: dict[str, Any] = {"images": page}
    if len(page) < len(rows):
        document["page_info"] = {"next_marker": page[-1]["id"]}
    return answer(document)
