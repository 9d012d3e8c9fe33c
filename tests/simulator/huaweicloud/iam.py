"""IAM of huaweicloud: tokens by password, projects by name; and the authentication of the gateway."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulator.http.call import Call, Malformed, Refusal, Router, answer
from simulator.huaweicloud import signing
from simulator.state.clock import iso_us
from simulator.state.ids import hex_id
from simulator.state.tokens import Token

PLATFORM = "huaweicloud"
TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
MAX_BYTES = 12 * 1024 * 1024


def register(router: Router) -> None:
    router.add(PLATFORM, "POST", "/v3/auth/tokens", create_token, operation="H10", name="create token")
    router.add(PLATFORM, "GET", "/v3/auth/tokens", show_token, name="show token")
    # Only the links of the first of the two have `previous` and `next`.
    for rule, name, rest in (
        ("/v3/projects", "list projects", {"previous": None, "next": None}),
        ("/v3/auth/projects", "list own projects", {}),
    ):
        router.add(PLATFORM, "GET", rule, _listing(rest), name=name, before=lambda call, _parameters: admit(call))


def refuse(call: Call, status: int, message: str) -> Refusal:
    """An error of IAM: the code is a number."""
    return Refusal(
        status,
        {"error": {"code": status, "message": message, "title": TITLES[status]}},
        {"X-IAM-Trace-Id": "token_%s" % call.request_id},
    )


def gateway(call: Call, status: int, code: str, message: str) -> Refusal:
    """An error of the API gateway in front of the services."""
    return Refusal(status, {"error_msg": message, "error_code": code, "request_id": call.request_id})


def request_headers() -> dict[str, str]:
    """Lower-case names; values as the UTF-8 text that was on the wire."""
    return {
        name.lower(): value.encode("latin-1", "replace").decode("utf-8", "replace") for name, value in request.headers
    }


def admit(call: Call) -> None:
    """A signature or a token, as the gateway checks it; sets `call.token` for a token. Raises Refusal."""
    headers = request_headers()
    body = request.get_data()
    if len(body) > MAX_BYTES:
        raise gateway(call, 413, "APIGW.0201", "Request entity too large")
    signed = "authorization" in headers
    if signed and "x-auth-token" in headers:
        raise gateway(
            call,
            401,
            "APIGW.0301",
            "Incorrect IAM authentication information: both a signature and X-Auth-Token were sent",
        )
    if signed:
        keys = {row["access_key"]: row for row in call.sim.platform(PLATFORM)["access_keys"]}
        keys.update(call.sim.access_keys.rows())
        path = request.environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        try:
            key = signing.verify(
                call.method,
                path,
                request.query_string.decode("latin-1"),
                headers,
                body,
                keys,
                call.sim.wrong_signatures,
                call.now,
            )
        except signing.SignatureRefused as refused:
            raise gateway(call, 401, "APIGW.0301", str(refused)) from None
        if call.sim.access_keys.has_ended(key["access_key"]):
            raise gateway(call, 401, "APIGW.0301", "Incorrect IAM authentication information: token expires")
        return
    if not headers.get("x-auth-token"):
        raise gateway(call, 401, "APIGW.0301", "Incorrect IAM authentication information: x-auth-token not found")
    call.token = call.sim.tokens[PLATFORM].find(headers["x-auth-token"])
    if call.token is None:
        raise gateway(call, 401, "APIGW.0301", "Incorrect IAM authentication information: decrypt token fail")


def create_token(call: Call) -> Response:
    """POST /v3/auth/tokens: a password, with a project's or the account's scope."""
    settings = call.sim.platform(PLATFORM)
    body = call.body
    if isinstance(body, Malformed) or not isinstance(body, dict) or not isinstance(body.get("auth"), dict):
        raise refuse(call, 400, "Expecting to find auth in request body.")
    identity = body["auth"].get("identity")
    if not isinstance(identity, dict) or identity.get("methods") != ["password"]:
        raise refuse(call, 400, "Expecting to find the method password in identity.")
    try:
        user = identity["password"]["user"]
        name, password, domain = user["name"], user["password"], user["domain"]["name"]
    except (KeyError, TypeError):
        raise refuse(call, 400, "Expecting to find name, password and domain.name in identity.password.user.") from None
    known = next((row for row in settings["users"] if row["name"] == name), None)
    if known is None or known["password"] != password or domain != settings["domain"]["name"]:
        raise refuse(call, 401, "The username or password is wrong.")
    token = call.sim.tokens[PLATFORM].issue(
        settings["token_lifetime"],
        user=known,
        project=_scope(call, body["auth"].get("scope"), known),
        roles=["te_admin"],
        methods=["password"],
    )
    return answer(
        {"token": _describe(call, token)},
        201,
        {"X-Subject-Token": token.id, "X-IAM-Trace-Id": "token_%s" % call.request_id},
    )


def show_token(call: Call) -> Response:
    """GET /v3/auth/tokens: what the token in X-Subject-Token may do."""
    tokens = call.sim.tokens[PLATFORM]
    if tokens.find(request.headers.get("X-Auth-Token")) is None:
        raise refuse(call, 401, "The request you have made requires authentication.")
    subject = tokens.find(request.headers.get("X-Subject-Token"))
    if subject is None:
        raise refuse(call, 404, "Could not find token.")
    return answer({"token": _describe(call, subject)}, 200, {"X-Subject-Token": subject.id})


def _listing(rest: dict[str, None]) -> Callable[[Call], Response]:
    """The view of a list of projects; `rest` are the links beside `self`."""

    def list_projects(call: Call) -> Response:
        """GET /v3/projects?name=…: the name is matched exactly."""
        name = request.args.get("name")
        allowed = None if call.token is None else call.token.user.get("projects")
        domain = _domain(call)["id"]
        rows = [
            {
                "id": row["id"],
                "name": row["name"],
                "domain_id": domain,
                "parent_id": domain,
                "description": row.get("description", ""),
                "enabled": True,
                "is_domain": False,
                "links": {"self": "%s/v3/projects/%s" % (call.sim.base_url, row["id"]), **rest},
            }
            for row in call.sim.builders[PLATFORM].projects
            if name in (None, row["name"]) and (allowed is None or row["name"] in allowed)
        ]
        return answer(
            {"projects": rows, "links": {"self": call.sim.base_url + call.path, **rest}},
            200,
            {"X-IAM-Trace-Id": "token_%s" % call.request_id},
        )

    return list_projects


def _scope(call: Call, scope: Any, user: dict[str, Any]) -> dict[str, Any] | None:
    kinds = [key for key in ("project", "domain") if isinstance(scope, dict) and isinstance(scope.get(key), dict)]
    if not kinds:
        raise refuse(call, 400, "Expecting to find project or domain in scope.")
    if kinds == ["domain"]:
        return None
    wanted = scope["project"]
    if not wanted.get("id") and not wanted.get("name"):
        raise refuse(call, 400, "Expecting to find id or name in project.")
    found = [
        row
        for row in call.sim.builders[PLATFORM].projects
        if (row["id"] == wanted["id"] if wanted.get("id") else row["name"] == wanted["name"])
    ]
    allowed = user.get("projects")
    found = [row for row in found if allowed is None or row["name"] in allowed]
    if len(found) > 1:
        raise refuse(call, 400, "The project name %s is not unique; give its id." % wanted["name"])
    if not found:
        raise refuse(call, 401, "The user has no access to the project.")
    return found[0]


def _domain(call: Call) -> dict[str, str]:
    name = call.sim.platform(PLATFORM)["domain"]["name"]
    return {"id": hex_id(PLATFORM, "domain", name), "name": name}


def _describe(call: Call, token: Token) -> dict[str, Any]:
    document: dict[str, Any] = {
        "expires_at": iso_us(token.expires),
        "issued_at": iso_us(token.issued),
        "methods": token.methods,
        "user": {
            "id": hex_id(PLATFORM, "user", token.user["name"]),
            "name": token.user["name"],
            "domain": _domain(call),
            "password_expires_at": "",
        },
        "roles": [{"id": "0", "name": role} for role in token.roles],
    }
    if token.project is None:
        document["domain"] = _domain(call)
    else:
        document["project"] = {"id": token.project["id"], "name": token.project["name"], "domain": _domain(call)}
    document["catalog"] = []  # stays empty where `nocatalog` is set
    if token.project is not None and not request.args.get("nocatalog"):
        region = token.project["name"].split("_")[0]
        endpoint = {
            "id": hex_id("ecs", region),
            "interface": "public",
            "region": region,
            "region_id": region,
            "url": "%s/v1/%s" % (call.sim.base_url, token.project["id"]),
        }
        document["catalog"].append({"id": hex_id("ecs"), "type": "ecs", "name": "ecs", "endpoints": [endpoint]})
    return document
