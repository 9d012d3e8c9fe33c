# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for flavors: what can be changed, what requires a recreation, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.lookup import lookup
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan, UpdateStep
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name, in_range, merged

#: Properties that Nova cannot change after the creation.
IMMUTABLE = ("name", "vcpus", "ram_mb", "disk_gb", "ephemeral_gb", "swap_mb", "rxtx_factor", "is_public")
NEEDED = ("name", "vcpus", "ram_mb")
#: The defaults of a new flavor.
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
class FlavorSpec:
    """The target state. ``fields`` are fields of the record; ``None`` means not changed."""

    fields: Mapping[str, Any]
    state: str = "present"
    extra_specs: Mapping[str, str] | None = None
    purge_extra_specs: bool = False
    access: Sequence[str] | None = None
    purge_access: bool = False
    recreate: bool = False


def check(fields: Mapping[str, Any]) -> None:
    """Raises InvalidRequest for values that Nova would reject, before a flavor is deleted for its recreation."""
    check_name("name", fields.get("name"))
    check_name("id", fields.get("id"))
    if fields.get("id") in (".", ".."):
        raise InvalidRequest("id: %r is not a valid flavor id" % fields["id"])
    for name, lowest in (("vcpus", 1), ("ram_mb", 1), ("disk_gb", 0), ("ephemeral_gb", 0), ("swap_mb", 0)):
        in_range(name, fields.get(name), lowest)
    factor = fields.get("rxtx_factor")
    if factor is not None and not 0 < factor < 1e38:
        raise InvalidRequest("rxtx_factor: %s is out of range; use a number above 0" % factor)


def find_flavor(flavors: Iterable[FlavorDetails], flavor_id: str | None, name: str | None) -> FlavorDetails | None:
    """Return the flavor with the id if one is given, otherwise with the name. Raises InvalidRequest if two flavors have
    the name."""
    return lookup(flavors, flavor_id or None, name, "flavors")


def refuse_taken_name(flavors: Iterable[FlavorDetails], observed: FlavorDetails | None, name: str | None) -> None:
    """Raises InvalidRequest if another flavor has the name, because the cloud would reject it after the deletion."""
    for flavor in flavors:
        if name is not None and flavor.name == name and (observed is None or flavor.id != observed.id):
            raise InvalidRequest("the name %s is already used by the flavor with the id %s" % (name, flavor.id))


def plan_flavor(observed: FlavorDetails | None, wanted: FlavorSpec) -> ResourcePlan:
    """Return the steps to reach the target state; ``observed`` includes the access list. A recreated flavor keeps its
    id and all properties that the task does not set. Raises InvalidRequest for changes that need ``recreate``."""
    before = observed.as_dict() if observed else None
    if wanted.state == "absent":
        return ResourcePlan(before, None, (UpdateStep("delete"),) if observed else ())
    fields = {key: value for key, value in wanted.fields.items() if value is not None}
    missing = [] if observed else [name for name in NEEDED if name not in fields]
    if missing:
        raise InvalidRequest("the flavor does not exist; set %s to create it" % ", ".join(missing))
    known = dict(DEFAULTS) if before is None else before
    # A field that the cloud does not return cannot be compared, and is not a difference.
    changes = {
        name: fields[name] for name in IMMUTABLE if name in fields and known.get(name) not in (None, fields[name])
    }
    if observed and changes and not wanted.recreate:
        shown = ", ".join("%s from %s to %s" % (name, known[name], new) for name, new in sorted(changes.items()))
        raise InvalidRequest(
            "the flavor %s cannot change %s in place; set recreate: true to delete it and create it again with the"
            " same id. Existing servers are not changed" % (observed.name, shown)
        )
    if observed and observed.extra_specs is None and (changes or wanted.extra_specs is not None):
        raise InvalidRequest(
            "the cloud does not show the extra_specs of the flavor %s to this user, so they cannot be compared or"
            " preserved; use credentials that are allowed to read them" % observed.name
        )
    after = dict(known, **fields)
    after["description"] = after["description"] or None
    described = after["description"] != (known["description"] or None)
    specs, specs_to_set, specs_to_unset = merged(known.get("extra_specs"), wanted.extra_specs, wanted.purge_extra_specs)
    after["extra_specs"] = specs if wanted.extra_specs is not None or not observed else known.get("extra_specs")
    have = set(known.get("access") or ())
    allowed = _allowed(have, wanted, after["is_public"] is not False)
    after["access"] = None if allowed is None else sorted(allowed)

    steps = []
    if observed is None or changes:
        steps.extend([UpdateStep("delete")] if observed else [])
        steps.append(UpdateStep("create", {key: after.get(key) for key in ("id", "description") + IMMUTABLE}))
        steps.extend([UpdateStep("set_extra_specs", specs)] if specs else [])
        steps.extend(UpdateStep("allow", project) for project in sorted(allowed or ()))
        return ResourcePlan(before, after, tuple(steps))
    steps.extend([UpdateStep("describe", after["description"])] if described else [])
    steps.extend([UpdateStep("set_extra_specs", specs_to_set)] if specs_to_set else [])
    steps.extend(UpdateStep("unset_extra_spec", key) for key in specs_to_unset)
    steps.extend(UpdateStep("allow", project) for project in sorted((allowed or set()) - have))
    steps.extend(UpdateStep("forbid", project) for project in sorted(have - (allowed or set())))
    return ResourcePlan(before, after, tuple(steps))


def _allowed(have: set[str], wanted: FlavorSpec, public: bool) -> set[str] | None:
    """The access list after the change; ``None`` means everybody. Raises InvalidRequest for the access list of a public
    flavor."""
    if public and wanted.access:
        raise InvalidRequest("access: the flavor is public, so every project can use it; set is_public: false")
    if public:
        return None
    keep = set() if wanted.purge_access and wanted.access is not None else have
    return keep | set(wanted.access or ())
