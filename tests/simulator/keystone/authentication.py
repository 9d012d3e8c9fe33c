"""Authenticates by password, one-time password, token or application credential."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import request

from simulator.http.call import Call
from simulator.keystone.errors import UNAUTHORIZED, refuse, required_object
from simulator.keystone.factors import is_passcode
from simulator.state.ids import hex_id
from simulator.state.tokens import Token


def caller(call: Call) -> Token:
    token = call.sim.tokens[call.platform].find(request.headers.get("X-Auth-Token"))
    if token is None:
        raise refuse(401, UNAUTHORIZED)
    return token


def in_domain(call: Call, domain: Any) -> bool:
    known = call.sim.platform(call.platform)["domains"]
    return isinstance(domain, dict) and any(
        domain.get("id") == row["id"] or (domain.get("id") is None and domain.get("name") == row["name"])
        for row in known
    )


def _named_user(call: Call, wanted: dict[str, Any]) -> dict[str, Any] | None:
    """The user by id, or by name and domain (400 where the domain is missing, as Keystone's schema has it)."""
    users = call.sim.platform(call.platform)["users"]
    if wanted.get("id"):
        return next((row for row in users if hex_id(call.platform, "user", row["name"]) == wanted["id"]), None)
    if not wanted.get("name"):
        raise refuse(400, "Expecting to find id or name in user.")
    if not wanted.get("domain"):
        raise refuse(400, "Expecting to find domain in user.")
    if not in_domain(call, wanted["domain"]):
        return None
    return next((row for row in users if row["name"] == wanted["name"]), None)


def password_user(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    user = _named_user(call, wanted)
    if user is None or wanted.get("password") != user["password"]:
        raise refuse(401, UNAUTHORIZED)
    return user


def passcode_user(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    user = _named_user(call, wanted)
    if user is None or not is_passcode(user, wanted.get("passcode"), call.now):
        raise refuse(401, UNAUTHORIZED)
    return user


def user_by_name(call: Call, name: str) -> dict[str, Any]:
    users: list[dict[str, Any]] = call.sim.platform(call.platform)["users"]
    return next(row for row in users if row["name"] == name)


def token_user(call: Call, part: dict[str, Any]) -> dict[str, Any]:
    token = call.sim.tokens[call.platform].find(part.get("id"))
    if token is None or token.application_credential is not None:
        raise refuse(401, UNAUTHORIZED)
    return token.user


def application_credential_user(call: Call, part: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    settings = call.sim.platform(call.platform)
    if not part.get("secret") or not (part.get("id") or part.get("name")):
        raise refuse(400, "Expecting to find id or name, and secret, in application_credential.")
    owner = None
    if not part.get("id"):
        owner = _named_user(call, required_object(part, "user", "application_credential"))
    for row in settings.get("application_credentials") or []:
        named = (
            part["id"] == hex_id(call.platform, "application credential", row["name"])
            if part.get("id")
            else owner is not None and (row["name"], row["user"]) == (part["name"], owner["name"])
        )
        if named and row["secret"] == part["secret"]:
            return row, user_by_name(call, row["user"])
    raise refuse(401, UNAUTHORIZED)
