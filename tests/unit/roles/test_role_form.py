"""The form of the roles: defaults, argument specs, steps and README agree."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROLES = Path(__file__).resolve().parents[3] / "roles"
PLAYBOOKS = ROLES.parent / "playbooks"
#: resolve_servers is a part of the others: it has entry points, and neither steps nor a playbook.
pytestmark = pytest.mark.parametrize("role", sorted({path.name for path in ROLES.iterdir()} - {"resolve_servers"}))


def options(role: str) -> dict[str, Any]:
    specs = yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    return dict(specs["main"]["options"])


def test_what_is_optional_has_the_default_that_is_documented_and_what_is_required_has_none(role: str) -> None:
    defaults = yaml.safe_load((ROLES / role / "defaults" / "main.yml").read_text())
    declared = options(role)
    assert defaults == {name: option["default"] for name, option in declared.items() if not option.get("required")}
    assert all("default" not in option for option in declared.values() if option.get("required"))


def test_the_readme_names_every_variable_and_shows_a_playbook(role: str) -> None:
    text = (ROLES / role / "README.md").read_text()
    short = {name: "_" + name.rsplit("_", 1)[-1] for name in options(role)}
    missing = [name for name in options(role) if f"`{name}`" not in text and f", `{short[name]}`" not in text]
    assert missing == []
    for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for play in yaml.safe_load(block):
            given = set(play.get("vars", {})).union(*(each.get("vars", {}) for each in play["roles"]))
            assert given <= set(options(role))
            assert {name for name, option in options(role).items() if option.get("required")} <= given


def test_the_playbook_of_the_role_names_variables_that_there_are(role: str) -> None:
    text = (PLAYBOOKS / f"{role}.yml").read_text()
    assert set(re.findall(rf"^#   ({role}_\w+) ", text, re.MULTILINE)) <= set(options(role))


def test_the_tasks_are_the_steps_and_hide_no_failure(role: str) -> None:
    tasks = ROLES / role / "tasks"
    names = {path.name for path in tasks.iterdir()}
    assert {"main.yml", "validate.yml", "plan.yml", "apply.yml", "report.yml"} <= names
    for path in tasks.iterdir():
        text = path.read_text()
        assert "failed_when: false" not in text
        assert not re.search(r"(: |- )[&*]\w", text), f"{path} has an anchor"


def test_what_a_role_sets_does_not_look_like_a_variable_of_its_user(role: str) -> None:
    allowed = {"host_evacuation_left", "host_evacuation_moved", "host_maintenance_moved"}
    for path in (ROLES / role / "tasks").iterdir():
        text = path.read_text()
        registered = set(re.findall(r"register: (\w+)", text)) | set(re.findall(r"(?:loop|index)_var: (\w+)", text))
        assert all(name.startswith(f"__{role}_") for name in registered)
        for facts in re.findall(r"set_fact:\n((?:    .*\n)+)", text):
            names = set(re.findall(r"^    (\w+):", facts, re.MULTILINE))
            assert all(name.startswith(f"__{role}_") or name in allowed for name in names), names
