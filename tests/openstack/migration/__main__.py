"""python tests/openstack/migration: run tasks of openstack.cloud and their translations, and compare what they leave.

The tasks are in tasks.yml; the translations follow the page "Migrating from openstack.cloud". What each of the two left
is read by the OpenStack client.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ansible_collections.cloudserver.compute.tests.openstack.gateway.lab import LabError
from ansible_collections.cloudserver.compute.tests.openstack.migration.cases import OURS, THEIRS, BadTasks, Case, read
from ansible_collections.cloudserver.compute.tests.openstack.migration.compare import compare
from ansible_collections.cloudserver.compute.tests.openstack.migration.runs import (
    Projects,
    Runner,
    Seen,
    TaskFailed,
    install,
)

#: Targets beside it may be in the way of a task: a host that is said to be down.
ATTEMPTS = 2
WORDS = {True: "changed", False: "ok"}


def verdict(case: Case, seen: dict[str, Seen]) -> list[str]:
    """What is wrong with what the two sides left; nothing where the translation does the same."""
    different, idle = compare(seen[THEIRS].end, seen[OURS].end, case.exact, case.differences)
    wrong = [str(difference) for difference in different]
    wrong += [f"the stated difference {where} does not occur" for where in idle]
    first, second = seen[OURS].changed
    if first != seen[THEIRS].changed[0]:
        wrong.append(f"the first run of cloudserver.compute reports {WORDS[first]}")
    if second != bool(case.repeats):
        wrong.append(f"the second run of cloudserver.compute reports {WORDS[second]}")
    return wrong


def row(name: str, state: str, seen: dict[str, Seen] | None, seconds: float) -> str:
    cells = [name, state]
    for side in (THEIRS, OURS):
        cells.append(", ".join(WORDS[changed] for changed in seen[side].changed) if seen else "-")
    return "| %s |" % " | ".join([*cells, "%.0f" % seconds])


def tried(runner: Runner, case: Case) -> dict[str, Seen]:
    """What each side left. Raises TaskFailed if it failed every time."""
    for _attempt in range(ATTEMPTS - 1):
        try:
            return runner.run(case)
        except TaskFailed as error:
            print(f"{case.name}, tried again: {error}", file=sys.stderr, flush=True)
    return runner.run(case)


def run(cases: Sequence[Case], report: Callable[[str], None]) -> int:
    """Prints the table; how many of the cases differ or fail."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        projects = Projects(Path(folder))
        runner = Runner(projects)
        report("| task | end state | openstack.cloud: first, second run | cloudserver.compute | s |")
        report("| --- | --- | --- | --- | --- |")
        try:
            projects.make()
            for case in cases:
                begin = time.monotonic()
                try:
                    seen = tried(runner, case)
                except TaskFailed as error:
                    failed += 1
                    report(row(case.name, "FAILED", None, time.monotonic() - begin))
                    print(f"{case.name}: {error}", file=sys.stderr, flush=True)
                    continue
                wrong = verdict(case, seen)
                failed += bool(wrong)
                state = "DIFFERENT" if wrong else "equal, but as stated" if case.differences else "equal"
                report(row(case.name, state, seen, time.monotonic() - begin))
                for line in wrong:
                    print(f"{case.name}: {line}", file=sys.stderr, flush=True)
        finally:
            runner.close()
            projects.remove()
    report(f"{len(cases)} tasks, {failed} different or failed")
    return failed


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "-k", dest="only", default="", metavar="PATTERN", help="tasks whose name has this pattern alone"
    )
    parser.add_argument(
        "--shared",
        choices=("only", "not"),
        help="the tasks of administrators, on what all projects share, or the others",
    )
    options = parser.parse_args(argv)
    try:
        cases = [
            case for case in read()
            if re.search(options.only, case.name, re.IGNORECASE)
            and options.shared in (None, "only" if case.admin else "not")
        ]  # fmt: skip
        if not cases:
            parser.error("no such task has this pattern in its name")
        install()
        return 1 if run(cases, lambda line: print(line, flush=True)) else 0
    except (BadTasks, LabError) as error:
        print(f"migration: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
