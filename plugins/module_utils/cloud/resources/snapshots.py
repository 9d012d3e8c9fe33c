# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images created from servers."""

from __future__ import annotations

from typing import Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.snapshot import Snapshot, SnapshotQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Snapshots(Resource):
    """Images created from servers, with the id of the server. Creating one is an action on a server."""

    capability = "create_image"
    #: The fields by which the cloud can sort the images, with its names of them.
    sort_keys: Mapping[str, str] = {}

    def list(self, name: str | None = None, status: str | None = None) -> Sequence[Snapshot]:
        """The images with that exact name and status, including uploaded images."""
        raise self.unsupported()

    def iterate(self, query: SnapshotQuery) -> Iterator[Snapshot]:
        """The images of a query, in its order if its sort_key is in ``sort_keys``."""
        raise self.unsupported()

    def get(self, image_id: str) -> Snapshot | None:
        """The image with this id."""
        raise self.unsupported()

    def delete(self, image_id: str) -> None:
        """Deletes the image; it is no error if it does not exist."""
        raise self.unsupported("delete_image")
