# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images."""

from __future__ import annotations

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Images(Resource):
    """The images of the project."""

    capability = "images"

    def list(self, name: str | None = None) -> Sequence[ImageDetails]:
        """The images with that exact name, or all."""
        raise self.unsupported()

    def get(self, image_id: str) -> ImageDetails | None:
        """The image with this id."""
        raise self.unsupported()
