"""Host aggregates and zones, and what servers on the hosts forbid."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from simulator.state.config import ConfigError
from simulator.state.hosts import Hosts


def create(cloud: Any, name: str = "ssd", zone: str | None = None) -> str:
    body: dict[str, Any] = {"name": name}
    if zone:
        body["availability_zone"] = zone
    response = cloud.post("/os-aggregates", {"aggregate": body})
    assert response.status_code == 200, response.text
    return "/os-aggregates/%d" % response.json["aggregate"]["id"]


def act(cloud: Any, path: str, action: str, **argument: Any) -> Any:
    return cloud.post(path + "/action", {action: argument})


def show(cloud: Any, path: str) -> dict[str, Any]:
    return dict(cloud.get(path).json["aggregate"])


def test_a_life(admin: Any) -> None:
    path = create(admin)
    made = show(admin, path)
    assert (made["name"], made["availability_zone"], made["hosts"], made["metadata"]) == ("ssd", None, [], {})
    assert isinstance(made["id"], int) and made["uuid"]
    added = act(admin, path, "add_host", host="cmp5")
    assert (added.status_code, added.json["aggregate"]["hosts"]) == (200, ["cmp5"])
    assert added.json["aggregate"]["updated_at"] is None
    zoned = admin.put(path, {"aggregate": {"name": "ssd2", "availability_zone": "z"}}).json["aggregate"]
    assert (zoned["name"], zoned["availability_zone"], zoned["metadata"]) == ("ssd2", "z", {"availability_zone": "z"})
    assert zoned["updated_at"] is not None
    removed = act(admin, path, "remove_host", host="cmp5")
    assert (removed.status_code, removed.json["aggregate"]["hosts"]) == (200, [])
    assert (admin.delete(path).status_code, admin.delete(path).status_code) == (200, 404)
    admin.get("/os-aggregates")
    seen = [row["operation"] for row in admin.log() if "/os-aggregates" in row["path"]]
    assert seen == ["E48", None, "E51", "E49", "E52", "E50", "E50", "E47"]


def test_the_answer_to_a_creation_has_neither_hosts_nor_metadata(nova: Any) -> None:
    made = nova.post("/os-aggregates", {"aggregate": {"name": "a", "availability_zone": "z"}}).json["aggregate"]
    assert made["availability_zone"] == "z"
    assert not {"hosts", "metadata"} & set(made)
    old = nova.at("2.40")
    assert "uuid" not in show(old, create(old, "b")) and "hosts" in show(old, create(old, "c"))


def test_members_are_refused(openstack: Any) -> None:
    path = create(openstack.by("admin"))
    assert act(openstack.by("admin"), path, "add_host", host="cmp5").status_code == 200
    for response in (
        openstack.get("/os-aggregates"),
        openstack.get(path),
        openstack.delete(path),
        openstack.post("/os-aggregates", {"aggregate": {"name": "b"}}),
        openstack.put(path, {"aggregate": {"name": "b"}}),
        act(openstack, path, "add_host", host="cmp6"),
        act(openstack, path, "remove_host", host="cmp5"),
        act(openstack, path, "set_metadata", metadata={"a": "b"}),
    ):
        assert (response.status_code, "Policy" in response.text) == (403, True)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": " a"},
        {"name": 5},
        {"name": "a", "availability_zone": ""},
        {"name": "a", "availability_zone": "a:b"},
        {"name": "a", "hosts": []},
        [],
    ],
)
def test_malformed_aggregates(nova: Any, body: Any) -> None:
    assert nova.post("/os-aggregates", {"aggregate": body}).status_code == 400
    assert nova.put("/os-aggregates/1", {"aggregate": body}).status_code == 400
    assert [row["name"] for row in nova.get("/os-aggregates").json["aggregates"]] == ["zone-2"]


def test_names_are_unique(nova: Any) -> None:
    path = create(nova)
    assert nova.post("/os-aggregates", {"aggregate": {"name": "ssd"}}).status_code == 409
    assert nova.put(path, {"aggregate": {"name": "zone-2"}}).status_code == 409
    assert nova.put(path, {"aggregate": {"name": "ssd"}}).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/os-aggregates/99", 404), ("/os-aggregates/ssd", 400)])
def test_ids_are_numbers(nova: Any, path: str, status: int) -> None:
    for response in (
        nova.get(path),
        nova.delete(path),
        nova.put(path, {"aggregate": {"name": "n"}}),
        act(nova, path, "add_host", host="cmp5"),
        act(nova, path, "remove_host", host="cmp5"),
        act(nova, path, "set_metadata", metadata={}),
    ):
        assert response.status_code == status


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"fly": {}},
        {"add_host": {}},
        {"add_host": {"host": ""}},
        {"add_host": {"host": "a b"}},
        {"remove_host": None},
        {"set_metadata": {}},
        {"set_metadata": {"metadata": {"a": 1}}},
        {"set_metadata": {"metadata": {"a/b": "c"}}},
        {"set_metadata": {"metadata": []}},
        {"add_host": {"host": "cmp5"}, "remove_host": {"host": "cmp5"}},
    ],
)
def test_malformed_actions(nova: Any, body: Any) -> None:
    path = create(nova)
    assert nova.post(path + "/action", body).status_code == 400
    assert show(nova, path)["hosts"] == []


def test_hosts_are_known_and_in_it_once(nova: Any) -> None:
    path = create(nova)
    assert act(nova, path, "add_host", host="cmp99").status_code == 404
    assert act(nova, path, "remove_host", host="cmp99").status_code == 404
    assert act(nova, path, "remove_host", host="cmp5").status_code == 404
    assert act(nova, path, "add_host", host="cmp5").status_code == 200
    assert act(nova, path, "add_host", host="cmp5").status_code == 409
    response = nova.delete(path)
    assert (response.status_code, "not empty" in response.text) == (400, True)
    assert nova.log(operation="E51")[-1]["status"] == 409


def test_metadata_is_merged_and_null_removes(nova: Any) -> None:
    path = create(nova, zone="z")
    act(nova, path, "set_metadata", metadata={"ssd": "true", "n": "1"})
    response = act(nova, path, "set_metadata", metadata={"n": None, "nothing": None, "m": "2"})
    assert response.json["aggregate"]["metadata"] == {"availability_zone": "z", "ssd": "true", "m": "2"}
    moved = act(nova, path, "set_metadata", metadata={"availability_zone": "y"}).json["aggregate"]
    assert (moved["availability_zone"], moved["metadata"]["availability_zone"]) == ("y", "y")
    assert act(nova, path, "set_metadata", metadata={"availability_zone": None}).status_code == 400
    assert nova.put(path, {"aggregate": {"availability_zone": None}}).status_code == 400
    assert show(nova, path)["availability_zone"] == "y"


def test_a_host_with_servers_stays_in_its_zone(nova: Any) -> None:
    plain, zoned = create(nova, "plain"), create(nova, "zoned", "z")
    assert act(nova, zoned, "add_host", host="cmp1").status_code == 409
    assert act(nova, plain, "add_host", host="cmp1").status_code == 200
    response = nova.put(plain, {"aggregate": {"availability_zone": "z"}})
    assert (response.status_code, "contain instances" in response.text) == (400, True)
    assert act(nova, plain, "set_metadata", metadata={"availability_zone": "z"}).status_code == 400
    assert act(nova, "/os-aggregates/1", "remove_host", host="cmp4").status_code == 409
    assert nova.put("/os-aggregates/1", {"aggregate": {"availability_zone": "z"}}).status_code == 400
    assert nova.put("/os-aggregates/1", {"aggregate": {"availability_zone": "zone-2"}}).status_code == 200
    nova.client.delete("/_sim/openstack/servers/web-04")
    assert nova.put("/os-aggregates/1", {"aggregate": {"availability_zone": "z"}}).status_code == 200
    assert act(nova, "/os-aggregates/1", "remove_host", host="cmp4").status_code == 200
    assert act(nova, plain, "remove_host", host="cmp1").status_code == 200


def test_a_host_is_in_one_zone(nova: Any) -> None:
    first, second, plain = create(nova, "first", "a"), create(nova, "second", "b"), create(nova, "plain")
    assert act(nova, first, "add_host", host="cmp5").status_code == 200
    response = act(nova, second, "add_host", host="cmp5")
    assert (response.status_code, "['a']" in response.text) == (409, True)
    assert act(nova, plain, "add_host", host="cmp5").status_code == 200
    assert nova.put(plain, {"aggregate": {"availability_zone": "b"}}).status_code == 400
    assert nova.put(plain, {"aggregate": {"availability_zone": "a"}}).status_code == 200


def test_zones_follow_the_aggregates(openstack: Any) -> None:
    admin = openstack.by("admin")
    path = create(admin, zone="down")

    def zones() -> dict[str, bool]:
        rows = openstack.get("/os-availability-zone").json["availabilityZoneInfo"]
        assert all(row["hosts"] is None for row in rows)
        return {row["zoneName"]: row["zoneState"]["available"] for row in rows}

    assert zones() == {"nova": True, "zone-2": True}
    act(admin, path, "add_host", host="cmp7")
    assert zones() == {"nova": True, "zone-2": True, "down": False}
    rows = {row["zoneName"]: row for row in admin.get("/os-availability-zone/detail").json["availabilityZoneInfo"]}
    assert list(rows["zone-2"]["hosts"]) == ["cmp4"]
    assert rows["nova"]["hosts"]["cmp1"]["nova-compute"]["available"] is True
    assert (rows["down"]["zoneState"]["available"], rows["down"]["hosts"]) == (False, None)
    assert "internal" in rows
    assert admin.log()[-1]["operation"] == "E53"
    assert openstack.get("/os-availability-zone/detail").status_code == 403


def test_huaweicloud_has_zones_and_no_aggregates(huaweicloud: Any) -> None:
    headers = {"X-Auth-Token": huaweicloud.token()}
    root = "/v2.1/" + huaweicloud.project_id
    rows = huaweicloud.client.get(root + "/os-availability-zone", headers=headers).json["availabilityZoneInfo"]
    assert {row["zoneName"]: row["zoneState"]["available"] for row in rows} == {
        "cn-north-4a": True,
        "cn-north-4b": True,
        "cn-north-4c": False,
    }
    assert huaweicloud.client.get(root + "/os-aggregates", headers=headers).status_code == 404


def test_ustack_has_neither(ustack: Any) -> None:
    assert ustack.by("admin").get("/os-aggregates").status_code == 404
    assert ustack.get("/os-availability-zone").status_code == 404


def test_servers_sit_on_hosts_of_their_zone(openstack: Any) -> None:
    rows = {row["name"]: row for row in openstack.control("hosts")["hosts"]}
    assert (rows["cmp4"]["zone"], rows["cmp4"]["servers"]) == ("zone-2", ["web-04"])
    assert rows["cmp5"]["servers"] == [] and rows["cmp7"]["up"] is False
    response = openstack.client.post("/_sim/openstack/servers", json={"name": "far", "zone": "zone-9"})
    assert response.json["server"]["host"] == "cmp-zone-9"
    assert openstack.control("aggregates")["aggregates"][-1]["metadata"] == {"availability_zone": "zone-9"}
    response = openstack.client.post("/_sim/openstack/servers", json={"name": "there", "host": "cmp4"})
    assert response.json["server"]["zone"] == "zone-2"


def test_a_host_cannot_be_configured_into_two_zones() -> None:
    with pytest.raises(ConfigError, match="host a is in the zone x"):
        Hosts(
            "openstack",
            {
                "aggregates": [{"name": "g", "availability_zone": "x", "hosts": ["a"]}],
                "hosts": [{"name": "a", "zone": "y"}],
            },
        )
    hosts = Hosts("openstack", {"aggregates": [{"name": "g", "hosts": ["a"], "metadata": {"n": 1}}], "hosts": ["b"]})
    assert (hosts.host_zone("a"), hosts.aggregates[1].metadata, set(hosts.up)) == ("nova", {"n": "1"}, {"a", "b"})
