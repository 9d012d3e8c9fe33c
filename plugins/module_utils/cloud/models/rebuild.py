# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The request to rebuild a server, in one form for all platforms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Mapping

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

#: The metadata key of a server with the id of its last image. The record of a server that boots from a volume contains
#: no image.
IMAGE_RECORD = "cloudserver_image"


@dataclass(frozen=True)
class RebuildSpec:
    """The properties of the server after the rebuild. ``user_data`` is base64; ``image`` is ``None`` for the present
    image."""

    image: ImageDetails | None = None
    #: The image of this server, and whether it is its present image.
    image_id: str = ""
    same_image: bool = False
    cloud_init: bool = True
    password: str | None = field(default=None, repr=False)
    key_name: str | None = None
    user_id: str | None = None
    user_data: str | None = field(default=None, repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict)
    #: The new name of the server.
    name: str | None = None
    encrypted: bool | None = None
    kms_key_id: str | None = None
    #: The cloud stops a running server automatically.
    stop_running: bool = False
    auto_pay: bool = False


def image_of(server: Server) -> str | None:
    """The id of the present image of the server, if the record shows it."""
    return server.image.id or server.metadata.get(IMAGE_RECORD) or None


def metadata_wanted(server: Server, order: RebuildSpec) -> dict[str, str]:
    """The metadata that the request sets: the id of the image, only if the record does not show it otherwise."""
    found = dict(order.metadata)
    if not server.image.id:
        found[IMAGE_RECORD] = order.image_id
    return found
