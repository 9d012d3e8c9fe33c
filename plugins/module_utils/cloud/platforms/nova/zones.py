# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova's availability zones, which Huawei Cloud serves too.

Facts: the Nova API reference; operations E53 of the operations list; behaviour seen on a real Nova 34.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import PermissionDenied
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.aggregate import Zone
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    mapping,
    part_of,
    records,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.zones import Zones


class NovaZones(Zones):
    """``/os-availability-zone``."""

    api: NovaApi

    def list(self, hosts: bool = False) -> Sequence[Zone]:
        self.api.require("zone_hosts" if hosts else "zones")
        what = "list the availability zones"
        try:
            body = self.api.read("/os-availability-zone/detail" if hosts else "/os-availability-zone", what)
        except PermissionDenied as error:
            if not hosts:
                raise
            body = self.api.read("/os-availability-zone", what)
            self.api.withhold("the hosts of availability zones", error)
        listed = part_of(body, "availabilityZoneInfo", what, list)
        return [zone(entry) for entry in records(listed, what)]


def zone(data: Mapping[str, Any]) -> Zone:
    """A zone; its hosts are ``None`` if they were not requested."""
    return Zone(
        name=id_in(data, "an availability zone", "zoneName"),
        available=mapping(data.get("zoneState")).get("available"),
        hosts=data.get("hosts"),
    )
