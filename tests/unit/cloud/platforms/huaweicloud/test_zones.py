# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Availability zones of Huawei Cloud at the wire: ECS's own call, and the one in Nova's form."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    PermissionDenied,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.aggregate import Zone

OWN, OLD = "/v1/p1/availability-zones", "/v2.1/p1/os-availability-zone"
NO_CALL = {"error_code": "APIGW.0101", "error_msg": "The API does not exist."}
REFUSED = {"error": {"code": "Pdp.0001", "message": "no"}}
OLD_LIST = {"availabilityZoneInfo": [{"zoneName": "a", "zoneState": {"available": False}, "hosts": None}]}


def test_its_own_call(wire: Any, reply: Any, connect: Any) -> None:
    zones = [
        {"availability_zone_id": "b", "type": "Edge", "mode": "dedicated", "alias": "IES", "category": 41},
        {"availability_zone_id": "a"},
    ]
    wire.expect("GET", OWN, query=[], headers={"X-Project-Id": "p1"}, reply=reply(200, {"availability_zones": zones}))
    found = connect("huaweicloud").zones.list()
    assert found == [Zone("b", type="Edge", mode="dedicated", alias="IES"), Zone("a")]
    assert found[1].as_dict() == {
        "name": "a", "available": None, "hosts": None, "type": None, "mode": None, "alias": None}  # fmt: skip


@pytest.mark.parametrize("status, body", [(404, NO_CALL), (403, REFUSED)])
def test_the_older_call(wire: Any, reply: Any, connect: Any, status: int, body: Any) -> None:
    """In a region without the new one, and for a user whose permissions name the older one."""
    wire.expect("GET", OWN, reply=reply(status, body))
    wire.expect("GET", OLD, reply=reply(200, OLD_LIST))
    assert connect("huaweicloud").zones.list() == [Zone("a", available=False)]


def test_neither_is_allowed(wire: Any, reply: Any, connect: Any) -> None:
    wire.serve(lambda seen: reply(403, REFUSED))
    with pytest.raises(PermissionDenied):
        connect("huaweicloud").zones.list()


@pytest.mark.parametrize(
    "status, body",
    [(404, "<html>"), (500, {}), (200, {}), (200, {"availability_zones": [{"alias": "x"}]}), (200, OLD_LIST)],
)
def test_other_errors_do_not_lead_to_it(wire: Any, reply: Any, connect: Any, status: int, body: Any) -> None:
    wire.serve(lambda seen: reply(status, body))
    with pytest.raises(CloudError, match="availability zone"):
        connect("huaweicloud", api_retries=0).zones.list()
    assert [seen.path for seen in wire.seen] == [OWN]


def test_hosts_are_the_vendors(wire: Any, connect: Any) -> None:
    with pytest.raises(UnsupportedOperation, match="zone_hosts"):
        connect("huaweicloud").zones.list(hosts=True)
    assert wire.seen == []
