# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes of servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class VolumeAttachment:
    """A volume on a server. ``delete_on_termination`` is returned from microversion 2.79 on, ``tag`` from 2.70 on."""

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
