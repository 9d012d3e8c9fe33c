"""What the filter power_plan decides from schedules, tags and power states."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.filter.power_plan import power_plan
from ansible_collections.cloudserver.compute.plugins.plugin_utils import power_schedule, schedule_calendar, times

NOON = "2026-11-20T12:00:00Z"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    "schedule, when, wanted",
    [
        ({"hours": "07:00-19:00"}, "2026-11-20T06:59+00:00", False),
        ({"hours": "07:00-19:00"}, "2026-11-20T07:00+00:00", True),
        ({"hours": "07:00-19:00"}, "2026-11-20T18:59+00:00", True),
        ({"hours": "07:00-19:00"}, "2026-11-20T19:00+00:00", False),
        ({"hours": "07:00-19:00", "timezone": "Asia/Shanghai"}, "2026-11-19T23:30+00:00", True),
        # One hour earlier in UTC while summer time lasts.
        ({"hours": "07:00-19:00", "timezone": "Europe/Berlin"}, "2026-07-01T05:00+00:00", True),
        ({"hours": "07:00-19:00", "timezone": "Europe/Berlin"}, "2026-12-01T05:00+00:00", False),
        ({"days": "mon-fri"}, "2026-11-20T12:00+00:00", True),
        ({"days": "mon-fri"}, "2026-11-21T12:00+00:00", False),
        ({"days": "fri-mon"}, "2026-11-22T12:00+00:00", True),
        ({"days": "Friday"}, "2026-11-20T12:00+00:00", True),
        ({"days": ["wed", "sat"]}, "2026-11-20T12:00+00:00", False),
        # Hours over midnight belong to the day on which they begin.
        ({"days": "fri", "hours": "22:00-06:00"}, "2026-11-21T05:59+00:00", True),
        ({"days": "fri", "hours": "22:00-06:00"}, "2026-11-20T05:00+00:00", False),
        ({"days": "fri", "hours": "22:00-06:00", "closed": ["2026-11-20"]}, "2026-11-21T05:00+00:00", False),
        ({"hours": ["08:00-12:00", "13:00-18:00"]}, "2026-11-20T12:30+00:00", False),
        ({"closed": ["2026-12-24"]}, "2026-12-24T12:00+00:00", False),
        ({"closed": [date(2026, 12, 24)]}, "2026-12-24T12:00+00:00", False),
        ({}, "2026-11-20T00:00+00:00", True),
    ],
)
def test_hours(schedule: dict[str, Any], when: str, wanted: bool) -> None:
    assert power_schedule.is_open(schedule, at(when)) is wanted


@pytest.mark.parametrize(
    "schedule, words",
    [
        ({"hours": "7-19"}, "not of the form 07:00-19:00"),
        ({"hours": "07:00-25:00"}, "not of the form"),
        ({"hours": "07:60-08:00"}, "not of the form"),
        # 7:00 without quotes is 420 in YAML 1.1.
        ({"hours": 420}, "hours: 420 is not a string; put it in quotes"),
        ({"hours": [420]}, "hours: 420 is not a string; put it in quotes"),
        ({"hours": []}, "hours: the list is empty"),
        ({"days": 3}, "days: 3 is not a string"),
        ({"days": []}, "days: the list is empty"),
        ({"days": "monday-"}, "is not a day"),
        ({"days": "monkey"}, "days: 'monkey' is not a day"),
        ({"days": "holiday"}, "is not a day"),
        ({"timezone": "Mars/Olympus"}, "use a name such as"),
        ({"timezone": 8}, "use a name such as"),
        ({"closed": ["christmas"]}, "is not a list of dates"),
        ({"closed": 3}, "is not a list of dates"),
        ({"hour": "07:00-19:00"}, "there is no key hour"),
        ({"only": "off"}, "neither started nor stopped"),
        ({"only": ["started"]}, "neither started nor stopped"),
        (["07:00-19:00"], "it is not a mapping"),
        ("07:00-19:00", "it is not a mapping"),
    ],
)
def test_a_wrong_schedule_is_one_sentence_that_names_it(schedule: Any, words: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        power_plan([], {"office": schedule}, now=NOON)
    assert str(caught.value).startswith("schedule office: ")
    assert words in str(caught.value)


@pytest.mark.parametrize("schedules", [[], {}, None, "office", ["office"]])
def test_schedules_that_are_no_mapping_are_refused(schedules: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="schedules: give a mapping"):
        power_plan([], schedules, now=NOON)


def test_a_machine_without_time_zones_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    with pytest.raises(power_schedule.ScheduleError, match="install the Python package tzdata"):
        times.parse_zone("Nowhere/Known")


def machine(name: str, state: str, *tags: str, status: str = "ACTIVE") -> dict[str, Any]:
    return {"id": name, "name": name, "status": status, "power_state": state, "tags": list(tags)}


def test_which_servers_are_started_and_stopped() -> None:
    schedules = {
        "day": {"hours": "13:00-14:00"},
        "night": {"hours": "11:00-13:00"},
        "off": {"hours": "13:00-14:00"},
        "hands": {"hours": "13:00-14:00", "only": "started"},
    }
    fleet = [
        machine("a", "running", "schedule=day"),
        machine("b", "stopped", "schedule=day"),
        machine("c", "stopped", "schedule=night"),
        machine("d", "running", "schedule=day", "schedule=night"),
        machine("e", "running", "schedule=day", "schedule=hands"),
        machine("f", "running", "schedule=day", "protected"),
        machine("g", "running", "schedule=dya"),
        machine("h", "running"),
        machine("i", "suspended", "schedule=off"),
        machine("j", "error", "schedule=day", status="ERROR"),
        machine("k", "stopped", "schedule=day", status="ERROR"),
    ]
    found = power_plan(
        [{"host": "x", "servers": fleet}, {"host": "y", "servers": [machine("z", "running", "schedule=day")]}],
        schedules,
        protected_tags=["protected"],
        ignore_statuses=["error"],
        now=NOON,
    )
    assert found["schedules"] == {"day": "stopped", "night": "started", "off": "stopped", "hands": None}
    assert found["actions"] == [
        {"host": "x", "state": "started", "ids": ["c"], "names": ["c"], "pause": False},
        {"host": "x", "state": "stopped", "ids": ["a"], "names": ["a"], "pause": False},
        {"host": "y", "state": "stopped", "ids": ["z"], "names": ["z"], "pause": False},
    ]
    assert found["unknown_schedules"] == ["g (dya)"]
    # One that is where it is to be is not in the way.
    assert found["ignored"] == ["j (ERROR)"]


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-20T12:00:00"])
def test_a_time_without_its_offset_is_refused(text: str) -> None:
    with pytest.raises(AnsibleFilterError, match="^now: "):
        power_plan([], {"office": {}}, now=text)


# -- the calendar ----------------------------------------------------------------------------------------------------

#: The National Day holidays of 2026, and the Saturdays and Sundays that are worked for them.
CALENDAR = {"holidays": ["2026-10-01..2026-10-07", date(2026, 12, 25)], "workdays": ["2026-09-27", date(2026, 10, 10)]}


@pytest.mark.parametrize(
    "schedule, when, wanted",
    [
        ({"days": "mon-fri"}, "2026-10-01T12:00+00:00", False),
        ({"days": "mon-fri"}, "2026-10-07T12:00+00:00", False),
        ({"days": "mon-fri"}, "2026-10-08T12:00+00:00", True),
        ({"days": "mon-fri"}, "2026-12-25T12:00+00:00", False),
        # A Saturday that is worked; the next one is not.
        ({"days": "mon-fri"}, "2026-10-10T12:00+00:00", True),
        ({"days": "mon-fri"}, "2026-10-17T12:00+00:00", False),
        ({"days": "mon-thu"}, "2026-10-10T12:00+00:00", False),
        ({"days": "sat-sun"}, "2026-10-10T12:00+00:00", True),
        ({"days": "sat-sun"}, "2026-10-03T12:00+00:00", False),
        ({}, "2026-10-01T12:00+00:00", False),
        ({"calendar": False}, "2026-10-01T12:00+00:00", True),
        ({"days": "mon-fri", "calendar": False}, "2026-10-10T12:00+00:00", False),
        ({"days": "mon-fri", "closed": ["2026-10-10"]}, "2026-10-10T12:00+00:00", False),
        # The date is that of the schedule's time zone.
        ({"days": "mon-fri", "timezone": "Asia/Shanghai"}, "2026-10-07T15:00+00:00", False),
        ({"days": "mon-fri", "timezone": "Asia/Shanghai"}, "2026-10-07T17:00+00:00", True),
        # The night shift that began before the holiday ends in it.
        ({"days": "mon-fri", "hours": "22:00-06:00"}, "2026-10-01T05:00+00:00", True),
        ({"days": "mon-fri", "hours": "22:00-06:00"}, "2026-10-01T23:00+00:00", False),
        ({"days": "mon-fri", "hours": "22:00-06:00"}, "2026-10-08T05:00+00:00", False),
    ],
)
def test_holidays_and_workdays(schedule: dict[str, Any], when: str, wanted: bool) -> None:
    calendar = schedule_calendar.parse_calendar(CALENDAR)
    assert power_schedule.is_open(schedule, at(when), calendar) is wanted


@pytest.mark.parametrize(
    "calendar, words",
    [
        (["2026-10-01"], "it is not a mapping"),
        ({"holiday": []}, "there is no key holiday"),
        ({"holidays": "2026-10-01"}, "is not a list of dates"),
        ({"holidays": ["1 October"]}, "'1 October' is not a date"),
        ({"workdays": ["2026-02-30"]}, "workdays: '2026-02-30' is not a date"),
        ({"holidays": ["2026-10-07..2026-10-01"]}, "does not end within a year"),
        ({"holidays": ["2026-10-01..2027-10-07"]}, "does not end within a year"),
        ({"holidays": ["2026-10-01.."]}, "is not a date"),
        ({"holidays": ["2026-10-01..2026-10-07"], "workdays": ["2026-10-03"]}, "both a holiday and a workday"),
    ],
)
def test_a_wrong_calendar_is_one_sentence(calendar: Any, words: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        power_plan([], {"office": {}}, now=NOON, calendar=calendar)
    assert str(caught.value).startswith("calendar: ") and words in str(caught.value)


# -- overrides -------------------------------------------------------------------------------------------------------

CLOSED, OPEN = {"hours": "13:00-14:00"}, {"hours": "11:00-13:00"}


def states_of(fleet: list[dict[str, Any]], **options: Any) -> dict[str, str]:
    schedules = {"closed": CLOSED, "open": OPEN}
    clouds = [{"host": "x", "servers": fleet}]
    found = power_plan(clouds, schedules, now=NOON, override_tag="schedule-override", **options)
    return {name: action["state"] for action in found["actions"] for name in action["names"]}


def test_an_override_holds_until_its_time() -> None:
    later, now, past = ("until 2026-11-20T%s" % text for text in ("20:01+08:00", "20:00+08:00", "11:00Z"))
    fleet = [
        machine("a", "running", "schedule=closed", "schedule-override=running " + later),
        machine("b", "running", "schedule=closed", "schedule-override=running " + now),
        machine("c", "running", "schedule=closed", "schedule-override=running " + past),
        machine("d", "running", "schedule=open", "schedule-override=stopped " + later),
        machine("e", "stopped", "schedule=open", "schedule-override=ignore " + later),
        # It needs no schedule, and an unknown schedule does not matter as long as it holds.
        machine("f", "stopped", "schedule-override=running " + later),
        machine("g", "stopped", "schedule=opne", "schedule-override=running " + later),
        machine("h", "running", "schedule=closed", "schedule-override=running " + later, "protected"),
    ]
    wanted = {"b": "stopped", "c": "stopped", "d": "stopped", "f": "started", "g": "started"}
    assert states_of(fleet, protected_tags=["protected"]) == wanted


@pytest.mark.parametrize(
    "text", ["running", "running until tomorrow", "running until 2026-12-01", "on until 2026-12-01T08:00Z", ""]
)
def test_a_server_with_an_override_that_cannot_be_read_is_left_alone(text: str) -> None:
    server = machine("a", "running", "schedule=closed", "schedule-override=" + text)
    clouds = [{"host": "x", "servers": [server]}]
    found = power_plan(clouds, {"closed": CLOSED}, now=NOON, override_tag="schedule-override")
    assert found["actions"] == []
    assert len(found["invalid_overrides"]) == 1 and found["invalid_overrides"][0].startswith("a: ")


def test_an_override_of_a_schedule() -> None:
    fleet = [
        machine("a", "running", "schedule=closed"),
        machine("b", "running", "schedule=closed", "schedule-override=stopped until 2026-12-01T00:00Z"),
        machine("c", "stopped", "schedule=open"),
    ]
    overrides = {"closed": "running until 2026-12-01T08:00+08:00"}
    assert states_of(fleet, overrides=overrides) == {"b": "stopped", "c": "started"}
    for wrong, words in (
        ({"other": "running until 2026-12-01T08:00Z"}, "there is no schedule other"),
        ({"closed": "running"}, "overrides: closed: 'running' is not one of"),
        (["closed"], "give a mapping"),
    ):
        with pytest.raises(AnsibleFilterError, match=words):
            states_of([], overrides=wrong)


# -- the width of a start --------------------------------------------------------------------------------------------


@given(st.integers(0, 40), st.one_of(st.integers(0, 50), st.integers(1, 100).map("{}%".format)))
def test_every_server_is_started_once_and_not_too_many_at_a_time(number: int, width: int | str) -> None:
    fleet = [machine("s%d" % each, "stopped", "schedule=open") for each in range(number)]
    fleet += [machine("r%d" % each, "running", "schedule=closed") for each in range(number)]
    schedules = {"closed": CLOSED, "open": OPEN}
    actions = power_plan([{"host": "x", "servers": fleet}], schedules, now=NOON, start_batch=width)["actions"]
    started = [action for action in actions if action["state"] == "started"]
    assert [name for action in started for name in action["names"]] == ["s%d" % each for each in range(number)]
    assert [action["pause"] for action in started] == [place > 0 for place in range(len(started))]
    most = -(-number * int(width[:-1]) // 100) if isinstance(width, str) else width or number
    assert all(0 < len(action["ids"]) <= most for action in started)
    # Stops need no ramp.
    assert len([action for action in actions if action["state"] == "stopped"]) == (1 if number else 0)


@pytest.mark.parametrize("width", [-1, "ten", "0%", "101%", "10 %%", True, 1.5, None])
def test_a_wrong_width_is_refused(width: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="start_batch: "):
        power_plan([], {"office": {}}, now=NOON, start_batch=width)
