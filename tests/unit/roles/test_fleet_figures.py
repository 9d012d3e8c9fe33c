"""What the filter fleet_figures counts."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

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


# -- servers that need attention -----------------------------------------------------------------------------------

OLD = "2026-01-02T00:00:00Z"


def reasons(*, attention: Any = None, backups: Any = (), **own: Any) -> list[str]:
    row = fleet_figures([record(**own)], DAY, attention=attention, backups=backups)["rows"][0]
    assert row["attention"] == "; ".join(row["reasons"])
    return list(row["reasons"])


def test_a_healthy_server_needs_no_attention() -> None:
    options = {"stopped_days": 1, "expires_days": 1, "backup_days": 1, "password_days": 1}
    assert reasons(attention=options, updated=OLD, locked=False, fault=None, host_status="UP", metadata={}) == []


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        ({"power_state": "error", "fault": {"message": "No valid\n host"}}, "it is in error: No valid host"),
        ({"power_state": "error", "fault": None}, "it is in error"),
        ({"locked": True}, "it is locked"),
        ({"host_status": "DOWN"}, "its compute host is down"),
        ({"host_status": "UNKNOWN"}, "the state of its compute host is unknown"),
        ({"host_status": "MAINTENANCE"}, "its compute host is in maintenance"),
        ({"power_state": "stopped", "updated": "2026-10-21T00:00:00Z"}, "it has been stopped for 30 days or longer"),
        ({"tags": ["expires=2026-11-19"]}, "it expired on 2026-11-19"),
        ({"tags": ["expires=2026-12-04"]}, "it expires on 2026-12-04"),
        ({"tags": ["expires=soon"]}, "its tag expires has the value 'soon', which is not a day"),
    ],
)
def test_what_needs_attention_by_default(own: dict[str, Any], reason: str) -> None:
    assert reasons(**own) == [reason]


@pytest.mark.parametrize(
    "own",
    [
        {"power_state": "stopped", "updated": "2026-10-22T00:00:00Z"},
        {"power_state": "stopped", "updated": None},
        {"power_state": "running", "updated": OLD},
        {"tags": ["expires=2026-12-05"]},
        {"tags": ["expired=2026-01-01"]},
        {"metadata": {"cloudserver_password_revision": "2020-01-01"}},
    ],
)
def test_what_needs_none_by_default(own: dict[str, Any]) -> None:
    assert reasons(**own) == []


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        ([], ["it has no backup image"]),
        ([("1", "active", "2026-11-12")], ["its newest backup image is 8 days old"]),
        ([("1", "active", "2026-11-13"), ("1", "active", OLD)], []),
        ([("1", "saving", "2026-11-19")], ["it has no backup image"]),
        ([("2", "active", "2026-11-19")], ["it has no backup image"]),
    ],
)
def test_backup_images(images: list[tuple[str, str, str]], expected: list[str]) -> None:
    snapshots = [{"server_id": server, "status": status, "created": created} for server, status, created in images]
    cloud = {"server_ids": ["1"], "snapshots": snapshots}
    assert reasons(attention={"backup_days": 7}, backups=[cloud]) == expected
    assert reasons(attention={"backup_days": 0}, backups=[cloud]) == []


def test_no_server_of_a_cloud_whose_images_are_not_known_is_reported_for_want_of_a_backup() -> None:
    other = {"server_ids": ["2"], "snapshots": []}
    assert reasons(attention={"backup_days": 7}, backups=[other]) == []


@pytest.mark.parametrize(
    ("revision", "age"),
    [
        ("2026-q3", 142),
        ("2026-Q4", None),
        ("rotation-2026-08-01", 111),
        ("2026-07", 142),
        ("third", None),
        ("2026-13", None),
    ],
)
def test_the_age_of_a_password_is_that_of_its_revision(revision: str, age: int | None) -> None:
    found = reasons(attention={"password_days": 90}, metadata={"cloudserver_password_revision": revision})
    assert found == ([] if age is None else ["its password is %d days old (revision %s)" % (age, revision)])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stopped": 3}, "attention: unknown key 'stopped'"),
        ({"stopped_days": -1}, "attention: stopped_days: -1 is not a number of days"),
        ({"stopped_days": True}, "attention: stopped_days: True is not a number of days"),
        ({"backup_days": "a week"}, "attention: backup_days: 'a week' is not a number of days"),
    ],
)
def test_wrong_limits_are_refused(options: Any, message: str) -> None:
    with pytest.raises(AnsibleFilterError, match="^" + message):
        fleet_figures([], DAY, attention=options)


def test_servers_in_error_come_first() -> None:
    fleet = [record(id="1", name="a", locked=True), record(id="2", name="b", power_state="error")]
    assert [each["name"] for each in fleet_figures(fleet, DAY)["attention"]] == ["b", "a"]


# -- what changed --------------------------------------------------------------------------------------------------


def test_what_changed_since_the_last_report() -> None:
    first = fleet_figures([record(), record(id="2", name="gone")], "2026-11-13")
    assert first["changes"] is None
    second = fleet_figures([record(power_state="stopped"), record(id="3", name="new")], DAY, previous=first["json"])
    changes = second["changes"]
    assert changes["since"] == "2026-11-13"
    assert [each["name"] for each in changes["added"]] == ["new"]
    assert [each["name"] for each in changes["removed"]] == ["gone"]
    ((fields,),) = [[each["fields"]] for each in changes["changed"]]
    assert fields == [{"field": "state", "before": "running", "after": "stopped"}]
    assert json.loads(second["json"])["changes"] == changes


servers = st.lists(
    st.builds(
        record,
        id=st.sampled_from("12345"),
        name=st.sampled_from("abc"),
        power_state=st.sampled_from(["running", "error"]),
    ),
    unique_by=lambda server: server["id"],
)


@given(servers, servers)
def test_a_second_report_of_one_day_says_the_same(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    old = fleet_figures(before, "2026-11-13")["json"]
    once = fleet_figures(after, DAY, previous=old)
    assert fleet_figures(after, DAY, previous=once["json"]) == once


@given(servers, servers)
def test_every_server_of_either_report_is_added_removed_changed_or_the_same(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    changes = fleet_figures(after, DAY, previous=fleet_figures(before, "2026-11-13")["json"])["changes"]
    old, new = ({each["id"]: each for each in fleet} for fleet in (before, after))
    assert {each["id"] for each in changes["added"]} == set(new) - set(old)
    assert {each["id"] for each in changes["removed"]} == set(old) - set(new)
    assert {each["id"] for each in changes["changed"]} == {
        each for each in set(old) & set(new) if old[each] != new[each]
    }


@pytest.mark.parametrize(
    "text", ["no JSON", "[]", "{}", '{"version": 2}', '{"version": 1, "date": "2026-11-13", "servers": [{}]}']
)
def test_a_file_that_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(AnsibleFilterError, match="^the previous report is not"):
        fleet_figures([], DAY, previous=text)
