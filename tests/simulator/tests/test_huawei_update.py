"""huaweicloud: update, tag and resize servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json["error"]["code"]


def update(cloud: Any, server: str = "web-01", /, **fields: Any) -> Any:
    return cloud.put("/cloudservers/" + cloud.id(server), {"server": fields})


def tags(cloud: Any, action: str, *pairs: tuple[str, str], name: str = "web-01") -> Any:
    rows = [{"key": key, "value": value} for key, value in pairs]
    return cloud.post("/cloudservers/%s/tags/action" % cloud.id(name), {"action": action, "tags": rows})


def resize(
    cloud: Any, name: str, flavor: str = "s6.large.2", version: str = "v1.1", dry_run: Any = False, **fields: Any
) -> Any:
    body = {"resize": {"flavorRef": flavor, **fields}, **({"dry_run": dry_run} if dry_run else {})}
    path = "/%s/%s/cloudservers/%s/resize" % (version, cloud.project_id, cloud.id(name))
    return cloud.client.post(path, json=body, headers={"X-Auth-Token": cloud.token()})


def job(cloud: Any, response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    return dict(cloud.get("/jobs/" + response.json["job_id"]).json)


def test_a_server_is_renamed(huaweicloud: Any) -> None:
    server_id = huaweicloud.id("web-01")
    response = update(huaweicloud, name="front-1", description="the first")
    assert response.status_code == 200
    assert (response.json["server"]["name"], response.json["server"]["image"]) == ("front-1", "")
    assert response.json["server"]["addresses"] != {}
    shown = huaweicloud.get("/cloudservers/" + server_id).json["server"]
    assert (shown["name"], shown["description"], shown["OS-EXT-SRV-ATTR:hostname"]) == (
        "front-1",
        "the first",
        "web-01",
    )
    update(huaweicloud, "front-1", hostname="front-1.example")
    shown = huaweicloud.get("/cloudservers/" + server_id).json["server"]
    assert (shown["name"], shown["OS-EXT-SRV-ATTR:hostname"]) == ("front-1", "front-1.example")
    assert {entry["name"] for entry in huaweicloud.log(operation="H07")} == {"update server"}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": ""},
        {"name": "a b"},
        {"name": "a" * 129},
        {"name": "名" * 65},
        {"description": "d" * 86},
        {"description": "<"},
        {"hostname": "-a"},
        {"hostname": "a..b"},
        {"hostname": "a" * 65},
        {"user_data": "?"},
        {"admin_pass": "x"},
    ],
)
def test_what_is_refused(huaweicloud: Any, fields: dict[str, Any]) -> None:
    assert code(update(huaweicloud, **fields)) == (400, "Ecs.0005")


def test_names_may_be_chinese(huaweicloud: Any) -> None:
    assert update(huaweicloud, name="名" * 64).status_code == 200


def test_a_server_that_is_not_there(huaweicloud: Any) -> None:
    assert code(huaweicloud.put("/cloudservers/x", {"server": {"name": "a"}})) == (404, "Ecs.0114")
    # The document prints GET for it, which shows the server.
    assert huaweicloud.get("/cloudservers/" + huaweicloud.id("web-01")).status_code == 200


def test_tags(huaweicloud: Any) -> None:
    assert tags(huaweicloud, "create", ("role", "db"), ("spot", "")).status_code == 204
    path = "/cloudservers/%s/tags" % huaweicloud.id("web-01")
    assert huaweicloud.get(path).json["tags"] == [
        {"key": "role", "value": "db"},
        {"key": "env", "value": "demo"},
        {"key": "spot", "value": ""},
    ]
    assert huaweicloud.show("web-01")["tags"] == ["role=db", "env=demo", "spot"]
    assert tags(huaweicloud, "delete", ("role", "db"), ("absent", "")).status_code == 204
    assert huaweicloud.show("web-01")["tags"] == ["env=demo", "spot"]


@pytest.mark.parametrize(
    ("action", "pairs", "expected"),
    [
        ("create", [("k" * 37, "")], "Ecs.0905"),
        ("create", [("k", "v" * 44)], "Ecs.0905"),
        ("create", [("k", "a=b")], "Ecs.0905"),
        ("create", [("_sys_x", "")], "Ecs.0905"),
        ("delete", [("_sys_x", "")], "Ecs.0905"),
        ("create", [("k", "1"), ("k", "2")], "Ecs.0906"),
        ("create", [("k%d" % number, "") for number in range(9)], "Ecs.0908"),
        ("create", [], "Ecs.0005"),
        ("set", [("k", "v")], "Ecs.0005"),
    ],
)
def test_tags_that_are_refused(huaweicloud: Any, action: str, pairs: list[tuple[str, str]], expected: str) -> None:
    assert code(tags(huaweicloud, action, *pairs)) == (400, expected)
    assert huaweicloud.show("web-01")["tags"] == ["role=web", "env=demo"]


@pytest.mark.parametrize(
    ("name", "mode", "end"),
    [
        ("batch-01", {}, "SHUTOFF"),
        ("batch-01", {"mode": "withStopServer"}, "SHUTOFF"),
        ("web-01", {"mode": "withStopServer"}, "ACTIVE"),
    ],
)
def test_a_resize(huaweicloud: Any, name: str, mode: dict[str, str], end: str) -> None:
    response = resize(huaweicloud, name, **mode)
    first = job(huaweicloud, response)
    assert (first["status"], first["entities"]) == ("INIT", {"server_id": huaweicloud.id(name)})
    assert huaweicloud.status(name) == ("RESIZE", "resize_prep")
    huaweicloud.pass_time(1)
    assert job(huaweicloud, response)["status"] == "SUCCESS"
    assert huaweicloud.status(name) == (end, None)
    assert huaweicloud.show(name)["flavor"]["id"] == "s6.large.2"


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("web-01", {}, (400, "Ecs.0100")),
        ("broken-01", {"mode": "withStopServer"}, (400, "Ecs.0100")),
        ("batch-01", {"flavor": "s6.small.1"}, (400, "Ecs.0810")),
        ("batch-01", {"flavor": "x"}, (400, "Ecs.0029")),
        ("batch-01", {"flavor": "s3.medium.2"}, (400, "Ecs.0707")),
        ("batch-01", {"mode": "live"}, (400, "Ecs.0005")),
        ("vault-01", {"mode": "withStopServer"}, (400, "Ecs.0605")),
        ("batch-01", {"cpu": 1}, (400, "Ecs.0005")),
        ("batch-01", {"extendparam": {"isAutoPay": True}}, (400, "Ecs.0005")),
    ],
)
def test_a_resize_that_is_refused(huaweicloud: Any, name: str, fields: dict[str, Any], expected: Any) -> None:
    assert code(resize(huaweicloud, name, **fields)) == expected


def test_a_resize_of_a_busy_server_and_a_dry_run(huaweicloud: Any) -> None:
    assert resize(huaweicloud, "batch-01", dry_run=True).status_code == 202
    assert huaweicloud.status("batch-01") == ("SHUTOFF", None)
    huaweicloud.act("web-01", {"reboot": {"type": "SOFT"}})
    assert code(resize(huaweicloud, "web-01", mode="withStopServer")) == (501, "Ecs.0603")


def test_a_prepaid_resize_waits_for_its_payment(huaweicloud: Any) -> None:
    huaweicloud.sim.fleets["huaweicloud"].find("batch-01").prepaid = True
    response = resize(huaweicloud, "batch-01")
    assert response.json["order_id"] and job(huaweicloud, response)["status"] == "PENDING_PAYMENT"
    huaweicloud.client.post("/_sim/huaweicloud/jobs/%s/pay" % response.json["job_id"])
    huaweicloud.pass_time(1)
    assert job(huaweicloud, response)["status"] == "SUCCESS"
    response = resize(huaweicloud, "batch-01", "s6.small.1", extendparam={"isAutoPay": "true"})
    assert job(huaweicloud, response)["status"] == "INIT"


def test_a_resize_fails_on_order(huaweicloud: Any) -> None:
    huaweicloud.client.post(
        "/_sim/faults",
        json={"platform": "huaweicloud", "operation": "resize server", "do": {"job": {"status": "FAIL"}}},
    )
    response = resize(huaweicloud, "web-01", mode="withStopServer")
    huaweicloud.pass_time(1)
    assert (job(huaweicloud, response)["status"], huaweicloud.status("web-01")) == ("FAIL", ("ACTIVE", None))
    assert huaweicloud.show("web-01")["flavor"]["id"] == "s6.small.1"
