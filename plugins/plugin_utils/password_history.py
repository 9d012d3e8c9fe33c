# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The history of one server's passwords, and which of them may be removed. Pure: no clock, no file, no cloud.

A password is removed only if the server provably cannot have it any more: a later one is confirmed in force, and every
attempt to set the earlier one had ended before the attempt to set the later one began. The order is that of
``sequence``, which each change of the history increments under the lock of the store, so no clock decides it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Callable, Mapping

#: Stored before it is sent to the cloud. The server may have it.
ISSUED = "issued"
#: Accepted by the cloud; nothing proves that the server has it.
SET = "set"
#: Confirmed: the server has it, or had it when this was recorded.
IN_FORCE = "in_force"
#: A later password is in force; kept for servers that are restored from a backup.
SUPERSEDED = "superseded"
STATES = (ISSUED, SET, IN_FORCE, SUPERSEDED)
#: After this time an attempt without a recorded end, such as that of a killed process, is treated as ended.
ATTEMPT_LIFETIME = timedelta(days=1)
#: The attempt of a password that a run has issued and not sent to the cloud yet.
_ISSUE = "issue"
_SEQUENCES = ("first_asked", "last_asked", "concluded")


class HistoryError(Exception):
    """The stored data is not a valid history; the message is the reason, without any password."""


@dataclass(frozen=True)
class Attempt:
    """An attempt to set a password without a recorded end."""

    sequence: int
    at: datetime


@dataclass(frozen=True)
class Entry:
    """A password. ``first_asked`` and ``last_asked`` are the sequences of its first and last attempt, ``concluded``
    that of the last recorded end; 0 without one."""

    revision: str
    password: str
    state: str = ISSUED
    times: Mapping[str, str] = field(default_factory=dict)
    first_asked: int = 0
    last_asked: int = 0
    concluded: int = 0
    attempts: Mapping[str, Attempt] = field(default_factory=dict)

    def in_state(self, state: str, now: datetime) -> Entry:
        return replace(self, state=state, times=dict(self.times, **{state: _text(now)}))


@dataclass(frozen=True)
class History:
    """The passwords of a server, the last one that was sent to the cloud at the end."""

    name: str | None = None
    sequence: int = 0
    entries: tuple[Entry, ...] = ()

    def find(self, revision: str, password: str | None = None) -> Entry | None:
        """The last entry of the revision, with this password if one is given; ``None`` without one."""
        for entry in reversed(self.entries):
            if entry.revision == revision and password in (None, entry.password):
                return entry
        return None


def issue(
    history: History, revision: str, make: Callable[[], str], now: datetime, given: str | None = None
) -> tuple[History, Entry]:
    """The history with a password for the revision, and its entry: the stored one, or a new one from ``make``.
    ``given`` is a password of the user: an entry of the revision with another password is kept."""
    found = history.find(revision, given)
    entry = found or Entry(revision, make() if given is None else given).in_state(ISSUED, now)
    sequence = history.sequence + 1
    # The caller is going to set this password, so it must not be removed in the meantime.
    entry = replace(entry, attempts=dict(entry.attempts, **{_ISSUE: Attempt(sequence, now)}))
    others = history.entries if found is None else _without(history, found)
    return replace(history, sequence=sequence, entries=others + (entry,)), entry


def begin(history: History, entry: Entry, attempt: str, now: datetime) -> History:
    """The history with an attempt to set the entry's password, to be stored before the request to the cloud."""
    sequence = history.sequence + 1
    attempts = dict(entry.attempts, **{attempt: Attempt(sequence, now)})
    begun = replace(entry, first_asked=entry.first_asked or sequence, last_asked=sequence, attempts=attempts)
    if entry.state == SUPERSEDED:
        begun = begun.in_state(ISSUED, now)
    return replace(history, sequence=sequence, entries=_without(history, entry) + (begun,))


def conclude(
    history: History, revision: str, password: str, attempt: str, state: str | None, now: datetime, keep_last: int
) -> History:
    """The history after the end of an attempt. ``state`` is ``SET``, ``IN_FORCE``, or ``None`` if the cloud has
    rejected the password. An attempt with an unknown end must not be concluded."""
    entry = history.find(revision, password)
    if entry is None or attempt not in entry.attempts:
        return history
    sequence = history.sequence + 1
    asked = entry.attempts[attempt].sequence
    others = {
        key: value
        for key, value in entry.attempts.items()
        if key != attempt and not (key == _ISSUE and value.sequence < asked)
    }
    ended = replace(entry, concluded=sequence, attempts=others)
    if state == IN_FORCE or (state == SET and entry.state in (ISSUED, SUPERSEDED)):
        ended = ended.in_state(state, now)
    found = replace(history, sequence=sequence, entries=_in_place(history, entry, ended))
    return _prune(found, ended, asked, now, keep_last) if state == IN_FORCE else found


def confirm(history: History, revision: str, now: datetime, keep_last: int) -> History:
    """The history after the user has confirmed that the password of the revision is in force, for example by a login.

    Raises HistoryError if no such password exists.
    """
    entry = history.find(revision)
    if entry is None:
        raise HistoryError("no password has the revision %s" % revision)
    # It is unknown which of its attempts has set it; the first one proves least about the others.
    proved = entry.in_state(IN_FORCE, now)
    found = replace(history, sequence=history.sequence + 1, entries=_in_place(history, entry, proved))
    return _prune(found, proved, entry.first_asked, now, keep_last)


def _prune(history: History, in_force: Entry, asked: int, now: datetime, keep_last: int) -> History:
    """Removes the passwords that the attempt ``asked`` has superseded, except for the last ``keep_last`` that a server
    has had."""
    superseded = [
        position
        for position, entry in enumerate(history.entries)
        if entry is not in_force and _ended_before(entry, asked, now)
    ]
    kept: list[int] = []
    accepted = 0
    for position in reversed(superseded):
        if accepted >= keep_last:
            break
        # A password that was only issued may have been in force, so it is kept but not counted.
        accepted += bool({SET, IN_FORCE} & set(history.entries[position].times))
        kept.append(position)
    entries = []
    for position, entry in enumerate(history.entries):
        if position not in superseded:
            entries.append(entry)
        elif position in kept:
            entries.append(entry if entry.state == SUPERSEDED else entry.in_state(SUPERSEDED, now))
    return replace(history, entries=tuple(entries))


def _ended_before(entry: Entry, asked: int, now: datetime) -> bool:
    """Whether every attempt to set the entry's password had ended when the attempt ``asked`` began."""
    if entry.last_asked >= asked or entry.concluded >= asked:
        return False
    return all(now - attempt.at > ATTEMPT_LIFETIME for attempt in entry.attempts.values())


def _without(history: History, entry: Entry) -> tuple[Entry, ...]:
    return tuple(each for each in history.entries if each is not entry)


def _in_place(history: History, old: Entry, new: Entry) -> tuple[Entry, ...]:
    return tuple(new if each is old else each for each in history.entries)


# -- as JSON -----------------------------------------------------------------------------------------------------------


def as_json(history: History) -> dict[str, Any]:
    passwords = []
    for entry in history.entries:
        attempts = {key: {"sequence": each.sequence, "at": _text(each.at)} for key, each in entry.attempts.items()}
        row = {"revision": entry.revision, "password": entry.password, "state": entry.state, "times": dict(entry.times)}
        sequences = {name: getattr(entry, name) for name in _SEQUENCES}
        passwords.append(dict(row, attempts=attempts, **sequences))
    return {"name": history.name, "sequence": history.sequence, "passwords": passwords}


def from_json(stored: Any) -> History:
    """Raises HistoryError for data that ``as_json`` does not write."""
    try:
        return History(
            stored["name"], int(stored["sequence"]), tuple(_entry_from_json(row) for row in stored["passwords"])
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        # The cause may contain a password, so it is not shown.
        raise HistoryError("it is not a valid password history") from None


def _entry_from_json(row: Mapping[str, Any]) -> Entry:
    if not isinstance(row["revision"], str) or not isinstance(row["password"], str) or row["state"] not in STATES:
        raise ValueError
    attempts = {
        str(key): Attempt(int(each["sequence"]), datetime.fromisoformat(each["at"]))
        for key, each in row["attempts"].items()
    }
    times = {str(key): str(value) for key, value in row["times"].items()}
    sequences = {name: int(row[name]) for name in _SEQUENCES}
    return Entry(row["revision"], row["password"], row["state"], times, attempts=attempts, **sequences)


def from_first_format(stored: Mapping[str, Any]) -> History:
    """The history of ``{name, revision, password, previous}``, the first format of the role password_rotation. Raises
    HistoryError for anything else. It had no states, so both passwords are treated as ``SET``."""
    texts = [stored.get(key) for key in ("password", "previous") if key in stored]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise HistoryError("it is not a valid password history")
    entries = []
    if "previous" in stored:
        entries.append(Entry("previous", stored["previous"], SET, {SET: ""}))
    if "password" in stored:
        entries.append(Entry(str(stored.get("revision", "")), stored["password"], SET, {SET: ""}))
    return History(stored.get("name"), 0, tuple(entries))


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
