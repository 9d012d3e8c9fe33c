# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power actions whose response is lost, refused or postponed: the state decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

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
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, UNCHANGED, UNKNOWN
from ansible_collections.cloudserver.compute.tests.unit.execution.servers.power_runs import carry_out
from ansible_collections.cloudserver.compute.tests.unit.fakes import FakeCloud, lost, refused, server


def test_a_refusal_of_the_cloud_fails_that_server_only() -> None:
    cloud = FakeCloud([server("web"), server("db")])
    cloud.refuse["web"] = refused(PermissionDenied("not allowed", status=403, code="403", request_id="req-1"))
    _plan, power = carry_out(cloud, "stopped")
    bad = power.outcomes["id-web"]
    assert (bad.result, bad.message, bad.request_id, bad.actions) == (FAILED, "not allowed", "req-1", ())
    assert power.outcomes["id-db"].result == DONE


def test_a_conflict_is_no_failure_where_another_client_was_faster() -> None:
    cloud = FakeCloud([server("web")])

    def overtaken(pending: Any) -> Any:
        cloud.here["id-web"] = replace(cloud.here["id-web"], status="SHUTOFF")
        return replace(pending, error=Conflict("vm_state stopped", status=409))

    cloud.refuse["web"] = overtaken
    _plan, power = carry_out(cloud, "stopped")
    assert power.outcomes["id-web"].result == UNCHANGED


@pytest.mark.parametrize(
    "error", [Conflict("is locked", status=409), of_state(BadRequest("state", status=400, code="Ecs.0100"))]
)
def test_a_conflict_that_nothing_explains_is_the_outcome(error: Any) -> None:
    cloud = FakeCloud([server("web")])
    cloud.refuse["web"] = refused(error)
    _plan, power = carry_out(cloud, "stopped")
    assert power.outcomes["id-web"].result == FAILED
    assert power.outcomes["id-web"].message == error.message


@pytest.mark.parametrize("want", ["started", "stopped", "paused", "suspended"])
def test_a_lost_response_is_decided_by_the_state(want: str) -> None:
    start = "stopped" if want == "started" else "running"
    for taken, times in ((True, 1), (False, 2)):
        cloud = FakeCloud([server("web", start)])
        cloud.refuse["web"] = lost(ResponseLost("reset"), taken, 1)
        _plan, power = carry_out(cloud, want)
        assert power.outcomes["id-web"].result == DONE
        assert len([1 for action, *_rest in cloud.asked if action in (want[:-2], "stop", "pause", "start")]) >= 1
        wanted_calls = 1 if taken else times
        final = {"started": "start", "stopped": "stop", "paused": "pause", "suspended": "suspend"}[want]
        assert [action for action, *_rest in cloud.asked].count(final) == wanted_calls


def test_a_reboot_whose_response_was_lost_is_not_sent_again() -> None:
    cloud = FakeCloud([server("web")])
    cloud.refuse["web"] = lost(ResponseLost("reset"), taken=False)
    _plan, power = carry_out(cloud, "restarted")
    assert [action for action, *_rest in cloud.asked] == ["reboot"]
    assert power.outcomes["id-web"].result == UNKNOWN
    assert power.outcomes["id-web"].message == "reset"


def test_responses_that_keep_getting_lost_end_as_unknown_with_the_reason() -> None:
    cloud = FakeCloud([server("web")])
    cloud.refuse["web"] = lost(ResponseLost("reset"), taken=False, times=99)
    _plan, power = carry_out(cloud, "stopped")
    assert power.outcomes["id-web"].result == UNKNOWN
    assert "reset" in str(power.outcomes["id-web"].message)


POSTPONED = [RateLimited("x", status=429), ServerError("x", status=503, retry_after="3")]


@pytest.mark.parametrize("error", POSTPONED)
@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("want", ["started", "stopped"])
def test_what_a_gateway_postpones_is_sent_again_only_after_the_state_was_read(
    error: Any, taken: bool, want: str
) -> None:
    cloud = FakeCloud([server("web", "stopped" if want == "started" else "running")])
    cloud.refuse["web"] = lost(error, taken)
    _plan, power = carry_out(cloud, want)
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

    cloud.on_poll = late
    cloud.was_not_done = lambda *_arguments: looks[0] < 2  # type: ignore[method-assign]
    _plan, power = carry_out(cloud, want)
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
    _plan, power = carry_out(cloud, "restarted")
    assert len(cloud.asked) == (2 if taken is False else 1)
    assert power.outcomes["id-web"].result == (UNKNOWN if taken is None else DONE)


def test_a_possible_action_counts_as_done_where_the_state_cannot_be_read() -> None:
    cloud = FakeCloud([server("web"), server("db")])
    cloud.refuse["web"] = lost(ResponseLost("reset"), taken=True)
    cloud.refuse["db"] = refused(Conflict("is locked", status=409))

    def blind(_cloud: FakeCloud) -> None:
        raise PermissionDenied("policy", status=403)

    cloud.on_poll = blind
    _plan, power = carry_out(cloud, "stopped")
    web, db = power.outcomes["id-web"], power.outcomes["id-db"]
    assert (web.result, web.actions, web.message) == (UNKNOWN, ("stop",), "policy")
    assert (db.result, db.actions, db.message) == (FAILED, (), "is locked")
