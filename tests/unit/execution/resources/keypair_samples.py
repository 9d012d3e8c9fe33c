# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of plans and of their execution share."""

from __future__ import annotations

import base64
import struct


def public(seed: str, comment: str = "") -> str:
    def field(data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + data

    blob = base64.b64encode(field(b"ssh-ed25519") + field(seed.encode().ljust(32, b"."))).decode()
    return f"ssh-ed25519 {blob} {comment}".strip()


A, B = public("a"), public("b")
PRIVATE = "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0\n-----END RSA PRIVATE KEY-----\n"
