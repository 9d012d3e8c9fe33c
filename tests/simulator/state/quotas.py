"""The quotas of servers, cores and RAM of a project, and their use."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.state.servers import Server

#: The keys of the configured quota; one that is not configured is no limit.
RESOURCES = ("instances", "cores", "ram")
UNLIMITED = -1


def amounts(flavor: dict[str, Any]) -> dict[str, int]:
    """What one server of the flavor needs; RAM is in MB."""
    return {"instances": 1, "cores": int(flavor["vcpus"]), "ram": int(flavor["ram"])}


def usage(servers: Iterable[Server], region: str, project_id: str) -> dict[str, int]:
    """What the servers of the project use; each region counts its own."""
    used = dict.fromkeys(RESOURCES, 0)
    for server in servers:
        if (server.region, server.project_id) == (region, project_id) and not server.hidden:
            for name, amount in amounts(server.flavor).items():
                used[name] += amount
    return used


def room(quota: dict[str, int], used: dict[str, int], flavor: dict[str, Any]) -> dict[str, int]:
    """The number of further servers of the flavor that each limited resource allows."""
    limits = {name: quota.get(name, UNLIMITED) for name in RESOURCES}
    needs = amounts(flavor)
    return {
        name: max(0, limit - used[name]) // max(1, needs[name]) for name, limit in limits.items() if limit != UNLIMITED
    }
