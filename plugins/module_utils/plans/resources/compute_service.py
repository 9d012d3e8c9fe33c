# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the compute services of hosts: enabled or disabled, with a reason, forced down. Functions with a parameter
``cloud`` send requests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import DISABLED, ENABLED, Service
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import (
    FAILED,
    PLANNED,
    UNCHANGED,
    reasons,
    with_hints,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.validation import check_name

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.plans.approval import PlannedChange, Verdict


@dataclass(frozen=True)
class ServiceSpec:
    """The target state; ``None`` means not changed."""

    state: str | None = None
    reason: str | None = None
    forced_down: bool | None = None

    def check(self) -> None:
        """Raises InvalidRequest if options contradict each other."""
        if self.reason is not None and self.state != DISABLED:
            raise InvalidRequest("reason: it can only be set with state: disabled")
        check_name("reason", self.reason)
        if self.reason is not None and len(self.reason) > 255:
            raise InvalidRequest("reason: it has %d characters, and the maximum is 255" % len(self.reason))


@dataclass(frozen=True)
class ServiceChange:
    """The change of one service; ``changes`` are the fields to send to the cloud."""

    service: Service
    changes: Mapping[str, Any] = field(default_factory=dict)
    #: Why the change is not made: the approved plan does not contain it.
    refusal: str | None = None
    #: The same for a service that is left as it is.
    remark: str | None = None

    def side(self, after: bool) -> dict[str, Any]:
        """The fields of the diff."""
        shown: dict[str, Any] = {"status": self.service.status, "disabled_reason": self.service.disabled_reason}
        if self.service.forced_down is not None:
            shown["forced_down"] = self.service.forced_down
        return dict(shown, **self.changes) if after else shown

    def changed_to(self, now: Service) -> bool:
        """Whether an option of the task differs from the present state."""
        return any(getattr(now, key) != getattr(self.service, key) for key in self.changes)

    def is_made_in(self, now: Service) -> bool:
        """Whether the service is in the target state."""
        return all(getattr(now, key) == value for key, value in self.changes.items())


def choose_services(services: Iterable[Service], hosts: Sequence[str]) -> list[Service]:
    """Return the service of each host, in their order. Raises InvalidRequest for hosts without one."""
    by_host = {service.host: service for service in services}
    missing = [host for host in hosts if host not in by_host]
    if missing:
        raise InvalidRequest(
            "hosts: no such service runs on %s; compute_service_info lists the names of the hosts" % ", ".join(missing)
        )
    return [by_host[host] for host in dict.fromkeys(hosts)]


def plan_service(service: Service, wanted: ServiceSpec) -> ServiceChange:
    """Return the change of one service. A reason that is not set is kept, and enabling the service removes it."""
    changes: dict[str, Any] = {}
    if wanted.state == ENABLED and service.status != ENABLED:
        changes.update(status=ENABLED, disabled_reason=None)
    elif wanted.state == DISABLED:
        reason = service.disabled_reason if wanted.reason is None else wanted.reason
        if service.status != DISABLED:
            changes.update(status=DISABLED, disabled_reason=wanted.reason)
        elif reason != service.disabled_reason:
            changes.update(status=DISABLED, disabled_reason=reason)
    if wanted.forced_down is not None and wanted.forced_down != bool(service.forced_down):
        changes["forced_down"] = wanted.forced_down
    return ServiceChange(service, changes)


def entries(plan: Sequence[ServiceChange]) -> list[PlannedChange]:
    """The entries of a plan for compute services."""
    from ansible_collections.cloudserver.compute.plugins.module_utils.plans.approval import PlannedChange, plain

    return [
        PlannedChange(
            each.service.host,
            each.service.host,
            ("update",) if each.changes else (),
            plain(each.side(False)),
            plain(each.side(True)),
            {"binary": each.service.binary},
        )
        for each in plan
    ]


def approved(plan: Sequence[ServiceChange], verdicts: Mapping[str, Verdict]) -> list[ServiceChange]:
    """The plan without the changes that are not approved."""
    return [
        replace(
            each,
            changes={},
            refusal=verdicts[each.service.host].text if verdicts[each.service.host].failed else None,
            remark=None if verdicts[each.service.host].failed else verdicts[each.service.host].text,
        )
        if each.service.host in verdicts
        else each
        for each in plan
    ]


def diff(plan: Sequence[ServiceChange]) -> dict[str, Any]:
    """Before and after of the changed services, by host."""
    changing = [each for each in plan if each.changes]
    return {
        "before": {each.service.host: each.side(False) for each in changing},
        "after": {each.service.host: each.side(True) for each in changing},
    }


@dataclass(frozen=True)
class HostOutcome:
    """The outcome of the service of one host."""

    host: str
    binary: str
    result: str
    error: CloudError | None = None
    remark: str | None = None

    def as_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {"host": self.host, "binary": self.binary, "outcome": self.result}
        if self.remark is not None:
            found["message"] = self.remark
        if self.error is not None:
            found.update((key, value) for key, value in self.error.as_dict().items() if key != "status")
        return found


def predicted(plan: Sequence[ServiceChange]) -> list[HostOutcome]:
    return [without_change(each) or HostOutcome(each.service.host, each.service.binary, PLANNED) for each in plan]


def without_change(change: ServiceChange) -> HostOutcome | None:
    """The outcome of a service that is not changed; ``None`` for one that is."""
    host, binary = change.service.host, change.service.binary
    if change.refusal:
        return HostOutcome(host, binary, FAILED, CloudError(change.refusal))
    return None if change.changes else HostOutcome(host, binary, UNCHANGED, remark=change.remark)


def failure(outcomes: Sequence[HostOutcome]) -> str | None:
    """One sentence with the failed hosts and the reasons; ``None`` if none failed."""
    bad = [each for each in outcomes if each.error]
    if not bad:
        return None
    rows = [(each.host, "", each.error.message) for each in bad if each.error]
    text = "the service of %d of %d hosts could not be changed: %s" % (len(bad), len(outcomes), reasons(rows))
    return with_hints(text, [each.error.hint for each in bad if each.error])
