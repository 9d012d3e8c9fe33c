# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain OpenStack: the clients of the resources of Nova's compute API v2.1. Sources: the Nova API reference; behaviour
of a real Nova 34."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.rules import NovaRules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.version import Version

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.aggregates import (
        NovaAggregates,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.consoles import NovaConsoles
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.flavors import NovaFlavors
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.hosts import NovaHosts
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.images import NovaImages
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.interfaces import (
        NovaInterfaces,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.keypairs import NovaKeypairs
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.networks import NovaNetworks
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.public_ips import (
        NovaPublicIps,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.quotas import NovaQuotas
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.server_groups import (
        NovaServerGroups,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.servers import NovaServers
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.snapshots import (
        NovaSnapshots,
    )
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.volumes import NovaVolumes
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.zones import NovaZones


class OpenStack(Compute):
    """A Nova cloud, found through Keystone's catalog."""

    #: The newest microversion in the tests; a newer cloud is used with this one.
    newest_tested: Version = (2, 96)

    #: The API of this platform; a platform with other URLs replaces it.
    api_class: type[NovaApi] = NovaApi
    api: NovaApi
    rules_class: type[NovaRules] = NovaRules
    rules: NovaRules

    def _make_api(self) -> NovaApi:
        rules = self.rules_class(lambda: self.api.version)
        return self.api_class(self.session, rules, self.parallel, self.region, self.newest_tested)

    @cached_property
    def servers(self) -> NovaServers:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.servers import (
            NovaServers,
        )

        return NovaServers(self.api, self.rules)

    @cached_property
    def flavors(self) -> NovaFlavors:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.flavors import (
            NovaFlavors,
        )

        return NovaFlavors(self.api)

    @cached_property
    def keypairs(self) -> NovaKeypairs:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.keypairs import (
            NovaKeypairs,
        )

        return NovaKeypairs(self.api)

    @cached_property
    def aggregates(self) -> NovaAggregates:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.aggregates import (
            NovaAggregates,
        )

        return NovaAggregates(self.api)

    @cached_property
    def zones(self) -> NovaZones:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.zones import NovaZones

        return NovaZones(self.api)

    @cached_property
    def hosts(self) -> NovaHosts:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.hosts import NovaHosts

        return NovaHosts(self.api)

    @cached_property
    def server_groups(self) -> NovaServerGroups:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.server_groups import (
            NovaServerGroups,
        )

        return NovaServerGroups(self.api)

    @cached_property
    def consoles(self) -> NovaConsoles:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.consoles import (
            NovaConsoles,
        )

        return NovaConsoles(self.api)

    @cached_property
    def images(self) -> NovaImages:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.images import NovaImages

        return NovaImages(self.api)

    @cached_property
    def snapshots(self) -> NovaSnapshots:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.snapshots import (
            NovaSnapshots,
        )

        return NovaSnapshots(self.api)

    @cached_property
    def quotas(self) -> NovaQuotas:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.quotas import NovaQuotas

        return NovaQuotas(self.api)

    @cached_property
    def volumes(self) -> NovaVolumes:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.volumes import (
            NovaVolumes,
        )

        return NovaVolumes(self.api)

    @cached_property
    def interfaces(self) -> NovaInterfaces:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.interfaces import (
            NovaInterfaces,
        )

        return NovaInterfaces(self.api)

    @cached_property
    def networks(self) -> NovaNetworks:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.networks import (
            NovaNetworks,
        )

        return NovaNetworks(self.api)

    @cached_property
    def public_ips(self) -> NovaPublicIps:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.public_ips import (
            NovaPublicIps,
        )

        return NovaPublicIps(self.api)
