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
