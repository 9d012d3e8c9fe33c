# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing the same to many at once."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import (
    AdaptiveLimit,
    chunks,
    in_parallel,
)


@given(st.lists(st.integers()), st.integers(1, 7))
def test_chunks_hold_everything_in_its_order(items: list[int], size: int) -> None:
    found = list(chunks(items, size))
    assert [item for chunk in found for item in chunk] == items
    assert all(len(chunk) == size for chunk in found[:-1]) and all(0 < len(chunk) <= size for chunk in found)


def test_chunks_take_any_iterable_and_no_more_than_they_need() -> None:
    taken = []

    def numbers() -> object:
        for number in range(5):
            taken.append(number)
            yield number

    assert next(chunks(numbers(), 2)) == [0, 1]
    assert taken == [0, 1]


@pytest.mark.parametrize("width", [0, 1, 2, 50])
def test_the_results_are_in_the_order_of_the_items(width: int) -> None:
    assert in_parallel(lambda item: item * 2, list(range(20)), width) == list(range(0, 40, 2))
    assert in_parallel(lambda item: item, [], width) == []


def test_so_many_at_once_and_no_more() -> None:
    together = threading.Barrier(3, timeout=10)
    lock = threading.Lock()
    running, most = [0], [0]

    def work(item: int) -> int:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        together.wait()
        with lock:
            running[0] -= 1
        return item

    assert in_parallel(work, list(range(6)), 3) == list(range(6))
    assert most[0] == 3


def test_one_item_or_width_one_needs_no_thread() -> None:
    here = threading.current_thread()
    assert in_parallel(lambda item: threading.current_thread() is here, [1], 8) == [True]
    assert in_parallel(lambda item: threading.current_thread() is here, [1, 2], 1) == [True, True]


@pytest.mark.parametrize("width", [1, 4])
def test_the_first_exception_in_the_order_of_the_items_is_raised(width: int) -> None:
    def work(item: int) -> int:
        if item:
            raise ValueError(item)
        return item

    with pytest.raises(ValueError, match="^1$"):
        in_parallel(work, [0, 1, 2, 3], width)


def in_slots(limit: AdaptiveLimit, count: int) -> tuple[ExitStack, list[int]]:
    """That many requests in progress, and the numbers of their slots."""
    stack = ExitStack()
    return stack, [stack.enter_context(limit.slot()) for _request in range(count)]


def test_a_rejection_halves_the_requests_in_progress_once() -> None:
    limit = AdaptiveLimit()
    running, numbers = in_slots(limit, 8)
    assert limit.limit is None
    assert [limit.reduce(number) for number in numbers] == [True] + [False] * 7, "they were sent before it"
    assert limit.limit == 4
    running.close()
    running, numbers = in_slots(limit, 4)
    assert limit.reduce(numbers[0]) and limit.limit == 2
    running.close()
    for _rejection in range(5):
        running, numbers = in_slots(limit, 1)
        limit.reduce(numbers[0])
        running.close()
    assert limit.limit == 1


def test_successes_bring_it_back() -> None:
    limit = AdaptiveLimit()
    running, numbers = in_slots(limit, 8)
    limit.reduce(numbers[0])
    running.close()
    seen = []
    while limit.limit is not None:
        seen.append(limit.limit)
        limit.succeeded()
    assert sorted(set(seen)) == [4, 5, 6, 7] and seen == sorted(seen)
    assert 15 <= len(seen) <= 30, "about as many successes as requests for each step"


def test_a_request_that_was_alone_is_not_slowed_down() -> None:
    limit = AdaptiveLimit()
    with limit.slot() as number:
        assert not limit.reduce(number) and limit.limit is None


def test_a_request_waits_for_its_turn() -> None:
    limit = AdaptiveLimit()
    running, numbers = in_slots(limit, 2)
    limit.reduce(numbers[0])
    entered = threading.Event()

    def enter() -> None:
        with limit.slot():
            entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    assert not entered.wait(0.05)
    running.close()
    assert entered.wait(10)
    thread.join(10)
