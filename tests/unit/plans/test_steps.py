# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The step engine: completed steps, and the rollback of a deletion."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import BadRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.steps import (
    Rollback,
    StepDefinition,
    StepEngine,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan, UpdateStep

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
