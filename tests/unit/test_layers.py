# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports go downwards only, from folder to folder; no files import each other in a circle."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
OURS = "ansible_collections.cloudserver.compute.plugins."
#: The folders from the top down. A folder may import itself, and those of the layers below its own.
LAYERS = (
    ("action", "filter", "inventory"),
    ("modules",),
    ("plugin_utils",),
    ("module_utils/inventory", "module_utils/runner"),
    ("module_utils/execution/resources",),
    ("module_utils/execution/servers",),
    ("module_utils/execution",),
    ("module_utils/plans/resources",),
    ("module_utils/plans/servers",),
    ("module_utils/plans",),
    ("module_utils/cloud/connect.py",),
    ("module_utils/cloud/platforms/easystack.py", "module_utils/cloud/platforms/ustack.py"),
    ("module_utils/cloud/platforms/huaweicloud",),
    ("module_utils/cloud/platforms/nova",),
    ("module_utils/cloud/platforms",),
    ("module_utils/cloud/client.py",),
    ("module_utils/cloud/resources",),
    ("module_utils/cloud/http",),
    ("module_utils/cloud/auth",),
    ("module_utils/cloud/config",),
    ("module_utils/cloud",),
    ("module_utils/cloud/models",),
    # At the bottom: what everything may raise, and how texts are shown.
    ("module_utils/cloud/errors.py", "module_utils/cloud/hints.py", "module_utils/cloud/redaction.py"),
)
FILES = sorted(path for path in PLUGINS.rglob("*.py") if "doc_fragments" not in path.parts)


def place(path: Path) -> str:
    return str(path.relative_to(PLUGINS))


def file_of(module: str) -> str | None:
    """The file that an import reaches, ``None`` for a name that is not a module."""
    for candidate in (module.replace(".", "/") + ".py", module.replace(".", "/") + "/__init__.py"):
        if (PLUGINS / candidate).is_file():
            return candidate
    return None


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Every module that the file imports, also where only a type checker does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(sorted(found))


def own_imports(path: Path) -> set[str]:
    """The files of the collection that the file imports."""
    found = set()
    for name in imported(path):
        if name.startswith(OURS):
            module = name[len(OURS) :]
            target = file_of(module) or file_of(module.rpartition(".")[0])
            assert target, f"{place(path)} imports {name}, which is nowhere"
            found.add(target)
    return found


def layer(where: str) -> int:
    """The number of the layer: that of the longest entry that the place lies in."""
    fitting = [
        (len(entry), number)
        for number, entries in enumerate(LAYERS)
        for entry in entries
        if where == entry or where.startswith(entry + "/")
    ]
    assert fitting, f"{where} belongs to no layer; say which in LAYERS"
    return max(fitting)[1]


@pytest.mark.parametrize("path", FILES, ids=place)
def test_imports_go_downwards(path: Path) -> None:
    for target in own_imports(path):
        assert layer(place(path)) <= layer(target), f"{place(path)} imports {target}"


@pytest.mark.parametrize("path", [path for path in FILES if place(path).startswith("module_utils/plans/")], ids=place)
def test_a_plan_knows_no_client(path: Path) -> None:
    """It gets records, options and rules; so it can send nothing."""
    allowed = ("module_utils/plans/", "module_utils/cloud/models/")
    pure = ("rules", "errors", "actions", "filters", "hints", "redaction", "printable")
    for target in own_imports(path):
        assert target.startswith(allowed) or target in {f"module_utils/cloud/{name}.py" for name in pure}, target


@pytest.mark.parametrize("path", FILES, ids=place)
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    in_cloud = place(path).startswith("module_utils/cloud/")
    for name in imported(path):
        if name.startswith(OURS):
            continue
        if in_cloud:
            assert not name.startswith("ansible"), f"{place(path)} imports {name}"
        else:
            assert name.split(".")[0] not in ("requests", "urllib3", "http"), f"{place(path)} imports {name}"


def test_no_files_import_each_other_in_a_circle() -> None:
    below = {place(path): own_imports(path) for path in FILES}
    while below:
        ends = [name for name, targets in below.items() if not targets & below.keys()]
        assert ends, f"a circle among {sorted(below)}"
        for name in ends:
            del below[name]


def test_the_rules_can_fail() -> None:
    assert layer("module_utils/cloud/http/session.py") > layer("module_utils/plans/servers/power.py")
    assert layer("modules/server.py") < layer("module_utils/runner/context.py")
    with pytest.raises(AssertionError, match="no layer"):
        layer("somewhere/else.py")
    assert len(FILES) > 100
