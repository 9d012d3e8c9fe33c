# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quotas of a project at the wire, and how responses are read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    InvalidResponse,
    PermissionDenied,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.quota import (
    RESOURCES,
    ProjectQuotas,
    Quota,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.quotas import (
    ABSOLUTE,
    absolute_quotas,
)

#: Nova's sample of the API reference, and a use.
ABSOLUTE_LIMITS = {
    "maxServerMeta": 128, "maxTotalInstances": 10, "maxTotalRAMSize": 51200, "maxTotalCores": -1,
    "maxTotalKeypairs": 100, "maxServerGroups": 10, "maxServerGroupMembers": 10, "totalInstancesUsed": 12,
    "totalRAMUsed": 2048, "totalCoresUsed": 4, "totalServerGroupsUsed": 1,
}  # fmt: skip
SHOWN = {
    "instances": {"limit": 10, "used": 12, "free": 0, "unlimited": False},
    "cores": {"limit": None, "used": 4, "free": None, "unlimited": True},
    "ram_mb": {"limit": 51200, "used": 2048, "free": 49152, "unlimited": False},
    "keypairs": {"limit": 100, "used": None, "free": None, "unlimited": False},
    "server_groups": {"limit": 10, "used": 1, "free": 9, "unlimited": False},
    "server_group_members": {"limit": 10, "used": None, "free": None, "unlimited": False},
    "metadata_items": {"limit": 128, "used": None, "free": None, "unlimited": False},
}
NOTHING_RETURNED = {"limit": None, "used": None, "free": None, "unlimited": None}
SPOT = ("spot_instances", "spot_cores", "spot_ram_mb")


@pytest.mark.parametrize(
    ("platform", "path"),
    [("openstack", "/v2.1/limits"), ("easystack", "/v2.1/limits"), ("ustack", "/v2/p1/limits")],
)
def test_the_limits_of_nova(wire: Any, reply: Any, connect: Any, platform: str, path: str) -> None:
    cloud = connect(platform, version="2.67")
    headers = {} if platform == "ustack" else {"OpenStack-API-Version": "compute 2.67"}
    body = {"limits": {"rate": [], "absolute": ABSOLUTE_LIMITS}}
    wire.expect("GET", path, query=[], headers=headers, reply=reply(200, body))
    found = cloud.quotas.get().as_dict()
    assert found == {"project_id": cloud.session.auth.project_id, **SHOWN, **dict.fromkeys(SPOT, NOTHING_RETURNED)}


def test_the_limits_of_ecs(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud")
    absolute = {**ABSOLUTE_LIMITS, "maxTotalSpotInstances": 5, "totalSpotInstancesUsed": 2, "limit_by_flavor": []}
    wire.expect("GET", "/v1/p1/cloudservers/limits", query=[], absent=("X-Auth-Token",),
                reply=reply(200, {"absolute": absolute}))  # fmt: skip
    found = cloud.quotas.get().as_dict()
    assert found == {
        "project_id": "p1", **SHOWN, "spot_instances": {"limit": 5, "used": 2, "free": 3, "unlimited": False},
        "spot_cores": NOTHING_RETURNED, "spot_ram_mb": NOTHING_RETURNED,
    }  # fmt: skip


def test_the_quota_set_of_another_project(wire: Any, reply: Any, connect: Any) -> None:
    counted = {"limit": 10, "in_use": 4, "reserved": 1}
    unlimited = {"limit": -1, "in_use": 2, "reserved": 0}
    body = {"id": "p2", "instances": counted, "cores": unlimited, "ram": None, "key_pairs": counted,
            "server_groups": {"limit": 10}, "server_group_members": counted, "metadata_items": counted}  # fmt: skip
    wire.expect("GET", "/v2.1/os-quota-sets/p2/detail", query=[], reply=reply(200, {"quota_set": body}))
    found = connect(version="2.96").quotas.get("p2").as_dict()
    uncounted = {"limit": 10, "used": None, "free": None, "unlimited": False}
    assert found == {
        "project_id": "p2",
        "instances": {"limit": 10, "used": 5, "free": 5, "unlimited": False},
        "cores": {"limit": None, "used": 2, "free": None, "unlimited": True},
        "ram_mb": NOTHING_RETURNED,
        # Nova returns 0 for what it does not count by project.
        "keypairs": uncounted,
        "server_groups": uncounted,
        "server_group_members": uncounted,
        "metadata_items": uncounted,
        **dict.fromkeys(SPOT, NOTHING_RETURNED),
    }


@pytest.mark.parametrize(("platform", "instead"), [("ustack", "credentials"), ("huaweicloud", "auth.project_id")])
def test_another_project_is_not_everywhere(wire: Any, connect: Any, platform: str, instead: str) -> None:
    with pytest.raises(UnsupportedOperation) as caught:
        connect(platform).quotas.get("p2")
    assert instead in str(caught.value.hint) and wire.seen == []


def test_an_id_with_a_slash_is_not_sent(wire: Any, connect: Any) -> None:
    with pytest.raises(BadRequest):
        connect(version="2.96").quotas.get("p2/..")
    assert wire.seen == []


@pytest.mark.parametrize(("platform", "path"), [("openstack", "/v2.1/limits"), ("huaweicloud", None)])
@pytest.mark.parametrize("body", [None, [], {}, {"limits": 1}, {"limits": {}}, {"absolute": []}, {"absolute": "x"}])
def test_a_response_of_another_form(
    wire: Any, reply: Any, connect: Any, platform: str, path: str | None, body: Any
) -> None:
    cloud = connect(platform, version="2.96")
    wire.serve(lambda seen: reply(200, body))
    with pytest.raises(InvalidResponse):
        cloud.quotas.get()


def test_a_refusal(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect(version="2.96")
    wire.serve(lambda seen: reply(403, {"forbidden": {"code": 403, "message": "Policy doesn't allow it"}}))
    with pytest.raises(PermissionDenied, match="read the quotas of the project p2"):
        cloud.quotas.get("p2")


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.lists(st.none(), max_size=1)


@given(st.dictionaries(st.sampled_from(sorted({key for pair in ABSOLUTE.values() for key in pair if key})), VALUES))
def test_a_record_of_any_response_is_whole(absolute: dict[str, Any]) -> None:
    found = ProjectQuotas("p", absolute_quotas(absolute, ABSOLUTE)).as_dict()
    assert set(found) == {"project_id", *RESOURCES}
    for name in RESOURCES:
        shown = found[name]
        assert set(shown) == {"limit", "used", "free", "unlimited"}
        assert shown["free"] is None or (shown["free"] >= 0 and shown["unlimited"] is False)
        assert (shown["limit"] is None) == (shown["unlimited"] is not False)


@given(st.integers(-1, 100), st.integers(0, 100))
def test_what_is_free(limit: int, used: int) -> None:
    shown = Quota(limit, used).as_dict()
    assert shown["free"] == (None if limit < 0 else max(0, limit - used))
    assert shown["unlimited"] is (limit < 0) and shown["used"] == used
