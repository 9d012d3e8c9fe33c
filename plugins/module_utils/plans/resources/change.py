# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for one resource that exists or not, such as a key pair, a flavor or an aggregate. Pure data and functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping


@dataclass(frozen=True)
class UpdateStep:
    """One request of a plan: ``action`` names it, ``value`` is what it needs."""

    action: str
    value: Any = None

    def as_dict(self) -> dict[str, Any]:
        return {"action": self.action} if self.value is None else {"action": self.action, "value": self.value}


@dataclass(frozen=True)
class ResourcePlan:
    """The change from the present to the target state; ``None`` means that the resource does not exist."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    steps: tuple[UpdateStep, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.steps)

    def diff(self) -> dict[str, Any]:
        return {"before": dict(self.before or {}), "after": dict(self.after or {})}
