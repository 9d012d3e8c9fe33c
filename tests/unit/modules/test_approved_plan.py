# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""plan_file and plan: check mode writes a plan, and a run carries out exactly that."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from modules.bench import Bench, actions, nothing_done, outcome, refused, says, stopped
from modules.request_budgets import CHANGED, Budget, new

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RunFolder
from ansible_collections.cloudserver.compute.plugins.plugin_utils import run_folder

WEB = ["web-01", "web-02", "web-03"]


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Each call begins another run of Ansible."""

    def begin() -> None:
        folder = RunFolder(str(tmp_path / "run"), os.urandom(32), lambda level, words: None)
        monkeypatch.setattr(run_folder, "run_folder", lambda: folder)

    begin()
    yield begin


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


def stop(bench: Bench, path: Path, *, check: bool = False, **options: Any) -> dict[str, Any]:
    given = {"names": WEB, "state": "stopped", "plan_file": str(path), **options}
    return bench.call("server_power", check=check, **given)


def outcomes(result: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["outcome"] for each in result["outcomes"]}


# -- the way of a plan -------------------------------------------------------------------------------------------------


def test_a_plan_is_written_carried_out_and_found_done(bench: Bench, path: Path) -> None:
    with nothing_done(bench):
        checked = stop(bench, path, check=True)
    assert checked["changed"] and checked["plan_file"] == str(path) and "plan" not in checked
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (task,) = json.loads(path.read_text())["tasks"]
    assert task["module"] == "server_power" and task["options"] == {"force": False, "state": "stopped"}
    assert task["selection"] == {"all": False, "all_projects": False, "names": WEB}
    change = next(each for each in task["changes"] if each["name"] == "web-01")
    assert change["actions"] == ["stop"] and change["before"] == {"power_state": "running"}
    done = stop(bench, path)
    assert set(outcomes(done).values()) == {"done"} and stopped(bench, *WEB) and not done["unplanned"]
    with nothing_done(bench):
        again = stop(bench, path)
    assert set(outcomes(again).values()) == {"unchanged"} and not again["changed"]


def test_what_has_changed_since_is_refused_by_server(bench: Bench, path: Path) -> None:
    stop(bench, path, check=True, names=None, name_patterns=["web-*"])
    gone = bench.id_of("web-03")
    resumes = bench.platform in ("openstack", "easystack")
    bench.change("web-01", status="SUSPENDED" if resumes else "SHUTOFF")
    bench.remove("web-03")
    bench.change("batch-01", name="web-99", status="ACTIVE")
    result = stop(bench, path, names=None, name_patterns=["web-*"])
    assert result["failed"] and outcome(result, "web-02")["outcome"] == "done"
    lost = outcome(result, "web-03")
    assert lost["outcome"] == "failed" and lost["id"] == gone and lost["actions"] == []
    assert lost["message"] == "it no longer exists, and the approved plan contains it (stop)"
    assert "could not be stopped" in says(result, "web-03")
    first = outcome(result, "web-01")
    if not resumes:
        assert first["outcome"] == "unchanged"
    else:
        assert first["outcome"] == "failed" and first["actions"] == []
        assert first["message"] == (
            "it has changed since the plan was made: power_state was running and is suspended; make a new plan"
        )
    new = outcome(result, "web-99")
    assert new["outcome"] == "unchanged" and "the approved plan does not contain it" in new["message"]
    assert {each["name"] for each in result["unplanned"]} == {"web-99"}
    assert not actions(bench, "web-99")
    assert any("does not contain web-99" in warning for warning in result["warnings"])


#: Each task on one of its platforms, in turn.
CASES = [(budget, [*budget.requests][number % len(budget.requests)]) for number, budget in enumerate(CHANGED)]
#: Tasks that change something again in a second run, by their documentation. A plan does it once.
AGAIN = ("restart", "a password")


@pytest.mark.parametrize("budget, platform", CASES, ids=[f"{budget}-{platform}" for budget, platform in CASES])
def test_every_module_does_what_its_plan_says_once(bench: Bench, budget: Budget, path: Path) -> None:
    if budget.admin:
        bench.options = bench.credentials("admin")
    given = {**budget.options(bench, 1), "plan_file": str(path)}
    with nothing_done(bench):
        checked = bench.call(budget.module, check=True, **given)
    assert checked["changed"] and not checked.get("failed") and checked["plan_file"] == str(path)
    done = bench.call(budget.module, **given)
    assert done["changed"] and not done.get("failed"), done.get("msg")
    assert [sorted(each.get("actions", ())) for each in done.get("outcomes", ())] == [
        sorted(each.get("actions", ())) for each in checked.get("outcomes", ())
    ]
    assert done["unplanned"] == [] and done["not_selected"] == 0
    if budget.name == "stop without waiting":
        return
    with nothing_done(bench):
        again = bench.call(budget.module, **given)
    assert not again["changed"]
    if budget.name in AGAIN and bench.platform in ("openstack", "easystack"):
        assert "it was last changed at" in says(again)
    elif budget.name not in AGAIN:
        assert not again.get("failed"), again.get("msg")


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_plan_in_the_result_goes_to_another_run(bench: Bench, runs: Callable[[], None]) -> None:
    """As an artifact of a job on AWX: a mapping, through JSON."""
    given: dict[str, Any] = {"names": WEB, "state": "stopped"}
    checked = bench.call("server_power", check=True, return_plan=True, **given)
    plan = json.loads(json.dumps(checked["plan"]))
    runs()
    with nothing_done(bench):
        predicted = bench.call("server_power", check=True, plan=plan, **given)
        assert "plan" not in bench.call("server_power", check=True, **given)
    assert set(outcomes(predicted).values()) == {"planned"}
    done = bench.call("server_power", plan=plan, return_plan=True, **given)
    assert set(outcomes(done).values()) == {"done"} and "plan" not in done
    assert done["invocation"]["module_args"]["plan"] == {"format": plan["format"], "checksum": plan["checksum"]}


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_run_carries_out_the_part_that_it_selects(bench: Bench, path: Path) -> None:
    """As a slice of a job on AWX."""
    stop(bench, path, check=True)
    first = stop(bench, path, names=["web-01", "web-04"])
    assert outcomes(first) == {"web-01": "done", "web-04": "unchanged"} and first["not_selected"] == 2
    second = stop(bench, path, names=None, ids=[bench.id_of("web-02"), bench.id_of("web-03")])
    assert set(outcomes(second).values()) == {"done"} and second["not_selected"] == 1


@pytest.mark.parametrize("platform", ["openstack", "huaweicloud"])
def test_a_named_server_that_no_longer_exists_stops_no_other(bench: Bench, path: Path) -> None:
    ids = [bench.id_of(name) for name in WEB]
    stop(bench, path, check=True, names=None, ids=ids)
    bench.remove("web-02")
    result = stop(bench, path, names=None, ids=ids[1:])
    assert outcomes(result) == {"web-02": "failed", "web-03": "done"}
    refused(stop(bench, path, names=None, ids=[ids[0], "11111111-1111-4111-8111-111111111111"]), "no server has ids")


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_server_that_the_selection_no_longer_matches(bench: Bench, path: Path) -> None:
    given = {"names": None, "query": "[?power_state=='running' && starts_with(name, 'web-')]"}
    stop(bench, path, check=True, **given)
    bench.change("web-01", name="other-01")
    result = stop(bench, path, **given)
    assert outcome(result, "other-01")["outcome"] == "failed"
    assert "the selection of the task no longer matches it" in outcome(result, "other-01")["message"]
    assert outcome(result, "web-02")["outcome"] == "done"
    again = stop(bench, path, **given)
    assert outcome(again, "web-02")["outcome"] == "unchanged", "it is stopped, so the query does not match it"


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_server_that_needed_nothing_then_is_refused(bench: Bench, path: Path) -> None:
    bench.change("web-01", status="SHUTOFF")
    stop(bench, path, check=True)
    bench.change("web-01", status="ACTIVE")
    result = stop(bench, path)
    assert (
        "the approved plan does nothing to it, because it needed no change then, and it needs stop now"
        in (outcome(result, "web-01")["message"])
    )
    assert outcome(result, "web-02")["outcome"] == "done"


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_server_in_a_transition_gets_no_action_that_was_not_approved(bench: Bench, path: Path) -> None:
    """It is planned again when its transition has ended, in another state than predicted."""
    bench.change("web-01", status="SHUTOFF", task_state="powering-on")
    stop(bench, path, check=True, names=["web-01"], state="started")
    bench.later(lambda: bench.change("web-01", status="SUSPENDED", task_state=None))
    result = stop(bench, path, names=["web-01"], state="started")
    assert result["failed"] and outcome(result, "web-01")["actions"] == []
    assert "it needs resume now, which the approved plan does not contain for it" in result["msg"]
    assert not actions(bench, "web-01")


# -- a declared fleet --------------------------------------------------------------------------------------------------


def declare(bench: Bench, *names: str, note: str = "1", **options: Any) -> dict[str, Any]:
    """Options of server_fleet for new servers; ``note`` is metadata of each."""
    common = {key: value for key, value in new(bench, 1).items() if key != "name"}
    metadata = {**common.pop("metadata", {}), "note": note}
    return {"servers": [{"name": name, **common, "metadata": metadata} for name in names], "tag": "fleet=s", **options}


def test_a_fleet_is_changed_as_planned_and_a_server_that_joined_it_is_kept(bench: Bench, path: Path) -> None:
    assert bench.call("server_fleet", **declare(bench, "f-1"))["changed"]
    given = declare(bench, "f-1", "f-2", note="2", purge=True, plan_file=str(path))
    with nothing_done(bench):
        checked = bench.call("server_fleet", check=True, **given)
    assert set(outcomes(checked).values()) == {"planned"}
    assert bench.call("server_fleet", **declare(bench, "joined"))["changed"]
    done = bench.call("server_fleet", **given)
    assert outcomes(done) == {"f-1": "done", "f-2": "done", "joined": "unchanged"}, done.get("msg")
    assert [each["name"] for each in done["unplanned"]] == ["joined"] and bench.id_of("joined")
    with nothing_done(bench):
        again = bench.call("server_fleet", **given)
    assert set(outcomes(again).values()) == {"unchanged"} and not again["changed"]


def test_a_server_of_a_fleet_that_moved_or_went_is_refused_and_the_others_are_changed(bench: Bench, path: Path) -> None:
    names = ("f-1", "f-2", "f-3")
    assert bench.call("server_fleet", **declare(bench, *names))["changed"]
    given = declare(bench, *names, note="2", plan_file=str(path))
    bench.call("server_fleet", check=True, **given)
    gone = bench.id_of("f-2")
    assert bench.call("server_fleet", **declare(bench, "f-1", note="3"))["changed"]
    bench.remove("f-2")
    result = bench.call("server_fleet", **given)
    assert result["failed"] and outcomes(result) == {"f-1": "failed", "f-2": "failed", "f-3": "done"}
    assert "it has changed since the plan was made: metadata was " in outcome(result, "f-1")["message"]
    assert "it had the id %s when the plan was made" % gone in outcome(result, "f-2")["message"]
    assert "f-2" not in [server["name"] for server in bench.call("server_info", all=True)["servers"]]
    with nothing_done(bench):
        bench.call("server_fleet", **given)


# -- several tasks of a run --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["openstack"])
def test_the_tasks_of_a_run_share_a_file(bench: Bench, path: Path, runs: Callable[[], None]) -> None:
    stop(bench, path, check=True, names=["web-01"])
    bench.call("server_power", check=True, names=["web-02"], state="restarted", plan_file=str(path))
    bench.call("keypair", check=True, name="new", plan_file=str(path), public_key=None, private_key_path="key")
    assert [task["module"] for task in json.loads(path.read_text())["tasks"]] == [
        "server_power", "server_power", "keypair",
    ]  # fmt: skip
    runs()
    assert outcomes(stop(bench, path, names=["web-01"])) == {"web-01": "done"}
    restarted = bench.call("server_power", names=["web-02"], state="restarted", plan_file=str(path))
    assert outcomes(restarted) == {"web-02": "done"}
    stop(bench, path, check=True, names=["web-03"])
    assert len(json.loads(path.read_text())["tasks"]) == 1, "another run begins a new plan"


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_check_that_fails_leaves_no_older_plan(bench: Bench, path: Path, runs: Callable[[], None]) -> None:
    stop(bench, path, check=True)
    runs()
    refused(stop(bench, path, check=True, names=["web-99"]), "no server has names web-99")
    with nothing_done(bench):
        refused(stop(bench, path), "it has no part for server_power; it was made for no task")


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["openstack"])
def test_another_task_than_the_approved_one_is_refused(bench: Bench, path: Path) -> None:
    stop(bench, path, check=True)
    with nothing_done(bench):
        refused(stop(bench, path, state="restarted", force=True), "made with other options: force, state; set them")
        refused(
            bench.call("server_password", names=WEB, password="Any-Password-1", plan_file=str(path)),
            "plan_file: %s: it has no part for server_password; it was made for server_power" % path,
        )
        refused(stop(bench, path, plan_max_age=0), "plan_max_age: 0 is not a number of seconds above 0")
        alt = {"auth": {**bench.options["auth"], "project_name": "alt"}}
        refused(stop(bench, path, **alt), "it was made for another cloud: ", "project_id was")
        bench.clock.elapsed += 3601
        refused(stop(bench, path, plan_max_age=3600), "it is 3601 seconds old, and plan_max_age allows 3600")
        bench.clock.elapsed -= 8000
        refused(stop(bench, path, plan_max_age=3600), "it was made in the future")
        bench.clock.elapsed += 4399
    assert stopped(bench) and outcomes(stop(bench, path, plan_max_age=3600))["web-01"] == "done"


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_path_that_is_no_plan(bench: Bench, path: Path, tmp_path: Path) -> None:
    with nothing_done(bench):
        refused(stop(bench, path), "plan_file: %s: it does not exist; run the task in check mode first" % path)
        refused(stop(bench, tmp_path), "it is a directory; name a file in it")
        refused(stop(bench, tmp_path, check=True), "it is a directory; name a file in it")
        refused(stop(bench, tmp_path / "none" / "plan.json", check=True), "the directory", "does not exist")
        link = tmp_path / "link.json"
        link.symlink_to(path)
        for check in (False, True):
            refused(stop(bench, link, check=check), "it is a symbolic link; name the file that it points to")
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        refused(stop(bench, pipe), "it is not a regular file")
    assert not path.exists()


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_file_that_is_no_sound_plan(bench: Bench, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop(bench, path, check=True)
    text = path.read_text()
    plan = json.loads(text)

    def says_of(content: str, *words: str, check: bool = False, mode: int = 0o600) -> None:
        path.write_text(content)
        path.chmod(mode)
        with nothing_done(bench):
            refused(stop(bench, path, check=check), "plan_file: %s: " % path, *words)
        assert path.read_text() == content

    says_of(text[: len(text) // 2], "it is not a plan, or only a part of one")
    says_of('{"important": "data"}', "it is not a plan of cloudserver.compute; name another file")
    says_of('{"important": "data"}', "it is not a plan of cloudserver.compute; name another file", check=True)
    says_of("[" * 10, "it is not a plan, or only a part of one", check=True)
    says_of("\x00\xff", "it is not a plan, or only a part of one", check=True)
    says_of(text.replace('"stop"', '"reboot"', 1), "its content does not match its checksum")
    says_of(json.dumps({**plan, "version": 2}), "it has the format version 2, and this release reads version 1")
    says_of(text, "every user can change it (mode 0666), so it proves no approval", mode=0o666)
    says_of(text, "every user can change it (mode 0666)", mode=0o666, check=True)
    path.chmod(0o600)

    def denied(*_arguments: Any) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", denied)
        refused(stop(bench, path), "it cannot be read: Permission denied")
    path.write_text("")
    refused(stop(bench, path), "it does not exist")
    assert stop(bench, path, check=True)["plan_file"] == str(path)


@pytest.mark.parametrize("platform", ["openstack"])
def test_options_that_exclude_each_other(bench: Bench, path: Path) -> None:
    refused(stop(bench, path, plan={}), "plan and plan_file are mutually exclusive")
    refused(
        bench.power(names=WEB, state="stopped", plan={"tasks": []}), "plan: it is not a plan of cloudserver.compute"
    )


# -- secrets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_secret_must_be_the_approved_one_and_is_not_in_the_plan(bench: Bench, path: Path) -> None:
    given = {"names": ["web-01"], "plan_file": str(path), "password": "Secret-Password-1"}
    bench.call("server_password", check=True, **given)
    assert "Secret-Password-1" not in path.read_text()
    with nothing_done(bench):
        other = bench.call("server_password", **{**given, "password": "Other-Password-1"})
        refused(other, "it was made with other options: password; set them as in check mode")
    assert bench.call("server_password", **given)["changed"]


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_check_without_the_password_approves_any(bench: Bench, path: Path) -> None:
    given = {"names": ["web-01"], "plan_file": str(path)}
    bench.call("server_password", check=True, **given)
    assert bench.call("server_password", **given, generate={})["changed"]


@pytest.mark.parametrize("platform", ["openstack"])
def test_the_content_of_a_file_counts(bench: Bench, path: Path, tmp_path: Path) -> None:
    data = tmp_path / "user-data"
    data.write_text("#cloud-config\npassword: Secret-In-User-Data\n")
    given = {"names": ["web-01"], "image": "ubuntu-24.04", "user_data_file": str(data), "plan_file": str(path)}
    bench.call("server_os", check=True, **given)
    assert "Secret-In-User-Data" not in path.read_text()
    data.write_text("#cloud-config\npassword: Another-Password\n")
    with nothing_done(bench):
        refused(bench.call("server_os", **given), "it was made with other options: user_data_file")


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_snapshot_of_each_part_gets_the_time_of_its_part(bench: Bench, path: Path, runs: Callable[[], None]) -> None:
    """A role plans batch by batch, and the batches of its run can be others."""
    given = {"name": "{name}-{date}-{time}", "plan_file": str(path)}
    for name in WEB:
        bench.call("server_snapshot", check=True, names=[name], **given)
        bench.clock.sleep(60)
    times = [each["created"] for each in json.loads(path.read_text())["tasks"]]
    assert len(set(times)) == len(WEB)
    runs()
    done = bench.call("server_snapshot", names=WEB, **given)
    assert set(outcomes(done).values()) == {"done"}, done
    expected = {f"{name}-{time[:10]}-{time[11:19].replace(':', '')}" for name, time in zip(WEB, times, strict=True)}
    assert {each["name"] for each in done["snapshots"]} == expected
    with nothing_done(bench):
        again = bench.call("server_snapshot", names=WEB, **given)
    assert set(outcomes(again).values()) == {"unchanged"}
