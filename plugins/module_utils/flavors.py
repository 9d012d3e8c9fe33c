# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flavors: what can be changed, what must be made anew, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, MalformedAnswer
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources import FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.resource_plan import (
    Halted,
    PlanError,
    ResourcePlan,
    Step,
    check_name,
    in_range,
    merged,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.resource_run import settle

#: What Nova cannot change once the flavor is there.
IMMUTABLE = ("name", "vcpus", "ram_mb", "disk_gb", "ephemeral_gb", "swap_mb", "rxtx_factor", "is_public")
NEEDED = ("name", "vcpus", "ram_mb")
#: What a new flavor has of which the task does not speak.
DEFAULTS: Mapping[str, Any] = {
    "disk_gb": 0,
    "ephemeral_gb": 0,
    "swap_mb": 0,
    "rxtx_factor": 1.0,
    "is_public": True,
    "disabled": False,
    "description": None,
}


@dataclass(frozen=True)
class Wanted:
    """What the task asks for. ``fields`` are those of the record, ``None`` for untouched."""

    fields: Mapping[str, Any]
    state: str = "present"
    extra_specs: Mapping[str, str] | None = None
    purge_extra_specs: bool = False
    access: Sequence[str] | None = None
    purge_access: bool = False
    recreate: bool = False


def check(fields: Mapping[str, Any]) -> None:
    """Raises PlanError for what Nova would refuse, before anything is deleted to make room for it."""
    check_name("name", fields.get("name"))
    check_name("id", fields.get("id"))
    if fields.get("id") in (".", ".."):
        raise PlanError("id: %r is not the id of a flavor" % fields["id"])
    for name, lowest in (("vcpus", 1), ("ram_mb", 1), ("disk_gb", 0), ("ephemeral_gb", 0), ("swap_mb", 0)):
        in_range(name, fields.get(name), lowest)
    factor = fields.get("rxtx_factor")
    if factor is not None and not 0 < factor < 1e38:
        raise PlanError("rxtx_factor: %s is out of range; use a number above 0" % factor)


def find_flavor(flavors: Iterable[FlavorDetails], flavor_id: str | None, name: str | None) -> FlavorDetails | None:
    """By id where it is given, by name otherwise. Raises PlanError for a name that two flavors share."""
    if flavor_id:
        return next((flavor for flavor in flavors if flavor.id == flavor_id), None)
    found = [flavor for flavor in flavors if flavor.name == name]
    if len(found) > 1:
        ids = ", ".join(sorted(flavor.id for flavor in found))
        raise PlanError("%d flavors are named %s (%s); choose by id" % (len(found), name, ids))
    return found[0] if found else None


def refuse_taken_name(flavors: Iterable[FlavorDetails], there: FlavorDetails | None, name: str | None) -> None:
    """Raises PlanError where another flavor has the name, for the cloud would refuse it after the deletion."""
    for flavor in flavors:
        if name is not None and flavor.name == name and (there is None or flavor.id != there.id):
            raise PlanError("the name %s is taken by the flavor of the id %s" % (name, flavor.id))


def plan_flavor(there: FlavorDetails | None, wanted: Wanted) -> ResourcePlan:
    """The steps that make the flavor as wanted; ``there`` has its access list.

    A recreated flavor keeps its id, and all that the task does not speak of. Raises PlanError for what cannot be
    changed without ``recreate``.
    """
    before = there.as_dict() if there else None
    if wanted.state == "absent":
        return ResourcePlan(before, None, (Step("delete"),) if there else ())
    fields = {key: value for key, value in wanted.fields.items() if value is not None}
    missing = [] if there else [name for name in NEEDED if name not in fields]
    if missing:
        raise PlanError("the flavor does not exist, and making it needs %s" % ", ".join(missing))
    known = dict(DEFAULTS) if before is None else before
    # What the cloud does not tell cannot be compared, and is not a difference.
    changes = {
        name: fields[name] for name in IMMUTABLE if name in fields and known.get(name) not in (None, fields[name])
    }
    if there and changes and not wanted.recreate:
        shown = ", ".join("%s from %s to %s" % (name, known[name], new) for name, new in sorted(changes.items()))
        raise PlanError(
            "the flavor %s cannot change %s in place; set recreate: true to delete it and make it anew with the same"
            " id. Servers keep what they were made with" % (there.name, shown)
        )
    if there and there.extra_specs is None and (changes or wanted.extra_specs is not None):
        raise PlanError(
            "the cloud does not show the extra_specs of the flavor %s to this user, so they can neither be compared nor"
            " kept; use credentials that may read them" % there.name
        )
    after = dict(known, **fields)
    after["description"] = after["description"] or None
    described = after["description"] != (known["description"] or None)
    specs, specs_to_set, specs_to_unset = merged(known.get("extra_specs"), wanted.extra_specs, wanted.purge_extra_specs)
    after["extra_specs"] = specs if wanted.extra_specs is not None or not there else known.get("extra_specs")
    have = set(known.get("access") or ())
    allowed = _allowed(have, wanted, after["is_public"] is not False)
    after["access"] = None if allowed is None else sorted(allowed)

    steps = []
    if there is None or changes:
        steps.extend([Step("delete")] if there else [])
        steps.append(Step("create", {key: after.get(key) for key in ("id", "description") + IMMUTABLE}))
        steps.extend([Step("set_extra_specs", specs)] if specs else [])
        steps.extend(Step("allow", project) for project in sorted(allowed or ()))
        return ResourcePlan(before, after, tuple(steps))
    steps.extend([Step("describe", after["description"])] if described else [])
    steps.extend([Step("set_extra_specs", specs_to_set)] if specs_to_set else [])
    steps.extend(Step("unset_extra_spec", key) for key in specs_to_unset)
    steps.extend(Step("allow", project) for project in sorted((allowed or set()) - have))
    steps.extend(Step("forbid", project) for project in sorted(have - (allowed or set())))
    return ResourcePlan(before, after, tuple(steps))


def _allowed(have: set[str], wanted: Wanted, public: bool) -> set[str] | None:
    """Who may use the flavor then; ``None`` stands for everybody. Raises PlanError for a list of a public one."""
    if public and wanted.access:
        raise PlanError("access: the flavor is public, so everybody may use it; set is_public: false")
    if public:
        return None
    keep = set() if wanted.purge_access and wanted.access is not None else have
    return keep | set(wanted.access or ())


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
                raise Halted(error, self.done) from None
            self.done.append("%s %s" % (step.deed, step.value) if isinstance(step.value, str) else step.deed)

    def _put_back(self, there: FlavorDetails, error: CloudError) -> None:
        """The flavor as it was, in place of what was made of it so far. Raises Halted where that fails too."""
        fields = there.as_dict()
        steps = [Step("delete")] if "create" in self.done else []
        steps.append(Step("create", {key: fields[key] for key in ("id", "description") + IMMUTABLE}))
        steps.extend([Step("set_extra_specs", dict(there.extra_specs))] if there.extra_specs else [])
        steps.extend(Step("allow", project) for project in sorted(there.access or ()))
        try:
            for step in steps:
                self._take(step)
        except CloudError as trouble:
            words = "%s; putting the old flavor back failed: %s The old flavor was: %s" % (error, trouble, fields)
            raise Halted(CloudError(words), self.done) from None
        self.done = []
        words = "The flavor that was there was put back."
        error.hint = "%s %s" % (error.hint, words) if error.hint else words

    def _take(self, step: Step) -> None:
        cloud, value = self.cloud, step.value
        if step.deed == "create":
            self.flavor_id = self._create(value)
        elif step.deed == "delete":
            self._delete()
        elif step.deed == "describe":
            self._settle(
                lambda: cloud.describe_flavor(self.flavor_id, value), lambda now: (now.description or None) == value
            )
        elif step.deed == "unset_extra_spec":
            self._settle(
                lambda: cloud.unset_extra_spec(self.flavor_id, value), lambda now: value not in _specs(now)
            )
        elif step.deed == "set_extra_specs":
            self._settle(
                lambda: cloud.set_extra_specs(self.flavor_id, value),
                lambda now: set(value.items()) <= set(_specs(now).items()),
            )
        elif step.deed == "allow":
            self._settle(
                lambda: cloud.allow_flavor(self.flavor_id, value),
                lambda now: value in (cloud.flavor_access(now).access or ()),
            )
        elif step.deed == "forbid":
            self._settle(
                lambda: cloud.forbid_flavor(self.flavor_id, value),
                lambda now: value not in (cloud.flavor_access(now).access or ()),
            )

    def _settle(self, ask: Callable[[], None], shows: Callable[[FlavorDetails], bool]) -> None:
        def send() -> bool:
            ask()
            return True

        def look() -> bool:
            now = self.cloud.flavor_by_id(self.flavor_id)
            return now is not None and shows(now)

        settle(self.cloud, send, look)

    def _delete(self) -> None:
        def send() -> bool:
            self.cloud.delete_flavor(self.flavor_id)
            return True

        settle(self.cloud, send, lambda: self.cloud.flavor_by_id(self.flavor_id) is None)

    def _create(self, value: Mapping[str, Any]) -> str:
        wanted = FlavorDetails(**dict(value, id=value["id"] or ""))

        def look() -> FlavorDetails | None:
            # Names are unique, and it was not there before: one that is there now was made by us.
            made = find_flavor(self.cloud.flavor_details(), wanted.id, wanted.name)
            return made if made is not None and made.name == wanted.name else None

        return settle(self.cloud, lambda: self.cloud.create_flavor(wanted, own_id=bool(wanted.id)), look, ()).id


def _specs(flavor: FlavorDetails) -> Mapping[str, str]:
    """The extra specs. Raises MalformedAnswer where the cloud does not show them, so that they prove nothing."""
    if flavor.extra_specs is None:
        raise MalformedAnswer("the cloud does not show the extra_specs of the flavor %s to this user" % flavor.name)
    return flavor.extra_specs
