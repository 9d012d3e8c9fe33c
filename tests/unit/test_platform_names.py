"""No platform's name, vendor's error code or vendor's key outside platforms/, config/ and the few files below."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
NAMES = re.compile(
    r"huawei|flexus|easystack|escloud|unitedstack|ustack|\buos\b|myhuaweicloud|\bopenstack\b"
    r"|\b(Ecs|Common|APIGW?|APIG|VPC|EVS|IMG|Ims)\.\d|PENDING_PAYMENT|__system__|__imagetype|__os_type"
    r"|OS-EXT-|OS-SRV-|OS-DCF|os-extended|os-flavor-access",
    re.IGNORECASE,
)
#: Folders and files that may name platforms, and why.
ALLOWED = {
    "module_utils/cloud/platforms/": "what differs between platforms",
    "module_utils/cloud/config/": "where credentials and endpoints of each platform come from",
    "module_utils/cloud/connect.py": "the registry",
    "module_utils/cloud/errors.py": "reads the error bodies of all services, for a proxy may answer with any of them",
    "module_utils/cloud/hints.py": "a hint for each documented code",
    "modules/": "documentation",
    "doc_fragments/": "documentation",
    "plugin_utils/in_process.py": "imports all platforms before the workers are forked",
}


def named(source: str) -> Iterator[tuple[int, str]]:
    """The identifiers and texts of a Python source that name a platform, with their lines; docstrings and imports
    aside."""
    tree = ast.parse(source)
    documentation = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                documentation.add(id(first.value))
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id in ("DOCUMENTATION", "EXAMPLES", "RETURN"):
                documentation.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            text = node.value
        elif isinstance(node, ast.Name):
            text = node.id
        elif isinstance(node, ast.Attribute):
            text = node.attr
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            text = node.name
        else:
            continue
        if NAMES.search(text):
            yield node.lineno, text


def test_no_platform_is_named_elsewhere() -> None:
    found = []
    for path in sorted(PLUGINS.rglob("*.py")):
        name = path.relative_to(PLUGINS).as_posix()
        if not name.startswith(tuple(ALLOWED)):
            found += ["%s:%d: %s" % (name, line, text) for line, text in named(path.read_text())]
    assert not found, "\n".join(found)


def test_what_is_allowed_is_there_and_needs_it() -> None:
    for name in ALLOWED:
        paths = sorted((PLUGINS / name).rglob("*.py")) if name.endswith("/") else [PLUGINS / name]
        assert any(NAMES.search(path.read_text()) for path in paths), name


@pytest.mark.parametrize(
    "source",
    [
        'x = settings.platform == "huaweicloud"',
        'if error.code == "Ecs.0100": pass',
        'y = data["OS-EXT-STS:task_state"]',
        "HUAWEI_RESET = 1",
        "def huawei_endpoint(): pass",
    ],
)
def test_what_is_found(source: str) -> None:
    assert list(named(source))


def test_documentation_may_name_them() -> None:
    assert not list(named('DOCUMENTATION = "huaweicloud"\nimport huaweicloud\ndef f():\n    """Huawei Cloud."""\n'))
