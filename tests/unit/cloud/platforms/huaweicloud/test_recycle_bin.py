# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recycle bin of ECS on the wire: its list, its settings, what is restored and purged, and how that is polled."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    GONE,
    PRESENT,
    PURGED,
    Action,
    ExpectedState,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    InvalidResponse,
    NotFound,
    PermissionDenied,
    ServerError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.recycle_bin import RecycleBin
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery

ID = "5c2c75ad-2e15-43eb-8921-1bdcda5f21ae"
SETTINGS, BIN = "/v1/p1/recycle-bin", "/v1/p1/recycle-bin/cloudservers"
SHOWN = "/v1/p1/cloudservers/" + ID
ON = {"project_id": "p1", "switch": "on", "policy": {"recycle_threshold_day": 7, "retention_hour": 72}}
NO_API = {"error_code": "APIGW.0101", "error_msg": "The API does not exist or has not been published."}
E1, E2 = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "1f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
MISSING = {"error": {"code": "Ecs.0114", "message": "Instance could not be found."}}


def binned(**more: Any) -> dict[str, Any]:
    record = {"id": ID, "name": "old", "status": "SHUTOFF", "OS-SRV-USG:terminated_at": "2026-11-28T10:00:00.000000"}
    return {**record, **more}


def expect_bin(wire: Any, reply: Any, *query: tuple[str, str], servers: Any) -> None:
    wire.expect("GET", BIN, query=sorted([*query, ("limit", "200")]), headers={"X-Project-Id": "p1"},
                reply=reply(200, {"servers": servers}))  # fmt: skip


# -- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["SHUTOFF", "SOFT_DELETED", "DELETED", "ACTIVE"])
def test_its_servers_are_deleted_whatever_their_status(wire: Any, reply: Any, connect: Any, status: str) -> None:
    """The documents do not say which status they have."""
    expect_bin(wire, reply, servers=[binned(status=status)])
    wire.expect("GET", SETTINGS, query=[], reply=reply(200, ON))
    (server,) = connect("huaweicloud").servers.list(ServerQuery(deleted=True))
    assert (server.id, server.status, server.is_deleted, server.is_purged) == (ID, status, True, False)
    assert server.deleted_at == "2026-11-28T10:00:00.000000"
    assert server.estimated_deleted_at == "2026-12-01T10:00:00.000000"
    assert "in_recycle_bin" not in server.as_dict()


def test_what_it_can_filter(wire: Any, reply: Any, connect: Any) -> None:
    expect_bin(wire, reply, ("k", "v"), ("name", "old"), ("availability_zone", "z"), servers=[])
    query = ServerQuery(deleted=True, names=("old",), availability_zone=("z",), tags=("a=b",), filters=(("k", "v"),))
    assert list(connect("huaweicloud").servers.list(query)) == []
    expect_bin(wire, reply, servers=[])
    several = ServerQuery(deleted=True, names=("a", "b"), ids=(ID,), availability_zone=("y", "z"))
    assert list(connect("huaweicloud").servers.list(several)) == []


def test_more_than_a_page_and_the_settings_are_read_once(wire: Any, reply: Any, connect: Any) -> None:
    page = [binned(id="%08d-0000-4000-8000-000000000000" % number) for number in range(200)]
    expect_bin(wire, reply, servers=page)
    wire.expect("GET", SETTINGS, reply=reply(200, ON))
    wire.expect("GET", BIN, query=[("limit", "200"), ("marker", page[-1]["id"])],
                reply=reply(200, {"servers": [binned()]}))  # fmt: skip
    assert len(list(connect("huaweicloud").servers.list(ServerQuery(deleted=True)))) == 201


@pytest.mark.parametrize(
    ("time", "answer", "ends"),
    [
        ("2026-11-28T10:00:00Z", ON, "2026-12-01T10:00:00Z"),
        ("2026-11-28T10:00:00", {"recycle_bin": ON}, "2026-12-01T10:00:00"),
        ("2026-11-28T10:00:00", {"switch": "on"}, None),
        ("2026-11-28T10:00:00", {**ON, "policy": {"retention_hour": "soon"}}, None),
        ("yesterday", ON, None),
        (None, None, None),
    ],
)
def test_when_it_is_deleted_permanently(
    wire: Any, reply: Any, connect: Any, time: str | None, answer: Any, ends: str | None
) -> None:
    expect_bin(wire, reply, servers=[binned(**{"OS-SRV-USG:terminated_at": time})])
    if answer:
        wire.expect("GET", SETTINGS, reply=reply(200, answer))
    (server,) = connect("huaweicloud").servers.list(ServerQuery(deleted=True))
    assert (server.deleted_at, server.estimated_deleted_at) == (time, ends)


def test_settings_that_the_user_may_not_read(wire: Any, reply: Any, connect: Any) -> None:
    wire.serve(lambda seen: reply(200, {"servers": [binned()]}) if seen.path == BIN else reply(403, {}))
    (server,) = connect("huaweicloud").servers.list(ServerQuery(deleted=True))
    assert (server.deleted_at is None, server.estimated_deleted_at) == (False, None)


def test_settings_that_cannot_be_read_now(wire: Any, reply: Any, connect: Any) -> None:
    """The time would be missing without a word."""
    wire.serve(lambda seen: reply(200, {"servers": [binned()]}) if seen.path == BIN else reply(500, {}))
    with pytest.raises(ServerError):
        list(connect("huaweicloud", api_retries=0).servers.list(ServerQuery(deleted=True)))


@pytest.mark.parametrize("project, ids", [(E1, ["a", "b"]), ("all_granted_eps", ["a", "b", "c"])])
def test_the_servers_of_an_enterprise_project(
    wire: Any, reply: Any, connect: Any, project: str, ids: list[str]
) -> None:
    """Unlike the list of servers, this list has no parameter for it."""
    owners = {"a": E1, "b": None, "c": E2}
    found = [{"id": key, "name": key, "enterprise_project_id": owner} for key, owner in owners.items()]
    expect_bin(wire, reply, servers=found)
    cloud = connect("huaweicloud", enterprise_project_id=project)
    assert [server.id for server in cloud.servers.list(ServerQuery(deleted=True))] == ids


@pytest.mark.parametrize(
    ("answer", "settings"),
    [
        (ON, RecycleBin(True, 7, 72)),
        ({**ON, "switch": "off"}, RecycleBin(False, 7, 72)),
        ({"recycle_bin": ON}, RecycleBin(True, 7, 72)),
        ({"switch": "off"}, RecycleBin(False)),
    ],
)
def test_its_settings(wire: Any, reply: Any, connect: Any, answer: Any, settings: RecycleBin) -> None:
    wire.expect("GET", SETTINGS, query=[], reply=reply(200, answer))
    cloud = connect("huaweicloud")
    assert cloud.servers.recycle_bin() == cloud.servers.recycle_bin() == settings


@pytest.mark.parametrize("answer", [{}, [], {"recycle_bin": {}}, {**ON, "switch": None}])
def test_a_response_without_settings(wire: Any, reply: Any, connect: Any, answer: Any) -> None:
    wire.expect("GET", SETTINGS, reply=reply(200, answer))
    with pytest.raises(InvalidResponse, match="Could not show the recycle bin"):
        connect("huaweicloud").servers.recycle_bin()


def test_a_region_without_it(wire: Any, reply: Any, connect: Any) -> None:
    wire.expect("GET", SETTINGS, reply=reply(404, NO_API))
    cloud = connect("huaweicloud")
    assert cloud.servers.recycle_bin() == RecycleBin(False)
    cloud.servers.finds_deleted = True
    wire.expect("GET", SHOWN, reply=reply(404, MISSING))
    assert cloud.servers.by_id([ID]) == {}
    wire.expect("GET", BIN, reply=reply(404, NO_API))
    with pytest.raises(NotFound, match="Only some regions have a recycle bin"):
        list(cloud.servers.list(ServerQuery(deleted=True)))


def test_a_404_that_is_not_the_clouds_does_not_mean_that_there_is_none(wire: Any, reply: Any, connect: Any) -> None:
    wire.expect("GET", SETTINGS, reply=reply(404, "<html>not here</html>"))
    with pytest.raises(NotFound):
        connect("huaweicloud").servers.recycle_bin()


def test_a_user_who_may_not_read_its_settings(wire: Any, reply: Any, connect: Any) -> None:
    wire.expect("GET", SETTINGS, reply=reply(403, {"error": {"code": "Pdp.0001", "message": "no"}}))
    assert connect("huaweicloud").servers.recycle_bin() == RecycleBin(True)


@pytest.mark.parametrize("status, error", [(401, AuthenticationFailed), (403, PermissionDenied)])
def test_a_list_that_is_refused(wire: Any, reply: Any, connect: Any, status: int, error: type[Exception]) -> None:
    wire.serve(lambda seen: reply(status, {"error": {"code": "Pdp.0001", "message": "no"}}))
    with pytest.raises(error):
        list(connect("huaweicloud").servers.list(ServerQuery(deleted=True)))


@pytest.mark.parametrize("body", [{}, {"servers": None}, {"servers": [{"name": "x"}]}, []])
def test_a_response_that_is_no_list(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    wire.serve(lambda seen: reply(200, body))
    with pytest.raises(InvalidResponse):
        list(connect("huaweicloud").servers.list(ServerQuery(deleted=True)))


def test_ids_are_looked_for_in_it_only_if_asked(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    wire.expect("GET", SHOWN, reply=reply(404, MISSING))
    assert cloud.servers.by_id([ID]) == {}
    cloud.servers.finds_deleted = True
    wire.expect("GET", SHOWN, reply=reply(404, MISSING))
    wire.expect("GET", SETTINGS, reply=reply(200, {**ON, "switch": "off"}))
    expect_bin(wire, reply, servers=[binned(), binned(id="other")])
    assert [each.is_deleted for each in cloud.servers.by_id([ID]).values()] == [True]
    wire.expect("GET", SHOWN, reply=reply(200, {"server": {"id": ID, "name": "old", "status": "ACTIVE"}}))
    assert [each.is_deleted for each in cloud.servers.by_id([ID]).values()] == [False], "one request is enough"


# -- restoring and purging --------------------------------------------------------------------------------------------


def ask(cloud: Any, action: str) -> PendingAction:
    server = Server(id=ID, platform="huaweicloud", name="old", status="SHUTOFF", in_recycle_bin=True)
    (pending,) = cloud.servers.perform([(server, Action(action))])
    assert isinstance(pending, PendingAction)
    return pending


CALLS = [("restore", "POST", "/actions/revert"), ("purge", "DELETE", "")]


@pytest.mark.parametrize(("action", "method", "rest"), CALLS)
def test_a_job_of_one_server(wire: Any, reply: Any, connect: Any, action: str, method: str, rest: str) -> None:
    wire.expect(method, "%s/%s%s" % (BIN, ID, rest), query=[], headers={"X-Project-Id": "p1"},
                reply=reply(200, {"job_id": "j1"}, headers={"X-Request-Id": "r1"}))  # fmt: skip
    assert ask(connect("huaweicloud"), action) == PendingAction(ID, action, "old", job_id="j1", request_id="r1")
    assert wire.seen[0].content == b""


@pytest.mark.parametrize(("action", "method", "rest"), CALLS)
def test_a_lost_response_is_not_sent_again(
    wire: Any, reply: Any, connect: Any, action: str, method: str, rest: str
) -> None:
    wire.serve(lambda seen: reply(broken="close"))
    pending = ask(connect("huaweicloud", api_retries=3), action)
    assert pending.outcome_unknown and [seen.method for seen in wire.seen] == [method]


@pytest.mark.parametrize(("action", "method", "rest"), CALLS)
@pytest.mark.parametrize(
    ("status", "body", "unknown", "busy"),
    [
        (404, MISSING, True, False),
        (200, {}, True, False),
        (400, {"error": {"code": "Ecs.0005", "message": "no"}}, False, False),
        (403, {"error": {"code": "Pdp.0001", "message": "no"}}, False, False),
        (501, {"error": {"code": "Ecs.0603", "message": "busy"}}, False, True),
    ],
)
def test_what_a_refusal_means(
    wire: Any, reply: Any, connect: Any, action: str, method: str, rest: str,
    status: int, body: Any, unknown: bool, busy: bool,
) -> None:  # fmt: skip
    """A server that is not in the recycle bin was restored or purged by another user: the state decides."""
    wire.serve(lambda seen: reply(status, body))
    pending = ask(connect("huaweicloud", api_retries=0), action)
    assert (pending.outcome_unknown, pending.error is not None and pending.error.is_busy) == (unknown, busy)
    assert len(wire.seen) == 1


JOB = "/v1/p1/jobs/j1"


@pytest.mark.parametrize(
    ("action", "presence", "then"), [("restore", PRESENT, ()), ("purge", PURGED, ()), ("delete", GONE, ("purge",))]
)
def test_a_poll_looks_into_it(
    wire: Any, reply: Any, connect: Any, action: str, presence: str, then: tuple[str, ...]
) -> None:
    """Also in another task, which only has the handle."""
    pending = PendingAction(ID, action, "old", job_id="j1", expected_state=ExpectedState(presence=presence), then=then)
    cloud = connect("huaweicloud")
    wire.expect("GET", JOB, reply=reply(200, {"status": "RUNNING", "entities": {"server_id": ID}}))
    assert cloud.servers.status([pending]) == {}
    wire.expect("GET", JOB, reply=reply(200, {"status": "SUCCESS", "entities": {"server_id": ID}}))
    wire.expect("GET", SHOWN, reply=reply(404, MISSING))
    wire.expect("GET", SETTINGS, reply=reply(200, ON))
    expect_bin(wire, reply, servers=[binned()])
    seen = cloud.servers.status([pending])[ID]
    assert seen.server.is_deleted and pending.expected_state.met(seen.server) is (presence == GONE)


def test_a_poll_of_a_deletion_alone_does_not(wire: Any, reply: Any, connect: Any) -> None:
    pending = PendingAction(ID, "delete", "old", job_id="j1", expected_state=ExpectedState(presence=GONE))
    wire.expect("GET", JOB, reply=reply(200, {"status": "SUCCESS", "entities": {"server_id": ID}}))
    wire.expect("GET", SHOWN, reply=reply(404, MISSING))
    assert connect("huaweicloud").servers.status([pending])[ID].server is None
