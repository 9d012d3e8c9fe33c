# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to a cloud: signing, retries that know verbs, deadlines, both paging styles, errors in plain words."""

from __future__ import annotations

import json as json_module
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping
from urllib.parse import parse_qsl

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth import Authenticator, make
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.signature import canonical_query
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AnswerLost,
    AuthenticationFailed,
    CloudError,
    DeadlineExceeded,
    MalformedAnswer,
    Redirected,
    SettingsError,
    from_answer,
    request_id_of,
    short_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.failures import (
    from_transport,
    origin_of,
    throttled,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.paging import (
    MarkedPages,
    id_of,
    numbered_pages,
    offset_pages,
    pairs_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.redaction import carried, redact
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.retries import (
    PATIENCE,
    Pause,
    decide,
    parse_date,
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
CONNECT_TIMEOUT = 10.0


@dataclass(frozen=True)
class Answer:
    """A success. headers take any letter case; body is decoded JSON, text, or None, as `expect` asked."""

    status: int
    headers: Mapping[str, str]
    body: Any = field(repr=False)
    request_id: str | None


class SystemClock:
    """time() in seconds from an arbitrary point, sleep() in seconds, now() in UTC."""

    def time(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def now(self) -> datetime:
        return datetime.now(timezone.utc)


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
        self._hidden: frozenset[str] = frozenset()
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
        own = self.settings.secrets() | (self.auth.secrets() if self.auth is not None else set())
        return own | self._hidden

    def hide(self, texts: Iterable[str]) -> None:
        """Takes further texts for secrets: no error repeats them, in whatever spelling a cloud quotes them."""
        self._hidden = self._hidden.union(text for text in texts if text)

    def _unsaid(self, body: Any) -> set[str]:
        """What an answer to a request with this body must not repeat to the user: Nova quotes what it refuses."""
        known = self.secrets()
        return known | carried(body, known)

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
        timeout = self.settings.timeout
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
                most = timeout if remaining is None else min(timeout, remaining)
                answer = self._send(prepared, what, most, json)
                if apply is None:
                    self._note_date(answer.headers)
                return self._read(answer, what, expect, json)
            except AuthenticationFailed as failure:
                last = failure
                if renewed:
                    raise
            except CloudError as failure:
                last = failure
                if isinstance(failure, AnswerLost) and failure.late:
                    # A service that is slow is at work on the last attempt still; to ask again with no more patience
                    # would only pile up work there, and never see the answer.
                    timeout *= 2
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
        both_ends: bool | float = False,
        headers: Mapping[str, str] | None = None,
        marker_of: Callable[[Any], str] | None = None,
    ) -> Iterator[Any]:
        """The items of a list that is paged by the id of the last item (Nova, Glance), as the pages arrive.

        A page shorter than limit ends the list only if it has no next link, for a service may cap the page size.
        both_ends reads from both ends at once in the order of the ids, which only Nova's servers offer; items then come
        in no order; a number does so only where the first page took so many seconds. A list that does not get on is
        a MalformedAnswer. marker_of gives an item's marker (default: id).
        """
        pages = MarkedPages(self, url, key, pairs_of(params), limit, what, headers, marker_of or id_of)
        if both_ends is False:
            return pages.in_order()
        return pages.from_both_ends(0.0 if both_ends is True else both_ends)

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
        return numbered_pages(self, url, key, pairs_of(params), limit, what, parallel, headers)

    def by_offset(
        self,
        url: str,
        key: str,
        *,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        limit: int = 1000,
        what: str = "list",
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[Any]:
        """The items of a list that is paged by how many items to skip (Nova's server groups), each once."""
        return offset_pages(self, url, key, pairs_of(params), limit, what, headers)

    def _prepare(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None,
        headers: Mapping[str, str] | None,
        body: bytes | None,
    ) -> Any:
        base, unused, query = url.partition("?")
        pairs = parse_qsl(query, keep_blank_values=True) + pairs_of(params)
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

    def _send(self, prepared: Any, what: str, timeout: float, body: Any) -> Any:
        """One attempt of ``timeout`` seconds: the response of a success, or the error that a failure stands for."""
        try:
            where = self._http.merge_environment_settings(
                prepared.url, {}, False, self.settings.verify, self.settings.cert
            )
            # Redirects are not followed: the token would travel to wherever the answer points.
            answer = self._http.send(
                prepared, timeout=(min(timeout, CONNECT_TIMEOUT), timeout), allow_redirects=False, **where
            )
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise from_transport(error, what, prepared.url, prepared.method not in ("GET", "HEAD")) from None
        status, headers = answer.status_code, answer.headers
        if 300 <= status < 400 and headers.get("Location"):
            target = redact(headers["Location"].partition("?")[0], self._unsaid(body))
            raise Redirected(
                "Could not %s: %s sends the request on to %s." % (what, origin_of(prepared.url), short_text(target)),
                status=status,
                request_id=request_id_of(headers),
                hint="Redirects are not followed; set endpoint or auth.auth_url to that address.",
            )
        # 300 without Location is how OpenStack services list the versions of their API.
        refused = status >= 400 or (status == 202 and throttled(answer.content))
        if refused or not (200 <= status < 300 or status == 300):
            text = answer.content.decode("utf-8", "replace")
            raise from_answer(status, headers, text, what, self._unsaid(body))
        return answer

    def _read(self, answer: Any, what: str, expect: str, sent: Any) -> Answer:
        body: Any = None
        if expect != "none" and (answer.content or expect == "json"):
            try:
                body = json_module.loads(answer.content)
            except (ValueError, RecursionError):
                body = answer.content.decode("utf-8", "replace")
            if expect == "json" and not isinstance(body, (dict, list)):
                shown = short_text(redact(str(body), self._unsaid(sent)))
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
