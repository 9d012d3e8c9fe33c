"""What the roles decide, count and generate: the scripts in their files, which speak JSON."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROLES = Path(__file__).resolve().parents[3] / "roles"


def script(role: str, name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"{role}_{name}", ROLES / role / "files" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


rotate = script("password_rotation", "rotate")


@pytest.mark.parametrize("length", [12, 20, 26])
def test_generated_passwords_keep_every_rule(length: int) -> None:
    made = {rotate.generated(length) for count in range(200)}
    assert len(made) == 200
    for text in made:
        assert len(text) == length and text[0].isalpha()
        assert all(set(text) & set(each) for each in rotate.CLASSES)
        assert not set(text.lower()) & set("administrator" + "root")


def run_rotate(**own: Any) -> subprocess.CompletedProcess[str]:
    given = {"servers": [{"id": "1", "name": "a"}], "revision": "r2", "length": 20, "password": "", "kept": {}, **own}
    command = [sys.executable, str(ROLES / "password_rotation" / "files" / "rotate.py")]
    return subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)


def test_a_former_password_stays_and_others_are_kept() -> None:
    kept = {"1": {"name": "a", "revision": "r1", "password": "old"}, "9": {"name": "z", "password": "theirs"}}
    found = json.loads(run_rotate(kept=kept).stdout)
    assert found["kept"]["9"] == kept["9"]
    assert found["kept"]["1"]["previous"] == "old"
    assert found["passwords"] == {"1": found["kept"]["1"]["password"]}


def test_a_rotation_that_was_interrupted_uses_its_passwords_again() -> None:
    first = json.loads(run_rotate().stdout)
    assert json.loads(run_rotate(kept=first["kept"]).stdout) == first


def test_what_cannot_be_is_said() -> None:
    assert "password_rotation_length: 8 is out of range" in run_rotate(length=8).stderr
    assert "does not hold a mapping" in run_rotate(kept=["x"]).stderr
