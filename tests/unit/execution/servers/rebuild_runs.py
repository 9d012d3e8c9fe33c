# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rebuild planned and carried out on a cloud of the tests' own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ActionStatus,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image, ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_FAILED
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import RebuildSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.executor import Executor
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.servers.rebuild import RebuildStrategy
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.waiter import Waiter
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Outcome, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.rebuild import RebuildOptions, plan_os
from ansible_collections.cloudserver.compute.tests.unit.fakes import FakeCloud, server

OLD, NEW = Image("old", "the old one"), ImageDetails("new", "the new one", "active")
STATUS = {"running": "ACTIVE", "stopped": "SHUTOFF", "paused": "PAUSED", "suspended": "SUSPENDED"}


class OsCloud(FakeCloud):
    """Gives servers disks as Nova does with ``rebuild_running``, as ECS does without: from stopped to running."""

    def __init__(self, servers: Sequence[Server], running: bool = True, **more: Any) -> None:
        super().__init__(servers, **more)
        self.rules.capabilities |= {"rebuild"} | ({"rebuild_running"} if running else set())
        self.orders: list[tuple[str, RebuildSpec]] = []
        self.answers: dict[str, list[Callable[[PendingAction], PendingAction]]] = {}
        self.kept: list[dict[str, str]] = []
        self.failing: set[str] = set()

    def perform_one(self, each: Server, action: Action) -> PendingAction:
        if action.action == "rebuild":
            return self.rebuild(each, action.arguments["spec"])
        if action.action != "remove_metadata":
            return super().perform_one(each, action)
        here = self.here[each.id]
        metadata = {key: value for key, value in here.metadata.items() if key != action.arguments["key"]}
        self.here[each.id] = replace(here, metadata=metadata)
        return PendingAction(each.id, action.action, each.name)

    def rebuild(self, each: Server, order: RebuildSpec) -> PendingAction:
        pending = PendingAction(each.id, "rebuild", each.name, request_id="req", image_id=order.image_id)
        self.orders.append((str(each.name), order))
        answers = self.answers.get(str(each.name))
        answer = answers.pop(0)(pending) if answers else pending
        if answer.error is None or answer.request_id == "taken":
            self.give(each, order)
        return answer

    def give(self, each: Server, order: RebuildSpec) -> None:
        here = self.here[each.id]
        stays = self.supports("rebuild_running") and here.status == "SHUTOFF"
        failed = each.name in self.failing
        image = here.image if not here.image.id or failed else Image(order.image_id)
        self.here[each.id] = replace(here, status="REBUILD", task_state="rebuilding", image=image)
        end = "ERROR" if failed else "SHUTOFF" if stays else "ACTIVE"
        self.arrival[each.id] = (self.clock.now + self.delay, end)

    def observe(self, pending_actions: Sequence[PendingAction], since: str | None = None) -> dict[str, ActionStatus]:
        return {
            key: replace(seen, verdict=JOB_FAILED) if seen.server and seen.server.status == "ERROR" else seen
            for key, seen in super().observe(pending_actions, since).items()
        }

    def set_metadata(self, server: Server, metadata: Any) -> None:
        self.kept.append(dict(metadata))
        here = self.here[server.id]
        self.here[server.id] = replace(here, metadata={**here.metadata, **metadata})


def one(name: str = "a", state: str = "running", **more: Any) -> Server:
    return server(name, state, **{"image": OLD, **more})


def carry_out(
    cloud: OsCloud, spec: RebuildOptions, wait: bool = True, timeout: float = 60.0
) -> tuple[Plan, dict[str, Outcome], Executor]:
    plan = plan_os(list(cloud.here.values()), spec, cloud.rules)
    work = Executor(cloud, RebuildStrategy(cloud, spec, plan), wait, Waiter(cloud, timeout, 5.0, lambda words: None))
    work.run(plan)
    return plan, {str(each.name): each for each in work.outcomes.values()}, work


def spec(**more: Any) -> RebuildOptions:
    return RebuildOptions(RebuildSpec(image=NEW), **more)


WAYS = {
    # before, Nova's way, the way of a cloud that wants stopped servers and starts them afterwards
    "running": (("rebuild",), ("stop", "rebuild")),
    "stopped": (("rebuild",), ("rebuild", "stop")),
    "paused": (("unpause", "rebuild", "pause"), ("unpause", "stop", "rebuild", "pause")),
    "suspended": (("resume", "rebuild", "suspend"), ("resume", "stop", "rebuild", "suspend")),
}


def answer(
    error: Exception, outcome_unknown: bool = False, taken: bool = False
) -> Callable[[PendingAction], PendingAction]:
    return lambda pending: replace(
        pending, error=error, outcome_unknown=outcome_unknown, request_id="taken" if taken else "untaken"
    )
