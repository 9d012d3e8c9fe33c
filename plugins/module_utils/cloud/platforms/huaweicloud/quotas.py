# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The quotas of a project on Huawei Cloud, with RAM in MB. Source: Elastic Cloud Server API Reference, "Querying Tenant
Quotas", and the model ServerLimits of the vendor's SDK."""

from __future__ import annotations

from typing import Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.quota import ProjectQuotas
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import part_of
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.quotas import (
    ABSOLUTE,
    absolute_quotas,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.quotas import Quotas

_KEYS: Mapping[str, tuple[str, str | None]] = {
    **ABSOLUTE,
    "spot_instances": ("maxTotalSpotInstances", "totalSpotInstancesUsed"),
    "spot_cores": ("maxTotalSpotCores", "totalSpotCoresUsed"),
    "spot_ram_mb": ("maxTotalSpotRAMSize", "totalSpotRAMUsed"),
}


class HuaweiQuotas(Quotas):
    """``/cloudservers/limits``."""

    api: HuaweiApi

    def get(self, project_id: str | None = None) -> ProjectQuotas:
        if project_id is not None:
            self.api.require("project_quotas")
        what = "read the quotas of the project"
        body = self.api.session.get(self.api.url("/cloudservers/limits"), what=what).body
        return ProjectQuotas(self.api.session.auth.project_id, absolute_quotas(part_of(body, "absolute", what), _KEYS))
