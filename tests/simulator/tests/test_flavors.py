"""The whole life of a flavor on the Nova dialects, and the list of huaweicloud."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

FLAVOR = {"name": "f", "ram": 512, "vcpus": 1, "disk": 0}
MALFORMED = [
    ({"name": ""}, "too short"),
    ({"name": " f"}, "whitespace"),
    ({"ram": 0}, "minimum"),
    ({"vcpus": 0}, "minimum"),
    ({"disk": -1}, "minimum"),
    ({"swap": -1}, "minimum"),
    ({"ram": 1.5}, "integer"),
    ({"ram": "many"}, "integer"),
    ({"ram": True}, "integer"),
    ({"ram": 1 << 31}, "maximum"),
    ({"disk": None}, "integer"),
    ({"id": " x"}, "match"),
    ({"id": "a/b"}, "match"),
    ({"rxtx_factor": 0}, "above 0"),
    ({"rxtx_factor": "fast"}, "above 0"),
    ({"os-flavor-access:is_public": "perhaps"}, "is not one of"),
    ({"colour": "red"}, "colour"),
    ({"description": 5}, "string"),
    ({"OS-FLV-EXT-DATA:ephemeral": -1}, "minimum"),
]


def create(cloud: Any, **fields: Any) -> Any:
    return cloud.post("/flavors", {"flavor": {**FLAVOR, **fields}})


def private(admin: Any) -> Any:
    response = create(admin, id="p1", name="p", **{"os-flavor-access:is_public": False})
    assert response.status_code == 200
    return "/flavors/p1"


def test_create_and_delete(admin: Any) -> None:
    response = create(
        admin, id="42", ram="1024", swap=5, rxtx_factor="1.5", description="small", **{"OS-FLV-EXT-DATA:ephemeral": 3}
    )
    made = response.json["flavor"]
    assert response.status_code == 200
    assert (made["id"], made["ram"], made["swap"], made["rxtx_factor"], made["OS-FLV-EXT-DATA:ephemeral"]) == (
        "42",
        1024,
        5,
        1.5,
        3,
    )
    assert (made["description"], made["extra_specs"], made["os-flavor-access:is_public"]) == ("small", {}, True)
    assert admin.by("demo").get("/flavors/42").json["flavor"] == made
    assert admin.delete("/flavors/42").status_code == 202
    assert admin.delete("/flavors/42").status_code == 404
    rows = [row for row in admin.log() if "/flavors" in row["path"]]
    assert [row["operation"] for row in rows] == ["E42", None, "E43", "E43"]


def test_the_cloud_makes_an_id(admin: Any) -> None:
    first = create(admin, id=None).json["flavor"]["id"]
    second = create(admin, name="g").json["flavor"]["id"]
    assert len(first) == len(second) == 36 and first != second
    assert create(admin, name="h", id=7).json["flavor"]["id"] == "7"


def test_names_and_ids_are_unique(admin: Any) -> None:
    assert create(admin, id="42").status_code == 200
    assert "name f" in create(admin, id="43").json["conflictingRequest"]["message"]
    assert "ID 42" in create(admin, name="g", id="42").json["conflictingRequest"]["message"]


@pytest.mark.parametrize(("fields", "word"), MALFORMED)
def test_malformed_flavors(openstack: Any, fields: dict[str, Any], word: str) -> None:
    response = create(openstack.by("admin"), **fields)
    assert response.status_code == 400
    assert word in response.json["badRequest"]["message"]
    assert len(openstack.get("/flavors").json["flavors"]) == 3


@pytest.mark.parametrize("missing", sorted(FLAVOR))
def test_what_a_flavor_needs(openstack: Any, missing: str) -> None:
    body = {key: value for key, value in FLAVOR.items() if key != missing}
    assert openstack.by("admin").post("/flavors", {"flavor": body}).status_code == 400


@pytest.mark.parametrize("user", ["demo", "reader"])
def test_only_administrators_change_flavors(openstack: Any, user: str) -> None:
    path = private(openstack.by("admin"))
    cloud = openstack.by(user)
    assert create(cloud).status_code == 403
    for response in (
        cloud.delete("/flavors/2"),
        cloud.put("/flavors/2", {"flavor": {"description": None}}),
        cloud.post("/flavors/2/os-extra_specs", {"extra_specs": {"a": "b"}}),
        cloud.put("/flavors/2/os-extra_specs/a", {"a": "b"}),
        cloud.delete("/flavors/2/os-extra_specs/a"),
        cloud.get("/flavors/2/os-flavor-access"),
        cloud.post(path + "/action", {"addTenantAccess": {"tenant": cloud.project_id}}),
        cloud.post(path + "/action", {"removeTenantAccess": {"tenant": cloud.project_id}}),
    ):
        assert (response.status_code, "Policy" in response.text) == (403, True)


def test_ustack_lists_flavors_and_no_more(ustack: Any) -> None:
    admin = ustack.by("admin")
    assert create(admin).status_code == 404
    flavor = ustack.get("/flavors/detail").json["flavors"][0]
    assert ustack.get("/flavors/" + flavor["id"]).json["flavor"] == flavor
    assert "extra_specs" not in flavor and "description" not in flavor
    assert admin.get("/flavors/%s/os-extra_specs" % flavor["id"]).status_code == 404
    seen = [row["operation"] for row in ustack.log() if "/flavors" in row["path"]]
    assert seen == [None, "U23", "U24", None]


def test_the_description_is_all_that_changes(openstack: Any) -> None:
    admin = openstack.by("admin")
    assert admin.put("/flavors/2", {"flavor": {"description": "d"}}).json["flavor"]["description"] == "d"
    assert admin.put("/flavors/2", {"flavor": {"description": None}}).json["flavor"]["description"] is None
    for body in ({}, {"ram": 1}, {"description": "d", "name": "n"}):
        assert admin.put("/flavors/2", {"flavor": body}).status_code == 400
    assert admin.put("/flavors/nobody", {"flavor": {"description": "d"}}).status_code == 404
    assert admin.at("2.54").put("/flavors/2", {"flavor": {"description": "d"}}).status_code == 404
    assert create(admin.at("2.54"), description="d").status_code == 400


@pytest.mark.parametrize(
    ("version", "there", "absent", "swap"),
    [
        ("2.54", set(), {"description", "extra_specs"}, ""),
        ("2.55", {"description"}, {"extra_specs"}, ""),
        ("2.61", {"description", "extra_specs"}, set(), ""),
        ("2.75", {"description", "extra_specs"}, set(), 0),
    ],
)
def test_fields_by_microversion(openstack: Any, version: str, there: set[str], absent: set[str], swap: Any) -> None:
    for row in (
        openstack.at(version).get("/flavors/4").json["flavor"],
        openstack.at(version).get("/flavors/detail").json["flavors"][0],
    ):
        assert there <= set(row) and not absent & set(row)
        assert row["swap"] == swap
    assert "extra_specs" not in openstack.at(version).get("/flavors").json["flavors"][0]


def test_servers_keep_the_flavor_as_it_was(openstack: Any) -> None:
    admin = openstack.by("admin")
    admin.post("/flavors/4/os-extra_specs", {"extra_specs": {"a": "b"}})
    assert openstack.show("db-01")["flavor"]["extra_specs"] == {"hw:cpu_policy": "dedicated"}
    assert admin.delete("/flavors/4").status_code == 202
    assert openstack.show("db-01")["flavor"]["original_name"] == "m1.large"


def test_private_flavors_are_for_those_who_are_let_in(admin: Any) -> None:
    path, member = private(admin), admin.by("demo")
    names = [row["name"] for row in admin.get("/flavors?is_public=None").json["flavors"]]
    assert "p" in names and len(names) == 4
    assert [row["name"] for row in admin.get("/flavors?is_public=False").json["flavors"]] == ["p"]
    assert "/p1" not in admin.get("/flavors").text
    assert admin.get("/flavors?is_public=perhaps").status_code == 400
    assert member.get(path).status_code == 404
    assert member.get(path + "/os-extra_specs").status_code == 404
    assert "/p1" not in member.get("/flavors?is_public=None").text
    body = {"tenant": member.project_id}
    response = admin.post(path + "/action", {"addTenantAccess": body})
    access = {"flavor_access": [{"flavor_id": "p1", "tenant_id": member.project_id}]}
    assert (response.status_code, response.json) == (200, access)
    assert admin.post(path + "/action", {"addTenantAccess": body}).status_code == 409
    assert admin.get(path + "/os-flavor-access").json == access
    assert member.get(path).status_code == 200
    assert "/p1" in member.get("/flavors").text
    assert admin.post(path + "/action", {"removeTenantAccess": body}).json == {"flavor_access": []}
    assert admin.post(path + "/action", {"removeTenantAccess": body}).status_code == 404
    assert member.get(path).status_code == 404
    assert len(admin.log(operation="E44")) == 2 and len(admin.log(operation="E45")) == 2


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/flavors/p1", {"addTenantAccess": {"tenant": "f" * 32}}, 400),
        ("/flavors/p1", {"removeTenantAccess": {"tenant": "f" * 32}}, 404),
        ("/flavors/p1", {"addTenantAccess": {}}, 400),
        ("/flavors/p1", {"addTenantAccess": {"tenant": ""}}, 400),
        ("/flavors/p1", {"addTenantAccess": None}, 400),
        ("/flavors/p1", {"fly": {}}, 400),
        ("/flavors/p1", {}, 400),
        ("/flavors/nobody", None, 404),
        ("/flavors/2", None, 409),
    ],
)
def test_bad_access_orders(openstack: Any, path: str, body: Any, status: int) -> None:
    admin = openstack.by("admin")
    private(admin)
    order = {"addTenantAccess": {"tenant": admin.project_id}} if body is None else body
    assert admin.post(path + "/action", order).status_code == status


def test_public_flavors_have_no_access_list(openstack: Any) -> None:
    admin = openstack.by("admin")
    assert admin.get("/flavors/2/os-flavor-access").status_code == 404
    order = {"addTenantAccess": {"tenant": admin.project_id}}
    assert admin.at("2.6").post("/flavors/2/action", order).status_code == 200


def test_extra_specs(openstack: Any) -> None:
    admin, path = openstack.by("admin"), "/flavors/4/os-extra_specs"
    assert admin.post(path, {"extra_specs": {"a": "1", "n": 5}}).json == {"extra_specs": {"a": "1", "n": 5}}
    assert openstack.get(path).json["extra_specs"] == {"hw:cpu_policy": "dedicated", "a": "1", "n": "5"}
    assert admin.put(path + "/a", {"a": "2"}).json == {"a": "2"}
    assert openstack.get(path + "/a").json == {"a": "2"}
    assert (admin.delete(path + "/a").status_code, admin.delete(path + "/a").status_code) == (200, 404)
    assert openstack.get(path + "/a").status_code == 404
    assert openstack.get("/flavors/4").json["flavor"]["extra_specs"] == {"hw:cpu_policy": "dedicated", "n": "5"}
    assert admin.log(operation="E46")[0]["status"] == 200


@pytest.mark.parametrize(
    ("version", "specs", "status"),
    [
        ("2.96", {"a/b": "1"}, 400),
        ("2.96", {"a": None}, 400),
        ("2.96", {"a": ["x"]}, 400),
        ("2.96", {"a": True}, 400),
        ("2.96", {"a": "x" * 256}, 400),
        ("2.96", [], 400),
        ("2.96", {"hw:cpu_policy": "shared"}, 200),
        ("2.96", {"hw:cpu_policy": "fast"}, 400),
        ("2.96", {"hw:colour": "red"}, 400),
        ("2.96", {"resources:CUSTOM_DPDK": "1"}, 200),
        ("2.96", {"resources:vcpu": "1"}, 400),
        ("2.96", {"trait:HW_X": "required"}, 200),
        ("2.96", {"trait:HW_X": "maybe"}, 400),
        ("2.96", {"mine:x": "y"}, 200),
        ("2.85", {"hw:cpu_policy": "fast"}, 200),
        ("2.85", {"hw:colour": "red"}, 200),
    ],
)
def test_extra_specs_are_checked(openstack: Any, version: str, specs: Any, status: int) -> None:
    admin, path = openstack.by("admin").at(version), "/flavors/2/os-extra_specs"
    assert admin.post(path, {"extra_specs": specs}).status_code == status
    assert admin.post("/flavors/nobody/os-extra_specs", {"extra_specs": {"x": "y"}}).status_code == 404
    assert admin.put(path + "/a", {"b": "1"}).status_code == 400


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"minRam": "4096"}, ["3", "4"]),
        ({"minDisk": "80"}, ["4"]),
        ({"sort_key": "memory_mb", "sort_dir": "desc"}, ["4", "3", "2"]),
        ({"sort_key": "name"}, ["4", "3", "2"]),
        ({"limit": "1", "marker": "2"}, ["3"]),
        ({"limit": "0"}, []),
    ],
)
def test_lists(openstack: Any, query: dict[str, str], ids: list[str]) -> None:
    assert [row["id"] for row in openstack.get("/flavors", query_string=query).json["flavors"]] == ids


@pytest.mark.parametrize(
    "query",
    [
        {"minRam": "much"},
        {"minDisk": "x"},
        {"sort_key": "colour"},
        {"sort_dir": "up"},
        {"marker": "9"},
        {"limit": "-1"},
        {"colour": "red"},
    ],
)
def test_bad_lists(openstack: Any, query: dict[str, str]) -> None:
    assert openstack.get("/flavors/detail", query_string=query).status_code == 400
    if query == {"colour": "red"}:
        assert openstack.at("2.74").get("/flavors", query_string=query).status_code == 200


def test_huaweicloud_lists_what_is_on_sale(huaweicloud: Any) -> None:
    rows = {row["id"]: row for row in huaweicloud.get("/cloudservers/flavors").json["flavors"]}
    first = rows["s6.large.2"]
    assert (first["vcpus"], first["ram"], first["disk"]) == ("2", 4096, "0")
    assert rows["s3.medium.2"]["os_extra_specs"]["cond:operation:status"] == "abandon"
    assert rows["c7.large.2"]["os_extra_specs"]["cond:operation:az"] == "cn-north-4a(normal),cn-north-4b(sellout)"

    def ids(**query: str) -> list[str]:
        return [row["id"] for row in huaweicloud.get("/cloudservers/flavors", query_string=query).json["flavors"]]

    assert "c7.large.2" in ids(availability_zone="cn-north-4a")
    assert "c7.large.2" not in ids(availability_zone="cn-north-4b")
    assert "s3.medium.2" not in ids(availability_zone="cn-north-4a") and ids(availability_zone="nowhere") == []
    assert ids(flavor_id="c7.large.2") == ["c7.large.2"]
    assert ids(limit="2", marker="s6.small.1") == ["s6.large.2", "x1.2u.4g"]
    for query in ({"limit": "0"}, {"limit": "x"}, {"marker": "nobody"}):
        response = huaweicloud.get("/cloudservers/flavors", query_string=query)
        assert (response.status_code, response.json["error"]["code"]) == (400, "Ecs.0005")
