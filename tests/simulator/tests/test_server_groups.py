"""Server groups as Nova and ECS keep them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

ROOT = "/os-server-groups"


@pytest.fixture(params=["openstack", "easystack"])
def nova(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def create(cloud: Any, **body: Any) -> dict[str, Any]:
    response = cloud.post(ROOT, {"server_group": body})
    assert response.status_code == 200, response.text
    return dict(response.json["server_group"])


def test_a_life(nova: Any) -> None:
    cloud = nova.at("2.64")
    made = create(cloud, name="db", policy="anti-affinity", rules={"max_server_per_host": "2"})
    assert made["rules"] == {"max_server_per_host": 2} and made["members"] == [] and made["project_id"]
    path = "%s/%s" % (ROOT, made["id"])
    assert cloud.get(path).json["server_group"] == made
    assert (cloud.delete(path).status_code, cloud.delete(path).status_code) == (204, 404)
    assert cloud.get(ROOT).json == {"server_groups": []}
    seen = [row["operation"] for row in cloud.log() if ROOT in row["path"]]
    assert seen == ["E35", None, "E36", "E36", "E34"]


@pytest.mark.parametrize(
    ("version", "fields"),
    [
        ("2.1", {"policies", "metadata"}),
        ("2.13", {"policies", "metadata", "project_id", "user_id"}),
        ("2.64", {"policy", "rules", "project_id", "user_id"}),
    ],
)
def test_fields_of_each_version(openstack: Any, version: str, fields: set[str]) -> None:
    cloud = openstack.at(version)
    wanted = {"policy": "affinity"} if version == "2.64" else {"policies": ["affinity"]}
    assert set(create(cloud, name="db", **wanted)) == {"id", "name", "members"} | fields


@pytest.mark.parametrize(
    ("version", "body"),
    [
        ("2.14", {"name": "g", "policies": ["soft-affinity"]}),
        ("2.64", {"name": "g", "policies": ["affinity"]}),
        ("2.63", {"name": "g", "policies": []}),
        ("2.63", {"name": "g", "policies": ["affinity", "anti-affinity"]}),
        ("2.63", {"name": "g", "policy": "affinity"}),
        ("2.64", {"name": " g", "policy": "affinity"}),
        ("2.64", {"name": "", "policy": "affinity"}),
        ("2.64", {"policy": "affinity"}),
        ("2.64", {"name": "g"}),
        ("2.64", {"name": "g", "policy": "x"}),
        ("2.64", {"name": "g" * 256, "policy": "affinity"}),
        ("2.64", {"name": "g", "policy": "affinity", "rules": {"max_server_per_host": 2}}),
        ("2.64", {"name": "g", "policy": "anti-affinity", "rules": {"max_server_per_host": 0}}),
        ("2.64", {"name": "g", "policy": "anti-affinity", "rules": {"x": 1}}),
    ],
)
def test_malformed_groups(openstack: Any, version: str, body: dict[str, Any]) -> None:
    cloud = openstack.at(version)
    assert cloud.post(ROOT, {"server_group": body}).status_code == 400
    assert cloud.get(ROOT).json == {"server_groups": []}


def test_names_are_not_unique_and_there_is_a_quota(openstack: Any) -> None:
    cloud = openstack.at("2.64")
    ids = {create(cloud, name="db", policy="affinity")["id"] for _unused in range(10)}
    assert len(ids) == 10
    response = cloud.post(ROOT, {"server_group": {"name": "db", "policy": "affinity"}})
    assert (response.status_code, "Quota" in response.text) == (403, True)


def test_pages_by_offset(openstack: Any) -> None:
    cloud = openstack.at("2.75")
    for name in "abc":
        create(cloud, name=name, policy="affinity")

    def names(query: str) -> list[str]:
        return [row["name"] for row in cloud.get(ROOT + query).json["server_groups"]]

    assert names("?limit=2") == ["a", "b"] and names("?limit=2&offset=2") == ["c"] and names("?offset=9") == []
    assert names("?limit=0") == ["a", "b", "c"]
    for query in ("?limit=-1", "?offset=x", "?foo=1"):
        assert cloud.get(ROOT + query).status_code == 400


def test_other_projects(openstack: Any) -> None:
    made = create(openstack.at("2.64"), name="ours", policy="affinity")
    admin = openstack.by("admin")
    assert [row["name"] for row in admin.get(ROOT + "?all_projects=False").json["server_groups"]] == ["ours"]
    assert len(openstack.get(ROOT + "?all_projects=1").json["server_groups"]) == 1
    assert admin.delete("%s/%s" % (ROOT, made["id"])).status_code == 204


def test_readers_look_only(openstack: Any) -> None:
    reader = openstack.by("reader")
    assert reader.get(ROOT).status_code == 200
    assert reader.post(ROOT, {"server_group": {"name": "g", "policies": ["affinity"]}}).status_code == 403
    assert reader.delete(ROOT + "/x").status_code == 403


def test_members_come_by_the_control_side_and_go_with_the_server(openstack: Any) -> None:
    create(openstack.at("2.64"), name="db", policy="affinity")
    response = openstack.client.put("/_sim/openstack/server-groups/db", json={"members": ["web-01", "web-02"]})
    assert response.status_code == 200
    assert openstack.control("server-groups")["server_groups"][0]["members"] == [
        openstack.id("web-01"),
        openstack.id("web-02"),
    ]
    openstack.change("web-02", status="DELETED")
    assert openstack.get(ROOT).json["server_groups"][0]["members"] == [openstack.id("web-01")]
    for path, order, status in (("nix", {"members": []}, 404), ("db", {"policy": "x"}, 400)):
        response = openstack.client.put("/_sim/openstack/server-groups/" + path, json=order)
        assert response.status_code == status


def test_huaweicloud(huaweicloud: Any) -> None:
    root = "/cloudservers/os-server-groups"
    for body in (
        {"name": "g", "policies": ["affinity"]},
        {"name": "", "policies": ["anti-affinity"]},
        {"name": "g", "policy": "anti-affinity"},
        {"policies": ["anti-affinity"]},
    ):
        assert huaweicloud.post(root, {"server_group": body}).status_code == 400
    group = {"server_group": {"name": "g", "policies": ["anti-affinity"]}}
    ids = [huaweicloud.post(root, group).json["server_group"]["id"] for _unused in range(3)]
    page = huaweicloud.get(root + "?limit=2").json
    assert [row["id"] for row in page["server_groups"]] == ids[:2] and page["page_info"] == {"next_marker": ids[1]}
    rest = huaweicloud.get("%s?limit=2&marker=%s" % (root, ids[1])).json
    assert [row["id"] for row in rest["server_groups"]] == ids[2:] and "page_info" not in rest
    assert huaweicloud.get(root + "?limit=1001").status_code == 400
    assert huaweicloud.get(root + "?marker=x").status_code == 400
    path = "%s/%s" % (root, ids[0])
    assert huaweicloud.get(path).json["server_group"]["policies"] == ["anti-affinity"]
    assert (huaweicloud.delete(path).status_code, huaweicloud.delete(path).status_code) == (204, 404)


def test_ustack_has_none(ustack: Any) -> None:
    assert ustack.get(ROOT).status_code == 404
