"""What every request to the control API begins with: its body, the platform, the servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import request

from simulator.state.config import PLATFORMS
from simulator.state.servers import Fleet
from simulator.state.simulator import Simulator


class BadRequest(Exception):
    """The control API refuses the request; the text says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def request_body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


def check_platform(name: str) -> str:
    if name not in PLATFORMS:
        raise BadRequest("no platform %s; there are %s" % (name, ", ".join(PLATFORMS)), 404)
    return name


def current_fleet(sim: Simulator, platform: str) -> Fleet:
    """The platform's servers, after all transitions that are due have ended."""
    fleet = sim.fleets[check_platform(platform)]
    fleet.end_due_transitions()
    return fleet
