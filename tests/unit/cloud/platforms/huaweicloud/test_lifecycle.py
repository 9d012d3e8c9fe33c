# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of an ECS between its creation and its end, at the wire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    GONE,
    Action,
    ExpectedState,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    RateLimited,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import validation as rules
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import evaluate_action
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms import samples
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.huaweicloud.ecs_responses import (
    error,
    listed,
    server,
)

ONE = "/v1/p1/cloudservers/a"
DELETE = "/v1/p1/cloudservers/delete"
#: What the cloud keeps in a server's metadata (ECS API Reference, "Querying Details About ECSs").
SYSTEM = {
    "charging_mode": "0", "metering.image_id": "i", "vpc_id": "v", "os_type": "Linux", "__support_agent_list": "hss",
    "lockSource": "x", "EcmResStatus": "normal",
}  # fmt: skip


def record(server_id: str = "a", **more: Any) -> Server:
    return Server(id=server_id, platform="huaweicloud", name="n-" + server_id, **more)


def ask(
    cloud: Any, action: str, arguments: dict[str, Any] | None = None, server: Server | None = None
) -> PendingAction:
    (pending,) = cloud.servers.perform([(server or record(status="ACTIVE"), Action(action, arguments or {}))])
    assert isinstance(pending, PendingAction)
    return pending


# -- one call ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "arguments", "method", "path", "body"),
    [
        ("update", {"name": "b", "description": "", "hostname": "h"}, "PUT", ONE,
         {"server": {"name": "b", "description": "", "hostname": "h"}}),
        ("set_metadata", {"metadata": {"k": "v"}}, "POST", ONE + "/metadata", {"metadata": {"k": "v"}}),
        ("lock", {"reason": "mine"}, "POST", "/v2.1/p1/servers/a/action", {"lock": None}),
        ("unlock", {}, "POST", "/v2.1/p1/servers/a/action", {"unlock": None}),
    ],
)  # fmt: skip
def test_what_is_done_with_its_response(
    wire: Any, reply: Any, connect: Any, action: str, arguments: dict[str, Any], method: str, path: str, body: Any
) -> None:
    cloud = connect("huaweicloud")
    wire.expect(method, path, query=[], json=body, headers={"X-Project-Id": "p1"}, absent=("X-Auth-Token",),
                reply=reply(202 if "lock" in action else 200, None if "lock" in action else body,
                            headers={"X-Request-Id": "r1"}))  # fmt: skip
    assert ask(cloud, action, arguments) == PendingAction("a", action, "n-a", request_id="r1")


@pytest.mark.parametrize("action", ["update", "set_metadata", "lock", "unlock"])
def test_it_may_be_sent_again(wire: Any, reply: Any, connect: Any, action: str) -> None:
    cloud = connect("huaweicloud", api_retries=1)
    done = reply(202) if "lock" in action else reply(200, {"server": {"name": "b"}, "metadata": {}})
    answers = [reply(broken="close"), done]
    wire.serve(lambda seen: answers.pop(0))
    assert ask(cloud, action, {"metadata": {}} if "metadata" in action else {"name": "b"}).error is None
    assert len(wire.seen) == 2 and len({seen.content for seen in wire.seen}) == 1


@pytest.mark.parametrize(
    ("existing", "arguments", "body"),
    [
        ({"status": "ACTIVE"}, {}, {"flavorRef": "f2", "mode": "withStopServer"}),
        ({"status": "SHUTOFF"}, {}, {"flavorRef": "f2"}),
        ({"status": "SHUTOFF"}, {"auto_pay": True}, {"flavorRef": "f2"}),
        ({"status": "SHUTOFF", "metadata": {"charging_mode": "1"}}, {"auto_pay": True},
         {"flavorRef": "f2", "extendparam": {"isAutoPay": "true"}}),
    ],
)  # fmt: skip
def test_a_resize(
    wire: Any, reply: Any, connect: Any, existing: dict[str, Any], arguments: dict[str, Any], body: dict[str, Any]
) -> None:
    cloud = connect("huaweicloud")
    wire.expect("POST", "/v1.1/p1/cloudservers/a/resize", json={"resize": body},
                reply=reply(200, {"job_id": "j1", "order_id": "CS1"}))  # fmt: skip
    pending = ask(cloud, "resize", {"flavor_id": "f2", "flavor_name": "f2", **arguments}, record(**existing))
    assert (pending.job_id, pending.order_id, pending.error) == ("j1", "CS1", None)


def test_a_lost_response_to_a_resize_is_not_sent_again(wire: Any, reply: Any, connect: Any) -> None:
    wire.serve(lambda seen: reply(broken="close"))
    pending = ask(connect("huaweicloud", api_retries=3), "resize", {"flavor_id": "f2"})
    assert pending.outcome_unknown and len(wire.seen) == 1


@pytest.mark.parametrize("action", "live_resize confirm_resize revert_resize reset_state".split())
def test_what_it_has_not_says_what_to_use(wire: Any, connect: Any, action: str) -> None:
    with pytest.raises(UnsupportedOperation, match=r"has no operation %s\. Use .+ instead\." % action):
        ask(connect("huaweicloud"), action)
    assert wire.seen == []


# -- metadata and tags ------------------------------------------------------------------------------------------------


def test_metadata_is_replaced_but_not_the_clouds_own(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    existing = record(metadata={**SYSTEM, "old": "1", "older": "1", "kept": "1", "new": "0"})
    changed = {"metadata": {"new": "1"}}
    wire.expect("POST", ONE + "/metadata", json=changed, reply=reply(200, changed))
    wire.expect("DELETE", ONE + "/metadata/old", reply=reply(204))
    wire.expect("DELETE", ONE + "/metadata/older", reply=reply(404, error("Ecs.1000")))
    pending = ask(cloud, "replace_metadata", {"metadata": {"kept": "1", "new": "1", "vpc_id": "v"}}, existing)
    assert pending.error is None and not pending.outcome_unknown


def test_metadata_of_which_a_key_cannot_be_removed(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    wire.expect("DELETE", ONE + "/metadata/old", reply=reply(404, error("Ecs.0114", "no such server")))
    pending = ask(cloud, "replace_metadata", {"metadata": {}}, record(metadata={"old": "1", "zz": "1"}))
    assert "no such server" in pending.error.message


def test_tags_the_old_ones_go_first(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    actions = ONE + "/tags/action"
    wire.expect("POST", actions, json={"action": "delete", "tags": [{"key": "old", "value": "1"}]}, reply=reply(204))
    wire.expect("POST", actions, reply=reply(204), json={
        "action": "create", "tags": [{"key": "bare", "value": ""}, {"key": "env", "value": "prod"}]})  # fmt: skip
    change = {"tags": [], "add": ["bare", "env=prod"], "remove": ["env=test", "old=1", "_sys_type_hcss_x"]}
    assert ask(cloud, "set_tags", change).error is None


@given(
    st.sets(st.sampled_from(["a", "a=1", "a=2", "b=1", "b=2", "c", "_sys_x", "_sys_y=1"])),
    st.sets(st.sampled_from(["a", "a=", "b=1", "c", "d=1"])),
    st.booleans(),
)
def test_tags_of_a_server_are_as_asked_and_stay_so(existing: set[str], wanted: set[str], purge: bool) -> None:
    after = rules.tags_after(existing, wanted, purge)
    assert {tag for tag in existing if tag.startswith("_sys_")} <= after
    assert {tag.rstrip("=") for tag in wanted} <= after
    assert rules.tags_after(after, wanted, purge) == after
    if purge:
        own = {tag for tag in after if not rules.system_tag(tag)}
        assert {rules.key_of(tag) for tag in own} == {rules.key_of(tag) for tag in wanted}


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Action("update", {"name": "a b"}), "the name 'a b'"),
        (Action("update", {"description": "<b>"}), "it must not contain '<' or '>'"),
        (Action("update", {"hostname": "a..b"}), "hostname 'a..b'"),
        (Action("set_metadata", {"metadata": {"k": "v" * 256}}), "has 256 characters, and the maximum is 255"),
        (Action("set_metadata", {"metadata": {"charging_mode": "1"}}), "charging_mode is reserved by the cloud"),
        (Action("set_tags", {"tags": ["a|b"], "add": ["a|b"], "remove": []}), "must not contain any of"),
        (Action("set_tags", {"tags": [str(n) for n in range(11)], "add": [], "remove": []}), "it would have 11"),
    ],
)
def test_what_it_would_refuse_is_said_before(connect: Any, action: Action, words: str) -> None:
    assert words in connect("huaweicloud").rules.action_problem(record(), action)


@pytest.mark.parametrize(
    "action",
    [
        Action("update", {"name": "名-1.a_b", "description": "", "hostname": "a-1.b"}), Action("delete"),
        Action("lock"),
        Action("replace_metadata", {"metadata": {**SYSTEM, "k": ""}}), Action("resize", {"flavor_id": "f"}),
        Action("set_tags", {"tags": ["_sys_x"] + [str(n) for n in range(10)], "add": ["9=" + "v" * 43], "remove": []}),
    ],
)  # fmt: skip
def test_what_it_would_not_refuse(connect: Any, action: Action) -> None:
    assert connect("huaweicloud").rules.action_problem(record(), action) is None


# -- deleting ---------------------------------------------------------------------------------------------------------

EXPECTED_STATE = ExpectedState(presence=GONE)
ACTION = Action("delete", expected_state=EXPECTED_STATE)


def rows(*ids: str) -> list[dict[str, str]]:
    return [{"id": each} for each in ids]


def test_many_are_deleted_by_one_call(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    body = {"servers": rows("a", "b")}
    wire.expect("POST", DELETE, json=body, reply=reply(200, {"job_id": "j1"}))
    assert cloud.servers.perform([(record("a"), ACTION), (record("b"), ACTION)]) == [
        PendingAction("a", "delete", "n-a", job_id="j1", expected_state=EXPECTED_STATE),
        PendingAction("b", "delete", "n-b", job_id="j1", expected_state=EXPECTED_STATE),
    ]  # fmt: skip


def test_what_goes_along(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    wire.expect("POST", DELETE, json={"delete_volume": True, "servers": rows("b")}, reply=reply(200, {"job_id": "j1"}))
    wire.expect("POST", DELETE, json={"servers": rows("a", "c")}, reply=reply(200, {"job_id": "j2"}))
    with_disks = replace(ACTION, arguments={"volumes": True})
    pending_actions = cloud.servers.perform([(record("b"), with_disks), (record("a"), ACTION), (record("c"), ACTION)])
    assert [(each.server_id, each.job_id) for each in pending_actions] == [("b", "j1"), ("a", "j2"), ("c", "j2")]


def test_a_thousand_at_once(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    wire.serve(lambda seen: reply(200, {"job_id": "j%d" % len(wire.seen)}))
    pending_actions = cloud.servers.perform([(record(str(number)), ACTION) for number in range(1500)])
    assert [len(seen.json["servers"]) for seen in wire.seen] == [1000, 500]
    assert [each.server_id for each in pending_actions] == [str(number) for number in range(1500)]


def test_a_prepaid_one_is_not_requested(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    wire.expect("POST", DELETE, json={"servers": rows("b")}, reply=reply(200, {"job_id": "j1"}))
    prepaid = record("a", metadata={"charging_mode": "1"})
    assert "unsubscribe" in cloud.rules.action_problem(prepaid, ACTION)
    first, second = cloud.servers.perform([(prepaid, ACTION), (record("b"), ACTION)])
    assert "Could not delete the server n-a (a): it is billed yearly/monthly" in first.error.message
    assert not first.outcome_unknown and second.job_id == "j1"


def test_the_one_at_fault_is_found(wire: Any, reply: Any, connect: Any) -> None:
    """One that is deleted already makes the whole batch fail, so its state is read."""
    cloud = connect("huaweicloud")

    def answer(seen: Any) -> Any:
        if {"id": "c"} in seen.json["servers"]:
            return reply(404, error("Ecs.0114", "could not be found"))
        return reply(200, {"job_id": "j%d" % len(wire.seen)})

    wire.serve(answer)
    pending_actions = cloud.servers.perform([(record(each), ACTION) for each in "abcd"])
    assert [(each.server_id, bool(each.error), each.outcome_unknown) for each in pending_actions] == [
        ("a", False, False), ("b", False, False), ("c", True, True), ("d", False, False),
    ]  # fmt: skip


def test_a_postponed_batch_is_not_sent_again_before_the_state_was_read(
    wire: Any, reply: Any, connect: Any, clock: Any
) -> None:
    cloud = connect("huaweicloud", api_retries=3)
    wire.expect("POST", "/v1/p1/cloudservers/delete", reply=reply(429, error("APIGW.0308")))
    (pending,) = cloud.servers.perform([(record("a"), ACTION)])
    assert pending.outcome_unknown and isinstance(pending.error, RateLimited) and clock.sleeps == []


def test_a_request_whose_response_was_lost_is_not_sent_again(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud", api_retries=3)
    wire.serve(lambda seen: reply(broken="close"))
    pending_actions = cloud.servers.perform([(record("a"), ACTION), (record("b"), ACTION)])
    assert [each.outcome_unknown for each in pending_actions] == [True, True] and len(wire.seen) == 1


def test_wrong_credentials_are_the_failure_of_all(wire: Any, reply: Any, connect: Any) -> None:
    wire.serve(lambda seen: reply(401, error("APIGW.0301")))
    with pytest.raises(AuthenticationFailed):
        connect("huaweicloud").servers.perform([(record("a"), ACTION), (record("b"), ACTION)])
    assert len(wire.seen) == 1


@pytest.mark.parametrize(
    ("job", "existing", "result"),
    [
        (samples.huawei_job("RUNNING", ("a", "SUCCESS")), [], None),
        (samples.huawei_job("SUCCESS", ("a", "SUCCESS")), [], "done"),
        (samples.huawei_job("SUCCESS", ("a", "SUCCESS")), [server("a", status="DELETED")], "done"),
        (samples.huawei_job("SUCCESS", ("a", "SUCCESS")), [server("a", **{"OS-EXT-STS:task_state": "deleting"})], None),
        (samples.huawei_job("FAIL", ("a", "FAIL"), error_code="Ecs.0605"), [server("a")], "failed"),
        (samples.huawei_job("FAIL", ("a", "SUCCESS"), ("b", "FAIL")), [], "done"),
    ],
)
def test_the_job_and_the_list_decide(
    connect: Any, serve: Any, job: Any, existing: list[Any], result: str | None
) -> None:
    cloud = connect("huaweicloud")
    serve({"GET /v1/p1/jobs/j1": job, **listed(*existing)})
    pending = PendingAction("a", "delete", "n-a", job_id="j1", expected_state=EXPECTED_STATE)
    seen = cloud.servers.status([pending])
    outcome = evaluate_action(pending, seen["a"]) if seen else None
    assert (outcome.result if outcome else None) == result


@pytest.mark.parametrize(
    ("status", "flavor", "task", "result"),
    [("ACTIVE", "f2", None, "done"), ("SHUTOFF", "f2", None, "done"), ("RESIZE", "f1", "resize_prep", None),
     ("ACTIVE", "f1", None, None), ("SHUTOFF", "f2", "powering-on", None)],
)  # fmt: skip
def test_a_resize_is_done_when_the_server_has_the_flavor(
    connect: Any, serve: Any, status: str, flavor: str, task: str | None, result: str | None
) -> None:
    cloud = connect("huaweicloud")
    shown = server("a", status=status, flavor={"id": flavor, "name": flavor}, **{"OS-EXT-STS:task_state": task})
    serve({"GET /v1/p1/jobs/j1": samples.huawei_job("SUCCESS", ("a", "SUCCESS")), **listed(shown)})
    expected_state = ExpectedState(status=("VERIFY_RESIZE", "ACTIVE", "SHUTOFF"), flavor=("f2",))
    pending = PendingAction("a", "resize", "n-a", job_id="j1", expected_state=expected_state)
    assert expected_state.met(record(status="ACTIVE", flavor=Flavor("f2")))
    outcome = evaluate_action(pending, cloud.servers.status([pending])["a"])
    assert (outcome.result if outcome else None) == result
