# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evaluates schedules of servers at a given time; pure functions over server records."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.plugin_utils.times import (
    InvalidDeclaration,
    parse_moment,
    parse_zone,
)

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KEYS = ("closed", "days", "hours", "only", "timezone")
STATES = ("started", "stopped")
#: The power states in which nothing must be done, by the state of a schedule.
SATISFIED = {"started": {"running"}, "stopped": {"stopped", "suspended"}}
_HOURS = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
_MIDNIGHT = 24 * 60


#: The declaration is invalid; the message is one sentence with the reason.
ScheduleError = InvalidDeclaration


def parse_days(given: Any) -> set[int]:
    """The numbers of the days, Monday 0, of ``mon-fri``, ``saturday`` or a list of such strings; None is every day.
    ``fri-mon`` crosses the end of the week. Raises ScheduleError."""
    if given is None:
        return set(range(7))
    found: set[int] = set()
    for text in _texts("days", given):
        for word in (part.strip() for part in text.split(",")):
            first, dash, last = word.partition("-")
            begin = _day(first, word)
            end = _day(last, word) if dash else begin
            found.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return found


def _day(text: str, word: str) -> int:
    wanted = text.strip().lower()
    for number, name in enumerate(DAYS):
        if wanted in (name, name[:3]):
            return number
    short = ", ".join(name[:3] for name in DAYS)
    raise ScheduleError("days: %r is not a day; use %s, or a range such as mon-fri" % (word, short))


def parse_hours(given: Any) -> list[tuple[int, int]]:
    """(begin, end) in minutes since midnight; an end that is not after its begin is on the next day; None is all day.
    Raises ScheduleError."""
    if given is None:
        return [(0, _MIDNIGHT)]
    found = []
    for text in _texts("hours", given):
        match = _HOURS.fullmatch(text.strip())
        begin, end = (_minutes(*match.groups()[:2]), _minutes(*match.groups()[2:])) if match else (0, 0)
        if begin >= _MIDNIGHT or end > _MIDNIGHT or begin == end:
            raise ScheduleError("hours: %r is not of the form 07:00-19:00" % text)
        found.append((begin, end if end > begin else end + _MIDNIGHT))
    return found


def _minutes(hour: str, minute: str) -> int:
    return int(hour) * 60 + int(minute) if int(minute) < 60 else _MIDNIGHT + 1


def _texts(key: str, given: Any) -> list[str]:
    """A string, or a list of strings that is not empty."""
    values = [given] if isinstance(given, str) else given
    if not isinstance(values, list):
        # YAML 1.1 parses 7:00 as a number.
        raise ScheduleError("%s: %r is not a string; put it in quotes" % (key, given))
    if not values:
        raise ScheduleError("%s: the list is empty; leave it out to apply to all" % key)
    for value in values:
        if not isinstance(value, str):
            raise ScheduleError("%s: %r is not a string; put it in quotes" % (key, value))
    return [str(value) for value in values]


def parse_closed(given: Any) -> set[date]:
    """The dates on which the hours do not begin. Raises ScheduleError."""
    if given is None:
        return set()
    values = [given] if isinstance(given, (str, date)) else given
    try:
        if not isinstance(values, list):
            raise ValueError
        return {date.fromisoformat(str(value)) for value in values}
    except ValueError:
        raise ScheduleError("closed: %r is not a list of dates such as 2026-12-24" % (given,)) from None


def is_open(schedule: Mapping[str, Any], now: datetime) -> bool:
    """Whether the hours of a schedule include this time. Hours that cross midnight belong to the day on which they
    begin. Raises ScheduleError."""
    unknown = sorted(str(key) for key in schedule if key not in KEYS)
    if unknown:
        raise ScheduleError("there is no key %s; use %s" % (", ".join(unknown), ", ".join(KEYS)))
    local = now.astimezone(parse_zone(schedule.get("timezone")))
    closed = parse_closed(schedule.get("closed"))
    days = parse_days(schedule.get("days"))
    hours = parse_hours(schedule.get("hours"))
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        minute = local.hour * 60 + local.minute + back * _MIDNIGHT
        if day.weekday() in days and day not in closed and any(begin <= minute < end for begin, end in hours):
            return True
    return False


def wanted_states(schedules: Any, now: datetime) -> dict[str, str | None]:
    """The state of each schedule at this time: ``started`` or ``stopped``; ``None`` if its ``only`` excludes it. Raises
    ScheduleError."""
    if not isinstance(schedules, Mapping) or not schedules:
        raise ScheduleError("schedules: give a mapping of names to schedules, such as office: {days: mon-fri}")
    found: dict[str, str | None] = {}
    for name, given in schedules.items():
        schedule = {} if given is None else given
        try:
            if not isinstance(schedule, Mapping):
                raise ScheduleError("it is not a mapping; use the keys %s" % ", ".join(KEYS))
            only = schedule.get("only")
            if only is not None and only not in STATES:
                raise ScheduleError("only: %r is neither started nor stopped" % (only,))
            wanted = "started" if is_open(schedule, now) else "stopped"
        except ScheduleError as error:
            raise ScheduleError("schedule %s: %s" % (name, error)) from None
        found[str(name)] = wanted if only in (None, wanted) else None
    return found


def plan(
    clouds: Iterable[Mapping[str, Any]],
    schedules: Any,
    tag: str = "schedule",
    protected_tags: Sequence[str] = (),
    now: Any = None,
    ignore_statuses: Sequence[str] = (),
) -> dict[str, Any]:
    """The actions at the time ``now``.

    ``clouds``: mappings with ``host`` and ``servers``, records with id, name, status, power_state and tags. The result
    has ``schedules`` (their states), ``actions`` (a list of host, state, ids, names), ``unknown_schedules`` and
    ``ignored`` (lists of strings that name servers). Raises ScheduleError.
    """
    wanted = wanted_states(schedules, parse_moment(now))
    statuses = {str(status).upper() for status in ignore_statuses}
    found: dict[str, Any] = {"schedules": wanted, "actions": [], "unknown_schedules": [], "ignored": []}
    for cloud in clouds:
        todo: dict[str, list[Mapping[str, Any]]] = {state: [] for state in STATES}
        for server in cloud["servers"]:
            names = _schedules_of(server, tag)
            if not names or any(text in server["tags"] for text in protected_tags):
                continue
            unknown = [name for name in names if name not in wanted]
            if unknown:
                found["unknown_schedules"].append("%s (%s)" % (server["name"], ", ".join(unknown)))
                continue
            state = _combined({wanted[name] for name in names})
            if state is None or server["power_state"] in SATISFIED[state]:
                continue
            if str(server.get("status") or "").upper() in statuses:
                found["ignored"].append("%s (%s)" % (server["name"], server["status"]))
                continue
            todo[state].append(server)
        for state in STATES:
            if todo[state]:
                ids, server_names = ([server[key] for server in todo[state]] for key in ("id", "name"))
                found["actions"].append({"host": cloud["host"], "state": state, "ids": ids, "names": server_names})
    return found


def _schedules_of(server: Mapping[str, Any], tag: str) -> list[str]:
    prefix = tag + "="
    return [text[len(prefix) :] for text in server["tags"] if text.startswith(prefix)]


def _combined(states: set[str | None]) -> str | None:
    """One open schedule starts a server, and a schedule without a state keeps it from being stopped."""
    return "started" if "started" in states else None if None in states else "stopped"
