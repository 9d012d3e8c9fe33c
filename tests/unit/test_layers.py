"""Imports go downwards only, and the client library knows nothing of Ansible."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
OURS = "ansible_collections.cloudserver.compute.plugins."
#: Each layer may import itself and those that come after it.
LAYERS = (
    ("action/", "filter/", "inventory/"),
    ("modules/", "plugin_utils/"),
    ("module_utils/server_report",),
    ("module_utils/module",),
    ("module_utils/jobs", "module_utils/power", "module_utils/fleet",
     "module_utils/keypairs", "module_utils/keypair_run", "module_utils/flavors",
     "module_utils/aggregates", "module_utils/private_key_file", "module_utils/password",
     "module_utils/server_os", "module_utils/os_run", "module_utils/os_step",
     "module_utils/server_find", "module_utils/server_plan", "module_utils/server_ending", "module_utils/server_size",
     "module_utils/server_run", "module_utils/server_wish", "module_utils/server_create", "module_utils/server_check",
     "module_utils/server_duplicates", "module_utils/duplicate_run",
     "module_utils/user_data",
     "module_utils/snapshots", "module_utils/volumes", "module_utils/interfaces",
     "module_utils/services", "module_utils/migrations",
     "module_utils/server_groups", "module_utils/server_keypairs", "module_utils/consoles"),
    ("module_utils/deed_run", "module_utils/deed_notes", "module_utils/deed_item", "module_utils/resource_run"),
    ("module_utils/waiting", "module_utils/notes"),
    ("module_utils/selection", "module_utils/plan", "module_utils/arguments", "module_utils/resource_plan"),
    ("module_utils/cloud/platforms/",),
    ("module_utils/cloud/compute", "module_utils/cloud/parallel"),
    ("module_utils/cloud/",),
)
FILES = sorted(path for path in PLUGINS.rglob("*.py") if "doc_fragments" not in path.parts)


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def layer(place: str) -> int:
    for number, beginnings in enumerate(LAYERS):
        if place.startswith(beginnings):
            return number
    raise AssertionError(f"{place} belongs to no layer; say which in LAYERS")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PLUGINS)))
def test_imports_go_downwards(path: Path) -> None:
    own = str(path.relative_to(PLUGINS))
    if path.name == "__init__.py" and not path.read_text().strip():
        return
    for name in imported(path):
        if name.startswith(OURS):
            target = name[len(OURS) :].replace(".", "/")
            if own.endswith("cloud/compute.py") and "/platforms/" in target:
                continue  # the one place that knows which platforms there are, and imports the one in use
            assert layer(own) <= layer(target), f"{own} imports {target}"
        elif own.startswith("module_utils/cloud/"):
            assert not name.startswith("ansible"), f"{own} imports {name}"
        elif not own.startswith("module_utils/cloud/"):
            assert name.split(".")[0] not in ("requests", "urllib3", "http"), f"{own} imports {name}"


def test_there_is_something_to_check() -> None:
    assert len(FILES) > 20
