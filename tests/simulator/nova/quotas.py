"""The limits of the own project, and the quota sets of projects."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.http.call import Call, answer
from simulator.nova.checks import need_admin, refuse
from simulator.nova.keypairs import MAX_KEYPAIRS
from simulator.nova.metadata import MAX_ITEMS
from simulator.nova.paging import check_query
from simulator.state.quotas import RESOURCES, UNLIMITED, usage
from simulator.state.server_groups import MAX_GROUPS

MAX_GROUP_MEMBERS = 10  # Nova's default quota
_NETWORKS_UNTIL, _IMAGES_UNTIL, _FILES_UNTIL = (2, 35), (2, 38), (2, 56)


def register(add: Callable[..., None], quota_sets: bool) -> None:
    add("GET", "/limits", show_limits, "show limits")
    if quota_sets:
        add("GET", "/os-quota-sets/<project_id>/detail", show_quota_set, "show quota set with details")


def _known_project(call: Call, project_id: str) -> bool:
    return any(row["id"] == project_id for row in call.sim.builders[call.platform].projects)


def _quotas(call: Call, project_id: str) -> dict[str, tuple[int, int]]:
    """Limit and use of each resource."""
    quota, used = call.sim.builders[call.platform].quota, usage(call.fleet.servers.values(), call.region, project_id)
    found = {name: (quota.get(name, UNLIMITED), used[name]) for name in RESOURCES}
    found["server_groups"] = (MAX_GROUPS, len(call.sim.groups[call.platform].list_groups(project_id)))
    # Nova counts key pairs and members by user, metadata by server, and shows 0 for them.
    found["server_group_members"] = (MAX_GROUP_MEMBERS, 0)
    found["key_pairs"] = (MAX_KEYPAIRS, 0)
    found["metadata_items"] = (MAX_ITEMS, 0)
    return found


def show_limits(call: Call) -> Response:
    """GET /limits: of the token's project, or with `tenant_id` of another one, for administrators."""
    check_query(call, {"tenant_id"})
    project_id = request.args.get("tenant_id", call.project_id)
    if "tenant_id" in request.args:
        need_admin(call, "limits:other_project")
    quotas, version = _quotas(call, project_id), call.microversion
    absolute = {
        "maxTotalInstances": quotas["instances"][0],
        "maxTotalCores": quotas["cores"][0],
        "maxTotalRAMSize": quotas["ram"][0],
        "maxTotalKeypairs": quotas["key_pairs"][0],
        "maxServerGroups": quotas["server_groups"][0],
        "maxServerGroupMembers": quotas["server_group_members"][0],
        "maxServerMeta": quotas["metadata_items"][0],
        "totalInstancesUsed": quotas["instances"][1],
        "totalCoresUsed": quotas["cores"][1],
        "totalRAMUsed": quotas["ram"][1],
        "totalServerGroupsUsed": quotas["server_groups"][1],
    }
    if version <= _NETWORKS_UNTIL:
        absolute.update(
            maxTotalFloatingIps=-1,
            totalFloatingIpsUsed=0,
            maxSecurityGroups=-1,
            totalSecurityGroupsUsed=0,
            maxSecurityGroupRules=-1,
        )
    if version <= _IMAGES_UNTIL:
        absolute["maxImageMeta"] = MAX_ITEMS
    if version <= _FILES_UNTIL:
        absolute.update(maxPersonality=5, maxPersonalitySize=10240)
    return answer({"limits": {"rate": [], "absolute": absolute}})


def show_quota_set(call: Call, project_id: str) -> Response:
    """GET /os-quota-sets/{id}/detail: of the own project, or of any for administrators."""
    check_query(call, {"user_id"})
    if project_id != call.project_id:
        need_admin(call, "os-quota-sets:detail")
    if not _known_project(call, project_id):
        raise refuse(400, "Project ID %s is not a valid project." % project_id)
    found: dict[str, Any] = {
        name: {"limit": limit, "in_use": used, "reserved": 0}
        for name, (limit, used) in _quotas(call, project_id).items()
    }
    others: tuple[str, ...] = ()
    if call.microversion <= _NETWORKS_UNTIL:
        others += ("fixed_ips", "floating_ips", "security_groups", "security_group_rules")
    if call.microversion <= _FILES_UNTIL:
        others += ("injected_files", "injected_file_content_bytes", "injected_file_path_bytes")
    found.update((name, {"limit": UNLIMITED, "in_use": 0, "reserved": 0}) for name in others)
    return answer({"quota_set": {"id": project_id, **found}})
