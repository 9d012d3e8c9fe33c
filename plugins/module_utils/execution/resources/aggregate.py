# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of a plan for a host aggregate."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.aggregate import Aggregate
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.steps import StepDefinition, StepEngine
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.aggregate import find_aggregate


class AggregateRun(StepEngine):
    """Carries out a plan. ``aggregate_id`` is the id of the aggregate after its creation."""

    def __init__(self, cloud: Compute, current: Aggregate | None) -> None:
        self.aggregate_id = current.id if current else -1
        super().__init__(cloud, self._definitions(cloud))

    def _definitions(self, cloud: Compute) -> dict[str, StepDefinition]:
        return {
            # Names are unique, and the aggregate did not exist before: if it exists now, this task created it.
            "create": StepDefinition(
                lambda value: cloud.aggregates.create(value["name"], value["availability_zone"]),
                lambda value: find_aggregate(cloud.aggregates.list(), None, value["name"]),
                refusals=(),
                store=self._store,
            ),
            "update": StepDefinition(
                lambda value: cloud.aggregates.update(self.aggregate_id, value),
                self._shows(lambda now, value: all(getattr(now, key) == value[key] for key in value)),
            ),
            "delete": StepDefinition(
                lambda _value: cloud.aggregates.delete(self.aggregate_id), lambda _value: self._read() is None
            ),
            "set_metadata": StepDefinition(
                lambda value: cloud.aggregates.set_metadata(self.aggregate_id, value),
                self._shows(lambda now, value: all(now.metadata.get(key) == value[key] for key in value)),
            ),
            "add_host": StepDefinition(
                lambda value: cloud.aggregates.add_host(self.aggregate_id, value),
                self._shows(lambda now, value: value in now.hosts),
            ),
            "remove_host": StepDefinition(
                lambda value: cloud.aggregates.remove_host(self.aggregate_id, value),
                self._shows(lambda now, value: value not in now.hosts),
            ),
        }

    def _store(self, made: Aggregate) -> None:
        self.aggregate_id = made.id

    def _read(self) -> Aggregate | None:
        return find_aggregate(self.cloud.aggregates.list(), self.aggregate_id, None)

    def _shows(self, test: Callable[[Aggregate, Any], bool]) -> Callable[[Any], bool]:
        def is_done(value: Any) -> bool:
            now = self._read()
            return now is not None and test(now, value)

        return is_done
