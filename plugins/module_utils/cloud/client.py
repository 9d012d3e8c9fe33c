# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of every platform."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Iterable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Api
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.aggregates import Aggregates
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.consoles import Consoles
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.flavors import Flavors
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.hosts import Hosts
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.images import Images
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.interfaces import Interfaces
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.jobs import Jobs
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.keypairs import Keypairs
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.networks import Networks
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.public_ips import PublicIps
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.quotas import Quotas
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.server_groups import ServerGroups
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.servers import Servers
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.snapshots import Snapshots
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.volumes import Volumes
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.zones import Zones


class Compute:
    """A cloud for modules, the same on every platform: a client for each kind of resource.

    Their methods raise ``CloudError`` and its subclasses.
    """

    #: The class of the capabilities and limits of the platform.
    rules_class: type[Rules] = Rules

    def __init__(self, session: Session, settings: Settings, parallel: int = 8) -> None:
        self.session = session
        self.settings = settings
        self.parallel = parallel
        self.api = self._make_api()
        #: Plans may use them.
        self.rules = self.api.rules

    def _make_api(self) -> Api:
        return Api(self.session, self.rules_class(), self.parallel, self.region)

    @property
    def all_projects(self) -> bool:
        """Whether servers of other projects are read, too; ``servers.list`` sets it from its query."""
        return self.api.all_projects

    @all_projects.setter
    def all_projects(self, value: bool) -> None:
        self.api.all_projects = value

    @property
    def platform(self) -> str:
        return self.rules.platform

    @property
    def region(self) -> str | None:
        return self.settings.region

    def supports(self, capability: str) -> bool:
        return self.rules.supports(capability)

    def require(self, capability: str) -> None:
        """Raises UnsupportedOperation, which names an alternative."""
        self.rules.require(capability)

    def withhold(self, detail: str, error: CloudError) -> None:
        """Warns, once for each ``detail``, that the cloud does not show it to this user, so it is null."""
        self.api.withhold(detail, error)

    def key_owner(self, key_name: str) -> str | None:
        """The id of the user who owns the key pair, if a request needs it beside the name of the key pair. Raises
        CloudError if it cannot be read."""
        return None

    # -- clients of the resources, imported where a task uses them ---------------------------------------------

    @cached_property
    def servers(self) -> Servers:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.servers import Servers

        return Servers(self.api)

    @cached_property
    def flavors(self) -> Flavors:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.flavors import Flavors

        return Flavors(self.api)

    @cached_property
    def keypairs(self) -> Keypairs:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.keypairs import Keypairs

        return Keypairs(self.api)

    @cached_property
    def aggregates(self) -> Aggregates:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.aggregates import Aggregates

        return Aggregates(self.api)

    @cached_property
    def zones(self) -> Zones:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.zones import Zones

        return Zones(self.api)

    @cached_property
    def quotas(self) -> Quotas:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.quotas import Quotas

        return Quotas(self.api)

    @cached_property
    def hosts(self) -> Hosts:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.hosts import Hosts

        return Hosts(self.api)

    @cached_property
    def server_groups(self) -> ServerGroups:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.server_groups import (
            ServerGroups,
        )

        return ServerGroups(self.api)

    @cached_property
    def consoles(self) -> Consoles:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.consoles import Consoles

        return Consoles(self.api)

    @cached_property
    def images(self) -> Images:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.images import Images

        return Images(self.api)

    @cached_property
    def snapshots(self) -> Snapshots:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.snapshots import Snapshots

        return Snapshots(self.api)

    @cached_property
    def volumes(self) -> Volumes:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.volumes import Volumes

        return Volumes(self.api)

    @cached_property
    def interfaces(self) -> Interfaces:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.interfaces import Interfaces

        return Interfaces(self.api)

    @cached_property
    def networks(self) -> Networks:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.networks import Networks

        return Networks(self.api)

    @cached_property
    def public_ips(self) -> PublicIps:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.public_ips import PublicIps

        return PublicIps(self.api)

    @cached_property
    def jobs(self) -> Jobs:
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.jobs import Jobs

        return Jobs(self.api)

    def secrets(self) -> set[str]:
        """The values that no output may contain: credentials and tokens."""
        known: set[str] = self.settings.secrets() | self.session.auth.secrets()
        return known

    def hide(self, texts: Iterable[str]) -> None:
        """Registers further texts as secrets, which no error message repeats."""
        self.session.hide(texts)

    def close(self) -> None:
        self.session.close()
