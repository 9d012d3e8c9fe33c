# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of the other services, if the compute endpoint is a gateway or has another domain."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.endpoints import (
    assumed_endpoint,
    documented_endpoint,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings, resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import InvalidResponse, NotFound

GATEWAY = "https://gateway.example.com/ecs"


def settings(**options: Any) -> Settings:
    auth = {"access_key": "a", "secret_key": "s"}
    return resolve({"platform": "huaweicloud", "region": "cn-north-4", "auth": auth, **options}, {})


@pytest.mark.parametrize(
    ("options", "image", "assumed"),
    [
        ({}, "https://ims.cn-north-4.myhuaweicloud.com", False),
        ({"cloud_domain": "example.com"}, "https://ims.cn-north-4.example.com", False),
        ({"endpoint": "https://ecs.private.example.com"}, "https://ims.private.example.com", False),
        ({"endpoint": GATEWAY}, GATEWAY, True),
        ({"endpoint": GATEWAY, "endpoints": {"image": "https://ims.example.com"}}, "https://ims.example.com", False),
    ],
)
def test_the_address_of_the_image_service(options: dict[str, Any], image: str, assumed: bool) -> None:
    found = settings(**options)
    assert documented_endpoint(found, "image") == image
    assert (assumed_endpoint(found, "image") is not None) is assumed


def test_the_domain_of_the_identity_service() -> None:
    assert settings(region="eu-west-101").auth.auth_url == "https://iam.eu-west-101.myhuaweicloud.eu/v3"
    own = settings(region="eu-west-101", cloud_domain="example.com")
    assert own.auth.auth_url == "https://iam.eu-west-101.example.com/v3"
    assert settings(region="eu-west-101").endpoint == "https://ecs.eu-west-101.myhuaweicloud.com"


@pytest.mark.parametrize("domain", ["a/b", "x@y", "https://example.com", "example.com/", "a..b"])
def test_domains_that_would_change_the_host(domain: str) -> None:
    with pytest.raises(Exception, match="cloud_domain is .*; it must be a domain such as myhuaweicloud.com"):
        settings(cloud_domain=domain)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((404, {"error_code": "APIGW.0101", "error_msg": "The API does not exist"}), NotFound),
        ((200, {"hello": "gateway"}), InvalidResponse),
    ],
)
def test_a_gateway_without_the_image_service(
    connect: Any, serve: Any, reply: Any, wire: Any, answer: tuple[int, Any], kind: type[Exception]
) -> None:
    serve({"GET /v2/cloudimages": lambda seen: reply(*answer)})
    with pytest.raises(kind) as caught:
        connect("huaweicloud").images.list()
    assert f"The image service is expected at {wire.url} too" in str(caught.value)
    assert "set endpoints.image if it is elsewhere" in str(caught.value)
