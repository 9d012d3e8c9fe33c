# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From every power state to every other one: what is planned is what is done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    DONE,
    FAILED,
    PLANNED,
    UNCHANGED,
    failures,
    predicted,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import GOAL, STATES
from ansible_collections.cloudserver.compute.tests.unit.execution.servers.power_runs import carry_out
from ansible_collections.cloudserver.compute.tests.unit.fakes import FakeCloud, server

STABLE = ("running", "stopped", "paused", "suspended")
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


@pytest.mark.parametrize(("state", "want"), sorted(EXPECTED))
def test_every_state_leads_to_every_other(state: str, want: str) -> None:
    cloud = FakeCloud([server("web", state)])
    plan, power = carry_out(cloud, want)
    assert tuple(action for action, _name, _force in cloud.asked) == EXPECTED[state, want]
    assert plan.changed == bool(EXPECTED[state, want])
    outcome = power.outcomes["id-web"]
    assert outcome.result == (DONE if EXPECTED[state, want] else UNCHANGED)
    assert outcome.actions == EXPECTED[state, want]
    assert power.servers["id-web"].power_state == GOAL[want]


@given(
    states=st.lists(st.sampled_from(STABLE), min_size=1, max_size=12),
    want=st.sampled_from(STATES),
    force=st.booleans(),
    delay=st.sampled_from([0.0, 0.3, 7.0]),
)
def test_what_is_planned_is_what_is_done_and_a_second_run_changes_nothing(
    states: list[str], want: str, force: bool, delay: float
) -> None:
    cloud = FakeCloud([server(f"s{n}", state) for n, state in enumerate(states)], delay)
    plan, power = carry_out(cloud, want, force)
    expected = {outcome.server_id: outcome.actions for outcome in predicted(plan)}
    assert {key: outcome.actions for key, outcome in power.outcomes.items()} == expected
    assert not failures(power.outcomes.values())
    assert plan.changed == any(outcome.actions for outcome in power.outcomes.values())
    assert {each.power_state for each in cloud.here.values()} == {GOAL[want]}
    if want != "restarted":
        asked = len(cloud.asked)
        again, second = carry_out(cloud, want, force)
        assert not again.changed
        assert len(cloud.asked) == asked
        assert {outcome.result for outcome in second.outcomes.values()} == {UNCHANGED}


def test_a_server_in_transition_is_waited_for_before_it_is_acted_upon() -> None:
    cloud = FakeCloud([server("web")])
    cloud.begin("id-web", "stop")
    _plan, power = carry_out(cloud, "started")
    assert [action for action, *_rest in cloud.asked] == ["start"]
    assert power.outcomes["id-web"].result == DONE


def test_a_server_in_transition_to_the_wanted_state_is_not_changed_by_us() -> None:
    cloud = FakeCloud([server("web")])
    cloud.begin("id-web", "stop")
    plan, power = carry_out(cloud, "stopped")
    assert not plan.changed
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
    plan, power = carry_out(cloud, "stopped")
    assert power.outcomes["id-odd"].result == FAILED
    assert words in str(power.outcomes["id-odd"].message)
    assert power.outcomes["id-web"].result == DONE
    assert [outcome.result for outcome in predicted(plan)] == [FAILED, PLANNED]


def test_error_is_refused_with_the_fault_and_a_forced_restart_tries() -> None:
    broken = server("web", "error", fault={"code": 500, "message": "No valid host"})
    _plan, power = carry_out(FakeCloud([broken]), "started")
    assert "No valid host" in str(power.outcomes["id-web"].message)
    assert "force: true" in str(power.outcomes["id-web"].message)
    cloud = FakeCloud([broken])
    _plan, power = carry_out(cloud, "restarted", force=True)
    assert cloud.asked == [("reboot", "web", True)]
    assert power.outcomes["id-web"].result == DONE


def test_force_reboots_a_paused_server_at_once() -> None:
    cloud = FakeCloud([server("web", "paused")])
    carry_out(cloud, "restarted", force=True)
    assert cloud.asked == [("reboot", "web", True)]


def test_what_the_platform_cannot_do_is_refused_with_what_to_use_instead() -> None:
    cloud = FakeCloud([server("web", "paused")], without=["unpause"])
    cloud.rules.alternatives = {"unpause": "the console"}
    plan, power = carry_out(cloud, "started")
    message = str(power.outcomes["id-web"].message)
    assert "unpause" in message
    assert "the console" in message
    assert not plan.changed


def test_a_locked_server_is_refused_where_the_platform_says_so() -> None:
    cloud = FakeCloud([server("web", locked=True), server("idle", "stopped", locked=True)], without=["act_on_locked"])
    _plan, power = carry_out(cloud, "stopped")
    assert "locked" in str(power.outcomes["id-web"].message)
    assert power.outcomes["id-idle"].result == UNCHANGED
    assert cloud.asked == []
