"""The servers of a platform, and their transitions between states.

No threads: a transition is a record with an end time; the next request ends the transitions that are due.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.state.clock import Clock
from simulator.state.server_states import STARTING_POINTS, Power, nova_status

#: Actions that need no nova-compute of the server's host, by their instance action: Nova itself deletes a server there.
_WITHOUT_HOST = ("create", "delete", "forceDelete", "evacuate", "migrate", "live-migration")
_STARTS = ("start", "reboot")
FIRST_CREATED = 1767225600.0  # 2026-01-01T00:00:00Z; later servers of the file were created later


@dataclass(eq=False)
class Transition:
    """A transition of a server; jobs and instance actions refer to the same record."""

    name: str
    started: float
    delay: float
    outcome: dict[str, Any]
    ends: float | None = None  # None: stuck, it never ends by itself
    error: tuple[str, str] | None = None
    waits_for_host: bool = False  # its nova-compute has stopped, and the message waits in the queue
    resumed: Callable[[], None] | None = None  # called when it goes on

    def finished(self, now: float) -> bool:
        return self.ends is not None and self.ends <= now


@dataclass(eq=False)
class ActionRecord:
    """A row of os-instance-actions."""

    action: str
    request_id: str
    user_id: str
    project_id: str
    started: float
    transition: Transition | None = None


@dataclass(eq=False)
class Server:
    """A server. Times are epoch seconds; `addresses` is a list of {network, ip, version, kind, mac, typed}."""

    id: str
    name: str
    region: str
    project_id: str
    user_id: str
    vm_state: str
    task_state: str | None
    power_state: int
    flavor: dict[str, Any]
    image: dict[str, Any] | None
    addresses: list[dict[str, Any]]
    zone: str
    host: str
    created: float
    updated: float
    tags: list[str] = field(default_factory=list)
    security_groups: list[str] = field(default_factory=lambda: ["default"])  # names; huaweicloud: ids too
    metadata: dict[str, str] = field(default_factory=dict)
    locked: bool = False
    locked_reason: str | None = None
    locked_by_admin: bool = False
    key_name: str | None = None
    description: str | None = None
    fault: dict[str, Any] | None = None
    launched: float | None = None
    deleted_at: float | None = None
    enterprise_project_id: str = "0"
    os_type: str = "Linux"
    password: str | None = None  # SHA-256 of the administrator's password
    pending_password: str | None = None  # SHA-256 of the password after the next start
    password_changes: int = 0  # number of accepted changes of the password
    reset_plugin: bool = True  # the password reset plug-in is installed
    user_data: str | None = None  # base64; None: the simulator's own
    key_names: list[str] = field(default_factory=list)  # ustack: the attached ones
    volume_image: dict[str, Any] | None = None  # of a server that boots from a volume
    prepaid: bool = False
    spot: bool = False  # huaweicloud
    auto_recovery: bool = False  # huaweicloud: started on another host if its host fails
    hints: dict[str, list[str]] = field(default_factory=dict)  # huaweicloud: os:scheduler_hints
    appears: float = 0.0  # huaweicloud: no call finds a new server before
    system_disk: bool = True
    os_change_failed: bool = False
    encryption_key: str | None = None  # of the system disk
    extra: dict[str, Any] = field(default_factory=dict)
    moved_from: dict[str, Any] | None = None  # the fields before a migration that waits to be confirmed
    delete_lost: bool = False  # deleted twice at the same time: its task state never ends
    attached: list[dict[str, Any]] = field(default_factory=list)  # volume attachments, without the boot volume
    boot_volume_goes: bool = False  # the boot volume is deleted with the server
    disk_moves: bool = False  # huaweicloud: a disk is being attached or detached; the server takes one at a time
    stuck: bool = False
    reservation: str = ""  # of the request that created several servers
    transition: Transition | None = None
    reached_at: float | None = None
    actions: list[ActionRecord] = field(default_factory=list)
    cache: dict[Any, bytes] = field(default_factory=dict)

    @property
    def status(self) -> str:
        return nova_status(self.vm_state, self.task_state)

    @property
    def reservation_id(self) -> str:
        return self.reservation or "r-" + self.id[:8]

    @property
    def hidden(self) -> bool:
        """Not in default lists: deleted or soft-deleted."""
        return self.vm_state in ("deleted", "soft-delete")


class Fleet:
    """All servers of one platform. Every method expects the simulator's lock to be held."""

    def __init__(self, platform: str, clock: Clock) -> None:
        self.platform = platform
        self.clock = clock
        self.servers: dict[str, Server] = {}
        self._transitions: list[tuple[float, int, Server, Transition]] = []
        self._callbacks: list[tuple[float, int, Callable[[], None]]] = []
        self._waiting: dict[str, list[tuple[Transition, Callable[[], None]]]] = {}
        self._count = itertools.count()
        self._sorted: dict[Any, list[Server]] = {}
        #: Whether the nova-compute of a host takes messages.
        self.is_running: Callable[[str], bool] = lambda _host: True
        #: Called when a server was deleted.
        self.on_deleted: Callable[[Server], None] = lambda _server: None

    def add(self, server: Server) -> None:
        self.servers[server.id] = server
        self._sorted.clear()

    def remove(self, server: Server) -> None:
        del self.servers[server.id]
        self.on_deleted(server)
        self._sorted.clear()

    def find(self, id_or_name: str) -> Server | None:
        """By id, or the first of that name."""
        found = self.servers.get(id_or_name)
        named = (s for s in self.servers.values() if s.name == id_or_name and s.vm_state != "deleted")
        return found or next(named, None)

    def sorted_by_creation(self, region: str, project_id: str | None, newest_first: bool = True) -> list[Server]:
        """The servers of a region (of all projects where `project_id` is None) by creation, then id."""
        key = (region, project_id, newest_first)
        if key not in self._sorted:
            chosen = [s for s in self.servers.values() if s.region == region and project_id in (None, s.project_id)]
            chosen.sort(key=lambda s: (s.created, s.id), reverse=newest_first)
            self._sorted[key] = chosen
        return self._sorted[key]

    def sorted_by_id(self, region: str, project_id: str | None, descending: bool) -> list[Server]:
        """The servers sorted by id; cached, since clients page all servers in this order."""
        key = (region, project_id, "id", descending)
        if key not in self._sorted:
            self._sorted[key] = sorted(
                self.sorted_by_creation(region, project_id), key=lambda s: s.id, reverse=descending
            )
        return self._sorted[key]

    def mark_updated(self, server: Server, when: float | None = None) -> None:
        """Set `updated`, and drop the cached JSON texts."""
        server.updated = self.clock.now() if when is None else when
        server.cache.clear()

    def end_due_transitions(self) -> None:
        """End every transition that is due, and call every callback that is due."""
        now = self.clock.now()
        while self._transitions and self._transitions[0][0] <= now:
            _ends, _count, server, transition = heapq.heappop(self._transitions)
            if server.transition is transition:
                self._end(server, transition)
        while self._callbacks and self._callbacks[0][0] <= now:
            heapq.heappop(self._callbacks)[2]()

    def call_later(self, delay: float, callback: Callable[[], None]) -> None:
        """Call back in `delay` seconds; for changes that are no transition of a server."""
        heapq.heappush(self._callbacks, (self.clock.now() + delay, next(self._count), callback))

    def call_host(self, server: Server, transition: Transition, callback: Callable[[], None]) -> None:
        """End a change that is no transition of the server: its nova-compute takes the message, once it runs."""
        if not self.is_running(server.host):
            transition.waits_for_host = True
            self._waiting.setdefault(server.host, []).append((transition, callback))
            return
        transition.waits_for_host = False
        transition.ends = self.clock.now() + transition.delay
        self.call_later(transition.delay, callback)

    def begin(
        self,
        server: Server,
        power: Power,
        delay: float,
        *,
        never_ends: bool = False,
        error: tuple[str, str] | None = None,
        outcome: dict[str, Any] | None = None,
    ) -> Transition:
        """Start a power action; `error` (code, message) without an `outcome` leaves the server in ERROR."""
        now = self.clock.now()
        end: dict[str, Any] = {"vm_state": power.vm_state, "power_state": power.power_state}
        if error and outcome is None:
            end = {
                "vm_state": "error",
                "power_state": server.power_state,
                "fault": {
                    "code": 500,
                    "message": error[1],
                    "created": now + delay,
                    "details": "Traceback (most recent call last): simulated",
                },
            }
        elif outcome is not None:
            end = outcome
        transition = Transition(power.record, now, delay, end, error=error)
        server.task_state = power.task_state
        server.transition = transition
        # An action with an error fails before a message is sent to the host.
        transition.waits_for_host = (
            error is None and power.record not in _WITHOUT_HOST and not self.is_running(server.host)
        )
        self.mark_updated(server)
        if not (never_ends or server.stuck or transition.waits_for_host):
            self._schedule(server, transition, now + delay)
        return transition

    def resume(self, host: str) -> None:
        """The nova-compute of the host takes the messages that have waited for it."""
        for server in self.servers.values():
            transition = server.transition
            if server.host == host and transition is not None and transition.waits_for_host:
                transition.waits_for_host = False
                self._schedule(server, transition, self.clock.now() + transition.delay)
                if transition.resumed is not None:
                    transition.resumed()
        for waiting, callback in self._waiting.pop(host, []):
            waiting.waits_for_host = False
            waiting.ends = self.clock.now() + waiting.delay
            self.call_later(waiting.delay, callback)

    def forget_views(self, host: str) -> None:
        """Drop the cached JSON texts of the servers on the host."""
        for server in self.servers.values():
            if server.host == host:
                server.cache.clear()

    def release_transition(self, server: Server) -> None:
        """Let the transitions of a stuck server end again, after the usual delay."""
        server.stuck = False
        transition = server.transition
        if transition is not None and transition.ends is None:
            self._schedule(server, transition, self.clock.now() + transition.delay)

    def hold_transitions(self, server: Server) -> None:
        """Let no transition of the server end, including the current one."""
        server.stuck = True
        if server.transition is not None:
            server.transition.ends = None
            self._transitions = [row for row in self._transitions if row[2] is not server]
            heapq.heapify(self._transitions)

    def set_status(self, server: Server, status: str) -> None:
        """Force a status; the current transition ends. Raises KeyError."""
        vm_state, task_state, power_state = STARTING_POINTS[status]
        now = self.clock.now()
        if server.transition is not None:
            server.transition.ends = now
            if status == "ERROR":
                server.transition.error = ("500", "The server went to ERROR.")
            server.transition = None
        server.vm_state, server.task_state, server.power_state = vm_state, task_state, power_state
        if status == "ERROR" and server.fault is None:
            server.fault = {"code": 500, "message": "Simulated fault", "created": now}
        if status != "ERROR":
            server.fault = None
        server.deleted_at = now if server.hidden else None
        server.reached_at = now
        if server.vm_state == "deleted":
            self.on_deleted(server)
        self.mark_updated(server)

    def set_status_later(self, server: Server, status: str, after: float) -> None:
        """Let the server reach a status `after` seconds from now. Raises KeyError."""
        vm_state, _task_state, power_state = STARTING_POINTS[status]
        now = self.clock.now()
        server.transition = Transition("control", now, after, {"vm_state": vm_state, "power_state": power_state})
        server.reached_at = None
        self._schedule(server, server.transition, now + after)

    def _schedule(self, server: Server, transition: Transition, ends: float) -> None:
        transition.ends = ends
        heapq.heappush(self._transitions, (ends, next(self._count), server, transition))

    def _end(self, server: Server, transition: Transition) -> None:
        for name, value in transition.outcome.items():
            setattr(server, name, value)
        if server.vm_state != "error":
            server.fault = None
        if server.vm_state == "active" and server.launched is None:
            server.launched = transition.ends
        if server.pending_password is not None and transition.name in _STARTS and server.vm_state == "active":
            server.password, server.pending_password = server.pending_password, None
        server.task_state = "soft-deleting" if server.delete_lost else None
        server.transition = None
        server.reached_at = transition.ends
        if server.vm_state == "deleted":
            self.on_deleted(server)
        self.mark_updated(server, transition.ends)
