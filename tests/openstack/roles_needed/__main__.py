"""python tests/openstack/roles_needed: run tasks of every module as a reader, a member, a manager and an administrator.

The tasks are in tasks.yml. What the real OpenStack refuses to which of them is compared with
tests/openstack/roles_needed.yml, from which `make roles-needed-page` makes the documentation's page.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.cloudserver.compute.tests.openstack.gateway.lab import LabError
from ansible_collections.cloudserver.compute.tests.openstack.roles_needed.cast import Cast, policy_defaults
from ansible_collections.cloudserver.compute.tests.openstack.roles_needed.runs import Stage
from ansible_collections.cloudserver.compute.tests.openstack.roles_needed.table import (
    FOUND,
    BadTable,
    Case,
    Unexpected,
    differences,
    merged,
    read,
    shown,
    text,
)


def ask(cases: Sequence[Case], report: Callable[[str], None]) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of these tasks, and the tasks that went otherwise than any role explains."""
    cast, rows, problems = Cast(), [], []
    with tempfile.TemporaryDirectory() as folder:
        try:
            cast.make()
            stage = Stage(cast, Path(folder))
            for case in cases:
                begin = time.monotonic()
                try:
                    rows.append(stage.run(case))
                    words = shown(rows[-1])
                except Unexpected as problem:
                    problems.append(str(problem))
                    words = f"UNEXPECTED {problem}"
                report(f"{time.monotonic() - begin:5.0f} s  {case.module}, {case.task}: {words}")
        finally:
            cast.remove()
    return rows, problems


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="the tasks of these modules alone (default: all)")
    parser.add_argument("-k", dest="only", default="", metavar="TEXT", help="tasks with this in their text alone")
    parser.add_argument("--write", action="store_true", help="write what the lab shows to roles_needed.yml")
    options = parser.parse_args(argv)
    try:
        cases = read()
        chosen = [
            case for case in cases
            if (not options.modules or case.module in options.modules) and options.only in case.task
        ]  # fmt: skip
        if not chosen:
            parser.error("no task of the table matches")
        old = yaml.safe_load(FOUND.read_text()) if FOUND.exists() else {}
        services = policy_defaults()
        rows, problems = ask(chosen, lambda line: print(line, flush=True))
    except (BadTable, LabError) as error:
        print(f"roles_needed: {error}", file=sys.stderr)
        return 2
    new = {"services": services, "tasks": merged(cases, chosen, old.get("tasks", ()), rows)}
    found = differences(old, new)
    for line in [*problems, *([] if options.write else found)]:
        print(line, file=sys.stderr)
    if options.write:
        FOUND.write_text(text(new))
    print(f"{len(chosen)} tasks, {len(problems)} unexpected, {len(found)} differ from {FOUND.name}")
    return 1 if problems or (found and not options.write) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
