"""What every order to the control side begins with."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import request

from simulator.state.config import PLATFORMS
from simulator.state.servers import Fleet
from simulator.state.simulator import Simulator


class Bad(Exception):
    """The order is refused; the text says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def order_of() -> dict[str, Any]:
    order = request.get_json(force=True, silent=True)
    if not isinstance(order, dict):
        raise Bad("the body must be a JSON object")
    return order


def known_platform(name: str) -> str:
    if name not in PLATFORMS:
        raise Bad("no platform %s; there are %s" % (name, ", ".join(PLATFORMS)), 404)
    return name


def fleet_of(sim: Simulator, platform: str) -> Fleet:
    """The platform's fleet, with every transition settled."""
    fleet = sim.fleets[known_platform(platform)]
    fleet.settle()
    return fleet
