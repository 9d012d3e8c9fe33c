# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of a plan for a flavor."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import InvalidResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.steps import (
    Rollback,
    StepDefinition,
    StepEngine,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import UpdateStep
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.flavor import IMMUTABLE, find_flavor


class FlavorRun(StepEngine):
    """Carries out a plan. ``flavor_id`` is the id of the flavor after its creation."""

    def __init__(self, cloud: Compute, current: FlavorDetails | None) -> None:
        self.flavor_id = current.id if current else ""
        super().__init__(cloud, self._definitions(cloud), _rollback(current) if current else None)

    def _definitions(self, cloud: Compute) -> dict[str, StepDefinition]:
        return {
            "create": StepDefinition(
                lambda value: cloud.flavors.create(_record(value), explicit_id=bool(value["id"])),
                self._created,
                refusals=(),
                store=self._store,
            ),
            "delete": StepDefinition(
                lambda _value: cloud.flavors.delete(self.flavor_id),
                lambda _value: cloud.flavors.get(self.flavor_id) is None,
            ),
            "describe": StepDefinition(
                lambda value: cloud.flavors.update(self.flavor_id, value),
                self._shows(lambda now, value: (now.description or None) == value),
            ),
            "unset_extra_spec": StepDefinition(
                lambda value: cloud.flavors.unset_extra_spec(self.flavor_id, value),
                self._shows(lambda now, value: value not in _specs(now)),
            ),
            "set_extra_specs": StepDefinition(
                lambda value: cloud.flavors.set_extra_specs(self.flavor_id, value),
                self._shows(lambda now, value: set(value.items()) <= set(_specs(now).items())),
            ),
            "allow": StepDefinition(
                lambda value: cloud.flavors.add_access(self.flavor_id, value),
                self._shows(lambda now, value: value in (cloud.flavors.with_access(now).access or ())),
            ),
            "forbid": StepDefinition(
                lambda value: cloud.flavors.remove_access(self.flavor_id, value),
                self._shows(lambda now, value: value not in (cloud.flavors.with_access(now).access or ())),
            ),
        }

    def _store(self, made: FlavorDetails) -> None:
        self.flavor_id = made.id

    def _created(self, value: Mapping[str, Any]) -> FlavorDetails | None:
        # Names are unique, and the flavor did not exist before: if it exists now, this task created it.
        made = find_flavor(self.cloud.flavors.list(), value["id"], value["name"])
        return made if made is not None and made.name == value["name"] else None

    def _shows(self, test: Callable[[FlavorDetails, Any], bool]) -> Callable[[Any], bool]:
        def is_done(value: Any) -> bool:
            now = self.cloud.flavors.get(self.flavor_id)
            return now is not None and test(now, value)

        return is_done


def _rollback(old: FlavorDetails) -> Rollback:
    fields = old.as_dict()
    steps = [UpdateStep("create", {key: fields[key] for key in ("id", "description") + IMMUTABLE})]
    steps.extend([UpdateStep("set_extra_specs", dict(old.extra_specs))] if old.extra_specs else [])
    steps.extend(UpdateStep("allow", project) for project in sorted(old.access or ()))
    record = "The old flavor was: %s." % fields
    return Rollback("flavor", steps, record, lambda: "The previous flavor was restored.")


def _record(value: Mapping[str, Any]) -> FlavorDetails:
    return FlavorDetails(**dict(value, id=value["id"] or ""))


def _specs(flavor: FlavorDetails) -> Mapping[str, str]:
    """The extra specs. Raises InvalidResponse if the cloud does not show them, because then they prove nothing."""
    if flavor.extra_specs is None:
        raise InvalidResponse("the cloud does not show the extra_specs of the flavor %s to this user" % flavor.name)
    return flavor.extra_specs
