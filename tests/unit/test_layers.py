# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports go downwards only, from folder to folder; no files import each other in a circle."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
COLLECTION = "ansible_collections.cloudserver.compute."
OURS = COLLECTION + "plugins."
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
#: What the Makefile runs: tools, and the drivers of tests with the programs that they start.
PROGRAMS = (
    "tools", "tests/integration", "tests/matrix", "tests/sanity", "tests/openstack", "tests/openstack/conformance",
    "tests/openstack/gateway", "tests/benchmark", "tests/faults", "tests/role_runs",
)  # fmt: skip
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
    """The number of the layer: that of the longest entry that the place is in."""
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


def assert_no_circle(imports: Mapping[str, set[str]]) -> None:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail("a circle: " + " → ".join(error.args[1]))


def test_no_files_import_each_other_in_a_circle() -> None:
    assert_no_circle({place(path): own_imports(path) for path in FILES})


def program_imports(path: Path) -> set[str]:
    """The files outside plugins/ that the file imports, by full name or from its own folder, also inside a function."""
    found = set()
    for name in imported(path):
        for module in (name, name.rpartition(".")[0]):
            inside = module.startswith(COLLECTION)
            base = ROOT / module[len(COLLECTION) :].replace(".", "/") if inside else path.parent / module
            target = base.with_suffix(".py")
            if module and "plugins" not in base.parts and target.is_file():
                found.add(str(target.relative_to(ROOT)))
    return found


@cache
def all_program_imports() -> dict[str, set[str]]:
    files = [path for folder in PROGRAMS for path in sorted((ROOT / folder).glob("*.py"))]
    return {str(path.relative_to(ROOT)): program_imports(path) for path in files}


def test_no_tools_or_drivers_import_each_other_in_a_circle() -> None:
    assert_no_circle(all_program_imports())


def test_tools_import_no_test() -> None:
    for name, targets in all_program_imports().items():
        if name.startswith("tools/"):
            assert all(target.startswith("tools/") for target in targets), f"{name} imports {sorted(targets)}"


def test_the_rules_can_fail() -> None:
    assert layer("module_utils/cloud/http/session.py") > layer("module_utils/plans/servers/power.py")
    assert layer("modules/server.py") < layer("module_utils/runner/context.py")
    with pytest.raises(AssertionError, match="no layer"):
        layer("somewhere/else.py")
    assert len(FILES) > 100
    with pytest.raises(pytest.fail.Exception, match="a circle: (a → b → a|b → a → b)"):
        assert_no_circle({"a": {"b"}, "b": {"a"}})
    programs = all_program_imports()
    assert programs["tests/integration/report.py"] == {
        "tests/integration/run.py", "tests/integration/record.py", "tools/operations.py",
    }  # fmt: skip
    assert programs["tools/demo.py"] == {"tools/simulator.py"}
