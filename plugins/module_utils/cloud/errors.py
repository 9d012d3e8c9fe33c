# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of the client library: each is one sentence, what the cloud said, and what the user can do about it."""

from __future__ import annotations

import html
import json
import re
from collections import deque
from typing import Any, Iterable, Iterator, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.redaction import MASK, redact

__all__ = ["MASK", "redact"]

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.hints import FOREIGN_404, hint_for, is_quota

REQUEST_ID_HEADERS = ("X-Compute-Request-Id", "X-Openstack-Request-Id", "X-Request-Id", "X-IAM-Trace-Id")

# Answers that say "not now" whatever their HTTP status is: Common.0024 comes with 202, Common.1503 with 429 or 503.
THROTTLE_CODES = ("Common.0024", "Common.1503", "APIGW.0308")

_PAIRS = (
    ("error_code", "error_msg"),
    ("error_code", "error_message"),
    ("errorCode", "errorMsg"),
    ("code", "message"),
)
_MESSAGE_KEYS = ("message", "error_msg", "errorMsg", "error_message", "detail", "error", "title")
_LONGEST = 600
#: A code of a service of Huawei Cloud, such as Ecs.0114; those of its gateway (APIGW.0101) speak of the address.
_SERVICE_CODE = re.compile(r"^(?!APIGW?\.)[A-Z][A-Za-z]*\.\d+$")
_GLANCE_404 = re.compile(r"No image found with ID \S|Failed to find image \S+ to delete|Image \S+ (is )?not found")


class CloudError(Exception):
    """What went wrong, as one sentence; the base of every error of this library.

    status is the HTTP status, code the cloud's own code, details one mapping {id, code, message} for each server or
    parameter that the answer names, retry_after the Retry-After header as it came.
    """

    #: Another command is running on the server, whether its record shows one or not.
    is_busy = False
    #: The server is in a state that does not allow what was asked. A platform sets both where its codes say so.
    is_state_conflict = False

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        details: list[dict[str, Any]] | None = None,
        retry_after: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status
        self.code = code
        self.request_id = request_id
        self.details = details or []
        self.retry_after = retry_after

    def __str__(self) -> str:
        facts = []
        if self.status is not None:
            facts.append("HTTP %d" % self.status)
        if self.code:
            facts.append("code %s" % self.code)
        if self.request_id:
            facts.append("request %s" % self.request_id)
        text = self.message.rstrip()
        if facts:
            text = "%s (%s)" % (text.rstrip("."), ", ".join(facts))
        if not text.endswith((".", "!", "?")):
            text += "."
        return "%s %s" % (text, self.hint) if self.hint else text

    def as_dict(self) -> dict[str, Any]:
        """The error for a task's result: message, code, status, request_id and hint, those that are known."""
        whole = {
            "message": self.message,
            "code": self.code,
            "status": self.status,
            "request_id": self.request_id,
            "hint": self.hint,
        }
        return {key: value for key, value in whole.items() if value is not None}


class SettingsError(CloudError):
    """The connection options, the environment or clouds.yaml cannot be right; nothing was asked of the cloud."""


class AuthenticationFailed(CloudError):
    """401: the cloud does not accept the credentials."""


class PermissionDenied(CloudError):
    """403: the credentials are good, the operation is not allowed."""


class NotFound(CloudError):
    """404, or a project, region or endpoint that does not exist.

    By itself it says nothing of the thing that was asked for: a proxy, a wrong address and another service answer 404
    too. Only ItemNotFound does.
    """


class ItemNotFound(NotFound):
    """404 in the service's own form: the thing that was asked for does not exist, or the user may not see it.

    Nova's ``{"itemNotFound": …}``, a code of a service of Huawei Cloud (not of its gateway), Neutron's ``NeutronError``
    or Glance's sentence about the image.
    """


class Conflict(CloudError):
    """409: the state of the thing does not allow the operation."""

    is_state_conflict = True


class BadRequest(CloudError):
    """Another 4xx: the cloud refuses the request as it is."""


class RateLimited(CloudError):
    """The cloud asks to come back later: 429, Common.1503, or Common.0024, which comes with HTTP 202.

    The service itself has done nothing then, but a gateway may answer so after the service has acted.
    """


class ServerError(CloudError):
    """5xx."""


class InvalidResponse(CloudError):
    """A success whose body is not what the API documents: HTML, truncated JSON, another type."""


class Redirected(CloudError):
    """3xx: redirects are not followed, for a token must not travel to another host."""


class ConnectionFailed(CloudError):
    """The request provably never arrived. permanent: trying again cannot help (certificate, unknown host name)."""

    def __init__(self, message: str, *, permanent: bool = False, **known: Any) -> None:
        super().__init__(message, **known)
        self.permanent = permanent


class ResponseLost(CloudError):
    """The request was sent and no whole answer came: whether it took effect is unknown, the state has to tell.

    late: the service did not answer in time, and may still be at work on the request.
    """

    late = False


class ResponseTooLarge(ResponseLost):
    """The answer is larger than any that the collection reads: whether the request took effect is unknown."""


class DeadlineExceeded(CloudError):
    """The time given to the work is over. last: the error of the last attempt, ``None`` where none was sent."""

    last: CloudError | None = None


class UnsupportedOperation(CloudError):
    """The platform has no such operation. instead: what to use, to complete "Use … instead."."""

    def __init__(self, operation: str, platform: str, alternatives: str | None = None) -> None:
        hint = "Use %s instead." % alternatives if alternatives else None
        super().__init__("Platform %s has no operation %s." % (platform, operation), hint=hint)
        self.operation = operation
        self.platform = platform
        self.alternatives = alternatives


def short_text(text: str) -> str:
    """A body as one short line: markup, scripts and tracebacks of the server left out."""
    if "<" in text and re.search(r"<\s*(!doctype|html|head|body|title|h1)\b", text[:2000], re.IGNORECASE):
        text = re.sub(r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->", " ", text)
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    text = text.split("Traceback (most recent call last)", 1)[0]
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """The id under which the cloud's operator finds the request in the logs."""
    lower = {str(key).lower(): value for key, value in headers.items()}
    for name in REQUEST_ID_HEADERS:
        value = lower.get(name.lower())
        if value:
            return value
    return None


def code_of(document: Any) -> str | None:
    """The cloud's error code in a decoded body, at any depth; None where there is none."""
    return _find(document)[0]


def from_answer(
    status: int, headers: Mapping[str, str], text: str, what: str, secrets: Iterable[str] = ()
) -> CloudError:
    """The error that an answer stands for.

    what is the operation as an infinitive ("list servers"); secrets are masked wherever the answer repeats them.
    All body forms of Huawei Cloud (ECS, gateway, IAM), Nova, Keystone and of front ends (HTML, empty) are understood.
    """
    secrets = tuple(secrets)
    lower = {str(key).lower(): value for key, value in headers.items()}
    try:
        document = json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        document = None
    code, message = _find(document)
    details = [
        {"id": item["id"], "code": item["code"], "message": short_text(redact(item["message"], secrets))}
        for item in _details(document)
    ]
    if not message:
        message = "the response is not the expected JSON" if document is not None else text
    # Masked before it is cut, or half a secret could survive at the end.
    message = short_text(redact(message, secrets)) or "the response is empty"
    for item in details:
        if item["message"] and item["id"] is None and item["message"] not in message:
            message = short_text("%s: %s" % (message.rstrip("."), item["message"]))
    retry_after = lower.get("retry-after")
    kind = _kind(status, code, retry_after is not None, message)
    hint = hint_for(status, [code] + [item["code"] for item in details], message)
    if kind is NotFound:
        if _is_own_404(document, code, message):
            kind = ItemNotFound
        elif not code:
            hint = FOREIGN_404
    return kind(
        "Could not %s: %s" % (what, message),
        hint=hint,
        status=status,
        code=code,
        request_id=request_id_of(headers),
        details=details,
        retry_after=retry_after,
    )


def _kind(status: int, code: str | None, retry_after: bool, message: str) -> type[CloudError]:
    # Nova of 2014 answers 413 with Retry-After: 0 to a quota that is used up, which no pause helps against.
    if status == 429 or code in THROTTLE_CODES or (status == 413 and retry_after and not is_quota(message)):
        return RateLimited
    exact = {401: AuthenticationFailed, 403: PermissionDenied, 404: NotFound, 409: Conflict}
    if status in exact:
        return exact[status]
    if status == 408:
        # A front end that waited for the rest of the request, or for the service.
        return ResponseLost
    if 400 <= status < 500:
        return BadRequest
    return ServerError if status >= 500 else CloudError


def is_ambiguous(error: CloudError) -> bool:
    """Whether a request that ended so may have been carried out all the same: only the state can tell.

    A gateway may answer 429 after the service has acted. 501 says that the service cannot do it. A refusal that is not
    in a service's own form, which has a code, comes from something in between. A 404 of Huawei Cloud's gateway is none
    of these: it forwards nothing to an API that it does not know.
    """
    if isinstance(error, NotFound):
        # Without a status nothing was sent: the catalog has no such service.
        own = isinstance(error, ItemNotFound) or (error.code or "").startswith("APIG")
        return error.status is not None and not own
    if isinstance(error, (PermissionDenied, Conflict, BadRequest)):
        return error.status is not None and error.code is None
    if isinstance(error, ServerError):
        return error.status != 501
    if isinstance(error, DeadlineExceeded):
        # Without an attempt nothing was sent.
        return error.last is not None and is_ambiguous(error.last)
    return isinstance(error, (ResponseLost, InvalidResponse, RateLimited))


def _is_own_404(document: Any, code: str | None, message: str) -> bool:
    """Whether a 404 is in the form of a service that was asked for a thing, and not of what is between."""
    for key in ("itemNotFound", "NeutronError"):
        if isinstance(document, dict) and isinstance(document.get(key), dict):
            return True
    if code and _SERVICE_CODE.match(code):
        return True
    # Glance answers with a page, and older ones with JSON of the same words.
    return bool(_GLANCE_404.search(message))


def _mappings(document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping of a decoded body with the key it hangs on, outermost first."""
    queue = deque([("", document)])
    while queue:
        key, node = queue.popleft()
        if isinstance(node, dict):
            yield key, node
            queue.extend((str(name), value) for name, value in node.items())
        elif isinstance(node, list):
            queue.extend((key, value) for value in node)


def _find(document: Any) -> tuple[str | None, str]:
    """Code and message of an error body; a numeric code (Nova, Keystone) only repeats the HTTP status."""
    for key, node in _mappings(document):
        for code_key, message_key in _PAIRS:
            if isinstance(node.get(message_key), str) and node.get(code_key) is not None:
                code = node[code_key]
                if isinstance(code, int) or str(code).isdigit():
                    code = key if key not in ("", "error", "errors") else None
                return (short_text(str(code)) or None if code else None), node[message_key]
    for _key, node in _mappings(document):
        for message_key in _MESSAGE_KEYS:
            if isinstance(node.get(message_key), str) and node[message_key]:
                return None, node[message_key]
    return None, ""


def _details(document: Any) -> Iterator[dict[str, Any]]:
    for _key, node in _mappings(document):
        for name in ("details", "internalError"):
            listed = node.get(name)
            for item in listed if isinstance(listed, list) else ():
                if isinstance(item, dict):
                    code = item.get("code", item.get("error_code"))
                    message = item.get("message", item.get("error_message"))
                    server = item.get("id", item.get("server_id"))
                    yield {
                        "id": None if server is None else str(server),
                        "code": None if code is None else short_text(str(code)),
                        "message": message if isinstance(message, str) else "",
                    }
