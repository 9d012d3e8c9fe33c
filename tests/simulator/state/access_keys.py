"""Temporary access keys of huaweicloud, which end by the simulator's clock."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import secrets
from typing import Any

from simulator.state.clock import Clock


class TemporaryKeys:
    """Issues keys with a security token, and keeps those that have ended: the gateway names them in its refusal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._keys: dict[str, dict[str, Any]] = {}

    def issue(self, lifetime: float, agency: str) -> dict[str, Any]:
        key: dict[str, Any] = {
            "access_key": "HST" + secrets.token_hex(8).upper() + "0",
            "secret_key": secrets.token_hex(20),
            "security_token": "ggpjbi1ub3J0aC00" + secrets.token_urlsafe(90),
            "agency": agency,
            "expires": self._clock.now() + lifetime,
        }
        self._keys[str(key["access_key"])] = key
        return key

    def rows(self) -> dict[str, dict[str, Any]]:
        """Every key by its id."""
        return dict(self._keys)

    def has_ended(self, access_key: str) -> bool:
        key = self._keys.get(access_key)
        return key is not None and key["expires"] <= self._clock.now()

    def expire(self, security_token: str | None = None) -> int:
        """End the key with this token, or every key; returns their number."""
        ended = [key for key in self._keys.values() if security_token in (None, key["security_token"])]
        for key in ended:
            key["expires"] = min(key["expires"], self._clock.now())
        return len(ended)
