# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images that were created from servers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

#: The metadata key with the name that a task gave to an image. Nova copies the metadata of an image to the images of
#: servers that were created from it, so this name and the name of the image differ on an image of another origin.
NAME_RECORD = "cloudserver_snapshot"


@dataclass(frozen=True)
class SnapshotQuery:
    """The query of a list of images; ``updated_since`` is a time in UTC. The caller checks every image again."""

    name: str | None = None
    status: str | None = None
    type: str | None = None
    updated_since: str | None = None
    #: The field to sort by, if the cloud can (``Snapshots.sort_keys``).
    sort_key: str = ""
    descending: bool = False
    page_size: int = 1000


@dataclass(frozen=True)
class Snapshot:
    """An image, with the server from which it was created. ``size`` is in bytes, ``min_disk_gb`` in GiB."""

    id: str
    name: str | None = None
    status: str | None = None
    size: int | None = None
    min_disk_gb: int | None = None
    server_id: str | None = None
    #: Whether it was created from a server, and not uploaded.
    snapshot: bool = False
    protected: bool = False
    created: str | None = None
    updated: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str | None:
        """``snapshot`` or ``backup``, as the cloud recorded it in the image."""
        return self.metadata.get("image_type")

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
            "updated": self.updated,
            "metadata": dict(self.metadata),
        }
