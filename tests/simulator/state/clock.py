"""The simulator's clock: it can be frozen and advanced, so that no test has to sleep."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime


def iso(seconds: float | None) -> str | None:
    """Epoch seconds as Nova writes times: 2026-01-02T03:04:05Z."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_ms(seconds: float | None) -> str | None:
    """Epoch seconds as the ECS job interface writes them: three decimals."""
    if seconds is None:
        return None
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (moment.microsecond // 1000)


def iso_us(seconds: float | None, suffix: str = "Z") -> str | None:
    """Epoch seconds with six decimals: Keystone's form, and Nova's `launched_at` with no suffix."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + suffix


def parse_iso(text: str) -> float:
    """An ISO 8601 time (UTC where it names no zone) as epoch seconds. Raises ValueError."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()


class Clock:
    """Epoch seconds; runs with the real clock until it is frozen or advanced."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self.reset()

    def reset(self) -> None:
        self._offset = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        return (self._source() if self._frozen is None else self._frozen) + self._offset

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("advance must not be negative")
        self._offset += seconds

    def freeze(self) -> None:
        if self._frozen is None:
            self._frozen = self._source()

    def resume(self) -> None:
        """Continue from the frozen time, so that no transition is skipped."""
        if self._frozen is not None:
            self._offset += self._frozen - self._source()
            self._frozen = None

    def state(self) -> dict[str, float | bool]:
        return {"now": self.now(), "frozen": self._frozen is not None, "offset": self._offset}
