"""The figures: what was run, what was found, in tables and as JSON."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cells import Cell
from findings import COLUMNS, Violation
from kinds import KINDS
from tasks import ALL
from worker import Verdict

_SAID = ("changed", "ok", "unknown", "failed", "none")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b|req-\S+|127\.0\.0\.1:\d+")


def counted(verdicts: Iterable[Verdict]) -> dict[str, Counter[str]]:
    """By fault: runs, those that were hit, what was said, and of each column how many runs have a finding in it."""
    rows: dict[str, Counter[str]] = {name: Counter() for name in KINDS}
    for verdict in verdicts:
        row = rows[verdict.cell.kind]
        row["runs"] += 1
        row["hit"] += bool(verdict.hits)
        row[verdict.said] += 1
        for column in {each.column for each in verdict.violations}:
            row[column] += 1
    return {name: row for name, row in rows.items() if row["runs"]}


def table(title: str, verdicts: Sequence[Verdict]) -> str:
    """One table: a row a fault, and the sum."""
    rows = counted(verdicts)
    total: Counter[str] = sum(rows.values(), Counter())
    heads = ["runs", *_SAID, *COLUMNS]
    lines = ["%-18s %s" % (title, " ".join("%9s" % head for head in heads))]
    for name, row in [*rows.items(), ("sum", total)]:
        lines.append("%-18s %s" % (name, " ".join("%9d" % row[head] for head in heads)))
    return "\n".join(lines)


def tables(verdicts: Sequence[Verdict]) -> str:
    parts = []
    for platform in ALL:
        own = [each for each in verdicts if each.cell.task.startswith(platform + "/")]
        if own:
            parts.append(table(platform, own))
    if len(parts) != 1:
        parts.append(table("all platforms", verdicts))
    return "\n\n".join(parts)


def lines(verdicts: Iterable[Verdict]) -> list[str]:
    """A line a finding, with what runs it again."""
    return [
        "%-9s python tests/faults --only '%s'  # %s" % (each.column, verdict.cell.id, " ".join(each.text.split()))
        for verdict in verdicts
        for each in verdict.violations
    ]


def causes(verdicts: Iterable[Verdict], requests: dict[str, list[str]]) -> str:
    """The findings by column, task and spoiled request, the most frequent first: what is likely one cause."""
    groups: dict[tuple[str, str, str], list[tuple[Verdict, str]]] = defaultdict(list)
    for verdict in verdicts:
        task = verdict.cell.task.partition("/")[2]
        request = _ID.sub("…", requests[verdict.cell.task][verdict.cell.position - 1])
        # Nova's platforms have the same paths below their own roots.
        request = re.sub(r"/(openstack|easystack|ustack)/", "/", request)
        for each in verdict.violations:
            groups[each.column, task, request].append((verdict, each.text))
    parts = []
    for (column, task, request), found in sorted(groups.items(), key=lambda item: (item[0][0], -len(item[1]))):
        faults = sorted({verdict.cell.kind for verdict, _text in found})
        platforms = sorted({verdict.cell.task.partition("/")[0] for verdict, _text in found})
        verdict, text = min(found, key=lambda each: (each[0].cell.always, each[0].cell.id))
        parts.append("%s ×%d  %s on %s\n    request: %s\n    faults:  %s\n    e.g.     %s: %s" % (
            column, len(found), task, ", ".join(platforms), request, ", ".join(faults), verdict.cell.id,
            _ID.sub("…", " ".join(text.split()))))  # fmt: skip
    return "\n".join(parts)


def longest(verdicts: Iterable[Verdict], number: int = 5) -> dict[str, float]:
    """The runs that took the longest by their own clock, in seconds."""
    rows = sorted(verdicts, key=lambda verdict: -verdict.elapsed)[:number]
    return {verdict.cell.id: round(verdict.elapsed, 1) for verdict in rows}


def write(folder: Path, verdicts: Sequence[Verdict], about: dict[str, Any]) -> None:
    """figures.json and findings.txt in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {
        **about,
        "runs": len(verdicts),
        "longest": longest(verdicts),
        "findings": {name: sum(any(each.column == name for each in verdict.violations) for verdict in verdicts)
                     for name in COLUMNS},
        "platforms": {
            platform: {name: dict(row) for name, row in counted(
                each for each in verdicts if each.cell.task.startswith(platform + "/")).items()}
            for platform in ALL
        },
    }  # fmt: skip
    (folder / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    (folder / "findings.txt").write_text("".join(line + "\n" for line in lines(verdicts)))


def begin_journal(path: Path, seed: str) -> None:
    """An empty journal: a line that says of which seed it is, then a line a verdict."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"seed": seed}) + "\n")


def append_journal(path: Path, verdicts: Iterable[Verdict]) -> None:
    with path.open("a") as file:
        file.writelines(json.dumps(asdict(verdict)) + "\n" for verdict in verdicts)


def read_journal(path: Path, seed: str) -> list[Verdict]:
    """The verdicts of an interrupted run. Raises ValueError where the journal is of another seed, OSError without one.

    The last line may be cut off in its middle, where the run was killed.
    """
    rows = path.read_text().splitlines(keepends=True)
    if not rows or json.loads(rows[0]) != {"seed": seed}:
        raise ValueError("%s is not the journal of a run with the seed %s" % (path, seed))
    found = {}
    for row in rows[1:]:
        if row.endswith("\n"):
            data = json.loads(row)
            cell = Cell(**data.pop("cell"))
            found[cell.id] = Verdict(cell, violations=[Violation(**each) for each in data.pop("violations")], **data)
    return list(found.values())
