"""The control API, /_sim: read the log, inject faults, change servers, move the clock. No authentication."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request

from simulator.control import hosts, resources, server_groups, servers
from simulator.control.requests import BadRequest, check_platform, request_body
from simulator.http.call import answer
from simulator.state.config import DELAYS, OPTIONS, PLATFORMS
from simulator.state.faults import BadFault
from simulator.state.simulator import Simulator

View = Callable[..., Response]


def register(app: Flask, sim: Simulator) -> None:
    """Add the control API to the application."""

    @app.errorhandler(BadRequest)
    def bad(error: BadRequest) -> Response:
        return answer({"error": str(error)}, error.status)

    def route(rule: str, *methods: str) -> Callable[[View], View]:
        return app.route("/_sim" + rule, methods=list(methods), endpoint="control " + rule + methods[0])

    @route("/health", "GET")
    def health() -> Response:
        return answer(
            {
                "status": "ok",
                "servers": {name: len(sim.fleets[name].servers) for name in PLATFORMS},
                "clock": sim.clock.state(),
            }
        )

    @route("/requests", "GET")
    def requests() -> Response:
        since = request.args.get("since", "0")
        if not since.isdigit():
            raise BadRequest("since is a number")
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
        """Everything as it was at the start; with {"freeze": true} the clock stands still from then on."""
        body = request_body() if request.data else {}
        if set(body) - {"freeze"}:
            raise BadRequest("a reset takes freeze (true) or nothing")
        with sim.lock:
            sim.reset()
            if body.get("freeze"):
                sim.clock.freeze()
            return answer({"status": "ok", **sim.clock.state()})

    @route("/faults", "GET")
    def faults() -> Response:
        with sim.lock:
            return answer({"faults": [fault.as_dict() for fault in sim.faults.rules]})

    @route("/faults", "POST")
    def add_fault() -> Response:
        body = request_body()
        if body.get("platform") not in (None, *PLATFORMS):
            raise BadRequest("platform is one of " + ", ".join(PLATFORMS))
        with sim.lock:
            try:
                return answer({"id": sim.faults.add(body)}, 201)
            except BadFault as error:
                raise BadRequest(str(error)) from error

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
        body = request_body()
        if not body or set(body) - {"advance", "freeze", "resume"}:
            raise BadRequest("give advance (seconds), freeze (true) or resume (true)")
        with sim.lock:
            try:
                if body.get("freeze"):
                    sim.clock.freeze()
                sim.clock.advance(float(body.get("advance", 0)))
                if body.get("resume"):
                    sim.clock.resume()
            except (TypeError, ValueError) as error:
                raise BadRequest("advance is a number of seconds from 0 on") from error
            return answer(sim.clock.state())

    @route("/delays", "GET")
    def delays() -> Response:
        return answer(sim.delays)

    @route("/delays", "PUT")
    def change_delays() -> Response:
        body = request_body()
        platform = body.pop("platform", None)
        for name, seconds in body.items():
            if name not in DELAYS or isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
                raise BadRequest("unknown delay or bad seconds: %s; known: platform, %s" % (name, ", ".join(DELAYS)))
        with sim.lock:
            for name in [check_platform(platform)] if platform else PLATFORMS:
                sim.delays[name].update(body)
            return answer(sim.delays)

    @route("/<platform>/options", "PUT")
    def options(platform: str) -> Response:
        body = request_body()
        for name, value in body.items():
            if value not in OPTIONS.get(name, ()):
                known = ", ".join("%s (%s)" % (key, ", ".join(values)) for key, values in OPTIONS.items())
                raise BadRequest("options: " + known)
        with sim.lock:
            sim.options[check_platform(platform)].update(body)
            return answer(sim.options[platform])

    @route("/<platform>/tokens/expire", "POST")
    def expire(platform: str) -> Response:
        with sim.lock:
            expired = sim.tokens[check_platform(platform)].expire_all()
            if platform == "huaweicloud":
                expired += sim.access_keys.expire()
            return answer({"expired": expired})

    servers.register(route, sim)
    resources.register(route, sim)
    hosts.register(route, sim)
    server_groups.register(route, sim)
