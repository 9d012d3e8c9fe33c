# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of a request without a usable response: pure functions over the exceptions of requests and the response."""

from __future__ import annotations

import json as json_module
import socket
import ssl
from collections import deque
from typing import Any, Iterator
from urllib.parse import urlsplit

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    THROTTLE_CODES,
    CloudError,
    ConnectionFailed,
    ResponseLost,
    ResponseTooLarge,
    SettingsError,
    code_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import tls_errors
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.bounds import (
    MAX_BODY,
    BodyTooLarge,
    BodyUnreadable,
)

try:
    import requests
    import urllib3
except ImportError:
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = True


def throttled(content: bytes) -> bool:
    # Huawei's rate limiting responds to some calls with 202 and an error in the body.
    if not any(code.encode("ascii") in content for code in THROTTLE_CODES):
        return False
    try:
        return code_of(json_module.loads(content)) in THROTTLE_CODES
    except (ValueError, RecursionError):
        return False


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return "%s://%s" % (parts.scheme, parts.netloc)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and its causes; __context__ is ignored, because it may belong to an earlier attempt."""
    queue, seen = deque([error]), set()
    while queue:
        each = queue.popleft()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = [*each.args, getattr(each, "reason", None), each.__cause__]
        queue.extend(cause for cause in inner if isinstance(cause, BaseException))


def from_transport(error: BaseException, what: str, url: str, acts: bool) -> CloudError:
    """The error of a request without a response: either the request provably never arrived, or the response is lost.
    ``acts``: the request may change something, so it matters whether it arrived."""
    causes = list(_causes(error))
    origin = origin_of(url)

    def has(*kinds: Any) -> bool:
        return any(isinstance(each, kinds) for each in causes)

    inner = [each for each in causes if isinstance(each, ssl.SSLError)]
    # The end of the connection or a broken record may come after the request was sent; all else is a failed handshake.
    broken = has(ssl.SSLEOFError, ssl.SSLZeroReturnError) or any("MAC" in str(each.reason) for each in inner)
    if has(ssl.SSLError, requests.exceptions.SSLError) and not broken:
        return tls_errors.of_files(causes, what) or tls_errors.of_handshake(inner, what, origin)
    unknown = "It is unknown whether the request took effect; check the state." if acts else ""
    if has(BodyTooLarge):
        return ResponseTooLarge(
            "Could not %s: the response of %s is larger than %d MiB and was not read." % (what, origin, MAX_BODY >> 20),
            hint=unknown or "Check the address; narrow the selection, or lower page_size where the task lists servers.",
        )
    names = [each for each in causes if isinstance(each, socket.gaierror)]
    if names:
        is_unknown = names[-1].errno != socket.EAI_AGAIN
        return ConnectionFailed(
            "Could not %s: the host name of %s cannot be resolved." % (what, origin),
            permanent=is_unknown,
            unknown_host=is_unknown,
            hint="Check endpoint, auth.auth_url and region, and this machine's DNS.",
        )
    if has(requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema):
        return SettingsError("Could not %s: the address %s or that of the proxy is invalid." % (what, origin))
    if isinstance(error, ValueError) and not has(requests.exceptions.RequestException):
        # The text of this error quotes the header, which is a credential.
        return SettingsError(
            "Could not %s: a credential contains a character that is not allowed in an HTTP header." % what
        )
    tunnel = any("Tunnel connection failed" in str(each) for each in causes if isinstance(each, OSError))
    connecting = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    if tunnel or has(ConnectionRefusedError, requests.exceptions.ConnectTimeout, *connecting):
        refused = "it refuses connections" if has(ConnectionRefusedError) else "it cannot be reached"
        return ConnectionFailed(
            "Could not %s: no connection to %s: %s." % (what, origin, "the proxy refuses" if tunnel else refused),
            hint="Check the address and port, the network, and the proxy variables of the environment.",
        )
    missing = [each for each in causes if isinstance(each, OSError) and "invalid path" in str(each)]
    if missing:
        return SettingsError("Could not %s: the file of ca_cert, client_cert or client_key does not exist." % what)
    late = has(requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, socket.timeout)
    reason = "did not respond in time" if late else "closed the connection"
    if has(BodyUnreadable):
        reason = "sent a response that cannot be decompressed"
    lost = ResponseLost("Could not %s: %s %s." % (what, origin, reason), hint=unknown or "Try again later.")
    lost.late = late
    return lost
