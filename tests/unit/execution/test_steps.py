# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The step engine: completed steps, and the rollback of a deletion."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import BadRequest, ResponseLost
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.steps import (
    Rollback,
    StepDefinition,
    StepEngine,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest, PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan, UpdateStep
from ansible_collections.cloudserver.compute.tests.unit.fakes import server

ACTIONS = ("create", "delete", "update")
OLD = UpdateStep("create", "old")


class Recorder:
    """Takes every step, but for the one at ``fails_at`` and, if ``restorable`` is false, those of the rollback."""

    def __init__(self, fails_at: int, restorable: bool = True) -> None:
        self.fails_at, self.restorable = fails_at, restorable
        self.sent: list[str] = []

    def send(self, action: str, value: Any) -> None:
        position = len(self.sent)
        self.sent.append("%s %s" % (action, value) if value else action)
        if position == self.fails_at or (position > self.fails_at and not self.restorable):
            raise BadRequest("refused at %d" % position)

    def engine(self, rollback: Rollback | None) -> StepEngine:
        def definition(action: str) -> StepDefinition:
            return StepDefinition(lambda value: self.send(action, value), lambda _value: False)

        return StepEngine(None, {action: definition(action) for action in ACTIONS}, rollback)  # type: ignore[arg-type]


@given(
    actions=st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=5)
    | st.just(["delete", "create", "update", "update"]),
    position=st.integers(0, 4),
    has_rollback=st.booleans(),
    restorable=st.booleans(),
    same_id=st.booleans(),
)
def test_any_step_may_fail(
    actions: list[str], position: int, has_rollback: bool, restorable: bool, same_id: bool
) -> None:
    position = min(position, len(actions) - 1)
    cloud = Recorder(position, restorable)
    rollback = Rollback("thing", [OLD], "It was: old", lambda: "It was put back.", same_id) if has_rollback else None
    with pytest.raises(PartialFailure) as caught:
        cloud.engine(rollback).run(ResourcePlan(None, None, tuple(map(UpdateStep, actions))))
    before, restoring = cloud.sent[: position + 1], cloud.sent[position + 1 :]
    completed = tuple(actions[:position])
    assert before == actions[: position + 1]
    rolled_back = has_rollback and actions[:2] == ["delete", "create"] and position >= 1
    if not rolled_back:
        assert restoring == [] and caught.value.completed_steps == completed
        return
    removal = ["delete"] if position > 1 else []
    if restorable:
        assert restoring == [*removal, "create old"] and "It was put back." in str(caught.value)
        assert caught.value.completed_steps == (() if same_id else completed)
    else:
        assert len(restoring) == 1 and "restoring the old thing failed" in str(caught.value)
        assert caught.value.completed_steps == completed and "It was: old" in str(caught.value)


@given(actions=st.lists(st.sampled_from(ACTIONS), max_size=5))
def test_all_steps_are_taken_in_order(actions: list[str]) -> None:
    cloud = Recorder(fails_at=99)
    cloud.engine(Rollback("thing", [OLD], "", str)).run(ResourcePlan(None, None, tuple(map(UpdateStep, actions))))
    assert cloud.sent == actions


def test_a_step_with_a_text_shows_it() -> None:
    with pytest.raises(PartialFailure) as caught:
        Recorder(1).engine(None).run(ResourcePlan(None, None, (UpdateStep("update", "x"), UpdateStep("update"))))
    assert caught.value.completed_steps == ("update x",)


def test_a_step_with_a_record_shows_its_label() -> None:
    steps = (UpdateStep("update", server("web")), UpdateStep("update"))
    with pytest.raises(PartialFailure) as caught:
        Recorder(1).engine(None).run(ResourcePlan(None, None, steps))
    assert caught.value.completed_steps == ("update web (id-web)",)


RECREATION = ResourcePlan(None, None, (UpdateStep("delete"), UpdateStep("create"), UpdateStep("update")))


@pytest.mark.parametrize(("fails_at", "restored"), [(1, True), (2, False)])
def test_a_replacement_may_stay_if_a_later_step_fails(fails_at: int, restored: bool) -> None:
    cloud = Recorder(fails_at)
    rollback = Rollback("thing", [OLD], "", lambda: "It was restored.", keeps_replacement=True)
    with pytest.raises(PartialFailure) as caught:
        cloud.engine(rollback).run(RECREATION)
    assert cloud.sent[fails_at + 1 :] == (["create old"] if restored else [])
    assert ("It was restored." in str(caught.value)) is restored
    assert caught.value.completed_steps == (() if restored else ("delete", "create"))


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_failure_says_what_a_completed_step_left(fails_at: int) -> None:
    engine = Recorder(fails_at).engine(None)
    made = replace(engine.definitions["create"], left="The file is in x.")
    with pytest.raises(PartialFailure) as caught:
        StepEngine(engine.cloud, {**engine.definitions, "create": made}).run(RECREATION)
    assert caught.value.error.hint == ("The file is in x." if fails_at == 2 else None)


@pytest.mark.parametrize("has_rollback", [False, True])
def test_what_cannot_be_stored_is_invalid_and_the_old_is_restored(has_rollback: bool) -> None:
    def store(_made: Any) -> None:
        if len(cloud.sent) == 2:
            raise InvalidRequest("the disk is full")

    cloud = Recorder(fails_at=99)
    rollback = Rollback("thing", [OLD], "", lambda: "It was restored.") if has_rollback else None
    engine = cloud.engine(rollback)
    definitions = {**engine.definitions, "create": replace(engine.definitions["create"], store=store)}
    with pytest.raises(InvalidRequest) as caught:
        StepEngine(engine.cloud, definitions, rollback).run(RECREATION)
    assert str(caught.value) == "the disk is full" + (". It was restored." if has_rollback else "")
    assert cloud.sent == ["delete", "create"] + (["create old"] if has_rollback else [])


def test_a_step_may_decide_itself_what_a_response_means() -> None:
    """The error is raised as it is: no state is read, and nothing is sent again."""
    cloud, lost = Recorder(fails_at=99), ResponseLost("lost")

    def send(_value: Any) -> None:
        cloud.sent.append("create")
        raise lost

    with pytest.raises(ResponseLost) as caught:
        StepDefinition(send, None).take(cloud)  # type: ignore[arg-type]
    assert caught.value is lost and lost.hint is None and cloud.sent == ["create"]
