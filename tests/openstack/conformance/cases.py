"""Read the cases: one file an area in cases/, a list of cases in each. tests/openstack/README.md has the keys."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
#: Every case is asked in these unless it names others: the oldest, and the newest that the collection speaks.
MICROVERSIONS = ("2.1", "2.96")
STEP_KEYS = {"call", "body", "as", "headers", "names", "ordered", "values", "keep", "settle", "rests"}
CASE_KEYS = STEP_KEYS | {"name", "microversions", "steps", "given", "each"}


class BadCase(Exception):
    """A case that cannot be read; the text says which and why."""


@dataclass(frozen=True)
class Step:
    """One request, and what of its answer is compared besides status, headers and shape.

    ``names`` is the key of a list whose names are compared, in order where ``ordered``; ``values`` are paths whose
    values are; ``keep`` keeps values of the answer, by name; ``settle`` names a server whose state is compared once it
    rests, ``rests`` a volume whose status is.
    """

    call: str
    body: Any = None
    who: str = "demo"
    headers: dict[str, str] = field(default_factory=dict)
    names: str = ""
    ordered: bool = False
    values: tuple[str, ...] = ()
    keep: dict[str, str] = field(default_factory=dict)
    settle: str = ""
    rests: str = ""


@dataclass(frozen=True)
class Case:
    """Steps, one after the other. ``given`` is the status that servers are led to before: {web-03: PAUSED}."""

    area: str
    name: str
    microversion: str
    steps: tuple[Step, ...]
    given: dict[str, str]

    @property
    def label(self) -> str:
        return "%s: %s" % (self.area, self.name)


def read(path: Path) -> list[Case]:
    """The cases of one file. Raises BadCase."""
    rows = yaml.safe_load(path.read_text())
    if not isinstance(rows, list):
        raise BadCase("%s holds no list of cases" % path.name)
    found = [case for row in rows for case in _cases(path.stem, row)]
    seen = [(case.name, case.microversion) for case in found]
    for label in {label for label in seen if seen.count(label) > 1}:
        raise BadCase("%s: two cases are named %s" % (path.name, label[0]))
    return found


def _cases(area: str, row: dict[str, Any]) -> Iterator[Case]:
    where = "%s: %s" % (area, row.get("name"))
    unknown = set(row) - CASE_KEYS
    if unknown or not row.get("name") or ("call" in row) == ("steps" in row):
        raise BadCase("%s: a case has a name, and call or steps; unknown: %s" % (where, ", ".join(unknown) or "none"))
    each = row.get("each") or {}
    for values in itertools.product(*each.values()):
        words = dict(zip(each, values, strict=True))
        one = _filled(row, words)
        steps = one.get("steps") or [{key: one[key] for key in STEP_KEYS if key in one}]
        for microversion in one.get("microversions", MICROVERSIONS):
            yield Case(
                area,
                str(one["name"]),
                str(microversion),
                tuple(_step(where, step) for step in steps),
                dict(one.get("given") or {}),
            )


def _step(where: str, step: dict[str, Any]) -> Step:
    unknown = set(step) - STEP_KEYS
    if unknown or " " not in str(step.get("call", "")):
        raise BadCase("%s: a step has a call (METHOD PATH); unknown: %s" % (where, ", ".join(unknown) or "nothing"))
    return Step(
        step["call"],
        step.get("body"),
        step.get("as", "demo"),
        step.get("headers") or {},
        step.get("names", ""),
        bool(step.get("ordered")),
        tuple(step.get("values") or ()),
        step.get("keep") or {},
        step.get("settle", ""),
        step.get("rests", ""),
    )


def _filled(value: Any, words: dict[str, Any]) -> Any:
    """The same with <word> replaced; a text that is nothing but <word> becomes the word's value itself."""
    if isinstance(value, dict):
        return {_filled(key, words): _filled(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, words) for item in value]
    if isinstance(value, str):
        for word, item in words.items():
            if value == "<%s>" % word:
                return item
            value = value.replace("<%s>" % word, str(item))
    return value


def load(areas: list[str]) -> dict[str, list[Case]]:
    """The cases by area, all areas where none is named. Raises BadCase for an area that there is not."""
    paths = {path.stem: path for path in sorted((HERE / "cases").glob("*.yml"))}
    for area in areas:
        if area not in paths:
            raise BadCase("there is no area %s; there are %s" % (area, ", ".join(paths)))
    return {area: read(path) for area, path in paths.items() if not areas or area in areas}
