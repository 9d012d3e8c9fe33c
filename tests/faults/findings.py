"""Holds what a task says against what the simulator knows: pure functions.

The columns of the table:

lost        the service changed something for the task, and the task says `changed: false` (of a server: `failed` or
            `unchanged` without an action), and nothing in its result says that it may have
doubled     something that must not be done twice was: two servers, two images, two reboots
believed    the task says that all is as asked (or that it changed something), and it is not (or it did not)
hung        it goes on beyond its bounds
traceback   an exception reached the user
secret      a password, key, token or script is in the output
rerun       the same task, run again without a fault, does not reach the end, or says `changed` where nothing was left
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from snapshot import Snapshot, difference, surplus, without_notes

COLUMNS = ("lost", "doubled", "believed", "hung", "traceback", "secret", "rerun")
#: Outcomes that claim nothing about the end.
UNKNOWN = "unknown"
#: Outcomes that say "not touched".
UNTOUCHED = ("failed", "unchanged")
CLAIMS = ("done", "pending")
#: How a message says that nobody can tell whether the request took effect.
NOT_KNOWN = re.compile(r"not known|unknown (whether|if)|may (or may not )?have|cannot be told|could not be told", re.I)
INTERNAL = re.compile(r"internal error|Traceback \(most recent", re.I)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?")
_TOKEN = re.compile(r"(=|%3D)[0-9A-Za-z_-]{8,}|127\.0\.0\.1:\d+")
#: Keys of a result that say how it was asked, not what was found.
ASIDE = ("invocation", "warnings", "deprecations", "changed", "failed", "diff")


@dataclass(frozen=True)
class Violation:
    """One finding: `column` of the table and what is wrong, in one line."""

    column: str
    text: str


@dataclass(frozen=True)
class Observed:
    """A run as the check sees it: what it said, the state before and after, unrepeatable requests carried out."""

    result: Mapping[str, Any]
    before: Snapshot
    after: Snapshot
    unsafe: Counter[str] = field(default_factory=Counter)
    hung: str = ""
    raised: str = ""
    leaks: Sequence[str] = ()
    #: How many requests that change something the service has accepted, those that were undone again included.
    accepted: int = 0

    @property
    def acted(self) -> bool:
        return without_notes(self.before) != without_notes(self.after) or bool(self.unsafe)


@dataclass(frozen=True)
class Reference:
    """The same task without a fault: where it ended, and what was said."""

    after: Snapshot
    unsafe: Counter[str]
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Rules:
    """What of the task's documentation matters to the check; see `tasks.Task`."""

    info: bool = False
    again: bool = False
    unshown: bool = False
    final: str = ""
    #: The fault gave fields another type than documented: what is read then is nobody's word.
    loose: bool = False


def find_violations(rules: Rules, wanted: Reference, run: Observed, second: Observed | None = None) -> list[Violation]:
    """Everything that is wrong with a run that was hit, and with the one after it that was not."""
    found = list(_always_wrong(run))
    if not run.hung and not run.raised:
        found += _info(rules, wanted, run) if rules.info else _changing(wanted, run)
    if second is not None:
        found += [Violation(each.column, "run again: " + each.text) for each in _always_wrong(second)]
        if not second.hung and not second.raised:
            found += [Violation(each.column, "run again: " + each.text) for each in _again(rules, wanted, second)]
    return found


# -- what a result says -----------------------------------------------------------------------------------------------


def failed(result: Mapping[str, Any]) -> bool:
    return bool(result.get("failed"))


def changed(result: Mapping[str, Any]) -> bool:
    return bool(result.get("changed"))


def outcomes(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = result.get("outcomes")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def steps_done(result: Mapping[str, Any]) -> list[Any]:
    return list(result.get("completed_steps") or result.get("done") or ())


def says_unknown(result: Mapping[str, Any]) -> bool:
    """Whether it says that something may have happened that it knows no end of."""
    rows = [row.get("outcome") for row in outcomes(result)]
    error = result.get("error")
    told = [result, *([error] if isinstance(error, Mapping) else []), *outcomes(result)]
    words = " ".join(str(row.get(key) or "") for row in told for key in ("msg", "message", "hint"))
    return UNKNOWN in rows or result.get("outcome") == UNKNOWN or (failed(result) and bool(NOT_KNOWN.search(words)))


# -- the columns ------------------------------------------------------------------------------------------------------


def _always_wrong(run: Observed) -> Iterator[Violation]:
    if run.hung:
        yield Violation("hung", run.hung)
    message = str(run.result.get("msg") or "")
    if run.raised:
        yield Violation("traceback", run.raised.strip().splitlines()[-1])
    elif run.result.get("exception") or INTERNAL.search(message):
        yield Violation("traceback", message[:200])
    for leak in run.leaks:
        yield Violation("secret", "the output holds the secret %s" % leak)


def _info(rules: Rules, wanted: Reference, run: Observed) -> Iterator[Violation]:
    if changed(run.result):
        yield Violation("believed", "a task that only reads says changed")
    if run.acted:
        yield Violation("lost", "a task that only reads changed the cloud: " + difference(run.before, run.after))
    if failed(run.result) or run.result.get("warnings") or rules.loose:
        return
    for key in sorted((set(wanted.result) | set(run.result)) - set(ASIDE)):
        if comparable(wanted.result.get(key)) != comparable(run.result.get(key)):
            yield Violation("believed", "it says ok, and %s is not what the cloud has (%s instead of %s)" % (
                key, _size(run.result.get(key)), _size(wanted.result.get(key))))  # fmt: skip


def comparable(value: Any) -> Any:
    """What of a document is the same in two runs: no moments, no ports, no ids of requests, and no tokens that are made
    for each."""
    if isinstance(value, str):
        return _TOKEN.sub("=…", _MOMENT.sub("…", value))
    if isinstance(value, Mapping):
        return {key: comparable(entry) for key, entry in value.items() if key != "request_id"}
    return [comparable(entry) for entry in value] if isinstance(value, list) else value


def _size(value: Any) -> str:
    return "%d entries" % len(value) if isinstance(value, (list, dict)) else repr(value)[:40]


def _changing(wanted: Reference, run: Observed) -> Iterator[Violation]:
    twice = list(_doubled(wanted, run))
    yield from twice
    said = run.result
    lost = list(_lost_servers(run))
    if run.acted and not changed(said) and not says_unknown(said) and not steps_done(said):
        how = "failed" if failed(said) else "ok"
        words = difference(run.before, run.after) or ", ".join(run.unsafe)
        lost = [Violation("lost", "%s, changed: false, but %s (%s)" % (how, words, _message(said)))]
    yield from lost
    if twice:
        return
    if not failed(said) and not says_unknown(said):
        yield from _unreached(wanted, run, "ok, changed: %s" % str(changed(said)).lower())
    elif changed(said) and not run.acted and not run.accepted and not says_unknown(said):
        yield Violation("believed", "failed, changed: true, but nothing was changed (%s)" % _message(said))
    if failed(said):
        yield from _claimed_servers(wanted, run)


def _doubled(wanted: Reference, run: Observed) -> Iterator[Violation]:
    for name in surplus({**_absent(run.after), **wanted.after}, run.after):
        yield Violation("doubled", "there are %d of %s instead of %d" % (
            len(run.after[name]), name, len(wanted.after.get(name, ()))))  # fmt: skip
    for request, count in run.unsafe.items():
        if count > max(1, wanted.unsafe.get(request, 0)):
            yield Violation("doubled", "carried out %d times: %s" % (count, request))


def _absent(after: Snapshot) -> Snapshot:
    """One of each thing that only the run has: two of it are one too many."""
    return {name: [""] for name in after}


def _lost_servers(run: Observed) -> Iterator[Violation]:
    for row in outcomes(run.result):
        name = "server %s" % row.get("id")
        touched = run.before.get(name) != run.after.get(name) or any(str(row.get("id")) in key for key in run.unsafe)
        if row.get("id") and row.get("outcome") in UNTOUCHED and not row.get("actions") and touched:
            words = str(row.get("message") or "")
            if not NOT_KNOWN.search(words + " " + str(row.get("hint") or "")):
                change = difference({name: run.before.get(name, [])}, {name: run.after.get(name, [])})
                yield Violation("lost", "%s is %s, actions: [], but %s (%s)" % (
                    row.get("name"), row["outcome"], change or "a request was carried out", words[:160]))  # fmt: skip


def _claimed_servers(wanted: Reference, run: Observed) -> Iterator[Violation]:
    for row in outcomes(run.result):
        name = "server %s" % row.get("id")
        there = name in run.before
        if row.get("outcome") in CLAIMS and there and run.after.get(name) != wanted.after.get(name):
            change = difference({name: wanted.after.get(name, [])}, {name: run.after.get(name, [])})
            yield Violation("believed", "%s is %s, but %s" % (row.get("name"), row["outcome"], change))


def _unreached(wanted: Reference, run: Observed, claim: str) -> Iterator[Violation]:
    if run.after != wanted.after:
        yield Violation("believed", "%s, but %s" % (claim, difference(wanted.after, run.after)))
        return
    for request, count in wanted.unsafe.items():
        if run.unsafe.get(request, 0) < count:
            yield Violation("believed", "%s, but it was never carried out: %s" % (claim, request))


def _again(rules: Rules, wanted: Reference, run: Observed) -> Iterator[Violation]:
    twice = list(_doubled(wanted, run))
    yield from twice
    said = run.result
    if failed(said):
        if not _says_it_is_final(rules, said):
            yield Violation("rerun", "it fails: %s" % _message(said))
        return
    if twice or _says_it_is_final(rules, said):
        return
    if run.after != wanted.after:
        yield Violation("rerun", "ok, changed: %s, but %s" % (
            str(changed(said)).lower(), difference(wanted.after, run.after)))  # fmt: skip
    before, after = without_notes(run.before), without_notes(run.after)
    if not changed(said) and before != after:
        yield Violation("lost", "ok, changed: false, but %s" % difference(before, after))
    if changed(said) and not run.acted and not (rules.again or rules.unshown):
        yield Violation("rerun", "ok, changed: true, but nothing was changed")


def _says_it_is_final(rules: Rules, result: Mapping[str, Any]) -> bool:
    words = "%s %s" % (result.get("msg") or "", result.get("warnings") or "")
    return bool(rules.final and re.search(rules.final, words))


def _message(result: Mapping[str, Any]) -> str:
    return str(result.get("msg") or "")[:200]
