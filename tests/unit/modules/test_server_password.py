# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_password at its end: what is set and when it holds, check mode, labels, mappings, made passwords."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modules.bench import NOVA, Bench, nothing_done, outcome, refused, says
from modules.server_password_tasks import GOOD, OTHER, WEB, changes, hold_check_to_run, holds, rehearse, set_password

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import password_generator

LABEL = "cloudserver_password_revision"


# -- what is set ------------------------------------------------------------------------------------------------------


def test_a_password_is_set_and_every_run_sets_it_again(bench: Bench) -> None:
    result = hold_check_to_run(bench, names=["web-01"])
    assert result["changed"] and outcome(result, "web-01")["outcome"] == "done"
    assert outcome(result, "web-01")["actions"] == ["change_password"]
    assert holds(bench, "web-01", GOOD) and changes(bench, "web-01", "web-02") == [1, 0]
    assert result["diff"] == {
        "before": {f"web-01 ({bench.id_of('web-01')})": {}},
        "after": {f"web-01 ({bench.id_of('web-01')})": {"password": "changed"}},
    }
    assert [each["name"] for each in result["servers"]] == ["web-01"] and "passwords" not in result
    assert set_password(bench, names=["web-01"])["changed"] and changes(bench, "web-01") == [2]


def test_what_is_sent(bench: Bench) -> None:
    set_password(bench, names=["web-01"])
    (body,) = bench.changing_requests()
    assert body == (
        {"new_password": "********", "servers": [{"id": bench.id_of("web-01")}]}
        if bench.platform == "huaweicloud"
        else {"changePassword": {"adminPass": "********"}}
    )


def test_no_server_selected_and_no_server_at_all(bench: Bench) -> None:
    with nothing_done(bench):
        result = hold_check_to_run(bench, tags=["role=nobody"])
        assert result["changed"] is False and result["outcomes"] == []
        refused(set_password(bench, names=["web-99"]), "web-99")
        refused(set_password(bench), "no option selects servers")
        refused(set_password(bench, names=WEB, max_targets=3), "matches 4 servers")


@pytest.mark.parametrize("apply, actions", [("next_boot", ["change_password"]), ("now", ["change_password", "reboot"])])
@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_it_holds_from_the_next_start_on(bench: Bench, apply: str, actions: list[str]) -> None:
    result = hold_check_to_run(bench, names=WEB, apply=apply)
    assert {tuple(each["actions"]) for each in result["outcomes"]} == {tuple(actions)}
    assert {each["outcome"] for each in result["outcomes"]} == {"done"}
    for name in WEB:
        assert holds(bench, name, GOOD, pending=apply == "next_boot") and bench.server(name)["status"] == "ACTIVE"
    assert len(bench.requests("reboot")) == (1 if apply == "now" else 0)
    sides = list(result["diff"]["after"].values())
    assert all(side.get("restarted", False) is (apply == "now") for side in sides) and len(sides) == 4


@pytest.mark.parametrize("force, kind", [(False, "SOFT"), (True, "HARD")])
@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_only_running_servers_are_restarted_and_as_hard_as_asked(bench: Bench, force: bool, kind: str) -> None:
    bench.change("web-02", status="SHUTOFF")
    result = hold_check_to_run(bench, names=["web-01", "web-02"], apply="now", force=force)
    assert outcome(result, "web-01")["actions"] == ["change_password", "reboot"]
    assert outcome(result, "web-02")["actions"] == ["change_password"]
    assert holds(bench, "web-01", GOOD, pending=False) and holds(bench, "web-02", GOOD, pending=True)
    assert bench.server("web-02")["status"] == "SHUTOFF"
    assert bench.changing_requests()[-1] == {"reboot": {"type": kind, "servers": [{"id": bench.id_of("web-01")}]}}


@pytest.mark.parametrize("apply", ["next_boot", "now"])
@pytest.mark.parametrize("platform", NOVA)
def test_on_nova_it_takes_effect_at_once_and_no_server_is_restarted(bench: Bench, apply: str) -> None:
    result = hold_check_to_run(bench, names=WEB, apply=apply)
    assert {tuple(each["actions"]) for each in result["outcomes"]} == {("change_password",)}
    assert all(holds(bench, name, GOOD) for name in WEB) and bench.requests("reboot") == []
    assert {each["status"] for each in result["servers"]} == {"ACTIVE"}, "the change was waited for"


@pytest.mark.parametrize("status", ["SHUTOFF", "PAUSED"])
@pytest.mark.parametrize("platform", NOVA)
def test_on_nova_a_server_must_run(bench: Bench, status: str) -> None:
    bench.change("web-02", status=status)
    result = hold_check_to_run(bench, names=["web-01", "web-02"])
    assert result["failed"] and result["changed"] and holds(bench, "web-01", GOOD)
    says(result, "1 of 2 servers could not be given the password", "web-02", "status " + status, "start it first")
    assert changes(bench, "web-02") == [0] and list(result["diff"]["after"]) == [f"web-01 ({bench.id_of('web-01')})"]


def test_a_server_in_transition_is_waited_for(bench: Bench) -> None:
    bench.change("web-01", status="REBOOT", then={"status": "ACTIVE", "after": 8})
    result = hold_check_to_run(bench, names=["web-01"])
    assert outcome(result, "web-01")["outcome"] == "done" and bench.clock.elapsed >= 8
    assert holds(bench, "web-01", GOOD) and changes(bench, "web-01") == [1]


def test_a_server_that_ends_where_it_cannot_be_helped(bench: Bench) -> None:
    bench.change("web-01", status="REBOOT", then={"status": "ERROR", "after": 8})
    result = set_password(bench, names=["web-01"])
    assert result["failed"] and not result["changed"] and changes(bench, "web-01") == [0]
    says(result, "web-01", "status ERROR")


def test_a_server_stuck_in_transition_does_not_hold_up_the_others(bench: Bench) -> None:
    bench.change("web-02", status="REBOOT", stuck=True)
    result = set_password(bench, names=["web-01", "web-02"], wait_timeout=30)
    assert result["failed"] and outcome(result, "web-02")["outcome"] == "unknown"
    assert outcome(result, "web-01")["outcome"] == "done" and holds(bench, "web-01", GOOD)
    assert changes(bench, "web-02") == [0] and outcome(result, "web-02")["actions"] == []


# -- revisions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("apply", ["next_boot", "now"])
def test_a_revision_makes_the_second_run_change_nothing(bench: Bench, apply: str) -> None:
    options: dict[str, Any] = {"names": WEB, "revision": "2026-q1", "apply": apply}
    result = hold_check_to_run(bench, **options)
    assert result["changed"] and {each["metadata"][LABEL] for each in result["servers"]} == {"2026-q1"}
    assert all(bench.server(name)["metadata"][LABEL] == "2026-q1" for name in WEB)
    side = f"web-01 ({bench.id_of('web-01')})"
    assert result["diff"]["before"][side] == {"password_revision": None}
    restarted = {"restarted": True} if apply == "now" and bench.platform == "huaweicloud" else {}
    assert result["diff"]["after"][side] == {"password_revision": "2026-q1", "password": "changed", **restarted}

    with nothing_done(bench):
        again = hold_check_to_run(bench, **options)
    assert again["changed"] is False and again["diff"] == {"before": {}, "after": {}}
    assert {each["outcome"] for each in again["outcomes"]} == {"unchanged"}

    result = hold_check_to_run(bench, **{**options, "revision": "2026-q2", "password": OTHER})
    assert result["changed"] and changes(bench, *WEB) == [2] * 4
    assert result["diff"]["before"][side] == {"password_revision": "2026-q1"}


def test_only_servers_without_the_revision_are_asked_and_other_metadata_stays(bench: Bench) -> None:
    bench.change("web-01", metadata={LABEL: "r1", "colour": "red"})
    bench.change("web-02", metadata={LABEL: "r0", "colour": "blue"})
    result = hold_check_to_run(bench, names=["web-01", "web-02"], revision="r1")
    assert [each["outcome"] for each in result["outcomes"]] == ["unchanged", "done"]
    assert changes(bench, "web-01", "web-02") == [0, 1]
    restart = {"cloudserver_restart": "password"} if bench.platform == "huaweicloud" else {}
    assert bench.server("web-02")["metadata"] == {LABEL: "r1", "colour": "blue", **restart}


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_a_restart_that_was_left_out_is_done_by_the_run_that_requests_it(bench: Bench) -> None:
    bench.change("web-02", status="SHUTOFF")
    options: dict[str, Any] = {"names": ["web-01", "web-02"], "revision": "r1"}
    assert set_password(bench, **options)["changed"]
    assert set_password(bench, **options)["changed"] is False
    bench.change("web-02", status="ACTIVE")
    result = hold_check_to_run(bench, **options, apply="now")
    assert [each["actions"] for each in result["outcomes"]] == [["reboot"], []]
    assert bench.server("web-01")["metadata"] == {LABEL: "r1"}
    assert set_password(bench, **options, apply="now")["changed"] is False


def test_a_revision_that_cannot_be_stored_is_reported_and_the_next_run_repairs_it(bench: Bench) -> None:
    bench.fault("merge metadata", status=400, body={"error": {"code": "Ecs.0005", "message": "metadata is full"}})
    result = set_password(bench, names=["web-01"], revision="r1")
    assert result["failed"] and result["changed"] and holds(bench, "web-01", GOOD)
    says(result, "web-01", "the password was changed, but its revision could not be stored", "metadata is full")
    assert outcome(result, "web-01")["actions"] == ["change_password"]
    bench.control("DELETE", "/faults")
    assert set_password(bench, names=["web-01"], revision="r1")["changed"]
    assert set_password(bench, names=["web-01"], revision="r1")["changed"] is False


@pytest.mark.parametrize("revision", ["", "x" * 256])
def test_a_revision_that_no_metadata_takes(bench: Bench, revision: str) -> None:
    with nothing_done(bench):
        refused(set_password(bench, names=["web-01"], revision=revision), "revision", "1 to 255")


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_no_revision_is_kept_of_a_restart_that_failed(bench: Bench) -> None:
    bench.fault("reboot", job={"status": "FAIL", "fail_servers": ["web-01"], "reason": "the guest does not answer"})
    options = {"names": ["web-01", "web-02"], "apply": "now", "revision": "r1"}
    result = set_password(bench, **options)
    assert result["failed"] and result["changed"]
    says(result, "1 of 2", "web-01", "takes effect at the next start, but the restart failed", "does not answer")
    assert outcome(result, "web-01")["actions"] == ["change_password", "reboot"]
    assert LABEL not in bench.server("web-01")["metadata"] and bench.server("web-02")["metadata"][LABEL] == "r1"
    bench.control("DELETE", "/faults")
    result = set_password(bench, **options)
    assert [each["outcome"] for each in result["outcomes"]] == ["done", "unchanged"]


# -- mappings and made passwords --------------------------------------------------------------------------------------


def test_a_mapping_by_name_and_by_id(bench: Bench) -> None:
    by_id = bench.id_of("web-02")
    given = {"web-01": GOOD, by_id: OTHER, "web-02": "n0t-This:One", "web-77": "n0t-N33ded"}
    result = hold_check_to_run(bench, names=["web-01", "web-02"], passwords=given)
    assert not result.get("failed") and holds(bench, "web-01", GOOD) and holds(bench, "web-02", OTHER)


@pytest.mark.parametrize(
    "value, words",
    [
        (None, ["not a string", "web-02"]),
        (12345678, ["not a string", "quotes"]),
        ("", ["not a string"]),
    ],
)
def test_a_mapping_with_something_else_in_it(bench: Bench, value: Any, words: list[str]) -> None:
    with nothing_done(bench):
        refused(set_password(bench, names=["web-01", "web-02"], passwords={"web-01": GOOD, "web-02": value}), *words)


def test_a_server_that_the_mapping_lacks_is_an_error_before_anything_is_sent(bench: Bench) -> None:
    with nothing_done(bench):
        text = refused(set_password(bench, names=WEB, passwords={"web-01": GOOD}), "passwords", "nothing was done")
    assert all(name in text for name in WEB[1:]) and "web-01" not in text


def test_servers_with_the_same_password_share_a_call(bench: Bench) -> None:
    given = {"web-01": GOOD, "web-02": OTHER, "web-03": GOOD, "web-04": OTHER}
    set_password(bench, names=WEB, passwords=given)
    assert all(holds(bench, name, word) for name, word in given.items())
    if bench.platform == "huaweicloud":
        assert sorted(len(body["servers"]) for body in bench.changing_requests()) == [2, 2]


def test_made_passwords_are_returned_where_the_task_asks_for_them(bench: Bench) -> None:
    result = set_password(bench, names=WEB, generate={"length": 20}, return_passwords=True)
    assert set(result["passwords"]) == {bench.id_of(name) for name in WEB}
    assert len(set(result["passwords"].values())) == 4 and {len(word) for word in result["passwords"].values()} == {20}
    for name in WEB:
        assert holds(bench, name, result["passwords"][bench.id_of(name)])


def test_made_passwords_are_not_returned_otherwise(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _spy(monkeypatch)
    result = set_password(bench, names=["web-01"], generate={}, diff=True)
    assert len(made) == 1 and holds(bench, "web-01", made[0]) and len(made[0]) == 16
    assert "passwords" not in result and made[0] not in json.dumps(result)
    with_check = rehearse(bench, names=["web-01"], generate={}, return_passwords=True)
    assert "passwords" not in with_check and made[-1] not in json.dumps(with_check)


def test_a_made_password_that_the_cloud_repeats_is_not_shown(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _spy(monkeypatch, "Kn0wn-to:the.Test")
    body = {"badRequest": {"code": 400, "message": "adminPass Kn0wn-to:the.Test is not liked"}}
    bench.fault({"ustack": "U11", "huaweicloud": "H06"}.get(bench.platform, "E28"), status=400, body=body)
    for returned in (True, False):
        result = set_password(bench, names=["web-01"], generate={}, return_passwords=returned)
        says(result, "is not liked", "********")
        assert made[-1] not in json.dumps(result) and not result.get("passwords")


def _spy(monkeypatch: pytest.MonkeyPatch, word: str | None = None) -> list[str]:
    made: list[str] = []
    plain = password_generator.generate

    def generate(*arguments: Any, **named: Any) -> str:
        made.append(word or plain(*arguments, **named))
        return made[-1]

    monkeypatch.setattr(password_generator, "generate", generate)
    return made


def test_made_passwords_are_returned_also_of_a_task_that_fails(bench: Bench) -> None:
    bench.change("web-02", locked=True)
    result = set_password(bench, names=["web-01", "web-02"], generate={}, return_passwords=True)
    assert result["failed"] and list(result["passwords"]) == [bench.id_of("web-01")]
    assert holds(bench, "web-01", result["passwords"][bench.id_of("web-01")])


@pytest.mark.parametrize(
    "recipe, words",
    [
        ({"length": 7}, ["generate.length", "8 to"]),
        ({"length": 256}, ["generate.length"]),
        ({"special": "é"}, ["generate.special"]),
        ({"special": "a"}, ["generate.special"]),
        ({"special": " "}, ["generate.special"]),
    ],
)
def test_a_recipe_that_no_password_can_be_made_by(bench: Bench, recipe: dict[str, Any], words: list[str]) -> None:
    with nothing_done(bench):
        refused(set_password(bench, names=["web-01"], generate=recipe), *words)


def test_what_the_options_exclude(bench: Bench) -> None:
    with nothing_done(bench):
        result = bench.call("server_password", names=["web-01"])
        refused(result, "one of the following is required", "password", "passwords", "generate")
        result = bench.call("server_password", names=["web-01"], password=GOOD, generate={})
        assert "mutually exclusive" in refused(result) and GOOD not in json.dumps(result)
        result = bench.call("server_password", names=["web-01"], passwords={"web-01": GOOD}, colour="red")
        assert "colour" in refused(result) and GOOD not in json.dumps(result)


# -- not waiting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", NOVA)
def test_not_waiting_leaves_a_handle_that_job_info_joins(bench: Bench) -> None:
    before = bench.clock.elapsed
    result = set_password(bench, names=WEB, wait=False, revision="r1")
    assert bench.clock.elapsed == before and [each["outcome"] for each in result["outcomes"]] == ["pending"] * 4
    now = bench.call("job_info", handle=result["handle"])
    assert now["finished"] is False
    joined = bench.call("job_info", handle=result["handle"], wait=True)
    assert [each["outcome"] for each in joined["outcomes"]] == ["done"] * 4
    assert all(holds(bench, name, GOOD) for name in WEB)
    assert LABEL not in bench.server("web-01")["metadata"], "nothing had proven it yet"
    assert set_password(bench, names=WEB, revision="r1")["changed"] is True
    assert set_password(bench, names=WEB, revision="r1")["changed"] is False


@pytest.mark.parametrize("platform", ["huaweicloud"])
def test_not_waiting_for_the_restart(bench: Bench) -> None:
    result = set_password(bench, names=WEB, wait=False, apply="now")
    assert [each["outcome"] for each in result["outcomes"]] == ["pending"] * 4
    assert [each["actions"] for each in result["outcomes"]] == [["change_password", "reboot"]] * 4
    joined = bench.call("job_info", handle=result["handle"], wait=True)
    assert [each["outcome"] for each in joined["outcomes"]] == ["done"] * 4
    assert all(holds(bench, name, GOOD, pending=False) for name in WEB)
    assert set_password(bench, names=WEB, wait=False)["handle"]["pending_actions"] == []
    assert "handle" not in set_password(bench, names=WEB)


# -- check mode predicts the run --------------------------------------------------------------------------------------


@settings(
    max_examples=8, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    fleet=st.dictionaries(
        st.sampled_from([*WEB, "db-01", "db-02", "cache-01"]),
        st.sampled_from(["ACTIVE", "SHUTOFF", "REBOOT", "ERROR", "VERIFY_RESIZE", "labelled"]),
        min_size=1,
    ),
    apply=st.sampled_from(["now", "next_boot"]),
    label=st.booleans(),
)
def test_check_mode_predicts_the_run_on_any_fleet(bench: Bench, fleet: dict[str, str], apply: str, label: bool) -> None:
    bench.restart()
    for name, status in fleet.items():
        then = {"then": {"status": "ACTIVE", "after": 3}} if status == "REBOOT" else {}
        if status == "labelled":
            bench.change(name, metadata={LABEL: "r1"})
        else:
            bench.change(name, status=status, **then)
    options: dict[str, Any] = {"names": sorted(fleet), "apply": apply, **({"revision": "r1"} if label else {})}
    hold_check_to_run(bench, **options)
    if label:
        with nothing_done(bench):
            assert set_password(bench, **options)["changed"] is False
