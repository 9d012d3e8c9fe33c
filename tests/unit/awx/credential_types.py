# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential types of docs/awx, and what AWX makes of them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from jinja2 import Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import PLATFORMS

ROOT = Path(__file__).resolve().parents[3]
AWX = ROOT / "docs" / "awx"
TYPES = sorted(path.name.removesuffix(".inputs.yml") for path in (AWX / "credential_types").glob("*.inputs.yml"))
SECRET_LEAVES = ("password", "application_credential_secret", "token", "access_key", "secret_key", "security_token")


def load(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs and injectors of a type, as they are pasted."""
    texts = [(AWX / "credential_types" / f"{name}.{part}.yml").read_text() for part in ("inputs", "injectors")]
    inputs, injectors = map(yaml.safe_load, texts)
    return inputs, injectors


def translated(name: str) -> dict[str, Any]:
    """The inputs of a type with Chinese labels."""
    return yaml.safe_load((AWX / "credential_types" / "zh-CN" / f"{name}.inputs.yml").read_text(encoding="utf-8"))


def inject(name: str, values: dict[str, Any], folder: Path) -> dict[str, str]:
    """The environment of a job with a credential of the type; file templates become files in `folder`.

    As AWX does it: fields that were left empty are not there, booleans that were are False.
    """
    inputs, injectors = load(name)
    fields = {field["id"]: field for field in inputs["fields"]}
    assert set(values) <= set(fields)
    assert set(inputs.get("required", [])) <= set(values)
    namespace = {key: field.get("default", False) for key, field in fields.items() if field["type"] == "boolean"}
    namespace.update({key: value for key, value in values.items() if value != ""})
    sandbox = ImmutableSandboxedEnvironment(undefined=Undefined)
    filename = SimpleNamespace()
    for label, template in injectors.get("file", {}).items():
        path = folder / f"{name}-{label}"
        path.write_text(sandbox.from_string(template).render(**namespace))
        setattr(filename, label.partition(".")[2], str(path))
    tower = SimpleNamespace(filename=filename)
    return {
        variable: sandbox.from_string(template).render(tower=tower, **namespace)
        for variable, template in injectors["env"].items()
    }


KEYSTONE = [name for name in PLATFORMS if name != "huaweicloud"]


def environment(folder: Path, credential: dict[str, str]) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "ANSIBLE_HOME": str(folder / ".ansible"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_PROXY": "127.0.0.1",
        **credential,
    }
