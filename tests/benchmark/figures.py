"""One measured figure with its budget, and the tables they are shown in."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """What was measured, by name; `budget` holds the most that each of these may be.

    `note` says what is compared; `detail` is for the report alone.
    """

    part: str
    name: str
    measured: Mapping[str, float]
    budget: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    detail: Mapping[str, float] = field(default_factory=dict)

    @property
    def over(self) -> list[str]:
        """The names that are over their budget. Raises KeyError where a budget is for something not measured."""
        return [name for name, most in self.budget.items() if self.measured[name] > most]

    @property
    def verdict(self) -> str:
        if not self.budget:
            return "-"
        return "NOT (%s)" % ", ".join(self.over) if self.over else "ok"

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "over": self.over, "verdict": self.verdict}


def number(value: float) -> str:
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return "%.2f" % value if abs(value) >= 0.1 else "%.3f" % value


def table(title: str, figures: Sequence[Figure]) -> str:
    """The figures of one part as markdown, what is compared below."""
    rows = [("figure", "measured", "budget", "verdict")]
    notes = [figure.note for figure in figures if figure.note]
    for figure in figures:
        measured = ", ".join("%s %s" % (name, number(value)) for name, value in figure.measured.items())
        budget = ", ".join("%s <= %s" % (name, number(value)) for name, value in figure.budget.items())
        rows.append((figure.name, measured, budget or "-", figure.verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    lines = ["| %s |" % " | ".join(cells) for cells in padded]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "## %s\n\n%s\n\n%s" % (title, "\n".join(lines), "".join(note + "\n\n" for note in dict.fromkeys(notes)))
