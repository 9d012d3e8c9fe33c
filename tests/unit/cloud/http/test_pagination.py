# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paging by marker: every item once, from one end or from both, whatever the size of fleet and page."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import errors
from ansible_collections.cloudserver.compute.tests.unit.cloud.http.paged_services import (
    Nova,
    PagedService,
    fleets,
    found,
    ids,
    limits,
    records,
)


@given(size=fleets, limit=limits, maximum=limits, both=st.booleans(), sorts=st.booleans())
def test_by_marker_finds_each_once(size: int, limit: int, maximum: int, both: bool, sorts: bool) -> None:
    names = ids(size)
    service = PagedService(Nova(names, maximum, sorts))
    listed = found(service.by_marker("/servers", "servers", limit=limit, both_ends=both))
    assert sorted(listed) == sorted(names) and len(set(listed)) == len(listed)
    if not both:
        assert listed == names


@given(size=fleets, limit=limits)
def test_by_marker_asks_no_more_than_it_must(size: int, limit: int) -> None:
    service = PagedService(Nova(ids(size)))
    list(service.by_marker("/servers", "servers", limit=limit))
    assert len(service.queries) == size // limit + 1


@given(size=st.integers(0, 60), limit=limits)
def test_both_ends_share_the_work(size: int, limit: int) -> None:
    service = PagedService(Nova(ids(size)))
    list(service.by_marker("/servers", "servers", limit=limit, both_ends=True))
    # The first page alone, then two at a time until they meet, one of which may be under way for nothing.
    assert len(service.queries) <= size // limit + 3
    if size < limit:
        assert len(service.queries) == 1


@given(size=st.integers(0, 60), limit=limits)
def test_two_pages_are_read_from_one_end(size: int, limit: int) -> None:
    service = PagedService(Nova(ids(size)))
    list(service.by_marker("/servers", "servers", limit=limit, both_ends=True))
    if size < 2 * limit:
        assert len(service.queries) == size // limit + 1
        assert {query["sort_dir"] for query in service.queries} == {"asc"}


def test_a_page_that_is_not_needed_is_not_waited_for() -> None:
    nova, never = Nova(ids(8)), threading.Event()

    def answer(query: dict[str, str]) -> Any:
        if query["sort_dir"] == "desc":
            never.wait(60)
        return nova(query)

    service = PagedService(answer)
    assert found(service.by_marker("/servers", "servers", limit=3, both_ends=True)) == sorted(ids(8))
    waiting = [thread for thread in threading.enumerate() if thread.daemon and "run" in thread.name]
    assert len(waiting) == 1
    never.set()


def test_no_marker_on_the_first_page_and_the_own_filters_on_all() -> None:
    service = PagedService(Nova(ids(3)))
    list(service.by_marker("/s", "servers", limit=2, params={"name": "w", "none": None, "tags": ["a"]}))
    assert service.queries[0] == {"name": "w", "tags": "a", "limit": "2"}
    assert service.queries[1] == {"name": "w", "tags": "a", "limit": "2", "marker": ids(2)[1]}


def test_a_marker_that_was_deleted_meanwhile() -> None:
    nova = Nova(ids(9))
    service = PagedService(nova)
    pages = service.by_marker("/servers", "servers", limit=3)
    first = found(next(pages) for _unused in range(3))
    nova.vanish = {first[2], first[1]}
    assert first + found(pages) == ids(9)
    assert [query.get("marker") for query in service.queries[1:4]] == [first[2], first[1], first[0]]


def test_all_markers_gone() -> None:
    nova = Nova(ids(9))
    service = PagedService(nova)
    pages = service.by_marker("/servers", "servers", limit=3)
    first = found(next(pages) for _unused in range(3))
    nova.vanish = set(first)
    with pytest.raises(errors.BadRequest, match="marker"):
        next(pages)


def test_other_refusals_stand() -> None:
    def refuse(query: dict[str, str]) -> Any:
        raise errors.BadRequest("Invalid filter", status=400)

    with pytest.raises(errors.BadRequest):
        list(PagedService(refuse).by_marker("/servers", "servers"))


@pytest.mark.parametrize("both", [False, True])
def test_a_service_that_ignores_the_marker(both: bool) -> None:
    service = PagedService(lambda query: {"servers": records(["a", "b"])})
    with pytest.raises(errors.InvalidResponse, match="returns nothing new after the marker b"):
        list(service.by_marker("/servers", "servers", limit=2, both_ends=both, what="list servers"))


def test_a_service_that_goes_round() -> None:
    turns = {None: ["a", "b"], "b": ["c", "d"], "d": ["a", "b"]}
    service = PagedService(lambda query: {"servers": records(turns[query.get("marker")])})
    with pytest.raises(errors.InvalidResponse, match="returns nothing new"):
        list(service.by_marker("/servers", "servers", limit=2))


def test_items_without_a_marker() -> None:
    service = PagedService(lambda query: {"servers": [{}, {}]})
    with pytest.raises(errors.InvalidResponse, match=r"\(none\)"):
        list(service.by_marker("/servers", "servers", limit=2))


def test_a_custom_marker() -> None:
    pages = {None: ["a", "b"], "b": ["c"]}
    service = PagedService(lambda query: {"keypairs": [{"keypair": {"name": n}} for n in pages[query.get("marker")]]})
    listed = service.by_marker("/k", "keypairs", limit=2, marker_of=lambda item: item["keypair"]["name"])
    assert [item["keypair"]["name"] for item in listed] == ["a", "b", "c"]


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("body", [{}, [], {"servers": None}, {"servers": ["text"]}])
def test_no_list_in_the_response(body: Any, both: bool) -> None:
    service = PagedService(lambda query: body)
    with pytest.raises(errors.InvalidResponse, match="no list named servers"):
        list(service.by_marker("/servers", "servers", both_ends=both))
    with pytest.raises(errors.InvalidResponse, match="no list named servers"):
        list(service.by_number("/servers", "servers"))


def test_an_error_at_either_end_is_raised() -> None:
    nova = Nova(sorted(ids(30)))

    def half(query: dict[str, str]) -> Any:
        if query.get("sort_dir") == "desc":
            raise errors.ServerError("no", status=500)
        return nova(query)

    with pytest.raises(errors.ServerError):
        list(PagedService(half).by_marker("/servers", "servers", limit=3, both_ends=True))


def test_a_reader_that_stops_early_causes_no_further_request() -> None:
    service = PagedService(Nova(ids(50)))
    pages = service.by_marker("/servers", "servers", limit=5)
    next(pages)
    pages.close()
    assert len(service.queries) == 1
