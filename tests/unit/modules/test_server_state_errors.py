# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task gets for servers that cannot do what is asked, and for jobs of huaweicloud that go wrong."""

from __future__ import annotations

import pytest
from modules.bench import NOVA, Bench, actions, nothing_done, outcome, refused, says, stopped

WEB = ["web-01", "web-02"]


# -- servers that cannot ----------------------------------------------------------------------------------------------


def test_a_locked_server_is_refused_by_name_and_the_others_are_done(bench: Bench) -> None:
    result = bench.power(names=["vault-01", "web-01"], state="stopped")
    assert result["failed"] and result["changed"]
    says(result, "1 of 2 servers could not be stopped", "vault-01", bench.id_of("vault-01"), "is locked")
    assert outcome(result, "vault-01")["outcome"] == "failed" and outcome(result, "vault-01")["actions"] == []
    assert outcome(result, "web-01")["outcome"] == "done"


def test_what_to_try_with_a_locked_server(bench: Bench) -> None:
    refused(bench.power(names=["vault-01"], state="stopped"), "vault-01", "unlock it")


def test_a_locked_server_that_is_there_already_is_unchanged(bench: Bench) -> None:
    result = bench.power(names=["vault-01"], state="started")
    assert outcome(result, "vault-01")["outcome"] == "unchanged" and not result.get("failed")


@pytest.mark.parametrize("state", ["started", "stopped", "restarted"])
def test_a_server_in_error_is_refused_with_the_fault(bench: Bench, state: str) -> None:
    with nothing_done(bench):
        result = bench.power(names=["broken-01"], state=state)
    refused(result, "broken-01", bench.id_of("broken-01"), "ERROR", "No valid host was found")


def test_force_restarts_a_server_in_error(bench: Bench) -> None:
    bench.change("web-01", status="ERROR")
    result = bench.power(names=["web-01"], state="restarted", force=True)
    if bench.platform == "huaweicloud":
        assert result["failed"], "ECS refuses what it cannot restart"
        says(result, "web-01")
        return
    assert outcome(result, "web-01")["outcome"] == "done" and bench.server("web-01")["status"] == "ACTIVE"


@pytest.mark.parametrize("platform", NOVA)
def test_one_that_no_host_ever_took_cannot_be_restarted(bench: Bench) -> None:
    result = bench.power(names=["broken-01"], state="restarted", force=True)
    refused(result, "broken-01", "it was never scheduled to a host")


def test_a_server_that_was_deleted_is_not_found(bench: Bench) -> None:
    server = bench.id_of("web-01")
    bench.remove("web-01")
    with nothing_done(bench):
        refused(bench.power(ids=[server], state="stopped"), "no server has ids " + server)
        refused(bench.power(names=["web-01"], state="stopped"), "no server has names web-01")


def test_a_server_that_is_deleted_meanwhile_fails_alone(bench: Bench) -> None:
    bench.later(lambda: bench.remove("web-01"))
    result = bench.power(names=WEB, state="stopped")
    assert result["failed"] and result["changed"]
    says(result, "1 of 2 servers could not be stopped", "web-01", "no longer exists")
    assert [outcome(result, name)["outcome"] for name in WEB] == ["failed", "done"]


def test_a_server_that_goes_to_error_meanwhile_ends_the_wait(bench: Bench) -> None:
    bench.later(lambda: bench.change("web-01", status="ERROR", fault="the disk is gone"))
    result = bench.power(names=["web-01"], state="stopped")
    assert result["failed"]
    says(result, "web-01", "ERROR", "the disk is gone")
    assert bench.clock.elapsed < 30


@pytest.mark.parametrize("platform", NOVA)
def test_a_server_that_fails_to_stop_names_the_fault_and_its_request(bench: Bench) -> None:
    bench.fault("stop", fail_servers=["web-01"], reason="the hypervisor fell over")
    result = bench.power(names=WEB, state="stopped")
    assert result["failed"] and result["changed"]
    says(result, "1 of 2 servers could not be stopped", "web-01", "the hypervisor fell over")
    assert outcome(result, "web-01")["request_id"].startswith("req-")
    done = {"id": bench.id_of("web-02"), "name": "web-02", "outcome": "done", "actions": ["stop"]}
    assert outcome(result, "web-02")["request_id"].startswith("req-")
    assert {key: value for key, value in outcome(result, "web-02").items() if key != "request_id"} == done


@pytest.mark.parametrize("status", ["REBOOT", "MIGRATING", "RESIZE", "BUILD"])
def test_a_server_stuck_in_transition_is_waited_for_and_left_alone(bench: Bench, status: str) -> None:
    bench.change("web-02", status=status, stuck=True)
    result = bench.power(names=["web-02"], state="stopped", wait_timeout=45)
    assert result["failed"]
    says(
        result,
        "1 of 1 server could not be stopped",
        "web-02",
        "still in status " + status,
        "after 45 seconds",
        "Raise wait_timeout",
    )
    assert outcome(result, "web-02")["outcome"] == "unknown" and actions(bench, "web-02") == []
    assert 44.9 <= bench.clock.elapsed < 60


def test_a_server_stuck_in_transition_does_not_hold_up_the_others(bench: Bench) -> None:
    bench.change("web-02", status="REBOOT", stuck=True)
    result = bench.power(names=WEB, state="stopped", wait_timeout=45)
    assert [outcome(result, name)["outcome"] for name in WEB] == ["done", "unknown"]
    says(result, "1 of 2 servers could not be stopped", "web-02", "still in status REBOOT")


def test_a_timeout_names_the_state_of_each_pending_server_and_leaves_a_handle(bench: Bench) -> None:
    bench.fault("stop", stuck=True)
    result = bench.power(names=WEB, state="stopped", wait_timeout=30)
    assert result["failed"] and result["changed"]
    says(
        result,
        "2 of 2 servers could not be stopped",
        "web-01",
        "web-02",
        "still in status ACTIVE",
        "30 seconds",
        "Raise wait_timeout",
    )
    for name in WEB:
        assert outcome(result, name)["outcome"] == "unknown" and outcome(result, name)["actions"] == ["stop"]
        assert len(actions(bench, name)) == 1
    for name in WEB:
        bench.change(name, stuck=False)
        bench.change(name, status="SHUTOFF")
    if bench.platform != "huaweicloud":
        joined = bench.call("job_info", handle=result["handle"], wait=True, wait_timeout=5.0)
        assert joined["finished"] and [each["outcome"] for each in joined["outcomes"]] == ["done", "done"]


def test_an_api_that_hangs_does_not_hold_a_task_longer_than_its_timeout(bench: Bench) -> None:
    poll = {"openstack": "E03", "easystack": "E03", "ustack": "U04", "huaweicloud": "H09"}[bench.platform]
    bench.fault(poll, status=503)
    result = bench.power(names=["web-01"], state="stopped", wait_timeout=20)
    assert result["failed"] and outcome(result, "web-01")["outcome"] == "unknown"
    says(result, "web-01", "Service Unavailable", "Raise wait_timeout")
    assert bench.clock.elapsed <= 60


# -- jobs of huaweicloud ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_job_that_fails_with_some_of_its_servers_done(bench: Bench) -> None:
    ordered = {"status": "FAIL", "fail_servers": ["web-01"], "code": "Ecs.0226", "reason": "the guest does not answer"}
    bench.fault("stop", job=ordered)
    result = bench.power(names=WEB, state="stopped")
    assert result["failed"] and result["changed"]
    message = says(result, "1 of 2 servers could not be stopped", "web-01", "the guest does not answer")
    assert "web-02" not in message
    assert outcome(result, "web-01")["outcome"] == "failed" and outcome(result, "web-01")["code"] == "Ecs.0226"
    assert outcome(result, "web-02")["outcome"] == "done" and stopped(bench, "web-02")


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_job_that_fails_for_all(bench: Bench) -> None:
    bench.fault("stop", job={"status": "FAIL", "fail_servers": "all"})
    result = bench.power(names=WEB, state="stopped")
    assert result["failed"]
    says(result, "2 of 2 servers could not be stopped", "web-01", "web-02", "Simulated failure")


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_vanished_job_is_decided_by_the_state_of_its_servers(bench: Bench) -> None:
    bench.fault("stop", job="vanish")
    result = bench.power(names=WEB, state="stopped")
    assert [outcome(result, name)["outcome"] for name in WEB] == ["done", "done"] and not result.get("failed")


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_reboot_whose_job_vanished_is_not_called_done(bench: Bench) -> None:
    bench.fault("reboot", job="vanish")
    result = bench.power(names=["web-01"], state="restarted", wait_timeout=30)
    assert result["failed"] and outcome(result, "web-01")["outcome"] == "unknown"
    says(result, "web-01", bench.id_of("web-01"), "job")
    assert len(actions(bench, "web-01")) == 1


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_batch_that_is_refused_for_one_server_is_done_for_the_others(bench: Bench) -> None:
    bench.control("PUT", "/huaweicloud/options", {"locked": "request"})
    # Locked between the look and the action: the record that was read does not show it.
    bench.control(
        "POST",
        "/faults",
        {
            "platform": "huaweicloud",
            "operation": "H05",
            "times": 2,
            "do": {"status": 400, "body": {"error": {"code": "Ecs.0605", "message": "The server web-01 is locked."}}},
        },
    )
    result = bench.power(names=WEB, state="stopped")
    assert outcome(result, "web-01")["outcome"] == "failed" and outcome(result, "web-01")["code"] == "Ecs.0605"
    assert outcome(result, "web-02")["outcome"] == "done"
    says(result, "web-01", "locked", "unlock it first")
