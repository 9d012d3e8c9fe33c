"""Key pairs: public keys are decoded; generated private keys have the right format, but no use."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
import struct
from dataclasses import dataclass
from typing import Any

# The first line of every generated private key, after the bytes that make it look like any other. A search for the
# marker finds each of them.
_LOOKS_REAL = bytes.fromhex("308204a40201000282010100")
_MARK = b"simulated private key: never show it"
PRIVATE_KEY_MARKER = base64.b64encode(_LOOKS_REAL + _MARK).decode()[16:]
_CURVES = {"ecdsa-sha2-nistp256": 65, "ecdsa-sha2-nistp384": 97, "ecdsa-sha2-nistp521": 133}


class InvalidKey(ValueError):
    """The text is not a public key; the message says why."""


@dataclass
class Keypair:
    """A key pair without the private key. `created` is epoch seconds. The last four are of huaweicloud's KPS: a key
    pair of scope `domain` is the account's, and `protected` says that the service keeps the private key."""

    name: str
    public_key: str
    fingerprint: str
    type: str
    user_id: str
    created: float
    number: int
    scope: str = "user"
    description: str = ""
    protected: bool = False
    private_digest: str | None = None  # SHA-256 of the private key, where it is known


class Keypairs:
    """The key pairs of one platform; a name is unique for its user."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Keypair] = {}
        self._last = 0

    def list_keys(self, user_id: str) -> list[Keypair]:
        return [row for row in self.visible(user_id) if row.scope == "user"]

    def visible(self, user_id: str) -> list[Keypair]:
        """The key pairs of the user and of the account."""
        rows = [row for row in self.rows.values() if row.user_id == user_id or row.scope == "domain"]
        return sorted(rows, key=lambda row: row.name)

    def get(self, user_id: str, name: str) -> Keypair | None:
        """A key pair of the user."""
        row = self.rows.get((user_id, name))
        return row if row is not None and row.scope == "user" else None

    def find(self, user_id: str, name: str) -> Keypair | None:
        """A key pair of the user or of the account."""
        return next((row for row in self.visible(user_id) if row.name == name), None)

    def add(
        self,
        user_id: str,
        name: str,
        public_key: str,
        kind: str,
        now: float,
        scope: str = "user",
        private_digest: str | None = None,
    ) -> Keypair:
        """Raises InvalidKey."""
        self._last += 1
        key = Keypair(name, public_key, fingerprint(public_key, kind), kind, user_id, now, self._last, scope)
        key.private_digest = private_digest
        self.rows[user_id, name] = key
        return key

    def remove(self, key: Keypair) -> None:
        del self.rows[key.user_id, key.name]


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _number(value: int) -> bytes:
    return _string(value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _parts(blob: bytes) -> list[bytes]:
    """The length-prefixed fields of a key. Raises InvalidKey where they do not fill it exactly."""
    parts = []
    while blob:
        if len(blob) < 4:
            raise InvalidKey("the key is cut short")
        (length,) = struct.unpack(">I", blob[:4])
        if length > len(blob) - 4:
            raise InvalidKey("the key is cut short")
        parts.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    return parts


def decode(public_key: str) -> bytes:
    """The binary key of a line of OpenSSH's public key format (RFC 4253, 5656, 8709). Raises InvalidKey."""
    match = re.match(r"(\S+)[ \t]+(\S+)(?:[ \t]+[^\n]*)?\s*\Z", public_key)
    if match is None:
        raise InvalidKey("not a line of a type, a key and a comment")
    kind, text = match.groups()
    try:
        blob = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidKey("the key is not base64") from None
    parts = _parts(blob)
    if not parts or parts[0] != kind.encode():
        raise InvalidKey("the type before the key is not the one inside it")
    if kind == "ssh-rsa":
        right = len(parts) == 3 and int.from_bytes(parts[1], "big") >= 3 and len(parts[2]) >= 128
    elif kind == "ssh-ed25519":
        right = len(parts) == 2 and len(parts[1]) == 32
    elif kind in _CURVES:
        right = (
            len(parts) == 3
            and parts[1] == kind[-8:].encode()
            and len(parts[2]) == _CURVES[kind]
            and parts[2][:1] == b"\4"
        )
    else:
        raise InvalidKey("unknown type %s" % kind)
    if not right:
        raise InvalidKey("the numbers of the key are wrong")
    return blob


def fingerprint(public_key: str, kind: str = "ssh") -> str:
    """MD5 of the key, SHA-1 of a certificate, in pairs of digits. Raises InvalidKey."""
    if kind == "ssh":
        digest = hashlib.md5(decode(public_key), usedforsecurity=False).hexdigest()
    else:
        match = re.fullmatch(r"-----BEGIN CERTIFICATE-----\s(.+?)-----END CERTIFICATE-----\s*", public_key, re.DOTALL)
        try:
            data = base64.b64decode("".join(match.group(1).split()), validate=True) if match else b""
        except (binascii.Error, ValueError):
            data = b""
        if data[:1] != b"\x30":
            raise InvalidKey("not a certificate in PEM form")
        digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    return ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))


def stable_public_key(*words: Any) -> str:
    """An ed25519 public key that depends on the words alone; it has no private key."""
    point = hashlib.sha256("/".join(str(word) for word in words).encode()).digest()
    return "ssh-ed25519 %s simulator" % base64.b64encode(_string(b"ssh-ed25519") + _string(point)).decode()


def generate(kind: str) -> tuple[str, str]:
    """A private and a public key in the cloud's formats. They can be decoded, but do not match."""
    if kind == "x509":
        certificate = b"\x30\x82\x03\x00" + secrets.token_bytes(760)
        return _pem("PRIVATE KEY", _LOOKS_REAL + _MARK + secrets.token_bytes(1144)), _pem("CERTIFICATE", certificate)
    modulus = int.from_bytes(secrets.token_bytes(256), "big") | 1 << 2047 | 1
    blob = _string(b"ssh-rsa") + _number(65537) + _number(modulus)
    private = _pem("RSA PRIVATE KEY", _LOOKS_REAL + _MARK + secrets.token_bytes(1144))
    return private, "ssh-rsa %s Generated-by-Nova" % base64.b64encode(blob).decode()


def _pem(name: str, data: bytes) -> str:
    encoded = base64.b64encode(data).decode()
    lines = [encoded[place : place + 64] for place in range(0, len(encoded), 64)]
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n" % (name, "\n".join(lines), name)
