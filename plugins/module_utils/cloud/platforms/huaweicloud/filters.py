# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list filters of ECS, and their checks with the servers in a response.

ECS documents these for every user (API reference, "Querying Details About ECSs"), and silently ignores others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.filters import FilterCheck, applied

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server

_FOR_EVERYBODY = ("name", "status", "flavor", "ip", "ip_eq", "reservation_id", "tags", "not-tags", "server_id")


def _enterprise_project(server: Server, value: str) -> bool:
    return value == "all_granted_eps" or server.enterprise_project_id in (None, value)


FILTER_CHECKS: Mapping[str, FilterCheck] = {
    **{name: applied for name in _FOR_EVERYBODY},
    "enterprise_project_id": _enterprise_project,
}
