"""Server groups of ECS: anti-affinity only, paged by marker."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Router, answer
from simulator.huaweicloud.checks import current_project, enter, find, json_body, refuse, required_object
from simulator.huaweicloud.iam import PLATFORM
from simulator.nova.keypairs import caller_id
from simulator.state.server_groups import MAX_GROUPS, ServerGroup

HIGHEST = 1000


def register(router: Router) -> None:
    root = "/v1/<pid>/cloudservers/os-server-groups"
    for method, rule, view, name in (
        ("GET", root, list_groups, "list server groups"),
        ("POST", root, create_group, "create server group"),
        ("GET", root + "/<group_id>", show_group, "show server group"),
        ("DELETE", root + "/<group_id>", delete_group, "delete server group"),
        ("POST", root + "/<group_id>/action", change_member, "change group member"),
    ):
        router.add(PLATFORM, method, rule, view, name=name, before=enter)


def list_groups(call: Call) -> Response:
    text = request.args.get("limit", str(HIGHEST))
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= HIGHEST:
        raise refuse(400, "Ecs.0005", "limit: %s is not an integer from 1 to %d." % (text, HIGHEST))
    rows = call.sim.groups[PLATFORM].list_groups(current_project(call))
    marker = request.args.get("marker")
    if marker:
        ids = [group.id for group in rows]
        if marker not in ids:
            raise refuse(400, "Ecs.0005", "marker: no such server group.")
        rows = rows[ids.index(marker) + 1 :]
    page = rows[: int(text)]
    document: dict[str, Any] = {"server_groups": [describe(call, group) for group in page]}
    if len(page) < len(rows):
        document["page_info"] = {"next_marker": page[-1].id}
    return answer(document)


def describe(call: Call, group: ServerGroup) -> dict[str, Any]:
    fleet = call.fleet.servers
    members = [each for each in group.members if each in fleet and fleet[each].vm_state != "deleted"]
    return {"id": group.id, "name": group.name, "policies": [group.policy], "members": members, "metadata": {}}


def create_group(call: Call) -> Response:
    wanted = required_object(call, "server_group")
    name = wanted.get("name")
    if set(wanted) - {"name", "policies"} or not isinstance(name, str) or not 1 <= len(name) <= 255:
        raise refuse(400, "Ecs.0005", "server_group: name (1 to 255 characters) and policies are its fields.")
    if wanted.get("policies") != ["anti-affinity"]:
        raise refuse(400, "Ecs.0005", 'policies: only ["anti-affinity"] is supported.')
    groups = call.sim.groups[PLATFORM]
    if len(groups.list_groups(current_project(call))) >= MAX_GROUPS:
        raise refuse(403, "Ecs.0319", "Quota exceeded, too many server groups.")
    group = groups.add(name, "anti-affinity", current_project(call), caller_id(call))
    return answer({"server_group": describe(call, group)})


def _found(call: Call, group_id: str) -> ServerGroup:
    group = call.sim.groups[PLATFORM].rows.get(group_id)
    if group is None or group.project_id != current_project(call):
        raise refuse(404, "Ecs.1000", "Instance group %s could not be found." % group_id)
    return group


def show_group(call: Call, group_id: str) -> Response:
    return answer({"server_group": describe(call, _found(call, group_id))})


def delete_group(call: Call, group_id: str) -> Response:
    del call.sim.groups[PLATFORM].rows[_found(call, group_id).id]
    return answer(None, 204)


def change_member(call: Call, group_id: str) -> Response:
    """POST …/os-server-groups/{g}/action: add_member or remove_member. A server is in one group at most."""
    group, body = _found(call, group_id), json_body(call)
    action = next(iter(body), "")
    wanted = body.get(action)
    if len(body) != 1 or action not in ("add_member", "remove_member"):
        raise refuse(400, "Ecs.0005", "The request body must hold exactly one of add_member and remove_member.")
    if not isinstance(wanted, dict) or set(wanted) != {"instance_uuid"} or not isinstance(wanted["instance_uuid"], str):
        raise refuse(400, "Ecs.0005", "%s: instance_uuid is its only field." % action)
    server = find(call, wanted["instance_uuid"])
    if action == "remove_member":
        if server.id not in group.members:
            raise refuse(400, "Ecs.1000", "Instance %s is not in the group %s." % (server.id, group_id))
        group.members.remove(server.id)
        return answer(None, 200)
    others = call.sim.groups[PLATFORM].list_groups(current_project(call))
    if any(server.id in other.members for other in others):
        raise refuse(400, "Ecs.1000", "Instance %s is in a server group already." % server.id)
    group.members.append(server.id)
    return answer(None, 200)
