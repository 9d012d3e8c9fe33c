# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Huawei Cloud ECS and Flexus L: the clients of its resources."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.rebuild import key_owner
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.rules import HuaweiRules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.servers import (
    HuaweiServers,
)

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.consoles import (
        HuaweiConsoles,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.flavors import (
        HuaweiFlavors,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.images import (
        HuaweiImages,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.jobs import HuaweiJobs
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.server_groups import (
        HuaweiServerGroups,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.zones import (
        HuaweiZones,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.keypairs import NovaKeypairs


class HuaweiCloud(Compute):
    """The ECS API."""

    api: HuaweiApi
    rules_class = HuaweiRules

    def _make_api(self) -> HuaweiApi:
        return HuaweiApi(self.session, self.rules_class(), self.parallel, self.region)

    @cached_property
    def servers(self) -> HuaweiServers:
        return HuaweiServers(self.api)

    def key_owner(self, key_name: str) -> str | None:
        return key_owner(self.keypairs, self.settings, key_name)

    @cached_property
    def flavors(self) -> HuaweiFlavors:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.flavors import (
            HuaweiFlavors,
        )

        return HuaweiFlavors(self.api)

    @cached_property
    def keypairs(self) -> NovaKeypairs:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.keypairs import (
            NovaKeypairs,
        )

        return NovaKeypairs(self.api)

    @cached_property
    def zones(self) -> HuaweiZones:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.zones import (
            HuaweiZones,
        )

        return HuaweiZones(self.api)

    @cached_property
    def server_groups(self) -> HuaweiServerGroups:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
            server_groups,
        )

        return server_groups.HuaweiServerGroups(self.api)

    @cached_property
    def consoles(self) -> HuaweiConsoles:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.consoles import (
            HuaweiConsoles,
        )

        return HuaweiConsoles(self.api)

    @cached_property
    def images(self) -> HuaweiImages:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.images import (
            HuaweiImages,
        )

        return HuaweiImages(self.api)

    @cached_property
    def jobs(self) -> HuaweiJobs:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.jobs import (
            HuaweiJobs,
        )

        return HuaweiJobs(self.api)
