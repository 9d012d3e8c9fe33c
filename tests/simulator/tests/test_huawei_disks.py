"""huaweicloud: what the calls for disks refuse, and that a server takes one at a time."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

NOBODY = "0c7f5a1e-8b21-4c4f-9c3e-4c6a5de0f001"


def volume(cloud: Any, name: str = "data-1") -> str:
    return next(str(row["id"]) for row in cloud.control("volumes")["volumes"] if row["name"] == name)


def status(cloud: Any, name: str = "data-1") -> str:
    return next(str(row["status"]) for row in cloud.control("volumes")["volumes"] if row["name"] == name)


def path(cloud: Any, rest: str, server: str = "web-01") -> str:
    return "/cloudservers/%s/%s" % (cloud.id(server), rest)


def attach(cloud: Any, name: str = "data-1", server: str = "web-01", **more: Any) -> Any:
    return cloud.post(
        path(cloud, "attachvolume", server), {"volumeAttachment": {"volumeId": volume(cloud, name), **more}}
    )


def detach(cloud: Any, name: str = "data-1", server: str = "web-01", query: str = "") -> Any:
    return cloud.delete(path(cloud, "detachvolume/%s%s" % (volume(cloud, name), query), server))


def disks(cloud: Any, server: str = "web-01") -> list[str]:
    rows = cloud.get(path(cloud, "block_device", server)).json["volumeAttachments"]
    return [row["volumeId"] for row in rows][1:]


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json["error"]["code"]


def test_one_at_a_time(huaweicloud: Any) -> None:
    assert attach(huaweicloud).status_code == 200
    assert code(attach(huaweicloud, "data-2")) == (501, "Ecs.0603")
    assert attach(huaweicloud, "data-2", "web-02").status_code == 200
    assert code(attach(huaweicloud, "data-2", "web-03")) == (400, "Ecs.0103")
    huaweicloud.pass_time(1)
    assert disks(huaweicloud) == [volume(huaweicloud)] and status(huaweicloud) == "in-use"
    assert detach(huaweicloud).status_code == 200
    assert code(detach(huaweicloud)) == (501, "Ecs.0603") and status(huaweicloud) == "detaching"
    huaweicloud.pass_time(1)
    assert disks(huaweicloud) == [] and status(huaweicloud) == "available"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"volumeAttachment": {}}, "Ecs.0005"),
        ({"volumeAttachment": {"volumeId": "data-1"}}, "Ecs.0005"),
        ({"volumeAttachment": {"volumeId": 7}}, "Ecs.0005"),
        ({"volumeAttachment": {"volumeId": NOBODY}}, "Ecs.0103"),
        ({"volumeAttachment": {"volumeId": NOBODY, "tag": "x"}}, "Ecs.0005"),
        ({"volumeAttachment": {"volumeId": NOBODY, "device": 1}}, "Ecs.0005"),
        ({"volumeAttachment": {"volumeId": NOBODY}, "dry_run": "no"}, "Ecs.0005"),
        ({"volumeAttachment": {"volumeId": NOBODY}, "other": 1}, "Ecs.0005"),
        ({"volume": NOBODY}, "Ecs.0005"),
    ],
)
def test_a_body_that_is_refused(huaweicloud: Any, body: Any, expected: str) -> None:
    assert code(huaweicloud.post(path(huaweicloud, "attachvolume"), body)) == (400, expected)


@pytest.mark.parametrize(
    ("server", "expected"),
    [("vault-01", (400, "Ecs.0605")), ("broken-01", (400, "Ecs.0100")), ("batch-01", None)],
)
def test_the_server_must_allow_it(huaweicloud: Any, server: str, expected: Any) -> None:
    response = attach(huaweicloud, server=server)
    assert response.status_code == 200 if expected is None else code(response) == expected


def test_devices(huaweicloud: Any) -> None:
    attach(huaweicloud, device="/dev/sdd")
    huaweicloud.pass_time(1)
    row = huaweicloud.get(path(huaweicloud, "block_device/" + volume(huaweicloud))).json["volumeAttachment"]
    assert row["device"] == "/dev/vdd"
    for device in ("/dev/vdd", "/dev/sdd", "/dev/vda"):
        assert code(attach(huaweicloud, "data-2", device=device)) == (400, "Ecs.0005")


def test_what_cannot_be_detached_or_changed(huaweicloud: Any) -> None:
    system = huaweicloud.get(path(huaweicloud, "block_device")).json["volumeAttachments"][0]["volumeId"]
    change = {"block_device": {"delete_on_termination": False}}
    assert code(huaweicloud.delete(path(huaweicloud, "detachvolume/" + system))) == (400, "Ecs.0100")
    assert code(huaweicloud.put(path(huaweicloud, "block_device/" + system), change)) == (400, "Ecs.0617")
    assert code(detach(huaweicloud)) == (400, "Ecs.0111")
    assert code(detach(huaweicloud, query="?delete_flag=yes")) == (400, "Ecs.0005")
    assert code(huaweicloud.put(path(huaweicloud, "block_device/" + volume(huaweicloud)), change)) == (400, "Ecs.0111")
    attach(huaweicloud, "shared-1")
    huaweicloud.pass_time(1)
    shared = path(huaweicloud, "block_device/" + volume(huaweicloud, "shared-1"))
    assert code(huaweicloud.put(shared, change)) == (400, "Ecs.0617")
    bodies: list[dict[str, Any]] = [{}, {"block_device": {}}, {"block_device": {"delete_on_termination": "false"}}]
    for body in bodies:
        assert code(huaweicloud.put(shared, body)) == (400, "Ecs.0005")


def test_a_shared_disk(huaweicloud: Any) -> None:
    for server in ("web-01", "web-02"):
        assert attach(huaweicloud, "shared-1", server).status_code == 200
        huaweicloud.pass_time(1)
        assert status(huaweicloud, "shared-1") == "in-use"
    detach(huaweicloud, "shared-1", "web-01")
    huaweicloud.pass_time(1)
    assert disks(huaweicloud, "web-02") == [volume(huaweicloud, "shared-1")] and disks(huaweicloud) == []


def test_the_limit_of_a_server(huaweicloud: Any) -> None:
    assert huaweicloud.client.put("/_sim/huaweicloud/quota", json={"disks": 1}).status_code == 204
    attach(huaweicloud)
    huaweicloud.pass_time(1)
    assert huaweicloud.get(path(huaweicloud, "block_device")).json["attachableQuantity"]["free_disk"] == 0
    assert code(attach(huaweicloud, "data-2")) == (400, "Ecs.0104")


def test_a_job_that_fails_leaves_the_disk(huaweicloud: Any) -> None:
    huaweicloud.fault({"job": {"status": "FAIL"}}, operation="attach disk")
    job_id = attach(huaweicloud).json["job_id"]
    huaweicloud.pass_time(1)
    job = huaweicloud.get("/jobs/" + job_id).json
    assert (job["status"], job["error_code"]) == ("FAIL", "Ecs.0205") and job["entities"] == {
        "server_id": huaweicloud.id("web-01")
    }
    assert disks(huaweicloud) == [] and status(huaweicloud) == "available"


@pytest.mark.parametrize("delete", [True, False])
def test_data_disks_of_a_server_that_is_deleted(huaweicloud: Any, delete: bool) -> None:
    attach(huaweicloud)
    huaweicloud.pass_time(1)
    body = {"servers": [{"id": huaweicloud.id("web-01")}], "delete_volume": delete}
    assert huaweicloud.post("/cloudservers/delete", body).status_code == 200
    huaweicloud.pass_time(5)
    rows = {row["name"]: row["status"] for row in huaweicloud.control("volumes")["volumes"]}
    assert rows.get("data-1") == (None if delete else "available")


def test_a_disk_of_the_control_side(huaweicloud: Any) -> None:
    made = huaweicloud.client.post("/_sim/huaweicloud/volumes", json={"name": "more-1", "size": 5})
    assert made.status_code == 201 and volume(huaweicloud, "more-1") == made.json["volume"]["id"]
    assert huaweicloud.client.post("/_sim/huaweicloud/volumes", json={"name": "x", "kind": 1}).status_code == 400
    assert attach(huaweicloud, "more-1").status_code == 200


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "offset=-1", "marker=" + NOBODY, "colour=red"])
def test_a_list_of_disks_that_is_refused(huaweicloud: Any, query: str) -> None:
    url = "/v2/%s/cloudvolumes/detail?%s" % (huaweicloud.project_id, query)
    assert huaweicloud.client.get(url, headers={"X-Auth-Token": huaweicloud.token()}).status_code == 400


def test_a_disk_that_does_not_exist(huaweicloud: Any) -> None:
    url = "/v2/%s/cloudvolumes/%s" % (huaweicloud.project_id, NOBODY)
    response = huaweicloud.client.get(url, headers={"X-Auth-Token": huaweicloud.token()})
    assert response.status_code == 404 and "itemNotFound" in response.json
