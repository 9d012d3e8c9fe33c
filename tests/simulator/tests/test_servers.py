"""The simulator makes, resizes, deletes and restores servers, and refuses what Nova refuses."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from simulator.tests.calls import create

UUID = "0d0466b0-0000-4000-8000-000000000000"
BINNED = "soft-delete"


def message(response: Any) -> str:
    return str(next(iter(response.json.values()))["message"])


def test_a_server_comes_to_be(keystone_cloud: Any) -> None:
    response = create(keystone_cloud, metadata={"a": "b"}, key_name="operators")
    assert response.status_code == 202 and set(response.json["server"]) >= {"id", "adminPass", "links"}
    key = response.json["server"]["id"]
    assert keystone_cloud.status(key) == ("BUILD", "spawning")
    keystone_cloud.pass_time(1)
    shown = keystone_cloud.show(key)
    assert shown["status"] == "ACTIVE" and shown["metadata"] == {"a": "b"} and shown["key_name"] == "operators"
    assert [len(rows) for rows in shown["addresses"].values()] == [1]
    operation = "U01" if keystone_cloud.platform == "ustack" else "E04"
    assert [row["name"] for row in keystone_cloud.log(operation=operation)] == ["create server"]


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"flavorRef": "99"}, 400, "Invalid flavorRef provided."),
        ({"imageRef": UUID}, 400, "Invalid imageRef provided."),
        ({"imageRef": None}, 400, "Invalid imageRef provided."),
        ({"key_name": "nobody"}, 400, "Invalid key_name provided."),
        ({"availability_zone": "mars"}, 400, "availability zone is not available"),
        ({"networks": None}, 400, "'networks' is a required property"),
        ({"networks": "some"}, 400, "not valid under any of the given schemas"),
        ({"networks": [{"uuid": "n"}]}, 400, "is too short"),
        ({"networks": [{"uuid": UUID}]}, 400, "could not be found"),
        ({"networks": [{"fixed_ip": "10.0.0.9"}]}, 400, "network uuid is not in proper format"),
        ({"networks": [{"uuid": UUID, "subnet_id": UUID}]}, 400, "Additional properties are not allowed"),
        ({"metadata": {"a": 1}}, 400, "is not of type 'string'"),
        ({"tags": ["a,b"]}, 400, "does not match"),
        ({"name": "x" * 256}, 400, "is too long"),
        ({"min_count": 3, "max_count": 2}, 400, "min_count must be <= max_count"),
        ({"personality": []}, 400, "Additional properties are not allowed"),
        ({"host": "cmp1"}, 403, "Policy doesn't allow"),
        ({"colour": "red"}, 400, "Additional properties are not allowed"),
        (
            {"block_device_mapping_v2": [{"source_type": "blank", "destination_type": "volume", "volume_size": 1}]},
            400,
            "Boot sequence",
        ),
        ({"block_device_mapping_v2": [{"source_type": "volume", "boot_index": 0}]}, 400, "invalid uuid"),
        ({"block_device_mapping_v2": [{"source_type": "blank", "destination_type": "volume"}]}, 400, "non-zero size"),
    ],
)
def test_what_nova_refuses(openstack: Any, more: dict[str, Any], status: int, words: str) -> None:
    before = len(openstack.names())
    response = create(openstack, **more)
    assert (response.status_code, words in message(response)) == (status, True), response.text
    assert len(openstack.names()) == before


def test_fields_by_microversion(openstack: Any) -> None:
    assert create(openstack.at("2.36"), networks=None).status_code == 202
    for version, field, value in (
        ("2.18", "description", "x"),
        ("2.51", "tags", ["a"]),
        ("2.73", "host", "cmp1"),
        ("2.73", "hypervisor_hostname", "cmp1.example.org"),
        ("2.89", "hostname", "inside"),
    ):
        response = create(openstack.at(version), **{field: value})
        assert response.status_code == 400 and "Additional properties" in message(response), field
    assert create(openstack.at("2.56"), personality=[{"path": "/a", "contents": "eA=="}]).status_code == 202


def test_the_host_by_microversion(keystone_cloud: Any) -> None:
    """Only an administrator may name a host, in a microversion in which the request may contain it."""
    since = {"openstack": ("2.73", "2.74"), "easystack": ("2.66", "2.67")}.get(keystone_cloud.platform)
    for fields in ({"host": "cmp1"}, {"hypervisor_hostname": "cmp1.example.org"}):
        if since is None:
            assert "Additional properties" in message(create(keystone_cloud, **fields))
            continue
        before, first = since
        refused = create(keystone_cloud.at(before), **fields)
        assert refused.status_code == 400 and "Additional properties" in message(refused)
        refused = create(keystone_cloud.at(first), **fields)
        assert refused.status_code == 403 and "requested_destination" in message(refused)


def test_networks_that_take_no_server(openstack: Any) -> None:
    networks = openstack.sim.builders["openstack"].networks
    bare = networks.add({"name": "bare"})
    assert "requires a subnet" in message(create(openstack, networks=[{"uuid": bare.id}]))
    assert create(openstack, networks="auto").status_code == 409
    assert create(openstack, networks="none").status_code == 202
    public = next(row.id for row in networks.rows.values() if row.external)
    assert create(openstack, networks=[{"uuid": public}]).status_code == 403
    address = [{"uuid": next(iter(networks.rows)), "fixed_ip": "10.0.0.11"}]
    assert "already in use" in message(create(openstack, networks=address))


def test_many_at_once_and_the_quota(openstack: Any) -> None:
    assert create(openstack, min_count=3).status_code == 202
    assert sorted(name for name in openstack.names() if name.startswith("new")) == ["new-1", "new-2", "new-3"]
    rows = openstack.sim.fleets["openstack"].servers.values()
    own = [row for row in rows if (row.project_id, row.region) == (openstack.project_id, "RegionOne")]
    used = sum(1 for row in own if not row.hidden)
    assert openstack.client.put("/_sim/openstack/quota", json={"instances": used + 2}).status_code == 204
    refused = create(openstack, min_count=3, max_count=3)
    assert refused.status_code == 403 and "Quota exceeded for instances: Requested 3, but already" in message(refused)
    assert create(openstack, name="few", min_count=1, max_count=3).status_code == 202
    assert sorted(name for name in openstack.names() if name.startswith("few")) == ["few-1", "few-2"]


def test_no_host(openstack: Any) -> None:
    openstack.sim.builders["openstack"].flavor({"name": "giant", "id": "99", "ram": 2**21})
    key = create(openstack, flavorRef="99").json["server"]["id"]
    openstack.pass_time(1)
    shown = openstack.show(key)
    assert shown["status"] == "ERROR" and shown["fault"]["message"].startswith("No valid host was found")
    assert openstack.act("web-01", {"resize": {"flavorRef": "99"}}).status_code == 202
    openstack.pass_time(1)
    assert openstack.status("web-01") == ("ACTIVE", None)


def test_a_volume_to_boot_from(openstack: Any) -> None:
    image = next(iter(openstack.sim.builders["openstack"].images))
    device = {"source_type": "image", "destination_type": "volume", "uuid": image, "boot_index": 0, "volume_size": 5}
    response = create(openstack, imageRef=None, block_device_mapping_v2=[device])
    openstack.pass_time(1)
    assert openstack.show(response.json["server"]["id"])["image"] == ""


def test_resize_and_its_two_ends(openstack: Any) -> None:
    assert openstack.act("web-01", {"resize": {"flavorRef": "2"}}).status_code == 400
    for end, flavor in (("confirmResize", "m1.medium"), ("revertResize", "m1.medium")):
        name = {"confirmResize": "web-01", "revertResize": "web-02"}[end]
        assert openstack.act(name, {end: None}).status_code == 409
        assert openstack.act(name, {"resize": {"flavorRef": "3"}}).status_code == 202
        assert openstack.status(name) == ("RESIZE", "resize_prep")
        openstack.pass_time(1)
        assert openstack.status(name)[0] == "VERIFY_RESIZE"
        assert openstack.show(name)["flavor"]["original_name"] == flavor
        assert openstack.act(name, {end: None}).status_code == (204 if end == "confirmResize" else 202)
        openstack.pass_time(1)
        assert openstack.status(name) == ("ACTIVE", None)
    assert openstack.show("web-01")["flavor"]["original_name"] == "m1.medium"
    assert openstack.show("web-02")["flavor"]["original_name"] == "m1.small"


def test_live_resize_is_easystacks(easystack: Any, openstack: Any) -> None:
    order = {"live_resize": {"flavorRef": "3"}}
    assert openstack.act("web-01", order).status_code == 400
    assert easystack.act("batch-01", order).status_code == 409
    assert easystack.act("web-01", order).status_code == 202
    easystack.pass_time(1)
    assert easystack.show("web-01")["flavor"]["id"] == "3"
    # The document has no limit for smaller flavors.
    assert easystack.act("web-01", {"live_resize": {"flavorRef": "2"}}).status_code == 202


def test_reset_state_is_for_administrators(openstack: Any) -> None:
    order = {"os-resetState": {"state": "active"}}
    assert openstack.act("broken-01", order).status_code == 403
    admin = openstack.by("admin")
    assert admin.act("broken-01", {"os-resetState": {"state": "stopped"}}).status_code == 400
    assert admin.act("broken-01", order).status_code == 202
    assert admin.status("broken-01") == ("ACTIVE", None)


def test_reset_state_leaves_the_guest_as_it_is(openstack: Any) -> None:
    admin = openstack.by("admin")
    assert admin.act("web-01", {"os-resetState": {"state": "error"}}).status_code == 202
    assert admin.status("web-01") == ("ERROR", None)
    assert admin.show("web-01")["OS-EXT-STS:power_state"] == 1


def test_delete_without_a_recycle_bin(keystone_cloud: Any) -> None:
    key = keystone_cloud.id("web-01")
    locked = keystone_cloud.delete("/servers/" + keystone_cloud.id("vault-01"))
    assert locked.status_code == 409
    status = 202 if keystone_cloud.platform == "ustack" else 204
    assert keystone_cloud.delete("/servers/" + key).status_code == status
    keystone_cloud.pass_time(1)
    if keystone_cloud.platform == "easystack":
        assert keystone_cloud.show(key)["status"] == "SOFT_DELETED"
    else:
        assert keystone_cloud.get("/servers/" + key).status_code == 404
    assert "web-01" not in keystone_cloud.names()


def test_the_recycle_bin(easystack: Any) -> None:
    key = easystack.id("web-01")
    assert easystack.act(key, {"restore": None}).status_code == 409
    assert easystack.delete("/servers/" + key).status_code == 204
    easystack.pass_time(1)
    assert easystack.delete("/servers/" + key).status_code == 204
    assert easystack.show(key)["status"] == "SOFT_DELETED"
    assert easystack.act(key, {"restore": None}).status_code == 202
    easystack.pass_time(1)
    assert easystack.status(key) == ("ACTIVE", None) and "web-01" in easystack.names()
    assert easystack.act(key, {"forceDelete": None}).status_code == 202
    easystack.pass_time(1)
    assert easystack.get("/servers/" + key).status_code == 404


def test_regions_of_openstack_with_a_recycle_bin(openstack: Any) -> None:
    openstack.sim.settings["platforms"]["openstack"]["reclaim"] = ["RegionOne"]
    key = openstack.id("web-01")
    openstack.delete("/servers/" + key)
    openstack.pass_time(1)
    shown = openstack.show(key)
    assert shown["status"] == "SOFT_DELETED" and shown["OS-SRV-USG:terminated_at"] is None


def test_deleted_twice_at_once_is_lost(easystack: Any) -> None:
    """As in Nova: a server that is deleted during its deletion may never be deleted."""
    key = easystack.id("web-01")
    easystack.delete("/servers/" + key)
    easystack.delete("/servers/" + key)
    easystack.pass_time(10)
    assert easystack.status(key) == ("SOFT_DELETED", "soft-deleting")
    assert easystack.act(key, {"forceDelete": None}).status_code == 202
    easystack.pass_time(10)
    assert easystack.status(key) == ("SOFT_DELETED", "soft-deleting")
    admin = easystack.by("admin")
    admin.act(key, {"os-resetState": {"state": "active"}})
    easystack.delete("/servers/" + key)
    easystack.pass_time(1)
    assert easystack.status(key) == ("SOFT_DELETED", None)


def test_rename_description_and_tags(openstack: Any) -> None:
    path = "/servers/" + openstack.id("web-01")
    response = openstack.put(path, {"server": {"name": "front", "description": "d"}})
    assert response.status_code == 200 and response.json["server"]["name"] == "front"
    assert openstack.at("2.18").put(path, {"server": {"description": "d"}}).status_code == 400
    assert openstack.put(path, {"server": {"name": " x"}}).status_code == 400
    assert openstack.put(path + "/tags", {"tags": ["b", "a"]}).json == {"tags": ["a", "b"]}
    assert openstack.get(path + "/tags").json == {"tags": ["a", "b"]}
    assert openstack.at("2.25").get(path + "/tags").status_code == 404
    assert openstack.put(path + "/tags", {"tags": ["x" * 61]}).status_code == 400
    # A locked server may be renamed.
    assert openstack.put("/servers/" + openstack.id("vault-01"), {"server": {"name": "safe"}}).status_code == 200


def test_readers_only_look(openstack: Any) -> None:
    reader = openstack.by("reader")
    path = "/servers/" + openstack.id("web-01")
    assert create(reader).status_code == 403
    assert reader.put(path, {"server": {"name": "x"}}).status_code == 403
    assert reader.delete(path).status_code == 403
    assert reader.put(path + "/tags", {"tags": []}).status_code == 403


def test_networks_and_subnets(keystone_cloud: Any) -> None:
    cloud, root = keystone_cloud, "/%s/network/v2.0" % keystone_cloud.platform
    headers = {"X-Auth-Token": cloud.token()}
    assert cloud.client.get(root + "/networks").status_code == 401
    cloud.sim.builders[cloud.platform].networks.add({"name": "own", "subnets": ["10.20.0.0/16"]})
    rows = cloud.client.get(root + "/networks", headers=headers).json["networks"]
    (own,) = [row for row in rows if row["name"] == "own"]
    assert cloud.client.get(root + "/networks?name=own", headers=headers).json["networks"] == [own]
    assert cloud.client.get(root + "/networks?shared=True&name=own", headers=headers).json["networks"] == []
    page = cloud.client.get(root + "/networks?limit=1", headers=headers).json
    rest = cloud.client.get(page["networks_links"][0]["href"].replace("http://localhost", ""), headers=headers).json
    assert len(page["networks"]) == 1 and rest["networks"][0] not in page["networks"]
    (subnet,) = cloud.client.get(root + "/subnets?network_id=" + own["id"], headers=headers).json["subnets"]
    assert own["subnets"] == [subnet["id"]] and subnet["cidr"] == "10.20.0.0/16"
    assert cloud.client.get(root + "/networks/" + own["id"], headers=headers).json["network"] == own
    assert cloud.client.get(root + "/networks/nothing", headers=headers).status_code == 404
    assert cloud.client.get(root + "/networks?limit=x", headers=headers).status_code == 400
    assert cloud.client.get(root + "/networks?limit=1&marker=x", headers=headers).status_code == 404
