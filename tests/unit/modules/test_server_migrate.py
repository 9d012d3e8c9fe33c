# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_migrate as a task sees it: every way off a host, many servers at a time, and everything that can go wrong."""

from __future__ import annotations

import pytest
from modules.bench import Bench, nothing_done, outcome, refused
from modules.migration_tasks import OWNERS, WEB, action_bodies, hold_check_to_run, host, kill, move


@OWNERS
def test_everything_off_one_host(web_on_cmp1: Bench) -> None:
    web_on_cmp1.change("web-02", status="SHUTOFF")
    web_on_cmp1.change("web-03", status="PAUSED")
    result = hold_check_to_run(web_on_cmp1, from_host="cmp1")
    assert {each["name"]: each["actions"] for each in result["outcomes"]} == {
        "web-01": ["live_migrate"],
        "web-02": ["migrate", "confirm_resize"],
        "web-03": ["live_migrate"],
    }
    assert {each["name"]: (each["status"], each["task_state"]) for each in result["servers"]} == {
        "web-01": ("ACTIVE", None),
        "web-02": ("SHUTOFF", None),
        "web-03": ("PAUSED", None),
    }
    assert "cmp1" not in {host(web_on_cmp1, name) for name in WEB}
    assert {each["host"] for each in result["servers"]} == {host(web_on_cmp1, name) for name in WEB}
    label = f"web-01 ({web_on_cmp1.id_of('web-01')})"
    assert result["diff"]["before"][label] == {"host": "cmp1"}
    assert result["diff"]["after"][label] == {"host": "another host, selected by the cloud"}


@OWNERS
def test_everything_off_one_host_is_one_listing(web_on_cmp1: Bench) -> None:
    with nothing_done(web_on_cmp1):
        result = move(web_on_cmp1, check=True, from_host="cmp1")
    assert [each["name"] for each in result["outcomes"]] == WEB
    (listing,) = web_on_cmp1.requests("list")
    assert ["host", "cmp1"] in listing["query"] and ["all_tenants", "1"] in listing["query"]


@OWNERS
@pytest.mark.parametrize("mode, state, ends", [
    ("auto", "ACTIVE", "ACTIVE"), ("live", "ACTIVE", "ACTIVE"), ("cold", "ACTIVE", "ACTIVE"),
    ("auto", "SHUTOFF", "SHUTOFF"), ("cold", "SHUTOFF", "SHUTOFF"), ("auto", "PAUSED", "PAUSED"),
])  # fmt: skip
def test_to_a_host_of_choice(web_on_cmp1: Bench, mode: str, state: str, ends: str) -> None:
    web_on_cmp1.change("web-01", status=state)
    result = hold_check_to_run(web_on_cmp1, names=["web-01"], host="cmp5", mode=mode)
    assert (host(web_on_cmp1, "web-01"), web_on_cmp1.server("web-01")["status"]) == ("cmp5", ends)
    wanted = (
        {"migrate": {"host": "cmp5"}}
        if "migrate" in outcome(result, "web-01")["actions"]
        else {"os-migrateLive": {"host": "cmp5", "block_migration": "auto"}}
    )
    assert action_bodies(web_on_cmp1)[0] == wanted


@OWNERS
def test_evacuation(web_on_cmp1: Bench) -> None:
    web_on_cmp1.change("web-02", status="SHUTOFF")
    web_on_cmp1.change("web-03", status="ERROR")
    kill(web_on_cmp1, "cmp1")
    result = hold_check_to_run(web_on_cmp1, from_host="cmp1", password="Other-Pass1")
    assert {tuple(each["actions"]) for each in result["outcomes"]} == {("evacuate",)}
    assert [web_on_cmp1.server(name)["status"] for name in WEB] == ["ACTIVE", "SHUTOFF", "ACTIVE"]
    rows = [row for row in web_on_cmp1.requests() if row["path"].endswith("/action")]
    assert {str(row["body"]) for row in rows} == {"{'evacuate': {'adminPass': '********'}}"}
    expected = {"openstack": "compute 2.94", "easystack": "compute 2.67"}[web_on_cmp1.platform]
    assert {
        row["headers"].get("Openstack-Api-Version") or row["headers"].get("OpenStack-API-Version") for row in rows
    } == {expected}


@OWNERS
def test_a_task_that_a_dead_host_has_left_behind_is_not_waited_for(web_on_cmp1: Bench) -> None:
    web_on_cmp1.change("web-01", stuck=True, task_state="powering-off")
    kill(web_on_cmp1, "cmp1")
    web_on_cmp1.later(lambda: web_on_cmp1.change("web-01", stuck=False))
    result = move(web_on_cmp1, names=["web-01"], from_host="cmp1", mode="evacuate")
    assert outcome(result, "web-01")["outcome"] == "done" and host(web_on_cmp1, "web-01") != "cmp1"


@OWNERS
def test_without_confirming(web_on_cmp1: Bench) -> None:
    web_on_cmp1.change("web-01", status="SHUTOFF")
    result = hold_check_to_run(web_on_cmp1, names=["web-01"], from_host="cmp1", confirm=False)
    assert outcome(result, "web-01")["actions"] == ["migrate"]
    assert web_on_cmp1.server("web-01")["status"] == "VERIFY_RESIZE"
    assert result["diff"]["after"][f"web-01 ({web_on_cmp1.id_of('web-01')})"]["status"] == "VERIFY_RESIZE"
    result = move(web_on_cmp1, names=["web-01"], from_host="cmp1")
    assert result["changed"] is False and "VERIFY_RESIZE" in result["warnings"][0], "nobody's resize is confirmed"


@OWNERS
def test_one_that_confirms_itself(web_on_cmp1: Bench) -> None:
    web_on_cmp1.change("web-01", status="SHUTOFF")
    order = {"platform": web_on_cmp1.platform, "operation": "confirmResize", "times": 1, "do": {"status": 409}}
    web_on_cmp1.control("POST", "/faults", order)

    def confirmed() -> None:
        if web_on_cmp1.server("web-01")["status"] == "VERIFY_RESIZE":
            web_on_cmp1.change("web-01", status="SHUTOFF")

    web_on_cmp1.clock.on_sleep = confirmed
    result = move(web_on_cmp1, names=["web-01"], host="cmp5")
    assert not result.get("failed") and outcome(result, "web-01")["outcome"] == "done"


@OWNERS
def test_servers_that_are_on_the_host_already(web_on_cmp1: Bench) -> None:
    result = hold_check_to_run(web_on_cmp1, names=["web-01", "db-01"], from_host="cmp1")
    assert [outcome(result, name)["outcome"] for name in ("web-01", "db-01")] == ["done", "unchanged"]
    with nothing_done(web_on_cmp1):
        assert move(web_on_cmp1, names=["db-01"], host="cmp2")["changed"] is False


@OWNERS
def test_a_selection_narrows_a_host(web_on_cmp1: Bench) -> None:
    result = move(web_on_cmp1, tags=["role=web"], from_host="cmp1", max_targets=3)
    assert [each["name"] for each in result["outcomes"]] == WEB
    with nothing_done(web_on_cmp1):
        assert move(web_on_cmp1, all=True, from_host="cmp7")["outcomes"] == []
        refused(move(web_on_cmp1, from_host="cmp2", max_targets=1), "max_targets allows 1", "nothing was done")


@OWNERS
def test_a_server_in_transition_is_waited_for(web_on_cmp1: Bench) -> None:
    web_on_cmp1.change("web-01", status="REBOOT", then={"status": "ACTIVE", "after": 8})
    result = hold_check_to_run(web_on_cmp1, names=["web-01"], from_host="cmp1")
    assert outcome(result, "web-01")["actions"] == ["live_migrate"] and web_on_cmp1.clock.elapsed >= 8


@OWNERS
def test_a_server_that_another_client_migrates_is_waited_for_and_left_alone(web_on_cmp1: Bench) -> None:
    web_on_cmp1.change("web-01", status="MIGRATING", then={"status": "ACTIVE", "after": 3})
    web_on_cmp1.later(lambda: web_on_cmp1.change("web-01", host="cmp5"))
    result = move(web_on_cmp1, names=["web-01"], from_host="cmp1")
    assert outcome(result, "web-01")["outcome"] == "unchanged" and action_bodies(web_on_cmp1) == []


@OWNERS
def test_the_password_is_shown_nowhere(web_on_cmp1: Bench) -> None:
    kill(web_on_cmp1, "cmp1")
    web_on_cmp1.fault("E22", times=1, status=400, reason="bad adminPass Secret-Pass-77 given")
    result = move(web_on_cmp1, from_host="cmp1", password="Secret-Pass-77", diff=True, wait=False)
    assert result["failed"] is True and "Secret-Pass-77" not in str(result)
