# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the compute service is, and which microversion is used."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    InvalidResponse,
    NotFound,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.easystack import EasyStack
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.client import OpenStack
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.version import split_endpoint


def document(newest: Any) -> dict[str, Any]:
    return {"version": {"id": "v2.1", "status": "CURRENT", "version": newest, "min_version": "2.1"}}


@pytest.mark.parametrize(
    ("path", "endpoint", "root"),
    [
        ("/v2.1", "/v2.1", "/v2.1/"),
        ("/v2.1/p1", "/v2.1/p1", "/v2.1/"),
        ("/v2/p1", "/v2/p1", "/v2/"),
        ("/compute/v2.1", "/compute/v2.1", "/compute/v2.1/"),
        ("", "/v2.1", "/v2.1/"),
        ("/compute", "/compute/v2.1", "/compute/v2.1/"),
        ("/v2x", "/v2x/v2.1", "/v2x/v2.1/"),
        # The leftmost version may be a gateway's.
        ("/v2/gw/compute/v2.1", "/v2/gw/compute/v2.1", "/v2/gw/compute/v2.1/"),
        ("/v2/gw/compute/v2.1/p1", "/v2/gw/compute/v2.1/p1", "/v2/gw/compute/v2.1/"),
        ("/v2/v2.1", "/v2/v2.1", "/v2/v2.1/"),
        ("/v2/gw/compute", "/v2/gw/compute/v2.1", "/v2/gw/compute/v2.1/"),
    ],
)
def test_every_form_of_an_endpoint(wire: Any, reply: Any, connect: Any, path: str, endpoint: str, root: str) -> None:
    cloud = connect(path=path, version=None)
    absent = ("OpenStack-API-Version", "X-OpenStack-Nova-API-Version")
    wire.expect("GET", root, headers={"X-Auth-Token": "t0k3n"}, absent=absent, reply=reply(200, document("2.79")))
    headers = {"OpenStack-API-Version": "compute 2.79", "X-OpenStack-Nova-API-Version": "2.79"}
    wire.expect("GET", endpoint + "/servers/a", headers=headers, reply=reply(200, {"server": {"id": "a"}}))
    assert list(cloud.servers.by_id(["a"])) == ["a"]
    assert cloud.api.endpoint == wire.url + endpoint


@pytest.mark.parametrize(
    ("cloud_class", "newest", "sent_version"),
    [
        (OpenStack, "2.1", (2, 1)),
        (OpenStack, "2.9", (2, 9)),
        (OpenStack, "2.96", OpenStack.newest_tested),
        (OpenStack, "2.104", OpenStack.newest_tested),
        (OpenStack, "3.0", OpenStack.newest_tested),
        (OpenStack, "", (2, 1)),
        (OpenStack, None, (2, 1)),
        (EasyStack, "2.67", (2, 67)),
        (EasyStack, "2.79", (2, 67)),
        (EasyStack, "2.25", (2, 25)),
    ],
)
def test_the_highest_version_that_both_sides_know(
    wire: Any, reply: Any, connect: Any, cloud_class: Any, newest: str, sent_version: tuple[int, int]
) -> None:
    cloud = connect(cloud_class.rules_class.platform, version=None)
    wire.expect("GET", "/v2.1/", reply=reply(200, document(newest)))
    assert cloud.api.version == sent_version
    assert cloud.api.version == sent_version, "found once"
    assert cloud.api.headers((2, 3))["X-OpenStack-Nova-API-Version"] == "2.3"


def test_the_version_is_remembered_for_the_next_session(wire: Any, connect: Any) -> None:
    assert connect(version="2.53").api.version == (2, 53)
    assert wire.seen == []


def test_a_remembered_version_that_is_none_is_found_out_again(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect(version="junk")
    wire.expect("GET", "/v2.1/", reply=reply(200, document("2.60")))
    assert cloud.api.version == (2, 60)
    assert cloud.session.auth.get_fact("microversion " + cloud.api.endpoint) == "2.60"


@pytest.mark.parametrize("body", [{}, {"version": None}, {"version": "2.1"}, {"versions": []}, [], {"server": {}}])
def test_a_document_that_is_none(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    cloud = connect(version=None)
    wire.expect("GET", "/v2.1/", reply=reply(200, body))
    wire.expect("GET", "/v2.1/servers", reply=reply(200, body))
    with pytest.raises(InvalidResponse, match=r"/v2\.1/ is not a compute service") as caught:
        cloud.servers.by_id(["a"])
    assert "check the option endpoint" in str(caught.value)


@pytest.mark.parametrize("newest", ["latest", "2", [2, 90], {"a": 1}, "2.90.1", 7])
def test_a_version_that_is_none_is_not_remembered(wire: Any, reply: Any, connect: Any, newest: Any) -> None:
    cloud = connect(version=None)
    wire.expect("GET", "/v2.1/", reply=reply(200, document(newest)))
    wire.expect("GET", "/v2.1/servers", reply=reply(404, text="not here"))
    with pytest.raises(InvalidResponse, match="version document gives .* as its newest version"):
        cloud.api.headers()
    assert cloud.session.auth.get_fact("microversion " + cloud.api.endpoint) is None
    wire.expect("GET", "/v2.1/", reply=reply(200, document("2.90")))
    assert cloud.api.version == (2, 90)


def test_an_endpoint_that_does_not_exist(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect(version=None)
    wire.expect("GET", "/v2.1/", reply=reply(404, text="not here"))
    wire.expect("GET", "/v2.1/servers", reply=reply(404, text="not here"))
    with pytest.raises(NotFound, match="Could not read the versions of the compute service"):
        cloud.servers.by_id(["a"])


def test_many_threads_find_the_version_out_once(wire: Any, connect: Any, serve: Any) -> None:
    cloud = connect(version=None)
    ids = [str(number) for number in range(8)]
    serve({"GET /v2.1/": document("2.90")} | {"GET /v2.1/servers/" + key: {"server": {"id": key}} for key in ids})
    assert sorted(cloud.servers.by_id(ids)) == ids
    assert [seen.path for seen in wire.seen].count("/v2.1/") == 1


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [("", "/v2/p1"), ("/v2", "/v2/p1"), ("/v2/abc", "/v2/abc"), ("/nova", "/nova/v2/p1"), ("/v2.1", "/v2.1/p1"),
     ("/v2cloud", "/v2cloud/v2/p1")],
)  # fmt: skip
def test_ustack_gets_no_microversions(wire: Any, reply: Any, connect: Any, path: str, endpoint: str) -> None:
    cloud = connect("ustack", path=path)
    absent = ("OpenStack-API-Version", "X-OpenStack-Nova-API-Version")
    wire.expect("GET", endpoint + "/servers/a", absent=absent, reply=reply(200, {"server": {"id": "a"}}))
    assert list(cloud.servers.by_id(["a"])) == ["a"]
    assert cloud.api.version == (2, 1) and cloud.api.headers() == {}


# -- clouds without a version document -----------------------------------------------------------------------------

WITHOUT_VERSION = {
    "404": (404, {"itemNotFound": {"message": "no"}}, "HTTP 404"),
    "403": (403, {"forbidden": {"message": "no"}}, "HTTP 403"),
    "401": (401, {"error": {"message": "no"}}, "HTTP 401"),
    "300": (300, {"choices": [{"id": "v2.1"}]}, "HTTP 300"),
    "list": (200, {"versions": [{"id": "v2.1", "version": "2.90"}]}, "it is not a version document"),
    "empty": (200, {}, "it is not a version document"),
}


@pytest.mark.parametrize("kind", WITHOUT_VERSION)
@pytest.mark.parametrize(
    ("reported", "sent_version"),
    [
        ({"OpenStack-API-Version": "compute 2.90"}, (2, 90)),
        ({"X-OpenStack-Nova-API-Version": "2.26"}, (2, 26)),
        ({"OpenStack-API-Version": "compute junk"}, (2, 1)),
        ({}, (2, 1)),
    ],
)
def test_without_a_version_document_the_headers_of_a_response_give_the_version(
    wire: Any, reply: Any, connect: Any, kind: str, reported: dict[str, str], sent_version: tuple[int, int]
) -> None:
    status, body, reason = WITHOUT_VERSION[kind]
    cloud = connect(version=None, path="/gw/v2/x/v2.1")
    warnings: list[str] = []
    cloud.session._warn = warnings.append
    latest = {"OpenStack-API-Version": "compute latest", "X-OpenStack-Nova-API-Version": "latest"}
    base = "/gw/v2/x/v2.1"
    wire.expect("GET", base + "/", reply=reply(status, body))
    wire.expect("GET", base + "/servers", query=[("limit", "1")], headers=latest,
                reply=reply(200, {"servers": []}, headers=reported))  # fmt: skip
    version = "%d.%d" % sent_version
    wire.expect("GET", base + "/servers/a", headers={"X-OpenStack-Nova-API-Version": version},
                reply=reply(200, {"server": {"id": "a"}}))  # fmt: skip
    assert list(cloud.servers.by_id(["a"])) == ["a"]
    assert cloud.api.version == sent_version
    (warning,) = warnings
    assert reason in warning and "microversion %s is used" % version in warning
    known = cloud.session.auth.get_fact("microversion " + cloud.api.endpoint)
    assert known == (version if sent_version > (2, 1) else None), "what is not certain is not kept"


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_service_that_fails_is_not_taken_for_one_without_versions(
    wire: Any, reply: Any, connect: Any, status: int
) -> None:
    cloud = connect(version=None)
    wire.expect("GET", "/v2.1/", reply=reply(status, {"error": {"message": "later"}}))
    with pytest.raises(CloudError, match="Could not read the versions"):
        cloud.api.headers()


def test_a_host_that_is_named_like_a_version_is_none() -> None:
    assert split_endpoint("https://v2/compute") == ("", "")
    assert split_endpoint("https://v2.1/compute/v2.1/p") == ("https://v2.1/compute/v2.1", "/p")
