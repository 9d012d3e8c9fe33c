# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies for interfaces, security groups and public addresses, held against the models of the official SDK."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    interfaces,
    lifecycle,
    public_ips,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.rules import HuaweiRules
from simulator.tests.sdk.shapes import model_differences

ID = "f0ac4394-7e4a-4409-9701-ba8be283dbc3"
ONE = Server(id="s1", platform="huaweicloud", name="web-01")
AUTH = SimpleNamespace(endpoint=lambda service: "https://%s" % service, project_id="p1")
SESSION: Any = SimpleNamespace(auth=AUTH)
API = HuaweiApi(SESSION, HuaweiRules(), 1, "cn-north-4")
GROUP = {"group": ID, "label": "web"}


@pytest.mark.parametrize(
    "build, arguments, package, kind, path",
    [
        (
            interfaces.attach_interface,
            {"network_id": ID, "fixed_ips": [{"ip_address": "10.0.0.9"}], "security_groups": [ID]},
            "huaweicloudsdkecs.v2",
            "BatchAddServerNicsRequestBody",
            "/cloudservers/s1/nics",
        ),
        (
            interfaces.attach_interface,
            {"port_id": ID},
            "huaweicloudsdkecs.v2",
            "BatchAddServerNicsRequestBody",
            "/cloudservers/s1/nics",
        ),
        (
            interfaces.detach_interface,
            {"port_id": ID},
            "huaweicloudsdkecs.v2",
            "BatchDeleteServerNicsRequestBody",
            "/cloudservers/s1/nics/delete",
        ),
        (
            lifecycle.add_security_group,
            GROUP,
            "huaweicloudsdkecs.v2",
            "NovaAssociateSecurityGroupRequestBody",
            "/servers/s1/action",
        ),
        (
            lifecycle.remove_security_group,
            GROUP,
            "huaweicloudsdkecs.v2",
            "NovaDisassociateSecurityGroupRequestBody",
            "/servers/s1/action",
        ),
        (
            public_ips.unbind_public_ip,
            {"id": ID, "address": "203.0.113.9"},
            "huaweicloudsdkeip.v2",
            "UpdatePublicipsRequestBody",
            "https://network/v1/p1/publicips/" + ID,
        ),
    ],
)
def test_a_body_is_one_of_the_sdk(
    load_sdk: Any, build: Any, arguments: dict[str, Any], package: str, kind: str, path: str
) -> None:
    request = build(API, ONE, arguments)
    assert model_differences(request.body, kind, load_sdk(package)) == []
    assert (request.url or "%s/%s%s" % (request.base, ONE.id, request.path)) == path
    assert request.method == ("PUT" if request.url else "POST")


def test_the_comparison_can_fail(load_sdk: Any) -> None:
    models = load_sdk("huaweicloudsdkecs.v2")
    kind = "BatchAddServerNicsRequestBody"
    option = "BatchAddServerNicOption"
    assert model_differences({"nics": [{"network_id": ID}]}, kind, models) == [option + ".network_id is not defined"]
    assert model_differences({"nics": [{"subnet_id": 7}]}, kind, models) == [
        option + ".subnet_id is not of type str: 7"
    ]
    (null,) = model_differences({"nics": [{"subnet_id": None}]}, kind, models)
    assert null.startswith(kind + " has a null")
