# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids and names in paths: quoted on every platform, and never another call of the API."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import BadRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import can_be_id, path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.action_requests import act

NOVA = ("openstack", "easystack", "ustack")
PLATFORMS = (*NOVA, "huaweicloud")
#: Every response of Nova has one, and only the record of that request has the outcome of a reboot.
REQUEST_ID = {"X-Compute-Request-Id": "req-1"}
#: What is no id of anything, though a path that was put together carelessly would lead somewhere.
NO_ID = ["", ".", "..", "../flavors", "a/b", "a\x00b", "a\nb", "\ud800", "x\udcff"]


@pytest.mark.parametrize(
    ("value", "segment"),
    [("web-01", "web-01"), ("a?b", "a%3Fb"), ("a#b", "a%23b"), ("a%2fb", "a%252fb"), ("a b;c", "a%20b%3Bc")],
)  # fmt: skip
def test_a_segment_is_quoted(value: str, segment: str) -> None:
    assert path_segment(value) == segment


@pytest.mark.parametrize("value", NO_ID)
def test_what_is_no_segment_is_one_sentence(value: str) -> None:
    with pytest.raises(BadRequest, match="is not a valid name or id") as caught:
        path_segment(value)
    str(caught.value).encode("utf-8")
    assert not can_be_id(value)


@pytest.mark.parametrize("platform", NOVA)
@pytest.mark.parametrize("value", [*NO_ID[1:], "detail"])
def test_an_id_that_cannot_be_one_belongs_to_no_server(wire: Any, connect: Any, platform: str, value: str) -> None:
    cloud = connect(platform)
    assert list(cloud.servers.list(ServerQuery(ids=(value,)))) == []
    assert cloud.servers.by_id([value]) == {}
    assert wire.seen == []


@pytest.mark.parametrize("platform", NOVA)
@pytest.mark.parametrize(("value", "segment"), [("a?b", "a%3Fb"), ("a#b", "a%23b"), ("a%2e", "a%252e")])
def test_the_id_of_a_server_is_quoted(
    wire: Any, reply: Any, connect: Any, platform: str, value: str, segment: str
) -> None:
    cloud = connect(platform)
    base = cloud.api.endpoint[len(wire.url) :]
    wire.expect("GET", "%s/servers/%s" % (base, segment), query=[], reply=reply(200, {"server": {"id": value}}))
    assert list(cloud.servers.by_id([value])) == [value]
    wire.expect("POST", "%s/servers/%s/action" % (base, segment), query=[], reply=reply(202, headers=REQUEST_ID))
    assert act(cloud, "reboot", [Server(id=value, platform=platform)])[0].error is None


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_action_on_what_is_no_id_fails_for_that_server_alone(
    wire: Any, reply: Any, connect: Any, platform: str
) -> None:
    cloud = connect(platform)
    if platform == "huaweicloud":
        server = Server(id="../x", platform=platform)
        (pending,) = cloud.servers.perform([(server, Action("lock"))])
        assert isinstance(pending.error, BadRequest)
    else:
        base = cloud.api.endpoint[len(wire.url) :]
        wire.expect("POST", base + "/servers/a/action", reply=reply(202, headers=REQUEST_ID))
        pending_actions = act(
            cloud, "reboot", [Server(id="../x", platform=platform), Server(id="a", platform=platform)]
        )
        assert [type(pending.error) for pending in pending_actions] == [BadRequest, type(None)]


def test_the_ids_of_huawei_cloud_are_quoted(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    wire.expect("GET", "/v1/p1/jobs/a%3Fb", query=[], reply=reply(200, {"status": "SUCCESS", "job_id": "a?b"}))
    assert cloud.jobs.get("a?b").id == "a?b"
    with pytest.raises(BadRequest, match=r"'\.\./x' is not a valid name or id"):
        cloud.jobs.get("../x")


@pytest.mark.parametrize("value", ["detail", "../x", "a/b"])
def test_a_flavor_of_an_impossible_id_is_one_sentence(wire: Any, connect: Any, value: str) -> None:
    with pytest.raises(BadRequest, match="is not a valid (id: it is part of a path|name or id)"):
        connect("openstack").flavors.get(value)
    assert wire.seen == []


def test_a_project_id_cannot_lead_elsewhere(wire: Any, connect: Any) -> None:
    auth = {"access_key": "AK", "secret_key": "SK", "project_id": "../p2"}
    with pytest.raises(BadRequest, match="is not a valid name or id"):
        list(connect("huaweicloud", auth=auth).servers.list(ServerQuery()))
