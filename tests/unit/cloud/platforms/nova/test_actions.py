# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Actions on servers of Nova clouds, and their outcome."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import GOALS, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    Conflict,
    InvalidResponse,
    ItemNotFound,
    PermissionDenied,
    ResponseLost,
    ServerError,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.action_requests import act
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.samples import nova

SOFT = {
    "start": {"os-start": None},
    "stop": {"os-stop": None},
    "pause": {"pause": None},
    "unpause": {"unpause": None},
    "suspend": {"suspend": None},
    "resume": {"resume": None},
    "reboot": {"reboot": {"type": "SOFT"}},
}
HARD = {**SOFT, "reboot": {"reboot": {"type": "HARD"}}}
ON_EASYSTACK = {"start": {"os-start": True}, "stop": {"os-stop": True}}
ON_USTACK = {action: SOFT[action] for action in ("start", "reboot")}
BODIES = {
    ("openstack", False): SOFT,
    ("openstack", True): HARD,
    ("easystack", False): {**SOFT, **ON_EASYSTACK},
    ("easystack", True): {**HARD, **ON_EASYSTACK},
    ("ustack", False): {**ON_USTACK, "stop": {"os-shutdown": None}},
    ("ustack", True): {"start": SOFT["start"], "reboot": HARD["reboot"], "stop": {"os-stop": None}},
}
CASES = [(*key, action, body) for key, bodies in BODIES.items() for action, body in bodies.items()]
VERSIONS = {"openstack": "2.96", "easystack": "2.67"}
BASE = {"ustack": "/v2/p1"}
SINCE = "2026-03-01T11:59:55Z"


def server(server_id: str) -> Server:
    return Server(id=server_id, platform="p", name="n-" + server_id)


def pending(server_id: str, action: str = "stop", **more: Any) -> PendingAction:
    return PendingAction(server_id, action, "n-" + server_id, **more)


@pytest.mark.parametrize(("platform", "force", "action", "body"), CASES)
def test_what_each_action_sends(
    wire: Any, reply: Any, connect: Any, platform: str, force: bool, action: str, body: dict[str, Any]
) -> None:
    cloud = connect(platform)
    version = VERSIONS.get(platform)
    headers = {"Content-Type": "application/json"}
    if version:
        headers.update({"X-OpenStack-Nova-API-Version": version, "OpenStack-API-Version": "compute " + version})
    wire.expect(
        "POST",
        BASE.get(platform, "/v2.1") + "/servers/a/action",
        query=[],
        json=body,
        headers=headers,
        absent=() if version else ("OpenStack-API-Version", "X-OpenStack-Nova-API-Version"),
        reply=reply(202, headers={"X-Compute-Request-Id": "req-1"}),
    )
    assert act(cloud, action, [server("a")], force) == [PendingAction("a", action, "n-a", request_id="req-1")]


@pytest.mark.parametrize("platform", ["openstack", "easystack", "ustack"])
def test_every_action_that_a_platform_supports_has_a_body(platform: str, connect: Any) -> None:
    assert {action for action in GOALS if connect(platform).supports(action)} == set(BODIES[platform, False])


def test_an_action_that_the_platform_has_not(wire: Any, connect: Any) -> None:
    with pytest.raises(UnsupportedOperation, match="ustack has no operation pause. Use state: stopped instead"):
        act(connect("ustack"), "pause", [server("a")])
    assert wire.seen == []


def test_no_servers_to_act_upon(wire: Any, connect: Any) -> None:
    assert act(connect(), "stop", []) == []
    assert wire.seen == []


def test_the_pending_actions_are_in_the_order_of_the_servers_and_hold_the_outcome_of_each(
    wire: Any, reply: Any, connect: Any, serve: Any
) -> None:
    cloud = connect()
    conflict = {"conflictingRequest": {"code": 409, "message": "Cannot 'stop' while it is in vm_state stopped"}}
    serve(
        {
            "POST /v2.1/servers/a/action": reply(202, headers={"X-Openstack-Request-Id": "req-a"}),
            "POST /v2.1/servers/b/action": reply(409, conflict, headers={"X-Compute-Request-Id": "req-b"}),
            "POST /v2.1/servers/c/action": reply(403, {"forbidden": {"code": 403, "message": "no"}}),
            "POST /v2.1/servers/d/action": reply(500, {"computeFault": {"code": 500, "message": "oops"}}),
            "POST /v2.1/servers/e/action": reply(202, broken="close"),
            "POST /v2.1/servers/g/action": reply(202, text="<html>"),
            "POST /v2.1/servers/h/action": reply(401, text=""),
        }
    )
    pending_actions = act(cloud, "stop", [server(each) for each in "abcdefgh"])
    assert [each.server_id for each in pending_actions] == list("abcdefgh")
    kinds = [type(each.error) for each in pending_actions]
    nothing = type(None)
    assert kinds == [
        nothing, Conflict, PermissionDenied, ServerError, ResponseLost, ItemNotFound, InvalidResponse,
        AuthenticationFailed,
    ]  # fmt: skip
    assert [each.server_id for each in pending_actions if each.outcome_unknown] == ["d", "e", "g"], (
        "these may have been done"
    )
    assert (pending_actions[0].request_id, pending_actions[1].error.request_id) == ("req-a", "req-b")
    assert "Could not stop the server: Cannot 'stop'" in str(pending_actions[1].error)
    assert len(wire.seen) == 8, "nothing is sent twice"


@pytest.mark.parametrize("platform", ["openstack", "easystack", "ustack"])
@pytest.mark.parametrize(
    "answer",
    [
        {"status": 202, "text": "<html>"},
        {"status": 200, "text": ""},
        {"status": 200, "json": {}},
        {"status": 202, "json": {}},
        {"status": 204},
    ],
)
def test_a_success_in_another_form_than_the_documented_one_proves_nothing(
    wire: Any, reply: Any, connect: Any, platform: str, answer: dict[str, Any]
) -> None:
    headers = {"X-Compute-Request-Id": "req-1"}
    wire.expect("POST", BASE.get(platform, "/v2.1") + "/servers/a/action", reply=reply(**answer, headers=headers))
    (found,) = act(connect(platform), "stop", [server("a")])
    assert found.outcome_unknown and isinstance(found.error, InvalidResponse) and found.error.request_id == "req-1"


@pytest.mark.parametrize("platform", ["openstack", "easystack", "ustack"])
def test_a_reboot_is_not_believed_without_a_request_id(wire: Any, reply: Any, connect: Any, platform: str) -> None:
    wire.expect("POST", BASE.get(platform, "/v2.1") + "/servers/a/action", reply=reply(202), times=2)
    cloud = connect(platform)
    (found,) = act(cloud, "reboot", [server("a")])
    assert found.outcome_unknown and "the response has no request id" in str(found.error)
    (found,) = act(cloud, "stop", [server("a")])
    assert found.error is None, "its state proves it"


RECORDS = "GET /v2.1/servers/a/os-instance-actions"


@pytest.mark.parametrize(
    ("listed", "is_stable", "expected"),
    [
        ([], True, True),
        ([], False, False),
        ([{"action": "reboot", "request_id": "r", "start_time": "2026-03-01T12:00:00.000000"}], True, False),
        ([{"action": "reboot", "request_id": "r", "start_time": "2026-03-01T11:59:00.000000"}], True, True),
        ([{"action": "stop", "request_id": "r", "start_time": "2026-03-01T12:00:00.000000"}], True, True),
    ],
)
def test_what_nova_has_no_record_of_was_not_done(
    connect: Any, serve: Any, listed: list[Any], is_stable: bool, expected: bool
) -> None:
    serve({RECORDS: {"instanceActions": listed}})
    now = Server(id="a", platform="p", status="ACTIVE", task_state=None if is_stable else "rebooting")
    assert connect().servers.was_not_done(pending("a", "reboot"), now, now, SINCE) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("2026-03-01T11:00:00Z", "2026-03-01T11:00:00Z", True),
        ("2026-03-01T11:00:00Z", "2026-03-01T12:00:00Z", False),
        (None, None, False),
        ("long ago", "long ago", False),
    ],
)
@pytest.mark.parametrize("platform", ["ustack", "huaweicloud"])
def test_what_has_not_written_the_servers_record_was_not_done(
    connect: Any, platform: str, before: Any, after: Any, expected: bool
) -> None:
    sides = [Server(id="a", platform="p", status="ACTIVE", updated=each) for each in (before, after)]
    assert connect(platform).servers.was_not_done(pending("a", "reboot"), *sides, SINCE) is expected


@pytest.mark.parametrize("later, expected", [("11:59:58", True), ("12:00:02", False), (None, False)])
def test_a_young_record_is_read_again(connect: Any, serve: Any, clock: Any, later: str | None, expected: bool) -> None:
    if later:
        serve({"GET /v2/p1/servers/a": {"server": nova("a", "ACTIVE", updated=f"2026-03-01T{later}Z")}})
    else:
        serve({})
    before = Server(id="a", platform="p", status="ACTIVE", updated="2026-03-01T11:59:58Z")
    assert connect("ustack").servers.was_not_done(pending("a", "reboot"), before, before, None) is expected
    assert 3 < clock.elapsed < 7


def test_credentials_that_are_refused_at_the_first_server_end_it_all(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    wire.expect("POST", "/v2.1/servers/a/action", reply=reply(401, {"error": {"code": 401, "message": "no token"}}))
    with pytest.raises(AuthenticationFailed, match="Could not stop the server: "):
        act(cloud, "stop", [server("a"), server("b")])


# -- observing --------------------------------------------------------------------------------------------------------


def poll_one(cloud: Any, one: PendingAction, since: str | None = None) -> Any:
    found = cloud.servers.status([one], since)
    assert list(found) == [one.server_id]
    return found[one.server_id]


@pytest.mark.parametrize("platform", ["openstack", "ustack"])
@pytest.mark.parametrize(
    ("status", "task", "verdict"),
    [
        ("SHUTOFF", None, JOB_SUCCEEDED),
        ("ACTIVE", "powering-off", None),
        ("SHUTOFF", "powering-off", None),
        ("DELETED", None, None),
        ("SOFT_DELETED", None, None),
    ],
)
def test_the_state_alone_decides(
    connect: Any, serve: Any, wire: Any, platform: str, status: str, task: str | None, verdict: str | None
) -> None:
    cloud = connect(platform)
    serve({"GET %s/servers/a" % BASE.get(platform, "/v2.1"): {"server": nova("a", status, task)}})
    seen = poll_one(cloud, pending("a", request_id="req-1"))
    assert (seen.verdict, seen.server.status, seen.server.task_state) == (verdict, status, task)
    assert len(wire.seen) == 1


def test_a_server_that_is_deleted(connect: Any, serve: Any) -> None:
    serve({})
    assert poll_one(connect(), pending("a")).server is None


ACTION = "GET /v2.1/servers/a/os-instance-actions/req-1"


@pytest.mark.parametrize(
    ("said", "verdict", "message"),
    [
        ({"events": [{"result": "Success", "finish_time": "t"}]}, JOB_SUCCEEDED, None),
        ({"events": [{"result": None, "finish_time": None}]}, JOB_PENDING, None),
        ({"events": [{"result": "Error", "finish_time": "t", "details": "no such host"}]}, JOB_FAILED, "no such host"),
        ({"message": "Error"}, JOB_FAILED, "the cloud reports an error"),
        ({"message": None}, JOB_SUCCEEDED, None),
    ],
)
@pytest.mark.parametrize("action", ["reboot", "stop"])
def test_the_instance_action_proves_what_the_state_does_not(
    connect: Any, serve: Any, wire: Any, action: str, said: dict[str, Any], verdict: str, message: str | None
) -> None:
    cloud = connect()
    body = {"instanceAction": {"action": action, "request_id": "req-1", **said}}
    serve({"GET /v2.1/servers/a": {"server": nova("a")}, ACTION: body})
    seen = poll_one(cloud, pending("a", action, request_id="req-1"))
    assert (seen.verdict, seen.message, seen.server.status) == (verdict, message, "ACTIVE")
    assert wire.seen[-1].headers["x-openstack-nova-api-version"] == "2.96"


@pytest.mark.parametrize(
    ("action", "status", "task", "verdict"),
    [
        ("create", "ERROR", None, None),
        ("create", "ERROR", "spawning", JOB_PENDING),
        ("create", "ACTIVE", None, JOB_PENDING),
        ("evacuate", "ERROR", None, JOB_PENDING),
    ],
)
def test_a_creation_that_nova_gave_up_is_not_waited_for(
    connect: Any, serve: Any, action: str, status: str, task: str | None, verdict: str | None
) -> None:
    """After the last attempt to build a server, some events of its record stay without an end."""
    events = [{"result": "Success", "finish_time": "t"}, {"result": None, "finish_time": None}]
    cloud = connect()
    serve(
        {
            "GET /v2.1/servers/a": {"server": nova("a", status, task)},
            ACTION: {"instanceAction": {"action": action, "request_id": "req-1", "events": events}},
        }
    )
    seen = poll_one(cloud, pending("a", action, request_id="req-1"))
    assert (seen.verdict, seen.server.status) == (verdict, status)


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize(("outcome_unknown", "verdict"), [(False, JOB_SUCCEEDED), (True, None)])
def test_where_no_record_of_the_action_is_shown_the_state_must_do(
    connect: Any, serve: Any, reply: Any, status: int, outcome_unknown: bool, verdict: str | None
) -> None:
    cloud = connect()
    serve({"GET /v2.1/servers/a": {"server": nova("a")}, ACTION: reply(status, text="no")})
    assert (
        poll_one(cloud, pending("a", "reboot", request_id="req-1", outcome_unknown=outcome_unknown)).verdict == verdict
    )


@pytest.mark.parametrize(("platform", "request_id"), [("openstack", None), ("ustack", "req-1")])
def test_without_a_record_nothing_is_asked(
    connect: Any, serve: Any, wire: Any, platform: str, request_id: str | None
) -> None:
    cloud = connect(platform)
    serve({"GET %s/servers/a" % BASE.get(platform, "/v2.1"): {"server": nova("a")}})
    assert poll_one(cloud, pending("a", "reboot", request_id=request_id)).verdict == JOB_SUCCEEDED
    assert len(wire.seen) == 1


@pytest.mark.parametrize("body", [{}, {"instanceAction": None}, {"instanceAction": []}])
def test_a_response_without_the_instance_action(connect: Any, serve: Any, body: Any) -> None:
    cloud = connect()
    serve({"GET /v2.1/servers/a": {"server": nova("a")}, ACTION: body})
    said = r"Could not read the result of the reboot of n-a \(a\): the response has no instanceAction"
    with pytest.raises(InvalidResponse, match=said):
        cloud.servers.status([pending("a", "reboot", request_id="req-1")])


def test_a_poll_of_many_is_one_listing(connect: Any, serve: Any, wire: Any) -> None:
    cloud = connect()
    listed = [nova(each, "SHUTOFF") for each in "abcd"] + [nova("e", "ACTIVE", "powering-off")]
    serve({"GET /v2.1/servers/detail": {"servers": listed}})
    found = cloud.servers.status([pending(each) for each in "abcde"], SINCE)
    assert {key: seen.verdict for key, seen in found.items()} == {**dict.fromkeys("abcd", JOB_SUCCEEDED), "e": None}
    assert [seen.query for seen in wire.seen] == [[("changes-since", SINCE), ("limit", "1000")]]


def test_a_poll_finds_servers_of_other_projects_and_deleted_ones(connect: Any, serve: Any) -> None:
    cloud = connect()
    listed = [nova(each, "SHUTOFF") for each in "abcd"]
    serve({"GET /v2.1/servers/detail": {"servers": listed}, "GET /v2.1/servers/e": {"server": nova("e", "SHUTOFF")}})
    found = cloud.servers.status([pending(each) for each in "abcdef"], SINCE)
    assert found["e"].verdict == JOB_SUCCEEDED and found["f"].server is None and len(found) == 6


def test_a_poll_reports_only_the_servers_that_it_read(connect: Any, serve: Any) -> None:
    cloud = connect()
    ids = ["s%02d" % number for number in range(25)]
    serve({"GET /v2.1/servers/detail": {"servers": []}})
    assert sorted(cloud.servers.status([pending(each) for each in ids], SINCE)) == ids[:20]
    assert sorted(cloud.servers.status([pending(each) for each in ids])) == ids, "the last look leaves nobody out"


# -- lost responses ---------------------------------------------------------------------------------------------------

LIST = "GET /v2.1/servers/a/os-instance-actions"


def recorded(action: str, request_id: str | None, start: str | None) -> dict[str, Any]:
    return {"action": action, "request_id": request_id, "start_time": start, "message": None}


@pytest.mark.parametrize(
    ("listed", "request_id"),
    [
        ([recorded("stop", "req-1", "2026-03-01T11:59:56.000000")], "req-1"),
        ([recorded("stop", "req-1", "2026-03-01T11:59:55.000000")], "req-1"),
        ([recorded("stop", "req-1", "2026-03-01T11:59:54.999999")], None),
        ([recorded("start", "req-1", "2026-03-01T12:00:00.000000")], None),
        ([recorded("stop", "r1", "2026-03-01T12:00:00.0"), recorded("stop", "r2", "2026-03-01T12:00:01.0")], "r2"),
        ([recorded("stop", None, "2026-03-01T12:00:00.000000"), recorded("stop", "r", None), "x", None], None),
        ([], None),
    ],
)
def test_the_action_of_a_lost_response_is_found_in_the_clouds_record(
    connect: Any, serve: Any, listed: list[Any], request_id: str | None
) -> None:
    cloud = connect()
    serve({LIST: {"instanceActions": listed}})
    lost = pending("a", error=ResponseLost("lost"), outcome_unknown=True)
    expected = PendingAction("a", "stop", "n-a", request_id=request_id) if request_id else None
    assert cloud.servers.recover_action(lost, SINCE) == expected


@pytest.mark.parametrize("status", [403, 404])
def test_no_action_is_recovered_where_no_record_is_shown(connect: Any, serve: Any, reply: Any, status: int) -> None:
    cloud = connect()
    serve({LIST: reply(status, text="no")})
    assert cloud.servers.recover_action(pending("a", outcome_unknown=True), SINCE) is None


@pytest.mark.parametrize(("platform", "since"), [("openstack", None), ("ustack", SINCE)])
def test_no_server_is_taken_over_unread(connect: Any, wire: Any, platform: str, since: str | None) -> None:
    assert connect(platform).servers.recover_action(pending("a", outcome_unknown=True), since) is None
    assert wire.seen == []


@pytest.mark.parametrize("body", [{}, {"instanceActions": None}, {"instanceActions": {}}])
def test_a_response_without_instance_actions(connect: Any, serve: Any, body: Any) -> None:
    cloud = connect()
    serve({LIST: body})
    with pytest.raises(InvalidResponse, match="Could not list the actions of n-a .*no instanceActions"):
        cloud.servers.recover_action(pending("a", outcome_unknown=True), SINCE)
