# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the simulator once, and gives each test a platform of it as it starts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from modules.bench import PLATFORMS, Bench
from modules.migration_tasks import WEB

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import session
from ansible_collections.cloudserver.compute.tools import simulator

ROOT = Path(__file__).parents[3]
FOREIGN = ("OS_", "HW_", "HUAWEICLOUD_", "CLOUD_SDK_", "CLOUDSERVER_")


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The ready file of a simulator that runs as long as the tests do."""
    with simulator.running(tmp_path_factory.mktemp("simulator"), "--quiet") as found:
        yield found


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    """Each platform in turn; a test that is for some of them parametrises it itself."""
    return str(request.param)


@pytest.fixture
def bench(ready: dict[str, Any], platform: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bench:
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    made = Bench(ready, platform)
    monkeypatch.setattr(session, "SystemClock", lambda: made.clock)
    return made


@pytest.fixture
def admin(bench: Bench) -> Bench:
    """The platform as an administrator sees it."""
    bench.options = bench.credentials("admin")
    return bench


@pytest.fixture
def web_on_cmp1(admin: Bench) -> Bench:
    """The platform as an administrator sees it, with three web servers on cmp1."""
    for row in admin.control("GET", f"/{admin.platform}/servers")["servers"]:
        if row["name"] not in ("twin", "web-04"):
            admin.change(row["id"], host="cmp1" if row["name"] in WEB else "cmp2")
    return admin
