"""Nova's error form, its roles, and the checks that its schemas make of a body."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import request

from simulator.http.call import Call, Malformed, Refusal

FAULT_KEYS = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    406: "computeFault",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    429: "overLimit",
    500: "computeFault",
}
LARGEST = 0x7FFFFFFF
#: Nova's message for an exception that it does not handle, before the class of the exception.
UNEXPECTED = "Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log. "
_METADATA_KEY = re.compile(r"[a-zA-Z0-9\-_:. ]{1,255}")
_TRUE = ("true", "1", "on", "yes")
_FALSE = ("false", "0", "off", "no")
Check = Callable[[str, Any], None]


def refuse(status: int, message: str) -> Refusal:
    """An error in Nova's form: {"conflictingRequest": {"code": 409, "message": …}}."""
    return Refusal(status, {FAULT_KEYS[status]: {"code": status, "message": message}})


def invalid(name: str, value: Any, why: str) -> Refusal:
    """A value that the schema refuses. Nova repeats the value, even a password: a client must redact it."""
    return refuse(400, "Invalid input for field/attribute %s. Value: %s. %s" % (name, value, why))


def forbid(rule: str) -> Refusal:
    return refuse(403, "Policy doesn't allow %s to be performed." % rule)


def need_admin(call: Call, rule: str) -> None:
    if not call.is_admin:
        raise forbid("os_compute_api:" + rule)


def need_member(call: Call, rule: str) -> None:
    """Refuses the role `reader`."""
    assert call.token is not None
    if not {"admin", "member"} & set(call.token.roles):
        raise forbid("os_compute_api:" + rule)


def required_value(call: Call, key: str) -> Any:
    """The value of the body's only key. Raises Refusal."""
    body = call.body
    # Nova ignores a body of another content type.
    if request.mimetype != "application/json" or isinstance(body, Malformed) or not isinstance(body, dict) or not body:
        raise refuse(400, "Malformed request body")
    if key not in body:
        raise invalid(key, body, "%r is a required property" % key)
    if len(body) > 1:
        raise invalid(key, body, "Additional properties are not allowed")
    return body[key]


def check_fields(name: str, value: Any, known: Mapping[str, Check], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The object `value`, with known and valid fields."""
    if not isinstance(value, dict):
        raise invalid(name, value, "%r is not of type 'object'" % (value,))
    for field in required:
        if field not in value:
            raise invalid(name, value, "%r is a required property" % field)
    for field, given in value.items():
        if field not in known:
            raise invalid(name, value, "Additional properties are not allowed (%r was unexpected)" % field)
        known[field](field, given)
    return value


def text(low: int = 1, high: int = 255, pattern: str | None = None, null: bool = False) -> Check:
    """A string with limits of its length; `pattern` must match the whole string."""

    def check(name: str, value: Any) -> None:
        if value is None and null:
            return
        if not isinstance(value, str):
            raise invalid(name, value, "%r is not of type 'string'" % (value,))
        if len(value) < low:
            raise invalid(name, value, "%r is too short" % value)
        if len(value) > high:
            raise invalid(name, value, "%r is too long" % value)
        if pattern is not None and not re.fullmatch(pattern, value):
            raise invalid(name, value, "%r does not match %r" % (value, pattern))

    return check


def title(name: str, value: Any) -> None:
    """A name: 1 to 255 printable characters without leading or trailing spaces."""
    text()(name, value)
    if value != value.strip() or not value.isprintable():
        raise invalid(
            name, value, "%r is not a 'name': printable characters. Can not start or end with whitespace." % value
        )


def number(low: int) -> Check:
    """An integer, or a string of digits."""

    def check(name: str, value: Any) -> None:
        digits = isinstance(value, str) and re.fullmatch(r"[0-9]+", value)
        if isinstance(value, bool) or not (isinstance(value, int) or digits):
            raise invalid(name, value, "%r is not of type 'integer', 'string'" % (value,))
        if int(value) < low:
            raise invalid(name, value, "%s is less than the minimum of %d" % (value, low))
        if int(value) > LARGEST:
            raise invalid(name, value, "%s is greater than the maximum of %d" % (value, LARGEST))

    return check


def boolean(name: str, value: Any) -> None:
    if not isinstance(value, bool) and not (isinstance(value, str) and value.lower() in _TRUE + _FALSE):
        raise invalid(name, value, "%r is not one of [True, 'true', '1', …]" % (value,))


def is_true(value: Any) -> bool:
    return value is True or str(value).lower() in _TRUE


def unchecked(_name: str, _value: Any) -> None:
    """Accepts any value."""


def encoded(name: str, value: Any) -> None:
    """base64, at most 65535 characters, or null."""
    text(0, 65535, null=True)(name, value)
    try:
        base64.b64decode(value or "", validate=True)
    except (binascii.Error, ValueError):
        raise invalid(name, value, "%r is not a 'base64'" % value) from None


def metadata(null: bool = False, numbers: bool = False, in_bytes: bool = False) -> Check:
    """A mapping of strings to strings of at most 255 characters, or with `in_bytes` 255 bytes; `null` allows null,
    `numbers` numbers."""

    def check(name: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise invalid(name, value, "%r is not of type 'object'" % (value,))
        for key, item in value.items():
            if not _METADATA_KEY.fullmatch(key):
                raise invalid(name, value, "Additional properties are not allowed (%r was unexpected)" % key)
            if item is None and null:
                continue
            if numbers and isinstance(item, (int, float)) and not isinstance(item, bool):
                continue
            if not isinstance(item, str):
                raise invalid(key, item, "%r is not of type 'string'" % (item,))
            if len(item.encode() if in_bytes else item) > 255:
                raise invalid(key, item, "%r is too long" % item)

    return check
