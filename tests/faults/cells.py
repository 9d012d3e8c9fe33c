"""The cells of the matrix: task × fault × place in the run × once or always; which of them a sample takes."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from kinds import KINDS, Kind, Request

#: How much likelier a sample takes a cell: what changes something is where faults do harm, and all tasks log in alike.
_CHANGES, _READS, _IDENTITY = 6.0, 1.0, 0.2
#: Tasks whose login is hit.
LOGINS = ("inventory.all", "server_info.all", "server_power.stop", "server.create", "keypair.import")
#: The part of a sample that may take seconds of real time each.
_SLOW_PART = 0.02


@dataclass(frozen=True)
class Cell:
    """One run of the matrix. `task` is a task's label; the fault hits the `position`-th request, from 1."""

    task: str
    kind: str
    position: int
    always: bool
    weight: float = 1.0

    @property
    def id(self) -> str:
        """platform/task/fault/position, with + where every repetition of the request is hit too."""
        return "%s/%s/%d%s" % (self.task, self.kind, self.position, "+" if self.always else "")

    @property
    def slow(self) -> bool:
        return KINDS[self.kind].slow


def cells_of(task: str, requests: Sequence[Request]) -> list[Cell]:
    """Every cell of a task, by the requests of its run without a fault."""
    return [
        Cell(task, kind.name, request.number, always, _weight(request))
        for request in requests
        for kind in KINDS.values()
        if kind.fits(request)
        for always in (False, True)
        if _worth(task, kind, request, always)
    ]


def _worth(task: str, kind: Kind, request: Request, always: bool) -> bool:
    """All tasks log in alike. Reading that is always late costs seconds and proves no more than one late answer."""
    if request.identity and task.partition("/")[2] not in LOGINS:
        return False
    return not (kind.slow and always and not request.changes)


def _weight(request: Request) -> float:
    return _IDENTITY if request.identity else _CHANGES if request.changes else _READS


def chosen(cells: Iterable[Cell], patterns: Sequence[str]) -> list[Cell]:
    """Those whose id is one of the patterns or below it: `openstack`, `*/keypair.*`, `ustack/server.create/504_*`."""
    wanted = [form for pattern in patterns for form in (pattern, pattern.rstrip("/") + "/*")]
    return [cell for cell in cells if any(fnmatchcase(cell.id, form) for form in wanted)]


def sample(cells: Iterable[Cell], number: int, seed: str) -> list[Cell]:
    """So many of them, the same for the same seed, whatever order they come in; few of the slow ones."""
    ranked = sorted(cells, key=lambda cell: (_rank(cell, seed), cell.id))
    slow = [cell for cell in ranked if cell.slow][: max(1, round(number * _SLOW_PART))]
    return sorted(slow + [cell for cell in ranked if not cell.slow][: number - len(slow)], key=lambda cell: cell.id)


def _rank(cell: Cell, seed: str) -> float:
    """A random number, smaller for what weighs more (Efraimidis and Spirakis: sampling with weights)."""
    digest = hashlib.sha256(f"{seed}/{cell.id}".encode()).digest()
    uniform = (int.from_bytes(digest[:8], "big") + 1) / 2.0**64
    return float(1.0 - uniform ** (1.0 / cell.weight))
