"""The image services: Glance and IMS."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

ROOTS = {
    "openstack": ["debian-12", "ubuntu-24.04"],
    "ustack": ["Ubuntu 14.04 x64", "CentOS 6.5 x64"],
    "easystack": ["openEuler-22.03", "ubuntu-24.04"],
}


def glance(cloud: Any, path: str = "/v2/images", **query: Any) -> Any:
    return cloud.client.get(
        "/%s/image%s" % (cloud.platform, path), query_string=query or None, headers={"X-Auth-Token": cloud.token()}
    )


def names(cloud: Any, **query: Any) -> list[str]:
    response = glance(cloud, **query)
    assert response.status_code == 200, response.text
    return [row["name"] for row in response.json["images"]]


def ims(cloud: Any, **query: Any) -> Any:
    return cloud.client.get("/v2/cloudimages", query_string=query, headers={"X-Auth-Token": cloud.token()})


def test_the_catalog_leads_to_the_images(keystone_cloud: Any) -> None:
    body = keystone_cloud.password_body("demo")
    token = keystone_cloud.client.post(keystone_cloud.auth_path, json=body).json["token"]
    (service,) = [row for row in token["catalog"] if row["type"] == "image"]
    assert {row["url"] for row in service["endpoints"]} == {"http://localhost/%s/image" % keystone_cloud.platform}
    assert {row["region"] for row in service["endpoints"]} == {"RegionOne", "RegionTwo"}
    assert keystone_cloud.client.get("/%s/image/" % keystone_cloud.platform).status_code == 300
    assert set(ROOTS[keystone_cloud.platform]) <= set(names(keystone_cloud))
    operation = None if keystone_cloud.platform == "ustack" else "E29"
    assert keystone_cloud.log()[-1]["operation"] == operation


def test_an_image(openstack: Any) -> None:
    first = glance(openstack, name="bulky-1").json["images"][0]
    assert (first["min_disk"], first["min_ram"], first["status"]) == (500, 65536, "active")
    assert glance(openstack, "/v2/images/" + first["id"]).json == first
    assert first["self"] == "/v2/images/" + first["id"]
    assert glance(openstack, name="uploading-1").json["images"][0]["size"] is None
    response = glance(openstack, "/v2/images/nobody")
    assert (response.status_code, response.mimetype) == (404, "text/html")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "debian-12"}, ["debian-12"]),
        ({"name": "debian"}, []),
        ({"status": "queued"}, ["uploading-1"]),
        ({"status": "sleepy"}, []),
        ({"name": "in:debian-12,ubuntu-24.04"}, ["ubuntu-24.04", "debian-12"]),
        ({"status": "in:queued,deactivated"}, ["uploading-1", "retired-9"]),
        ({"sort": "name:asc", "limit": "2"}, ["bulky-1", "debian-12"]),
        ({"os_type": "windows"}, ["windows-2022"]),
        ({"sort_key": "name", "sort_dir": "desc", "limit": "1"}, ["windows-2022"]),
        ({"limit": "0"}, []),
        ({"visibility": "all", "name": "debian-12"}, ["debian-12"]),
        ({"visibility": "private"}, []),
    ],
)
def test_filters_and_order(openstack: Any, query: dict[str, str], found: list[str]) -> None:
    assert names(openstack, **query) == found


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "-1"},
        {"limit": "x"},
        {"visibility": "some"},
        {"sort_key": "colour"},
        {"sort_dir": "up"},
        {"marker": "nobody"},
        {"sort": "name:up"},
    ],
)
def test_bad_lists(openstack: Any, query: dict[str, str]) -> None:
    response = glance(openstack, **query)
    assert (response.status_code, response.mimetype) == (400, "text/html")


def test_pages_are_followed_by_path(openstack: Any) -> None:
    for number in range(30):
        openstack.client.post("/_sim/openstack/images", json={"name": "more-%02d" % number})
    first = glance(openstack).json
    assert (len(first["images"]), first["first"]) == (25, "/v2/images")
    seen, path = [], "/v2/images?limit=10"
    while path:
        page = glance(openstack, path).json
        seen += [row["id"] for row in page["images"]]
        path = page.get("next")
    assert len(seen) == len(set(seen)) == 37


def test_images_need_a_token_of_a_project_that_may_see_them(openstack: Any) -> None:
    assert openstack.client.get("/openstack/image/v2/images").status_code == 401
    body = openstack.password_body("demo")
    del body["auth"]["scope"]
    token = openstack.client.post(openstack.auth_path, json=body).headers["X-Subject-Token"]
    assert openstack.client.get("/openstack/image/v2/images", headers={"X-Auth-Token": token}).status_code == 403
    made = openstack.client.post(
        "/_sim/openstack/images", json={"name": "secret", "visibility": "private", "owner": "alt"}
    ).json["image"]
    assert "secret" not in names(openstack)
    assert glance(openstack, "/v2/images/" + made["id"]).status_code == 404
    assert "secret" in names(openstack.by("admin"))


def test_ims(huaweicloud: Any) -> None:
    row = ims(huaweicloud, name="CentOS 6.5 64bit").json["images"][0]
    assert (row["__support_fc_inject"], row["__os_type"], row["__imagetype"]) == ("true", "Linux", "private")
    assert [one["name"] for one in ims(huaweicloud, __os_type="Windows").json["images"]] == [
        "Windows Server 2022 64bit"
    ]
    assert len(ims(huaweicloud, __imagetype="gold", status="active").json["images"]) == 3
    assert [one["id"] for one in ims(huaweicloud, id=row["id"]).json["images"]] == [row["id"]]
    assert ims(huaweicloud, name="CentOS").json["images"] == []
    seen: list[str] = []
    query = {"limit": "4"}
    while True:
        document = ims(huaweicloud, **query).json
        seen += [one["id"] for one in document["images"]]
        if "page_info" not in document:
            break
        query["marker"] = document["page_info"]["next_marker"]
    assert len(seen) == len(set(seen)) == 6
    ordered = ims(huaweicloud, sort_key="name", sort_dir="asc").json["images"]
    assert [one["name"] for one in ordered] == sorted(one["name"] for one in ordered)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "1001"},
        {"limit": "x"},
        {"marker": "nobody"},
        {"sort_dir": "up"},
        {"sort_key": "colour"},
    ],
)
def test_bad_lists_of_ims(huaweicloud: Any, query: dict[str, str]) -> None:
    response = ims(huaweicloud, **query)
    assert response.status_code == 400
    assert response.json["error_code"].startswith("IMG.")
    assert huaweicloud.client.get("/v2/cloudimages").json["error_code"] == "APIGW.0301"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "", {}, 400),
        ("POST", "", {"name": "debian-12"}, 400),
        ("POST", "", {"name": "a", "colour": 1}, 400),
        ("PUT", "/debian-12", {"status": "sleepy"}, 400),
        ("PUT", "/nobody", {}, 404),
        ("DELETE", "/nobody", None, 404),
        ("PUT", "/debian-12", {"status": "deactivated"}, 200),
        ("DELETE", "/debian-12", None, 204),
    ],
)
def test_images_change_on_the_control_side(openstack: Any, method: str, path: str, body: Any, status: int) -> None:
    response = openstack.client.open("/_sim/openstack/images" + path, method=method, json=body)
    assert response.status_code == status
    if path == "/debian-12" and status < 300:
        assert openstack.show("web-01")["image"]["id"]
        assert "debian-12" not in names(openstack, status="active")
