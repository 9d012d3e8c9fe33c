"""Moving servers to other hosts: migrate (E20), os-migrateLive (E21), evacuate (E22); for administrators."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from flask import Response

from simulator.http.call import Call, answer
from simulator.nova.actions import Action, begin, check_host_is_up, check_state
from simulator.nova.checks import Check, boolean, check_fields, is_true, need_admin, refuse, text
from simulator.state.guest import digest
from simulator.state.hosts import DEFAULT_ZONE, Hosts
from simulator.state.server_states import RUNNING, SHUT_DOWN, Power
from simulator.state.servers import ActionRecord, Server

_HOST = text(1, 255, r"[a-zA-Z0-9\-._]+")
_ANY = frozenset({"active", "stopped", "error"})
COLD = Power("migrate", "migrate", frozenset({"active", "stopped"}), "resize_migrating", "resized", RUNNING, "migrate")
LIVE = Power(
    "os-migrateLive", "live-migration", frozenset({"active", "paused"}), "migrating", "active", RUNNING, "live_migrate"
)
# Nova does not check task_state here: the host is down, and with it every running task.
EVACUATE = Power("evacuate", "evacuate", _ANY, "rebuilding", "active", RUNNING, "evacuate")


def standard(cold: str | None, live: str | None, evacuation: str | None) -> dict[str, Action]:
    """The three actions, by their ids of operations.yml."""
    return {
        "migrate": Action(cold, _check_cold, _run_cold),
        "os-migrateLive": Action(live, _check_live, _run_live),
        "evacuate": Action(evacuation, _check_evacuate, _run_evacuate),
    }


def _host(name: str, value: Any) -> None:
    if value is not None:
        _HOST(name, value)


def _check_cold(call: Call, argument: Any) -> None:
    # Below 2.56 Nova ignores the argument, and with it the host.
    if call.microversion >= (2, 56) and argument is not None:
        check_fields("migrate", argument, {"host": _host})


def _block_migration(name: str, value: Any) -> None:
    if value != "auto":
        boolean(name, value)


def _check_live(call: Call, argument: Any) -> None:
    version = call.microversion
    known: dict[str, Check] = {"host": _host, "block_migration": _block_migration if version >= (2, 25) else boolean}
    required: tuple[str, ...] = ("block_migration", "host")
    if version < (2, 25):
        known["disk_over_commit"] = boolean
        required += ("disk_over_commit",)
    if (2, 30) <= version < (2, 68):
        known["force"] = boolean
    check_fields("os-migrateLive", argument, known, required)


def _check_evacuate(call: Call, argument: Any) -> None:
    version = call.microversion
    known: dict[str, Check] = {"host": _HOST, "adminPass": text(0, 65535)}
    if version < (2, 14):
        known["onSharedStorage"] = boolean
    if (2, 29) <= version < (2, 68):
        known["force"] = boolean
    check_fields("evacuate", argument, known, ("onSharedStorage",) if version < (2, 14) else ())


def _hosts(call: Call) -> Hosts:
    return call.sim.builders[call.platform].hosts


def _forced(argument: dict[str, Any]) -> bool:
    forced = is_true(argument.get("force", False))
    if forced and not argument.get("host"):
        raise refuse(400, "Can't force to a non-provided destination")
    return forced


def destination(call: Call, server: Server, wanted: str | None) -> str | None:
    """The host that the scheduler chooses: enabled, up, in the server's zone, with the fewest servers.

    A server of the default zone requested no zone, so a requested host may be in any zone.
    """
    hosts = _hosts(call)
    count: dict[str, int] = {}
    for other in call.fleet.servers.values():
        if other.vm_state != "deleted":
            place = other.transition.outcome.get("host", other.host) if other.transition else other.host
            count[place] = count.get(place, 0) + 1
    found = [
        name
        for name in hosts.up
        if name != server.host
        and hosts.is_up(name)
        and not hosts.service(name).disabled
        and wanted in (None, name)
        and (hosts.host_zone(name) == server.zone or (wanted and server.zone == DEFAULT_ZONE))
    ]
    return min(found, key=lambda name: (count.get(name, 0), name)) if found else None


def _place(call: Call, host: str) -> dict[str, Any]:
    return {"host": host, "zone": _hosts(call).host_zone(host)}


def _fail(call: Call, server: Server, what: Power, why: str, outcome: dict[str, Any] | None = None) -> None:
    """Nova accepts the action, which fails; without an `outcome` the server keeps its state."""
    stays = {"vm_state": server.vm_state, "power_state": server.power_state}
    transition = call.fleet.begin(
        server,
        what,
        call.sim.delay(call.platform, what.delay),
        never_ends=bool(call.fault.get("stuck")),
        error=("500", why),
        outcome=outcome or stays,
    )
    server.actions.append(
        ActionRecord(what.record, call.request_id, server.user_id, server.project_id, call.now, transition)
    )


def _run_cold(call: Call, server: Server, argument: Any) -> Response:
    wanted = (argument or {}).get("host") if call.microversion >= (2, 56) else None
    need_admin(call, "os-migrate-server:migrate" + (":host" if wanted else ""))
    check_state(call, server, COLD, "os_compute_api:os-migrate-server:migrate")
    if wanted and wanted not in _hosts(call).up:
        raise refuse(400, "Compute host %s could not be found." % wanted)
    if wanted == server.host:
        raise refuse(400, "Cannot migrate to the host where the server exists.")
    check_host_is_up(call, server)
    host = destination(call, server, wanted)
    if host is None:
        _fail(call, server, COLD, "No valid host was found. No valid host found for cold migrate")
    else:
        server.moved_from = {
            "host": server.host,
            "zone": server.zone,
            "vm_state": server.vm_state,
            "power_state": server.power_state,
        }
        begin(call, server, replace(COLD, power_state=server.power_state), _place(call, host))
    return answer(None, 202)


def _run_live(call: Call, server: Server, argument: Any) -> Response:
    wanted = argument["host"]
    need_admin(call, "os-migrate-server:migrate_live" + (":host" if wanted else ""))
    forced = _forced(argument)
    check_state(call, server, LIVE, "os_compute_api:os-migrate-server:migrate_live")
    hosts = _hosts(call)
    if wanted and wanted not in hosts.up:
        raise refuse(400, "Compute host %s could not be found." % wanted)
    host = wanted if forced else destination(call, server, wanted)
    why = None
    if not hosts.is_up(server.host):
        why = "Compute service of %s is unavailable at this time." % server.host
    elif wanted == server.host:
        why = "Unable to migrate instance (%s) to current host (%s)." % (server.id, server.host)
    elif host is None:
        why = "No valid host was found. There are not enough hosts available."
    elif not hosts.is_up(host):
        why = "Compute service of %s is unavailable at this time." % host
    if why and call.microversion < (2, 34):
        raise refuse(400, why)
    if why or host is None:
        _fail(call, server, LIVE, str(why))
    else:
        begin(call, server, replace(LIVE, vm_state=server.vm_state, power_state=server.power_state), _place(call, host))
    return answer(None, 202)


def _run_evacuate(call: Call, server: Server, argument: Any) -> Response:
    need_admin(call, "os-evacuate")
    hosts, wanted, forced = _hosts(call), argument.get("host"), _forced(argument)
    shared = call.microversion < (2, 14) and is_true(argument["onSharedStorage"])
    if shared and "adminPass" in argument:
        raise refuse(400, "admin password can't be changed on existing disk")
    if wanted is not None and wanted not in hosts.up:
        raise refuse(404, "Compute host %s not found." % wanted)
    if wanted == server.host:
        raise refuse(400, "The target host can't be the same one.")
    check_state(
        call, server, replace(EVACUATE, tasks=frozenset({None, server.task_state})), "os_compute_api:os-evacuate"
    )
    if hosts.is_up(server.host):
        raise refuse(400, "Compute service of %s is still in use." % server.host)
    password = None if shared else argument.get("adminPass") or secrets.token_urlsafe(9)
    host = wanted if forced else destination(call, server, wanted)
    if host is None:
        why = "No valid host was found. There are not enough hosts available."
        fault = {"code": 500, "message": why, "created": call.now, "details": ""}
        _fail(call, server, EVACUATE, why, {"vm_state": "error", "power_state": server.power_state, "fault": fault})
    else:
        ends = _place(call, host)
        if password:
            ends["password"] = digest(password)
            ends["password_changes"] = server.password_changes + 1
        stopped = server.vm_state == "stopped" or call.microversion >= (2, 95)
        hosts.service(server.host).evacuated = True
        begin(
            call,
            server,
            replace(
                EVACUATE, vm_state="stopped" if stopped else "active", power_state=SHUT_DOWN if stopped else RUNNING
            ),
            ends,
        )
    return answer({"adminPass": password} if call.microversion < (2, 14) else None)
