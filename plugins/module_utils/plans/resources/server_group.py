# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for server groups: find them by their names, which are not unique, and recreate them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_group import (
    ANTI_AFFINITY,
    ServerGroup,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.lookup import lookup
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan, UpdateStep
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import in_range
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened

#: The number of members that a message names before it counts the rest.
_NAMED = 5
_FIXED = ("name", "policy", "rules")
_AT_CREATION = ", and a server joins a group only when it is created"


@dataclass(frozen=True)
class ServerGroupSpec:
    """The target state; ``None`` means not changed."""

    name: str | None
    state: str = "present"
    policy: str | None = None
    rules: Mapping[str, int] | None = None
    recreate: bool = False
    force: bool = False
    #: The ids of the servers that should be in the group; ``purge_members`` removes the others.
    members: tuple[str, ...] | None = None
    purge_members: bool = False
    #: Whether an existing server can join a group.
    can_join: bool = False


def rules_of(given: Mapping[str, Any] | None, policy: str | None) -> dict[str, int] | None:
    """The rules that the task sets. Raises InvalidRequest for rules that no cloud supports."""
    if given is None:
        return None
    rules = {key: value for key, value in given.items() if value is not None}
    in_range("rules.max_server_per_host", rules.get("max_server_per_host"), 1)
    if rules and policy not in (None, ANTI_AFFINITY):
        raise InvalidRequest("rules: only the policy anti-affinity supports rules, and the task sets %s" % policy)
    return rules


def find_group(groups: Iterable[ServerGroup], group_id: str | None, name: str | None) -> ServerGroup | None:
    """Return the group with the id if one is given, otherwise with the name. Raises InvalidRequest if several groups
    have the name."""
    return lookup(groups, group_id, name, "server groups", lambda group: "%s with policy %s" % (group.id, group.policy))


def needs_members(observed: ServerGroup | None, wanted: ServerGroupSpec) -> bool:
    """Whether plan_group needs the members of the group for its messages."""
    if observed is None or not observed.members:
        return False
    return not wanted.force if wanted.state == "absent" else bool(_changes(observed, wanted))


def _changes(observed: ServerGroup, wanted: ServerGroupSpec) -> dict[str, Any]:
    """The target values of the properties that differ. A property that the cloud does not return is not a
    difference."""
    known = observed.as_dict()
    asked = {"name": wanted.name, "policy": wanted.policy, "rules": wanted.rules}
    return {key: value for key, value in asked.items() if value is not None and known[key] not in (None, value)}


def plan_group(observed: ServerGroup | None, wanted: ServerGroupSpec, members: Sequence[str] = ()) -> ResourcePlan:
    """Return the steps to reach the target state; ``members`` are the labels of its servers. No property of a group can
    be changed in place, and a server joins a group only at its creation. So a group with servers is never recreated,
    and deleted only with ``force``; the InvalidRequest names its servers."""
    before = observed.as_dict() if observed else None
    if wanted.state == "absent":
        if observed and observed.members and not wanted.force:
            raise InvalidRequest(
                "the server group %s still has the servers %s; set force: true to delete it anyway. The servers stay"
                " on their hosts, but the policy no longer applies to them"
                % (observed.name, _listed(observed, members))
            )
        return ResourcePlan(before, None, (UpdateStep("delete"),) if observed else ())
    if observed is None:
        return _creation(wanted)
    changes = _changes(observed, wanted)
    if not changes:
        return _membership(observed, wanted)
    known = observed.as_dict()
    shown = ", ".join("%s from %s to %s" % (key, known[key], new) for key, new in sorted(changes.items()))
    if observed.members:
        raise InvalidRequest(
            "the server group %s cannot change %s: it has the servers %s%s. Create another group"
            % (observed.name, shown, _listed(observed, members), "" if wanted.can_join else _AT_CREATION)
        )
    if not wanted.recreate:
        raise InvalidRequest(
            "the server group %s cannot change %s in place; the group is empty, so set recreate: true to delete it"
            " and create it again with another id" % (observed.name, shown)
        )
    after = dict(known, id=None, **changes)
    if wanted.rules is not None:
        after["rules"] = dict(wanted.rules)
    if after["policy"] != ANTI_AFFINITY and after["rules"]:
        if wanted.rules:
            raise InvalidRequest(
                "rules: only the policy anti-affinity supports rules, and the group has %s" % after["policy"]
            )
        after["rules"] = {}
    joins = _joins(wanted.members or ())
    after["members"] = sorted(wanted.members or ())
    return ResourcePlan(before, after, (UpdateStep("delete"), _create_step(after), *joins))


def _membership(observed: ServerGroup, wanted: ServerGroupSpec) -> ResourcePlan:
    """Servers that leave come first: their hosts are free for the others."""
    before, asked = observed.as_dict(), wanted.members
    if asked is None:
        return ResourcePlan(before, before)
    leave = sorted(set(observed.members) - set(asked)) if wanted.purge_members else []
    join = [each for each in asked if each not in observed.members]
    after = dict(before, members=sorted((set(observed.members) - set(leave)) | set(asked)))
    return ResourcePlan(before, after, (*(UpdateStep("remove_member", each) for each in leave), *_joins(join)))


def _joins(members: Iterable[str]) -> tuple[UpdateStep, ...]:
    return tuple(UpdateStep("add_member", each) for each in members)


def _creation(wanted: ServerGroupSpec) -> ResourcePlan:
    missing = [name for name in ("name", "policy") if getattr(wanted, name) is None]
    if missing:
        raise InvalidRequest("the server group does not exist; set %s to create it" % " and ".join(missing))
    after: dict[str, Any] = {
        "id": None,
        "name": wanted.name,
        "policy": wanted.policy,
        "rules": dict(wanted.rules or {}),
        "members": sorted(wanted.members or ()),
    }
    return ResourcePlan(None, after, (_create_step(after), *_joins(wanted.members or ())))


def _create_step(after: Mapping[str, Any]) -> UpdateStep:
    return UpdateStep("create", {key: after[key] for key in _FIXED})


def _listed(observed: ServerGroup, members: Sequence[str]) -> str:
    return shortened(sorted(members or observed.members), _NAMED)
