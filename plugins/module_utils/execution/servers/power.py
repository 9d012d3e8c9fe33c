# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The evidence for a power action, and when to plan it again."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import Progress, proven
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.power import GOAL, plan_one


class PowerStrategy(Strategy):
    """Changes the power state of servers."""

    def __init__(self, cloud: Compute, target_state: str, force: bool) -> None:
        super().__init__(cloud, word="restarted" if target_state == "restarted" else GOAL[target_state])
        self.target_state = target_state
        self.force = force

    def replan(self, progress: Progress, server: Server) -> Change:
        return plan_one(server, self.target_state, self.force, self.cloud.rules)

    def evidence(
        self, action: Action, pending: PendingAction, before: Server, now: Server, since: str | None
    ) -> PendingAction | None:
        return power_evidence(self, pending, before, now, since)


def power_evidence(
    strategy: Strategy, pending: PendingAction, before: Server, now: Server, since: str | None
) -> PendingAction | None:
    """The pending action to poll, if a power action with a lost response was carried out."""
    if pending.action != "reboot":
        moved = now.power_state != before.power_state or not now.is_stable
        return proven(pending) if moved and now.target_power_state == pending.goal else None
    seen = (now.status or "").upper() in ("REBOOT", "HARD_REBOOT")
    recorded = strategy.recorded(pending, since)
    return recorded or (replace(proven(pending), seen_in_progress=True) if seen else None)
