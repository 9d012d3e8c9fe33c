# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batch actions and jobs of Huawei Cloud ECS."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    BadRequest,
    CloudError,
    Conflict,
    InvalidResponse,
    ItemNotFound,
    NotFound,
    PermissionDenied,
    ResponseLost,
    ServerError,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_AWAITING_PAYMENT,
    JOB_FAILED,
    JOB_SUCCEEDED,
    JOB_VANISHED,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import client
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms import samples
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.action_requests import act
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.huaweicloud.ecs_responses import (
    DETAIL,
    error,
    listed,
    server,
)

ACTION = "/v1/p1/cloudservers/action"


def record(server_id: str) -> Server:
    return Server(id=server_id, platform="huaweicloud", name="n-" + server_id)


@pytest.mark.parametrize(
    ("action", "force", "key", "kind"),
    [
        ("start", False, "os-start", {}),
        ("start", True, "os-start", {}),
        ("stop", False, "os-stop", {"type": "SOFT"}),
        ("stop", True, "os-stop", {"type": "HARD"}),
        ("reboot", False, "reboot", {"type": "SOFT"}),
        ("reboot", True, "reboot", {"type": "HARD"}),
    ],
)
def test_what_each_action_sends(
    wire: Any, reply: Any, connect: Any, action: str, force: bool, key: str, kind: dict[str, str]
) -> None:
    cloud = connect("huaweicloud")
    body = {key: {**kind, "servers": [{"id": "a"}, {"id": "b"}]}}
    absent = ("X-Auth-Token",)
    wire.expect("POST", ACTION, query=[], json=body, absent=absent, reply=reply(200, {"job_id": "j1"}))
    assert act(cloud, action, [record("a"), record("b")], force) == [
        PendingAction("a", action, "n-a", job_id="j1"),
        PendingAction("b", action, "n-b", job_id="j1"),
    ]


def test_an_action_that_it_has_not(wire: Any, connect: Any) -> None:
    with pytest.raises(UnsupportedOperation, match="huaweicloud has no operation suspend. Use state: stopped instead"):
        act(connect("huaweicloud"), "suspend", [record("a")])
    assert act(connect("huaweicloud"), "stop", []) == [] and wire.seen == []


def test_a_thousand_servers_are_one_call(wire: Any, connect: Any, serve: Any) -> None:
    cloud = connect("huaweicloud")
    serve({"POST " + ACTION: lambda seen: {"job_id": "j%d" % len(wire.seen)}})
    servers = [record(str(number)) for number in range(2001)]
    pending_actions = act(cloud, "start", servers)
    assert [len(seen.json["os-start"]["servers"]) for seen in wire.seen] == [1000, 1000, 1]
    assert [each.server_id for each in pending_actions] == [each.id for each in servers]
    assert [pending_actions[number].job_id for number in (0, 999, 1000, 1999, 2000)] == ["j1", "j1", "j2", "j2", "j3"]


@pytest.mark.parametrize("body", [{}, {"job_id": ""}, {"job_id": None}, {"order_id": "o"}, []])
def test_a_batch_without_a_job_has_an_unknown_outcome(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    wire.expect("POST", ACTION, reply=reply(200, body))
    (pending,) = act(connect("huaweicloud"), "stop", [record("a")])
    assert pending.outcome_unknown and isinstance(pending.error, ResponseLost) and pending.job_id is None


@pytest.mark.parametrize(
    ("text", "broken", "kind"), [("", "close", ResponseLost), ('{"job_id": "j', "", InvalidResponse)]
)
def test_a_batch_whose_response_was_lost_has_an_unknown_outcome_and_is_not_sent_again(
    wire: Any, reply: Any, connect: Any, text: str, broken: str, kind: type
) -> None:
    wire.expect("POST", ACTION, reply=reply(200, text=text, broken=broken))
    pending_actions = act(connect("huaweicloud", api_retries=3), "stop", [record("a"), record("b")])
    assert [(each.server_id, each.outcome_unknown, type(each.error)) for each in pending_actions] == [
        ("a", True, kind),
        ("b", True, kind),
    ]


@pytest.mark.parametrize(
    ("status", "code", "kind", "requests", "outcome_unknown"),
    [
        (400, "Ecs.0100", BadRequest, 3, False),
        (404, "Ecs.0114", ItemNotFound, 3, False),
        (404, "APIGW.0101", NotFound, 3, False),
        (404, "x", NotFound, 1, True),
        (409, "Ecs.0100", Conflict, 3, False),
        (501, "Ecs.0603", ServerError, 3, False),
        (403, "Ecs.0605", PermissionDenied, 3, False),
        (403, "Pdp.0001", PermissionDenied, 1, False),
        (500, "Common.0001", ServerError, 1, True),
        (504, "x", ServerError, 1, True),
    ],
)
def test_a_refused_batch_is_halved_where_single_servers_may_be_at_fault(
    wire: Any,
    connect: Any,
    serve: Any,
    reply: Any,
    status: int,
    code: str,
    kind: type,
    requests: int,
    outcome_unknown: bool,
) -> None:
    serve({"POST " + ACTION: reply(status, error(code))})
    pending_actions = act(connect("huaweicloud"), "stop", [record("a"), record("b")])
    assert [(type(each.error), each.error.code, each.outcome_unknown) for each in pending_actions] == [
        (kind, code, outcome_unknown)
    ] * 2
    assert len(wire.seen) == requests


@pytest.mark.parametrize(
    "answer",
    [
        (202, "Common.0024", {}),
        (429, "Common.1503", {}),
        (429, "APIGW.0308", {}),
        (503, "X.1", {"Retry-After": "1"}),
    ],
)
def test_a_postponed_batch_is_not_sent_again_before_the_state_was_read(
    wire: Any, reply: Any, connect: Any, clock: Any, answer: Any
) -> None:
    status, code, headers = answer
    wire.expect("POST", ACTION, reply=reply(status, error(code, "too many"), headers=headers))
    pending_actions = act(connect("huaweicloud", api_retries=3), "stop", [record("a"), record("b")])
    assert all(each.outcome_unknown for each in pending_actions) and clock.sleeps == []


def test_a_key_that_is_refused_ends_it_all_and_is_not_used_again(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    wire.expect("POST", ACTION, reply=reply(401, {"error_code": "APIGW.0301", "error_msg": "verify aksk fail"}))
    with pytest.raises(AuthenticationFailed, match="five wrong signatures"):
        act(cloud, "stop", [record(str(number)) for number in range(1001)])


def test_what_was_accepted_is_not_forgotten_when_the_key_is_refused_later(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    wire.expect("POST", ACTION, reply=reply(200, {"job_id": "j1"}))
    wire.expect("POST", ACTION, reply=reply(401, {"error_code": "APIGW.0301", "error_msg": "signature expired"}))
    pending_actions = act(cloud, "stop", [record(str(number)) for number in range(2001)])
    assert [each.job_id for each in pending_actions[:1000]] == ["j1"] * 1000
    assert all(
        isinstance(each.error, AuthenticationFailed) and not each.outcome_unknown for each in pending_actions[1000:]
    )


# -- halving ----------------------------------------------------------------------------------------------------------


class Stub:
    """A session that refuses a batch with one of the bad servers in it."""

    def __init__(self, bad: set[str]) -> None:
        self.bad = bad
        self.calls: list[list[str]] = []
        self.auth = SimpleNamespace(endpoint=lambda service: "http://cloud", project_id="p1")

    def post(self, url: str, *, json: dict[str, Any], what: str) -> Any:
        ids = [each["id"] for each in json["os-stop"]["servers"]]
        self.calls.append(ids)
        if self.bad & set(ids):
            raise BadRequest("refused", code="Ecs.0100")
        return SimpleNamespace(body={"job_id": "j-" + ids[0]}, request_id="r-" + ids[0])


def stop(stub: Stub, ids: Sequence[str]) -> list[PendingAction]:
    cloud = client.HuaweiCloud(stub, SimpleNamespace(region=None))  # type: ignore[arg-type]
    return act(cloud, "stop", [record(each) for each in ids])


@given(st.integers(1, 200), st.sets(st.integers(0, 199), max_size=5))
def test_halving_finds_exactly_the_servers_at_fault(number: int, chosen: set[int]) -> None:
    ids = [str(each) for each in range(number)]
    bad = {str(each) for each in chosen} & set(ids)
    stub = Stub(bad)
    pending_actions = stop(stub, ids)
    assert [each.server_id for each in pending_actions] == ids
    assert {each.server_id for each in pending_actions if each.error} == bad
    accepted = [each for call in stub.calls if not bad & set(call) for each in call]
    assert sorted(accepted, key=int) == [each for each in ids if each not in bad], "each good one exactly once"
    for pending in pending_actions:
        assert (pending.job_id is None) == (pending.request_id is None) == (pending.server_id in bad)


@given(st.sets(st.integers(0, 999), min_size=6))
def test_halving_costs_no_more_than_its_budget_and_omits_no_server(chosen: set[int]) -> None:
    ids = [str(each) for each in range(1000)]
    stub = Stub({str(each) for each in chosen})
    pending_actions = stop(stub, ids)
    assert [each.server_id for each in pending_actions] == ids
    assert len(stub.calls) <= 81
    assert all(each.error or each.job_id for each in pending_actions)
    assert {str(each) for each in chosen} <= {each.server_id for each in pending_actions if each.error}


# -- jobs -------------------------------------------------------------------------------------------------------------


def test_a_job_is_read(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    wire.expect("GET", "/v1/p1/jobs/j1", query=[], reply=reply(200, samples.huawei_job("SUCCESS", ("a", "SUCCESS"))))
    job = cloud.jobs.get("j1")
    assert (job.id, job.status, [part.server_id for part in job.parts]) == ("j1", JOB_SUCCEEDED, ["a"])


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(404, error("Ecs.0614"), None), (400, error("Common.0011", "invalid job id"), "Common.0011")],
)
def test_a_job_that_has_vanished(wire: Any, reply: Any, connect: Any, status: int, body: Any, code: Any) -> None:
    wire.expect("GET", "/v1/p1/jobs/j1", reply=reply(status, body))
    job = connect("huaweicloud").jobs.get("j1")
    assert (job.id, job.status, job.code) == ("j1", JOB_VANISHED, code) and job.message


@pytest.mark.parametrize(("status", "code", "kind"), [(400, "Common.0002", BadRequest), (500, "x", ServerError)])
def test_another_error_is_not_taken_for_a_vanished_job(
    wire: Any, reply: Any, connect: Any, status: int, code: str, kind: type[CloudError]
) -> None:
    wire.expect("GET", "/v1/p1/jobs/j1", reply=reply(status, error(code)))
    with pytest.raises(kind, match="Could not read the job j1"):
        connect("huaweicloud").jobs.get("j1")


@pytest.mark.parametrize("body", [{}, [], {"status": None}, {"code": "x", "message": "y"}, {"status": {}}])
def test_a_response_without_a_status_is_no_job(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    wire.expect("GET", "/v1/p1/jobs/j1", reply=reply(200, body))
    with pytest.raises(InvalidResponse, match="Could not read the job j1: the response has no status"):
        connect("huaweicloud").jobs.get("j1")


def pending_actions_of(*ids: str, job_id: str | None = "j1", action: str = "stop") -> list[PendingAction]:
    return [PendingAction(each, action, "n-" + each, job_id=job_id) for each in ids]


def observed(cloud: Any, pending_actions: list[PendingAction]) -> dict[str, tuple[Any, ...]]:
    return {
        key: (seen.server.power_state if seen.server else None, seen.verdict, seen.code, seen.message)
        for key, seen in cloud.servers.status(pending_actions, "2026-03-01T11:59:55Z").items()
    }


@pytest.mark.parametrize("status", ["INIT", "RUNNING", "SOMETHING_NEW"])
def test_while_a_job_runs_its_servers_are_not_polled(wire: Any, connect: Any, serve: Any, status: str) -> None:
    cloud = connect("huaweicloud")
    serve({"GET /v1/p1/jobs/j1": samples.huawei_job(status, ("a", "SUCCESS"))})
    assert observed(cloud, pending_actions_of("a", "b")) == {}
    assert [seen.path for seen in wire.seen] == ["/v1/p1/jobs/j1"]


def test_a_finished_job_and_the_servers_own_state(wire: Any, connect: Any, serve: Any) -> None:
    cloud = connect("huaweicloud")
    job = samples.huawei_job("SUCCESS", ("a", "SUCCESS"), ("b", "SUCCESS"), ("c", "SUCCESS"))
    moving = server("b", **{"OS-EXT-STS:task_state": "powering-off"})
    serve({"GET /v1/p1/jobs/j1": job, **listed(server("a", status="SHUTOFF"), moving)})
    assert observed(cloud, pending_actions_of("a", "b", "c")) == {
        "a": ("stopped", JOB_SUCCEEDED, None, None),
        "b": ("transitional", JOB_SUCCEEDED, None, None),
        "c": (None, JOB_SUCCEEDED, None, None),
    }
    asked = [("limit", "1000"), ("offset", "1"), ("server_id", "a"), ("server_id", "b"), ("server_id", "c")]
    assert [seen.query for seen in wire.seen] == [[], asked]


def test_a_failed_job_may_have_done_its_work_on_some(connect: Any, serve: Any) -> None:
    cloud = connect("huaweicloud")
    job = samples.huawei_job(
        "FAIL", ("a", "SUCCESS"), ("b", "FAIL"), ("c", "FAIL"), ("d", "RUNNING"), fail_reason="some", error_code="Ecs.0"
    )
    subs = job["entities"]["sub_jobs"]
    subs[0].update(error_code=None)
    subs[1].update(error_code="Ecs.0605", fail_reason="locked")
    serve({"GET /v1/p1/jobs/j1": job, **listed(*(server(each) for each in "abcde"))})
    assert observed(cloud, pending_actions_of(*"abcde")) == {
        "a": ("running", JOB_SUCCEEDED, None, None),
        "b": ("running", JOB_FAILED, "Ecs.0605", "locked"),
        "c": ("running", JOB_FAILED, "Ecs.0", "some"),
        "d": ("running", JOB_FAILED, "Ecs.0", "some"),
        "e": ("running", JOB_FAILED, "Ecs.0", "some"),
    }


def test_a_part_may_fail_in_a_job_that_succeeds(connect: Any, serve: Any) -> None:
    cloud = connect("huaweicloud")
    serve({"GET /v1/p1/jobs/j1": samples.huawei_job("SUCCESS", ("a", "FAIL")), **listed(server("a"))})
    assert observed(cloud, pending_actions_of("a")) == {"a": ("running", JOB_FAILED, None, None)}


def test_a_job_that_waits_for_payment_is_no_success(connect: Any, serve: Any) -> None:
    cloud = connect("huaweicloud")
    serve({"GET /v1/p1/jobs/j1": samples.huawei_job("PENDING_PAYMENT"), **listed(server("a"))})
    words = "the job waits for the payment of its order"
    assert observed(cloud, pending_actions_of("a")) == {
        "a": ("running", JOB_AWAITING_PAYMENT, "PENDING_PAYMENT", words)
    }
    assert cloud.jobs.get("j1").status == JOB_AWAITING_PAYMENT


@pytest.mark.parametrize(("status", "body"), [(404, error("Ecs.0614")), (400, error("Common.0011"))])
def test_of_a_vanished_job_the_state_decides(connect: Any, serve: Any, reply: Any, status: int, body: Any) -> None:
    cloud = connect("huaweicloud")
    serve({"GET /v1/p1/jobs/j1": reply(status, body), **listed(server("a", status="SHUTOFF"))})
    state, verdict, code, message = observed(cloud, pending_actions_of("a"))["a"]
    assert (state, verdict, code) == ("stopped", None, None) and message


def test_a_pending_action_without_a_job_and_several_jobs(wire: Any, connect: Any, serve: Any) -> None:
    cloud = connect("huaweicloud")
    serve(
        {
            "GET /v1/p1/jobs/j1": samples.huawei_job("SUCCESS", ("a", "SUCCESS")),
            "GET /v1/p1/jobs/j2": samples.huawei_job("RUNNING"),
            **listed(server("a", status="SHUTOFF"), server("c")),
        }
    )
    pending_actions = (
        pending_actions_of("a") + pending_actions_of("b", job_id="j2") + pending_actions_of("c", job_id=None)
    )
    assert observed(cloud, pending_actions) == {
        "a": ("stopped", JOB_SUCCEEDED, None, None),
        "c": ("running", None, None, None),
    }
    assert sorted(seen.path for seen in wire.seen) == [DETAIL, "/v1/p1/jobs/j1", "/v1/p1/jobs/j2"]


def test_no_action_is_recovered(wire: Any, connect: Any) -> None:
    assert (
        connect("huaweicloud").servers.recover_action(pending_actions_of("a", job_id=None)[0], "2026-03-01T11:59:55Z")
        is None
    )
    assert wire.seen == []
