"""The faults: what something between the module and the service does to one request."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PAGE = b"<html><head><title>%s</title></head><body><center><h1>%s</h1></center><hr>nginx</body></html>"
#: Seconds between two pieces of a body that trickles.
TRICKLE = 0.3


@dataclass
class Answer:
    """What goes over the wire: a whole answer, or one that is broken in the way that `broken` names.

    broken: "reset" (no byte, TCP reset), "truncated" (half of the body, then the end of the connection), "late" (held
    back until the client has gone), "trickle" (the body, a few bytes at a time, behind blanks without end),
    "trickle_head" (the same with a header).
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    broken: str = ""


@dataclass(frozen=True)
class Request:
    """A request as the proxy saw it. `key` tells repetitions of it from other requests."""

    number: int
    method: str
    path: str
    query: str
    action: str
    status: int | None = None
    size: int = 0
    content: bytes = field(default=b"", repr=False)
    #: It came after the first request that changed something.
    reading_back: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        return self.method, self.path, self.action

    @property
    def identity(self) -> bool:
        return "/auth/tokens" in self.path

    @property
    def changes(self) -> bool:
        return self.method not in ("GET", "HEAD") and not self.identity

    def __str__(self) -> str:
        return "%s %s%s" % (self.method, self.path, " (%s)" % self.action if self.action else "")


@dataclass(frozen=True)
class Kind:
    """A fault. `acts`: the service gets the request, and its answer is spoiled; otherwise nothing reaches it.

    `answer(request, served)` is what the client gets, `served` what the service said (None where it was not asked).
    `slow` kinds take seconds of real time, for timeouts of sockets cannot be hurried.
    """

    name: str
    acts: bool
    answer: Callable[[Request, Answer | None], Answer] = field(repr=False)
    fits: Callable[[Request], bool] = field(default=lambda request: True, repr=False)
    slow: bool = False


def _error(status: int, words: str, **headers: str) -> Callable[[Request, Answer | None], Answer]:
    """The answer of a gateway, which is no service of the cloud: a page, and none of the service's headers."""
    named = {"Content-Type": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
    title = b"%d %s" % (status, words.encode())
    return lambda request, served: Answer(status, PAGE % (title, title), named)


def _refusal(status: int, key: str, words: str, **headers: str) -> Callable[[Request, Answer | None], Answer]:
    """The same in the form that the clouds' own gateways use: JSON, both dialects in one."""
    named = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    body = {key: {"code": status, "message": words}, "error_code": "APIGW.%04d" % status, "error_msg": words}
    return lambda request, served: Answer(status, json.dumps(body).encode(), named)


def _fixed(content: bytes, kind: str = "application/json") -> Callable[[Request, Answer | None], Answer]:
    return lambda request, served: Answer(200, content, {"Content-Type": kind})


def _broken(how: str) -> Callable[[Request, Answer | None], Answer]:
    def answer(request: Request, served: Answer | None) -> Answer:
        found = served or Answer()
        return Answer(found.status, found.body, found.headers, how)

    return answer


def _quote(request: Request, served: Answer | None) -> Answer:
    """A service that quotes what it was sent, as Nova does with values that it refuses."""
    words = "Invalid input received: %s" % request.content.decode("utf-8", "replace")
    return _refusal(400, "badRequest", words)(request, served)


def other_type(value: Any) -> Any:
    """A value of a type that no document gives this field."""
    if isinstance(value, bool) or value is None:
        return {"unexpected": value}
    if isinstance(value, (int, float)):
        return "not a number"
    if isinstance(value, str):
        return 7
    return ["unexpected"] if isinstance(value, dict) else {"unexpected": 1}


def retyped(value: Any, depth: int) -> Any:
    """The document with every value `depth` levels down, and every leaf above, of another type."""
    if depth <= 0 or not isinstance(value, (dict, list)):
        return other_type(value)
    if isinstance(value, dict):
        return {key: retyped(entry, depth - 1) for key, entry in value.items()}
    return [retyped(entry, depth - 1) for entry in value]


def _wrong_types(depth: int) -> Callable[[Request, Answer | None], Answer]:
    def answer(request: Request, served: Answer | None) -> Answer:
        found = served or Answer()
        try:
            body = json.dumps(retyped(json.loads(found.body), depth)).encode()
        except ValueError:
            body = found.body
        return Answer(found.status, body, found.headers)

    return answer


def _null_leaves(request: Request, served: Answer | None) -> Answer:
    found = served or Answer()

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without(entry) for key, entry in value.items()}
        return [without(entry) for entry in value] if isinstance(value, list) else None

    try:
        return Answer(found.status, json.dumps(without(json.loads(found.body))).encode(), found.headers)
    except ValueError:
        return found


def _changes(request: Request) -> bool:
    """An answer that is spoiled before the service has acted differs from one after it only where it acts."""
    return request.method not in ("GET", "HEAD")


def _has_body(request: Request) -> bool:
    return request.size > 0


def _reading_back(request: Request) -> bool:
    return request.method == "GET" and request.reading_back


_BOTH: dict[str, Callable[[Request, Answer | None], Answer]] = {
    "429": _refusal(429, "overLimit", "This request was rate-limited.", Retry_After="1"),
    "503_retry_after": _error(503, "Service Unavailable", Retry_After="1"),
    "500": _refusal(500, "computeFault", "Unexpected API Error."),
    "502": _error(502, "Bad Gateway"),
    "504": _error(504, "Gateway Time-out"),
    "reset": _broken("reset"),
    "page": _fixed(PAGE % (b"Welcome", b"Please log in"), "text/html"),
    "empty": _fixed(b""),
    "braces": _fixed(b"{}"),
    "404_between": _error(404, "Not Found"),
    "late": _broken("late"),
}

#: In the order of the table. "_before": the request never reaches the service; "_after": it has acted.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        *(
            Kind(f"{name}_{when}", when == "after", answer, _changes if when == "after" else lambda request: True,
                 slow=name == "late")
            for name, answer in _BOTH.items()
            for when in ("before", "after")
        ),
        Kind("truncated", True, _broken("truncated"), _has_body),
        Kind("trickle", True, _broken("trickle"), _has_body, slow=True),
        Kind("trickle_head", True, _broken("trickle_head"), slow=True),
        Kind("wrong_types_top", True, _wrong_types(1), _has_body),
        Kind("wrong_types_deep", True, _wrong_types(3), _has_body),
        Kind("wrong_types_null", True, _null_leaves, _has_body),
        Kind("401", False, _refusal(401, "unauthorized", "The request you have made requires authentication.")),
        Kind("403_reading_back", False, _refusal(403, "forbidden", "Policy doesn't allow it to be performed."),
             _reading_back),
        Kind("quoting", False, _quote, _changes),
    )
}  # fmt: skip

#: The fault hits one request, or that request and every repetition of it.
SPANS = ("once", "always")
