# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compute services and hypervisors."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import Hypervisor, Service
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Hosts(Resource):
    """Compute services and hypervisors, for administrators."""

    capability = "services"

    def list_services(self, host: str | None = None, binary: str | None = None) -> Sequence[Service]:
        """Every service, or those of one host, or of one binary."""
        raise self.unsupported()

    def update_service(self, service: Service, changes: Mapping[str, Any]) -> None:
        """``changes``: the fields to change, ``status`` with ``disabled_reason`` (``None`` for none), ``forced_down``.
        It is safe to repeat."""
        raise self.unsupported()

    def list_hypervisors(self, pattern: str | None = None, servers: bool = False) -> Sequence[Hypervisor]:
        """Every hypervisor, or those with this part in their name; ``servers`` also reads the servers of each."""
        raise self.unsupported("hypervisors")
