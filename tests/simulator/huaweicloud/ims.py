"""IMS, the image service of huaweicloud: GET /v2/cloudimages."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from functools import partial
from typing import Any

from flask import Response, request

from simulator.glance.images import SORT_KEYS, by_value, newest_first
from simulator.http.call import Call, Router, answer
from simulator.huaweicloud.iam import PLATFORM, admit, gateway
from simulator.state.clock import iso

_FILTERS = {
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
    router.add(PLATFORM, "GET", "/v2/cloudimages", list_cloudimages, name="list images", before=_enter)


def _enter(call: Call, _parameters: dict[str, str]) -> None:
    admit(call)


def _ims(row: dict[str, Any]) -> dict[str, Any]:
    """An image as IMS shows it: `__support_fc_inject` is "true" for an image without cloud-init."""
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
    rows = [_ims(row) for row in newest_first(call)]
    for name, field in _FILTERS.items():
        if name in args:
            rows = [row for row in rows if str(row[field]) == args[name]]
    direction = args.get("sort_dir", "desc")
    if direction not in ("asc", "desc"):
        raise gateway(call, 400, "IMG.0001", "sort_dir: %s is neither asc nor desc." % direction)
    if "sort_key" in args:
        if args["sort_key"] not in SORT_KEYS:
            raise gateway(call, 400, "IMG.0001", "sort_key: %s is unknown." % args["sort_key"])
        rows.sort(key=partial(by_value, args["sort_key"]), reverse=direction == "desc")
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
