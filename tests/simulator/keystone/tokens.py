"""Tokens: create, show, revoke (the Identity API reference, v3)."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import Response, request

from simulator.http.call import Call, answer
from simulator.keystone.authentication import (
    application_credential_user,
    caller,
    passcode_user,
    password_user,
    token_user,
    user_by_name,
)
from simulator.keystone.catalog import catalog
from simulator.keystone.errors import UNAUTHORIZED, refuse, required_object
from simulator.keystone.factors import check_factors
from simulator.keystone.scopes import Scope, requested_scope, roles_for, trust_id
from simulator.state.clock import iso_us
from simulator.state.ids import hex_id
from simulator.state.tokens import Token

METHODS = ("password", "totp", "token", "application_credential")


def create_token(call: Call) -> Response:
    """POST /v3/auth/tokens: one method or several; scope by project, domain, system, trust or none."""
    auth = required_object(call.body, "auth", "")
    identity = required_object(auth, "identity", "auth")
    methods = identity.get("methods")
    if not isinstance(methods, list) or not methods:
        raise refuse(
            400,
            "Expecting to find methods in identity. The server could not comply with the request since "
            "it is either malformed or otherwise incorrect. The client is assumed to be in error.",
        )
    parts = {method: required_object(identity, method, "identity") for method in methods}
    if any(method not in METHODS for method in methods):
        raise refuse(401, "Attempted to authenticate with an unsupported method.", identity={"methods": list(METHODS)})
    if "application_credential" in parts:
        if "scope" in auth:
            raise refuse(
                401,
                "Error authenticating with application credential: Application credentials cannot request a scope.",
                identity={},
            )
        token = _by_application_credential(call, parts)
    else:
        scope = requested_scope(call, auth.get("scope"))
        user = _user_of(call, parts)
        check_factors(call, user, list(parts))
        token = _issue(call, user, scope, roles_for(call, user, scope), parts)
    return answer({"token": _describe(call, token)}, 201, {"X-Subject-Token": token.id, "Vary": "X-Auth-Token"})


def _user_of(call: Call, parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The user whom all methods show. Raises Refusal where one fails, or where they are not the same user."""
    users = []
    for method, part in parts.items():
        if method == "token":
            users.append(token_user(call, part))
        else:
            check = password_user if method == "password" else passcode_user
            users.append(check(call, required_object(part, "user", method)))
    if any(user is not users[0] for user in users):
        raise refuse(401, UNAUTHORIZED)
    return users[0]


def _by_application_credential(call: Call, parts: dict[str, dict[str, Any]]) -> Token:
    row, user = application_credential_user(call, parts["application_credential"])
    check_factors(call, user, list(parts))
    project = call.sim.builders[call.platform].project(row["project"])
    own = (user.get("roles") or {}).get(project["name"], [])
    roles = row.get("roles", [role for role in own if role != "admin"] or own)
    return _issue(call, user, Scope(project=project), roles, parts, row)


def _issue(
    call: Call, user: dict[str, Any], scope: Scope, roles: list[str], methods: Any, credential: Any = None
) -> Token:
    if scope.trust is not None and scope.trust.get("impersonation"):
        user = user_by_name(call, scope.trust["trustor"])
    return call.sim.tokens[call.platform].issue(
        call.sim.platform(call.platform)["token_lifetime"],
        user=user,
        project=scope.project,
        domain=scope.domain,
        system=scope.system,
        trust=scope.trust,
        roles=list(roles),
        methods=list(methods),
        application_credential=credential,
    )


def show_token(call: Call) -> Response:
    """GET /v3/auth/tokens: what the token in X-Subject-Token may do."""
    caller(call)
    subject = call.sim.tokens[call.platform].find(request.headers.get("X-Subject-Token"))
    if subject is None:
        raise refuse(404, "Could not find token.")
    return answer({"token": _describe(call, subject)}, 200, {"X-Subject-Token": subject.id, "Vary": "X-Auth-Token"})


def revoke_token(call: Call) -> Response:
    caller(call)
    if call.sim.tokens[call.platform].find(request.headers.get("X-Subject-Token")) is None:
        raise refuse(404, "Could not find token.")
    call.sim.tokens[call.platform].revoke(request.headers.get("X-Subject-Token"))
    return answer(None, 204)


def _user(call: Call, user: dict[str, Any]) -> dict[str, Any]:
    domain = call.sim.platform(call.platform)["domains"][0]
    return {
        "id": hex_id(call.platform, "user", user["name"]),
        "name": user["name"],
        "password_expires_at": None,
        "domain": {"id": domain["id"], "name": domain["name"]},
    }


def _describe(call: Call, token: Token) -> dict[str, Any]:
    document: dict[str, Any] = {
        "methods": token.methods,
        "user": _user(call, token.user),
        "audit_ids": [token.audit_id],
        "expires_at": iso_us(token.expires),
        "issued_at": iso_us(token.issued),
    }
    if token.project is not None:
        domain = call.sim.platform(call.platform)["domains"][0]
        document["project"] = {"id": token.project["id"], "name": token.project["name"], "domain": dict(domain)}
        if token.trust is None:
            document["is_domain"] = False
    if token.domain is not None:
        document["domain"] = {"id": token.domain["id"], "name": token.domain["name"]}
    if token.system:
        document["system"] = {"all": True}
    if token.trust is not None:
        document["OS-TRUST:trust"] = _trust(call, token.trust)
    if token.is_scoped:
        # Those of a trust are shown whole.
        more = {"description": None, "domain_id": None, "options": {"immutable": True}} if token.trust else {}
        document["roles"] = [{"id": hex_id("role", role), "name": role, **more} for role in token.roles]
        if "nocatalog" not in request.args:
            document["catalog"] = catalog(call.sim, call.platform, token.project["id"] if token.project else "")
    if token.application_credential is not None:
        name = token.application_credential["name"]
        document["application_credential"] = {
            "id": hex_id(call.platform, "application credential", name),
            "name": name,
            "restricted": True,
        }
        rules = token.application_credential.get("access_rules")
        if rules is not None:
            document["application_credential"]["access_rules"] = [
                {"id": hex_id("rule", *rule.values()), **rule} for rule in rules
            ]
    return document


def _trust(call: Call, trust: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": trust_id(call.platform, trust),
        "impersonation": bool(trust.get("impersonation")),
        "trustor_user": {"id": hex_id(call.platform, "user", trust["trustor"])},
        "trustee_user": {"id": hex_id(call.platform, "user", trust["trustee"])},
    }
