# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks."""

from __future__ import annotations

from typing import Iterator, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import Network
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Networks(Resource):
    """The networks of the project, and related resources."""

    capability = "networks"
    #: The ids of networks, subnets and ports that this task has found in the cloud by name.
    found_by_name: frozenset[str] = frozenset()

    #: The kind of what a server is attached to, for ``find``.
    network_kind = "networks"

    def list(self, name: str | None = None) -> Sequence[Network]:
        """The networks with that exact name, or all."""
        raise self.unsupported()

    def list_names(self, kind: str, ids: Sequence[str] = ()) -> Sequence[tuple[str, str | None]]:
        """The id and name of each resource of a kind, with these ids or all. ``kind`` is ``networks``, ``subnets``,
        ``ports`` or ``security-groups``."""
        raise self.unsupported()

    def find(self, kind: str, name: str | None = None, within: str | None = None) -> Iterator[Network]:
        """The resources of a kind with that exact name, or all. ``kind`` is ``networks``, ``subnets``, ``ports`` or
        ``vpcs``. ``within`` is the id of the network or VPC of subnets."""
        raise self.unsupported()
