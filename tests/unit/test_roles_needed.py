# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles that tasks need: every module is in the table, the page is made from what a real OpenStack showed, and the
documentation of each module names its role."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import from_answer
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import session
from ansible_collections.cloudserver.compute.tests.openstack.roles_needed import __main__ as driver
from ansible_collections.cloudserver.compute.tests.openstack.roles_needed import runs, table
from ansible_collections.cloudserver.compute.tests.openstack.roles_needed.cast import ROLES
from ansible_collections.cloudserver.compute.tests.openstack.roles_needed.table import Case, Seen, Unexpected
from ansible_collections.cloudserver.compute.tools import roles_needed_page as pages

ROOT = Path(__file__).resolve().parents[2]
MODULES = "ansible_collections.cloudserver.compute.plugins.modules."
CASES = table.read()
CONNECTION = "cloudserver.compute.connection"
FRAGMENT = "cloudserver.compute.cloud_role."
POLICY = "Policy doesn't allow os_compute_api:servers:start to be performed."
#: Words of the table that are no text.
WORDS = {"handle": {"platform": "openstack"}}
SERVICES = {"nova": {"version": "34.0.0", "enforce_new_defaults": True, "enforce_scope": False, "policy_file": False}}


def documentation(module: str) -> dict[str, Any]:
    source = (ROOT / "plugins" / "modules" / f"{module}.py").read_text()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
            found: dict[str, Any] = yaml.safe_load(ast.literal_eval(node.value))
            return found
    raise AssertionError(module)


def cloud_modules() -> set[str]:
    """The modules with connection options."""
    names = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    return {name for name in names if CONNECTION in documentation(name)["extends_documentation_fragment"]}


def row(module: str = "server_power", task: str = "start", allowed: str = "member", **more: Any) -> dict[str, Any]:
    verdicts = {
        role: table.ALLOWED if ROLES.index(role) >= ROLES.index(allowed) else table.REFUSED for role in ROLES
    }  # fmt: skip
    return {"module": module, "task": task, "roles": verdicts, **more}


# -- the table -------------------------------------------------------------------------------------------------------


def test_every_module_that_uses_a_cloud_is_in_the_table() -> None:
    named = {case.module for case in CASES}
    assert named == (cloud_modules() - set(pages.ELSEWHERE)) | {table.INVENTORY}
    assert set(pages.ELSEWHERE) <= cloud_modules()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.module}, {case.task}")
def test_the_options_are_those_of_the_modules(case: Case) -> None:
    steps = [(key, step[key]) for step in (*case.before, *case.after) for key in step if key not in ("as", "keep")]
    for name, options in [(case.module, case.options), *steps]:
        module = None if name == table.INVENTORY else import_module(MODULES + name)
        if not hasattr(module, "MODULE"):
            continue
        found = ArgumentSpecValidator(**module.MODULE.rules()).validate(table.fill(options, WORDS))
        assert not found.error_messages, found.errors.msg


@pytest.mark.parametrize(
    "rows, reported",
    [
        ([{"module": "server", "task": "one"}], "a task has module, task, options"),
        ([{"module": "server", "task": "one", "options": {}, "colour": "red"}], "a task has module, task, options"),
        ([{"module": "server", "task": "one", "options": {}}] * 2, "two tasks of a module have the same text"),
        ([{"module": name, "task": name, "options": {}} for name in ("server", "flavor")], "sort the tasks by module"),
    ],
)
def test_a_table_that_is_wrong_is_refused(tmp_path: Path, rows: Any, reported: str) -> None:
    path = tmp_path / "tasks.yml"
    path.write_text(yaml.safe_dump(rows))
    with pytest.raises(table.BadTable, match=reported):
        table.read(path)


def test_words_are_filled_in() -> None:
    words = {"server": "web", "handle": {"jobs": []}}
    value = {"names": ["{server}-1"], "handle": "{handle}", "name": "{name}-{date}", "count": 2}
    filled = {"names": ["web-1"], "handle": {"jobs": []}, "name": "{name}-{date}", "count": 2}
    assert table.fill(value, words) == filled


# -- what a run shows ------------------------------------------------------------------------------------------------

READS = Case("server_info", "list", {}, shows="servers.0.host")
CHANGES = Case("server_power", "start", {})


@pytest.mark.parametrize(
    "case, seen, found",
    [
        (CHANGES, Seen({"changed": True}), table.ALLOWED),
        (CHANGES, Seen({"failed": True, "msg": "no"}, [POLICY]), table.REFUSED),
        (CHANGES, Seen({"failed": True, "msg": "no", "outcomes": [{"message": POLICY}]}), table.REFUSED),
        (CHANGES, Seen({"failed": True, "msg": POLICY.replace("servers:start", "os-quota-sets:show")}), table.REFUSED),
        (CHANGES, Seen({"changed": True}, [POLICY]), table.PARTLY),
        (READS, Seen({"servers": [{"host": "cmp1"}]}), table.ALLOWED),
        (READS, Seen({"servers": [{"host": None}]}), table.PARTLY),
        (READS, Seen({"servers": []}), table.PARTLY),
        (Case("server_info", "list", {}, denies="not permitted"), Seen({"failed": True, "msg": "not permitted"}),
         table.REFUSED),
    ],
)  # fmt: skip
def test_the_verdict_of_a_run(case: Case, seen: Seen, found: str) -> None:
    assert table.verdict(case, seen) == found


@pytest.mark.parametrize(
    "seen, reported",
    [
        (Seen({"failed": True, "msg": "HTTP 500"}), "HTTP 500"),
        (Seen({"failed": True, "msg": "Quota exceeded for cores"}, ["Quota exceeded for cores"]), "Quota"),
        (Seen({"changed": False}), "it changed nothing"),
    ],
)
def test_a_run_that_no_role_explains(seen: Seen, reported: str) -> None:
    with pytest.raises(Unexpected, match=reported):
        table.verdict(CHANGES, seen)


def test_the_rules_of_refusals() -> None:
    bodies = [
        POLICY,
        '{"NeutronError": {"message": "(rule:create_port and (rule:a)) is disallowed by policy"}}',
        "You are not authorized to complete delete_image action.",
        "You are not authorized to perform the requested action: identity:list_users.",
        "nothing",
    ]
    found = ["a", "create_port", "delete_image", "identity:list_users", "os_compute_api:servers:start"]
    assert table.rules([*bodies, POLICY]) == found


def test_refusals_are_noted_and_reported_as_without() -> None:
    with runs.noted() as found:
        error = session.from_answer(403, {}, POLICY, "start the server")  # type: ignore[attr-defined]
        session.from_answer(404, {}, "no", "start the server")  # type: ignore[attr-defined]
    assert found == [POLICY] and error.status == 403
    assert session.from_answer is from_answer  # type: ignore[attr-defined]


def test_a_difference_between_the_lab_and_the_file() -> None:
    old = {"services": SERVICES, "tasks": [row(task="stop"), row(), row(task="gone")]}
    new = {"services": SERVICES, "tasks": [row(task="stop"), row(allowed="admin", rules=["a:b"])]}
    assert table.differences(old, old) == []
    gone, start = table.differences(old, new)
    assert gone.startswith("server_power, gone: the file has reader refused, member allowed") and "nothing" in gone
    assert start.endswith("the lab reader refused, member refused, manager refused, admin allowed, a:b")
    assert table.differences({}, {"services": SERVICES, "tasks": []})[0].startswith("nova: the file has None")


def test_a_part_of_the_tasks_leaves_the_rows_of_the_others() -> None:
    cases = [Case("server_power", task, {}) for task in ("start", "stop", "new")]
    old = [row(task="stop"), row(task="start"), row(task="removed from the table")]
    found = table.merged(cases, cases[:1], old, [row(task="start", allowed="admin")])
    assert found == [row(task="start", allowed="admin"), row(task="stop")]
    assert yaml.safe_load(table.text({"services": SERVICES, "tasks": found})) == {"services": SERVICES, "tasks": found}


class Actors:
    """The users without a lab."""

    users = {role: f"id-of-{role}" for role in ROLES}
    words = {"server": "web-01"}

    def ensure(self) -> None:
        """They are there."""

    def connection(self, role: str) -> dict[str, Any]:
        return {"auth": {"username": role}}


def test_a_task_is_run_as_each_user_with_what_comes_before_and_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, str, Any]] = []

    def run_module(name: str, options: dict[str, Any]) -> Seen:
        role = options["auth"]["username"]
        ran.append((name, role, options.get("names") or options.get("handle")))
        if name == "server_info":
            return Seen({"servers": [{"host": "cmp1", "handle": {"of": role}}]})
        if name == "job_info" and role == "reader":
            return Seen({"failed": True}, [POLICY])
        return Seen({"changed": True})

    monkeypatch.setattr(runs, "run_module", run_module)
    before = {"server_info": {"names": ["{server}"]}, "keep": {"handle": "servers.0.handle", "host": "servers.0.host"}}
    after = {"server_power": {"names": ["{other_host}"]}, "as": "member"}
    case = Case("job_info", "wait", {"handle": "{handle}"}, [before], [after])
    found = runs.Stage(Actors(), tmp_path).run(case)  # type: ignore[arg-type]
    verdicts = {"reader": table.REFUSED, "member": table.ALLOWED, "manager": table.ALLOWED, "admin": table.ALLOWED}
    rules = ["os_compute_api:servers:start"]
    assert found == {"module": "job_info", "task": "wait", "roles": verdicts, "rules": rules}
    assert ran[:3] == [
        ("server_info", "admin", ["web-01"]),
        ("job_info", "reader", {"of": "admin"}),
        ("server_power", "member", ["cmp2"]),
    ]


def test_a_task_that_fails_otherwise_is_tried_again_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def run_module(name: str, _options: Any) -> Seen:
        ran.append(name)
        return Seen({"failed": True, "msg": "HTTP 500"})

    monkeypatch.setattr(runs, "run_module", run_module)
    with pytest.raises(Unexpected, match="server_power, start, as reader: HTTP 500"):
        runs.Stage(Actors(), tmp_path).run(CHANGES)  # type: ignore[arg-type]
    assert len(ran) == runs.ATTEMPTS


def test_the_driver_writes_the_file_and_holds_the_lab_against_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row(case.module, case.task) for case in CASES]
    problems: list[str] = []
    monkeypatch.setattr(driver, "FOUND", tmp_path / "found.yml")
    monkeypatch.setattr(driver, "policy_defaults", lambda: SERVICES)
    monkeypatch.setattr(driver, "ask", lambda _cases, _report: (rows, problems))
    assert driver.main([]) == 1
    assert driver.main(["--write"]) == 0 and driver.main([]) == 0
    rows[0] = row(CASES[0].module, CASES[0].task, "admin")
    assert driver.main([]) == 1
    assert "1 differ from found.yml" in capsys.readouterr().out
    problems.append("no role explains it")
    assert driver.main(["--write"]) == 1
    with pytest.raises(SystemExit):
        driver.main(["server_moon"])


# -- the page --------------------------------------------------------------------------------------------------------


def test_the_role_of_a_task_and_of_a_module() -> None:
    rows = [row(), row(task="other", allowed="admin"), row("server_info", allowed="reader")]
    assert [pages.needed(each) for each in rows] == ["member", "admin", "reader"]
    assert pages.modules(rows) == {"server_power": "member", "server_info": "reader"}
    uneven = row()
    uneven["roles"]["manager"] = table.REFUSED
    with pytest.raises(ValueError, match="server_power, start: it is allowed to member, admin"):
        pages.needed(uneven)


def test_the_page_of_some_tasks() -> None:
    partly = row("server_info", "``host``", "admin", lacks="``host`` is null", rules=["a:b"])
    partly["roles"]["reader"] = table.PARTLY
    text = pages.page({"services": SERVICES, "tasks": [partly, row()]})
    assert "   * - nova\n     - 34.0.0\n     - yes\n     - no\n" in text
    assert "     - ``admin``\n     - ``host`` is null, or refused\n     - ``a:b``\n" in text
    assert "   * - start\n     - ``member``\n     - refused\n     -\n" in text


def test_the_page_is_made_from_what_the_lab_showed() -> None:
    document = pages.load()
    assert [(row["module"], row["task"]) for row in document["tasks"]] == [(case.module, case.task) for case in CASES]
    assert pages.PAGE.read_text() == pages.page(document), "run: make roles-needed-page"
    assert table.FOUND.read_text() == table.text(document)


def test_the_lab_runs_with_the_defaults_that_the_page_is_about() -> None:
    for service in pages.load()["services"].values():
        assert service["enforce_new_defaults"] and service["enforce_scope"] and not service["policy_file"]


def test_each_module_names_its_role() -> None:
    roles = pages.modules(pages.load()["tasks"])
    for module in cloud_modules():
        named = [name for name in documentation(module)["extends_documentation_fragment"] if name.startswith(FRAGMENT)]
        assert named == ([FRAGMENT + roles[module]] if module in roles else []), module


def test_the_generator_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE", tmp_path / "roles_needed.rst")
    assert pages.main([]) == 0
    assert pages.PAGE.read_text() == pages.page(pages.load())
    monkeypatch.setattr(pages, "load", lambda: {"services": SERVICES, "tasks": [{**row(), "roles": {}}]})
    assert pages.main([]) == 1
