# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calendar of the role power_schedule, and the overrides of its schedules; pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.plugin_utils.times import InvalidDeclaration, parse_moment

KEYS = ("holidays", "workdays")
RUNNING, STOPPED, IGNORE = OVERRIDES = ("running", "stopped", "ignore")
#: A range that is longer is a mistake in its year.
_LONGEST_RANGE = 366
_OVERRIDE = re.compile(r"(\S+) until (\S+)")


@dataclass(frozen=True)
class Calendar:
    """``holidays``: the hours of a schedule do not begin. ``workdays``: days that count as Monday to Friday."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Override:
    """The power state of a server until a time, whatever its schedules say."""

    state: str
    until: datetime

    def is_active(self, now: datetime) -> bool:
        return now < self.until


def parse_calendar(given: Any) -> Calendar:
    """The calendar of a mapping with ``holidays`` and ``workdays``, lists of dates such as 2026-10-01 and of ranges
    such as 2026-10-01..2026-10-07, both days included; None is an empty one. Raises InvalidDeclaration."""
    if given is None:
        return Calendar()
    if not isinstance(given, Mapping):
        raise InvalidDeclaration("calendar: it is not a mapping; use the keys %s" % ", ".join(KEYS))
    unknown = sorted(str(key) for key in given if key not in KEYS)
    if unknown:
        raise InvalidDeclaration("calendar: there is no key %s; use %s" % (", ".join(unknown), ", ".join(KEYS)))
    found = Calendar(*(frozenset(_dates(key, given.get(key))) for key in KEYS))
    both = sorted(found.holidays & found.workdays)
    if both:
        raise InvalidDeclaration("calendar: %s is both a holiday and a workday" % both[0])
    return found


def _dates(key: str, given: Any) -> set[date]:
    if given is None:
        return set()
    if not isinstance(given, list):
        raise InvalidDeclaration("calendar: %s: %r is not a list of dates" % (key, given))
    found: set[date] = set()
    for value in given:
        # YAML parses a date as a date.
        first, dots, last = str(value).partition("..")
        begin = _date(key, first, value)
        end = _date(key, last, value) if dots else begin
        if not 0 <= (end - begin).days < _LONGEST_RANGE:
            raise InvalidDeclaration("calendar: %s: %s does not end within a year after it begins" % (key, value))
        found.update(begin + timedelta(days=number) for number in range((end - begin).days + 1))
    return found


def _date(key: str, text: str, value: Any) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        form = "a date such as 2026-10-01, or a range such as 2026-10-01..2026-10-07"
        raise InvalidDeclaration("calendar: %s: %r is not %s" % (key, str(value), form)) from None


def parse_override(text: Any) -> Override:
    """``running until 2026-12-01T08:00+08:00``; also ``stopped``, and ``ignore`` for a server that is left alone.
    Raises InvalidDeclaration."""
    match = _OVERRIDE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or match[1] not in OVERRIDES:
        form = "one of %s with a time, such as running until 2026-12-01T08:00+08:00" % ", ".join(OVERRIDES)
        raise InvalidDeclaration("%r is not %s" % (text, form))
    return Override(match[1], parse_moment(match[2], "until"))


def parse_overrides(given: Any, schedules: Mapping[Any, Any]) -> dict[str, Override]:
    """The overrides by the names of schedules. Raises InvalidDeclaration."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidDeclaration("overrides: give a mapping of names of schedules to overrides")
    found = {}
    for name, text in given.items():
        if name not in schedules:
            raise InvalidDeclaration("overrides: there is no schedule %s" % name)
        try:
            found[str(name)] = parse_override(text)
        except InvalidDeclaration as error:
            raise InvalidDeclaration("overrides: %s: %s" % (name, error)) from None
    return found
