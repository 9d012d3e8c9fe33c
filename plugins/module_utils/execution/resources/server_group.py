# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out the plan for a server group."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_group import ServerGroup
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.apply import apply_and_verify
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan


class GroupRun:
    """Carries a plan out. ``group`` is the group as it is then."""

    def __init__(self, cloud: Compute, there: ServerGroup | None, known: Iterable[ServerGroup]) -> None:
        self.cloud = cloud
        self.there = there
        self.group = there
        self.done: list[str] = []
        #: Which groups there were before; one of that name that comes later was made by us.
        self._before = {each.id for each in known}

    def run(self, plan: ResourcePlan) -> None:
        """Raises Halted where the cloud refuses a step. A group whose successor cannot be made is put back."""
        for step in plan.steps:
            try:
                if step.deed == "create":
                    self.group = self._create(step.value)
                elif self.there:
                    self._delete(self.there.id)
                    self.group = None
            except CloudError as error:
                if self.there and "delete" in self.done:
                    self._put_back(self.there, error)
                raise PartialFailure(error, self.done) from None
            self.done.append(step.deed)

    def _create(self, value: Mapping[str, Any]) -> ServerGroup:
        name, policy = value["name"], value["policy"]

        def look() -> ServerGroup | None:
            new = [each for each in self.cloud.server_groups.list() if each.id not in self._before]
            made = [each for each in new if (each.name, each.policy) == (name, policy)]
            if len(made) > 1:
                ids = ", ".join(sorted(each.id for each in made))
                raise CloudError("%d server groups %s were made meanwhile (%s)" % (len(made), name, ids))
            return made[0] if made else None

        return apply_and_verify(
            self.cloud, lambda: self.cloud.server_groups.create(name, policy, value["rules"] or {}), look, ()
        )

    def _delete(self, group_id: str) -> None:
        def send() -> bool:
            self.cloud.server_groups.delete(group_id)
            return True

        apply_and_verify(
            self.cloud, send, lambda: group_id not in {each.id for each in self.cloud.server_groups.list()}
        )

    def _put_back(self, there: ServerGroup, error: CloudError) -> None:
        """The group as it was, but for its id. Raises Halted where that fails too."""
        try:
            self.group = self._create(there.as_dict())
        except CloudError as trouble:
            words = "%s; putting the old server group back failed: %s It was: %s with policy %s and rules %s" % (
                error,
                trouble,
                there.name,
                there.policy,
                ", ".join("%s=%s" % pair for pair in (there.rules or {}).items()) or "none",
            )
            raise PartialFailure(CloudError(words), self.done) from None
        # It has another id now, so something was changed.
        words = "The group that was there was put back, with the id %s." % self.group.id
        error.hint = "%s %s" % (error.hint, words) if error.hint else words
