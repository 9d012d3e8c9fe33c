# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The strategy to attach and detach ports."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ExpectedState,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import BadRequest, CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.identifier import is_uuid
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.interface import Interface
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import Progress, proven
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.named import (
    PORTS,
    SUBNETS,
    NamedIds,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.reads import Reads
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.interface import (
    ATTACH,
    InterfaceSpec,
    plan_one,
)

#: Seconds until the list of ports shows what a job does.
_SHOWN_WITHIN = 30.0


def with_interface_ids(
    cloud: Compute, spec: InterfaceSpec, servers: Sequence[Server], warn: Callable[[str], None]
) -> InterfaceSpec:
    """The same with ids in place of names. A name that nothing has is kept if interfaces are only detached: it matches
    none. Raises InvalidRequest and CloudError."""
    if not servers:
        return spec
    names = NamedIds(cloud, Reads(), warn)
    find = names.id_to_detach if spec.state == "absent" else names.id_of
    network, port = spec.network_id, spec.port_id
    if network is not None:
        network = find(cloud.networks.network_kind, network, "network_id", _vpc_of(cloud, servers))
    inside = network if network and is_uuid(network) else None
    subnets = [find(SUBNETS, each, "fixed_ips", inside) for each in spec.subnet_ids]
    if port is not None:
        port = find(PORTS, port, "port_id")
    return replace(spec, port_id=port, network_id=network, subnet_ids=tuple(dict.fromkeys(subnets)))


def _vpc_of(cloud: Compute, servers: Sequence[Server]) -> str | None:
    """The id of the VPC of the servers, on a cloud with VPCs and if they are in one."""
    if cloud.networks.network_kind != SUBNETS:
        return None
    found = {server.metadata.get("vpc_id") for server in servers}
    return found.pop() if len(found) == 1 else None


def check_network(cloud: Compute, network_id: str) -> None:
    """Raises InvalidRequest for a network that does not exist, because Nova reports that too late. If the cloud cannot
    list networks, Nova has to report it."""
    if network_id in cloud.networks.found_by_name:
        return
    try:
        known = cloud.networks.list()
    except CloudError:
        return
    if network_id not in [network.id for network in known]:
        raise InvalidRequest(
            "network_id: no network that this project may use has the id %s; check it, and region and project"
            % network_id
        )


class InterfaceStrategy(Strategy):
    """Attaches and detaches one port of a server after the other."""

    # ``changes-since`` does not list a server when a port is attached or detached.
    shown_by_changes = False

    def __init__(self, cloud: Compute, spec: InterfaceSpec) -> None:
        super().__init__(cloud)
        self.spec = spec
        # A job attaches a port some time after the response.
        self.shown_within = _SHOWN_WITHIN if cloud.supports("jobs") else 0.0

    def replan(self, progress: Progress, server: Server) -> Change:
        observed = self.cloud.interfaces.list([server.id]).get(server.id, ())
        return plan_one(server, observed, self.spec, self.cloud.rules)

    def repetition_errors(self, action: str) -> tuple[type[CloudError], ...]:
        # A port that a job attaches or detaches cannot be attached or detached again.
        return (BadRequest,) if self.shown_within else ()

    def evidence(
        self, action: Action, pending: PendingAction, before: Server, now: Server, since: str | None
    ) -> PendingAction | None:
        ports = self._ports(now)
        if action.action == ATTACH:
            made = next((each for each in ports or () if self.spec.matches(each)), None)
            if made:
                return replace(proven(pending), expected_state=ExpectedState(ports=(made.port_id,)))
        elif ports is not None and action.arguments["port_id"] not in [each.port_id for each in ports]:
            # The record of the server does not contain its ports, so it cannot show that one was detached.
            return proven(pending)
        return super().evidence(action, pending, before, now, since)

    def _ports(self, now: Server) -> Sequence[Interface] | None:
        """The ports of the server, ``None`` if they cannot be read."""
        try:
            return self.cloud.interfaces.list([now.id]).get(now.id, ())
        except CloudError:
            return None
