# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentence that says which servers failed and why, and the order of the outcomes."""

from __future__ import annotations

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    AWAITING_PAYMENT,
    DONE,
    FAILED,
    PENDING,
    UNCHANGED,
    UNKNOWN,
    Outcome,
    failed_first,
    summary,
)


def bad(number: int, message: str, hint: str | None = None, result: str = FAILED) -> Outcome:
    return Outcome(f"id-{number}", f"web-{number}", result, message=message, hint=hint)


def test_one_server() -> None:
    assert summary([bad(1, "it is locked.")], "stopped") == (
        "1 of 1 server could not be stopped: web-1 (id-1): it is locked"
    )


def test_servers_of_one_reason_are_named_together() -> None:
    outcomes = [
        bad(1, "it is locked", "Unlock it."),
        Outcome("id-9", "web-9", DONE),
        bad(2, "it is in ERROR"),
        bad(3, "it is locked", "Unlock it."),
    ]
    assert summary(outcomes, "stopped") == (
        "3 of 4 servers could not be stopped: web-1 (id-1), web-3 (id-3): it is locked;"
        " web-2 (id-2): it is in ERROR. Unlock it."
    )


def test_ten_are_named_and_the_rest_is_counted_by_reason() -> None:
    locked = [bad(number, "it is locked (409)") for number in range(980)]
    others = [bad(number, "it is in status ERROR") for number in range(980, 1000)]
    text = summary(locked + others, "stopped")
    assert text.startswith("1000 of 1000 servers could not be stopped: web-0 (id-0), web-1 (id-1), ")
    assert text.endswith('; and 990 more: 970 "it is locked (409)", 20 "it is in status ERROR"')
    assert text.count("web-") == 10
    assert len(text) < 400


def test_messages_that_repeat_the_id_are_one_reason() -> None:
    outcomes = [bad(number, f"cannot stop instance id-{number} now") for number in range(100, 115)]
    text = summary(outcomes, "stopped")
    assert text.endswith(': cannot stop instance ID now; and 5 more: 5 "cannot stop instance ID now"')
    assert summary(outcomes[:1], "stopped").endswith("cannot stop instance id-100 now")


def test_many_reasons_and_long_ones_do_not_make_a_long_sentence() -> None:
    outcomes = [bad(number, f"reason {number} " + "x" * 2000) for number in range(1000)]
    text = summary(outcomes, "stopped")
    assert "985 for other reasons, see outcomes" in text
    assert len(text) < 6000 and "\u2026" in text


@pytest.mark.parametrize("result", [FAILED, UNKNOWN, AWAITING_PAYMENT])
def test_failed_ones_come_first_and_the_order_stays(result: str) -> None:
    given = [Outcome(f"id-{at}", None, word) for at, word in enumerate((DONE, result, PENDING, UNCHANGED, result))]
    assert [outcome.server_id for outcome in failed_first(given)] == ["id-1", "id-4", "id-0", "id-2", "id-3"]


def test_an_outcome_has_no_nulls() -> None:
    assert Outcome("", "new-1", FAILED, message="no room").as_dict() == {
        "name": "new-1",
        "outcome": "failed",
        "actions": [],
        "message": "no room",
    }
    assert list(Outcome("id-1", "web-1", DONE, ("stop",)).as_dict()) == ["id", "name", "outcome", "actions"]


def test_a_server_is_named_once_and_its_reason_is_that_of_the_others() -> None:
    message = "Could not detach the volume v from the server web-%d (id-%d): it is locked (409)"
    text = summary([bad(number, message % (number, number)) for number in range(30)], "changed")
    assert text.count("web-0 ") == 1
    assert 'and 20 more: 20 "Could not detach the volume v from it: it is locked (409)"' in text
    assert text.count("locked") == 2
