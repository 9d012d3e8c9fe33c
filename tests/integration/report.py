"""Show by which targets each operation of docs/operations.yml was driven, and how many parameters are reached; fail
where an operation was not driven.

An operation is driven where a target of tests/integration/targets had its request answered with success on the
platform whose document has it, and calls a module that is to reach it. `run.py` saves what the simulator's log says
of each run; runs that are missing, or older than the code, are made first.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.cloudserver.compute.tests.integration import record
from ansible_collections.cloudserver.compute.tests.integration import run as integration
from ansible_collections.cloudserver.compute.tools import operations
from ansible_collections.cloudserver.compute.tools.operations import COLLECTION, INVENTORY, Operation

#: What a run depends on: a record that is older than these says nothing of them.
CODE = ("plugins", "tests/simulator", "tests/integration/targets")


def calls(target: str, modules: Iterable[str], root: Path = integration.TARGETS) -> bool:
    """Whether one of the target's files names one of the modules."""
    texts = [path.read_text() for path in sorted((root / target).rglob("*")) if path.is_file()]
    names = [f"{COLLECTION}.cloudserver" if module == INVENTORY else f"{COLLECTION}.{module}" for module in modules]
    return any(re.search(re.escape(name) + r"(?!\w)", text) for name in names for text in texts)


def drivers(
    operation: Operation, records: Sequence[Mapping[str, Any]], root: Path = integration.TARGETS
) -> dict[str, list[str]]:
    """The targets that drove an operation and call a module that is to reach it, by platform. Every module connects."""
    found: dict[str, set[str]] = {}
    for run in records:
        reached = operation.id in run["operations"]
        if reached and (not operation.modules or calls(run["target"], operation.modules, root)):
            found.setdefault(run["platform"], set()).add(run["target"])
    return {platform: sorted(targets) for platform, targets in sorted(found.items())}


def report(
    documented: Sequence[Operation], records: Sequence[Mapping[str, Any]], root: Path = integration.TARGETS
) -> tuple[str, int]:
    """The table, a row an operation, and how many operations were not driven on their own platform."""
    rows, missing = [("id", "request", "module", "driven by")], 0
    for operation in documented:
        found = drivers(operation, records, root)
        by = "; ".join(f"{platform}: {', '.join(targets)}" for platform, targets in found.items())
        if operation.platform not in found:
            missing += 1
            by = "NOT DRIVEN" + (f" on {operation.platform}, but on {by}" if by else "")
        rows.append((operation.id, operation.request, ", ".join(operation.modules) or "(every one)", by))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) for row in rows
    ]
    lines.append(f"\n{len(documented) - missing} of {len(documented)} operations were driven through modules")
    return "\n".join(lines), missing


def unsent(documented: Sequence[Operation], records: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By operation, the parameters that the collection is to send and that no target sent on its platform."""
    found = {}
    for operation in documented:
        sent = {
            name
            for run in records
            if run["platform"] == operation.platform
            for name in run["parameters"].get(operation.id, ())
        }
        known = operation.parameters
        missing = [name for name in known.sent if not _is_among(known.name_in_request(name), sent)]
        if missing:
            found[operation.id] = missing
    return found


def _is_among(name: str, sent: Iterable[str]) -> bool:
    """Whether a parameter was sent, itself or with keys of the user below it. A word in capitals in its name is a
    placeholder."""
    form = re.sub(r"[A-Z]+_[A-Z_]+", "[^.]+", re.escape(name))
    return any(re.fullmatch(form + r"(\..*)?", each) for each in sent)


def parameter_report(documented: Sequence[Operation], records: Sequence[Mapping[str, Any]]) -> str:
    """How many parameters are reached, and how many of those the targets sent."""
    total = sum(len(each.parameters.sent) for each in documented)
    missing = sum(map(len, unsent(documented, records).values()))
    driven = f"{total - missing} of {total} parameters of requests were sent by targets"
    return "\n".join((operations.summary(operations.everything()), f"{driven}; a unit test sends all of them"))


def collected() -> list[dict[str, Any]]:
    """What all runs on simulators drove; those that are missing or older than the code are made first.

    Raises CalledProcessError where they fail.
    """
    runs = integration.plan(integration.targets(), integration.PLATFORMS, integration.MODES)
    files = {run: integration.WORK / run.name / record.RECORD for run in runs}
    found = (path for part in CODE for path in (integration.ROOT / part).rglob("*") if path.is_file())
    # A compiled file is younger than its code, and says nothing new.
    code = [path for path in found if path.suffix != ".pyc"]
    changed = max(path.stat().st_mtime for path in (*code, Path(record.__file__)))
    stale = sorted({run.target for run, path in files.items() if not path.exists() or path.stat().st_mtime < changed})
    if stale:
        print(f"Running the targets that have not been run with this code: {', '.join(stale)}", flush=True)
        subprocess.run([sys.executable, integration.__file__, *stale], check=True)
    return [json.loads(path.read_text()) for path in files.values()]


def main(argv: Sequence[str] | None = None) -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(argv)
    try:
        records = collected()
    except subprocess.CalledProcessError as error:
        print("The targets do not pass, so there is no report.", file=sys.stderr)
        return error.returncode
    text, missing = report(operations.load(), records)
    print(text)
    print(parameter_report(operations.load(), records))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
