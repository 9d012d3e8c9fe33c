"""Keystone: who gets a token, and what it holds."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
from typing import Any

import pytest

from simulator.state.ids import hex_id


def ask(cloud: Any, body: Any, **options: Any) -> Any:
    return cloud.client.post(cloud.auth_path, json=body, **options)


def compute(document: dict[str, Any], region: str, interface: str) -> list[str]:
    return [
        endpoint["url"]
        for service in document["token"]["catalog"]
        if service["type"] == "compute"
        for endpoint in service["endpoints"]
        if (endpoint["region"], endpoint["interface"]) == (region, interface)
    ]


def test_a_password_gives_a_token_with_a_catalog(keystone_cloud: Any) -> None:
    response = ask(keystone_cloud, keystone_cloud.password_body("demo"))
    assert response.status_code == 201
    assert response.json["token"]["project"]["name"] == "demo"
    for interface in ("public", "internal", "admin"):
        (url,) = compute(response.json, "RegionOne", interface)
        assert url == "http://localhost" + keystone_cloud.root
        assert len(compute(response.json, "RegionTwo", interface)) == 1
    assert keystone_cloud.log()[-1]["operation"] == {"ustack": None}.get(keystone_cloud.platform, "E59")


def test_users_and_projects_by_id(openstack: Any) -> None:
    body = openstack.password_body("demo")
    user = body["auth"]["identity"]["password"]["user"]
    body["auth"]["identity"]["password"]["user"] = {
        "id": hex_id("openstack", "user", "demo"),
        "password": user["password"],
    }
    body["auth"]["scope"] = {"project": {"id": openstack.project_id}}
    assert ask(openstack, body).json["token"]["project"]["id"] == openstack.project_id


def test_application_credentials(openstack: Any) -> None:
    by_id = {"id": hex_id("openstack", "application credential", "automation"), "secret": "openstack-app-secret"}
    by_name = {
        "name": "automation",
        "secret": "openstack-app-secret",
        "user": {"name": "demo", "domain": {"id": "default"}},
    }
    for part in (by_id, by_name):
        body = {"auth": {"identity": {"methods": ["application_credential"], "application_credential": part}}}
        response = ask(openstack, body)
        assert (response.status_code, response.json["token"]["project"]["name"]) == (201, "demo")
        scoped = {"auth": {**body["auth"], "scope": {"project": {"id": openstack.project_id}}}}
        refused = ask(openstack, scoped)
        assert refused.status_code == 401
        # Keystone puts an empty object there, whatever failed.
        assert refused.json["error"] == {
            "code": 401,
            "title": "Unauthorized",
            "identity": {},
            "message": "Error authenticating with application credential: Application credentials cannot request a "
            "scope.",
        }
        wrong: dict[str, Any] = copy.deepcopy(body)
        wrong["auth"]["identity"]["application_credential"]["secret"] = "guess"
        assert ask(openstack, wrong).status_code == 401


def test_a_token_gives_another_scope_and_an_unscoped_one_has_no_catalog(openstack: Any) -> None:
    body = openstack.password_body("demo")
    del body["auth"]["scope"]
    unscoped = ask(openstack, body)
    assert "catalog" not in unscoped.json["token"] and "project" not in unscoped.json["token"]
    token = unscoped.headers["X-Subject-Token"]
    assert openstack.client.get("/openstack/compute/v2.1/servers", headers={"X-Auth-Token": token}).status_code == 403
    rescoped = ask(
        openstack,
        {
            "auth": {
                "identity": {"methods": ["token"], "token": {"id": token}},
                "scope": {"project": {"name": "alt", "domain": {"name": "Default"}}},
            }
        },
    )
    assert rescoped.json["token"]["project"]["name"] == "alt"
    projects = openstack.client.get("/openstack/identity/v3/auth/projects", headers={"X-Auth-Token": token}).json
    assert {row["name"] for row in projects["projects"]} == {"demo", "alt"}


def test_a_ready_token_can_be_looked_up(openstack: Any) -> None:
    token = openstack.token()
    response = openstack.client.get(openstack.auth_path, headers={"X-Auth-Token": token, "X-Subject-Token": token})
    assert response.status_code == 200
    assert compute(response.json, "RegionOne", "public")
    gone = openstack.client.get(openstack.auth_path, headers={"X-Auth-Token": token, "X-Subject-Token": "other"})
    assert gone.status_code == 404
    nobody = openstack.client.get(openstack.auth_path, headers={"X-Auth-Token": "x", "X-Subject-Token": token})
    assert nobody.status_code == 401


def _changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    result = copy.deepcopy(body)
    part: Any = result
    words = path.split(".")
    for word in words[:-1]:
        part = part[word]
    if value is None:
        del part[words[-1]]
    else:
        part[words[-1]] = value
    return result


USER = "auth.identity.password.user"


@pytest.mark.parametrize(
    ("path", "value", "status"),
    [
        (USER + ".password", "wrong", 401),
        (USER + ".name", "nobody", 401),
        (USER + ".domain", {"name": "Other"}, 401),
        (USER + ".domain", None, 400),
        (USER + ".name", None, 400),
        ("auth.identity.methods", None, 400),
        ("auth.identity.methods", ["telepathy"], 400),
        ("auth.identity.password", None, 400),
        ("auth", None, 400),
        ("auth.scope.project.name", "nowhere", 401),
        ("auth.scope.project.name", "admin", 401),
        ("auth.scope.project.domain", None, 400),
        ("auth.scope.project", None, 400),
        ("auth.identity", "demo", 400),
    ],
)
def test_refused_logins(keystone_cloud: Any, path: str, value: Any, status: int) -> None:
    response = ask(keystone_cloud, _changed(keystone_cloud.password_body("demo"), path, value))
    assert response.status_code == status
    assert response.json["error"]["code"] == status
    assert "X-Subject-Token" not in response.headers


def test_bodies_that_are_not_json_are_400(openstack: Any) -> None:
    response = openstack.client.post(openstack.auth_path, data="{", content_type="application/json")
    assert response.status_code == 400


def test_bad_and_expired_tokens_are_401_as_the_middleware_says_it(keystone_cloud: Any) -> None:
    keystone_cloud.token()
    bad = keystone_cloud.get("/servers", headers={"X-Auth-Token": "nonsense"})
    assert (bad.status_code, bad.json["error"]["title"]) == (401, "Unauthorized")
    assert bad.headers["WWW-Authenticate"].startswith("Keystone uri=")
    assert keystone_cloud.get("/servers").status_code == 200
    keystone_cloud.pass_time(3601)
    assert keystone_cloud.get("/servers").status_code == 401


def test_tokens_can_be_made_to_expire(openstack: Any) -> None:
    openstack.token()
    assert openstack.client.post("/_sim/openstack/tokens/expire").json == {"expired": 1}
    assert openstack.get("/servers").status_code == 401


def test_tokens_of_one_platform_do_not_open_another(openstack: Any, easystack: Any) -> None:
    assert easystack.get("/servers", headers={"X-Auth-Token": openstack.token()}).status_code == 401
