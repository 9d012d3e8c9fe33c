# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module may ask of a cloud about what hangs on its servers; see ``resource_calls`` for how such calls behave.

What is done to a server, attaching for example, is a deed of ``Compute.perform``.
"""

from __future__ import annotations

from typing import Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.interface import Interface
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.snapshot import Snapshot
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.volume import VolumeAttachment


class AttachmentCalls:
    """Volumes and ports of servers, and the images made of them."""

    def volume_attachments(self, server_ids: Sequence[str]) -> Mapping[str, Sequence[VolumeAttachment]]:
        """The volumes of each server, at a request for each; a server that does not exist is left out."""
        raise NotImplementedError

    def interfaces(self, server_ids: Sequence[str]) -> Mapping[str, Sequence[Interface]]:
        """The ports of each server, at a request for each; a server that does not exist is left out."""
        raise NotImplementedError

    def snapshots(
        self, name: str | None = None, image_id: str | None = None, status: str | None = None
    ) -> Sequence[Snapshot]:
        """The images of that exact name, id or status; those that were uploaded too."""
        raise NotImplementedError

    def delete_image(self, image_id: str) -> None:
        """One that is not there is deleted already."""
        raise NotImplementedError
