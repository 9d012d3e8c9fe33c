# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_volume on EVS disks: jobs, the list of the disks that follows them, one disk of a server after the other."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.test_server_volume import held, ids, status, volume

ATTACH, DETACH, UPDATE, DISKS = "attach disk", "detach disk", "update disk of server", "list disks of server"
NOBODY = "0c7f5a1e-8b21-4c4f-9c3e-4c6a5de0f001"


@pytest.fixture
def platform() -> str:
    return "huaweicloud"


def data_disks(bench: Bench, result: dict[str, Any], name: str = "web-01") -> list[str]:
    rows = result["attachments"][bench.id_of(name)]
    assert [each["boot_index"] for each in rows][:1] == [0] and rows[0]["device"] == "/dev/vda"
    return [each["volume_id"] for each in rows[1:]]


def test_disks_come_and_go(bench: Bench) -> None:
    first, second = ids(bench, "data-1", "data-2")
    done = held(bench, names=["web-01"], volumes=[first])
    assert data_disks(bench, done) == [first] and status(bench, "data-1") == "in-use"
    assert [each["id"] for each in done["servers"][0]["volumes"]][1:] == [first]
    (request,) = bench.requests(ATTACH)
    assert request["body"] == {"volumeAttachment": {"volumeId": first}}
    done = held(bench, names=["web-01"], volumes=[second], purge_volumes=True)
    assert outcome(done, "web-01")["actions"] == ["detach_volume", "attach_volume"]
    assert data_disks(bench, done) == [second] and status(bench, "data-1") == "available"
    assert bench.requests(DETACH)[0]["query"] == []
    done = held(bench, names=["web-01"], volumes=[second], state="absent")
    assert data_disks(bench, done) == [] and status(bench, "data-2") == "available"


def test_a_stopped_server_and_a_device(bench: Bench) -> None:
    wanted = ids(bench, "data-1")
    done = held(bench, names=["batch-01"], volumes=wanted, device="/dev/sdf")
    assert done["attachments"][bench.id_of("batch-01")][1]["device"] == "/dev/vdf"
    says(volume(bench, names=["batch-01"], volumes=ids(bench, "data-2"), device="/dev/vdf"), "is in use")


def test_two_disks_one_after_the_other(bench: Bench) -> None:
    wanted = ids(bench, "data-1", "data-2")
    done = held(bench, names=["web-01"], volumes=wanted)
    assert outcome(done, "web-01")["actions"] == ["attach_volume", "attach_volume"]
    assert data_disks(bench, done) == wanted
    # The simulator refuses the second one while the first one is on its way.
    assert [row["status"] for row in bench.requests(ATTACH)] == [200, 200]


def test_the_disk_follows_its_job(bench: Bench) -> None:
    """SUCCESS is not the end: the list of the disks is."""
    bench.control("PUT", "/delays", {"platform": "huaweicloud", "attach": 20, "detach": 20})
    wanted = ids(bench, "data-1")
    started = bench.clock.elapsed
    done = volume(bench, names=["web-01"], volumes=wanted)
    assert outcome(done, "web-01")["outcome"] == "done" and bench.clock.elapsed - started >= 20
    assert data_disks(bench, done) == wanted and status(bench, "data-1") == "in-use"
    started = bench.clock.elapsed
    done = volume(bench, names=["web-01"], volumes=wanted, state="absent")
    assert outcome(done, "web-01")["outcome"] == "done" and bench.clock.elapsed - started >= 20
    assert status(bench, "data-1") == "available"


def test_the_system_disk_stays(bench: Bench) -> None:
    volume(bench, names=["web-01"], volumes=ids(bench, "data-1"))
    done = held(bench, names=["web-01"], purge_volumes=True)
    (left,) = done["attachments"][bench.id_of("web-01")]
    assert left["boot_index"] == 0
    system = {"names": ["web-01"], "volumes": [left["volume_id"]]}
    with nothing_done(bench):
        says(volume(bench, **system, state="absent"), "web-01", "boots from the volume", "cannot be detached")
        says(volume(bench, **system, delete_on_termination=False), "whose delete_on_termination cannot be changed")


def test_a_disk_that_is_deleted_with_its_server(bench: Bench) -> None:
    (wanted,) = ids(bench, "data-1")
    done = held(bench, names=["web-01"], volumes=[wanted], delete_on_termination=True)
    assert outcome(done, "web-01")["actions"] == ["attach_volume", "update_volume"]
    assert bench.requests(UPDATE)[0]["body"] == {"block_device": {"delete_on_termination": True}}
    assert done["attachments"][bench.id_of("web-01")][1]["delete_on_termination"] is True
    assert [each["delete_on_termination"] for each in done["servers"][0]["volumes"]] == [True, True]
    done = held(bench, names=["web-01"], volumes=[wanted], delete_on_termination=False)
    assert outcome(done, "web-01")["actions"] == ["update_volume"]
    assert done["diff"]["before"] != done["diff"]["after"], done["diff"]
    held(bench, names=["web-01"], volumes=[wanted], state="absent")
    # A new attachment keeps the disk by default, so nothing is asked for.
    done = held(bench, names=["web-01"], volumes=[wanted], delete_on_termination=False)
    assert outcome(done, "web-01")["actions"] == ["attach_volume"]


@pytest.mark.parametrize(
    "fault", [{"reset": "before"}, {"reset": "after"}, {"status": 200, "text": ""}, {"status": 200, "effect": True}]
)
def test_a_lost_response_to_a_change(bench: Bench, fault: dict[str, Any]) -> None:
    """A 200 without a body is no proof, with or without its effect: the record of the server is."""
    wanted = {"names": ["web-01"], "volumes": ids(bench, "data-1")}
    volume(bench, **wanted)
    bench.fault(UPDATE, times=1, **fault)
    result = volume(bench, **wanted, delete_on_termination=True)
    assert outcome(result, "web-01")["outcome"] == "done", result
    assert result["attachments"][bench.id_of("web-01")][1]["delete_on_termination"] is True


def test_a_shared_disk(bench: Bench) -> None:
    servers = ["web-01", "web-02", "web-03"]
    options = {"names": servers, "volumes": ids(bench, "shared-1"), "multiattach": True}
    assert len(held(bench, **options)["outcomes"]) == 3
    assert {row["status"] for row in bench.requests(ATTACH)} == {200}
    says(volume(bench, **options, delete_on_termination=True), "a shared disk", "leave it out")
    assert len(held(bench, **{**options, "state": "absent"})["outcomes"]) == 3
    with nothing_done(bench):
        refused(volume(bench, names=servers, volumes=ids(bench, "data-1")), "3 servers", "multiattach: true")


def test_force(bench: Bench) -> None:
    wanted = {"names": ["web-01"], "volumes": ids(bench, "data-1")}
    with nothing_done(bench):
        refused(volume(bench, **wanted, force=True), "force", "state: absent")
    volume(bench, **wanted)
    held(bench, **wanted, state="absent", force=True)
    assert bench.requests(DETACH)[0]["query"] == [["delete_flag", "1"]]


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("delay", [0.1, 40])
def test_a_lost_response(bench: Bench, state: str, reset: str, delay: float) -> None:
    """The list of the disks decides, and a second request of a slow one is refused while the first one is at work."""
    bench.control("PUT", "/delays", {"platform": "huaweicloud", "attach": delay, "detach": delay})
    wanted = {"names": ["web-01"], "volumes": ids(bench, "data-1")}
    if state == "absent":
        volume(bench, **wanted)
    bench.fault(ATTACH if state == "present" else DETACH, reset=reset, times=1)
    result = volume(bench, state=state, **wanted)
    assert outcome(result, "web-01")["outcome"] == "done" and result["changed"], result
    assert data_disks(bench, result) == (wanted["volumes"] if state == "present" else [])


def test_a_second_request_that_is_refused_without_a_reason(bench: Bench) -> None:
    """After a lost response, a refusal says nothing of the first request: the list of the disks does."""
    bench.control("PUT", "/delays", {"platform": "huaweicloud", "attach": 40})
    bench.fault(ATTACH, reset="after", times=1)
    bench.fault(ATTACH, status=400, body={"error": {"code": "Ecs.1000", "message": "no"}}, times=1)
    result = volume(bench, names=["web-01"], volumes=ids(bench, "data-1"))
    assert outcome(result, "web-01")["outcome"] == "done" and result["changed"], result
    assert data_disks(bench, result) == ids(bench, "data-1")


def test_a_gateway_that_refuses_the_second_request(bench: Bench) -> None:
    """That nothing was done is not said while the first request may be carried out."""
    bench.control("PUT", "/delays", {"platform": "huaweicloud", "attach": 40})
    bench.fault(ATTACH, reset="after", times=1)
    bench.fault(ATTACH, status=400, text="no")
    result = volume(bench, names=["web-01"], volumes=ids(bench, "data-1"))
    assert outcome(result, "web-01")["outcome"] == "unknown" and result["changed"], result


@pytest.mark.parametrize("server", ["web-01", "batch-01"])
def test_a_disk_of_another_server(bench: Bench, server: str) -> None:
    wanted = ids(bench, "data-1")
    volume(bench, names=["web-02"], volumes=wanted)
    result = volume(bench, names=[server], volumes=wanted)
    says(result, server, "in status in-use", "on the server %s" % bench.id_of("web-02"), "detach it there first")
    assert result["changed"] is False and outcome(result, server)["code"] == "Ecs.0103"


def test_a_disk_that_another_task_is_moving(bench: Bench) -> None:
    bench.control("PUT", "/delays", {"platform": "huaweicloud", "detach": 30})
    wanted = ids(bench, "data-1")
    volume(bench, names=["web-02"], volumes=wanted)
    volume(bench, names=["web-02"], volumes=wanted, state="absent", wait=False)
    result = volume(bench, names=["web-01"], volumes=wanted)
    assert outcome(result, "web-01")["outcome"] == "done" and data_disks(bench, result) == wanted


def test_what_the_volume_service_does_not_show(bench: Bench) -> None:
    """A user without a permission for it gets the refusal of ECS."""
    bench.fault("show disk", status=403, body={"error": {"code": "EVS.2003", "message": "no"}})
    result = volume(bench, names=["web-01"], volumes=[NOBODY])
    assert outcome(result, "web-01")["code"] == "Ecs.0103"
    refused(result, "does not exist, or is not in the Available state", "that no other server has it")


@pytest.mark.parametrize(
    "wanted, words",
    [
        ({"volumes": [NOBODY]}, "the volume could not be found"),
        ({"volumes": ["data"]}, "volumes: no volume that this project may use is named data; check"),
        ({"volumes": ["a/b"]}, "is named a/b"),
        ({"volumes": [" "]}, "ids or names of volumes"),
        ({"volumes": ["a", "b"], "device": "/dev/vdb"}, "device"),
        ({"volumes": [NOBODY], "device": "vdb"}, "/dev/vdb"),
        ({"volumes": [NOBODY], "tag": "data"}, "volume without tag"),
        ({"volumes": ["a"], "state": "absent", "purge_volumes": True}, "purge_volumes"),
    ],
)
def test_bad_input(bench: Bench, wanted: dict[str, Any], words: str) -> None:
    refused(volume(bench, names=["web-01"], **wanted), words)


def test_a_disk_in_error(bench: Bench) -> None:
    refused(volume(bench, names=["web-01"], volumes=ids(bench, "faulty-1")), "in status error", "not available")


@pytest.mark.parametrize("server, words", [("vault-01", "locked"), ("broken-01", "running or stopped")])
def test_a_server_that_refuses(bench: Bench, server: str, words: str) -> None:
    result = volume(bench, names=[server], volumes=ids(bench, "data-1"))
    says(result, server, words)
    assert status(bench, "data-1") == "available"


def test_more_disks_than_a_server_takes(bench: Bench) -> None:
    bench.control("PUT", "/huaweicloud/quota", {"disks": 1})
    first, second = ids(bench, "data-1", "data-2")
    with nothing_done(bench):
        says(volume(bench, names=["web-01"], volumes=[first, second]), "can take 1 more volumes", "attaches 2")
    held(bench, names=["web-01"], volumes=[first])
    # What is detached makes room.
    held(bench, names=["web-01"], volumes=[second], purge_volumes=True)
    bench.fault(DISKS, times=1, status=200, body={"volumeAttachments": []})
    says(volume(bench, names=["web-01"], volumes=[first]), "maximum number", "Detach a volume first")


@pytest.mark.parametrize("state, left", [("present", "available"), ("absent", "in-use")])
def test_a_job_that_fails(bench: Bench, state: str, left: str) -> None:
    wanted = {"names": ["web-01", "web-02"], "volumes": ids(bench, "shared-1"), "multiattach": True}
    if state == "absent":
        volume(bench, **wanted)
    job = {"status": "FAIL", "fail_servers": [bench.id_of("web-02")], "code": "Ecs.0205", "reason": "no path to it"}
    bench.fault(ATTACH if state == "present" else DETACH, job=job)
    result = volume(bench, **wanted, state=state)
    assert outcome(result, "web-01")["outcome"] == "done" and result["changed"]
    found = outcome(result, "web-02")
    assert (found["outcome"], found["code"], found["message"]) == ("failed", "Ecs.0205", "no path to it")
    assert len(data_disks(bench, result, "web-02")) == (0 if state == "present" else 1)


def test_a_disk_that_never_moves(bench: Bench) -> None:
    bench.fault(ATTACH, stuck=True)
    result = volume(bench, names=["web-01"], volumes=ids(bench, "data-1"), wait_timeout=30)
    assert outcome(result, "web-01")["outcome"] == "unknown"


@pytest.mark.parametrize("state", ["present", "absent"])
def test_not_waiting(bench: Bench, state: str) -> None:
    wanted = {"names": ["web-01"], "volumes": ids(bench, "data-1")}
    if state == "absent":
        volume(bench, **wanted)
    started = volume(bench, **wanted, state=state, wait=False)
    assert outcome(started, "web-01")["outcome"] == "pending" and started["changed"]
    looked = bench.call("job_info", handle=started["handle"])
    assert outcome(looked, "web-01")["outcome"] == "pending"
    joined = bench.call("job_info", handle=started["handle"], wait=True)
    assert outcome(joined, "web-01")["outcome"] == "done"
    assert status(bench, "data-1") == ("in-use" if state == "present" else "available")


def test_not_waiting_for_two_disks(bench: Bench) -> None:
    wanted = {"names": ["web-01"], "volumes": ids(bench, "data-1", "data-2"), "wait": False}
    started = volume(bench, **wanted)
    assert outcome(started, "web-01")["remaining_actions"] == ["attach_volume"]
    assert len(bench.requests(ATTACH)) == 1
    bench.clock.sleep(5)
    assert outcome(volume(bench, **wanted), "web-01")["actions"] == ["attach_volume"]


def test_a_job_that_is_not_kept_any_more(bench: Bench) -> None:
    """The list of the disks still shows what has come of it."""
    bench.fault(ATTACH, job="vanish")
    started = volume(bench, names=["web-01"], volumes=ids(bench, "data-1"), wait=False)
    assert outcome(bench.call("job_info", handle=started["handle"]), "web-01")["outcome"] == "pending"
    bench.clock.sleep(5)
    assert outcome(bench.call("job_info", handle=started["handle"]), "web-01")["outcome"] == "done"


def test_the_list_of_disks_is_needed(bench: Bench) -> None:
    bench.fault(DISKS, status=403, body={"error": {"code": "Ecs.0110", "message": "no"}})
    with nothing_done(bench):
        refused(volume(bench, names=["web-01"], volumes=ids(bench, "data-1")), "list the volumes of the server")
