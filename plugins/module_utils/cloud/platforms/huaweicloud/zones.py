# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Availability zones of Huawei Cloud: ECS's own list, or the one in Nova's form, which the vendor has discarded.

Source: Elastic Cloud Server API Reference, "Listing AZs". The list does not say whether a zone accepts new servers.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    NotFound,
    PermissionDenied,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.aggregate import Zone
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import (
    HuaweiApi,
    is_unknown_call,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    part_of,
    records,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.zones import NovaZones
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.zones import Zones


class HuaweiZones(Zones):
    """``/availability-zones``."""

    api: HuaweiApi

    def list(self, hosts: bool = False) -> Sequence[Zone]:
        if hosts:
            self.api.require("zone_hosts")
        what = "list the availability zones"
        try:
            answer = self.api.session.get(self.api.url("/availability-zones"), what=what)
        except NotFound as error:
            if not is_unknown_call(error):
                raise
        except PermissionDenied:
            # The older call needs another permission.
            pass
        else:
            return [zone(entry) for entry in records(part_of(answer.body, "availability_zones", what, list), what)]
        return NovaZones(self.api).list()


def zone(data: Mapping[str, Any]) -> Zone:
    return Zone(
        name=id_in(data, "an availability zone", "availability_zone_id"),
        type=text(data.get("type")),
        mode=text(data.get("mode")),
        alias=text(data.get("alias")),
    )
