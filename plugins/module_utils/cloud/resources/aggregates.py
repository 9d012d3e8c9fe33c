# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Host aggregates."""

from __future__ import annotations

from typing import Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.aggregate import Aggregate
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Aggregates(Resource):
    """Host aggregates, for administrators."""

    capability = "aggregates"

    def list(self) -> Sequence[Aggregate]:
        """Every aggregate."""
        raise self.unsupported()

    def create(self, name: str, availability_zone: str | None) -> Aggregate:
        """Creates an aggregate without hosts."""
        raise self.unsupported()

    def update(self, aggregate_id: int, changes: Mapping[str, str]) -> None:
        """``changes``: the fields to change, ``name`` and ``availability_zone``."""
        raise self.unsupported()

    def delete(self, aggregate_id: int) -> None:
        """Deletes the aggregate; it is no error if it does not exist."""
        raise self.unsupported()

    def set_metadata(self, aggregate_id: int, metadata: Mapping[str, str | None]) -> None:
        """Adds and changes keys; ``None`` removes a key; other keys are kept."""
        raise self.unsupported()

    def add_host(self, aggregate_id: int, host: str) -> None:
        """Adds a compute host."""
        raise self.unsupported()

    def remove_host(self, aggregate_id: int, host: str) -> None:
        """Removes a compute host."""
        raise self.unsupported()
