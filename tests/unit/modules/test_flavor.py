# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""flavor and flavor_info as a task sees them."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, refused
from modules.idempotency_steps import ten_steps

#: The platforms whose administrators make flavors.
MAKERS = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
SIZES = {"vcpus": 2, "ram_mb": 2048, "disk_gb": 20}
#: The names of the flavors that the simulator starts with, of the ids 2, 3 and 4.
NAMES = {"openstack": ("m1.small", "m1.medium", "m1.large"), "easystack": ("1C-2G", "2C-4G", "4C-8G")}


def flavor(bench: Bench, name: str) -> dict[str, Any]:
    rows = bench.control("GET", f"/{bench.platform}/flavors")["flavors"]
    (found,) = [row for row in rows if row["name"] == name]
    return dict(found)


def project(bench: Bench) -> str:
    """The id of the project whose servers the simulator has."""
    return str(bench.server("web-01")["project_id"])


@MAKERS
def test_the_ten_steps(admin: Bench) -> None:
    mine = project(admin)
    create = {
        "name": "build.large",
        **SIZES,
        "is_public": False,
        "access": [mine],
        "extra_specs": {"hw:cpu_policy": "dedicated", "team": 7, "spot": True},
        "description": "for builds",
    }
    update = {
        "name": "build.large",
        "extra_specs": {"team": "8"},
        "purge_extra_specs": True,
        "access": [],
        "purge_access": True,
        "description": "",
    }
    made, changed, _gone = ten_steps(
        admin, "flavor", {"name": "x", "vcpus": 1}, create, update, "set ram_mb to create it"
    )
    shown = made["flavor"]
    assert shown["extra_specs"] == {"hw:cpu_policy": "dedicated", "team": "7", "spot": "true"}
    assert (shown["access"], shown["is_public"], shown["description"]) == ([mine], False, "for builds")
    assert changed["flavor"] == {
        **shown,
        "extra_specs": {"team": "8"},
        "access": [],
        "description": None,
    }


@MAKERS
def test_recreate_keeps_what_was_omitted(admin: Bench) -> None:
    mine = project(admin)
    options = {"name": "f", "id": "f-1", **SIZES, "is_public": False, "access": [mine], "extra_specs": {"a": "1"}}
    old = admin.call("flavor", **options)["flavor"]
    with nothing_done(admin):
        for check in (True, False):
            message = refused(admin.call("flavor", check=check, name="f", vcpus=4, swap_mb=512), "cannot change")
            assert "swap_mb from 0 to 512, vcpus from 2 to 4" in message and "recreate: true" in message
        predicted = admin.call("flavor", check=True, diff=True, name="f", vcpus=4, recreate=True)
    done = admin.call("flavor", diff=True, name="f", vcpus=4, recreate=True)
    assert predicted["diff"] == done["diff"] and predicted["flavor"] == done["flavor"] == {**old, "vcpus": 4}
    with nothing_done(admin):
        assert admin.call("flavor", name="f", vcpus=4, recreate=True)["changed"] is False
    renamed = admin.call("flavor", id="f-1", name="g", recreate=True)["flavor"]
    assert renamed == {**old, "vcpus": 4, "name": "g"}


@MAKERS
def test_a_flavor_in_use_goes_and_its_servers_stay_as_they_are(admin: Bench) -> None:
    large = NAMES[admin.platform][2]
    before = admin.server("db-01")
    assert admin.call("flavor", name=large, state="absent")["changed"] is True
    assert before["status"] == "ACTIVE" and admin.server("db-01") == before
    assert admin.call("flavor", name=large, state="absent")["changed"] is False


@MAKERS
@pytest.mark.parametrize(
    "options, parts",
    [
        ({}, ["name, id"]),
        ({"name": " "}, ["name", "empty"]),
        ({"id": "nix"}, ["set name, vcpus, ram_mb"]),
        ({"id": "2", "access": ["p"]}, ["access", "public", "is_public: false"]),
        ({"id": "2", "vcpus": 0, "recreate": True}, ["vcpus: 0 is out of range"]),
        ({"id": "2", "ram_mb": 2**31, "recreate": True}, ["ram_mb: 2147483648 is out of range"]),
        ({"id": "2", "disk_gb": -1, "recreate": True}, ["disk_gb: -1 is out of range"]),
        ({"id": "2", "rxtx_factor": 0, "recreate": True}, ["rxtx_factor"]),
        ({"id": "2", "vcpus": "many"}, ["vcpus", "int"]),
        ({"id": "2", "name": "LARGE", "recreate": True}, ["is already used by the flavor with the id 4"]),
        ({"id": "new", "name": "LARGE", **SIZES}, ["is already used by the flavor with the id 4"]),
        ({"id": "2", "extra_specs": {"a": None}}, ["extra_specs: the value of a is empty"]),
        ({"id": "2", "extra_specs": {"a": [1]}}, ["extra_specs: the value of a is a list"]),
        ({"id": "2", "is_public": False}, ["is_public from True to False", "recreate: true"]),
    ],
    ids=str,
)
def test_bad_input(admin: Bench, options: dict[str, Any], parts: list[str]) -> None:
    if options.get("name") == "LARGE":
        options = {**options, "name": NAMES[admin.platform][2]}
    for check in (True, False):
        with nothing_done(admin):
            refused(admin.call("flavor", check=check, **options), *parts)


@MAKERS
def test_what_only_the_cloud_knows_to_be_wrong(admin: Bench) -> None:
    result = admin.call("flavor", name="f", **SIZES, is_public=False, access=["nowhere"])
    assert result["failed"] is True and result["changed"] is True and result["completed_steps"] == ["create"]
    assert "Project ID nowhere is not a valid project" in result["msg"] and "Done before that: create" in result["msg"]


@MAKERS
def test_the_old_flavor_is_put_back(admin: Bench) -> None:
    name = NAMES[admin.platform][2]
    admin.call("flavor", name=name, extra_specs={"mine": "1"}, description="old")
    old = flavor(admin, name)
    order = {"platform": admin.platform, "method": "POST", "path": "os-extra_specs", "times": 1}
    admin.control("POST", "/faults", {**order, "do": {"status": 400, "reason": "Validation failed"}})
    result = admin.call("flavor", name=name, vcpus=9, recreate=True, extra_specs={"hw:nonsense": "1"})
    refused(result, "Could not set extra_specs", "HTTP 400", "The previous flavor was restored")
    assert result["completed_steps"] == [] and {**flavor(admin, name), "number": old["number"]} == old


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
def test_extra_specs_that_nova_checks(admin: Bench) -> None:
    refused(admin.call("flavor", id="2", extra_specs={"hw:nonsense": "1"}), "hw:nonsense", "HTTP 400")


@MAKERS
@pytest.mark.parametrize("fault", [{"reset": "after"}, {"truncate": True}, {"status": 502, "effect": True}], ids=str)
def test_lost_responses_are_decided_by_the_state(admin: Bench, fault: dict[str, Any]) -> None:
    admin.control("POST", "/faults", {"platform": admin.platform, "method": "POST", "path": "flavors", "do": fault})
    options = {"name": "f", **SIZES, "is_public": False, "access": [project(admin)], "extra_specs": {"a": "1"}}
    assert admin.call("flavor", **options)["changed"] is True
    assert len(admin.changing_requests()) == 3, "each of them once"
    with nothing_done(admin):
        assert admin.call("flavor", **options)["changed"] is False
    assert admin.call("flavor", name="f", access=[], purge_access=True)["flavor"]["access"] == []


@MAKERS
def test_members_are_refused(bench: Bench) -> None:
    for options in ({"name": "f", **SIZES}, {"id": "2", "state": "absent"}):
        refused(bench.call("flavor", **options), "HTTP 403", "role")
    assert bench.call("flavor", id="2", vcpus=1)["changed"] is False
    assert flavor(bench, NAMES[bench.platform][0])["vcpus"] == 1


@pytest.mark.parametrize("platform", ["ustack", "huaweicloud"], indirect=True)
def test_platforms_whose_flavors_are_given(bench: Bench) -> None:
    for options in ({"name": "f", **SIZES}, {"name": "f", "state": "absent"}):
        with nothing_done(bench):
            message = refused(bench.call("flavor", **options), f"Platform {bench.platform} has no operation", "Use ")
        assert "flavor_info" in message
    refused(bench.call("flavor_info", access=True), "has no operation flavor_access. Use flavor_info without access")


def test_the_list(bench: Bench) -> None:
    listed = bench.call("flavor_info")["flavors"]
    assert listed == sorted(listed, key=lambda each: (each["name"], each["id"])) and len(listed) >= 3
    first = listed[0]
    assert first["vcpus"] >= 1 and first["ram_mb"] >= 256 and isinstance(first["id"], str)
    assert bench.call("flavor_info", id=first["id"])["flavors"] == [first]
    assert bench.call("flavor_info", name=first["name"])["flavors"] == [first]
    assert bench.call("flavor_info", name="nix")["flavors"] == []
    assert bench.call("flavor_info", id="nix")["flavors"] == []
    assert bench.call("flavor_info", id=first["id"], name="nix")["flavors"] == []
    short = [{"id": each["id"], "name": each["name"]} for each in listed]
    assert bench.call("flavor_info", fields=["name"])["flavors"] == short
    assert bench.call("flavor_info", fields=["id", "name"], name=first["name"])["flavors"] == short[:1]
    assert bench.call("flavor_info", fields=["vcpus"])["flavors"][0] == {"id": first["id"], "vcpus": first["vcpus"]}
    refused(bench.call("flavor_info", fields=["cpus"]), "fields: a flavor has no cpus; choose from id, name, vcpus")
    with nothing_done(bench):
        bench.call("flavor_info", check=True)
    biggest = bench.call("flavor_info", sort_key="ram_mb", sort_dir="desc", limit=1)["flavors"]
    assert [each["ram_mb"] for each in biggest] == [max(each["ram_mb"] for each in listed)]
    assert bench.call("flavor_info", fields=["name"], sort_key="id")["flavors"] == sorted(
        short, key=lambda each: each["id"]
    )
    assert bench.call("flavor_info", is_public=True)["flavors"] == listed
    assert bench.call("flavor_info", is_public=False)["flavors"] == []
    refused(bench.call("flavor_info", limit=0), "limit: 0 is out of range")


@MAKERS
def test_private_flavors_and_who_may_use_them(bench: Bench) -> None:
    admin, mine = bench.credentials("admin"), project(bench)
    bench.call("flavor", **admin, name="mine", **SIZES, is_public=False, access=[mine])
    bench.call("flavor", **admin, name="hidden", **SIZES, is_public=False)
    assert {"mine"} == {each["name"] for each in bench.call("flavor_info")["flavors"]} & {"mine", "hidden"}
    found = {each["name"]: each for each in bench.call("flavor_info", **admin, access=True)["flavors"]}
    assert (found["mine"]["access"], found["hidden"]["access"]) == ([mine], [])
    for who, private in ((bench.options, {"mine"}), (admin, {"mine", "hidden"})):
        listed = bench.call("flavor_info", **{**who, "is_public": False, "fields": ["name"]})["flavors"]
        assert {each["name"] for each in listed} == private
    small, _medium, large = (found[name] for name in NAMES[bench.platform])
    assert small["access"] is None
    names = bench.call("flavor_info", **admin, access=True, fields=["name", "access"])["flavors"]
    assert {"id": found["mine"]["id"], "name": "mine", "access": [mine]} in names
    (alone,) = bench.call("flavor_info", **admin, access=True, id=found["mine"]["id"])["flavors"]
    assert alone == found["mine"]
    assert large["extra_specs"] == ({"hw:cpu_policy": "dedicated"} if bench.platform == "openstack" else {})
