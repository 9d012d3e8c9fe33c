# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for host aggregates: hosts, zone and metadata, in the order that Nova accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.aggregate import Aggregate
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.lookup import lookup
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.change import ResourcePlan, UpdateStep
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import merged


@dataclass(frozen=True)
class AggregateSpec:
    """The target state. ``None`` means not changed, an empty ``zone`` means no zone."""

    name: str | None
    state: str = "present"
    zone: str | None = None
    hosts: Sequence[str] | None = None
    purge_hosts: bool = False
    metadata: Mapping[str, str] | None = None
    purge_metadata: bool = False
    force: bool = False


def find_aggregate(aggregates: Iterable[Aggregate], aggregate_id: int | None, name: str | None) -> Aggregate | None:
    """Return the aggregate with the id if one is given, otherwise with the name. Nova's names are unique now, but were
    not in old releases. Raises InvalidRequest if two aggregates have the name."""
    return lookup(aggregates, aggregate_id, name, "aggregates")


def plan_aggregate(observed: Aggregate | None, others: Sequence[Aggregate], wanted: AggregateSpec) -> ResourcePlan:
    """Return the steps to reach the target state.

    Hosts are added before others are removed, so that an unknown host stops the task early. If the zone changes, hosts
    are removed before and added after the change, because Nova rejects a zone that contradicts the zone of a host.

    Raises InvalidRequest if a host is in another zone through another aggregate, if the name is in use, and if an
    aggregate with hosts would be deleted without ``force``.
    """
    before = observed.as_dict() if observed else None
    if wanted.state == "absent":
        return ResourcePlan(before, None, _removal(observed, wanted.force))
    if observed is None and not wanted.name:
        raise InvalidRequest("the aggregate does not exist; set name to create it")
    known = before or {"hosts": [], "metadata": {}, "availability_zone": None, "name": wanted.name}
    have, name = set(known["hosts"]), wanted.name or known["name"]
    hosts = have if wanted.hosts is None else set(wanted.hosts) | (set() if wanted.purge_hosts else have)
    zone = known["availability_zone"] if wanted.zone is None else (wanted.zone or None)
    pairs, to_set, to_remove = merged(known["metadata"], wanted.metadata, wanted.purge_metadata)
    _refuse_taken_name(name, observed, others)
    _refuse_two_zones(hosts, zone, observed, others)

    coming = [UpdateStep("add_host", host) for host in sorted(hosts - have)]
    leaving = [UpdateStep("remove_host", host) for host in sorted(have - hosts)]
    steps: list[UpdateStep] = []
    if observed is None:
        steps = [UpdateStep("create", {"name": name, "availability_zone": zone})]
    elif zone != observed.availability_zone:
        if zone is None:
            raise InvalidRequest(
                "the aggregate %s is in the availability zone %s, and the zone of an aggregate cannot be removed;"
                " delete the aggregate and create it again" % (observed.name, observed.availability_zone)
            )
        # A request of its own, because Nova keeps the new name even if it rejects the zone of the same request.
        # It contains the present name, which is required in EasyStack's API reference.
        steps = leaving + [UpdateStep("update", {"name": observed.name, "availability_zone": zone})]
        leaving = []
    if observed is not None and name != observed.name:
        steps.append(UpdateStep("update", {"name": name}))
    if to_set or to_remove:
        changes: dict[str, Any] = dict(to_set)
        changes.update((key, None) for key in to_remove)
        steps.append(UpdateStep("set_metadata", changes))
    after = {"name": name, "availability_zone": zone, "hosts": sorted(hosts), "metadata": pairs}
    return ResourcePlan(before, dict(known, **after), tuple(steps + coming + leaving))


def _removal(observed: Aggregate | None, force: bool) -> tuple[UpdateStep, ...]:
    if observed is None:
        return ()
    if observed.hosts and not force:
        raise InvalidRequest(
            "the aggregate %s still has the hosts %s; set force: true to remove them first"
            % (observed.name, ", ".join(sorted(observed.hosts)))
        )
    return tuple(UpdateStep("remove_host", host) for host in sorted(observed.hosts)) + (UpdateStep("delete"),)


def _refuse_taken_name(name: str, observed: Aggregate | None, others: Iterable[Aggregate]) -> None:
    for other in others:
        if other.name == name and (observed is None or (other.id != observed.id and name != observed.name)):
            raise InvalidRequest("the name %s is already used by the aggregate with the id %d" % (name, other.id))


def _refuse_two_zones(
    hosts: Iterable[str], zone: str | None, observed: Aggregate | None, others: Sequence[Aggregate]
) -> None:
    if zone is None:
        return
    wanted = set(hosts)
    for other in others:
        if observed is not None and other.id == observed.id:
            continue
        for host in sorted(wanted & set(other.hosts)):
            if other.availability_zone not in (None, zone):
                raise InvalidRequest(
                    "the host %s is in the zone %s through the aggregate %s, and a host can be in one zone only"
                    % (host, other.availability_zone, other.name)
                )
