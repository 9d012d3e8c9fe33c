# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to a cloud: signing, retries that know verbs, deadlines, both paging styles, errors in plain words."""

from __future__ import annotations

import json as json_module
import random
import socket
import ssl
import threading
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth import Authenticator, make
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.signature import canonical_query
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    THROTTLE_CODES,
    AnswerLost,
    AuthenticationFailed,
    BadRequest,
    CloudError,
    ConnectionFailed,
    DeadlineExceeded,
    MalformedAnswer,
    Redirected,
    ServiceFailed,
    SettingsError,
    Throttled,
    code_of,
    from_answer,
    redact,
    request_id_of,
    short_text,
)

try:
    import requests
    import urllib3
except ImportError:
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = True

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.settings import Settings

REPEATABLE = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")
# Seconds: the first pause at most, any pause at most, and the longest Retry-After that is worth waiting for where
# no deadline says otherwise.
BACKOFF_BASE, BACKOFF_CAP, PATIENCE = 0.5, 20.0, 120.0
CONNECT_TIMEOUT = 10.0
# Fields of a request's body whose values an answer must not repeat to the user (Nova quotes what it refuses).
SECRET_FIELDS = ("adminpass", "password", "new_password", "newpassword", "user_data", "private_key", "secret", "token")


@dataclass(frozen=True)
class Answer:
    """A success. headers take any letter case; body is decoded JSON, text, or None, as `expect` asked."""

    status: int
    headers: Mapping[str, str]
    body: Any = field(repr=False)
    request_id: str | None


@dataclass(frozen=True)
class Pause:
    """How long to wait before the next attempt: at least so many seconds, and up to `spread` more by chance."""

    least: float
    spread: float


class SystemClock:
    """time() in seconds from an arbitrary point, sleep() in seconds, now() in UTC."""

    def time(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def now(self) -> datetime:
        return datetime.now(timezone.utc)


def decide(
    method: str, repeatable: bool, failure: CloudError, attempt: int, now: datetime | None = None
) -> Pause | None:
    """Whether a request that failed is sent again, and after what pause; None means that the failure stands.

    attempt counts from 0. A request that provably was not carried out (never arrived, throttled, 503 with
    Retry-After) is repeated with any verb; one that may have been, only where repeating does no harm.
    """
    if isinstance(failure, ConnectionFailed):
        again = not failure.permanent
    elif isinstance(failure, Throttled):
        again = True
    elif isinstance(failure, ServiceFailed):
        refused = failure.status == 503 and failure.retry_after is not None
        again = refused or (repeatable and failure.status in (500, 502, 503, 504))
    elif isinstance(failure, AnswerLost):
        again = repeatable
    else:
        again = isinstance(failure, MalformedAnswer) and repeatable and method in ("GET", "HEAD")
    if not again:
        return None
    asked = retry_after(failure.retry_after, now) if isinstance(failure, (Throttled, ServiceFailed)) else None
    if asked is not None:
        # The spread keeps threads that were refused together from coming back together.
        return Pause(asked, BACKOFF_BASE)
    return Pause(0.0, min(BACKOFF_CAP, BACKOFF_BASE * 2.0 ** min(attempt, 30)))


def retry_after(text: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or as a date; None for one that cannot be read."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        moment = parse_date(text)
        if moment is None:
            return None
        seconds = (moment - (now or datetime.now(timezone.utc))).total_seconds()
    return max(0.0, seconds) if seconds < 1e9 else None


def parse_date(text: str | None) -> datetime | None:
    """An HTTP date, in UTC; None for what is none."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (TypeError, ValueError, IndexError):
        return None
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def connect(settings: Settings, *, clock: Any = None) -> Session:
    """A session with its authenticator (session.auth); nothing is sent before the first request."""
    clock = clock or SystemClock()
    return Session(settings, make(settings, clock), clock=clock)


class Session:
    """Requests to one cloud as one identity; safe to use from many threads.

    deadline is a value of clock.time() after which nothing more is sent, or None.
    """

    def __init__(
        self, settings: Settings, auth: Authenticator | None = None, *, clock: Any = None, parallel: int = 32
    ) -> None:
        if not HAS_REQUESTS:
            raise SettingsError(
                "The Python package requests is missing.", hint="Install it for the Python that runs the module."
            )
        self.settings = settings
        self.auth: Any = auth
        self.clock = clock or SystemClock()
        self.deadline: float | None = None
        self._random = random.random
        self._lock = threading.Lock()
        self._server_date: tuple[datetime, float] | None = None
        self._closed = False
        if settings.verify is False:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        self._http = requests.Session()
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=parallel))
        if auth is not None:
            auth.bind(self)

    def close(self) -> None:
        """Close the connections; requests under way are not tried again."""
        self._closed = True
        self._http.close()

    def sleep(self, seconds: float) -> None:
        """Wait by the session's clock."""
        self.clock.sleep(seconds)

    def secrets(self) -> set[str]:
        """Every secret that this session knows, tokens included."""
        return self.settings.secrets() | (self.auth.secrets() if self.auth is not None else set())

    def server_time(self) -> datetime:
        """The cloud's clock in UTC by the Date of its last answer, up to a second behind, never ahead; else our own."""
        with self._lock:
            seen = self._server_date
        if seen is None:
            return self._now()
        return seen[0] + timedelta(seconds=self.clock.time() - seen[1])

    def get(self, url: str, **arguments: Any) -> Answer:
        return self.request("GET", url, **arguments)

    def post(self, url: str, **arguments: Any) -> Answer:
        return self.request("POST", url, **arguments)

    def put(self, url: str, **arguments: Any) -> Answer:
        return self.request("PUT", url, **arguments)

    def delete(self, url: str, **arguments: Any) -> Answer:
        return self.request("DELETE", url, **arguments)

    def request(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
        what: str = "ask the cloud",
        expect: str = "json",
        apply: Callable[[Any], None] | None = None,
    ) -> Answer:
        """Send a request until it succeeds, fails for good, or the deadline is reached.

        url is absolute, or a path below the compute endpoint. params with the value None are left out, lists are
        repeated. repeatable says whether doing it twice does no harm (default: by the verb). what is the operation
        as an infinitive, for messages. expect is "json" (a mapping or a list), "none" (the body is not looked at) or
        "any". apply takes the place of the session's authenticator; a 401 then stands. Raises CloudError.
        """
        method = method.upper()
        repeatable = method in REPEATABLE if repeatable is None else repeatable
        if not url.startswith(("http://", "https://")):
            url = "%s/%s" % (self.auth.endpoint("compute"), url.lstrip("/"))
        body = None if json is None else json_module.dumps(json, separators=(",", ":"), allow_nan=False).encode("ascii")
        sign = apply or (self.auth.apply if self.auth is not None else None)
        attempt, renewed = 0, apply is not None or self.auth is None
        pause: Pause | None = None
        last: CloudError | None = None
        while True:
            prepared = self._prepare(method, url, params, headers, body)
            self._remaining(what, last)
            if sign is not None:
                sign(prepared)
            # Asked for again, for signing may have waited for a token.
            remaining = self._remaining(what, last)
            try:
                answer = self._send(prepared, what, remaining, _secret_values(json))
                if apply is None:
                    self._note_date(answer.headers)
                return self._read(answer, what, expect, _secret_values(json))
            except AuthenticationFailed as failure:
                last = failure
                if renewed:
                    raise
            except CloudError as failure:
                last = failure
                pause = decide(method, repeatable, failure, attempt, self._now())
                if pause is None or attempt >= self.settings.retries or self._closed:
                    raise
                if self.deadline is None and pause.least > PATIENCE:
                    raise
                attempt += 1
            if isinstance(last, AuthenticationFailed):
                # Not counted as an attempt: the request was refused unread.
                renewed = True
                if not self.auth.renew(prepared.headers.get("X-Auth-Token")):
                    raise last
            elif pause is not None:
                self._pause(pause, what, last)

    def by_marker(
        self,
        url: str,
        key: str,
        *,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        limit: int = 1000,
        what: str = "list",
        both_ends: bool = False,
        headers: Mapping[str, str] | None = None,
        marker_of: Callable[[Any], str] | None = None,
    ) -> Iterator[Any]:
        """The items of a list that is paged by the id of the last item (Nova, Glance), as the pages arrive.

        A page shorter than limit ends the list only if it has no next link, for a service may cap the page size.
        both_ends reads from both ends at once in the order of the ids, which only Nova's servers offer; items then come
        in no order. A list that does not get on is a MalformedAnswer. marker_of gives an item's marker (default: id).
        """
        pages = _MarkedPages(self, url, key, _pairs(params), limit, what, headers, marker_of or _id_of)
        return pages.from_both_ends() if both_ends else pages.in_order()

    def by_number(
        self,
        url: str,
        key: str,
        *,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        limit: int = 1000,
        what: str = "list",
        parallel: int = 4,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[Any]:
        """The items of a list that is paged by number (Huawei ECS: offset is a page's number, from 1).

        The first page's count tells how many pages there are; the others are read `parallel` at a time. Without a count
        the pages are read until a short one. Where the count changes meanwhile, items may have moved to a page that was
        read already, so the list is read once more; nothing comes twice.
        """
        seen: set[str] = set()
        for _unused in range(2):
            counts: set[Any] = set()
            for body in self._numbered(url, key, _pairs(params), limit, what, parallel, headers):
                counts.add(body.get("count"))
                yield from _new(body[key], seen, _id_of)
            if len(counts) < 2:
                return

    def _numbered(
        self,
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
            return _page(self.get(url, params=asked, what=what, headers=headers).body, key, what)

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

    def _prepare(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None,
        headers: Mapping[str, str] | None,
        body: bytes | None,
    ) -> Any:
        base, unused, query = url.partition("?")
        pairs = parse_qsl(query, keep_blank_values=True) + _pairs(params)
        own = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": "cloudserver.compute",
        }
        if body is not None:
            own["Content-Type"] = "application/json"
        own.update(headers or {})
        try:
            # Prepared apart from the session, so that ~/.netrc is not looked at and no cookie is sent.
            return requests.Request(
                method, base + ("?" + canonical_query(pairs) if pairs else ""), headers=own, data=body
            ).prepare()
        except (requests.exceptions.RequestException, ValueError) as error:
            raise SettingsError("The URL %s cannot be used: %s." % (base, type(error).__name__)) from None

    def _send(self, prepared: Any, what: str, remaining: float | None, secrets: set[str]) -> Any:
        """One attempt: the response of a success, or the error that a failure stands for."""
        timeout = self.settings.timeout if remaining is None else min(self.settings.timeout, remaining)
        try:
            where = self._http.merge_environment_settings(
                prepared.url, {}, False, self.settings.verify, self.settings.cert
            )
            # Redirects are not followed: the token would travel to wherever the answer points.
            answer = self._http.send(
                prepared, timeout=(min(timeout, CONNECT_TIMEOUT), timeout), allow_redirects=False, **where
            )
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _from_transport(error, what, prepared.url) from None
        status, headers = answer.status_code, answer.headers
        if 300 <= status < 400 and headers.get("Location"):
            target = redact(headers["Location"].partition("?")[0], secrets | self.secrets())
            raise Redirected(
                "Could not %s: %s sends the request on to %s." % (what, _origin(prepared.url), short_text(target)),
                status=status,
                request_id=request_id_of(headers),
                hint="Redirects are not followed; set endpoint or auth.auth_url to that address.",
            )
        # 300 without Location is how OpenStack services list the versions of their API.
        refused = status >= 400 or (status == 202 and _throttled(answer.content))
        if refused or not (200 <= status < 300 or status == 300):
            text = answer.content.decode("utf-8", "replace")
            raise from_answer(status, headers, text, what, secrets | self.secrets())
        return answer

    def _read(self, answer: Any, what: str, expect: str, secrets: set[str]) -> Answer:
        body: Any = None
        if expect != "none" and (answer.content or expect == "json"):
            try:
                body = json_module.loads(answer.content)
            except (ValueError, RecursionError):
                body = answer.content.decode("utf-8", "replace")
            if expect == "json" and not isinstance(body, (dict, list)):
                shown = short_text(redact(str(body), secrets | self.secrets()))
                raise MalformedAnswer(
                    "Could not %s: the answer is not the expected JSON, but %s" % (what, shown[:200] or "empty"),
                    status=answer.status_code,
                    request_id=request_id_of(answer.headers),
                    hint="Something between here and the service may have answered; check endpoint and proxy.",
                )
        return Answer(answer.status_code, answer.headers, body, request_id_of(answer.headers))

    def _note_date(self, headers: Mapping[str, str]) -> None:
        moment = parse_date(headers.get("Date"))
        if moment is not None:
            with self._lock:
                self._server_date = (moment, self.clock.time())

    def _now(self) -> datetime:
        now = getattr(self.clock, "now", None)
        return now() if callable(now) else datetime.now(timezone.utc)

    def _remaining(self, what: str, last: CloudError | None) -> float | None:
        if self.deadline is None:
            return None
        remaining = self.deadline - self.clock.time()
        if remaining <= 0:
            raise self._too_late(what, last)
        return remaining

    def _pause(self, pause: Pause, what: str, last: CloudError | None) -> None:
        seconds = pause.least + pause.spread * self._random()
        if self.deadline is not None and self.clock.time() + seconds >= self.deadline:
            raise self._too_late(what, last)
        self.clock.sleep(seconds)

    def _too_late(self, what: str, last: CloudError | None) -> DeadlineExceeded:
        if last is None:
            return DeadlineExceeded("Could not %s: the time for it is over." % what)
        reason = last.message.replace("Could not %s: " % what, "", 1)
        return DeadlineExceeded(
            "Could not %s in time; the last attempt ended with: %s" % (what, reason),
            status=last.status,
            code=last.code,
            request_id=last.request_id,
            hint=last.hint,
            details=last.details,
        )


class _MarkedPages:
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

    def from_both_ends(self) -> Iterator[Any]:
        seen: set[str] = set()
        items, more = self.page([], "asc")
        yield from _new(items, seen, self.marker_of)
        if not more:
            return
        ends = {"asc": items, "desc": []}
        used: dict[str, set[str]] = {"asc": set(), "desc": set()}
        self._use(items, used["asc"])
        sorted_by_id = _ascending(items, self.marker_of)
        # The two ends of the whole list, if the service keeps to the order; one that does not will cross them.
        bottom, top = self.marker_of(items[0]), ""
        pool = ThreadPoolExecutor(max_workers=2)
        pending: dict[Future[tuple[list[Any], bool]], str] = {}
        try:
            for name in ("asc", "desc") if sorted_by_id else ("asc",):
                pending[pool.submit(self.page, ends[name], name)] = name
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
                        pending[pool.submit(self.page, ends[name], name)] = name
        finally:
            _leave(pool, pending)

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


def _id_of(item: Any) -> str:
    return str(item.get("id") or "")


def _new(items: list[Any], seen: set[str], marker_of: Callable[[Any], str]) -> Iterator[Any]:
    for item in items:
        marker = marker_of(item)
        if not marker or marker not in seen:
            seen.add(marker)
            yield item


def _ascending(items: list[Any], marker_of: Callable[[Any], str]) -> bool:
    return all(marker_of(one) < marker_of(next_one) for one, next_one in zip(items, items[1:]))


def _leave(pool: ThreadPoolExecutor, futures: Iterable[Future[Any]]) -> None:
    """Leave a pool without waiting for pages that nobody wants any more."""
    for future in futures:
        future.cancel()
    pool.shutdown(wait=False)


def _pairs(params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in params.items() if isinstance(params, Mapping) else params or ():
        values = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
        pairs.extend((key, each) for each in values if each is not None)
    return pairs


def _secret_values(body: Any) -> set[str]:
    """The texts in a request's body that an error must not repeat."""
    found = set()
    queue = deque([body])
    while queue:
        node = queue.popleft()
        if isinstance(node, dict):
            for key, value in node.items():
                if isinstance(value, str) and str(key).lower() in SECRET_FIELDS:
                    found.add(value)
                queue.append(value)
        elif isinstance(node, list):
            queue.extend(node)
    return found - {""}


def _throttled(content: bytes) -> bool:
    # Huawei's flow control answers some calls with 202 and an error for a body.
    if not any(code.encode("ascii") in content for code in THROTTLE_CODES):
        return False
    try:
        return code_of(json_module.loads(content)) in THROTTLE_CODES
    except (ValueError, RecursionError):
        return False


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return "%s://%s" % (parts.scheme, parts.netloc)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was made from; __context__ is left out, it may be of an earlier attempt."""
    queue, seen = deque([error]), set()
    while queue:
        each = queue.popleft()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = [*each.args, getattr(each, "reason", None), each.__cause__]
        queue.extend(cause for cause in inner if isinstance(cause, BaseException))


def _from_transport(error: BaseException, what: str, url: str) -> CloudError:
    """The error for a request without an answer: did it provably never arrive, or is the answer lost?"""
    causes = list(_causes(error))
    origin = _origin(url)

    def has(*kinds: Any) -> bool:
        return any(isinstance(each, kinds) for each in causes)

    inner = [each for each in causes if isinstance(each, ssl.SSLError)]
    # An end or a broken record may come after the request was sent; all else is the handshake's failure.
    broken = has(ssl.SSLEOFError, ssl.SSLZeroReturnError) or any("MAC" in str(each.reason) for each in inner)
    if has(ssl.SSLError, requests.exceptions.SSLError) and not broken:
        reason = (getattr(inner[-1], "verify_message", "") or inner[-1].reason) if inner else ""
        return ConnectionFailed(
            "Could not %s: no trusted TLS connection to %s: %s." % (what, origin, reason or "handshake failed"),
            permanent=True,
            hint="Check the address and ca_cert; the certificate must be issued for this host by a known authority.",
        )
    names = [each for each in causes if isinstance(each, socket.gaierror)]
    if names:
        return ConnectionFailed(
            "Could not %s: the host name of %s is not known." % (what, origin),
            permanent=names[-1].errno != socket.EAI_AGAIN,
            hint="Check endpoint, auth.auth_url and region, and this machine's DNS.",
        )
    if has(requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema):
        return SettingsError("Could not %s: the address %s or the proxy's cannot be used." % (what, origin))
    if isinstance(error, ValueError) and not has(requests.exceptions.RequestException):
        # The text of this error quotes the header, which is a credential.
        return SettingsError("Could not %s: a credential holds a character that no HTTP header may have." % what)
    tunnel = any("Tunnel connection failed" in str(each) for each in causes if isinstance(each, OSError))
    connecting = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    if tunnel or has(ConnectionRefusedError, requests.exceptions.ConnectTimeout, *connecting):
        refused = "it refuses connections" if has(ConnectionRefusedError) else "it cannot be reached"
        return ConnectionFailed(
            "Could not %s: no connection to %s: %s." % (what, origin, "the proxy refuses" if tunnel else refused),
            hint="Check the address and port, the network between, and the proxy variables of the environment.",
        )
    missing = [each for each in causes if isinstance(each, OSError) and "invalid path" in str(each)]
    if missing:
        return SettingsError("Could not %s: the file of ca_cert, client_cert or client_key does not exist." % what)
    late = has(requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)
    return AnswerLost(
        "Could not %s: %s %s." % (what, origin, "did not answer in time" if late else "closed the connection"),
        hint="Whether it took effect is not known; the state has to be read.",
    )
