"""What the filters snapshot_plan and restore_plan decide from servers and images."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.filter.restore_plan import restore_plan
from ansible_collections.cloudserver.compute.plugins.filter.snapshot_plan import snapshot_plan

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def server(name: str, status: str = "ACTIVE") -> dict[str, Any]:
    return {"id": "id-" + name, "name": name, "status": status}


def image(age: float, owner: str = "a", policy: str | None = "daily", **more: Any) -> dict[str, Any]:
    """An image of this age in days."""
    name = more.pop("name", "%s-%g" % (owner, age))
    metadata = {"cloudserver_snapshot": name, **({"cloudserver_snapshot_policy": policy} if policy else {})}
    created = (NOW - timedelta(days=age)).isoformat()
    found = {
        "id": "i-" + name, "name": name, "status": "active", "created": created, "server_id": "id-" + owner,
        "snapshot": True, "protected": False, "metadata": metadata,
    }  # fmt: skip
    return {**found, **more}


def run(*images: dict[str, Any], servers: Any = None, **options: Any) -> dict[str, Any]:
    clouds = [{"host": "x", "servers": [server("a")] if servers is None else servers}]
    return snapshot_plan(clouds, {"x": list(images)}, now=NOW.isoformat(), **options)


def removed(found: dict[str, Any]) -> list[str]:
    return [name for step in found["removals"] for name in step["names"]]


@pytest.mark.parametrize(
    "rules, wanted",
    [
        ({}, []),
        ({"keep_last": 2}, ["a-3", "a-9", "a-20"]),
        ({"keep_days": 5}, ["a-9", "a-20"]),
        # An image is kept as long as one of the rules keeps it.
        ({"keep_last": 2, "keep_days": 5}, ["a-9", "a-20"]),
        ({"keep_last": 4, "keep_days": 5}, ["a-20"]),
        ({"keep_last": 2, "coming": ["id-a"]}, ["a-2", "a-3", "a-9", "a-20"]),
    ],
)
def test_the_rules_together(rules: dict[str, Any], wanted: list[str]) -> None:
    assert removed(run(*(image(age) for age in (1, 2, 3, 9, 20)), **rules)) == wanted


def test_the_newest_good_snapshot_is_kept_however_old_it_is() -> None:
    images = [image(1, status="killed"), image(2, status="queued"), image(400), image(500)]
    found = run(*images, keep_days=1)
    assert removed(found) == ["a-500"]
    assert found["report"] == [
        {
            "host": "x", "name": "a", "id": "id-a", "snapshots": 2, "newest": "a-400", "age_days": 400,
            "unfinished": 1, "unusable": 1,
        }
    ]  # fmt: skip


def test_only_snapshots_of_this_policy_are_deleted() -> None:
    others = [
        image(10, policy=None), image(11, policy="weekly"), image(12, snapshot=False), image(13, server_id=None),
        image(14, owner="b"),
        # A snapshot that a user made of a server that was restored from a snapshot of the policy.
        image(15, metadata={"cloudserver_snapshot_policy": "daily", "cloudserver_snapshot": "a-3"}),
        image(16, metadata={"cloudserver_snapshot_policy": "daily"}),
    ]  # fmt: skip
    found = run(image(1), image(9), *others, keep_last=1)
    assert removed(found) == ["a-9"] and found["other_servers"] == 1


def test_a_snapshot_that_a_server_runs_or_that_is_protected_is_kept_and_reported() -> None:
    found = run(image(1), image(2), image(3, protected=True), keep_last=1, in_use={"x": ["i-a-2"]})
    assert removed(found) == []
    assert found["kept"] == ["a-2 (i-a-2): a server runs it", "a-3 (i-a-3): it is protected"]


def test_servers_in_batches_without_those_to_ignore() -> None:
    fleet = [server(name) for name in "abcde"] + [server("f", "ERROR")]
    found = run(servers=fleet, ignore_statuses=["error"], batch_size=2)
    assert [batch["ids"] for batch in found["batches"]] == [["id-a", "id-b"], ["id-c", "id-d"], ["id-e"]]
    assert found["ignored"] == ["f (ERROR)"]
    assert len(run(servers=fleet)["batches"]) == 1


ages = st.lists(st.floats(0, 60, allow_nan=False), max_size=12, unique=True)


@given(ages, st.integers(0, 6), st.integers(0, 40), st.sets(st.integers(0, 11)), st.sets(st.integers(0, 11)))
def test_a_snapshot_is_deleted_only_if_no_rule_keeps_it(
    given_ages: list[float], last: int, days: int, bad: set[int], used: set[int]
) -> None:
    statuses = ["queued" if number in bad else "active" for number in range(len(given_ages))]
    images = [image(age, name="n%d" % number, status=statuses[number]) for number, age in enumerate(given_ages)]
    in_use = ["i-n%d" % number for number in used]
    found = run(*images, keep_last=last, keep_days=days, in_use={"x": in_use})
    gone = set(removed(found))
    good = sorted(
        (each for each in images if each["status"] == "active"), key=lambda each: each["created"], reverse=True
    )
    for place, each in enumerate(good):
        age = given_ages[int(each["name"][1:])]
        kept = place == 0 or place < last or (days and age < days - 1e-6) or each["id"] in in_use or not (last or days)
        if kept:
            assert each["name"] not in gone
        elif age > days + 1e-6:
            assert each["name"] in gone
    assert not gone & {each["name"] for each in images if each["status"] != "active"}
    left = [each for each in images if each["name"] not in gone]
    assert removed(run(*left, keep_last=last, keep_days=days, in_use={"x": in_use})) == []


@pytest.mark.parametrize(
    "options, words",
    [
        ({"policy": ""}, "policy: ''"),
        ({"policy": " x"}, "policy: ' x'"),
        ({"policy": 3}, "policy: 3"),
        ({"keep_last": -1}, "keep_last: -1"),
        ({"keep_days": "a week"}, "keep_days: 'a week'"),
        ({"batch_size": 1.5}, "batch_size: 1.5"),
    ],
)
def test_invalid_variables_are_one_sentence(options: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        snapshot_plan([], {}, **options)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_what_is_restored_from_which_snapshot() -> None:
    clouds = [{"host": "x", "servers": [server("a"), server("b"), server("c")]}]
    images = {"x": [image(1, status="queued"), image(2), image(3), image(1, "b", policy=None), image(4, "b")]}
    found = restore_plan(clouds, images)
    assert [(row["image_name"], row["names"]) for row in found["restores"]] == [("a-2", ["a"]), ("b-4", ["b"])]
    assert found["missing"] == ["c"]
    # A snapshot by name may be of any policy, and is one of the server.
    found = restore_plan(clouds, images, source="{name}-1")
    assert [row["image_name"] for row in found["restores"]] == ["b-1"] and found["missing"] == ["a", "c"]
    assert restore_plan(clouds, images, source="i-a-3")["restores"][0]["image"] == "i-a-3"
    with pytest.raises(AnsibleFilterError, match="restore_from"):
        restore_plan(clouds, images, source="")
