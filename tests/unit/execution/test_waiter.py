# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a wait polls: a large fleet less often than a small one, and every end is noticed soon."""

from __future__ import annotations

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.execution import waiter


def polls_until(seconds: float, servers: int, interval: float = 1000.0) -> tuple[int, float]:
    """The number of polls of a change that takes so many seconds, and how late it is noticed."""
    polls, elapsed = 1, 0.0
    while elapsed < seconds:
        elapsed += waiter.pause(elapsed, 0.0, interval, servers)
        polls += 1
    return polls, elapsed - seconds


@pytest.mark.parametrize("seconds", [1.0, 5.0, 60.0, 600.0])
@pytest.mark.parametrize("servers", [1, 50, 1000, 2500])
def test_the_end_is_noticed_in_half_a_second_or_a_tenth_of_the_time(seconds: float, servers: int) -> None:
    for _attempt in range(50):
        assert polls_until(seconds, servers)[1] <= max(0.5, 0.1 * seconds)


def test_a_large_fleet_is_polled_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiter.random, "uniform", lambda low, high: (low + high) / 2)
    polls = [polls_until(5.0, servers)[0] for servers in (1, 100, 500, 1000)]
    assert polls == sorted(polls, reverse=True) and polls[0] >= 1.5 * polls[-1]
    assert polls_until(5.0, 1000) == polls_until(5.0, 10000)


def test_the_interval_of_the_task_is_the_maximum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiter.random, "uniform", lambda low, high: (low + high) / 2)
    assert waiter.pause(600.0, 0.0, 5.0, 1000) == 5.0
    assert waiter.pause(0.0, 0.0, 0.1, 1000) == 0.1
    assert waiter.pause(0.0, 3.0, 0.1, 1000) == 3.0, "no pause is shorter than the last poll took"
