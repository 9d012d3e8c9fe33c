# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The images of IMS.

Sources: Image Management Service API Reference, "Querying Images".
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.endpoints import assumed_endpoint
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    InvalidResponse,
    NotFound,
    PermissionDenied,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    name_in,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.images import Images

#: The kinds of images that belong to no enterprise project: public, shared and from the marketplace.
_OF_NO_PROJECT = ("gold", "shared", "market")


class HuaweiImages(Images):
    """``/v2/cloudimages``."""

    api: HuaweiApi

    def list(self, name: str | None = None) -> Sequence[ImageDetails]:
        return [image for image in self._read(name=name) if name in (None, image.name)]

    def get(self, image_id: str) -> ImageDetails | None:
        return next((image for image in self._read(id=image_id) if image.id == image_id), None)

    def _read(self, name: str | None = None, id: str | None = None) -> Sequence[ImageDetails]:
        """The images of the project. A user who is limited to an enterprise project cannot list them: then the images
        of the enterprise project, and those that belong to none."""
        project = self.api.enterprise_project_id
        try:
            return self._request(name, id)
        except PermissionDenied:
            if not project:
                raise
        found = {image.id: image for image in self._request(name, id, enterprise_project_id=project)}
        for kind in _OF_NO_PROJECT:
            found.update((image.id, image) for image in self._request(name, id, __imagetype=kind))
        return list(found.values())

    def _request(self, name: str | None, id: str | None, **more: str) -> Sequence[ImageDetails]:
        found = self.api.session.by_marker(
            "%s/v2/cloudimages" % self.api.session.auth.endpoint("image"),
            "images",
            params={"name": name, "id": id, **more},
            what="list the images",
        )
        try:
            return [_image(data) for data in found]
        except (NotFound, InvalidResponse) as error:
            error.hint = assumed_endpoint(self.api.session.settings, "image") or error.hint
            raise


def _image(data: Mapping[str, Any]) -> ImageDetails:
    return ImageDetails(
        id=id_in(data, "an image"),
        name=name_in(data, "an image"),
        status=text(data.get("status")),
        os_type=text(data.get("__os_type")),
        kind=text(data.get("__imagetype")),
        created=text(data.get("created_at")),
    )
