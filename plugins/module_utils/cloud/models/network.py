# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks for servers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Network:
    """A network of the network service."""

    id: str
    name: str | None = None

    @property
    def label(self) -> str:
        return "%s (%s)" % (self.name, self.id) if self.name else self.id


@dataclass(frozen=True)
class SecurityGroup:
    """A security group of a server; a record may show only its name, and a task may give only one of both."""

    id: str | None = None
    name: str | None = None

    @property
    def label(self) -> str:
        return str(self.name or self.id)

    @property
    def reference(self) -> str:
        """The word for a request: the id, because several groups may have one name."""
        return str(self.id or self.name)

    def is_same(self, other: SecurityGroup) -> bool:
        if self.id and other.id:
            return self.id == other.id
        return self.name is not None and self.name == other.name
