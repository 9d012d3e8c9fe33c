# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans to migrate servers to other hosts: the method for each server."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Iterable, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, ExpectedState
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import UnsupportedOperation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.host import DISABLED, DOWN, Service
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    ERROR,
    PAUSED,
    RUNNING,
    STOPPED,
    SUSPENDED,
    Server,
    fault_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.notes import CONFIRM_NOTE
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.selection import CHOOSING

MODES = ("auto", "live", "cold", "evacuate")
ACTION = {"live": "live_migrate", "cold": "migrate", "evacuate": "evacuate"}
#: The power states in which each method works. Nova also evacuates servers in ERROR.
FROM: Mapping[str, tuple[str, ...]] = {
    "live": (RUNNING, PAUSED),
    "cold": (RUNNING, STOPPED),
    "evacuate": (RUNNING, STOPPED, ERROR),
}
#: Prefixes of the task_states of each method while it is in progress.
TASKS = {"live": ("migrating",), "cold": ("resize_",), "evacuate": ("rebuild",)}
CONFIRM = Action("confirm_resize", expected_state=ExpectedState(status=("ACTIVE", "SHUTOFF")))
#: Shown in the diff if the scheduler selects the host.
ANOTHER = "another host, selected by the cloud"
#: Statuses of a server that is being moved to another host.
_MOVING = ("MIGRATING", "RESIZE", "REVERT_RESIZE", "REBUILD")
_NOWHERE = ("BUILD", "ERROR", "SHELVED_OFFLOADED", "DELETED", "SOFT_DELETED")
_ROOM = (
    "hypervisor_info shows which hosts are enabled, up and have free capacity; the host must also be in the"
    " availability zone of the server."
)


@dataclass(frozen=True)
class MigrationSpec:
    """The options of a task: servers move to ``host``, or away from ``from_host``; at least one is set."""

    mode: str = "auto"
    host: str | None = None
    from_host: str | None = None
    confirm: bool = True
    force: bool = False
    block_migration: bool | None = None
    password: str | None = field(default=None, repr=False)
    shared_storage: bool = False

    def check(self) -> None:
        """Raises InvalidRequest for options that contradict each other."""
        if self.host is not None and self.host == self.from_host:
            raise InvalidRequest(
                "host and from_host are both %s; a server cannot be migrated to the host that it is on" % self.host
            )
        if self.force and not self.host:
            raise InvalidRequest("force: it bypasses the scheduler's checks of the target host; set host, too")
        if self.force and self.mode == "cold":
            raise InvalidRequest("force: a cold migration cannot be forced; use mode: live")

    def holds(self, server: Server) -> bool:
        """Whether the server is already on a suitable host."""
        return server.host == self.host if self.from_host is None else server.host != self.from_host


def choosing(options: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The options that select servers, including ``from_host``, and whether it narrows the selection. It is sent to the
    cloud and checked again, except if servers are named individually: a named server that already left the host is
    unchanged, not missing."""
    host = options.get("from_host")
    if host is None or any(options.get(name) for name in ("ids", "names", "ips")):
        return options, False
    chosen = any(options.get(name) for name in CHOOSING if name != "all")
    return dict(options, all=not chosen, filters=dict(options.get("filters") or {}, host=host)), True


def check_hosts(spec: MigrationSpec, services: Mapping[str, Service], moving: bool) -> None:
    """Raises InvalidRequest for unknown hosts and, with ``moving``, for a host that accepts no servers."""
    for option, name in (("host", spec.host), ("from_host", spec.from_host)):
        if name is not None and name not in services:
            raise InvalidRequest(
                "%s: the cloud has no compute host %s; compute_service_info lists them" % (option, name)
            )
    if not moving or spec.host is None:
        return
    target = services[spec.host]
    if target.state == DOWN:
        raise InvalidRequest("host: the compute service of %s is down" % spec.host)
    if target.status == DISABLED and not spec.force:
        raise InvalidRequest(
            "host: %s is disabled, so the scheduler places no servers on it; enable it with compute_service" % spec.host
        )


def plan_migrations(
    servers: Iterable[Server], spec: MigrationSpec, services: Mapping[str, Service], rules: Rules
) -> Plan:
    """Return the plan to move each server; ``rules`` is asked only for capabilities. ``services`` are the compute
    services by host."""
    return Plan(tuple(plan_one(server, spec, services, rules) for server in servers))


def unconfirmed(plan: Plan) -> str | None:
    """The servers that are on a suitable host, but in VERIFY_RESIZE; ``None`` if there are none."""
    found = [
        change.server.label
        for change in plan.items
        if not change.planned_actions and not change.refusal and is_unconfirmed(change.server)
    ]
    return ", ".join(found) or None


def is_unconfirmed(server: Server) -> bool:
    """Whether a migration or resize of the server must still be confirmed or reverted."""
    return (server.status or "").upper() == "VERIFY_RESIZE"


def plan_one(server: Server, spec: MigrationSpec, services: Mapping[str, Service], rules: Rules) -> Change:
    before = {"host": server.host}
    if server.host is None:
        return Change.refused(server, _no_host(server), before)
    if spec.holds(server):
        if not server.is_stable and (server.status or "").upper() in _MOVING:
            # The server is already there, but its migration may still fail or need a confirmation.
            return Change(server, (), before, before, wait_until_stable=True)
        if spec.confirm and is_unconfirmed(server) and server.metadata.get(CONFIRM_NOTE):
            return Change.of(server, [CONFIRM], dict(before, status=server.status), dict(before, status="confirmed"))
        return Change(server, before=before, after=before)
    down = server.host in services and services[server.host].state == DOWN
    mode = spec.mode
    if mode == "auto":
        mode = "evacuate" if down else "cold" if server.target_power_state == STOPPED else "live"
    refusal = _why_not(server, mode, down) or _unsupported(rules, mode, spec)
    if refusal:
        return Change.refused(server, refusal, before)
    planned_actions = [_move(server, mode, spec)]
    after: dict[str, Any] = {"host": spec.host or ANOTHER}
    if mode == "cold" and spec.confirm:
        planned_actions.append(CONFIRM)
    elif mode == "cold":
        after["status"] = "VERIFY_RESIZE"
    change = Change.of(server, planned_actions, before, after)
    if mode == "evacuate":
        # A task on a dead host never ends; only another evacuation ends it.
        return replace(change, wait_until_stable=(server.task_state or "").startswith(TASKS[mode]))
    return change


def _move(server: Server, mode: str, spec: MigrationSpec) -> Action:
    arguments: dict[str, Any] = {"host": spec.host}
    if mode == "live":
        arguments.update(force=spec.force, block_migration=spec.block_migration)
    if mode == "evacuate":
        arguments.update(force=spec.force, password=spec.password, shared_storage=spec.shared_storage)
    expected_state = ExpectedState(host=spec.host) if spec.host else ExpectedState(left_host=server.host)
    if mode == "evacuate":
        # A stopped server is rebuilt, shown as running for a moment, and stopped.
        expected_state = replace(
            expected_state, status=("SHUTOFF",) if server.power_state == STOPPED else ("ACTIVE", "SHUTOFF")
        )
    note = (CONFIRM_NOTE, "migrate") if mode == "cold" and spec.confirm else None
    return Action(ACTION[mode], arguments, expected_state, TASKS[mode], note=note)


def _no_host(server: Server) -> str:
    if (server.status or "").upper() in _NOWHERE:
        return "the server is in status %s and on no host" % server.status
    return "the cloud shows the host of a server to administrators only; use the credentials of an administrator"


def _why_not(server: Server, mode: str, down: bool) -> str | None:
    """Why the server cannot be migrated with this method, and what to do; ``None`` if it can."""
    state, status = server.target_power_state, (server.status or "").upper()
    if mode == "evacuate" and not down:
        return (
            "its host %s is up, and only servers on a host that is down can be evacuated; use mode: auto" % server.host
        )
    if mode != "evacuate" and down:
        return "its host %s is down, so it can only be evacuated; use mode: evacuate" % server.host
    if state in FROM[mode]:
        return None
    if state == ERROR:
        return "%s; it can only be evacuated, when its host is down" % fault_text(server)
    if status == "VERIFY_RESIZE":
        return "the server is in status VERIFY_RESIZE: its resize is not confirmed or reverted yet"
    if state == SUSPENDED:
        return "the server is suspended and cannot be migrated; start or stop it with server_power first"
    if state == PAUSED:
        ways = "use mode: live" if mode == "cold" else "a paused server cannot be evacuated"
        return "the server is paused; %s" % ways
    if state == STOPPED:
        return "the server is stopped; use mode: cold"
    return "the server is in status %s, in which it cannot be migrated" % server.status


def _unsupported(rules: Rules, mode: str, spec: MigrationSpec) -> str | None:
    needed = [ACTION[mode]]
    if mode == "cold" and spec.host:
        needed.append("migrate_to_host")
    if mode == "cold" and spec.confirm:
        needed.append("confirm_resize")
    if mode != "cold" and spec.force:
        needed.append("force_host")
    for operation in needed:
        try:
            rules.require(operation)
        except UnsupportedOperation as error:
            return str(error)
    return None
