# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole chain, from the module through the proxy to the simulator and the check: a module that lies is caught."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
import worker
import world as worlds
from cells import Cell
from kinds import Request
from tables import causes, lines, tables
from worker import Verdict

STOP, CREATE, RESTART = "openstack/server_power.stop", "openstack/server.create", "openstack/server_power.restart"
REAL = worlds.run_action
Module = Callable[..., dict[str, Any]]


def verdict(monkeypatch: pytest.MonkeyPatch, label: str, module: Module, watchdog: float = 60.0) -> Verdict:
    """Of a task whose module is `module`, with a fault that an honest one survives: its first response is a 429."""
    recording = worker.record(label)
    with monkeypatch.context() as patch:
        patch.setattr(worlds, "run_action", module)
        patch.setattr(worlds, "WATCHDOG", watchdog)
        (found,) = worker.run_cells(recording, [Cell(label, "429_before", 1, False)], "1")
    return found


def columns(*arguments: Any) -> set[str]:
    return {each.column for each in verdict(*arguments).violations}


def altered(**changes: Any) -> Module:
    """The real module, whose words are changed."""
    return lambda *words, **more: {**REAL(*words, **more), **changes}


def honest(*words: Any, **more: Any) -> dict[str, Any]:
    return REAL(*words, **more)


def twice(*words: Any, **more: Any) -> dict[str, Any]:
    REAL(*words, **more)
    return REAL(*words, **more)


@pytest.mark.parametrize("label", [STOP, CREATE, RESTART])
def test_an_honest_module(world: Any, monkeypatch: pytest.MonkeyPatch, label: str) -> None:
    found = verdict(monkeypatch, label, honest)
    assert (found.hits, found.said, found.violations) == (1, "changed", [])


def test_lost(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert columns(monkeypatch, STOP, altered(changed=False, failed=True, msg="no", outcomes=[])) >= {"lost"}
    assert columns(monkeypatch, RESTART, altered(changed=False, failed=True, msg="no", outcomes=[])) >= {"lost"}


def test_doubled(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert columns(monkeypatch, RESTART, twice) == {"doubled"}


def test_a_batch_counts_for_each_of_its_servers() -> None:
    def batch(*servers: str, status: int = 200) -> Request:
        body = {"reboot": {"type": "SOFT", "servers": [{"id": each} for each in servers]}}
        return Request(1, "POST", "/action", "", "reboot", status, content=json.dumps(body).encode())

    divided = worlds.Run(requests=[batch("a", "b", status=400), batch("a"), batch("b")])
    assert sorted(divided.unsafe.values()) == [1, 1]
    twice = worlds.Run(requests=[batch("a", "b"), batch("a")])
    assert sorted(twice.unsafe.values()) == [1, 2]


def test_doubled_servers(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def second(module: str, options: dict[str, Any], **more: Any) -> dict[str, Any]:
        result = REAL(module, options, **more)
        REAL(module, {**options, "name": "twin-of-it"}, **more)
        world.server("twin-of-it").name = options["name"]
        return result

    assert "doubled" in columns(monkeypatch, CREATE, second)


@pytest.mark.parametrize("label", [STOP, CREATE, RESTART])
def test_believed(world: Any, monkeypatch: pytest.MonkeyPatch, label: str) -> None:
    def idle(*words: Any, **more: Any) -> dict[str, Any]:
        REAL("server_info", {**words[1], "wait_timeout": None, "all": True}, **more)
        return {"changed": True}

    assert columns(monkeypatch, label, idle) >= {"believed"}


def test_hung(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def sleeper(*words: Any, **more: Any) -> dict[str, Any]:
        while True:
            with contextlib.suppress(Exception):
                world.clock.sleep(5)

    assert columns(monkeypatch, STOP, sleeper) == {"hung"}


def test_hung_in_earnest(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def runner(*words: Any, **more: Any) -> dict[str, Any]:
        while True:
            pass

    assert "hung" in columns(monkeypatch, STOP, runner, 0.2)


def test_traceback(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*words: Any, **more: Any) -> dict[str, Any]:
        raise KeyError("id")

    assert columns(monkeypatch, STOP, broken) == {"traceback"}


@pytest.mark.parametrize("where", ["result", "terminal"])
def test_secret(world: Any, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    def talkative(*words: Any, **more: Any) -> dict[str, Any]:
        result = REAL(*words, **more)
        (token,) = world.proxy.tokens
        if where == "terminal":
            more["report_progress"](f"got {token}")
            return result
        return {**result, "token": token}

    assert columns(monkeypatch, STOP, talkative) == {"secret"}


def test_rerun(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert columns(monkeypatch, STOP, altered(changed=True)) == {"rerun"}


def test_a_task_that_does_not_work_is_no_task(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "run_action", altered(failed=True, msg="out of order"))
    with pytest.raises(worker.Unfit, match="out of order"):
        worker.record(STOP)
    monkeypatch.setattr(worlds, "run_action", altered(changed=False))
    with pytest.raises(worker.Unfit, match="changes nothing"):
        worker.record(STOP)
    monkeypatch.setattr(worlds, "run_action", altered(changed=True))
    with pytest.raises(worker.Unfit, match="a second run says changed: True"):
        worker.record(STOP)


def test_two_recordings_are_alike(world: Any) -> None:
    one, two = worker.record(CREATE), worker.record(CREATE)
    assert [str(each) for each in one.requests] == [str(each) for each in two.requests]
    assert one.wanted.after == two.wanted.after and "E04" in one.operations


def test_the_same_cell_gives_the_same_verdict(world: Any) -> None:
    recording = worker.record(CREATE)
    cells = [Cell(CREATE, kind, 7, True) for kind in ("reset_after", "504_after", "403_reading_back")]
    one, two = worker.run_cells(recording, cells, "1"), worker.run_cells(recording, cells, "1")
    assert one == two


def test_reports(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = verdict(monkeypatch, STOP, altered(changed=False, failed=True, msg="no", outcomes=[]))
    line = lines([found])[0]
    assert line.startswith("lost      python tests/faults --only 'openstack/server_power.stop/429_before/1'  # ")
    text = tables([found])
    assert text.splitlines()[0].split()[0] == "openstack" and text.splitlines()[-1].startswith("sum")
    cause = causes([found], {STOP: ["POST /openstack/identity/v3/auth/tokens (auth)"]})
    assert "POST /identity/v3/auth/tokens" in cause and "429_before" in cause


def test_a_request_that_is_not_repeated_is_hit_in_one_run_for_both_cells(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[str] = []
    hits = {"429_before/1+": 3, "429_before/2+": 1, "429_before/3": 1}

    def run_cell(recording: Any, cell: Cell, seed: str) -> Verdict:
        run.append(cell.id.partition("stop/")[2])
        return Verdict(cell, hits.get(run[-1], 1), "changed", [])

    monkeypatch.setattr(worker, "_run_cell", run_cell)
    places = [(1, False), (1, True), (2, False), (2, True), (3, False)]
    cells = [Cell(STOP, "429_before", position, always) for position, always in places]
    found = worker.run_cells(worker.record(STOP), cells, "1")
    assert [each.cell for each in found] == cells
    assert run == ["429_before/1+", "429_before/2+", "429_before/1", "429_before/3"]
