# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs requests with an access key: SDK-HMAC-SHA256 of Huawei Cloud's API gateway."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any, Iterable, Mapping
from urllib.parse import quote, unquote, urlsplit

ALGORITHM = "SDK-HMAC-SHA256"
DATE_FORMAT = "%Y%m%dT%H%M%SZ"


def encode(text: str) -> str:
    """Percent-encoding in UTF-8 of all characters except letters, digits and -._~."""
    return quote(text, safe="~")


def canonical_query(pairs: Iterable[tuple[str, Any]]) -> str:
    """The query in the form that is both sent and signed: sorted by key, then value, before encoding. Booleans are
    written true and false; repeated keys are kept."""
    texts = sorted((key, _text(value)) for key, value in pairs)
    return "&".join("%s=%s" % (encode(key), encode(value)) for key, value in texts)


def host_of(url: str) -> str:
    """The value of the Host header: the host name in lower case, and the port if it is not the default port of the
    scheme."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    if ":" in name:
        name = "[%s]" % name
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return name if parts.port in (None, default) else "%s:%d" % (name, parts.port)


def canonical_request(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """The text whose digest is signed, and the list of signed headers.

    All given headers are signed, except those with an underscore in the name. Only the signed path gets a trailing
    slash. Described by the vendor's page on AK/SK signing and its official Python package.
    """
    parts = urlsplit(url)
    # Decoded completely before it is split, because the gateway treats an encoded slash as a separator.
    path = "/".join(encode(segment) for segment in unquote(parts.path).split("/"))
    if not path.endswith("/"):
        path += "/"
    pairs = []
    for item in parts.query.split("&") if parts.query else ():
        key, _unused, value = item.partition("=")
        pairs.append((unquote(key), unquote(value)))
    signed = sorted((name.lower(), str(value).strip()) for name, value in headers.items() if "_" not in name)
    names = ";".join(name for name, unused in signed)
    block = "".join("%s:%s\n" % pair for pair in signed)
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join((method.upper(), path, canonical_query(pairs), block, names, digest)), names


def sign(method: str, url: str, headers: Mapping[str, str], body: bytes, access_key: str, secret_key: str) -> str:
    """The Authorization header of a request. headers are the headers to sign; X-Sdk-Date must be one of them, Host
    should be. Raises KeyError without X-Sdk-Date."""
    date = {name.lower(): value for name, value in headers.items()}["x-sdk-date"]
    canonical, names = canonical_request(method, url, headers, body)
    to_sign = "\n".join((ALGORITHM, date, hashlib.sha256(canonical.encode("utf-8")).hexdigest()))
    signature = hmac.new(secret_key.encode("utf-8"), to_sign.encode("utf-8"), hashlib.sha256).hexdigest()
    return "%s Access=%s, SignedHeaders=%s, Signature=%s" % (ALGORITHM, access_key, names, signature)


def sdk_date(moment: datetime) -> str:
    """X-Sdk-Date of a time in UTC."""
    return moment.strftime(DATE_FORMAT)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
