# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords and metadata at the wire, and the proof of a change on Nova clouds."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    BadRequest,
    CloudError,
    Conflict,
    DeadlineExceeded,
    InvalidResponse,
    ItemNotFound,
    PermissionDenied,
    RateLimited,
    ResponseLost,
    ServerError,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_FAILED, JOB_SUCCEEDED
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.action_requests import set_passwords
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.samples import nova

RESET = "/v1/p1/cloudservers/os-reset-passwords"
SECRET = "Tr0ub4dor+3"
NOVA = {"openstack": ("/v2.1", "2.96"), "easystack": ("/v2.1", "2.67"), "ustack": ("/v2/p1", None)}


def server(server_id: str) -> Server:
    return Server(id=server_id, platform="p", name="n-" + server_id)


def taken(*ids: str) -> dict[str, Any]:
    return {"response": [{"id": each} for each in ids]}


def refused(**codes: str) -> dict[str, Any]:
    rows = [{"id": key, "error_code": code, "error_message": "no " + code} for key, code in codes.items()]
    return {"error": {"code": "Ecs.0611", "message": "batch failed"}, "internalError": rows}


def asked(*ids: str, **more: Any) -> dict[str, Any]:
    return {"new_password": SECRET, "servers": [{"id": each} for each in ids], **more}


def brief(pending_actions: list[PendingAction]) -> list[tuple[str, Any, bool]]:
    return [
        (each.server_id, (each.error and each.error.code) or type(each.error).__name__, each.outcome_unknown)
        for each in pending_actions
    ]


# -- Huawei Cloud -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_batch_of_huaweicloud(wire: Any, reply: Any, connect: Any, dry_run: bool) -> None:
    body = asked("a", "b", dry_run=True) if dry_run else asked("a", "b")
    answer = reply(200, taken("a", "b"), headers={"X-Request-Id": "r1"})
    wire.expect("PUT", RESET, query=[], json=body, absent=("X-Auth-Token",), reply=answer)
    assert set_passwords(connect("huaweicloud"), [server("a"), server("b")], SECRET, dry_run) == [
        PendingAction(each, "change_password", "n-" + each, request_id="r1") for each in "ab"
    ]


def test_a_thousand_servers_are_one_call(wire: Any, connect: Any, serve: Any) -> None:
    serve({"PUT " + RESET: lambda seen: taken(*(row["id"] for row in seen.json["servers"]))})
    servers = [server(str(number)) for number in range(1100)]
    pending_actions = set_passwords(connect("huaweicloud"), servers, SECRET)
    assert [len(seen.json["servers"]) for seen in wire.seen] == [1000, 100]
    assert [each.server_id for each in pending_actions] == [each.id for each in servers]
    assert not any(each.error for each in pending_actions)
    assert set_passwords(connect("huaweicloud"), [], SECRET) == []


def test_those_that_are_named_are_left_out_and_the_others_sent_once_more(wire: Any, reply: Any, connect: Any) -> None:
    wire.expect("PUT", RESET, json=asked(*"abcd"), reply=reply(400, refused(b="Ecs.0613", zz="Ecs.0614")))
    wire.expect("PUT", RESET, json=asked(*"acd"), reply=reply(400, refused(d="Ecs.0605")))
    wire.expect("PUT", RESET, json=asked(*"ac"), reply=reply(200, taken("a", "c")))
    pending_actions = set_passwords(connect("huaweicloud"), [server(each) for each in "abcd"], SECRET)
    assert brief(pending_actions) == [
        ("a", "NoneType", False),
        ("b", "Ecs.0613", False),
        ("c", "NoneType", False),
        ("d", "Ecs.0605", False),
    ]
    assert "plug-in" in pending_actions[1].error.hint and "no Ecs.0613" in pending_actions[1].error.message


def test_all_are_named(wire: Any, reply: Any, connect: Any) -> None:
    wire.expect("PUT", RESET, reply=reply(400, refused(a="Ecs.0613", b="Ecs.0100")))
    pending_actions = set_passwords(connect("huaweicloud"), [server("a"), server("b")], SECRET)
    assert brief(pending_actions) == [("a", "Ecs.0613", False), ("b", "Ecs.0100", False)]


def test_a_batch_that_is_refused_without_an_end_is_given_up(connect: Any, serve: Any, wire: Any, reply: Any) -> None:
    serve({"PUT " + RESET: lambda seen: reply(400, refused(**{seen.json["servers"][0]["id"]: "Ecs.0613"}))})
    pending_actions = set_passwords(connect("huaweicloud"), [server(each) for each in "abcdefgh"], SECRET)
    assert len(wire.seen) == 5 and [each.outcome_unknown for each in pending_actions] == [False] * 5 + [True] * 3


@pytest.mark.parametrize(
    ("status", "code", "kind", "outcome_unknown"),
    [
        (400, "Ecs.0011", BadRequest, False),
        (403, "Pdp.0001", PermissionDenied, False),
        (500, "Common.0001", ServerError, True),
        (504, "x", ServerError, True),
    ],
)
def test_a_refusal_that_names_no_server_applies_to_all(
    connect: Any, serve: Any, reply: Any, status: int, code: str, kind: type, outcome_unknown: bool
) -> None:
    serve({"PUT " + RESET: reply(status, {"error": {"code": code, "message": f"not {SECRET}"}})})
    pending_actions = set_passwords(connect("huaweicloud"), [server("a"), server("b")], SECRET)
    assert brief(pending_actions) == [("a", code, outcome_unknown), ("b", code, outcome_unknown)]
    assert all(isinstance(each.error, kind) and SECRET not in str(each.error) for each in pending_actions)


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ({}, [InvalidResponse, InvalidResponse]),
        ({"response": {}}, [InvalidResponse, InvalidResponse]),
        (taken(), [ResponseLost, ResponseLost]),
        (taken("b", "z"), [ResponseLost, type(None)]),
    ],
)
def test_a_response_that_does_not_name_a_server(wire: Any, reply: Any, connect: Any, body: Any, kinds: Any) -> None:
    wire.expect("PUT", RESET, reply=reply(200, body))
    pending_actions = set_passwords(connect("huaweicloud"), [server("a"), server("b")], SECRET)
    assert [type(each.error) for each in pending_actions] == kinds
    assert [each.outcome_unknown for each in pending_actions] == [kind is not type(None) for kind in kinds]


def test_a_put_whose_response_was_lost_is_sent_again(wire: Any, reply: Any, connect: Any) -> None:
    wire.expect("PUT", RESET, reply=reply(broken="close"))
    wire.expect("PUT", RESET, json=asked("a"), reply=reply(200, taken("a")))
    (pending,) = set_passwords(connect("huaweicloud", api_retries=1), [server("a")], SECRET)
    assert pending.error is None
    wire.expect("PUT", RESET, reply=reply(broken="close"))
    (pending,) = set_passwords(connect("huaweicloud"), [server("a")], SECRET)
    assert pending.outcome_unknown and isinstance(pending.error, ResponseLost)


def test_what_a_deadline_stopped_from_being_sent_was_not_done(wire: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    cloud.session.deadline = cloud.session.clock.time()
    (pending,) = set_passwords(cloud, [server("a")], SECRET)
    assert not pending.outcome_unknown and isinstance(pending.error, DeadlineExceeded) and wire.seen == []


def test_a_rate_limited_batch_is_retried_after_a_pause(wire: Any, reply: Any, connect: Any, clock: Any) -> None:
    slow = reply(429, {"error": {"code": "Common.1503", "message": "too many"}})
    wire.expect("PUT", RESET, reply=slow, times=2)
    wire.expect("PUT", RESET, reply=reply(200, taken("a")))
    (pending,) = set_passwords(connect("huaweicloud"), [server("a")], SECRET)
    assert pending.error is None and clock.elapsed == 30
    wire.expect("PUT", RESET, reply=slow, times=4)
    (pending,) = set_passwords(connect("huaweicloud"), [server("a")], SECRET)
    assert isinstance(pending.error, RateLimited) and pending.outcome_unknown


def test_wrong_keys_are_raised_and_not_tried_with_the_next_batch(wire: Any, reply: Any, connect: Any) -> None:
    wire.expect("PUT", RESET, reply=reply(401, {"error_code": "APIGW.0301", "error_msg": "wrong signature"}))
    with pytest.raises(AuthenticationFailed):
        set_passwords(connect("huaweicloud"), [server(str(number)) for number in range(1001)], SECRET)


def test_metadata_of_huaweicloud(wire: Any, reply: Any, connect: Any) -> None:
    path = "/v1/p1/cloudservers/a/metadata"
    wire.expect("POST", path, json={"metadata": {"k": "v"}}, reply=reply(broken="close"))
    wire.expect("POST", path, json={"metadata": {"k": "v"}}, reply=reply(200, {"metadata": {"k": "v"}}))
    connect("huaweicloud", api_retries=1).servers.set_metadata(server("a"), {"k": "v"})
    wire.expect("POST", path, reply=reply(400, {"error": {"code": "Ecs.0005", "message": "full"}}))
    with pytest.raises(BadRequest, match=r"metadata of the server n-a \(a\): full"):
        connect("huaweicloud").servers.set_metadata(server("a"), {"k": "v"})


# -- Nova -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", list(NOVA))
def test_what_nova_is_asked(wire: Any, reply: Any, connect: Any, platform: str) -> None:
    base, version = NOVA[platform]
    headers = {"X-OpenStack-Nova-API-Version": version} if version else {}
    body = {"changePassword": {"adminPass": SECRET}}
    done = reply(202, headers={"X-Compute-Request-Id": "req-1"})
    wire.expect("POST", base + "/servers/a/action", json=body, headers=headers, reply=done)
    cloud = connect(platform)
    assert set_passwords(cloud, [server("a")], SECRET) == [
        PendingAction("a", "change_password", "n-a", request_id="req-1")
    ]
    wire.expect(
        "POST",
        base + "/servers/a/metadata",
        json={"metadata": {"k": "v"}},
        headers=headers,
        reply=reply(200, {"metadata": {"k": "v", "old": "x"}}),
    )
    cloud.servers.set_metadata(server("a"), {"k": "v"})
    assert set_passwords(cloud, [], SECRET) == []
    with pytest.raises(UnsupportedOperation, match="password_dry_run"):
        set_passwords(cloud, [server("a")], SECRET, dry_run=True)


def test_each_server_has_its_own_response(connect: Any, serve: Any, reply: Any) -> None:
    quoted = {"badRequest": {"code": 400, "message": f"Invalid input for adminPass: {SECRET}"}}
    serve(
        {
            "POST /v2.1/servers/a/action": reply(202, headers={"X-Compute-Request-Id": "req-a"}),
            "POST /v2.1/servers/b/action": reply(409, {"conflictingRequest": {"code": 409, "message": "locked"}}),
            "POST /v2.1/servers/c/action": reply(400, quoted),
            "POST /v2.1/servers/d/action": reply(500, {"computeFault": {"code": 500, "message": "oops"}}),
            "POST /v2.1/servers/e/action": reply(202, broken="close"),
            "POST /v2.1/servers/f/action": reply(501, {"notImplemented": {"code": 501, "message": "Unable to set"}}),
        }
    )
    pending_actions = set_passwords(connect(), [server(each) for each in "abcdefg"], SECRET)
    kinds = [type(None), Conflict, BadRequest, ServerError, ResponseLost, ServerError, ItemNotFound]
    assert [type(each.error) for each in pending_actions] == kinds
    assert [each.outcome_unknown for each in pending_actions] == [False, False, False, True, True, False, False]
    assert not any(SECRET in str(each.error) + repr(each) for each in pending_actions)


def test_a_token_that_is_refused_is_raised(wire: Any, reply: Any, connect: Any) -> None:
    wire.expect("POST", "/v2.1/servers/a/action", reply=reply(401, {"error": {"code": 401, "message": "no"}}))
    with pytest.raises(AuthenticationFailed):
        set_passwords(connect(), [server("a"), server("b")], SECRET)


@pytest.mark.parametrize(("event", "verdict"), [("Success", JOB_SUCCEEDED), ("Error", JOB_FAILED)])
def test_only_the_instance_action_proves_a_change(connect: Any, serve: Any, event: str, verdict: str) -> None:
    action = {
        "action": "changePassword",
        "request_id": "req-1",
        "message": "Error" if event == "Error" else None,
        "events": [{"result": event, "finish_time": "2026-03-01T12:00:01"}],
    }
    serve(
        {
            "GET /v2.1/servers/a": {"server": nova("a")},
            "GET /v2.1/servers/a/os-instance-actions/req-1": {"instanceAction": action},
        }
    )
    pending = PendingAction("a", "change_password", "n-a", request_id="req-1")
    assert connect().servers.status([pending])["a"].verdict == verdict


def test_a_server_in_status_password_is_not_done(connect: Any, serve: Any) -> None:
    data = nova("a", "PASSWORD", "updating_password")
    serve({"GET /v2.1/servers/a": {"server": data}})
    seen = connect().servers.status([PendingAction("a", "change_password", "n-a", request_id="req-1")])["a"]
    assert seen.verdict is None and seen.server and not seen.server.is_stable


@pytest.mark.parametrize("platform", ["ustack"])
def test_without_instance_actions_a_stable_server_is_done(connect: Any, serve: Any, platform: str) -> None:
    serve({"GET /v2/p1/servers/a": {"server": nova("a")}})
    seen = connect(platform).servers.status([PendingAction("a", "change_password", "n-a", request_id="req-1")])["a"]
    assert seen.verdict == JOB_SUCCEEDED


def test_a_pending_password_action_survives_its_handle() -> None:
    pending = PendingAction("a", "change_password", "n-a", request_id="req-1")
    assert PendingAction.from_dict(pending.as_dict()) == pending and pending.goal is None and pending.is_unobservable
    assert issubclass(UnsupportedOperation, CloudError)
