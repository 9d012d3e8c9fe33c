# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order and the maximum number of listed records, and times in options of lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Iterable, TypeVar

from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest

T = TypeVar("T")
_FORMS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%f%z")


@dataclass(frozen=True)
class Order:
    """The field by which a list is sorted, the direction, and the maximum number of records."""

    key: str = "name"
    descending: bool = False
    limit: int | None = None

    @classmethod
    def of(cls, key: str | None, direction: str | None, limit: int | None) -> Order:
        """Raises InvalidRequest for a limit below 1."""
        if limit is not None and limit < 1:
            raise InvalidRequest("limit: %s is out of range; use 1 or more" % limit)
        return cls(key or "name", direction == "desc", limit)

    def applied(self, items: Iterable[T], tie: Callable[[T], Any]) -> list[T]:
        """The first items in this order. Items without a value come last in both directions, and ``tie`` sorts items
        with the same value."""
        found = sorted(items, key=tie)
        known = [each for each in found if getattr(each, self.key) is not None]
        known.sort(key=lambda each: getattr(each, self.key), reverse=self.descending)
        return (known + [each for each in found if getattr(each, self.key) is None])[: self.limit]


def timestamp(option: str, text: str | None) -> str | None:
    """A time in UTC as clouds write it, from ISO 8601; without an offset it is UTC. Raises InvalidRequest."""
    if text is None:
        return None
    given = text.strip().replace(" ", "T", 1).replace("Z", "+0000")
    for form in _FORMS:
        try:
            moment = datetime.strptime(given, form)
        except ValueError:
            continue
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    raise InvalidRequest("%s: %s is not a time in ISO 8601, such as 2026-03-01T12:00:00Z" % (option, text))
