# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paging: every item once, whatever the size of fleet and page, and an end to services that go round in circles."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import errors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import pagination
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


def test_a_page_that_nobody_needs_is_not_waited_for() -> None:
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


def test_a_marker_of_ones_own() -> None:
    pages = {None: ["a", "b"], "b": ["c"]}
    service = PagedService(lambda query: {"keypairs": [{"keypair": {"name": n}} for n in pages[query.get("marker")]]})
    listed = service.by_marker("/k", "keypairs", limit=2, marker_of=lambda item: item["keypair"]["name"])
    assert [item["keypair"]["name"] for item in listed] == ["a", "b", "c"]


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("body", [{}, [], {"servers": None}, {"servers": ["text"]}])
def test_no_list_in_the_answer(body: Any, both: bool) -> None:
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


def test_who_stops_early_asks_for_nothing_more() -> None:
    service = PagedService(Nova(ids(50)))
    pages = service.by_marker("/servers", "servers", limit=5)
    next(pages)
    pages.close()
    assert len(service.queries) == 1


# -- page numbers


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


# -- services whose paging is broken ---------------------------------------------------------------------------------


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
    told = warned(service)
    assert list(service.by_number("/x", "servers", limit=10)) == page
    assert len(service.queries) <= 3
    assert told == ["Could probably list only in part: 10 were read, and the service returns no further page."]


@pytest.mark.parametrize("beyond", ["empty", "again"])
def test_a_total_that_is_too_large_is_a_warning(beyond: str) -> None:
    names = ids(13)

    def answer(query: dict[str, str]) -> Any:
        begin = (int(query["offset"]) - 1) * 10 if "offset" in query else 99
        found = names[begin : begin + 10] or (names[10:] if beyond == "again" else [])
        return {"servers": records(found), "count": 1_000_000_000}

    service = PagedService(answer)
    told = warned(service)
    assert [item["id"] for item in service.by_number("/x", "servers", limit=10, what="list the servers")] == names
    assert len(service.queries) <= FEW_REQUESTS
    assert told == ["Could probably list the servers only in part: 13 were read, and the service reports 1000000000."]


@pytest.mark.parametrize("count", [[1], {"a": 1}, "7", 7.5, True, -1, None])
def test_a_total_of_the_wrong_type_is_none(count: Any) -> None:
    names = ids(13)

    def answer(query: dict[str, str]) -> Any:
        begin = (int(query["offset"]) - 1) * 10
        return {"servers": records(names[begin : begin + 10]), "count": count}

    service = PagedService(answer)
    told = warned(service)
    assert [item["id"] for item in service.by_number("/x", "servers", limit=10)] == names
    assert told == []


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
    told = warned(service)
    assert list(service.by_offset("/x", "server_groups", limit=10)) == page
    assert len(service.queries) == 2
    assert len(told) == 1


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


def test_a_sentence_is_told_once() -> None:
    told: list[str] = []
    service = Session(Settings("openstack"), warn=told.append)
    for sentence in ("a", "b", "a"):
        service.warn(sentence)
    assert told == ["a", "b"]
