# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of the fault matrix finds every kind of wrong report, and lets correct ones pass."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from findings import COLUMNS, Observed, Reference, Rules, find_violations

BEFORE = {"server 1": ['{"vm_state": "active"}']}
AFTER = {"server 1": ['{"vm_state": "stopped"}']}
MADE = {**BEFORE, "server new web": ['{"vm_state": "active"}']}
TWICE = {**BEFORE, "server new web": ['{"vm_state": "active"}'] * 2}
REBOOT = "POST /servers/1/action (reboot)"
OK = {"changed": True}
SAME = {"changed": False}
FAILED = {"failed": True, "changed": False, "msg": "Could not stop the server (HTTP 504)."}


def outcome(result: str, *actions: str, **more: Any) -> dict[str, Any]:
    row = {"id": "1", "name": "web-01", "outcome": result, "actions": list(actions), **more}
    failed = result in ("failed", "unknown")
    return {"failed": failed, "changed": bool(actions), "msg": "1 of 1 server could not be stopped", "outcomes": [row]}


def stop(result: dict[str, Any], after: Any = None, **more: Any) -> Observed:
    return Observed(result, BEFORE, AFTER if after is None else after, **more)


def columns(
    run: Observed, second: Observed | None = None, wanted: Any = None, unsafe: Any = (), **rules: Any
) -> list[str]:
    """The columns in which the check finds something."""
    ends = Reference(AFTER if wanted is None else wanted, Counter(unsafe), {"servers": [1, 2]})
    return sorted({each.column for each in find_violations(Rules(**rules), ends, run, second)})


def done(result: dict[str, Any] | None = None, state: Any = None) -> Observed:
    """A second run that finds all as it should be."""
    found = AFTER if state is None else state
    return Observed(result or SAME, found, found)


# -- what is honest ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", [
    stop(OK), stop(outcome("done", "stop")), stop(FAILED, BEFORE), stop(outcome("failed"), BEFORE),
    stop(outcome("unknown", "stop")), stop(outcome("unknown", "stop"), BEFORE), stop(outcome("unknown")),
    stop({**FAILED, "changed": True}), stop({**FAILED, "completed_steps": ["stopped web-01"]}),
    stop({**FAILED, "done": ["stopped web-01"]}), stop({**FAILED, "outcome": "unknown"}),
    stop({**FAILED, "msg": "Could not stop it. It is unknown whether the request took effect; check the state."}),
    stop({**FAILED, "error": {"hint": "It is unknown whether the request took effect; check the state."}}),
    stop(outcome("failed", hint="It is unknown whether the request took effect.")),
])  # fmt: skip
def test_an_honest_task_is_let_pass(run: Observed) -> None:
    assert columns(run, done()) == []


def test_an_honest_second_run() -> None:
    unfinished = Observed(OK, BEFORE, AFTER)
    assert columns(stop(FAILED, BEFORE), unfinished) == []
    assert columns(stop(OK), Observed(OK, AFTER, AFTER), again=True) == []
    final = Observed({**FAILED, "msg": "set recreate"}, BEFORE, BEFORE)
    assert columns(stop(FAILED, BEFORE), final, final="recreate") == []
    warned = Observed({**SAME, "warnings": ["its file is not there; set recreate"]}, BEFORE, BEFORE)
    assert columns(stop(FAILED, BEFORE), warned, final="recreate") == []
    assert columns(stop(FAILED, BEFORE), Observed(SAME, BEFORE, BEFORE), final="recreate") == ["rerun"]


# -- lies, a column each ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("result", [FAILED, SAME, outcome("failed"), outcome("unchanged")])
def test_lost(result: dict[str, Any]) -> None:
    assert columns(stop(result)) == ["lost"]


def test_lost_where_the_state_shows_nothing() -> None:
    """A reboot that was carried out and is not reported."""
    run = Observed(FAILED, BEFORE, BEFORE, Counter({REBOOT: 1}))
    assert columns(run, wanted=BEFORE, unsafe=[REBOOT]) == ["lost"]


def test_lost_for_one_of_two_servers() -> None:
    before = {**BEFORE, "server 2": BEFORE["server 1"]}
    after = {**AFTER, "server 2": AFTER["server 1"]}
    rows = [*outcome("done", "stop")["outcomes"], {"id": "2", "name": "web-02", "outcome": "failed", "actions": []}]
    result = {"failed": True, "changed": True, "msg": "1 of 2", "outcomes": rows}
    assert columns(Observed(result, before, after), wanted=after) == ["lost"]


def test_lost_by_the_second_run() -> None:
    assert columns(stop(FAILED, BEFORE), Observed(SAME, BEFORE, AFTER)) == ["lost"]


@pytest.mark.parametrize("result", [OK, FAILED, outcome("unknown", "create"), SAME])
def test_duplicate_resources(result: dict[str, Any]) -> None:
    assert "doubled" in columns(Observed(result, BEFORE, TWICE), wanted=MADE)


@pytest.mark.parametrize("result", [OK, FAILED, outcome("unknown", "reboot")])
def test_duplicate_actions(result: dict[str, Any]) -> None:
    run = Observed(result, BEFORE, BEFORE, Counter({REBOOT: 2}))
    assert "doubled" in columns(run, wanted=BEFORE, unsafe=[REBOOT])


def test_a_duplicate_under_a_name_that_was_not_requested() -> None:
    odd = {**MADE, "server new other": ["{}", "{}"]}
    assert "doubled" in columns(Observed(OK, BEFORE, odd), wanted=MADE)


def test_doubled_by_the_second_run() -> None:
    first = Observed(outcome("unknown", "create"), BEFORE, MADE)
    assert "doubled" in columns(first, Observed(OK, MADE, TWICE), wanted=MADE)


@pytest.mark.parametrize("result", [
    OK, SAME, outcome("done", "stop"), outcome("unchanged"), outcome("pending", "stop"),
])  # fmt: skip
def test_believed_over_reported(result: dict[str, Any]) -> None:
    assert columns(stop(result, BEFORE)) == ["believed"]


def test_success_reported_where_an_action_was_never_carried_out() -> None:
    assert columns(Observed(OK, BEFORE, BEFORE), wanted=BEFORE, unsafe=[REBOOT]) == ["believed"]


def test_believed_half() -> None:
    half = {"server 1": ['{"vm_state": "stopped", "locked": true}']}
    assert columns(stop(OK, half)) == ["believed"]


def test_believed_of_a_failed_task() -> None:
    assert columns(stop({**FAILED, "changed": True}, BEFORE)) == ["believed"]
    claimed = {"failed": True, "changed": True, "msg": "1 of 2", "outcomes": outcome("done", "stop")["outcomes"]}
    other = {**BEFORE, "server 2": AFTER["server 1"]}
    assert (
        columns(Observed(claimed, {**BEFORE, "server 2": BEFORE["server 1"]}, other), wanted={**AFTER, **other}) == []
    )
    assert columns(Observed(claimed, {**BEFORE, "server 2": BEFORE["server 1"]}, other),
                   wanted={"server 1": AFTER["server 1"], "server 2": AFTER["server 1"]}) == ["believed"]  # fmt: skip


def test_what_was_undone_again_was_changed() -> None:
    assert columns(stop({**FAILED, "changed": True}, BEFORE, accepted=2)) == []


def test_notes_of_the_collection_are_no_change_but_may_not_stay() -> None:
    noted = {**BEFORE, "notes of 1": ['{"cloudserver_power_state": "started"}']}
    assert columns(Observed(FAILED, BEFORE, noted), Observed(OK, noted, AFTER)) == []
    assert columns(stop(FAILED, BEFORE), Observed(SAME, {**AFTER, **noted, **AFTER}, AFTER)) == []
    assert columns(stop(OK, {**noted, **AFTER})) == ["believed"]
    assert columns(stop(FAILED, BEFORE), Observed(OK, BEFORE, {**noted, **AFTER})) == ["rerun"]


def test_believed_of_a_task_that_reads() -> None:
    ends = {"servers": [1, 2]}
    assert columns(Observed({**ends, "changed": False}, BEFORE, BEFORE), info=True) == []
    assert columns(Observed({"servers": [1]}, BEFORE, BEFORE), info=True) == ["believed"]
    assert columns(Observed({}, BEFORE, BEFORE), info=True) == ["believed"]
    assert columns(Observed({**ends, "changed": True}, BEFORE, BEFORE), info=True) == ["believed"]
    assert (
        columns(Observed({"servers": [1], "warnings": ["one page could not be read"]}, BEFORE, BEFORE), info=True) == []
    )
    assert columns(Observed({"failed": True, "msg": "no"}, BEFORE, BEFORE), info=True) == []
    assert columns(Observed({"servers": [None]}, BEFORE, BEFORE), info=True, loose=True) == []


def test_moments_and_tokens_are_no_data() -> None:
    def found(moment: str, token: str, name: str = "x") -> Observed:
        row = {"name": name, "updated": moment, "url": f"http://127.0.0.1:{token[:3]}1/?path=%3Ftoken%3D" + token}
        return Observed({"consoles": [row]}, BEFORE, BEFORE)

    ends = Reference(AFTER, Counter(), found("2026-01-01T00:00:00Z", "111abcdef").result)
    assert find_violations(Rules(info=True), ends, found("2026-02-02T00:00:01.5Z", "222345678-9")) == []
    assert find_violations(Rules(info=True), ends, found("2026-02-02T00:00:01Z", "111456789", "y")) != []
    assert find_violations(Rules(info=True), ends, Observed({"consoles": [{"name": "x"}]}, BEFORE, BEFORE)) != []


def test_a_task_that_reads_changes_nothing() -> None:
    assert columns(Observed({"servers": [1, 2]}, BEFORE, AFTER), info=True) == ["lost"]


def test_hung() -> None:
    assert columns(stop({}, BEFORE, hung="it waits still")) == ["hung"]
    assert columns(stop(OK), stop({}, AFTER, hung="it waits still")) == ["hung"]


@pytest.mark.parametrize("result", [
    {"failed": True, "msg": "x", "exception": "Traceback…"},
    {"failed": True, "msg": "Internal error; please report it: KeyError"},
    {"failed": True, "msg": "Internal error; please report it."},
])  # fmt: skip
def test_traceback(result: dict[str, Any]) -> None:
    assert columns(stop(result, BEFORE)) == ["traceback"]


def test_traceback_that_was_raised() -> None:
    assert columns(stop({}, BEFORE, raised="Traceback…\nKeyError: 'id'")) == ["traceback"]
    assert columns(stop(OK), stop({}, AFTER, raised="Traceback…\nKeyError: 'id'")) == ["traceback"]


def test_secret() -> None:
    assert columns(stop(OK, leaks=["o…s"])) == ["secret"]
    assert columns(stop(OK), Observed(SAME, AFTER, AFTER, leaks=["o…s"])) == ["secret"]


def test_rerun() -> None:
    assert columns(stop(FAILED, BEFORE), Observed(FAILED, BEFORE, BEFORE)) == ["rerun"]
    assert columns(stop(FAILED, BEFORE), Observed(SAME, BEFORE, BEFORE)) == ["rerun"]
    assert columns(stop(OK), Observed(OK, AFTER, AFTER)) == ["rerun"]


def test_every_column_has_its_lie() -> None:
    """One more column needs one more test."""
    tested = {name.split("_")[1] for name in globals() if name.startswith("test_")}
    assert set(COLUMNS) <= tested


def test_a_finding_says_what_is_wrong() -> None:
    (found,) = find_violations(Rules(), Reference(AFTER, Counter(), {}), stop(OK, BEFORE))
    assert found.text == 'ok, changed: true, but server 1: vm_state is "active" instead of "stopped"'
    (found,) = find_violations(Rules(), Reference(AFTER, Counter(), {}), stop(FAILED))
    assert "changed: false" in found.text and "HTTP 504" in found.text and json.dumps("stopped") in found.text
