# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attaches and detaches the volumes of servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import BadRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor, Progress
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.volume import (
    DETACH,
    VolumeSpec,
    plan_one,
)


class VolumeRun(Executor):
    """Attaches and detaches, one volume of a server after the other."""

    def __init__(self, cloud: Compute, wish: VolumeSpec, wait: bool, waiter: Waiter) -> None:
        def again(server: Server) -> Change:
            return plan_one(server, cloud.volumes.list([server.id]).get(server.id, ()), wish)

        super().__init__(cloud, again, "done", wait, waiter)

    def ask(self, action: str, items: Sequence[Progress]) -> list[PendingAction]:
        found = []
        for item, ticket in zip(items, super().ask(action, items)):
            if action == DETACH and item.tries and isinstance(ticket.error, BadRequest):
                # Its answer was lost, and the volume is on its way off the server: it cannot be detached twice.
                ticket = replace(ticket, error=None)
            found.append(ticket)
        return found

    def look(self, left: dict[str, Progress], final: bool) -> dict[str, Any]:
        # A volume that comes or goes is no change of the server in the eyes of ``changes-since``.
        return super().look(left, True)
