# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access keys that sign requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import AccessKey


@dataclass(frozen=True)
class Key:
    """An access key and its secret. expires is in seconds since 1970, 0.0 if it is unknown."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    security_token: str = field(default="", repr=False)
    expires: float = 0.0


class Keys(Protocol):
    """The key that signs the next request."""

    def current(self) -> Key:
        """Raises CloudError if there is no key and none can be requested."""

    def replace(self, used: str | None) -> bool:
        """After the cloud refused the key with the security token ``used``: True if there is another key now."""

    def secrets(self) -> set[str]:
        """Every secret in use."""


class GivenKey:
    """The key of the credentials, which cannot be renewed."""

    def __init__(self, known: AccessKey) -> None:
        self._key = Key(known.access_key, known.secret_key, known.security_token)

    def current(self) -> Key:
        return self._key

    def replace(self, used: str | None) -> bool:
        return False

    def secrets(self) -> set[str]:
        return set()
