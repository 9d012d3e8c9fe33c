# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports of servers, in one form for all platforms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: The metadata key of an image with the id of its server: Nova itself records none for a server that boots from a
#: volume.
SERVER_RECORD = "cloudserver_server"


@dataclass(frozen=True)
class FixedIp:
    """An address of a port."""

    ip: str
    subnet_id: str | None = None


@dataclass(frozen=True)
class Interface:
    """A port on a server. ``state`` is the state of the port, ``ACTIVE`` if it is in use. Nova returns ``tag`` from
    microversion 2.70 on; ``None`` means none, or unknown."""

    port_id: str
    network_id: str | None = None
    mac: str | None = None
    state: str | None = None
    fixed_ips: tuple[FixedIp, ...] = ()
    tag: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "port_id": self.port_id,
            "network_id": self.network_id,
            "mac": self.mac,
            "state": self.state,
            "fixed_ips": [{"ip_address": each.ip, "subnet_id": each.subnet_id} for each in self.fixed_ips],
            "tag": self.tag,
        }
