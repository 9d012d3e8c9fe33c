"""The request log: each request with its operation, without secrets."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections import deque
from typing import Any

MASK = "********"
SECRET_HEADERS = frozenset(
    {"authorization", "x-auth-token", "x-subject-token", "x-security-token", "x-metadata-token", "cookie"}
)
_SECRET_KEY = re.compile(r"pass|secret|private_key|security_?token|user_data", re.IGNORECASE)

_NEVER_A_MAPPING = frozenset({"adminPass", "adminpass", "new_password"})


def masked(value: Any, inside_token: bool = False) -> Any:
    """The document with every secret replaced. Keystone's token method has its secret under `id`, and the login of
    huaweicloud's KPS has it under `key`, beside its type."""
    if isinstance(value, dict):
        if set(value) == {"type", "key"}:
            return {"type": value["type"], "key": MASK}
        result = {}
        for key, item in value.items():
            # `password` is also the name of Keystone's method; the values of its object are checked one by one.
            leaf = not isinstance(item, (bool, dict)) or key in _NEVER_A_MAPPING
            if item is not None and leaf and (_SECRET_KEY.search(str(key)) or (inside_token and key == "id")):
                result[key] = MASK
            else:
                result[key] = masked(item, str(key) == "token")
        return result
    if isinstance(value, list):
        return [masked(item, inside_token) for item in value]
    return value


class Log:
    """The last requests (100,000 at most), numbered from 1."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=100_000)
        self._last = 0

    def add(self, entry: dict[str, Any]) -> dict[str, Any]:
        self._last += 1
        entry["n"] = self._last
        self._entries.append(entry)
        return entry

    def select(self, platform: str | None = None, operation: str | None = None, since: int = 0) -> list[dict[str, Any]]:
        """Entries after number `since`; `operation` is an id of operations.yml or the name of a call without one."""
        return [
            entry
            for entry in self._entries
            if entry["n"] > since
            and platform in (None, entry["platform"])
            and (operation is None or operation in (entry["operation"], entry["name"]))
        ]
