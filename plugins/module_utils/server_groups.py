# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Server groups: finding them, for their names are not unique, planning them and making them anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.server_groups import (
    ANTI_AFFINITY,
    ServerGroup,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.resource_plan import (
    OPEN,
    Halted,
    PlanError,
    ResourcePlan,
    Step,
    in_range,
)

#: How many members a sentence names before it counts the rest.
_NAMED = 5
_FIXED = ("name", "policy", "rules")


@dataclass(frozen=True)
class Wanted:
    """What the task asks for; ``None`` for untouched."""

    name: str | None
    state: str = "present"
    policy: str | None = None
    rules: Mapping[str, int] | None = None
    recreate: bool = False
    force: bool = False


def rules_of(given: Mapping[str, Any] | None, policy: str | None) -> dict[str, int] | None:
    """The rules of the task without those that it leaves out. Raises PlanError for what no cloud takes."""
    if given is None:
        return None
    rules = {key: value for key, value in given.items() if value is not None}
    in_range("rules.max_server_per_host", rules.get("max_server_per_host"), 1)
    if rules and policy not in (None, ANTI_AFFINITY):
        raise PlanError("rules: only the policy anti-affinity has rules, and the task asks for %s" % policy)
    return rules


def find_group(groups: Iterable[ServerGroup], group_id: str | None, name: str | None) -> ServerGroup | None:
    """By id where it is given, by name otherwise. Raises PlanError for a name that several groups have."""
    if group_id is not None:
        return next((each for each in groups if each.id == group_id), None)
    found = [each for each in groups if each.name == name]
    if len(found) > 1:
        told = ", ".join(sorted("%s with policy %s" % (each.id, each.policy) for each in found))
        raise PlanError("%d server groups are named %s (%s); choose one by id" % (len(found), name, told))
    return found[0] if found else None


def needs_members(there: ServerGroup | None, wanted: Wanted) -> bool:
    """Whether plan_group may have to say who is in the group."""
    if there is None or not there.members:
        return False
    return not wanted.force if wanted.state == "absent" else bool(_changes(there, wanted))


def _changes(there: ServerGroup, wanted: Wanted) -> dict[str, Any]:
    """What of the group is another than wanted, as it is to be. What the cloud does not tell is no difference."""
    known = there.as_dict()
    asked = {"name": wanted.name, "policy": wanted.policy, "rules": wanted.rules}
    return {
        key: value for key, value in asked.items() if value is not None and known[key] not in (None, value)
    }


def plan_group(there: ServerGroup | None, wanted: Wanted, members: Sequence[str] = ()) -> ResourcePlan:
    """The steps that make the group as wanted; ``members`` are the labels of its servers.

    Nothing of a group can be changed in place, and a server joins one only when it is made. So a group that has
    servers is never made anew, and only deleted with ``force``: PlanError says who is in it.
    """
    before = there.as_dict() if there else None
    if wanted.state == "absent":
        if there and there.members and not wanted.force:
            raise PlanError(
                "the server group %s still has the servers %s; set force: true to delete it all the same. They stay"
                " where they are, and nothing keeps them there" % (there.name, _listed(there, members))
            )
        return ResourcePlan(before, None, (Step("delete"),) if there else ())
    if there is None:
        return _creation(wanted)
    changes = _changes(there, wanted)
    if not changes:
        return ResourcePlan(before, before)
    known = there.as_dict()
    shown = ", ".join("%s from %s to %s" % (key, known[key], new) for key, new in sorted(changes.items()))
    if there.members:
        raise PlanError(
            "the server group %s cannot change %s: it has the servers %s, and a server joins a group only when it is"
            " made. Make another group" % (there.name, shown, _listed(there, members))
        )
    if not wanted.recreate:
        raise PlanError(
            "the server group %s cannot change %s in place; set recreate: true to delete it, for it is empty, and make"
            " it anew with another id" % (there.name, shown)
        )
    after = dict(known, id=None, **changes)
    if wanted.rules is not None:
        after["rules"] = dict(wanted.rules)
    if after["policy"] != ANTI_AFFINITY and after["rules"]:
        if wanted.rules:
            raise PlanError("rules: only the policy anti-affinity has rules, and the group has %s" % after["policy"])
        after["rules"] = {}
    return ResourcePlan(before, after, (Step("delete"), _create_step(after)))


def _creation(wanted: Wanted) -> ResourcePlan:
    missing = [name for name in ("name", "policy") if getattr(wanted, name) is None]
    if missing:
        raise PlanError("the server group does not exist, and making it needs %s" % " and ".join(missing))
    after = {"id": None, "name": wanted.name, "policy": wanted.policy, "rules": dict(wanted.rules or {}), "members": []}
    return ResourcePlan(None, after, (_create_step(after),))


def _create_step(after: Mapping[str, Any]) -> Step:
    return Step("create", {key: after[key] for key in _FIXED})


def _listed(there: ServerGroup, members: Sequence[str]) -> str:
    known = sorted(members or there.members)
    rest = len(known) - _NAMED
    return ", ".join(known[:_NAMED]) + (" and %d more" % rest if rest > 0 else "")


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
                    self.cloud.delete_server_group(self.there.id)
                    self.group = None
            except CloudError as error:
                if self.there and "delete" in self.done:
                    self._put_back(self.there, error)
                raise Halted(error, self.done) from None
            self.done.append(step.deed)

    def _create(self, value: Mapping[str, Any]) -> ServerGroup:
        try:
            return self.cloud.create_server_group(value["name"], value["policy"], value["rules"] or {})
        except OPEN as error:
            new = [each for each in self.cloud.server_groups() if each.id not in self._before]
            made = [each for each in new if (each.name, each.policy) == (value["name"], value["policy"])]
            if len(made) != 1:
                raise error
            return made[0]

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
            raise Halted(CloudError(words), self.done) from None
        # It has another id now, so something was changed.
        words = "The group that was there was put back, with the id %s." % self.group.id
        error.hint = "%s %s" % (error.hint, words) if error.hint else words
