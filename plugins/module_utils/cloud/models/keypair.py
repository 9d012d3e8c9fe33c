# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key pairs, in one form for all platforms."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

#: The scopes of a key pair: of one user, or of all users of the account.
USER, ACCOUNT = "user", "account"


def is_private(text: str | None) -> bool:
    """Whether the text contains a private key in PEM format."""
    return "PRIVATE KEY-----" in (text or "")


@dataclass(frozen=True)
class KeyProtection:
    """How the cloud keeps the private key of a new key pair. ``encryption`` is ``default`` or ``kms``, which needs the
    name or the id of the key of KMS. ``private_key`` is that of an imported public key."""

    encryption: str = "default"
    kms_key_name: str | None = None
    kms_key_id: str | None = None
    private_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Keypair:
    """A key pair. ``private_key`` is only set in the response to its creation, and never in ``as_dict``. ``user_id``,
    ``created``, ``description`` and the fields between ``id`` and ``deleted_at`` are not in a list. ``scope`` is USER
    or ACCOUNT; ``is_key_protection``: the cloud keeps the private key."""

    name: str
    public_key: str | None = None
    type: str | None = None
    fingerprint: str | None = None
    user_id: str | None = None
    created: str | None = None
    id: int | None = None
    updated_at: str | None = None
    deleted: bool | None = None
    deleted_at: str | None = None
    scope: str | None = None
    description: str | None = None
    is_key_protection: bool | None = None
    private_key: str | None = field(default=None, repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        found = asdict(self)
        del found["private_key"]
        return found
