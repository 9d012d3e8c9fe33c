"""Writes the argument specs of awx.awx's modules, against which the unit tests hold docs/awx.

    awx_argument_specs.py            download the pinned community package, and write tests/unit/awx/argument_specs.json
    awx_argument_specs.py --check    fail if that file differs from the package

The package is the one of requirements/rival.in, and stays in .cache/awx.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SPECS = ROOT / "tests" / "unit" / "awx" / "argument_specs.json"
CACHE = ROOT / ".cache" / "awx"
PREFIX = "ansible_collections/awx/awx/"
CONDITIONS = ("mutually_exclusive", "required_together", "required_one_of", "required_if", "required_by")
#: The modules that docs/awx uses.
MODULES = (
    "credential", "credential_type", "execution_environment", "inventory", "inventory_source", "job_template",
    "organization", "project", "schedule", "workflow_job_template", "workflow_job_template_node",
)  # fmt: skip


class Asked(Exception):
    """Raised in place of the module's work, with its argument spec."""


def _ask(argument_spec: dict[str, Any], **conditions: Any) -> None:
    found = {name: value for name, value in conditions.items() if name in CONDITIONS and value}
    raise Asked({"argument_spec": argument_spec, **found})


def requirement() -> str:
    """The pinned community package."""
    lines = (ROOT / "requirements" / "rival.in").read_text().splitlines()
    return next(line for line in lines if line.startswith("ansible=="))


def collection() -> Path:
    """The folder that holds ansible_collections, with awx.awx alone. Downloads the package where it is missing."""
    folder = CACHE / requirement().replace("==", "-")
    if not (folder / PREFIX / "MANIFEST.json").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", requirement()]
        subprocess.run([*command, "-d", str(CACHE)], check=True)
        (wheel,) = CACHE.glob("ansible-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if name.startswith(PREFIX)])
        wheel.unlink()
    return folder


def argument_spec(module: ModuleType) -> dict[str, Any]:
    """What the module hands to AnsibleModule: the options and the conditions between them."""
    vars(module)["ControllerAPIModule"] = _ask
    try:
        module.main()
    except Asked as asked:
        return dict(asked.args[0])
    raise RuntimeError(f"{module.__name__} has no argument spec")


def specs(folder: Path) -> dict[str, Any]:
    """The document that is stored."""
    # The plugins import each other relatively, so any package name will do.
    sys.path.insert(0, str(folder / "ansible_collections" / "awx"))
    manifest = json.loads((folder / PREFIX / "MANIFEST.json").read_text())["collection_info"]
    modules = {name: argument_spec(importlib.import_module("awx.plugins.modules." + name)) for name in MODULES}
    return {"collection": "awx.awx", "version": manifest["version"], "package": requirement(), "modules": modules}


def main() -> int:
    found = json.dumps(specs(collection()), sort_keys=True, separators=(",", ":"))
    text = found.replace('"modules":{', '"modules":{\n').replace('},"', '},\n"') + "\n"
    if "--check" in sys.argv[1:]:
        same = SPECS.read_text() == text
        print("The argument specs are those of", requirement() if same else "another package; run make awx-lint")
        return 0 if same else 1
    SPECS.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
