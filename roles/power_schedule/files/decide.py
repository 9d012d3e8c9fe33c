# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers their schedules want started or stopped now; JSON from standard input to standard output."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = {"days", "hours", "timezone", "closed", "only"}
STATES = ("started", "stopped")
#: The power states in which nothing is left to do, by the state that a schedule wants.
SATISFIED = {"started": {"running"}, "stopped": {"stopped", "suspended"}}
_HOURS = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")


class ScheduleError(Exception):
    """The declaration cannot be understood; the text says what is wrong with it."""


def weekdays(given):
    """The numbers of the days, Monday 0. ``fri-mon`` goes over the end of the week."""
    words = [given] if isinstance(given, str) else given
    found = set()
    for word in (part.strip().lower() for text in words for part in str(text).split(",")):
        first, dash, last = word.partition("-")
        if first[:3] not in DAYS or (dash and last.strip()[:3] not in DAYS):
            raise ScheduleError("days: %r is not a day; use %s, or a range such as mon-fri" % (word, ", ".join(DAYS)))
        begin = DAYS.index(first[:3])
        end = DAYS.index(last.strip()[:3]) if dash else begin
        found.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return found


def spans(given):
    """(begin, end) in minutes since midnight; an end that is not after its begin is on the next day."""
    found = []
    for text in [given] if isinstance(given, str) else given:
        match = _HOURS.fullmatch(str(text).strip())
        begin, end = (0, 0) if not match else (_minutes(*match.groups()[:2]), _minutes(*match.groups()[2:]))
        if not match or begin >= 24 * 60 or end > 24 * 60 or begin == end:
            raise ScheduleError("hours: %r is not of the form 07:00-19:00" % (text,))
        found.append((begin, end if end > begin else end + 24 * 60))
    return found


def _minutes(hour, minute):
    return int(hour) * 60 + int(minute) if int(minute) < 60 else 24 * 60 + 1


def is_open(schedule, now):
    """Whether a schedule's hours are now. Hours over midnight belong to the day on which they begin."""
    unknown = set(schedule) - KEYS
    if unknown:
        raise ScheduleError("there is no key %s; use %s" % (", ".join(sorted(unknown)), ", ".join(sorted(KEYS))))
    try:
        local = now.astimezone(ZoneInfo(schedule.get("timezone") or "UTC"))
    except (OSError, ValueError, LookupError):
        zone = schedule["timezone"]
        raise ScheduleError("timezone: %r is not known here; use a name such as Europe/Berlin" % zone) from None
    try:
        closed = {date.fromisoformat(str(text)) for text in schedule.get("closed") or ()}
    except ValueError:
        raise ScheduleError("closed: each is a date such as 2026-12-24") from None
    days = weekdays(schedule.get("days") or "mon-sun")
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        minute = local.hour * 60 + local.minute + back * 24 * 60
        if day.weekday() in days and day not in closed:
            if any(begin <= minute < end for begin, end in spans(schedule.get("hours") or "00:00-24:00")):
                return True
    return False


def moment(text):
    """The time to act for, aware; now where the text is empty."""
    if not text:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise ScheduleError("power_schedule_now: %r is not a time such as 2026-11-20T18:05:00Z" % text) from None
    if found.tzinfo is None:
        raise ScheduleError("power_schedule_now: %r lacks its offset; append Z or +01:00" % text)
    return found


def verdicts(schedules, now):
    """What each schedule wants now, ``started`` or ``stopped``, and ``None`` where it leaves that to others."""
    found = {}
    for name, schedule in schedules.items():
        only = (schedule or {}).get("only")
        if only not in (None, *STATES):
            raise ScheduleError("schedule %s: only: %r is neither started nor stopped" % (name, only))
        try:
            wanted = "started" if is_open(schedule or {}, now) else "stopped"
        except ScheduleError as error:
            raise ScheduleError("schedule %s: %s" % (name, error)) from None
        found[name] = wanted if only in (None, wanted) else None
    return found


def plan(servers, wanted, tag, protected):
    """{state: servers to bring there} and the servers whose tag names no schedule."""
    todo = {state: [] for state in STATES}
    strays = []
    prefix = tag + "="
    for server in servers:
        names = [text[len(prefix) :] for text in server["tags"] if text.startswith(prefix)]
        if not names or any(text in server["tags"] for text in protected):
            continue
        if any(name not in wanted for name in names):
            strays.append("%s (%s)" % (server["name"], ", ".join(name for name in names if name not in wanted)))
            continue
        wishes = {wanted[name] for name in names}
        # One open schedule is enough to be on, and one that leaves it to others is enough not to be stopped.
        state = "started" if "started" in wishes else None if None in wishes else "stopped"
        if state and server["power_state"] not in SATISFIED[state]:
            todo[state].append(server)
    return todo, strays


def main():
    given = json.load(sys.stdin)
    wanted = verdicts(given["schedules"], moment(given["now"]))
    work, strays = [], []
    for cloud in given["clouds"]:
        todo, lost = plan(cloud["servers"], wanted, given["tag"], given["protected"])
        strays.extend(lost)
        for state in STATES:
            if todo[state]:
                ids, names = ([server[key] for server in todo[state]] for key in ("id", "name"))
                work.append({"host": cloud["host"], "state": state, "ids": ids, "names": names})
    print(json.dumps({"schedules": wanted, "work": work, "strays": strays}))


if __name__ == "__main__":
    try:
        main()
    except ScheduleError as problem:
        sys.exit(str(problem))
