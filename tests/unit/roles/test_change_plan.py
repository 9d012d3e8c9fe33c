"""What the filter change_plan makes of the records of servers and of the record of a change."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.cloudserver.compute.plugins.filter.change_plan import change_plan

ZONES = [{"group": "availability_zone", "max_down": 1}]


def server(name: str, note: str = "", **fields: Any) -> dict[str, Any]:
    metadata = {"cloudserver_rolling_change": note} if note else {}
    common = {"power_state": "running", "availability_zone": "az1", "host_id": "h-" + name, "tags": []}
    return {"id": "id-" + name, "name": name, "metadata": metadata, **common, **fields}


def plan(servers: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
    given = {"batch_size": 10, "canary": 0, **options}
    return change_plan([{"host": "cloud", "servers": servers}], "r1", **given)


def batches(found: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(row["kind"], row["names"]) for row in found["batches"]]


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    return {row["name"]: row["outcome"] for row in found["outcomes"]}


def test_servers_with_the_revision_are_done_and_those_of_another_are_not() -> None:
    found = plan([server("a", "r1"), server("b", "r0"), server("c", "started r0"), server("d")])
    assert batches(found) == [("batch", ["b", "c", "d"])]
    assert outcomes(found) == {"a": "unchanged", "b": "not_started", "c": "not_started", "d": "not_started"}


def test_an_interrupted_batch_is_first_and_is_not_marked_again() -> None:
    servers = [
        server("a"),
        server("b", "started r1", power_state="stopped"),
        server("c", "started_down r1", power_state="stopped"),
        server("d", "started r1"),
    ]
    first = plan(servers, first=True)["batches"][0]
    assert (first["kind"], first["names"]) == ("interrupted", ["d", "b", "c"])
    assert first["marks"] == [] and first["record"] == {}
    # c was stopped before its change, and stays so.
    assert first["must_run"] == ["id-d", "id-b"] and first["restart"] == ["id-b"]


def test_stopped_servers_are_skipped_or_marked_so_that_they_stay_stopped() -> None:
    servers = [server("a"), server("b", power_state="stopped")]
    found = plan(servers)
    assert batches(found) == [("batch", ["a"])] and outcomes(found)["b"] == "skipped"
    (batch,) = plan(servers, stopped="change")["batches"]
    assert batch["marks"] == [
        {"value": "started r1", "ids": ["id-a"]},
        {"value": "started_down r1", "ids": ["id-b"]},
    ]
    assert batch["record"] == {"id-a": "started", "id-b": "started_down"}
    assert batch["must_run"] == ["id-a"]
    assert plan(servers, stopped="change", revives=True)["batches"][0]["must_run"] == ["id-a", "id-b"]


def test_servers_that_are_down_or_unhealthy_or_failed_count_against_the_limit() -> None:
    two = [{"group": "availability_zone", "max_down": 2}]
    servers = [server(name) for name in "abcd"]
    assert batches(plan(servers, limits=two)) == [("batch", ["a", "b"]), ("batch", ["c", "d"])]
    assert batches(plan(servers, limits=two, unhealthy=["id-d"]))[0] == ("batch", ["a", "d"])
    found = plan(servers, limits=two, failed={"id-d": "no disk"})
    assert batches(found) == [("batch", ["a"]), ("batch", ["b"]), ("batch", ["c"])]
    assert found["outcomes"][3] == {"id": "id-d", "name": "d", "outcome": "failed", "message": "no disk"}
    stopped = [*servers, server("e", power_state="stopped"), server("f", power_state="error")]
    found = plan(stopped, limits=two)
    assert found["batches"] == [] and [row["name"] for row in found["blocked"]] == ["a", "b", "c", "d"]
    assert found["blocked"][0]["reason"] == "availability_zone az1 allows 2 down, and down are e, f"


def test_groups_of_each_kind() -> None:
    servers = [
        server("a", host="cmp1", tags=["cluster=x"]),
        server("b", host="cmp1", host_id="h-a", tags=["cluster=y"]),
        server("c", host_id=None, host="cmp2", availability_zone="az2", tags=["cluster=x", "clusters=y"]),
    ]
    groups = [{"id": "g1", "members": ["id-b", "id-c"]}]
    wanted = {
        "availability_zone": [["a", "c"], ["b"]],
        "host": [["a", "c"], ["b"]],
        "server_group": [["b", "a"], ["c"]],
        "tag": [["a", "b"], ["c"]],
    }
    for group, expected in wanted.items():
        limit = {"group": group, "key": "cluster"} if group == "tag" else {"group": group}
        found = plan(servers, limits=[limit], server_groups=groups)
        assert [sorted(names) for _kind, names in batches(found)] == [sorted(each) for each in expected], group


def test_percentages_are_rounded_down_but_are_at_least_one() -> None:
    servers = [server("s%02d" % number) for number in range(9)]
    assert [len(names) for _kind, names in batches(plan(servers, batch_size="50%"))] == [4, 4, 1]
    assert [len(names) for _kind, names in batches(plan(servers, batch_size="1%"))] == [1] * 9
    limits = [{"group": "availability_zone", "max_down": "34%"}]
    assert [len(names) for _kind, names in batches(plan(servers, limits=limits))] == [3, 3, 3]


def test_the_canaries_of_all_clouds_are_first() -> None:
    clouds = [{"host": host, "servers": [server(host + str(number)) for number in range(3)]} for host in ("x", "y")]
    found = change_plan(clouds, "r1", batch_size=10)
    assert [(row["host"], row["kind"], row["names"]) for row in found["batches"]] == [
        ("x", "canary", ["x0"]),
        ("y", "canary", ["y0"]),
        ("x", "batch", ["x1", "x2"]),
        ("y", "batch", ["y1", "y2"]),
    ]


def test_servers_of_other_batches_of_serial_only_count() -> None:
    servers = [server("a"), server("b", power_state="stopped"), server("c", "started r1")]
    found = plan(servers, only=["id-a"], limits=[{"group": "availability_zone", "max_down": 2}])
    assert batches(found) == [("batch", ["a"])]
    assert batches(plan(servers, only=["id-a"], limits=ZONES)) == []


def test_a_record_in_a_file_replaces_the_metadata() -> None:
    servers = [server("a", "r1"), server("b"), server("c")]
    found = plan(servers, record={"id-b": "done", "id-c": "started"})
    assert batches(found) == [("interrupted", ["c"]), ("batch", ["a"])]


@pytest.mark.parametrize(
    "options, words",
    [
        ({"limits": [{"group": "rack"}]}, "limits: entry 1: group must be one of availability_zone, host"),
        ({"limits": [{"group": "tag"}]}, "entry 1: key is the key of a tag; it is required with group tag"),
        ({"limits": [{"group": "host", "key": "a"}]}, "invalid with others"),
        ({"limits": [{"group": "host", "max": 1}]}, "there is no max; use group, key and max_down"),
        ({"limits": [{"group": "host", "max_down": 0}]}, "max_down: 0 is neither a number above 0 nor a percentage"),
        ({"limits": [{"group": "host", "max_down": "120%"}]}, "neither a number above 0 nor a percentage"),
        ({"batch_size": "0"}, "batch_size: '0' is neither"),
        ({"batch_size": "ten"}, "batch_size: 'ten' is neither"),
        ({"canary": -1}, "canary: -1 is not a number of servers"),
    ],
)
def test_a_wrong_option_is_one_sentence(options: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        plan([], **options)
    assert words in str(caught.value)


@pytest.mark.parametrize("revision", ["", "a b", "started r1", "x" * 101, "ä"])
def test_a_revision_is_one_word(revision: str) -> None:
    with pytest.raises(AnsibleFilterError, match="revision: .* must begin with a letter or digit"):
        change_plan([], revision)


def test_a_limit_that_cannot_be_kept_is_an_error() -> None:
    with pytest.raises(AnsibleFilterError, match="the cloud does not return the host of server a"):
        plan([server("a", host_id=None)], limits=[{"group": "host"}])
