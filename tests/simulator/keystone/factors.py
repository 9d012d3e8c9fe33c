"""Several factors of one login: one-time passwords, and the receipt for what is still missing."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from typing import Any

from simulator.http.call import Call, Refusal
from simulator.state.clock import iso_us
from simulator.state.ids import hex_id

#: Seconds that a one-time password is new, and how many of the last are taken (Keystone's defaults).
PERIOD = 30
WINDOWS = 2
RECEIPT_SECONDS = 300


def passcode(seed: str, moment: float) -> str:
    """The one-time password (RFC 6238, six digits) of a base32 seed at a time in epoch seconds."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", int(moment // PERIOD)), hashlib.sha1).digest()
    start = digest[-1] & 15
    return "%06d" % ((int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF) % 1000000)


def is_passcode(user: dict[str, Any], given: Any, now: float) -> bool:
    if not user.get("totp"):
        return False
    return given in [passcode(user["totp"], now - PERIOD * window) for window in range(WINDOWS)]


def check_factors(call: Call, user: dict[str, Any], methods: list[str]) -> None:
    """Raise the 401 with a receipt where the user has to log in with more."""
    rules = user.get("factors") or []
    if not rules or any(set(rule) <= set(methods) for rule in rules):
        return
    domain = call.sim.platform(call.platform)["domains"][0]
    named = {"id": hex_id(call.platform, "user", user["name"]), "name": user["name"], "domain": dict(domain)}
    receipt = {
        "methods": methods,
        "user": named,
        "expires_at": iso_us(call.now + RECEIPT_SECONDS),
        "issued_at": iso_us(call.now),
    }
    headers = {"Openstack-Auth-Receipt": secrets.token_urlsafe(90), "Vary": "X-Auth-Token"}
    raise Refusal(401, {"receipt": receipt, "required_auth_methods": rules}, headers)
