"""Verifies AK/SK signatures (SDK-HMAC-SHA256) as the gateway of huaweicloud does.

Written from the vendor's description, independently of the collection's signer: two implementations that agree
prove more than one that is used twice. The client chooses the signed headers; they are read from the request.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote_to_bytes

ALGORITHM = "SDK-HMAC-SHA256"
SKEW = 900.0  # seconds; the allowed difference of the clocks
LOCKED_FOR = 300.0  # seconds; how long a key is locked after too many wrong signatures in a row
MAX_WRONG_SIGNATURES = 5
_AUTHORIZATION = re.compile(
    r"SDK-HMAC-SHA256 Access=(?P<ak>[^,\s]+), ?SignedHeaders=(?P<headers>[^,\s]+), ?"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)


class SignatureRefused(Exception):
    """The gateway refuses the signature; the text is its message."""


def canonical_path(path: str) -> str:
    """Each segment of the decoded path encoded again, with a slash at the end."""
    encoded = "/".join(quote(segment, safe="-._~") for segment in path.split("/"))
    return encoded if encoded.endswith("/") else encoded + "/"


def canonical_query(query: str) -> str:
    """Pairs sorted by decoded key and value. A plus sign is a plus sign: a space is sent as %20."""
    pairs = []
    for part in query.split("&"):
        if part:
            key, _equals, value = part.partition("=")
            pairs.append(
                (unquote_to_bytes(key).decode("utf-8", "replace"), unquote_to_bytes(value).decode("utf-8", "replace"))
            )
    return "&".join("%s=%s" % (quote(key, safe="-._~"), quote(value, safe="-._~")) for key, value in sorted(pairs))


def canonical_request(
    method: str, path: str, query: str, headers: Mapping[str, str], signed: Sequence[str], body_hash: str
) -> str:
    """The text that is hashed. `headers` has lower-case names; raises KeyError for a signed header that is missing."""
    block = "".join("%s:%s\n" % (name, headers[name].strip()) for name in signed)
    return "\n".join([method, canonical_path(path), canonical_query(query), block, ";".join(signed), body_hash])


def signature(secret_key: str, stamp: str, canonical: str) -> str:
    text = "\n".join([ALGORITHM, stamp, hashlib.sha256(canonical.encode()).hexdigest()])
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def verify(
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    keys: Mapping[str, Mapping[str, Any]],
    wrong: dict[str, tuple[int, float]],
    now: float,
    real_now: float | None = None,
) -> Mapping[str, Any]:
    """The key that signed the request. Raises SignatureRefused.

    `wrong` counts wrong signatures by key and is changed; `now` (the simulator's clock, seconds) ends locks. The skew
    is taken from the real clock, for the client's stamp comes from its own.
    """
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if found is None:
        raise SignatureRefused("Incorrect IAM authentication information: the Authorization header is malformed")
    access_key = found["ak"]
    key = keys.get(access_key)
    if key is None:
        raise SignatureRefused(
            "Incorrect IAM authentication information: Get secretKey failed,ak:%s,err:ak not exist" % access_key
        )
    count, until = wrong.get(access_key, (0, 0.0))
    if count >= MAX_WRONG_SIGNATURES:
        if now < until:
            raise SignatureRefused(
                "Incorrect IAM authentication information: AK access failed to reach the limit,forbidden"
            )
        count = 0
    stamp = headers.get("x-sdk-date", "")
    _check_stamp(stamp, time.time() if real_now is None else real_now)
    if (key.get("security_token") or "") != headers.get("x-security-token", ""):
        raise SignatureRefused(
            "Incorrect IAM authentication information: Get secretKey failed,ak:%s,err:the security "
            "token is missing, wrong or does not belong to the key" % access_key
        )
    canonical = _rebuild(method, path, query, headers, found["headers"].split(";"), body)
    if canonical is None or not hmac.compare_digest(signature(key["secret_key"], stamp, canonical), found["signature"]):
        wrong[access_key] = (count + 1, now + LOCKED_FOR)
        quoted = _quoted(canonical or "", headers)
        raise SignatureRefused(
            "Incorrect IAM authentication information: verify aksk signature fail,canonicalRequest:" + quoted
        )
    wrong.pop(access_key, None)
    return key


def _check_stamp(stamp: str, now: float) -> None:
    try:
        signed = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise SignatureRefused("Incorrect IAM authentication information: X-Sdk-Date is missing or malformed") from None
    if abs(signed - now) > SKEW:
        server = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
        raise SignatureRefused(
            "Incorrect IAM authentication information: signature expired, signature time: %s, "
            "server time: %s" % (stamp, server)
        )


def _rebuild(
    method: str, path: str, query: str, headers: Mapping[str, str], signed: Sequence[str], body: bytes
) -> str | None:
    """The canonical request, or None where the client's list or hash cannot be right."""
    if list(signed) != sorted(set(signed)) or any(name != name.lower() or name not in headers for name in signed):
        return None
    real = hashlib.sha256(body).hexdigest()
    named = headers.get("x-sdk-content-sha256", real)
    if named not in (real, "UNSIGNED-PAYLOAD"):
        return None
    return canonical_request(method, path, query, headers, signed, named)


def _quoted(canonical: str, headers: Mapping[str, str]) -> str:
    """The gateway quotes what it has computed, with | for line ends; the temporary token is left out of it here."""
    token = headers.get("x-security-token")
    return (canonical.replace(token, "***") if token else canonical).replace("\n", "|")
