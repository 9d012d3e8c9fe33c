# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large a task's result over a thousand servers is: one line that a person, or AWX's database, has to bear."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from modules.bench import Bench, run_action
from modules.conftest import FOREIGN

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http import session
from ansible_collections.cloudserver.compute.tools import simulator

SERVERS = 1000
#: Bytes a server: its id, its name, the actions, the request id, and where it failed the reason and the hint.
DONE, FAILED, HANDLE, DIFF = 200, 500, 320, 260
PLATFORMS = ("openstack", "huaweicloud")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A simulator with a thousand servers on two platforms."""
    folder = tmp_path_factory.mktemp("large")
    fleet = {"servers": [], "generate": [{"count": SERVERS, "name": "worker-%04d", "tags": ["role=worker"]}]}
    config = folder / "large.yml"
    config.write_text(json.dumps({"platforms": {name: fleet for name in PLATFORMS}}))
    with simulator.running(folder, "--quiet", "--config", str(config)) as found:
        yield found


@pytest.fixture(params=PLATFORMS)
def fleet(
    large: dict[str, Any], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Bench:
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    made = Bench(large, request.param)
    monkeypatch.setattr(session, "SystemClock", lambda: made.clock)
    return made


def stop(fleet: Bench, **more: Any) -> dict[str, Any]:
    """The result of stopping all of them, as a task has it, without how it was called."""
    options = {"tags": ["role=worker"], "state": "stopped", "api_retries": 0, "parallel": 16, **fleet.options}
    check, diff = more.pop("check", False), more.pop("diff", False)
    result = run_action("server_power", {**options, **more}, check=check, diff=diff)
    result.pop("invocation", None)
    assert len(result["outcomes"]) == SERVERS
    return result


def size(result: dict[str, Any]) -> int:
    return len(json.dumps(result))


def test_success(fleet: Bench) -> None:
    predicted = stop(fleet, check=True)
    assert predicted["changed"] and size(predicted) <= DONE * SERVERS
    assert "servers" not in predicted
    assert size(stop(fleet, check=True, diff=True)) <= (DONE + DIFF) * SERVERS
    done = stop(fleet)
    assert {each["outcome"] for each in done["outcomes"]} == {"done"} and "servers" not in done
    assert size(done) <= DONE * SERVERS
    again = stop(fleet, diff=True)
    assert not again["changed"] and size(again) <= DONE * SERVERS
    whole = stop(fleet, return_servers=True)
    assert len(whole["servers"]) == SERVERS and whole["servers"][0]["power_state"] == "stopped"


def test_what_is_not_waited_for(fleet: Bench) -> None:
    result = stop(fleet, wait=False)
    assert {each["outcome"] for each in result["outcomes"]} == {"pending"}
    # The id of the request is in the outcome and in the handle.
    assert size(result) <= (DONE + 80 + HANDLE) * SERVERS
    joined = run_action("job_info", {**fleet.options, "handle": result["handle"], "wait": True})
    joined.pop("invocation", None)
    assert len(joined["outcomes"]) == SERVERS and "servers" not in joined
    assert size(joined) <= DONE * SERVERS


def test_failure(fleet: Bench) -> None:
    # The first ones fail of themselves, and the rest for one reason.
    rows = fleet.control("GET", f"/{fleet.platform}/servers")["servers"]
    names = sorted(row["name"] for row in rows)
    for name in names[:15]:
        fleet.change(name, status="ERROR")
    reason = "not for you " + "x" * 100
    if fleet.platform == "huaweicloud":
        # One request for all of them, so all fail.
        fleet.fault("stop", status=403, body={"error": {"code": "Pdp.0001", "message": reason}})
        done = 0
    else:
        fleet.fault("stop", after=1, status=403, body={"forbidden": {"code": 403, "message": reason}})
        done = 1
    result = stop(fleet)
    failed = SERVERS - done
    assert [each["outcome"] for each in result["outcomes"]] == ["failed"] * failed + ["done"] * done
    assert size(result) <= FAILED * SERVERS
    message = result["msg"]
    assert f"{failed} of {SERVERS} servers could not be stopped: {names[0]} (" in message
    assert f"and {failed - 10} more: " in message and ' 5 "the server is in status ERROR' in message
    assert len(message) < 2500 and message.count("worker-") == 10
