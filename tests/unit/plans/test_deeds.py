"""What is asked of servers in general: expected states that prove it, lost answers, several actions one after the
other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    GONE,
    PRESENT,
    PURGED,
    Action,
    ActionStatus,
    ExpectedState,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    Conflict,
    PermissionDenied,
    ResponseLost,
    ServerError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_FAILED, JOB_PENDING
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter, evaluate_action
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PENDING,
    UNCHANGED,
    UNKNOWN,
    Change,
    Plan,
)
from ansible_collections.cloudserver.compute.tests.unit.fakes import FakeCloud, server

LOCK = Action("lock", expected_state=ExpectedState(locked=True), is_retry_safe=True, watched=False)
RENAME = Action("update", {"name": "new"}, ExpectedState(name="new"), is_retry_safe=True, watched=False)
RESIZE = Action(
    "resize", {"flavor_id": "2"}, ExpectedState(flavor=("2",), status=("VERIFY_RESIZE",)), tasks=("resize_",)
)
CONFIRM = Action("confirm_resize", expected_state=ExpectedState(flavor=("2",), status=("ACTIVE",)))
DELETE = Action("delete", expected_state=ExpectedState(presence=GONE), tasks=("deleting",))
SNAPSHOT = Action("create_image", {"name": "x"}, tasks=("image_",))


class Cloud(FakeCloud):
    """Does actions in ``delay`` seconds: what an action makes of a server is in EFFECTS."""

    EFFECTS: dict[str, Callable[[Server], Server | None]] = {
        "resize": lambda old: replace(old, status="VERIFY_RESIZE", flavor=Flavor(id="2")),
        "confirm_resize": lambda old: replace(old, status="ACTIVE"),
        "delete": lambda old: None,
        "create_image": lambda old: old,
    }
    TASKS = {"resize": "resize_prep", "delete": "deleting", "create_image": "image_snapshot"}

    def __init__(self, servers: Sequence[Server], delay: float = 1.0) -> None:
        super().__init__(servers, delay)
        self.done: list[tuple[str, str]] = []
        self.due: list[tuple[float, str, str]] = []
        self.recorded = False

    def perform(self, requests: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        pending_actions = []
        for each, action in requests:
            pending = PendingAction(
                each.id, action.action, each.name, request_id="req", expected_state=action.expected_state
            )
            refusal = self.refuse.get(str(each.name))
            changed = refusal(pending) if refusal else None
            if changed is None or changed.request_id == "taken":
                self.done.append((action.action, str(each.name)))
                self._take(each.id, action)
            pending_actions.append(changed or pending)
        return pending_actions

    def _take(self, key: str, action: Action) -> None:
        if action.action == "lock":
            self.here[key] = replace(self.here[key], locked=True)
        elif action.action == "update":
            self.here[key] = replace(self.here[key], name=action.arguments["name"])
        else:
            self.here[key] = replace(self.here[key], task_state=self.TASKS.get(action.action))
            self.due.append((self.clock.now + self.delay, key, action.action))

    def _apply_and_verify(self) -> None:
        super()._apply_and_verify()
        for entry in [entry for entry in self.due if entry[0] <= self.clock.now]:
            self.due.remove(entry)
            found = self.EFFECTS[entry[2]](self.here[entry[1]])
            if found is None:
                del self.here[entry[1]]
            else:
                self.here[entry[1]] = replace(found, task_state=None)

    def recover_action(self, pending: PendingAction, since: str | None) -> PendingAction | None:
        return replace(pending, request_id="found", error=None, outcome_unknown=False) if self.recorded else None


def planned(each: Server, *planned_actions: Action) -> Change:
    """The actions whose expected state is not met yet, in order; those without an expected state always."""
    left = [action for action in planned_actions if not (action.expected_state and action.expected_state.met(each))]
    return Change.of(each, left, {"was": True}, {"was": False})


def carry_out(cloud: Cloud, *planned_actions: Action, wait: bool = True, timeout: float = 60.0) -> Executor:
    strategy = Strategy(cloud, lambda each: planned(each, *planned_actions))
    run = Executor(cloud, strategy, wait, Waiter(cloud, timeout, 5.0, lambda words: None))
    run.run(Plan(tuple(planned(each, *planned_actions) for each in list(cloud.here.values()))))
    return run


def lose(error: Exception, taken: bool, times: int = 1) -> Callable[[PendingAction], PendingAction | None]:
    left = [times]

    def decide(pending: PendingAction) -> PendingAction | None:
        left[0] -= 1
        if left[0] < 0:
            return None
        return replace(pending, error=error, outcome_unknown=True, request_id="taken" if taken else None)  # type: ignore[arg-type]

    return decide


def test_what_the_answer_proves_is_not_waited_for_and_is_shown_as_it_is_then() -> None:
    cloud = Cloud([server("a"), server("b")])
    run = carry_out(cloud, LOCK, RENAME)
    assert sorted(cloud.done) == [("lock", "a"), ("lock", "b"), ("update", "a"), ("update", "b")]
    assert cloud.clock.sleeps == []
    assert {each.result for each in run.outcomes.values()} == {DONE}
    assert run.outcomes["id-a"].actions == ("lock", "update")
    assert [(each.locked, each.name) for each in run.servers.values()] == [(True, "new"), (True, "new")]


def test_deeds_follow_one_another_each_when_the_one_before_is_proven() -> None:
    cloud = Cloud([server("a"), server("b")], delay=3)
    run = carry_out(cloud, RESIZE, CONFIRM)
    assert cloud.done == [("resize", "a"), ("resize", "b"), ("confirm_resize", "a"), ("confirm_resize", "b")]
    assert run.outcomes["id-a"].actions == ("resize", "confirm_resize")
    assert run.servers["id-a"].flavor.id == "2" and run.servers["id-a"].status == "ACTIVE"


def test_a_server_that_is_to_be_gone_is_done_when_the_cloud_knows_it_no_longer() -> None:
    cloud = Cloud([server("a")], delay=2)
    run = carry_out(cloud, DELETE)
    assert run.outcomes["id-a"].result == DONE
    assert not cloud.here


def test_without_waiting_the_last_deed_is_left_to_a_ticket_that_carries_its_aim() -> None:
    cloud = Cloud([server("a")])
    run = carry_out(cloud, LOCK, DELETE, wait=False)
    assert run.outcomes["id-a"].result == PENDING
    again = PendingAction.from_dict(run.pending_actions["id-a"].as_dict())
    assert again.expected_state == DELETE.expected_state and again.action == "delete"


@pytest.mark.parametrize("error", [ResponseLost("reset"), ServerError("gateway", status=502)])
@pytest.mark.parametrize("action", [LOCK, RESIZE, DELETE, SNAPSHOT])
def test_a_deed_whose_answer_was_lost_is_not_asked_for_again_where_it_took_effect(
    action: Action, error: Exception
) -> None:
    cloud = Cloud([server("a")])
    cloud.refuse["a"] = lose(error, taken=True)
    run = carry_out(cloud, action)
    assert cloud.done == [(action.action, "a")]
    assert run.outcomes["id-a"].result == DONE


@pytest.mark.parametrize("action", [LOCK, RESIZE, DELETE])
def test_one_that_was_lost_before_it_took_effect_is_asked_for_again(action: Action) -> None:
    cloud = Cloud([server("a")])
    cloud.refuse["a"] = lose(ResponseLost("reset"), taken=False)
    run = carry_out(cloud, action)
    assert cloud.done == [(action.action, "a")]
    assert run.outcomes["id-a"].result == DONE


def test_nobody_knows_of_a_lost_deed_that_leaves_no_trace_but_by_the_clouds_own_record() -> None:
    cloud = Cloud([server("a")])
    cloud.refuse["a"] = lose(ResponseLost("reset"), taken=False)
    run = carry_out(cloud, SNAPSHOT)
    assert (run.outcomes["id-a"].result, run.outcomes["id-a"].actions) == (UNKNOWN, ("create_image",))
    assert cloud.done == []
    cloud = Cloud([server("a")])
    cloud.refuse["a"] = lose(ResponseLost("reset"), taken=False)
    cloud.recorded = True
    assert carry_out(cloud, SNAPSHOT).outcomes["id-a"].result == DONE


def test_one_that_is_always_lost_is_given_up() -> None:
    cloud = Cloud([server("a")])
    cloud.refuse["a"] = lose(ResponseLost("reset"), taken=False, times=100)
    run = carry_out(cloud, LOCK)
    assert run.outcomes["id-a"].result == UNKNOWN
    assert "failed after 6 attempts" in str(run.outcomes["id-a"].message)


def test_one_server_that_is_refused_does_not_stop_the_others() -> None:
    cloud = Cloud([server("a"), server("b")])
    cloud.refuse["a"] = lambda pending: replace(pending, error=Conflict("it is locked", status=409))
    run = carry_out(cloud, RESIZE, CONFIRM)
    assert (run.outcomes["id-a"].result, run.outcomes["id-a"].message) == (FAILED, "it is locked")
    assert run.outcomes["id-b"].result == DONE


def test_what_is_refused_for_everybody_before_anything_was_done_is_the_tasks_failure() -> None:
    cloud = Cloud([server("a"), server("b")])

    def refuse(_orders: Sequence[tuple[Server, Action]]) -> list[PendingAction]:
        raise PermissionDenied("policy", status=403)

    cloud.perform = refuse  # type: ignore[method-assign]
    with pytest.raises(PermissionDenied):
        carry_out(cloud, LOCK)


def test_a_server_on_its_way_is_planned_for_anew_when_it_has_settled() -> None:
    cloud = Cloud([replace(server("a"), task_state="resize_prep"), replace(server("b"), task_state="powering-on")])
    cloud.due = [(1003.0, "id-a", "resize"), (1003.0, "id-b", "create_image")]
    run = carry_out(cloud, RESIZE)
    assert cloud.done == [("resize", "b")]
    assert run.outcomes["id-a"].result == UNCHANGED
    assert run.outcomes["id-b"].result == DONE


AIMS = st.builds(
    ExpectedState,
    presence=st.sampled_from([None, PRESENT, GONE, PURGED]),
    power_state=st.sampled_from([None, "running", "stopped"]),
    status=st.sampled_from([(), ("ACTIVE",), ("VERIFY_RESIZE", "ACTIVE")]),
    flavor=st.sampled_from([(), ("1",), ("2", "m1.tiny")]),
    locked=st.sampled_from([None, True, False]),
    name=st.sampled_from([None, "a"]),
    host=st.sampled_from([None, "cmp1"]),
    left_host=st.sampled_from([None, "cmp1"]),
)


@given(expected_state=AIMS)
def test_an_aim_comes_out_of_a_handle_as_it_went_in(expected_state: ExpectedState) -> None:
    assert ExpectedState.from_dict(expected_state.as_dict()) == expected_state


@given(
    expected_state=AIMS,
    name=st.sampled_from(["a", "b"]),
    locked=st.booleans(),
    status=st.sampled_from(["ACTIVE", "SHUTOFF"]),
)
def test_an_aim_is_met_by_a_server_that_agrees_in_everything_it_names(
    expected_state: ExpectedState, name: str, locked: bool, status: str
) -> None:
    each = replace(server("x"), name=name, locked=locked, status=status, flavor=Flavor(id="1"), host="cmp1")
    wrong = [
        expected_state.presence in (GONE, PURGED),
        expected_state.power_state not in (None, each.power_state),
        bool(expected_state.status) and status not in expected_state.status,
        bool(expected_state.flavor) and "1" not in expected_state.flavor,
        expected_state.locked not in (None, locked),
        expected_state.name not in (None, name),
        expected_state.left_host is not None,
    ]
    assert expected_state.met(each) == (not any(wrong))
    assert expected_state.met(None) == (expected_state.presence in (GONE, PURGED))


def test_a_handle_that_was_tampered_with_is_none() -> None:
    with pytest.raises(KeyError):
        ExpectedState.from_dict({"colour": "red"})


@pytest.mark.parametrize(
    ("expected_state", "status", "task", "verdict", "result"),
    [
        (ExpectedState(presence=GONE), "ACTIVE", "deleting", None, None),
        (ExpectedState(presence=GONE), "SOFT_DELETED", None, None, DONE),
        (ExpectedState(presence=GONE), "ERROR", None, None, FAILED),
        (ExpectedState(presence=PURGED), "SOFT_DELETED", None, None, None),
        (ExpectedState(presence=PURGED), "DELETED", None, None, DONE),
        (ExpectedState(presence=PRESENT), "SOFT_DELETED", "restoring", None, None),
        (ExpectedState(presence=PRESENT), "SOFT_DELETED", None, JOB_FAILED, FAILED),
        (ExpectedState(presence=PRESENT), "ACTIVE", None, None, DONE),
        (ExpectedState(status=("ERROR",)), "ERROR", None, None, DONE),
        (ExpectedState(status=("ACTIVE",)), "ERROR", None, None, FAILED),
        (ExpectedState(left_host="cmp1"), "ACTIVE", None, None, None),
        (ExpectedState(left_host="cmp2"), "ACTIVE", None, JOB_PENDING, None),
        (ExpectedState(left_host="cmp2"), "ACTIVE", None, None, DONE),
        (ExpectedState(left_host="cmp1"), "ACTIVE", None, JOB_FAILED, FAILED),
    ],
)
def test_one_look_at_a_server_proves_an_aim_or_does_not(
    expected_state: ExpectedState, status: str, task: str | None, verdict: str | None, result: str | None
) -> None:
    seen = ActionStatus(replace(server("a"), status=status, task_state=task, host="cmp1"), verdict)
    outcome = evaluate_action(PendingAction("id-a", "x", "a", expected_state=expected_state), seen)
    assert (outcome.result if outcome else None) == result
