"""The module server_fleet against the simulator: one listing, one plan, batches, and an outcome for each server."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from modules.bench import Bench
from modules.huaweicloud_servers import kind as huawei_kind
from modules.request_budgets import FLAVOR, IMAGE, OTHER_IMAGE

OPENSTACK = pytest.mark.parametrize("platform", ["openstack"])
HUAWEICLOUD = pytest.mark.parametrize("platform", ["huaweicloud"])
CHANGING = ("POST", "PUT", "PATCH", "DELETE")


def kind(bench: Bench) -> dict[str, Any]:
    """What a new server of the platform needs."""
    if bench.platform == "huaweicloud":
        return huawei_kind()
    return {"flavor": FLAVOR[bench.platform], "image": IMAGE[bench.platform]}


def fleet(bench: Bench, servers: list[dict[str, Any]], /, **options: Any) -> dict[str, Any]:
    return bench.call("server_fleet", servers=servers, **{"defaults": kind(bench), **options})


def outcomes(result: dict[str, Any]) -> dict[str, str]:
    return {row["name"]: row["outcome"] for row in result.get("outcomes", ())}


def changing(bench: Bench) -> list[str]:
    """The requests that change something, but for the token."""
    return [row["name"] for row in bench.requests() if row["method"] in CHANGING and row["name"] != "create token"]


def refused(bench: Bench, servers: list[dict[str, Any]], *words: str, **options: Any) -> str:
    """The message of a task that must fail before it changes anything."""
    bench.control("DELETE", "/requests")
    result = fleet(bench, servers, **options)
    assert result.get("failed") and not result.get("changed"), result
    assert changing(bench) == []
    missing = [word for word in words if word not in result["msg"]]
    assert not missing, result["msg"]
    return str(result["msg"])


# -- one task for all entries --------------------------------------------------------------------------------------


def test_a_fleet_is_created_checked_changed_and_deleted(bench: Bench) -> None:
    servers = [
        {"name_pattern": "shop-%02d", "count": 3, "tags": ["role=shop"]},
        {"names": ["shop-db-a", "shop-db-b"], "tags": ["role=db"], "metadata": {"tier": "db"}},
        {"name": "web-04", "state": "absent"},
    ]
    expected = {"created": 5, "changed": 0, "deleted": 1, "unchanged": 0, "failed": 0}
    planned = fleet(bench, servers, tag="fleet=shop", check=True)
    assert planned["changed"] and planned["counts"] == expected
    assert set(outcomes(planned).values()) == {"planned"}
    assert changing(bench) == []

    made = fleet(bench, servers, tag="fleet=shop")
    assert made["changed"] and made["counts"] == expected and made["undeclared"] == [], made
    assert set(outcomes(made).values()) == {"done"}
    again = fleet(bench, servers, tag="fleet=shop")
    assert not again["changed"] and set(outcomes(again).values()) == {"unchanged"}, again
    assert not fleet(bench, servers, tag="fleet=shop", check=True)["changed"]

    servers[0] = {"name_pattern": "shop-%02d", "count": 2, "tags": ["role=shop", "release=42"]}
    after = fleet(bench, servers, tag="fleet=shop", purge=True)
    assert after["counts"] == {"created": 0, "changed": 2, "deleted": 1, "unchanged": 2, "failed": 0}, after
    assert [row["name"] for row in after["undeclared"]] == ["shop-03"]
    assert "shop-03" not in {row["name"] for row in after["servers"]}
    last = fleet(bench, servers, tag="fleet=shop", purge=True)
    assert not last["changed"] and last["undeclared"] == []


def test_distinct_entries_cost_one_list(bench: Bench) -> None:
    servers = [{"name": "web-%02d" % number, "tags": ["number=%d" % number]} for number in range(1, 5)]
    assert fleet(bench, servers, defaults={})["counts"]["changed"] == 4
    bench.control("DELETE", "/requests")
    assert not fleet(bench, servers, defaults={})["changed"]
    names = Counter(row["name"] for row in bench.requests())
    assert sum(number for name, number in names.items() if name.startswith("list servers")) == 1, names


def test_images_flavors_and_networks_are_looked_up_once_for_all_entries(bench: Bench) -> None:
    networks = {"huaweicloud": {}, "ustack": {"networks": ["shared"]}}.get(bench.platform, {"networks": ["private"]})
    servers = [{"name": "new-%d" % number, "metadata": {"n": str(number)}, **networks} for number in range(4)]
    one = Counter(_reads(bench, servers[:1]))
    bench.restart()
    assert Counter(_reads(bench, servers)) == one


def _reads(bench: Bench, servers: list[dict[str, Any]]) -> list[str]:
    bench.control("DELETE", "/requests")
    result = fleet(bench, servers, check=True)
    assert result["counts"]["created"] == len(servers), result
    return [row["name"] for row in bench.requests()]


@OPENSTACK
def test_one_request_creates_numbered_servers(bench: Bench) -> None:
    made = fleet(bench, [{"name": "shop", "count": 30}, {"name": "db", "count": 2, "locked": True}])
    assert made["counts"]["created"] == 32
    assert Counter(changing(bench))["create server"] == 2, changing(bench)


@OPENSTACK
def test_entries_have_their_own_options(bench: Bench) -> None:
    servers = [
        {"name": "web-01", "resize": "offline", "flavor": "m1.medium"},
        {"name": "web-02", "new_name": "front-02", "description": "The second"},
        {"name": "web-03", "metadata": {"a": "1"}, "purge_metadata": True},
        {"name": "new-1", "image": "ubuntu-24.04", "flavor": "m1.small", "locked": True},
    ]
    result = fleet(bench, servers, defaults={})
    assert not result.get("failed"), result
    assert {row["name"]: row["description"] for row in result["servers"]}["front-02"] == "The second"
    actions = {row["name"]: row["actions"] for row in result["outcomes"]}
    assert actions["new-1"] == ["create", "lock"] and "resize" in actions["web-01"]
    again = fleet(bench, servers, defaults={})
    assert not again["changed"], again["outcomes"]


@OPENSTACK
def test_defaults_are_below_the_entries(bench: Bench) -> None:
    usual = {**kind(bench), "tags": {"env": "shop", "role": "none"}, "metadata": {"a": "1", "b": "2"}}
    made = fleet(bench, [{"name": "one", "tags": {"role": "kv"}, "metadata": {"b": "3"}}], defaults=usual, tag="f=s")
    (server,) = made["servers"]
    assert server["tags"] == ["env=shop", "f=s", "role=kv"]
    assert {key: server["metadata"][key] for key in "ab"} == {"a": "1", "b": "3"}
    # A key of a mapping has one value.
    changed = fleet(bench, [{"name": "one", "tags": {"role": "db"}}], defaults=usual, tag="f=s")
    assert changed["servers"][0]["tags"] == ["env=shop", "f=s", "role=db"]


@OPENSTACK
def test_the_recycle_bin(bench: Bench) -> None:
    bench.options = bench.credentials("admin")
    bench.options["region"] = "RegionTwo" if "RegionTwo" in str(bench.ready) else bench.options.get("region")
    assert fleet(bench, [{"name": "nobody", "state": "purged"}], defaults={})["changed"] is False
    refused(bench, [{"name": "nobody", "state": "restored"}], "entry 1 (nobody)", "recycle bin", defaults={})


def test_a_power_state(bench: Bench) -> None:
    servers = [
        {"name": "web-01", "power_state": "stopped"},
        {"name": "new-1", "power_state": "stopped", **kind(bench)},
        {"name": "web-02", "power_state": "started"},
    ]
    result = fleet(bench, servers, defaults={})
    actions = {row["name"]: row["actions"] for row in result["outcomes"]}
    assert actions == {"web-01": ["stop"], "new-1": ["create", "stop"], "web-02": []}, result
    states = {row["name"]: row["power_state"] for row in result["servers"]}
    assert states == {"web-01": "stopped", "new-1": "stopped", "web-02": "running"}
    assert not fleet(bench, servers, defaults={})["changed"]
    back = fleet(bench, [{"names": ["web-01", "new-1"]}], defaults={"power_state": "started"}, diff=True)
    assert back["counts"]["changed"] == 2
    assert {row["power_state"] for row in back["diff"]["after"].values()} == {"running"}


@OPENSTACK
def test_a_power_state_after_a_resize_and_before_a_lock(bench: Bench) -> None:
    entry = {"name": "web-01", "flavor": "m1.medium", "resize": "offline", "power_state": "stopped", "locked": True}
    result = fleet(bench, [entry], defaults={})
    assert result["outcomes"][0]["actions"][-2:] == ["stop", "lock"], result
    assert not fleet(bench, [entry], defaults={})["changed"]
    entry["power_state"] = "started"
    locked = fleet(bench, [entry], defaults={})
    assert locked["failed"] and "locked" in locked["outcomes"][0]["message"]
    entry["locked"] = False
    assert fleet(bench, [entry], defaults={})["outcomes"][0]["actions"] == ["unlock", "start"]


# -- what is refused -----------------------------------------------------------------------------------------------


@OPENSTACK
def test_every_invalid_declaration_is_refused_before_a_change(bench: Bench) -> None:
    refused(
        bench, [{"name": "a"}, {"names": ["b", "a"]}], "two entries declare the same server: a by the entries 1 and 2"
    )
    refused(bench, [{"name": "web", "count": 3}, {"name": "web-2"}], "web-2 by the entries 1 and 2")
    refused(bench, [{"name": "a", "new_name": "b"}, {"name": "b"}], "b by the entries 1 and 2")
    refused(bench, [{"flavor": "m1.small"}], "entry 1: it has no name")
    refused(bench, [{"name": "a", "names": ["b"]}], "entry 1: it has name and names; give one of them")
    refused(bench, [{"names": ["a"], "count": 2}], "entry 1: names and count are mutually exclusive")
    refused(bench, [{"name_pattern": "a-%d"}], "entry 1: name_pattern: it needs count")
    refused(bench, [{"name_pattern": "a", "count": 2}], "exactly one placeholder")
    refused(bench, [{"name": "a", "count": 10001}], "use 0 to 10000")
    refused(bench, [{"names": ["a", "a"]}], "a is listed twice")
    refused(bench, [{"name": "a", "tags": ["role=*"]}], "entry 1", "role=*")
    refused(bench, [{"name": "a", "image": "x", "iso": "y"}], "entry 1 (a)", "image|iso", defaults={})
    refused(bench, [{"name": "a", "delete_volumes": True}], "entry 1 (a): delete_volumes: it needs state: absent")
    refused(bench, [{"name": "a", "volumes": [{"siz": 1}]}], "entry 1 (a)", "volumes.siz")
    refused(bench, [{"name": "a", "flavour": "x"}], "flavour")
    refused(bench, [], "min_targets: 0 servers are declared, and at least 1", min_targets=1)
    refused(bench, [{"name": "a", "count": 3}], "max_targets: 3 servers are declared, and at most 2", max_targets=2)
    refused(bench, [{"name": "a", "count": 3}], "max_changes", "3 servers, and at most 2", max_changes=2)
    refused(bench, [], "max_changes: -1 is out of range", max_changes=-1)
    refused(bench, [], "purge", "needs tag", purge=True)
    refused(bench, [], "tag: role=* is a pattern", tag="role=*")
    twice = [{"name": name, "public_ip": "203.0.113.201"} for name in ("a", "b")]
    refused(bench, twice, "public_ip 203.0.113.201", "entry 1 (a), entry 2 (b)")


@OPENSTACK
def test_a_message_has_what_is_wrong_with_all_entries(bench: Bench) -> None:
    servers = [{"name": "n%d" % number, "metadata": {"n": str(number)}} for number in range(4)]
    servers[1]["flavor"] = servers[3]["flavor"] = "none"
    servers[2]["networks"] = ["nowhere"]
    message = refused(bench, servers, "entry 2 (n1), entry 4 (n3): flavor: no flavor", "nowhere")
    assert "entry 3 (n2): networks" in message


@OPENSTACK
def test_a_name_that_two_servers_have_is_refused(bench: Bench) -> None:
    bench.control("POST", "/openstack/servers", {"name": "web-01"})
    refused(bench, [{"name": "web-01"}, {"name": "web-02"}], "2 servers are named web-01", "rename or delete")


def test_a_purge_is_limited(bench: Bench) -> None:
    servers = [{"name": "shop", "count": 4}]
    assert not fleet(bench, servers, tag="fleet=shop").get("failed")
    refused(bench, [], "4 of 4 servers", "never all of them", tag="fleet=shop", purge=True)
    refused(bench, [{"name": "shop", "count": 0}], "never all of them", tag="fleet=shop", purge=True)
    few = [{"name": "shop", "count": 1}]
    refused(bench, few, "at most max_deletions (2)", tag="fleet=shop", purge=True, max_deletions=2)
    kept = fleet(bench, few, tag="fleet=shop")
    assert not kept["changed"] and len(kept["undeclared"]) == 3
    assert fleet(bench, few, tag="fleet=shop", purge=True, max_deletions=3)["counts"]["deleted"] == 3


# -- partial failure -----------------------------------------------------------------------------------------------


@OPENSTACK
def test_one_failure_loses_nothing_and_keeps_the_undeclared_servers(bench: Bench) -> None:
    assert not fleet(bench, [{"name": "shop", "count": 3}], tag="fleet=shop").get("failed")
    bench.control("POST", "/openstack/servers", {"name": "broken", "status": "ERROR"})
    servers = [{"name": "broken", "tags": ["a=b"]}, {"names": ["shop-1", "new-1"]}]
    result = fleet(bench, servers, tag="fleet=shop", purge=True)
    assert result["failed"] and result["changed"]
    assert outcomes(result) == {
        "broken": "failed", "shop-1": "unchanged", "new-1": "done", "shop-2": "unchanged", "shop-3": "unchanged",
    }  # fmt: skip
    assert "broken" in result["msg"] and "2 undeclared servers were not deleted" in result["msg"]
    assert bench.ids_of("shop-2")


@OPENSTACK
def test_a_request_that_fails_is_the_failure_of_its_server(bench: Bench) -> None:
    bench.fault("create server", times=1, after=2, status=403)
    servers = [{"name": "new-%d" % number, "metadata": {"n": str(number)}} for number in range(5)]
    result = fleet(bench, servers, parallel=1)
    assert result["failed"] and result["counts"]["created"] == 4 and result["counts"]["failed"] == 1
    assert sorted(outcomes(result).values()) == ["done"] * 4 + ["failed"]
    again = fleet(bench, servers)
    assert not again.get("failed") and again["counts"] == {
        "created": 1, "changed": 0, "deleted": 0, "unchanged": 4, "failed": 0,
    }  # fmt: skip


@OPENSTACK
def test_lost_responses_of_many_entries_are_decided_by_one_list(bench: Bench) -> None:
    bench.fault("create server", times=None, reset="after")
    servers = [{"name": "new-%d" % number, "metadata": {"n": str(number)}} for number in range(6)]
    result = fleet(bench, servers)
    assert not result.get("failed"), result["msg"]
    assert all(len(bench.ids_of("new-%d" % number)) == 1 for number in range(6))


@OPENSTACK
def test_a_failure_before_the_first_change_is_that_of_the_task(bench: Bench) -> None:
    bench.fault("list", times=None, status=403)
    result = fleet(bench, [{"name": "web-01"}, {"name": "web-02"}])
    assert result["failed"] and "outcomes" not in result and result["error"]["status"] == 403


# -- without waiting -----------------------------------------------------------------------------------------------


def test_a_handle_has_the_actions_in_progress(bench: Bench) -> None:
    servers = [{"name": "new-1", "metadata": {"a": "1"}}, {"name": "new-2"}, {"name": "web-04", "state": "absent"}]
    result = fleet(bench, servers, wait=False)
    assert set(outcomes(result).values()) == {"pending"}, result
    joined = bench.call("job_info", handle=result["handle"], wait=True)
    assert not joined.get("failed") and len(joined["outcomes"]) == 3
    assert not fleet(bench, servers)["changed"]


# -- secrets -------------------------------------------------------------------------------------------------------


@OPENSTACK
def test_secrets_of_entries_are_in_no_output(bench: Bench) -> None:
    servers = [
        {"name": "new-1", "password": "Sup3r-secret-0ne", "user_data": "#cloud-config\npassword: Sup3r-secret-tw0\n"},
        {"name": "new-2", "files": {"/etc/key": "U3VwM3Itc2VjcmV0LXRocjNl"}},
    ]
    for check in (True, False):
        text = str(fleet(bench, servers, check=check, diff=True, defaults={**kind(bench), "password": "Sup3r-d3fault"}))
        assert not [word for word in ("Sup3r", "U3VwM3It") if word in text], text


@OPENSTACK
def test_options_without_effect_are_one_warning(bench: Bench) -> None:
    servers = [{"name": "web-%02d" % number, "password": "Every-Parameter-%d" % number} for number in range(1, 5)]
    (warning,) = [words for words in fleet(bench, servers)["warnings"] if "do not change existing" in words]
    assert "password" in warning and "web-04" in warning
    refused(bench, [{**each, "unapplied_options": "fail"} for each in servers], "do not change existing servers")


@HUAWEICLOUD
def test_images_of_huaweicloud_are_compared(bench: Bench) -> None:
    result = fleet(bench, [{"name": "web-01", "image": OTHER_IMAGE["huaweicloud"]}], defaults={})
    assert result["failed"] and "it runs the image" in result["outcomes"][0]["message"]


# -- fleet as code, both ways --------------------------------------------------------------------------------------


def test_what_is_exported_is_unchanged(bench: Bench) -> None:
    made = [
        {
            "names": ["shop-1", "shop-2"],
            "tags": ["role=shop", "spot"],
            "metadata": {"owner": "ops", "db_password": "x"},
        },
        {"name": "shop-3", "locked": bench.platform != "ustack" or None, "metadata": {"greeting": "{{ 7 * 7 }}"}},
    ]
    assert not fleet(bench, made).get("failed")
    found = bench.call("server_fleet_info", all=True)
    assert bench.call("server_fleet_info", all=True) == found
    text = str((found["defaults"], found["servers"]))
    assert "db_password" not in text and "{{" not in text
    left_out = {(row["name"], row["option"]) for row in found["left_out"]}
    assert {("shop-1", "metadata: db_password"), ("shop-3", "metadata: greeting")} <= left_out, left_out
    bench.control("DELETE", "/requests")
    checked = fleet(bench, found["servers"], defaults=found["defaults"], check=True)
    assert not checked.get("failed") and not checked["changed"], checked
    assert not [words for words in checked.get("warnings", ()) if "do not change" in words], checked["warnings"]
    applied = fleet(bench, found["servers"], defaults=found["defaults"])
    assert not applied["changed"] and changing(bench) == [], applied
    names = {name for entry in found["servers"] for name in entry.get("names", [entry.get("name")])}
    whole = {row["name"] for row in found["left_out"] if row["option"] is None}
    listed = bench.call("server_info", all=True, fields=["name"])["servers"]
    assert names | whole == {row["name"] for row in listed} and "error-01" not in names
