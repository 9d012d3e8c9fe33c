# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes the power state of servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor, Progress
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import GOAL, plan_one


class PowerRun(Executor):
    """Brings servers to the wanted power state."""

    def __init__(self, cloud: Compute, want: str, force: bool, wait: bool, waiter: Waiter) -> None:
        word = "restarted" if want == "restarted" else GOAL[want]
        super().__init__(cloud, lambda server: plan_one(server, want, force, cloud.rules), word, wait, waiter)
        self.force = force

    def ask(self, action: str, items: Sequence[Progress]) -> list[PendingAction]:
        return self.cloud.act(action, [item.server for item in items], self.force)

    def _proof(self, deed: Action, ticket: PendingAction, before: Server, now: Server) -> PendingAction | None:
        clean = replace(ticket, error=None, outcome_unknown=False)
        if ticket.action != "reboot":
            moved = now.power_state != before.power_state or not now.is_stable
            return clean if moved and now.target_power_state == ticket.goal else None
        try:
            adopted = self.cloud.recover_action(ticket, self._since)
        except CloudError:
            adopted = None
        seen = (now.status or "").upper() in ("REBOOT", "HARD_REBOOT")
        return adopted or (replace(clean, seen_in_progress=True) if seen else None)
