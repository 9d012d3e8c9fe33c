"""The comparison with the SDK's models can fail."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.state.ids import hex_id
from simulator.tests.sdk.shapes import ACCEPTED, differences


def seen(m: Any, kind: str, body: Any) -> list[str]:
    response = getattr(m, kind)()
    response.raw_content = json.dumps(body).encode()
    return differences(response, m)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        (
            "ShowResetPasswordFlagResponse",
            {"resetpwd_flag": True},
            ["ShowResetPasswordFlagResponse.resetpwd_flag is not of type str: True"],
        ),
        ("ShowResetPasswordFlagResponse", {"resetpwd_flag": "True"}, []),
        ("ShowResetPasswordFlagResponse", {}, []),
        ("ListServersDetailsResponse", {"count": "3"}, ["ListServersDetailsResponse.count is not of type int: '3'"]),
        ("ListServersDetailsResponse", {"count": True}, ["ListServersDetailsResponse.count is not of type int: True"]),
        (
            "ListServersDetailsResponse",
            {"servers": {}},
            ["ListServersDetailsResponse.servers is not a list without holes: {}"],
        ),
        (
            "ListServersDetailsResponse",
            {"servers": [None]},
            ["ListServersDetailsResponse.servers is not a list without holes: [None]"],
        ),
        (
            "ListServersDetailsResponse",
            {"servers": ["a"]},
            ["ListServersDetailsResponse.servers[] is not an object: 'a'"],
        ),
        (
            "UpdateServerMetadataResponse",
            {"metadata": {"a": 1}},
            ["UpdateServerMetadataResponse.metadata.* is not of type str: 1"],
        ),
        (
            "UpdateServerMetadataResponse",
            {"metadata": []},
            ["UpdateServerMetadataResponse.metadata is not an object: []"],
        ),
        ("BatchResetServersPasswordResponse", {"response": [{}]}, ["ServerId.id is missing"]),
        (
            "BatchResetServersPasswordResponse",
            {"responses": []},
            ["BatchResetServersPasswordResponse.responses is not defined"],
        ),
    ],
)
def test_a_difference_is_one_sentence(m: Any, kind: str, body: Any, expected: list[str]) -> None:
    assert seen(m, kind, body) == expected


def test_times_and_required_fields(m: Any) -> None:
    found = seen(m, "NovaShowKeypairResponse", {"keypair": {"created_at": "yesterday"}})
    assert "NovaKeypairDetail.created_at is not a time: 'yesterday'" in found
    assert "NovaKeypairDetail.public_key is missing" in found


@pytest.mark.filterwarnings("ignore:Method 'nova_:DeprecationWarning")
def test_what_is_accepted_still_differs(ecs: Any, m: Any, huaweicloud: Any) -> None:
    """An exemption that nothing needs any more would hide the next difference."""
    huaweicloud.change("build-01", prepaid=True)
    image = huaweicloud.seen("web-01")["image"]["id"]
    key = huaweicloud.sim.keys["huaweicloud"].list_keys(hex_id("huaweicloud", "user", "operator"))[0].public_key
    answers = [
        ecs.list_servers_details(m.ListServersDetailsRequest()),
        ecs.nova_create_keypair(
            m.NovaCreateKeypairRequest(
                body=m.NovaCreateKeypairRequestBody(m.NovaCreateKeypairOption(name="imported", public_key=key))
            )
        ),
        ecs.nova_list_keypairs(m.NovaListKeypairsRequest(limit=1, open_stack_api_version="compute 2.35")),
        ecs.change_server_os_with_cloud_init(
            m.ChangeServerOsWithCloudInitRequest(
                huaweicloud.id("build-01"),
                m.ChangeServerOsWithCloudInitRequestBody(
                    os_change=m.ChangeServerOsWithCloudInitOption(imageid=image, adminpass="Sdk-made-1@")
                ),
            )
        ),
    ]
    assert {difference for answer in answers for difference in differences(answer, m)} == set(ACCEPTED)
