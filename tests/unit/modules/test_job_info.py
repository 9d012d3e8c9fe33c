# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""job_info at its end; joining what went well is in test_server_power."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import NOVA, Bench, nothing_done, outcome, refused, says

NO_JOB = "ff80000000000000000000000000dead"


def begun(bench: Bench, *names: str, state: str = "stopped") -> dict[str, Any]:
    """The handle of a task that did not wait."""
    handle = bench.power(names=list(names), state=state, wait=False)["handle"]
    assert isinstance(handle, dict)
    return handle


def test_a_handle_of_another_region_or_platform_is_refused(bench: Bench) -> None:
    handle = begun(bench, "web-01")
    before = len(bench.requests())
    refused(bench.call("job_info", handle={**handle, "region": "elsewhere"}), "handle", "elsewhere", bench.platform)
    refused(bench.call("job_info", handle={**handle, "platform": "azure"}), "handle", "platform azure")
    odd = {**handle, "pending_actions": [{**handle["pending_actions"][0], "action": "explode"}]}
    refused(bench.call("job_info", handle=odd), "handle", "explode")
    assert len(bench.requests()) == before


def test_an_action_that_failed_fails_the_join_and_names_the_server(bench: Bench) -> None:
    if bench.platform == "huaweicloud":
        bench.fault("stop", job={"status": "FAIL", "fail_servers": ["web-01"], "code": "Ecs.0226", "reason": "no way"})
    else:
        bench.fault("stop", fail_servers=["web-01"], reason="no way")
    handle = begun(bench, "web-01", "web-02")
    result = bench.call("job_info", handle=handle, wait=True)
    assert result["failed"]
    message = says(result, "1 of 2 servers could not be finished", "web-01", "no way")
    assert "web-02" not in message
    assert [outcome(result, name)["outcome"] for name in ("web-01", "web-02")] == ["failed", "done"]


def test_a_server_that_was_deleted_meanwhile(bench: Bench) -> None:
    handle = begun(bench, "web-01", "web-02")
    bench.remove("web-01")
    result = bench.call("job_info", handle=handle, wait=True, wait_timeout=60.0)
    assert result["failed"] and outcome(result, "web-01")["outcome"] == "failed"
    says(result, "web-01", "no longer exists")
    assert outcome(result, "web-02")["outcome"] == "done"


def test_a_join_that_times_out_says_who_is_where(bench: Bench) -> None:
    bench.fault("stop", stuck=True)
    handle = begun(bench, "web-01")
    result = bench.call("job_info", handle=handle, wait=True, wait_timeout=20.0)
    assert result["failed"]
    says(result, "web-01", "still in ", "20 seconds", "Raise wait_timeout")
    assert outcome(result, "web-01")["outcome"] == "unknown"


def test_what_is_still_under_way_is_not_finished(bench: Bench) -> None:
    bench.fault("stop", stuck=True)
    result = bench.call("job_info", handle=begun(bench, "web-01"), wait=True, wait_timeout=20.0)
    assert result["finished"] is False


def test_a_cloud_that_cannot_be_reached(bench: Bench) -> None:
    handle = begun(bench, "web-01")
    poll = {"openstack": "E03", "easystack": "E03", "ustack": "U04", "huaweicloud": "H09"}[bench.platform]
    bench.fault(poll, status=502)
    refused(bench.call("job_info", handle=handle), "HTTP 502", "try later")


@pytest.mark.parametrize("platform", NOVA)
def test_a_restart_is_proven_by_its_instance_action(bench: Bench) -> None:
    handle = begun(bench, "web-01", state="restarted")
    (pending,) = handle["pending_actions"]
    bench.clock.sleep(5)
    result = bench.call("job_info", handle=handle)
    assert result["finished"] and outcome(result, "web-01")["outcome"] == "done"
    asked = [row["path"] for row in bench.requests() if "os-instance-actions" in row["path"]]
    assert asked == ([] if bench.platform == "ustack" else [asked[0]]) and all(
        path.endswith(pending["request_id"]) for path in asked
    )


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_jobs_by_their_ids(bench: Bench) -> None:
    job_id = begun(bench, "web-01", "web-02")["pending_actions"][0]["job_id"]
    now = bench.call("job_info", job_ids=[job_id, job_id])
    assert now["finished"] is False and [each["status"] for each in now["jobs"]] == ["pending"]
    with nothing_done(bench):
        result = bench.call("job_info", job_ids=[job_id], wait=True)
    (job,) = result["jobs"]
    assert result["finished"] and job["status"] == "succeeded" and job["finished"] and job["end_time"]
    assert sorted(each["id"] for each in result["outcomes"]) == sorted([bench.id_of("web-01"), bench.id_of("web-02")])
    assert {each["outcome"] for each in result["outcomes"]} == {"done"} and result["changed"] is False


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_job_that_failed_with_some_done(bench: Bench) -> None:
    bench.fault("stop", job={"status": "FAIL", "fail_servers": ["web-01"], "code": "Ecs.0226", "reason": "no way"})
    job_id = begun(bench, "web-01", "web-02")["pending_actions"][0]["job_id"]
    result = bench.call("job_info", job_ids=[job_id], wait=True)
    assert result["failed"] and result["jobs"][0]["status"] == "failed"
    says(result, "1 of 2", bench.id_of("web-01"), "no way")
    assert outcome(result, bench.id_of("web-02"))["outcome"] == "done"


@pytest.mark.parametrize("platform", ["huaweicloud"])
@pytest.mark.parametrize("wait", [False, True])
def test_a_job_that_nobody_knows(bench: Bench, wait: bool) -> None:
    result = bench.call("job_info", job_ids=[NO_JOB], wait=wait)
    refused(result, NO_JOB, "does not exist" if "does not exist" in result["msg"] else "no job with this id")
    assert result["outcomes"][0]["outcome"] == "unknown" and result["jobs"][0]["status"] == "vanished"


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_an_id_that_is_no_job_id(bench: Bench) -> None:
    refused(bench.call("job_info", job_ids=["not/a job"]), "job")
