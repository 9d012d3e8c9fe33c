# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An end to the listing of services that repeat pages, ignore markers or promise too much."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import errors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import pagination
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session
from ansible_collections.cloudserver.compute.tests.unit.cloud.http.paged_services import PagedService, ids, records


def warned(service: PagedService) -> list[str]:
    found: list[str] = []
    service._warn = found.append
    return found


#: More than the few that are read ahead, far less than the lists that these services promise.
FEW_REQUESTS = 12


@pytest.mark.parametrize("count", [1_000_000_000, None])
def test_by_number_goes_on_by_marker_where_the_number_is_ignored(count: int | None) -> None:
    names = sorted(ids(25))

    def answer(query: dict[str, str]) -> Any:
        begin = names.index(query["marker"]) + 1 if "marker" in query else 0
        return {"servers": records(names[begin : begin + 10]), **({"count": len(names)} if count else {})}

    service = PagedService(answer)
    assert [item["id"] for item in service.by_number("/x", "servers", limit=10)] == names
    assert len(service.queries) <= FEW_REQUESTS


def test_by_number_fails_where_every_page_is_the_first() -> None:
    page = records(ids(10))
    service = PagedService(lambda query: {"servers": page, "count": 1_000_000_000})
    with pytest.raises(errors.InvalidResponse, match="reports 1000000000 and returns the same 10 on every page"):
        list(service.by_number("/x", "servers", limit=10))
    assert len(service.queries) <= FEW_REQUESTS


def test_by_number_without_a_total_ends_where_every_page_is_the_first() -> None:
    page = records(ids(10))
    service = PagedService(lambda query: {"servers": page})
    reported = warned(service)
    assert list(service.by_number("/x", "servers", limit=10)) == page
    assert len(service.queries) <= 3
    assert reported == ["Could probably list only in part: 10 were read, and the service returns no further page."]


@pytest.mark.parametrize("beyond", ["empty", "again"])
def test_a_total_that_is_too_large_is_a_warning(beyond: str) -> None:
    names = ids(13)

    def answer(query: dict[str, str]) -> Any:
        begin = (int(query["offset"]) - 1) * 10 if "offset" in query else 99
        found = names[begin : begin + 10] or (names[10:] if beyond == "again" else [])
        return {"servers": records(found), "count": 1_000_000_000}

    service = PagedService(answer)
    reported = warned(service)
    assert [item["id"] for item in service.by_number("/x", "servers", limit=10, what="list the servers")] == names
    assert len(service.queries) <= FEW_REQUESTS
    assert reported == [
        "Could probably list the servers only in part: 13 were read, and the service reports 1000000000."
    ]


@pytest.mark.parametrize("count", [[1], {"a": 1}, "7", 7.5, True, -1, None])
def test_a_total_of_the_wrong_type_is_none(count: Any) -> None:
    names = ids(13)

    def answer(query: dict[str, str]) -> Any:
        begin = (int(query["offset"]) - 1) * 10
        return {"servers": records(names[begin : begin + 10]), "count": count}

    service = PagedService(answer)
    reported = warned(service)
    assert [item["id"] for item in service.by_number("/x", "servers", limit=10)] == names
    assert reported == []


def endless(key: str, **more: Any) -> PagedService:
    """A service that has another item on each page, and always a page more."""
    lock = threading.Lock()
    number = iter(range(10_000_000))

    def answer(query: dict[str, str]) -> Any:
        with lock:
            name = "%08x" % next(number)
        linked = {"next": "/x?marker=" + name, key + "_links": [{"rel": "next"}]}
        return {key: records([name]), **linked, **more}

    return PagedService(answer)


@pytest.mark.parametrize("style", ["by_marker", "both_ends", "by_number", "counted", "by_offset", "by_link"])
def test_no_list_is_endless(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "MAX_PAGES", 50)
    service = endless("servers", **({"count": 1_000_000_000} if style == "counted" else {}))
    listed = {
        "by_marker": lambda: service.by_marker("/x", "servers", limit=1),
        "both_ends": lambda: service.by_marker("/x", "servers", limit=1, both_ends=True),
        "by_number": lambda: service.by_number("/x", "servers", limit=1),
        "counted": lambda: service.by_number("/x", "servers", limit=1),
        "by_offset": lambda: service.by_offset("/x", "servers", limit=1),
        "by_link": lambda: service.by_link("/x", "servers"),
    }[style]
    with pytest.raises(errors.InvalidResponse, match="more than 50 pages|returns nothing new"):
        list(listed())
    assert len(service.queries) <= 120


@pytest.mark.parametrize("both", [False, True])
def test_pages_of_the_same_items_in_another_order_end(both: bool) -> None:
    """Every page has a marker of its own and nothing new."""
    names = ids(10)
    turn = iter(range(1000))
    lock = threading.Lock()

    def answer(query: dict[str, str]) -> Any:
        with lock:
            shift = next(turn) % len(names)
        return {"servers": records(names[shift:] + names[:shift])}

    service = PagedService(answer)
    with pytest.raises(errors.InvalidResponse, match="returns nothing new"):
        list(service.by_marker("/x", "servers", limit=10, both_ends=both))
    assert len(service.queries) <= FEW_REQUESTS


def test_by_offset_that_is_ignored_is_a_warning() -> None:
    page = records(ids(10))
    service = PagedService(lambda query: {"server_groups": page})
    reported = warned(service)
    assert list(service.by_offset("/x", "server_groups", limit=10)) == page
    assert len(service.queries) == 2
    assert len(reported) == 1


@pytest.mark.parametrize(
    "link",
    [
        "/v2/images?marker=b",
        "https://evil.example/v2/images?marker=b",
        "https://evil.example/steal",
        "/v2/images?page=2",
        "?marker=",
        "https://[/?marker=b",
        {"href": "x"},
        7,
    ],
)
def test_links_that_go_round_or_elsewhere(link: Any) -> None:
    service = PagedService(lambda query: {"images": records(["a", "b"]), "next": link})
    with pytest.raises(errors.InvalidResponse, match="returns nothing new after the first 2"):
        list(service.by_link("https://image/v2/images", "images"))
    assert len(service.queries) <= 2


def test_links_are_followed_by_their_marker_at_the_same_address(wire: Any, reply: Any, clock: Any) -> None:
    service = Session(Settings("openstack", retries=0), clock=clock)
    first = {"images": records(["a", "b"]), "next": "https://evil.example/x?limit=2&marker=b"}
    wire.expect("GET", "/v2/images", query=[("limit", "2")], reply=reply(200, first))
    second = [("limit", "2"), ("marker", "b")]
    wire.expect("GET", "/v2/images", query=second, reply=reply(200, {"images": records(["c"])}))
    found = service.by_link(wire.url + "/v2/images", "images", params={"limit": "2"})
    assert [item["id"] for item in found] == ["a", "b", "c"]


def test_a_warning_is_reported_once() -> None:
    reported: list[str] = []
    service = Session(Settings("openstack"), warn=reported.append)
    for sentence in ("a", "b", "a"):
        service.warn(sentence)
    assert reported == ["a", "b"]
