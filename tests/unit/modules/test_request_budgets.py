# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests of tasks against their budgets, by the simulator's log: the first task of a run and the tenth, tasks
with nothing to do, and tasks for a fleet."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from modules.bench import MODULES, PLATFORMS, Bench
from modules.request_budgets import CHANGED, ENTRIES, FLEETS, READ, START, UNCHANGED, Budget, FleetBudget
from urllib3.connection import HTTPConnection

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config import settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RunFolder
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import session
from ansible_collections.cloudserver.compute.plugins.module_utils.execution import waiter
from ansible_collections.cloudserver.compute.plugins.plugin_utils import run_folder
from ansible_collections.cloudserver.compute.tools import simulator

TASKS = (*READ, *UNCHANGED, *CHANGED)
CASES = [(budget, platform) for budget in TASKS for platform in budget.requests]
FLEET_CASES = [(budget, platform) for budget in FLEETS for platform in budget.fixed]
SERVERS = 40


@pytest.fixture
def one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """The tasks of the test are those of one run, and the pauses between polls have no random part."""
    folder = RunFolder(str(tmp_path / "run"), b"k" * 32, lambda level, words: None)
    monkeypatch.setattr(run_folder, "run_folder", lambda: folder)
    monkeypatch.setattr(waiter.random, "uniform", lambda low, high: (low + high) / 2)
    return folder


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, int]]:
    """How often each address is connected to: each time is a lookup of its name and a TLS handshake."""
    found: Counter[tuple[str, int]] = Counter()
    connect = HTTPConnection.connect

    def counted(self: HTTPConnection) -> None:
        found[self.host, self.port] += 1
        connect(self)

    monkeypatch.setattr(HTTPConnection, "connect", counted)
    return found


def count(bench: Bench, module: str, changes: bool, options: Mapping[str, Any]) -> Counter[str]:
    """The requests of a task that must succeed, by the simulator's names."""
    bench.control("DELETE", "/requests")
    result = bench.call(module, return_servers=None, **options)
    assert not result.get("failed"), result["msg"]
    assert result.get("changed", False) is changes, result
    return Counter(row["name"] for row in bench.requests())


@pytest.mark.parametrize("budget, platform", CASES, ids=[f"{budget}-{platform}" for budget, platform in CASES])
def test_the_first_and_a_later_task_of_a_run(bench: Bench, budget: Budget, one_run: RunFolder) -> None:
    if budget.admin:
        bench.options = bench.credentials("admin")
    first, later = (count(bench, budget.module, budget.changes, budget.options(bench, number)) for number in (1, 2))
    start = Counter(name for name in START[bench.platform] if name not in budget.unneeded)
    assert not set(START[bench.platform]) & set(later), "it is in the cache of the run"
    assert later.total() == budget.requests[bench.platform], (dict(later), budget.reason)
    begin = {name: number for name, number in first.items() if name in START[bench.platform]}
    assert begin == dict(start)
    assert first.total() - start.total() - later.total() == budget.first.get(bench.platform, 0), (first, later)


@pytest.mark.parametrize("budget, platform", CASES, ids=[f"{budget}-{platform}" for budget, platform in CASES])
def test_the_requests_of_a_task_share_one_connection(
    bench: Bench, budget: Budget, connections: Counter[tuple[str, int]]
) -> None:
    if budget.admin:
        bench.options = bench.credentials("admin")
    options = budget.options(bench, 1)
    connections.clear()
    count(bench, budget.module, budget.changes, options)
    # The two entries of a fleet that differ are created at the same time, where the first one is not done before.
    most = 2 if budget.module == "server_fleet" and budget.changes else 1
    (opened,) = connections.values()
    assert 1 <= opened <= most


def with_token(bench: Bench) -> dict[str, Any]:
    """The connection options with a token that the user already has."""
    found = settings.resolve(bench.options, {})
    connected = session.connect(found)
    assert connected.auth.project_id
    (token,) = connected.auth.secrets() - found.secrets()
    connected.close()
    auth = {"auth_url": bench.options["auth"]["auth_url"], "token": token}
    return {**bench.options, "auth": auth}


@pytest.mark.parametrize(
    "platform, kind",
    [("openstack", "application_credential"), ("openstack", "token"), ("huaweicloud", "iam_user"),
     ("huaweicloud", "temporary")],
)  # fmt: skip
def test_other_credentials_are_looked_up_once_too(bench: Bench, kind: str, one_run: RunFolder) -> None:
    bench.options = with_token(bench) if kind == "token" else bench.credentials(kind)
    asked = [count(bench, "server_info", False, {"names": ["web-01"]}) for _task in range(3)]
    begin = 1 + len(START[bench.platform])
    assert [each.total() for each in asked] == [begin, 1, 1], asked


def test_every_module_has_a_budget() -> None:
    assert {budget.module for budget in TASKS} == {*MODULES} - {"job_info"}
    assert all(budget.reason for budget in (*TASKS, *FLEETS))
    names = [budget.name for budget in TASKS]
    assert sorted(set(names)) == sorted(names)


@pytest.fixture(scope="module")
def fleet_ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A simulator with a fleet on each platform, and none of the other servers."""
    folder = tmp_path_factory.mktemp("fleet")
    fleet = {"servers": [], "generate": [{"count": SERVERS, "name": "worker-%04d"}]}
    config = folder / "fleet.yml"
    config.write_text(json.dumps({"platforms": {name: fleet for name in PLATFORMS}}))
    with simulator.running(folder, "--quiet", "--config", str(config)) as found:
        yield found


@pytest.fixture
def fleet(fleet_ready: dict[str, Any], bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(fleet_ready, bench.platform)
    monkeypatch.setattr(session, "SystemClock", lambda: made.clock)
    return made


@pytest.mark.parametrize(
    "budget, platform", FLEET_CASES, ids=[f"{budget}-{platform}" for budget, platform in FLEET_CASES]
)
def test_a_fleet(fleet: Bench, budget: FleetBudget, one_run: RunFolder) -> None:
    changes = budget.options != {"state": "started"}
    count(fleet, "server_info", False, {"all": True})
    asked = count(fleet, budget.module, changes, {"all": True, **budget.options})
    platform = fleet.platform
    expected = budget.fixed[platform] + budget.each.get(platform, 0) * SERVERS
    assert asked.total() == expected, (dict(asked), budget.reason)


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_fleet_of_a_cloud_that_limits_the_rate(fleet: Bench, one_run: RunFolder) -> None:
    """Each rejected action is sent once more; its server is read when the time has come, and not at every poll."""
    count(fleet, "server_info", False, {"all": True})
    fleet.fault("os-stop", times=10, status=429, headers={"Retry-After": "1"})
    fleet.control("DELETE", "/requests")
    result = fleet.call("server_power", all=True, state="stopped", return_servers=None)
    assert result["changed"] and {each["outcome"] for each in result["outcomes"]} == {"done"}
    asked = Counter(row["name"] for row in fleet.requests())
    assert asked["os-stop"] == SERVERS + 10
    # The state decides about a rejected action, and shows that it may be sent again.
    assert asked["show server"] <= 2 * 10 and asked["list servers with details"] <= 10
    assert asked.keys() == {"os-stop", "show server", "list servers with details"}
    assert sum("429" in warning for warning in result.get("warnings", [])) == 1


@pytest.mark.parametrize("budget", ENTRIES, ids=str)
def test_an_entry_for_each_server(fleet: Bench, budget: FleetBudget, one_run: RunFolder) -> None:
    text = json.dumps(budget.options)
    entries = [
        {"name": "worker-%04d" % number, **json.loads(text.replace("%d", str(number)))}
        for number in range(1, SERVERS + 1)
    ]
    count(fleet, "server_info", False, {"all": True})
    asked = count(fleet, budget.module, "%d" in text, {"servers": entries})
    expected = budget.fixed[fleet.platform] + budget.each.get(fleet.platform, 0) * SERVERS
    assert asked.total() == expected, (dict(asked), budget.reason)
