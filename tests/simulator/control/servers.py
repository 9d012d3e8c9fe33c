"""The control API of servers: list, show, add, change and remove them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.control.requests import BadRequest, current_fleet, request_body
from simulator.http.call import answer
from simulator.state.builder import read_addresses
from simulator.state.config import SERVER_KEYS, ConfigError, check_server
from simulator.state.guest import digest
from simulator.state.server_states import STARTING_POINTS
from simulator.state.servers import Fleet, Server
from simulator.state.simulator import Simulator

CHANGEABLE = SERVER_KEYS - {"id", "created", "region", "project"}
Route = Callable[..., Callable[[Callable[..., Response]], Callable[..., Response]]]


def register(route: Route, sim: Simulator) -> None:
    @route("/<platform>/servers", "GET")
    def servers(platform: str) -> Response:
        with sim.lock:
            fleet = current_fleet(sim, platform)
            return answer({"servers": [_describe(server) for server in fleet.servers.values()]})

    @route("/<platform>/servers", "POST")
    def add_server(platform: str) -> Response:
        body = request_body()
        with sim.lock:
            fleet = current_fleet(sim, platform)
            try:
                check_server("server", body, SERVER_KEYS)
                if not body.get("name") or str(body.get("id", "")) in fleet.servers:
                    raise BadRequest("a server needs a name, and an id that no other server has")
                server = sim.builders[platform].make(body, sim.clock.now())
            except ConfigError as error:
                raise BadRequest(str(error)) from error
            server.created = server.updated = sim.clock.now() if "created" not in body else server.created
            fleet.add(server)
            return answer({"server": _describe(server)}, 201)

    @route("/<platform>/servers/<server>", "GET")
    def server(platform: str, server: str) -> Response:
        with sim.lock:
            return answer({"server": _describe(_server(sim, platform, server))})

    @route("/<platform>/servers/<server>", "PUT")
    def change_server(platform: str, server: str) -> Response:
        body = request_body()
        with sim.lock:
            found = _server(sim, platform, server)
            try:
                check_server("server", body, CHANGEABLE | {"then"})
                _change(sim, platform, found, body)
            except ConfigError as error:
                raise BadRequest(str(error)) from error
            return answer({"server": _describe(found)})

    @route("/<platform>/servers/<server>", "DELETE")
    def remove_server(platform: str, server: str) -> Response:
        """Deletes the server; `changes-since` still lists it as DELETED. ?purge=1 removes its record too."""
        with sim.lock:
            found = _server(sim, platform, server)
            if request.args.get("purge"):
                sim.fleets[platform].remove(found)
            else:
                sim.fleets[platform].set_status(found, "DELETED")
        return answer(None, 204)


def _server(sim: Simulator, platform: str, wanted: str) -> Server:
    found = current_fleet(sim, platform).find(wanted)
    if found is None:
        raise BadRequest("no server %s on %s" % (wanted, platform), 404)
    return found


def _change(sim: Simulator, platform: str, server: Server, body: dict[str, Any]) -> None:
    fleet, builder = sim.fleets[platform], sim.builders[platform]
    fault = body.get("fault")
    if fault is not None:
        server.fault = {
            "code": 500,
            "created": sim.clock.now(),
            **(fault if isinstance(fault, dict) else {"message": str(fault)}),
        }
    if "status" in body:
        fleet.set_status(server, body["status"])
    if "flavor" in body:
        server.flavor = builder.flavor(body["flavor"])
    if "image" in body:
        server.image = builder.image(body["image"])
    if "addresses" in body:
        server.addresses = read_addresses(body["addresses"], builder.number)
    if "volume_image" in body:
        server.volume_image = builder.image(body["volume_image"])
    if "key_name" in body:
        server.key_names = [body["key_name"]] if body["key_name"] else []
    if "password" in body:
        server.password = digest(body["password"])
    for name in (
        "name",
        "task_state",
        "locked",
        "tags",
        "metadata",
        "key_name",
        "description",
        "zone",
        "host",
        "enterprise_project_id",
        "extra",
        "os_type",
        "reset_plugin",
        "prepaid",
        "system_disk",
        "os_change_failed",
    ):
        if name in body:
            setattr(server, name, body[name])
    if "then" in body:
        _change_later(fleet, server, body["then"])
    if body.get("stuck") is True:
        fleet.hold_transitions(server)
    if body.get("stuck") is False:
        fleet.release_transition(server)
    fleet.mark_updated(server)


def _change_later(fleet: Fleet, server: Server, then: Any) -> None:
    """{"status": …, "after": seconds}: the status that the server reaches by itself."""
    after = then.get("after") if isinstance(then, dict) else None
    if not isinstance(after, (int, float)) or after < 0 or then.get("status") not in STARTING_POINTS:
        raise BadRequest('then is {"status": a status, "after": seconds}')
    fleet.set_status_later(server, then["status"], float(after))


def _describe(server: Server) -> dict[str, Any]:
    """The simulator's record of the server; times are epoch seconds, passwords and user_data are SHA-256."""
    return {
        "id": server.id,
        "name": server.name,
        "status": server.status,
        "vm_state": server.vm_state,
        "task_state": server.task_state,
        "power_state": server.power_state,
        "locked": server.locked,
        "tags": server.tags,
        "metadata": server.metadata,
        "region": server.region,
        "project_id": server.project_id,
        "addresses": server.addresses,
        "flavor": server.flavor,
        "image": server.image,
        "zone": server.zone,
        "fault": server.fault,
        "stuck": server.stuck,
        "created": server.created,
        "updated": server.updated,
        "reached_at": server.reached_at,
        "actions": len(server.actions),
        "key_name": server.key_name,
        "key_names": server.key_names,
        "host": server.host,
        "os_type": server.os_type,
        "password": server.password,
        "pending_password": server.pending_password,
        "password_changes": server.password_changes,
        "reset_plugin": server.reset_plugin,
        "user_data": digest(server.user_data),
        "prepaid": server.prepaid,
        "volume_image": server.volume_image,
        "os_change_failed": server.os_change_failed,
        "encryption_key": server.encryption_key,
    }
