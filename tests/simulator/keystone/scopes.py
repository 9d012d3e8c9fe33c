"""What a token is for: a project, a domain, the system, a trust's project, or nothing."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.http.call import Call
from simulator.keystone.authentication import in_domain, user_by_name
from simulator.keystone.errors import UNAUTHORIZED, refuse, required_object
from simulator.state.ids import hex_id

KINDS = ("system", "project", "domain", "OS-TRUST:trust", "unscoped")


@dataclass(frozen=True)
class Scope:
    """One of them; all are empty for a token without a scope. ``trust`` is the row of the configuration."""

    project: dict[str, Any] | None = None
    domain: dict[str, Any] | None = None
    system: bool = False
    trust: dict[str, Any] | None = field(default=None)


def requested_scope(call: Call, scope: Any) -> Scope:
    """The scope that the body asks for. Raises Refusal for one that there is not."""
    if scope is None or scope == "unscoped":
        return Scope()
    if not isinstance(scope, dict) or sum(kind in scope for kind in KINDS) != 1:
        raise refuse(400, "Expecting to find system, project, domain, OS-TRUST:trust or unscoped in scope.")
    if "unscoped" in scope:
        return Scope()
    if "system" in scope:
        return Scope(system=True)
    if "domain" in scope:
        return Scope(domain=_domain(call, required_object(scope, "domain", "scope")))
    if "OS-TRUST:trust" in scope:
        trust = _trust(call, required_object(scope, "OS-TRUST:trust", "scope"))
        return Scope(project=call.sim.builders[call.platform].project(trust["project"]), trust=trust)
    return Scope(project=_project(call, required_object(scope, "project", "scope")))


def _project(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    projects = call.sim.builders[call.platform].projects
    if wanted.get("id"):
        found = [row for row in projects if row["id"] == wanted["id"]]
    elif not wanted.get("name") or not wanted.get("domain"):
        raise refuse(400, "Expecting to find id, or name and domain, in project.")
    else:
        found = [row for row in projects if row["name"] == wanted["name"] and in_domain(call, wanted["domain"])]
    if not found:
        raise refuse(401, UNAUTHORIZED)
    return found[0]


def _domain(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    if not wanted.get("id") and not wanted.get("name"):
        raise refuse(400, "Expecting to find id or name in domain.")
    for row in call.sim.platform(call.platform)["domains"]:
        if wanted.get("id", row["id"]) == row["id"] and wanted.get("name", row["name"]) == row["name"]:
            return dict(row)
    raise refuse(401, UNAUTHORIZED)


def trust_id(platform: str, trust: dict[str, Any]) -> str:
    return hex_id(platform, "trust", trust["trustor"], trust["trustee"], trust["project"])


def _trust(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    for row in call.sim.platform(call.platform).get("trusts") or ():
        if trust_id(call.platform, row) == wanted.get("id"):
            return dict(row)
    raise refuse(401, UNAUTHORIZED)


#: The roles that each role implies, as Keystone's bootstrap has them.
_IMPLIED = {"admin": ("manager", "member", "reader"), "manager": ("member", "reader"), "member": ("reader",)}


def with_implied(roles: Sequence[str]) -> list[str]:
    """The roles, and those that they imply: a trust of a member shows its reader too."""
    return list(dict.fromkeys(each for role in roles for each in (role, *_IMPLIED.get(role, ()))))


def roles_for(call: Call, user: dict[str, Any], scope: Scope) -> list[str]:
    """The roles that the user has there. Raises Refusal for none, or for a trust that is another user's."""
    if scope.trust is not None:
        if scope.trust["trustee"] != user["name"]:
            raise refuse(403, "User is not a trustee.")
        trustor = user_by_name(call, scope.trust["trustor"])
        own = trustor["roles"].get(scope.trust["project"], ())
        if not set(scope.trust["roles"]) <= set(own):
            raise refuse(403, "Some of the roles of the trust are not the trustor's any more.")
        return with_implied(scope.trust["roles"])
    identity = hex_id(call.platform, "user", user["name"])
    if scope.system:
        roles, where = user.get("system_roles"), "the system"
    elif scope.domain is not None:
        roles, where = user.get("domain_roles"), "domain %s" % scope.domain["id"]
    elif scope.project is not None:
        roles, where = (user.get("roles") or {}).get(scope.project["name"]), "project %s" % scope.project["id"]
    else:
        return []
    if not roles:
        raise refuse(401, "User %s has no access to %s" % (identity, where))
    return list(roles)
