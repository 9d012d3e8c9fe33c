"""Injected faults: the calls that they apply to, and what happens to these."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

RULE_KEYS = {"platform", "operation", "method", "path", "after", "times", "do"}
DO_KEYS = {
    "latency",
    "status",
    "headers",
    "body",
    "text",
    "effect",
    "reset",
    "truncate",
    "html",
    "job",
    "stuck",
    "fail_servers",
    "expire_token",
    "reason",
    "code",
}


class BadFault(ValueError):
    """The fault is invalid; the text says why."""


def read_fault(body: Any) -> Fault:
    """Validate a fault of the control API. Raises BadFault: a fault that never applies would prove nothing."""
    if not isinstance(body, dict) or not isinstance(body.get("do"), dict) or not body["do"]:
        raise BadFault("a fault is an object with a non-empty object 'do'")
    for unknown in sorted(set(body) - RULE_KEYS):
        raise BadFault("unknown key %r; known: %s" % (unknown, ", ".join(sorted(RULE_KEYS))))
    do = body["do"]
    for unknown in sorted(set(do) - DO_KEYS):
        raise BadFault("unknown key %r in 'do'; known: %s" % (unknown, ", ".join(sorted(DO_KEYS))))
    if do.get("reset") not in (None, "before", "after"):
        raise BadFault("'reset' is 'before' or 'after'")
    if not isinstance(do.get("status", 200), int) or not 200 <= do.get("status", 200) <= 599:
        raise BadFault("'status' is a number from 200 to 599")
    if not isinstance(do.get("latency", 0), (int, float)) or do.get("latency", 0) < 0:
        raise BadFault("'latency' is a number of seconds")
    job = do.get("job")
    if job is not None and job != "vanish" and not (isinstance(job, dict) and job.get("status") == "FAIL"):
        raise BadFault('\'job\' is "vanish" or {"status": "FAIL", "fail_servers": [ids] or "all"}')
    try:
        path = re.compile(body["path"]) if body.get("path") else None
    except re.error as error:
        raise BadFault("'path' is not a regular expression: %s" % error) from error
    times = body.get("times")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise BadFault("'times' is a number from 1 on, or null for always")
    return Fault(
        body.get("platform"),
        body.get("operation"),
        body.get("method"),
        path,
        int(body.get("after") or 0),
        times,
        do,
    )


@dataclass
class Fault:
    """A fault. It skips the first `after` calls, then applies to `times` calls (None: all)."""

    platform: str | None
    operation: str | None
    method: str | None
    path: re.Pattern[str] | None
    after: int
    times: int | None
    do: dict[str, Any] = field(default_factory=dict)
    id: int = 0
    hits: int = 0

    def matches(self, platform: str, operation: str | None, name: str | None, method: str, path: str) -> bool:
        return (
            self.platform in (None, platform)
            and (self.operation is None or self.operation in (operation, name))
            and (self.method is None or self.method.upper() == method)
            and (self.path is None or self.path.search(path) is not None)
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "platform": self.platform,
            "operation": self.operation,
            "method": self.method,
            "path": self.path.pattern if self.path else None,
            "after": self.after,
            "times": self.times,
            "do": self.do,
            "hits": self.hits,
        }


class Faults:
    """The injected faults, oldest first; the first that matches a call applies."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self._last = 0

    def clear(self) -> None:
        self.rules = []

    def add(self, body: Any) -> int:
        fault = read_fault(body)
        self._last += 1
        fault.id = self._last
        self.rules.append(fault)
        return fault.id

    def apply(self, platform: str, operation: str | None, name: str | None, method: str, path: str) -> dict[str, Any]:
        """What to do to this call; empty if no fault matches."""
        for fault in self.rules:
            if (fault.times is not None and fault.hits >= fault.times) or not fault.matches(
                platform, operation, name, method, path
            ):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.hits += 1
            return fault.do
        return {}
