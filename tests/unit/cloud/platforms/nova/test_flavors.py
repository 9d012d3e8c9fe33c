# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flavors at the wire: what is sent to each platform, and how responses are read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    InvalidResponse,
    PermissionDenied,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.flavors import flavor
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.nova.resource_samples import (
    ROOTS,
    UNVERSIONED,
    junk,
    version_headers,
)

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


def test_flavors_with_their_extra_specs_in_one_list(wire: Any, reply: Any, connect: Any) -> None:
    entry = {**FLAVOR, "extra_specs": {"a": "1"}, "description": "d", "swap": 512}
    query = [("is_public", "None"), ("limit", "1000")]
    answer = reply(200, {"flavors": [entry]})
    wire.expect("GET", "/v2.1/flavors/detail", query=query, headers=version_headers("2.61"), reply=answer)
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


def test_an_id_that_no_flavor_can_have_is_not_requested(wire: Any, connect: Any) -> None:
    for name in ("..", "a/b"):
        with pytest.raises(BadRequest, match="is not a valid name or id"):
            connect().flavors.get(name)
    assert wire.seen == []


@pytest.mark.parametrize("body", [{}, {"flavor": None}, {"flavors": []}])
def test_a_response_without_the_flavor(wire: Any, reply: Any, connect: Any, body: Any) -> None:
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


def test_ustack_shows_no_extra_specs_and_lists_no_private_flavors(wire: Any, reply: Any, connect: Any) -> None:
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
    words = r"microversion 2\.54, and the description of a flavor needs 2\.55\. Leave it out"
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


@given(st.dictionaries(st.sampled_from([*FLAVOR, "extra_specs", "description"]), junk))
def test_any_flavor_is_a_record_or_has_no_id(data: dict[str, Any]) -> None:
    try:
        assert flavor(data).as_dict()["id"]
    except InvalidResponse as error:
        assert "without id" in str(error) or "with a name that is not a string" in str(error)


@pytest.mark.parametrize(("is_public", "asked"), [(None, "None"), (True, "True"), (False, "False")])
def test_public_and_private_flavors(connect: Any, wire: Any, reply: Any, is_public: bool | None, asked: str) -> None:
    query = [("is_public", asked), ("limit", "1000")]
    wire.expect("GET", "/v2.1/flavors/detail", query=query, reply=reply(200, {"flavors": []}))
    assert connect(version="2.61").flavors.list(is_public=is_public) == []
