# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking answers apart that may hold anything: what is of another kind than documented counts as not told.

Ids, names and the entries of a list are the exception: by them a task decides what is there, so that one which cannot
be read would be taken for a thing that does not exist. They are an InvalidResponse.
"""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import InvalidResponse


def part_of(body: Any, key: str, what: str, kind: type = dict) -> Any:
    """What an answer holds under a key. Raises InvalidResponse where it is of another kind.

    ``what`` is the operation as an infinitive.
    """
    found = body.get(key) if isinstance(body, dict) else None
    if not isinstance(found, kind):
        raise InvalidResponse(
            "Could not %s: the response has no %s" % (what, key),
            hint="A proxy or gateway may have responded instead of the service; check endpoint and proxy.",
        )
    return found


def mapping(value: Any) -> Mapping[str, Any]:
    """The mapping, and an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list, and none of anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def records(listed: Any, what: str) -> list[Mapping[str, Any]]:
    """The entries of a list. Raises InvalidResponse where one is no mapping; ``what`` is the operation as an
    infinitive."""
    found = mappings(listed)
    if len(found) != len(listed):
        raise InvalidResponse("Could not %s: an entry of the list is not a JSON object" % what)
    return found


def identified(listed: Any, key: str, what: str) -> list[Mapping[str, Any]]:
    """The entries of a list, each with a text under ``key``. Raises InvalidResponse where one has none; ``what`` is
    the operation as an infinitive."""
    found = records(listed, what)
    if not all(isinstance(each.get(key), str) and each[key] for each in found):
        raise InvalidResponse("Could not %s: an entry of the list has no %s" % (what, key))
    return found


def name_in(data: Mapping[str, Any], kind: str, key: str = "name") -> str | None:
    """The name of a record, ``None`` where it has none. Raises InvalidResponse for one that is no text; ``kind`` is
    what the record is of, with its article."""
    found = data.get(key)
    if found is not None and not isinstance(found, str):
        raise InvalidResponse("The cloud returned %s with a %s that is not a string" % (kind, key))
    return found


def id_in(data: Any, kind: str, key: str = "id") -> str:
    """The id of a record, without which nothing can be asked of it. Raises InvalidResponse; ``kind`` as above."""
    found = mapping(data).get(key)
    if not isinstance(found, str) or not found:
        raise InvalidResponse("The cloud returned %s without %s" % (kind, key))
    return found


def text(value: Any) -> str | None:
    """The text, also where the cloud wrote a number; ``None`` for anything else."""
    # The two that nearly all are come first: this runs for every field of every server.
    if value is None or value.__class__ is str:
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list, and none of anything else."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def number(value: Any) -> float | None:
    """The number as the cloud wrote it; ``None`` for anything else, and for one that no float holds."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def integer(value: Any) -> int | None:
    """The number, whether the cloud wrote it as a number or as text; ``None`` for neither."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None
