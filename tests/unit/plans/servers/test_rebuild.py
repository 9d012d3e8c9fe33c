# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers get a disk, on which way, and what becomes of those that others get in the way of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

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
    PermissionDenied,
    ResponseLost,
    ServerError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image, ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_FAILED, JOB_SUCCEEDED
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import (
    IMAGE_RECORD,
    RebuildSpec,
    image_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import of_state
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.rebuild import RebuildStrategy
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter, evaluate_action
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PENDING,
    UNCHANGED,
    UNKNOWN,
    Outcome,
    Plan,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.rebuild import (
    RebuildOptions,
    needs_rebuild,
    plan_os,
)
from ansible_collections.cloudserver.compute.tests.unit.fakes import FakeCloud, server

OLD, NEW = Image("old", "the old one"), ImageDetails("new", "the new one", "active")
NEW_IMAGE = Image("new", "the new one")
STATUS = {"running": "ACTIVE", "stopped": "SHUTOFF", "paused": "PAUSED", "suspended": "SUSPENDED"}


class OsCloud(FakeCloud):
    """Gives servers disks as Nova does with ``rebuild_running``, as ECS does without: from stopped to running."""

    def __init__(self, servers: Sequence[Server], running: bool = True, **more: Any) -> None:
        super().__init__(servers, **more)
        self.rules.capabilities |= {"rebuild"} | ({"rebuild_running"} if running else set())
        self.orders: list[tuple[str, RebuildSpec]] = []
        self.answers: dict[str, list[Callable[[PendingAction], PendingAction]]] = {}
        self.kept: list[dict[str, str]] = []
        self.failing: set[str] = set()

    def perform_one(self, each: Server, action: Action) -> PendingAction:
        if action.action == "rebuild":
            return self.rebuild(each, action.arguments["spec"])
        if action.action != "remove_metadata":
            return super().perform_one(each, action)
        here = self.here[each.id]
        metadata = {key: value for key, value in here.metadata.items() if key != action.arguments["key"]}
        self.here[each.id] = replace(here, metadata=metadata)
        return PendingAction(each.id, action.action, each.name)

    def rebuild(self, each: Server, order: RebuildSpec) -> PendingAction:
        pending = PendingAction(each.id, "rebuild", each.name, request_id="req", image_id=order.image_id)
        self.orders.append((str(each.name), order))
        answers = self.answers.get(str(each.name))
        answer = answers.pop(0)(pending) if answers else pending
        if answer.error is None or answer.request_id == "taken":
            self.give(each, order)
        return answer

    def give(self, each: Server, order: RebuildSpec) -> None:
        here = self.here[each.id]
        stays = self.supports("rebuild_running") and here.status == "SHUTOFF"
        failed = each.name in self.failing
        image = here.image if not here.image.id or failed else Image(order.image_id)
        self.here[each.id] = replace(here, status="REBUILD", task_state="rebuilding", image=image)
        end = "ERROR" if failed else "SHUTOFF" if stays else "ACTIVE"
        self.arrival[each.id] = (self.clock.now + self.delay, end)

    def observe(self, pending_actions: Sequence[PendingAction], since: str | None = None) -> dict[str, ActionStatus]:
        return {
            key: replace(seen, verdict=JOB_FAILED) if seen.server and seen.server.status == "ERROR" else seen
            for key, seen in super().observe(pending_actions, since).items()
        }

    def set_metadata(self, server: Server, metadata: Any) -> None:
        self.kept.append(dict(metadata))
        here = self.here[server.id]
        self.here[server.id] = replace(here, metadata={**here.metadata, **metadata})


def one(name: str = "a", state: str = "running", **more: Any) -> Server:
    return server(name, state, **{"image": OLD, **more})


def carry_out(
    cloud: OsCloud, spec: RebuildOptions, wait: bool = True, timeout: float = 60.0
) -> tuple[Plan, dict[str, Outcome], Executor]:
    todo = plan_os(list(cloud.here.values()), spec, cloud.rules)
    work = Executor(cloud, RebuildStrategy(cloud, spec, todo), wait, Waiter(cloud, timeout, 5.0, lambda words: None))
    work.run(todo)
    return todo, {str(each.name): each for each in work.outcomes.values()}, work


def spec(**more: Any) -> RebuildOptions:
    return RebuildOptions(RebuildSpec(image=NEW), **more)


WAYS = {
    # before, Nova's way, the way of a cloud that wants stopped servers and starts them afterwards
    "running": (("rebuild",), ("stop", "rebuild")),
    "stopped": (("rebuild",), ("rebuild", "stop")),
    "paused": (("unpause", "rebuild", "pause"), ("unpause", "stop", "rebuild", "pause")),
    "suspended": (("resume", "rebuild", "suspend"), ("resume", "stop", "rebuild", "suspend")),
}


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("state", list(WAYS))
def test_the_way_and_back(state: str, running: bool) -> None:
    cloud = OsCloud([one("a", state)], running)
    todo, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == DONE
    assert outcomes["a"].actions == WAYS[state][0 if running else 1]
    assert outcomes["a"].actions[: len(todo.items[0].actions)] == todo.items[0].actions
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
    todo, outcomes, _work = carry_out(cloud, asked)
    for change in todo.items:
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
    reached = [cloud.here[change.server.id] for change in todo.items if not change.refusal]
    again = plan_os(reached, replace(asked, reinstall=False), cloud.rules)
    assert not again.changed and not any(item.refusal for item in again.items)


@given(state=st.sampled_from(list(WAYS)), image=st.sampled_from(["old", "new", None]), wanted=st.booleans())
def test_only_servers_that_run_the_image_are_left_alone(state: str, image: str | None, wanted: bool) -> None:
    asked = RebuildOptions(RebuildSpec(image=NEW if wanted else None))
    assert needs_rebuild(one(state=state, image=Image(image)), asked) == (not wanted or image != "new")
    recorded = one(state=state, image=Image(), metadata={IMAGE_RECORD: "new"})
    assert needs_rebuild(recorded, asked) is not wanted


def test_a_volume_gets_its_record_and_the_metadata_that_is_wanted() -> None:
    cloud = OsCloud([one(image=Image(), metadata={"keep": "me", "same": "x"})])
    asked = RebuildOptions(RebuildSpec(image=NEW, metadata={"same": "x", "other": "y"}))
    _todo, outcomes, work = carry_out(cloud, asked)
    assert outcomes["a"].result == DONE and cloud.kept == [{"other": "y", IMAGE_RECORD: "new"}]
    assert work.servers["id-a"].metadata == {"keep": "me", "same": "x", "other": "y", IMAGE_RECORD: "new"}


def answer(
    error: Exception, outcome_unknown: bool = False, taken: bool = False
) -> Callable[[PendingAction], PendingAction]:
    return lambda pending: replace(
        pending, error=error, outcome_unknown=outcome_unknown, request_id="taken" if taken else "untaken"
    )


@pytest.mark.parametrize("error", [ResponseLost("lost"), ServerError("stumbled", status=502)])
@pytest.mark.parametrize("taken", [True, False])
def test_a_lost_answer_is_never_sent_again(error: Exception, taken: bool) -> None:
    cloud = OsCloud([one()])
    cloud.answers["a"] = [answer(error, outcome_unknown=True, taken=taken)]
    _todo, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == (DONE if taken else UNKNOWN)
    assert outcomes["a"].actions == ("rebuild",) and len(cloud.orders) == 1


@pytest.mark.parametrize(
    "error",
    [
        Conflict("busy"),
        of_state(BadRequest("busy", code="Ecs.0100")),
        of_state(ServerError("busy", status=501, code="Ecs.0603")),
    ],
)
def test_a_server_that_others_got_hold_of_is_waited_for_and_asked_again(error: Exception) -> None:
    cloud = OsCloud([one()])

    def overtaken(pending: PendingAction) -> PendingAction:
        cloud.begin(pending.server_id, "reboot")
        return replace(pending, error=error)

    cloud.answers["a"] = [overtaken]
    _todo, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == DONE and outcomes["a"].actions == ("rebuild",)
    assert [name for name, _order in cloud.orders] == ["a", "a"]


def test_a_server_that_is_always_busy_is_given_up() -> None:
    cloud = OsCloud([one()])

    def overtaken(pending: PendingAction) -> PendingAction:
        cloud.begin(pending.server_id, "reboot")
        return replace(pending, error=Conflict("busy"))

    cloud.answers["a"] = [overtaken] * 50
    _todo, outcomes, _work = carry_out(cloud, spec())
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
    _todo, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == FAILED and outcomes["a"].message == "the image is too big"
    assert outcomes["a"].actions == actions and cloud.here["id-a"].status == status


def test_a_server_whose_disk_failed_is_left_as_it_is_and_the_others_go_on() -> None:
    cloud = OsCloud([one("a"), one("b")], running=False)
    cloud.failing = {"a"}
    _todo, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == FAILED and "ERROR" in str(outcomes["a"].message)
    assert outcomes["a"].actions == ("stop", "rebuild") and outcomes["b"].result == DONE
    assert needs_rebuild(replace(cloud.here["id-a"], image=Image("new")), spec())


def test_a_server_that_never_stops_does_not_hold_up_the_others() -> None:
    cloud = OsCloud([one("a"), one("b")], running=False)
    cloud.on_look = lambda here: here.arrival.update({"id-a": (1e9, "SHUTOFF")}) if "id-a" in here.arrival else None
    _todo, outcomes, work = carry_out(cloud, spec(), timeout=30.0)
    assert outcomes["b"].result == DONE and outcomes["a"].result == UNKNOWN
    assert outcomes["a"].actions == ("stop",) and list(work.pending_actions) == ["id-a"]


@pytest.mark.parametrize("outcome_unknown", [True, False])
def test_a_refusal_that_cannot_be_looked_into(outcome_unknown: bool) -> None:
    cloud = OsCloud([one()])
    cloud.answers["a"] = [answer(Conflict("busy"), outcome_unknown=outcome_unknown)]

    def unreadable(here: FakeCloud) -> None:
        raise ServerError("the database is gone", status=500)

    cloud.on_look = unreadable
    _todo, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == (UNKNOWN if outcome_unknown else FAILED)
    assert outcomes["a"].message == ("the database is gone" if outcome_unknown else "busy")
    assert outcomes["a"].actions == (("rebuild",) if outcome_unknown else ()), "what may have been done has changed it"
    assert len(cloud.orders) == 1


def test_a_server_that_is_gone_when_its_refusal_is_looked_into() -> None:
    cloud = OsCloud([one()])

    def gone(pending: PendingAction) -> PendingAction:
        del cloud.here[pending.server_id]
        return replace(pending, error=Conflict("busy"))

    cloud.answers["a"] = [gone]
    _todo, outcomes, _work = carry_out(cloud, spec())
    assert (outcomes["a"].result, outcomes["a"].message) == (FAILED, "the server no longer exists")


def test_a_server_that_is_gone_before_it_has_settled() -> None:
    cloud = OsCloud([one(state="REBOOT")])
    cloud.on_look = lambda here: here.here.clear()
    _todo, outcomes, _work = carry_out(cloud, spec())
    assert (outcomes["a"].result, outcomes["a"].actions) == (FAILED, ())


@pytest.mark.parametrize("first", [True, False])
def test_power_that_may_not_be_touched(first: bool) -> None:
    """Before anything was done it is the task's failure, afterwards that of the servers that it is about."""
    cloud = OsCloud([one("a")] + ([] if first else [one("b", "stopped")]), running=False)

    def refuse(requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        raise AuthenticationFailed("no")

    if not first:
        do = cloud.perform

        def after_the_order(requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
            if ("b", "stop") in [(each.name, action.action) for each, action in requests]:
                raise AuthenticationFailed("no")
            return do(requests)

        cloud.perform = after_the_order  # type: ignore[method-assign]
        _todo, outcomes, _work = carry_out(cloud, spec())
        assert outcomes["a"].result == DONE
        assert (outcomes["b"].result, outcomes["b"].actions) == (FAILED, ("rebuild",))
        return
    cloud.perform = refuse  # type: ignore[method-assign]
    with pytest.raises(AuthenticationFailed):
        carry_out(cloud, spec())


def test_wrong_credentials_are_the_failure_of_the_task() -> None:
    cloud = OsCloud([one("a"), one("b")])

    def refuse(requests: Any) -> list[PendingAction]:
        raise AuthenticationFailed("no")

    cloud.perform = refuse  # type: ignore[method-assign]
    with pytest.raises(AuthenticationFailed):
        carry_out(cloud, spec())


def test_credentials_that_end_on_the_way_lose_nothing() -> None:
    cloud = OsCloud([one("a")], running=False)

    do = cloud.perform

    def refuse(requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        if any(action.action == "rebuild" for _each, action in requests):
            raise AuthenticationFailed("no longer")
        return do(requests)

    cloud.perform = refuse  # type: ignore[method-assign]
    _todo, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == FAILED and outcomes["a"].actions == ("stop", "start")


def test_not_waiting_asks_for_the_next_thing_only() -> None:
    cloud = OsCloud([one(), one("b", "stopped"), one("c", "REBOOT", image=NEW_IMAGE)], running=False, delay=1e9)
    _todo, outcomes, work = carry_out(cloud, spec(power_state="started", reinstall=True), wait=False)
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


# -- what an interruption leaves ---------------------------------------------------------------------------------------


class Interrupted(Exception):
    """The task is ended from outside."""


@pytest.mark.parametrize("before", ["running", "paused", "stopped"])
@pytest.mark.parametrize("at", range(0, 12))
@pytest.mark.parametrize("reinstall", [True, False])
def test_a_run_after_an_interrupted_one_gives_the_power_state_back(before: str, at: int, reinstall: bool) -> None:
    cloud = OsCloud([one("a", before)], running=False)
    cloud.rules.capabilities |= {"remove_metadata"}
    looks = [0]

    def interrupt(_cloud: FakeCloud) -> None:
        looks[0] += 1
        if looks[0] > at:
            raise Interrupted

    cloud.on_look = interrupt
    with suppress(Interrupted):
        carry_out(cloud, spec(reinstall=reinstall))
    cloud.on_look = lambda _cloud: None
    cloud.clock.now += 100
    cloud._apply_and_verify()
    _todo, outcomes, _work = carry_out(cloud, spec(reinstall=reinstall))
    after = cloud.here["id-a"]
    assert outcomes["a"].result in (DONE, UNCHANGED)
    assert (after.status, image_of(after), dict(after.metadata)) == (STATUS[before], "new", {})


def test_nothing_is_done_to_a_server_whose_power_state_cannot_be_kept() -> None:
    cloud = OsCloud([one("a"), one("b", "stopped")], running=False)
    cloud.rules.capabilities |= {"remove_metadata"}

    def full(server: Server, metadata: Any) -> None:
        raise PermissionDenied("quota exceeded for metadata items", status=403, code="forbidden")

    cloud.set_metadata = full  # type: ignore[method-assign]
    _todo, outcomes, _work = carry_out(cloud, spec())
    assert cloud.asked == [] and cloud.orders == []
    assert {each.result for each in outcomes.values()} == {FAILED}
    assert "nothing was done" in str(outcomes["a"].message) and "quota" in str(outcomes["a"].message)
    _todo, outcomes, _work = carry_out(cloud, spec(power_state="started"))
    assert {each.result for each in outcomes.values()} == {DONE}, "what is named need not be kept"


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


def test_secrets_are_in_no_repr() -> None:
    order = RebuildSpec(password="s3cret-word", user_data="czNjcmV0", image=NEW)
    assert "s3cret-word" not in repr(order) and "czNjcmV0" not in repr(spec()) + repr(RebuildOptions(order))
