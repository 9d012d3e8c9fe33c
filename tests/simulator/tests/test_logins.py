# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keystone: one-time passwords, trusts, tokens for a domain and for the system, access rules."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.keystone.factors import passcode
from simulator.state.ids import hex_id

GUARDED = {"name": "guarded", "domain": {"id": "default"}}
PASSWORD = {"user": {**GUARDED, "password": "openstack-guarded-pass"}}
IN_DEMO = {"project": {"name": "demo", "domain": {"id": "default"}}}


def log_in(cloud: Any, identity: dict[str, Any], scope: Any = None) -> Any:
    auth = {"identity": {"methods": list(identity), **identity}, **({"scope": scope} if scope else {})}
    return cloud.client.post(cloud.auth_path, json={"auth": auth})


def as_user(cloud: Any, user: str, scope: Any) -> Any:
    identity = cloud.password_body(user)["auth"]["identity"]["password"]
    return log_in(cloud, {"password": identity}, scope)


def code(cloud: Any, past: float = 0) -> dict[str, Any]:
    seed = next(row["totp"] for row in cloud.sim.platform("openstack")["users"] if row["name"] == "guarded")
    return {"user": {**GUARDED, "passcode": passcode(seed, cloud.sim.clock.now() - past)}}


def test_passcodes_are_those_of_rfc_6238() -> None:
    # "12345678901234567890" at 59 seconds: 94287082, of which six digits are asked.
    assert passcode("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59) == "287082"


def test_a_user_of_two_factors_needs_both(openstack: Any) -> None:
    alone = log_in(openstack, {"password": PASSWORD}, IN_DEMO)
    assert alone.status_code == 401 and alone.json["required_auth_methods"] == [["password", "totp"]]
    assert alone.json["receipt"]["methods"] == ["password"] and alone.headers["Openstack-Auth-Receipt"]
    assert "X-Subject-Token" not in alone.headers
    both = log_in(openstack, {"password": PASSWORD, "totp": code(openstack, 30)}, IN_DEMO)
    assert both.status_code == 201 and sorted(both.json["token"]["methods"]) == ["password", "totp"]


@pytest.mark.parametrize("change", [{"passcode": "000000"}, {"passcode": None}, {"name": "demo"}])
def test_wrong_passcodes(openstack: Any, change: dict[str, Any]) -> None:
    wrong = {"user": {**code(openstack)["user"], **change}}
    assert log_in(openstack, {"password": PASSWORD, "totp": wrong}, IN_DEMO).status_code == 401


def test_an_old_passcode(openstack: Any) -> None:
    assert log_in(openstack, {"password": PASSWORD, "totp": code(openstack, 90)}, IN_DEMO).status_code == 401


def test_a_trust_gives_the_trustee_roles_of_the_trustor(openstack: Any) -> None:
    known = hex_id("openstack", "trust", "demo", "outsider", "demo")
    scope = {"OS-TRUST:trust": {"id": known}}
    token = as_user(openstack, "outsider", scope)
    assert token.json["token"]["project"]["name"] == "demo" and token.json["token"]["OS-TRUST:trust"]["id"] == known
    assert token.json["token"]["user"]["name"] == "outsider" and "is_domain" not in token.json["token"]
    # A role implies others, as in the real Keystone.
    roles = token.json["token"]["roles"]
    assert [(row["name"], row["domain_id"]) for row in roles] == [("member", None), ("reader", None)]
    headers = {"X-Auth-Token": token.headers["X-Subject-Token"]}
    assert openstack.get("/servers", headers=headers).status_code == 200
    assert as_user(openstack, "reader", scope).status_code == 403
    assert as_user(openstack, "outsider", {"OS-TRUST:trust": {"id": "other"}}).status_code == 401


@pytest.mark.parametrize(
    "scope", [{"system": {"all": True}}, {"domain": {"id": "default"}}, {"domain": {"name": "Default"}}]
)
def test_tokens_without_a_project_open_no_nova(openstack: Any, scope: dict[str, Any]) -> None:
    token = as_user(openstack, "overseer", scope)
    assert token.status_code == 201 and "project" not in token.json["token"] and token.json["token"]["catalog"]
    assert [row["name"] for row in token.json["token"]["roles"]] == ["reader"]
    headers = {"X-Auth-Token": token.headers["X-Subject-Token"]}
    assert openstack.get("/servers", headers=headers).status_code == 403
    assert as_user(openstack, "demo", scope).status_code == 401


def test_a_method_that_there_is_not(openstack: Any) -> None:
    refused = log_in(openstack, {"telepathy": {}})
    assert refused.status_code == 401 and "totp" in refused.json["error"]["identity"]["methods"]


def test_a_scope_is_one(openstack: Any) -> None:
    assert as_user(openstack, "overseer", {"system": {"all": True}, **IN_DEMO}).status_code == 400
    assert as_user(openstack, "overseer", {"domain": {}}).status_code == 400
    assert as_user(openstack, "overseer", {"domain": {"id": "other"}}).status_code == 401


def test_access_rules(openstack: Any) -> None:
    known = {"id": hex_id("openstack", "application credential", "lister"), "secret": "openstack-lister-secret"}
    token = log_in(openstack, {"application_credential": known})
    (rule,) = token.json["token"]["application_credential"]["access_rules"]
    assert (rule["service"], rule["method"], rule["path"]) == ("compute", "GET", "/v2.1/servers")
    headers = {"X-Auth-Token": token.headers["X-Subject-Token"]}
    assert openstack.get("/servers", headers=headers).status_code == 200
    for path in ("/servers/detail", "/flavors"):
        assert openstack.get(path, headers=headers).status_code == 401
    assert openstack.post("/servers", {}, headers=headers).status_code == 401
