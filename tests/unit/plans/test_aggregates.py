# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Aggregates: a plan that is carried out leaves what was planned, in an order that Nova takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    Conflict,
    InvalidResponse,
    NotFound,
    ResponseLost,
    ServerError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.aggregate import Aggregate
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.aggregate import AggregateRun
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest, PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.aggregate import (
    AggregateSpec,
    find_aggregate,
    plan_aggregate,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan

FAST = Aggregate(1, "fast", None, ("h1", "h2"), {"a": "1", "b": "2"})
HOSTS = ("h1", "h2", "h3", "h4")


class FakeCloud:
    """Nova's aggregates, with its rules for zones. ``fail`` holds an error for a call, used once; ``after``: the call
    takes effect all the same."""

    def __init__(self, *aggregates: Aggregate) -> None:
        self.rows = {each.id: each for each in aggregates}
        self.calls: list[str] = []
        self.fail: dict[str, CloudError] = {}
        self.after = False

    @property
    def aggregates(self) -> FakeCloud:
        return self

    def _call(self, name: str, effect: Any) -> Any:
        self.calls.append(name)
        error = self.fail.pop(name, None)
        if error and not self.after:
            raise error
        found = effect()
        if error:
            raise error
        return found

    def _put(self, key: int, **changes: Any) -> None:
        self.rows[key] = replace(self.rows[key], **changes)

    def _zones(self, host: str, without: int) -> set[str]:
        return {
            each.availability_zone
            for each in self.rows.values()
            if host in each.hosts and each.id != without and each.availability_zone
        }

    def list(self) -> Sequence[Aggregate]:
        return list(self.rows.values())

    def create(self, name: str, availability_zone: str | None) -> Aggregate:
        def effect() -> Aggregate:
            if any(each.name == name for each in self.rows.values()):
                raise Conflict("taken")
            made = Aggregate(max(self.rows, default=0) + 1, name, availability_zone)
            self.rows[made.id] = made
            return made

        return self._call("create", effect)  # type: ignore[no-any-return]

    def update(self, aggregate_id: int, changes: Mapping[str, str]) -> None:
        def effect() -> None:
            zone = changes.get("availability_zone")
            for host in self.rows[aggregate_id].hosts if zone else ():
                if self._zones(host, aggregate_id) - {zone}:
                    raise BadRequest("One or more hosts already in availability zone(s)")
            self._put(aggregate_id, **changes)

        self._call("update", effect)

    def delete(self, aggregate_id: int) -> None:
        def effect() -> None:
            if self.rows[aggregate_id].hosts:
                raise BadRequest("not empty")
            del self.rows[aggregate_id]

        self._call("delete", effect)

    def set_metadata(self, aggregate_id: int, metadata: Mapping[str, str | None]) -> None:
        merged = {**self.rows[aggregate_id].metadata, **metadata}
        left = {key: value for key, value in merged.items() if value is not None}
        self._call("set_metadata", lambda: self._put(aggregate_id, metadata=left))

    def add_host(self, aggregate_id: int, host: str) -> None:
        def effect() -> None:
            row = self.rows[aggregate_id]
            if host not in HOSTS:
                raise NotFound(f"Compute host {host} could not be found.")
            if host in row.hosts or (row.availability_zone and self._zones(host, row.id) - {row.availability_zone}):
                raise Conflict("there already, or in another zone")
            self._put(aggregate_id, hosts=(*row.hosts, host))

        self._call("add_host " + host, effect)

    def remove_host(self, aggregate_id: int, host: str) -> None:
        def effect() -> None:
            row = self.rows[aggregate_id]
            if host not in row.hosts:
                raise NotFound("not there")
            self._put(aggregate_id, hosts=tuple(each for each in row.hosts if each != host))

        self._call("remove_host " + host, effect)


def carry_out(cloud: Any, wanted: AggregateSpec, aggregate_id: int | None = None) -> ResourcePlan:
    known = cloud.aggregates.list()
    there = find_aggregate(known, aggregate_id, wanted.name)
    todo = plan_aggregate(there, known, wanted)
    AggregateRun(cloud, there).run(todo)
    return todo


some_hosts = st.lists(st.sampled_from(HOSTS), unique=True, max_size=3)
pairs = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("123"), max_size=3)
zones = st.sampled_from([None, "z1", "z2"])
others = st.builds(lambda zone, hosts: Aggregate(7, "other", zone, tuple(hosts)), zones, some_hosts)


@given(
    there=st.none() | st.builds(lambda z, h, m: Aggregate(1, "fast", z, tuple(h), m), zones, some_hosts, pairs),
    other=others,
    wanted=st.builds(
        AggregateSpec,
        name=st.just("fast"),
        state=st.sampled_from(["present", "present", "present", "absent"]),
        zone=st.sampled_from([None, "", "z1", "z2"]),
        hosts=st.none() | some_hosts,
        purge_hosts=st.booleans(),
        metadata=st.none() | pairs,
        purge_metadata=st.booleans(),
        force=st.booleans(),
    ),
)
def test_a_plan_that_is_carried_out_leaves_what_was_planned_and_nothing_to_do(
    there: Aggregate | None, other: Aggregate, wanted: AggregateSpec
) -> None:
    if there and there.availability_zone and other.availability_zone not in (None, there.availability_zone):
        # Two zones for one host: no cloud is like that.
        other = replace(other, hosts=tuple(set(other.hosts) - set(there.hosts)))
    cloud = FakeCloud(other, *([there] if there else []))
    try:
        todo = carry_out(cloud, wanted)
    except InvalidRequest as error:
        assert cloud.calls == []
        assert any(words in str(error) for words in ("can be in one zone only", "cannot be removed", "force: true"))
        return
    assert todo.changed == bool(cloud.calls)
    assert todo.changed or todo.before == todo.after
    now = find_aggregate(cloud.aggregates.list(), None, "fast")
    if wanted.state == "absent":
        assert now is None and todo.after is None
    else:
        assert now
        assert {**now.as_dict(), **(todo.after or {})} == now.as_dict()
        if there and (wanted.hosts is None or not wanted.purge_hosts):
            assert set(there.hosts) <= set(now.hosts), "no host leaves unasked"
        if there and (wanted.metadata is None or not wanted.purge_metadata):
            assert set(there.metadata) <= set(now.metadata), "no metadata goes unasked"
        if there and wanted.zone is None:
            assert now.availability_zone == there.availability_zone
    assert not carry_out(cloud, wanted).changed


def test_hosts_that_contradict_a_new_zone_leave_before_it() -> None:
    cloud = FakeCloud(FAST, Aggregate(2, "z", "z1", ("h1",)))
    carry_out(cloud, AggregateSpec("fast", zone="z2", hosts=["h3", "h2"], purge_hosts=True))
    assert cloud.calls == ["remove_host h1", "update", "add_host h3"]


def test_without_a_new_zone_hosts_come_before_others_leave() -> None:
    cloud = FakeCloud(FAST)
    with pytest.raises(PartialFailure, match="Compute host h9 could not be found") as caught:
        carry_out(cloud, AggregateSpec("fast", hosts=["h9"], purge_hosts=True))
    assert caught.value.completed_steps == () and cloud.rows == {1: FAST}


def test_a_new_name_goes_after_the_zone_that_may_be_refused() -> None:
    cloud = FakeCloud(FAST)
    cloud.fail["update"] = BadRequest("One or more hosts contain instances in this zone")
    with pytest.raises(PartialFailure, match="contain instances"):
        carry_out(cloud, AggregateSpec("faster", zone="z1"), 1)
    assert cloud.rows == {1: FAST}
    carry_out(cloud, AggregateSpec("faster", zone="z1"), 1)
    assert (cloud.rows[1].name, cloud.rows[1].availability_zone) == ("faster", "z1")


def test_a_host_in_another_zone_is_refused_before_anything_is_done() -> None:
    cloud = FakeCloud(Aggregate(2, "z", "z1", ("h1",)))
    with pytest.raises(
        InvalidRequest, match="the host h1 is in the zone z1 through the aggregate z, and a host can be in one"
    ):
        carry_out(cloud, AggregateSpec("new", zone="z2", hosts=["h1"]))
    with pytest.raises(InvalidRequest, match="a host can be in one zone only"):
        carry_out(FakeCloud(FAST, Aggregate(2, "z", "z1", ("h1",))), AggregateSpec("fast", zone="z2"))
    assert cloud.calls == []


def test_a_zone_is_not_taken_away() -> None:
    zoned = replace(FAST, availability_zone="z1")
    with pytest.raises(
        InvalidRequest, match="fast is in the availability zone z1, and the zone of an aggregate cannot be removed"
    ):
        plan_aggregate(zoned, [zoned], AggregateSpec("fast", zone=""))
    assert not plan_aggregate(FAST, [FAST], AggregateSpec("fast", zone="")).changed


def test_an_aggregate_with_hosts_goes_only_by_force() -> None:
    cloud = FakeCloud(FAST)
    with pytest.raises(InvalidRequest, match="fast still has the hosts h1, h2; set force: true"):
        carry_out(cloud, AggregateSpec("fast", "absent"))
    carry_out(cloud, AggregateSpec("fast", "absent", force=True))
    assert cloud.calls == ["remove_host h1", "remove_host h2", "delete"] and cloud.rows == {}
    assert not carry_out(cloud, AggregateSpec("fast", "absent")).changed


def test_names_and_ids() -> None:
    twins = [FAST, replace(FAST, id=2)]
    with pytest.raises(InvalidRequest, match=r"2 aggregates are named fast \(1, 2\); choose one by id"):
        find_aggregate(twins, None, "fast")
    assert find_aggregate(twins, 2, "fast") == twins[1] and find_aggregate(twins, 3, None) is None
    with pytest.raises(InvalidRequest, match="the name slow is already used by the aggregate with the id 4"):
        plan_aggregate(FAST, [FAST, Aggregate(4, "slow")], AggregateSpec("slow"))
    with pytest.raises(InvalidRequest, match="set name to create it"):
        plan_aggregate(None, [], AggregateSpec(None))


def test_metadata_is_merged_and_purged_in_one_request() -> None:
    cloud = FakeCloud(FAST)
    todo = carry_out(cloud, AggregateSpec("fast", metadata={"b": "9", "c": "3"}, purge_metadata=True))
    assert [(step.action, step.value) for step in todo.steps] == [("set_metadata", {"b": "9", "c": "3", "a": None})]
    assert cloud.rows[1].metadata == {"b": "9", "c": "3"}


ALL = AggregateSpec("fast", hosts=["h1", "h3"], purge_hosts=True, metadata={"a": "9"}, purge_metadata=True)


@pytest.mark.parametrize("call", ["set_metadata", "add_host h3", "remove_host h2"])
@pytest.mark.parametrize("error", [ResponseLost("lost"), ServerError("500"), InvalidResponse("html")], ids=repr)
def test_a_lost_answer_is_settled_by_the_state(call: str, error: CloudError) -> None:
    cloud = FakeCloud(FAST)
    cloud.fail[call], cloud.after = error, True
    carry_out(cloud, ALL)
    assert cloud.calls.count(call) == 1 and not carry_out(cloud, ALL).changed
    cloud = FakeCloud(FAST)
    cloud.fail[call] = error
    with pytest.raises(PartialFailure, match=str(error)):
        carry_out(cloud, ALL)


def test_an_aggregate_whose_making_was_not_answered() -> None:
    cloud = FakeCloud()
    cloud.fail["create"], cloud.after = ResponseLost("lost"), True
    carry_out(cloud, ALL)
    assert cloud.calls.count("create") == 1 and not carry_out(cloud, ALL).changed
    cloud = FakeCloud()
    cloud.fail["create"] = ResponseLost("lost")
    with pytest.raises(PartialFailure, match="lost"):
        carry_out(cloud, ALL)
    assert cloud.rows == {}


def test_a_host_that_somebody_else_added_meanwhile() -> None:
    cloud = FakeCloud(replace(FAST, hosts=("h1", "h2", "h3")))
    todo = plan_aggregate(FAST, [FAST], AggregateSpec("fast", hosts=["h3"]))
    AggregateRun(cloud, FAST).run(todo)  # type: ignore[arg-type]
    assert cloud.rows[1].hosts == ("h1", "h2", "h3")


def test_what_was_done_before_a_refusal_is_told() -> None:
    cloud = FakeCloud(FAST)
    cloud.fail["add_host h3"] = BadRequest("no")
    with pytest.raises(PartialFailure) as caught:
        carry_out(cloud, ALL)
    assert caught.value.completed_steps == ("set_metadata",)
