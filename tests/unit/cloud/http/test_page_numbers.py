# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paging by page number, and both styles at the wire: every item once, in order."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import errors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session
from ansible_collections.cloudserver.compute.tests.unit.cloud.http.paged_services import (
    Nova,
    PagedService,
    fleets,
    found,
    ids,
    limits,
    records,
)


class Ecs:
    """Page-number paging as Huawei's ECS does it, with its own maximum; count may be left out or be of the page."""

    def __init__(self, names: list[str], maximum: int = 1000, count: str = "total") -> None:
        self.names, self.maximum, self.count = names, maximum, count
        self.after: Callable[[int], None] = lambda page: None

    def __call__(self, query: dict[str, str]) -> dict[str, Any]:
        size, page = min(int(query["limit"]), self.maximum), int(query["offset"])
        part = self.names[(page - 1) * size : page * size]
        body: dict[str, Any] = {"servers": records(part)}
        if self.count != "none":
            body["count"] = len(self.names) if self.count == "total" else len(part)
        self.after(page)
        return body


@given(size=fleets, limit=limits, maximum=limits, parallel=st.integers(0, 5))
def test_by_number_finds_each_once_in_order(size: int, limit: int, maximum: int, parallel: int) -> None:
    names = ids(size)
    service = PagedService(Ecs(names, maximum))
    listed = found(service.by_number("/servers", "servers", limit=limit, parallel=parallel))
    assert listed == names
    pages = -(-size // min(limit, maximum)) or 1
    assert len(service.queries) <= pages + 1
    assert sorted(int(query["offset"]) for query in service.queries)[0] == 1


@given(size=fleets, limit=limits, count=st.sampled_from(["none", "page"]))
def test_by_number_without_a_total(size: int, limit: int, count: str) -> None:
    names = ids(size)
    service = PagedService(Ecs(names, count=count))
    assert found(service.by_number("/servers", "servers", limit=limit))[: len(names)] == names


def test_by_number_sends_the_filters_with_each_page() -> None:
    service = PagedService(Ecs(ids(5)))
    list(service.by_number("/servers", "servers", limit=2, params=[("tags", "a=1"), ("tags", "b")]))
    assert all(query["tags"] == "b" and query["limit"] == "2" for query in service.queries)
    assert sorted(query["offset"] for query in service.queries) == ["1", "2", "3"]


def test_a_server_that_goes_while_paging_costs_no_other_its_place() -> None:
    ecs = Ecs(ids(9))

    def shift(page: int) -> None:
        if page == 1 and len(ecs.names) == 9:
            del ecs.names[0]

    ecs.after = shift
    listed = found(PagedService(ecs).by_number("/servers", "servers", limit=3))
    assert set(ids(9)) == set(listed) and len(listed) == 9


def test_a_server_that_comes_while_paging_is_no_double() -> None:
    ecs = Ecs(ids(9))

    def shift(page: int) -> None:
        if page == 1 and len(ecs.names) == 9:
            ecs.names.insert(0, "new")

    ecs.after = shift
    listed = found(PagedService(ecs).by_number("/servers", "servers", limit=3))
    assert set(ids(9)) | {"new"} == set(listed) and len(listed) == 10


def test_items_without_id_are_all_given() -> None:
    service = PagedService(lambda query: {"count": 2, "servers": [{"id": None}, {"id": None}]})
    assert len(list(service.by_number("/servers", "servers"))) == 2


def test_an_error_on_a_later_page() -> None:
    ecs = Ecs(ids(9))

    def fail(page: int) -> None:
        if page == 2:
            raise errors.ServerError("no", status=500)

    ecs.after = fail
    with pytest.raises(errors.ServerError):
        list(PagedService(ecs).by_number("/servers", "servers", limit=3))


def test_both_styles_at_the_wire(wire: Any, reply: Any, clock: Any) -> None:
    nova, ecs = Nova(ids(25)), Ecs(ids(25))

    def serve(seen: Any) -> Any:
        query = dict(parse_qsl(seen.raw_query))
        return reply(json=(nova if seen.path == "/nova" else ecs)(query))

    wire.serve(serve)
    session = Session(Settings("openstack"), clock=clock)
    for both in (False, True):
        listed = found(session.by_marker(wire.url + "/nova", "servers", limit=4, both_ends=both))
        assert sorted(listed) == sorted(ids(25))
    assert found(session.by_number(wire.url + "/ecs", "servers", limit=4)) == ids(25)
    assert all(urlsplit(seen.target).query for seen in wire.seen)


@pytest.mark.parametrize(("seconds", "directions"), [(0.0, {"asc"}), (0.09, {"asc"}), (0.1, {"asc", "desc"})])
def test_both_ends_are_read_where_pages_are_slow(seconds: float, directions: set[str]) -> None:
    """Two queries at once are a burden to the cloud, and no use where pages come quickly."""
    now = [0.0]
    names = ids(30)

    def slowly(query: dict[str, str]) -> Any:
        now[0] += seconds
        return Nova(names)(query)

    service = PagedService(slowly)
    service.clock = SimpleNamespace(time=lambda: now[0])
    listed = found(service.by_marker("/servers", "servers", limit=4, both_ends=0.1))
    assert sorted(listed) == sorted(names) and len(set(listed)) == len(names)
    assert {query["sort_dir"] for query in service.queries} == directions
