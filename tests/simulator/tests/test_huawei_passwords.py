"""huaweicloud: passwords in a batch and one by one, and metadata."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from simulator.state.guest import CHANGE_OS_SYMBOLS, RESET_SYMBOLS, password_weakness
from simulator.tests.calls import GOOD, digest, reset


def codes(response: Any) -> dict[str, str]:
    assert (response.status_code, response.json["error"]["code"]) == (400, "Ecs.0611"), response.text
    return {row["id"]: row["error_code"] for row in response.json["internalError"]}


@pytest.mark.parametrize(("name", "action"), [("web-01", "reboot"), ("batch-01", "os-start")])
def test_a_reset_password_holds_from_the_next_start_on(huaweicloud: Any, name: str, action: str) -> None:
    response = reset(huaweicloud, name)
    assert (response.status_code, response.json) == (200, {"response": [{"id": huaweicloud.id(name)}]})
    seen = huaweicloud.seen(name)
    assert (seen["password"], seen["pending_password"], seen["password_changes"]) == (None, digest(GOOD), 1)
    huaweicloud.act(name, {action: {"type": "SOFT"}})
    assert huaweicloud.seen(name)["password"] is None
    huaweicloud.pass_time(1)
    seen = huaweicloud.seen(name)
    assert (seen["password"], seen["pending_password"], seen["password_changes"]) == (digest(GOOD), None, 1)
    entry = huaweicloud.log(operation="H06")[-1]
    assert entry["body"]["new_password"] == "********"


def test_stopping_is_no_start(huaweicloud: Any) -> None:
    reset(huaweicloud, "web-01")
    huaweicloud.act("web-01", {"os-stop": {}})
    huaweicloud.pass_time(1)
    assert (huaweicloud.status("web-01")[0], huaweicloud.seen("web-01")["password"]) == ("SHUTOFF", None)
    huaweicloud.act("web-01", {"os-start": {}})
    huaweicloud.pass_time(1)
    assert huaweicloud.seen("web-01")["password"] == digest(GOOD)


@pytest.mark.parametrize("password", [GOOD, None])
def test_a_dry_run_checks_and_changes_nothing(huaweicloud: Any, password: str | None) -> None:
    assert reset(huaweicloud, "web-01", password=password, dry_run=True).status_code == 200
    assert list(codes(reset(huaweicloud, "web-01", "vault-01", password=password, dry_run=True)).values()) == [
        "Ecs.0605"
    ]
    assert huaweicloud.seen("web-01")["password_changes"] == 0
    assert reset(huaweicloud, "web-01", password="weak", dry_run=True).json["error"]["code"] == "Ecs.0011"


@pytest.mark.parametrize(("option", "done"), [("partial", 1), ("all_or_nothing", 0)])
def test_each_server_has_its_reason(huaweicloud: Any, option: str, done: int) -> None:
    huaweicloud.client.put("/_sim/huaweicloud/options", json={"reset_passwords": option})
    huaweicloud.change("web-02", reset_plugin=False)
    unknown = "00000000-1111-2222-3333-444444444444"
    names = ("web-01", "web-02", "vault-01", "broken-01", unknown)
    found = codes(reset(huaweicloud, *names))
    ids = [unknown if name == unknown else huaweicloud.id(name) for name in names]
    assert [found.get(one) for one in ids] == [None, "Ecs.0613", "Ecs.0605", "Ecs.0100", "Ecs.0614"]
    assert huaweicloud.seen("web-01")["password_changes"] == done
    assert huaweicloud.seen("vault-01")["password_changes"] == 0


def test_a_check_of_the_plug_in_can_fail(huaweicloud: Any) -> None:
    huaweicloud.fault({"fail_servers": ["web-02"]}, operation="H06", times=1)
    assert codes(reset(huaweicloud, "web-01", "web-02")) == {huaweicloud.id("web-02"): "Ecs.0612"}
    huaweicloud.fault({"fail_servers": "all", "code": "Ecs.0610", "reason": "no"}, operation="H06", times=1)
    response = reset(huaweicloud, "web-02")
    assert response.json["internalError"][0]["error_message"] == "no"
    assert set(codes(response).values()) == {"Ecs.0610"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "Ecs.0005"),
        ({}, "Ecs.0005"),
        ({"new_password": GOOD}, "Ecs.0005"),
        ({"new_password": GOOD, "servers": []}, "Ecs.0005"),
        ({"new_password": GOOD, "servers": ["x"]}, "Ecs.0005"),
        ({"servers": [{"id": "x"}]}, "Ecs.0005"),
        ({"new_password": 5, "servers": [{"id": "x"}]}, "Ecs.0005"),
        ({"new_password": GOOD, "servers": [{"id": "x"}], "dry_run": "yes"}, "Ecs.0005"),
        ({"new_password": GOOD, "servers": [{"id": str(number)} for number in range(1001)]}, "Ecs.0118"),
        ({"new_password": "short1A", "servers": [{"id": "x"}]}, "Ecs.0011"),
    ],
)
def test_bad_batches(huaweicloud: Any, body: Any, code: str) -> None:
    response = huaweicloud.put("/cloudservers/os-reset-passwords", body)
    assert (response.status_code, response.json["error"]["code"]) == (400, code)


def test_a_flat_body_is_no_action(huaweicloud: Any) -> None:
    body = {"new_password": GOOD, "servers": [{"id": huaweicloud.id("web-01")}]}
    response = huaweicloud.post("/cloudservers/action", body)
    assert (response.status_code, response.json["error"]["code"]) == (400, "Ecs.0005")
    assert huaweicloud.seen("web-01")["password_changes"] == 0


@pytest.mark.parametrize(
    ("password", "symbols", "os_type", "fine"),
    [
        (GOOD, RESET_SYMBOLS, "Linux", True),
        ("Abcdef1", RESET_SYMBOLS, "Linux", False),
        ("Abcdef12", RESET_SYMBOLS, "Linux", True),
        ("A1" + "b" * 24, RESET_SYMBOLS, "Linux", True),
        ("A1" + "b" * 25, RESET_SYMBOLS, "Linux", False),
        ("abcdef12", RESET_SYMBOLS, "Linux", False),
        ("abcdef1!", RESET_SYMBOLS, "Linux", True),
        ("Abcdef1$", RESET_SYMBOLS, "Linux", False),
        ("Abcdef1$", CHANGE_OS_SYMBOLS, "Linux", True),
        ("Abcdef1~", CHANGE_OS_SYMBOLS, "Linux", True),
        ("Abcdef1&", CHANGE_OS_SYMBOLS, "Linux", False),
        ("Abcdef1 ", CHANGE_OS_SYMBOLS, "Linux", False),
        ("Abcdef1\u00e9", CHANGE_OS_SYMBOLS, "Linux", False),
        ("Root1234", RESET_SYMBOLS, "Linux", False),
        ("1toorABC", RESET_SYMBOLS, "Linux", False),
        ("Ab1!root", RESET_SYMBOLS, "Windows", True),
        ("Ab1!admin", RESET_SYMBOLS, "Windows", False),
        ("Ab1!admin", RESET_SYMBOLS, "Linux", True),
        ("Ab1!xTOR99", RESET_SYMBOLS, "Windows", False),
        ("Ab1!Administrator", RESET_SYMBOLS, "Windows", False),
        ("Ab1!rotartsinimdA", RESET_SYMBOLS, "Windows", False),
    ],
)
def test_the_rules_of_passwords(password: str, symbols: str, os_type: str, fine: bool) -> None:
    assert (password_weakness(password, symbols, os_type) is None) == fine


def test_windows_servers_have_their_own_rules(huaweicloud: Any) -> None:
    assert reset(huaweicloud, "web-01", password="Ab1!admin").status_code == 200
    huaweicloud.change("web-02", os_type="Windows")
    assert reset(huaweicloud, "web-01", "web-02", password="Ab1!admin").json["error"]["code"] == "Ecs.0011"


def test_one_server_is_reset_and_asked(huaweicloud: Any) -> None:
    path = "/cloudservers/%s/" % huaweicloud.id("web-01")

    def one(password: Any, name: str = "web-01", **fields: Any) -> Any:
        return huaweicloud.put(
            "/cloudservers/%s/os-reset-password" % huaweicloud.id(name),
            {"reset-password": {"new_password": password, **fields}},
        )

    response = one("weak")
    assert (response.status_code, response.data) == (204, b"")
    assert huaweicloud.seen("web-01")["pending_password"] == digest("weak")
    assert one("weak", is_check_password=True).json["error"]["code"] == "Ecs.0011"
    assert one(GOOD, is_check_password=True).status_code == 204
    assert one(GOOD, "vault-01").json["error"]["code"] == "Ecs.0605"
    assert (one("").status_code, one(None).status_code, one(GOOD, is_check_password="x").status_code) == (400, 400, 400)
    assert huaweicloud.put(path + "os-reset-password", {"reset-password": "x"}).status_code == 400
    assert huaweicloud.get(path + "os-resetpwd-flag").json == {"resetpwd_flag": "True"}
    huaweicloud.change("web-01", reset_plugin=False)
    assert huaweicloud.get(path + "os-resetpwd-flag").json == {"resetpwd_flag": "False"}
    assert one(GOOD).json["error"]["code"] == "Ecs.0613"
    response = huaweicloud.get("/cloudservers/nobody/os-resetpwd-flag")
    assert (response.status_code, response.json["error"]["code"]) == (404, "Ecs.0614")


def test_metadata_is_merged(huaweicloud: Any) -> None:
    path = "/cloudservers/%s/metadata" % huaweicloud.id("web-01")
    assert huaweicloud.post(path, {"metadata": {"a": "1", "b": "2"}}).json == {"metadata": {"a": "1", "b": "2"}}
    assert huaweicloud.post(path, {"metadata": {"b": "3"}}).json == {"metadata": {"a": "1", "b": "3"}}
    assert huaweicloud.show("web-01")["metadata"]["b"] == "3"
    assert huaweicloud.delete(path + "/a").status_code == 204
    assert huaweicloud.delete(path + "/a").status_code == 404
    assert huaweicloud.seen("web-01")["metadata"] == {"b": "3"}


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("web-01", [], "Ecs.0005"),
        ("web-01", {}, "Ecs.0005"),
        ("web-01", {"metadata": []}, "Ecs.0005"),
        ("web-01", {"metadata": {"a": 1}}, "Ecs.0005"),
        ("web-01", {"metadata": {"a": None}}, "Ecs.0005"),
        ("web-01", {"metadata": {"a" * 256: "b"}}, "Ecs.0005"),
        ("web-01", {"metadata": {"a": "b" * 256}}, "Ecs.0005"),
        ("web-01", {"metadata": {"": "b"}}, "Ecs.0005"),
        ("vault-01", {"metadata": {"a": "b"}}, "Ecs.0605"),
        ("broken-01", {"metadata": {"a": "b"}}, "Ecs.0100"),
    ],
)
def test_metadata_that_is_refused(huaweicloud: Any, name: str, body: Any, code: str) -> None:
    path = "/cloudservers/%s/metadata" % huaweicloud.id(name)
    response = huaweicloud.post(path, body)
    assert (response.status_code, response.json["error"]["code"]) == (400, code)
    assert huaweicloud.post("/cloudservers/nobody/metadata", {"metadata": {}}).status_code == 404
