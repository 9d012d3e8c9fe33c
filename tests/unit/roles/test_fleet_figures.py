"""What the filter fleet_figures counts."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.cloudserver.compute.plugins.filter.fleet_figures import fleet_figures

DAY = "2026-11-20"


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
    found = fleet_figures(fleet, DAY)
    assert found["total"] == 2
    assert found["states"]["running"] == found["states"]["unknown"] == 1
    assert (found["vcpus"], found["ram_gb"]) == (1, 0.5)
    assert [each["age_days"] for each in found["rows"]] == [None, 10]
    charts = {chart["title"]: {each["label"]: each["count"] for each in chart["bars"]} for chart in found["charts"]}
    assert charts["Tags"] == {"a": 1, "b": 1, "(none)": 1}
    assert charts["Ages"]["up to 30 days"] == charts["Ages"]["unknown"] == 1
    assert charts["Flavors"] == {"m1": 1, "(none)": 1}
    around = sum(part["length"] for part in found["ring"])
    assert around == pytest.approx(found["ring"][0]["length"] + found["ring"][0]["gap"], abs=0.01)


def test_figures_do_not_depend_on_the_order() -> None:
    fleet = [record(id=str(number), name="s%d" % (number % 3), tags=["t%d" % number]) for number in range(20)]
    assert fleet_figures(fleet, DAY) == fleet_figures(fleet[::-1], DAY)


def test_an_empty_fleet_has_figures() -> None:
    found = fleet_figures([], DAY)
    assert (found["total"], found["vcpus"], found["ring"]) == (0, None, [])


def test_the_day_is_today_where_none_is_given() -> None:
    before = datetime.now(UTC).date()
    assert before <= date.fromisoformat(fleet_figures([])["date"]) <= datetime.now(UTC).date()


def test_a_wrong_day_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="^date: 'yesterday' is not a day"):
        fleet_figures([], "yesterday")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(fleet_figures([record(name=text)], DAY)["csv"])))
    assert rows[1][0] == "'" + text
