"""The control side of server groups: look at them, and put servers into them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import asdict

from flask import Response

from simulator.control.requests import Bad, fleet_of, known_platform, order_of
from simulator.control.resources import Route
from simulator.http.call import answer
from simulator.state.simulator import Simulator


def register(route: Route, sim: Simulator) -> None:
    @route("/<platform>/server-groups", "GET")
    def groups(platform: str) -> Response:
        with sim.lock:
            return answer({"server_groups": [asdict(row) for row in sim.groups[known_platform(platform)].of(None)]})

    @route("/<platform>/server-groups/<group>", "PUT")
    def put_members(platform: str, group: str) -> Response:
        """Order: members, the ids or names of servers. `group` is the id of a group, or the name of one."""
        order = order_of()
        with sim.lock:
            fleet = fleet_of(sim, platform)
            rows = [row for row in sim.groups[platform].of(None) if group in (row.id, row.name)]
            if not rows:
                raise Bad("no server group %s on %s" % (group, platform), 404)
            if set(order) != {"members"} or not isinstance(order["members"], list):
                raise Bad("the order is members, a list of servers")
            found = [fleet.find(str(each)) for each in order["members"]]
            rows[0].members = [server.id for server in found if server is not None]
            return answer({"server_group": asdict(rows[0])})
