# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attaches and detaches the network interfaces of servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ExpectedState,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor, Progress
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.interface import (
    ATTACH,
    InterfaceSpec,
    plan_one,
)


def check_network(cloud: Compute, network_id: str) -> None:
    """Raises InvalidRequest for a network that is not there: Nova finds that out too late to say so.

    A cloud that does not tell of its networks is let find it out.
    """
    try:
        known = cloud.networks.list()
    except CloudError:
        return
    if network_id not in [network.id for network in known]:
        raise InvalidRequest(
            "network_id: no network that this project may use has the id %s; check it, and region and project"
            % network_id
        )


class InterfaceRun(Executor):
    """Attaches and detaches, one port of a server after the other."""

    def __init__(self, cloud: Compute, wish: InterfaceSpec, wait: bool, waiter: Waiter) -> None:
        def again(server: Server) -> Change:
            return plan_one(server, cloud.interfaces.list([server.id]).get(server.id, ()), wish)

        super().__init__(cloud, again, "done", wait, waiter)
        self.wish = wish

    def look(self, left: dict[str, Progress], final: bool) -> dict[str, Any]:
        # A port that comes or goes is no change of the server in the eyes of ``changes-since``.
        return super().look(left, True)

    def _proof(self, deed: Action, ticket: PendingAction, before: Server, now: Server) -> PendingAction | None:
        if deed.action == ATTACH:
            try:
                there = self.cloud.interfaces.list([now.id]).get(now.id, ())
            except CloudError:
                there = ()
            made = [each for each in there if self.wish.matches(each)]
            if made:
                return replace(ticket, error=None, outcome_unknown=False, aim=ExpectedState(ports=(made[0].port_id,)))
        return super()._proof(deed, ticket, before, now)
