# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking answers apart that may hold anything: what is of another kind than documented counts as not told."""

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
            "Could not %s: the answer has no %s" % (what, key),
            hint="Something between here and the service may have answered; check endpoint and proxy.",
        )
    return found


def mapping(value: Any) -> Mapping[str, Any]:
    """The mapping, and an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list, and none of anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def identified(listed: Any, key: str, what: str) -> list[Mapping[str, Any]]:
    """The mappings of a list, each with a text under ``key``.

    A task decides by such a list what is there. An entry that is left out would be taken for a thing that does not
    exist, so one without an id is a InvalidResponse. ``what`` is the operation as an infinitive.
    """
    found = mappings(listed)
    if len(found) != len(listed) or not all(text(each.get(key)) for each in found):
        raise InvalidResponse("Could not %s: an entry of the list has no %s" % (what, key))
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


def identity(data: Any) -> str:
    """The id of a server, the one thing without which it cannot be spoken of. Raises InvalidResponse."""
    found = mapping(data).get("id")
    if not found:
        raise InvalidResponse("The cloud tells of a server that has no id")
    return str(found)


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
