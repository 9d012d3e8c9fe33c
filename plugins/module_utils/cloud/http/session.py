# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP requests to a cloud: authentication, retries by verb, deadlines, pagination, and error messages."""

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
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.coercion import is_plain_http
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    OTHER_SENDER,
    AuthenticationFailed,
    CloudError,
    DeadlineExceeded,
    InvalidResponse,
    Redirected,
    ResponseLost,
    ResponseTooLarge,
    SettingsError,
    from_answer,
    request_id_of,
    short_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.bounds import (
    Bounds,
    bounded_adapter,
    read_content,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import AdaptiveLimit
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.pagination import (
    MarkedPages,
    NumberedPages,
    id_of,
    linked_pages,
    offset_pages,
    pairs_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import (
    LONGEST_PAUSE,
    Pause,
    decide,
    is_overload,
    parse_date,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.transport_errors import (
    from_transport,
    origin_of,
    throttled,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.redaction import carried, redact

try:
    import requests
    import urllib3
except ImportError:
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = True

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings

REPEATABLE = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")
CONNECT_TIMEOUT = 10.0
# The maximum number of bytes of an error body that are read.
MAX_ERROR = 1024 * 1024
_OVERLOAD = (
    "The cloud rejects or delays requests because there are too many at once (HTTP 429, 503 or 504, or no response in"
    " time). Fewer are sent at once until it accepts more."
)


@dataclass(frozen=True)
class Response:
    """A success. headers are case-insensitive; body is decoded JSON, text, or None, according to `expect`."""

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


def connect(settings: Settings, *, clock: Any = None, warn: Callable[[str], None] | None = None) -> Session:
    """A session with its authenticator (session.auth); no request is sent before the first use. ``warn`` receives
    messages for the user."""
    clock = clock or SystemClock()
    return Session(settings, make(settings, clock), clock=clock, warn=warn)


class Session:
    """Requests to one cloud with one identity; thread-safe. deadline is a value of clock.time() after which no request
    is sent, or None."""

    def __init__(
        self,
        settings: Settings,
        auth: Authenticator | None = None,
        *,
        clock: Any = None,
        parallel: int = 32,
        warn: Callable[[str], None] | None = None,
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
        self._warnings: set[str] = set()
        self._warn = warn or (lambda sentence: None)
        self._hidden: frozenset[str] = frozenset()
        if settings.verify is False:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        # A file alone holds the key too. Given twice, urllib3 refuses an encrypted key, for which OpenSSL asks at the
        # terminal.
        self._cert = (settings.cert, settings.cert) if isinstance(settings.cert, str) else settings.cert
        self._http = requests.Session()
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._bounds = Bounds()
        self._limit = AdaptiveLimit()
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, bounded_adapter(self._bounds, parallel))
        if auth is not None:
            auth.bind(self)

    def close(self) -> None:
        """Close the connections; requests in progress are not repeated."""
        self._closed = True
        self._http.close()

    def warn(self, sentence: str) -> None:
        """Give the user a warning, without duplicates."""
        with self._lock:
            known = sentence in self._warnings
            self._warnings.add(sentence)
        if not known:
            self._warn(sentence)

    def sleep(self, seconds: float) -> None:
        """Sleep by the session's clock."""
        self.clock.sleep(seconds)

    def secrets(self) -> set[str]:
        """Every secret of this session, including tokens."""
        own = self.settings.secrets() | (self.auth.secrets() if self.auth is not None else set())
        return own | self._hidden

    def hide(self, texts: Iterable[str]) -> None:
        """Registers further texts as secrets: no error message repeats them, in any encoding."""
        self._hidden = self._hidden.union(text for text in texts if text)

    def _unsaid(self, body: Any) -> set[str]:
        """The texts that a response to a request with this body must not repeat to the user, because Nova quotes
        rejected values."""
        known = self.secrets()
        return known | carried(body, known)

    def server_time(self) -> datetime:
        """The cloud's clock in UTC, from the Date header of its last response, up to one second behind, never ahead;
        otherwise the local clock."""
        with self._lock:
            seen = self._server_date
        if seen is None:
            return self._now()
        return seen[0] + timedelta(seconds=self.clock.time() - seen[1])

    def get(self, url: str, **arguments: Any) -> Response:
        return self.request("GET", url, **arguments)

    def post(self, url: str, **arguments: Any) -> Response:
        return self.request("POST", url, **arguments)

    def put(self, url: str, **arguments: Any) -> Response:
        return self.request("PUT", url, **arguments)

    def delete(self, url: str, **arguments: Any) -> Response:
        return self.request("DELETE", url, **arguments)

    def request(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        is_retry_safe: bool | None = None,
        what: str = "ask the cloud",
        expect: str = "json",
        apply: Callable[[Any], None] | None = None,
    ) -> Response:
        """Send a request until it succeeds, fails permanently, or the deadline is reached.

        url is absolute, or a path below the compute endpoint. params with the value None are omitted, lists are
        repeated. repeatable defines whether the request is retry-safe (default: by the verb). what is the operation as
        an infinitive, for messages. expect is "json" (a mapping or a list), "none" (the body is ignored) or "any".
        apply replaces the authenticator of the session; a 401 is then final. Raises CloudError.
        """
        method = method.upper()
        is_retry_safe = method in REPEATABLE if is_retry_safe is None else is_retry_safe
        if not url.startswith(("http://", "https://")):
            url = "%s/%s" % (self.auth.endpoint("compute"), url.lstrip("/"))
        body = None if json is None else json_module.dumps(json, separators=(",", ":"), allow_nan=False).encode("ascii")
        if body and b"\\ud" in body:
            _check_encodable(json, what)
        sign = apply or (self.auth.apply if self.auth is not None else None)
        attempt, renewed = 0, apply is not None or self.auth is None
        timeout = self.settings.timeout
        pause: Pause | None = None
        last: CloudError | None = None
        if sign is not None:
            self._check_plain_http(url)
        while True:
            prepared = self._prepare(method, url, params, headers, body)
            self._remaining(what, last)
            if sign is not None:
                sign(prepared)
            try:
                answer, content = self._send_in_turn(prepared, what, timeout, json, last)
                if apply is None:
                    self._note_date(answer.headers)
                return self._read(answer, content, what, expect, json)
            except ResponseTooLarge:
                # The next response would be as large.
                raise
            except AuthenticationFailed as failure:
                last = failure
                if renewed:
                    if apply is None and self.auth is not None:
                        last.hint = self.auth.refusal_hint() or last.hint
                    raise
            except CloudError as failure:
                last = failure
                if isinstance(failure, ResponseLost) and failure.late:
                    # A slow service is still processing the last attempt; a retry with the same timeout would only add
                    # load there, and never receive the response.
                    timeout *= 2
                pause = decide(method, is_retry_safe, failure, attempt, self._now())
                if pause is None or attempt >= self.settings.retries or self._closed:
                    raise
                if self.deadline is None and pause.least > LONGEST_PAUSE:
                    raise
                attempt += 1
            if isinstance(last, AuthenticationFailed):
                # Not counted as an attempt: the request was rejected unread.
                renewed = True
                used = prepared.headers.get("X-Auth-Token") or prepared.headers.get("X-Security-Token")
                if not self.auth.renew(used):
                    last.hint = self.auth.refusal_hint() or last.hint
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
        """The items of a list by marker, the id of the last item (Nova, Glance), as the pages arrive.

        A page shorter than limit ends the list only if it has no next link, because a service may limit the page size.
        both_ends reads from both ends concurrently in the order of the ids, which only Nova's servers support; the
        items are then unordered; a number does so only if the first page took at least that number of seconds. A list
        without progress is an InvalidResponse. marker_of returns the marker of an item (default: id).
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
        """The items of a list by page number (Huawei ECS: offset is a page number, from 1).

        The count of the first page defines the number of pages; the others are read `parallel` at a time. Without a
        count the pages are read until a short one. If the count changes in the meantime, items may have moved to a page
        that was already read, so the list is read once more; duplicates are removed. A page without new items ends the
        list, with a warning if items are missing, and is an InvalidResponse if the service reports more items and
        repeats one page.
        """
        return NumberedPages(self, url, key, pairs_of(params), limit, what, parallel, headers).items()

    def by_link(
        self,
        url: str,
        key: str,
        *,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        what: str = "list",
    ) -> Iterator[Any]:
        """The items of a list whose pages have a link ``next`` (Glance), without duplicates."""
        return linked_pages(self, url, key, pairs_of(params), what)

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
        """The items of a list by offset (Nova's server groups), without duplicates."""
        return offset_pages(self, url, key, pairs_of(params), limit, what, headers)

    def _prepare(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None,
        headers: Mapping[str, str] | None,
        body: bytes | None,
    ) -> Any:
        base, _unused, query = url.partition("?")
        pairs = parse_qsl(query, keep_blank_values=True) + pairs_of(params)
        own = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": "cloudserver.compute",
            **self.settings.headers,
        }
        if body is not None:
            own["Content-Type"] = "application/json"
        own.update(headers or {})
        try:
            # Prepared without the session, so that ~/.netrc is not read and no cookie is sent.
            return requests.Request(
                method, base + ("?" + canonical_query(pairs) if pairs else ""), headers=own, data=body
            ).prepare()
        except UnicodeEncodeError:
            raise SettingsError("A value for %s contains a lone surrogate, which cannot be sent." % base) from None
        except (requests.exceptions.RequestException, ValueError) as error:
            raise SettingsError("The URL %s cannot be used: %s." % (base, type(error).__name__)) from None

    def _send_in_turn(
        self, prepared: Any, what: str, timeout: float, body: Any, last: CloudError | None
    ) -> tuple[Any, bytes]:
        """One attempt, as soon as the cloud can take one more request."""
        with self._limit.slot() as number:
            # Read again, because the authentication may have waited for a token.
            remaining = self._remaining(what, last)
            try:
                found = self._send(prepared, what, timeout if remaining is None else min(timeout, remaining), body)
            except CloudError as failure:
                if is_overload(failure) and self._limit.reduce(number):
                    self.warn(_OVERLOAD)
                raise
        self._limit.succeeded()
        return found

    def _send(self, prepared: Any, what: str, timeout: float, body: Any) -> tuple[Any, bytes]:
        """One attempt of ``timeout`` seconds: the response of a success with its body, or the error of a failure."""
        try:
            where: Any = self._http.merge_environment_settings(
                prepared.url, {}, False, self.settings.verify, self._cert
            )
            self._bounds.start(timeout)
            # Redirects are not followed, because the token would be sent to any host in the response.
            where.update(timeout=(min(timeout, CONNECT_TIMEOUT), timeout), allow_redirects=False, stream=True)
            answer = self._http.send(prepared, **where)
            content = read_content(answer)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise from_transport(error, what, prepared.url, prepared.method not in ("GET", "HEAD")) from None
        status, headers = answer.status_code, answer.headers
        if 300 <= status < 400 and headers.get("Location"):
            target = redact(headers["Location"].partition("?")[0], self._unsaid(body))
            raise Redirected(
                "Could not %s: %s redirects the request to %s." % (what, origin_of(prepared.url), short_text(target)),
                status=status,
                request_id=request_id_of(headers),
                hint="Redirects are not followed; set endpoint or auth.auth_url to that address.",
            )
        # OpenStack services list the versions of their API with 300 without Location.
        refused = status >= 400 or (status == 202 and throttled(content))
        if refused or not (200 <= status < 300 or status == 300):
            # An error message is short; the rest of a larger body is not worth the memory.
            text = content[:MAX_ERROR].decode("utf-8", "replace")
            raise from_answer(status, headers, text, what, self._unsaid(body))
        return answer, content

    def _read(self, answer: Any, content: bytes, what: str, expect: str, sent: Any) -> Response:
        body: Any = None
        if expect != "none" and (content or expect == "json"):
            try:
                body = json_module.loads(content)
            except (ValueError, RecursionError):
                body = content.decode("utf-8", "replace")
            if expect == "json" and not isinstance(body, (dict, list)):
                shown = short_text(redact(str(body), self._unsaid(sent)))
                raise InvalidResponse(
                    "Could not %s: the response is not the expected JSON, but %s" % (what, shown[:200] or "empty"),
                    status=answer.status_code,
                    request_id=request_id_of(answer.headers),
                    hint=OTHER_SENDER,
                )
        return Response(answer.status_code, answer.headers, body, request_id_of(answer.headers))

    def _check_plain_http(self, url: str) -> None:
        """Warn or raise an error before credentials are sent to http:// (from the catalog; options are checked
        earlier)."""
        if self.settings.allow_plain_http or not is_plain_http(url):
            return
        origin = origin_of(url)
        if self.settings.allow_plain_http is False:
            raise SettingsError(
                "No request is sent to %s: credentials would be sent unencrypted, and allow_plain_http is false."
                % origin,
                hint="Change the service catalog to https:// URLs, or set endpoint or endpoints.",
            )
        known = [self.settings.auth.auth_url, self.settings.endpoint or "", *self.settings.endpoints.values()]
        if origin not in [origin_of(each) for each in known if each]:
            self.warn(
                "The service catalog contains %s: credentials and responses are sent unencrypted; use https." % origin
            )

    def _note_date(self, headers: Mapping[str, str]) -> None:
        moment = parse_date(headers.get("Date"))
        if moment is not None:
            with self._lock:
                self._server_date = (moment, self.clock.time())

    def now(self) -> datetime:
        """The time in UTC by the session's clock."""
        return self._now()

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
            return DeadlineExceeded("Could not %s: the time limit is exceeded." % what)
        reason = last.message.replace("Could not %s: " % what, "", 1)
        late = DeadlineExceeded(
            "Could not %s in time; the last attempt ended with: %s" % (what, reason),
            status=last.status,
            code=last.code,
            request_id=last.request_id,
            hint=last.hint,
            details=last.details,
        )
        late.last = last
        return late


def _check_encodable(body: Any, what: str) -> None:
    """Raise SettingsError for a lone surrogate in a body: JSON can contain it, but services fail."""
    try:
        json_module.dumps(body, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise SettingsError("Could not %s: a value contains a lone surrogate, which cannot be sent." % what) from None
