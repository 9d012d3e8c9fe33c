# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The common state of a run for all its servers, and the effects of accepted and postponed actions on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import (
    BUSY_PAUSE,
    Progress,
    ended_as,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, Outcome


@dataclass
class RunState:
    """The state of one run of the executor."""

    cloud: Compute
    strategy: Strategy
    #: Gives ``time()``, in seconds.
    clock: Any
    #: Whether the cloud has accepted any action, including those of finished servers.
    acted: bool = False
    #: A time of the cloud's clock before the first action.
    since: str | None = None
    #: The ids of the servers that have changed since they were last observed.
    stale: set[str] = field(default_factory=set)

    def accept(self, item: Progress, pending: PendingAction) -> Outcome | None:
        """The cloud has accepted the action; returns the outcome if no action remains."""
        self.acted = True
        self.strategy.accepted(item, pending)
        if item.part != pending.action:
            item.taken += (pending.action,)
        item.busy = item.doubt = item.part = None
        item.request_id = pending.request_id
        if item.actions[0].watched:
            item.pending, item.ready = pending, False
            self.stale.discard(item.server.id)
            return None
        self.stale.add(item.server.id)
        item.actions, item.ready = item.actions[1:], True
        return None if item.actions else ended_as(item, DONE)

    def later(self, item: Progress, error: CloudError, pause: float = BUSY_PAUSE) -> None:
        """The action is planned again when the running command may be finished, or at the time that the cloud asks
        for."""
        item.pending, item.ready, item.busy = None, False, error
        item.not_before = self.clock.time() + pause
