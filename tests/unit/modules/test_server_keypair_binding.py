# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_keypair where a server has one key pair, which the cloud binds, replaces and unbinds by a task."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused

pytestmark = pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)

PASSWORD = "Root-Secret-4711"
PRIVATE = (
    "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0LWxpbmUtdGhhdC1ub2JvZHktbWF5LXJlYWQ\n-----END RSA PRIVATE KEY-----\n"
)
SECRET_LINE = "c2VjcmV0LWxpbmUtdGhhdC1ub2JvZHktbWF5LXJlYWQ"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh me@here"
RUNNING, STOPPED = {"names": ["web-02"]}, {"names": ["batch-01"]}


def sent(bench: Bench) -> list[Any]:
    """The requests to bind and unbind."""
    return [row["body"] for row in bench.requests() if row["name"] in ("associate keypair", "disassociate keypair")]


def no_secret(result: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(result)
    assert PASSWORD not in text and SECRET_LINE not in text, text
    return result


def call(bench: Bench, **options: Any) -> dict[str, Any]:
    return no_secret(bench.call("server_keypair", **{"key_names": ["operators"], **options}))


def keep(bench: Bench, name: str = "deploy", **options: Any) -> None:
    assert bench.call("keypair", name=name, public_key=KEY, **options)["changed"]


def twice(bench: Bench, **options: Any) -> dict[str, Any]:
    """Predicts, does it, and does it again: what was predicted was done, once."""
    with nothing_done(bench):
        predicted = call(bench, check=True, diff=True, **options)
    done = call(bench, diff=True, **options)
    assert predicted["changed"] is done["changed"] is True and predicted["diff"] == done["diff"]
    assert {each["outcome"] for each in predicted["outcomes"]} == {"planned"}
    assert {each["outcome"] for each in done["outcomes"]} == {"done"}
    with nothing_done(bench):
        for check in (True, False):
            assert call(bench, check=check, **options)["changed"] is False
    return done


def test_binding_to_a_running_server(bench: Bench) -> None:
    bench.change("web-02", password=PASSWORD)
    done = twice(bench, **RUNNING, password=PASSWORD, private_key=PRIVATE)
    assert bench.server("web-02")["key_name"] == "operators" and done["servers"][0]["key_name"] == "operators"
    assert outcome(done, "web-02")["actions"] == ["bind_keypair"]
    (asked,) = [row for row in bench.requests() if row["name"] == "associate keypair"]
    assert asked["body"]["server"]["auth"]["type"] == "password" and PASSWORD not in json.dumps(bench.requests())


def test_binding_to_a_stopped_server_needs_no_login(bench: Bench) -> None:
    twice(bench, **STOPPED, password=PASSWORD, port=2222, disable_password=True)
    assert sent(bench) == [
        {
            "keypair_name": "operators",
            "server": {"id": bench.id_of("batch-01"), "disable_password": True, "port": 2222},
        }
    ], "the password is not sent"


def test_replacing(bench: Bench) -> None:
    keep(bench)
    twice(bench, names=["web-01"], key_names=["deploy"], private_key=PRIVATE)
    assert bench.server("web-01")["key_name"] == "deploy"
    assert sent(bench)[0]["server"]["auth"]["type"] == "keypair"


def test_unbinding(bench: Bench) -> None:
    bench.change("batch-01", key_name="operators")
    options = {"names": ["web-01", "batch-01"], "key_names": ["operators", "deploy"], "state": "detached"}
    twice(bench, private_key=PRIVATE, **options)
    assert [bench.server(name)["key_name"] for name in ("web-01", "batch-01")] == [None, None]
    stopped = next(body for body in sent(bench) if body["server"]["id"] == bench.id_of("batch-01"))
    assert stopped == {"server": {"id": bench.id_of("batch-01")}}, "a stopped server needs no login"


def test_another_key_pair_is_not_unbound(bench: Bench) -> None:
    with nothing_done(bench):
        assert not call(bench, names=["web-01", "web-02"], key_names=["deploy"], state="detached")["changed"]


def test_a_key_pair_of_the_account(bench: Bench) -> None:
    keep(bench, "ours", scope="account")
    twice(bench, **STOPPED, key_names=["ours"])


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({**RUNNING}, ["web-02", "it is running", "password, the password of root", "stop the server"]),
        ({**RUNNING, "private_key": PRIVATE}, ["password, the password of root"]),
        ({"names": ["web-01"], "key_names": ["deploy"]}, ["private_key, the private key of its key pair operators"]),
        ({"names": ["web-01"], "key_names": ["deploy"], "password": PASSWORD}, ["private_key"]),
        ({"names": ["web-01"], "state": "detached"}, ["private_key, the private key of its key pair operators"]),
    ],
    ids=str,
)
def test_a_running_server_needs_a_login(bench: Bench, options: dict[str, Any], parts: list[str]) -> None:
    keep(bench)
    for check in (True, False):
        with nothing_done(bench):
            refused(call(bench, check=check, **options), *parts)


@pytest.mark.parametrize("status", ["PAUSED", "ERROR"])
def test_a_server_that_is_neither_running_nor_stopped(bench: Bench, status: str) -> None:
    bench.change("web-02", status=status)
    with nothing_done(bench):
        refused(
            call(bench, **RUNNING, password=PASSWORD), "it is in status " + status, "while it is running or stopped"
        )


def test_a_server_that_is_being_stopped_is_waited_for(bench: Bench) -> None:
    bench.call("server_power", names=["web-02"], state="stopped", wait=False)
    assert call(bench, **RUNNING)["changed"] and bench.server("web-02")["key_name"] == "operators"
    assert "auth" not in sent(bench)[0]["server"]


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"key_names": ["operators", "deploy"]}, ["a server has one key pair on this platform", "lists 2"]),
        ({"key_names": []}, ["key_names: list at least one key pair"]),
        ({"key_names": ["nix"]}, ["the user has no key pair nix", "keypair"]),
        ({"port": 0}, ["port: 0 is out of range"]),
        ({"port": 65536}, ["port: 65536 is out of range"]),
        ({"private_key": "no key " + SECRET_LINE}, ["private_key: it is not a private key in PEM format"]),
        ({"state": "detached", "port": 22}, ["disable_password and port", "state: attached"]),
        ({"state": "detached", "disable_password": False}, ["disable_password and port"]),
    ],
    ids=str,
)
def test_bad_input(bench: Bench, options: dict[str, Any], parts: list[str]) -> None:
    for check in (True, False):
        with nothing_done(bench):
            refused(call(bench, check=check, **{**STOPPED, **options}), *parts)


def test_a_login_that_fails(bench: Bench) -> None:
    """The others are bound; the task of KPS says why it failed."""
    bench.change("web-02", password="Another-Secret-1")
    result = call(bench, names=["web-02", "batch-01"], password=PASSWORD)
    assert result["failed"] and result["changed"] is True
    failed = outcome(result, "web-02")
    assert failed["outcome"] == "failed" and failed["code"] == "KPS.2002" and "security groups" in failed["message"]
    assert outcome(result, "batch-01")["outcome"] == "done" and bench.server("web-02")["key_name"] is None


def test_a_private_key_that_was_generated(bench: Bench, tmp_path: Any) -> None:
    path = tmp_path / "key"
    assert bench.call("keypair", name="made", private_key_path=str(path))["changed"]
    call(bench, **STOPPED, key_names=["made"])
    bench.change("batch-01", status="ACTIVE")
    wrong = call(bench, **STOPPED, private_key=PRIVATE)
    assert outcome(wrong, "batch-01")["outcome"] == "failed" and bench.server("batch-01")["key_name"] == "made"
    done = call(bench, **STOPPED, private_key=path.read_text())
    assert done["changed"] and bench.ready["credentials"]["private_key_marker"] not in json.dumps(done)


def test_without_waiting(bench: Bench) -> None:
    result = call(bench, **STOPPED, wait=False)
    assert result["changed"] and outcome(result, "batch-01")["outcome"] == "pending"
    assert bench.server("batch-01")["key_name"] is None
    running = bench.call("job_info", handle=result["handle"])
    assert outcome(running, "batch-01")["outcome"] == "pending"
    done = bench.call("job_info", handle=result["handle"], wait=True)
    assert outcome(done, "batch-01")["outcome"] == "done" and bench.server("batch-01")["key_name"] == "operators"


def test_a_handle_of_a_task_that_fails(bench: Bench) -> None:
    bench.fault(
        "associate keypair",
        job={"status": "FAIL", "fail_servers": "all", "code": "KPS.9", "reason": "the guest is full"},
    )
    result = call(bench, **STOPPED, wait=False)
    assert PASSWORD not in json.dumps(result["handle"])
    joined = bench.call("job_info", handle=result["handle"], wait=True)
    assert joined["failed"] and "the guest is full" in outcome(joined, "batch-01")["message"]


@pytest.mark.parametrize(
    "fault", [{"reset": "after"}, {"truncate": True}, {"status": 500, "effect": True}, {"text": "", "effect": True}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("state", ["attached", "detached"])
def test_a_response_that_is_lost(bench: Bench, fault: dict[str, Any], state: str) -> None:
    """The tasks that are running show it, so it is not sent again."""
    if state == "detached":
        bench.change("batch-01", key_name="operators")
    operation = "associate keypair" if state == "attached" else "disassociate keypair"
    bench.fault(operation, times=1, **fault)
    result = call(bench, **STOPPED, state=state)
    assert outcome(result, "batch-01")["outcome"] == "done" and result["changed"] is True
    assert bench.server("batch-01")["key_name"] == ("operators" if state == "attached" else None)
    assert len(sent(bench)) == 1


def test_a_request_that_did_not_arrive(bench: Bench) -> None:
    bench.fault("associate keypair", times=1, reset="before")
    result = call(bench, **STOPPED)
    assert outcome(result, "batch-01")["outcome"] == "done" and bench.server("batch-01")["key_name"] == "operators"


def test_a_task_that_vanishes(bench: Bench) -> None:
    """The record of the server decides."""
    bench.fault("associate keypair", job="vanish")
    assert outcome(call(bench, **STOPPED), "batch-01")["outcome"] == "done"


def test_a_task_that_never_ends(bench: Bench) -> None:
    bench.fault("associate keypair", stuck=True)
    result = call(bench, **STOPPED, wait_timeout=30.0)
    late = outcome(result, "batch-01")
    assert result["failed"] and late["outcome"] == "unknown" and "after 30 seconds" in late["message"]
    assert "A task is running" in json.dumps(call(bench, **STOPPED)), "and it stays so"


def test_a_cloud_without_the_service(bench: Bench) -> None:
    bench.options["endpoints"] = {"keypair": "none"}
    for check in (True, False):
        for state in ("attached", "detached"):
            with nothing_done(bench):
                refused(
                    call(bench, check=check, **STOPPED, state=state),
                    "no operation bind_keypair", "server_os", "no key pair service",
                )  # fmt: skip


def test_a_gateway_that_does_not_know_the_service(bench: Bench) -> None:
    unknown = {"error_code": "APIGW.0101", "error_msg": "The API does not exist", "request_id": "r"}
    rule = {"platform": "huaweicloud", "path": "^/v3/[0-9a-f]+/", "do": {"status": 404, "body": unknown}}
    bench.control("POST", "/faults", rule)
    listed = bench.call("keypair_info")
    assert [each["name"] for each in listed["keypairs"]] == ["operators"] and len(listed["warnings"]) == 1
    for check in (True, False):
        with nothing_done(bench):
            refused(call(bench, check=check, **STOPPED), "no operation bind_keypair", "server_os")
    result = call(bench, names=["web-01"], state="detached", private_key=PRIVATE)
    assert "no operation unbind_keypair" in result["msg"] and result["changed"] is False


def test_many_servers(bench: Bench) -> None:
    """The failure of one loses nothing of the others, and a poll of many tasks is one list."""
    many = ["web-01", "web-02", "web-03", "web-04", "db-01", "db-02"]
    for name in many:
        bench.change(name, status="SHUTOFF", key_name=None)
    failing = [bench.id_of("web-03")]
    bench.fault("associate keypair", job={"status": "FAIL", "fail_servers": failing, "code": "KPS.9", "reason": "full"})
    result = call(bench, names=many)
    found = {name: outcome(result, name)["outcome"] for name in many}
    assert found.pop("web-03") == "failed" and set(found.values()) == {"done"} and result["changed"]
    assert "web-03" in result["msg"] and "full" in outcome(result, "web-03")["message"]
    assert len(bench.requests("list running keypair tasks")) > 1
    assert len(bench.requests("show keypair task")) == len(many), "each once, when it had ended"
