# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_migrate: so many servers at a time, and no waiting."""

from __future__ import annotations

import pytest
from modules.bench import Bench, nothing_done, outcome, says
from modules.migration_tasks import OWNERS, WEB, action_bodies, move


def most_at_once(bench: Bench) -> list[int]:
    """How many servers were moving whenever the module slept."""
    seen: list[int] = []

    def count() -> None:
        rows = bench.control("GET", f"/{bench.platform}/servers")["servers"]
        seen.append(sum(row["task_state"] is not None or row["status"] == "VERIFY_RESIZE" for row in rows))

    bench.clock.on_sleep = count
    return seen


@OWNERS
@pytest.mark.parametrize("status, max_concurrent", [("ACTIVE", 1), ("ACTIVE", 3), ("SHUTOFF", 2)])
def test_no_more_than_so_many_at_once(web_on_cmp1: Bench, status: str, max_concurrent: int) -> None:
    names = [*WEB, "db-01", "db-02", "cache-01", "batch-01"]
    for name in names:
        web_on_cmp1.change(name, host="cmp1", status=status)
    seen = most_at_once(web_on_cmp1)
    result = move(web_on_cmp1, from_host="cmp1", max_concurrent=max_concurrent)
    assert [each["outcome"] for each in result["outcomes"]] == ["done"] * 7
    assert max(seen) == max_concurrent, seen


@OWNERS
def test_servers_that_were_not_started_are_named(web_on_cmp1: Bench) -> None:
    web_on_cmp1.change("web-01", stuck=True)
    result = move(web_on_cmp1, from_host="cmp1", max_concurrent=1, wait_timeout=60)
    stuck = outcome(result, "web-01")
    assert stuck["outcome"] == "unknown" and stuck["actions"] == ["live_migrate"]
    for name in WEB[1:]:
        assert outcome(result, name)["outcome"] == "failed" and outcome(result, name)["actions"] == []
        assert "nothing was done to it" in outcome(result, name)["message"]
    says(result, "3 of 3 servers could not be moved", "still in status MIGRATING")
    assert len(action_bodies(web_on_cmp1)) == 1 and len(result["handle"]["pending_actions"]) == 1


@OWNERS
def test_what_was_done_is_not_lost_when_a_later_batch_cannot_be_asked_for(web_on_cmp1: Bench) -> None:
    web_on_cmp1.fault("E21", after=1, status=401)
    result = move(web_on_cmp1, from_host="cmp1", max_concurrent=1)
    assert result["failed"] is True and result["changed"] is True
    assert [outcome(result, name)["outcome"] for name in WEB] == ["done", "failed", "failed"]


@OWNERS
def test_not_waiting(web_on_cmp1: Bench) -> None:
    before = web_on_cmp1.clock.elapsed
    result = move(web_on_cmp1, from_host="cmp1", wait=False)
    assert web_on_cmp1.clock.elapsed == before and [each["outcome"] for each in result["outcomes"]] == ["pending"] * 3
    with nothing_done(web_on_cmp1):
        joined = web_on_cmp1.call("job_info", handle=result["handle"], wait=True)
    assert [each["outcome"] for each in joined["outcomes"]] == ["done"] * 3
    assert "cmp1" not in {each["host"] for each in joined["servers"]}


@OWNERS
def test_not_waiting_keeps_to_the_limit(web_on_cmp1: Bench) -> None:
    before = web_on_cmp1.clock.elapsed
    result = move(web_on_cmp1, from_host="cmp1", wait=False, max_concurrent=1)
    assert web_on_cmp1.clock.elapsed == before and [each["outcome"] for each in result["outcomes"]] == ["pending"] * 3
    assert [each["actions"] for each in result["outcomes"]] == [["live_migrate"], [], []]
    assert [each.get("remaining_actions") for each in result["outcomes"]] == [None, ["live_migrate"], ["live_migrate"]]
    assert "it was not started" in result["outcomes"][1]["message"]
    assert len(result["handle"]["pending_actions"]) == 1
