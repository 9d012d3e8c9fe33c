# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task gets from a cloud that misbehaves: a sentence, the outcome of each server, and nothing done twice."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import NOVA, Bench, actions, nothing_done, outcome, refused, says, stopped

WEB = ["web-01", "web-02"]


# -- while servers are looked for -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status, parts",
    [
        (403, ["HTTP 403", "role"]),
        (404, ["HTTP 404", "endpoint"]),
        (409, ["HTTP 409", "try again"]),
        (429, ["HTTP 429", "Too many requests", "try later"]),
        (500, ["HTTP 500", "Internal Server Error"]),
        (502, ["HTTP 502", "Bad Gateway", "try later"]),
        (503, ["HTTP 503", "try later"]),
    ],
)
def test_a_list_that_is_refused(bench: Bench, status: int, parts: list[str]) -> None:
    bench.fault("list", status=status)
    with nothing_done(bench):
        result = bench.power(names=WEB, state="stopped")
    message = refused(result, "Could not list the servers", "request ", *parts)
    assert result["error"]["status"] == status and result["error"]["request_id"] in message
    repeated = status in (429, 500, 502, 503)
    assert len(bench.requests("list")) == (2 if repeated else 1), "api_retries: 1 is one more try, where it can help"


@pytest.mark.parametrize("fault", [{"html": True}, {"truncate": True}, {"text": ""}, {"body": []}], ids=str)
def test_a_list_that_is_no_json(bench: Bench, fault: dict[str, Any]) -> None:
    bench.fault("list", **({"status": 200} if "truncate" not in fault else {}), **fault)
    with nothing_done(bench):
        result = bench.power(names=WEB, state="stopped")
    assert result["failed"] and not result["changed"]
    assert "Could not list the servers: the response " in result["msg"] and "\n" not in result["msg"]


def test_a_list_from_a_front_end_in_trouble(bench: Bench) -> None:
    bench.fault("list", html=True, status=502)
    result = refused(bench.call("server_info", all=True), "HTTP 502", "Bad Gateway", "try later")
    assert "<" not in result


@pytest.mark.parametrize(
    "fault",
    [{"status": 429}, {"status": 500}, {"status": 502}, {"html": True}, {"truncate": True}, {"reset": "before"}],
    ids=str,
)
def test_a_list_that_fails_once_is_asked_for_again(bench: Bench, fault: dict[str, Any]) -> None:
    bench.fault("list", times=1, **fault)
    result = bench.call("server_info", names=["web-01"], fields=["name", "status"])
    assert [each["name"] for each in result["servers"]] == ["web-01"]
    assert len(bench.requests("list")) == 2


def test_a_list_whose_connection_is_reset(bench: Bench) -> None:
    bench.fault("list", reset="before")
    with nothing_done(bench):
        refused(bench.power(names=WEB, state="stopped"), "Could not list the servers", "closed the connection")


def test_a_list_that_is_lost_is_not_said_to_have_an_effect(bench: Bench) -> None:
    bench.fault("list", reset="before")
    assert "took effect" not in refused(bench.power(names=WEB, state="stopped"), "Could not list the servers")


def test_retry_after_is_waited_for(bench: Bench) -> None:
    bench.fault("list", times=1, status=429, headers={"Retry-After": "37"})
    assert bench.call("server_info", names=["web-01"])["servers"]
    assert 37 <= bench.clock.elapsed < 38


@pytest.mark.parametrize("platform", NOVA)
def test_a_token_that_expires_between_two_pages(bench: Bench) -> None:
    bench.fault("list", times=1, after=1, expire_token=True)
    result = bench.call("server_info", all=True, page_size=4, fields=["name", "status"])
    assert len(result["servers"]) >= 14
    assert len(bench.requests("create token") or bench.requests("E59")) == 2


# -- while servers are acted upon -------------------------------------------------------------------------------------


def test_a_token_that_expires_before_the_action(bench: Bench) -> None:
    options = bench.credentials("iam_user") if bench.platform == "huaweicloud" else {}
    bench.fault("stop", times=1, expire_token=True)
    result = bench.power(names=WEB, state="stopped", **options)
    assert [outcome(result, name)["outcome"] for name in WEB] == ["done", "done"]
    assert not result.get("failed") and stopped(bench, *WEB)


@pytest.mark.parametrize("platform", NOVA)
def test_new_tokens_that_are_refused_too_are_not_asked_for_again_and_again(bench: Bench) -> None:
    bench.fault("stop", expire_token=True)
    refused(bench.power(names=WEB, state="stopped"), "HTTP 401", "Check the credentials")
    assert len(actions(bench, "web-01")) == 2 and actions(bench, "web-02") == []
    assert not stopped(bench, "web-01")


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_signature_that_is_refused_is_not_sent_again(bench: Bench) -> None:
    bench.fault("stop", status=401)
    refused(bench.power(names=WEB, state="stopped"), "HTTP 401", "Check the credentials")
    assert len(bench.requests("stop")) == 1


@pytest.mark.parametrize("platform", NOVA)
def test_a_reader_may_look_and_not_act(bench: Bench) -> None:
    reader = bench.credentials("reader")
    assert bench.call("server_info", names=["web-01"], **reader)["servers"]
    result = bench.power(names=WEB, state="stopped", **reader)
    refused(result, "2 of 2 servers could not be stopped", "web-01", "web-02", "Policy doesn't allow", "role")
    for name in WEB:
        assert outcome(result, name)["outcome"] == "failed"
        assert outcome(result, name)["code"] == "forbidden" and outcome(result, name)["request_id"]
        assert len(actions(bench, name)) == 1


@pytest.mark.parametrize(
    "status, parts",
    [
        (403, ["role"]),
        (404, ["Check the id or name"]),
        (409, ["current state does not allow it"]),
    ],
)
def test_an_action_that_is_refused_on_one_server(bench: Bench, status: int, parts: list[str]) -> None:
    path = None if bench.platform == "huaweicloud" else bench.id_of("web-01")
    # Huawei Cloud refuses whole batches: the first call has both, the second web-01 alone, the third web-02.
    order = {"platform": bench.platform, "method": "POST", "path": path or "cloudservers/action", "times": None}
    if bench.platform == "huaweicloud":
        order["times"] = 2 if status != 403 else None
    bench.control("POST", "/faults", {**order, "do": {"status": status, "reason": "no"}})
    result = bench.power(names=WEB, state="stopped")
    assert result["failed"]
    says(result, "could not be stopped", "web-01", bench.id_of("web-01"), *parts)
    assert outcome(result, "web-01")["outcome"] == "failed" and outcome(result, "web-01")["actions"] == []
    if bench.platform == "huaweicloud" and status == 403:
        assert outcome(result, "web-02")["outcome"] == "failed", "what is refused to a batch is refused to its parts"
        return
    assert outcome(result, "web-02")["outcome"] == "done" and stopped(bench, "web-02")
    assert "web-02" not in result["msg"] and result["changed"]


def test_too_many_requests_without_retry_after(bench: Bench) -> None:
    bench.fault("stop", times=1, status=429)
    result = bench.power(names=["web-01"], state="stopped")
    assert outcome(result, "web-01")["outcome"] == "done" and len(actions(bench, "web-01")) == 2


def test_too_many_requests_with_retry_after(bench: Bench) -> None:
    bench.fault("stop", times=1, status=429, headers={"Retry-After": "21"})
    result = bench.power(names=["web-01"], state="stopped")
    assert outcome(result, "web-01")["outcome"] == "done" and bench.clock.elapsed >= 21


def test_too_many_requests_for_good(bench: Bench) -> None:
    bench.fault("stop", status=429)
    result = bench.power(names=["web-01"], state="stopped")
    refused(result, "1 of 1 server could not be stopped", "web-01", "Too many requests; try later")
    assert not stopped(bench, "web-01")


def test_unavailable_with_retry_after_is_tried_again(bench: Bench) -> None:
    bench.fault("stop", times=1, status=503, headers={"Retry-After": "5"})
    result = bench.power(names=["web-01"], state="stopped")
    assert outcome(result, "web-01")["outcome"] == "done" and bench.clock.elapsed >= 5


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_error_without_effect_is_a_failure_and_not_sent_again(bench: Bench, status: int) -> None:
    bench.fault("stop", status=status)
    result = bench.power(names=["web-01"], state="stopped")
    assert result["failed"] and not result["changed"]
    says(result, "web-01", bench.id_of("web-01"), "could not be stopped")
    assert len(actions(bench, "web-01")) == 1
    assert not stopped(bench, "web-01")


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 502}, {"status": 504}], ids=str)
def test_a_server_error_after_the_action_took_effect_is_not_called_a_failure(
    bench: Bench, fault: dict[str, Any]
) -> None:
    bench.fault("stop", times=1, effect=True, **fault)
    result = bench.power(names=["web-01"], state="stopped")
    bench.clock.sleep(5)
    assert stopped(bench, "web-01"), "the fault was ordered to have its effect"
    assert outcome(result, "web-01")["outcome"] == "done" and outcome(result, "web-01")["actions"] == ["stop"]
    assert result["changed"] and not result.get("failed")
    assert len(actions(bench, "web-01")) == 1


def test_an_accepted_action_whose_answer_is_cut_off_is_not_called_a_failure(bench: Bench) -> None:
    bench.fault("stop", times=1, truncate=True)
    result = bench.power(names=["web-01"], state="stopped")
    bench.clock.sleep(5)
    assert stopped(bench, "web-01")
    assert outcome(result, "web-01")["outcome"] == "done" and result["changed"]
    assert len(actions(bench, "web-01")) == 1


def test_html_in_answer_to_an_action_is_not_taken_for_success(bench: Bench) -> None:
    bench.fault("stop", html=True)
    result = bench.power(names=["web-01"], state="stopped")
    assert result["failed"] and outcome(result, "web-01")["outcome"] in ("failed", "unknown")
    says(result, "web-01", bench.id_of("web-01"))
    assert not stopped(bench, "web-01")


@pytest.mark.parametrize(
    "platform",
    [
        *NOVA,
        "huaweicloud",
    ],
)
def test_html_in_answer_to_an_action_is_not_waited_for_in_vain(bench: Bench) -> None:
    bench.fault("stop", html=True)
    bench.power(names=["web-01"], state="stopped")
    assert bench.clock.elapsed < 60


# -- answers that are lost --------------------------------------------------------------------------------------------


def test_a_stop_that_was_lost_before_it_took_effect_is_asked_for_again_after_a_look(bench: Bench) -> None:
    bench.fault("stop", times=1, reset="before")
    result = bench.power(names=["web-01"], state="stopped")
    assert outcome(result, "web-01")["outcome"] == "done" and outcome(result, "web-01")["actions"] == ["stop"]
    first, second = actions(bench, "web-01")
    between = [row for row in bench.requests() if first["n"] < row["n"] < second["n"]]
    assert any(row["method"] == "GET" for row in between), "the server was not looked at between the two"
    assert stopped(bench, "web-01")


def test_a_stop_that_was_lost_after_it_took_effect_is_not_sent_again(bench: Bench) -> None:
    bench.fault("stop", times=1, reset="after")
    result = bench.power(names=["web-01"], state="stopped")
    assert outcome(result, "web-01")["outcome"] == "done" and outcome(result, "web-01")["actions"] == ["stop"]
    assert result["changed"] and len(actions(bench, "web-01")) == 1


def test_a_stop_that_is_always_lost_is_given_up(bench: Bench) -> None:
    bench.fault("stop", reset="before")
    result = bench.power(names=["web-01"], state="stopped")
    assert result["failed"] and outcome(result, "web-01")["outcome"] == "unknown"
    says(result, "web-01", "closed the connection", "6 attempts")
    assert len(actions(bench, "web-01")) <= 6


def test_a_reboot_that_was_lost_before_it_took_effect_is_never_sent_again(bench: Bench) -> None:
    bench.fault("reboot", times=1, reset="before")
    result = bench.power(names=["web-01"], state="restarted")
    assert result["failed"] and outcome(result, "web-01")["outcome"] == "unknown"
    says(result, "web-01", bench.id_of("web-01"), "closed the connection", "unknown whether the request took effect")
    assert len(actions(bench, "web-01")) == 1


def test_a_reboot_that_was_lost_after_it_took_effect_is_found_out(bench: Bench) -> None:
    bench.fault("reboot", times=1, reset="after")
    result = bench.power(names=["web-01"], state="restarted")
    assert outcome(result, "web-01")["outcome"] == "done" and result["changed"] and not result.get("failed")
    assert len(actions(bench, "web-01")) == 1


def test_a_wait_outlives_a_cloud_that_is_away_for_a_while(bench: Bench) -> None:
    poll = {"openstack": "E03", "easystack": "E03", "ustack": "U04", "huaweicloud": "H09"}[bench.platform]
    bench.fault(poll, times=6, status=502)
    result = bench.power(names=["web-01"], state="stopped")
    assert outcome(result, "web-01")["outcome"] == "done" and len(actions(bench, "web-01")) == 1
