# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides from observations of compute services which hosts have failed, and whether others can take their servers;
pure functions over records."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Iterable, Mapping, Sequence

Record = Mapping[str, Any]
#: How the reason begins that the role host_evacuation gives to a compute service that it disables.
MARK = "host_evacuation: "
#: Seconds after which Nova shows a service as down by default.
SERVICE_DOWN_TIME = 60
_NAME_IT = "name it in host_evacuation_hosts to evacuate it"


class FailureError(Exception):
    """The observations cannot be evaluated; the message is one sentence with the reason."""


def find_failures(
    observations: Sequence[Sequence[Record]],
    hosts: Sequence[str] = (),
    grace: float = 300,
    max_down_percent: float = 35,
) -> dict[str, Any]:
    """``hosts``, the services of hosts to evacuate; ``skipped``, hosts that are left out, with the reason;
    ``problems``, texts that say why nothing may be done; and ``reporting``, the hosts whose service runs, even if it is
    forced down.

    ``observations`` are listings of compute services, the last one last; a host must be down in each of them without a
    report in between. ``hosts`` narrows the result, ``grace`` is in seconds. Raises FailureError.
    """
    if not observations:
        raise FailureError("there is no observation of the compute services")
    services = sorted(observations[-1], key=lambda each: str(each["host"]))
    unknown = sorted(set(hosts) - {str(each["host"]) for each in services})
    problems = _control_plane(services, max_down_percent)
    if unknown:
        problems.append("host_evacuation_hosts: the cloud has no compute service on %s" % ", ".join(unknown))
    now = _newest_report(services)
    found: list[dict[str, Any]] = []
    skipped: list[dict[str, str]] = []
    for service in services:
        name = str(service["host"])
        if (hosts and name not in hosts) or (not hosts and service["state"] != "down"):
            continue
        reason = _why_not(service, observations, now, grace, name in hosts)
        if reason:
            skipped.append({"host": name, "reason": reason})
        else:
            found.append({**service, "ours": is_ours(service)})
    return {"hosts": found, "skipped": skipped, "problems": problems, "reporting": _reporting(services)}


def is_ours(service: Record) -> bool:
    """Whether the role itself disabled the service."""
    return service["status"] == "disabled" and str(service["disabled_reason"] or "").startswith(MARK)


def find_shortage(
    servers: Sequence[Record],
    hypervisors: Sequence[Record],
    failed: Sequence[str] = (),
    target: str = "",
    ratio: float = 1.0,
) -> str:
    """Why the other hosts have too little memory for the servers; empty if they have enough, or if the cloud does not
    return the memory of a host or server. ``ratio`` is the RAM allocation ratio of hosts that do not return theirs."""
    usable = [
        each
        for each in hypervisors
        if each["state"] == "up" and each["status"] == "enabled" and each["host"] not in failed
    ]
    if target:
        usable = [each for each in usable if each["host"] == target]
    needed = _all_known((each.get("flavor") or {}).get("ram_mb") for each in servers)
    free = _all_known(_free_memory(each, ratio) for each in usable)
    if not needed or free is None:
        return ""
    where = "the host %s" % target if target else "the other hosts"
    if sum(needed) > sum(free):
        return "%d servers need %d MiB of memory, and %s have %d MiB free" % (
            len(needed), sum(needed), where, max(0, sum(free)),
        )  # fmt: skip
    most = max(free, default=0)
    if max(needed) > most:
        return "a server needs %d MiB of memory, and no host has more than %d MiB free" % (max(needed), most)
    return ""


def _all_known(sizes: Iterable[float | None]) -> list[float] | None:
    """The sizes; None if one of them is unknown."""
    found = list(sizes)
    known = [size for size in found if size is not None]
    return known if len(known) == len(found) else None


def _control_plane(services: Sequence[Record], max_down_percent: float) -> list[str]:
    """One text if so many hosts are down at the same time that the hosts are unlikely to be the cause."""
    enabled = [each for each in services if each["status"] == "enabled"]
    down = [each for each in enabled if each["state"] == "down" and not each["forced_down"]]
    if len(down) * 100 <= max_down_percent * len(enabled):
        return []
    return [
        "%d of %d enabled compute services are down, and host_evacuation_max_down_percent allows %g %%; if many hosts"
        " are down at the same time, the message queue, the database or a clock has failed, not the hosts"
        % (len(down), len(enabled), max_down_percent)
    ]


def _why_not(
    service: Record, observations: Sequence[Sequence[Record]], now: datetime | None, grace: float, named: bool
) -> str:
    """Why the host is not evacuated; empty if it is."""
    if service["state"] != "down":
        return "its compute service is up"
    if is_ours(service):
        # An earlier run fenced it, and was interrupted or left servers on it.
        return ""
    if service["forced_down"]:
        return "" if named else "someone else forced it down; " + _NAME_IT
    if service["status"] == "disabled" and not named:
        return "it is disabled (%s); %s" % (service["disabled_reason"] or "without a reason", _NAME_IT)
    return _too_early(service, observations, now, grace)


def _too_early(service: Record, observations: Sequence[Sequence[Record]], now: datetime | None, grace: float) -> str:
    reports = [
        (each["state"], each["updated"])
        for services in observations
        for each in services
        if each["host"] == service["host"]
    ]
    if len(reports) < len(observations) or set(reports) != {("down", service["updated"])}:
        return "it reported again between two observations"
    last = _moment(service["updated"])
    if now is None or last is None:
        return "the cloud does not return when it last reported"
    age = (now - last).total_seconds()
    return "it last reported %d seconds ago, and host_evacuation_grace is %g" % (age, grace) if age < grace else ""


def _newest_report(services: Sequence[Record]) -> datetime | None:
    """The present time by the cloud's own clock: a service that runs reports every few seconds."""
    found = [_moment(each["updated"]) for each in services]
    return max((each for each in found if each is not None), default=None)


def _reporting(services: Sequence[Record]) -> list[str]:
    """The hosts whose services reported in the last minute, even if they are forced down."""
    now = _newest_report(services)
    reports = [(str(each["host"]), _moment(each["updated"])) for each in services]
    return [host for host, last in reports if now and last and (now - last).total_seconds() <= SERVICE_DOWN_TIME]


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def _free_memory(hypervisor: Record, ratio: float) -> float | None:
    total, used = hypervisor["memory_mb"], hypervisor["memory_mb_used"]
    if total is None or used is None:
        return None
    return float(total) * (hypervisor["ram_allocation_ratio"] or ratio) - float(used)
