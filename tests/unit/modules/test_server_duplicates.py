# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several tasks that create the same servers at the same time: they really run at once, and in real time."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from modules.bench import NOVA, PLATFORMS, Bench, outcome, says
from modules.huaweicloud_servers import kind as huawei_kind
from modules.nova_servers import kind as nova_kind

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import SystemClock
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers import declared
from ansible_collections.cloudserver.compute.plugins.modules import server as module

EVERY_NOVA = pytest.mark.parametrize("platform", NOVA, indirect=True)
OPENSTACK = pytest.mark.parametrize("platform", ["openstack"], indirect=True)
HUAWEI = pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
TASKS = 6


@pytest.fixture
def real(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The platform in real time: a server is built in half a second."""
    monkeypatch.setattr(session, "SystemClock", SystemClock)
    bench.control("POST", "/clock", {"resume": True})
    bench.control("PUT", "/delays", {"platform": bench.platform, "create": 0.5, "delete": 0.2})
    return bench


def kind(bench: Bench, **more: Any) -> dict[str, Any]:
    return huawei_kind(**more) if bench.platform == "huaweicloud" else nova_kind(bench, **more)


def at_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tasks: list[dict[str, Any]], pause: Callable[[], float] | None = None
) -> list[dict[str, Any]]:
    """The results of tasks none of which creates anything before all of them have seen that it is missing."""
    barrier, original = threading.Barrier(len(tasks)), module.observe

    def observe(*given: Any) -> Any:
        found = original(*given)
        barrier.wait(30)
        if pause:
            time.sleep(pause())
        return found

    monkeypatch.setattr(module, "observe", observe)
    with ThreadPoolExecutor(len(tasks)) as pool:
        running = [pool.submit(bench.call, "server", **task) for task in tasks]
        results = [each.result(120) for each in running]
    monkeypatch.setattr(module, "observe", original)
    return results


def alive(bench: Bench, name: str) -> list[str]:
    """The ids of the servers of a name that cost money."""
    rows = bench.control("GET", f"/{bench.platform}/servers")["servers"]
    rows = [row for row in rows if row["name"] == name and row["vm_state"] not in ("deleted", "soft-delete")]
    return sorted(row["id"] for row in rows if row["task_state"] not in ("deleting", "soft-deleting"))


@HUAWEI
@pytest.mark.parametrize("options", [{}, {"count": 3}, {"wait": False}], ids=str)
def test_huaweicloud_makes_one_server_of_one_request(
    real: Bench, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    results = at_once(real, monkeypatch, [kind(real, name="double", **options)] * TASKS)
    wanted = "pending" if options.get("wait") is False else "done"
    for result in results:
        assert not result.get("failed"), result["msg"]
        assert {each["outcome"] for each in result["outcomes"]} == {wanted}
    names = ["double-%d" % number for number in (1, 2, 3)] if "count" in options else ["double"]
    assert [len(alive(real, name)) for name in names] == [1] * len(names)


@HUAWEI
def test_huaweicloud_makes_a_deleted_server_again_and_again(real: Bench) -> None:
    ids = []
    for _round in range(3):
        made = real.call("server", **kind(real, name="double"))
        assert outcome(made, "double")["outcome"] == "done", made
        ids += alive(real, "double")
        assert not real.call("server", name="double", state="absent").get("failed")
    assert len(set(ids)) == 3 and alive(real, "double") == []


@HUAWEI
def test_huaweicloud_creates_a_deleted_server_once_for_all(real: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real.call("server", **kind(real, name="double"))
    real.call("server", name="double", state="absent")
    results = at_once(real, monkeypatch, [kind(real, name="double")] * TASKS)
    assert not any(result.get("failed") for result in results) and len(alive(real, "double")) == 1


@HUAWEI
def test_huaweicloud_makes_a_server_again_that_failed(bench: Bench) -> None:
    bench.fault("create servers", times=1, job={"status": "FAIL", "code": "Ecs.0319", "reason": "sold out"})
    first = bench.call("server", **kind(bench, name="double"))
    assert "sold out" in says(first) and len(bench.requests("create servers")) == 1
    assert outcome(bench.call("server", **kind(bench, name="double")), "double")["outcome"] == "done"


@pytest.mark.parametrize("platform", PLATFORMS, indirect=True)
def test_all_stay_and_the_tasks_say_so(real: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [kind(real, name="double", metadata={"n": str(number)}) for number in range(3)]
    results = at_once(real, monkeypatch, tasks)
    ids = alive(real, "double")
    assert len(ids) == 3
    for result in results:
        found = outcome(result, "double")
        assert result["failed"] and result["changed"] and found["outcome"] == "failed", result
        assert all(each in found["message"] for each in ids), (ids, found)
        assert "on_duplicate: delete_newer" in says(result, "2 other servers with this name exist")


def recreated(bench: Bench) -> None:
    bench.change("broken-01", status="ERROR")


CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "one": ({"name": "double"}, ["double"]),
    "one request for several": ({"name": "double", "count": 3}, ["double-1", "double-2", "double-3"]),
    "pattern": ({"name_pattern": "t%02d", "count": 2}, ["t01", "t02"]),
    "locked": ({"name": "double", "locked": True}, ["double"]),
    "recreate": ({"name": "broken-01", "recreate": True}, ["broken-01"]),
}


@EVERY_NOVA
@pytest.mark.parametrize("case", CASES)
def test_exactly_one_stays(real: Bench, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    options, names = CASES[case]
    if case == "locked" and real.platform == "ustack":
        pytest.skip("ustack locks nothing")
    results = at_once(real, monkeypatch, [kind(real, on_duplicate="delete_newer", **options)] * TASKS)
    for name in names:
        (left,) = alive(real, name)
        for result in results:
            found = outcome(result, name)
            assert (found["outcome"], found["id"]) == ("done", left), result
    deleted = [row for row in results for each in row["outcomes"] if "delete" in each["actions"]]
    assert deleted and all(result["changed"] and not result.get("failed") for result in results)


@EVERY_NOVA
def test_exactly_one_stays_without_waiting(real: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [kind(real, name="double", on_duplicate="delete_newer", wait=False)] * TASKS
    results = at_once(real, monkeypatch, tasks)
    assert {outcome(result, "double")["outcome"] for result in results} == {"pending"}
    assert all(result["handle"] and not result.get("failed") for result in results)
    assert len(alive(real, "double")) == 1


@OPENSTACK
@pytest.mark.parametrize("seed", range(4))
def test_exactly_one_stays_however_they_overlap(real: Bench, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    tasks = [kind(real, name="double", on_duplicate="delete_newer", wait=chance.random() < 0.7) for _n in range(TASKS)]
    results = at_once(real, monkeypatch, tasks, lambda: chance.random() * 3)
    assert not any(result.get("failed") for result in results), [result.get("msg") for result in results]
    assert len(alive(real, "double")) == 1


@OPENSTACK
def test_a_server_that_this_task_did_not_create_is_not_deleted(real: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The console's server appears later and is not deleted: the task fails, and says why."""
    monkeypatch.setattr(
        "ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.duplicates.GRACE", 0.5
    )
    original = declared.new_server

    def new_server(*given: Any, **named: Any) -> Any:
        threading.Timer(1.0, real.control, ("POST", "/openstack/servers", {"name": "double"})).start()
        return original(*given, **named)

    monkeypatch.setattr(declared, "new_server", new_server)
    result = real.call("server", **kind(real, name="double", on_duplicate="delete_newer"))
    assert len(alive(real, "double")) == 2 and real.requests("E27") == []
    assert outcome(result, "double")["outcome"] == "failed", result


@OPENSTACK
def test_whether_there_is_another_one_cannot_be_read(bench: Bench) -> None:
    bench.fault("list", after=1, status=403)
    result = bench.call("server", **kind(bench, name="double"))
    assert outcome(result, "double")["outcome"] == "done" and not result.get("failed")
    assert result["changed"] and len(alive(bench, "double")) == 1


@OPENSTACK
def test_the_newer_one_cannot_be_deleted(real: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real.fault("E27", status=403, reason="Not yours.")
    results = at_once(real, monkeypatch, [kind(real, name="double", on_duplicate="delete_newer", wait=False)] * 2)
    (bad,) = [result for result in results if result.get("failed")]
    assert "could not be deleted" in says(bad, "Not yours") and bad["changed"]
    assert len(alive(real, "double")) == 2
