"""Lists of Neutron and their rows: filters, fields, pages; and Neutron's errors."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from simulator.http.call import Call, Refusal, answer

TYPES = {400: "HTTPBadRequest", 403: "PolicyNotAuthorized", 404: "NotFound"}


def refuse(status: int, message: str, kind: str | None = None) -> Refusal:
    """An error in Neutron's form."""
    return Refusal(status, {"NeutronError": {"type": kind or TYPES[status], "message": message, "detail": ""}})


def list_view(kind: str, rows: Any) -> Any:
    """GET of a list: each field is a filter, several values of a field are OR, pages by marker if `limit` is given."""
    key = kind.replace("-", "_") + "s"

    def list_rows(call: Call) -> Response:
        shown = sorted(rows(call), key=lambda row: str(row["id"]))
        for name in dict.fromkeys(request.args):
            if name in ("limit", "marker", "fields", "sort_key", "sort_dir", "page_reverse"):
                continue
            wanted = [value.lower() if value in ("True", "False") else value for value in request.args.getlist(name)]
            shown = [row for row in shown if name not in row or _text(row[name]) in wanted]
        text = request.args.get("limit")
        if text is None:
            return answer({key: _fields(shown)})
        if not re.fullmatch("[0-9]+", text):
            raise refuse(
                400,
                "Invalid value for limit: %s. limit must be an integer 0 or greater and not bigger than "
                "the maximum" % text,
            )
        marker = request.args.get("marker")
        if marker:
            ids = [row["id"] for row in shown]
            if marker not in ids:
                raise refuse(
                    404, "%s %s could not be found." % (kind.capitalize(), marker), kind.capitalize() + "NotFound"
                )
            shown = shown[ids.index(marker) + 1 :]
        limit = int(text) or len(shown)
        page: dict[str, Any] = {key: _fields(shown[:limit])}
        if len(shown) > limit:
            query = [(key, value) for key, value in request.args.items(multi=True) if key != "marker"]
            query.append(("marker", shown[limit - 1]["id"]))
            following = "%s%s?%s" % (call.sim.base_url, call.path, urlencode(query))
            page[key + "_links"] = [{"rel": "next", "href": following}]
        return answer(page)

    return list_rows


def show_view(kind: str, rows: Any) -> Any:
    def show(call: Call, wanted: str) -> Response:
        for row in rows(call):
            if row["id"] == wanted:
                return answer({kind.replace("-", "_"): row})
        raise refuse(404, "%s %s could not be found." % (kind.capitalize(), wanted), kind.capitalize() + "NotFound")

    return show


def _fields(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = request.args.getlist("fields")
    return [{name: value for name, value in row.items() if name in wanted} for row in rows] if wanted else rows


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
