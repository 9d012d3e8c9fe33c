# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compute services and hypervisors."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import Hypervisor, Service
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Hosts(Resource):
    """The compute services and hypervisors, for administrators of a cloud that has its own."""

    capability = "services"

    def list_services(self, host: str | None = None, binary: str | None = None) -> Sequence[Service]:
        """Every service, those of one host, those of one kind."""
        raise self.unsupported()

    def update_service(self, service: Service, changes: Mapping[str, Any]) -> None:
        """``changes``: ``status`` with ``disabled_reason`` (``None`` for none), ``forced_down``, what of them is to
        change. Doing it again does no harm."""
        raise self.unsupported()

    def list_hypervisors(self, pattern: str | None = None, servers: bool = False) -> Sequence[Hypervisor]:
        """Every hypervisor, or those with this part in their name; ``servers`` reads the servers of each too."""
        raise self.unsupported("hypervisors")
