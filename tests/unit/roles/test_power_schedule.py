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

from ansible_collections.cloudserver.compute.plugins.filter.power_plan import power_plan
from ansible_collections.cloudserver.compute.plugins.plugin_utils import power_schedule, times

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
        {"host": "x", "state": "started", "ids": ["c"], "names": ["c"]},
        {"host": "x", "state": "stopped", "ids": ["a"], "names": ["a"]},
        {"host": "y", "state": "stopped", "ids": ["z"], "names": ["z"]},
    ]
    assert found["unknown_schedules"] == ["g (dya)"]
    # One that is where it is to be is not in the way.
    assert found["ignored"] == ["j (ERROR)"]


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-20T12:00:00"])
def test_a_time_without_its_offset_is_refused(text: str) -> None:
    with pytest.raises(AnsibleFilterError, match="^now: "):
        power_plan([], {"office": {}}, now=text)
