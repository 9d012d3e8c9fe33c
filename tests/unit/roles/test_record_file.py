"""Records in a file that several runs change, and misspelt variables of roles."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from modules.bench import action

ROOT = Path(__file__).resolve().parents[3]


def record(path: Path, key: str, check: bool = False, **options: Any) -> dict[str, Any]:
    return dict(action("record_file", {"path": str(path), "key": key, **options}, check=check).run(task_vars={}))


def test_records_are_added_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "moved.json"
    assert record(path, "cmp1 a", check=True, value={"1": "web"})["changed"] and not path.exists()
    assert record(path, "cmp1 a", value={"1": "web"})["changed"]
    assert not record(path, "cmp1 a", value={"1": "web"})["changed"]
    # The same host of another cloud is another record.
    assert record(path, "cmp1 b", value={"9": "db"})["changed"]
    assert record(path, "cmp1 a", value={"2": "web"})["value"] == {"1": "web", "2": "web"}
    assert record(path, "cmp1 a", value={"3": "web"}, purge=True)["value"] == {"3": "web"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert record(path, "cmp1 a", state="absent")["changed"]
    assert record(path, "cmp1 a", state="read") == {"changed": False, "exists": False, "path": str(path), "value": {}}
    assert json.loads(path.read_text()) == {"cmp1 b": {"9": "db"}}


def test_an_empty_record_is_a_record(tmp_path: Path) -> None:
    path = tmp_path / "moved.json"
    record(path, "cmp1", value={})
    assert record(path, "cmp1", state="read")["exists"]


def test_no_run_loses_the_record_of_another(tmp_path: Path) -> None:
    path = tmp_path / "moved.json"
    writers = [
        threading.Thread(target=record, args=(path, f"cmp{number}"), kwargs={"value": {"1": "a"}})
        for number in range(20)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(json.loads(path.read_text())) == 20


def test_another_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "moved.json"
    for text in ("no JSON", '["x"]', '{"cmp1": "x"}'):
        path.write_text(text)
        result = record(path, "cmp1", value={"1": "web"})
        assert result["failed"] and "does not contain a mapping of records" in result["msg"]
        assert path.read_text() == text
    assert "cannot be opened" in record(tmp_path / "nowhere" / "x", "cmp1")["msg"]


# -- validate_role_variables -------------------------------------------------------------------------------------------


def validate(role: str | None, variables: dict[str, Any], strategy: str = "linear", **options: Any) -> dict[str, Any]:
    made = action("validate_role_variables", options)
    made._loader = DataLoader()
    path = ROOT / "roles" / str(role)
    made._task._role = role and SimpleNamespace(
        get_name=lambda include_role_fqcn=True: f"cloudserver.compute.{role}", _role_path=str(path)
    )
    made._task.get_play = lambda: SimpleNamespace(strategy=strategy)
    return dict(made.run(task_vars={"inventory_hostname": "a", "ansible_play_batch": ["b", "a"], **variables}))


def test_variables_that_the_role_declares_pass() -> None:
    known = {"os_reinstall_image": "x", "__os_reinstall_batches": [], "os_other": 1, "image": 2}
    assert not validate("os_reinstall", known).get("failed")
    assert not validate("os_reinstall", {"os_reinstall_result": 1}, allow=["os_reinstall_result"]).get("failed")


def test_one_host_acts_under_each_strategy() -> None:
    acting = {
        (name, host): validate("os_reinstall", {"inventory_hostname": host}, name)["acting_host"]
        for name in ("linear", "ansible.builtin.debug", "free", "ansible.builtin.host_pinned")
        for host in "ab"
    }
    # Under the first two, run_once is what chooses the host. Under the others every host is told the same one.
    assert {key: acting[key] for key in acting if "linear" in key or "ansible.builtin.debug" in key} == {
        ("linear", "a"): "a", ("linear", "b"): "b",
        ("ansible.builtin.debug", "a"): "a", ("ansible.builtin.debug", "b"): "b",
    }  # fmt: skip
    assert {acting[name, host] for name in ("free", "ansible.builtin.host_pinned") for host in "ab"} == {"b"}


def test_misspelt_variables_are_named_with_the_right_ones() -> None:
    result = validate("os_reinstall", {"os_reinstall_imgae": "x", "os_reinstall_zzz": 1})
    assert result["failed"] and result["unknown"] == ["os_reinstall_imgae", "os_reinstall_zzz"]
    text = "the role os_reinstall has no variable os_reinstall_imgae (did you mean os_reinstall_image?), "
    assert result["msg"] == text + "os_reinstall_zzz; nothing was done"


def test_it_belongs_into_a_role_with_specs(tmp_path: Path) -> None:
    with pytest.raises(AnsibleActionFail, match="can only be used in a role"):
        validate(None, {})
    with pytest.raises(AnsibleActionFail, match="has no argument specs"):
        validate("nothing", {})
