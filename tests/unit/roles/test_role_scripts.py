"""What the roles decide, count and generate: the scripts in their files, which speak JSON."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import importlib.util
import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

ROLES = Path(__file__).resolve().parents[3] / "roles"


def script(role: str, name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"{role}_{name}", ROLES / role / "files" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


decide = script("power_schedule", "decide")
figures = script("fleet_report", "figures")


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
        ({"days": ["wed", "sat"]}, "2026-11-20T12:00+00:00", False),
        # Hours over midnight belong to the day on which they begin.
        ({"days": "fri", "hours": "22:00-06:00"}, "2026-11-21T05:59+00:00", True),
        ({"days": "fri", "hours": "22:00-06:00"}, "2026-11-20T05:00+00:00", False),
        ({"days": "fri", "hours": "22:00-06:00", "closed": ["2026-11-20"]}, "2026-11-21T05:00+00:00", False),
        ({"hours": ["08:00-12:00", "13:00-18:00"]}, "2026-11-20T12:30+00:00", False),
        ({"closed": ["2026-12-24"]}, "2026-12-24T12:00+00:00", False),
        ({}, "2026-11-20T00:00+00:00", True),
    ],
)
def test_hours(schedule: dict[str, Any], when: str, wanted: bool) -> None:
    assert decide.is_open(schedule, at(when)) is wanted


@pytest.mark.parametrize(
    "schedule, words",
    [
        ({"hours": "7-19"}, "not of the form"),
        ({"hours": "07:00-25:00"}, "not of the form"),
        ({"hours": "07:60-08:00"}, "not of the form"),
        ({"days": "monday-"}, "is not a day"),
        ({"days": "holiday"}, "is not a day"),
        ({"timezone": "Mars/Olympus"}, "is not known here"),
        ({"closed": ["christmas"]}, "is a date"),
        ({"hour": "07:00-19:00"}, "there is no key hour"),
        ({"only": "off"}, "neither started nor stopped"),
    ],
)
def test_a_schedule_that_is_not_understood_is_named(schedule: dict[str, Any], words: str) -> None:
    with pytest.raises(decide.ScheduleError, match="schedule office: .*" + words):
        decide.verdicts({"office": schedule}, at("2026-11-20T12:00+00:00"))


def machine(name: str, state: str, *tags: str) -> dict[str, Any]:
    return {"id": name, "name": name, "power_state": state, "tags": list(tags)}


def test_who_is_started_and_stopped() -> None:
    wanted = {"day": "stopped", "night": "started", "off": "stopped", "hands": None}
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
    ]
    todo, strays = decide.plan(fleet, wanted, "schedule", ["protected"])
    assert [each["id"] for each in todo["stopped"]] == ["a"]
    assert [each["id"] for each in todo["started"]] == ["c"]
    assert strays == ["g (dya)"]


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-20T12:00:00"])
def test_a_time_without_its_offset_is_refused(text: str) -> None:
    with pytest.raises(decide.ScheduleError, match="power_schedule_now"):
        decide.moment(text)


def record(**own: Any) -> dict[str, Any]:
    base = {
        "id": "1", "name": "web", "status": "ACTIVE", "power_state": "running", "platform": "openstack",
        "region": "RegionOne", "availability_zone": "nova",
        "flavor": {"id": "2", "name": "m1", "vcpus": 1, "ram_mb": 512},
        "image": {"id": None, "name": None}, "private_ips": ["10.0.0.1"], "public_ips": [], "tags": ["b", "a"],
        "created": "2026-11-10T10:00:00Z",
    }  # fmt: skip
    return {**base, **own}


def test_figures() -> None:
    fleet = [record(), record(id="2", name=None, power_state="odd", created=None, flavor={}, tags=[], region=None)]
    found = figures.figures(fleet, date(2026, 11, 20))
    assert found["total"] == 2
    assert found["states"]["running"] == found["states"]["unknown"] == 1
    assert (found["vcpus"], found["ram_gb"]) == (1, 0.5)
    assert [each["age_days"] for each in found["rows"]] == [None, 10]
    charts = {chart["title"]: {each["label"]: each["count"] for each in chart["bars"]} for chart in found["charts"]}
    assert charts["Tags"] == {"a": 1, "b": 1, "(none)": 1}
    assert charts["Ages"]["up to 30 days"] == charts["Ages"]["not told"] == 1
    assert charts["Flavors"] == {"m1": 1, "(none)": 1}
    around = sum(part["length"] for part in found["ring"])
    assert around == pytest.approx(found["ring"][0]["length"] + found["ring"][0]["gap"], abs=0.01)


def test_figures_do_not_depend_on_the_order() -> None:
    fleet = [record(id=str(number), name="s%d" % (number % 3), tags=["t%d" % number]) for number in range(20)]
    assert figures.figures(fleet, date(2026, 11, 20)) == figures.figures(fleet[::-1], date(2026, 11, 20))


def test_an_empty_fleet_has_figures() -> None:
    found = figures.figures([], date(2026, 11, 20))
    assert (found["total"], found["vcpus"], found["ring"]) == (0, None, [])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(figures.figures([record(name=text)], date(2026, 11, 20))["csv"])))
    assert rows[1][0] == "'" + text
