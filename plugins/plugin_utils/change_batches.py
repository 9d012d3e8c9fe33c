# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Chooses the batches of a rolling change, so that no group of servers has too many members down; pure functions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Iterable, Mapping, Sequence

#: To be changed; interrupted in an earlier run; changed; failed in this run; only counted in its groups.
PENDING, STARTED, DONE, FAILED, OTHER = "pending", "started", "done", "failed", "other"
CANARY, INTERRUPTED, ORDINARY = "canary", "interrupted", "batch"
#: Batches of several clouds are carried out in this order.
KINDS = (CANARY, INTERRUPTED, ORDINARY)


@dataclass(frozen=True)
class Member:
    """A server as a member of its groups. ``up``: it runs, and nothing says that it is unhealthy."""

    id: str
    name: str
    groups: tuple[str, ...] = ()
    state: str = PENDING
    up: bool = True

    @property
    def order(self) -> tuple[str, str]:
        return (self.name, self.id)


@dataclass(frozen=True)
class Rules:
    """``max_down``: how many members of each group may be down at a time. ``size``: of a batch. ``canary``: how many
    servers are changed before the first batch. ``revives``: the change leaves a server running that was down."""

    max_down: Mapping[str, int]
    size: int
    canary: int = 0
    revives: bool = False


@dataclass(frozen=True)
class Batch:
    """The servers to change at the same time."""

    kind: str
    members: tuple[Member, ...]


def next_batch(members: Sequence[Member], rules: Rules) -> Batch | None:
    """The next servers to change, or ``None`` if there are none, or if a group of each has too many members down.

    The servers of an interrupted batch are first, then the canary. In each group of a chosen server that is up, at most
    ``max_down`` members are down while the batch is changed. A server that is down already can always be changed. An
    interrupted server that has no room in its groups counts as down for all others.
    """
    missing = rules.canary - sum(member.state == DONE for member in members)
    started = [member for member in members if member.state == STARTED]
    chosen = _choose(started, _down(members), rules.max_down, rules.size)
    if chosen:
        return Batch(CANARY if missing > 0 else INTERRUPTED, tuple(chosen))
    pending = [member for member in members if member.state == PENDING]
    chosen = _choose(pending, _down(members, STARTED), rules.max_down, missing if missing > 0 else rules.size)
    return Batch(CANARY if missing > 0 else ORDINARY, tuple(chosen)) if chosen else None


def all_batches(members: Sequence[Member], rules: Rules) -> tuple[list[Batch], list[Member]]:
    """The batches until the end if no server fails, and the members that none of them contains."""
    found: list[Batch] = []
    current = {member.id: member for member in members}
    while True:
        batch = next_batch(list(current.values()), rules)
        if batch is None:
            left = [member for member in current.values() if member.state in (PENDING, STARTED)]
            return found, sorted(left, key=lambda member: member.order)
        found.append(batch)
        for member in batch.members:
            up = member.up or rules.revives or member.state == STARTED
            current[member.id] = replace(member, state=DONE, up=up)


def full_groups(member: Member, members: Iterable[Member], rules: Rules) -> dict[str, list[str]]:
    """The names of the servers that are down or interrupted, by the groups of the member that have no room for it."""
    down: dict[str, list[str]] = {group: [] for group in member.groups}
    for each in members:
        if each.id != member.id and (not each.up or each.state == STARTED):
            for group in set(each.groups) & set(down):
                down[group].append(each.name)
    return {group: sorted(names) for group, names in down.items() if len(names) >= rules.max_down[group]}


def _down(members: Iterable[Member], state: str = "") -> Counter[str]:
    """The number of members of each group that are down, or in this state."""
    return Counter(group for member in members if not member.up or member.state == state for group in member.groups)


def _choose(candidates: Sequence[Member], down: Counter[str], max_down: Mapping[str, int], size: int) -> list[Member]:
    """At most ``size`` candidates, those that are up first.

    A group that needs more further batches than others is served first. So each batch is spread over the groups, and no
    group is left for many narrow batches at the end.
    """
    ordered = sorted(candidates, key=lambda member: member.order)
    remaining = Counter(group for member in ordered for group in member.groups)
    ranked: list[tuple[float, int, Member]] = []
    for position, member in enumerate(ordered):
        needed = max((remaining[group] / max_down[group] for group in member.groups), default=0.0)
        remaining.subtract(member.groups)
        if member.up:
            ranked.append((-needed, position, member))
    chosen: list[Member] = []
    taken = Counter(down)
    for _needed, _position, member in sorted(ranked, key=lambda row: row[:2]):
        if len(chosen) < size and all(taken[group] < max_down[group] for group in member.groups):
            chosen.append(member)
            taken.update(member.groups)
    broken = [member for member in ordered if not member.up]
    return chosen + broken[: size - len(chosen)]
