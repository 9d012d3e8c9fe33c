# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keystone at the wire: every kind of credentials, the catalog, renewal, and what it says when it does not work."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth import keystone
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import AccessKey, Password
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings, resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    CloudError,
    InvalidResponse,
    NotFound,
    ServerError,
    SettingsError,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session, connect

TOKENS = "/identity/v3/auth/tokens"
PASSWORD = {"username": "demo", "password": "s3cret", "project_name": "demo"}


def endpoints(*lines: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"interface": one, "region": region, "url": url} for one, region, url in lines]


CATALOG = [
    {
        "type": "compute",
        "endpoints": endpoints(
            ("public", "RegionOne", "https://one.example.com/v2.1/"),
            ("internal", "RegionOne", "https://one.internal/v2.1"),
            ("public", "RegionTwo", "https://two.example.com/v2.1"),
        ),
    },
    {"type": "imagev2", "endpoints": endpoints(("publicURL", "RegionOne", "https://image.example.com"))},
    {"type": "dns", "endpoints": [{"interface": "public", "region_id": "RegionOne", "url": "https://dns"}, None]},
    "odd",
]


def token_body(catalog: Any = "usual", **change: Any) -> dict[str, Any]:
    return {
        "token": {
            "issued_at": "2026-03-01T12:00:00.000000Z",
            "expires_at": "2026-03-01T13:00:00Z",
            "project": {"id": "p1", "name": "demo"},
            "catalog": CATALOG if catalog == "usual" else catalog,
            **change,
        }
    }


def session_for(wire: Any, clock: Any, auth: dict[str, Any] | None = None, **options: Any) -> Session:
    auth = {"auth_url": wire.url + "/identity", **(PASSWORD if auth is None else auth)}
    options = {"platform": "openstack", "region": "RegionOne", "auth": auth, **options}
    return connect(resolve(options, {}), clock=clock)


def issue(wire: Any, reply: Any, token: str = "tok-1", body: Any = None, **expected: Any) -> None:
    answer = reply(201, token_body() if body is None else body, headers={"X-Subject-Token": token})
    wire.expect("POST", TOKENS, reply=answer, absent=("X-Auth-Token", "Authorization"), **expected)


SECRETS = ("password", "passcode", "application_credential_secret")
USER = {"name": "demo", "domain": {"id": "default"}}
BODIES = [
    (
        PASSWORD,
        {"methods": ["password"], "password": {"user": {**USER, "password": "s3cret"}}},
        {"project": {"name": "demo", "domain": {"id": "default"}}},
    ),
    (
        {"user_id": "u1", "password": "s3cret", "project_id": "p1"},
        {"methods": ["password"], "password": {"user": {"id": "u1", "password": "s3cret"}}},
        {"project": {"id": "p1"}},
    ),
    (
        {**PASSWORD, "user_domain_name": "U", "project_domain_name": "P"},
        {"methods": ["password"],
         "password": {"user": {"name": "demo", "domain": {"name": "U"}, "password": "s3cret"}}},
        {"project": {"name": "demo", "domain": {"name": "P"}}},
    ),
    (
        {"application_credential_id": "a1", "application_credential_secret": "s3cret"},
        {"methods": ["application_credential"], "application_credential": {"id": "a1", "secret": "s3cret"}},
        None,
    ),
    (
        {"application_credential_name": "n", "application_credential_secret": "s3cret", "username": "demo"},
        {"methods": ["application_credential"],
         "application_credential": {"name": "n", "secret": "s3cret", "user": USER}},
        None,
    ),
    (
        {**PASSWORD, "passcode": "123456"},
        {"methods": ["password", "totp"], "password": {"user": {**USER, "password": "s3cret"}},
         "totp": {"user": {**USER, "passcode": "123456"}}},
        {"project": {"name": "demo", "domain": {"id": "default"}}},
    ),
    (
        {"auth_type": "v3totp", "user_id": "u1", "passcode": "123456", "trust_id": "t1"},
        {"methods": ["totp"], "totp": {"user": {"id": "u1", "passcode": "123456"}}},
        {"OS-TRUST:trust": {"id": "t1"}},
    ),
    (
        {"auth_type": "v3multifactor", "auth_methods": ["v3totp", "v3password"], "user_id": "u1", "password": "s3cret",
         "passcode": "123456", "system_scope": "all"},
        {"methods": ["password", "totp"], "password": {"user": {"id": "u1", "password": "s3cret"}},
         "totp": {"user": {"id": "u1", "passcode": "123456"}}},
        {"system": {"all": True}},
    ),
    (
        {"username": "demo", "password": "s3cret", "domain_name": "D"},
        {"methods": ["password"], "password": {"user": {**USER, "password": "s3cret"}}},
        {"domain": {"name": "D"}},
    ),
    (
        {**PASSWORD, "domain_name": "D"},
        {"methods": ["password"],
         "password": {"user": {"name": "demo", "domain": {"name": "D"}, "password": "s3cret"}}},
        {"project": {"name": "demo", "domain": {"name": "D"}}},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("auth", "identity", "scope"), BODIES)
def test_the_body_of_each_method(wire: Any, reply: Any, clock: Any, auth: Any, identity: Any, scope: Any) -> None:
    wanted = {"auth": {"identity": identity, **({"scope": scope} if scope else {})}}
    issue(wire, reply, json=wanted, query=[])
    wire.expect("GET", "/thing", headers={"X-Auth-Token": "tok-1"}, absent=("Authorization",), reply=reply(json={}))
    session = session_for(wire, clock, auth)
    assert session.get(wire.url + "/thing").status == 200
    assert session.auth.project_id == "p1"
    assert session.secrets() == {auth[name] for name in SECRETS if name in auth} | {"tok-1"}
    assert (
        "123456" not in session.auth.identity()
        and "s3cret" not in session.auth.identity()
        and "tok-1" not in session.auth.identity()
    )


def test_huaweicloud_iam_without_catalog(wire: Any, reply: Any, clock: Any) -> None:
    user = {"name": "demo", "domain": {"name": "account"}, "password": "s3cret"}
    identity = {"methods": ["password"], "password": {"user": user}}
    body = {"auth": {"identity": identity, "scope": {"project": {"name": "cn-north-4"}}}}
    project = {"id": "p9", "name": "cn-north-4"}
    issue(wire, reply, body=token_body(None, project=project), json=body, query=[("nocatalog", "true")])
    auth = {"username": "demo", "password": "s3cret", "user_domain_name": "account"}
    endpoint = "https://ecs.cn-north-4.myhuaweicloud.com"
    session = session_for(wire, clock, auth, platform="huaweicloud", region="cn-north-4", endpoint=endpoint)
    assert session.auth.project_id == "p9"
    assert session.auth.endpoint() == "https://ecs.cn-north-4.myhuaweicloud.com"
    assert session.auth.endpoint("image") == "https://ims.cn-north-4.myhuaweicloud.com"
    assert session.auth.endpoint("keypair") == "https://kms.cn-north-4.myhuaweicloud.com"
    assert session.auth.endpoint("identity") == wire.url + "/identity/v3"
    with pytest.raises(NotFound, match="the service dns is unknown"):
        session.auth.endpoint("dns")


@pytest.mark.parametrize(
    ("service", "options", "url"),
    [
        ("compute", {}, "https://one.example.com/v2.1"),
        ("compute", {"region": "RegionTwo"}, "https://two.example.com/v2.1"),
        ("compute", {"interface": "internal", "region": None}, "https://one.internal/v2.1"),
        ("image", {}, "https://image.example.com"),
        ("dns", {}, "https://dns"),
    ],
)
def test_catalog(wire: Any, reply: Any, clock: Any, service: str, options: dict[str, Any], url: str) -> None:
    issue(wire, reply)
    assert session_for(wire, clock, **options).auth.endpoint(service) == url


def test_without_the_catalog(wire: Any, clock: Any) -> None:
    auth = session_for(wire, clock, endpoint=wire.url + "/nova/").auth
    assert auth.endpoint("compute") == wire.url + "/nova"
    assert auth.endpoint("identity") == wire.url + "/identity/v3"


@pytest.mark.parametrize(
    ("service", "options", "kind", "part"),
    [
        ("volume", {}, NotFound, "has no volume service; it has: compute, dns, imagev2"),
        ("compute", {"region": "Mars"}, NotFound, "in region Mars; it has: internal in RegionOne, public in RegionOne"),
        ("compute", {"interface": "admin", "region": None}, NotFound, "no admin endpoint of the compute service"),
        ("compute", {"region": None}, SettingsError, "in several regions: RegionOne, RegionTwo"),
    ],
)
def test_no_such_endpoint(
    wire: Any, reply: Any, clock: Any, service: str, options: Any, kind: type[CloudError], part: str
) -> None:
    issue(wire, reply)
    with pytest.raises(kind, match=part):
        session_for(wire, clock, **options).auth.endpoint(service)


def test_an_empty_catalog(wire: Any, reply: Any, clock: Any) -> None:
    issue(wire, reply, body=token_body(None))
    with pytest.raises(NotFound, match="it has: nothing at all"):
        session_for(wire, clock).auth.endpoint()


def test_a_token_without_project(wire: Any, reply: Any, clock: Any) -> None:
    auth = {"application_credential_id": "a1", "application_credential_secret": "s3cret"}
    issue(wire, reply, body=token_body(project=None))
    with pytest.raises(SettingsError, match="is not scoped to a project"):
        assert session_for(wire, clock, auth).auth.project_id


@pytest.mark.parametrize(
    ("auth", "part"),
    [
        (PASSWORD, "Check user demo@default, its secret, the project demo@default"),
        (
            {"application_credential_id": "a1", "application_credential_secret": "s3cret"},
            "application credential id:a1",
        ),
    ],
)
def test_wrong_credentials(wire: Any, reply: Any, clock: Any, auth: dict[str, str], part: str) -> None:
    body = {"error": {"code": 401, "message": "The password s3cret is wrong", "title": "Unauthorized"}}
    wire.expect("POST", TOKENS, reply=reply(401, body))
    with pytest.raises(AuthenticationFailed) as caught:
        session_for(wire, clock, auth).get(wire.url + "/thing")
    assert part in str(caught.value) and "s3cret" not in str(caught.value)


def test_no_keystone_at_the_address(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect("POST", TOKENS, reply=reply(404, text="<html><h1>Not Found</h1></html>"))
    with pytest.raises(NotFound, match="it is not the URL of Keystone v3, or the project demo@default does not exist"):
        session_for(wire, clock).get(wire.url + "/thing")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (token_body(), {}),
        ({"no": "token"}, {"X-Subject-Token": "t"}),
        ([], {"X-Subject-Token": "t"}),
        ({"token": "text"}, {"X-Subject-Token": "t"}),
    ],
)
def test_a_response_without_token(wire: Any, reply: Any, clock: Any, body: Any, headers: dict[str, str]) -> None:
    wire.expect("POST", TOKENS, reply=reply(201, body, headers=headers))
    with pytest.raises(InvalidResponse, match="contains no token"):
        session_for(wire, clock).get(wire.url + "/thing")


def test_a_token_for_another_project_is_refused(wire: Any, reply: Any, clock: Any) -> None:
    issue(wire, reply, body=token_body(project={"id": "p2", "name": "other"}))
    with pytest.raises(SettingsError, match=r"are for the project p2 \(other\), not for demo"):
        session_for(wire, clock).get(wire.url + "/thing")


def test_a_ready_token_is_checked_for_its_catalog(wire: Any, reply: Any, clock: Any) -> None:
    headers = {"X-Auth-Token": "ready", "X-Subject-Token": "ready"}
    wire.expect("GET", TOKENS, headers=headers, reply=reply(200, token_body()))
    session = session_for(wire, clock, {"token": "ready"})
    assert session.auth.endpoint() == "https://one.example.com/v2.1"
    assert session.auth.project_id == "p1"
    assert session.auth.renew("ready") is False
    assert session.secrets() == {"ready"} and "ready" not in session.auth.identity()


def test_a_ready_token_with_endpoint_asks_nothing(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect("GET", "/nova/servers", headers={"X-Auth-Token": "ready"})
    options = {"platform": "openstack", "endpoint": wire.url + "/nova", "auth": {"token": "ready"}}
    session = connect(resolve(options, {}), clock=clock)
    assert session.get("/servers").status == 200
    with pytest.raises(SettingsError, match="auth.auth_url is not set"):
        assert session.auth.project_id
    options["auth"] = {"token": "ready", "project_id": "p7"}
    assert connect(resolve(options, {}), clock=clock).auth.project_id == "p7"


def test_a_ready_token_that_is_refused(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect("GET", TOKENS, reply=reply(401, {"error": {"code": 401, "message": "no"}}))
    with pytest.raises(AuthenticationFailed, match="Get a new token: the one in auth.token is expired"):
        session_for(wire, clock, {"token": "ready"}).auth.endpoint()
    wire.expect("GET", TOKENS, reply=reply(404, {"error": {"code": 404, "message": "no"}}))
    with pytest.raises(AuthenticationFailed, match="The token in auth.token is not valid"):
        session_for(wire, clock, {"token": "ready"}).auth.endpoint()
    wire.expect("GET", TOKENS, reply=reply(200, token_body()))
    with pytest.raises(SettingsError, match="not for p9"):
        session_for(wire, clock, {"token": "ready", "project_id": "p9"}).auth.endpoint()


def test_a_refused_token_is_renewed_once(wire: Any, reply: Any, clock: Any) -> None:
    refused = reply(401, {"error": {"code": 401, "message": "expired"}})
    issue(wire, reply, "old")
    wire.expect("POST", "/act", headers={"X-Auth-Token": "old"}, reply=refused)
    issue(wire, reply, "new")
    wire.expect("POST", "/act", headers={"X-Auth-Token": "new"}, json={"a": 1}, reply=reply(202, {}))
    session = session_for(wire, clock, api_retries=0)
    assert session.post(wire.url + "/act", json={"a": 1}).status == 202
    assert clock.sleeps == [] and {"old", "new"} <= session.secrets()
    wire.expect("GET", "/act", headers={"X-Auth-Token": "new"}, reply=refused)
    issue(wire, reply, "newer")
    wire.expect("GET", "/act", headers={"X-Auth-Token": "newer"}, reply=refused)
    with pytest.raises(AuthenticationFailed, match="expired"):
        session.get(wire.url + "/act")


def test_the_new_token_is_refused_too(wire: Any, reply: Any, clock: Any) -> None:
    issue(wire, reply, "old")
    wire.expect("GET", "/act", reply=reply(401, {}))
    wire.expect("POST", TOKENS, reply=reply(401, {"error": {"code": 401, "message": "disabled"}}))
    with pytest.raises(AuthenticationFailed, match="disabled"):
        session_for(wire, clock).get(wire.url + "/act")


def test_a_storm_of_401s_makes_one_new_token(wire: Any, reply: Any, clock: Any) -> None:
    threads, made, lock = 12, [], threading.Lock()
    barrier = threading.Barrier(threads)

    def serve(seen: Any) -> Any:
        if seen.path == TOKENS:
            with lock:
                made.append(f"tok-{len(made)}")
                return reply(201, token_body(), headers={"X-Subject-Token": made[-1]})
        if seen.headers["x-auth-token"] == "tok-0":
            # All threads hold the old token before the first of them learns that it is refused.
            barrier.wait(10)
            return reply(401, {"error": {"code": 401, "message": "expired"}})
        return reply(200, {"token": seen.headers["x-auth-token"]})

    wire.serve(serve)
    session = session_for(wire, clock)
    found: list[Any] = []
    workers = [
        threading.Thread(target=lambda: found.append(session.get(wire.url + "/x").body)) for _unused in range(threads)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert found == [{"token": "tok-1"}] * threads and made == ["tok-0", "tok-1"]


def test_token_cache(wire: Any, reply: Any, clock: Any, tmp_path: Path) -> None:
    folder = str(tmp_path / "cache")
    issue(wire, reply, "kept")
    first = session_for(wire, clock, token_cache=folder)
    assert first.auth.endpoint() == "https://one.example.com/v2.1"
    first.auth.set_fact("microversion", ["2.1", "2.96"])
    (name,) = os.listdir(folder)
    assert "s3cret" not in Path(folder, name).read_text() + name
    # Nothing is asked of Keystone now.
    second = session_for(wire, clock, token_cache=folder)
    assert second.auth.get_fact("microversion") == ["2.1", "2.96"]
    assert (second.auth.endpoint(), second.auth.project_id) == ("https://one.example.com/v2.1", "p1")
    assert "kept" in second.secrets()
    # Another user, or the same after 55 minutes, gets a new token.
    issue(wire, reply, "other")
    assert session_for(wire, clock, {**PASSWORD, "username": "else"}, token_cache=folder).auth.project_id == "p1"
    clock.elapsed = 3301.0
    issue(wire, reply, "later")
    third = session_for(wire, clock, token_cache=folder)
    assert third.auth.get_fact("microversion") is None
    assert third.auth.project_id == "p1" and "later" in third.secrets()


def test_a_cached_token_that_is_refused_is_replaced(wire: Any, reply: Any, clock: Any, tmp_path: Path) -> None:
    folder = str(tmp_path / "cache")
    issue(wire, reply, "revoked")
    assert session_for(wire, clock, token_cache=folder).auth.project_id
    wire.expect("GET", "/act", headers={"X-Auth-Token": "revoked"}, reply=reply(401, {}))
    issue(wire, reply, "fresh")
    wire.expect("GET", "/act", headers={"X-Auth-Token": "fresh"})
    session_for(wire, clock, token_cache=folder).get(wire.url + "/act")
    (name,) = os.listdir(folder)
    assert json.loads(Path(folder, name).read_text())["token"] == "fresh"


@pytest.mark.parametrize(
    "damage",
    [{"endpoints": 7}, {"endpoints": [["a"]]}, {"token": 5}, {"token": "a\nb"}, {"token": ""}, {"project_id": None},
     {"facts": 3}],
)  # fmt: skip
def test_a_cache_with_wrong_types(wire: Any, reply: Any, clock: Any, tmp_path: Path, damage: dict[str, Any]) -> None:
    folder = str(tmp_path / "cache")
    issue(wire, reply, "one")
    assert session_for(wire, clock, token_cache=folder).auth.project_id
    (name,) = os.listdir(folder)
    path = Path(folder, name)
    path.write_text(json.dumps({**json.loads(path.read_text()), **damage}))
    if "facts" not in damage:
        issue(wire, reply, "two")
    assert session_for(wire, clock, token_cache=folder).auth.project_id == "p1"


def test_without_times_nothing_is_cached(wire: Any, reply: Any, clock: Any, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    issue(wire, reply, body=token_body(expires_at="soon"))
    assert session_for(wire, clock, token_cache=str(folder)).auth.project_id
    assert not folder.exists()


def test_default_cache_folder(wire: Any, reply: Any, clock: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    issue(wire, reply)
    settings = session_for(wire, clock).settings
    session = connect(type(settings)(**{**vars(settings), "token_cache": True}), clock=clock)
    assert session.auth.project_id == "p1"
    assert len(os.listdir(tmp_path / "cloudserver.compute")) == 1


def test_facts_without_cache(wire: Any, clock: Any) -> None:
    auth = session_for(wire, clock).auth
    assert auth.get_fact("x") is None
    auth.set_fact("x", 1)
    auth.set_fact("x", 1)
    assert auth.get_fact("x") == 1


def test_an_authenticator_without_session(wire: Any, clock: Any) -> None:
    auth = keystone.KeystoneAuthenticator(session_for(wire, clock).settings, clock)
    with pytest.raises(SettingsError, match="not bound to a session"):
        auth.endpoint()


def test_no_token_for_an_access_key() -> None:
    with pytest.raises(SettingsError, match="No token can be requested with access key credentials"):
        keystone.token_request(AccessKey())


# -- http:// in the catalog ------------------------------------------------------------------------------------------


class HttpCatalog(Session):
    """A session whose catalog names an http:// address; keeps what is sent there."""

    def __init__(self, allowed: bool | None, warn: Any) -> None:
        settings = Settings("openstack", allow_plain_http=allowed, auth=Password(auth_url="https://keystone/v3"))
        super().__init__(settings, warn=warn)
        self.sent: list[str] = []

    def _send(self, prepared: Any, what: str, timeout: float, body: Any) -> Any:
        self.sent.append(prepared.url)
        raise ServerError("not now", status=501)


@pytest.mark.parametrize(("allowed", "warnings", "sent"), [(None, 1, 2), (True, 0, 2), (False, 0, 0)])
def test_an_http_address_of_the_catalog(allowed: bool | None, warnings: int, sent: int) -> None:
    reported: list[str] = []
    session = HttpCatalog(allowed, reported.append)
    for path in ("/a", "/b"):
        with pytest.raises(ServerError if sent else SettingsError) as caught:
            session.get("http://nova.example:8774" + path, apply=lambda prepared: None)
    assert len(session.sent) == sent
    assert len(reported) == warnings
    if not sent:
        assert "http://nova.example:8774" in str(caught.value) and "allow_plain_http is false" in str(caught.value)


def test_http_on_this_machine_does_not_travel() -> None:
    reported: list[str] = []
    session = HttpCatalog(False, reported.append)
    with pytest.raises(ServerError):
        session.get("http://127.0.0.1:8774/a", apply=lambda prepared: None)
    assert session.sent and reported == []


# -- factors, scopes and access rules --------------------------------------------------------------------------------


def test_a_user_who_needs_a_passcode(wire: Any, reply: Any, clock: Any) -> None:
    # Keystone lists them in any order.
    receipt = {"receipt": {"methods": ["password"]}, "required_auth_methods": [["totp", "password"]]}
    wire.expect("POST", TOKENS, reply=reply(401, receipt, headers={"Openstack-Auth-Receipt": "r"}))
    with pytest.raises(AuthenticationFailed) as caught:
        assert session_for(wire, clock).auth.project_id
    assert "the user has to log in with password and totp" in caught.value.message
    assert caught.value.hint == "Give auth.passcode, the current time-based one-time password of the user."


def test_a_passcode_that_has_ended(wire: Any, reply: Any, clock: Any) -> None:
    wire.expect("POST", TOKENS, reply=reply(401, {"error": {"code": 401, "message": "Invalid passcode 123456"}}))
    with pytest.raises(AuthenticationFailed) as caught:
        assert session_for(wire, clock, {**PASSWORD, "passcode": "123456"}).auth.project_id
    assert "valid for about 30 seconds" in str(caught.value) and "123456" not in str(caught.value)


def test_tasks_of_a_run_share_a_token_although_each_has_a_new_passcode() -> None:
    auth = {**PASSWORD, "auth_url": "https://k/v3"}
    known = [resolve({"platform": "openstack", "auth": {**auth, "passcode": code}}, {}).auth for code in ("1", "2")]
    assert known[0].cache_secrets() == known[1].cache_secrets() == {"s3cret"} and known[0].secrets() == {"s3cret", "1"}
    only = {"auth_type": "v3totp", "auth_url": "https://k/v3", "user_id": "u", "project_id": "p", "passcode": "1"}
    assert resolve({"platform": "openstack", "auth": only}, {}).auth.cache_secrets() == {"1"}


def test_a_token_for_the_system_has_no_project(wire: Any, reply: Any, clock: Any) -> None:
    issue(wire, reply, body={"token": {**token_body()["token"], "project": None, "system": {"all": True}}})
    session = session_for(wire, clock, {"username": "demo", "password": "s3cret", "system_scope": "all"})
    with pytest.raises(SettingsError, match="The token is not scoped to a project.") as caught:
        assert session.auth.project_id
    assert "not for a domain or the system" in str(caught.value)


def test_a_request_that_access_rules_do_not_permit(wire: Any, reply: Any, clock: Any, tmp_path: Path) -> None:
    rules = [{"method": "GET", "path": "/v2.1/servers", "service": "compute"}]
    body = token_body(application_credential={"id": "a1", "name": "n", "access_rules": rules})
    auth = {"application_credential_id": "a1", "application_credential_secret": "s3cret"}
    issue(wire, reply, body=body)
    wire.expect("POST", "/thing", reply=reply(401, {}))
    issue(wire, reply, "tok-2", body=body)
    wire.expect("POST", "/thing", reply=reply(401, {}))
    session = session_for(wire, clock, auth, token_cache=str(tmp_path / "cache"))
    with pytest.raises(AuthenticationFailed) as caught:
        session.post(wire.url + "/thing", json={})
    said = "The access rules of the application credential do not permit this request; they permit: "
    assert caught.value.hint == said + "GET /v2.1/servers of compute."
    # Another task, with the kept token.
    session = session_for(wire, clock, auth, token_cache=str(tmp_path / "cache"))
    assert session.auth.project_id == "p1" and (session.auth.refusal_hint() or "").startswith(said)


@pytest.mark.parametrize(
    ("auth", "said"),
    [
        (
            {**PASSWORD, "trust_id": "t"},
            "auth has auth.trust_id and auth.project_name, and a token is for one of them.",
        ),
        ({"token": "t", "trust_id": "t"}, "auth.trust_id: token credentials do not have it. Leave it out."),
        ({**PASSWORD, "client_id": "x"}, "auth.client_id: password credentials do not have it. Set auth.auth_type"),
    ],
)
def test_options_that_have_no_effect_together(wire: Any, clock: Any, auth: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        session_for(wire, clock, auth)
    assert said in str(caught.value)


def test_huaweicloud_has_no_trusts(wire: Any) -> None:
    options = {"platform": "huaweicloud", "region": "r1", "auth": {**PASSWORD, "trust_id": "t"}}
    with pytest.raises(SettingsError, match="auth.trust_id: platform huaweicloud does not have it; leave it out"):
        resolve(options, {})
