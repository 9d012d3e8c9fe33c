"""Which of the documents' operations the collection reaches, by docs/operations.yml; writes the documentation's page.

tests/integration/report.py says by which targets each of them is driven.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "docs" / "operations.yml"
PAGE = ROOT / "docs" / "docsite" / "rst" / "operations.rst"
MODULES = ROOT / "plugins" / "modules"
COLLECTION = "cloudserver.compute"
INVENTORY = "inventory"
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


def page(operations: Sequence[Operation]) -> str:
    """The page of the documentation. Only a module that exists is linked to."""
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
    existing = (MODULES / f"{module}.py").exists()
    return f":ansplugin:`{COLLECTION}.{module}#module`" if existing else f"``{module}``"


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    PAGE.write_text(page(load()))
    print(PAGE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
