# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""aggregate, aggregate_info and availability_zone_info as a task sees them."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, refused
from modules.idempotency_steps import ten_steps

#: The platforms whose administrators have hosts.
OWNERS = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)


def aggregate(bench: Bench, name: str) -> dict[str, Any] | None:
    rows = bench.control("GET", f"/{bench.platform}/aggregates")["aggregates"]
    return next((dict(row) for row in rows if row["name"] == name), None)


@OWNERS
def test_the_ten_steps(admin: Bench) -> None:
    create = {
        "name": "fast",
        "availability_zone": "zone-3",
        "hosts": ["cmp5", "cmp6"],
        "metadata": {"ssd": True, "rack": 3},
    }
    update = {"name": "fast", "hosts": ["cmp6"], "purge_hosts": True, "metadata": {"rack": 4}, "purge_metadata": True}
    # Removing takes the hosts out first.
    create_and_force = {**create, "force": True}
    made, changed, _gone = ten_steps(admin, "aggregate", {"metadata": {"a": "b"}}, create_and_force, update, "name, id")
    shown = made["aggregate"]
    assert (shown["hosts"], shown["metadata"]) == (["cmp5", "cmp6"], {"ssd": "true", "rack": "3"})
    assert shown["availability_zone"] == "zone-3" and isinstance(shown["id"], int)
    assert changed["aggregate"] == {**shown, "hosts": ["cmp6"], "metadata": {"rack": "4"}}
    assert aggregate(admin, "fast") is None


@OWNERS
def test_omitted_options_change_nothing(admin: Bench) -> None:
    made = admin.call("aggregate", name="fast", hosts=["cmp5"], metadata={"a": "1"})["aggregate"]
    with nothing_done(admin):
        assert admin.call("aggregate", name="fast")["aggregate"] == made
    more = admin.call("aggregate", id=made["id"], name="faster", hosts=["cmp6"], metadata={"b": "2"})["aggregate"]
    assert more == {**made, "name": "faster", "hosts": ["cmp5", "cmp6"], "metadata": {"a": "1", "b": "2"}}


@OWNERS
def test_a_zone_is_changed_and_not_taken_away(admin: Bench) -> None:
    options = {"name": "fast", "availability_zone": "zone-3", "hosts": ["cmp5"]}
    admin.call("aggregate", **options)
    moved = admin.call("aggregate", name="fast", availability_zone="zone-4", hosts=["cmp6"], purge_hosts=True)
    assert (moved["aggregate"]["availability_zone"], moved["aggregate"]["hosts"]) == ("zone-4", ["cmp6"])
    assert [body for body in admin.changing_requests() if body][2:] == [
        {"remove_host": {"host": "cmp5"}},
        {"aggregate": {"name": "fast", "availability_zone": "zone-4"}},
        {"add_host": {"host": "cmp6"}},
    ]
    for check in (True, False):
        with nothing_done(admin):
            refused(admin.call("aggregate", check=check, name="fast", availability_zone=""), "cannot be removed")


@OWNERS
@pytest.mark.parametrize(
    "options, parts",
    [
        ({}, ["name, id"]),
        ({"name": " "}, ["name", "empty"]),
        ({"id": 99}, ["id: no aggregate has the id 99"]),
        ({"id": "one"}, ["id", "int"]),
        ({"name": "x", "hosts": [""]}, ["hosts", "empty"]),
        ({"name": "x", "metadata": {"availability_zone": "z"}}, ["use the option availability_zone"]),
        ({"name": "x", "metadata": {"a": None}}, ["metadata: the value of a is empty"]),
        ({"name": "zone-2", "state": "absent"}, ["zone-2 still has the hosts cmp4", "force: true"]),
        (
            {"name": "x", "availability_zone": "z9", "hosts": ["cmp4"]},
            ["cmp4 is in the zone zone-2", "can be in one zone only"],
        ),
    ],
    ids=str,
)
def test_bad_input(admin: Bench, options: dict[str, Any], parts: list[str]) -> None:
    for check in (True, False):
        with nothing_done(admin):
            refused(admin.call("aggregate", check=check, **options), *parts)


@OWNERS
def test_what_only_the_cloud_knows_to_be_wrong(admin: Bench) -> None:
    admin.call("aggregate", name="fast", hosts=["cmp5"])
    message = refused(
        admin.call("aggregate", name="fast", hosts=["nix"], purge_hosts=True), "Could not add the host nix", "HTTP 404"
    )
    assert "Compute host nix could not be found" in message
    assert (aggregate(admin, "fast") or {})["hosts"] == ["cmp5"], "hosts do not leave before others have come"
    result = admin.call("aggregate", name="new", availability_zone="zone-9", hosts=["cmp1"])
    assert result["failed"] is True and result["changed"] is True and result["completed_steps"] == ["create"]
    assert "HTTP 409" in result["msg"] and "Done before that: create." in result["msg"]
    refused(admin.call("aggregate", name="zone-2", state="absent", force=True), "Could not remove the host cmp4")
    assert aggregate(admin, "zone-2")
    message = refused(admin.call("aggregate", name="zone-2", id=1, availability_zone="zone-5"), "HTTP 400")
    assert "contain instances" in message


@OWNERS
@pytest.mark.parametrize("fault", [{"reset": "after"}, {"truncate": True}, {"status": 502, "effect": True}], ids=str)
def test_lost_responses_are_decided_by_the_state(admin: Bench, fault: dict[str, Any]) -> None:
    order = {"platform": admin.platform, "method": "POST", "path": "os-aggregates", "do": fault}
    admin.control("POST", "/faults", order)
    options = {"name": "fast", "hosts": ["cmp5", "cmp6"], "metadata": {"a": "1"}}
    assert admin.call("aggregate", **options)["changed"] is True
    assert len(admin.changing_requests()) == 4, "each of them once"
    with nothing_done(admin):
        assert admin.call("aggregate", **options)["changed"] is False
    assert admin.call("aggregate", name="fast", hosts=[], purge_hosts=True)["aggregate"]["hosts"] == []


@OWNERS
def test_members_are_refused(bench: Bench) -> None:
    for module, options in (("aggregate", {"name": "x"}), ("aggregate_info", {})):
        with nothing_done(bench):
            refused(bench.call(module, **options), "Could not list the aggregates", "HTTP 403", "role")
    found = bench.call("availability_zone_info", hosts=True)
    assert [each["hosts"] for each in found["zones"]] == [None, None]
    (warning,) = found["warnings"]
    assert "does not show the hosts of availability zones to this user" in warning and "Policy doesn't allow" in warning


@pytest.mark.parametrize("platform", ["ustack", "huaweicloud"], indirect=True)
def test_platforms_without_aggregates(bench: Bench) -> None:
    words = f"Platform {bench.platform} has no operation aggregates. Use "
    with nothing_done(bench):
        refused(bench.call("aggregate", name="x"), words)
        refused(bench.call("aggregate", check=True, name="x", state="absent"), words)
        refused(bench.call("aggregate_info"), words)
        refused(bench.call("availability_zone_info", hosts=True), "has no operation zone_hosts. Use ")


@OWNERS
def test_the_list(admin: Bench) -> None:
    admin.call("aggregate", name="b", hosts=["cmp4", "cmp5"])
    listed = admin.call("aggregate_info")["aggregates"]
    assert [each["name"] for each in listed] == ["b", "zone-2"]
    assert listed[1]["availability_zone"] == "zone-2" and "availability_zone" not in listed[1]["metadata"]
    assert [each["name"] for each in admin.call("aggregate_info", host="cmp5")["aggregates"]] == ["b"]
    assert [each["name"] for each in admin.call("aggregate_info", name="zone-2")["aggregates"]] == ["zone-2"]
    assert admin.call("aggregate_info", check=True, host="nix")["aggregates"] == []


@OWNERS
def test_zones_with_their_hosts(admin: Bench) -> None:
    zones = {each["name"]: each for each in admin.call("availability_zone_info", hosts=True)["zones"]}
    assert set(zones["zone-2"]["hosts"]) == {"cmp4"} and zones["nova"]["available"] is True


@pytest.mark.parametrize("platform", ["openstack", "easystack", "huaweicloud"], indirect=True)
def test_zones(bench: Bench) -> None:
    zones = bench.call("availability_zone_info")["zones"]
    assert zones == sorted(zones, key=lambda each: each["name"]) and len(zones) >= 2
    assert all(each["hosts"] is None for each in zones)
    if bench.platform == "huaweicloud":
        assert {(each["available"], each["type"], each["mode"]) for each in zones} == {(None, "Center", "shared")}
    else:
        assert all(isinstance(each["available"], bool) and each["type"] is None for each in zones)


@pytest.mark.parametrize("platform", ["ustack"], indirect=True)
def test_a_platform_that_lists_no_zones(bench: Bench) -> None:
    refused(bench.call("availability_zone_info"), "Platform ustack has no operation zones. Use ", "server_info")
