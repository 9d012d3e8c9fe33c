"""huaweicloud: changing and reinstalling the OS of a server, with and without cloud-init."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
from typing import Any

import pytest

from simulator.state.ids import hex_id
from simulator.tests.calls import GOOD, digest, reset

UBUNTU, WINDOWS, OLD = "Ubuntu 24.04 server 64bit", "Windows Server 2022 64bit", "CentOS 6.5 64bit"
USER = hex_id("huaweicloud", "user", "operator")
TEXT = base64.b64encode(b"#!/bin/sh\necho hello\n").decode()


def image(cloud: Any, name: str) -> str:
    return str(next(row["id"] for row in cloud.control("images")["images"] if row["name"] == name))


def order(cloud: Any, name: str, body: Any, call: str = "v2 changeos") -> Any:
    version, word = call.split()
    path = "/%s/%s/cloudservers/%s/%s" % (version, cloud.project_id, cloud.id(name), word)
    return cloud.client.post(path, json=body, headers={"X-Auth-Token": cloud.token()})


def change(
    cloud: Any, name: str = "batch-01", image_name: str = UBUNTU, call: str = "v2 changeos", **fields: Any
) -> Any:
    if call.endswith("changeos"):
        fields = {"imageid": image(cloud, image_name), **fields}
    return order(cloud, name, {"os-change" if call.endswith("changeos") else "os-reinstall": fields}, call)


def job(cloud: Any, response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    return dict(cloud.get("/jobs/" + response.json["job_id"]).json)


def codes(response: Any) -> dict[str, str]:
    assert (response.status_code, response.json["error"]["code"]) == (400, "Ecs.0611"), response.text
    return {row["id"]: row["error_code"] for row in response.json["internalError"]}


def test_an_os_is_changed(huaweicloud: Any) -> None:
    reset(huaweicloud, "batch-01")
    response = change(huaweicloud, adminpass="N3w-password")
    first = job(huaweicloud, response)
    assert (first["status"], first["entities"]) == ("INIT", {"server_id": huaweicloud.id("batch-01")})
    assert huaweicloud.status("batch-01") == ("REBUILD", "rebuilding")
    assert huaweicloud.seen("batch-01")["image"]["name"] == "EulerOS 2.9 64bit"
    huaweicloud.pass_time(0.2)
    assert job(huaweicloud, response)["status"] == "RUNNING"
    huaweicloud.pass_time(0.2)
    last = job(huaweicloud, response)
    assert (last["status"], last["error_code"], last["entities"]) == ("SUCCESS", None, first["entities"])
    assert huaweicloud.status("batch-01") == ("ACTIVE", None)
    shown, seen = huaweicloud.show("batch-01"), huaweicloud.seen("batch-01")
    assert (shown["image"]["id"], shown["metadata"]["image_name"]) == (image(huaweicloud, UBUNTU), UBUNTU)
    assert (seen["password"], seen["pending_password"], seen["password_changes"]) == (digest("N3w-password"), None, 2)
    entry = huaweicloud.log(operation="H08")[0]
    assert (entry["name"], entry["body"]["os-change"]["adminpass"]) == ("change OS v2", "********")


@pytest.mark.parametrize(
    ("ends", "name", "end"),
    [
        ("running", "batch-01", "ACTIVE"),
        ("stopped", "batch-01", "SHUTOFF"),
        ("previous", "batch-01", "SHUTOFF"),
        ("previous", "web-01", "ACTIVE"),
        ("stopped", "web-01", "SHUTOFF"),
    ],
)
def test_how_it_ends_can_be_chosen(huaweicloud: Any, ends: str, name: str, end: str) -> None:
    huaweicloud.client.put("/_sim/huaweicloud/options", json={"os_change_ends": ends})
    assert change(huaweicloud, name, adminpass=GOOD, mode="withStopServer").status_code == 200
    huaweicloud.pass_time(1)
    assert huaweicloud.status(name) == (end, None)


@pytest.mark.parametrize(
    ("call", "image_name", "fields"),
    [
        ("v1 changeos", OLD, {"adminpass": GOOD}),
        ("v1 changeos", OLD, {"keyname": "operators", "userid": USER}),
        ("v1 reinstallos", "", {"adminpass": GOOD}),
        ("v2 reinstallos", "", {"keyname": "operators", "userid": USER}),
        ("v2 changeos", WINDOWS, {"adminpass": "Zx12-Zx12"}),
        ("v2 changeos", UBUNTU, {"metadata": {"user_data": TEXT}}),
    ],
)
def test_other_ways(huaweicloud: Any, call: str, image_name: str, fields: dict[str, Any]) -> None:
    assert change(huaweicloud, image_name=image_name, call=call, **fields).status_code == 200
    huaweicloud.pass_time(1)
    seen = huaweicloud.seen("batch-01")
    assert seen["image"]["name"] == (image_name or "EulerOS 2.9 64bit")
    assert seen["key_name"] == fields.get("keyname")
    assert seen["password"] == (digest(fields["adminpass"]) if "adminpass" in fields else None)
    assert seen["os_type"] == ("Windows" if image_name == WINDOWS else "Linux")
    word = "change OS" if call.endswith("changeos") else "reinstall OS"
    (entry,) = huaweicloud.log(operation="%s %s" % (word, call[:2]))
    assert entry["operation"] == ("H08" if call == "v2 changeos" else None)


def test_user_data_replaces_the_password_on_linux(huaweicloud: Any) -> None:
    change(huaweicloud, adminpass=GOOD, metadata={"user_data": TEXT})
    change(huaweicloud, "build-01", WINDOWS, adminpass="Zx12-Zx12", metadata={"user_data": TEXT})
    huaweicloud.pass_time(1)
    assert huaweicloud.seen("batch-01")["password"] is None
    assert huaweicloud.seen("batch-01")["user_data"] == digest(TEXT)
    assert huaweicloud.show("batch-01")["OS-EXT-SRV-ATTR:user_data"] == TEXT
    assert huaweicloud.seen("build-01")["password"] == digest("Zx12-Zx12")
    assert TEXT not in huaweicloud.client.get("/_sim/requests").text


def test_a_system_disk_is_encrypted(huaweicloud: Any) -> None:
    change(huaweicloud, adminpass=GOOD, metadata={"__system__encrypted": "1", "__system__cmkid": "key-1"})
    huaweicloud.pass_time(1)
    assert huaweicloud.seen("batch-01")["encryption_key"] == "key-1"


def test_the_key_pair_is_the_one_of_the_tokens_user(huaweicloud: Any) -> None:
    assert change(huaweicloud, keyname="operators").status_code == 200


@pytest.mark.parametrize(
    ("call", "fields", "code"),
    [
        ("v2 changeos", {}, "Ecs.0005"),
        ("v2 changeos", {"adminpass": ""}, "Ecs.0005"),
        ("v2 changeos", {"adminpass": GOOD, "keyname": "operators", "userid": USER}, "Ecs.0005"),
        ("v2 changeos", {"keyname": "nobody", "userid": USER}, "Ecs.0314"),
        ("v2 changeos", {"keyname": "operators", "userid": "nobody"}, "Ecs.0314"),
        ("v2 changeos", {"adminpass": "weak"}, "Ecs.0011"),
        ("v2 changeos", {"adminpass": "Root12345"}, "Ecs.0011"),
        ("v2 changeos", {"adminpass": 5}, "Ecs.0005"),
        ("v2 changeos", {"adminpass": GOOD, "mode": "now"}, "Ecs.0005"),
        ("v2 changeos", {"adminpass": GOOD, "isAutoPay": True}, "Ecs.0005"),
        ("v2 changeos", {"adminpass": GOOD, "isAutoPay": "yes"}, "Ecs.0005"),
        ("v2 changeos", {"adminpass": GOOD, "imageid": None}, "Ecs.0005"),
        ("v2 changeos", {"adminpass": GOOD, "imageid": "nobody"}, "Ecs.0031"),
        ("v2 changeos", {"metadata": {"user_data": "not base64"}}, "Ecs.0005"),
        ("v2 changeos", {"metadata": {"user_data": base64.b64encode(b"x" * 32769).decode()}}, "Ecs.0005"),
        ("v2 changeos", {"adminpass": GOOD, "metadata": {"user_data": 5}}, "Ecs.0005"),
        ("v2 changeos", {"adminpass": GOOD, "metadata": []}, "Ecs.0005"),
        ("v2 changeos", {"adminpass": GOOD, "metadata": {"__system__encrypted": "yes"}}, "Ecs.0005"),
        ("v2 changeos", {"adminpass": GOOD, "metadata": {"__system__encrypted": "1"}}, "Ecs.0005"),
        ("v2 changeos", {"adminpass": GOOD, "metadata": {"__system__cmkid": "k"}}, "Ecs.0005"),
        ("v1 changeos", {"metadata": {"user_data": TEXT}}, "Ecs.0005"),
        ("v1 changeos", {"adminpass": GOOD, "metadata": {"user_data": TEXT}}, "Ecs.0005"),
        ("v2 reinstallos", {}, "Ecs.0005"),
        ("v1 reinstallos", {"adminpass": "weak"}, "Ecs.0011"),
    ],
)
def test_bad_orders(huaweicloud: Any, call: str, fields: dict[str, Any], code: str) -> None:
    response = change(huaweicloud, call=call, **fields)
    assert (response.status_code, response.json["error"]["code"]) == (400, code)
    assert huaweicloud.status("batch-01") == ("SHUTOFF", None)


def test_32_kilobytes_are_still_fine(huaweicloud: Any) -> None:
    text = base64.b64encode(b"x" * 32768).decode()
    assert change(huaweicloud, metadata={"user_data": text}).status_code == 200


@pytest.mark.parametrize(
    ("image_name", "call", "code"),
    [
        (OLD, "v2 changeos", "Ecs.0005"),
        ("Debian 9 64bit", "v2 changeos", "Ecs.0032"),
        ("Debian 13 64bit", "v1 changeos", "Ecs.0032"),
    ],
)
def test_images_that_cannot_be_used(huaweicloud: Any, image_name: str, call: str, code: str) -> None:
    response = change(huaweicloud, image_name=image_name, call=call, adminpass=GOOD)
    assert (response.status_code, response.json["error"]["code"]) == (400, code)


def test_windows_without_cloud_init_takes_a_password_only(huaweicloud: Any) -> None:
    fields = {"keyname": "operators", "userid": USER}
    assert change(huaweicloud, image_name=WINDOWS, call="v1 changeos", **fields).status_code == 400
    assert change(huaweicloud, image_name=WINDOWS, **fields).status_code == 200


@pytest.mark.parametrize("body", [5, [], {}, {"os-change": None}, {"os-change": []}, {"os-reinstall": {}}])
def test_malformed_orders(huaweicloud: Any, body: Any) -> None:
    response = order(huaweicloud, "batch-01", body)
    assert (response.status_code, response.json["error"]["code"]) == (400, "Ecs.0005")


@pytest.mark.parametrize(
    ("name", "fields", "status", "code"),
    [
        ("web-01", {}, 400, "Ecs.0100"),
        ("vault-01", {"mode": "withStopServer"}, 400, "Ecs.0605"),
        ("broken-01", {"mode": "withStopServer"}, 400, "Ecs.0100"),
        ("web-01", {"mode": "withStopServer"}, 200, ""),
    ],
)
def test_states(huaweicloud: Any, name: str, fields: dict[str, str], status: int, code: str) -> None:
    response = change(huaweicloud, name, adminpass=GOOD, **fields)
    assert response.status_code == status
    if code:
        assert response.json["error"]["code"] == code


def test_busy_servers_and_servers_without_a_disk(huaweicloud: Any) -> None:
    change(huaweicloud, adminpass=GOOD)
    response = change(huaweicloud, adminpass=GOOD)
    assert (response.status_code, response.json["error"]["code"]) == (501, "Ecs.0603")
    assert codes(reset(huaweicloud, "batch-01")) == {huaweicloud.id("batch-01"): "Ecs.0100"}
    started = huaweicloud.act("batch-01", {"os-start": {}})
    huaweicloud.pass_time(0.05)
    assert job(huaweicloud, started)["entities"]["sub_jobs"][0]["error_code"] == "Ecs.0603"
    huaweicloud.change("build-01", system_disk=False)
    assert change(huaweicloud, "build-01", adminpass=GOOD).json["error"]["code"] == "Ecs.0105"
    response = huaweicloud.client.post(
        "/v2/%s/cloudservers/nobody/changeos" % huaweicloud.project_id,
        json={"os-change": {}},
        headers={"X-Auth-Token": huaweicloud.token()},
    )
    assert (response.status_code, response.json["error"]["code"]) == (404, "Ecs.0114")


def test_a_change_that_failed_may_be_tried_again(huaweicloud: Any) -> None:
    huaweicloud.fault({"job": {"status": "FAIL", "code": "Ecs.1001", "reason": "no disk"}}, operation="H08", times=1)
    response = change(huaweicloud, adminpass=GOOD)
    huaweicloud.pass_time(1)
    document = job(huaweicloud, response)
    assert (document["status"], document["error_code"], document["fail_reason"]) == ("FAIL", "Ecs.1001", "no disk")
    seen = huaweicloud.seen("batch-01")
    assert (seen["status"], seen["image"]["name"], seen["password"]) == ("ERROR", "EulerOS 2.9 64bit", None)
    assert huaweicloud.show("batch-01")["fault"]["message"] == "no disk"
    response = change(huaweicloud, adminpass=GOOD)
    huaweicloud.pass_time(1)
    assert job(huaweicloud, response)["status"] == "SUCCESS"
    assert huaweicloud.seen("batch-01")["os_change_failed"] is False


def test_jobs_vanish_and_hang(huaweicloud: Any) -> None:
    huaweicloud.fault({"job": "vanish"}, operation="H08", times=1)
    response = change(huaweicloud, adminpass=GOOD)
    assert huaweicloud.get("/jobs/" + response.json["job_id"]).status_code == 404
    huaweicloud.fault({"stuck": True}, operation="H08", times=1)
    response = change(huaweicloud, "build-01", adminpass=GOOD)
    huaweicloud.pass_time(3600)
    assert job(huaweicloud, response)["status"] == "RUNNING"
    assert huaweicloud.status("build-01") == ("REBUILD", "rebuilding")


def test_a_prepaid_server_waits_for_its_payment(huaweicloud: Any) -> None:
    for name in ("batch-01", "build-01"):
        huaweicloud.change(name, prepaid=True)
        assert huaweicloud.show(name)["metadata"]["charging_mode"] == "1"
    response = change(huaweicloud, adminpass=GOOD, isAutoPay="false")
    assert response.json["order_id"]
    huaweicloud.pass_time(3600)
    waiting = job(huaweicloud, response)
    assert (waiting["status"], waiting["end_time"]) == ("PENDING_PAYMENT", "")
    assert huaweicloud.status("batch-01") == ("SHUTOFF", None)
    pay = "/_sim/huaweicloud/jobs/%s/pay" % response.json["job_id"]
    assert (huaweicloud.client.post(pay).status_code, huaweicloud.client.post(pay).status_code) == (204, 404)
    huaweicloud.pass_time(1)
    assert job(huaweicloud, response)["status"] == "SUCCESS"
    response = change(huaweicloud, "build-01", adminpass=GOOD, isAutoPay="true")
    huaweicloud.pass_time(1)
    assert (job(huaweicloud, response)["status"], "order_id" in response.json) == ("SUCCESS", True)
