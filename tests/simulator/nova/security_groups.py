"""Actions on a server: addSecurityGroup and removeSecurityGroup, which change the groups of its ports."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import Response

from simulator.http.call import Call, answer
from simulator.neutron.resources import security_groups
from simulator.nova.actions import Action
from simulator.nova.checks import check_fields, need_member, refuse, text
from simulator.state.servers import Server


def actions() -> dict[str, Action]:
    """Both answer 202 without a body, in every state of the server."""
    return {"addSecurityGroup": _action("add"), "removeSecurityGroup": _action("remove")}


def _action(verb: str) -> Action:
    key = verb + "SecurityGroup"

    def check(_call: Call, argument: Any) -> None:
        check_fields(key, argument, {"name": text()}, ("name",))

    def run(call: Call, server: Server, argument: dict[str, Any]) -> Response:
        need_member(call, "os-security-groups:" + verb)
        wanted = argument["name"]
        found = next((name for name, group_id in security_groups(call).items() if wanted in (name, group_id)), None)
        if found is None:
            raise refuse(404, "Security group %s is not found for project %s" % (wanted, call.project_id))
        if not server.addresses:
            raise refuse(404, "instance_id %s could not be found as device id on any ports" % server.id)
        if verb == "add" and found in server.security_groups:
            group_id = security_groups(call)[found]
            raise refuse(
                400, "Invalid input for security_groups. Reason: Duplicate items in the list: '%s'." % group_id
            )
        if verb == "add":
            server.security_groups = [*server.security_groups, found]
        elif found in server.security_groups:
            server.security_groups = [name for name in server.security_groups if name != found]
        else:
            raise refuse(404, "Security group %s not associated with the instance %s" % (wanted, server.id))
        # The ports are Neutron's: Nova's record of the server is not written.
        call.fleet.mark_updated(server, server.updated)
        return answer(None, 202)

    return Action(None, check, run)
