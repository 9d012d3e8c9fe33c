# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times and time zones in the variables of roles, and in what clouds return."""

from __future__ import annotations

from datetime import date, datetime, timezone, tzinfo
from typing import Any

import zoneinfo


class InvalidDeclaration(Exception):
    """The variables of a role are invalid; the message is one sentence with the reason."""


def parse_zone(given: Any) -> tzinfo:
    """The time zone with a name such as ``Asia/Shanghai``; None is UTC. Raises InvalidDeclaration."""
    if given is None or given == "UTC":
        return timezone.utc
    try:
        return zoneinfo.ZoneInfo(str(given))
    except (OSError, ValueError, LookupError):
        if not zoneinfo.available_timezones():
            why = "this machine has no time zone database; install the Python package tzdata"
        else:
            why = "it is unknown on this machine; use a name such as Asia/Shanghai"
        raise InvalidDeclaration("timezone: %r cannot be used: %s" % (given, why)) from None


def parse_moment(text: Any, option: str = "now") -> datetime:
    """A time with its offset; the present time if the text is empty. Raises InvalidDeclaration."""
    if text is None or text == "":
        return datetime.now(timezone.utc)
    try:
        found = text if isinstance(text, datetime) else datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        raise InvalidDeclaration("%s: %r is not a time such as 2026-11-20T18:05:00Z" % (option, text)) from None
    if found.tzinfo is None:
        raise InvalidDeclaration("%s: %r has no offset; append Z or +08:00" % (option, str(text)))
    return found


def cloud_moment(text: Any) -> datetime | None:
    """A time that a cloud returned, in UTC if it names no offset; None if it is not a time."""
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def cloud_day(text: Any, zone: tzinfo) -> date | None:
    """The date of a time that a cloud returned, in this time zone; None if it is not a time."""
    found = cloud_moment(text)
    return found.astimezone(zone).date() if found else None


def whole_number(option: str, given: Any, minimum: int, maximum: int = 36500) -> int:
    """A number, also as the text of a survey. Raises InvalidDeclaration."""
    try:
        found = int(str(given))
    except ValueError:
        found = minimum - 1
    if isinstance(given, bool) or not minimum <= found <= maximum:
        raise InvalidDeclaration("%s: %r is not a number from %d to %d" % (option, given, minimum, maximum))
    return found


def text_list(option: str, given: Any) -> tuple[str, ...]:
    """A list of strings; a string is split at commas, as surveys give lists. Raises InvalidDeclaration."""
    values = given.split(",") if isinstance(given, str) else given
    if not isinstance(values, (list, tuple)) or not all(isinstance(value, str) for value in values):
        raise InvalidDeclaration("%s: %r is not a list of strings" % (option, given))
    return tuple(str(value).strip() for value in values if value.strip())
