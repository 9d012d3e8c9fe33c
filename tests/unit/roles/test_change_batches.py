"""The batches of a rolling change, over all fleets, groups and limits, and with servers that fail in mid-run."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.plugin_utils.change_batches import (
    CANARY,
    DONE,
    FAILED,
    INTERRUPTED,
    OTHER,
    PENDING,
    STARTED,
    Member,
    Rules,
    all_batches,
    full_groups,
    next_batch,
)

ZONES, HOSTS, TAGS = ("zone a", "zone b", "zone c"), ("host 1", "host 2", "host 3", "host 4"), ("tag x", "tag y")
GROUPS = (*ZONES, *HOSTS, *TAGS)
STATES = (PENDING, PENDING, PENDING, STARTED, DONE, OTHER)


@st.composite
def fleets(draw: st.DrawFn, states: tuple[str, ...] = STATES, broken: bool = True) -> list[Member]:
    size = draw(st.integers(0, 14))
    return [
        Member(
            "id-%02d" % number,
            draw(st.sampled_from(("web", "db"))),
            tuple(group for kind in (ZONES, HOSTS, TAGS) for group in draw(st.sets(st.sampled_from(kind), max_size=1))),
            draw(st.sampled_from(states)),
            draw(st.integers(0, 5)) > 0 if broken else True,
        )
        for number in range(size)
    ]


@st.composite
def rules_of_change(draw: st.DrawFn) -> Rules:
    max_down = {group: draw(st.integers(1, 4)) for group in GROUPS}
    return Rules(max_down, draw(st.integers(1, 6)), draw(st.integers(0, 3)), draw(st.booleans()))


def down_in(group: str, members: Iterable[Member]) -> set[str]:
    return {member.id for member in members if group in member.groups and not member.up}


def assert_limits(fleet: Iterable[Member], batch: Iterable[Member], rules: Rules) -> None:
    """A server that is up is only taken down if its groups then have at most ``max_down`` members down."""
    taken = list(batch)
    for group in {group for member in taken if member.up for group in member.groups}:
        changing = {member.id for member in taken if group in member.groups}
        assert len(down_in(group, fleet) | changing) <= rules.max_down[group], group


@given(fleets(), rules_of_change(), st.data())
def test_never_more_than_k_of_a_group_are_down_while_servers_die_and_fail_in_mid_run(
    fleet: list[Member], rules: Rules, data: st.DataObject
) -> None:
    """The run re-plans before each batch. Between batches any server may die or recover, and any of a batch fails."""
    current = {member.id: member for member in fleet}
    changed: Counter[str] = Counter()
    ids = sorted(current)
    while True:
        for key in data.draw(st.lists(st.sampled_from(ids), max_size=3), "die or recover") if ids else []:
            if current[key].state != FAILED:
                current[key] = replace(current[key], up=not current[key].up)
        batch = next_batch(list(current.values()), rules)
        if batch is None:
            break
        assert_limits(current.values(), batch.members, rules)
        changed.update(member.id for member in batch.members)
        for member in batch.members:
            ok = data.draw(st.booleans(), "healthy")
            current[member.id] = replace(member, state=DONE if ok else FAILED, up=ok)
    assert set(changed.values()) <= {1}
    assert set(changed) <= {member.id for member in fleet if member.state in (PENDING, STARTED)}
    # Each server that is left has a group without room.
    for member in current.values():
        if member.state in (PENDING, STARTED):
            assert member.up and full_groups(member, current.values(), rules)


@given(fleets(), rules_of_change())
def test_the_plan_covers_each_server_once_and_the_run_follows_it(fleet: list[Member], rules: Rules) -> None:
    batches, left = all_batches(fleet, rules)
    ids = [member.id for batch in batches for member in batch.members] + [member.id for member in left]
    assert sorted(ids) == sorted(member.id for member in fleet if member.state in (PENDING, STARTED))
    current = {member.id: member for member in fleet}
    for batch in batches:
        assert next_batch(list(current.values()), rules) == batch
        assert_limits(current.values(), batch.members, rules)
        assert len(batch.members) <= max(rules.size, rules.canary)
        for member in batch.members:
            up = member.up or rules.revives or member.state == STARTED
            current[member.id] = replace(member, state=DONE, up=up)


@settings(max_examples=50)
@given(fleets(states=(PENDING,)), rules_of_change(), st.integers(0, 1000))
def test_the_order_of_the_listing_does_not_matter(fleet: list[Member], rules: Rules, seed: int) -> None:
    shuffled = list(fleet)
    random.Random(seed).shuffle(shuffled)
    assert all_batches(shuffled, rules) == all_batches(fleet, rules)


@settings(max_examples=50)
@given(fleets(states=(PENDING,)), rules_of_change())
def test_the_canary_is_first(fleet: list[Member], rules: Rules) -> None:
    batches, _left = all_batches(fleet, rules)
    number = 0
    for batch in batches:
        assert (batch.kind == CANARY) == (number < rules.canary)
        number += len(batch.members)
        if batch.kind == CANARY:
            assert number <= rules.canary


@settings(max_examples=50)
@given(fleets(broken=False), rules_of_change())
def test_an_interrupted_batch_is_first_and_alone(fleet: list[Member], rules: Rules) -> None:
    interrupted = {member.id for member in fleet if member.state == STARTED}
    batches, left = all_batches(fleet, rules)
    assert not left
    for batch in batches:
        ids = {member.id for member in batch.members}
        assert ids <= interrupted if interrupted else batch.kind != INTERRUPTED
        interrupted -= ids


def test_an_interrupted_server_without_room_does_not_stop_other_groups_and_counts_as_down() -> None:
    dead = Member("id-1", "dead", ("zone a",), OTHER, up=False)
    interrupted = Member("id-2", "interrupted", ("zone a", "host 1"), STARTED)
    fleet = [dead, interrupted, Member("id-3", "web", ("zone b",)), Member("id-4", "web", ("zone c", "host 1"))]
    rules = Rules(dict.fromkeys(GROUPS, 1), 5)
    batches, left = all_batches(fleet, rules)
    assert [[member.id for member in batch.members] for batch in batches] == [["id-3"]]
    assert [member.id for member in left] == ["id-2", "id-4"]
    assert full_groups(interrupted, fleet, rules) == {"zone a": ["dead"]}
    assert full_groups(left[1], fleet, rules) == {"host 1": ["interrupted"]}


@given(st.dictionaries(st.sampled_from(ZONES), st.tuples(st.integers(1, 12), st.integers(1, 4))), st.integers(1, 8))
def test_batches_are_spread_over_groups_so_that_there_are_no_more_than_needed(
    zones: dict[str, tuple[int, int]], size: int
) -> None:
    """Each zone needs members / k batches, and the fleet members / size."""
    fleet = [Member("%s-%02d" % (zone, each), "web", (zone,)) for zone, row in zones.items() for each in range(row[0])]
    rules = Rules({zone: row[1] for zone, row in zones.items()}, size)
    batches, left = all_batches(fleet, rules)
    needed = max([math.ceil(count / most) for count, most in zones.values()] + [math.ceil(len(fleet) / size)])
    assert not left and len(batches) == needed


def test_a_batch_is_spread_over_the_zones() -> None:
    fleet = [Member("id-%d" % number, "web", (ZONES[number // 4],)) for number in range(12)]
    batches, _left = all_batches(fleet, Rules(dict.fromkeys(ZONES, 4), 6))
    assert [Counter(member.groups[0] for member in batch.members) for batch in batches] == [
        {"zone a": 2, "zone b": 2, "zone c": 2}
    ] * 2


def test_a_plan_of_three_thousand_servers_takes_seconds() -> None:
    fleet = [
        Member("id-%04d" % number, "web-%04d" % number, ("zone %d" % (number % 3), "host %d" % (number % 200)))
        for number in range(3000)
    ]
    rules = Rules(
        {**{"zone %d" % each: 100 for each in range(3)}, **{"host %d" % each: 2 for each in range(200)}}, 300, 1
    )
    began = time.process_time()
    batches, left = all_batches(fleet, rules)
    assert not left and len(batches) <= 12
    assert time.process_time() - began < 10
