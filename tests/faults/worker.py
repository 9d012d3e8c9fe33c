"""What a worker process does: records tasks without faults, and runs cells."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import atexit
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import world as worlds
from cells import Cell
from findings import Observed, Reference, Rules, Violation, changed, failed, find_violations, says_unknown
from kinds import KINDS, Request
from proxy import Plan
from task_list import all_tasks
from tasks import Task
from world import Run, World

_worlds: dict[str, World] = {}
_tasks: dict[str, Task] = {}


class Unfit(Exception):
    """A task of the matrix does not do without a fault what it is there for; the text says what."""


@dataclass
class Recording:
    """A task's run without a fault: its requests, where it ends, the operations of the documents that it drove."""

    label: str
    requests: list[Request]
    wanted: Reference
    operations: set[str] = field(default_factory=set)


@dataclass
class Verdict:
    """What the check found of a cell. `hits` 0: the run went another way, and no request was spoiled.

    `elapsed` is what the run took by its own clock, in seconds.
    """

    cell: Cell
    hits: int
    said: str
    violations: list[Violation]
    elapsed: float = 0.0


def begin() -> None:
    """Once in each worker process, before anything else."""
    worlds.isolate()
    _tasks.update((task.label, task) for task in all_tasks())
    atexit.register(lambda: [world.close() for world in _worlds.values()])


def world_of(platform: str) -> World:
    if platform not in _worlds:
        _worlds[platform] = World(platform)
    return _worlds[platform]


def record(label: str) -> Recording:
    """Runs a task, twice. Raises Unfit where it fails, leaves nothing, or is not done after one run."""
    task = _tasks[label]
    world = world_of(task.platform)
    world.prepare(task)
    world.sim.log.clear()
    run = world.run(task, None, label)
    driven = {row["operation"] for row in world.sim.log.select() if row["status"] and 200 <= row["status"] < 300}
    again = world.run(task, None, label + " again")
    for each in (run, again):
        if each.hung or each.raised or failed(each.result):
            raise Unfit("%s: %s" % (label, each.hung or each.raised or each.result.get("msg")))
    if not task.info:
        if not changed(run.result) or not (run.unsafe or run.before != run.after):
            raise Unfit("%s changes nothing" % label)
        if changed(again.result) is not task.again:
            raise Unfit("%s: a second run says changed: %s" % (label, changed(again.result)))
    return Recording(label, run.requests, Reference(run.after, run.unsafe, _plain(run.result)), driven - {None})


def run_cells(recording: Recording, cells: Sequence[Cell], seed: str) -> list[Verdict]:
    """The verdicts, in the order of the cells.

    A fault that always hits a request which the run does not repeat is the fault that hits it once, so that its verdict
    is the other cell's too.
    """
    found: dict[str, Verdict] = {}
    for cell in sorted(cells, key=lambda cell: not cell.always):
        same = None if cell.always else found.get(cell.id + "+")
        found[cell.id] = replace(same, cell=cell) if same and same.hits <= 1 else _run_cell(recording, cell, seed)
    return [found[cell.id] for cell in cells]


def _run_cell(recording: Recording, cell: Cell, seed: str) -> Verdict:
    task = _tasks[recording.label]
    world = world_of(task.platform)
    world.prepare(task)
    kind = KINDS[cell.kind]
    run = world.run(task, Plan(kind, cell.position, cell.always), f"{seed}/{cell.id}")
    first = _seen(world, run)
    second = None
    if not task.info and run.hits:
        second = _seen(world, world.run(task, None, f"{seed}/{cell.id}/again"))
    loose = kind.name.startswith("wrong_types")
    rules = Rules(task.info, task.again, task.unshown, task.final, loose)
    violations = find_violations(rules, recording.wanted, first, second)
    return Verdict(cell, run.hits, _said(first), violations, run.elapsed)


def _seen(world: World, run: Run) -> Observed:
    result, leaks = _plain(run.result), world.leaked(run)
    return Observed(result, run.before, run.after, run.unsafe, run.hung, run.raised, leaks, run.accepted)


def _said(run: Observed) -> str:
    """The answer in a word, for the figures."""
    if run.hung or run.raised:
        return "none"
    if not failed(run.result):
        return "changed" if changed(run.result) else "ok"
    return "unknown" if says_unknown(run.result) else "failed"


def _plain(result: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(json.dumps(result, default=str)))
