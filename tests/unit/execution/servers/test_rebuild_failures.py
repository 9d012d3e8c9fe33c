# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebuilds that are refused, whose response is lost, or that an interruption stopped halfway."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    BadRequest,
    Conflict,
    PermissionDenied,
    ResponseLost,
    ServerError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import image_of
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import of_state
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, UNCHANGED, UNKNOWN
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.rebuild import needs_rebuild
from ansible_collections.cloudserver.compute.tests.unit.execution.servers.rebuild_runs import (
    STATUS,
    OsCloud,
    answer,
    carry_out,
    one,
    spec,
)
from ansible_collections.cloudserver.compute.tests.unit.fakes import FakeCloud


@pytest.mark.parametrize("error", [ResponseLost("lost"), ServerError("stumbled", status=502)])
@pytest.mark.parametrize("taken", [True, False])
def test_a_request_whose_response_was_lost_is_never_sent_again(error: Exception, taken: bool) -> None:
    cloud = OsCloud([one()])
    cloud.answers["a"] = [answer(error, outcome_unknown=True, taken=taken)]
    _plan, outcomes, _work = carry_out(cloud, spec())
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
    _plan, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == DONE and outcomes["a"].actions == ("rebuild",)
    assert [name for name, _order in cloud.orders] == ["a", "a"]


def test_a_server_whose_disk_failed_is_left_as_it_is_and_the_others_go_on() -> None:
    cloud = OsCloud([one("a"), one("b")], running=False)
    cloud.failing = {"a"}
    _plan, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == FAILED and "ERROR" in str(outcomes["a"].message)
    assert outcomes["a"].actions == ("stop", "rebuild") and outcomes["b"].result == DONE
    assert needs_rebuild(replace(cloud.here["id-a"], image=Image("new")), spec())


def test_a_server_that_never_stops_does_not_hold_up_the_others() -> None:
    cloud = OsCloud([one("a"), one("b")], running=False)
    cloud.on_poll = lambda here: here.arrival.update({"id-a": (1e9, "SHUTOFF")}) if "id-a" in here.arrival else None
    _plan, outcomes, work = carry_out(cloud, spec(), timeout=30.0)
    assert outcomes["b"].result == DONE and outcomes["a"].result == UNKNOWN
    assert outcomes["a"].actions == ("stop",) and list(work.pending_actions) == ["id-a"]


@pytest.mark.parametrize("outcome_unknown", [True, False])
def test_a_refusal_whose_server_cannot_be_read(outcome_unknown: bool) -> None:
    cloud = OsCloud([one()])
    cloud.answers["a"] = [answer(Conflict("busy"), outcome_unknown=outcome_unknown)]

    def unreadable(here: FakeCloud) -> None:
        raise ServerError("the database is gone", status=500)

    cloud.on_poll = unreadable
    _plan, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == (UNKNOWN if outcome_unknown else FAILED)
    assert outcomes["a"].message == ("the database is gone" if outcome_unknown else "busy")
    assert outcomes["a"].actions == (("rebuild",) if outcome_unknown else ()), "what may have been done has changed it"
    assert len(cloud.orders) == 1


def test_a_server_that_is_deleted_when_its_refusal_is_checked() -> None:
    cloud = OsCloud([one()])

    def gone(pending: PendingAction) -> PendingAction:
        del cloud.here[pending.server_id]
        return replace(pending, error=Conflict("busy"))

    cloud.answers["a"] = [gone]
    _plan, outcomes, _work = carry_out(cloud, spec())
    assert (outcomes["a"].result, outcomes["a"].message) == (FAILED, "the server no longer exists")


def test_a_server_that_is_deleted_before_it_is_stable() -> None:
    cloud = OsCloud([one(state="REBOOT")])
    cloud.on_poll = lambda here: here.here.clear()
    _plan, outcomes, _work = carry_out(cloud, spec())
    assert (outcomes["a"].result, outcomes["a"].actions) == (FAILED, ())


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
    _plan, outcomes, _work = carry_out(cloud, spec())
    assert outcomes["a"].result == FAILED and outcomes["a"].actions == ("stop", "start")


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

    cloud.on_poll = interrupt
    with suppress(Interrupted):
        carry_out(cloud, spec(reinstall=reinstall))
    cloud.on_poll = lambda _cloud: None
    cloud.clock.now += 100
    cloud._apply_and_verify()
    _plan, outcomes, _work = carry_out(cloud, spec(reinstall=reinstall))
    after = cloud.here["id-a"]
    assert outcomes["a"].result in (DONE, UNCHANGED)
    assert (after.status, image_of(after), dict(after.metadata)) == (STATUS[before], "new", {})


def test_nothing_is_done_to_a_server_whose_power_state_cannot_be_kept() -> None:
    cloud = OsCloud([one("a"), one("b", "stopped")], running=False)
    cloud.rules.capabilities |= {"remove_metadata"}

    def full(server: Server, metadata: Any) -> None:
        raise PermissionDenied("quota exceeded for metadata items", status=403, code="forbidden")

    cloud.set_metadata = full  # type: ignore[method-assign]
    _plan, outcomes, _work = carry_out(cloud, spec())
    assert cloud.asked == [] and cloud.orders == []
    assert {each.result for each in outcomes.values()} == {FAILED}
    assert "nothing was done" in str(outcomes["a"].message) and "quota" in str(outcomes["a"].message)
    _plan, outcomes, _work = carry_out(cloud, spec(power_state="started"))
    assert {each.result for each in outcomes.values()} == {DONE}, "what is named need not be kept"
