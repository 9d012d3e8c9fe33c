# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of snapshots: names, what is kept, and what may be deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.snapshot import Snapshot
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import FAILED, PLANNED
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import snapshot as snapshots
from ansible_collections.cloudserver.compute.tests.unit.plans.servers.attachment_samples import (
    image,
    planned_actions,
    server,
)

NOW = datetime(2026, 11, 25, 19, 30, 5, tzinfo=UTC)


def spec(template: str = "{name}-{date}", **more: Any) -> snapshots.SnapshotSpec:
    return snapshots.SnapshotSpec(template, NOW, **more)


@pytest.mark.parametrize(
    "template, name",
    [
        ("{name}-{date}", "web-s1-2026-11-25"),
        ("{id}.{time}", "s1.193005"),
        ("plain", "plain"),
        ("50%", "50%"),
    ],
)
def test_the_name(template: str, name: str) -> None:
    assert spec(template).name_of(server()) == name and spec(template).named(server(), name)


@given(st.text("ab.-(*+ ", min_size=1, max_size=8), st.sampled_from(["{name}-{date}", "{name}{time}x", "{id}+{name}"]))
def test_a_template_knows_its_own_names(name: str, template: str) -> None:
    one, other = server(name=name), server("s2", name=name + "2")
    found = spec(template).name_of(one)
    assert spec(template).named(one, found) and not spec(template).named(other, found)
    assert not spec(template).named(one, found + "0")


@given(st.integers(1, 5), st.integers(0, 7), st.booleans(), st.sets(st.integers(0, 6)))
def test_the_newest_stay(keep: int, count: int, existing: bool, protected: set[int]) -> None:
    old = [
        image("web-s1-2026-01-0%d" % (at + 1), "2026-01-0%d" % (at + 1), protected=at in protected)
        for at in range(count)
    ]
    today = [image("web-s1-2026-11-25", "2026-11-25")] if existing else []
    foreign = [
        image("web-s1-2025-01-01", "2025-01-01", "s2"),
        image("web-s1-before", "2025-01-01"),
        image("web-s1-2025-01-02", "2025-01-02", status="error"),
    ]
    change = snapshots.plan_one(server(), old + today + foreign, spec(keep_last=keep))
    found = planned_actions(change)
    assert (found[:1] == [("create_image", {"name": "web-s1-2026-11-25", "metadata": {}})]) is not existing
    going = {arguments["image_id"] for action, arguments in found if action == "delete_image"}
    expected = {
        each.id
        for each in sorted(old, key=lambda each: str(each.created), reverse=True)[keep - 1 :]
        if not each.protected
    }
    assert going == expected
    # What the plan leaves is what it wants.
    left = [each for each in old + foreign if each.id not in going]
    left += today or [image("web-s1-2026-11-25", "2026-11-25")]
    assert not snapshots.plan_one(server(), left, spec(keep_last=keep)).changes


@pytest.mark.parametrize(
    "others, words",
    [
        ([image("web-s1-2026-11-25", server_id="s2")], "of the server s2"),
        ([image("web-s1-2026-11-25", server_id=None)], "not created from a server"),
        ([image("web-s1-2026-11-25", status="deactivated")], "deactivated"),
    ],
)
def test_a_name_that_is_taken(others: list[Snapshot], words: str) -> None:
    assert words in str(snapshots.plan_one(server(), others, spec()).refusal)


def test_an_image_that_is_lost_does_not_count_and_one_under_way_is_waited_for() -> None:
    assert snapshots.plan_one(server(), [image("web-s1-2026-11-25", status="killed")], spec()).changes
    under_way = snapshots.plan_one(server(), [image("web-s1-2026-11-25", status="saving")], spec())
    assert under_way.wait_until_stable and not under_way.changes


@pytest.mark.parametrize("status", ["ERROR", "SHELVED", "VERIFY_RESIZE"])
def test_an_unfit_server(status: str) -> None:
    assert status in str(snapshots.plan_one(server(status=status), [], spec()).refusal)


def test_what_may_be_deleted() -> None:
    rows = [image("a"), image("b", protected=True), image("c", server_id=None)]
    results = [each.result for each in snapshots.plan_removal(rows, False).values()]
    assert results == [PLANNED, FAILED, FAILED]
    assert [each.result for each in snapshots.plan_removal(rows, True).values()] == [PLANNED, FAILED, PLANNED]
