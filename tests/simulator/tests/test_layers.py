"""Imports of the simulator go downwards only, from folder to folder; no files import each other in a circle."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

SIMULATOR = Path(__file__).resolve().parents[1]
#: The folders from the top down. A folder may import itself, and those of the layers below its own.
LAYERS = (
    ("__main__.py",),
    ("app.py",),
    ("control", "ready_file.py"),
    ("easystack.py", "ustack.py"),
    ("openstack.py", "huaweicloud"),
    ("nova",),
    ("keystone", "glance", "neutron", "cinder"),
    ("http",),
    ("state",),
)
#: Everything else that the simulator may import is Python's.
PACKAGES = {"flask", "werkzeug", "cheroot", "yaml"}
FILES = sorted(
    path for path in SIMULATOR.rglob("*.py") if path.name != "__init__.py" and SIMULATOR / "tests" not in path.parents
)


def place(path: Path) -> str:
    return str(path.relative_to(SIMULATOR))


def imported(path: Path) -> set[str]:
    """Every name that the file imports, with its module in front."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(path)} imports relatively"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def own_imports(path: Path) -> set[str]:
    """The files of the simulator that the file imports."""
    found: set[str] = set()
    for name in imported(path):
        top, *words = name.split(".")
        if top == "simulator":
            candidates = ["/".join(words) + ".py", "/".join(words[:-1]) + ".py"]
            targets = [candidate for candidate in candidates if (SIMULATOR / candidate).is_file()]
            assert targets, f"{place(path)} imports {name}, which is nowhere"
            found.add(targets[0])
    return found


def layer(where: str) -> int:
    """The number of the layer that a file is in."""
    numbers = [
        number
        for number, entries in enumerate(LAYERS)
        if where in entries or where.split("/", maxsplit=1)[0] in entries
    ]
    assert numbers, f"{where} belongs to no layer; say which in LAYERS"
    return numbers[0]


@pytest.mark.parametrize("path", FILES, ids=place)
def test_imports_go_downwards(path: Path) -> None:
    for target in own_imports(path):
        below = layer(place(path)) < layer(target)
        assert below or place(path).split("/", maxsplit=1)[0] == target.split("/")[0], f"{place(path)} imports {target}"


@pytest.mark.parametrize("path", FILES, ids=place)
def test_it_needs_few_packages(path: Path) -> None:
    """Neither the collection nor what only the tests need: `make demo` installs the rest."""
    tops = {name.split(".")[0] for name in imported(path)}
    assert tops - PACKAGES - {"simulator"} <= sys.stdlib_module_names


def test_no_files_import_each_other_in_a_circle() -> None:
    below = {place(path): own_imports(path) for path in FILES}
    while below:
        ends = [name for name, targets in below.items() if not targets & below.keys()]
        assert ends, f"a circle among {sorted(below)}"
        for name in ends:
            del below[name]


def test_the_rules_can_fail() -> None:
    assert layer("state/servers.py") > layer("nova/views.py") > layer("app.py")
    with pytest.raises(AssertionError, match="no layer"):
        layer("somewhere.py")
    assert len(FILES) > 60
