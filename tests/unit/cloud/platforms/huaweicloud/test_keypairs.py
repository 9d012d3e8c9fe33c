# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key pairs of Huawei Cloud at the wire: KPS, Nova's calls without it, and the tasks that bind key pairs."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import connect as platforms
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ExpectedState,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RunFolder
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    ConnectionFailed,
    InvalidResponse,
    NotFound,
    PermissionDenied,
    SettingsError,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
    JOB_VANISHED,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import KeyProtection
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.keypair_binding import (
    find_task,
    read_task,
    read_tasks,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.keypairs import keypair
from simulator.tests.sdk.shapes import model_differences

ROOT, NOVA = "/v3/p1/keypairs", "/v2.1/p1/os-keypairs"
PAIR = {"name": "k", "type": "ssh", "public_key": "ssh-rsa AAAA", "fingerprint": "aa:bb"}
UNKNOWN_API = {"error_code": "APIGW.0101", "error_msg": "The API does not exist", "request_id": "r"}
PRIVATE = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"


def error(code: str = "KPS.0002", message: str = "no") -> dict[str, str]:
    return {"error_code": code, "error_msg": message}


def listed(*names: str, more: str | None = None) -> dict[str, Any]:
    rows = [{"keypair": {**PAIR, "name": name, "scope": "user", "is_key_protection": False}} for name in names]
    return {"keypairs": rows, "page_info": {"next_marker": more, "previous_marker": None, "current_count": len(rows)}}


@pytest.fixture
def cloud(connect: Any, wire: Any) -> Any:
    """A cloud whose endpoint of KPS is given, so that no fallback is possible."""
    return connect("huaweicloud", endpoints={"keypair": wire.url})


# -- key pairs --------------------------------------------------------------------------------------------------------


def test_a_key_pair_of_the_account(wire: Any, reply: Any, cloud: Any) -> None:
    detail = {
        **PAIR, "id": 7, "scope": "domain", "is_key_protection": True, "deleted": False, "description": "of us",
        "user_id": "u1", "create_time": 1581507580000, "delete_time": 0, "update_time": 1581507581, "frozen_state": 0,
    }  # fmt: skip
    wire.expect("GET", ROOT + "/k", query=[], reply=reply(200, {"keypair": detail}))
    assert cloud.keypairs.get("k").as_dict() == {
        "name": "k", "public_key": "ssh-rsa AAAA", "type": "ssh", "fingerprint": "aa:bb", "user_id": "u1",
        "created": "2020-02-12T11:39:40Z", "id": 7, "updated_at": "2020-02-12T11:39:41Z", "deleted": False,
        "deleted_at": None, "scope": "account", "description": "of us", "is_key_protection": True,
    }  # fmt: skip


@pytest.mark.parametrize("stamp", [None, "", "x", -1, 10**30, 1e400, True, [], 0])
def test_times_that_are_none(stamp: Any) -> None:
    assert keypair({"name": "k", "create_time": stamp}).created is None


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {}),
        ({"public_key": "ssh-rsa AAAA", "kind": "ssh"}, {"public_key": "ssh-rsa AAAA", "type": "ssh"}),
        ({"scope": "account"}, {"scope": "domain"}),
        ({"scope": "user"}, {"scope": "user"}),
        ({"protection": KeyProtection()}, {"key_protection": {"encryption": {"type": "default"}}}),
        (
            {"public_key": "ssh-rsa AAAA", "protection": KeyProtection("kms", "key", "id", PRIVATE)},
            {
                "public_key": "ssh-rsa AAAA",
                "key_protection": {
                    "encryption": {"type": "kms", "kms_key_name": "key", "kms_key_id": "id"},
                    "private_key": PRIVATE,
                },
            },
        ),
    ],
    ids=str,
)  # fmt: skip
def test_creation(wire: Any, reply: Any, cloud: Any, given: dict[str, Any], sent: dict[str, Any]) -> None:
    made = {"keypair": {**PAIR, "user_id": "u1", "private_key": PRIVATE}}
    wire.expect("POST", ROOT, query=[], json={"keypair": {"name": "k", **sent}}, reply=reply(200, made))
    found = cloud.keypairs.create("k", **given)
    assert (found.private_key, found.scope, found.is_key_protection) == (
        PRIVATE, given.get("scope"), True if "protection" in given else None
    )  # fmt: skip
    assert PRIVATE not in repr(found) and PRIVATE not in repr(given.get("protection"))


@pytest.mark.parametrize("answer", [(202, {"keypair": PAIR}), (200, {}), (200, {"keypair": {**PAIR, "name": "l"}})])
def test_a_creation_that_is_not_proven(wire: Any, reply: Any, cloud: Any, answer: Any) -> None:
    wire.expect("POST", ROOT, reply=reply(*answer))
    with pytest.raises(InvalidResponse, match="Could not create the key pair k"):
        cloud.keypairs.create("k")


def test_every_page_is_read(wire: Any, reply: Any, cloud: Any) -> None:
    """A service may return smaller pages than requested, and says so with next_marker."""
    wire.expect("GET", ROOT, query=[("limit", "50")], reply=reply(200, listed("a", "b", more="b")))
    wire.expect("GET", ROOT, query=[("limit", "50"), ("marker", "b")], reply=reply(200, listed("c", more="c")))
    wire.expect("GET", ROOT, query=[("limit", "50"), ("marker", "c")], reply=reply(200, listed()))
    found = cloud.keypairs.list()
    assert [each.name for each in found] == ["a", "b", "c"] and found[0].scope == "user"


def test_a_marker_that_is_ignored(wire: Any, reply: Any, cloud: Any) -> None:
    for _page in range(2):
        wire.expect("GET", ROOT, reply=reply(200, listed("a", "b", more="b")))
    with pytest.raises(InvalidResponse, match="nothing new after the marker b"):
        cloud.keypairs.list()


@pytest.mark.parametrize("status", [404, 400])
def test_a_key_pair_that_does_not_exist(wire: Any, reply: Any, cloud: Any, status: int) -> None:
    """The reference has 400 for every refusal, so the list decides."""
    for method in ("GET", "DELETE"):
        wire.expect(method, ROOT + "/k", reply=reply(status, error()))
        if status == 400:
            wire.expect("GET", ROOT, reply=reply(200, listed("l")))
    assert cloud.keypairs.get("k") is None
    cloud.keypairs.delete("k")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_refusal_of_a_key_pair_that_exists(wire: Any, reply: Any, cloud: Any, method: str) -> None:
    wire.expect(method, ROOT + "/k", reply=reply(400, error(message="frozen")))
    wire.expect("GET", ROOT, reply=reply(200, listed("k")))
    with pytest.raises(BadRequest, match="frozen"):
        cloud.keypairs.get("k") if method == "GET" else cloud.keypairs.delete("k")


def test_deletion(wire: Any, reply: Any, cloud: Any) -> None:
    wire.expect("DELETE", ROOT + "/k", query=[], reply=reply(204))
    cloud.keypairs.delete("k")
    wire.expect("DELETE", ROOT + "/k", reply=reply(200, {"x": 1}))
    wire.expect("GET", ROOT + "/k", reply=reply(200, {"keypair": PAIR}))
    with pytest.raises(InvalidResponse, match="it still exists"):
        cloud.keypairs.delete("k")


def test_permissions_of_their_own(wire: Any, reply: Any, cloud: Any) -> None:
    wire.expect("GET", ROOT, reply=reply(403, error("KPS.0403", "not allowed")))
    with pytest.raises(PermissionDenied, match=r"kps:SSHKeyPair:list.*endpoints\.keypair: none"):
        cloud.keypairs.list()


# -- clouds without KPS -----------------------------------------------------------------------------------------------


@pytest.fixture
def warnings() -> list[str]:
    return []


def plain(connect: Any, warnings: list[str], **options: Any) -> Any:
    found = connect("huaweicloud", **options)
    found.session.warn = warnings.append
    return found


def test_a_gateway_that_does_not_know_kps(wire: Any, reply: Any, connect: Any, warnings: list[str]) -> None:
    """The request that found this out was of no effect; the choice holds for the run, with one warning."""
    cloud = plain(connect, warnings)
    wire.expect("GET", ROOT + "/k", reply=reply(404, UNKNOWN_API))
    wire.expect("GET", NOVA + "/k", reply=reply(200, {"keypair": PAIR}))
    wire.expect("POST", NOVA, json={"keypair": {"name": "k"}}, reply=reply(200, {"keypair": PAIR}))
    wire.expect("DELETE", NOVA + "/k", reply=reply(202))
    wire.expect("GET", NOVA, reply=reply(200, {"keypairs": [{"keypair": PAIR}]}))
    assert cloud.keypairs.get("k").name == "k"
    cloud.keypairs.create("k")
    cloud.keypairs.delete("k")
    assert [each.name for each in cloud.keypairs.list()] == ["k"]
    (warning,) = warnings
    assert "no key pair service (KPS)" in warning and "endpoints.keypair to none" in warning


def test_the_choice_holds_for_the_other_tasks_of_a_run(wire: Any, reply: Any, clock: Any, tmp_path: Any) -> None:
    """With a project in the credentials, too, where nothing else is written to the folder of the run."""
    auth = {"access_key": "ak", "secret_key": "sk", "project_id": "p1", "auth_url": wire.url + "/v3"}
    given = {"platform": "huaweicloud", "region": "r1", "endpoint": wire.url, "auth": auth, "api_retries": 0}
    folder = RunFolder(str(tmp_path / "run"), b"k" * 32, lambda _level, _words: None)
    wire.expect("GET", ROOT, reply=reply(404, UNKNOWN_API))
    warned: list[str] = []
    for _task in range(3):
        wire.expect("GET", NOVA, reply=reply(200, {"keypairs": []}))
        cloud = platforms.connect(replace(resolve(given, {}), run_folder=folder), clock=clock, warn=warned.append)
        assert list(cloud.keypairs.list()) == []
        cloud.close()
    assert len(warned) == 1


def test_a_creation_finds_it_out_without_harm(wire: Any, reply: Any, connect: Any, warnings: list[str]) -> None:
    cloud = plain(connect, warnings)
    wire.expect("POST", ROOT, reply=reply(404, UNKNOWN_API))
    wire.expect("POST", NOVA, reply=reply(200, {"keypair": PAIR}))
    assert cloud.keypairs.create("k", scope="user").name == "k" and len(warnings) == 1
    for ask in (
        lambda: cloud.keypairs.create("l", scope="account"),
        lambda: cloud.keypairs.create("l", protection=KeyProtection()),
    ):
        with pytest.raises(UnsupportedOperation, match="keypair_scopes"):
            ask()
    with pytest.raises(UnsupportedOperation, match="bind_keypair.*no key pair service"):
        cloud.keypairs.require_binding()


def test_a_service_that_has_answered_exists(wire: Any, reply: Any, connect: Any, warnings: list[str]) -> None:
    cloud = plain(connect, warnings)
    wire.expect("GET", ROOT, reply=reply(200, listed("k")))
    wire.expect("GET", ROOT, reply=reply(404, UNKNOWN_API))
    cloud.keypairs.list()
    with pytest.raises(NotFound):
        cloud.keypairs.list()
    assert warnings == []


@pytest.mark.parametrize("answer", [(404, "<html>"), (500, error()), (401, error("APIGW.0301")), (404, error())])
def test_other_errors_choose_nothing(wire: Any, reply: Any, connect: Any, warnings: list[str], answer: Any) -> None:
    cloud = plain(connect, warnings)
    wire.expect("GET", ROOT, reply=reply(*answer))
    with pytest.raises(CloudError):
        cloud.keypairs.list()
    assert warnings == []


def test_a_given_endpoint_is_final(wire: Any, reply: Any, cloud: Any) -> None:
    wire.expect("GET", ROOT, reply=reply(404, UNKNOWN_API))
    with pytest.raises(NotFound, match="The API does not exist"):
        cloud.keypairs.list()


def test_none_sends_no_request_to_kps(wire: Any, reply: Any, connect: Any, warnings: list[str]) -> None:
    cloud = plain(connect, warnings, endpoints={"keypair": "none"})
    wire.expect("GET", NOVA, reply=reply(200, {"keypairs": []}))
    assert list(cloud.keypairs.list()) == [] and warnings == []


def test_a_host_that_does_not_exist(
    wire: Any, reply: Any, connect: Any, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = plain(connect, warnings)
    real, reached = socket.getaddrinfo, []

    def resolve(host: str, *rest: Any, **more: Any) -> Any:
        if host == "kms.none.example":
            reached.append(host)
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(
        type(cloud.session.auth), "endpoint",
        lambda _self, service="compute": "http://kms.none.example" if service == "keypair" else wire.url,
    )  # fmt: skip
    for _time in range(2):
        wire.expect("GET", NOVA, reply=reply(200, {"keypairs": []}))
        assert list(cloud.keypairs.list()) == []
    found = [each for each in warnings if "unencrypted" not in each]
    assert len(found) == len(reached) == 1 and "cannot be resolved" in found[0]


def test_a_machine_without_a_network_chooses_nothing(connect: Any, warnings: list[str]) -> None:
    cloud = plain(connect, warnings)

    def unknown(*_all: Any, **_more: Any) -> Any:
        raise ConnectionFailed("no name", permanent=True, unknown_host=True)

    cloud.session.request = unknown
    for _time in range(2):
        with pytest.raises(ConnectionFailed):
            cloud.keypairs.get("k")
    assert warnings == [] and not cloud.keypairs.kps.is_absent


def test_the_option_is_of_huaweicloud(connect: Any) -> None:
    with pytest.raises(SettingsError, match=r"endpoints\.keypair: platform openstack has no key pair service"):
        connect("openstack", endpoints={"keypair": "none"})
    with pytest.raises(SettingsError, match=r"endpoints\.image is not a URL"):
        connect("huaweicloud", endpoints={"image": "none"})


# -- binding ----------------------------------------------------------------------------------------------------------

SERVER = Server(id="s1", platform="huaweicloud", name="web")


def bind(cloud: Any, **arguments: Any) -> PendingAction:
    action = Action("bind_keypair", {"key_name": "k", **arguments}, ExpectedState(key_name="k"))
    (pending,) = cloud.servers.perform([(SERVER, action)])
    return pending


def unbind(cloud: Any, **arguments: Any) -> PendingAction:
    action = Action("unbind_keypair", arguments, ExpectedState(no_key_name="k"))
    (pending,) = cloud.servers.perform([(SERVER, action)])
    return pending


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {}),
        ({"password": "pw"}, {"auth": {"type": "password", "key": "pw"}}),
        ({"private_key": PRIVATE}, {"auth": {"type": "keypair", "key": PRIVATE}}),
    ],
)
def test_the_requests_of_tasks(wire: Any, reply: Any, cloud: Any, given: dict[str, Any], sent: dict[str, Any]) -> None:
    accepted = reply(202, {"task_id": "t1", "server_id": "s1", "status": "SUCCESS"})
    body: dict[str, Any] = {"keypair_name": "k", "server": {"id": "s1", **sent}}
    wire.expect("POST", ROOT + "/associate", query=[], json=body, reply=accepted)
    assert bind(cloud, **given).job_id == "t1"
    body["server"].update(disable_password=True, port=2222)
    wire.expect("POST", ROOT + "/associate", json=body, reply=accepted)
    assert bind(cloud, disable_password=True, port=2222, **given).error is None
    wire.expect("POST", ROOT + "/disassociate", query=[], json={"server": {"id": "s1", **sent}}, reply=accepted)
    pending = unbind(cloud, **given)
    assert pending.job_id == "t1" and not pending.outcome_unknown
    assert "pw" not in repr(pending) + str(pending.as_dict()) and PRIVATE not in repr(pending)


@pytest.mark.parametrize(
    ("answer", "is_open", "words"),
    [
        ((202, {}), True, "returned no task"),
        ((204, None), True, "documented success is 202"),
        ((200, {"status": "FAILED", "error_code": "KPS.9", "error_msg": "busy"}), False, "busy"),
        ((400, error(message="wrong")), False, "wrong"),
        ((500, error()), True, "no"),
    ],
)
def test_responses_that_start_no_task(
    wire: Any, reply: Any, cloud: Any, answer: Any, is_open: bool, words: str
) -> None:
    wire.expect("POST", ROOT + "/associate", reply=reply(*answer))
    pending = bind(cloud)
    assert pending.outcome_unknown is is_open and words in str(pending.error)


def test_binding_without_kps(wire: Any, reply: Any, connect: Any, warnings: list[str]) -> None:
    cloud = plain(connect, warnings)
    wire.expect("POST", ROOT + "/associate", reply=reply(404, UNKNOWN_API))
    pending = bind(cloud)
    assert isinstance(pending.error, UnsupportedOperation) and not pending.outcome_unknown and len(warnings) == 1
    with pytest.raises(UnsupportedOperation, match="server_os"):
        unbind(cloud)


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ("READY_RESET", JOB_PENDING),
        ("RUNNING_REPLACE", JOB_PENDING),
        ("SUCCESS_BIND", JOB_SUCCEEDED),
        ("SUCCESS_UNBIND", JOB_SUCCEEDED),
        ("WAITING", JOB_PENDING),
    ],
)
def test_the_status_of_a_task(wire: Any, reply: Any, cloud: Any, shown: str, status: str) -> None:
    task = {"task_id": "t1", "server_id": "s1", "task_status": shown}
    wire.expect("GET", "/v3/p1/tasks/t1", query=[], reply=reply(200, task))
    assert read_task(cloud.api, "t1").status == status


@pytest.mark.parametrize("readable", [True, False])
def test_a_failed_task_says_why(wire: Any, reply: Any, cloud: Any, readable: bool) -> None:
    rows = [
        {"task_id": "t0", "task_error_code": "KPS.1", "task_error_msg": "other"},
        {"task_id": "t1", "task_error_code": "KPS.2", "task_error_msg": "login failed"},
    ]
    wire.expect("GET", "/v3/p1/tasks/t1", reply=reply(200, {"task_status": "FAILED_REPLACE"}))
    body = {"total": 2, "tasks": rows}
    wire.expect(
        "GET", "/v3/p1/failed-tasks", query=[("limit", "1000")],
        reply=reply(200, body) if readable else reply(403, error()),
    )  # fmt: skip
    job = read_task(cloud.api, "t1")
    assert job.status == JOB_FAILED and job.code == ("KPS.2" if readable else None)
    assert "FAILED_REPLACE" in str(job.message) and ("login failed" in str(job.message)) is readable
    assert "security groups" in str(job.message)


@pytest.mark.parametrize("status", [400, 404])
def test_a_task_that_is_unknown(wire: Any, reply: Any, cloud: Any, status: int) -> None:
    wire.expect("GET", "/v3/p1/tasks/t1", reply=reply(status, error()))
    assert read_task(cloud.api, "t1").status == JOB_VANISHED


def test_a_task_without_a_status(wire: Any, reply: Any, cloud: Any) -> None:
    wire.expect("GET", "/v3/p1/tasks/t1", reply=reply(200, {"task_id": "t1"}))
    with pytest.raises(InvalidResponse, match="no task_status"):
        read_task(cloud.api, "t1")


@pytest.mark.parametrize("readable", [True, False])
def test_many_tasks_are_polled_by_one_list(serve: Any, wire: Any, reply: Any, cloud: Any, readable: bool) -> None:
    """Those that the list does not contain have ended, or are not listed yet, so they are read alone."""
    ids = ["t%d" % number for number in range(8)]
    running = {"tasks": [{"task_id": each} for each in ids[:6]]}
    serve({
        "GET /v3/p1/running-tasks": running if readable else reply(403, error()),
        **{"GET /v3/p1/tasks/" + each: {"task_status": "SUCCESS_RESET"} for each in ids},
    })  # fmt: skip
    jobs = read_tasks(cloud.api, ids)
    assert sorted(jobs) == ids and len(wire.seen) == (3 if readable else 9)
    pending = [each for each in ids if jobs[each].status == JOB_PENDING]
    assert pending == (ids[:6] if readable else [])


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"server_id": "s1", "keypair_name": "k", "operate_type": "FAILED_RESET"}, True),
        ({"server_id": "s2", "keypair_name": "k", "operate_type": "FAILED_RESET"}, False),
        ({"server_id": "s1", "keypair_name": "l", "operate_type": "FAILED_RESET"}, False),
        ({"server_id": "s1", "keypair_name": "k", "operate_type": "FAILED_UNBIND"}, False),
    ],
)
def test_the_task_of_a_lost_response(wire: Any, reply: Any, cloud: Any, row: dict[str, Any], found: bool) -> None:
    lost = PendingAction("s1", "bind_keypair", outcome_unknown=True, expected_state=ExpectedState(key_name="k"))
    for _look in range(1 if found else 2):
        body = {"total": 1, "tasks": [{"task_id": "t1", **row}]}
        wire.expect("GET", "/v3/p1/running-tasks", query=[("limit", "1000")], reply=reply(200, body))
    pending = find_task(cloud.api, lost)
    assert (pending.job_id if pending else None) == ("t1" if found else None)


def test_the_task_of_a_lost_unbinding(wire: Any, reply: Any, cloud: Any) -> None:
    lost = PendingAction("s1", "unbind_keypair", outcome_unknown=True)
    rows = [{"task_id": "t1", "server_id": "s1", "operate_type": "FAILED_UNBIND", "keypair_name": "k"}]
    wire.expect("GET", "/v3/p1/running-tasks", reply=reply(200, {"tasks": rows}))
    assert cloud.servers.recover_action(lost, None).job_id == "t1"
    assert cloud.servers.recover_action(PendingAction("s1", "reboot"), None) is None


def test_expected_states_of_key_pairs() -> None:
    with_k, without = Server(id="s", platform="x", key_name="k"), Server(id="s", platform="x")
    assert ExpectedState(key_name="k").met(with_k) and not ExpectedState(key_name="k").met(without)
    assert ExpectedState(no_key_name="k").met(without) and not ExpectedState(no_key_name="k").met(with_k)
    assert ExpectedState.from_dict(ExpectedState(no_key_name="k").as_dict()) == ExpectedState(no_key_name="k")


# -- the official SDK's models ----------------------------------------------------------------------------------------


def test_the_requests_have_the_fields_of_the_official_sdk(
    serve: Any, wire: Any, reply: Any, cloud: Any, load_sdk: Any
) -> None:
    models = load_sdk("huaweicloudsdkkps.v3")
    accepted = reply(202, {"task_id": "t1"})
    serve({
        "POST " + ROOT: {"keypair": PAIR},
        "POST " + ROOT + "/associate": accepted,
        "POST " + ROOT + "/disassociate": accepted,
    })  # fmt: skip
    for protection in (KeyProtection("kms", "key", "id", PRIVATE), KeyProtection()):
        cloud.keypairs.create("k", "ssh-rsa AAAA", "ssh", scope="account", protection=protection)
    for login in ({"password": "pw"}, {"private_key": PRIVATE}, {}):
        bind(cloud, disable_password=False, port=22, **login)
        unbind(cloud, **login)
    kinds = {
        ROOT: "CreateKeypairRequestBody",
        ROOT + "/associate": "AssociateKeypairRequestBody",
        ROOT + "/disassociate": "DisassociateKeypairRequestBody",
    }
    sent = [each for each in wire.seen if each.method == "POST"]
    assert len(sent) == 8
    for each in sent:
        assert model_differences(each.json, kinds[each.path], models) == []
    assert model_differences({"keypair": {"nme": "k", "scope": "all"}}, "CreateKeypairRequestBody", models), (
        "it can fail"
    )
