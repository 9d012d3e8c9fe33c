# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that come in pages: after a marker (Nova, Glance), by number (Huawei ECS), or after an offset (Nova)."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Thread
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    MalformedAnswer,
)

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.session import Session


def numbered_pages(
    session: Session,
    url: str,
    key: str,
    pairs: list[tuple[str, Any]],
    limit: int,
    what: str,
    parallel: int,
    headers: Mapping[str, str] | None,
) -> Iterator[Any]:
    """The items of all pages, each once; read again where the count changed while they were read."""
    seen: set[str] = set()
    for _unused in range(2):
        counts: set[Any] = set()
        for body in _numbered(session, url, key, pairs, limit, what, parallel, headers):
            counts.add(body.get("count"))
            yield from _new(body[key], seen, id_of)
        if len(counts) < 2:
            return


def _numbered(
    session: Session,
    url: str,
    key: str,
    pairs: list[tuple[str, Any]],
    limit: int,
    what: str,
    parallel: int,
    headers: Mapping[str, str] | None,
) -> Iterator[dict[str, Any]]:
    def page(number: int) -> dict[str, Any]:
        asked = pairs + [("limit", limit), ("offset", number)]
        return _page(session.get(url, params=asked, what=what, headers=headers).body, key, what)

    first = page(1)
    yield first
    size, count = len(first[key]), first.get("count")
    if size == 0:
        return
    if isinstance(count, bool) or not isinstance(count, int) or (count <= size and size >= limit):
        # No total, or one that may only count this page: the first short page is the end.
        number = 1
        while size >= limit:
            number += 1
            body = page(number)
            size = len(body[key])
            yield body
        return
    # A service with a smaller maximum than was asked for serves pages of its own size.
    last = -(-count // min(size, limit))
    if last < 2:
        return
    pool = ThreadPoolExecutor(max_workers=max(1, min(parallel, last)))
    ahead: deque[Future[dict[str, Any]]] = deque()
    try:
        for number in range(2, last + 1):
            ahead.append(pool.submit(page, number))
            if len(ahead) > parallel:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        _leave(pool, ahead)


def offset_pages(
    session: Session,
    url: str,
    key: str,
    pairs: list[tuple[str, Any]],
    limit: int,
    what: str,
    headers: Mapping[str, str] | None,
) -> Iterator[Any]:
    """The items of a list that takes how many of them to skip, each once.

    It links to no next page, and a service may cap its pages, so the list ends with a page that has nothing new.
    """
    seen: set[str] = set()
    offset = 0
    while True:
        asked = pairs + [("limit", limit), ("offset", offset or None)]
        body = session.get(url, params=asked, what=what, headers=headers).body
        items = _page(body, key, what)[key]
        fresh = list(_new(items, seen, id_of))
        yield from fresh
        if not fresh:
            return
        offset += len(items)


class MarkedPages:
    """Pages of a list that goes on after a marker."""

    def __init__(
        self,
        session: Session,
        url: str,
        key: str,
        pairs: list[tuple[str, Any]],
        limit: int,
        what: str,
        headers: Mapping[str, str] | None,
        marker_of: Callable[[Any], str],
    ) -> None:
        self.session, self.url, self.key, self.pairs, self.limit = session, url, key, pairs, limit
        self.what, self.headers, self.marker_of = what, headers, marker_of

    def page(self, before: list[Any], direction: str = "") -> tuple[list[Any], bool]:
        """The items after those of the page before, and whether there may be more.

        Where the marker's item is gone by now, the item before it is the marker; what comes twice is dropped later.
        """
        order = [("sort_key", "uuid"), ("sort_dir", direction)] if direction else []
        markers: list[str | None] = [self.marker_of(item) for item in before[-5:]]
        while True:
            marker = markers.pop() if markers else None
            asked = self.pairs + order + [("limit", self.limit), ("marker", marker)]
            try:
                body = self.session.get(self.url, params=asked, what=self.what, headers=self.headers).body
            except BadRequest as error:
                if not markers or "marker" not in error.message.lower():
                    raise
                continue
            items = _page(body, self.key, self.what)[self.key]
            links = body.get(self.key + "_links")
            linked = any(isinstance(each, dict) and each.get("rel") == "next" for each in links or ())
            return items, bool(items) and (len(items) >= self.limit or linked)

    def in_order(self) -> Iterator[Any]:
        seen: set[str] = set()
        used: set[str] = set()
        items, more = self.page([])
        while True:
            yield from _new(items, seen, self.marker_of)
            if not more:
                return
            self._use(items, used)
            items, more = self.page(items)

    def from_both_ends(self, slow: float = 0.0) -> Iterator[Any]:
        """From both ends at once where the first page took ``slow`` seconds or more, else from one.

        The other end is begun after the second full page: before, it would most often be read for nothing. What is
        still on its way when all is there is not waited for.
        """
        seen: set[str] = set()
        begin = self.session.clock.time()
        items, more = self.page([], "asc")
        worth_it = self.session.clock.time() - begin >= slow
        yield from _new(items, seen, self.marker_of)
        if not more:
            return
        ends = {"asc": items, "desc": []}
        used: dict[str, set[str]] = {"asc": set(), "desc": set()}
        self._use(items, used["asc"])
        sorted_by_id = _ascending(items, self.marker_of)
        # The two ends of the whole list, if the service keeps to the order; one that does not will cross them.
        bottom, top = self.marker_of(items[0]), ""
        pending = {_aside(self.page, items, "asc"): "asc"}
        while pending:
            for done in wait(pending, return_when=FIRST_COMPLETED)[0]:
                name = pending.pop(done)
                items, more = done.result()
                joined = ends[name][-1:] + items
                ordered = _ascending(joined if name == "asc" else joined[::-1], self.marker_of)
                if name == "desc" and items and not top:
                    top = self.marker_of(items[0])
                    ordered = ordered and top > bottom
                within = all(bottom <= self.marker_of(item) <= (top or self.marker_of(item)) for item in items)
                sorted_by_id = sorted_by_id and ordered and within
                yield from _new(items, seen, self.marker_of)
                ends[name] = items or ends[name]
                if not more or (sorted_by_id and self._met(ends)):
                    return
                # A service that ignores the order is only read from the one end that it has.
                if sorted_by_id or name == "asc":
                    self._use(items, used[name])
                    pending[_aside(self.page, items, name)] = name
                if worth_it and sorted_by_id and not ends["desc"] and "desc" not in pending.values():
                    pending[_aside(self.page, [], "desc")] = "desc"

    def _met(self, ends: dict[str, list[Any]]) -> bool:
        return bool(ends["desc"]) and self.marker_of(ends["asc"][-1]) >= self.marker_of(ends["desc"][-1])

    def _use(self, items: list[Any], used: set[str]) -> None:
        """Note the marker of the next page; one that was used before would go round for ever."""
        marker = self.marker_of(items[-1])
        if marker in used or not marker:
            raise MalformedAnswer(
                "Could not %s: the service does not get on after the marker %s." % (self.what, marker or "(none)"),
                hint="Its paging is broken; narrow the selection so that one page holds it.",
            )
        used.add(marker)


def _page(body: Any, key: str, what: str) -> dict[str, Any]:
    listed = body.get(key) if isinstance(body, dict) else None
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise MalformedAnswer("Could not %s: the answer has no list named %s." % (what, key))
    return body  # type: ignore[no-any-return]


def id_of(item: Any) -> str:
    return str(item.get("id") or "")


def _new(items: list[Any], seen: set[str], marker_of: Callable[[Any], str]) -> Iterator[Any]:
    for item in items:
        marker = marker_of(item)
        if not marker or marker not in seen:
            seen.add(marker)
            yield item


def _ascending(items: list[Any], marker_of: Callable[[Any], str]) -> bool:
    return all(marker_of(one) < marker_of(next_one) for one, next_one in zip(items, items[1:]))


def _aside(call: Callable[[list[Any], str], tuple[list[Any], bool]], *given: Any) -> Future[tuple[list[Any], bool]]:
    """The call on a thread of its own, which does not keep the process from ending as those of a pool do."""
    future: Future[tuple[list[Any], bool]] = Future()

    def run() -> None:
        try:
            future.set_result(call(*given))
        except Exception as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future


def _leave(pool: ThreadPoolExecutor, futures: Iterable[Future[Any]]) -> None:
    """Leave a pool without waiting for pages that nobody wants any more."""
    for future in futures:
        future.cancel()
    pool.shutdown(wait=False)


def pairs_of(params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in params.items() if isinstance(params, Mapping) else params or ():
        values = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
        pairs.extend((key, each) for each in values if each is not None)
    return pairs
