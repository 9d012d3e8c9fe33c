"""Which of the documents' operations the collection reaches, by docs/operations.yml: the page of them, and the report.

    operations.py page            writes the documentation's page "Operations"
    operations.py report          shows by which targets each operation was driven; fails where one was not

An operation is driven where a target of tests/integration/targets had its request answered with success on the
platform whose document has it, and calls a module that is to reach it. `tools/integration.py` keeps what the
simulator's log says of each run; runs that are missing, or older than the code, are made anew first.
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
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.cloudserver.compute.tools import simulator
from ansible_collections.cloudserver.compute.tools.simulator import ROOT

DATA = ROOT / "docs" / "operations.yml"
PAGE = ROOT / "docs" / "docsite" / "rst" / "operations.rst"
MODULES = ROOT / "plugins" / "modules"
TARGETS = ROOT / "tests" / "integration" / "targets"
COLLECTION = "cloudserver.compute"
INVENTORY = "inventory"
RECORD = "operations.json"
#: Signing is no request of its own: a signed one that succeeds drives it.
SIGNING = "H11"
#: What a run depends on: a record that is older than these says nothing of them.
CODE = ("plugins", "tests/simulator", "tests/integration/targets")
HEADING = {
    "huaweicloud": "Huawei Cloud ECS and Flexus L",
    "easystack": "EasyStack ECS 6.2.1",
    "ustack": "UnitedStack UOS",
}
INTRODUCTION = """\
.. Copyright: (c) 2026, cloudserver.compute contributors
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later

.. Made from docs/operations.yml by tools/operations.py; change that and run: make operations-page

.. _ansible_collections.cloudserver.compute.docsite.operations:

Operations
==========

Every operation that the vendors' documents describe, the module that reaches it and the options that lead to it. The
``openstack`` platform has those of EasyStack but for live resize, by the same modules. ``make operations-report`` shows
by which tests each of them is driven.
"""


@dataclass(frozen=True)
class Operation:
    """A row of docs/operations.yml; `platform` is the one whose document has it."""

    id: str
    platform: str
    method: str
    path: str
    action: str
    modules: tuple[str, ...]
    options: tuple[str, ...]

    @property
    def request(self) -> str:
        if self.method == "*":
            return "every request"
        return f"{self.method} {self.path}" + (f" ({self.action})" if self.action else "")


def load(path: Path = DATA) -> list[Operation]:
    """The operations in the order of the file."""
    return [
        Operation(
            row["id"],
            platform,
            row["method"],
            row["path"],
            action_of(row),
            tuple(row["modules"]),
            tuple(row.get("options", ())),
        )
        for platform, rows in yaml.safe_load(path.read_text()).items()
        for row in rows
    ]


def action_of(row: Mapping[str, Any]) -> str:
    """The key that names the action where several share one path; empty for a request of its own path."""
    found = re.match(r'\{"([\w-]+)"', row.get("body", ""))
    return found[1] if found and "action" in row["path"] else ""


# -- what the runs drove ---------------------------------------------------------------------------------------------


def keep(folder: Path, target: str, platform: str, ready: Mapping[str, Any]) -> None:
    """Writes down what a run that passed drove, by the log of its simulator; of a real cloud there is none."""
    if ready.get("real"):
        return
    rows = simulator.control(dict(ready), "GET", f"/requests?platform={platform}")["requests"]
    record = {"target": target, "platform": platform, "operations": driven(rows)}
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n")


def driven(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How often each operation succeeded, by the rows of a simulator's log. A fault's answer is nobody's success."""
    found: Counter[str] = Counter()
    for row in rows:
        if row["fault"] or row["status"] is None or not 200 <= row["status"] < 300:
            continue
        if row["operation"]:
            found[row["operation"]] += 1
        if row.get("auth") == "signature":
            found[SIGNING] += 1
    return dict(sorted(found.items()))


def calls(target: str, modules: Iterable[str], root: Path = TARGETS) -> bool:
    """Whether one of the target's files speaks of one of the modules."""
    texts = [path.read_text() for path in sorted((root / target).rglob("*")) if path.is_file()]
    names = [f"{COLLECTION}.cloudserver" if module == INVENTORY else f"{COLLECTION}.{module}" for module in modules]
    return any(re.search(re.escape(name) + r"(?!\w)", text) for name in names for text in texts)


def drivers(operation: Operation, records: Sequence[Mapping[str, Any]], root: Path = TARGETS) -> dict[str, list[str]]:
    """The targets that drove an operation and call a module that is to reach it, by platform. Every module connects."""
    found: dict[str, set[str]] = {}
    for record in records:
        reached = operation.id in record["operations"]
        if reached and (not operation.modules or calls(record["target"], operation.modules, root)):
            found.setdefault(record["platform"], set()).add(record["target"])
    return {platform: sorted(targets) for platform, targets in sorted(found.items())}


def report(
    operations: Sequence[Operation], records: Sequence[Mapping[str, Any]], root: Path = TARGETS
) -> tuple[str, int]:
    """The table, a row an operation, and how many operations were not driven on their own platform."""
    rows, missing = [("id", "request", "module", "driven by")], 0
    for operation in operations:
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
    lines.append(f"\n{len(operations) - missing} of {len(operations)} operations were driven through modules")
    return "\n".join(lines), missing


def collected() -> list[dict[str, Any]]:
    """What all runs on simulators drove; those that are missing or older than the code are made first.

    Raises CalledProcessError where they fail.
    """
    import integration

    runs = integration.plan(integration.targets(), integration.PLATFORMS, integration.MODES)
    files = {run: integration.WORK / run.name / RECORD for run in runs}
    changed = max(path.stat().st_mtime for part in CODE for path in (ROOT / part).rglob("*") if path.is_file())
    stale = sorted({run.target for run, path in files.items() if not path.exists() or path.stat().st_mtime < changed})
    if stale:
        print(f"Running the targets that have not been run with this code: {', '.join(stale)}", flush=True)
        subprocess.run([sys.executable, str(ROOT / "tools" / "integration.py"), *stale], check=True)
    return [json.loads(path.read_text()) for path in files.values()]


# -- the page --------------------------------------------------------------------------------------------------------


def page(operations: Sequence[Operation]) -> str:
    """The page of the documentation. Only a module that is there is linked to."""
    parts = [INTRODUCTION]
    for platform in dict.fromkeys(operation.platform for operation in operations):
        title = f"{HEADING[platform]} (``{platform}``)"
        parts.append(f"\n{title}\n{'-' * len(title)}\n\n.. list-table::\n   :header-rows: 1\n   :widths: auto\n\n")
        rows = [("Operation", "Request", "Module", "Options")]
        rows += [cells(operation) for operation in operations if operation.platform == platform]
        parts += [f"   * - {row[0]}\n" + "".join(f"     - {cell}".rstrip() + "\n" for cell in row[1:]) for row in rows]
    return "".join(parts)


def cells(operation: Operation) -> tuple[str, str, str, str]:
    request = f"``{operation.method} {operation.path}``" if operation.method != "*" else "every request"
    if operation.action:
        request += f", ``{operation.action}``"
    modules = ", ".join(reference(module) for module in operation.modules) or "the connection of every module"
    first = next(iter(operation.modules), "")
    if (MODULES / f"{first}.py").exists():
        options = [f":ansopt:`{COLLECTION}.{first}#module:{option}`" for option in operation.options]
    else:
        options = [f"``{option}``" for option in operation.options]
    return operation.id, request, modules, ", ".join(options)


def reference(module: str) -> str:
    if module == INVENTORY:
        return f":ansplugin:`{COLLECTION}.cloudserver#inventory`"
    there = (MODULES / f"{module}.py").exists()
    return f":ansplugin:`{COLLECTION}.{module}#module`" if there else f"``{module}``"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["page", "report"])
    if parser.parse_args(argv).what == "page":
        PAGE.write_text(page(load()))
        print(PAGE.relative_to(ROOT))
        return 0
    try:
        records = collected()
    except subprocess.CalledProcessError as error:
        print("The targets do not pass, so there is no report.", file=sys.stderr)
        return error.returncode
    text, missing = report(load(), records)
    print(text)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
