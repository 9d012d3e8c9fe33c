"""python tests/faults: every task on a network that fails, held against the simulator's state."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import tables  # noqa: E402
import worker  # noqa: E402
from cells import Cell, cells_of, chosen, sample  # noqa: E402
from task_list import all_tasks  # noqa: E402
from worker import Recording, Unfit, Verdict  # noqa: E402

#: Operations of docs/operations.yml that need other credentials than the usual ones, or are no request of their own.
ELSEWHERE = {"H10", "H11"}
#: Cells that a worker gets at a time, so that neither is idle in the end.
CHUNK = 20


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/faults", description=__doc__,
                                     epilog="README.md beside this program says what the columns mean.")  # fmt: skip
    parser.add_argument("--only", action="append", metavar="P",
                        help="cells of this id or below it: openstack, '*/keypair.*', ustack/server.create/504_after/6;"
                             " may be given several times")  # fmt: skip
    parser.add_argument("--sample", type=int, metavar="N", help="so many cells, chosen by the seed (default: all)")
    parser.add_argument("--seed", default="1", help="chooses the sample, and the pauses within the runs (default: 1)")
    parser.add_argument("--budget", type=float, metavar="S", help="begin no further cells after so many seconds")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="worker processes (default: 2)")
    parser.add_argument("--most", type=int, default=200, metavar="N", help="findings to print (default: 200)")
    parser.add_argument("--no-slow", action="store_true", help="leave out the faults that take seconds each")
    parser.add_argument("--causes", action="store_true", help="print the findings by cause too")
    parser.add_argument("--list", action="store_true", help="list the cells instead of running them")
    parser.add_argument("--resume", action="store_true",
                        help="go on where an interrupted run with the same seed and output has stopped")  # fmt: skip
    parser.add_argument("--output", type=Path, default=ROOT / ".cache" / "faults", metavar="D",
                        help="folder for figures.json and findings.txt (default: .cache/faults)")  # fmt: skip
    return parser.parse_args(arguments)


def labels(only: Sequence[str] | None) -> list[str]:
    """The tasks that a cell which was asked for can belong to."""
    every = [task.label for task in all_tasks()]
    if not only:
        return every
    kept = [label for label in every if chosen([Cell(label, "429_before", 1, False)], _roots(only))]
    return kept or every


def _roots(only: Sequence[str]) -> list[str]:
    return ["/".join(pattern.split("/")[:2]) for pattern in only]


def pieces(recordings: dict[str, Recording], cells: Sequence[Cell]) -> Iterator[tuple[Recording, list[Cell]]]:
    own: dict[str, list[Cell]] = {}
    for cell in cells:
        own.setdefault(cell.task, []).append(cell)
    # Shuffled, so that a budget that runs out does not leave out the last platforms.
    for label, rows in sorted(own.items(), key=lambda item: sha256(item[0].encode()).digest()):
        for start in range(0, len(rows), CHUNK):
            yield recordings[label], rows[start : start + CHUNK]


def run(options: argparse.Namespace, pool: ProcessPoolExecutor, recordings: dict[str, Recording],
        cells: Sequence[Cell], began: float) -> list[Verdict]:  # fmt: skip
    """The verdicts of all cells, or of those that the budget allows, in the order of their ids.

    They are written as they come, for a run of an hour or two may be interrupted.
    """
    journal = options.output / "verdicts.jsonl"
    verdicts = tables.read_journal(journal, options.seed) if options.resume else []
    known = {verdict.cell.id for verdict in verdicts}
    if not options.resume:
        tables.begin_journal(journal, options.seed)
    cells = [cell for cell in cells if cell.id not in known]
    whole = len(verdicts) + len(cells)
    waiting: set[Future[list[Verdict]]] = set()
    told = time.monotonic()
    left = pieces(recordings, cells)
    exhausted = False
    while waiting or not exhausted:
        while len(waiting) < 2 * options.jobs and not exhausted:
            piece = next(left, None)
            if piece is None or (options.budget and time.monotonic() - began > options.budget):
                exhausted = True
                break
            waiting.add(pool.submit(worker.run_cells, piece[0], piece[1], options.seed))
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            some = future.result()
            tables.append_journal(journal, some)
            verdicts += some
        if time.monotonic() - told > 20:
            told = time.monotonic()
            print("%d of %d runs, %d with findings" % (len(verdicts), whole, sum(
                bool(each.violations) for each in verdicts)), file=sys.stderr, flush=True)  # fmt: skip
    return sorted(verdicts, key=lambda verdict: verdict.cell.id)


def undriven(recordings: dict[str, Recording]) -> list[str]:
    """The operations of the documents that no task drives."""
    from ansible_collections.cloudserver.compute.tools import operations

    driven = {(label.partition("/")[0], each) for label, row in recordings.items() for each in row.operations}
    return [row.id for row in operations.load() if row.id not in ELSEWHERE and (row.platform, row.id) not in driven]


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    began = time.monotonic()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context, initializer=worker.begin) as pool:
        try:
            found = pool.map(worker.record, labels(options.only), chunksize=8)
            recordings = {recording.label: recording for recording in found}
        except Unfit as error:
            print("faults: a task does not work without a fault: %s" % error, file=sys.stderr)
            return 2
        missing = [] if options.only else undriven(recordings)
        cells = [cell for row in recordings.values() for cell in cells_of(row.label, row.requests)]
        if options.only:
            cells = chosen(cells, options.only)
        if options.no_slow:
            cells = [cell for cell in cells if not cell.slow]
        whole = len(cells)
        if options.sample and options.sample < whole:
            cells = sample(cells, options.sample, options.seed)
        if options.list:
            print("\n".join(cell.id for cell in cells))
            return 0
        if not cells:
            print("faults: no cell has such an id; --list shows them", file=sys.stderr)
            return 2
        verdicts = run(options, pool, recordings, cells, began)
    return report(options, recordings, verdicts, missing, whole, time.monotonic() - began)


def report(options: argparse.Namespace, recordings: dict[str, Recording], verdicts: list[Verdict],
           missing: list[str], whole: int, seconds: float) -> int:  # fmt: skip
    """Prints the tables and what was found. The exit status of the program."""
    shown = tables.lines(verdicts)
    print("\n".join(shown[: options.most]))
    if len(shown) > options.most:
        print("… and %d more in %s" % (len(shown) - options.most, options.output / "findings.txt"))
    if options.causes:
        print("\n" + tables.causes(verdicts, {
            label: [str(request) for request in row.requests] for label, row in recordings.items()}))  # fmt: skip
    print("\n" + tables.tables(verdicts))
    about = {"seed": options.seed, "cells": whole, "tasks": len(recordings), "seconds": round(seconds)}
    tables.write(options.output, verdicts, about)
    print("\n%d of %d cells of %d tasks in %d s with the seed %s; %d findings" % (
        len(verdicts), whole, len(recordings), seconds, options.seed, len(shown)))  # fmt: skip
    if missing:
        print("faults: no task drives the operations %s" % ", ".join(missing), file=sys.stderr)
    return 1 if shown or missing else 0


if __name__ == "__main__":
    # The checkout's own collection, wherever the program is called from.
    status = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(status)
