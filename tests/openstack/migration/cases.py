"""The tasks of tasks.yml."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

TASKS = Path(__file__).resolve().parent / "tasks.yml"
THEIRS, OURS = "theirs", "ours"
SIDES = (THEIRS, OURS)
#: The collection of each side.
COLLECTIONS = {THEIRS: "openstack.cloud", OURS: "cloudserver.compute"}


class BadTasks(Exception):
    """tasks.yml is wrong."""


@dataclass(frozen=True)
class Case:
    """A task of a user of openstack.cloud and its translation; tasks.yml says what the fields are."""

    name: str
    theirs: Sequence[Mapping[str, Any]]
    ours: Sequence[Mapping[str, Any]]
    end: Sequence[str]
    given: Sequence[Any] = ()
    shows: Mapping[str, str] = field(default_factory=dict)
    admin: bool = False
    exact: Sequence[str] = ()
    repeats: str = ""
    differences: Sequence[Mapping[str, str]] = ()

    def tasks(self, side: str) -> Sequence[Mapping[str, Any]]:
        return self.theirs if side == THEIRS else self.ours


def modules(tasks: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the modules of a collection that tasks use."""
    names = tuple(name + "." for name in COLLECTIONS.values())
    return [key for task in tasks for key in task if key.startswith(names)]


def read(path: Path = TASKS) -> list[Case]:
    """The tasks of the file. Raises BadTasks."""
    known = {part.name for part in fields(Case)}
    required = {"name", "theirs", "ours", "end"}
    cases: list[Case] = []
    for row in yaml.safe_load(path.read_text(encoding="utf-8")):
        label = row.get("name") or "a task without name"
        if not required <= set(row) <= known:
            raise BadTasks(f"{label}: missing {sorted(required - set(row))}, unknown {sorted(set(row) - known)}")
        case = Case(**row)
        for side, collection in COLLECTIONS.items():
            found = modules(case.tasks(side))
            if not found or any(not name.startswith(collection + ".") for name in found):
                raise BadTasks(f"{label}: {side} has tasks of {collection} alone, and one of them at least")
        if any(not str(stated.get("why") or "").strip() or not stated.get("where") for stated in case.differences):
            raise BadTasks(f"{label}: a difference needs where and why")
        if case.shows and set(case.shows) != set(SIDES):
            raise BadTasks(f"{label}: shows has theirs and ours")
        cases.append(case)
    names = [case.name for case in cases]
    if len(set(names)) < len(names):
        raise BadTasks("two tasks have the same name")
    return cases
