"""The security groups of servers: the actions that change them, and their records."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from simulator.state.ids import stable_id

NOBODY = "00000000-0000-4000-8000-000000000002"


@pytest.fixture(params=["openstack", "huaweicloud"])
def cloud(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def act(cloud: Any, body: Any, name: str = "web-01") -> Any:
    if cloud.platform == "openstack":
        return cloud.act(name, body)
    path = "/v2.1/%s/servers/%s/action" % (cloud.project_id, cloud.id(name))
    return cloud.client.post(path, json=body, headers={"X-Auth-Token": cloud.token()})


def groups(cloud: Any, name: str = "web-01") -> list[str]:
    return [each["name"] for each in cloud.show(name)["security_groups"]]


def web(cloud: Any) -> str:
    if cloud.platform == "huaweicloud":
        return stable_id("sg", cloud.project_id, "web")
    return stable_id(cloud.platform, "security group", cloud.project_id, "web")


def test_they_come_and_go(cloud: Any) -> None:
    assert groups(cloud) == ["default"]
    response = act(cloud, {"addSecurityGroup": {"name": web(cloud)}})
    assert (response.status_code, response.data) == (202, b"")
    twice = act(cloud, {"addSecurityGroup": {"name": "web"}})
    assert twice.status_code == 400 and "Duplicate items" in twice.json["badRequest"]["message"]
    assert groups(cloud) == ["default", "web"] and groups(cloud, "web-02") == ["default"]
    assert act(cloud, {"removeSecurityGroup": {"name": "default"}}).status_code == 202
    assert groups(cloud) == ["web"]
    refusal = act(cloud, {"removeSecurityGroup": {"name": "default"}})
    assert refusal.status_code == 404 and "not associated" in refusal.json["itemNotFound"]["message"]


@pytest.mark.parametrize("key", ["addSecurityGroup", "removeSecurityGroup"])
@pytest.mark.parametrize(
    ("argument", "status"),
    [({"name": NOBODY}, 404), ({}, 400), ({"name": ""}, 400), ({"name": 1}, 400), ({"name": "web", "id": "x"}, 400)],
)
def test_what_is_refused(cloud: Any, key: str, argument: Any, status: int) -> None:
    response = act(cloud, {key: argument})
    assert response.status_code == status and groups(cloud) == ["default"]


def test_a_server_without_ports(openstack: Any) -> None:
    assert act(openstack, {"addSecurityGroup": {"name": "web"}}, "broken-01").status_code == 404


def test_a_reader_changes_nothing(openstack: Any) -> None:
    response = openstack.by("reader").act("web-01", {"addSecurityGroup": {"name": "web"}})
    assert response.status_code == 403


@pytest.mark.parametrize("platform", ["easystack", "ustack"])
def test_their_documents_do_not_have_it(request: pytest.FixtureRequest, platform: str) -> None:
    response = request.getfixturevalue(platform).act("web-01", {"addSecurityGroup": {"name": "web"}})
    assert response.status_code == 400
