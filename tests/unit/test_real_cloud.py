"""make test-openstack: each target runs on a cloud of the real OpenStack or is excused, and all is run and counted."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.cloudserver.compute.tests.openstack import run as real_cloud

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def listed(tmp_path: Path) -> Any:
    """Reads the list of the repository after a change to it."""

    def read(change: Any) -> dict[str, list[str]]:
        document = yaml.safe_load(real_cloud.LIST.read_text())
        change(document)
        path = tmp_path / "targets.yml"
        path.write_text(yaml.safe_dump(document))
        return real_cloud.read(path)

    return read


def test_every_target_is_run_or_excused() -> None:
    clouds = real_cloud.read()
    assert set(clouds) == set(real_cloud.integration.CLOUDS) and all(clouds.values())


@pytest.mark.parametrize(
    "change, reported",
    [
        (lambda row: row["clouds"].update({"moon": ["test_flavor"]}), "there is no cloud moon"),
        (lambda row: row["not_yet"].update({"test_moon": "far"}), "there is no target test_moon"),
        (lambda row: row["not_yet"].pop("test_in_process"), "test_in_process is neither run nor in not_yet"),
        (lambda row: row["not_yet"].update({"test_keypair": "why"}), "test_keypair is in not_yet, but run"),
        (lambda row: row["not_yet"].update({"test_in_process": " "}), "test_in_process needs a reason"),
        (lambda row: row["clouds"]["ustack"].append("test_flavor"), "test_flavor is not for ustack by its meta/ files"),
    ],
)
def test_a_list_that_is_wrong_is_refused(listed: Any, change: Any, reported: str) -> None:
    with pytest.raises(SystemExit) as refusal:
        listed(change)
    assert refusal.value.code == "targets.yml: " + reported


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """Commands are noted in place of being run; easystack and what is broken fail."""
    monkeypatch.setattr(real_cloud, "LOGS", tmp_path / "logs")
    seen: list[list[str]] = []

    def run(command: list[str], check: bool, stdout: Any = None, stderr: Any = None) -> Any:
        if stdout:
            stdout.write(f"output of {Path(command[1]).name}\n")
        seen.append([Path(word).name for word in command])
        failed = any("easystack" in word or "broken" in word for word in command)
        return type("Done", (), {"returncode": int(failed)})

    monkeypatch.setattr(real_cloud.subprocess, "run", run)
    return seen


def test_a_part_that_fails_fails_the_run_and_the_others_run_all_the_same(
    ran: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(real_cloud, "lab", nullcontext)
    assert real_cloud.main(["conformance", "easystack", "ustack"]) == 1
    assert [command[1] for command in ran] == ["conformance", "run.py", "run.py"]
    assert ran[-1][2:6] == ["--cloud", "ustack", "--mode", "in_process"]
    assert "1 failed" in capsys.readouterr().out
    assert real_cloud.main(["ustack"]) == 0


def test_migration_runs_beside_the_rest_but_what_changes_the_lab_for_all_runs_before(
    ran: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(real_cloud, "lab", nullcontext)
    assert real_cloud.main([]) == 1
    first, last = (ran.index(next(row for row in ran if row[-2:] == ["--shared", value])) for value in ("only", "not"))
    names = [next((word for word in row[1:] if not word.startswith("-")), "") for row in ran]
    assert max(first, names.index("roles_needed")) < min(last, names.index("conformance"))
    clouds = [row[row.index("--cloud") + 1] for row in ran if "--cloud" in row]
    assert clouds == list(real_cloud.read())
    printed = capsys.readouterr().out
    # The second lane's output and rows are there too.
    assert printed.count("== migration\n") == printed.count(" s  migration\n") == 2
    assert "== migration\noutput of migration" in printed
    # Whoever waits can read along, and still has it when the run was stopped.
    log = tmp_path / "logs" / "migration.log"
    assert printed.index(f"== beside this: migration (output in {log})") < printed.index("== conformance")
    assert log.read_text() == "\n== migration\noutput of migration\n"


def test_the_roles_run_on_each_cloud_that_has_a_scenario(ran: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_cloud, "lab", nullcontext)
    real_cloud.main(["roles"])
    assert [command[-1] for command in ran] == ["default", "easystack", "ustack"]
    assert all(command[2:5] == ["molecule", "test", "--scenario-name"] for command in ran)


def test_a_part_that_does_not_exist_is_refused(ran: list[list[str]]) -> None:
    with pytest.raises(SystemExit):
        real_cloud.main(["moon"])
    assert ran == []


def test_what_was_started_here_is_stopped_and_nothing_else(
    ran: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real_cloud, "answers", lambda: True)
    with real_cloud.lab():
        assert ran == []
    assert ran == []
    monkeypatch.setattr(real_cloud, "answers", lambda: False)
    with pytest.raises(KeyboardInterrupt), real_cloud.lab():
        assert ran == [["install.sh"], ["up.sh"]]
        raise KeyboardInterrupt
    assert ran == [["install.sh"], ["up.sh"], ["down.sh"]]


def test_a_lab_that_does_not_start_is_stopped_again(ran: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_cloud, "answers", lambda: False)
    monkeypatch.setattr(real_cloud, "LAB", Path("broken"))
    with pytest.raises(SystemExit, match="install.sh failed"), real_cloud.lab():
        pytest.fail("the lab does not run")
    assert ran == [["install.sh"], ["down.sh"]]
