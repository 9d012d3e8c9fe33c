# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_power at its end: every state to every state, the wire, check mode, not waiting, many servers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modules.bench import Bench, nothing_done, outcome, says

FROM = {"running": "ACTIVE", "stopped": "SHUTOFF", "paused": "PAUSED", "suspended": "SUSPENDED"}
GOAL = {"started": "ACTIVE", "stopped": "SHUTOFF", "restarted": "ACTIVE", "paused": "PAUSED", "suspended": "SUSPENDED"}
FULL = ("openstack", "easystack")
WEB = ["web-01", "web-02", "web-03", "web-04"]
#: What may be asked of a server on each platform.
STATES = {
    "openstack": tuple(GOAL),
    "easystack": tuple(GOAL),
    "ustack": ("started", "stopped", "restarted"),
    "huaweicloud": ("started", "stopped", "restarted"),
}


def brief(result: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {each["id"]: tuple(each["actions"]) for each in result["outcomes"]}


def hold_check_to_run(bench: Bench, **options: Any) -> dict[str, Any]:
    """Runs in check mode and then for real, and holds the one to the other; returns the run's result."""
    with nothing_done(bench):
        expected = bench.power(check=True, diff=True, **options)
    result = bench.power(diff=True, **options)
    assert expected["changed"] == result["changed"]
    assert expected["diff"] == result["diff"]
    assert brief(expected) == brief(result)
    assert bool(expected.get("failed")) == bool(result.get("failed"))
    planned = {each["id"] for each in expected["outcomes"] if each["outcome"] == "planned"}
    assert planned == {each["id"] for each in result["outcomes"] if each["outcome"] == "done"}
    for word in ("unchanged", "failed"):
        assert [each["id"] for each in expected["outcomes"] if each["outcome"] == word] == [
            each["id"] for each in result["outcomes"] if each["outcome"] == word
        ]
    return result


# -- every state to every state ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("want", list(GOAL))
@pytest.mark.parametrize("state", list(FROM))
def test_every_state_to_every_state(bench: Bench, state: str, want: str) -> None:
    if want not in STATES[bench.platform] or (bench.platform not in FULL and state in ("paused", "suspended")):
        return  # What the platform has not is in the tests below and in test_bad_input.
    bench.change("web-01", status=FROM[state])
    moves = FROM[state] != GOAL[want] or want == "restarted"

    result = hold_check_to_run(bench, names=["web-01"], state=want)
    assert not result.get("failed") and result["changed"] is moves
    assert outcome(result, "web-01")["outcome"] == ("done" if moves else "unchanged")
    assert bench.server("web-01")["status"] == GOAL[want]
    (shown,) = result["servers"]
    assert shown["status"] == GOAL[want] and shown["task_state"] is None
    side = result["diff"]["after"].get(f"web-01 ({bench.id_of('web-01')})")
    assert (side is not None) is moves

    if want == "restarted":
        return
    with nothing_done(bench):
        again = bench.power(names=["web-01"], state=want, diff=True)
    assert again["changed"] is False and again["diff"] == {"before": {}, "after": {}}
    assert outcome(again, "web-01")["outcome"] == "unchanged"


@pytest.mark.parametrize(
    "state, want, actions",
    [
        ("paused", "started", ["unpause"]),
        ("suspended", "started", ["resume"]),
        ("stopped", "restarted", ["start"]),
        ("paused", "stopped", ["unpause", "stop"]),
        ("suspended", "stopped", ["resume", "stop"]),
        ("stopped", "paused", ["start", "pause"]),
        ("suspended", "restarted", ["resume", "reboot"]),
        ("paused", "suspended", ["unpause", "suspend"]),
    ],
)
@pytest.mark.parametrize("platform", FULL)
def test_the_way_leads_through_running(bench: Bench, state: str, want: str, actions: list[str]) -> None:
    bench.change("web-01", status=FROM[state])
    result = bench.power(names=["web-01"], state=want)
    assert outcome(result, "web-01")["actions"] == actions
    assert len(bench.changing_requests()) == len(actions)


@pytest.mark.parametrize("platform", FULL)
def test_a_hard_restart_of_a_paused_server_is_one_action(bench: Bench) -> None:
    bench.change("web-01", status="PAUSED")
    result = bench.power(names=["web-01"], state="restarted", force=True)
    assert outcome(result, "web-01")["actions"] == ["reboot"] and bench.changing_requests() == [
        {"reboot": {"type": "HARD"}}
    ]


@pytest.mark.parametrize("platform", ["ustack"])
def test_a_paused_server_of_a_platform_that_cannot_unpause_is_refused_by_name(bench: Bench) -> None:
    with nothing_done(bench):
        result = bench.power(names=["build-01"], state="stopped")
    says(result, "build-01", bench.id_of("build-01"), "no operation unpause", "console")


@pytest.mark.parametrize("status", ["VERIFY_RESIZE", "SHELVED", "SHELVED_OFFLOADED", "RESCUE"])
@pytest.mark.parametrize("platform", FULL)
def test_standing_statuses_are_refused_with_what_to_do(bench: Bench, status: str) -> None:
    bench.change("web-01", status=status)
    with nothing_done(bench):
        result = bench.power(names=["web-01"], state="stopped")
    words = {"VERIFY_RESIZE": "confirmed", "RESCUE": "unrescue"}.get(status, "unshelve")
    says(result, "web-01", "status " + status, words)


# -- the wire ---------------------------------------------------------------------------------------------------------


def batch(bench: Bench, key: str, **kind: str) -> dict[str, Any]:
    return {key: {**kind, "servers": [{"id": bench.id_of("web-01")}]}}


def test_soft_and_hard_stop_at_the_wire(bench: Bench) -> None:
    soft = {
        "openstack": {"os-stop": None},
        "easystack": {"os-stop": True},
        "ustack": {"os-shutdown": None},
        "huaweicloud": batch(bench, "os-stop", type="SOFT"),
    }
    hard = {**soft, "ustack": {"os-stop": None}, "huaweicloud": batch(bench, "os-stop", type="HARD")}
    bench.power(names=["web-01"], state="stopped")
    assert bench.changing_requests() == [soft[bench.platform]]
    bench.change("web-01", status="ACTIVE")
    bench.power(names=["web-01"], state="stopped", force=True)
    assert bench.changing_requests() == [soft[bench.platform], hard[bench.platform]]


def test_soft_and_hard_restart_at_the_wire(bench: Bench) -> None:
    bench.power(names=["web-01"], state="restarted")
    bench.power(names=["web-01"], state="restarted", force=True)
    if bench.platform == "huaweicloud":
        assert bench.changing_requests() == [batch(bench, "reboot", type="SOFT"), batch(bench, "reboot", type="HARD")]
    else:
        assert bench.changing_requests() == [{"reboot": {"type": "SOFT"}}, {"reboot": {"type": "HARD"}}]


def test_start_at_the_wire(bench: Bench) -> None:
    bench.change("web-01", status="SHUTOFF")
    bench.power(names=["web-01"], state="started")
    assert bench.changing_requests() == [
        {
            "openstack": {"os-start": None},
            "easystack": {"os-start": True},
            "ustack": {"os-start": None},
            "huaweicloud": batch(bench, "os-start"),
        }[bench.platform]
    ]


def test_microversions_are_sent_where_they_exist(bench: Bench) -> None:
    bench.power(names=["web-01"], state="stopped")
    (row,) = [row for row in bench.requests() if row["method"] == "POST" and row["path"].endswith("action")]
    sent = {name.lower(): value for name, value in row["headers"].items()}
    expected = {"openstack": "2.96", "easystack": "2.67"}.get(bench.platform)
    assert sent.get("openstack-api-version") == (f"compute {expected}" if expected else None)
    assert row["auth"] == ("signature" if bench.platform == "huaweicloud" else "token")


# -- several servers --------------------------------------------------------------------------------------------------


def test_a_group_by_tags(bench: Bench) -> None:
    result = hold_check_to_run(bench, tags=["role=web", "env=demo"], state="stopped", max_targets=4)
    assert [each["name"] for each in result["outcomes"]] == WEB
    assert all(bench.server(name)["status"] == "SHUTOFF" for name in WEB)
    assert bench.server("db-01")["status"] == "ACTIVE", "a server that was not chosen was stopped"
    calls = len(bench.requests("stop"))
    assert calls == (1 if bench.platform == "huaweicloud" else 4)


def test_not_tags_and_status_narrow_the_group(bench: Bench) -> None:
    bench.change("web-01", status="SHUTOFF")
    result = bench.power(tags=["env=demo"], not_tags=["role=web"], status=["running"], state="stopped")
    assert sorted(each["name"] for each in result["outcomes"]) == ["cache-01", "db-01", "db-02"]


def test_only_the_missing_ones_are_requested(bench: Bench) -> None:
    for name in ("web-01", "web-03"):
        bench.change(name, status="SHUTOFF")
    result = hold_check_to_run(bench, names=WEB, state="stopped")
    assert [outcome(result, name)["outcome"] for name in WEB] == ["unchanged", "done", "unchanged", "done"]
    assert list(result["diff"]["before"]) == [f"{name} ({bench.id_of(name)})" for name in ("web-02", "web-04")]


def test_both_servers_of_a_name_where_that_is_allowed(bench: Bench) -> None:
    result = bench.power(names=["twin"], duplicates="allow", state="stopped")
    assert sorted(each["id"] for each in result["outcomes"]) == bench.ids_of("twin")
    assert {each["outcome"] for each in result["outcomes"]} == {"done"}


def test_a_selection_without_servers_changes_nothing(bench: Bench) -> None:
    result = hold_check_to_run(bench, tags=["role=nobody"], state="stopped")
    assert result["changed"] is False and result["outcomes"] == [] and not result.get("failed")
    result = bench.power(names=["web-99"], missing="ignore", state="stopped")
    assert result["missing"] == {"names": ["web-99"]} and result["outcomes"] == []


@pytest.mark.parametrize("status, then", [("REBOOT", "ACTIVE"), ("BUILD", "ACTIVE")])
def test_a_server_in_transition_is_waited_for_first(bench: Bench, status: str, then: str) -> None:
    bench.change("web-01", status=status, then={"status": then, "after": 8})
    result = hold_check_to_run(bench, names=["web-01"], state="stopped")
    assert outcome(result, "web-01")["actions"] == ["stop"] and bench.clock.elapsed >= 8
    assert bench.server("web-01")["status"] == "SHUTOFF"


def test_a_long_wait_reports_progress_and_a_short_one_does_not(bench: Bench) -> None:
    bench.power(names=["web-01"], state="stopped")
    assert bench.reported == []
    bench.control("PUT", "/delays", {"platform": bench.platform, "start": 40, "stop": 40, "shutdown": 40})
    bench.power(names=WEB, state="stopped")
    assert bench.reported and "0 of 3 stopped, 3 remaining, 0 failed" in bench.reported[0]
    assert len(bench.reported) <= 40 / 5 + 1


def test_the_end_of_a_wait_is_noticed_soon(bench: Bench) -> None:
    bench.control("PUT", "/delays", {"platform": bench.platform, "stop": 60, "shutdown": 60})
    bench.power(names=["web-01"], state="stopped")
    took = bench.server("web-01")["reached_at"] - bench.clock.start
    assert bench.clock.elapsed - took <= max(0.5, 0.1 * took) + 0.1
    assert len(bench.requests()) < 80


# -- not waiting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["stopped", "restarted"])
def test_not_waiting_leaves_a_handle_that_job_info_joins(bench: Bench, state: str) -> None:
    before = bench.clock.elapsed
    result = bench.power(names=WEB, state=state, wait=False)
    assert bench.clock.elapsed == before, "nobody waits with wait: false"
    assert result["changed"] and [each["outcome"] for each in result["outcomes"]] == ["pending"] * 4
    assert len(result["handle"]["pending_actions"]) == 4

    with nothing_done(bench):
        now = bench.call("job_info", handle=result["handle"])
    assert now["finished"] is False and [each["outcome"] for each in now["outcomes"]] == ["pending"] * 4
    with nothing_done(bench):
        joined = bench.call("job_info", handle=result["handle"], wait=True)
    assert joined["finished"] is True and [each["outcome"] for each in joined["outcomes"]] == ["done"] * 4
    assert joined["changed"] is False
    assert {each["status"] for each in joined["servers"]} == {GOAL[state]}
    assert {each["name"] for each in joined["servers"]} == set(WEB)


def test_check_mode_predicts_what_is_not_waited_for(bench: Bench) -> None:
    with nothing_done(bench):
        expected = bench.power(check=True, diff=True, names=WEB, state="stopped", wait=False)
    result = bench.power(diff=True, names=WEB, state="stopped", wait=False)
    assert (expected["changed"], expected["diff"], brief(expected)) == (True, result["diff"], brief(result))
    assert expected["handle"]["pending_actions"] == []


def test_a_handle_is_there_if_nothing_was_to_do(bench: Bench) -> None:
    """So that a playbook can give it to job_info without a condition."""
    done = bench.power(names=WEB, state="stopped", wait=True)
    assert "handle" not in done
    for check in (False, True):
        with nothing_done(bench):
            again = bench.power(names=WEB, state="stopped", wait=False, check=check)
            joined = bench.call("job_info", handle=again["handle"], wait=True, check=check)
        assert again["changed"] is False
        assert (joined["finished"], joined["outcomes"], joined["servers"]) == (True, [], [])
    none = bench.power(tags=["role=none"], state="stopped", wait=False)
    assert bench.call("job_info", handle=none["handle"])["finished"] is True


@pytest.mark.parametrize("platform", FULL)
def test_without_waiting_the_second_of_two_actions_is_left(bench: Bench) -> None:
    bench.change("web-01", status="PAUSED")
    before = bench.clock.elapsed
    result = bench.power(names=["web-01"], state="stopped", wait=False)
    assert bench.clock.elapsed == before
    said = outcome(result, "web-01")
    assert (said["outcome"], said["actions"], said["remaining_actions"]) == ("pending", ["unpause"], ["stop"])
    joined = bench.call("job_info", handle=result["handle"], wait=True)
    assert joined["finished"] is True and not joined.get("failed")
    said = outcome(joined, "web-01")
    assert (said["outcome"], said["remaining_actions"]) == ("pending", ["stop"])
    assert "run the task again, because it did not submit: stop" in said["message"]
    assert any("1 of 1 servers need actions that the task did not submit" in words for words in joined["warnings"])
    assert bench.server("web-01")["status"] == "ACTIVE"
    assert bench.power(names=["web-01"], state="stopped")["changed"]


def test_one_server_in_transition_does_not_hold_up_a_task_that_does_not_wait(bench: Bench) -> None:
    bench.change("web-01", status="REBOOT", then={"status": "ACTIVE", "after": 500})
    before = bench.clock.elapsed
    result = bench.power(names=WEB, state="stopped", wait=False)
    assert bench.clock.elapsed == before and not result.get("failed")
    assert [each["actions"] for each in result["outcomes"]] == [[], ["stop"], ["stop"], ["stop"]]
    said = outcome(result, "web-01")
    assert (said["outcome"], said["remaining_actions"]) == ("pending", ["stop"])
    assert said["message"].startswith("it is in status REBOOT") and "run the task again" in said["message"]
    with nothing_done(bench):
        now = bench.call("job_info", handle=result["handle"])
    assert now["finished"] is False and outcome(now, "web-01")["outcome"] == "pending"
    with nothing_done(bench):
        joined = bench.call("job_info", handle=result["handle"], wait=True)
    assert [each["outcome"] for each in joined["outcomes"]] == ["pending", "done", "done", "done"]
    assert outcome(joined, "web-01")["remaining_actions"] == ["stop"] and joined["finished"] is True


def test_a_long_wait_reports_the_pending_servers_at_growing_intervals(bench: Bench) -> None:
    bench.change("web-01", status="REBOOT", then={"status": "ACTIVE", "after": 500})
    bench.power(names=WEB, state="stopped")
    assert 5 <= len(bench.reported) <= 8, bench.reported
    assert "3 of 4 stopped, 1 remaining, 0 failed; waiting for web-01 (status REBOOT" in bench.reported[-1]
    assert "of at most 600 seconds)" in bench.reported[-1]


# -- check mode predicts the run --------------------------------------------------------------------------------------


def fleets() -> st.SearchStrategy[dict[str, str]]:
    statuses = st.sampled_from(["ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED", "REBOOT", "ERROR", "VERIFY_RESIZE"])
    return st.dictionaries(st.sampled_from([*WEB, "db-01", "db-02", "cache-01"]), statuses, min_size=1)


@settings(
    max_examples=12, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(fleet=fleets(), data=st.data())
def test_check_mode_predicts_the_run_on_any_fleet(bench: Bench, fleet: dict[str, str], data: st.DataObject) -> None:
    bench.restart()
    if bench.platform in ("ustack", "huaweicloud"):
        fleet = {name: "SHUTOFF" if status == "SUSPENDED" else status for name, status in fleet.items()}
    for name, status in fleet.items():
        then = {"then": {"status": "ACTIVE", "after": 3}} if status == "REBOOT" else {}
        bench.change(name, status=status, **then)
    want = data.draw(st.sampled_from(STATES[bench.platform]))
    hold_check_to_run(bench, names=sorted(fleet), state=want, force=data.draw(st.booleans()) and want != "restarted")
    if want == "restarted":
        return
    with nothing_done(bench):
        again = bench.power(names=sorted(fleet), state=want)
    assert again["changed"] is False


def test_the_request_id_of_a_success_is_shown(bench: Bench) -> None:
    """EasyStack's documentation promises one with every response; it is that of the last action."""
    done = bench.power(names=WEB[:2], state="stopped")
    shown = {each["request_id"] for each in done["outcomes"]}
    assert all(shown) and len(shown) == len(bench.requests("stop"))
    again = bench.power(names=WEB[:2], state="stopped")
    assert not any("request_id" in each for each in again["outcomes"])


@pytest.mark.parametrize("platform", ["openstack", "easystack", "ustack"])
def test_the_request_id_of_an_action_that_needs_no_wait_is_shown(bench: Bench) -> None:
    done = bench.call("server", name="web-01", metadata={"shift": "night"})
    assert outcome(done, "web-01")["request_id"].startswith("req-")
