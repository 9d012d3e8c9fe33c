# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for power states: time limits, no waiting, and clouds that fail meanwhile."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    PermissionDenied,
    RateLimited,
    ServerError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.power import PowerStrategy
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PENDING,
    UNCHANGED,
    UNKNOWN,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import plan_power
from ansible_collections.cloudserver.compute.tests.unit.execution.servers.power_runs import carry_out
from ansible_collections.cloudserver.compute.tests.unit.fakes import STATUS, FakeCloud, lost, server


def test_a_server_that_vanishes_is_a_failure_of_its_own() -> None:
    cloud = FakeCloud([server("web"), server("db")])
    cloud.on_poll = lambda here: here.here.pop("id-web", None)  # type: ignore[assignment, return-value]
    _plan, power = carry_out(cloud, "stopped")
    assert "no longer exists" in str(power.outcomes["id-web"].message)
    assert power.outcomes["id-db"].result == DONE


def test_a_server_that_falls_into_error_fails_at_once_with_its_fault() -> None:
    cloud = FakeCloud([server("web", "stopped")], delay=500)

    def fall(here: FakeCloud) -> None:
        here.arrival.clear()
        here.here["id-web"] = server("web", "error", fault={"message": "disk full"})

    cloud.on_poll = fall
    _plan, power = carry_out(cloud, "started")
    assert power.outcomes["id-web"].result == FAILED
    assert "disk full" in str(power.outcomes["id-web"].message)
    assert sum(cloud.clock.sleeps) < 5


def test_the_time_limit_names_the_state_that_the_server_is_still_in() -> None:
    cloud = FakeCloud([server("web"), server("db", "stopped")], delay=1e9)
    _plan, power = carry_out(cloud, "stopped", timeout=30)
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
    _plan, power = carry_out(cloud, "stopped", timeout=10)
    assert cloud.asked == []
    assert power.outcomes["id-web"].result == UNKNOWN
    assert "rebooting" in str(power.outcomes["id-web"].message)


def test_without_wait_nothing_is_waited_for_and_the_remaining_actions_are_reported() -> None:
    servers = [server("web"), server("db", "paused"), server("moving"), server("stopping")]
    cloud = FakeCloud(servers, delay=3000)
    cloud.begin("id-moving", "reboot")
    cloud.begin("id-stopping", "stop")
    _plan, power = carry_out(cloud, "stopped", wait=False)
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
    _plan, power = carry_out(cloud, "stopped", wait=False, timeout=600)
    assert power.outcomes["id-web"].result == PENDING and power.outcomes["id-web"].actions == ("stop",)
    assert (power.outcomes["id-db"].result, power.outcomes["id-db"].message) == (FAILED, "slow down")
    assert sum(cloud.clock.sleeps) <= 30.1 and [name for _action, name, _force in cloud.asked].count("db") == 1


def test_a_cloud_that_stumbles_while_we_wait_does_not_end_the_wait() -> None:
    cloud = FakeCloud([server("web")], delay=4)
    stumbles = [ServerError("bad gateway", status=502)] * 3

    def stumble(_cloud: FakeCloud) -> None:
        if stumbles:
            raise stumbles.pop()

    cloud.on_poll = stumble
    _plan, power = carry_out(cloud, "stopped")
    assert power.outcomes["id-web"].result == DONE


def test_a_right_that_is_lost_while_we_wait_leaves_what_is_known() -> None:
    cloud = FakeCloud([server("web")], delay=4)

    def forbid(_cloud: FakeCloud) -> None:
        raise PermissionDenied("policy", status=403, code="403")

    cloud.on_poll = forbid
    _plan, power = carry_out(cloud, "stopped")
    outcome = power.outcomes["id-web"]
    assert (outcome.result, outcome.code) == (UNKNOWN, "403")
    assert "could not be read: policy" in str(outcome.message)
    assert outcome.actions == ("stop",)


def test_a_long_wait_reports_progress_and_a_short_one_is_silent() -> None:
    cloud = FakeCloud([server("web"), server("db")], delay=60)
    _plan, power = carry_out(cloud, "stopped", timeout=120)
    said = power.said  # type: ignore[attr-defined]
    assert said[0] == (
        "0 of 2 stopped, 2 remaining, 0 failed; waiting for web (status ACTIVE, task powering-off), db (status"
        " ACTIVE, task powering-off) (5 of at most 120 seconds)"
    )
    times = [int(line.rsplit("(", 1)[1].split()[0]) for line in said]
    assert [later - sooner for sooner, later in itertools.pairwise(times)] == [
        pytest.approx(10, abs=5),
        pytest.approx(20, abs=5),
    ]
    cloud = FakeCloud([server("web")], delay=2)
    _plan, power = carry_out(cloud, "stopped")
    assert power.said == []  # type: ignore[attr-defined]


@given(delay=st.floats(min_value=0.0, max_value=3000.0))
def test_the_end_of_a_wait_is_noticed_within_half_a_second_or_a_tenth(delay: float) -> None:
    cloud = FakeCloud([server("web")], delay)
    begin = cloud.clock.now
    power = Executor(
        cloud, PowerStrategy(cloud, "stopped", False), True, Waiter(cloud, 4000.0, 1e9, lambda words: None)
    )
    power.run(plan_power(list(cloud.servers.list(None)), "stopped", False, cloud.rules))  # type: ignore[arg-type]
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
    power.run(plan_power(list(cloud.servers.list(None)), "stopped", False, cloud.rules))  # type: ignore[arg-type]
    assert power.outcomes["id-web"].result == DONE
