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
from modules.bench import MODULES, Bench, actions, nothing_done, outcome, refused, says, stopped

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
    stop(bench, path, check=True, names=None, tags=["role=web"], missing=None)
    gone = bench.id_of("web-03")
    bench.change("web-01", status="SUSPENDED" if bench.platform != "huaweicloud" else "SHUTOFF")
    bench.remove("web-03")
    bench.change("batch-01", tags=["role=web"], status="ACTIVE")
    result = stop(bench, path, names=None, tags=["role=web"])
    assert result["failed"] and outcome(result, "web-02")["outcome"] == "done"
    lost = outcome(result, "web-03")
    assert lost["outcome"] == "failed" and lost["id"] == gone and lost["actions"] == []
    assert lost["message"] == "it no longer exists, and the approved plan contains it (stop)"
    assert "could not be stopped" in says(result, "web-03")
    first = outcome(result, "web-01")
    if bench.platform == "huaweicloud":
        assert first["outcome"] == "unchanged"
    else:
        assert first["outcome"] == "failed" and first["actions"] == []
        assert first["message"] == (
            "it has changed since the plan was made: power_state was running and is suspended; make a new plan"
        )
    new = outcome(result, "batch-01")
    assert new["outcome"] == "unchanged" and "the approved plan does not contain it" in new["message"]
    assert {each["name"] for each in result["unplanned"]} == {"batch-01"}
    assert not actions(bench, "batch-01")
    assert any("does not contain batch-01" in warning for warning in result["warnings"])
