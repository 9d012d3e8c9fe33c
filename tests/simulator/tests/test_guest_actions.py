"""Passwords, rebuilds and metadata on the Nova dialects."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
from typing import Any

import pytest

from simulator.tests.calls import digest

PASSWORD = "correct horse"


def image(cloud: Any, name: str) -> str:
    return str(next(row["id"] for row in cloud.control("images")["images"] if row["name"] == name))


def rebuild(cloud: Any, server: str, image_name: str = "ubuntu-24.04", **fields: Any) -> Any:
    return cloud.act(server, {"rebuild": {"imageRef": image(cloud, image_name), **fields}})


def test_a_password_is_changed(keystone_cloud: Any) -> None:
    response = keystone_cloud.act("web-01", {"changePassword": {"adminPass": PASSWORD}})
    assert (response.status_code, response.data) == (202, b"")
    assert keystone_cloud.status("web-01") == ("PASSWORD", "updating_password")
    assert keystone_cloud.seen("web-01")["password_changes"] == 0
    keystone_cloud.pass_time(0.1)
    assert keystone_cloud.status("web-01") == ("ACTIVE", None)
    seen = keystone_cloud.seen("web-01")
    assert (seen["password"], seen["password_changes"]) == (digest(PASSWORD), 1)
    entry = keystone_cloud.log(operation={"ustack": "U11"}.get(keystone_cloud.platform, "E28"))[-1]
    assert entry["body"] == {"changePassword": {"adminPass": "********"}}
    assert PASSWORD not in keystone_cloud.client.get("/_sim/requests").text


@pytest.mark.parametrize(
    "argument",
    [
        None,
        {},
        {"adminPass": 5},
        {"adminPass": "a", "b": "c"},
        {"password": "a"},
        [PASSWORD],
        PASSWORD,
        {"adminPass": [PASSWORD]},
    ],
)
def test_malformed_passwords(openstack: Any, argument: Any) -> None:
    assert openstack.act("web-01", {"changePassword": argument}).status_code == 400
    assert openstack.status("web-01") == ("ACTIVE", None)
    assert PASSWORD not in openstack.client.get("/_sim/requests").text


@pytest.mark.parametrize("name", ["batch-01", "build-01", "broken-01", "vault-01"])
def test_servers_whose_password_cannot_be_changed(openstack: Any, name: str) -> None:
    assert openstack.act(name, {"changePassword": {"adminPass": PASSWORD}}).status_code == 409
    openstack.pass_time(1)
    assert openstack.seen(name)["password"] is None


def test_passwords_need_the_guests_part_a_role_and_an_idle_server(openstack: Any) -> None:
    order = {"changePassword": {"adminPass": PASSWORD}}
    assert openstack.by("reader").act("web-01", order).status_code == 403
    openstack.act("web-02", {"reboot": {"type": "SOFT"}})
    assert "task_state" in openstack.act("web-02", order).text
    openstack.change("web-03", reset_plugin=False)
    assert openstack.act("web-03", order).status_code == 409
    openstack.fault({"fail_servers": "all", "reason": "agent is gone"}, operation="E28")
    openstack.act("web-01", order)
    openstack.pass_time(1)
    assert (openstack.status("web-01")[0], openstack.seen("web-01")["password"]) == ("ERROR", None)


@pytest.mark.parametrize(
    ("name", "meanwhile", "end"),
    [
        ("web-01", "ACTIVE", "ACTIVE"),
        ("batch-01", "SHUTOFF", "SHUTOFF"),
        ("web-03", "ERROR", "ACTIVE"),
    ],
)
def test_a_rebuild_brings_the_server_back(openstack: Any, name: str, meanwhile: str, end: str) -> None:
    if meanwhile == "ERROR":
        openstack.change(name, status="ERROR")
    assert openstack.status(name)[0] == meanwhile
    response = rebuild(openstack, name, adminPass=PASSWORD, metadata={"a": "b"}, name="new", description="d")
    shown = response.json["server"]
    assert (response.status_code, shown["status"], shown["adminPass"], shown["name"]) == (
        202,
        "REBUILD",
        PASSWORD,
        "new",
    )
    assert shown["image"]["id"] == image(openstack, "ubuntu-24.04")
    assert response.headers["Location"].endswith("/servers/" + shown["id"])
    openstack.pass_time(0.29)
    assert openstack.status("new") == ("REBUILD", "rebuilding")
    openstack.pass_time(0.02)
    assert openstack.status("new") == (end, None)
    seen = openstack.seen("new")
    assert (seen["image"]["name"], seen["password"]) == ("ubuntu-24.04", digest(PASSWORD))
    assert seen["metadata"] == {"a": "b"}
    assert openstack.log(operation="E26")[-1]["body"]["rebuild"]["adminPass"] == "********"
    actions = openstack.get("/servers/%s/os-instance-actions" % seen["id"]).json["instanceActions"]
    assert [row["action"] for row in actions] == ["rebuild"]


def test_nova_makes_a_password_up(easystack: Any) -> None:
    response = rebuild(easystack, "web-01", "openEuler-22.03")
    assert response.status_code == 202
    assert easystack.seen("web-01")["password"] == digest(response.json["server"]["adminPass"])
    assert response.json["server"]["flavor"]["id"] == "2"


@pytest.mark.parametrize(
    ("name", "word"), [("retired-9", "not active"), ("uploading-1", "not active"), ("bulky-1", "too small")]
)
def test_images_that_cannot_be_used(openstack: Any, name: str, word: str) -> None:
    response = rebuild(openstack, "web-01", name)
    assert (response.status_code, word in response.text) == (400, True)
    assert openstack.seen("web-01")["image"]["name"] == "debian-12"


def test_an_image_must_be_there_and_fit(openstack: Any) -> None:
    for reference in ("nobody", "", None):
        assert openstack.act("web-01", {"rebuild": {"imageRef": reference}}).status_code == 400
    for fields, word in (
        ({"min_disk": 21}, "minimum size"),
        ({"size": 21 * 1024**3, "min_disk": 0}, "image is"),
        ({"min_ram": 4096, "size": 1}, "memory"),
    ):
        openstack.client.put("/_sim/openstack/images/ubuntu-24.04", json=fields)
        response = rebuild(openstack, "web-01")
        assert (response.status_code, word in response.text) == (400, True)
    assert openstack.status("web-01") == ("ACTIVE", None)


@pytest.mark.parametrize("name", ["build-01", "vault-01"])
def test_states_and_locks_forbid_a_rebuild(openstack: Any, name: str) -> None:
    assert rebuild(openstack, name).status_code == 409
    assert rebuild(openstack.by("reader"), "web-01").status_code == 403
    openstack.act("web-01", {"os-stop": None})
    assert rebuild(openstack, "web-01").status_code == 409


@pytest.mark.parametrize(
    ("version", "fields", "status"),
    [
        ("2.18", {"description": "d"}, 400),
        ("2.53", {"key_name": "operators"}, 400),
        ("2.54", {"key_name": None}, 202),
        ("2.54", {"key_name": "operators"}, 202),
        ("2.54", {"key_name": "nobody"}, 400),
        ("2.54", {"key_name": ""}, 400),
        ("2.56", {"user_data": "aGk="}, 400),
        ("2.56", {"personality": []}, 202),
        ("2.57", {"personality": []}, 400),
        ("2.57", {"user_data": "not base64"}, 400),
        ("2.57", {"user_data": "QUFB" * 20000}, 400),
        ("2.57", {"user_data": "aGk="}, 202),
        ("2.96", {"hostname": "h1"}, 202),
        ("2.89", {"hostname": "h1"}, 400),
        ("2.96", {"metadata": {"a": 1}}, 400),
        ("2.96", {"colour": "red"}, 400),
        ("2.96", {"name": " n"}, 400),
    ],
)
def test_fields_of_a_rebuild_by_microversion(openstack: Any, version: str, fields: dict[str, Any], status: int) -> None:
    response = rebuild(openstack.at(version), "web-02", **fields)
    assert response.status_code == status, response.text
    if status == 400:
        assert openstack.status("web-02") == ("ACTIVE", None)


@pytest.mark.parametrize(
    ("version", "there", "absent"),
    [
        ("2.1", set(), {"key_name", "user_data", "OS-EXT-STS:task_state", "security_groups"}),
        ("2.57", {"key_name", "user_data"}, {"OS-EXT-STS:task_state", "config_drive"}),
        ("2.75", {"key_name", "user_data", "OS-EXT-STS:task_state", "security_groups"}, set()),
    ],
)
def test_the_answer_to_a_rebuild_by_microversion(
    openstack: Any, version: str, there: set[str], absent: set[str]
) -> None:
    shown = rebuild(openstack.at(version), "web-01").json["server"]
    assert there <= set(shown) and not absent & set(shown)


def test_a_rebuild_sets_user_data_and_key(openstack: Any) -> None:
    text = base64.b64encode(b"#!/bin/sh\n").decode()
    assert rebuild(openstack, "web-02", user_data=text, key_name="operators").json["server"]["user_data"] == text
    openstack.pass_time(1)
    admin = openstack.by("admin")
    assert admin.show("web-02")["OS-EXT-SRV-ATTR:user_data"] == text
    assert (openstack.show("web-02")["key_name"], openstack.seen("web-02")["user_data"]) == ("operators", digest(text))
    rebuild(openstack, "web-02", user_data=None, key_name=None)
    assert (openstack.show("web-02")["key_name"], admin.show("web-02")["OS-EXT-SRV-ATTR:user_data"]) == (None, "")


def test_a_server_on_a_volume_keeps_its_image_below_2_93(openstack: Any) -> None:
    response = rebuild(openstack.at("2.92"), "db-01")
    assert (response.status_code, "volume-backed" in response.text) == (400, True)
    assert rebuild(openstack.at("2.92"), "db-01", "debian-12").status_code == 202
    openstack.pass_time(1)
    assert rebuild(openstack, "db-01").status_code == 202
    openstack.pass_time(1)
    assert (openstack.show("db-01")["image"], openstack.seen("db-01")["volume_image"]["name"]) == ("", "ubuntu-24.04")


def test_a_rebuild_can_fail_or_hang(openstack: Any) -> None:
    openstack.fault({"fail_servers": ["web-01"], "reason": "no space"}, operation="E26")
    rebuild(openstack, "web-01")
    openstack.pass_time(1)
    assert (openstack.status("web-01")[0], openstack.show("web-01")["fault"]["message"]) == ("ERROR", "no space")
    openstack.client.delete("/_sim/faults")
    openstack.fault({"stuck": True}, operation="rebuild")
    rebuild(openstack, "web-02")
    openstack.pass_time(9999)
    openstack._tokens.clear()
    assert openstack.status("web-02") == ("REBUILD", "rebuilding")


def test_ustack_has_no_rebuild(ustack: Any) -> None:
    assert ustack.act("web-01", {"rebuild": {"imageRef": "x"}}).status_code == 400


def test_metadata(keystone_cloud: Any) -> None:
    path = "/servers/%s/metadata" % keystone_cloud.id("twin")
    keystone_cloud.put(path, {"metadata": {"a": "1", "b": "2"}})
    assert keystone_cloud.get(path).json == {"metadata": {"a": "1", "b": "2"}}
    assert keystone_cloud.post(path, {"metadata": {"b": "3", "c": ""}}).json == {
        "metadata": {"a": "1", "b": "3", "c": ""}
    }
    assert keystone_cloud.put(path + "/d", {"meta": {"d": "4"}}).json == {"meta": {"d": "4"}}
    assert keystone_cloud.get(path + "/d").json == {"meta": {"d": "4"}}
    assert keystone_cloud.delete(path + "/d").status_code == 204
    assert keystone_cloud.delete(path + "/d").status_code == 404
    assert keystone_cloud.get(path + "/d").status_code == 404
    assert keystone_cloud.show("twin")["metadata"] == {"a": "1", "b": "3", "c": ""}
    assert keystone_cloud.put(path, {"metadata": {}}).json == {"metadata": {}}
    ids = [row["operation"] for row in keystone_cloud.log() if row["path"].endswith("/metadata")]
    assert ids == ([None] * 4 if keystone_cloud.platform == "ustack" else ["E58", "E57", None, "E58"])


@pytest.mark.parametrize(
    "body",
    [
        "text",
        [],
        {},
        {"metadata": {"a": 1}},
        {"metadata": {"a": None}},
        {"metadata": {"a": True}},
        {"metadata": "a"},
        {"metadata": {"a/b": "c"}},
        {"metadata": {"": "c"}},
        {"metadata": {"a" * 256: "c"}},
        {"metadata": {"a": "c" * 256}},
        {"metadata": {}, "more": 1},
    ],
)
def test_malformed_metadata(openstack: Any, body: Any) -> None:
    path = "/servers/%s/metadata" % openstack.id("web-01")
    assert openstack.post(path, body).status_code == 400
    assert openstack.put(path, body).status_code == 400
    item = body.get("metadata") if isinstance(body, dict) else body
    assert openstack.put(path + "/a", {"meta": item}).status_code == 400
    assert openstack.get(path).json == {"metadata": {}}


def test_metadata_that_may_not_be_set(openstack: Any) -> None:
    order = {"metadata": {"a": "b"}}
    for name, status in (("vault-01", 409), ("broken-01", 409), ("build-01", 200), ("batch-01", 200)):
        assert openstack.post("/servers/%s/metadata" % openstack.id(name), order).status_code == status
    path = "/servers/%s/metadata" % openstack.id("web-01")
    assert openstack.by("reader").post(path, order).status_code == 403
    assert openstack.by("reader").delete(path + "/a").status_code == 403
    assert openstack.by("reader").get(path).status_code == 200
    assert openstack.put(path + "/a", {"meta": {"b": "c"}}).status_code == 400
    assert openstack.put(path + "/a", {"meta": {"a": "1", "b": "2"}}).status_code == 400
    many = {"k%d" % number: "" for number in range(129)}
    assert openstack.put(path, {"metadata": many}).status_code == 403
    assert openstack.post("/servers/nobody/metadata", order).status_code == 404
    openstack.change("vault-01", metadata={"a": "b"})
    assert openstack.delete("/servers/%s/metadata/a" % openstack.id("vault-01")).status_code == 409
    assert openstack.by("admin").delete("/servers/%s/metadata/a" % openstack.id("vault-01")).status_code == 204
