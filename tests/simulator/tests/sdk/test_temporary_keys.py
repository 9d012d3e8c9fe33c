"""Temporary keys of an agency and of the server, with the official SDK and its own credential providers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest


def assume(iam: Any, agency: str = "operations", **change: Any) -> Any:
    m = iam.models
    role = m.IdentityAssumerole(**{"agency_name": agency, "domain_name": "sim-account", **change})
    identity = m.AgencyAuthIdentity(["assume_role"], role)
    return iam.create_temporary_access_key_by_agency(
        m.CreateTemporaryAccessKeyByAgencyRequest(m.CreateTemporaryAccessKeyByAgencyRequestBody(m.AgencyAuth(identity)))
    )


@pytest.fixture
def by_key(load_sdk: Any, connect: Callable[..., Any], huaweicloud: Any) -> Callable[[Any], Any]:
    """A client of ECS with the key of a response."""
    kind = load_sdk("huaweicloudsdkcore.auth.credentials").BasicCredentials

    def build(key: Any) -> Any:
        credentials = kind(key.access, key.secret, huaweicloud.project_id)
        return connect("ecs", credentials.with_security_token(key.securitytoken))

    return build


def test_the_key_of_an_agency(iam: Any, by_key: Any, m: Any, refusal: Any, huaweicloud: Any) -> None:
    answer = assume(iam, duration_seconds=900)
    assert answer.status_code == 201 and answer.credential.expires_at.endswith("Z")
    ecs = by_key(answer.credential)
    assert ecs.list_servers_details(m.ListServersDetailsRequest()).servers
    huaweicloud.pass_time(901)
    with pytest.raises(refusal, match="token expires") as caught:
        ecs.list_servers_details(m.ListServersDetailsRequest())
    assert (caught.value.status_code, caught.value.error_code) == (401, "APIGW.0301")
    logged = json.dumps(huaweicloud.log())
    assert answer.credential.secret not in logged and answer.credential.securitytoken not in logged


def test_an_agency_by_the_id_of_its_account(iam: Any) -> None:
    m = iam.models
    projects = iam.keystone_list_projects(m.KeystoneListProjectsRequest()).projects
    assert assume(iam, domain_name=None, domain_id=projects[0].domain_id).status_code == 201


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"agency": "nobody"}, 404),
        ({"domain_name": "other"}, 404),
        ({"domain_name": None}, 400),
        ({"domain_name": None, "domain_id": "other"}, 404),
        ({"agency": "foreign"}, 403),
        ({"duration_seconds": 899}, 400),
        ({"duration_seconds": 86401}, 400),
    ],
)
def test_refused_agencies(iam: Any, refusal: Any, change: dict[str, Any], status: int) -> None:
    with pytest.raises(refusal) as caught:
        assume(iam, **change)
    assert (caught.value.status_code, caught.value.error_code) == (status, status)


@pytest.mark.parametrize(
    "body",
    [
        None,
        {"auth": {}},
        {"auth": {"identity": {"methods": ["token"], "assume_role": {"agency_name": "operations"}}}},
        {"auth": {"identity": {"methods": ["assume_role"], "assume_role": {"agency_name": "a", "domain_name": 1}}}},
        {"auth": {"identity": {"methods": ["assume_role"], "assume_role": {"agency_nam": "a", "domain_name": "b"}}}},
        {"auth": {"identity": {"methods": ["assume_role"], "scope": {}}}},
    ],
)
def test_bodies_that_the_document_does_not_have(huaweicloud: Any, body: Any) -> None:
    path = "/v3.0/OS-CREDENTIAL/securitytokens"
    answer = huaweicloud.client.post(path, json=body, headers={"X-Auth-Token": huaweicloud.token()})
    assert answer.status_code == 400, answer.text


@pytest.fixture
def of_server(load_sdk: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """The SDK's credentials of the server, with the simulator in place of the link-local address."""
    accessor = load_sdk("huaweicloudsdkcore.auth.internal").MetadataAccessor
    monkeypatch.setattr(accessor, "_METADATA_ENDPOINT", url)
    provider = load_sdk("huaweicloudsdkcore.auth.provider").MetadataCredentialProvider
    return lambda: provider.get_basic().get_credentials()


@pytest.mark.parametrize("kind", ["optional", "required", "without_tokens"])
def test_the_key_of_a_server(kind: str, of_server: Any, connect: Callable[..., Any], m: Any, huaweicloud: Any) -> None:
    assert huaweicloud.client.put("/_sim/huaweicloud/options", json={"metadata": kind}).status_code == 200
    credentials = of_server()
    assert credentials._expired_at > time.time() + 3600
    ecs = connect("ecs", credentials.with_project_id(huaweicloud.project_id))
    assert ecs.list_servers_details(m.ListServersDetailsRequest()).servers
    assert [row["name"] for row in huaweicloud.log()] == ["create metadata token", "show security key", "list servers"]
    assert {row["platform"] for row in huaweicloud.log()} == {"huaweicloud"}


def test_a_server_without_agency(of_server: Any, huaweicloud: Any, refusal: Any) -> None:
    huaweicloud.client.put("/_sim/huaweicloud/options", json={"metadata": "no_agency"})
    with pytest.raises(refusal) as caught:
        of_server()
    assert caught.value.status_code == 401


def test_tokens_of_the_metadata_service(huaweicloud: Any) -> None:
    client, path = huaweicloud.client, "/openstack/latest/securitykey"
    assert client.put("/meta-data/latest/api/token").status_code == 400
    assert client.get(path, headers={"X-Metadata-Token": "no"}).status_code == 401
    token = client.put("/meta-data/latest/api/token", headers={"X-Metadata-Token-Ttl-Seconds": "60"}).text
    first = client.get(path, headers={"X-Metadata-Token": token}).json
    huaweicloud.pass_time(61)
    assert client.get(path, headers={"X-Metadata-Token": token}).status_code == 401
    client.put("/_sim/huaweicloud/options", json={"metadata": "required"})
    assert client.get(path).status_code == 401
    client.put("/_sim/huaweicloud/options", json={"metadata": "optional"})
    assert client.get(path).json == first
    huaweicloud.pass_time(86000)
    assert client.get(path).json != first
