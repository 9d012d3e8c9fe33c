# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Aggregates: hosts, zone and metadata, in the order in which Nova takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources import Aggregate
from ansible_collections.cloudserver.compute.plugins.module_utils.resource_plan import (
    Halted,
    PlanError,
    ResourcePlan,
    Step,
    merged,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.resource_run import settle


@dataclass(frozen=True)
class Wanted:
    """What the task asks for; ``None`` for untouched, and an empty ``zone`` for none."""

    name: str | None
    state: str = "present"
    zone: str | None = None
    hosts: Sequence[str] | None = None
    purge_hosts: bool = False
    metadata: Mapping[str, str] | None = None
    purge_metadata: bool = False
    force: bool = False


def find_aggregate(aggregates: Iterable[Aggregate], aggregate_id: int | None, name: str | None) -> Aggregate | None:
    """By id where it is given, by name otherwise; Nova's names are unique, but that may have been otherwise once.

    Raises PlanError for a name that two share.
    """
    if aggregate_id is not None:
        return next((each for each in aggregates if each.id == aggregate_id), None)
    found = [each for each in aggregates if each.name == name]
    if len(found) > 1:
        ids = ", ".join(str(each.id) for each in found)
        raise PlanError("%d aggregates are named %s (%s); choose by id" % (len(found), name, ids))
    return found[0] if found else None


def plan_aggregate(there: Aggregate | None, others: Sequence[Aggregate], wanted: Wanted) -> ResourcePlan:
    """The steps that make the aggregate as wanted.

    Hosts come before others leave, so that one that the cloud does not know stops the task early; where the zone
    changes they leave before it and come after it, for Nova refuses a zone that one of the hosts contradicts. Raises
    PlanError where a host is in another zone through another aggregate, where the name is taken, and for an aggregate
    with hosts that is to be deleted without ``force``.
    """
    before = there.as_dict() if there else None
    if wanted.state == "absent":
        return ResourcePlan(before, None, _removal(there, wanted.force))
    if there is None and not wanted.name:
        raise PlanError("the aggregate does not exist, and making it needs a name")
    known = before or {"hosts": [], "metadata": {}, "availability_zone": None, "name": wanted.name}
    have, name = set(known["hosts"]), wanted.name or known["name"]
    hosts = have if wanted.hosts is None else set(wanted.hosts) | (set() if wanted.purge_hosts else have)
    zone = known["availability_zone"] if wanted.zone is None else (wanted.zone or None)
    pairs, to_set, to_remove = merged(known["metadata"], wanted.metadata, wanted.purge_metadata)
    _refuse_taken_name(name, there, others)
    _refuse_two_zones(hosts, zone, there, others)

    coming = [Step("add_host", host) for host in sorted(hosts - have)]
    leaving = [Step("remove_host", host) for host in sorted(have - hosts)]
    steps: list[Step] = []
    if there is None:
        steps = [Step("create", {"name": name, "availability_zone": zone})]
    elif zone != there.availability_zone:
        if zone is None:
            raise PlanError(
                "the aggregate %s is in the zone %s, and a zone that was once given cannot be taken away; delete the"
                " aggregate and make it anew" % (there.name, there.availability_zone)
            )
        # Alone, for Nova keeps a new name even where it refuses the zone of the same request.
        steps = leaving + [Step("update", {"availability_zone": zone})]
        leaving = []
    if there is not None and name != there.name:
        steps.append(Step("update", {"name": name}))
    if to_set or to_remove:
        changes: dict[str, Any] = dict(to_set)
        changes.update((key, None) for key in to_remove)
        steps.append(Step("set_metadata", changes))
    after = {"name": name, "availability_zone": zone, "hosts": sorted(hosts), "metadata": pairs}
    return ResourcePlan(before, dict(known, **after), tuple(steps + coming + leaving))


def _removal(there: Aggregate | None, force: bool) -> tuple[Step, ...]:
    if there is None:
        return ()
    if there.hosts and not force:
        raise PlanError(
            "the aggregate %s still has the hosts %s; set force: true to take them out first"
            % (there.name, ", ".join(sorted(there.hosts)))
        )
    return tuple(Step("remove_host", host) for host in sorted(there.hosts)) + (Step("delete"),)


def _refuse_taken_name(name: str, there: Aggregate | None, others: Iterable[Aggregate]) -> None:
    for other in others:
        if other.name == name and (there is None or (other.id != there.id and name != there.name)):
            raise PlanError("the name %s is taken by the aggregate of the id %d" % (name, other.id))


def _refuse_two_zones(
    hosts: Iterable[str], zone: str | None, there: Aggregate | None, others: Sequence[Aggregate]
) -> None:
    if zone is None:
        return
    wanted = set(hosts)
    for other in others:
        if there is not None and other.id == there.id:
            continue
        for host in sorted(wanted & set(other.hosts)):
            if other.availability_zone not in (None, zone):
                raise PlanError(
                    "the host %s is in the zone %s through the aggregate %s, and a host has one zone"
                    % (host, other.availability_zone, other.name)
                )


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
                raise Halted(error, self.done) from None
            self.done.append("%s %s" % (step.deed, step.value) if isinstance(step.value, str) else step.deed)

    def _take(self, step: Step) -> None:
        cloud, value = self.cloud, step.value
        if step.deed == "create":
            self.aggregate_id = self._create(value["name"], value["availability_zone"])
        elif step.deed == "update":
            self._settle(
                lambda: cloud.update_aggregate(self.aggregate_id, value),
                lambda now: now is not None and all(getattr(now, key) == value[key] for key in value),
            )
        elif step.deed == "delete":
            self._settle(lambda: cloud.delete_aggregate(self.aggregate_id), lambda now: now is None)
        elif step.deed == "set_metadata":
            self._settle(
                lambda: cloud.set_aggregate_metadata(self.aggregate_id, value),
                lambda now: now is not None and all(now.metadata.get(key) == value[key] for key in value),
            )
        elif step.deed == "add_host":
            self._settle(
                lambda: cloud.add_host(self.aggregate_id, value), lambda now: now is not None and value in now.hosts
            )
        elif step.deed == "remove_host":
            self._settle(
                lambda: cloud.remove_host(self.aggregate_id, value),
                lambda now: now is not None and value not in now.hosts,
            )

    def _settle(self, ask: Callable[[], None], shows: Callable[[Aggregate | None], bool]) -> None:
        def send() -> bool:
            ask()
            return True

        settle(
            self.cloud, send, lambda: shows(find_aggregate(self.cloud.aggregates(), self.aggregate_id, None))
        )

    def _create(self, name: str, zone: str | None) -> int:
        # Names are unique, and it was not there before: one that is there now was made by us.
        made = settle(
            self.cloud,
            lambda: self.cloud.create_aggregate(name, zone),
            lambda: find_aggregate(self.cloud.aggregates(), None, name),
            (),
        )
        return made.id
