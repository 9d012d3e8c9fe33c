# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read from Nova clouds, and what of a selection they are asked to filter."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    InvalidResponse,
    PermissionDenied,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms import samples
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.samples import addresses, nova

HEADERS = {
    "OpenStack-API-Version": "compute 2.96",
    "X-OpenStack-Nova-API-Version": "2.96",
    "X-Auth-Token": "t0k3n",
}
#: How a list by both ends begins.
BOTH_ENDS = [("sort_dir", "asc"), ("sort_key", "uuid")]


def listing(wire: Any, reply: Any, *query: tuple[str, str], servers: Any = (), limit: int = 1000, **more: Any) -> None:
    """The next request is a list with this query."""
    path = more.pop("path", "/v2.1/servers/detail")
    wire.expect(
        "GET",
        path,
        query=sorted([*query, ("limit", str(limit))]),
        reply=reply(200, {"servers": list(servers)}),
        **{"headers": HEADERS, **more},
    )


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({}, BOTH_ENDS),
        ({"names": ("web-1",)}, [("name", "^web-1$")]),
        ({"names": ("db (1).x|y z",)}, [("name", r"^db \(1\)\.x\|y z$")]),
        ({"names": ("a", "b")}, BOTH_ENDS),
        ({"tags": ("a",)}, [("tags", "a")]),
        ({"tags": ("a", "env=prod")}, [("tags", "a,env=prod")]),
        ({"tags": ("a", "env=*")}, [("tags", "a")]),
        ({"tags": ("env=*",)}, BOTH_ENDS),
        ({"tags": ("a", "b=", "c=")}, [("tags", "a"), ("tags-any", "b,b=")]),
        ({"not_tags": ("a", "b=", "c=*")}, [("not-tags-any", "a,b,b="), *BOTH_ENDS]),
        ({"sort_key": "created", "descending": True}, [("sort_dir", "desc"), ("sort_key", "created_at")]),
        ({"sort_key": "id", "tags": ("a",)}, [("sort_dir", "asc"), ("sort_key", "uuid"), ("tags", "a")]),
        ({"sort_key": "updated"}, BOTH_ENDS),
        ({"name_patterns": ("web-0?.example*",)}, [("name", r"^web-0.\.example.*$")]),
        ({"name_patterns": ("[!a]b",)}, [("name", "^.b$")]),
        ({"name_patterns": ("w*", "[!a]b")}, BOTH_ENDS),
        ({"not_tags": ("a", "b=c")}, [("not-tags-any", "a,b=c"), *BOTH_ENDS]),
        ({"status": ("ACTIVE",)}, [("status", "ACTIVE"), *BOTH_ENDS]),
        ({"status": ("ACTIVE", "SHUTOFF")}, BOTH_ENDS),
        ({"status": ("running",)}, BOTH_ENDS),
        ({"availability_zone": ("az1",)}, [("availability_zone", "az1"), *BOTH_ENDS]),
        ({"availability_zone": ("az1", "az2")}, BOTH_ENDS),
        ({"filters": (("host", "cmp1"), ("vm_state", "active"))}, [("host", "cmp1"), ("vm_state", "active")]),
        ({"all_projects": True}, [("all_tenants", "1"), *BOTH_ENDS]),
        ({"ids": ("a",), "filters": (("host", "cmp1"),)}, [("host", "cmp1")]),
        ({"deleted": True}, [("deleted", "False"), ("soft_deleted", "1")]),
        ({"deleted": True, "ids": ("a",)}, [("deleted", "False"), ("soft_deleted", "1")]),
        ({"deleted": True, "ips": ("10.0.0.1",)}, [("deleted", "False"), ("soft_deleted", "1")]),
        ({"ips": tuple("10.0.0.%d" % number for number in range(9))}, BOTH_ENDS),
        (
            {"names": ("w",), "tags": ("t",), "status": ("ERROR",), "all_projects": True},
            [("all_tenants", "1"), ("name", "^w$"), ("status", "ERROR"), ("tags", "t")],
        ),
    ],
    ids=str,
)
def test_what_is_filtered_by_the_cloud(
    wire: Any, reply: Any, connect: Any, query: dict[str, Any], asked: list[tuple[str, str]]
) -> None:
    cloud = connect()
    listing(wire, reply, *asked, servers=[nova("a"), nova("b", "SHUTOFF")])
    found = list(cloud.servers.list(ServerQuery(**query)))
    assert [(each.id, each.power_state, each.platform, each.region) for each in found] == [
        ("a", "running", "openstack", "r1"),
        ("b", "stopped", "openstack", "r1"),
    ]
    assert cloud.all_projects == query.get("all_projects", False)


@pytest.mark.parametrize(("version", "pushed"), [("2.25", False), ("2.26", True)])
def test_tags_are_only_asked_for_where_they_are_known(
    wire: Any, reply: Any, connect: Any, version: str, pushed: bool
) -> None:
    cloud = connect(version=version)
    asked = [("not-tags-any", "b"), ("tags", "a")] if pushed else BOTH_ENDS
    headers = {"OpenStack-API-Version": "compute " + version, "X-OpenStack-Nova-API-Version": version}
    listing(wire, reply, *asked, headers=headers)
    assert list(cloud.servers.list(ServerQuery(tags=("a",), not_tags=("b",)))) == []


def test_the_size_of_a_page_and_all_pages(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    name = ("name", "^w$")
    listing(wire, reply, name, servers=[nova("a"), nova("b")], limit=2)
    listing(wire, reply, name, ("marker", "b"), servers=[nova("c")], limit=2)
    found = cloud.servers.list(ServerQuery(names=("w",), page_size=2))
    assert [each.id for each in found] == ["a", "b", "c"]


def test_few_ids_are_shown_and_unknown_ones_are_missing(wire: Any, connect: Any, serve: Any) -> None:
    cloud = connect()
    serve({"GET /v2.1/servers/a": {"server": nova("a")}, "GET /v2.1/servers/c": {"server": nova("c")}})
    found = cloud.servers.list(ServerQuery(ids=("a", "b", "c", "a")))
    assert sorted(each.id for each in found) == ["a", "c"]
    assert sorted(seen.path[-1] for seen in wire.seen) == ["a", "b", "c"]
    assert all(seen.headers["x-openstack-nova-api-version"] == "2.96" and not seen.query for seen in wire.seen)
    assert cloud.servers.by_id([]) == {}


def test_many_ids_are_read_by_one_listing_and_the_rest_by_one_request_each(wire: Any, connect: Any, serve: Any) -> None:
    cloud = connect()
    ids = ["s%02d" % number for number in range(21)]
    serve(
        {
            "GET /v2.1/servers/detail": {"servers": [nova(each) for each in [*ids[:19], "another"]]},
            "GET /v2.1/servers/s19": {"server": nova("s19", tenant_id="another project")},
        }
    )
    assert sorted(cloud.servers.by_id(ids)) == ids[:20]
    assert [seen.path for seen in wire.seen[:1]] == ["/v2.1/servers/detail"]
    assert wire.seen[0].query == [("limit", "1000"), *BOTH_ENDS]
    assert sorted(seen.path for seen in wire.seen[1:]) == ["/v2.1/servers/s19", "/v2.1/servers/s20"]


def test_many_ids_of_all_projects(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    cloud.all_projects = True
    ids = ["s%02d" % number for number in range(21)]
    listing(wire, reply, ("all_tenants", "1"), *BOTH_ENDS, servers=[nova(each) for each in ids])
    assert sorted(cloud.servers.by_id(ids)) == ids


def test_polling_few_shows_them_and_polling_more_lists_what_changed(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    since = cloud.servers.mark()
    assert since == "2026-03-01T11:59:55Z", "five seconds before the cloud's clock"
    wire.expect("GET", "/v2.1/servers/a", query=[], headers=HEADERS, reply=reply(200, {"server": nova("a")}))
    assert list(cloud.servers.by_id(["a"], since)) == ["a"]
    ids = ["a", "b", "c", "d", "e"]
    listing(wire, reply, ("changes-since", since), servers=[nova(each) for each in [*ids, "x"]])
    assert sorted(cloud.servers.by_id(ids, since)) == ids


def test_what_a_poll_does_not_list_is_shown_a_few_at_a_time(wire: Any, connect: Any, serve: Any) -> None:
    cloud = connect()
    ids = ["s%02d" % number for number in range(30)]
    shown = {"GET /v2.1/servers/" + each: {"server": nova(each)} for each in ids}
    serve({"GET /v2.1/servers/detail": {"servers": [nova("s00")]}} | shown)
    assert sorted(cloud.servers.by_id(ids, "2026-03-01T11:59:55Z")) == ids[:21]
    assert len(wire.seen) == 21


@pytest.mark.parametrize("body", [{}, {"server": None}, {"server": []}, {"servers": {}}])
def test_a_response_without_the_server(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    cloud = connect()
    wire.expect("GET", "/v2.1/servers/a", reply=reply(200, body))
    with pytest.raises(InvalidResponse, match="Could not show the server a: the response has no server"):
        cloud.servers.by_id(["a"])


@pytest.mark.parametrize("body", [{}, {"servers": None}, {"servers": {"id": "a"}}, {"servers": ["a"]}])
def test_a_response_without_a_list_of_servers(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    cloud = connect()
    wire.expect("GET", "/v2.1/servers/detail", reply=reply(200, body))
    with pytest.raises(InvalidResponse, match="Could not list the servers: the response has no list named servers"):
        list(cloud.servers.list(ServerQuery()))


def test_a_listed_server_without_an_id(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    listing(wire, reply, ("name", "^x$"), servers=[{"name": "x"}])
    with pytest.raises(InvalidResponse, match="a server without id"):
        list(cloud.servers.list(ServerQuery(names=("x",))))


def test_a_refusal_is_raised_when_the_servers_are_read(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    said = {"forbidden": {"code": 403, "message": "Policy doesn't allow it"}}
    wire.expect("GET", "/v2.1/servers/detail", reply=reply(403, said))
    with pytest.raises(PermissionDenied, match="Could not list the servers: Policy"):
        list(cloud.servers.list(ServerQuery(all_projects=True)))


# -- the short list ---------------------------------------------------------------------------------------------------


def short(server_id: str) -> dict[str, Any]:
    return {"id": server_id, "name": "n-" + server_id, "links": []}


@pytest.mark.parametrize(
    ("query", "asked"),
    [({}, BOTH_ENDS), ({"names": ("n-a",)}, [("name", "^n-a$")]), ({"names": ("n-a", "n-b")}, BOTH_ENDS)],
    ids=str,
)
def test_where_ids_and_names_are_enough_the_list_is_short(
    wire: Any, reply: Any, connect: Any, query: dict[str, Any], asked: list[tuple[str, str]]
) -> None:
    cloud = connect()
    listing(wire, reply, *asked, servers=[short("a")], path="/v2.1/servers")
    (found,) = cloud.servers.list(ServerQuery(brief=True, **query))
    assert (found.id, found.name, found.platform, found.region) == ("a", "n-a", "openstack", "r1")
    assert found.status is None and found.addresses == () and not found.is_deleted


def test_the_short_list_of_many_ids_and_of_ustack(wire: Any, reply: Any, connect: Any) -> None:
    ids = ["s%02d" % number for number in range(21)]
    listing(wire, reply, *BOTH_ENDS, servers=[short(each) for each in ids], limit=50, path="/v2.1/servers")
    found = connect().servers.list(ServerQuery(ids=tuple(ids), page_size=50, brief=True))
    assert sorted(each.id for each in found) == ids
    absent = ("OpenStack-API-Version", "X-OpenStack-Nova-API-Version")
    listing(wire, reply, servers=[short("a")], path="/v2/p1/servers", headers={}, absent=absent)
    assert [each.name for each in connect("ustack").servers.list(ServerQuery(brief=True))] == ["n-a"]


# -- addresses --------------------------------------------------------------------------------------------------------


def test_a_fixed_address_is_asked_for_and_compared_exactly(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    near, exact = nova("a", addresses=addresses("10.0.0.11")), nova("b", addresses=addresses("10.0.0.1"))
    listing(wire, reply, ("ip", "10.0.0.1"), servers=[near, exact])
    assert [each.id for each in cloud.servers.list(ServerQuery(ips=("10.0.0.1",)))] == ["b"]


def test_an_ipv6_address(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    listing(wire, reply, ("ip6", "fd00::1"), servers=[nova("a", addresses=addresses("fd00::1"))])
    assert [each.id for each in cloud.servers.list(ServerQuery(ips=("fd00::1",)))] == ["a"]


def test_filters_and_projects_go_along_with_an_address(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    asked = [("all_tenants", "1"), ("host", "h"), ("ip", "10.0.0.1")]
    listing(wire, reply, *asked, servers=[nova("a", addresses=addresses("10.0.0.1"))])
    query = ServerQuery(ips=("10.0.0.1",), filters=(("host", "h"),), all_projects=True)
    assert [each.id for each in cloud.servers.list(query)] == ["a"]


def test_a_floating_address_needs_the_whole_list(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    floating = nova("b", addresses=addresses("203.0.113.9", kind="floating"))
    listing(wire, reply, ("ip", "203.0.113.9"))
    listing(wire, reply, *BOTH_ENDS, servers=[nova("a"), floating], limit=500)
    found = list(cloud.servers.list(ServerQuery(ips=("203.0.113.9",), page_size=500)))
    assert {each.id: each.public_ips for each in found} == {"a": [], "b": ["203.0.113.9"]}


def test_several_addresses_at_once_and_the_version_once(wire: Any, reply: Any, connect: Any, serve: Any) -> None:
    cloud = connect(version=None)
    holders = {"10.0.0.%d" % number: "s%d" % number for number in range(8)}

    def answer(seen: Any) -> Any:
        ip = dict(seen.query)["ip"]
        return {"servers": [nova(holders[ip], addresses=addresses(ip))]}

    serve({"GET /v2.1/": {"version": {"version": "2.96"}}, "GET /v2.1/servers/detail": answer})
    assert {each.id for each in cloud.servers.list(ServerQuery(ips=tuple(holders)))} == set(holders.values())
    assert len(wire.seen) == 9


# -- flavors ----------------------------------------------------------------------------------------------------------


def test_a_selection_by_flavor_knows_the_flavors_ids(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    listed = [{"id": "1", "name": "m1.tiny", "vcpus": 1, "ram": 512}]
    wire.expect(
        "GET", "/v2.1/flavors/detail", query=[("limit", "1000")], headers=HEADERS, reply=reply(200, {"flavors": listed})
    )
    listing(wire, reply, *BOTH_ENDS, servers=[nova("a"), nova("b", flavor={"original_name": "gone", "vcpus": 9})])
    found = {each.id: each.flavor for each in cloud.servers.list(ServerQuery(flavor=("1",)))}
    assert found == {"a": Flavor("1", "m1.tiny", 1, 512), "b": Flavor(None, "gone", 9, None)}


def test_the_flavors_of_all_projects(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    cloud.all_projects = True
    wire.expect(
        "GET",
        "/v2.1/flavors/detail",
        query=[("is_public", "None"), ("limit", "1000")],
        reply=reply(200, {"flavors": samples.USTACK_FLAVORS}),
    )
    assert [(each.name, each.vcpus, each.ram_mb) for each in cloud.flavors.list_sizes()] == [
        ("micro-1", 12, 12288),
        ("micro-2", 2, 8192),
    ]


def test_a_response_without_flavors(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    wire.expect("GET", "/v2.1/flavors/detail", reply=reply(200, {"servers": []}))
    with pytest.raises(InvalidResponse, match="Could not list the flavors: the response has no list named flavors"):
        cloud.flavors.list_sizes()


# -- EasyStack and UnitedStack ----------------------------------------------------------------------------------------


def test_easystack_lists_its_recycle_bin_as_documented(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("easystack", version="2.79")
    headers = {"X-OpenStack-Nova-API-Version": "2.67", "OpenStack-API-Version": "compute 2.67"}
    binned = [
        nova("own", "SOFT_DELETED", tenant_id="p1"),
        nova("other", "SOFT_DELETED", tenant_id="p2"),
        nova("unsaid", "SOFT_DELETED"),
    ]
    asked = [("all_tenants", "1"), ("deleted", "True")]
    listing(wire, reply, ("deleted", "True"), servers=binned, headers=headers)
    found = list(cloud.servers.list(ServerQuery(deleted=True)))
    assert [each.id for each in found] == ["own", "unsaid"] and all(each.is_deleted for each in found)
    listing(wire, reply, *asked, servers=binned, headers=headers)
    assert len(list(cloud.servers.list(ServerQuery(deleted=True, all_projects=True)))) == 3


def test_easystack_lists_as_openstack_does(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("easystack", version="2.67")
    headers = {"X-OpenStack-Nova-API-Version": "2.67"}
    listing(wire, reply, ("tags", "a"), servers=[samples.EASYSTACK_ACTIVE], headers=headers)
    found = list(cloud.servers.list(ServerQuery(tags=("a",))))
    assert [(each.name, each.platform) for each in found] == [("instance-REK4t4-9", "easystack")]


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({}, []),
        ({"tags": ("k=v",), "not_tags": ("x",)}, []),
        ({"names": ("w",)}, [("name", "^w$")]),
        ({"name_patterns": ("w*",), "tags": ("k=",)}, [("name", "^w.*$")]),
        ({"all_projects": True}, [("all_tenants", "1")]),
        ({"sort_key": "created"}, []),
    ],
)
def test_ustack_is_read_in_one_direction_and_never_asked_for_tags(
    wire: Any, reply: Any, connect: Any, query: dict[str, Any], asked: list[tuple[str, str]]
) -> None:
    cloud = connect("ustack")
    headers = {"X-Auth-Token": "t0k3n"}
    absent = ("OpenStack-API-Version", "X-OpenStack-Nova-API-Version")
    path = "/v2/p1/servers/detail"
    listing(wire, reply, *asked, servers=[samples.USTACK_BUILDING], path=path, headers=headers, absent=absent)
    found = list(cloud.servers.list(ServerQuery(**query)))
    assert [(each.name, each.flavor.name, each.platform) for each in found] == [("server-1", "micro-1", "ustack")]


def test_ustack_has_no_recycle_bin(connect: Any, wire: Any) -> None:
    with pytest.raises(UnsupportedOperation, match="ustack has no operation deleted"):
        connect("ustack").servers.list(ServerQuery(deleted=True))
    assert wire.seen == []


def test_ustack_polls_what_changed(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("ustack")
    ids = list("abcde")
    asked = ("changes-since", "2026-03-01T11:59:55Z")
    listing(wire, reply, asked, servers=[nova(each) for each in ids], path="/v2/p1/servers/detail", headers={})
    assert sorted(cloud.servers.by_id(ids, cloud.servers.mark())) == ids
