"""Keystone v3 for openstack, easystack and ustack: tokens, catalog, projects (the Identity API reference, v3)."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import Response, request

from simulator.http.call import Call, Malformed, Refusal, Router, answer
from simulator.state.clock import iso_us
from simulator.state.ids import hex_id
from simulator.state.simulator import Simulator
from simulator.state.tokens import Token

PLATFORMS = ("openstack", "easystack", "ustack")
UNAUTHORIZED = "The request you have made requires authentication."
TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


def register(router: Router) -> None:
    for platform in PLATFORMS:
        prefix = "/%s/identity" % platform
        token_id = None if platform == "ustack" else "E59"
        for rule, status in ((prefix, 300), (prefix + "/v3", 200)):
            router.add(platform, "GET", rule, _versions(platform, status), name="identity versions")
        router.add(platform, "POST", prefix + "/v3/auth/tokens", create_token, operation=token_id, name="create token")
        router.add(platform, "GET", prefix + "/v3/auth/tokens", show_token, name="show token")
        router.add(platform, "DELETE", prefix + "/v3/auth/tokens", revoke_token, name="revoke token")
        router.add(platform, "GET", prefix + "/v3/auth/projects", list_projects, name="list projects")
        router.add(platform, "GET", prefix + "/v3/auth/catalog", show_catalog, name="show catalog")


def refuse(status: int, message: str, **more: Any) -> Refusal:
    """Keystone's error; ``more`` are further keys of its body."""
    headers = {"Vary": "X-Auth-Token"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Keystone uri="%s"' % request.base_url.partition("/auth/")[0]
    return Refusal(status, {"error": {"code": status, "message": message, "title": TITLES[status], **more}}, headers)


def compute_url(sim: Simulator, platform: str, region: str, project_id: str) -> str:
    """The compute endpoint of a region. The three real forms: without project, with it, and the legacy v2."""
    # A second region is a path of its own, as the catalog of a cloud with one address for all regions has it.
    first = region == sim.platform(platform)["regions"][0]
    base = "%s/%s/compute%s" % (sim.base_url, platform, "" if first else "-" + region)
    return base + {"openstack": "/v2.1", "easystack": "/v2.1/" + project_id, "ustack": "/v2/" + project_id}[platform]


def catalog(sim: Simulator, platform: str, project_id: str) -> list[dict[str, Any]]:
    """The service catalog of a project-scoped token."""
    services = []
    for kind, name in (("compute", "nova"), ("identity", "keystone"), ("image", "glance"), ("network", "neutron")):
        endpoints = []
        for region in sim.platform(platform)["regions"]:
            url = {
                "compute": compute_url(sim, platform, region, project_id),
                "identity": "%s/%s/identity/v3" % (sim.base_url, platform),
                "image": "%s/%s/image" % (sim.base_url, platform),
                "network": "%s/%s/network" % (sim.base_url, platform),
            }[kind]
            for interface in ("public", "internal", "admin"):
                endpoints.append(
                    {
                        "id": hex_id(platform, kind, region, interface),
                        "interface": interface,
                        "region": region,
                        "region_id": region,
                        "url": url,
                    }
                )
        services.append({"id": hex_id(platform, kind), "type": kind, "name": name, "endpoints": endpoints})
    return services


def _versions(platform: str, status: int) -> Any:
    def versions(call: Call) -> Response:
        url = "%s/%s/identity/v3/" % (call.sim.base_url, platform)
        version = {
            "id": "v3.14",
            "status": "stable",
            "updated": "2020-04-07T00:00:00Z",
            "links": [{"rel": "self", "href": url}],
            "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
        }
        document = {"versions": {"values": [version]}} if status == 300 else {"version": version}
        return answer(document, status, {"Vary": "X-Auth-Token"})

    return versions


def create_token(call: Call) -> Response:
    """POST /v3/auth/tokens: password, application credential or token; scope by project or none."""
    auth = _part(call.body, "auth", "")
    identity = _part(auth, "identity", "auth")
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
    part = _part(identity, method, "identity")
    credential = None
    if method == "password":
        user = _password_user(call, _part(part, "user", "password"))
    elif method == "token":
        user = _token_user(call, part)
    else:
        credential, user = _application_credential(call, part)
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
        project = _scope(call, scope)
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
    _caller(call)
    subject = call.sim.tokens[call.platform].find(request.headers.get("X-Subject-Token"))
    if subject is None:
        raise refuse(404, "Could not find token.")
    return answer({"token": _describe(call, subject)}, 200, {"X-Subject-Token": subject.id, "Vary": "X-Auth-Token"})


def revoke_token(call: Call) -> Response:
    _caller(call)
    if call.sim.tokens[call.platform].find(request.headers.get("X-Subject-Token")) is None:
        raise refuse(404, "Could not find token.")
    call.sim.tokens[call.platform].revoke(request.headers.get("X-Subject-Token"))
    return answer(None, 204)


def list_projects(call: Call) -> Response:
    """GET /v3/auth/projects: where the token's user has a role."""
    names = _caller(call).user.get("roles") or {}
    rows = [
        {"id": row["id"], "name": row["name"], "domain_id": "default", "enabled": True, "is_domain": False}
        for row in call.sim.builders[call.platform].projects
        if row["name"] in names
    ]
    return answer({"projects": rows, "links": {"self": call.sim.base_url + call.path, "next": None, "previous": None}})


def show_catalog(call: Call) -> Response:
    token = _caller(call)
    if token.project is None:
        raise refuse(403, "You are not authorized to perform the requested action: identity:get_auth_catalog.")
    return answer({"catalog": catalog(call.sim, call.platform, token.project["id"])})


def _caller(call: Call) -> Token:
    token = call.sim.tokens[call.platform].find(request.headers.get("X-Auth-Token"))
    if token is None:
        raise refuse(401, UNAUTHORIZED)
    return token


def _part(value: Any, key: str, where: str) -> dict[str, Any]:
    """A mapping inside the request, or Keystone's 400."""
    if isinstance(value, Malformed):
        raise refuse(400, "Malformed JSON in request body")
    if not isinstance(value, dict) or key not in value:
        raise refuse(400, "Invalid input for field '%s': '%s' is a required property" % (where or "body", key))
    if not isinstance(value[key], dict):
        raise refuse(400, "Invalid input for field '%s': %s is not of type 'object'" % (key, type(value[key]).__name__))
    part: dict[str, Any] = value[key]
    return part


def _in_domain(call: Call, domain: Any) -> bool:
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
    if not _in_domain(call, wanted["domain"]):
        return None
    return next((row for row in users if row["name"] == wanted["name"]), None)


def _password_user(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    user = _named_user(call, wanted)
    if user is None or wanted.get("password") != user["password"]:
        raise refuse(401, UNAUTHORIZED)
    return user


def _token_user(call: Call, part: dict[str, Any]) -> dict[str, Any]:
    token = call.sim.tokens[call.platform].find(part.get("id"))
    if token is None or token.application_credential is not None:
        raise refuse(401, UNAUTHORIZED)
    return token.user


def _application_credential(call: Call, part: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    settings = call.sim.platform(call.platform)
    if not part.get("secret") or not (part.get("id") or part.get("name")):
        raise refuse(400, "Expecting to find id or name, and secret, in application_credential.")
    owner = None
    if not part.get("id"):
        owner = _named_user(call, _part(part, "user", "application_credential"))
    for row in settings.get("application_credentials") or []:
        named = (
            part["id"] == hex_id(call.platform, "application credential", row["name"])
            if part.get("id")
            else owner is not None and (row["name"], row["user"]) == (part["name"], owner["name"])
        )
        if named and row["secret"] == part["secret"]:
            return row, next(user for user in settings["users"] if user["name"] == row["user"])
    raise refuse(401, UNAUTHORIZED)


def _scope(call: Call, scope: Any) -> dict[str, Any] | None:
    if scope is None or scope == "unscoped" or scope == {"unscoped": {}}:
        return None
    if not isinstance(scope, dict) or not isinstance(scope.get("project"), dict):
        raise refuse(400, "Expecting to find project in scope.")
    wanted = scope["project"]
    projects = call.sim.builders[call.platform].projects
    if wanted.get("id"):
        found = [row for row in projects if row["id"] == wanted["id"]]
    elif not wanted.get("name") or not wanted.get("domain"):
        raise refuse(400, "Expecting to find id, or name and domain, in project.")
    else:
        found = [row for row in projects if row["name"] == wanted["name"] and _in_domain(call, wanted["domain"])]
    if not found:
        raise refuse(401, UNAUTHORIZED)
    return found[0]


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
