# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses values of users: each function returns the value or raises SettingsError with the name of the option."""

from __future__ import annotations

import ipaddress
import os
from typing import Any, Callable
from urllib.parse import urlsplit

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError


def as_text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list, tuple, set, bytes)):
        raise SettingsError("%s is not a string." % name)
    text = str(value)
    if "\x00" in text or not is_unicode(text):
        raise SettingsError("%s contains a NUL character or a lone surrogate." % name)
    return text


def is_unicode(text: str) -> bool:
    """Whether the text can be encoded: a lone surrogate (half of a character) cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def as_path(value: Any, name: str) -> str:
    text = as_text(value, name)
    return os.path.expanduser(text) if text else ""


def as_boolean(value: Any, name: str, default: bool) -> bool:
    if value is None or value == "":
        return default
    text = str(value).strip().lower()
    if text in ("true", "yes", "on", "1", "y", "t"):
        return True
    if text in ("false", "no", "off", "0", "n", "f"):
        return False
    raise SettingsError("%s is %r; it must be true or false." % (name, value))


def as_number(value: Any, name: str, default: Any, kind: Callable[[Any], Any], low: float, high: float) -> Any:
    if value is None:
        return default
    try:
        number = kind(value)
    except (TypeError, ValueError):
        number = None
    if number is None or isinstance(value, bool) or not low <= number <= high:
        what = "a number of seconds above 0" if kind is float else "a whole number from 0 to %d" % high
        raise SettingsError("%s is %r; it must be %s." % (name, value, what))
    return number


def as_url(value: str, name: str) -> str:
    """The URL without a trailing slash; a URL with credentials or a query is rejected, and the message does not repeat
    it."""
    try:
        parts = urlsplit(value.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in value.strip()):
        raise SettingsError(
            "%s is not a URL such as https://cloud.example.com:5000/v3." % name,
            hint="Write it with http:// or https://, a host name, and a port where it has one.",
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise SettingsError("%s must not hold a user name, a password, a query or a fragment." % name)
    return value.strip().rstrip("/")


def as_auth_url(value: str) -> str:
    url = as_url(value, "auth.auth_url")
    if url.endswith("/v2.0"):
        raise SettingsError(
            "auth.auth_url is the URL of Keystone v2.0; only v3 is supported.", hint="Use %s3." % url[:-3]
        )
    if url.endswith("/auth/tokens"):
        url = url[: -len("/auth/tokens")]
    return url if url.endswith("/v3") else url + "/v3"


def as_region(region: str) -> str:
    if not all(character.isalnum() or character in "-_" for character in region):
        raise SettingsError("region is %r; it is not the name of a region, such as cn-north-4." % region)
    return region


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_plain_http(url: str) -> bool:
    """Whether requests to the URL are unencrypted on the network; requests to this machine do not count."""
    if not url.lower().startswith("http://"):
        return False
    try:
        return not is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return True
