# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists in pages: by marker (Nova, Glance), by page number (Huawei ECS), or by offset (Nova)."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Thread
from typing import Any, Callable, Iterable, Iterator, Mapping, Protocol
from urllib.parse import parse_qs

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import BadRequest, InvalidResponse

#: The maximum number of pages of a list: 10 million servers with 1,000 on each page.
MAX_PAGES = 10000
_BROKEN = "The pagination of the service is broken; narrow the selection so that it fits on one page."
_PARTLY = "Could probably %s only in part: %d were read, and the service returns no further page."


class PageReader(Protocol):
    """The session that reads the pages of a list."""

    @property
    def clock(self) -> Any: ...

    def get(self, url: str, *, params: Any = None, what: str = "", headers: Mapping[str, str] | None = None) -> Any: ...

    def warn(self, words: str) -> None: ...


class NumberedPages:
    """The pages of a list by page number, starting with 1.

    Only the number of pages is taken from the service's count: a page without new items ends the list. A service that
    ignores the page number returns the first page again; then the list continues by marker, as newer versions of Huawei
    ECS require ("Querying Details About ECSs": offset is deprecated, marker replaces it).
    """

    def __init__(
        self,
        session: PageReader,
        url: str,
        key: str,
        pairs: list[tuple[str, Any]],
        limit: int,
        what: str,
        parallel: int,
        headers: Mapping[str, str] | None,
    ) -> None:
        self.session, self.url, self.key, self.pairs, self.limit = session, url, key, pairs, limit
        self.what, self.parallel, self.headers = what, parallel, headers
        self.counts: set[int | None] = set()
        self.read: set[str] = set()

    def items(self) -> Iterator[Any]:
        """The items of all pages without duplicates; read again if the count changed in the meantime."""
        seen: set[str] = set()
        for _unused in range(2):
            self.counts, self.read = set(), set()
            for items in self._pages():
                yield from _new(items, seen, id_of)
            if len(self.counts) < 2:
                return

    def _page(self, *where: tuple[str, Any]) -> list[Any]:
        asked = self.pairs + [("limit", self.limit), *where]
        body = _page(
            self.session.get(self.url, params=asked, what=self.what, headers=self.headers).body, self.key, self.what
        )
        count = body.get("count")
        self.counts.add(count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None)
        return body[self.key]  # type: ignore[no-any-return]

    def _number(self, number: int) -> list[Any]:
        return self._page(("offset", number))

    def _is_new(self, items: list[Any]) -> bool:
        """Whether a page contains an item that was not read yet."""
        fresh = {id_of(item) for item in items} - self.read - {""}
        self.read |= fresh
        return bool(fresh)

    def _pages(self) -> Iterator[list[Any]]:
        items = self._number(1)
        yield items
        if not self._is_new(items):
            return
        first, count = items, min(self.counts, key=lambda each: each is None, default=None)
        # Without a total, or with one that may only count this page, the first short page is the end.
        endless = count is None or (count <= len(first) and len(first) >= self.limit)
        for items in self._one_by_one(len(first)) if endless else self._ahead(len(first), count or 0):
            if self._is_new(items):
                yield items
                continue
            if items:
                # The page number was ignored.
                yield from self._after(first[-1])
                self._check(len(items) >= self.limit)
                return
            break
        self._check(False)

    def _one_by_one(self, size: int) -> Iterator[list[Any]]:
        number = 1
        while size >= self.limit:
            number += 1
            _bounded(number, self.what)
            items = self._number(number)
            size = len(items)
            yield items

    def _ahead(self, size: int, count: int) -> Iterator[list[Any]]:
        """The pages of a known number, several concurrently."""
        # If the service has a smaller maximum than the requested page size, it returns pages of its own size.
        last = -(-count // min(size, self.limit))
        if last < 2:
            return
        pool = ThreadPoolExecutor(max_workers=max(1, min(self.parallel, last)))
        ahead: deque[Future[list[Any]]] = deque()
        try:
            for number in range(2, last + 1):
                _bounded(number, self.what)
                ahead.append(pool.submit(self._number, number))
                if len(ahead) > self.parallel:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            _leave(pool, ahead)

    def _after(self, item: Any) -> Iterator[list[Any]]:
        pages = 1
        while True:
            pages += 1
            _bounded(pages, self.what)
            items = self._page(("marker", id_of(item)))
            if not self._is_new(items):
                return
            yield items
            item = items[-1]

    def _check(self, repeats: bool) -> None:
        """Report that items are missing. ``repeats``: the service returns one full page again and again."""
        count = max((each for each in self.counts if each is not None), default=None)
        if count is not None and count <= len(self.read):
            return
        if count is not None and repeats:
            raise InvalidResponse(
                "Could not %s: the service reports %d and returns the same %d on every page."
                % (self.what, count, len(self.read)),
                hint=_BROKEN,
            )
        if count is None and repeats:
            self.session.warn(_PARTLY % (self.what, len(self.read)))
        elif count is not None and len(self.counts) < 2:
            message = "Could probably %s only in part: %d were read, and the service reports %d."
            self.session.warn(message % (self.what, len(self.read), count))


def offset_pages(
    session: PageReader,
    url: str,
    key: str,
    pairs: list[tuple[str, Any]],
    limit: int,
    what: str,
    headers: Mapping[str, str] | None,
) -> Iterator[Any]:
    """The items of a list by offset, without duplicates. It has no link to a next page, and a service may limit its
    page size, so the list ends with a page without new items."""
    seen: set[str] = set()
    offset = pages = 0
    while True:
        pages += 1
        _bounded(pages, what)
        asked = pairs + [("limit", limit), ("offset", offset or None)]
        body = session.get(url, params=asked, what=what, headers=headers).body
        items = _page(body, key, what)[key]
        known = len(seen)
        yield from _new(items, seen, id_of)
        if len(seen) == known:
            if len(items) >= limit:
                session.warn(_PARTLY % (what, len(seen)))
            return
        offset += len(items)


def linked_pages(
    session: PageReader, url: str, key: str, pairs: list[tuple[str, Any]], what: str
) -> Iterator[dict[str, Any]]:
    """The items of a list whose pages have a link ``next`` (Glance), without duplicates. Only the marker of the link is
    used, because a response must not decide where the token is sent."""
    seen: set[str] = set()
    marker = None
    pages = 0
    while True:
        pages += 1
        _bounded(pages, what)
        body = session.get(url, params=pairs + [("marker", marker)], what=what).body
        body = _page(body, key, what)
        known = len(seen)
        yield from _new(body[key], seen, id_of)
        link = body.get("next")
        if not link:
            return
        marker = parse_qs(link.partition("?")[2]).get("marker", [""])[0] if isinstance(link, str) else ""
        if not marker or len(seen) == known:
            raise InvalidResponse(
                "Could not %s: the service returns nothing new after the first %d." % (what, len(seen)), hint=_BROKEN
            )


def _bounded(pages: int, what: str) -> None:
    """Raises InvalidResponse if a list has more pages than any real list."""
    if pages > MAX_PAGES:
        raise InvalidResponse(
            "Could not %s: the service has more than %d pages." % (what, MAX_PAGES),
            hint="The pagination of the service is broken, or page_size is too small; narrow the selection.",
        )


class MarkedPages:
    """Pages of a list by marker."""

    def __init__(
        self,
        session: PageReader,
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
        """The items of the next page, and whether there may be more. If the item of the marker no longer exists, the
        item before it is used; duplicates are removed later."""
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
            # The services of Huawei Cloud report the next page here.
            info = body.get("page_info")
            linked = linked or (isinstance(info, dict) and bool(info.get("next_marker")))
            return items, bool(items) and (len(items) >= self.limit or linked)

    def in_order(self) -> Iterator[Any]:
        seen: set[str] = set()
        used: set[str] = set()
        items, more = self.page([])
        while True:
            known = len(seen)
            yield from _new(items, seen, self.marker_of)
            if not more:
                return
            self._use(items, used, len(seen) > known)
            items, more = self.page(items)

    def from_both_ends(self, slow: float = 0.0) -> Iterator[Any]:
        """From both ends concurrently if the first page took ``slow`` seconds or more, otherwise from one end. The
        other end starts after the second full page: before that, it would usually be read in vain. Requests that are no
        longer needed are not waited for."""
        seen: set[str] = set()
        # The items of each end: an item that is new to neither may be new to the other.
        own: dict[str, set[str]] = {"asc": set(), "desc": set()}
        begin = self.session.clock.time()
        items, more = self.page([], "asc")
        worth_it = self.session.clock.time() - begin >= slow
        yield from _new(items, seen, self.marker_of)
        if not more:
            return
        ends = {"asc": items, "desc": []}
        used: dict[str, set[str]] = {"asc": set(), "desc": set()}
        self._use(items, used["asc"], self._note(items, own["asc"]))
        sorted_by_id = _ascending(items, self.marker_of)
        # The two ends of the complete list, if the service returns it in order; otherwise they overlap.
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
                # A service that ignores the order is read from one end only.
                if sorted_by_id or name == "asc":
                    self._use(items, used[name], self._note(items, own[name]))
                    pending[_aside(self.page, items, name)] = name
                if worth_it and sorted_by_id and not ends["desc"] and "desc" not in pending.values():
                    pending[_aside(self.page, [], "desc")] = "desc"

    def _met(self, ends: dict[str, list[Any]]) -> bool:
        return bool(ends["desc"]) and self.marker_of(ends["asc"][-1]) >= self.marker_of(ends["desc"][-1])

    def _note(self, items: list[Any], read: set[str]) -> bool:
        """Whether a page contains an item that this end has not read yet."""
        fresh = {self.marker_of(item) for item in items} - read
        read |= fresh
        return bool(fresh)

    def _use(self, items: list[Any], used: set[str], is_new: bool) -> None:
        """Store the marker of the next page; a repeated marker, or a page without new items, would loop forever."""
        _bounded(len(used) + 2, self.what)
        marker = self.marker_of(items[-1])
        if marker in used or not marker or not is_new:
            raise InvalidResponse(
                "Could not %s: the service returns nothing new after the marker %s." % (self.what, marker or "(none)"),
                hint=_BROKEN,
            )
        used.add(marker)


def _page(body: Any, key: str, what: str) -> dict[str, Any]:
    listed = body.get(key) if isinstance(body, dict) else None
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise InvalidResponse("Could not %s: the response has no list named %s." % (what, key))
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
    """Run the call in a thread that does not keep the process from ending, unlike those of a pool."""
    future: Future[tuple[list[Any], bool]] = Future()

    def run() -> None:
        try:
            future.set_result(call(*given))
        except Exception as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future


def _leave(pool: ThreadPoolExecutor, futures: Iterable[Future[Any]]) -> None:
    """Leave a pool without waiting for pages that are no longer needed."""
    for future in futures:
        future.cancel()
    pool.shutdown(wait=False)


def pairs_of(params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in params.items() if isinstance(params, Mapping) else params or ():
        values = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
        pairs.extend((key, each) for each in values if each is not None)
    return pairs
