# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EVS disks on servers of ECS, at the wire; the bodies are held against the models of the official SDK."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ExpectedState,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import InvalidResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_FAILED, JOB_SUCCEEDED
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.volume import Volume
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.huaweicloud.ecs_responses import (
    error,
    listed,
    server,
)
from simulator.tests.sdk.shapes import model_differences

ONE = "/v1/p1/cloudservers/a"
DISKS = ONE + "/block_device"
EVS = "/v2/p1/cloudvolumes/v"
SYSTEM = {"volumeId": "root", "id": "root", "serverId": "a", "device": "/dev/vda", "bootIndex": 0, "size": "40"}
DATA = {"volumeId": "v", "id": "v", "serverId": "a", "device": "/dev/vdb", "bootIndex": None, "size": 10}
FREE = {"free_scsi": 22, "free_blk": 14, "free_disk": 21}
JOB = {"job_id": "j1", "job_type": "attachVolume", "begin_time": "2026-01-01T00:00:00.000Z", "end_time": ""}


@pytest.fixture(scope="module")
def models(load_sdk: Any) -> Any:
    """The SDK's models of ECS."""
    return load_sdk("huaweicloudsdkecs.v2")


def ask(cloud: Any, name: str, **arguments: Any) -> PendingAction:
    of = Server(id="a", platform="huaweicloud", name="n-a", status="ACTIVE")
    (pending,) = cloud.servers.perform([(of, Action(name, {"volume_id": "v", **arguments}))])
    assert isinstance(pending, PendingAction)
    return pending


def volume(**more: Any) -> dict[str, Any]:
    return {"volume": {"id": "v", "name": "data-1", "status": "available", "attachments": [], **more}}


@pytest.mark.parametrize(
    ("name", "arguments", "method", "path", "query", "body", "model"),
    [
        ("attach_volume", {}, "POST", "/attachvolume", [],
         {"volumeAttachment": {"volumeId": "v"}}, "AttachServerVolumeRequestBody"),
        # What is set by another request, or not at all, is not in this one.
        ("attach_volume", {"device": "/dev/vdc", "tag": None, "delete_on_termination": True}, "POST", "/attachvolume",
         [], {"volumeAttachment": {"volumeId": "v", "device": "/dev/vdc"}}, "AttachServerVolumeRequestBody"),
        ("detach_volume", {}, "DELETE", "/detachvolume/v", [], None, None),
        ("detach_volume", {"force": True}, "DELETE", "/detachvolume/v", [("delete_flag", "1")], None, None),
        ("update_volume", {"delete_on_termination": False}, "PUT", "/block_device/v", [],
         {"block_device": {"delete_on_termination": False}}, "UpdateServerBlockDeviceReq"),
    ],
)  # fmt: skip
def test_what_each_action_sends(
    wire: Any, reply: Any, connect: Any, models: Any, name: str, arguments: Any, method: str, path: str, query: Any,
    body: Any, model: Any,
) -> None:  # fmt: skip
    cloud, is_job = connect("huaweicloud"), name != "update_volume"
    answer = reply(200, {"job_id": "j1"}) if is_job else reply(204)
    wire.expect(method, ONE + path, query=query, json=body, headers={"X-Project-Id": "p1"}, absent=("X-Auth-Token",),
                reply=answer)  # fmt: skip
    pending = ask(cloud, name, **arguments)
    assert (pending.error, pending.outcome_unknown, pending.job_id) == (None, False, "j1" if is_job else None)
    assert (wire.seen[0].content == b"") is (body is None)
    if model:
        assert model_differences(body, model, models) == []


def test_a_body_that_the_sdk_does_not_know(models: Any) -> None:
    """The comparison can fail."""
    body = {"volumeAttachment": {"volume_id": "v", "device": 7}}
    assert model_differences(body, "AttachServerVolumeRequestBody", models) == [
        "AttachServerVolumeOption.volumeId is missing",
        "AttachServerVolumeOption.volume_id is not defined",
        "AttachServerVolumeOption.device is not of type str: 7",
    ]


@pytest.mark.parametrize("name", ["attach_volume", "detach_volume"])
@pytest.mark.parametrize("broken", ["close", "status", "no job"])
def test_a_lost_response_is_not_sent_again(wire: Any, reply: Any, connect: Any, name: str, broken: str) -> None:
    answers = {"close": reply(broken="close"), "status": reply(504, "late"), "no job": reply(200, {})}
    wire.serve(lambda seen: answers[broken])
    pending = ask(connect("huaweicloud", api_retries=3), name)
    assert pending.outcome_unknown and pending.error and len(wire.seen) == 1


@pytest.mark.parametrize("answer", [(200, {"error": "x"}), (200, "<html>"), (200, None)])
def test_a_change_without_its_response(wire: Any, reply: Any, connect: Any, answer: Any) -> None:
    status, body = answer
    strange = reply(status, text=body) if isinstance(body, str) else reply(status, body)
    wire.serve(lambda seen: strange)
    assert ask(connect("huaweicloud"), "update_volume", delete_on_termination=True).outcome_unknown


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("attach_volume", error("Ecs.0057")),
        # A general code with the exact one in its details.
        ("attach_volume", {"error": {"code": "Ecs.0005", "message": "x",
                                     "details": [{"code": "Ecs.0057", "message": "y"}]}}),
        ("detach_volume", error("Ecs.0111")),
    ],
)  # fmt: skip
def test_what_is_so_already(wire: Any, reply: Any, connect: Any, name: str, body: Any) -> None:
    """The list of the disks decides, as after a job."""
    wire.serve(lambda seen: reply(400, body))
    pending = ask(connect("huaweicloud"), name)
    assert (pending.error, pending.outcome_unknown, pending.job_id) == (None, False, None)


@pytest.mark.parametrize(
    ("shown", "words", "hint", "busy"),
    [
        (volume(status="in-use", attachments=[{"server_id": "b"}, 7]), "in status in-use", "on the server b", False),
        (volume(status="in-use"), "in status in-use", "on another server", False),
        (volume(status="attaching"), "in status attaching", "not available", True),
        (volume(status="detaching"), "in status detaching", "not available", True),
        (volume(status="error"), "in status error", "not available", False),
        (None, "the volume could not be found", "Check the volume's id", False),
        ((403, error("EVS.2003")), "no", "Check the volume's id", False),
        ((404, {}), "no", "Check the volume's id", False),
        ((200, {"volume": {"name": "x"}}), "no", "Check the volume's id", False),
    ],
)
def test_why_a_volume_is_not_available(
    connect: Any, serve: Any, reply: Any, shown: Any, words: str, hint: str, busy: bool
) -> None:
    """ECS has one code for several reasons; the volume service has the reason."""
    found = reply(*shown) if isinstance(shown, tuple) else shown
    serve({"POST " + ONE + "/attachvolume": reply(400, error("Ecs.0103")), **({"GET " + EVS: found} if found else {})})
    failure = ask(connect("huaweicloud"), "attach_volume").error
    assert failure and words in failure.message and hint in str(failure.hint)
    assert (failure.code, failure.is_busy) == ("Ecs.0103", busy)


def test_the_volume_service_has_its_own_address(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud", endpoints={"volume": wire.url + "/evs"})
    wire.expect("GET", "/evs" + EVS, query=[], headers={"X-Project-Id": "p1"}, reply=reply(200, volume(
        status="in-use", attachments=[{"server_id": "b"}])))  # fmt: skip
    assert cloud.volumes.get("v") == Volume("v", "data-1", "in-use", ("b",))
    public = connect("huaweicloud", endpoint="https://ecs.cn-north-4.example.com")
    assert public.api.url("/x", "v2", "volume") == "https://evs.cn-north-4.example.com/v2/p1/x"


def test_the_list_of_disks(connect: Any, serve: Any, reply: Any) -> None:
    serve({
        "GET " + DISKS: {"attachableQuantity": FREE, "volumeAttachments": [SYSTEM, DATA]},
        "GET /v1/p1/cloudservers/b/block_device": {"volumeAttachments": []},
        "GET /v1/p1/cloudservers/gone/block_device": reply(404, error("Ecs.0114")),
    })  # fmt: skip
    found = connect("huaweicloud").volumes.list(["a", "b", "gone"])
    assert list(found) == ["a", "b"] and (found["a"].free, found["b"].free) == (21, None)
    assert [(each.volume_id, each.device, each.boot_index) for each in found["a"].volumes] == [
        ("root", "/dev/vda", 0), ("v", "/dev/vdb", None)]  # fmt: skip


@pytest.mark.parametrize(
    "body", [{}, {"volumeAttachments": {}}, {"volumeAttachments": [SYSTEM, {"id": "v"}]}, [SYSTEM]]
)
def test_a_list_that_cannot_be_read_hides_nothing(connect: Any, serve: Any, reply: Any, body: Any) -> None:
    serve({"GET " + DISKS: reply(200, body)})
    with pytest.raises(InvalidResponse, match="list the volumes of the server a"):
        connect("huaweicloud").volumes.list(["a"])


# -- proof ------------------------------------------------------------------------------------------------------------


def job(status: str, **more: Any) -> dict[str, Any]:
    return {**JOB, "status": status, "entities": {"server_id": "a"}, **more}


def poll(cloud: Any, **expected: Any) -> Any:
    pending = PendingAction("a", "attach_volume", job_id="j1", expected_state=ExpectedState(**expected))
    return cloud.servers.status([pending]).get("a")


def served(found: dict[str, Any], disks: Any = (), record: Any = ()) -> dict[str, Any]:
    rows = [{"id": each, "device": "/dev/vdx", "delete_on_termination": "true"} for each in record]
    return {
        **listed(server("a", **{"os-extended-volumes:volumes_attached": rows})),
        "GET /v1/p1/jobs/j1": found,
        "GET " + DISKS: {"volumeAttachments": [{"volumeId": each, "device": "/dev/vdb"} for each in disks]},
    }


@pytest.mark.parametrize(
    ("expected", "disks", "record", "proven"),
    [
        ({"volumes": ("v",)}, ["root", "v"], ["root", "v"], True),
        # The list decides, and not the record of the server, which may be late or early.
        ({"volumes": ("v",)}, ["root", "v"], ["root"], True),
        ({"volumes": ("v",)}, ["root"], ["root", "v"], False),
        ({"no_volumes": ("v",)}, ["root"], ["root", "v"], True),
        ({"no_volumes": ("v",)}, ["root", "v"], ["root"], False),
    ],
)
@pytest.mark.parametrize("vanished", [False, True])
def test_the_list_of_the_disks_proves_it(
    connect: Any, serve: Any, reply: Any, expected: Any, disks: Any, record: Any, proven: bool, vanished: bool
) -> None:
    gone = reply(404, {"code": "Common.0011", "message": "no"})
    serve(served(gone if vanished else job("SUCCESS"), disks, record))
    status = poll(connect("huaweicloud"), **expected)
    assert (status.verdict == JOB_SUCCEEDED) is proven and status.server.volume_ids == tuple(disks)
    known = [each.delete_on_termination for each in status.server.volumes if each.id in record]
    assert known == [True] * len(known)


def test_a_job_at_work_is_not_looked_behind(wire: Any, connect: Any, serve: Any) -> None:
    serve(served(job("RUNNING")))
    assert poll(connect("huaweicloud"), volumes=("v",)) is None
    assert [seen.path for seen in wire.seen] == ["/v1/p1/jobs/j1"]


@pytest.mark.parametrize(
    "entities",
    [
        {"server_id": "a"},
        {"sub_jobs_total": 1, "sub_jobs": [{"job_id": "j2", "status": "FAIL", "error_code": "Ecs.0205",
                                            "fail_reason": "no path", "entities": {"server_id": "a"}}]},
        # The sub job of a disk has no server.
        {"sub_jobs_total": 1, "sub_jobs": [{"job_id": "j2", "status": "FAIL", "error_code": "Ecs.0205",
                                            "fail_reason": "no path", "entities": {"volume_id": "v"}}]},
        {"sub_jobs_total": 1, "sub_jobs": [{"job_id": "j2", "status": "FAIL", "error_code": "Ecs.0205",
                                            "entities": {"errorcode_message": "no path"}}]},
    ],
)  # fmt: skip
def test_a_job_that_failed(wire: Any, connect: Any, serve: Any, entities: Any) -> None:
    own = {} if "sub_jobs" in entities else {"error_code": "Ecs.0205", "fail_reason": "no path"}
    serve(served({**job("FAIL", **own), "entities": entities}, ["root"], ["root"]))
    status = poll(connect("huaweicloud"), volumes=("v",))
    assert (status.verdict, status.code, status.message) == (JOB_FAILED, "Ecs.0205", "no path")
    assert DISKS not in [seen.path for seen in wire.seen]
