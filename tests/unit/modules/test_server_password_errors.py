# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of server_password: weak passwords, servers that refuse theirs, clouds that do not respond."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules.bench import NOVA, Bench, nothing_done, outcome, refused, says
from modules.server_password_tasks import BATCH, GOOD, WEB, changes, hold_check_to_run, holds, rehearse, set_password

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    passwords as huaweicloud_passwords,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.servers import NovaServers
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import password as passwords

#: What each platform calls the operation.
CALL = {"openstack": "E28", "easystack": "E28", "ustack": "U11", "huaweicloud": "H06"}
TWO = ["web-01", "web-02"]
LABELS = "cloudserver_password_revision"

# -- weak passwords ---------------------------------------------------------------------------------------------------

WEAK = {
    "Sh0rt+3": "7 characters, and 8 to 26",
    "L0ng+" + "x" * 22: "27 characters, and 8 to 26",
    "nocapitals99": "it needs 3 of",
    "ALLCAPITALS!": "it needs 3 of",
    "With Blank 1": "a character other than",
    "Dollar$ign99": "a character other than",
    "Tr0ub4dör+3": "a character other than",
    "My-Root-Pw-99": "the user name root",
    "My-toOR-Pw-99": "the user name root",
    "Administrator1": "the user name Administrator",
    "rotartsinimdA1": "the user name Administrator",
}


@pytest.mark.parametrize("password, rule", WEAK.items(), ids=range(len(WEAK)))
@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_weak_password_is_refused_before_anything_is_sent(bench: Bench, password: str, rule: str) -> None:
    with nothing_done(bench):
        for check in (True, False):
            result = bench.call("server_password", names=["web-01"], password=password, check=check)
            refused(result, "web-01", "cannot be used", rule, "nothing was done")
            assert password not in json.dumps(result)


@pytest.mark.parametrize("password", ["My-Adm-Pw-99", "Str0ng-st-STR", "Operat0r-rat-1"])
@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_windows_has_a_rule_of_its_own(bench: Bench, password: str) -> None:
    bench.change("web-02", os_type="Windows")
    assert not set_password(bench, names=["web-01"], password=password).get("failed")
    with nothing_done(bench):
        result = set_password(bench, names=TWO, password=password)
    refused(result, "web-02", "more than 2 characters in a row of the user name Administrator")


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_the_name_of_another_administrator(bench: Bench) -> None:
    with nothing_done(bench):
        refused(
            set_password(bench, names=["web-01"], user="trouble", password="My-elbuort-9x"),
            "the user name trouble, forwards or backwards",
        )


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_weak_password_in_a_mapping_stops_all_and_one_that_is_not_needed_none(bench: Bench) -> None:
    with nothing_done(bench):
        refused(set_password(bench, names=TWO, passwords={"web-01": GOOD, "web-02": "weak"}), "web-02", "4 characters")
    bench.change("web-02", metadata={"cloudserver_password_revision": "r1"})
    result = set_password(bench, names=TWO, passwords={"web-01": GOOD, "web-02": "weak"}, revision="r1")
    assert [each["outcome"] for each in result["outcomes"]] == ["done", "unchanged"]


@pytest.mark.parametrize("platform", NOVA)
def test_nova_documents_no_rules_but_a_password_is_not_empty(bench: Bench) -> None:
    with nothing_done(bench):
        refused(set_password(bench, names=["web-01"], password=""), "web-01", "0 characters")
    set_password(bench, names=["web-01"], password="weak root ö$")
    assert holds(bench, "web-01", "weak root ö$")


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_weakness_that_only_the_cloud_knows(bench: Bench) -> None:
    body = {"error": {"code": "Ecs.0011", "message": f"The password {GOOD} is in a dictionary."}}
    bench.fault("H06", status=400, body=body)
    result = set_password(bench, names=TWO)
    assert result["failed"] and result["changed"] is False
    says(result, "2 of 2", "is in a dictionary", "8 to 26 characters")
    assert {each["code"] for each in result["outcomes"]} == {"Ecs.0011"}


# -- servers that refuse ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values, words",
    [
        ({"locked": True}, ["locked", "unlock it"]),
        ({"status": "ERROR"}, ["ERROR"]),
        ({"status": "VERIFY_RESIZE"}, ["VERIFY_RESIZE"]),
    ],
)
def test_one_that_cannot_fails_alone(bench: Bench, values: dict[str, Any], words: list[str]) -> None:
    bench.change("web-02", **values)
    result = set_password(bench, names=WEB)
    assert result["failed"] and result["changed"]
    says(result, "1 of 4 servers could not be given the password", "web-02", bench.id_of("web-02"), *words)
    assert changes(bench, *WEB) == [1, 0, 1, 1] and outcome(result, "web-02")["actions"] == []
    assert all(holds(bench, name, GOOD) for name in ("web-01", "web-03", "web-04"))


@pytest.mark.parametrize("platform", NOVA)
def test_a_guest_that_cannot_on_nova(bench: Bench) -> None:
    bench.change("web-02", reset_plugin=False)
    result = set_password(bench, names=TWO, revision="r1")
    says(result, "1 of 2", "web-02", "setting it is not supported")
    assert changes(bench, *TWO) == [1, 0] and "cloudserver_password_revision" not in bench.server("web-02")["metadata"]


@pytest.mark.parametrize("option", ["partial", "all_or_nothing"])
@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_whatever_a_refused_batch_did_the_others_are_done(bench: Bench, option: str) -> None:
    bench.control("PUT", "/huaweicloud/options", {"reset_passwords": option})
    bench.change("web-02", reset_plugin=False)
    bench.change("db-01", reset_plugin=False)
    result = hold_check_to_run(bench, names=[*WEB, "db-01"], revision="r1")
    assert result["failed"] and result["changed"]
    says(result, "2 of 5", "web-02", "db-01", "plug-in", "Install the password reset plug-in")
    assert outcome(result, "web-02")["code"] == "Ecs.0613"
    assert all(holds(bench, name, GOOD) for name in ("web-01", "web-03", "web-04"))
    assert changes(bench, "web-02", "db-01") == [0, 0]
    assert [LABELS in bench.server(name)["metadata"] for name in ("web-01", "web-02")] == [True, False]
    run = [row["body"] for row in bench.requests(BATCH) if not row["body"].get("dry_run")]
    assert [len(body["servers"]) for body in run] == [5, 3]


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_check_mode_reports_what_the_dry_run_refuses_and_changes_nothing(bench: Bench) -> None:
    bench.change("web-02", reset_plugin=False)
    result = rehearse(bench, names=WEB)
    assert result["failed"] and result["changed"] and changes(bench, *WEB) == [0] * 4
    says(result, "1 of 4", "web-02", "plug-in")
    assert [each["outcome"] for each in result["outcomes"]] == ["failed", "planned", "planned", "planned"]
    assert result["outcomes"][0]["name"] == "web-02"
    assert f"web-02 ({bench.id_of('web-02')})" not in result["diff"]["after"] and len(result["diff"]["after"]) == 3


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_server_that_vanishes_between_the_list_and_the_batch(bench: Bench) -> None:
    error = {
        "error": {"code": "Ecs.0611", "message": "failed"},
        "internalError": [
            {"id": bench.id_of("web-02"), "error_code": "Ecs.0614", "error_message": "The server could not be found."}
        ],
    }
    bench.fault("H06", times=1, status=400, body=error)
    result = set_password(bench, names=TWO)
    says(result, "1 of 2", "web-02", "could not be found")
    assert outcome(result, "web-02")["code"] == "Ecs.0614" and changes(bench, *TWO) == [1, 0]


@pytest.mark.parametrize("platform", NOVA)
def test_a_server_that_is_deleted_meanwhile_on_nova(bench: Bench) -> None:
    bench.later(lambda: bench.remove("web-02"))
    result = set_password(bench, names=TWO)
    says(result, "1 of 2", "web-02", "no longer exists")
    assert outcome(result, "web-01")["outcome"] == "done"


@pytest.mark.parametrize("platform", NOVA)
def test_a_change_that_fails_inside_of_nova(bench: Bench) -> None:
    bench.fault(CALL[bench.platform], fail_servers=["web-02"], reason="the agent does not answer")
    result = set_password(bench, names=TWO, revision="r1")
    assert result["failed"] and result["changed"]
    says(result, "1 of 2", "web-02", "the agent does not answer")
    assert outcome(result, "web-02")["request_id"].startswith("req-")
    assert LABELS not in bench.server("web-02")["metadata"] and bench.server("web-01")["metadata"][LABELS] == "r1"


@pytest.mark.parametrize("platform", NOVA)
def test_another_clients_action_is_waited_for_and_then_the_request_is_repeated(bench: Bench) -> None:
    body = {"conflictingRequest": {"code": 409, "message": "Cannot 'changePassword' while it is rebooting"}}
    bench.fault(CALL[bench.platform], times=1, status=409, body=body)
    result = _conflict(bench)
    assert outcome(result, "web-01")["outcome"] == "done" and changes(bench, "web-01") == [1]


def _conflict(bench: Bench) -> dict[str, Any]:
    """Sets the password while the server reboots, which the list did not show yet."""
    plain = passwords.plan_passwords

    def plan_passwords(*arguments: Any) -> Any:
        bench.change("web-01", status="REBOOT", then={"status": "ACTIVE", "after": 5})
        return plain(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "plan_passwords", plan_passwords)
        return set_password(bench, names=["web-01"])


@pytest.mark.parametrize("platform", NOVA)
def test_a_server_that_stops_meanwhile_says_so(bench: Bench) -> None:
    bench.fault(CALL[bench.platform], times=1, reset="before")
    plain = NovaServers.perform

    def perform(*arguments: Any) -> Any:
        bench.change("web-01", status="SHUTOFF")
        return plain(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(NovaServers, "perform", perform)
        result = set_password(bench, names=["web-01"])
    assert result["failed"] and changes(bench, "web-01") == [0]
    says(result, "web-01", "status SHUTOFF", "start it first")


# -- clouds that do not respond ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_response_causes_a_retry_because_setting_the_same_password_twice_is_safe(
    bench: Bench, when: str
) -> None:
    bench.fault(CALL[bench.platform], times=1, reset=when)
    result = set_password(bench, names=["web-01"], revision="r1")
    assert outcome(result, "web-01")["outcome"] == "done" and not result.get("failed")
    assert holds(bench, "web-01", GOOD) and bench.server("web-01")["metadata"][LABELS] == "r1"


@pytest.mark.parametrize("fault", [{"reset": "after"}, {"status": 500, "body": {"x": 1}}, {"status": 504, "text": "x"}])
def test_a_response_that_is_always_lost_is_unknown_and_has_no_revision(bench: Bench, fault: dict[str, Any]) -> None:
    bench.fault(CALL[bench.platform], **fault)
    result = set_password(bench, names=["web-01"], revision="r1")
    assert result["failed"] and result["changed"]
    assert outcome(result, "web-01")["outcome"] == "unknown"
    says(result, "web-01")
    assert LABELS not in bench.server("web-01")["metadata"] and len(bench.requests(CALL[bench.platform])) <= 9


@pytest.mark.parametrize("platform", ["huaweicloud"])
@pytest.mark.parametrize("body", [{}, {"response": None}, {"response": []}, {"response": [{"id": "another"}]}])
def test_a_response_that_does_not_name_the_server(bench: Bench, body: Any) -> None:
    bench.fault("H06", status=200, body=body)
    result = set_password(bench, names=["web-01"], generate={}, return_passwords=True)
    assert outcome(result, "web-01")["outcome"] == "unknown" and list(result["passwords"]) == [bench.id_of("web-01")]


def test_a_throttled_call_is_put_off(bench: Bench) -> None:
    body = {"error_code": "APIGW.0308", "error_msg": "The throttling threshold has been reached"}
    bench.fault(CALL[bench.platform], times=2, status=429, body=body)
    result = set_password(bench, names=["web-01"])
    assert outcome(result, "web-01")["outcome"] == "done" and bench.clock.elapsed >= 0.5
    assert changes(bench, "web-01") == [1]


def test_credentials_that_are_not_accepted_are_the_tasks_failure(bench: Bench) -> None:
    bench.fault(CALL[bench.platform], status=401, body={"error": {"code": 401, "message": "no"}})
    result = set_password(bench, names=WEB)
    refused(result, "401")
    assert "outcomes" not in result and len(bench.requests(CALL[bench.platform])) <= 2


def test_a_reader_may_not(bench: Bench) -> None:
    if bench.platform == "huaweicloud":
        bench.fault("H06", status=403, body={"error": {"code": "Pdp.0001", "message": "not allowed"}})
        result = set_password(bench, names=TWO)
    else:
        result = set_password(bench, names=TWO, **bench.credentials("reader"))
    assert result["failed"] and not result["changed"] and changes(bench, *TWO) == [0, 0]
    says(result, "2 of 2")


# -- many -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_batches_are_no_larger_than_the_call_takes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huaweicloud_passwords, "_BATCH", 3)
    bench.change("web-04", reset_plugin=False)
    result = set_password(bench, names=[*WEB, "db-01"])
    says(result, "1 of 5", "web-04")
    assert [len(row["body"]["servers"]) for row in bench.requests(BATCH)] == [3, 2, 1]
    assert all(holds(bench, name, GOOD) for name in ("web-01", "web-02", "web-03", "db-01"))


# -- in the middle of it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_restart_that_is_not_allowed_does_not_lose_what_was_done(bench: Bench) -> None:
    bench.fault("reboot", status=401, body={"error": {"code": "APIGW.0301", "message": "wrong signature"}})
    result = set_password(bench, names=TWO, apply="now", revision="r1", generate={}, return_passwords=True)
    assert result["failed"] and result["changed"] and len(result["passwords"]) == 2
    says(result, "2 of 2", "the password takes effect at the next start, but the restart failed", "wrong signature")
    assert changes(bench, *TWO) == [1, 1] and LABELS not in bench.server("web-01")["metadata"]


def test_credentials_that_end_between_two_calls_fail_the_rest_alone(bench: Bench) -> None:
    bench.fault(CALL[bench.platform], after=1, status=401, body={"error": {"code": 401, "message": "no"}})
    result = set_password(bench, names=TWO, passwords={"web-01": GOOD, "web-02": "0ther:Than-it"})
    assert result["failed"] and result["changed"] and changes(bench, *TWO) == [1, 0]
    says(result, "1 of 2", "web-02")


def test_credentials_that_end_after_a_response_was_lost_leave_it_open(bench: Bench) -> None:
    bench.fault(CALL[bench.platform], times=2, reset="after")
    bench.fault(CALL[bench.platform], status=401, body={"error": {"code": 401, "message": "no"}})
    result = set_password(bench, names=["web-01"], api_retries=0)
    assert result["failed"] and result["changed"] and outcome(result, "web-01")["outcome"] == "unknown"


@pytest.mark.parametrize("platform", NOVA)
def test_a_time_out_leaves_a_handle_and_no_revision(bench: Bench) -> None:
    bench.fault(CALL[bench.platform], stuck=True)
    result = set_password(bench, names=["web-01"], wait_timeout=20, revision="r1")
    assert result["failed"] and result["changed"] and outcome(result, "web-01")["outcome"] == "unknown"
    says(result, "web-01", "still in status PASSWORD", "after 20 seconds")
    assert len(result["handle"]["pending_actions"]) == 1 and LABELS not in bench.server("web-01")["metadata"]


def test_a_server_that_is_deleted_while_it_is_waited_for(bench: Bench) -> None:
    bench.change("web-01", status="REBOOT", stuck=True)
    bench.later(lambda: bench.remove("web-01"))
    result = set_password(bench, names=TWO)
    says(result, "1 of 2", "web-01", "no longer exists")
    assert outcome(result, "web-01")["actions"] == [] and holds(bench, "web-02", GOOD)
