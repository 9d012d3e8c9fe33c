# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read from Huawei Cloud ECS."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    InvalidResponse,
    NotFound,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms import samples
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.huaweicloud.ecs_responses import DETAIL, server


def expect_page(
    wire: Any, reply: Any, *query: tuple[str, str], servers: Any = (), count: int | None = None, page: int = 1,
    limit: int = 1000,
) -> None:  # fmt: skip
    """The next request is a page of the list with this query."""
    listed = list(servers)
    body = {"servers": listed, "count": len(listed) if count is None else count, "request_id": "r"}
    asked = sorted([*query, ("limit", str(limit)), ("offset", str(page))])
    absent = ("X-Auth-Token", "OpenStack-API-Version", "X-OpenStack-Nova-API-Version")
    wire.expect("GET", DETAIL, query=asked, headers={"X-Project-Id": "p1"}, absent=absent, reply=reply(200, body))


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({}, []),
        ({"names": ("web",)}, [("name", "web")]),
        ({"names": ("web", "db")}, []),
        ({"tags": ("env=prod",)}, [("tags", "env=prod")]),
        ({"tags": ("b", "a=1")}, [("tags", "a=1"), ("tags", "b")]),
        ({"tags": ("b=*", "a=")}, [("tags", "a"), ("tags", "b")]),
        ({"name_patterns": ("?b-web.[ab]*-x",)}, [("name", "b-web")]),
        ({"name_patterns": ("*",)}, []),
        ({"name_patterns": ("web*", "db*")}, []),
        ({"not_tags": ("a",)}, []),
        ({"not_tags": ("a", "b")}, []),
        ({"status": ("SHUTOFF",)}, [("status", "SHUTOFF")]),
        ({"status": ("SHUTOFF", "ERROR")}, []),
        ({"status": ("stopped",)}, []),
        ({"flavor": ("s6.small.1",)}, []),
        ({"availability_zone": ("az1",)}, []),
        ({"filters": (("enterprise_project_id", "0"),)}, [("enterprise_project_id", "0")]),
        ({"ids": ("a",), "filters": (("reservation_id", "r-1"),)}, [("reservation_id", "r-1")]),
        ({"ips": ("10.0.0.1", "10.0.0.2")}, []),
        ({"ips": ("fd00::1",)}, []),
        ({"names": ("w",), "tags": ("t",), "status": ("ERROR",)}, [("name", "w"), ("status", "ERROR"), ("tags", "t")]),
    ],
    ids=str,
)
def test_what_is_filtered_by_the_cloud(
    wire: Any, reply: Any, connect: Any, query: dict[str, Any], asked: list[tuple[str, str]]
) -> None:
    cloud = connect("huaweicloud")
    expect_page(wire, reply, *asked, servers=[server("a"), server("b", status="SHUTOFF")])
    found = list(cloud.servers.list(ServerQuery(**query)))
    assert [(each.id, each.power_state, each.platform) for each in found] == [
        ("a", "running", "huaweicloud"),
        ("b", "stopped", "huaweicloud"),
    ]
    assert wire.seen[0].headers["authorization"].startswith("SDK-HMAC-SHA256 Access=AK-ID, ")


def test_the_equals_sign_of_a_tag_is_encoded(wire: Any, reply: Any, connect: Any) -> None:
    expect_page(wire, reply, ("tags", "env=prod"))
    assert list(connect("huaweicloud").servers.list(ServerQuery(tags=("env=prod",)))) == []
    assert "tags=env%3Dprod" in wire.seen[0].raw_query


def test_all_pages(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    expect_page(wire, reply, servers=[server("a"), server("b")], count=3, limit=2)
    expect_page(wire, reply, servers=[server("c")], count=3, page=2, limit=2)
    assert [each.id for each in cloud.servers.list(ServerQuery(page_size=2))] == ["a", "b", "c"]


def test_an_address_is_asked_for_exactly(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    expect_page(wire, reply, ("ip_eq", "192.168.0.203"), ("enterprise_project_id", "0"), servers=[server("a")])
    query = ServerQuery(ips=("192.168.0.203",), filters=(("enterprise_project_id", "0"),))
    assert [each.private_ips for each in cloud.servers.list(query)] == [["192.168.0.203"]]


def test_a_public_address_needs_the_whole_list(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    expect_page(wire, reply, ("ip_eq", "139.9.0.7"))
    expect_page(wire, reply, servers=[server("a")], limit=500)
    query = ServerQuery(ips=("139.9.0.7",), page_size=500)
    assert [each.public_ips for each in cloud.servers.list(query)] == [["139.9.0.7"]]


@pytest.mark.parametrize("option", ["all_projects"])
def test_what_it_has_not(wire: Any, connect: Any, option: str) -> None:
    with pytest.raises(UnsupportedOperation, match="huaweicloud has no operation " + option):
        connect("huaweicloud").servers.list(ServerQuery(**{option: True}))
    assert wire.seen == []


def test_few_ids_are_one_request_and_unknown_ones_are_missing(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    unknown = {**samples.HUAWEI_UNKNOWN, "id": "b"}
    for ask in (
        lambda: list(cloud.servers.list(ServerQuery(ids=("c", "b", "a", "a")))),
        lambda: cloud.servers.by_id(["a", "b", "c"], "ignored").values(),
    ):
        asked = [("server_id", "a"), ("server_id", "b"), ("server_id", "c")]
        expect_page(wire, reply, *asked, servers=[server("a"), unknown, server("c")])
        assert sorted(each.id for each in ask()) == ["a", "c"]
    assert cloud.servers.by_id([]) == {}
    assert cloud.servers.mark() is None


ID = "5c2c75ad-2e15-43eb-8921-1bdcda5f21ae"


def test_one_id_alone_is_shown(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    for ask in (
        lambda: list(cloud.servers.list(ServerQuery(ids=(ID,)))),
        lambda: list(cloud.servers.by_id([ID, ID], "ignored").values()),
    ):
        wire.expect("GET", "/v1/p1/cloudservers/" + ID, query=[], reply=reply(200, {"server": server(ID)}))
        assert [each.id for each in ask()] == [ID]


@pytest.mark.parametrize("code", ["Ecs.0114", "Ecs.0614"])
def test_one_id_that_the_cloud_does_not_know_is_missing(wire: Any, reply: Any, connect: Any, code: str) -> None:
    refusal = {"error": {"code": code, "message": "Instance could not be found."}}
    wire.expect("GET", "/v1/p1/cloudservers/" + ID, reply=reply(404, refusal))
    assert connect("huaweicloud").servers.by_id([ID]) == {}


def test_one_id_that_is_shown_as_an_empty_record_is_missing(wire: Any, reply: Any, connect: Any) -> None:
    shown = {"server": {**samples.HUAWEI_UNKNOWN, "id": ID}}
    wire.expect("GET", "/v1/p1/cloudservers/" + ID, reply=reply(200, shown))
    assert connect("huaweicloud").servers.by_id([ID]) == {}


def test_an_empty_record_without_id_does_not_mean_that_the_server_is_deleted(
    wire: Any, reply: Any, connect: Any
) -> None:
    """The record of an unknown server has its id; a record in which everything is null says nothing."""
    nothing = dict.fromkeys(server("a"))
    wire.expect("GET", "/v1/p1/cloudservers/" + ID, reply=reply(200, {"server": nothing}))
    with pytest.raises(InvalidResponse, match="id"):
        connect("huaweicloud").servers.by_id([ID])
    expect_page(wire, reply, ("server_id", "a"), ("server_id", "b"), servers=[server("a"), nothing])
    with pytest.raises(InvalidResponse, match="id"):
        connect("huaweicloud").servers.by_id(["a", "b"])


def test_metadata_is_text_whatever_the_service_writes(wire: Any, reply: Any, connect: Any) -> None:
    shown = {**server("a"), "metadata": {"os_type": 7, "agent": True, "none": None, "a": "b"}}
    wire.expect("GET", DETAIL, reply=reply(200, {"servers": [shown], "count": 1}))
    (found,) = connect("huaweicloud").servers.list(ServerQuery())
    assert found.metadata == {"os_type": "7", "agent": "true", "a": "b"}


def test_a_gateways_404_does_not_mean_that_the_server_is_deleted(wire: Any, reply: Any, connect: Any) -> None:
    refusal = {"error_code": "APIGW.0101", "error_msg": "The API does not exist or has not been published."}
    wire.expect("GET", "/v1/p1/cloudservers/" + ID, reply=reply(404, refusal))
    with pytest.raises(NotFound, match="does not exist or has not been published"):
        connect("huaweicloud").servers.by_id([ID])


@pytest.mark.parametrize("body", [{}, {"server": None}, {"servers": [server("a")]}])
def test_a_response_without_the_server(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    wire.expect("GET", "/v1/p1/cloudservers/" + ID, reply=reply(200, body))
    with pytest.raises(InvalidResponse, match="Could not show the server %s: the response has no server" % ID):
        connect("huaweicloud").servers.by_id([ID])


@pytest.mark.parametrize("name", ["detail", "flavors", "../jobs", "a/b", ID + "\n", ""])
def test_an_id_that_would_be_another_path_is_looked_for_in_the_list(
    wire: Any, reply: Any, connect: Any, name: str
) -> None:
    unknown = {**samples.HUAWEI_UNKNOWN, "id": name or "x"}
    expect_page(wire, reply, ("server_id", name), servers=[unknown])
    assert connect("huaweicloud").servers.by_id([name]) == {}


def test_the_short_list_that_it_has_not_is_the_whole_one(wire: Any, reply: Any, connect: Any) -> None:
    expect_page(wire, reply, servers=[server("a")])
    assert [each.status for each in connect("huaweicloud").servers.list(ServerQuery(brief=True))] == [
        server("a")["status"]
    ]


def test_many_ids_are_one_listing_and_the_rest_by_hundreds(wire: Any, connect: Any, serve: Any) -> None:
    cloud = connect("huaweicloud")
    ids = ["s%04d" % number for number in range(350)]

    def answer(seen: Any) -> Any:
        wanted = [value for key, value in seen.query if key == "server_id"]
        assert len(wanted) <= 100
        found = wanted or ids[:149] + ["other"]
        known = [server(each) if each != "s0349" else {**samples.HUAWEI_UNKNOWN, "id": each} for each in found]
        return {"count": len(known), "servers": known}

    serve({"GET " + DETAIL: answer})
    assert sorted(cloud.servers.by_id(ids)) == ids[:349]
    asked = [sum(key == "server_id" for key, _value in seen.query) for seen in wire.seen]
    assert asked[0] == 0 and sorted(asked[1:]) == [1, 100, 100]


@pytest.mark.parametrize("reads", ["first", "last", "none"])
def test_a_service_that_reads_one_of_several_ids_reports_no_server_as_gone(
    reply: Any, connect: Any, serve: Any, reads: str
) -> None:
    ids = ["%08d-0000-4000-8000-000000000000" % number for number in range(5)]

    def listed(seen: Any) -> Any:
        asked = [value for key, value in seen.query if key == "server_id"]
        kept = {"first": asked[:1], "last": asked[-1:], "none": []}[reads]
        return {"count": len(kept), "servers": [server(each) for each in kept]}

    def shown(seen: Any) -> Any:
        name = seen.path.rpartition("/")[2]
        missing = {"error": {"code": "Ecs.0114", "message": "Instance could not be found."}}
        return reply(404, missing) if name == ids[3] else {"server": server(name)}

    serve({"GET " + DETAIL: listed, **{"GET /v1/p1/cloudservers/" + each: shown for each in ids}})
    cloud = connect("huaweicloud")
    assert sorted(cloud.servers.by_id(ids)) == [each for each in ids if each != ids[3]]


@pytest.mark.parametrize("body", [{}, {"servers": None}, {"servers": {}}, {"count": 0}])
def test_a_response_without_a_list_of_servers(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    cloud = connect("huaweicloud")
    wire.expect("GET", DETAIL, reply=reply(200, body))
    with pytest.raises(InvalidResponse, match="Could not list the servers: the response has no list named servers"):
        list(cloud.servers.list(ServerQuery()))


def test_flavors(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    listed = [{"id": "s6.small.1", "name": "s6.small.1", "vcpus": "1", "ram": 1024, "disk": "0"}]
    wire.expect("GET", "/v1/p1/cloudservers/flavors", query=[], reply=reply(200, {"flavors": listed}))
    assert cloud.flavors.list_sizes() == [Flavor("s6.small.1", "s6.small.1", 1, 1024)]
    wire.expect("GET", "/v1/p1/cloudservers/flavors", query=[], reply=reply(200, {"flavors": [*listed, "x"]}))
    with pytest.raises(InvalidResponse, match="Could not list the flavors: an entry of the list is not a JSON object"):
        cloud.flavors.list_sizes()


@pytest.mark.parametrize("body", [{}, {"flavors": None}, []])
def test_a_response_without_flavors(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    cloud = connect("huaweicloud")
    wire.expect("GET", "/v1/p1/cloudservers/flavors", reply=reply(200, body))
    with pytest.raises(InvalidResponse, match="Could not list the flavors: the response has no flavors"):
        cloud.flavors.list_sizes()
