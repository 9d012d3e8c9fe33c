# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The images of Glance. Sources: the Image API v2 reference; E29 of the operations list."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ItemNotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import can_be_id, path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    name_in,
    part_of,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.images import Images


class NovaImages(Images):
    """``/v2/images``."""

    api: NovaApi

    def list(self, name: str | None = None) -> Sequence[ImageDetails]:
        # Glance treats a value that begins with `in:` as a list of values.
        params = {"limit": "1000", **({"name": name} if name and not name.startswith("in:") else {})}
        found = [_image(data) for data in image_pages(self.api, params)]
        return [image for image in found if name in (None, image.name)]

    def get(self, image_id: str) -> ImageDetails | None:
        found = show_image(self.api, image_id)
        return None if found is None else _image(found)


def image_url(api: NovaApi, image_id: str) -> str:
    """The URL of one image."""
    return "%s/images/%s" % (api.image_endpoint, path_segment(image_id))


def image_pages(api: NovaApi, params: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """The images of all pages, in Glance's format."""
    return api.session.by_link(api.image_endpoint + "/images", "images", params=params, what="list the images")


def show_image(api: NovaApi, image_id: str) -> Mapping[str, Any] | None:
    """The image with this id in Glance's format; ``None`` if it does not exist."""
    if not can_be_id(image_id):
        return None
    what = "show the image %s" % image_id
    try:
        body = api.session.get(image_url(api, image_id), what=what).body
    except ItemNotFound:
        return None
    part_of(body, "id", what, str)
    found: Mapping[str, Any] = body
    return found


def _image(data: Mapping[str, Any]) -> ImageDetails:
    return ImageDetails(
        id=id_in(data, "an image"),
        name=name_in(data, "an image"),
        status=text(data.get("status")),
        os_type=text(data.get("os_type")),
        kind=text(data.get("visibility")),
        created=text(data.get("created_at")),
    )
