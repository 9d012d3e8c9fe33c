"""The control side, /_sim: look at the log, order faults, change servers, move the clock. No authentication."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from call import answer
from config import DELAYS, PLATFORMS, SERVER_KEYS, ConfigError, check_server
from core import Simulator
from faults import BadFault
from flask import Flask, Response, request
from fleet import Fleet, Server
from population import read_addresses
from states import STARTING_POINTS

View = Callable[..., Response]
CHANGEABLE = SERVER_KEYS - {"id", "created", "region", "project"}


class Bad(Exception):
    """The order is refused; the text says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def register(app: Flask, sim: Simulator) -> None:
    """Mount the control side on the application."""

    @app.errorhandler(Bad)
    def bad(error: Bad) -> Response:
        return answer({"error": str(error)}, error.status)

    def route(rule: str, *methods: str) -> Callable[[View], View]:
        return app.route("/_sim" + rule, methods=list(methods), endpoint="control " + rule + methods[0])

    @route("/health", "GET")
    def health() -> Response:
        return answer({"status": "ok", "servers": {name: len(fleet.servers) for name, fleet in sim.fleets.items()},
                       "clock": sim.clock.state()})

    @route("/requests", "GET")
    def requests() -> Response:
        since = request.args.get("since", "0")
        if not since.isdigit():
            raise Bad("since is a number")
        with sim.lock:
            rows = sim.log.select(request.args.get("platform"), request.args.get("operation"), int(since))
            return answer({"requests": rows})

    @route("/requests", "DELETE")
    def forget_requests() -> Response:
        with sim.lock:
            sim.log.clear()
        return answer(None, 204)

    @route("/reset", "POST")
    def reset() -> Response:
        with sim.lock:
            sim.reset()
        return answer({"status": "ok"})

    @route("/faults", "GET")
    def faults() -> Response:
        with sim.lock:
            return answer({"faults": [fault.as_dict() for fault in sim.faults.orders]})

    @route("/faults", "POST")
    def add_fault() -> Response:
        order = _object()
        if order.get("platform") not in (None, *PLATFORMS):
            raise Bad("platform is one of " + ", ".join(PLATFORMS))
        with sim.lock:
            try:
                return answer({"id": sim.faults.add(order)}, 201)
            except BadFault as error:
                raise Bad(str(error)) from error

    @route("/faults", "DELETE")
    def clear_faults() -> Response:
        with sim.lock:
            sim.faults.clear()
        return answer(None, 204)

    @route("/clock", "GET")
    def clock() -> Response:
        return answer(sim.clock.state())

    @route("/clock", "POST")
    def move_clock() -> Response:
        order = _object()
        if not order or set(order) - {"advance", "freeze", "resume"}:
            raise Bad("give advance (seconds), freeze (true) or resume (true)")
        with sim.lock:
            try:
                if order.get("freeze"):
                    sim.clock.freeze()
                sim.clock.advance(float(order.get("advance", 0)))
                if order.get("resume"):
                    sim.clock.resume()
            except (TypeError, ValueError) as error:
                raise Bad("advance is a number of seconds from 0 on") from error
            return answer(sim.clock.state())

    @route("/delays", "GET")
    def delays() -> Response:
        return answer(sim.delays)

    @route("/delays", "PUT")
    def change_delays() -> Response:
        order = _object()
        platform = order.pop("platform", None)
        for name, seconds in order.items():
            if name not in DELAYS or isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
                raise Bad("unknown delay or bad seconds: %s; known: platform, %s" % (name, ", ".join(DELAYS)))
        with sim.lock:
            for name in [_platform(platform)] if platform else PLATFORMS:
                sim.delays[name].update(order)
            return answer(sim.delays)

    @route("/<platform>/options", "PUT")
    def options(platform: str) -> Response:
        order = _object()
        known = {"already": ("noop", "error"), "locked": ("sub_job", "request")}
        for name, value in order.items():
            if name not in known or value not in known[name]:
                raise Bad("options: already (noop, error), locked (sub_job, request)")
        with sim.lock:
            sim.options[_platform(platform)].update(order)
            return answer(sim.options[platform])

    @route("/<platform>/tokens/expire", "POST")
    def expire(platform: str) -> Response:
        with sim.lock:
            return answer({"expired": sim.tokens[_platform(platform)].expire_all()})

    @route("/<platform>/servers", "GET")
    def servers(platform: str) -> Response:
        with sim.lock:
            fleet = _fleet(sim, platform)
            return answer({"servers": [_describe(server) for server in fleet.servers.values()]})

    @route("/<platform>/servers", "POST")
    def add_server(platform: str) -> Response:
        order = _object()
        with sim.lock:
            fleet = _fleet(sim, platform)
            try:
                check_server("server", order, SERVER_KEYS)
                if not order.get("name") or str(order.get("id", "")) in fleet.servers:
                    raise Bad("a server needs a name, and an id that no other server has")
                server = sim.builders[platform].make(order, sim.clock.now())
            except ConfigError as error:
                raise Bad(str(error)) from error
            server.created = server.updated = sim.clock.now() if "created" not in order else server.created
            fleet.add(server)
            return answer({"server": _describe(server)}, 201)

    @route("/<platform>/servers/<server>", "GET")
    def server(platform: str, server: str) -> Response:
        with sim.lock:
            return answer({"server": _describe(_server(sim, platform, server))})

    @route("/<platform>/servers/<server>", "PUT")
    def change_server(platform: str, server: str) -> Response:
        order = _object()
        with sim.lock:
            found = _server(sim, platform, server)
            try:
                check_server("server", order, CHANGEABLE | {"then"})
                _change(sim, platform, found, order)
            except ConfigError as error:
                raise Bad(str(error)) from error
            return answer({"server": _describe(found)})

    @route("/<platform>/servers/<server>", "DELETE")
    def remove_server(platform: str, server: str) -> Response:
        """Gone for users; `changes-since` still shows it as DELETED. With ?purge=1 nothing remembers it."""
        with sim.lock:
            found = _server(sim, platform, server)
            if request.args.get("purge"):
                sim.fleets[platform].forget(found)
            else:
                sim.fleets[platform].set_status(found, "DELETED")
        return answer(None, 204)


def _object() -> dict[str, Any]:
    order = request.get_json(force=True, silent=True)
    if not isinstance(order, dict):
        raise Bad("the body must be a JSON object")
    return order


def _platform(name: str) -> str:
    if name not in PLATFORMS:
        raise Bad("no platform %s; there are %s" % (name, ", ".join(PLATFORMS)), 404)
    return name


def _fleet(sim: Simulator, platform: str) -> Fleet:
    fleet = sim.fleets[_platform(platform)]
    fleet.settle()
    return fleet


def _server(sim: Simulator, platform: str, wanted: str) -> Server:
    found = _fleet(sim, platform).find(wanted)
    if found is None:
        raise Bad("no server %s on %s" % (wanted, platform), 404)
    return found


def _change(sim: Simulator, platform: str, server: Server, order: dict[str, Any]) -> None:
    fleet, builder = sim.fleets[platform], sim.builders[platform]
    fault = order.get("fault")
    if fault is not None:
        server.fault = {"code": 500, "created": sim.clock.now(), **(fault if isinstance(fault, dict) else
                                                                    {"message": str(fault)})}
    if "status" in order:
        fleet.set_status(server, order["status"])
    if "flavor" in order:
        server.flavor = builder.flavor(order["flavor"])
    if "image" in order:
        server.image = builder.image(order["image"])
    if "addresses" in order:
        server.addresses = read_addresses(order["addresses"], builder.number)
    for name in ("name", "task_state", "locked", "tags", "metadata", "key_name", "description", "zone", "host",
                 "enterprise_project_id", "extra"):
        if name in order:
            setattr(server, name, order[name])
    if "then" in order:
        _then(fleet, server, order["then"])
    if order.get("stuck") is True:
        fleet.hold(server)
    if order.get("stuck") is False:
        fleet.release(server)
    fleet.touch(server)


def _then(fleet: Fleet, server: Server, then: Any) -> None:
    """{"status": …, "after": seconds}: what the server turns into by itself."""
    after = then.get("after") if isinstance(then, dict) else None
    if not isinstance(after, (int, float)) or after < 0 or then.get("status") not in STARTING_POINTS:
        raise Bad("then is {\"status\": a status, \"after\": seconds}")
    fleet.later(server, then["status"], float(after))


def _describe(server: Server) -> dict[str, Any]:
    """The server as the simulator keeps it; times are epoch seconds."""
    return {
        "id": server.id, "name": server.name, "status": server.status, "vm_state": server.vm_state,
        "task_state": server.task_state, "power_state": server.power_state, "locked": server.locked,
        "tags": server.tags, "metadata": server.metadata, "region": server.region, "project_id": server.project_id,
        "addresses": server.addresses, "flavor": server.flavor, "image": server.image, "zone": server.zone,
        "fault": server.fault, "stuck": server.stuck, "created": server.created, "updated": server.updated,
        "reached_at": server.reached_at, "actions": len(server.actions), "key_name": server.key_name,
    }
