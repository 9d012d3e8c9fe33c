# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of the client library: a message, the response of the cloud, and a hint for the user."""

from __future__ import annotations

import html
import json
import re
from collections import deque
from typing import Any, Iterable, Iterator, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.redaction import MASK, redact

__all__ = ["MASK", "redact"]

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.hints import FOREIGN_404, hint_for, is_quota

REQUEST_ID_HEADERS = ("X-Compute-Request-Id", "X-Openstack-Request-Id", "X-Request-Id", "X-IAM-Trace-Id", "RequestId")

# Responses that ask to retry later, regardless of their HTTP status: Common.0024 has 202, Common.1503 429 or 503.
THROTTLE_CODES = ("Common.0024", "Common.1503", "APIGW.0308")

_PAIRS = (
    ("error_code", "error_msg"),
    ("error_code", "error_message"),
    ("errorCode", "errorMsg"),
    ("code", "message"),
)
_MESSAGE_KEYS = ("message", "error_msg", "errorMsg", "error_message", "detail", "error", "title")
_LONGEST = 600
#: A code of a service of Huawei Cloud, such as Ecs.0114; codes of its gateway (APIGW.0101) concern the URL.
_SERVICE_CODE = re.compile(r"^(?!APIGW?\.)[A-Z][A-Za-z]*\.\d+$")
_GLANCE_404 = re.compile(r"No image found with ID \S|Failed to find image \S+ to delete|Image \S+ (is )?not found")


class CloudError(Exception):
    """The base of every error of this library, with a message of one sentence. status is the HTTP status, code the
    cloud's own code, details one mapping {id, code, message} for each server or parameter in the response, retry_after
    the Retry-After header."""

    #: Another command is running on the server, even if its record does not show one.
    is_busy = False
    #: The state of the server does not allow the action. A platform sets both according to its codes.
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

    def add_hint(self, words: str) -> None:
        self.hint = "%s %s" % (self.hint, words) if self.hint else words

    def as_dict(self) -> dict[str, Any]:
        """The error for the result of a task: message, code, status, request_id and hint, if known."""
        whole = {
            "message": self.message,
            "code": self.code,
            "status": self.status,
            "request_id": self.request_id,
            "hint": self.hint,
        }
        return {key: value for key, value in whole.items() if value is not None}


class SettingsError(CloudError):
    """The connection options, the environment or clouds.yaml are invalid; no request was sent."""


class AuthenticationFailed(CloudError):
    """401: the cloud does not accept the credentials."""


class PermissionDenied(CloudError):
    """403: the credentials are valid, but the operation is not allowed."""


class NotFound(CloudError):
    """404, or a project, region or endpoint that does not exist.

    This alone does not prove that a resource does not exist: a proxy, a wrong URL and another service also respond with
    404. Only ItemNotFound proves it.
    """


class ItemNotFound(NotFound):
    """404 in the service's own form: the resource does not exist, or the user may not see it.

    Nova's ``{"itemNotFound": …}``, a code of a service of Huawei Cloud (not of its gateway), Neutron's ``NeutronError``
    or Glance's message about the image.
    """


class UnknownEndpoint(SettingsError, NotFound):
    """No option and no service catalog contains the endpoint of the service; no request was sent to it."""


class Conflict(CloudError):
    """409: the state of the resource does not allow the operation."""

    is_state_conflict = True


class BadRequest(CloudError):
    """Another 4xx: the cloud rejects the request."""


class RateLimited(CloudError):
    """The cloud asks to retry later: 429, Common.1503, or Common.0024, which has HTTP 202. If the service responds so,
    it has done nothing, but a gateway may respond so after the service has acted."""


class ServerError(CloudError):
    """5xx."""


class InvalidResponse(CloudError):
    """A success whose body is not documented: HTML, truncated JSON, another type."""


class Redirected(CloudError):
    """3xx: redirects are not followed, because a token must not be sent to another host."""


class ConnectionFailed(CloudError):
    """The request provably never arrived. permanent: a retry cannot help (certificate, unknown host name).
    unknown_host: the host name does not exist."""

    def __init__(self, message: str, *, permanent: bool = False, unknown_host: bool = False, **known: Any) -> None:
        super().__init__(message, **known)
        self.permanent = permanent
        self.unknown_host = unknown_host


class ResponseLost(CloudError):
    """The request was sent and no complete response arrived: the result is unknown, and the state has to show it. late:
    the service did not respond in time, and may still process the request."""

    late = False


class ResponseTooLarge(ResponseLost):
    """The response exceeds the maximum size: it is unknown whether the request took effect."""


class DeadlineExceeded(CloudError):
    """The time limit is exceeded. last: the error of the last attempt, ``None`` if no request was sent."""

    last: CloudError | None = None


class UnsupportedOperation(CloudError):
    """The platform does not support the operation. instead: an alternative, to complete "Use … instead."."""

    def __init__(self, operation: str, platform: str, alternatives: str | None = None) -> None:
        hint = "Use %s instead." % alternatives if alternatives else None
        super().__init__("Platform %s has no operation %s." % (platform, operation), hint=hint)
        self.operation = operation
        self.platform = platform
        self.alternatives = alternatives


def short_text(text: str) -> str:
    """A body as one short line, without markup, scripts and tracebacks of the server."""
    if "<" in text and re.search(r"<\s*(!doctype|html|head|body|title|h1)\b", text[:2000], re.IGNORECASE):
        text = re.sub(r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->", " ", text)
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    text = text.split("Traceback (most recent call last)", 1)[0]
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """The request id, with which the operator of the cloud finds the request in the logs."""
    lower = {str(key).lower(): value for key, value in headers.items()}
    for name in REQUEST_ID_HEADERS:
        value = lower.get(name.lower())
        if value:
            return value
    return None


def code_of(document: Any) -> str | None:
    """The cloud's error code in a decoded body, at any depth; None if there is none."""
    return _find(document)[0]


def from_answer(
    status: int, headers: Mapping[str, str], text: str, what: str, secrets: Iterable[str] = ()
) -> CloudError:
    """The error for a response. what is the operation as an infinitive ("list servers"); secrets that the response
    repeats are masked. Supports all body formats of Huawei Cloud (ECS, gateway, IAM), Nova, Keystone and of front ends
    (HTML, empty)."""
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
        message = _more_factors(document)
    if not message:
        message = "the response is not the expected JSON" if document is not None else text
    # Masked before it is cut, otherwise a part of a secret could remain at the end.
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


def _more_factors(document: Any) -> str:
    """The message about a user who needs several factors: Keystone only responds with a receipt for the first ones."""
    listed = document.get("required_auth_methods") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed:
        return ""
    # Keystone lists the methods of each way in any order.
    ways = [" and ".join(sorted(map(str, each))) for each in listed if isinstance(each, list)]
    return "the user has to log in with %s" % " or with ".join(ways)


def _kind(status: int, code: str | None, retry_after: bool, message: str) -> type[CloudError]:
    # Nova of 2014 responds with 413 and Retry-After: 0 to an exceeded quota; a retry does not help.
    if status == 429 or code in THROTTLE_CODES or (status == 413 and retry_after and not is_quota(message)):
        return RateLimited
    exact = {401: AuthenticationFailed, 403: PermissionDenied, 404: NotFound, 409: Conflict}
    if status in exact:
        return exact[status]
    if status == 408:
        # A front end that timed out while it waited for the request or for the service.
        return ResponseLost
    if 400 <= status < 500:
        return BadRequest
    return ServerError if status >= 500 else CloudError


#: The hint for a response that is not the service's.
OTHER_SENDER = "A proxy or gateway may have responded instead of the service; check endpoint and proxy."


def is_ambiguous(error: CloudError) -> bool:
    """Whether a request that ended with this error may have been carried out: only the state can show it.

    A gateway may respond with 429 after the service has acted. 501 means that the service does not support it. A
    refusal that is not in a service's own form, which has a code, comes from a proxy or gateway. A 404 of Huawei
    Cloud's gateway is not ambiguous: it forwards nothing to an unknown API.
    """
    if isinstance(error, NotFound):
        # Without a status no request was sent: the catalog has no such service.
        own = isinstance(error, ItemNotFound) or (error.code or "").startswith("APIG")
        return error.status is not None and not own
    if isinstance(error, (PermissionDenied, Conflict, BadRequest)):
        return error.status is not None and error.code is None
    if isinstance(error, ServerError):
        return error.status != 501
    if isinstance(error, DeadlineExceeded):
        # Without an attempt no request was sent.
        return error.last is not None and is_ambiguous(error.last)
    return isinstance(error, (ResponseLost, InvalidResponse, RateLimited))


def _is_own_404(document: Any, code: str | None, message: str) -> bool:
    """Whether a 404 has the form of a service that looked for a resource, and not of a proxy or gateway."""
    for key in ("itemNotFound", "NeutronError"):
        if isinstance(document, dict) and isinstance(document.get(key), dict):
            return True
    if code and _SERVICE_CODE.match(code):
        return True
    # Glance responds with a page, and older ones with JSON with the same words.
    return bool(_GLANCE_404.search(message))


def _mappings(document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping of a decoded body with its key, outermost first."""
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
