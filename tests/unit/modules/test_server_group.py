# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_group and server_group_info as a task sees them."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, refused
from modules.idempotency_steps import ten_steps

#: The platforms whose groups have every policy, and those that have groups at all.
NOVA = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
GROUPED = pytest.mark.parametrize("platform", ["openstack", "easystack", "huaweicloud"], indirect=True)


def groups(bench: Bench) -> list[dict[str, Any]]:
    return list(bench.control("GET", f"/{bench.platform}/server-groups")["server_groups"])


def fill(bench: Bench, group: str, *names: str) -> None:
    bench.control("PUT", f"/{bench.platform}/server-groups/{group}", {"members": list(names)})


@NOVA
def test_the_ten_steps(bench: Bench) -> None:
    made, changed, _gone = ten_steps(
        bench,
        "server_group",
        {"name": "db"},
        {"name": "db", "policy": "anti-affinity", "rules": {"max_server_per_host": 2}},
        {"name": "db", "policy": "soft-affinity", "recreate": True},
        "set policy to create it",
    )
    shown = made["server_group"]
    assert (shown["name"], shown["policy"], shown["members"]) == ("db", "anti-affinity", [])
    assert shown["rules"] in ({"max_server_per_host": 2}, None) and shown["id"] and shown["project_id"]
    assert changed["server_group"]["policy"] == "soft-affinity" and changed["server_group"]["id"] != shown["id"]
    assert groups(bench) == []


@pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
def test_a_life_on_huaweicloud(bench: Bench) -> None:
    with nothing_done(bench):
        predicted = bench.call("server_group", check=True, diff=True, name="db", policy="anti-affinity")
    made = bench.call("server_group", diff=True, name="db", policy="anti-affinity")
    assert predicted["changed"] is made["changed"] is True and predicted["diff"] == made["diff"]
    assert made["server_group"]["rules"] is None
    fill(bench, "db", "web-01", "web-02")
    with nothing_done(bench):
        again = bench.call("server_group", name="db", policy="anti-affinity")
    assert again["changed"] is False and len(again["server_group"]["members"]) == 2
    assert bench.call("server_group", name="db", state="absent", force=True)["changed"] is True
    assert groups(bench) == []
    for options, words in (
        ({"policy": "affinity"}, "Use policy: anti-affinity, the only policy of the vendor instead."),
        ({"policy": "soft-anti-affinity"}, "has no operation server_group_policies"),
        ({"policy": "anti-affinity", "rules": {"max_server_per_host": 2}}, "has no operation server_group_rules"),
    ):
        with nothing_done(bench):
            refused(bench.call("server_group", name="db", **options), words)


@GROUPED
def test_names_are_not_unique(bench: Bench) -> None:
    first = bench.call("server_group", name="db", policy="anti-affinity")["server_group"]["id"]
    made = {"name": "db", "policies": ["anti-affinity"]}
    second = other_group(bench, made)
    for options in ({"policy": "anti-affinity"}, {"state": "absent"}):
        with nothing_done(bench):
            message = refused(bench.call("server_group", name="db", **options), "2 server groups are named db")
        assert first in message and second in message and "by id" in message
    with nothing_done(bench):
        assert bench.call("server_group", id=second, policy="anti-affinity")["changed"] is False
    assert bench.call("server_group", id=second, name="db", state="absent")["changed"] is True
    assert [row["id"] for row in groups(bench)] == [first]
    with nothing_done(bench):
        assert bench.call("server_group", id=second, state="absent")["changed"] is False


def other_group(bench: Bench, body: dict[str, Any]) -> str:
    """Another group, made past the module, which would not."""
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import resolve
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.connect import connect

    cloud = connect(resolve(bench.options, {}))
    try:
        return str(cloud.server_groups.create(body["name"], body["policies"][0], {}).id)
    finally:
        cloud.close()


@GROUPED
def test_a_group_with_servers_is_left_alone(bench: Bench) -> None:
    bench.call("server_group", name="db", policy="anti-affinity")
    fill(bench, "db", "web-01", "web-02")
    bench.control("PUT", f"/{bench.platform}/servers/web-02", {"name": "renamed"})
    for check in (True, False):
        with nothing_done(bench):
            message = refused(bench.call("server_group", check=check, name="db", state="absent"), "force: true")
    assert f"web-01 ({bench.id_of('web-01')})" in message and "renamed" in message
    group_id = groups(bench)[0]["id"]
    with nothing_done(bench):
        result = bench.call("server_group", id=group_id, name="other", recreate=True)
    refused(result, "cannot change name from db to other", "it has the servers renamed", "Create another group")


@NOVA
@pytest.mark.parametrize(
    "options, parts",
    [
        ({}, ["name, id"]),
        ({"name": " "}, ["name", "empty"]),
        ({"name": "x", "policy": "random"}, ["policy", "affinity, anti-affinity, soft-affinity"]),
        ({"id": "nix", "policy": "affinity"}, ["id: no server group has the id nix"]),
        ({"name": "db", "policy": "affinity"}, ["cannot change policy from anti-affinity to affinity", "recreate"]),
        ({"name": "x", "policy": "affinity", "rules": {"max_server_per_host": 2}}, ["only the policy anti-affinity"]),
        ({"name": "x", "policy": "anti-affinity", "rules": {"max_server_per_host": 0}}, ["rules.max_server_per_host"]),
        ({"name": "x", "policy": "anti-affinity", "rules": {"most": 2}}, ["rules", "most"]),
        ({"name": "x" * 256, "policy": "affinity"}, ["name: 256 characters are too many"]),
    ],
    ids=str,
)
def test_bad_input(bench: Bench, options: dict[str, Any], parts: list[str]) -> None:
    bench.call("server_group", name="db", policy="anti-affinity")
    for check in (True, False):
        with nothing_done(bench):
            refused(bench.call("server_group", check=check, **options), *parts)
    assert [row["name"] for row in groups(bench)] == ["db"]


@pytest.mark.parametrize("platform", ["ustack"], indirect=True)
def test_a_platform_without_groups(bench: Bench) -> None:
    words = "Platform ustack has no operation server_groups. Use availability zones"
    with nothing_done(bench):
        refused(bench.call("server_group", name="x", policy="affinity"), words)
        refused(bench.call("server_group", check=True, name="x", state="absent"), words)
        refused(bench.call("server_group_info"), words)


@GROUPED
@pytest.mark.parametrize("fault", [{"reset": "after"}, {"truncate": True}, {"status": 502, "effect": True}], ids=str)
def test_a_lost_response_makes_no_second_group(bench: Bench, fault: dict[str, Any]) -> None:
    order = {"platform": bench.platform, "method": "POST", "path": "os-server-groups", "do": fault}
    bench.control("POST", "/faults", order)
    result = bench.call("server_group", name="db", policy="anti-affinity")
    assert result["changed"] is True and [row["id"] for row in groups(bench)] == [result["server_group"]["id"]]


@GROUPED
def test_a_response_lost_before_anything_was_done(bench: Bench) -> None:
    order = {"platform": bench.platform, "method": "POST", "path": "os-server-groups", "do": {"reset": "before"}}
    bench.control("POST", "/faults", order)
    result = bench.call("server_group", name="db", policy="anti-affinity")
    refused(result, "Could not create the server group db")
    assert groups(bench) == []


@NOVA
def test_the_old_group_is_put_back(bench: Bench) -> None:
    bench.call("server_group", name="db", policy="anti-affinity")
    order = {"platform": bench.platform, "method": "POST", "path": "os-server-groups", "times": 1}
    bench.control("POST", "/faults", {**order, "do": {"status": 403, "reason": "Quota exceeded."}})
    result = bench.call("server_group", name="db", policy="affinity", recreate=True)
    assert result["failed"] is True and result["changed"] is True and result["completed_steps"] == ["delete"]
    assert "was restored with the id %s." % groups(bench)[0]["id"] in result["msg"]
    assert [row["policy"] for row in groups(bench)] == ["anti-affinity"]


@NOVA
def test_putting_back_fails_too(bench: Bench) -> None:
    bench.call("server_group", name="db", policy="anti-affinity")
    order = {"platform": bench.platform, "method": "POST", "path": "os-server-groups", "times": 2}
    bench.control("POST", "/faults", {**order, "do": {"status": 403, "reason": "Quota exceeded."}})
    result = bench.call("server_group", name="db", policy="affinity", recreate=True)
    assert result["failed"] is True and "It was: db with policy anti-affinity and rules none" in result["msg"]
    assert groups(bench) == []


@GROUPED
def test_the_list(bench: Bench) -> None:
    for name in ("b", "a"):
        bench.call("server_group", name=name, policy="anti-affinity")
    fill(bench, "b", "web-01")
    listed = bench.call("server_group_info")["server_groups"]
    assert [(each["name"], each["members"]) for each in listed] == [("a", []), ("b", [bench.id_of("web-01")])]
    assert bench.call("server_group_info", name="a")["server_groups"] == listed[:1]
    assert bench.call("server_group_info", id=listed[0]["id"])["server_groups"] == listed[:1]
    assert bench.call("server_group_info", check=True, member=bench.id_of("web-01"))["server_groups"] == listed[1:]
    assert bench.call("server_group_info", member="nix")["server_groups"] == []


@NOVA
def test_groups_of_all_projects_are_for_administrators(bench: Bench) -> None:
    bench.call("server_group", name="ours", policy="affinity")
    bench.options = bench.credentials("admin")
    own = bench.call("server_group_info")["server_groups"]
    every = bench.call("server_group_info", all_projects=True)["server_groups"]
    assert [each["name"] for each in every] == ["ours"] and every != own


@pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
def test_all_projects_on_huaweicloud(bench: Bench) -> None:
    refused(bench.call("server_group_info", all_projects=True), "has no operation all_projects", "one task a project")


# -- members ----------------------------------------------------------------------------------------------------------

HUAWEI = pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
MEMBER = "change group member"
DB: dict[str, Any] = {"name": "db", "policy": "anti-affinity"}


def keep(bench: Bench, *members: str, **options: Any) -> dict[str, Any]:
    """The members as declared: check mode predicts the run, and a second run changes nothing."""
    given = {**DB, "members": list(members), **options}
    with nothing_done(bench):
        checked = bench.call("server_group", check=True, diff=True, **given)
    done = bench.call("server_group", diff=True, **given)
    assert not done.get("failed") and (checked["changed"], checked["diff"]) == (done["changed"], done["diff"])
    with nothing_done(bench):
        again = bench.call("server_group", **given)
    assert again["changed"] is False and again["server_group"] == done["server_group"]
    return done


@HUAWEI
def test_members_join_and_leave(bench: Bench) -> None:
    first, second, third = (bench.ids_of(name)[0] for name in ("web-01", "web-02", "web-03"))
    made = keep(bench, "web-01", second)
    assert made["server_group"]["members"] == sorted(groups(bench)[0]["members"]) == sorted([first, second])
    assert keep(bench, "web-03", "web-03", third)["server_group"]["members"] == sorted([first, second, third])
    assert keep(bench, "web-03", purge_members=True)["server_group"]["members"] == [third]
    assert keep(bench, purge_members=True)["server_group"]["members"] == []
    bodies = [row["body"] for row in bench.requests(MEMBER)]
    assert [next(iter(body)) for body in bodies] == ["add_member"] * 3 + ["remove_member"] * 3


@HUAWEI
def test_members_of_another_group_and_a_partial_failure(bench: Bench) -> None:
    bench.call("server_group", name="other", policy="anti-affinity", members=["web-02"])
    result = bench.call("server_group", **DB, members=["web-01", "web-02", "web-03"])
    assert result["failed"] and result["changed"] and len(result["completed_steps"]) == 2
    assert "is in a server group already" in result["msg"]
    bench.call("server_group", name="other", policy="anti-affinity", members=[], purge_members=True)
    rest = bench.call("server_group", **DB, members=["web-01", "web-02", "web-03"])
    assert rest["changed"] and len(rest["server_group"]["members"]) == 3


@HUAWEI
@pytest.mark.parametrize("fault", [{"reset": "after"}, {"status": 500, "effect": True}, {"reset": "before"}])
def test_a_lost_response_to_a_member(bench: Bench, fault: dict[str, Any]) -> None:
    bench.call("server_group", **DB)
    bench.fault(MEMBER, times=1, **fault)
    result = bench.call("server_group", **DB, members=["web-01"])
    if fault == {"reset": "before"}:
        assert result["failed"] and groups(bench)[0]["members"] == []
    else:
        assert result["changed"] and groups(bench)[0]["members"] == bench.ids_of("web-01")
    assert len(bench.requests(MEMBER)) == 1


@HUAWEI
@pytest.mark.parametrize(
    "options, words",
    [
        ({"members": ["nix"]}, "no server has names nix"),
        ({"members": ["twin"]}, "2 servers are named twin"),
        ({"members": [""]}, "members"),
        ({"members": ["web-01"], "state": "absent"}, "members: it needs state: present"),
        ({"purge_members": True}, "purge_members: it needs members"),
    ],
    ids=str,
)
def test_members_that_cannot_be(bench: Bench, options: dict[str, Any], words: str) -> None:
    with nothing_done(bench):
        refused(bench.call("server_group", **{**DB, **options}), words)


@NOVA
def test_no_server_joins_later_on_nova(bench: Bench) -> None:
    with nothing_done(bench):
        refused(bench.call("server_group", **DB, members=["web-01"]), "server_group_members", "Use group of server")
