# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out the plan for a host aggregate."""

from __future__ import annotations

from typing import Callable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.aggregate import Aggregate
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.apply import apply_and_verify
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.aggregate import find_aggregate
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan, UpdateStep


class AggregateRun:
    """Carries a plan out. ``aggregate_id`` is the aggregate's id, once it has one."""

    def __init__(self, cloud: Compute, there: Aggregate | None) -> None:
        self.cloud = cloud
        self.aggregate_id = there.id if there else -1
        self.done: list[str] = []

    def run(self, plan: ResourcePlan) -> None:
        """Raises Halted where the cloud refuses a step."""
        for step in plan.steps:
            try:
                self._take(step)
            except CloudError as error:
                raise PartialFailure(error, self.done) from None
            self.done.append("%s %s" % (step.deed, step.value) if isinstance(step.value, str) else step.deed)

    def _take(self, step: UpdateStep) -> None:
        cloud, value = self.cloud, step.value
        if step.deed == "create":
            self.aggregate_id = self._create(value["name"], value["availability_zone"])
        elif step.deed == "update":
            self._apply_and_verify(
                lambda: cloud.aggregates.update(self.aggregate_id, value),
                lambda now: now is not None and all(getattr(now, key) == value[key] for key in value),
            )
        elif step.deed == "delete":
            self._apply_and_verify(lambda: cloud.aggregates.delete(self.aggregate_id), lambda now: now is None)
        elif step.deed == "set_metadata":
            self._apply_and_verify(
                lambda: cloud.aggregates.set_metadata(self.aggregate_id, value),
                lambda now: now is not None and all(now.metadata.get(key) == value[key] for key in value),
            )
        elif step.deed == "add_host":
            self._apply_and_verify(
                lambda: cloud.aggregates.add_host(self.aggregate_id, value),
                lambda now: now is not None and value in now.hosts,
            )
        elif step.deed == "remove_host":
            self._apply_and_verify(
                lambda: cloud.aggregates.remove_host(self.aggregate_id, value),
                lambda now: now is not None and value not in now.hosts,
            )

    def _apply_and_verify(self, ask: Callable[[], None], shows: Callable[[Aggregate | None], bool]) -> None:
        def send() -> bool:
            ask()
            return True

        apply_and_verify(
            self.cloud, send, lambda: shows(find_aggregate(self.cloud.aggregates.list(), self.aggregate_id, None))
        )

    def _create(self, name: str, zone: str | None) -> int:
        # Names are unique, and it was not there before: one that is there now was made by us.
        made = apply_and_verify(
            self.cloud,
            lambda: self.cloud.aggregates.create(name, zone),
            lambda: find_aggregate(self.cloud.aggregates.list(), None, name),
            (),
        )
        return made.id
