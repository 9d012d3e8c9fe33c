# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of openstack.cloud and their translations: the comparison sees a difference, and the tasks follow the guide."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.cloudserver.compute.tests.openstack.migration import __main__ as driver
from ansible_collections.cloudserver.compute.tests.openstack.migration import cases as tasks
from ansible_collections.cloudserver.compute.tests.openstack.migration.cases import OURS, THEIRS, BadTasks, Case
from ansible_collections.cloudserver.compute.tests.openstack.migration.compare import compare, differences, normalized
from ansible_collections.cloudserver.compute.tests.openstack.migration.runs import Seen, TaskFailed

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "docsite" / "rst" / "migrating_from_openstack_cloud.rst"
CASES = tasks.read()
SHOW = "server show web-1"


def server(**changes: Any) -> dict[str, Any]:
    """What `openstack server show` prints, in part."""
    return {
        "id": "0d5d1a5e-1f30-4b8c-8b1f-6b3a39a5f001",
        "name": "web-1",
        "status": "ACTIVE",
        "addresses": {"lab-private": ["10.64.0.12", "fd00:64::12"]},
        "created": "2026-11-30T15:40:00Z",
        "hostId": "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d9b1deb4d3b7d4bad9bdd2b0d",
        "OS-EXT-SRV-ATTR:host": "cmp1",
        "OS-EXT-SRV-ATTR:instance_name": "instance-0000001f",
        "OS-EXT-SRV-ATTR:reservation_id": "r-a1b2c3d4",
        "image": "cirros-a (0d5d1a5e-1f30-4b8c-8b1f-6b3a39a5f002)",
        "properties": {"team": "web"},
        "security_groups": [{"name": "web"}, {"name": "default"}],
        **changes,
    }


SAME_SERVER = server(
    id="7c9e6679-7425-40de-944b-e07fc1f90ae7",
    addresses={"lab-private": ["fd00:64::99", "10.64.7.7"]},
    created="2026-11-30T15:41:30Z",
    hostId="aaaaeb4d3b7d4bad9bdd2b0d7b3dcb6d9b1deb4d3b7d4bad9bdd2b0d",
    image="cirros-a (7c9e6679-7425-40de-944b-e07fc1f90ae8)",
    security_groups=[{"name": "default"}, {"name": "web"}],
    **{
        "OS-EXT-SRV-ATTR:host": "cmp3",
        "OS-EXT-SRV-ATTR:instance_name": "instance-00000020",
        "OS-EXT-SRV-ATTR:reservation_id": "r-zzzzzzzz",
    },
)
CASE = Case("a task", theirs=[], ours=[], end=[SHOW])


def seen(theirs: Any, ours: Any, ours_changed: tuple[bool, bool] = (True, False)) -> dict[str, Seen]:
    return {THEIRS: Seen([True, True], {SHOW: theirs}), OURS: Seen(list(ours_changed), {SHOW: ours})}


# -- the comparison --------------------------------------------------------------------------------------------------


def test_what_differs_by_nature_is_no_difference() -> None:
    assert driver.verdict(CASE, seen(server(), SAME_SERVER)) == []


@pytest.mark.parametrize(
    "changes, where",
    [
        ({"status": "SHUTOFF"}, "status"),
        ({"properties": {"team": "api"}}, "properties.team"),
        ({"properties": {}}, "properties.team"),
        ({"properties": {"team": "web", "more": "1"}}, "properties.more"),
        ({"security_groups": [{"name": "web"}]}, "security_groups"),
        ({"security_groups": [{"name": "web"}, {"name": "web"}]}, "security_groups.0.name"),
        ({"addresses": {"lab-private": ["10.64.0.12"]}}, "addresses.lab-private"),
        ({"addresses": {"public": ["10.64.0.12", "fd00:64::12"]}}, "addresses.lab-private"),
        ({"image": "cirros-b (0d5d1a5e-1f30-4b8c-8b1f-6b3a39a5f002)"}, "image"),
        ({"OS-EXT-SRV-ATTR:host": None}, "OS-EXT-SRV-ATTR:host"),
        ({"config_drive": "True"}, "config_drive"),
    ],
)
def test_a_difference_fails_the_task(changes: dict[str, Any], where: str) -> None:
    wrong = driver.verdict(CASE, seen(server(), {**SAME_SERVER, **changes}))
    assert wrong and wrong[0].startswith(f"{SHOW}: {where}: openstack.cloud ")


def test_zero_is_not_false() -> None:
    assert list(differences({"a": 0}, {"a": False}))


def test_a_stated_difference_is_none_but_has_to_occur() -> None:
    stated = [{"where": "server show *: status", "why": "a reason"}]
    one, other = {SHOW: server()}, {SHOW: server(status="SHUTOFF")}
    assert compare(one, other, (), stated) == ([], [])
    assert compare(one, one, (), stated) == ([], ["server show *: status"])
    case = Case("a task", theirs=[], ours=[], end=[SHOW], differences=stated)
    assert driver.verdict(case, seen(server(), SAME_SERVER)) == [
        "the stated difference server show *: status does not occur"
    ]


def test_fields_that_are_exact_are_kept() -> None:
    assert normalized({"hosts": ["cmp6", "cmp5"], "host": "cmp5"}, ["hosts"]) == {
        "hosts": ["cmp5", "cmp6"],
        "host": "<host>",
    }
    assert compare({"a": {"hosts": ["cmp5"]}}, {"a": {"hosts": ["cmp6"]}}, ["hosts"], ())[0]


def test_a_second_run_that_changes_something_fails_unless_the_file_says_so() -> None:
    changing = seen(server(), SAME_SERVER, (True, True))
    assert driver.verdict(CASE, changing) == ["the second run of cloudserver.compute reports changed"]
    repeating = Case("a task", theirs=[], ours=[], end=[SHOW], repeats="a reason")
    assert driver.verdict(repeating, changing) == []
    assert driver.verdict(CASE, seen(server(), SAME_SERVER, (False, False))) == [
        "the first run of cloudserver.compute reports ok"
    ]


def test_a_difference_and_a_failure_fail_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Nothing:
        def __init__(self, *_arguments: Any) -> None:
            pass

        def make(self) -> None:
            pass

        remove = close = make

    ran: list[str] = []

    class Runner(Nothing):
        def run(self, case: Case) -> dict[str, Seen]:
            ran.append(case.name)
            if case.name == "fails" or ran == ["disturbed"]:
                raise TaskFailed("no lab")
            return seen(server(), server(status="SHUTOFF") if case.name == "differs" else SAME_SERVER)

    monkeypatch.setattr(driver, "Projects", Nothing)
    monkeypatch.setattr(driver, "Runner", Runner)
    lines: list[str] = []
    cases = [Case(name, theirs=[], ours=[], end=[SHOW]) for name in ("disturbed", "differs", "fails")]
    assert driver.run(cases, lines.append) == 2
    assert [line.split(" | ")[1] for line in lines[2:5]] == ["equal", "DIFFERENT", "FAILED"]
    # A task that failed is tried once more, one whose end states differ is not.
    assert ran == ["disturbed", "disturbed", "differs", "fails", "fails"]
    assert "differs: server show web-1: status: openstack.cloud" in capsys.readouterr().err


# -- the file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, message",
    [
        ({"end": None}, "missing"),
        ({"more": 1}, "unknown"),
        ({"ours": [{"openstack.cloud.server": {}}]}, "ours has tasks of cloudserver.compute alone"),
        ({"theirs": [{"ansible.builtin.copy": {}}]}, "theirs has tasks of openstack.cloud alone"),
        ({"differences": [{"where": "x", "why": " "}]}, "a difference needs where and why"),
        ({"shows": {"ours": "x"}}, "shows has theirs and ours"),
    ],
)
def test_a_wrong_file_is_refused(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    row = {
        "name": "a task",
        "theirs": [{"openstack.cloud.server": {}}],
        "ours": [{"cloudserver.compute.server": {}}],
        "end": [SHOW],
        **change,
    }
    path = tmp_path / "tasks.yml"
    path.write_text(yaml.safe_dump([{key: value for key, value in row.items() if value is not None}]))
    with pytest.raises(BadTasks, match=message):
        tasks.read(path)


def guide() -> dict[str, set[str]]:
    """The modules of openstack.cloud in the guide's table, and those of the collection that replace them."""
    text = GUIDE.read_text()
    section = text[text.index("\nModules\n-------") : text.index("\nOptions\n-------")]
    found: dict[str, set[str]] = {}
    for row in section.split("\n   * - ")[1:]:
        theirs, ours, *_rest = row.split("\n     - ")
        targets = set(re.findall(r"cloudserver\.compute\.(\w+)#module", ours))
        # The names in parentheses are values of `action`.
        for name in re.findall(r"``(\w+)``", theirs.partition("(")[0]):
            found.setdefault(name, set()).update(targets)
    return found


def test_there_are_at_least_twenty_tasks() -> None:
    assert len(CASES) >= 20


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_guide_names_each_module_of_a_task(case: Case) -> None:
    rows = guide()
    theirs = [name.rpartition(".")[2] for name in tasks.modules(case.theirs)]
    ours = {name.rpartition(".")[2] for name in tasks.modules(case.ours)}
    assert not set(theirs) - set(rows)
    assert not ours - set().union(*(rows[name] for name in theirs))


def test_the_tasks_use_each_module_of_the_guide() -> None:
    used = {name.rpartition(".")[2] for case in CASES for name in tasks.modules(case.theirs)}
    assert set(guide()) - used <= {"openstack"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_translated_options_exist(case: Case) -> None:
    for task in case.ours:
        for key, options in task.items():
            if key.startswith("cloudserver.compute."):
                spec = import_module(
                    f"ansible_collections.cloudserver.compute.plugins.modules.{key.rpartition('.')[2]}"
                )
                validation = ArgumentSpecValidator(**spec.MODULE.rules()).validate(dict(options))
                assert not validation.error_messages
