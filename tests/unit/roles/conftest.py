"""One simulator for the tests of a file; it is reset before each of them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import playbooks  # noqa: E402
from ansible_collections.cloudserver.compute.tools import simulator  # noqa: E402


@pytest.fixture(scope="module")
def running_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[playbooks.Lab]:
    folder = tmp_path_factory.mktemp("roles")
    with simulator.running(folder / "simulator", "--quiet") as ready:
        yield playbooks.Lab(folder, ready)


@pytest.fixture
def lab(running_lab: playbooks.Lab, tmp_path: Path) -> playbooks.Lab:
    """The module's simulator as it starts, and a folder of the test's own: no test finds another one's reports."""
    running_lab.reset()
    return playbooks.Lab(tmp_path, running_lab.ready)
