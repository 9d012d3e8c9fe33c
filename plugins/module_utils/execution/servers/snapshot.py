# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The strategy to create and delete images of servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ExpectedState,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.snapshot import Snapshot
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.progress import Progress, proven
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.strategy import Strategy
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.snapshot import (
    CREATE,
    DELETE,
    SnapshotSpec,
    plan_one,
)


class SnapshotStrategy(Strategy):
    """Creates the images, waits until they are active, and then deletes old ones."""

    def __init__(self, cloud: Compute, spec: SnapshotSpec, known: Sequence[Snapshot]) -> None:
        super().__init__(cloud)
        self.spec = spec
        self.known = {image.id for image in known}

    def replan(self, progress: Progress, server: Server) -> Change:
        images = (
            self.cloud.snapshots.list()
            if self.spec.keep_last
            else self.cloud.snapshots.list(name=self.spec.name_of(server))
        )
        return plan_one(server, images, self.spec)

    def is_waiting(self, progress: Progress, change: Change) -> bool:
        """An image of the server is being saved."""
        return change.wait_until_stable and not change.planned_actions and not progress.taken

    def took_effect(self, progress: Progress, now: Server) -> bool:
        """The record of a server does not show its images: the image service shows whether one is deleted."""
        action = progress.actions[0]
        if action.action != DELETE:
            return super().took_effect(progress, now)
        try:
            return not self.cloud.snapshots.get(action.arguments["image_id"])
        except CloudError:
            return False

    def evidence(
        self, action: Action, pending: PendingAction, before: Server, now: Server, since: str | None
    ) -> PendingAction | None:
        made = self._made(action, now) if action.action == CREATE else None
        if made:
            return replace(proven(pending), expected_state=ExpectedState(image=made.id))
        return super().evidence(action, pending, before, now, since)

    def _made(self, action: Action, now: Server) -> Snapshot | None:
        """The image that this run has created of the server, if the image service shows it."""
        try:
            images = self.cloud.snapshots.list(name=action.arguments["name"])
        except CloudError:
            return None
        return next((image for image in images if image.server_id == now.id and image.id not in self.known), None)
