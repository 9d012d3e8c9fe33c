"""Pages of Nova's short lists: flavors and key pairs."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import request

from simulator.http.call import Call
from simulator.nova.checks import refuse


def invalid_query(name: str, value: str, why: str) -> Exception:
    return refuse(400, "Invalid input for query parameters %s. Value: %s. %s" % (name, value, why))


def check_query(call: Call, known: set[str]) -> None:
    """From 2.75 on Nova refuses unknown parameters; below it ignores them."""
    for name in request.args:
        if call.microversion >= (2, 75) and name not in known:
            raise invalid_query(
                name, request.args[name], "Additional properties are not allowed (%r was unexpected)" % name
            )


def paginate(
    call: Call, rows: list[Any], name_of: Callable[[Any], str], missing: str
) -> tuple[list[Any], list[dict[str, str]] | None]:
    """One page after `marker`, and the links to the next; a full last page has one too. `missing` is the message
    for an unknown marker, with %s for it."""
    text = request.args.get("limit", "")
    highest = int(call.sim.platform(call.platform)["page_limit"])
    if text and not re.fullmatch(r"[0-9]+", text):
        raise invalid_query("limit", text, "%r does not match '^[0-9]*$'" % text)
    limit = min(int(text), highest) if text else highest
    marker = request.args.get("marker")
    if marker:
        names = [name_of(row) for row in rows]
        if marker not in names:
            raise refuse(400, missing % marker)
        rows = rows[names.index(marker) + 1 :]
    page = rows[:limit]
    if not page or len(page) < limit:
        return page, None
    query = [(key, value) for key, value in request.args.items(multi=True) if key != "marker"]
    href = "%s%s?%s" % (call.sim.base_url, call.path, urlencode([*query, ("marker", name_of(page[-1]))]))
    return page, [{"rel": "next", "href": href}]
