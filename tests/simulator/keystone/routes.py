"""Keystone v3: the calls, the version documents, the projects of a user and the catalog."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from flask import Response

from simulator.http.call import Call, Router, answer
from simulator.keystone.authentication import caller
from simulator.keystone.catalog import catalog
from simulator.keystone.errors import refuse
from simulator.keystone.tokens import create_token, revoke_token, show_token

PLATFORMS = ("openstack", "easystack", "ustack")


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


def list_projects(call: Call) -> Response:
    """GET /v3/auth/projects: the projects in which the token's user has a role."""
    names = caller(call).user.get("roles") or {}
    rows = [
        {"id": row["id"], "name": row["name"], "domain_id": "default", "enabled": True, "is_domain": False}
        for row in call.sim.builders[call.platform].projects
        if row["name"] in names
    ]
    return answer({"projects": rows, "links": {"self": call.sim.base_url + call.path, "next": None, "previous": None}})


def show_catalog(call: Call) -> Response:
    token = caller(call)
    if token.project is None:
        raise refuse(403, "You are not authorized to perform the requested action: identity:get_auth_catalog.")
    return answer({"catalog": catalog(call.sim, call.platform, token.project["id"])})
