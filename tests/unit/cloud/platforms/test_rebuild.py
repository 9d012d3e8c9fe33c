# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images, and the requests for a new disk, at the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    BadRequest,
    InvalidResponse,
    ResponseLost,
    ServerError,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image, ImageDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import IMAGE_RECORD, RebuildSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.action_requests import rebuild

URL = "/v2.1/servers/%s/action"
ECS = "/%s/p1/cloudservers/s/%s"


def server(server_id: str = "s", image: str | None = "old", **more: Any) -> Server:
    return Server(id=server_id, platform="p", name="n-" + server_id, image=Image(image), **more)


@pytest.fixture
def glance(wire: Any, connect: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Connects an OpenStack whose image service is at a path of the same server."""

    def make(path: str) -> Any:
        cloud = connect()
        monkeypatch.setattr(cloud.session.auth, "endpoint", lambda service="compute": wire.url + path)
        return cloud

    return make


# -- images -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/image", "/image/v2", "/image/v2.9"])
def test_images_by_name_on_several_pages(wire: Any, reply: Any, glance: Any, path: str) -> None:
    cloud = glance(path)
    base = path if "/v2" in path else path + "/v2"
    pages = [
        {
            "images": [{"id": "1", "name": "a", "status": "active", "os_type": "linux", "visibility": "public"}],
            "next": "/v2/images?name=a&marker=1",
        },
        {"images": [{"id": "2", "name": "a", "status": "queued"}, {"id": "3", "name": "A"}]},
    ]
    query = [("limit", "1000"), ("name", "a")]
    wire.expect("GET", base + "/images", query=query, reply=reply(200, pages[0]))
    wire.expect("GET", base + "/images", query=[*query[:1], ("marker", "1"), *query[1:]], reply=reply(200, pages[1]))
    assert list(cloud.images.list(name="a")) == [
        ImageDetails("1", "a", "active", "linux", "public"),
        ImageDetails("2", "a", "queued"),
    ]


def test_pages_that_repeat(wire: Any, reply: Any, glance: Any) -> None:
    cloud = glance("/image/v2")
    wire.serve(lambda seen: reply(200, {"images": [], "next": "/v2/images?marker=1"}))
    with pytest.raises(InvalidResponse, match="returns nothing new"):
        cloud.images.list(name="a")
    assert len(wire.seen) == 1


def test_an_image_by_its_id(wire: Any, reply: Any, glance: Any) -> None:
    cloud = glance("/image/v2")
    wire.expect("GET", "/image/v2/images/i-1", reply=reply(200, {"id": "i-1", "name": "a", "status": "active"}))
    wire.expect("GET", "/image/v2/images/i-2", reply=reply(404, text="<h1>404</h1>No image found with ID i-2"))
    wire.expect("GET", "/image/v2/images/i-3", reply=reply(200, {"images": []}))
    assert cloud.images.get("i-1") == ImageDetails("i-1", "a", "active")
    assert cloud.images.get("i-2") is None
    with pytest.raises(InvalidResponse):
        cloud.images.get("i-3")


def test_images_of_huawei_cloud(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    rows = [
        {"id": "1", "name": "a", "status": "active", "__os_type": "Windows", "__imagetype": "gold"},
        {"id": "2", "name": "ab", "status": "active"},
    ]
    wire.expect("GET", "/v2/cloudimages", query=[("limit", "1000"), ("name", "a")], reply=reply(200, {"images": rows}))
    wire.expect("GET", "/v2/cloudimages", query=[("id", "2"), ("limit", "1000")], reply=reply(200, {"images": rows}))
    assert cloud.images.list(name="a") == [ImageDetails("1", "a", "active", "Windows", "gold")]
    assert cloud.images.get("2") == ImageDetails("2", "ab", "active")


def test_a_platform_without_images_and_rebuild(connect: Any) -> None:
    cloud = connect("ustack")
    with pytest.raises(UnsupportedOperation, match="ustack has no operation rebuild. Use the cloud's own console"):
        rebuild(cloud, [(server(), RebuildSpec(image_id="new"))])


# -- Nova -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order, more, expected",
    [
        ({}, {}, {}),
        (
            {"password": "pw", "key_name": "k", "user_data": "eA=="},
            {},
            {"adminPass": "pw", "key_name": "k", "user_data": "eA=="},
        ),
        ({"metadata": {"a": "b"}}, {"metadata": {"keep": "me", "a": "x"}}, {"metadata": {"keep": "me", "a": "b"}}),
        ({}, {"image": None, "metadata": {"keep": "me"}}, {"metadata": {"keep": "me", IMAGE_RECORD: "new"}}),
        # Nova knows none of these.
        ({"user_id": "u", "auto_pay": True, "stop_running": True, "cloud_init": False}, {}, {}),
    ],
)
def test_what_a_rebuild_sends(
    wire: Any, reply: Any, connect: Any, order: dict[str, Any], more: dict[str, Any], expected: dict[str, Any]
) -> None:
    cloud = connect("easystack", version="2.67")
    wire.expect(
        "POST",
        URL % "s",
        query=[],
        json={"rebuild": {"imageRef": "new", **expected}},
        headers={"OpenStack-API-Version": "compute 2.67"},
        reply=reply(202, {"server": {"adminPass": "made-up"}}, headers={"X-Compute-Request-Id": "req-1"}),
    )
    (pending,) = rebuild(cloud, [(server(**more), RebuildSpec(image_id="new", **order))])
    assert (pending.action, pending.request_id, pending.image_id, pending.error) == ("rebuild", "req-1", "new", None)
    assert "made-up" not in repr(pending)


def test_the_pending_actions_of_a_rebuild(wire: Any, reply: Any, connect: Any, serve: Any) -> None:
    cloud = connect()
    serve(
        {
            "POST " + URL % "a": reply(202, {"server": {"id": "a"}}, headers={"X-Compute-Request-Id": "req-a"}),
            "POST " + URL % "b": reply(400, {"badRequest": {"code": 400, "message": "too small"}}),
            "POST " + URL % "c": reply(500, {"computeFault": {"code": 500, "message": "oops"}}),
            "POST " + URL % "d": reply(202, broken="close"),
            "POST " + URL % "e": reply(501, {"notImplemented": {"code": 501, "message": "cannot"}}),
        }
    )
    pending_actions = rebuild(cloud, [(server(each), RebuildSpec(image_id="new")) for each in "abcde"])
    assert [type(each.error) for each in pending_actions] == [
        type(None),
        BadRequest,
        ServerError,
        ResponseLost,
        ServerError,
    ]
    assert [each.server_id for each in pending_actions if each.outcome_unknown] == ["c", "d"]
    assert len(wire.seen) == 5, "nothing is sent twice"


@pytest.mark.parametrize(
    "platform, path", [("openstack", URL % "a"), ("huaweicloud", "/v2/p1/cloudservers/a/changeos")]
)
def test_credentials_that_are_refused_at_the_first_server_end_it_all(
    wire: Any, reply: Any, connect: Any, platform: str, path: str
) -> None:
    cloud = connect(platform)
    wire.expect("POST", path, reply=reply(401, {"error": {"code": 401, "message": "no"}}))
    with pytest.raises(AuthenticationFailed):
        rebuild(cloud, [(server(each), RebuildSpec(image_id="new")) for each in "ab"])


@pytest.mark.parametrize(
    "version, order, words",
    [
        (
            "2.53",
            {"key_name": "k"},
            "key_name: a rebuild supports it from microversion 2.54 on, and this cloud has 2.53",
        ),
        ("2.54", {"key_name": "k"}, None),
        ("2.56", {"user_data": "eA=="}, "user_data: a rebuild supports it from microversion 2.57 on"),
        ("2.57", {"user_data": "eA==", "password": "p", "key_name": "k"}, None),
        ("2.96", {"encrypted": False}, "encrypted: openstack keeps"),
    ],
)
def test_what_an_older_nova_does_not_take(connect: Any, version: str, order: dict[str, Any], words: str | None) -> None:
    problem = connect(version=version).rules.os_problem(RebuildSpec(**order))
    assert (problem is None) if words is None else words in str(problem)


def test_another_image_for_a_volume(connect: Any) -> None:
    volume = server(image=None, metadata={IMAGE_RECORD: "old"})
    for version, image_id, refused in (("2.92", "new", True), ("2.92", "old", False), ("2.93", "new", False)):
        problem = connect(version=version).rules.os_problem(RebuildSpec(image_id=image_id), volume)
        assert bool(problem) is refused


# -- Huawei Cloud -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order, path, expected",
    [
        ({"password": "pw"}, ECS % ("v2", "changeos"), {"os-change": {"imageid": "new", "adminpass": "pw"}}),
        (
            {"key_name": "k", "user_id": "u", "cloud_init": False},
            ECS % ("v1", "changeos"),
            {"os-change": {"imageid": "new", "keyname": "k", "userid": "u"}},
        ),
        (
            {"same_image": True, "password": "pw", "stop_running": True, "auto_pay": True},
            ECS % ("v2", "reinstallos"),
            {"os-reinstall": {"adminpass": "pw", "mode": "withStopServer"}},
        ),
        (
            {"user_data": "eA==", "encrypted": True, "kms_key_id": "c"},
            ECS % ("v2", "changeos"),
            {
                "os-change": {
                    "imageid": "new",
                    "metadata": {"user_data": "eA==", "__system__encrypted": "1", "__system__cmkid": "c"},
                }
            },
        ),
        (
            {"password": "pw", "encrypted": False},
            ECS % ("v2", "changeos"),
            {"os-change": {"imageid": "new", "adminpass": "pw", "metadata": {"__system__encrypted": "0"}}},
        ),
        # The ECS API takes the metadata of a server by a call of its own.
        (
            {"password": "pw", "metadata": {"a": "b"}},
            ECS % ("v2", "changeos"),
            {"os-change": {"imageid": "new", "adminpass": "pw"}},
        ),
    ],
)
def test_what_a_change_sends(
    wire: Any, reply: Any, connect: Any, order: dict[str, Any], path: str, expected: dict[str, Any]
) -> None:
    cloud = connect("huaweicloud")
    wire.expect("POST", path, query=[], json=expected, reply=reply(200, {"job_id": "j", "order_id": "CS1"}))
    (pending,) = rebuild(cloud, [(server(), RebuildSpec(image_id="new", **order))])
    assert (pending.job_id, pending.order_id, pending.image_id, pending.error) == ("j", "CS1", "new", None)


@pytest.mark.parametrize(
    "status, body, outcome_unknown, hint",
    [
        (400, {"error": {"code": "Ecs.0005", "message": "no cloud-init"}}, False, "cloud_init: false"),
        (400, {"error": {"code": "Ecs.0031", "message": "no image"}}, False, ""),
        (501, {"error": {"code": "Ecs.0603", "message": "busy"}}, False, "in a minute"),
        (500, {"error": {"code": "Ecs.0000", "message": "oops"}}, True, ""),
        (200, {}, True, ""),
    ],
)
def test_what_a_refusal_means(
    wire: Any, reply: Any, connect: Any, status: int, body: dict[str, Any], outcome_unknown: bool, hint: str
) -> None:
    cloud = connect("huaweicloud")
    wire.expect("POST", ECS % ("v2", "changeos"), reply=reply(status, body))
    (pending,) = rebuild(cloud, [(server(), RebuildSpec(image_id="new", password="pw"))])
    assert pending.error and pending.outcome_unknown is outcome_unknown and hint in (pending.error.hint or "")
    assert len(wire.seen) == 1


@pytest.mark.parametrize(
    "order, words",
    [
        ({"password": "p"}, None),
        ({"password": "p", "key_name": "k", "user_id": "u"}, "are mutually exclusive"),
        ({"key_name": "k"}, None),
        ({"user_data": "eA==", "cloud_init": False}, "cloud_init: true"),
        ({"password": "p", "encrypted": True}, "go together"),
        ({"password": "p", "kms_key_id": "k"}, "go together"),
        ({"password": "p", "encrypted": True, "kms_key_id": "k"}, None),
    ],
)
def test_what_huawei_cloud_takes(connect: Any, order: dict[str, Any], words: str | None) -> None:
    problem = connect("huaweicloud").rules.os_problem(RebuildSpec(**order))
    assert (problem is None) if words is None else words in str(problem)


@pytest.mark.parametrize("kind, refused", [("gold", True), (None, True), ("private", False), ("market", False)])
def test_an_image_may_have_its_own_way_in(connect: Any, kind: str | None, refused: bool) -> None:
    cloud = connect("huaweicloud")
    assert bool(cloud.rules.os_problem(RebuildSpec(image=ImageDetails("i", kind=kind)), server())) is refused
    assert bool(cloud.rules.os_problem(RebuildSpec(), server(metadata={"metering.imagetype": kind}))) is refused
    assert cloud.rules.os_problem(RebuildSpec(user_data="eA=="), server()) is None
