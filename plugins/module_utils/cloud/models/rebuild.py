# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images, and the order for a server's new system disk, as every platform understands them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

#: The key of a server's metadata that keeps the image which was put on it last. A server that boots from a volume
#: shows no image.
IMAGE_RECORD = "cloudserver_image"


@dataclass(frozen=True)
class RebuildSpec:
    """What a server is to become. ``user_data`` is base64; ``image`` is ``None`` for the image that it has."""

    image: ImageDetails | None = None
    #: The image of this one server, and whether that is the one which it runs already.
    image_id: str = ""
    same_image: bool = False
    cloud_init: bool = True
    password: str | None = field(default=None, repr=False)
    key_name: str | None = None
    user_id: str | None = None
    user_data: str | None = field(default=None, repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict)
    encrypted: bool | None = None
    kms_key_id: str | None = None
    #: The cloud stops a running server by itself.
    stop_running: bool = False
    auto_pay: bool = False


def image_of(server: Server) -> str | None:
    """The id of the image that the server runs, as far as it shows or was recorded."""
    return server.image.id or server.metadata.get(IMAGE_RECORD) or None


def metadata_wanted(server: Server, order: RebuildSpec) -> dict[str, str]:
    """What of the server's metadata the order sets: the record of the image only where nothing else tells it."""
    found = dict(order.metadata)
    if not server.image.id:
        found[IMAGE_RECORD] = order.image_id
    return found
