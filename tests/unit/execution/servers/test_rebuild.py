# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebuilding servers: stopping, the new disk, and the power state afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ActionStatus,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    BadRequest,
    Conflict,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_FAILED, JOB_SUCCEEDED
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import (
    IMAGE_RECORD,
    RebuildSpec,
    image_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import evaluate_action
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, PENDING
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.rebuild import RebuildOptions, plan_os
from ansible_collections.cloudserver.compute.tests.unit.execution.servers.rebuild_runs import (
    NEW,
    STATUS,
    WAYS,
    OsCloud,
    answer,
    carry_out,
    one,
    spec,
)

NEW_IMAGE = Image("new", "the new one")


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("state", list(WAYS))
def test_the_way_and_back(state: str, running: bool) -> None:
    cloud = OsCloud([one("a", state)], running)
    plan, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == DONE
    assert outcomes["a"].actions == WAYS[state][0 if running else 1]
    assert outcomes["a"].actions[: len(plan.items[0].actions)] == plan.items[0].actions
    assert cloud.here["id-a"].status == STATUS[state] and image_of(cloud.here["id-a"]) == "new"


states = st.sampled_from([*WAYS, "ERROR", "VERIFY_RESIZE"])
fleets = st.lists(st.tuples(states, st.sampled_from(["old", "new", None]), st.booleans()), min_size=1, max_size=6)


@given(
    fleet=fleets,
    running=st.booleans(),
    stop=st.sampled_from(["first", "with_server", "refuse"]),
    power=st.sampled_from(["unchanged", "started", "stopped"]),
    reinstall=st.booleans(),
)
def test_the_plan_carried_out_is_what_it_says_and_a_second_one_is_empty(
    fleet: list[tuple[str, str | None, bool]], running: bool, stop: str, power: str, reinstall: bool
) -> None:
    servers = [
        one(f"s{number}", state, image=Image(image), locked=locked, metadata={"keep": "me"})
        for number, (state, image, locked) in enumerate(fleet)
    ]
    cloud = OsCloud(servers, running, without=("act_on_locked",))
    asked = spec(stop_policy=stop, power_state=power, reinstall=reinstall)
    plan, outcomes, _work = carry_out(cloud, asked)
    for change in plan.items:
        name, result = str(change.server.name), outcomes[str(change.server.name)]
        now = cloud.here[change.server.id]
        assert (result.result == FAILED) == bool(change.refusal)
        assert bool(result.actions) == change.changes
        if change.refusal:
            assert now == change.server and name not in [each for each, _order in cloud.orders]
        elif change.changes:
            assert now.power_state == change.after["power_state"]
            assert image_of(now) == "new"
        assert now.metadata["keep"] == "me"
    reached = [cloud.here[change.server.id] for change in plan.items if not change.refusal]
    again = plan_os(reached, replace(asked, reinstall=False), cloud.rules)
    assert not again.changed and not any(item.refusal for item in again.items)


def test_a_volume_gets_its_record_and_the_metadata_that_is_wanted() -> None:
    cloud = OsCloud([one(image=Image(), metadata={"keep": "me", "same": "x"})])
    asked = RebuildOptions(RebuildSpec(image=NEW, metadata={"same": "x", "other": "y"}))
    _plan, outcomes, work = carry_out(cloud, asked)
    assert outcomes["a"].result == DONE and cloud.kept == [{"other": "y", IMAGE_RECORD: "new"}]
    assert work.servers["id-a"].metadata == {"keep": "me", "same": "x", "other": "y", IMAGE_RECORD: "new"}


def test_a_server_that_is_always_busy_fails() -> None:
    cloud = OsCloud([one()])

    def overtaken(pending: PendingAction) -> PendingAction:
        cloud.begin(pending.server_id, "reboot")
        return replace(pending, error=Conflict("busy"))

    cloud.answers["a"] = [overtaken] * 50
    _plan, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == FAILED and outcomes["a"].message == "busy"
    assert len(cloud.orders) < 10


@pytest.mark.parametrize(
    "state, actions, status", [("running", ("stop", "start"), "ACTIVE"), ("stopped", (), "SHUTOFF")]
)
def test_a_server_that_was_stopped_for_nothing_is_started_again(
    state: str, actions: tuple[str, ...], status: str
) -> None:
    cloud = OsCloud([one(state=state)], running=False)
    cloud.answers["a"] = [answer(BadRequest("the image is too big"))]
    _plan, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == FAILED and outcomes["a"].message == "the image is too big"
    assert outcomes["a"].actions == actions and cloud.here["id-a"].status == status


@pytest.mark.parametrize("first", [True, False])
def test_power_that_may_not_be_touched(first: bool) -> None:
    """Before anything was done it is the task's failure, afterwards that of the servers that it is about."""
    cloud = OsCloud([one("a")] + ([] if first else [one("b", "stopped")]), running=False)

    def refuse(requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        raise AuthenticationFailed("no")

    if not first:
        do = cloud.perform

        def perform_and_change(requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
            if ("b", "stop") in [(each.name, action.action) for each, action in requests]:
                raise AuthenticationFailed("no")
            return do(requests)

        cloud.perform = perform_and_change  # type: ignore[method-assign]
        _plan, outcomes, _work = carry_out(cloud, spec())
        assert outcomes["a"].result == DONE
        assert (outcomes["b"].result, outcomes["b"].actions) == (FAILED, ("rebuild",))
        return
    cloud.perform = refuse  # type: ignore[method-assign]
    with pytest.raises(AuthenticationFailed):
        carry_out(cloud, spec())


def test_without_waiting_only_the_next_action_is_sent() -> None:
    cloud = OsCloud([one(), one("b", "stopped"), one("c", "REBOOT", image=NEW_IMAGE)], running=False, delay=1e9)
    _plan, outcomes, work = carry_out(cloud, spec(power_state="started", reinstall=True), wait=False)
    assert sum(cloud.clock.sleeps) == 0
    assert {name: (each.result, each.actions, each.remaining) for name, each in outcomes.items()} == {
        "a": (PENDING, ("stop",), ("rebuild", "start")),
        "b": (PENDING, ("rebuild",), ("start",)),
        "c": (PENDING, (), ("stop", "rebuild")),
    }
    assert {key: (each.action, each.then) for key, each in work.pending_actions.items()} == {
        "id-a": ("stop", ("rebuild", "start")), "id-b": ("rebuild", ("start",)),
        "id-c": ("settle", ("stop", "rebuild")),
    }  # fmt: skip
    pending = work.pending_actions["id-b"]
    assert PendingAction.from_dict(pending.as_dict()) == pending and pending.image_id == "new"


@pytest.mark.parametrize(
    "verdict, image, result",
    [
        (JOB_SUCCEEDED, "new", DONE),
        (JOB_SUCCEEDED, None, DONE),
        (JOB_SUCCEEDED, "old", FAILED),
        (JOB_FAILED, "new", FAILED),
        (None, "new", None),
    ],
)
def test_what_proves_a_disk(verdict: str | None, image: str | None, result: str | None) -> None:
    pending = PendingAction("id-a", "rebuild", "a", image_id="new")
    found = evaluate_action(pending, ActionStatus(one(image=Image(image)), verdict))
    assert (found.result if found else None) == result
