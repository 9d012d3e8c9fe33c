# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making servers on Huawei Cloud ECS, at the wire."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    BUILT,
    CreatedServer,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    BadRequest,
    CloudError,
    Conflict,
    ResponseLost,
    ServerError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import (
    AUTO,
    BlockDevice,
    NewServer,
    Nic,
    SystemDisk,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.creation import (
    HuaweiCreation,
    token_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import evaluate_action
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms import samples
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.huaweicloud.ecs_responses import (
    error,
    listed,
    server,
)

URL = "/v1.1/p1/cloudservers"
GROUP = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
SMALL = NewServer(
    flavor_id="s6.small.1", image_id="i1", networks=(Nic(subnet_ids=("net1",)),), vpc_id="vpc1",
    system_disk=SystemDisk("GPSSD"),
)  # fmt: skip
BODY: dict[str, Any] = {
    "imageRef": "i1", "flavorRef": "s6.small.1", "vpcid": "vpc1", "nics": [{"subnet_id": "net1"}],
    "root_volume": {"volumetype": "GPSSD"},
}  # fmt: skip
FULL = replace(
    SMALL, networks=(Nic(subnet_ids=("net1",), fixed_ip="10.0.0.9"), Nic(network_id="net2")),
    system_disk=SystemDisk("SSD", 40), availability_zone="az1", password="Secret-1", metadata={"team": "a"},
    tags=("spot", "env=prod"), security_groups=(GROUP,), user_data="ZQ==", description="mine", group_id="g1",
    volumes=(
        BlockDevice("blank", size_gb=10, volume_type="SAS"),
        BlockDevice("image", "i2", 20, volume_type="SSD", delete_on_termination=True),
        BlockDevice("snapshot", "s1", 30, volume_type="SSD", boot_index=-1),
    ),
    extra={"enterprise_project_id": "ep1", "chargingMode": "prePaid", "periodType": "month", "periodNum": "1",
           "isAutoRenew": False, "isAutoPay": True, "auto_terminate_time": "2027-01-01T00:00:00Z"},
)  # fmt: skip
FULL_BODY = {
    **BODY, "nics": [{"subnet_id": "net1", "ip_address": "10.0.0.9"}, {"subnet_id": "net2"}],
    "root_volume": {"volumetype": "SSD", "size": 40}, "availability_zone": "az1", "adminPass": "Secret-1",
    "metadata": {"team": "a"}, "server_tags": [{"key": "env", "value": "prod"}, {"key": "spot", "value": ""}],
    "security_groups": [{"id": GROUP}], "user_data": "ZQ==", "description": "mine",
    "os:scheduler_hints": {"group": "g1"}, "auto_terminate_time": "2027-01-01T00:00:00Z",
    "data_volumes": [
        {"volumetype": "SAS", "size": 10},
        {"volumetype": "SSD", "size": 20, "data_image_id": "i2", "delete_on_termination": True},
        {"volumetype": "SSD", "size": 30, "extendparam": {"snapshotId": "s1"}},
    ],
    "extendparam": {"enterprise_project_id": "ep1", "chargingMode": "prePaid", "periodType": "month", "periodNum": 1,
                    "isAutoRenew": "false", "isAutoPay": "true"},
}  # fmt: skip


@pytest.mark.parametrize(("new", "body"), [(SMALL, BODY), (FULL, FULL_BODY)])
def test_what_is_sent(wire: Any, reply: Any, connect: Any, new: NewServer, body: dict[str, Any]) -> None:
    cloud = connect("huaweicloud")
    assert cloud.rules.server_problem(new) is None
    answer = {"job_id": "j1", "serverIds": ["a"], "order_id": "CS1"}
    headers = {"X-Client-Token": token_of("run-7", "web"), "X-Project-Id": "p1"}
    wire.expect("POST", URL, query=[], json={"server": {"name": "web", **body}}, headers=headers,
                absent=("X-Auth-Token",), reply=reply(200, answer, headers={"X-Request-Id": "r1"}))  # fmt: skip
    assert cloud.servers.create(new, ["web"], "run-7") == [
        CreatedServer(
            "web",
            PendingAction("a", "create", "web", job_id="j1", order_id="CS1", request_id="r1", expected_state=BUILT),
        )
    ]
    assert "Secret-1" not in repr(new)


NOW = "2099-01-01T00:00:00.000Z"


def posts(wire: Any) -> list[Any]:
    return [seen for seen in wire.seen if seen.method == "POST"]


def test_each_name_has_a_token_that_stays(wire: Any, reply: Any, connect: Any) -> None:
    """The task's own, or one that is derived from the request."""
    cloud = connect("huaweicloud")
    running = samples.huawei_job("RUNNING")

    def answer(seen: Any) -> Any:
        if seen.method == "GET":
            return reply(200, running)
        return reply(200, {"job_id": "j-" + seen.json["server"]["name"], "serverIds": ["x"]})

    wire.serve(answer)
    rounds = [("run-7", SMALL), ("run-7", SMALL), (None, SMALL), (None, SMALL), (None, FULL), ("run-8", SMALL)]
    for token, new in rounds:
        made = cloud.servers.create(new, ["a", "b", "c"], token)
        assert [(each.name, each.pending.job_id) for each in made] == [("a", "j-a"), ("b", "j-b"), ("c", "j-c")]
    sent = [seen.headers["x-client-token"] for seen in sorted_by_round(posts(wire))]
    assert all(uuid.UUID(token) for token in sent)
    own, again, derived, derived_again, other, own_other = (sent[3 * n : 3 * n + 3] for n in range(6))
    assert own == again and derived == derived_again
    assert len({*own, *derived, *other, *own_other}) == 12


def sorted_by_round(seen: list[Any]) -> list[Any]:
    """Three requests a round, by name: those of a round are sent at the same time."""
    return [
        each
        for first in range(0, len(seen), 3)
        for each in sorted(seen[first : first + 3], key=lambda one: str(one.json["server"]["name"]))
    ]


def test_the_token_of_another_project_is_another_one(connect: Any) -> None:
    def seed(**auth: Any) -> str:
        cloud = connect("huaweicloud", **auth)
        return str(HuaweiCreation(cloud.api, cloud.servers.by_id)._seed(SMALL))

    other = {"access_key": "AK-ID", "secret_key": "SK-SECRET", "project_id": "p2"}
    assert seed() == seed() != seed(auth=other)


@pytest.mark.parametrize(
    ("job", "existing", "spent"),
    [
        (samples.huawei_job("RUNNING"), [], False),
        (samples.huawei_job("PENDING_PAYMENT"), [], False),
        (samples.huawei_job("SUCCESS", begin_time="2025-03-01T10:00:00.000Z", end_time=NOW), [server("a")], False),
        (samples.huawei_job("SUCCESS", begin_time="2025-03-01T10:00:00.000Z"), [], True),
        (samples.huawei_job("FAIL", begin_time="2025-03-01T10:00:00.000Z"), [], True),
        (samples.huawei_job("FAIL", begin_time=NOW), [], False),
        (404, [], True),
        (400, [], True),
        # Not ECS's own code: the job may be there all the same.
        (502, [], False),
        (None, [], False),
    ],
    ids=[
        "running",
        "to be paid",
        "there",
        "deleted since",
        "failed before",
        "failed now",
        "job forgotten",
        "no such job",
        "no answer of a job",
        "somebody else's 404",
    ],
)
def test_a_client_token_whose_server_is_deleted_is_used_up(
    connect: Any, wire: Any, reply: Any, job: Any, existing: list[Any], spent: bool
) -> None:
    cloud = connect("huaweicloud")

    def answer(seen: Any) -> Any:
        if seen.method == "POST":
            first = seen.headers["x-client-token"] == posts(wire)[0].headers["x-client-token"]
            return reply(200, {"job_id": "j1" if first else "j2", "serverIds": ["a" if first else "b"]})
        if seen.path == "/v1/p1/jobs/j1":
            if job is None or isinstance(job, int):
                return reply(job or 404, error("Common.0011" if job in (400, 404) else "x"))
            return reply(200, job)
        if seen.path == "/v1/p1/jobs/j2":
            return reply(200, samples.huawei_job("RUNNING"))
        return reply(200, {"servers": existing, "count": len(existing)})

    wire.serve(answer)
    (made,) = cloud.servers.create(SMALL, ["web"])
    assert made.pending.server_id == ("b" if spent else "a")
    assert len({seen.headers["x-client-token"] for seen in posts(wire)}) == len(posts(wire)) == (2 if spent else 1)


def test_an_expired_token_is_spent_too(connect: Any, wire: Any, reply: Any) -> None:
    cloud = connect("huaweicloud")
    wire.serve(
        lambda seen: (
            reply(200, samples.huawei_job("RUNNING"))
            if seen.method == "GET"
            else reply(400, error("Ecs.0124"))
            if len(posts(wire)) == 1
            else reply(200, {"job_id": "j1", "serverIds": ["a"]})
        )
    )
    assert cloud.servers.create(SMALL, ["web"])[0].pending.server_id == "a" and len(posts(wire)) == 2


def test_a_lost_response_causes_a_retry_with_the_same_client_token(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud", api_retries=2)
    wire.expect("POST", URL, reply=reply(broken="close"))
    wire.expect("POST", URL, reply=reply(503, error("x")))
    wire.expect("POST", URL, reply=reply(200, {"job_id": "j1", "serverIds": ["a"]}))
    wire.expect("GET", "/v1/p1/jobs/j1", reply=reply(200, samples.huawei_job("RUNNING")))
    (made,) = cloud.servers.create(SMALL, ["web"])
    assert made.pending.server_id == "a"
    assert len({seen.headers["x-client-token"] for seen in posts(wire)}) == 1
    assert len({seen.content for seen in posts(wire)}) == 1


@pytest.mark.parametrize("strange", ["page", {}, [], {"serverIds": ["a"]}])
def test_a_response_without_ids_causes_a_retry(wire: Any, reply: Any, connect: Any, strange: Any) -> None:
    cloud = connect("huaweicloud")
    wire.expect("POST", URL, reply=reply(200, text="<html>") if strange == "page" else reply(200, strange))
    wire.expect("POST", URL, reply=reply(200, {"job_id": "j1", "serverIds": ["a"]}))
    assert cloud.servers.create(SMALL, ["web"], "run-7")[0].pending.server_id == "a"
    assert len({seen.headers["x-client-token"] for seen in wire.seen}) == 1


def test_what_was_accepted_and_whose_job_cannot_be_read(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    wire.expect("POST", URL, reply=reply(200, {"job_id": "j1"}))
    wire.expect("GET", "/v1/p1/jobs/j1", reply=reply(403, error("Pdp.0001")))
    (made,) = cloud.servers.create(SMALL, ["web"], "run-7")
    assert made.outcome_unknown and "accepted the request to create the server web (job j1)" in made.error.message


@pytest.mark.parametrize(
    ("status", "body", "kind", "outcome_unknown", "asked"),
    [
        (400, error("Ecs.0029"), BadRequest, False, 1),
        (401, error("Common.0013"), AuthenticationFailed, False, 1),
        (409, error("Ecs.0319"), Conflict, False, 3),
        (500, error("Common.0001"), ServerError, True, 3),
        (200, {"order_id": "CS1"}, ResponseLost, True, 3),
        (200, {"nothing": 1}, ResponseLost, True, 9),
    ],
)
def test_what_is_refused(
    wire: Any,
    reply: Any,
    connect: Any,
    status: int,
    body: Any,
    kind: type[CloudError],
    outcome_unknown: bool,
    asked: int,
) -> None:
    cloud = connect("huaweicloud")
    wire.serve(lambda seen: reply(status, body))
    made = cloud.servers.create(SMALL, ["a", "b", "c"])
    assert [each.name for each in made] == ["a", "b", "c"]
    assert all(
        isinstance(each.error, kind) and each.outcome_unknown is outcome_unknown and not each.pending for each in made
    )
    assert len(wire.seen) == asked


def test_an_order_of_which_only_the_job_names_the_server(connect: Any, serve: Any) -> None:
    cloud = connect("huaweicloud")
    serve({"POST " + URL: {"job_id": "j1"}, "GET /v1/p1/jobs/j1": samples.huawei_job("RUNNING", ("a", "RUNNING"))})
    assert cloud.servers.create(SMALL, ["web"])[0].pending.server_id == "a"


def test_a_bad_name_is_not_requested(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    wire.serve(lambda seen: reply(200, {"job_id": "j1", "serverIds": ["a"]}))
    first, second = cloud.servers.create(SMALL, ["web 1", "web-1"])
    assert "the name 'web 1': it takes" in first.error.message and second.pending.server_id == "a"
    assert len(posts(wire)) == 1
    assert cloud.rules.name_problem("名" * 64) is None and "128" in cloud.rules.name_problem("名" * 65)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"image_id": None}, "image: huaweicloud creates the system disk from an image"),
        ({"vpc_id": None}, "vpc_id: huaweicloud needs the VPC of the server"),
        ({"networks": AUTO}, "networks: huaweicloud needs at least one subnet or port"),
        ({"networks": None}, "networks: huaweicloud needs at least one subnet or port"),
        ({"system_disk": None}, "system_disk: huaweicloud needs its type"),
        ({"system_disk": SystemDisk("SSD", 2000)}, "size_gb must be 1 to 1024, and is 2000"),
        ({"volumes": (BlockDevice("volume", "v"),)}, "attach existing ones with server_volume"),
        ({"volumes": (BlockDevice("blank", size_gb=1, volume_type="SSD", boot_index=0),)}, "they are data disks"),
        ({"volumes": (BlockDevice("blank"),)}, "disk 1 on huaweicloud needs volume_type and size_gb"),
        ({"volumes": (BlockDevice("blank", size_gb=1, volume_type="SSD", tag="t"),)}, "disk_bus and tag"),
        ({"password": "p", "key_name": "k"}, "are mutually exclusive"),
        ({"security_groups": ("default",)}, "security_groups: huaweicloud needs ids, and default is not an id"),
        ({"description": "d" * 86}, "description: it has 86 characters, and the maximum is 85"),
        ({"metadata": {"a b": ""}}, "metadata: the key 'a b'"),
        ({"metadata": {"vpc_id": "x"}}, "the key vpc_id is reserved by the cloud"),
        ({"metadata": {"k%d" % number: "" for number in range(11)}}, "can have at most 10 keys, and the task sets 11"),
        ({"tags": ("k" * 37,)}, "must have 1 to 36 characters"),
        ({"tags": ("k=" + "v" * 44,)}, "has 44 characters, and the maximum is 43"),
        ({"tags": ("a=1", "a=2")}, "the key a has two values, '1' and '2'"),
        ({"tags": ("_sys_x",)}, "_sys_x is reserved by the cloud"),
        ({"tags": tuple("k%d" % number for number in range(11))}, "can have at most 10, and it would have 11"),
        ({"extra": {"colour": "red"}}, "huaweicloud has no field colour for a new server (supported: chargingMode"),
        ({"extra": {"chargingMode": "free"}}, "chargingMode must be postPaid or prePaid, and is free"),
        ({"extra": {"isAutoPay": True}}, "isAutoPay needs chargingMode: prePaid"),
        ({"extra": {"chargingMode": "prePaid", "periodType": "month", "periodNum": 10}}, "periodNum 1 to 9"),
        ({"key_name": "k", "extra": {"chargingMode": "prePaid", "periodType": "year", "periodNum": 1}},
         "metadata needs op_svc_userid"),
        ({"hostname": "a..b"}, "hostname 'a..b'"),
        ({"host": "h"}, "host: huaweicloud does not support it for a new server"),
        ({"files": {"/a": "b"}}, "files: huaweicloud does not support it for a new server"),
    ],
)  # fmt: skip
def test_what_it_would_refuse_is_said_before(wire: Any, connect: Any, change: dict[str, Any], words: str) -> None:
    found = connect("huaweicloud").rules.server_problem(replace(SMALL, **change))
    assert words in found and "\n" not in found
    assert wire.seen == []


# -- its outcome ------------------------------------------------------------------------------------------------------

#: The scripted server's responses are dated by this machine's clock; this instant is always recent.
JUST_NOW = "2099-01-01T00:00:00.000Z"
MADE = PendingAction("a", "create", "n-a", job_id="j1", expected_state=BUILT)


def evaluated(cloud: Any) -> Any:
    seen = cloud.servers.status([MADE])
    return evaluate_action(MADE, seen["a"]) if seen else None


@pytest.mark.parametrize(
    ("job", "existing", "result"),
    [
        (samples.huawei_job("RUNNING", ("a", "RUNNING")), [], None),
        (samples.huawei_job("SUCCESS", ("a", "SUCCESS"), end_time=JUST_NOW), [], None),
        (samples.huawei_job("SUCCESS", ("a", "SUCCESS"), end_time=""), [], None),
        (samples.huawei_job("SUCCESS", ("a", "SUCCESS"), end_time="2025-03-01T11:00:00.000Z"), [], "failed"),
        (samples.huawei_job("SUCCESS", ("a", "SUCCESS")), [server("a", **{"OS-EXT-STS:task_state": "spawning"})], None),
        (samples.huawei_job("SUCCESS", ("a", "SUCCESS")), [server("a")], "done"),
        (samples.huawei_job("FAIL", ("a", "FAIL"), fail_reason="sold out", error_code="Ecs.0319"), [], "failed"),
    ],
    ids=["running", "not listed yet", "no end time", "deleted since", "on its way", "there", "cleared away"],
)
def test_the_job_and_the_list_decide(
    connect: Any, serve: Any, job: Any, existing: list[Any], result: str | None
) -> None:
    cloud = connect("huaweicloud")
    serve({"GET /v1/p1/jobs/j1": job, **listed(*existing)})
    outcome = evaluated(cloud)
    assert (outcome.result if outcome else None) == result
    if job["status"] == "FAIL":
        assert (outcome.code, outcome.message) == ("Ecs.0319", "sold out")


def test_an_order_that_waits_for_its_payment(connect: Any, serve: Any) -> None:
    cloud = connect("huaweicloud")
    serve({"GET /v1/p1/jobs/j1": samples.huawei_job("PENDING_PAYMENT"), **listed()})
    outcome = evaluated(cloud)
    assert (outcome.result, outcome.code) == ("failed", "PENDING_PAYMENT")


def test_a_server_that_neither_the_list_nor_a_job_has(connect: Any, serve: Any, reply: Any) -> None:
    cloud = connect("huaweicloud")
    serve({"GET /v1/p1/jobs/j1": reply(404, error("Ecs.0614")), **listed()})
    assert evaluated(cloud).result == "failed"
