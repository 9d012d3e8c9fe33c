"""`make demo` stops what it started, whether it ends well or is interrupted."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie that was not waited for yet has ended too.
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The demonstration's own files in a folder of their own, so that it does not share .cache with another run."""
    for name in ("tools", "playbooks", "tests/simulator"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def start(copy: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(copy / "tools" / "demo.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_it_ends_with_a_table_and_leaves_nothing_running(copy: Path) -> None:
    with start(copy) as process:
        output = process.communicate(timeout=120)[0]
    assert process.returncode == 0, output
    # Four actions on the group; a key pair and a password everywhere, an image and the capacity where there are any.
    for platform, changed in {"huaweicloud": 7, "easystack": 9, "ustack": 6, "openstack": 9}.items():
        assert re.search(rf"^{platform} +\d+  {changed} +0: nothing left to do$", output, re.MULTILINE), output
        assert f"{platform}-web-01" in output
    assert "-pass" not in output
    log = copy / ".cache" / "demo" / "simulator.json"
    assert not log.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_the_simulator(copy: Path, number: signal.Signals) -> None:
    ready = copy / ".cache" / "demo" / "simulator.json"
    with start(copy) as process:
        end = time.monotonic() + 30
        while not ready.exists():
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.02)
        simulator = json.loads(ready.read_text())["pid"]
        assert alive(simulator)
        process.send_signal(number)
        output = process.communicate(timeout=60)[0]
    assert process.returncode == 128 + number, output
    assert not alive(simulator)
