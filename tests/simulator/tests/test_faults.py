"""Injected faults, the request log, and the rest of the control API."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
import requests


def test_a_status_with_headers_for_some_calls_only(any_cloud: Any) -> None:
    operation = {"huaweicloud": "H02", "ustack": "U03"}.get(any_cloud.platform, "E02")
    path = "/cloudservers/detail" if any_cloud.platform == "huaweicloud" else "/servers/detail"
    any_cloud.fault({"status": 429, "headers": {"Retry-After": "7"}}, operation=operation, after=1, times=2)
    answers = [any_cloud.get(path) for _number in range(4)]
    assert [answer.status_code for answer in answers] == [200, 429, 429, 200]
    assert answers[1].headers["Retry-After"] == "7"
    assert "error_code" in answers[1].json or "overLimit" in answers[1].json
    assert [row["status"] for row in any_cloud.log(operation=operation)] == [200, 429, 429, 200]


def test_the_action_may_have_happened_all_the_same(openstack: Any) -> None:
    openstack.fault({"status": 502, "html": True, "effect": True}, method="POST", path="/action$", times=1)
    response = openstack.act("web-01", {"os-stop": None})
    assert (response.status_code, response.mimetype) == (502, "text/html")
    assert openstack.status("web-01") == ("ACTIVE", "powering-off")


def test_an_ordered_error_stops_the_action(openstack: Any) -> None:
    openstack.fault(
        {"status": 500, "body": {"computeFault": {"code": 500, "message": "no"}}},
        method="POST",
        times=1,
        path="/action$",
    )
    assert openstack.act("web-01", {"os-stop": None}).json["computeFault"]["message"] == "no"
    assert openstack.status("web-01") == ("ACTIVE", None)


def test_truncated_json_and_pages_instead_of_json(any_cloud: Any) -> None:
    path = "/cloudservers/detail" if any_cloud.platform == "huaweicloud" else "/servers/detail"
    whole = any_cloud.get(path)
    any_cloud.fault({"truncate": True}, path="/detail$", times=1)
    cut = any_cloud.get(path)
    assert (cut.status_code, len(cut.data)) == (200, len(whole.data) // 2)
    assert int(cut.headers["Content-Length"]) == len(cut.data)
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.data)
    any_cloud.fault({"html": True}, path="/detail$", times=1)
    assert any_cloud.get(path).data.startswith(b"<html>")
    assert any_cloud.get(path).json["servers"]


def test_servers_that_fail_on_nova(openstack: Any) -> None:
    openstack.fault({"fail_servers": ["web-01"], "reason": "Disk on fire"}, operation="E06")
    request_id = openstack.act("web-01", {"os-stop": None}).headers["x-compute-request-id"]
    openstack.act("web-02", {"os-stop": None})
    openstack.pass_time(1)
    assert openstack.status("web-01") == ("ERROR", None)
    assert openstack.show("web-01")["fault"]["message"] == "Disk on fire"
    assert openstack.status("web-02") == ("SHUTOFF", None)
    path = "/servers/%s/os-instance-actions/%s" % (openstack.id("web-01"), request_id)
    action = openstack.get(path).json["instanceAction"]
    assert (action["message"], action["events"][0]["result"]) == ("Error", "Error")


def test_stuck_servers_and_their_release(any_cloud: Any) -> None:
    any_cloud.fault({"stuck": True}, method="POST", path="/action$", times=1)
    any_cloud.act("web-01", {"reboot": {"type": "SOFT"}})
    any_cloud.pass_time(1000)
    assert any_cloud.status("web-01") == ("REBOOT", "rebooting")
    path = "/_sim/%s/servers/web-01" % any_cloud.platform
    assert any_cloud.client.put(path, json={"stuck": False}).status_code == 200
    any_cloud.pass_time(1)
    assert any_cloud.status("web-01") == ("ACTIVE", None)


def test_jobs_that_fail_in_part(huaweicloud: Any) -> None:
    ids = {name: huaweicloud.id(name) for name in ("web-01", "web-02")}
    huaweicloud.fault(
        {"job": {"status": "FAIL", "fail_servers": [ids["web-02"]], "code": "Ecs.0226", "reason": "no"}},
        operation="H05",
        times=1,
    )
    body = {"os-stop": {"servers": [{"id": one} for one in ids.values()]}}
    job_id = huaweicloud.post("/cloudservers/action", body).json["job_id"]
    huaweicloud.pass_time(1)
    document = huaweicloud.get("/jobs/" + job_id).json
    subs = {sub["entities"]["server_id"]: sub for sub in document["entities"]["sub_jobs"]}
    assert (document["status"], document["error_code"]) == ("FAIL", "Ecs.0226")
    assert subs[ids["web-01"]]["status"] == "SUCCESS"
    assert (subs[ids["web-02"]]["status"], subs[ids["web-02"]]["fail_reason"]) == ("FAIL", "no")
    assert [huaweicloud.status(name)[0] for name in ids] == ["SHUTOFF", "ACTIVE"]


def test_jobs_that_vanish_or_never_end(huaweicloud: Any) -> None:
    huaweicloud.fault({"job": "vanish"}, operation="H05", times=1)
    job_id = huaweicloud.act("web-01", {"os-stop": {}}).json["job_id"]
    assert huaweicloud.get("/jobs/" + job_id).status_code == 404
    huaweicloud.pass_time(1)
    assert huaweicloud.status("web-01") == ("SHUTOFF", None)
    huaweicloud.fault({"stuck": True}, operation="H05", times=1)
    job_id = huaweicloud.act("web-02", {"os-stop": {}}).json["job_id"]
    huaweicloud.pass_time(1000)
    assert huaweicloud.get("/jobs/" + job_id).json["status"] == "RUNNING"


def test_a_token_that_expires_in_mid_run(any_cloud: Any) -> None:
    any_cloud.token()
    path = "/cloudservers/detail" if any_cloud.platform == "huaweicloud" else "/servers/detail"
    any_cloud.fault({"expire_token": True}, path="/detail$", times=1)
    assert any_cloud.get(path).status_code == 401
    any_cloud._tokens.clear()
    assert any_cloud.get(path).status_code == 200


@pytest.mark.parametrize(("when", "task_state"), [("before", None), ("after", "powering-off")])
def test_connections_are_reset(openstack: Any, live: dict[str, Any], when: str, task_state: str | None) -> None:
    openstack.fault({"reset": when}, operation="E06", times=10)
    url = "%s%s/servers/%s" % (live["url"], openstack.root, openstack.id("web-01"))
    with requests.Session() as session:
        session.trust_env = False
        session.headers["X-Auth-Token"] = openstack.token()
        assert session.get(url, timeout=10).status_code == 200
        # More often than the server has workers: none of them may die of it.
        for _attempt in range(10):
            with pytest.raises(requests.ConnectionError, match="(?i)reset by peer"):
                session.post(url + "/action", json={"os-stop": None}, timeout=10)
        assert session.get(url, timeout=10).json()["server"]["OS-EXT-STS:task_state"] == task_state
    entry = openstack.log(operation="E06")[-1]
    assert entry["status"] == (None if when == "before" else 409)
    assert openstack.log(operation="E06")[0]["status"] == (None if when == "before" else 202)


def test_latency_is_added(openstack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    # The application's own sleeps alone: other threads of this process sleep too.
    monkeypatch.setattr("simulator.app.time", SimpleNamespace(sleep=slept.append))
    openstack.fault({"latency": 3.5}, operation="E02")
    assert openstack.get("/servers/detail").status_code == 200
    assert openstack.get("/servers").status_code == 200
    assert slept == [3.5]


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"do": {}},
        {"do": {"explode": True}},
        {"do": {"reset": "soon"}},
        {"do": {"status": 99}},
        {"do": {"latency": -1}},
        {"do": {"job": "late"}},
        {"do": {"html": True}, "path": "["},
        {"do": {"html": True}, "times": 0},
        {"do": {"html": True}, "colour": "red"},
        {"do": {"html": True}, "platform": "abacus"},
    ],
)
def test_orders_that_cannot_be_understood_are_refused(client: Any, order: dict[str, Any]) -> None:
    response = client.post("/_sim/faults", json=order)
    assert response.status_code == 400
    assert response.json["error"]
    assert client.get("/_sim/faults").json == {"faults": []}


def test_the_log_names_operations_and_hides_secrets(any_cloud: Any) -> None:
    names = {
        "openstack": ("E59", "E06"),
        "easystack": ("E59", "E06"),
        "ustack": (None, "U10"),
        "huaweicloud": ("H10", "H05"),
    }[any_cloud.platform]
    any_cloud.act("web-01", {"os-stop": {} if any_cloud.platform == "huaweicloud" else None})
    log = any_cloud.log()
    assert [(row["operation"], row["status"]) for row in log] == [
        (names[0], 201),
        (names[1], 200 if any_cloud.platform == "huaweicloud" else 202),
    ]
    text = json.dumps(log)
    settings = any_cloud.sim.platform(any_cloud.platform)
    assert any_cloud.token() not in text and settings["users"][0]["password"] not in text
    assert log[1]["headers"]["X-Auth-Token"] == "********"
    assert any_cloud.log(since=log[0]["n"]) == log[1:]
    assert any_cloud.client.delete("/_sim/requests").status_code == 204
    assert any_cloud.log() == []


def test_a_token_in_a_body_is_hidden_too(openstack: Any) -> None:
    token = openstack.token()
    identity = {"methods": ["token"], "token": {"id": token}}
    openstack.client.post(openstack.auth_path, json={"auth": {"identity": identity}})
    assert token not in json.dumps(openstack.log())


def test_servers_can_be_changed_added_and_removed(any_cloud: Any) -> None:
    base = "/_sim/%s/servers" % any_cloud.platform
    client = any_cloud.client
    changed = client.put(base + "/web-01", json={"status": "SHUTOFF", "locked": True, "tags": ["x"]}).json["server"]
    assert (changed["status"], changed["locked"], changed["tags"]) == ("SHUTOFF", True, ["x"])
    assert any_cloud.status("web-01") == ("SHUTOFF", None)
    created = client.post(base, json={"name": "new-01", "addresses": {"net": ["10.7.7.7"]}})
    assert created.status_code == 201
    assert any_cloud.names()[0] == "new-01"
    assert client.post(base, json={"name": "again", "id": created.json["server"]["id"]}).status_code == 400
    for bad in ({"status": "SLEEPY"}, {"colour": "red"}, {"then": {"status": "ACTIVE"}}):
        assert client.put(base + "/web-02", json=bad).status_code == 400
    assert client.delete(base + "/new-01").status_code == 204
    assert "new-01" not in any_cloud.names()
    assert client.get(base + "/new-01").status_code == 404
    assert client.post("/_sim/reset").status_code == 200
    assert client.get(base + "/web-01").json["server"]["status"] == "ACTIVE"


def test_a_server_can_reach_a_state_by_itself(openstack: Any) -> None:
    openstack.client.put(
        "/_sim/openstack/servers/web-01", json={"status": "BUILD", "then": {"status": "ACTIVE", "after": 30}}
    )
    openstack.pass_time(29)
    assert openstack.status("web-01") == ("BUILD", "spawning")
    openstack.pass_time(2)
    assert openstack.status("web-01") == ("ACTIVE", None)


def test_delays_can_be_changed(openstack: Any) -> None:
    assert openstack.client.put("/_sim/delays", json={"platform": "openstack", "stop": 60}).status_code == 200
    openstack.act("web-01", {"os-stop": None})
    openstack.pass_time(59)
    assert openstack.status("web-01") == ("ACTIVE", "powering-off")
    assert openstack.client.put("/_sim/delays", json={"nap": 1}).status_code == 400


def test_the_clock_goes_on_where_it_was_frozen(client: Any, sim: Any) -> None:
    before = sim.clock.now()
    assert client.post("/_sim/clock", json={"resume": True}).json["frozen"] is False
    assert before <= sim.clock.now() < before + 60
    for bad in ({}, {"advance": -1}, {"advance": "x"}, {"rewind": 1}):
        assert client.post("/_sim/clock", json=bad).status_code == 400
    assert client.get("/_sim/health").json["status"] == "ok"
    assert client.get("/_sim/nothing").status_code == 404


def test_the_control_side_shows_and_changes_what_a_guest_holds(openstack: Any) -> None:
    openstack.change(
        "web-02", key_name="operators", volume_image="ubuntu-24.04", password="secret", os_type="Windows", prepaid=True
    )
    seen = openstack.seen("web-02")
    assert (seen["key_names"], seen["volume_image"]["name"], seen["os_type"], seen["prepaid"]) == (
        ["operators"],
        "ubuntu-24.04",
        "Windows",
        True,
    )
    assert len(seen["password"]) == 64 and "secret" not in json.dumps(seen)
    openstack.change("web-02", key_name=None)
    assert openstack.seen("web-02")["key_names"] == []
    assert [row["name"] for row in openstack.control("keypairs")["keypairs"]] == ["operators"]
    assert [row["name"] for row in openstack.control("flavors")["flavors"]] == ["m1.small", "m1.medium", "m1.large"]
    for name, value in (("os_change_ends", "well"), ("colour", "red")):
        assert openstack.client.put("/_sim/openstack/options", json={name: value}).status_code == 400
    assert openstack.client.post("/_sim/huaweicloud/jobs/nobody/pay").status_code == 404
    assert openstack.client.get("/_sim/abacus/hosts").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"changePassword": "hunter2"},
        {"changePassword": {"adminPass": ["hunter2"]}},
        {"new_password": "hunter2"},
        {"reset-password": {"new_password": "hunter2", "is_check_password": True}},
        {"rebuild": {"adminPass": "hunter2"}},
        {"os-change": {"adminpass": "hunter2", "metadata": {"user_data": "hunter2"}}},
        {"adminPass": {"deep": "hunter2"}},
    ],
)
def test_no_password_is_in_the_log(openstack: Any, body: Any) -> None:
    openstack.act("web-01", body)
    assert "hunter2" not in json.dumps(openstack.log()[-1]["body"])
