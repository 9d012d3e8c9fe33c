# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""make test: the gates run in lanes, the first failure stops all, and nothing passes that was not run."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: A gate is a word: what it prints, and how it ends. Each writes its name when it begins, `slow` its process too.
MAKE = """#!/bin/sh
echo "$2" >> begun
case $2 in
  unit) echo "==== 7 passed in 1.00s ====" ;;
  bad) echo "bad news"; exit 2 ;;
  slow) echo $$ > slow.pid; sleep 60 ;;
  after_slow) while ! [ -s slow.pid ]; do sleep 0.05; done; echo "bad news"; exit 2 ;;
  *) echo "all is well with $2" ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make = tmp_path / "bin" / "make"
    make.parent.mkdir()
    make.write_text(MAKE)
    make.chmod(0o755)
    return tmp_path


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "tools" / "gates.py"), *arguments],
        cwd=folder,
        env={**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    process = start(folder, *arguments)
    output = process.communicate(timeout=50)[0]
    return process.returncode, output


def begun(folder: Path) -> list[str]:
    return (folder / "begun").read_text().split()


def alive(folder: Path) -> bool:
    number = int((folder / "slow.pid").read_text())
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    # One that has ended, and that nobody has waited for, is there all the same.
    return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_all_gates_of_all_lanes_run_and_are_in_the_table(folder: Path) -> None:
    status, output = run(folder, "lint", "types", "--", "unit", "faults", "--", "sanity")
    assert status == 0
    assert begun(folder)[:2] == ["lint", "types"]
    assert sorted(begun(folder)[2:]) == ["faults", "sanity", "unit"]
    table = output[output.index("All gates passed in") :]
    assert sorted(re.findall(r"^(\w+) +\d+ s  passed$", table, re.MULTILINE)) == sorted(begun(folder))
    assert table.rstrip().endswith("==== 7 passed in 1.00s ====")
    assert "--- sanity\nall is well with sanity\n" in output
    assert (folder / ".cache" / "gates" / "faults.log").read_text() == "all is well with faults\n"


@pytest.mark.parametrize(
    "lanes", [("bad", "lint", "--", "unit"), ("lint", "--", "bad", "unit"), ("--", "lint", "--", "bad", "unit")]
)
def test_nothing_follows_a_gate_that_failed(folder: Path, lanes: tuple[str, ...]) -> None:
    status, output = run(folder, *lanes)
    assert status == 1
    assert "unit" not in begun(folder)
    assert re.search(r"^bad +\d+ s  FAILED: make bad \(output in \.cache/gates/bad\.log\)$", output, re.MULTILINE)
    assert "bad news" in output and "All gates passed" not in output


@pytest.mark.parametrize("lanes", [("--", "slow", "--", "after_slow"), ("--", "after_slow", "--", "slow")])
def test_a_failure_stops_what_runs_beside_it(folder: Path, lanes: tuple[str, ...]) -> None:
    status, output = run(folder, *lanes)
    assert status == 1
    assert "FAILED: make after_slow" in output
    assert not alive(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_gates(folder: Path, number: signal.Signals) -> None:
    process = start(folder, "--", "lint", "--", "slow")
    end = time.monotonic() + 30
    while not ((folder / "slow.pid").exists() and (folder / "slow.pid").read_text()):
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(number)
    output = process.communicate(timeout=30)[0]
    assert process.returncode == 128 + number
    assert "All gates passed" not in output
    assert not alive(folder)
