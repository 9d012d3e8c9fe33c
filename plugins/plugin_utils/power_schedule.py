# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evaluates schedules of servers at a given time; pure functions over server records."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.plugin_utils.schedule_calendar import (
    IGNORE,
    RUNNING,
    STOPPED,
    Calendar,
    Override,
    parse_calendar,
    parse_override,
    parse_overrides,
)
from ansible_collections.cloudserver.compute.plugins.plugin_utils.times import (
    InvalidDeclaration,
    parse_moment,
    parse_zone,
)

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KEYS = ("calendar", "closed", "days", "hours", "only", "timezone")
STATES = ("started", "stopped")
#: The power states in which nothing must be done, by the state of a schedule.
SATISFIED = {"started": {"running"}, "stopped": {"stopped", "suspended"}}
_HOURS = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
_MIDNIGHT = 24 * 60
NO_CALENDAR = Calendar()
WORKING_WEEK = {0, 1, 2, 3, 4}
_STATE_OF = {RUNNING: "started", STOPPED: "stopped", IGNORE: None}


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


def is_open(schedule: Mapping[str, Any], now: datetime, calendar: Calendar = NO_CALENDAR) -> bool:
    """Whether the hours of a schedule include this time. Hours that cross midnight belong to the day on which they
    begin. A workday of the calendar counts as one of the days of a schedule that has all days from Monday to Friday.
    Raises ScheduleError."""
    unknown = sorted(str(key) for key in schedule if key not in KEYS)
    if unknown:
        raise ScheduleError("there is no key %s; use %s" % (", ".join(unknown), ", ".join(KEYS)))
    local = now.astimezone(parse_zone(schedule.get("timezone")))
    closed = parse_closed(schedule.get("closed"))
    days = parse_days(schedule.get("days"))
    if schedule.get("calendar") not in (None, True, False):
        raise ScheduleError("calendar: %r is neither true nor false" % (schedule["calendar"],))
    if schedule.get("calendar") is False:
        calendar = NO_CALENDAR
    extra = calendar.workdays if days >= WORKING_WEEK else frozenset()
    hours = parse_hours(schedule.get("hours"))
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        minute = local.hour * 60 + local.minute + back * _MIDNIGHT
        is_day = (day.weekday() in days and day not in calendar.holidays) or day in extra
        if is_day and day not in closed and any(begin <= minute < end for begin, end in hours):
            return True
    return False


def wanted_states(schedules: Any, now: datetime, calendar: Calendar = NO_CALENDAR) -> dict[str, str | None]:
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
            wanted = "started" if is_open(schedule, now, calendar) else "stopped"
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
    calendar: Any = None,
    overrides: Any = None,
    override_tag: str = "",
    start_batch: Any = 0,
) -> dict[str, Any]:
    """The actions at the time ``now``.

    ``clouds``: mappings with ``host`` and ``servers``, records with id, name, status, power_state and tags. The result
    has ``schedules`` (their states), ``actions`` (a list of host, state, ids, names, and pause: whether it comes some
    time after the action before it), ``overridden``, ``invalid_overrides``, ``unknown_schedules`` and ``ignored``
    (lists of strings that name servers). Raises ScheduleError.
    """
    moment = parse_moment(now)
    wanted = wanted_states(schedules, moment, parse_calendar(calendar))
    width = parse_width(start_batch)
    lists = ("actions", "overridden", "invalid_overrides", "unknown_schedules", "ignored")
    found: dict[str, Any] = {"schedules": wanted, **{name: [] for name in lists}}
    statuses = {str(status).upper() for status in ignore_statuses}
    by_schedule = parse_overrides(overrides, schedules)
    for cloud in clouds:
        todo: dict[str, list[Mapping[str, Any]]] = {state: [] for state in STATES}
        for server in cloud["servers"]:
            if any(text in server["tags"] for text in protected_tags):
                continue
            state = _state_of(server, wanted, found, tag, override_tag, by_schedule, moment)
            if state is None or server["power_state"] in SATISFIED[state]:
                continue
            if str(server.get("status") or "").upper() in statuses:
                found["ignored"].append("%s (%s)" % (server["name"], server["status"]))
                continue
            todo[state].append(server)
        found["actions"] += _actions(cloud["host"], "started", todo["started"], width)
        found["actions"] += _actions(cloud["host"], "stopped", todo["stopped"], None)
    return found


def _state_of(
    server: Mapping[str, Any],
    wanted: Mapping[str, str | None],
    found: dict[str, Any],
    tag: str,
    override_tag: str,
    by_schedule: Mapping[str, Override],
    now: datetime,
) -> str | None:
    """The state of a server now; None if it must be left alone. Its own override comes before that of a schedule."""
    names = _schedules_of(server, tag)
    try:
        own = [parse_override(text) for text in _schedules_of(server, override_tag)] if override_tag else []
        if len(own) > 1:
            raise ScheduleError("it has %d tags %s" % (len(own), override_tag))
    except ScheduleError as error:
        found["invalid_overrides"].append("%s: %s" % (server["name"], error))
        return None
    active = [
        each for each in (own or [by_schedule[name] for name in names if name in by_schedule]) if each.is_active(now)
    ]
    if active:
        until = max(each.until for each in active)
        state = _combined({_STATE_OF[each.state] for each in active})
        found["overridden"].append("%s (%s until %s)" % (server["name"], state or IGNORE, until.isoformat()))
        return state
    unknown = [name for name in names if name not in wanted]
    if unknown:
        found["unknown_schedules"].append("%s (%s)" % (server["name"], ", ".join(unknown)))
    return None if unknown or not names else _combined({wanted[name] for name in names})


def parse_width(given: Any) -> tuple[int, bool]:
    """The number of servers to start at a time, and whether it is a percentage; 0 is no limit. Raises ScheduleError."""
    text = str(given).strip()
    number, is_percent = text.removesuffix("%"), text.endswith("%")
    if (
        isinstance(given, bool)
        or not (number.isascii() and number.isdigit())
        or (is_percent and not 0 < int(number) <= 100)
    ):
        raise ScheduleError("start_batch: %r is neither a number of servers nor a percentage such as 10%%" % (given,))
    return int(number), is_percent


def _actions(
    host: str, state: str, servers: Sequence[Mapping[str, Any]], width: tuple[int, bool] | None
) -> list[dict[str, Any]]:
    """One action, or one for each batch of servers; a percentage is of these servers, rounded up."""
    number, is_percent = width or (0, False)
    size = -(-len(servers) * number // 100) if is_percent else number
    found = []
    for at in range(0, len(servers), size or len(servers) or 1):
        batch = servers[at : at + (size or len(servers))]
        ids, names = ([server[key] for server in batch] for key in ("id", "name"))
        found.append({"host": host, "state": state, "ids": ids, "names": names, "pause": at > 0})
    return found


def _schedules_of(server: Mapping[str, Any], tag: str) -> list[str]:
    prefix = tag + "="
    return [text[len(prefix) :] for text in server["tags"] if text.startswith(prefix)]


def _combined(states: set[str | None]) -> str | None:
    """One open schedule starts a server, and a schedule without a state keeps it from being stopped."""
    return "started" if "started" in states else None if None in states else "stopped"
