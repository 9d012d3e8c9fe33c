# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user who is limited to one enterprise project gets 403 for everything that does not name it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import PermissionDenied
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server_query import ServerQuery
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.huaweicloud.ecs_responses import (
    DETAIL,
    server,
)
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.huaweicloud.test_creation import SMALL

PROJECT = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
IDS = ["%08d-0000-4000-8000-000000000000" % number for number in range(3)]
IMAGES = {
    PROJECT: [{"id": "i-own", "name": "own", "status": "active"}],
    "gold": [{"id": "i-public", "name": "own", "status": "active"}],
    "shared": [],
    "market": [{"id": "i-own", "name": "own", "status": "active"}],
}


@pytest.fixture
def limited(serve: Any, reply: Any) -> None:
    """The services as a limited user sees them."""
    forbidden = {"error": {"code": "Ecs.0110", "message": "Policy doesn't allow it."}}

    def servers(seen: Any) -> Any:
        query = dict(seen.query)
        if query.get("enterprise_project_id") != PROJECT:
            return reply(403, forbidden)
        asked = [value for key, value in seen.query if key == "server_id"]
        return {"count": len(asked or IDS), "servers": [server(each) for each in asked or IDS]}

    def images(seen: Any) -> Any:
        query = dict(seen.query)
        known = query.get("enterprise_project_id") or query.get("__imagetype")
        if known is None:
            return reply(403, forbidden)
        return {"images": IMAGES[known]}

    serve({"GET " + DETAIL: servers, "GET /v2/cloudimages": images})


@pytest.mark.usefixtures("limited")
def test_lists_and_polls_name_it(connect: Any) -> None:
    cloud = connect("huaweicloud", enterprise_project_id=PROJECT)
    assert [each.id for each in cloud.servers.list(ServerQuery())] == IDS
    assert sorted(cloud.servers.by_id(IDS)) == IDS
    query = ServerQuery(ips=("192.168.0.9",), filters=(("enterprise_project_id", PROJECT),))
    assert [each.id for each in cloud.servers.list(query)] == IDS


@pytest.mark.usefixtures("limited")
def test_a_filter_of_the_task_has_precedence(connect: Any) -> None:
    query = ServerQuery(filters=(("enterprise_project_id", "0"),))
    with pytest.raises(PermissionDenied):
        list(connect("huaweicloud", enterprise_project_id=PROJECT).servers.list(query))


@pytest.mark.usefixtures("limited")
def test_without_it_the_list_is_forbidden(connect: Any) -> None:
    cloud = connect("huaweicloud")
    with pytest.raises(PermissionDenied):
        list(cloud.servers.list(ServerQuery()))
    with pytest.raises(PermissionDenied):
        cloud.images.list()


@pytest.mark.usefixtures("limited")
def test_images_are_those_of_the_project_and_of_none(connect: Any) -> None:
    cloud = connect("huaweicloud", enterprise_project_id=PROJECT)
    assert [each.id for each in cloud.images.list("own")] == ["i-own", "i-public"]


def test_who_may_list_all_images_asks_once(wire: Any, reply: Any, connect: Any) -> None:
    wire.expect("GET", "/v2/cloudimages", reply=reply(200, {"images": IMAGES["gold"]}))
    cloud = connect("huaweicloud", enterprise_project_id=PROJECT)
    assert [each.id for each in cloud.images.list("own")] == ["i-public"]


@pytest.mark.parametrize(
    ("given", "sent"), [(PROJECT, {"enterprise_project_id": PROJECT}), ("all_granted_eps", None), (None, None)]
)
def test_new_servers_belong_to_it(wire: Any, reply: Any, connect: Any, given: str | None, sent: Any) -> None:
    bodies: list[Any] = []

    def serve(seen: Any) -> Any:
        if seen.method == "POST":
            bodies.append(seen.json["server"])
        return reply(200, {"job_id": "j", "serverIds": [IDS[0]]})

    wire.serve(serve)
    cloud = connect("huaweicloud", enterprise_project_id=given)
    assert cloud.servers.create(SMALL, ["web"], "token")[0].pending
    assert bodies[0].get("extendparam") == sent
