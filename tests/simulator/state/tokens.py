"""Tokens of one platform's identity service."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from simulator.state.clock import Clock


@dataclass(eq=False)
class Token:
    """An issued token; `project` is None for one of a domain or the system, and for an unscoped one. Times are epoch
    seconds."""

    id: str
    user: dict[str, Any]
    project: dict[str, Any] | None
    roles: list[str]
    methods: list[str]
    issued: float
    expires: float
    application_credential: dict[str, Any] | None = None
    domain: dict[str, Any] | None = None
    system: bool = False
    trust: dict[str, Any] | None = None
    audit_id: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def is_admin(self) -> bool:
        return "admin" in self.roles

    @property
    def is_scoped(self) -> bool:
        return self.system or self.domain is not None or self.project is not None

    def permits(self, service: str, method: str, path: str) -> bool:
        """Whether the access rules of its application credential, if it has any, allow a request to the service."""
        rules = (self.application_credential or {}).get("access_rules")
        return rules is None or any(
            (rule["service"], rule["method"]) == (service, method) and _matches(path, rule["path"]) for rule in rules
        )


def _matches(path: str, pattern: str) -> bool:
    """`{name}` and `*` are one part of a path, `**` is any number of them."""
    parts = re.split(r"(\{[^}]*\}|\*\*|\*)", pattern)
    known = {"**": ".*", "*": "[^/]+"}
    expression = "".join(known.get(part, "[^/]+" if part.startswith("{") else re.escape(part)) for part in parts)
    return re.fullmatch(expression, path) is not None


class Tokens:
    """Issues tokens, and finds the valid ones."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens: dict[str, Token] = {}

    def issue(self, lifetime: float, **fields: Any) -> Token:
        now = self._clock.now()
        token = Token(id="gAAAAA" + secrets.token_urlsafe(110), issued=now, expires=now + lifetime, **fields)
        self._tokens[token.id] = token
        return token

    def find(self, token_id: str | None) -> Token | None:
        """The token, None if it is unknown, revoked or expired."""
        token = self._tokens.get(token_id or "")
        return token if token is not None and self._clock.now() < token.expires else None

    def revoke(self, token_id: str | None) -> None:
        self._tokens.pop(token_id or "", None)

    def expire_all(self) -> int:
        count = len(self._tokens)
        self._tokens.clear()
        return count
