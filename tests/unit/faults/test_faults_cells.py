# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which runs the fault matrix consists of, and which of them a sample takes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import tables
from cells import Cell, cells_of, chosen, sample
from findings import Violation
from kinds import KINDS, Request
from task_list import all_tasks
from worker import Verdict

REQUESTS = [
    Request(1, "POST", "/identity/v3/auth/tokens", "", "auth", 201, 900),
    Request(2, "GET", "/compute/v2.1/servers/detail", "", "", 200, 5000),
    Request(3, "POST", "/compute/v2.1/servers/1/action", "", "os-stop", 202, 0),
    Request(4, "GET", "/compute/v2.1/servers/1", "", "", 200, 900, reading_back=True),
]
CELLS = cells_of("openstack/server_power.stop", REQUESTS)


def test_every_fault_at_every_request() -> None:
    ids = {cell.id for cell in CELLS}
    assert len(ids) == len(CELLS)
    for name, kind in KINDS.items():
        for request in REQUESTS:
            assert (f"openstack/server_power.stop/{name}/{request.number}" in ids) is kind.fits(request)
    assert "openstack/server_power.stop/reset_after/3+" in ids
    assert "openstack/server_power.stop/late_before/2+" not in ids, "seconds that prove nothing"
    assert "openstack/server_power.stop/403_reading_back/4" in ids


def test_choosing() -> None:
    (one,) = chosen(CELLS, ["openstack/server_power.stop/reset_after/3"])
    assert one == Cell("openstack/server_power.stop", "reset_after", 3, False, one.weight)
    assert chosen(CELLS, ["openstack"]) == chosen(CELLS, ["*/server_power.*"]) == CELLS
    assert {cell.kind for cell in chosen(CELLS, ["*/server_power.stop/504_*"])} == {"504_before", "504_after"}
    assert chosen(CELLS, ["ustack", "openstack/server"]) == []


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    mixed = list(CELLS)
    random.Random(1).shuffle(mixed)
    assert sample(CELLS, 30, "7") == sample(mixed, 30, "7")
    assert sample(CELLS, 30, "7") != sample(CELLS, 30, "8")
    assert len(sample(CELLS, 30, "7")) == 30


def test_a_sample_takes_what_does_harm() -> None:
    many = [Cell(f"openstack/t.{n}", cell.kind, cell.position, cell.always, cell.weight)
            for n in range(20) for cell in CELLS]  # fmt: skip
    part = sample(many, 400, "1")
    share = sum(cell.position == 3 for cell in part) / len(part)
    whole = sum(cell.position == 3 for cell in many) / len(many)
    assert share > 1.4 * whole, "requests that change something come oftener"
    assert 0 < sum(cell.slow for cell in part) <= 0.05 * len(part)


def test_the_tasks_have_names_of_their_own() -> None:
    tasks = all_tasks()
    assert len({task.label for task in tasks}) == len(tasks) > 300
    assert {task.platform for task in tasks} == {"huaweicloud", "easystack", "ustack", "openstack"}
    assert all(task.module == task.name.partition(".")[0] and task.knows for task in tasks)


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    journal = tmp_path / "output" / "verdicts.jsonl"
    first = Verdict(Cell("openstack/keypair.import", "429_after", 3, True), 2, "failed", [Violation("lost", "x")], 1.5)
    second = Verdict(Cell("openstack/keypair.import", "500_after", 3, False), 1, "ok", [])
    tables.begin_journal(journal, "1")
    tables.append_journal(journal, [first])
    tables.append_journal(journal, [second])
    assert tables.read_journal(journal, "1") == [first, second]
    journal.write_text(journal.read_text()[:-5])
    assert tables.read_journal(journal, "1") == [first], "the line that was cut off is run again"
    with pytest.raises(ValueError, match="not the journal of a run with the seed 2"):
        tables.read_journal(journal, "2")
