# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the same function for several items concurrently, and limits the requests in progress for a cloud that cannot
take more."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Callable, Iterable, Iterator, Sequence, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class AdaptiveLimit:
    """Limits the requests in progress after the cloud has rejected some for their number; without a limit before that.

    A rejection halves the number, each success raises it slowly, until it is what it was (additive increase,
    multiplicative decrease). Thread-safe.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0
        self._limit: float | None = None
        self._ceiling = 0
        self._reductions = 0

    @property
    def limit(self) -> int | None:
        """The maximum number of requests in progress; ``None`` without a limit."""
        return None if self._limit is None else int(self._limit)

    @contextmanager
    def slot(self) -> Iterator[int]:
        """Waits until one more request may be in progress. Gives a number for ``reduce``."""
        with self._changed:
            while self._limit is not None and self._running >= int(self._limit):
                self._changed.wait()
            self._running += 1
            number = self._reductions
        try:
            yield number
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def reduce(self, number: int) -> bool:
        """Called within the slot of a rejected request. Returns whether the number was reduced: not by requests that
        were in progress at the last reduction, and not for a request that was alone."""
        with self._changed:
            if number != self._reductions or (self._limit is None and self._running <= 1):
                return False
            self._reductions += 1
            self._ceiling = max(self._ceiling, self._running)
            self._limit = max(1.0, min(self._running, self._limit or self._running) / 2)
            return True

    def succeeded(self) -> None:
        """Called for each success."""
        with self._changed:
            if self._limit is not None:
                self._limit += 1.0 / self._limit
                if self._limit >= self._ceiling:
                    self._limit, self._ceiling = None, 0
                self._changed.notify_all()


def in_parallel(work: Callable[[T], R], items: Sequence[T], width: int) -> list[R]:
    """Call ``work`` for each item, at most ``width`` at a time; returns the results in the order of the items. Raises
    the first exception."""
    if width <= 1 or len(items) <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(max_workers=min(width, len(items))) as pool:
        return list(pool.map(work, items))


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of ``size``, the last one shorter."""
    chunk: list[T] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
