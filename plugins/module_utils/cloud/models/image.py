# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images of servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Image:
    """The image in the record of a server; both fields are ``None`` for a server that boots from a volume."""

    id: str | None = None
    name: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name}


#: The status of an image that the image service no longer has.
DELETED = "deleted"


@dataclass(frozen=True)
class ImageDetails:
    """An image of the image service. ``kind`` is its visibility in the words of the platform, for example
    ``private``."""

    id: str
    name: str | None = None
    status: str | None = None
    os_type: str | None = None
    kind: str | None = None
    #: The time of its creation: the cloud's own text, ISO 8601 in UTC.
    created: str | None = None

    @property
    def active(self) -> bool:
        """Whether servers can be created from it. The status of an image that could not be read is unknown, and the
        cloud decides."""
        return self.status is None or self.status.lower() == "active"

    @property
    def label(self) -> str:
        return "%s (%s)" % (self.name, self.id) if self.name else self.id

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "status": self.status, "os_type": self.os_type}
