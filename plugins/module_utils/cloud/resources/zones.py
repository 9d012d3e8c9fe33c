# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Availability zones."""

from __future__ import annotations

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.aggregate import Zone
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Zones(Resource):
    """Availability zones."""

    capability = "zones"

    def list(self, hosts: bool = False) -> Sequence[Zone]:
        """Every zone; ``hosts`` also reads the hosts of each zone, which needs an administrator."""
        raise self.unsupported()
