# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out the plan for a flavor."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, InvalidResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.resources.apply import apply_and_verify
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import PartialFailure
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan, UpdateStep
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.flavor import IMMUTABLE, find_flavor


class FlavorRun:
    """Carries a plan out. ``flavor_id`` is the flavor's id, once it has one."""

    def __init__(self, cloud: Compute, there: FlavorDetails | None) -> None:
        self.cloud = cloud
        self.there = there
        self.flavor_id = there.id if there else ""
        self.done: list[str] = []
        self._remaking = False

    def run(self, plan: ResourcePlan) -> None:
        """Raises Halted where the cloud refuses a step. A flavor whose successor cannot be made is put back."""
        self._remaking = [step.deed for step in plan.steps[:2]] == ["delete", "create"]
        for step in plan.steps:
            try:
                self._take(step)
            except CloudError as error:
                if self._remaking and self.there and "delete" in self.done:
                    self._put_back(self.there, error)
                raise PartialFailure(error, self.done) from None
            self.done.append("%s %s" % (step.deed, step.value) if isinstance(step.value, str) else step.deed)

    def _put_back(self, there: FlavorDetails, error: CloudError) -> None:
        """The flavor as it was, in place of what was made of it so far. Raises Halted where that fails too."""
        fields = there.as_dict()
        steps = [UpdateStep("delete")] if "create" in self.done else []
        steps.append(UpdateStep("create", {key: fields[key] for key in ("id", "description") + IMMUTABLE}))
        steps.extend([UpdateStep("set_extra_specs", dict(there.extra_specs))] if there.extra_specs else [])
        steps.extend(UpdateStep("allow", project) for project in sorted(there.access or ()))
        try:
            for step in steps:
                self._take(step)
        except CloudError as trouble:
            words = "%s; putting the old flavor back failed: %s The old flavor was: %s" % (error, trouble, fields)
            raise PartialFailure(CloudError(words), self.done) from None
        self.done = []
        words = "The flavor that was there was put back."
        error.hint = "%s %s" % (error.hint, words) if error.hint else words

    def _take(self, step: UpdateStep) -> None:
        cloud, value = self.cloud, step.value
        if step.deed == "create":
            self.flavor_id = self._create(value)
        elif step.deed == "delete":
            self._delete()
        elif step.deed == "describe":
            self._apply_and_verify(
                lambda: cloud.flavors.update(self.flavor_id, value), lambda now: (now.description or None) == value
            )
        elif step.deed == "unset_extra_spec":
            self._apply_and_verify(
                lambda: cloud.flavors.unset_extra_spec(self.flavor_id, value), lambda now: value not in _specs(now)
            )
        elif step.deed == "set_extra_specs":
            self._apply_and_verify(
                lambda: cloud.flavors.set_extra_specs(self.flavor_id, value),
                lambda now: set(value.items()) <= set(_specs(now).items()),
            )
        elif step.deed == "allow":
            self._apply_and_verify(
                lambda: cloud.flavors.add_access(self.flavor_id, value),
                lambda now: value in (cloud.flavors.with_access(now).access or ()),
            )
        elif step.deed == "forbid":
            self._apply_and_verify(
                lambda: cloud.flavors.remove_access(self.flavor_id, value),
                lambda now: value not in (cloud.flavors.with_access(now).access or ()),
            )

    def _apply_and_verify(self, ask: Callable[[], None], shows: Callable[[FlavorDetails], bool]) -> None:
        def send() -> bool:
            ask()
            return True

        def look() -> bool:
            now = self.cloud.flavors.get(self.flavor_id)
            return now is not None and shows(now)

        apply_and_verify(self.cloud, send, look)

    def _delete(self) -> None:
        def send() -> bool:
            self.cloud.flavors.delete(self.flavor_id)
            return True

        apply_and_verify(self.cloud, send, lambda: self.cloud.flavors.get(self.flavor_id) is None)

    def _create(self, value: Mapping[str, Any]) -> str:
        wanted = FlavorDetails(**dict(value, id=value["id"] or ""))

        def look() -> FlavorDetails | None:
            # Names are unique, and it was not there before: one that is there now was made by us.
            made = find_flavor(self.cloud.flavors.list(), wanted.id, wanted.name)
            return made if made is not None and made.name == wanted.name else None

        return apply_and_verify(
            self.cloud, lambda: self.cloud.flavors.create(wanted, explicit_id=bool(wanted.id)), look, ()
        ).id


def _specs(flavor: FlavorDetails) -> Mapping[str, str]:
    """The extra specs. Raises InvalidResponse where the cloud does not show them, so that they prove nothing."""
    if flavor.extra_specs is None:
        raise InvalidResponse("the cloud does not show the extra_specs of the flavor %s to this user" % flavor.name)
    return flavor.extra_specs
