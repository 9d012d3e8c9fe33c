# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes images of servers."""

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
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor, Progress
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Outcome
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.snapshot import (
    CREATE,
    DELETE,
    SnapshotSpec,
    plan_one,
)


class SnapshotRun(Executor):
    """Makes the images, waits until they are active, and deletes what is too old then."""

    def __init__(
        self, cloud: Compute, wish: SnapshotSpec, known: Sequence[Snapshot], wait: bool, waiter: Waiter
    ) -> None:
        super().__init__(cloud, lambda server: plan_one(server, self._images(server), wish), "done", wait, waiter)
        self.wish = wish
        self.known = {image.id for image in known}

    def _images(self, server: Server) -> Sequence[Snapshot]:
        name = None if self.wish.keep_last else self.wish.name_of(server)
        return self.cloud.snapshots.list(name)

    def evaluate_transition(self, item: Progress, server: Server | None) -> Outcome | None:
        if server is not None and server.is_stable and not item.taken:
            now = self.again(server)
            if now.wait_until_stable and not now.deeds:
                return None
        return super().evaluate_transition(item, server)

    def _took_effect(self, item: Progress, now: Server) -> bool:
        """The server shows nothing of its images: whether one is deleted is asked of the image service."""
        deed = item.deeds[0]
        if deed.action != DELETE:
            return super()._took_effect(item, now)
        try:
            return not self.cloud.snapshots.get(deed.arguments["image_id"])
        except CloudError:
            return False

    def _proof(self, deed: Action, ticket: PendingAction, before: Server, now: Server) -> PendingAction | None:
        if deed.action == CREATE:
            try:
                images = self.cloud.snapshots.list(name=deed.arguments["name"])
            except CloudError:
                images = []
            made = [image for image in images if image.server_id == now.id and image.id not in self.known]
            if made:
                return replace(ticket, error=None, outcome_unknown=False, aim=ExpectedState(image=made[0].id))
        return super()._proof(deed, ticket, before, now)
