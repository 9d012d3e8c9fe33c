"""Keystone and the three Nova dialects: what they answer, what they refuse, how servers move."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

POWER = [
    # server, action, status and task_state meanwhile, seconds, status in the end
    ("web-01", {"os-stop": None}, ("ACTIVE", "powering-off"), 0.2, "SHUTOFF"),
    ("batch-01", {"os-start": None}, ("SHUTOFF", "powering-on"), 0.15, "ACTIVE"),
    ("batch-01", {"os-start": True}, ("SHUTOFF", "powering-on"), 0.15, "ACTIVE"),
    ("web-01", {"reboot": {"type": "SOFT"}}, ("REBOOT", "rebooting"), 0.25, "ACTIVE"),
    ("web-01", {"reboot": {"type": "HARD"}}, ("HARD_REBOOT", "rebooting_hard"), 0.2, "ACTIVE"),
    ("batch-01", {"reboot": {"type": "HARD"}}, ("HARD_REBOOT", "rebooting_hard"), 0.2, "ACTIVE"),
    ("web-01", {"pause": None}, ("ACTIVE", "pausing"), 0.05, "PAUSED"),
    ("web-01", {"suspend": None}, ("ACTIVE", "suspending"), 0.15, "SUSPENDED"),
    ("build-01", {"unpause": None}, ("PAUSED", "unpausing"), 0.05, "ACTIVE"),
]
ILLEGAL = [
    ("batch-01", {"os-stop": None}, "Cannot 'stop' instance %s while it is in vm_state stopped"),
    ("web-01", {"os-start": None}, "Cannot 'start' instance %s while it is in vm_state active"),
    ("batch-01", {"reboot": {"type": "SOFT"}}, "Cannot 'reboot' instance %s while it is in vm_state stopped"),
    ("batch-01", {"pause": None}, "Cannot 'pause' instance %s while it is in vm_state stopped"),
    ("web-01", {"unpause": None}, "Cannot 'unpause' instance %s while it is in vm_state active"),
    ("build-01", {"suspend": None}, "Cannot 'suspend' instance %s while it is in vm_state paused"),
    ("build-01", {"os-start": None}, "Cannot 'start' instance %s while it is in vm_state paused"),
    ("web-01", {"resume": None}, "Cannot 'resume' instance %s while it is in vm_state active"),
    ("vault-01", {"os-stop": None}, "Instance %s is locked"),
]
MALFORMED_ACTIONS = [
    ({"reboot": {"type": "GENTLE"}}, "'GENTLE' is not one of"),
    ({"reboot": {}}, "'type' is a required property"),
    ({"reboot": {"type": "SOFT", "force": True}}, "Additional properties"),
    ({"os-fly": None}, "There is no such action: os-fly"),
    ({"os-shutdown": None}, "There is no such action: os-shutdown"),
    ({"os-stop": None, "os-start": None}, "too many body keys"),
    ({}, "Malformed request body"),
    ([], "Malformed request body"),
]
BAD_LISTS = [
    ({"limit": "-1"}, 400, "limit"),
    ({"limit": "many"}, 400, "limit"),
    ({"marker": "nobody"}, 400, "marker [nobody]"),
    ({"name": "["}, 400, "regex"),
    ({"all_tenants": "1"}, 403, "Policy"),
    ({"all_tenants": "perhaps"}, 400, "boolean"),
    ({"colour": "red"}, 400, "colour"),
    ({"status": "SLEEPY"}, 400, "Invalid status"),
    ({"sort_key": "colour"}, 400, "sort_key"),
    ({"sort_dir": "up", "sort_key": "uuid"}, 400, "sort_dir"),
    ({"changes-since": "yesterday"}, 400, "date-time"),
    ({"status": "DELETED"}, 403, "administrators"),
    ({"sort_key": "host"}, 403, "Policy"),
]
FILTERS: list[tuple[dict[str, str], set[str]]] = [
    ({"image": ""}, {"db-01"}),
    ({"name": "^web-0[12]$"}, {"web-01", "web-02"}),
    ({"name": "eb-01"}, {"web-01"}),
    ({"name": "^(web-01|db-01)$"}, set()),
    ({"status": "SHUTOFF"}, {"batch-01"}),
    ({"ip": "10.0.0.2"}, {"db-01", "db-02"}),
    ({"ip": "203.0.113.5"}, set()),
    ({"ip6": "2001:db8"}, {"web-02"}),
    ({"tags": "role=web,env=demo"}, {"web-01", "web-02", "web-03", "web-04"}),
    ({"tags": "role=web,role=db"}, set()),
    ({"tags-any": "role=bastion,spot"}, {"bastion-01", "cache-01"}),
    ({"not-tags-any": "env=demo,role=twin", "status": "ACTIVE"}, {"bastion-01", "vault-01"}),
    ({"not-tags": "role=web,env=demo", "tags": "env=demo"}, {"db-01", "db-02", "cache-01", "batch-01"}),
    ({"flavor": "4"}, {"db-01", "db-02"}),
    ({"flavor": "none"}, set()),
    ({"availability_zone": "zone-2"}, {"web-04"}),
]


@pytest.mark.parametrize(("name", "action", "meanwhile", "seconds", "end"), POWER)
def test_power_actions_take_their_time(
    openstack: Any, name: str, action: dict[str, Any], meanwhile: tuple[str, str], seconds: float, end: str
) -> None:
    response = openstack.act(name, action)
    assert (response.status_code, response.data) == (202, b"")
    assert response.headers["x-compute-request-id"].startswith("req-")
    openstack.pass_time(seconds * 0.9)
    assert openstack.status(name) == meanwhile
    openstack.pass_time(seconds * 0.2)
    assert openstack.status(name) == (end, None)
    seen = openstack.client.get("/_sim/openstack/servers/" + openstack.id(name)).json["server"]
    assert seen["reached_at"] == pytest.approx(openstack.sim.clock.now() - seconds * 0.1, abs=0.001)


def test_a_hard_reboot_brings_a_server_out_of_error_if_a_host_ever_took_it(openstack: Any) -> None:
    openstack.change("web-01", status="ERROR")
    assert openstack.act("web-01", {"reboot": {"type": "HARD"}}).status_code == 202
    assert openstack.status("web-01") == ("HARD_REBOOT", "rebooting_hard")
    openstack.pass_time(0.3)
    assert openstack.status("web-01") == ("ACTIVE", None)
    refused = openstack.act("broken-01", {"reboot": {"type": "HARD"}})
    assert refused.status_code == 409 and "is in an invalid state for 'reboot'" in refused.text


@pytest.mark.parametrize(("name", "action", "message"), ILLEGAL)
def test_what_the_state_does_not_allow_is_a_conflict(
    openstack: Any, name: str, action: dict[str, Any], message: str
) -> None:
    response = openstack.act(name, action)
    assert response.status_code == 409
    assert response.json["conflictingRequest"]["message"] == message % openstack.id(name)


def test_a_second_action_meets_the_first(openstack: Any) -> None:
    assert openstack.act("web-01", {"os-stop": None}).status_code == 202
    response = openstack.act("web-01", {"os-stop": None})
    assert "while it is in task_state powering-off" in response.json["conflictingRequest"]["message"]


@pytest.mark.parametrize(("action", "message"), MALFORMED_ACTIONS)
def test_malformed_actions(openstack: Any, action: Any, message: str) -> None:
    response = openstack.act("web-01", action)
    assert response.status_code == 400
    assert message in response.json["badRequest"]["message"]
    assert openstack.status("web-01") == ("ACTIVE", None)


def test_action_bodies_must_be_json(openstack: Any) -> None:
    path = "/servers/%s/action" % openstack.id("web-01")
    assert openstack.request("POST", path, data="{", content_type="application/json").status_code == 400
    assert openstack.request("POST", path, data='{"os-stop": null}', content_type="text/plain").status_code == 400


@pytest.mark.parametrize(("query", "status", "word"), BAD_LISTS)
def test_bad_lists_are_refused(openstack: Any, query: dict[str, str], status: int, word: str) -> None:
    response = openstack.get("/servers/detail", query_string=query)
    assert response.status_code == status
    assert word in response.text


@pytest.mark.parametrize(("query", "names"), FILTERS)
def test_filters(openstack: Any, query: dict[str, str], names: set[str]) -> None:
    assert set(openstack.names(**query)) == names


def test_filters_that_an_old_microversion_does_not_know_are_ignored(openstack: Any) -> None:
    openstack.version = "2.25"
    everybody = set(openstack.names())
    for query in ({"tags": "role=web"}, {"colour": "red"}, {"availability_zone": "zone-2"}, {"host": "cmp1"}):
        assert set(openstack.names(**query)) == everybody, query
    assert openstack.names(status="SLEEPY") == []


def test_pages_follow_the_marker_and_a_full_last_page_has_a_next_link(openstack: Any) -> None:
    total = openstack.names()
    assert len(total) == 14
    seen, path, pages = [], "/servers/detail?limit=7", 0
    while path:
        document = openstack.get(path).json
        seen += [row["name"] for row in document["servers"]]
        links = document.get("servers_links", [])
        path = links[0]["href"].split("/v2.1", 1)[1] if links else ""
        pages += 1
    assert (seen, pages) == (total, 3)


def test_no_page_is_longer_than_the_limit_of_the_service(openstack: Any) -> None:
    openstack.sim.platform("openstack")["page_limit"] = 5
    document = openstack.get("/servers", query_string={"limit": "1000"}).json
    assert len(document["servers"]) == 5
    assert document["servers_links"][0]["rel"] == "next"
    assert openstack.get("/servers", query_string={"limit": "0"}).json == {"servers": []}


def test_both_ends_of_the_list(openstack: Any) -> None:
    up = openstack.get("/servers", query_string={"sort_key": "uuid", "sort_dir": "asc"}).json["servers"]
    down = openstack.get("/servers", query_string={"sort_key": "uuid", "sort_dir": "desc"}).json["servers"]
    assert [row["id"] for row in up] == [row["id"] for row in reversed(down)] == sorted(row["id"] for row in up)


def test_changes_since_tells_what_moved_and_what_is_gone(openstack: Any) -> None:
    openstack.pass_time(3600)
    since = openstack.get("/servers").headers["Date"]
    assert since
    from simulator.state.clock import iso

    moment = iso(openstack.sim.clock.now())
    assert openstack.names(**{"changes-since": moment}) == []
    openstack.act("web-01", {"os-stop": None})
    assert openstack.client.delete("/_sim/openstack/servers/web-02").status_code == 204
    rows = openstack.get("/servers/detail", query_string={"changes-since": moment}).json["servers"]
    assert {row["name"]: row["status"] for row in rows} == {"web-01": "ACTIVE", "web-02": "DELETED"}
    assert "web-02" not in openstack.names()


@pytest.mark.parametrize(
    ("version", "there", "absent"),
    [
        ("2.1", {"flavor"}, {"locked", "tags", "description", "OS-EXT-SRV-ATTR:host"}),
        ("2.9", {"locked"}, {"tags", "description"}),
        ("2.26", {"tags", "description"}, {"locked_reason"}),
        ("2.96", {"locked_reason", "OS-EXT-SRV-ATTR:hostname"}, {"OS-EXT-SRV-ATTR:user_data", "host_status"}),
    ],
)
def test_fields_by_microversion(openstack: Any, version: str, there: set[str], absent: set[str]) -> None:
    openstack.version = version
    shown = openstack.show("web-01")
    assert there <= set(shown)
    assert not absent & set(shown)
    assert ("id" in shown["flavor"]) == (version not in {"2.96", "2.47"})


def test_administrators_see_more(openstack: Any) -> None:
    openstack.user = "admin"
    openstack._tokens["admin"] = openstack.client.post(
        openstack.auth_path, json=openstack.password_body("admin")
    ).headers["X-Subject-Token"]
    shown = openstack.show("web-01")
    assert {"OS-EXT-SRV-ATTR:host", "OS-EXT-SRV-ATTR:user_data", "host_status"} <= set(shown)
    assert "alt-01" in openstack.names(all_tenants="1")
    assert openstack.act("vault-01", {"os-stop": None}).status_code == 202
    assert "details" in openstack.show("broken-01")["fault"]


def test_an_error_has_a_fault_and_a_volume_server_no_image(openstack: Any) -> None:
    assert "No valid host" in openstack.show("broken-01")["fault"]["message"]
    assert "details" not in openstack.show("broken-01")["fault"]
    assert openstack.show("db-01")["image"] == ""


@pytest.mark.parametrize(
    ("header", "status", "said"),
    [
        ({"OpenStack-API-Version": "compute 2.999"}, 406, "compute"),
        ({"OpenStack-API-Version": "compute 2"}, 400, ""),
        ({"OpenStack-API-Version": "volume 3.1, compute 2.60"}, 200, "compute 2.60"),
        ({"X-OpenStack-Nova-API-Version": "2.40"}, 200, "compute 2.40"),
        ({"OpenStack-API-Version": "compute latest"}, 200, "compute 2.96"),
        ({}, 200, "compute 2.1"),
        ({"X-OpenStack-Nova-API-Version": "2.97"}, 406, ""),
    ],
)
def test_microversions_are_negotiated(openstack: Any, header: dict[str, str], status: int, said: str) -> None:
    openstack.version = None
    response = openstack.get("/servers", headers=header)
    assert response.status_code == status
    if status == 200:
        assert response.headers["OpenStack-API-Version"] == said
        assert response.headers["X-OpenStack-Nova-API-Version"] == said.split()[1]
    if status == 406:
        assert response.json["computeFault"]["code"] == 406


def test_unknown_servers_and_foreign_ones_are_404(openstack: Any) -> None:
    for identity in ("nobody", openstack.id("alt-01"), openstack.id("edge-01")):
        response = openstack.get("/servers/" + identity)
        assert response.status_code == 404
        assert "itemNotFound" in response.json


def test_the_second_region_is_another_fleet(openstack: Any) -> None:
    response = openstack.client.get(
        "/openstack/compute-RegionTwo/v2.1/servers", headers={"X-Auth-Token": openstack.token()}
    )
    assert [row["name"] for row in response.json["servers"]] == ["edge-01"]
    assert openstack.client.get("/openstack/compute-RegionNine/v2.1/servers").status_code == 404


def test_version_documents_need_no_token(client: Any) -> None:
    (version,) = client.get("/openstack/compute/").json["versions"]
    assert (version["id"], version["min_version"], version["version"]) == ("v2.1", "2.1", "2.96")
    assert client.get("/easystack/compute/v2.1").json["version"]["version"] == "2.67"
    assert client.get("/ustack/compute/").json["versions"][0]["version"] == ""


def test_a_reboot_is_proven_by_its_instance_action(openstack: Any) -> None:
    request_id = openstack.act("web-01", {"reboot": {"type": "SOFT"}}).headers["x-compute-request-id"]
    path = "/servers/%s/os-instance-actions/%s" % (openstack.id("web-01"), request_id)
    before = openstack.get(path).json["instanceAction"]
    assert (before["action"], before["events"][0]["finish_time"]) == ("reboot", None)
    openstack.pass_time(1)
    after = openstack.get(path).json["instanceAction"]
    assert (after["message"], after["events"][0]["result"]) == (None, "Success")
    openstack.version = "2.50"
    assert "events" not in openstack.get(path).json["instanceAction"]
    assert openstack.get(path[:-1] + "-").status_code == 404
    listed = openstack.get("/servers/%s/os-instance-actions" % openstack.id("web-01")).json["instanceActions"]
    assert [row["request_id"] for row in listed] == [request_id]


def test_locking(openstack: Any) -> None:
    assert openstack.act("web-01", {"lock": None}).status_code == 202
    assert openstack.act("web-01", {"os-stop": None}).status_code == 409
    assert openstack.act("web-01", {"unlock": None}).status_code == 202
    assert openstack.act("web-01", {"os-stop": None}).status_code == 202


def test_a_reader_may_look_but_not_touch(openstack: Any) -> None:
    openstack.user = "reader"
    assert "web-01" in openstack.names()
    assert openstack.act("web-01", {"os-stop": None}).status_code == 403


def test_flavors(openstack: Any) -> None:
    rows = openstack.get("/flavors/detail").json["flavors"]
    assert [(row["id"], row["name"], row["vcpus"], row["ram"]) for row in rows] == [
        ("2", "m1.small", 1, 2048),
        ("3", "m1.medium", 2, 4096),
        ("4", "m1.large", 4, 8192),
    ]
    first = openstack.get("/flavors", query_string={"limit": "2"}).json
    assert len(first["flavors"]) == 2
    assert "marker=3" in first["flavors_links"][0]["href"]
    assert openstack.get("/flavors/4").json["flavor"]["extra_specs"] == {"hw:cpu_policy": "dedicated"}
    assert openstack.get("/flavors/9").status_code == 404
    assert openstack.get("/flavors", query_string={"marker": "9"}).status_code == 400


def test_easystack_shows_more_and_has_a_recycle_bin(easystack: Any) -> None:
    shown = easystack.show("web-01")
    assert shown["flavor"]["id"] == "2"
    assert (shown["deleted"], shown["estimated_deleted"], shown["host_status"]) == ("", "", "UP")
    assert easystack.names(availability_zone="zone-2") == ["web-04"]
    assert "binned-01" not in easystack.names()
    assert easystack.names(deleted="True") == ["binned-01"]
    refused = easystack.get("/servers/detail", query_string={"all_tenants": "1", "deleted": "True"})
    assert refused.status_code == 403 and "get_all_tenants" in refused.json["forbidden"]["message"]
    easystack.user = "admin"
    rows = easystack.get("/servers/detail", query_string={"all_tenants": "1", "deleted": "True"}).json["servers"]
    assert [(row["name"], row["status"]) for row in rows] == [("binned-01", "SOFT_DELETED")]
    assert rows[0]["estimated_deleted"] > rows[0]["deleted"]
    assert easystack.log()[-1]["operation"] == "E31"


def test_ustack_is_the_legacy_api(ustack: Any) -> None:
    response = ustack.get("/servers", headers={"OpenStack-API-Version": "compute 2.999"})
    assert response.status_code == 200
    assert "OpenStack-API-Version" not in response.headers
    assert "addresses" in response.json["servers"][0]
    shown = ustack.show("web-02")
    assert "tags" not in shown and "locked" not in shown
    assert (shown["flavor"]["name"], shown["image"]["name"]) == ("micro-1", "Ubuntu 14.04 x64")
    (first, _floating) = shown["addresses"]["shared"]
    assert "UOS-EXT-IPS:subnet_id" in first and "OS-EXT-IPS:type" not in first
    assert ustack.show("web-01")["addresses"]["shared"][1]["OS-EXT-IPS:type"] == "floating"
    assert set(ustack.names(colour="red")) == set(ustack.names())


@pytest.mark.parametrize("action", ["pause", "unpause", "suspend", "resume", "lock", "unlock"])
def test_ustack_does_not_know_other_actions(ustack: Any, action: str) -> None:
    assert ustack.act("web-01", {action: None}).status_code == 400


@pytest.mark.parametrize(("action", "operation"), [("os-shutdown", "U09"), ("os-stop", "U10")])
def test_ustack_stops_in_two_ways(ustack: Any, action: str, operation: str) -> None:
    assert ustack.act("web-01", {action: None}).status_code == 202
    assert ustack.log()[-1]["operation"] == operation
    ustack.pass_time(1)
    assert ustack.status("web-01") == ("SHUTOFF", None)


def test_the_project_in_the_path_must_be_the_tokens(easystack: Any) -> None:
    response = easystack.client.get(
        "/easystack/compute/v2.1/%s/servers" % ("0" * 32), headers={"X-Auth-Token": easystack.token()}
    )
    assert response.status_code == 400
    assert "doesn't match Context's project_id" in response.json["badRequest"]["message"]
