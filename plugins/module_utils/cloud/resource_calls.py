# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module may ask of a cloud beside its servers.

A platform that has the thing overrides the call; one that has not says so, and what to use instead, through
``Compute.require``. Every call raises CloudError; a thing that is not there is ``None``, not an error. A call that
changes something returns only where the cloud's answer proves it: after a MalformedAnswer the state decides.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.aggregate import Aggregate, Zone
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.console import Console
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import Hypervisor, Service
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.keypair import Keypair
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_group import ServerGroup


class HostCalls:
    """What may be asked about hosts, by administrators of a cloud that has its own."""

    def services(self, host: str | None = None, binary: str | None = None) -> Sequence[Service]:
        """Every service, those of one host, those of one kind."""
        raise NotImplementedError

    def change_service(self, service: Service, changes: Mapping[str, Any]) -> None:
        """``changes``: ``status`` with ``disabled_reason`` (``None`` for none), ``forced_down``, what of them is to
        change. Doing it again does no harm."""
        raise NotImplementedError

    def hypervisors(self, pattern: str | None = None, servers: bool = False) -> Sequence[Hypervisor]:
        """Every hypervisor, or those with this part in their name; ``servers`` reads the servers of each too."""
        raise NotImplementedError


class ConsoleCalls:
    """What a module may ask of a cloud about the consoles of a server; each call raises CloudError."""

    def console(self, server: Server, kind: str) -> Console:
        """A new address of the server's console of this type, a key of PROTOCOLS; it holds for some minutes."""
        raise NotImplementedError

    def console_output(self, server: Server, lines: int | None = None) -> str:
        """The last lines that the server wrote on its serial console, all that the cloud kept where ``None``."""
        raise NotImplementedError


class ServerGroupCalls:
    """What a module may ask of a cloud about server groups; each call raises CloudError."""

    def server_groups(self, all_projects: bool = False) -> Sequence[ServerGroup]:
        """Every server group of the project; of all of them for an administrator, to others the cloud shows theirs."""
        raise NotImplementedError

    def create_server_group(self, name: str, policy: str, rules: Mapping[str, int]) -> ServerGroup:
        """Always makes another one: names are not unique."""
        raise NotImplementedError

    def delete_server_group(self, group_id: str) -> None:
        """One that is not there is deleted already. Its servers stay."""
        raise NotImplementedError


class ResourceCalls(HostCalls, ServerGroupCalls, ConsoleCalls):
    """Key pairs, flavors, aggregates, zones."""

    def require(self, operation: str) -> None:
        """Raises UnsupportedOperation where the platform cannot do it."""
        raise NotImplementedError

    def withhold(self, detail: str, error: CloudError) -> None:
        """Warns, once for each kind of ``detail``, that the cloud does not show it to the user: it is null then."""
        raise NotImplementedError

    # -- key pairs ---------------------------------------------------------------------------------------------

    def keypairs(self, user_id: str | None = None) -> Sequence[Keypair]:
        """Every key pair of the user, of another one for an administrator."""
        raise NotImplementedError

    def keypair(self, name: str, user_id: str | None = None) -> Keypair | None:
        raise NotImplementedError

    def create_keypair(
        self, name: str, public_key: str | None = None, kind: str | None = None, user_id: str | None = None
    ) -> Keypair:
        """Imports the public key, or has the cloud generate a pair; only then the answer has a private key."""
        raise NotImplementedError

    def delete_keypair(self, name: str, user_id: str | None = None) -> None:
        """One that is not there is deleted already."""
        raise NotImplementedError

    # -- flavors -----------------------------------------------------------------------------------------------

    def flavor_details(self, brief: bool = False) -> Sequence[FlavorDetails]:
        """Every flavor that the user may see, with its extra_specs where the cloud tells them.

        ``brief``: ids and names are enough; a platform that has a cheaper list of those leaves the rest empty.
        """
        raise NotImplementedError

    def flavor_by_id(self, flavor_id: str) -> FlavorDetails | None:
        """The flavor of this id, as ``flavor_details`` has it; ``None`` where there is none."""
        return next((flavor for flavor in self.flavor_details() if flavor.id == flavor_id), None)

    def flavor_access(self, flavor: FlavorDetails) -> FlavorDetails:
        """The flavor with its access list, which only a private one has."""
        raise NotImplementedError

    def create_flavor(self, wanted: FlavorDetails, explicit_id: bool) -> FlavorDetails:
        """``explicit_id``: with the id that is wanted; otherwise the cloud makes one."""
        raise NotImplementedError

    def describe_flavor(self, flavor_id: str, description: str | None) -> None:
        """Needs microversion 2.55."""
        raise NotImplementedError

    def delete_flavor(self, flavor_id: str) -> None:
        raise NotImplementedError

    def set_extra_specs(self, flavor_id: str, extra_specs: Mapping[str, str]) -> None:
        """Adds and changes; others stay."""
        raise NotImplementedError

    def unset_extra_spec(self, flavor_id: str, key: str) -> None:
        raise NotImplementedError

    def allow_flavor(self, flavor_id: str, project_id: str) -> None:
        raise NotImplementedError

    def forbid_flavor(self, flavor_id: str, project_id: str) -> None:
        raise NotImplementedError

    # -- aggregates and zones ----------------------------------------------------------------------------------

    def aggregates(self) -> Sequence[Aggregate]:
        raise NotImplementedError

    def create_aggregate(self, name: str, availability_zone: str | None) -> Aggregate:
        raise NotImplementedError

    def update_aggregate(self, aggregate_id: int, changes: Mapping[str, str]) -> None:
        """``changes``: ``name`` and ``availability_zone``, what of them is to change."""
        raise NotImplementedError

    def delete_aggregate(self, aggregate_id: int) -> None:
        raise NotImplementedError

    def set_aggregate_metadata(self, aggregate_id: int, metadata: Mapping[str, str | None]) -> None:
        """Adds and changes; ``None`` removes a key; others stay."""
        raise NotImplementedError

    def add_host(self, aggregate_id: int, host: str) -> None:
        raise NotImplementedError

    def remove_host(self, aggregate_id: int, host: str) -> None:
        raise NotImplementedError

    def zones(self, hosts: bool = False) -> Sequence[Zone]:
        """``hosts`` reads the hosts of each zone too, which takes an administrator."""
        raise NotImplementedError
