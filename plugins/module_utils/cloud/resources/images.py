# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images."""

from __future__ import annotations

from typing import Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Images(Resource):
    """The images of the project."""

    capability = "images"
    _names: Mapping[str, str] | None = None

    def list(self, name: str | None = None) -> Sequence[ImageDetails]:
        """The images with that exact name, or all."""
        raise self.unsupported()

    def names(self) -> Mapping[str, str]:
        """The name of each image of the list, by its id; the list is read once."""
        if self._names is None:
            self._names = {image.id: image.name for image in self.list() if image.name}
        return self._names

    def get(self, image_id: str) -> ImageDetails | None:
        """The image with this id."""
        raise self.unsupported()
