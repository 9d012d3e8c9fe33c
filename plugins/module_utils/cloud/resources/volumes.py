# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes of servers."""

from __future__ import annotations

from typing import Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.volume import AttachedVolumes, Volume
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Volumes(Resource):
    """The volumes of servers. Attaching and detaching are actions on servers."""

    capability = "attach_volume"

    def list(self, server_ids: Sequence[str]) -> Mapping[str, AttachedVolumes]:
        """The volumes of each server, with one request for each; a server that does not exist is omitted."""
        raise self.unsupported()

    def find(self, name: str | None = None) -> Iterator[Volume]:
        """The volumes of the project with that exact name, or all."""
        raise self.unsupported()
