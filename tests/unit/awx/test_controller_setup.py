# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/awx/bootstrap.yml: what it asks of awx.awx, held against the argument specs of these modules and the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.cloudserver.compute.tests.unit.awx.credential_types import (
    AWX,
    ROOT,
    TYPES,
    environment,
    load,
    translated,
)

#: Written by tools/awx_argument_specs.py.
SPECS = json.loads((Path(__file__).parent / "argument_specs.json").read_text())
Calls = list[tuple[str, dict[str, Any]]]
#: AWX's types of survey questions, and the type of their defaults (SURVEY_TYPE_MAPPING).
QUESTIONS = {"text": str, "textarea": str, "password": str, "integer": int, "multiplechoice": str, "multiselect": str}
# Action plugins rather than modules: no process for each.
STAND_IN = """\
import json
from ansible.plugins.action import ActionBase
SPEC = json.loads(%r)
class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        given = sorted(self._task.args)
        _result, params = self.validate_argument_spec(**SPEC)
        with open(%r, "a") as stream:
            stream.write(json.dumps([%r, {key: params[key] for key in params if key in given}]) + "\\n")
        return {"changed": True}
"""


def set_up(folder: Path, collection: str = "awx.awx", **variables: Any) -> Calls:
    """The calls of the collection's modules by the playbook: module and arguments, in order."""
    copied = folder / "awx"
    shutil.copytree(AWX, copied)
    for path in copied.rglob("*.yml"):
        path.write_text(path.read_text().replace("awx.awx", collection))
    actions = folder.joinpath("collections", "ansible_collections", *collection.split("."), "plugins", "action")
    actions.mkdir(parents=True)
    log = folder / "asked"
    for name, spec in SPECS["modules"].items():
        (actions / f"{name}.py").write_text(STAND_IN % (json.dumps(spec), str(log), name))
    environ = environment(
        folder, {"ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"), "CREDENTIAL_PASSWORD": "pw-1"}
    )
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", "bootstrap.yml",
         "-e", json.dumps(variables)],
        cwd=copied, env={**os.environ, **environ}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert "pw-1" not in done.stdout
    return [tuple(json.loads(line)) for line in log.read_text().splitlines()]


def of(asked: Calls, module: str) -> list[dict[str, Any]]:
    return [params for name, params in asked if name == module]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    return set_up(tmp_path_factory.mktemp("controller"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """The other collection, Chinese labels, plans, and no administrator."""
    given = {"language": "zh-CN", "admin_credential": "", "schedules_enabled": True, "plan_folder": "/plans"}
    return set_up(tmp_path_factory.mktemp("controller"), "ansible.controller", **given)


def test_the_types_reach_the_controller_as_they_are(asked: Calls) -> None:
    types = of(asked, "credential_type")
    assert len(types) == len(TYPES)
    sent = [(params["inputs"], params["injectors"]) for params in types]
    for name in TYPES:
        assert load(name) in sent
    assert {params["kind"] for params in types} == {"cloud"}


def test_the_labels_are_chinese_if_the_variable_says_so(other: Calls) -> None:
    sent = [params["inputs"] for params in of(other, "credential_type")]
    assert len(sent) == len(TYPES)
    for name in TYPES:
        assert translated(name) in sent


def test_a_second_run_changes_nothing_by_what_it_asks(asked: Calls) -> None:
    """The modules compare by name; only these options change something each time."""
    for _module, params in asked:
        assert not {"new_name", "copy_from", "destroy_current_nodes", "update_project"} & set(params)
        assert params.get("state", "present") == "present"
    assert [params["update_secrets"] for params in of(asked, "credential")] == [False, False]


def test_what_is_named_was_made_before(asked: Calls) -> None:
    made: dict[str, set[str]] = {}
    named = {"organization": "organization", "credential_type": "credential_type", "project": "project",
             "source_project": "project", "inventory": "inventory", "credential": "credential",
             "execution_environment": "execution_environment", "workflow_job_template": "workflow_job_template",
             "unified_job_template": "job_template"}  # fmt: skip
    for module, params in asked:
        for option, kind in named.items():
            assert option not in params or module == kind or params[option] in made[kind], (module, option)
        assert set(params.get("credentials", [])) <= made.get("credential", set())
        workflow = params.get("workflow_job_template")
        for option in ("success_nodes", "always_nodes"):
            assert {"%s/%s" % (workflow, node) for node in params.get(option, [])} <= made.get("node", set())
        made.setdefault(module, set()).add(params.get("name", ""))
        if module == "workflow_job_template_node":
            made.setdefault("node", set()).add("%s/%s" % (workflow, params["identifier"]))


def test_playbooks_and_inventory_files_are_in_the_project(asked: Calls) -> None:
    source, constructed = of(asked, "inventory_source")
    templates = of(asked, "job_template")
    for path in [source["source_path"], *(params["playbook"] for params in templates)]:
        assert (AWX / "project" / path).is_file()
    assert (source["source"], source["overwrite"], source["update_cache_timeout"]) == ("scm", True, 600)
    assert constructed["source_vars"] == yaml.safe_load((AWX / "project" / "constructed.yml").read_text())
    assert constructed["name"] == "Auto-created source for: " + constructed["inventory"]


def test_there_is_a_playbook_for_each_role_and_awx_lists_it(asked: Calls) -> None:
    roles = {path.name for path in (ROOT / "roles").iterdir()} - {"resolve_servers"}
    offered = {params["playbook"].removesuffix(".yml") for params in of(asked, "job_template")}
    assert roles <= offered
    # As AWX recognizes the playbooks of a project, by any of their lines (valid_playbook_re).
    listed = re.compile(r"^\s*?-?\s*?(?:hosts|(?:ansible\.builtin\.)?(?:include|import_playbook)):")
    for name in offered:
        assert any(listed.match(line) for line in (AWX / "project" / f"{name}.yml").read_text().splitlines())
    assert not [path for path in (AWX / "project").glob("*/*.yml") if path.parent.name not in ("tasks", "vars")]


def role_of(params: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The role of a job template and its options, if the role exists."""
    name = params["playbook"].removesuffix(".yml")
    path = ROOT / "roles" / name / "meta" / "argument_specs.yml"
    return (name, yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"]) if path.is_file() else None


def test_a_job_template_sets_variables_that_its_playbook_has(asked: Calls) -> None:
    checked = set()
    for params in of(asked, "job_template"):
        questions = {question["variable"]: question for question in params.get("survey_spec", {}).get("spec", [])}
        given = {*questions, *params.get("extra_vars", {})}
        role = role_of(params)
        text = (AWX / "project" / params["playbook"]).read_text() + json.dumps(params.get("extra_vars", {}))
        for variable in given:
            if role and variable.startswith(role[0] + "_"):
                assert variable in role[1], variable
                choices = questions.get(variable, {}).get("choices")
                known = role[1][variable].get("choices")
                assert not choices or not known or set(choices) <= set(known)
                checked.add(role[0])
            elif role and variable == "targets":
                assert "targets" in (ROOT / "playbooks" / params["playbook"]).read_text()
            elif role or params["playbook"] in ("power.yml", "restart.yml"):
                assert re.search(rf"{{{{.*\b{variable}\b.*}}}}", text), variable
        if role and not params.get("ask_variables_on_launch"):
            assert {name for name, option in role[1].items() if option.get("required")} <= given, params["name"]
    assert {"host_evacuation", "host_maintenance", "lifecycle", "ordered_power", "os_reinstall", "power_schedule",
            "rolling_change", "server_fleet", "snapshot_policy"} <= checked  # fmt: skip


def test_awx_accepts_the_surveys(asked: Calls) -> None:
    surveys = [params["survey_spec"] for _module, params in asked if "survey_spec" in params]
    assert len(surveys) > 10
    for survey in surveys:
        assert survey["spec"] and isinstance(survey["name"], str) and isinstance(survey["description"], str)
        variables = [question["variable"] for question in survey["spec"]]
        assert len(set(variables)) == len(variables)
        for question in survey["spec"]:
            assert {"type", "question_name", "variable", "required"} <= set(question)
            assert isinstance(question["required"], bool) and question["question_name"]
            default = question.get("default", "")
            assert default == "" or isinstance(default, QUESTIONS[question["type"]])
            if question["type"].startswith("multi"):
                assert question["choices"] and (default == "" or default in question["choices"])
            assert all(isinstance(question.get(bound, 1), int) for bound in ("min", "max"))


def test_only_templates_whose_hosts_are_servers_are_divided(asked: Calls) -> None:
    """Each slice has a part of the inventory. A play on localhost would do the same in each of them."""
    for params in of(asked, "job_template"):
        divided = params["ask_job_slice_count_on_launch"] or params["job_slice_count"] > 1
        questions = [question["variable"] for question in params.get("survey_spec", {}).get("spec", [])]
        by_hosts = "targets" in questions or {"targets", "restart_hosts"} & set(params["extra_vars"])
        assert not divided or by_hosts, params["name"]
        assert params["ask_limit_on_launch"] == params["ask_job_slice_count_on_launch"]


def test_a_schedule_answers_the_survey_and_starts_disabled(asked: Calls, other: Calls) -> None:
    templates = {params["name"]: params for params in of(asked, "job_template")}
    for schedule in of(asked, "schedule"):
        questions = templates[schedule["unified_job_template"]].get("survey_spec", {}).get("spec", [])
        assert set(schedule["extra_data"]) == {question["variable"] for question in questions}
        assert re.fullmatch(r"DTSTART;TZID=Asia/Shanghai:\d{8}T\d{6} RRULE:FREQ=\S+", schedule["rrule"])
        assert schedule["enabled"] is False
    assert {schedule["enabled"] for schedule in of(other, "schedule")} == {True}


def nodes(asked: Calls, workflow: str) -> dict[str, dict[str, Any]]:
    found = of(asked, "workflow_job_template_node")
    return {params["identifier"]: params for params in found if params["workflow_job_template"] == workflow}


def test_a_workflow_checks_waits_for_the_approval_runs_and_reports(asked: Calls) -> None:
    templates = {params["name"]: params for params in of(asked, "job_template")}
    workflows = of(asked, "workflow_job_template")
    assert {"Reinstall servers with approval", "Rolling change with approval"} <= {each["name"] for each in workflows}
    for workflow in workflows:
        name = workflow["name"].removesuffix(" with approval")
        found = nodes(asked, workflow["name"])
        assert (found["check"]["job_type"], found["run"]["job_type"]) == ("check", "run")
        assert found["check"]["unified_job_template"] == found["run"]["unified_job_template"] == name
        assert found["check"]["success_nodes"] == ["approval"] and found["approval"]["success_nodes"] == ["run"]
        assert found["approval"]["approval_node"]["name"] and found["run"]["always_nodes"] == ["report"]
        assert found["report"]["unified_job_template"] == "Fleet report"
        assert templates[name]["ask_job_type_on_launch"]
        survey = templates[name].get("survey_spec", {}).get("spec")
        assert workflow.get("survey_spec", {}).get("spec") == survey, "the answers reach both jobs"
        assert found["check"]["extra_data"] == found["run"]["extra_data"] == {}


def test_with_plans_the_check_writes_the_plan_that_the_run_reads(other: Calls) -> None:
    templates = {params["name"]: params for params in of(other, "job_template")}
    planned = set()
    for workflow in of(other, "workflow_job_template"):
        template = templates[workflow["name"].removesuffix(" with approval")]
        role, options = role_of(template) or ("", {})
        has_plan = f"{role}_plan_file" in options
        found = nodes(other, workflow["name"])
        wanted = {f"{role}_plan_file": f"/plans/{role}.json"} if has_plan else {}
        assert found["check"]["extra_data"] == found["run"]["extra_data"] == wanted, role
        assert template["ask_variables_on_launch"] is True or not has_plan
        planned |= {role} if has_plan else set()
    assert planned >= {"os_reinstall", "server_fleet"}
    # Without an administrator there are no templates that need one.
    assert "host_maintenance.yml" not in {params["playbook"] for params in of(other, "job_template")}
    assert len(of(other, "credential")) == 1


def test_the_roles_with_plans_are_those_that_have_the_variable() -> None:
    (play,) = yaml.safe_load((AWX / "bootstrap.yml").read_text().replace("!unsafe ", ""))
    assert play["vars"]["plan_roles"] == sorted(
        role.name for role in (ROOT / "roles").iterdir()
        if f"{role.name}_plan_file:" in (role / "meta" / "argument_specs.yml").read_text()
    )  # fmt: skip


def test_the_collection_is_named_in_tasks_alone() -> None:
    text = (AWX / "bootstrap.yml").read_text()
    (command,) = re.findall(r"^#   (sed -i .*)$", text, re.MULTILINE)
    covered = {path for word in command.split()[3:] for path in AWX.glob(word)}
    named = {path for path in AWX.rglob("*.yml") if re.search(r"^ +awx\.awx\.", path.read_text(), re.MULTILINE)}
    assert named <= covered
