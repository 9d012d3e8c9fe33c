# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of a plan for a server group."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_group import ServerGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.steps import (
    Rollback,
    StepDefinition,
    StepEngine,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import UpdateStep


class GroupRun(StepEngine):
    """Carries out a plan. ``group`` is the resulting group."""

    def __init__(self, cloud: Compute, current: ServerGroup | None, known: Iterable[ServerGroup]) -> None:
        self.group = current
        self._old_id = current.id if current else ""
        #: The groups that existed before; a group with this name that appears later was created by this task.
        self._before = {each.id for each in known}
        super().__init__(cloud, self._definitions(cloud), self._rollback(current) if current else None)

    def _definitions(self, cloud: Compute) -> dict[str, StepDefinition]:
        return {
            "create": StepDefinition(
                lambda value: cloud.server_groups.create(value["name"], value["policy"], value["rules"] or {}),
                self._created,
                refusals=(),
                store=self._store,
            ),
            "delete": StepDefinition(
                lambda _value: cloud.server_groups.delete(self._old_id),
                lambda _value: self._old_id not in {each.id for each in cloud.server_groups.list()},
                store=lambda _deleted: self._store(None),
            ),
            "add_member": StepDefinition(
                lambda value: cloud.server_groups.add_member(self._own_id, value), lambda value: self._has(value, True)
            ),
            "remove_member": StepDefinition(
                lambda value: cloud.server_groups.remove_member(self._own_id, value),
                lambda value: self._has(value, False),
            ),
        }

    @property
    def _own_id(self) -> str:
        """The id of the group, which this task may have created."""
        return self.group.id if self.group else self._old_id

    def _has(self, server_id: str, joins: bool) -> bool:
        """Whether the group shows that the server has joined it, or has left it. Raises CloudError if it is gone."""
        found = next((each for each in self.cloud.server_groups.list() if each.id == self._own_id), None)
        if found is None:
            raise CloudError("the server group %s no longer exists" % self._own_id)
        return (server_id in found.members) is joins

    def _store(self, group: ServerGroup | None) -> None:
        self.group = group

    def _created(self, value: Mapping[str, Any]) -> ServerGroup | None:
        name = value["name"]
        new = [each for each in self.cloud.server_groups.list() if each.id not in self._before]
        made = [each for each in new if (each.name, each.policy) == (name, value["policy"])]
        if len(made) > 1:
            ids = ", ".join(sorted(each.id for each in made))
            raise CloudError("%d server groups %s were created in the meantime (%s)" % (len(made), name, ids))
        return made[0] if made else None

    def _rollback(self, old: ServerGroup) -> Rollback:
        rules = ", ".join("%s=%s" % pair for pair in (old.rules or {}).items()) or "none"
        record = "It was: %s with policy %s and rules %s." % (old.name, old.policy, rules)

        def restored() -> str:
            return "The previous group was restored with the id %s." % (self.group.id if self.group else "")

        # The id is different, so something was changed.
        return Rollback("server group", [UpdateStep("create", old.as_dict())], record, restored, same_id=False)
