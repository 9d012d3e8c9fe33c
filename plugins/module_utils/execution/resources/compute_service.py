# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Enables, disables and forces down compute services."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import Service
from ansible_collections.cloudserver.compute.plugins.module_utils.execution.steps import StepDefinition
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import DONE, FAILED, UNKNOWN
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import OutcomeUnknown
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.resources.compute_service import (
    HostOutcome,
    ServiceChange,
    without_change,
)


def carry_out(cloud: Compute, plan: Sequence[ServiceChange]) -> list[HostOutcome]:
    """Changes all services concurrently; if the cloud rejects one of them, the others are still changed."""

    def is_done(each: ServiceChange) -> bool:
        services = cloud.hosts.list_services(each.service.host, each.service.binary)
        return any(now.id == each.service.id and each.is_made_in(now) for now in services)

    update = StepDefinition(lambda each: cloud.hosts.update_service(each.service, each.changes), is_done)

    def change(each: ServiceChange) -> HostOutcome:
        host, binary = each.service.host, each.service.binary
        unchanged = without_change(each)
        if unchanged:
            return unchanged
        try:
            update.take(cloud, each)
        except CloudError as error:
            return HostOutcome(host, binary, UNKNOWN if isinstance(error, OutcomeUnknown) else FAILED, error)
        return HostOutcome(host, binary, DONE)

    return in_parallel(change, plan, cloud.parallel)


def refresh(
    cloud: Compute, plan: Sequence[ServiceChange], outcomes: Sequence[HostOutcome], warn: Callable[[str], None]
) -> list[Service]:
    """The services after the changes. If they cannot be read, with a warning: the changed services as planned, the
    others as before."""
    binary = plan[0].service.binary
    only = plan[0].service.host if len(plan) == 1 else None
    try:
        now = {service.id: service for service in cloud.hosts.list_services(only, binary)}
    except CloudError as error:
        warn("The services could not be read after the change; the result shows those changed as planned: %s" % error)
        now = {}
    shown = []
    for each, outcome in zip(plan, outcomes):
        planned = replace(each.service, **each.changes) if outcome.result == DONE else each.service
        shown.append(now.get(each.service.id) or planned)
    return shown
