# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moving servers to other hosts: the way that each takes, and carrying it out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils import notes
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.compute import Compute, Observation, Ticket
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.deeds import Aim, Deed
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import UnsupportedOperation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.hosts import DISABLED, DOWN, Service
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import (
    ERROR,
    PAUSED,
    RUNNING,
    STOPPED,
    SUCCEEDED,
    SUSPENDED,
    Server,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.deed_run import DeedRun, Item
from ansible_collections.cloudserver.compute.plugins.module_utils.plan import DONE, FAILED, Change, Outcome, Plan
from ansible_collections.cloudserver.compute.plugins.module_utils.resource_plan import PlanError
from ansible_collections.cloudserver.compute.plugins.module_utils.selection import CHOOSING, Chosen, Selection, listed
from ansible_collections.cloudserver.compute.plugins.module_utils.waiting import Patience, fault_text

MODES = ("auto", "live", "cold", "evacuate")
ACTION = {"live": "live_migrate", "cold": "migrate", "evacuate": "evacuate"}
#: The power states from which each way leads off a host. Nova evacuates servers in ERROR too.
FROM: Mapping[str, tuple[str, ...]] = {
    "live": (RUNNING, PAUSED),
    "cold": (RUNNING, STOPPED),
    "evacuate": (RUNNING, STOPPED, ERROR),
}
#: The beginnings of the task_states that show each under way.
TASKS = {"live": ("migrating",), "cold": ("resize_",), "evacuate": ("rebuild",)}
CONFIRM = Deed("confirm_resize", aim=Aim(status=("ACTIVE", "SHUTOFF")))
#: What the diff shows where the cloud chooses.
ANOTHER = "another, chosen by the cloud"
#: In one of these a server is on its way from host to host.
_MOVING = ("MIGRATING", "RESIZE", "REVERT_RESIZE", "REBUILD")
_NOWHERE = ("BUILD", "ERROR", "SHELVED_OFFLOADED", "DELETED", "SOFT_DELETED")
_ROOM = "hypervisor_info shows which hosts are enabled, up and have room; the zone of the server counts too."


@dataclass(frozen=True)
class Wish:
    """What a task asks for: servers are to be on ``host``, or not on ``from_host``; at least one of them is given."""

    mode: str = "auto"
    host: str | None = None
    from_host: str | None = None
    confirm: bool = True
    force: bool = False
    block_migration: bool | None = None
    password: str | None = field(default=None, repr=False)
    shared_storage: bool = False

    def check(self) -> None:
        """Raises PlanError for options that contradict each other."""
        if self.host is not None and self.host == self.from_host:
            raise PlanError("host and from_host are both %s; nothing can be moved from a host to itself" % self.host)
        if self.force and not self.host:
            raise PlanError("force: it puts servers on a host that the cloud would not choose; name it with host")
        if self.force and self.mode == "cold":
            raise PlanError("force: a cold migration cannot be forced; use mode: live")

    def holds(self, server: Server) -> bool:
        """Whether the server is where it is to be."""
        return server.host == self.host if self.from_host is None else server.host != self.from_host


def choosing(options: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The options that choose servers, with ``from_host`` as one of them, and whether it narrows the choice.

    It is sent to the cloud, and checked again, but not where servers are named one by one: one that has left the host
    is then unchanged, and not missing.
    """
    host = options.get("from_host")
    if host is None or any(options.get(name) for name in ("ids", "names", "ips")):
        return options, False
    chosen = any(options.get(name) for name in CHOOSING if name != "all")
    return dict(options, all=not chosen, filters=dict(options.get("filters") or {}, host=host)), True


def find_servers(cloud: Compute, options: Mapping[str, Any]) -> Chosen:
    """Observes: the servers that the options choose, with one listing for those of a host."""
    chosen, narrowed = choosing(options)
    selection = Selection.from_options(chosen)
    found = listed(cloud, selection)
    if narrowed:
        found = (server for server in found if server.host == options["from_host"])
    return selection.choose(found)


def check_hosts(wish: Wish, services: Mapping[str, Service], moving: bool) -> None:
    """Raises PlanError for hosts that the cloud does not have, and where ``moving`` for one that takes no servers."""
    for option, name in (("host", wish.host), ("from_host", wish.from_host)):
        if name is not None and name not in services:
            raise PlanError("%s: the cloud has no compute host %s; compute_service_info lists them" % (option, name))
    if not moving or wish.host is None:
        return
    target = services[wish.host]
    if target.state == DOWN:
        raise PlanError("host: the compute service of %s is down" % wish.host)
    if target.status == DISABLED and not wish.force:
        raise PlanError("host: %s is disabled, so it gets no servers; enable it with compute_service" % wish.host)


def plan_migrations(
    servers: Iterable[Server], wish: Wish, services: Mapping[str, Service], cloud: Compute
) -> Plan:
    """What brings each server to where it is to be; asks ``cloud`` only what it supports.

    ``services`` are the compute services by host.
    """
    return Plan(tuple(plan_one(server, wish, services, cloud) for server in servers))


def unconfirmed(todo: Plan) -> str | None:
    """The servers that are where they are to be, but wait in VERIFY_RESIZE; ``None`` where there are none."""
    found = [
        change.server.label
        for change in todo.items
        if not change.deeds and not change.refusal and is_unconfirmed(change.server)
    ]
    return ", ".join(found) or None


def is_unconfirmed(server: Server) -> bool:
    """Whether a move or a resize of the server waits to be confirmed or reverted."""
    return (server.status or "").upper() == "VERIFY_RESIZE"


def plan_one(server: Server, wish: Wish, services: Mapping[str, Service], cloud: Compute) -> Change:
    before = {"host": server.host}
    if server.host is None:
        return Change.refused(server, _no_host(server), before)
    if wish.holds(server):
        if not server.settled and (server.status or "").upper() in _MOVING:
            # It is there already, and its move may still fail, or wait to be confirmed.
            return Change(server, (), before, before, settle_first=True)
        if wish.confirm and is_unconfirmed(server) and server.metadata.get(notes.CONFIRM):
            return Change.of(server, [CONFIRM], dict(before, status=server.status), dict(before, status="confirmed"))
        return Change(server, before=before, after=before)
    down = server.host in services and services[server.host].state == DOWN
    mode = wish.mode
    if mode == "auto":
        mode = "evacuate" if down else "cold" if server.destination == STOPPED else "live"
    refusal = _why_not(server, mode, down) or _unsupported(cloud, mode, wish)
    if refusal:
        return Change.refused(server, refusal, before)
    deeds = [_move(server, mode, wish)]
    after: dict[str, Any] = {"host": wish.host or ANOTHER}
    if mode == "cold" and wish.confirm:
        deeds.append(CONFIRM)
    elif mode == "cold":
        after["status"] = "VERIFY_RESIZE"
    change = Change.of(server, deeds, before, after)
    if mode == "evacuate":
        # What was under way on a dead host never ends; only another evacuation does.
        return replace(change, settle_first=(server.task_state or "").startswith(TASKS[mode]))
    return change


def _move(server: Server, mode: str, wish: Wish) -> Deed:
    arguments: dict[str, Any] = {"host": wish.host}
    if mode == "live":
        arguments.update(force=wish.force, block_migration=wish.block_migration)
    if mode == "evacuate":
        arguments.update(force=wish.force, password=wish.password, shared_storage=wish.shared_storage)
    aim = Aim(host=wish.host) if wish.host else Aim(left_host=server.host)
    if mode == "evacuate":
        # One that was stopped is rebuilt, shown as running for a moment, and stopped.
        aim = replace(aim, status=("SHUTOFF",) if server.power_state == STOPPED else ("ACTIVE", "SHUTOFF"))
    note = (notes.CONFIRM, "migrate") if mode == "cold" and wish.confirm else None
    return Deed(ACTION[mode], arguments, aim, TASKS[mode], note=note)


def _no_host(server: Server) -> str:
    if (server.status or "").upper() in _NOWHERE:
        return "the server is in status %s and on no host" % server.status
    return "the cloud does not show its host, which administrators see; use the credentials of one"


def _why_not(server: Server, mode: str, down: bool) -> str | None:
    """Why a server cannot take this way, with what to do; ``None`` where it can."""
    state, status = server.destination, (server.status or "").upper()
    if mode == "evacuate" and not down:
        return "its host %s is up, and only servers of a host that is down are evacuated; use mode: auto" % server.host
    if mode != "evacuate" and down:
        return "its host %s is down, so it can only be evacuated; use mode: evacuate" % server.host
    if state in FROM[mode]:
        return None
    if state == ERROR:
        return "%s; such a server is only evacuated, from a host that is down" % fault_text(server)
    if status == "VERIFY_RESIZE":
        return "the server is in status VERIFY_RESIZE: its resize waits to be confirmed or reverted"
    if state == SUSPENDED:
        return "the server is suspended, and so cannot be moved; start or stop it with server_power first"
    if state == PAUSED:
        ways = "use mode: live" if mode == "cold" else "a paused server cannot be evacuated"
        return "the server is paused; %s" % ways
    if state == STOPPED:
        return "the server is stopped; use mode: cold"
    return "the server is in status %s, from which nothing leads to another host" % server.status


def _unsupported(cloud: Compute, mode: str, wish: Wish) -> str | None:
    needed = [ACTION[mode]]
    if mode == "cold" and wish.host:
        needed.append("migrate_to_host")
    if mode == "cold" and wish.confirm:
        needed.append("confirm_resize")
    if mode != "cold" and wish.force:
        needed.append("force_host")
    for operation in needed:
        try:
            cloud.require(operation)
        except UnsupportedOperation as error:
            return str(error)
    return None


class MigrationRun(DeedRun):
    """Moves servers, so many at a time.

    A cold migration is kept in the server's metadata until it is confirmed, so that the next run confirms it where this
    one is interrupted, or cannot read how it has ended.
    """

    notes = (notes.CONFIRM,)

    def __init__(
        self,
        cloud: Compute,
        wish: Wish,
        services: Mapping[str, Service],
        wait: bool,
        patience: Patience,
        at_once: int,
    ) -> None:
        super().__init__(cloud, self._plan_again, "moved", wait, patience, at_once)
        self.wish = wish
        self.services = services
        #: The servers whose cold migration was begun here, and so is confirmed here.
        self._ours: set[str] = set()
        #: How often a server was seen where it was, though the cloud says that its move has ended well.
        self._stayed: dict[str, int] = {}

    def _plan_again(self, server: Server) -> Change:
        if server.id in self._ours and self.wish.confirm and is_unconfirmed(server) and self.wish.holds(server):
            return Change.of(server, [CONFIRM], {"host": server.host}, {"host": server.host})
        return plan_one(server, self.wish, self.services, self.cloud)

    def ask(self, action: str, items: Sequence[Item]) -> list[Ticket]:
        tickets = super().ask(action, items)
        if action == ACTION["cold"]:
            self._ours.update(ticket.server_id for ticket in tickets if ticket.error is None or ticket.uncertain)
        return tickets

    def judge(self, item: Item, seen: Observation) -> Outcome | None:
        ticket = item.ticket
        outcome = super().judge(item, seen)
        if ticket is None or ticket.action not in ACTION.values():
            return outcome
        if item.ready and seen.server and not is_unconfirmed(seen.server):
            # Some clouds confirm by themselves after a while.
            return Outcome(ticket.server_id, ticket.name, DONE, item.taken)
        if outcome is None and not item.ready and self._stays(ticket, seen):
            message = "the cloud took the move back: the server is still on %s" % item.server.host
            outcome = Outcome(ticket.server_id, ticket.name, FAILED, item.taken, message=message)
        if outcome is not None and outcome.result == FAILED and not outcome.hint:
            return replace(outcome, hint=_ROOM)
        return outcome

    def _is_over(self, outcome: Outcome, server: Server) -> bool:
        """One that was not moved has nothing to be confirmed either."""
        return super()._is_over(outcome, server) or (
            # The metadata of a server in ERROR cannot be changed.
            outcome.result == FAILED
            and server.settled
            and server.power_state != ERROR
            and not is_unconfirmed(server)
        )

    def _stays(self, ticket: Ticket, seen: Observation) -> bool:
        """A cloud that gives up a move shows no error: the server has no task any more, and is where it was.

        Twice in a row, for the server and the record of the action are not read in the same instant.
        """
        server = seen.server
        if server is None or not server.settled or seen.verdict != SUCCEEDED or ticket.reached(server):
            self._stayed.pop(ticket.server_id, None)
            return False
        self._stayed[ticket.server_id] = self._stayed.get(ticket.server_id, 0) + 1
        return self._stayed[ticket.server_id] > 1
