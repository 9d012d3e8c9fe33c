"""Tokens (H10), projects, and a client with a region only, with the official SDK."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest


def token(iam: Any, password: str = "huaweicloud-operator-pass", nocatalog: str | None = None, **scope: Any) -> Any:
    m = iam.models
    user = m.PwdPasswordUser(m.PwdPasswordUserDomain("sim-account"), "operator", password)
    auth = m.PwdAuth(m.PwdIdentity(["password"], m.PwdPassword(user)), m.AuthScope(**scope))
    return iam.keystone_create_user_token_by_password(
        m.KeystoneCreateUserTokenByPasswordRequest(
            nocatalog=nocatalog, body=m.KeystoneCreateUserTokenByPasswordRequestBody(auth)
        )
    )


def test_a_token(iam: Any, huaweicloud: Any) -> None:
    answer = token(iam, project=iam.models.AuthScopeProject(name="cn-north-4"))
    assert answer.status_code == 201
    assert isinstance(answer.token, iam.models.TokenResult)
    assert (answer.token.project.id, answer.token.project.name) == (huaweicloud.project_id, "cn-north-4")
    assert (answer.token.user.name, answer.token.user.domain.name) == ("operator", "sim-account")
    assert answer.token.methods == ["password"] and answer.token.issued_at < answer.token.expires_at
    (ecs,) = answer.token.catalog
    assert (ecs.type, ecs.endpoints[0].region) == ("ecs", "cn-north-4")
    shown = huaweicloud.client.get(
        "/v1/%s/cloudservers/detail" % huaweicloud.project_id, headers={"X-Auth-Token": answer.x_subject_token}
    )
    assert shown.status_code == 200
    assert [row["operation"] for row in huaweicloud.log()] == ["H10", "H02"]
    assert "huaweicloud-operator-pass" not in json.dumps(huaweicloud.log())


def test_a_token_of_the_account(iam: Any) -> None:
    answer = token(iam, nocatalog="true", domain=iam.models.AuthScopeDomain(name="sim-account"))
    assert (answer.token.domain.name, answer.token.project, answer.token.catalog) == ("sim-account", None, [])


@pytest.mark.parametrize(
    ("password", "project", "status"),
    [
        ("wrong", "cn-north-4", 401),
        ("huaweicloud-operator-pass", "cn-none-1", 401),
        ("huaweicloud-operator-pass", "cn-ambiguous-1", 400),
    ],
)
def test_refused_tokens(iam: Any, refusal: Any, password: str, project: str, status: int) -> None:
    """The errors of IAM: the code is a number."""
    with pytest.raises(refusal) as caught:
        token(iam, password, project=iam.models.AuthScopeProject(name=project))
    assert (caught.value.status_code, caught.value.error_code) == (status, status)


def test_projects(iam: Any, huaweicloud: Any, calls: Callable[[], list[Any]]) -> None:
    m = iam.models
    everyone = iam.keystone_list_projects(m.KeystoneListProjectsRequest()).projects
    assert [project.name for project in everyone] == [
        "cn-north-4",
        "cn-ambiguous-1",
        "cn-ambiguous-1",
        "cn-north-4_staging",
    ]
    answer = iam.keystone_list_projects(m.KeystoneListProjectsRequest(name="cn-north-4"))
    (one,) = answer.projects
    assert (one.id, one.enabled, one.is_domain) == (huaweicloud.project_id, True, False)
    assert (answer.links.next, answer.links.previous) == (None, None)
    assert one.links._self.endswith("/v3/projects/" + one.id)
    own = iam.keystone_list_auth_projects(m.KeystoneListAuthProjectsRequest())
    assert [project.id for project in own.projects] == [project.id for project in everyone]
    assert own.links._self.endswith("/v3/auth/projects")
    assert calls() == ["list projects", "list projects", "list own projects"]


@pytest.fixture
def by_region(load_sdk: Any, url: str, key: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """A client that is given a region and no project: the SDK asks IAM for it, once per key and region."""
    kind = load_sdk("huaweicloudsdkcore.auth.credentials").BasicCredentials
    monkeypatch.setattr(kind, "_CACHE", {})

    def build(name: str) -> Any:
        credentials = kind(key["access_key"], key["secret_key"]).with_iam_endpoint(url)
        region = load_sdk("huaweicloudsdkcore.region.region").Region(name, url)
        package = load_sdk("huaweicloudsdkecs.v2")
        return package.EcsClient.new_builder().with_credentials(credentials).with_region(region).build()

    return build


def test_the_project_of_a_region(by_region: Callable[[str], Any], m: Any, calls: Callable[[], list[Any]]) -> None:
    for _time in range(2):
        client = by_region("cn-north-4_staging")
        (server,) = client.list_servers_details(m.ListServersDetailsRequest()).servers
        client.close()
        assert server.name == "staging-01"
    assert calls() == ["list projects", "H02", "H02"]


@pytest.mark.parametrize(
    ("region", "says"),
    [("cn-ambiguous-1", "Multiple project ids found"), ("cn-none-1", "Failed to get project id of region 'cn-none-1'")],
)
def test_regions_without_one_project(by_region: Callable[[str], Any], load_sdk: Any, region: str, says: str) -> None:
    with pytest.raises(load_sdk("huaweicloudsdkcore.exceptions.exceptions").SdkException) as caught:
        by_region(region)
    assert says in caught.value.error_msg and "X-IAM-Trace-Id=token_" in caught.value.error_msg
