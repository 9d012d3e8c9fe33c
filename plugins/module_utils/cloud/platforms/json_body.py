# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parses response bodies of any content: fields of an unexpected type are treated as missing.

Ids, names and the entries of a list are the exception: a task uses them to decide what exists, so an invalid one would
look like a missing resource. They raise InvalidResponse.
"""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import OTHER_SENDER, InvalidResponse


def part_of(body: Any, key: str, what: str, kind: type = dict) -> Any:
    """The value in a response under a key. Raises InvalidResponse for an unexpected type. ``what`` is the operation as
    an infinitive."""
    found = body.get(key) if isinstance(body, dict) else None
    if not isinstance(found, kind):
        raise InvalidResponse(
            "Could not %s: the response has no %s" % (what, key),
            hint=OTHER_SENDER,
        )
    return found


def mapping(value: Any) -> Mapping[str, Any]:
    """The mapping, or an empty one for any other type."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list, or an empty list for any other type."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def records(listed: Any, what: str) -> list[Mapping[str, Any]]:
    """The entries of a list. Raises InvalidResponse if one is not a mapping; ``what`` is the operation as an
    infinitive."""
    found = mappings(listed)
    if len(found) != len(listed):
        raise InvalidResponse("Could not %s: an entry of the list is not a JSON object" % what)
    return found


def identified(listed: Any, key: str, what: str) -> list[Mapping[str, Any]]:
    """The entries of a list, each with a string under ``key``. Raises InvalidResponse if one has none; ``what`` is the
    operation as an infinitive."""
    found = records(listed, what)
    if not all(isinstance(each.get(key), str) and each[key] for each in found):
        raise InvalidResponse("Could not %s: an entry of the list has no %s" % (what, key))
    return found


def name_in(data: Mapping[str, Any], kind: str, key: str = "name") -> str | None:
    """The name in a record, ``None`` if it has none. Raises InvalidResponse if it is not a string; ``kind`` is the type
    of the record, with its article."""
    found = data.get(key)
    if found is not None and not isinstance(found, str):
        raise InvalidResponse("The cloud returned %s with a %s that is not a string" % (kind, key))
    return found


def id_in(data: Any, kind: str, key: str = "id") -> str:
    """The id in a record, which every request needs. Raises InvalidResponse; ``kind`` as above."""
    found = mapping(data).get(key)
    if not isinstance(found, str) or not found:
        raise InvalidResponse("The cloud returned %s without %s" % (kind, key))
    return found


def text(value: Any) -> str | None:
    """The string, also if the cloud returned a number; ``None`` for any other type."""
    # The two most frequent types come first: this runs for every field of every server.
    if value is None or value.__class__ is str:
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def texts(value: Any) -> tuple[str, ...]:
    """The strings of a list, or an empty list for any other type."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def number(value: Any) -> float | None:
    """The number as the cloud returned it; ``None`` for any other type, and for a number out of the range of a
    float."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def boolean(value: Any) -> bool | None:
    """The boolean, also if the cloud returned it as a string; ``None`` for any other value."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def integer(value: Any) -> int | None:
    """The number, also if the cloud returned a string; ``None`` for any other value."""
    # The most frequent type comes first.
    if value.__class__ is int:
        return int(value)
    if value is None or isinstance(value, bool):
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None
