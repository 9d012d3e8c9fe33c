# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logins of keystoneauth1 at the wire: options, renewal, cache, secrets, and what they say when they fail."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    CloudError,
    ConnectionFailed,
    SettingsError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session, connect
from ansible_collections.cloudserver.compute.tests.unit.cloud.auth.test_keystone import token_body

IDENTITY = "/identity/v3"
SECRETS = {"client-s3cret", "user-s3cret"}
OIDC = {
    "auth_type": "v3oidcpassword", "identity_provider": "idp", "protocol": "openid", "client_id": "ansible",
    "client_secret": "client-s3cret", "username": "op", "password": "user-s3cret", "project_name": "demo",
}  # fmt: skip


def session_for(
    wire: Any, clock: Any, auth: dict[str, Any], environ: dict[str, str] | None = None, **more: Any
) -> Session:
    auth = {"auth_url": wire.url + "/identity", **auth}
    options = {"platform": "openstack", "region": "RegionOne", "auth": auth, **more}
    return connect(resolve(options, environ or {}), clock=clock)


def oidc(wire: Any) -> dict[str, Any]:
    return {**OIDC, "access_token_endpoint": wire.url + "/idp/token"}


def expect_login(wire: Any, reply: Any, token: str) -> None:
    """The requests of v3oidcpassword: the identity provider's token, Keystone's, and that of the project."""
    wire.expect("POST", "/idp/token", reply=reply(json={"access_token": "idp-s3cret", "token_type": "Bearer"}))
    federation = IDENTITY + "/OS-FEDERATION/identity_providers/idp/protocols/openid/auth"
    unscoped = {"token": {"expires_at": "2026-03-01T13:00:00Z", "methods": ["openid"], "user": {"id": "u"}}}
    answer = reply(201, unscoped, headers={"X-Subject-Token": "unscoped"})
    wire.expect("POST", federation, reply=answer, headers={"Authorization": "Bearer idp-s3cret"})
    scope = {"project": {"name": "demo", "domain": {"id": "default"}}}
    answer = reply(201, token_body(), headers={"X-Subject-Token": token})
    identity = {"methods": ["token"], "token": {"id": "unscoped"}}
    wire.expect("POST", IDENTITY + "/auth/tokens", reply=answer, json={"auth": {"identity": identity, "scope": scope}})


def test_a_login_with_openid_connect(wire: Any, reply: Any, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    expect_login(wire, reply, "tok-1")
    wire.expect("GET", "/thing", headers={"X-Auth-Token": "tok-1"}, reply=reply(json={}))
    session = session_for(wire, clock, {**oidc(wire), "project_domain_id": "default"})
    assert session.get(wire.url + "/thing").status == 200
    form = dict(wire.seen[0].query) or wire.seen[0].content.decode()
    assert "grant_type=password" in form and "password=user-s3cret" in form
    assert session.auth.endpoint("compute") == "https://one.example.com/v2.1"
    assert session.auth.project_id == "p1" and session.secrets() >= {*SECRETS, "tok-1"}
    shown = "%r %s %s" % (session.settings, session.auth.identity(), caplog.text)
    assert not [secret for secret in (*SECRETS, "tok-1", "idp-s3cret") if secret in shown]
    assert "login v3oidcpassword idp openid of op | demo@default" in session.auth.identity()


def test_a_refused_token_is_renewed(wire: Any, reply: Any, clock: Any) -> None:
    expect_login(wire, reply, "tok-1")
    wire.expect("GET", "/thing", headers={"X-Auth-Token": "tok-1"}, reply=reply(401, {}))
    expect_login(wire, reply, "tok-2")
    wire.expect("GET", "/thing", headers={"X-Auth-Token": "tok-2"}, reply=reply(json={}))
    session = session_for(wire, clock, {**oidc(wire), "project_domain_id": "default"})
    assert session.get(wire.url + "/thing").status == 200


def test_a_kept_token_needs_no_login(
    wire: Any, reply: Any, clock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect_login(wire, reply, "tok-1")
    wire.expect("GET", "/thing", reply=reply(json={}))
    auth, cache = {**oidc(wire), "project_domain_id": "default"}, str(tmp_path / "cache")
    session_for(wire, clock, auth, token_cache=cache).get(wire.url + "/thing")
    monkeypatch.setitem(sys.modules, "keystoneauth1", None)
    wire.expect("GET", "/thing", headers={"X-Auth-Token": "tok-1"}, reply=reply(json={}))
    session_for(wire, clock, auth, token_cache=cache).get(wire.url + "/thing")
    other = session_for(wire, clock, {**auth, "identity_provider": "other"}, token_cache=cache)
    with pytest.raises(SettingsError, match="needs the Python package keystoneauth1") as caught:
        other.get(wire.url + "/thing")
    assert "%s -m pip install keystoneauth1" % sys.executable in str(caught.value)


def test_options_of_the_environment_and_beside_auth(wire: Any, reply: Any, clock: Any) -> None:
    expect_login(wire, reply, "tok-1")
    environ = {"OS_" + name.upper(): value for name, value in oidc(wire).items()}
    environ.update(OS_PROJECT_DOMAIN_ID="default", OS_USER_DOMAIN_NAME="Unused", OS_IDENTITY_API_VERSION="3")
    session = session_for(wire, clock, {}, environ)
    assert session.auth.project_id == "p1"
    assert session.secrets() >= SECRETS


def test_only_the_secret_comes_from_the_task(wire: Any, reply: Any, clock: Any) -> None:
    expect_login(wire, reply, "tok-1")
    known = {name: value for name, value in oidc(wire).items() if name not in ("password", "client_secret")}
    environ = {"OS_" + name.upper(): value for name, value in {**known, "project_domain_id": "default"}.items()}
    session = session_for(wire, clock, {"password": "user-s3cret", "client_secret": "client-s3cret"}, environ)
    assert session.auth.project_id == "p1"


def test_a_secret_is_not_sent_for_another_user(wire: Any, clock: Any) -> None:
    environ = {"OS_USERNAME": "other", "OS_PASSWORD": "user-s3cret"}
    auth = {name: value for name, value in oidc(wire).items() if name != "password"}
    with pytest.raises(SettingsError, match="belongs to another auth.username than the selected one"):
        session_for(wire, clock, auth, environ)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"protocol": ""}, "Could not log in with v3oidcpassword: .*protocol"),
        ({"access_token_endpoint": ""}, "Could not log in with v3oidcpassword: .*discovery-endpoint"),
        ({"auth_type": "v3oidcmagic"}, "auth_type is v3oidcmagic; keystoneauth1 has: .*v3oidcpassword"),
        ({"auth_type": "v3kerberos"}, "v3kerberos"),
        ({"oauth2_client_id": "x"}, "auth.oauth2_client_id: auth_type v3oidcpassword does not have it; it has: "),
        ({"access_token_endpoint": "http://127.0.0.1:1/x"}, "Could not log in with v3oidcpassword: "),
    ],
)
def test_a_login_that_cannot_be(wire: Any, clock: Any, change: dict[str, str], said: str) -> None:
    with pytest.raises(CloudError, match=said) as caught:
        assert session_for(wire, clock, {**oidc(wire), **change}, api_retries=0).auth.project_id
    assert isinstance(caught.value, (SettingsError, ConnectionFailed))
    assert not [secret for secret in SECRETS if secret in str(caught.value)]


def test_a_login_that_is_refused(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect("POST", "/idp/token", reply=reply(401, {"error": "invalid_grant", "error_description": "user-s3cret"}))
    with pytest.raises(AuthenticationFailed) as caught:
        assert session_for(wire, clock, oidc(wire)).auth.project_id
    assert "Check login v3oidcpassword idp openid of op, its secrets, and the scope" in str(caught.value)
    assert not [secret for secret in SECRETS if secret in str(caught.value)]


def test_a_login_without_keystone(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect("GET", "/nova/servers", headers={"Authorization": "Basic bWU6dXNlci1zM2NyZXQ="}, reply=reply(json={}))
    auth = {"auth_type": "http_basic", "username": "me", "password": "user-s3cret", "project_id": "p1"}
    options = {"platform": "openstack", "endpoint": wire.url + "/nova", "auth": auth}
    session = connect(resolve(options, {}), clock=clock)
    assert session.get("servers").status == 200
    assert session.auth.project_id == "p1" and "bWU6dXNlci1zM2NyZXQ=" in str(session.secrets())
    wire.expect("GET", "/nova/servers", reply=reply(401, {}))
    with pytest.raises(AuthenticationFailed):
        session.get("servers")


def test_a_login_of_several_factors_that_is_not_built_in(wire: Any, reply: Any, clock: Any) -> None:
    factors = {"password": {"user": {"name": "op", "domain": {"id": "default"}, "password": "user-s3cret"}},
               "application_credential": {"id": "a1", "secret": "client-s3cret"}}  # fmt: skip
    wanted = {"auth": {"identity": {"methods": list(factors), **factors}}}
    answer = reply(201, token_body(), headers={"X-Subject-Token": "tok-1"})
    wire.expect("POST", IDENTITY + "/auth/tokens", json=wanted, reply=answer)
    auth = {
        "auth_type": "v3multifactor", "auth_methods": ["v3password", "v3applicationcredential"], "username": "op",
        "user_domain_id": "default", "password": "user-s3cret", "application_credential_id": "a1",
        "application_credential_secret": "client-s3cret",
    }  # fmt: skip
    assert session_for(wire, clock, auth).auth.project_id == "p1"
