"""Nova's server lists: pages and sorting."""
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
from simulator.nova.dialect import Dialect
from simulator.nova.server_filters import FILTERS, invalid, is_true, read_filters, refuse
from simulator.nova.views import prefix
from simulator.state.servers import Server

PAGING = {"limit", "marker", "sort_key", "sort_dir", "all_tenants", "deleted"}
_SORT_KEYS: dict[str, Callable[[Server], Any]] = {
    "uuid": lambda s: s.id,
    "created_at": lambda s: s.created,
    "updated_at": lambda s: s.updated,
    "display_name": lambda s: s.name,
    "hostname": lambda s: s.name,
    "vm_state": lambda s: s.vm_state,
    "task_state": lambda s: s.task_state or "",
    "power_state": lambda s: s.power_state,
    "availability_zone": lambda s: s.zone,
    "key_name": lambda s: s.key_name or "",
    "launched_at": lambda s: s.launched or 0.0,
    "project_id": lambda s: s.project_id,
    "user_id": lambda s: s.user_id,
    "image_ref": lambda s: s.image["id"] if s.image else "",
    "instance_type_id": lambda s: s.flavor["id"],
    "display_description": lambda s: s.description or "",
    "host": lambda s: s.host,
    "node": lambda s: s.host,
}


def list_page(call: Call, details: bool, dialect: Dialect) -> tuple[list[Server], str | None]:
    """A page, and the URL of the next one. A full last page has a next link too, as in the real Nova."""
    args = request.args
    if dialect.microversions and call.microversion >= (2, 75):
        for name in args:
            if name not in FILTERS | PAGING:
                raise refuse(
                    400,
                    "Invalid input for query parameters %s. Additional properties are not allowed "
                    "(%r was unexpected)" % (name, name),
                )
    page_limit = call.sim.platform(call.platform)["page_limit"]
    limit = page_limit
    for text in args.getlist("limit"):
        if not re.fullmatch(r"[0-9]+", text):
            raise invalid("limit", text, "%r does not match '^[0-9]*$'" % text)
        limit = min(int(text), page_limit)
    every_project = _all_projects(call, details)
    rows = _sorted(call, None if every_project else call.project_id)
    marker = args.get("marker")
    start = 0
    if marker:
        server = call.fleet.servers.get(marker)
        if server is None or server not in rows:
            raise refuse(400, "marker [%s] not found" % marker)
        start = rows.index(server) + 1
    filters = read_filters(call, dialect)
    page: list[Server] = []
    if limit:
        for index in range(start, len(rows)):
            server = rows[index]
            if all(matches(server) for matches in filters):
                page.append(server)
                if len(page) == limit:
                    break
    if len(page) < limit or not page:
        return page, None
    query = [(key, value) for key, value in args.items(multi=True) if key != "marker"]
    tail = urlencode([*query, ("marker", page[-1].id)])
    return page, "%s/servers%s?%s" % (prefix(call, dialect.version), "/detail" if details else "", tail)


def _all_projects(call: Call, details: bool) -> bool:
    wanted = request.args.get("all_tenants")
    if wanted is None or wanted.lower() in ("0", "f", "false", "off", "n", "no"):
        return False
    if wanted and not is_true(wanted):
        raise invalid("all_tenants", wanted, "%r is not a boolean" % wanted)
    if not call.is_admin:
        raise refuse(
            403,
            "Policy doesn't allow os_compute_api:servers:%s:get_all_tenants to be performed."
            % ("detail" if details else "index"),
        )
    return True


def _sorted(call: Call, project_id: str | None) -> list[Server]:
    keys, directions = request.args.getlist("sort_key"), request.args.getlist("sort_dir")
    for key in keys:
        if key not in _SORT_KEYS:
            raise invalid("sort_key", key, "%r is not one of %s" % (key, sorted(_SORT_KEYS)))
        if key in ("host", "node") and not call.is_admin:
            raise refuse(403, "Policy doesn't allow sorting by %s to be performed." % key)
    for direction in directions:
        if direction not in ("asc", "desc"):
            raise invalid("sort_dir", direction, "%r is not one of ['asc', 'desc']" % direction)
    first = directions[0] if directions else "desc"
    if not keys or keys == ["created_at"]:
        return call.fleet.sorted_by_creation(call.region, project_id, newest_first=first == "desc")
    if keys == ["uuid"]:
        return call.fleet.sorted_by_id(call.region, project_id, first == "desc")
    rows = list(call.fleet.sorted_by_creation(call.region, project_id, newest_first=first == "desc"))
    for number in reversed(range(len(keys))):
        direction = directions[number] if number < len(directions) else first
        rows.sort(key=_SORT_KEYS[keys[number]], reverse=direction == "desc")
    return rows
