"""The control API of compute hosts: take a host down, and bring it up again."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from flask import Response

from simulator.control.requests import BadRequest, check_platform, request_body
from simulator.http.call import answer
from simulator.state.simulator import Simulator

Route = Callable[..., Callable[[Callable[..., Response]], Callable[..., Response]]]


def register(route: Route, sim: Simulator) -> None:
    @route("/<platform>/hosts/<host>", "PUT")
    def change_host(platform: str, host: str) -> Response:
        """{"up": false}: nova-compute has stopped. {"up": true}: it has restarted."""
        body = request_body()
        if set(body) != {"up"} or not isinstance(body["up"], bool):
            raise BadRequest("give up: true or false")
        with sim.lock:
            hosts = sim.builders[check_platform(platform)].hosts
            if host not in hosts.up:
                raise BadRequest("no host %s on %s" % (host, platform), 404)
            hosts.up[host] = body["up"]
            service = hosts.service(host)
            sim.fleets[platform].forget_views(host)
            if not body["up"]:
                service.changed = sim.clock.now()
            else:
                service.evacuated = False
                sim.fleets[platform].resume(host)
            return answer({"host": {"name": host, "up": hosts.up[host], **asdict(service)}})
