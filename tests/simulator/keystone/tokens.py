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
    password_user,
    scoped_project,
    token_user,
)
from simulator.keystone.catalog import catalog
from simulator.keystone.errors import UNAUTHORIZED, refuse, required_object
from simulator.state.clock import iso_us
from simulator.state.ids import hex_id
from simulator.state.tokens import Token


def create_token(call: Call) -> Response:
    """POST /v3/auth/tokens: password, application credential or token; scope by project or none."""
    auth = required_object(call.body, "auth", "")
    identity = required_object(auth, "identity", "auth")
    methods = identity.get("methods")
    if not isinstance(methods, list) or not methods:
        raise refuse(
            400,
            "Expecting to find methods in identity. The server could not comply with the request since "
            "it is either malformed or otherwise incorrect. The client is assumed to be in error.",
        )
    if len(methods) != 1 or methods[0] not in ("password", "token", "application_credential"):
        raise refuse(401, UNAUTHORIZED)
    method = methods[0]
    part = required_object(identity, method, "identity")
    credential = None
    if method == "password":
        user = password_user(call, required_object(part, "user", "password"))
    elif method == "token":
        user = token_user(call, part)
    else:
        credential, user = application_credential_user(call, part)
    scope = auth.get("scope")
    project: dict[str, Any] | None
    if credential is not None:
        if scope is not None:
            raise refuse(
                401,
                "Error authenticating with application credential: Application credentials cannot request a scope.",
                identity={},
            )
        project = call.sim.builders[call.platform].project(credential["project"])
        roles = (user.get("roles") or {}).get(project["name"], [])
        roles = credential.get("roles", [role for role in roles if role != "admin"] or roles)
    else:
        project = scoped_project(call, scope)
        roles = (user.get("roles") or {}).get(project["name"], []) if project else []
        if project and not roles:
            raise refuse(401, "User %s has no access to project %s" % (_user(call, user)["id"], project["id"]))
    lifetime = call.sim.platform(call.platform)["token_lifetime"]
    token = call.sim.tokens[call.platform].issue(
        lifetime, user=user, project=project, roles=list(roles), methods=[method], application_credential=credential
    )
    return answer({"token": _describe(call, token)}, 201, {"X-Subject-Token": token.id, "Vary": "X-Auth-Token"})


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
        document["is_domain"] = False
        document["roles"] = [{"id": hex_id("role", role), "name": role} for role in token.roles]
        if "nocatalog" not in request.args:
            document["catalog"] = catalog(call.sim, call.platform, token.project["id"])
    if token.application_credential is not None:
        name = token.application_credential["name"]
        document["application_credential"] = {
            "id": hex_id(call.platform, "application credential", name),
            "name": name,
            "restricted": True,
        }
    return document
