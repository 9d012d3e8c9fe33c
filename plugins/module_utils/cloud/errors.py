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

REQUEST_ID_HEADERS = ("X-Compute-Request-Id", "X-Openstack-Request-Id", "X-Request-Id", "X-IAM-Trace-Id")

# Answers that say "not now" whatever their HTTP status is: Common.0024 comes with 202, Common.1503 with 429 or 503.
THROTTLE_CODES = ("Common.0024", "Common.1503", "APIGW.0308")

HINTS_BY_CODE = {
    "Ecs.0005": "Compare the values with what the service accepts; the detail names the one it refuses.",
    "Ecs.0011": "Choose a password of 8 to 26 characters with three of: upper, lower case, digits, special characters.",
    "Ecs.0023": "Check auth.project_id: the request and the credentials belong to different projects.",
    "Ecs.0100": "The server's state does not allow it; wait until its present task has ended, then try again.",
    "Ecs.0110": "Give the user or agency a role that allows the operation in this project.",
    "Ecs.0114": "No server has this id in this project and region; check ids, region and auth.project_id.",
    "Ecs.0118": "Ask for at most 1000 servers at once.",
    "Ecs.0603": "Another command is running on the server; try again in a minute.",
    "Ecs.0605": "The server is locked; unlock it first.",
    "Ecs.0613": "Install the password reset plug-in in the server first.",
    "APIGW.0101": "The address knows no such API; check endpoint and region.",
    "APIGW.0301": (
        "Check auth.access_key, auth.secret_key (or auth.token) and this machine's clock, which may be 15 minutes off "
        "at most; five wrong signatures in a row lock the key for five minutes."
    ),
    "APIGW.0302": "Give the user or agency a role that allows the operation in this project.",
    "APIGW.0307": "Get a new token: the one in auth.token has expired.",
    "APIGW.0308": "Too many requests; try later or lower the parallelism.",
    "Common.0013": "Get a new token: the one that was sent is not valid any more.",
    "Common.0018": "Check auth.project_id: the token belongs to another project.",
    "Common.0024": "Too many requests; try later or lower the parallelism.",
    "Common.1503": "Too many requests; try later or lower the parallelism.",
    "Pdp.0001": "Give the user or agency a policy that allows the operation in this project.",
}

HINTS_BY_STATUS = {
    401: "Check the credentials: user, domain, project and password, key or token.",
    403: "Give the user a role in this project that the cloud's policy accepts for this operation.",
    404: "Check the id or name, and that region, project and endpoint are the intended ones.",
    406: "The service does not know the microversion that was asked for.",
    409: "The present state does not allow it; wait until the running task has ended, then try again.",
    413: "Ask for less at once, or try later.",
    429: "Too many requests; try later or lower the parallelism.",
    502: "The service's front end has no answer from the service; try later.",
    503: "The service is not available at the moment; try later.",
    504: "The service took too long to answer its front end; try later.",
}

_PAIRS = (
    ("error_code", "error_msg"),
    ("error_code", "error_message"),
    ("errorCode", "errorMsg"),
    ("code", "message"),
)
_MESSAGE_KEYS = ("message", "error_msg", "errorMsg", "error_message", "detail", "error", "title")
_LONGEST = 600


class CloudError(Exception):
    """What went wrong, as one sentence; the base of every error of this library.

    status is the HTTP status, code the cloud's own code, details one mapping {id, code, message} for each server or
    parameter that the answer names, retry_after the Retry-After header as it came.
    """

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
    """404, or a project, region or endpoint that does not exist."""


class Conflict(CloudError):
    """409: the state of the thing does not allow the operation."""


class BadRequest(CloudError):
    """Another 4xx: the cloud refuses the request as it is."""


class Throttled(CloudError):
    """The cloud put the request off and did nothing: 429, Common.1503, or Common.0024, which comes with HTTP 202."""


class ServiceFailed(CloudError):
    """5xx."""


class MalformedAnswer(CloudError):
    """A success whose body is not what the API documents: HTML, truncated JSON, another type."""


class Redirected(CloudError):
    """3xx: redirects are not followed, for a token must not travel to another host."""


class ConnectionFailed(CloudError):
    """The request provably never arrived. permanent: trying again cannot help (certificate, unknown host name)."""

    def __init__(self, message: str, *, permanent: bool = False, **known: Any) -> None:
        super().__init__(message, **known)
        self.permanent = permanent


class AnswerLost(CloudError):
    """The request was sent and no whole answer came: whether it took effect is unknown, the state has to tell.

    late: the service did not answer in time, and may still be at work on the request.
    """

    late = False


class DeadlineExceeded(CloudError):
    """The time given to the work is over."""


class UnsupportedOperation(CloudError):
    """The platform has no such operation. instead: what to use, to complete "Use … instead."."""

    def __init__(self, operation: str, platform: str, instead: str | None = None) -> None:
        hint = "Use %s instead." % instead if instead else None
        super().__init__("Platform %s has no operation %s." % (platform, operation), hint=hint)
        self.operation = operation
        self.platform = platform
        self.instead = instead


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
        message = "the answer is not the expected JSON" if document is not None else text
    # Masked before it is cut, or half a secret could survive at the end.
    message = short_text(redact(message, secrets)) or "the answer is empty"
    for item in details:
        if item["message"] and item["id"] is None and item["message"] not in message:
            message = short_text("%s: %s" % (message.rstrip("."), item["message"]))
    retry_after = lower.get("retry-after")
    kind = _kind(status, code, retry_after is not None)
    return kind(
        "Could not %s: %s" % (what, message),
        hint=_hint(status, [code] + [item["code"] for item in details], message),
        status=status,
        code=code,
        request_id=request_id_of(headers),
        details=details,
        retry_after=retry_after,
    )


def _kind(status: int, code: str | None, retry_after: bool) -> type[CloudError]:
    if status == 429 or code in THROTTLE_CODES or (status == 413 and retry_after):
        return Throttled
    exact = {401: AuthenticationFailed, 403: PermissionDenied, 404: NotFound, 409: Conflict}
    if status in exact:
        return exact[status]
    if 400 <= status < 500:
        return BadRequest
    return ServiceFailed if status >= 500 else CloudError


def _hint(status: int, codes: list[str | None], message: str) -> str | None:
    # A detail's code says more than the outer one (Ecs.0005 outside, Ecs.0057 inside), so the last known one counts.
    for code in reversed(codes):
        hint = HINTS_BY_CODE.get((code or "").replace("APIG.", "APIGW."))
        if hint:
            return hint
    if status == 409 and "is in an invalid state for '" in message:
        # Nova's words where no state is in the way: setting a password meets a lock, or a rebuild finds no host.
        return "The server is locked, or no host ever took it: unlock it, or look at its fault."
    if status == 409 and message.rstrip(".").endswith("is locked"):
        # Nova has no code for it: "Instance … is locked".
        return HINTS_BY_CODE["Ecs.0605"]
    return HINTS_BY_STATUS.get(status)


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
                return (str(code) if code else None), node[message_key]
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
                        "code": None if code is None else str(code),
                        "message": message if isinstance(message, str) else "",
                    }
