"""The fault matrix's own files, and a world of it in the test's process."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

# At the end: no file of the matrix may hide another module.
sys.path.append(str(Path(__file__).resolve().parents[2] / "faults"))

import worker
from task_list import all_tasks
from world import World


@pytest.fixture(scope="session")
def openstack() -> Iterator[World]:
    """The openstack platform of a simulator of its own, as a worker process has it; every run resets it."""
    made = World("openstack")
    yield made
    made.close()


@pytest.fixture
def world(openstack: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """The same for one test, with no one's credentials."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    # The world numbers things by itself; afterwards ids are random again.
    monkeypatch.setattr(uuid, "uuid4", uuid.uuid4)
    monkeypatch.setattr(worker, "_worlds", {"openstack": openstack})
    monkeypatch.setattr(worker, "_tasks", {task.label: task for task in all_tasks()})
    return openstack
