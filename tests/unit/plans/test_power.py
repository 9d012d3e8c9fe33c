"""From every power state to every other one, and what becomes of servers on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    Conflict,
    InvalidResponse,
    PermissionDenied,
    RateLimited,
    ResponseLost,
    ServerError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import of_state
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.power import PowerStrategy
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PENDING,
    PLANNED,
    UNCHANGED,
    UNKNOWN,
    Plan,
    failures,
    predicted,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import GOAL, STATES, plan_power
from ansible_collections.cloudserver.compute.tests.unit.fakes import STATUS, FakeCloud, lost, refused, server

SETTLED = ("running", "stopped", "paused", "suspended")
EXPECTED = {
    ("running", "started"): (),
    ("stopped", "started"): ("start",),
    ("paused", "started"): ("unpause",),
    ("suspended", "started"): ("resume",),
    ("running", "stopped"): ("stop",),
    ("stopped", "stopped"): (),
    ("paused", "stopped"): ("unpause", "stop"),
    ("suspended", "stopped"): ("resume", "stop"),
    ("running", "restarted"): ("reboot",),
    ("stopped", "restarted"): ("start",),
    ("paused", "restarted"): ("unpause", "reboot"),
    ("suspended", "restarted"): ("resume", "reboot"),
    ("running", "paused"): ("pause",),
    ("stopped", "paused"): ("start", "pause"),
    ("paused", "paused"): (),
    ("suspended", "paused"): ("resume", "pause"),
    ("running", "suspended"): ("suspend",),
    ("stopped", "suspended"): ("start", "suspend"),
    ("paused", "suspended"): ("unpause", "suspend"),
    ("suspended", "suspended"): (),
}


def carry_out(
    cloud: FakeCloud, want: str, force: bool = False, wait: bool = True, timeout: float = 60.0
) -> tuple[Plan, Executor]:
    todo = plan_power(list(cloud.servers(None)), want, force, cloud.rules)  # type: ignore[arg-type]
    said: list[str] = []
    power = Executor(cloud, PowerStrategy(cloud, want, force), wait, Waiter(cloud, timeout, 5.0, said.append))
    power.run(todo)
    power.said = said  # type: ignore[attr-defined]
    return todo, power


@pytest.mark.parametrize(("state", "want"), sorted(EXPECTED))
def test_every_state_leads_to_every_other(state: str, want: str) -> None:
    cloud = FakeCloud([server("web", state)])
    todo, power = carry_out(cloud, want)
    assert tuple(action for action, _name, _force in cloud.asked) == EXPECTED[state, want]
    assert todo.changed == bool(EXPECTED[state, want])
    outcome = power.outcomes["id-web"]
    assert outcome.result == (DONE if EXPECTED[state, want] else UNCHANGED)
    assert outcome.actions == EXPECTED[state, want]
    assert power.servers["id-web"].power_state == GOAL[want]


@given(
    states=st.lists(st.sampled_from(SETTLED), min_size=1, max_size=12),
    want=st.sampled_from(STATES),
    force=st.booleans(),
    delay=st.sampled_from([0.0, 0.3, 7.0]),
)
def test_what_is_planned_is_what_is_done_and_a_second_run_changes_nothing(
    states: list[str], want: str, force: bool, delay: float
) -> None:
    cloud = FakeCloud([server(f"s{n}", state) for n, state in enumerate(states)], delay)
    todo, power = carry_out(cloud, want, force)
    foreseen = {outcome.server_id: outcome.actions for outcome in predicted(todo)}
    assert {key: outcome.actions for key, outcome in power.outcomes.items()} == foreseen
    assert not failures(power.outcomes.values())
    assert todo.changed == any(outcome.actions for outcome in power.outcomes.values())
    assert {each.power_state for each in cloud.here.values()} == {GOAL[want]}
    if want != "restarted":
        asked = len(cloud.asked)
        again, second = carry_out(cloud, want, force)
        assert not again.changed
        assert len(cloud.asked) == asked
        assert {outcome.result for outcome in second.outcomes.values()} == {UNCHANGED}


def test_a_server_on_its_way_is_waited_for_before_it_is_acted_upon() -> None:
    cloud = FakeCloud([server("web")])
    cloud.begin("id-web", "stop")
    _todo, power = carry_out(cloud, "started")
    assert [action for action, *_rest in cloud.asked] == ["start"]
    assert power.outcomes["id-web"].result == DONE


def test_a_server_on_its_way_to_the_wanted_state_is_not_changed_by_us() -> None:
    cloud = FakeCloud([server("web")])
    cloud.begin("id-web", "stop")
    todo, power = carry_out(cloud, "stopped")
    assert not todo.changed
    assert cloud.asked == []
    assert power.outcomes["id-web"].result == UNCHANGED
    assert power.servers["id-web"].power_state == "stopped"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("VERIFY_RESIZE", "confirmed or reverted"),
        ("SHELVED", "unshelve"),
        ("SHELVED_OFFLOADED", "unshelve"),
        ("RESCUE", "unrescue"),
        ("DELETED", "deleted"),
        ("SOFT_DELETED", "restore"),
        ("SOMETHING_NEW", "SOMETHING_NEW"),
    ],
)
def test_a_state_that_nothing_leads_out_of_is_refused_and_the_others_go_on(status: str, words: str) -> None:
    cloud = FakeCloud([server("odd", status), server("web")])
    todo, power = carry_out(cloud, "stopped")
    assert power.outcomes["id-odd"].result == FAILED
    assert words in str(power.outcomes["id-odd"].message)
    assert power.outcomes["id-web"].result == DONE
    assert [outcome.result for outcome in predicted(todo)] == [FAILED, PLANNED]


def test_error_is_refused_with_the_fault_and_a_forced_restart_tries() -> None:
    broken = server("web", "error", fault={"code": 500, "message": "No valid host"})
    _todo, power = carry_out(FakeCloud([broken]), "started")
    assert "No valid host" in str(power.outcomes["id-web"].message)
    assert "force: true" in str(power.outcomes["id-web"].message)
    cloud = FakeCloud([broken])
    _todo, power = carry_out(cloud, "restarted", force=True)
    assert cloud.asked == [("reboot", "web", True)]
    assert power.outcomes["id-web"].result == DONE


def test_force_reboots_a_paused_server_at_once() -> None:
    cloud = FakeCloud([server("web", "paused")])
    carry_out(cloud, "restarted", force=True)
    assert cloud.asked == [("reboot", "web", True)]


def test_what_the_platform_cannot_do_is_refused_with_what_to_use_instead() -> None:
    cloud = FakeCloud([server("web", "paused")], without=["unpause"])
    cloud.rules.alternatives = {"unpause": "the console"}
    todo, power = carry_out(cloud, "started")
    message = str(power.outcomes["id-web"].message)
    assert "unpause" in message
    assert "the console" in message
    assert not todo.changed


def test_a_locked_server_is_refused_where_the_platform_says_so() -> None:
    cloud = FakeCloud([server("web", locked=True), server("idle", "stopped", locked=True)], without=["act_on_locked"])
    _todo, power = carry_out(cloud, "stopped")
    assert "locked" in str(power.outcomes["id-web"].message)
    assert power.outcomes["id-idle"].result == UNCHANGED
    assert cloud.asked == []


def test_a_refusal_of_the_cloud_fails_that_server_only() -> None:
    cloud = FakeCloud([server("web"), server("db")])
    cloud.refuse["web"] = refused(PermissionDenied("not allowed", status=403, code="403", request_id="req-1"))
    _todo, power = carry_out(cloud, "stopped")
    bad = power.outcomes["id-web"]
    assert (bad.result, bad.message, bad.request_id, bad.actions) == (FAILED, "not allowed", "req-1", ())
    assert power.outcomes["id-db"].result == DONE


def test_a_conflict_is_forgiven_where_somebody_else_was_faster() -> None:
    cloud = FakeCloud([server("web")])

    def overtaken(pending: Any) -> Any:
        cloud.here["id-web"] = replace(cloud.here["id-web"], status="SHUTOFF")
        return replace(pending, error=Conflict("vm_state stopped", status=409))

    cloud.refuse["web"] = overtaken
    _todo, power = carry_out(cloud, "stopped")
    assert power.outcomes["id-web"].result == UNCHANGED


@pytest.mark.parametrize(
    "error", [Conflict("is locked", status=409), of_state(BadRequest("state", status=400, code="Ecs.0100"))]
)
def test_a_conflict_that_nothing_explains_is_the_outcome(error: Any) -> None:
    cloud = FakeCloud([server("web")])
    cloud.refuse["web"] = refused(error)
    _todo, power = carry_out(cloud, "stopped")
    assert power.outcomes["id-web"].result == FAILED
    assert power.outcomes["id-web"].message == error.message


@pytest.mark.parametrize("want", ["started", "stopped", "paused", "suspended"])
def test_a_lost_answer_is_decided_by_the_state(want: str) -> None:
    start = "stopped" if want == "started" else "running"
    for taken, times in ((True, 1), (False, 2)):
        cloud = FakeCloud([server("web", start)])
        cloud.refuse["web"] = lost(ResponseLost("reset"), taken, 1)
        _todo, power = carry_out(cloud, want)
        assert power.outcomes["id-web"].result == DONE
        assert len([1 for action, *_rest in cloud.asked if action in (want[:-2], "stop", "pause", "start")]) >= 1
        wanted_calls = 1 if taken else times
        final = {"started": "start", "stopped": "stop", "paused": "pause", "suspended": "suspend"}[want]
        assert [action for action, *_rest in cloud.asked].count(final) == wanted_calls


def test_a_reboot_whose_answer_was_lost_is_not_asked_for_again() -> None:
    cloud = FakeCloud([server("web")])
    cloud.refuse["web"] = lost(ResponseLost("reset"), taken=False)
    _todo, power = carry_out(cloud, "restarted")
    assert [action for action, *_rest in cloud.asked] == ["reboot"]
    assert power.outcomes["id-web"].result == UNKNOWN
    assert power.outcomes["id-web"].message == "reset"


def test_answers_that_keep_getting_lost_end_as_unknown_with_the_reason() -> None:
    cloud = FakeCloud([server("web")])
    cloud.refuse["web"] = lost(ResponseLost("reset"), taken=False, times=99)
    _todo, power = carry_out(cloud, "stopped")
    assert power.outcomes["id-web"].result == UNKNOWN
    assert "reset" in str(power.outcomes["id-web"].message)


def test_a_server_that_vanishes_is_a_failure_of_its_own() -> None:
    cloud = FakeCloud([server("web"), server("db")])
    cloud.on_look = lambda here: here.here.pop("id-web", None)  # type: ignore[assignment, return-value]
    _todo, power = carry_out(cloud, "stopped")
    assert "no longer exists" in str(power.outcomes["id-web"].message)
    assert power.outcomes["id-db"].result == DONE


def test_a_server_that_falls_into_error_fails_at_once_with_its_fault() -> None:
    cloud = FakeCloud([server("web", "stopped")], delay=500)

    def fall(here: FakeCloud) -> None:
        here.arrival.clear()
        here.here["id-web"] = server("web", "error", fault={"message": "disk full"})

    cloud.on_look = fall
    _todo, power = carry_out(cloud, "started")
    assert power.outcomes["id-web"].result == FAILED
    assert "disk full" in str(power.outcomes["id-web"].message)
    assert sum(cloud.clock.sleeps) < 5


def test_the_time_limit_names_the_state_that_the_server_is_still_in() -> None:
    cloud = FakeCloud([server("web"), server("db", "stopped")], delay=1e9)
    _todo, power = carry_out(cloud, "stopped", timeout=30)
    stuck = power.outcomes["id-web"]
    assert stuck.result == UNKNOWN
    assert "status ACTIVE, task powering-off after 30 seconds" in str(stuck.message)
    assert stuck.actions == ("stop",)
    assert power.outcomes["id-db"].result == UNCHANGED
    assert sum(cloud.clock.sleeps) == pytest.approx(30)
    assert set(power.pending_actions) == {"id-web"}


def test_a_server_stuck_before_the_action_is_not_acted_upon() -> None:
    cloud = FakeCloud([server("web")], delay=1e9)
    cloud.begin("id-web", "reboot")
    _todo, power = carry_out(cloud, "stopped", timeout=10)
    assert cloud.asked == []
    assert power.outcomes["id-web"].result == UNKNOWN
    assert "rebooting" in str(power.outcomes["id-web"].message)


def test_without_wait_nothing_is_waited_for_and_what_is_left_is_told() -> None:
    servers = [server("web"), server("db", "paused"), server("moving"), server("stopping")]
    cloud = FakeCloud(servers, delay=3000)
    cloud.begin("id-moving", "reboot")
    cloud.begin("id-stopping", "stop")
    _todo, power = carry_out(cloud, "stopped", wait=False)
    assert sum(cloud.clock.sleeps) == 0
    found = {each.name: (each.result, each.actions, each.remaining) for each in power.outcomes.values()}
    assert found == {
        "web": (PENDING, ("stop",), ()),
        "db": (PENDING, ("unpause",), ("stop",)),
        "moving": (PENDING, (), ("stop",)),
        "stopping": (PENDING, (), ()),
    }
    assert power.outcomes["id-web"].message is None
    assert power.outcomes["id-db"].message == "not submitted yet: stop; run the task again"
    assert power.outcomes["id-moving"].message == (
        "it is in status ACTIVE, task rebooting, and the task did not wait for it; not submitted yet: stop; run the"
        " task again"
    )
    assert {key: (pending.action, pending.then) for key, pending in power.pending_actions.items()} == {
        "id-web": ("stop", ()), "id-db": ("unpause", ("stop",)), "id-moving": ("settle", ("stop",)),
        "id-stopping": ("settle", ()),
    }  # fmt: skip


def test_without_wait_what_the_cloud_postpones_is_sent_again_for_a_short_while_only() -> None:
    cloud = FakeCloud([server("web"), server("db")])
    cloud.refuse["web"] = lost(RateLimited("slow down", status=429, retry_after="4"), taken=False)
    cloud.refuse["db"] = lost(RateLimited("slow down", status=429, retry_after="100"), taken=False, times=99)
    _todo, power = carry_out(cloud, "stopped", wait=False, timeout=600)
    assert power.outcomes["id-web"].result == PENDING and power.outcomes["id-web"].actions == ("stop",)
    assert (power.outcomes["id-db"].result, power.outcomes["id-db"].message) == (FAILED, "slow down")
    assert sum(cloud.clock.sleeps) <= 30.1 and [name for _action, name, _force in cloud.asked].count("db") == 1


POSTPONED = [RateLimited("x", status=429), ServerError("x", status=503, retry_after="3")]


@pytest.mark.parametrize("error", POSTPONED)
@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("want", ["started", "stopped"])
def test_what_a_gateway_postpones_is_looked_at_before_it_is_sent_again(error: Any, taken: bool, want: str) -> None:
    cloud = FakeCloud([server("web", "stopped" if want == "started" else "running")])
    cloud.refuse["web"] = lost(error, taken)
    _todo, power = carry_out(cloud, want)
    assert power.outcomes["id-web"].result == DONE
    assert len(cloud.asked) == (1 if taken else 2)
    assert taken or sum(cloud.clock.sleeps) >= 3


@pytest.mark.parametrize("want", ["stopped", "restarted"])
@pytest.mark.parametrize("error", [RateLimited("x", status=429), InvalidResponse("a page", status=200)])
def test_what_shows_late_is_not_sent_again_and_is_this_runs_doing(want: str, error: Any) -> None:
    cloud = FakeCloud([server("web")], delay=0.5)
    cloud.refuse["web"] = lost(error, taken=False)
    looks = [0]

    def late(here: FakeCloud) -> None:
        looks[0] += 1
        if looks[0] == 2:
            here.begin("id-web", "stop" if want == "stopped" else "reboot")

    cloud.on_look = late
    cloud.was_not_done = lambda *_arguments: looks[0] < 2  # type: ignore[method-assign]
    _todo, power = carry_out(cloud, want)
    assert len(cloud.asked) == 1
    found = power.outcomes["id-web"]
    assert found.actions == (("stop",) if want == "stopped" else ("reboot",))
    assert found.result == (DONE if want == "stopped" else UNKNOWN)


@pytest.mark.parametrize("taken", [True, False, None])
def test_a_postponed_reboot_is_sent_again_only_where_the_cloud_shows_that_there_was_none(taken: bool | None) -> None:
    cloud = FakeCloud([server("web")])
    cloud.refuse["web"] = lost(RateLimited("slow down", status=429), taken=bool(taken))
    cloud.was_not_done = lambda *_arguments: taken is False  # type: ignore[method-assign]
    cloud.recover_action = lambda pending, since: replace(pending, error=None, outcome_unknown=False) if taken else None  # type: ignore[method-assign]
    _todo, power = carry_out(cloud, "restarted")
    assert len(cloud.asked) == (2 if taken is False else 1)
    assert power.outcomes["id-web"].result == (UNKNOWN if taken is None else DONE)


def test_a_cloud_that_stumbles_while_we_wait_does_not_end_the_wait() -> None:
    cloud = FakeCloud([server("web")], delay=4)
    stumbles = [ServerError("bad gateway", status=502)] * 3

    def stumble(_cloud: FakeCloud) -> None:
        if stumbles:
            raise stumbles.pop()

    cloud.on_look = stumble
    _todo, power = carry_out(cloud, "stopped")
    assert power.outcomes["id-web"].result == DONE


def test_a_right_that_is_lost_while_we_wait_leaves_what_is_known() -> None:
    cloud = FakeCloud([server("web")], delay=4)

    def forbid(_cloud: FakeCloud) -> None:
        raise PermissionDenied("policy", status=403, code="403")

    cloud.on_look = forbid
    _todo, power = carry_out(cloud, "stopped")
    outcome = power.outcomes["id-web"]
    assert (outcome.result, outcome.code) == (UNKNOWN, "403")
    assert "could not be read: policy" in str(outcome.message)
    assert outcome.actions == ("stop",)


def test_a_long_wait_tells_how_far_it_is_and_a_short_one_is_silent() -> None:
    cloud = FakeCloud([server("web"), server("db")], delay=60)
    _todo, power = carry_out(cloud, "stopped", timeout=120)
    said = power.said  # type: ignore[attr-defined]
    assert said[0] == (
        "0 of 2 stopped, 2 remaining, 0 failed; waiting for web (status ACTIVE, task powering-off), db (status"
        " ACTIVE, task powering-off) (5 of at most 120 seconds)"
    )
    times = [int(line.rsplit("(", 1)[1].split()[0]) for line in said]
    assert [later - sooner for sooner, later in zip(times, times[1:], strict=False)] == [
        pytest.approx(10, abs=5),
        pytest.approx(20, abs=5),
    ]
    cloud = FakeCloud([server("web")], delay=2)
    _todo, power = carry_out(cloud, "stopped")
    assert power.said == []  # type: ignore[attr-defined]


@given(delay=st.floats(min_value=0.0, max_value=3000.0))
def test_the_end_of_a_wait_is_noticed_within_half_a_second_or_a_tenth(delay: float) -> None:
    cloud = FakeCloud([server("web")], delay)
    begin = cloud.clock.now
    power = Executor(
        cloud, PowerStrategy(cloud, "stopped", False), True, Waiter(cloud, 4000.0, 1e9, lambda words: None)
    )
    power.run(plan_power(list(cloud.servers(None)), "stopped", False, cloud.rules))  # type: ignore[arg-type]
    assert power.outcomes["id-web"].result == DONE
    assert cloud.clock.now - begin - delay <= max(0.5, 0.1 * delay)


def test_statuses_of_the_fake_are_the_records() -> None:
    for state, status in STATUS.items():
        assert server("x", state).power_state == state
        assert server("x", state).status == status


def test_the_time_to_read_the_fleet_is_not_part_of_the_wait() -> None:
    cloud = FakeCloud([server("web")], delay=5)
    waiter = Waiter(cloud, 10.0, 1.0, lambda words: None)
    cloud.clock.now += 60
    power = Executor(cloud, PowerStrategy(cloud, "stopped", False), True, waiter)
    power.run(plan_power(list(cloud.servers(None)), "stopped", False, cloud.rules))  # type: ignore[arg-type]
    assert power.outcomes["id-web"].result == DONE


def test_what_may_have_been_done_counts_as_done_where_nobody_can_look() -> None:
    cloud = FakeCloud([server("web"), server("db")])
    cloud.refuse["web"] = lost(ResponseLost("reset"), taken=True)
    cloud.refuse["db"] = refused(Conflict("is locked", status=409))

    def blind(_cloud: FakeCloud) -> None:
        raise PermissionDenied("policy", status=403)

    cloud.on_look = blind
    _todo, power = carry_out(cloud, "stopped")
    web, db = power.outcomes["id-web"], power.outcomes["id-db"]
    assert (web.result, web.actions, web.message) == (UNKNOWN, ("stop",), "policy")
    assert (db.result, db.actions, db.message) == (FAILED, (), "is locked")
