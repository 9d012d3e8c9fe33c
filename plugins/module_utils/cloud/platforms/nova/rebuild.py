# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rebuilding servers of a Nova cloud, and the images of its Glance.

Facts: the Nova API reference (rebuild: ``key_name`` from microversion 2.54, ``user_data`` from 2.57, another image for
a volume-backed server from 2.93), the Image API v2 reference; E26, E29 and E57 of docs/operations.yml.
"""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ItemNotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import can_be_id, path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import (
    IMAGE_RECORD,
    RebuildSpec,
    metadata_wanted,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import DocumentedResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import part_of, text
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    ActionRequest,
    NovaActions,
)


class NovaRebuild(NovaActions):
    """``rebuild`` and ``/v2/images``."""

    #: Nova takes 65535 characters of base64.
    max_user_data_bytes = 49149

    @property
    def image_endpoint(self) -> str:
        """The image service's endpoint with its version, without a trailing slash."""
        base = str(self.session.auth.endpoint("image"))
        return base if re.search(r"/v2(\.\d+)?$", base) else base + "/v2"

    def images(self, name: str | None = None, image_id: str | None = None) -> Sequence[ImageDetails]:
        base = self.image_endpoint
        if image_id is None:
            # Glance reads `in:` at the beginning of a value as a list of values.
            params = {"limit": "1000", **({"name": name} if name and not name.startswith("in:") else {})}
            found = [_image(data) for data in self._pages(base + "/images", params)]
            return [image for image in found if name in (None, image.name)]
        if not can_be_id(image_id):
            return []
        what = "show the image %s" % image_id
        try:
            body = self.session.get("%s/images/%s" % (base, path_segment(image_id)), what=what).body
        except ItemNotFound:
            return []
        part_of(body, "id", what, str)
        return [_image(body)]

    def _pages(self, url: str, params: dict[str, str]) -> Iterator[Mapping[str, Any]]:
        """The images of all pages."""
        return self.session.by_link(url, "images", params=params, what="list the images")

    def os_problem(self, order: RebuildSpec, server: Server | None = None) -> str | None:
        if server is not None:
            recorded = server.metadata.get(IMAGE_RECORD)
            other = not server.image.id and recorded and recorded != order.image_id
            if other and self.version < (2, 93):
                return "it boots from a volume, and this cloud gives such a server no other image (microversion 2.93)"
            return None
        if order.encrypted is not None:
            text_of = "encrypted: %s keeps the disk's encryption in a rebuild; use an encrypted volume type"
            return text_of % self.platform
        for option, value, needed in (("key_name", order.key_name, (2, 54)), ("user_data", order.user_data, (2, 57))):
            if value and self.version < needed:
                return "%s: a rebuild takes it from microversion %d.%d on, and this cloud has %d.%d" % (
                    (option,) + needed + self.version
                )
        return None


def rebuild(cloud: NovaActions, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    spec: RebuildSpec = arguments["spec"]
    body = {"rebuild": _rebuild(server, spec)}
    return ActionRequest(body, answer=DocumentedResponse((202,), "server"), image_id=spec.image_id)


def _rebuild(server: Server, order: RebuildSpec) -> dict[str, Any]:
    wanted: dict[str, Any] = {"imageRef": order.image_id}
    for key, value in (("adminPass", order.password), ("key_name", order.key_name), ("user_data", order.user_data)):
        if value:
            wanted[key] = value
    metadata = metadata_wanted(server, order)
    if metadata:
        # A rebuild replaces the whole of it; nobody asked to lose the rest.
        wanted["metadata"] = {**{key: str(value) for key, value in server.metadata.items()}, **metadata}
    return wanted


def _image(data: Mapping[str, Any]) -> ImageDetails:
    return ImageDetails(
        id=text(data.get("id")) or "",
        name=text(data.get("name")),
        status=text(data.get("status")),
        os_type=text(data.get("os_type")),
        kind=text(data.get("visibility")),
    )
