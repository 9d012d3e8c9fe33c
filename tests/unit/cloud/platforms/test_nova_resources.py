# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key pairs, flavors, aggregates and zones at the wire: what is sent to each platform, and what is made of answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    InvalidResponse,
    PermissionDenied,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.aggregates import aggregate
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.flavors import flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.keypairs import keypair
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.zones import zone

PLAIN = {"keypair": {"name": "k", "public_key": "ssh-rsa AAAA", "fingerprint": "aa:bb"}}
FLAVOR = {
    "id": "f1",
    "name": "small",
    "vcpus": 1,
    "ram": 1024,
    "disk": 10,
    "swap": "",
    "OS-FLV-EXT-DATA:ephemeral": 0,
    "OS-FLV-DISABLED:disabled": False,
    "os-flavor-access:is_public": True,
    "rxtx_factor": 1.0,
}
AGGREGATE = {
    "id": 3,
    "uuid": "u-3",
    "name": "fast",
    "availability_zone": "z1",
    "hosts": ["h2", "h1"],
    "metadata": {"availability_zone": "z1", "ssd": "true"},
}
ROOTS = {"openstack": "/v2.1", "easystack": "/v2.1", "ustack": "/v2/p1", "huaweicloud": "/v2.1/p1"}
UNVERSIONED = ("OpenStack-API-Version", "X-OpenStack-Nova-API-Version")


def spoken(version: str) -> dict[str, str]:
    return {"OpenStack-API-Version": "compute " + version, "X-OpenStack-Nova-API-Version": version}


# -- key pairs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["ustack", "huaweicloud"])
def test_key_pairs_without_microversions(wire: Any, reply: Any, connect: Any, platform: str) -> None:
    cloud, root = connect(platform), ROOTS[platform] + "/os-keypairs"
    wire.expect("GET", root, query=[], absent=UNVERSIONED, reply=reply(200, {"keypairs": [PLAIN]}))
    wire.expect("GET", root + "/k", query=[], absent=UNVERSIONED, reply=reply(200, PLAIN))
    wire.expect("GET", root + "/none", reply=reply(404, {"itemNotFound": {"code": 404, "message": "gone"}}))
    made = {"keypair": {**PLAIN["keypair"], "private_key": "-----BEGIN"}}
    wire.expect("POST", root, json={"keypair": {"name": "k"}}, absent=UNVERSIONED, reply=reply(200, made))
    body = {"keypair": {"name": "k", "public_key": "ssh-rsa AAAA"}}
    wire.expect("POST", root, json=body, reply=reply(200, PLAIN))
    wire.expect("DELETE", root + "/k", query=[], reply=reply(202))
    wire.expect("DELETE", root + "/k", reply=reply(404, {"itemNotFound": {"code": 404, "message": "gone"}}))
    (listed,) = cloud.keypairs.list()
    assert listed == cloud.keypairs.get("k") and listed.public_key == "ssh-rsa AAAA" and listed.type is None
    assert cloud.keypairs.get("none") is None
    assert cloud.keypairs.create("k").private_key == "-----BEGIN"
    assert cloud.keypairs.create("k", "ssh-rsa AAAA", "ssh").private_key is None, (
        "type is not sent, ssh is all there is"
    )
    cloud.keypairs.delete("k")
    cloud.keypairs.delete("k")


@pytest.mark.parametrize(
    ("cloud_has", "generating"), [("2.1", "2.1"), ("2.2", "2.2"), ("2.91", "2.91"), ("2.92", "2.91"), ("2.104", "2.91")]
)
def test_generating_needs_a_version_below_2_92(
    wire: Any, reply: Any, connect: Any, cloud_has: str, generating: str
) -> None:
    cloud = connect(version=cloud_has)
    importing = "2.96" if cloud_has == "2.104" else cloud_has
    body = {"name": "k"} if cloud_has == "2.1" else {"name": "k", "type": "ssh"}
    wire.expect(
        "POST", "/v2.1/os-keypairs", json={"keypair": body}, headers=spoken(generating), reply=reply(201, PLAIN)
    )
    body = {**body, "public_key": "ssh-rsa AAAA"}
    wire.expect("POST", "/v2.1/os-keypairs", json={"keypair": body}, headers=spoken(importing), reply=reply(201, PLAIN))
    assert cloud.keypairs.create("k", kind="ssh").name == "k"
    assert cloud.keypairs.create("k", "ssh-rsa AAAA", kind="ssh").name == "k"


def test_the_list_is_paged_from_2_35_on_by_the_name(wire: Any, reply: Any, connect: Any) -> None:
    first = {"keypairs": [PLAIN], "keypairs_links": [{"rel": "next", "href": "http://elsewhere/"}]}
    second = {"keypairs": [{"keypair": {**PLAIN["keypair"], "name": "l"}}]}
    root = "/v2.1/os-keypairs"
    wire.expect("GET", root, query=[("limit", "1000")], headers=spoken("2.35"), reply=reply(200, first))
    wire.expect("GET", root, query=[("limit", "1000"), ("marker", "k")], reply=reply(200, second))
    assert [each.name for each in connect(version="2.35").keypairs.list()] == ["k", "l"]
    wire.expect("GET", root, query=[], headers=spoken("2.34"), reply=reply(200, second))
    assert [each.name for each in connect(version="2.34").keypairs.list()] == ["l"]


def test_another_users_key_pairs(wire: Any, reply: Any, connect: Any) -> None:
    cloud, root, query = connect(version="2.10"), "/v2.1/os-keypairs", [("user_id", "u1")]
    wire.expect("GET", root, query=query, reply=reply(200, {"keypairs": []}))
    wire.expect("GET", root + "/k", query=query, reply=reply(200, PLAIN))
    body = {"keypair": {"name": "k", "public_key": "p", "user_id": "u1"}}
    wire.expect("POST", root, json=body, reply=reply(201, PLAIN))
    wire.expect("DELETE", root + "/k", query=query, reply=reply(204))
    assert list(cloud.keypairs.list("u1")) == []
    assert cloud.keypairs.get("k", "u1").name == "k"
    cloud.keypairs.create("k", "p", user_id="u1")
    cloud.keypairs.delete("k", "u1")


@pytest.mark.parametrize(
    ("platform", "version", "words"),
    [
        ("openstack", "2.9", "The cloud supports microversion 2.9, and naming the user of a key pair needs 2.10"),
        ("ustack", None, "Platform ustack has no operation keypair_users. Use the credentials of that user instead."),
        ("huaweicloud", None, "Platform huaweicloud has no operation keypair_users."),
    ],
)
def test_nobody_elses_key_pair_is_meant_where_the_cloud_would_ignore_the_user(
    wire: Any, connect: Any, platform: str, version: str | None, words: str
) -> None:
    cloud = connect(platform, version=version)
    for ask in (
        lambda: cloud.keypairs.list("u1"),
        lambda: cloud.keypairs.get("k", "u1"),
        lambda: cloud.keypairs.create("k", "p", user_id="u1"),
        lambda: cloud.keypairs.delete("k", "u1"),
    ):
        with pytest.raises(UnsupportedOperation) as caught:
            ask()
        assert words in str(caught.value)
    assert wire.seen == []


def test_certificates_need_2_2(wire: Any, reply: Any, connect: Any) -> None:
    with pytest.raises(UnsupportedOperation, match=r"microversion 2\.1, and the type of a key pair needs 2\.2"):
        connect(version="2.1").keypairs.create("k", "p", "x509")
    with pytest.raises(UnsupportedOperation, match="key pairs of type ssh"):
        connect("huaweicloud").keypairs.create("k", "p", "x509")
    body = {"keypair": {"name": "k", "public_key": "p", "type": "x509"}}
    wire.expect("POST", "/v2.1/os-keypairs", json=body, reply=reply(201, PLAIN))
    connect(version="2.2").keypairs.create("k", "p", "x509")


def test_attaching_on_ustack(wire: Any, reply: Any, connect: Any) -> None:
    cloud, path = connect("ustack"), "/v2/p1/servers/s1/action"
    wire.expect("POST", path, json={"attachKeypairs": {"key_names": ["k", "l"]}}, reply=reply(202))
    wire.expect("POST", path, json={"detachKeypairs": {"key_names": ["k", "l"]}}, reply=reply(202))
    server = Server(id="s1", platform="x", name="web")
    for action in ("attach_keypairs", "detach_keypairs"):
        orders = [(server, Action(action, {"key_names": ("k", "l")}))]
        (pending,) = cloud.perform(orders)
        assert pending.error is None and pending.label == "web (s1)"
        for platform in ("openstack", "easystack", "huaweicloud"):
            with pytest.raises(UnsupportedOperation, match=action + ". Use server_os"):
                connect(platform).perform(orders)
    wire.expect("POST", path, reply=reply(404, {"itemNotFound": {"code": 404, "message": "no key"}}))
    (pending,) = cloud.perform(orders)
    assert "Could not detach key pair k, l from the server web (s1): no key" in str(pending.error)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/"])
def test_no_name_leads_elsewhere(name: str, wire: Any, connect: Any) -> None:
    cloud = connect()
    for ask in (lambda: cloud.keypairs.delete(name), lambda: cloud.flavors.unset_extra_spec("f1", name)):
        with pytest.raises(BadRequest, match="is not a valid name"):
            ask()
    assert wire.seen == []


def test_names_are_quoted() -> None:
    assert path_segment("a b@c.d?#%") == "a%20b%40c.d%3F%23%25"


@pytest.mark.parametrize("body", [{}, {"keypair": None}, {"keypair": []}, []])
def test_answers_without_a_key_pair(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    wire.expect("GET", "/v2.1/os-keypairs/k", reply=reply(200, body))
    with pytest.raises(InvalidResponse, match="Could not show the key pair k"):
        connect().keypairs.get("k")
    wire.expect("POST", "/v2.1/os-keypairs", reply=reply(200, body))
    with pytest.raises(InvalidResponse, match="Could not create the key pair k"):
        connect().keypairs.create("k")


# -- flavors ----------------------------------------------------------------------------------------------------------


def test_flavors_with_their_extra_specs_in_one_list(wire: Any, reply: Any, connect: Any) -> None:
    entry = {**FLAVOR, "extra_specs": {"a": "1"}, "description": "d", "swap": 512}
    query = [("is_public", "None"), ("limit", "1000")]
    answer = reply(200, {"flavors": [entry]})
    wire.expect("GET", "/v2.1/flavors/detail", query=query, headers=spoken("2.61"), reply=answer)
    (found,) = connect(version="2.61").flavors.list()
    assert found == FlavorDetails("f1", "small", 1, 1024, 10, 0, 512, 1.0, True, False, "d", {"a": "1"})


def test_extra_specs_are_read_one_by_one_below_2_61(wire: Any, reply: Any, connect: Any, serve: Any) -> None:
    listed = [FLAVOR, {**FLAVOR, "id": "f2"}, {**FLAVOR, "id": "gone"}]
    serve(
        {
            "GET /v2.1/flavors/detail": {"flavors": listed},
            "GET /v2.1/flavors/f1/os-extra_specs": {"extra_specs": {"a": "1"}},
            "GET /v2.1/flavors/f2/os-extra_specs": {"extra_specs": {}},
        }
    )
    found = connect(version="2.60").flavors.list()
    assert [(each.id, each.extra_specs) for each in found] == [("f1", {"a": "1"}), ("f2", {}), ("gone", None)]
    assert found[0].swap_mb == 0, "an empty string is no swap"


@pytest.mark.parametrize(("platform", "query"), [("openstack", [("is_public", "None")]), ("ustack", [])])
def test_the_short_list_of_flavors_has_ids_and_names(
    wire: Any, reply: Any, connect: Any, platform: str, query: list[tuple[str, str]]
) -> None:
    listed = [{"id": "f1", "name": "small", "links": []}]
    answer = reply(200, {"flavors": listed})
    # Below 2.61 as well, where extra_specs would be read flavor by flavor.
    wire.expect("GET", ROOTS[platform] + "/flavors", query=[*query, ("limit", "1000")], reply=answer)
    assert connect(platform, version="2.60").flavors.list(brief=True) == [FlavorDetails("f1", "small")]


@pytest.mark.parametrize(
    ("platform", "version", "specs"),
    [("openstack", "2.61", {"a": "1"}), ("openstack", "2.60", {"b": "2"}), ("ustack", None, None)],
)
def test_one_flavor_alone_is_shown(
    wire: Any, connect: Any, serve: Any, platform: str, version: str | None, specs: Any
) -> None:
    path = "GET %s/flavors/f1" % ROOTS[platform]
    shown = {**FLAVOR, "extra_specs": specs} if version == "2.61" else FLAVOR
    serve({path: {"flavor": shown}, path + "/os-extra_specs": {"extra_specs": {"b": "2"}}})
    cloud = connect(platform, version=version)
    found = cloud.flavors.get("f1")
    assert found is not None and (found.id, found.ram_mb, found.extra_specs) == ("f1", 1024, specs)
    assert len(wire.seen) == (2 if version == "2.60" else 1)
    assert cloud.flavors.get("gone") is None


def test_an_id_that_no_flavor_can_have_is_not_asked_for(wire: Any, connect: Any) -> None:
    for name in ("..", "a/b"):
        with pytest.raises(BadRequest, match="is not a valid name or id"):
            connect().flavors.get(name)
    assert wire.seen == []


@pytest.mark.parametrize("body", [{}, {"flavor": None}, {"flavors": []}])
def test_an_answer_without_the_flavor(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    wire.expect("GET", "/v2.1/flavors/f1", reply=reply(200, body))
    with pytest.raises(InvalidResponse, match="Could not show the flavor f1: the response has no flavor"):
        connect().flavors.get("f1")


def test_one_flavor_of_huawei_cloud_is_found_in_its_list(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    for wanted, name in (("s6", "s6"), ("nix", None)):
        answer = reply(200, {"flavors": [{"id": "s6", "name": "s6", "vcpus": "2", "ram": 4096}]})
        wire.expect("GET", "/v1/p1/cloudservers/flavors", reply=answer)
        found = cloud.flavors.get(wanted)
        assert (found.name if found else None) == name


def test_ustack_tells_no_extra_specs_and_is_not_asked_for_private_flavors(wire: Any, reply: Any, connect: Any) -> None:
    query = [("limit", "1000")]
    answer = reply(200, {"flavors": [FLAVOR]})
    wire.expect("GET", "/v2/p1/flavors/detail", query=query, absent=UNVERSIONED, reply=answer)
    (found,) = connect("ustack").flavors.list()
    assert found.extra_specs is None and found.ram_mb == 1024


def test_the_flavors_of_huawei_cloud(wire: Any, reply: Any, connect: Any) -> None:
    entry = {"id": "s6", "name": "s6", "vcpus": "2", "ram": 4096, "disk": "0", "os_extra_specs": {"cond": "normal"}}
    wire.expect("GET", "/v1/p1/cloudservers/flavors", reply=reply(200, {"flavors": [entry]}))
    cloud = connect("huaweicloud")
    (found,) = cloud.flavors.list()
    assert found == FlavorDetails("s6", "s6", 2, 4096, 0, extra_specs={"cond": "normal"})
    with pytest.raises(UnsupportedOperation, match="flavor_info without access"):
        cloud.flavors.with_access(found)


def test_the_life_of_a_flavor(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()

    def users(*projects: str) -> Any:
        return reply(200, {"flavor_access": [{"flavor_id": "f1", "tenant_id": each} for each in projects]})

    sent = {
        "name": "small",
        "id": None,
        "vcpus": 1,
        "ram": 1024,
        "disk": 0,
        "OS-FLV-EXT-DATA:ephemeral": 0,
        "swap": 0,
        "os-flavor-access:is_public": False,
        "rxtx_factor": 2.0,
        "description": "d",
    }
    gone = reply(404, {"itemNotFound": {"code": 404, "message": "gone"}})
    wire.expect("POST", "/v2.1/flavors", json={"flavor": sent}, reply=reply(200, {"flavor": FLAVOR}))
    wanted = FlavorDetails("", "small", 1, 1024, rxtx_factor=2.0, is_public=False, description="d")
    assert cloud.flavors.create(wanted, explicit_id=False).id == "f1"
    wire.expect("PUT", "/v2.1/flavors/f1", json={"flavor": {"description": None}}, reply=reply(200, {"flavor": FLAVOR}))
    cloud.flavors.update("f1", None)
    specs = {"extra_specs": {"hw:a": "1"}}
    wire.expect("POST", "/v2.1/flavors/f1/os-extra_specs", json=specs, reply=reply(200, specs))
    cloud.flavors.set_extra_specs("f1", {"hw:a": "1"})
    wire.expect("DELETE", "/v2.1/flavors/f1/os-extra_specs/hw%3Aa", reply=reply(200))
    wire.expect("GET", "/v2.1/flavors/f1/os-extra_specs/hw%3Aa", reply=gone)
    cloud.flavors.unset_extra_spec("f1", "hw:a")
    wire.expect("DELETE", "/v2.1/flavors/f1/os-extra_specs/b", reply=reply(404, {"itemNotFound": {"message": "gone"}}))
    cloud.flavors.unset_extra_spec("f1", "b")
    wire.expect("POST", "/v2.1/flavors/f1/action", json={"addTenantAccess": {"tenant": "p"}}, reply=users("p", "q"))
    cloud.flavors.add_access("f1", "p")
    wire.expect("POST", "/v2.1/flavors/f1/action", json={"removeTenantAccess": {"tenant": "p"}}, reply=users("q"))
    cloud.flavors.remove_access("f1", "p")
    wire.expect("DELETE", "/v2.1/flavors/f1", reply=reply(202))
    cloud.flavors.delete("f1")
    wire.expect("DELETE", "/v2.1/flavors/f1", reply=reply(404, {"itemNotFound": {"message": "gone"}}))
    cloud.flavors.delete("f1")


def test_descriptions_need_2_55(wire: Any, connect: Any) -> None:
    cloud = connect(version="2.54")
    assert not cloud.supports("flavor_descriptions") and connect(version="2.55").supports("flavor_descriptions")
    words = (
        r"The cloud supports microversion 2\.54, and the description of a flavor needs 2\.55\. Leave the option out\."
    )
    with pytest.raises(UnsupportedOperation, match=words):
        cloud.flavors.update("f1", "d")
    with pytest.raises(UnsupportedOperation, match=words):
        cloud.flavors.create(FlavorDetails("", "small", 1, 1024, description="d"), explicit_id=False)
    assert wire.seen == []


def test_access_lists(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    public, private = FlavorDetails("f1", "f", is_public=True), FlavorDetails("f2", "g", is_public=False)
    assert cloud.flavors.with_access(public) is public
    rows = {"flavor_access": [{"flavor_id": "f2", "tenant_id": "p2"}, {"flavor_id": "f2", "tenant_id": "p1"}]}
    wire.expect("GET", "/v2.1/flavors/f2/os-flavor-access", reply=reply(200, rows))
    assert cloud.flavors.with_access(private).as_dict()["access"] == ["p1", "p2"]
    for entry in ("junk", {"flavor_id": "f2"}, {"tenant_id": None}):
        rows = {"flavor_access": [{"tenant_id": "p2"}, entry]}
        wire.expect("GET", "/v2.1/flavors/f2/os-flavor-access", reply=reply(200, rows))
        with pytest.raises(InvalidResponse, match="an entry of the list (has no tenant_id|is not a JSON object)"):
            cloud.flavors.with_access(private)
    wire.expect("GET", "/v2.1/flavors/f2/os-flavor-access", reply=reply(403, {"forbidden": {"message": "no"}}))
    with pytest.raises(PermissionDenied, match="read the access list of the flavor g"):
        cloud.flavors.with_access(private)


# -- aggregates and zones ---------------------------------------------------------------------------------------------


def test_the_life_of_an_aggregate(wire: Any, reply: Any, connect: Any) -> None:
    cloud, one, action = connect(), "/v2.1/os-aggregates/3", "/v2.1/os-aggregates/3/action"

    def answer(**changes: Any) -> Any:
        return reply(200, {"aggregate": {**AGGREGATE, **changes}})

    wire.expect("POST", "/v2.1/os-aggregates", json={"aggregate": {"name": "fast"}}, reply=answer())
    assert cloud.aggregates.create("fast", None).id == 3
    body = {"aggregate": {"name": "fast", "availability_zone": "z1"}}
    wire.expect("POST", "/v2.1/os-aggregates", json=body, reply=answer())
    cloud.aggregates.create("fast", "z1")
    wire.expect("PUT", one, json={"aggregate": {"name": "new"}}, reply=answer(name="new"))
    cloud.aggregates.update(3, {"name": "new"})
    metadata = {"a": "1", "availability_zone": "z1"}
    body = {"set_metadata": {"metadata": {"a": "1", "b": None}}}
    wire.expect("POST", action, json=body, reply=answer(metadata=metadata))
    cloud.aggregates.set_metadata(3, {"a": "1", "b": None})
    wire.expect("POST", action, json={"add_host": {"host": "h1"}}, reply=answer())
    cloud.aggregates.add_host(3, "h1")
    wire.expect("POST", action, json={"remove_host": {"host": "h1"}}, reply=answer(hosts=["h2"]))
    cloud.aggregates.remove_host(3, "h1")
    gone = reply(404, {"itemNotFound": {"code": 404, "message": "gone"}})
    wire.expect("DELETE", one, reply=reply(200))
    wire.expect("GET", one, reply=gone)
    cloud.aggregates.delete(3)
    wire.expect("DELETE", one, reply=gone)
    cloud.aggregates.delete(3)
    wire.expect("GET", "/v2.1/os-aggregates", reply=reply(200, {"aggregates": [AGGREGATE]}))
    (found,) = cloud.aggregates.list()
    assert found.as_dict() == {
        "id": 3,
        "uuid": "u-3",
        "name": "fast",
        "availability_zone": "z1",
        "hosts": ["h1", "h2"],
        "metadata": {"ssd": "true"},
    }


@pytest.mark.parametrize(("platform", "root"), [("openstack", "/v2.1"), ("huaweicloud", "/v2.1/p1")])
def test_zones(wire: Any, reply: Any, connect: Any, platform: str, root: str) -> None:
    rows = [{"zoneName": "z1", "zoneState": {"available": True}, "hosts": None}]
    wire.expect("GET", root + "/os-availability-zone", reply=reply(200, {"availabilityZoneInfo": rows}))
    assert [each.as_dict() for each in connect(platform).zones.list()] == [
        {"name": "z1", "available": True, "hosts": None}
    ]


def test_zones_with_hosts(wire: Any, reply: Any, connect: Any) -> None:
    rows = [{"zoneName": "z1", "zoneState": {"available": True}, "hosts": {"h1": {"nova-compute": {}}}}]
    wire.expect("GET", "/v2.1/os-availability-zone/detail", reply=reply(200, {"availabilityZoneInfo": rows}))
    assert connect().zones.list(hosts=True)[0].hosts == {"h1": {"nova-compute": {}}}
    for platform in ("huaweicloud", "ustack"):
        with pytest.raises(UnsupportedOperation, match="zone_hosts. Use "):
            connect(platform).zones.list(hosts=True)


# -- answers that may hold anything -----------------------------------------------------------------------------------

junk = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)


UNREADABLE = {
    "GET /v2.1/os-aggregates": ("aggregates", {"id": 3, "name": "a"}, lambda cloud: cloud.aggregates.list()),
    "GET /v2.1/os-server-groups": ("server_groups", {"id": "g", "name": "a"}, lambda cloud: cloud.server_groups.list()),
    "GET /v2.1/os-services": ("services", {"id": "s", "host": "a"}, lambda cloud: cloud.hosts.list_services()),
    "GET /v2.1/os-keypairs": ("keypairs", {"keypair": {"name": "a"}}, lambda cloud: cloud.keypairs.list()),
    "GET /v2.1/flavors/detail": ("flavors", {"id": "f", "name": "a"}, lambda cloud: cloud.flavors.list()),
    "GET /v2.1/servers/detail": ("servers", {"id": "s", "name": "a"}, lambda cloud: list(cloud.servers(ServerQuery()))),
    "GET /image/v2/images": ("images", {"id": "i", "name": "a"}, lambda cloud: cloud.snapshots.list()),
}


@pytest.mark.parametrize("entry", ["junk", 7, None, {}, "unnamed"])
@pytest.mark.parametrize("request_line", UNREADABLE)
def test_an_entry_that_cannot_be_read_is_not_taken_for_one_that_is_not_there(
    wire: Any, serve: Any, connect: Any, request_line: str, entry: Any
) -> None:
    key, good, listing = UNREADABLE[request_line]
    if entry == "unnamed":
        inner = good.get("keypair", good)
        broken = {
            name: 7 if value == "a" else "z" if value == inner.get("id") else value for name, value in inner.items()
        }
        entry = {"keypair": broken} if "keypair" in good else broken
    cloud = connect(endpoints={"image": wire.url + "/image"})
    serve({request_line: {key: [good]}})
    assert len(listing(cloud)) == 1
    serve({request_line: {key: [good, entry]}})
    with pytest.raises(InvalidResponse):
        listing(cloud)


@given(st.dictionaries(st.sampled_from(["name", "public_key", "type", "created_at", "private_key", "user_id"]), junk))
def test_any_key_pair_is_a_record_or_has_no_name(data: dict[str, Any]) -> None:
    try:
        assert "private_key" not in keypair(data).as_dict()
    except InvalidResponse as error:
        assert "without name" in str(error) and not (isinstance(data.get("name"), str) and data["name"])


@given(st.dictionaries(st.sampled_from([*FLAVOR, "extra_specs", "description"]), junk))
def test_any_flavor_is_a_record_or_has_no_id(data: dict[str, Any]) -> None:
    try:
        assert flavor(data).as_dict()["id"]
    except InvalidResponse as error:
        assert "without id" in str(error) or "with a name that is not a string" in str(error)


@given(st.dictionaries(st.sampled_from([*AGGREGATE]), junk))
def test_any_aggregate_is_a_record_or_has_no_id(data: dict[str, Any]) -> None:
    try:
        assert isinstance(aggregate(data).as_dict()["id"], int)
    except InvalidResponse as error:
        assert "without id" in str(error) or "without name" in str(error)


@given(st.dictionaries(st.sampled_from(["zoneName", "zoneState", "hosts"]), junk))
def test_any_zone_is_a_record_or_has_no_name(data: dict[str, Any]) -> None:
    try:
        assert isinstance(zone(data).as_dict()["name"], str)
    except InvalidResponse as error:
        assert "without zoneName" in str(error)
