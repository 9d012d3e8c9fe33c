# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that list in pages, by marker or by page number."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import errors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Response, Session


class PagedService(Session):
    """A session whose requests are answered by a function of the query; keeps the queries."""

    def __init__(self, answer: Callable[[dict[str, str]], Any]) -> None:
        super().__init__(Settings("openstack"))
        self.answer = answer
        self.queries: list[dict[str, str]] = []
        self._guard = threading.Lock()

    def request(self, method: str, url: str, **arguments: Any) -> Response:
        query = {key: str(value) for key, value in arguments["params"] if value is not None}
        with self._guard:
            self.queries.append(query)
        return Response(200, {}, self.answer(query), None)


def ids(count: int, start: int = 0) -> list[str]:
    return [f"{number * 7919 % 100_003:08x}-{number:04x}" for number in range(start, start + count)]


def records(names: list[str]) -> list[dict[str, Any]]:
    return [{"id": name} for name in names]


def found(items: Any) -> list[str]:
    return [item["id"] for item in items]


class Nova:
    """Marker paging as Nova does it: a next link on every page that is full by the service's own maximum."""

    def __init__(self, names: list[str], maximum: int = 1000, sorts: bool = True) -> None:
        self.names, self.maximum, self.sorts = names, maximum, sorts
        self.vanish: set[str] = set()

    def __call__(self, query: dict[str, str]) -> dict[str, Any]:
        names = list(self.names)
        if self.sorts and query.get("sort_key") == "uuid":
            names.sort(reverse=query["sort_dir"] == "desc")
        marker = query.get("marker")
        if marker is not None:
            if marker in self.vanish:
                raise errors.BadRequest(f"marker [{marker}] not found", status=400)
            names = names[names.index(marker) + 1 :]
        size = min(int(query["limit"]), self.maximum)
        body: dict[str, Any] = {"servers": records([name for name in names[:size] if name not in self.vanish])}
        if len(names) >= size and names:
            body["servers_links"] = [{"rel": "self"}, {"rel": "next", "href": "http://elsewhere"}, None]
        return body


fleets = st.integers(0, 40)
limits = st.integers(1, 12)
