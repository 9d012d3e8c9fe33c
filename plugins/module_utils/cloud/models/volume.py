# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes, and the volumes of servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class VolumeAttachment:
    """A volume on a server. Nova returns ``delete_on_termination`` from microversion 2.79 on, and ``tag`` from 2.70 on;
    ``boot_index`` 0 is the volume that the server boots from."""

    volume_id: str
    device: str | None = None
    tag: str | None = None
    delete_on_termination: bool | None = None
    boot_index: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "volume_id": self.volume_id,
            "device": self.device,
            "tag": self.tag,
            "delete_on_termination": self.delete_on_termination,
            "boot_index": self.boot_index,
        }


@dataclass(frozen=True)
class AttachedVolumes:
    """The volumes of a server, and how many more it can take; ``free`` is ``None`` if the cloud does not return it."""

    volumes: tuple[VolumeAttachment, ...] = ()
    free: int | None = None


#: A server without volumes.
NO_VOLUMES = AttachedVolumes()


@dataclass(frozen=True)
class Volume:
    """A volume of the volume service, and the servers that it is attached to."""

    id: str
    name: str | None = None
    status: str | None = None
    server_ids: tuple[str, ...] = ()
