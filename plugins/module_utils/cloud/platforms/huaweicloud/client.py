# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Huawei Cloud ECS and Flexus L: the clients of its resources."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.rules import HuaweiRules

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
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.interfaces import (
        HuaweiInterfaces,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.jobs import HuaweiJobs
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.keypairs import (
        HuaweiKeypairs,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.networks import (
        HuaweiNetworks,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.public_ips import (
        HuaweiPublicIps,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.quotas import (
        HuaweiQuotas,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.server_groups import (
        HuaweiServerGroups,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.servers import (
        HuaweiServers,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.volumes import (
        HuaweiVolumes,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.zones import (
        HuaweiZones,
    )


class HuaweiCloud(Compute):
    """The ECS API."""

    api: HuaweiApi
    rules_class = HuaweiRules

    def _make_api(self) -> HuaweiApi:
        return HuaweiApi(self.session, self.rules_class(), self.parallel, self.region)

    @cached_property
    def servers(self) -> HuaweiServers:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.servers import (
            HuaweiServers,
        )

        return HuaweiServers(self.api)

    def key_owner(self, key_name: str) -> str | None:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.rebuild import (
            key_owner,
        )

        return key_owner(self.keypairs, self.settings, key_name)

    @cached_property
    def flavors(self) -> HuaweiFlavors:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.flavors import (
            HuaweiFlavors,
        )

        return HuaweiFlavors(self.api)

    @cached_property
    def keypairs(self) -> HuaweiKeypairs:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.keypairs import (
            HuaweiKeypairs,
        )

        return HuaweiKeypairs(self.api)

    @cached_property
    def zones(self) -> HuaweiZones:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.zones import (
            HuaweiZones,
        )

        return HuaweiZones(self.api)

    @cached_property
    def quotas(self) -> HuaweiQuotas:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.quotas import (
            HuaweiQuotas,
        )

        return HuaweiQuotas(self.api)

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
    def interfaces(self) -> HuaweiInterfaces:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import interfaces

        return interfaces.HuaweiInterfaces(self.api)

    @cached_property
    def networks(self) -> HuaweiNetworks:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import networks

        return networks.HuaweiNetworks(self.api)

    @cached_property
    def public_ips(self) -> HuaweiPublicIps:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import public_ips

        return public_ips.HuaweiPublicIps(self.api)

    @cached_property
    def jobs(self) -> HuaweiJobs:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.jobs import (
            HuaweiJobs,
        )

        return HuaweiJobs(self.api)

    @cached_property
    def volumes(self) -> HuaweiVolumes:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.volumes import (
            HuaweiVolumes,
        )

        return HuaweiVolumes(self.api)
