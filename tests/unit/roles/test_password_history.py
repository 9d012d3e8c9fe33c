"""No history loses the password that a server has, whatever runs at the same time and whatever is interrupted."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.plugin_utils import password_history as histories
from ansible_collections.cloudserver.compute.plugins.plugin_utils.password_history import (
    IN_FORCE,
    ISSUED,
    SET,
    SUPERSEDED,
    History,
    HistoryError,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def rotate(history: History, revision: str, state: str | None, keep_last: int = 1, at: datetime = NOW) -> History:
    """A whole rotation; the password is that of the revision. ``state`` "killed": the end is never recorded."""
    history, entry = histories.issue(history, revision, lambda: "pw-" + revision, at)
    history = histories.begin(history, entry, "run", at)
    if state == "killed":
        return history
    return histories.conclude(history, revision, entry.password, "run", state, at, keep_last)


def states(history: History) -> dict[str, str]:
    return {entry.revision: entry.state for entry in history.entries}


def test_a_password_goes_when_a_later_one_is_in_force() -> None:
    history = rotate(rotate(rotate(History("a"), "r1", IN_FORCE), "r2", IN_FORCE), "r3", IN_FORCE)
    assert states(history) == {"r2": SUPERSEDED, "r3": IN_FORCE}
    assert states(rotate(history, "r4", IN_FORCE, keep_last=0)) == {"r4": IN_FORCE}


def test_a_server_that_missed_revisions_keeps_the_password_that_it_has() -> None:
    history = rotate(History("a"), "r1", IN_FORCE)
    for revision in ("r2", "r3", "r4"):
        history = rotate(history, revision, None)
    assert states(history) == {"r1": IN_FORCE, "r2": ISSUED, "r3": ISSUED, "r4": ISSUED}
    # The one that was in force is the one to keep for backups, not the refused ones.
    assert "r1" in states(rotate(history, "r5", IN_FORCE))


def test_what_nothing_proves_is_never_removed() -> None:
    history = History("a")
    for revision in ("r1", "r2", "r3"):
        history = rotate(history, revision, SET)
    assert states(history) == {"r1": SET, "r2": SET, "r3": SET}
    assert states(histories.confirm(history, "r3", NOW, 0)) == {"r3": IN_FORCE}
    assert states(histories.confirm(history, "r2", NOW, 0)) == {"r2": IN_FORCE, "r3": SET}


def test_an_attempt_with_an_unknown_outcome_protects_its_password_for_a_day() -> None:
    history = rotate(rotate(History("a"), "r1", "killed"), "r2", IN_FORCE, keep_last=0)
    assert states(history) == {"r1": ISSUED, "r2": IN_FORCE}
    assert states(rotate(history, "r3", IN_FORCE, keep_last=0, at=NOW + 2 * DAY)) == {"r3": IN_FORCE}


def test_a_password_that_another_run_has_just_issued_stays() -> None:
    history, _entry = histories.issue(rotate(History("a"), "r1", IN_FORCE), "r2", lambda: "pw-r2", NOW)
    history = rotate(history, "r3", IN_FORCE, keep_last=0)
    _again, found = histories.issue(history, "r2", lambda: "another", NOW)
    assert found.password == "pw-r2"


def test_a_stored_password_of_the_revision_is_used_again_unless_another_one_is_chosen() -> None:
    history = rotate(History("a"), "r1", "killed")
    history, entry = histories.issue(history, "r1", lambda: "never", NOW)
    assert entry.password == "pw-r1"
    history, entry = histories.issue(history, "r1", lambda: "never", NOW, "chosen")
    assert [each.password for each in history.entries] == ["pw-r1", "chosen"]


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(
            ["begin", "land", "conclude", "begin", "land", "conclude", "kill", "boot", "confirm", "hours", "issue"]
        ),
        st.integers(0, 2),
        st.sampled_from([False, True]),
    ),
    min_size=15,
    max_size=40,
)


@pytest.mark.parametrize("at_boot", [False, True])
@settings(max_examples=120)
@given(operations=OPERATIONS, keep_last=st.integers(0, 1))
def test_the_password_that_a_server_has_is_in_the_history(
    operations: list[tuple[str, int, bool]], keep_last: int, at_boot: bool
) -> None:
    """Three runs, each with a revision of its own, begin, reach the cloud, end or are killed in any order. ``at_boot``:
    the server takes an accepted password when it boots, and only a login confirms it."""
    history, now, numbers = History("a"), NOW, itertools.count()
    real, pending = None, None
    under_way: dict[int, dict[str, object]] = {}
    for operation, run, flag in operations:
        revision = f"r{run}"
        mine = under_way.get(run)
        if operation == "issue":
            history, _entry = histories.issue(history, revision, lambda: f"pw-{next(numbers)}", now)
        elif operation == "begin" and mine is None:
            history, entry = histories.issue(history, revision, lambda: f"pw-{next(numbers)}", now)
            history = histories.begin(history, entry, str(run), now)
            under_way[run] = {"password": entry.password, "landed": False, "at": now}
        elif operation == "land" and mine and now - mine["at"] <= DAY:  # type: ignore[operator]
            mine["landed"] = True
            real, pending = (real, mine["password"]) if at_boot else (mine["password"], pending)
        elif operation == "conclude" and mine:
            state = None if not mine["landed"] else SET if at_boot else IN_FORCE
            history = histories.conclude(history, revision, str(mine["password"]), str(run), state, now, keep_last)
            del under_way[run]
        elif operation == "kill" and mine:
            # What it had sent may arrive later, but not a day later.
            under_way[run] = mine if flag else under_way.pop(run)
        elif operation == "boot" and pending is not None:
            real, pending = pending, None
        elif operation == "confirm" and real is not None:
            entry_of_real = next(entry for entry in history.entries if entry.password == real)
            if history.find(entry_of_real.revision) is entry_of_real:
                history = histories.confirm(history, entry_of_real.revision, now, keep_last)
        elif operation == "hours":
            now += timedelta(hours=1 + 30 * flag)
        stored = {entry.password for entry in history.entries}
        assert {real, pending} - {None} <= stored
    assert histories.from_json(json.loads(json.dumps(histories.as_json(history)))) == history


def test_the_first_format_is_read() -> None:
    history = histories.from_first_format({"name": "a", "revision": "r2", "password": "new", "previous": "old"})
    assert [(entry.revision, entry.password, entry.state) for entry in history.entries] == [
        ("previous", "old", SET),
        ("r2", "new", SET),
    ]


@pytest.mark.parametrize("stored", [None, [], {}, {"name": "a", "sequence": 1, "passwords": [{"password": "pw-x"}]}])
def test_what_is_no_history_is_refused_without_showing_it(stored: object) -> None:
    with pytest.raises(HistoryError) as caught:
        histories.from_json(stored)
    assert "pw-x" not in str(caught.value)
