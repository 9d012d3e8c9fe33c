# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/awx: the tasks that set up a controller."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.tests.unit.awx.credential_types import (
    AWX,
    TYPES,
    environment,
    load,
    translated,
)

# The arguments of awx.awx's modules that the tasks may use, as their documentation lists them.
AWX_MODULES = {
    "credential_type": {"name": "str", "description": "str", "kind": "str", "inputs": "dict", "injectors": "dict"},
    "inventory": {"name": "str", "organization": "str", "description": "str"},
    "inventory_source": {
        "name": "str", "inventory": "str", "organization": "str", "source": "str", "source_project": "str",
        "source_path": "str", "credential": "str", "execution_environment": "str", "overwrite": "bool",
        "overwrite_vars": "bool", "update_on_launch": "bool", "update_cache_timeout": "int",
    },
    "job_template": {
        "name": "str", "organization": "str", "inventory": "str", "project": "str", "playbook": "str",
        "credentials": "list", "execution_environment": "str", "job_type": "str", "ask_job_type_on_launch": "bool",
        "ask_limit_on_launch": "bool", "diff_mode": "bool", "survey_enabled": "bool", "survey_spec": "dict",
        "job_slice_count": "int", "extra_vars": "dict",
    },
    "schedule": {
        "name": "str", "organization": "str", "unified_job_template": "str", "rrule": "str", "extra_data": "dict",
    },
}  # fmt: skip
# Action plugins rather than modules: no process for each.
STAND_IN = """\
import json
from ansible.plugins.action import ActionBase
class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        _result, params = self.validate_argument_spec(argument_spec=json.loads(%r))
        with open(%r, "a") as stream:
            stream.write(json.dumps([%r, params]) + "\\n")
        return {"changed": True}
"""


def set_up(folder: Path, **more: str) -> list[tuple[str, dict[str, Any]]]:
    """The calls of awx.awx by the tasks: module and arguments, in order."""
    actions = folder / "collections" / "ansible_collections" / "awx" / "awx" / "plugins" / "action"
    actions.mkdir(parents=True)
    log = folder / "asked"
    for name, options in AWX_MODULES.items():
        spec = json.dumps({option: {"type": kind, "no_log": False} for option, kind in options.items()})
        (actions / f"{name}.py").write_text(STAND_IN % (spec, str(log), name))
    variables = {
        "organization": "Ops",
        "project": "Fleet",
        "credential": "Shop",
        "environment_name": "CloudServer",
        **more,
    }
    tasks = [
        {"name": name, "ansible.builtin.include_tasks": str(AWX / name)}
        for name in ("credential_types.yml", "controller.yml")
    ]
    play = {"name": "Set up", "hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}
    (folder / "setup.yml").write_text(json.dumps([play]))
    environ = environment(folder, {"ANSIBLE_COLLECTIONS_PATH": str(folder / "collections")})
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ansible-playbook"), "setup.yml"],
        cwd=folder, env={**os.environ, **environ}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    given = [json.loads(line) for line in log.read_text().splitlines()]
    return [(module, {key: value for key, value in params.items() if value is not None}) for module, params in given]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, dict[str, Any]]]:
    return set_up(tmp_path_factory.mktemp("controller"))


def test_the_types_reach_the_controller_as_they_are(asked: list[tuple[str, dict[str, Any]]]) -> None:
    types = {params["name"]: params for module, params in asked if module == "credential_type"}
    assert len(types) == len(TYPES)
    sent = [(params["inputs"], params["injectors"]) for params in types.values()]
    for name in TYPES:
        assert load(name) in sent
    assert {params["kind"] for params in types.values()} == {"cloud"}


def test_the_labels_are_chinese_if_the_variable_says_so(tmp_path: Path) -> None:
    sent = [params["inputs"] for module, params in set_up(tmp_path, language="zh-CN") if module == "credential_type"]
    assert len(sent) == len(TYPES)
    for name in TYPES:
        assert translated(name) in sent


def test_the_tasks_and_the_project_fit_together(asked: list[tuple[str, dict[str, Any]]]) -> None:
    (source,) = (params for module, params in asked if module == "inventory_source")
    templates = {params["name"]: params for module, params in asked if module == "job_template"}
    schedules = [params for module, params in asked if module == "schedule"]
    for path in [source["source_path"], *(params["playbook"] for params in templates.values())]:
        assert (AWX / "project" / path).is_file()
    assert (source["source"], source["overwrite"]) == ("scm", True)
    sliced = [params for params in templates.values() if params.get("job_slice_count", 1) > 1]
    assert [params["playbook"] for params in sliced] == ["restart.yml"]
    assert {schedule["unified_job_template"] for schedule in schedules} <= set(templates)
    for params in templates.values():
        text = (AWX / "project" / params["playbook"]).read_text()
        questions = [question["variable"] for question in params.get("survey_spec", {}).get("spec", [])]
        for variable in [*questions, *params.get("extra_vars", {})]:
            assert re.search(rf"{{{{.*\b{variable}\b.*}}}}", text), variable
        for schedule in schedules:
            if schedule["unified_job_template"] == params["name"]:
                assert set(schedule["extra_data"]) == set(questions)
