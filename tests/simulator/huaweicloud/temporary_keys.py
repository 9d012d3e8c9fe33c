"""Temporary keys: of an agency by IAM, and of the server by its metadata service."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Refusal, Router, answer
from simulator.huaweicloud.iam import PLATFORM, admit, refuse
from simulator.state.clock import iso_us
from simulator.state.ids import hex_id

TOKEN_PATH = "/meta-data/latest/api/token"
KEY_PATH = "/openstack/latest/securitykey"
#: Paths of the metadata service, which begin like those of another platform.
METADATA_PATHS = (TOKEN_PATH, KEY_PATH)
ROLE_FIELDS = {
    "agency_name": str,
    "domain_id": str,
    "domain_name": str,
    "duration_seconds": int,
    "session_user": dict,
}
MAX_TTL = 21600
KEY_OF_SERVER_LASTS = 86400


def register(router: Router) -> None:
    router.add(
        PLATFORM,
        "POST",
        "/v3.0/OS-CREDENTIAL/securitytokens",
        assume_role,
        name="assume role",
        before=lambda call, _parameters: admit(call),
    )
    router.add(PLATFORM, "PUT", TOKEN_PATH, create_metadata_token, name="create metadata token")
    router.add(PLATFORM, "GET", KEY_PATH, show_security_key, name="show security key")


def assume_role(call: Call) -> Response:
    """POST /v3.0/OS-CREDENTIAL/securitytokens with the method assume_role."""
    role = _role(call)
    duration = role.get("duration_seconds", 900)
    if not 900 <= duration <= 86400:
        raise refuse(call, 400, "duration_seconds must be from 900 to 86400.")
    domain = call.sim.platform(PLATFORM)["domain"]
    agencies = call.sim.platform(PLATFORM).get("agencies") or []
    named = [row for row in agencies if row["name"] == role["agency_name"]]
    if not named or role.get("domain_name", domain["name"]) != domain["name"]:
        raise refuse(call, 404, "Could not find agency: %s." % role["agency_name"])
    if "domain_id" in role and role["domain_id"] != hex_id(PLATFORM, "domain", domain["name"]):
        raise refuse(call, 404, "Could not find domain: %s." % role["domain_id"])
    if not named[0].get("trusts", True):
        raise refuse(call, 403, "You have no right to do this action.")
    return answer(_document(call.sim.access_keys.issue(duration, role["agency_name"])), 201)


def _role(call: Call) -> dict[str, Any]:
    """The assume_role of the body. Raises Refusal for a field that the document does not have."""
    found = call.body
    for name, keys in (("auth", {"auth"}), ("identity", {"identity"}), ("", {"methods", "assume_role", "policy"})):
        if not isinstance(found, dict) or set(found) - keys:
            raise refuse(call, 400, "Expecting to find auth.identity in request body.")
        found = found.get(name) if name else found
    role = found.get("assume_role")
    if found.get("methods") != ["assume_role"] or not isinstance(role, dict):
        raise refuse(call, 400, "Expecting to find the method assume_role in identity.")
    for name, value in role.items():
        if not isinstance(value, ROLE_FIELDS.get(name, ())) or isinstance(value, bool):
            raise refuse(call, 400, "Invalid input for field %s." % name)
    if "agency_name" not in role or not {"domain_id", "domain_name"} & set(role):
        raise refuse(call, 400, "agency_name and domain_id or domain_name are required.")
    return role


def create_metadata_token(call: Call) -> Response:
    """PUT /meta-data/latest/api/token: a service without tokens does not know the path."""
    if call.sim.options[PLATFORM]["metadata"] == "without_tokens":
        raise Refusal(404, "Not Found")
    ttl = request.headers.get("X-Metadata-Token-Ttl-Seconds", "")
    if not ttl.isdigit() or not 1 <= int(ttl) <= MAX_TTL:
        raise Refusal(400, "Bad Request")
    token = secrets.token_urlsafe(40)
    call.sim.metadata_tokens[token] = call.now + int(ttl)
    return answer(token)


def show_security_key(call: Call) -> Response:
    """GET /openstack/latest/securitykey: the key of the server's agency, the same one until it is nearly over."""
    kind = call.sim.options[PLATFORM]["metadata"]
    token = request.headers.get("X-Metadata-Token")
    if kind == "without_tokens":
        token = None
    if (token is None and kind == "required") or (token is not None and not _is_valid(call, token)):
        raise Refusal(401, "Unauthorized")
    if kind == "no_agency":
        raise Refusal(401, "Please configure Cloud Service Agency first")
    key = call.sim.key_of_server
    if key is None or key["expires"] - call.now < 3000:
        key = call.sim.key_of_server = call.sim.access_keys.issue(KEY_OF_SERVER_LASTS, "server")
    return answer(_document(key))


def _is_valid(call: Call, token: str) -> bool:
    return call.sim.metadata_tokens.get(token, 0.0) > call.now


def _document(key: dict[str, Any]) -> dict[str, Any]:
    return {
        "credential": {
            "access": key["access_key"],
            "secret": key["secret_key"],
            "securitytoken": key["security_token"],
            "expires_at": iso_us(key["expires"]),
        }
    }
