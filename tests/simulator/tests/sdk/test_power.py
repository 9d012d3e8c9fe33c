"""Batch start, stop and reboot (H03, H05, H04) and their jobs (H09) as the official SDK drives them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Wait = Callable[[str], list[Any]]


def start(ecs: Any, ids: list[str]) -> Any:
    m = ecs.models
    option = m.BatchStartServersOption(servers=[m.ServerId(one) for one in ids])
    return ecs.batch_start_servers(m.BatchStartServersRequest(m.BatchStartServersRequestBody(os_start=option)))


def stop(ecs: Any, ids: list[str], kind: str | None = None) -> Any:
    m = ecs.models
    option = m.BatchStopServersOption(servers=[m.ServerId(one) for one in ids], type=kind)
    return ecs.batch_stop_servers(m.BatchStopServersRequest(m.BatchStopServersRequestBody(os_stop=option)))


def reboot(ecs: Any, ids: list[str], kind: str = "SOFT") -> Any:
    m = ecs.models
    option = m.BatchRebootSeversOption(servers=[m.ServerId(one) for one in ids], type=kind)
    return ecs.batch_reboot_servers(m.BatchRebootServersRequest(m.BatchRebootServersRequestBody(reboot=option)))


@pytest.mark.parametrize(
    ("act", "kind", "names", "operation", "after"),
    [
        (start, None, ["batch-01", "build-01"], "H03", "ACTIVE"),
        (stop, None, ["web-01", "web-02"], "H05", "SHUTOFF"),
        (stop, "SOFT", ["web-01", "web-02"], "H05", "SHUTOFF"),
        (stop, "HARD", ["web-01", "web-02"], "H05", "SHUTOFF"),
        (reboot, "SOFT", ["web-01", "web-02"], "H04", "ACTIVE"),
        (reboot, "HARD", ["web-01", "web-02"], "H04", "ACTIVE"),
    ],
)
def test_a_batch_and_its_job(
    ecs: Any,
    m: Any,
    huaweicloud: Any,
    wait: Wait,
    calls: Callable[[], list[Any]],
    act: Any,
    kind: str | None,
    names: list[str],
    operation: str,
    after: str,
) -> None:
    ids = [huaweicloud.id(name) for name in names]
    answer = act(ecs, ids, kind) if kind else act(ecs, ids)
    assert (answer.status_code, len(answer.job_id)) == (200, 32)
    looks = wait(answer.job_id)
    assert list(dict.fromkeys(look.status for look in looks)) == ["INIT", "RUNNING", "SUCCESS"]
    first, last = looks[0], looks[-1]
    assert (first.end_time, first.error_code, first.fail_reason) == ("", None, None)
    assert (last.job_id, last.job_type, last.error_code) == (answer.job_id, "serversAction", None)
    assert last.begin_time < last.end_time
    assert isinstance(last.entities, m.JobEntities) and last.entities.sub_jobs_total == 2
    assert [(sub.status, sub.job_type, sub.entities.server_id) for sub in last.entities.sub_jobs] == [
        ("SUCCESS", "serverActions", one) for one in ids
    ]
    assert {huaweicloud.seen(name)["status"] for name in names} == {after}
    assert calls() == [operation] + ["H09"] * len(looks)


def test_one_server_of_a_batch_fails(ecs: Any, huaweicloud: Any, wait: Wait) -> None:
    huaweicloud.fault(
        {"job": {"status": "FAIL", "fail_servers": ["web-02"], "code": "Ecs.0227", "reason": "Reboot failed."}},
        operation="H04",
    )
    job = wait(reboot(ecs, [huaweicloud.id("web-01"), huaweicloud.id("web-02")]).job_id)[-1]
    assert (job.status, job.error_code, job.fail_reason) == ("FAIL", "Ecs.0227", "Reboot failed.")
    assert [(sub.status, sub.error_code) for sub in job.entities.sub_jobs] == [("SUCCESS", None), ("FAIL", "Ecs.0227")]


def test_a_locked_server_fails_alone(ecs: Any, huaweicloud: Any, wait: Wait) -> None:
    job = wait(stop(ecs, [huaweicloud.id("vault-01"), huaweicloud.id("web-01")]).job_id)[-1]
    assert [(sub.status, sub.error_code) for sub in job.entities.sub_jobs] == [("FAIL", "Ecs.0605"), ("SUCCESS", None)]


def test_refused_batches(ecs: Any, huaweicloud: Any, refusal: Any) -> None:
    for act, ids, expected in (
        (start, ["00000000-0000-4000-8000-000000000000"], (404, "Ecs.0114")),
        (start, [], (400, "Ecs.0005")),
        (stop, [str(number) for number in range(1001)], (400, "Ecs.0118")),
    ):
        with pytest.raises(refusal) as caught:
            act(ecs, ids)
        assert (caught.value.status_code, caught.value.error_code) == expected
    with pytest.raises(refusal) as caught:
        reboot(ecs, [huaweicloud.id("web-01")], "GENTLE")
    assert (caught.value.error_code, caught.value.error_msg) == ("Ecs.0005", "type must be SOFT or HARD.")


@pytest.mark.parametrize(("job_id", "status"), [("ff80" + "0" * 28, 404), ("not-a-job", 400)])
def test_a_job_that_is_not_there(ecs: Any, m: Any, refusal: Any, job_id: str, status: int) -> None:
    with pytest.raises(refusal) as caught:
        ecs.show_job(m.ShowJobRequest(job_id))
    assert (caught.value.status_code, caught.value.error_code) == (status, "Common.0011")
