# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is attached to a server, and the images that were made of it, in one shape for every platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

#: The key of an image's metadata that keeps the server of which it was made: Nova itself records none for a server
#: that boots from a volume.
SERVER_RECORD = "cloudserver_server"


@dataclass(frozen=True)
class VolumeAttachment:
    """A volume on a server. ``delete_on_termination`` is told from microversion 2.79 on, ``tag`` from 2.70 on."""

    volume_id: str
    device: str | None = None
    tag: str | None = None
    delete_on_termination: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "volume_id": self.volume_id,
            "device": self.device,
            "tag": self.tag,
            "delete_on_termination": self.delete_on_termination,
        }


@dataclass(frozen=True)
class FixedIp:
    ip: str
    subnet_id: str | None = None


@dataclass(frozen=True)
class Interface:
    """A port on a server. ``state`` is the port's, ``ACTIVE`` when it carries traffic."""

    port_id: str
    network_id: str | None = None
    mac: str | None = None
    state: str | None = None
    fixed_ips: tuple[FixedIp, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "port_id": self.port_id,
            "network_id": self.network_id,
            "mac": self.mac,
            "state": self.state,
            "fixed_ips": [{"ip_address": each.ip, "subnet_id": each.subnet_id} for each in self.fixed_ips],
        }


@dataclass(frozen=True)
class Snapshot:
    """An image, with what tells of which server it was made. ``size`` is in bytes, ``min_disk_gb`` in GiB."""

    id: str
    name: str | None = None
    status: str | None = None
    size: int | None = None
    min_disk_gb: int | None = None
    server_id: str | None = None
    #: Whether it was made of a server, and not uploaded.
    snapshot: bool = False
    protected: bool = False
    created: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return "%s (%s)" % (self.name, self.id) if self.name else self.id

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "size": self.size,
            "min_disk_gb": self.min_disk_gb,
            "server_id": self.server_id,
            "snapshot": self.snapshot,
            "protected": self.protected,
            "created": self.created,
            "metadata": dict(self.metadata),
        }
