"""The control API of server groups: list them, and set their members."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import asdict

from flask import Response

from simulator.control.requests import BadRequest, check_platform, current_fleet, request_body
from simulator.control.resources import Route
from simulator.http.call import answer
from simulator.state.simulator import Simulator


def register(route: Route, sim: Simulator) -> None:
    @route("/<platform>/server-groups", "GET")
    def groups(platform: str) -> Response:
        with sim.lock:
            return answer(
                {"server_groups": [asdict(row) for row in sim.groups[check_platform(platform)].list_groups(None)]}
            )

    @route("/<platform>/server-groups/<group>", "PUT")
    def put_members(platform: str, group: str) -> Response:
        """The body's `members` are ids or names of servers. `group` is the id or the name of a group."""
        body = request_body()
        with sim.lock:
            fleet = current_fleet(sim, platform)
            rows = [row for row in sim.groups[platform].list_groups(None) if group in (row.id, row.name)]
            if not rows:
                raise BadRequest("no server group %s on %s" % (group, platform), 404)
            if set(body) != {"members"} or not isinstance(body["members"], list):
                raise BadRequest("the order is members, a list of servers")
            found = [fleet.find(str(each)) for each in body["members"]]
            rows[0].members = [server.id for server in found if server is not None]
            return answer({"server_group": asdict(rows[0])})
