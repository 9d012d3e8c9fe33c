"""Server groups of Nova (E34-E36). Their names are not unique, and they cannot be changed."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.http.call import Call, answer
from simulator.nova.checks import Check, check_fields, invalid, need_member, number, refuse, required_value, title
from simulator.nova.keypairs import caller_id
from simulator.nova.paging import check_query, invalid_query
from simulator.state.server_groups import MAX_GROUPS, ServerGroup, ServerGroups

HARD = ("anti-affinity", "affinity")
SOFT = ("soft-anti-affinity", "soft-affinity")


def register(add: Callable[..., None]) -> None:
    add("GET", "/os-server-groups", list_groups, "list server groups")
    add("POST", "/os-server-groups", create_group, "create server group")
    add("GET", "/os-server-groups/<group_id>", show_group, "show server group")
    add("DELETE", "/os-server-groups/<group_id>", delete_group, "delete server group")


def _groups(call: Call) -> ServerGroups:
    return call.sim.groups[call.platform]


def list_groups(call: Call) -> Response:
    """GET /os-server-groups: `limit` and `offset`, without a next link. Any value of `all_projects` enables it,
    for administrators only."""
    check_query(call, {"all_projects", "limit", "offset"})
    all_projects = "all_projects" in request.args and call.is_admin
    rows = _groups(call).list_groups(None if all_projects else call.project_id)
    highest = int(call.sim.platform(call.platform)["page_limit"])
    offset, limit = _number("offset"), min(_number("limit") or highest, highest)
    return answer({"server_groups": [describe(call, group) for group in rows[offset : offset + limit]]})


def _number(name: str) -> int:
    given = request.args.get(name, "")
    if given and not re.fullmatch(r"[0-9]+", given):
        raise invalid_query(name, given, "%r does not match '^[0-9]*$'" % given)
    return int(given or 0)


def describe(call: Call, group: ServerGroup) -> dict[str, Any]:
    fleet = call.fleet.servers
    members = [each for each in group.members if each in fleet and fleet[each].vm_state != "deleted"]
    shown: dict[str, Any] = {"id": group.id, "name": group.name, "members": members}
    if call.microversion >= (2, 64):
        rules = {} if group.most_per_host is None else {"max_server_per_host": group.most_per_host}
        shown.update(policy=group.policy, rules=rules)
    else:
        shown.update(policies=[group.policy], metadata={})
    if call.microversion >= (2, 13):
        shown.update(project_id=group.project_id, user_id=group.user_id)
    return shown


def _policy(call: Call) -> Check:
    known = HARD + (SOFT if call.microversion >= (2, 15) else ())

    def check(name: str, value: Any) -> None:
        if value not in known:
            raise invalid(name, value, "%r is not one of %s" % (value, list(known)))

    return check


def create_group(call: Call) -> Response:
    """POST /os-server-groups: one policy in a list, and from 2.64 on one policy and its rules."""
    need_member(call, "os-server-groups:create")
    policy = _policy(call)

    def policies(name: str, value: Any) -> None:
        if not isinstance(value, list) or len(value) != 1:
            raise invalid(name, value, "%r is not a list of one policy" % (value,))
        policy("0", value[0])

    def rules(name: str, value: Any) -> None:
        check_fields(name, value, {"max_server_per_host": number(1)})

    modern = call.microversion >= (2, 64)
    known: dict[str, Check] = (
        {"name": title, "policy": policy, "rules": rules} if modern else {"name": title, "policies": policies}
    )
    wanted = check_fields(
        "server_group", required_value(call, "server_group"), known, ("name", "policy" if modern else "policies")
    )
    chosen = wanted["policy"] if modern else wanted["policies"][0]
    most = (wanted.get("rules") or {}).get("max_server_per_host")
    if most is not None and chosen != "anti-affinity":
        raise refuse(400, "Only anti-affinity policy supports rules.")
    if len(_groups(call).list_groups(call.project_id)) >= MAX_GROUPS:
        raise refuse(403, "Quota exceeded, too many server groups.")
    group = _groups(call).add(
        wanted["name"], chosen, call.project_id, caller_id(call), None if most is None else int(most)
    )
    return answer({"server_group": describe(call, group)})


def _found(call: Call, group_id: str) -> ServerGroup:
    group = _groups(call).rows.get(group_id)
    if group is None or not (call.is_admin or group.project_id == call.project_id):
        raise refuse(404, "Instance group %s could not be found." % group_id)
    return group


def show_group(call: Call, group_id: str) -> Response:
    return answer({"server_group": describe(call, _found(call, group_id))})


def delete_group(call: Call, group_id: str) -> Response:
    """Does not change its servers."""
    need_member(call, "os-server-groups:delete")
    del _groups(call).rows[_found(call, group_id).id]
    return answer(None, 204)
