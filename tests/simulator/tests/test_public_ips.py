"""Public addresses: floating IP addresses of openstack, elastic IP addresses of huaweicloud."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

NOBODY = "00000000-0000-4000-8000-000000000002"
FREE = "203.0.113.201"


def floating(cloud: Any, method: str = "GET", path: str = "", **options: Any) -> Any:
    url = "/openstack/network/v2.0/floatingips" + path
    return cloud.client.open(url, method=method, headers={"X-Auth-Token": cloud.token()}, **options)


def listed(cloud: Any) -> dict[str, dict[str, Any]]:
    if cloud.platform == "openstack":
        return {row["floating_ip_address"]: row for row in floating(cloud).json["floatingips"]}
    return {row["public_ip_address"]: row for row in cloud.get("/publicips").json["publicips"]}


def update(cloud: Any, address: str, **fields: Any) -> Any:
    wanted = listed(cloud)[address]["id"] if "." in address else address
    if cloud.platform == "openstack":
        return floating(cloud, "PUT", "/" + wanted, json={"floatingip": fields})
    return cloud.put("/publicips/" + wanted, {"publicip": fields})


def port(cloud: Any, name: str = "web-03") -> str:
    if cloud.platform == "openstack":
        rows = cloud.get("/servers/%s/os-interface" % cloud.id(name)).json
    else:
        rows = cloud.get("/cloudservers/%s/os-interface" % cloud.id(name)).json
    return str(rows["interfaceAttachments"][0]["port_id"])


def public(cloud: Any, name: str = "web-03") -> list[str]:
    """Those in the record of the server; Nova's has a change some seconds later."""
    cloud.pass_time(5)
    rows = [row for each in cloud.show(name)["addresses"].values() for row in each]
    return [row["addr"] for row in rows if row["OS-EXT-IPS:type"] == "floating"]


@pytest.fixture(params=["openstack", "huaweicloud"])
def cloud(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_it_is_bound_and_unbound(cloud: Any) -> None:
    of_web_01 = listed(cloud)["203.0.113.11"]
    assert of_web_01["port_id"] == port(cloud, "web-01") and not listed(cloud)[FREE].get("port_id")
    response = update(cloud, FREE, port_id=port(cloud))
    assert response.status_code == 200 and public(cloud) == [FREE]
    assert listed(cloud)[FREE]["port_id"] == port(cloud) and listed(cloud)[FREE]["status"] == "ACTIVE"
    response = update(cloud, FREE, port_id=None if cloud.platform == "openstack" else "")
    assert response.status_code == 200 and public(cloud) == [] and listed(cloud)[FREE]["status"] == "DOWN"


def test_the_record_of_nova_is_late(openstack: Any) -> None:
    before = openstack.show("web-03")["addresses"]
    update(openstack, FREE, port_id=port(openstack))
    assert openstack.show("web-03")["addresses"] == before and listed(openstack)[FREE]["port_id"]
    assert public(openstack) == [FREE]


def test_it_outlives_its_server(cloud: Any) -> None:
    cloud.change("web-01", status="DELETED")
    assert not listed(cloud)["203.0.113.11"].get("port_id")


def test_a_port_has_one(cloud: Any) -> None:
    assert update(cloud, FREE, port_id=port(cloud, "web-01")).status_code == 409
    assert public(cloud, "web-01") == ["203.0.113.11"]


def test_what_does_not_exist(cloud: Any) -> None:
    assert update(cloud, FREE, port_id=NOBODY).status_code == 404
    assert update(cloud, NOBODY, port_id=port(cloud)).status_code == 404
    path = "/publicips/" + NOBODY
    shown = floating(cloud, path="/" + NOBODY) if cloud.platform == "openstack" else cloud.get(path)
    assert shown.status_code == 404


def test_wrong_fields(cloud: Any) -> None:
    assert update(cloud, FREE, port_id=7).status_code == 400
    assert update(cloud, FREE, port="x").status_code == 400


def test_neutron_moves_one_that_is_bound_and_ecs_does_not(cloud: Any) -> None:
    response = update(cloud, "203.0.113.11", port_id=port(cloud))
    assert response.status_code == (200 if cloud.platform == "openstack" else 409)
    assert public(cloud) == (["203.0.113.11"] if cloud.platform == "openstack" else [])


def test_the_private_address_of_the_port(openstack: Any) -> None:
    assert update(openstack, FREE, port_id=port(openstack), fixed_ip_address="10.0.0.99").status_code == 400
    assert update(openstack, FREE, port_id=port(openstack), fixed_ip_address="10.0.0.13").status_code == 200


def test_roles_and_projects(openstack: Any) -> None:
    wanted = listed(openstack)[FREE]["id"]
    reader = openstack.by("reader")
    assert floating(reader, "PUT", "/" + wanted, json={"floatingip": {"port_id": None}}).status_code == 403
    assert floating(openstack, "PUT", "/" + wanted, json={"port_id": None}).status_code == 400
    assert floating(openstack, query_string={"floating_ip_address": FREE}).json["floatingips"][0]["id"] == wanted


def test_pages_and_filters(huaweicloud: Any) -> None:
    first = huaweicloud.get("/publicips?limit=1").json["publicips"]
    rest = huaweicloud.get("/publicips?limit=100&marker=" + first[0]["id"]).json["publicips"]
    assert len(first) + len(rest) == len(listed(huaweicloud)) == 4
    assert [each["public_ip_address"] for each in huaweicloud.get("/publicips?public_ip_address=" + FREE).json[
        "publicips"]] == [FREE]  # fmt: skip
    for query in ("limit=x", "marker=x"):
        assert huaweicloud.get("/publicips?" + query).status_code == 400
    assert huaweicloud.get("/publicips?enterprise_project_id=ep1").json["publicips"] == []
    assert update(huaweicloud, FREE, port_id="").status_code == 409
