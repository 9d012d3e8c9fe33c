# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host aggregates and availability zones at the wire."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    InvalidResponse,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.aggregates import aggregate
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.zones import zone
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.nova.resource_samples import junk

AGGREGATE = {
    "id": 3,
    "uuid": "u-3",
    "name": "fast",
    "availability_zone": "z1",
    "hosts": ["h2", "h1"],
    "metadata": {"availability_zone": "z1", "ssd": "true"},
    "created_at": "2016-12-27T23:47:32.897139",
    "updated_at": "2016-12-27T23:47:33.067180",
    "deleted": False,
    "deleted_at": None,
}


def test_the_life_of_an_aggregate(wire: Any, reply: Any, connect: Any) -> None:
    cloud, one, action = connect(), "/v2.1/os-aggregates/3", "/v2.1/os-aggregates/3/action"

    def answer(**changes: Any) -> Any:
        return reply(200, {"aggregate": {**AGGREGATE, **changes}})

    wire.expect("POST", "/v2.1/os-aggregates", json={"aggregate": {"name": "fast"}}, reply=answer())
    assert cloud.aggregates.create("fast", None).id == 3
    body = {"aggregate": {"name": "fast", "availability_zone": "z1"}}
    wire.expect("POST", "/v2.1/os-aggregates", json=body, reply=answer())
    cloud.aggregates.create("fast", "z1")
    wire.expect("PUT", one, json={"aggregate": {"name": "new"}}, reply=answer(name="new"))
    cloud.aggregates.update(3, {"name": "new"})
    metadata = {"a": "1", "availability_zone": "z1"}
    body = {"set_metadata": {"metadata": {"a": "1", "b": None}}}
    wire.expect("POST", action, json=body, reply=answer(metadata=metadata))
    cloud.aggregates.set_metadata(3, {"a": "1", "b": None})
    wire.expect("POST", action, json={"add_host": {"host": "h1"}}, reply=answer())
    cloud.aggregates.add_host(3, "h1")
    wire.expect("POST", action, json={"remove_host": {"host": "h1"}}, reply=answer(hosts=["h2"]))
    cloud.aggregates.remove_host(3, "h1")
    gone = reply(404, {"itemNotFound": {"code": 404, "message": "gone"}})
    wire.expect("DELETE", one, reply=reply(200))
    wire.expect("GET", one, reply=gone)
    cloud.aggregates.delete(3)
    wire.expect("DELETE", one, reply=gone)
    cloud.aggregates.delete(3)
    wire.expect("GET", "/v2.1/os-aggregates", reply=reply(200, {"aggregates": [AGGREGATE]}))
    (found,) = cloud.aggregates.list()
    assert found.as_dict() == {
        "id": 3,
        "uuid": "u-3",
        "name": "fast",
        "availability_zone": "z1",
        "hosts": ["h1", "h2"],
        "metadata": {"ssd": "true"},
        "created_at": "2016-12-27T23:47:32.897139",
        "updated_at": "2016-12-27T23:47:33.067180",
        "deleted": False,
        "deleted_at": None,
    }


def test_zones(wire: Any, reply: Any, connect: Any) -> None:
    rows = [{"zoneName": "z1", "zoneState": {"available": True}, "hosts": None}]
    wire.expect("GET", "/v2.1/os-availability-zone", reply=reply(200, {"availabilityZoneInfo": rows}))
    assert [each.as_dict() for each in connect().zones.list()] == [
        {"name": "z1", "available": True, "hosts": None, "type": None, "mode": None, "alias": None}
    ]


def test_zones_with_hosts(wire: Any, reply: Any, connect: Any) -> None:
    rows = [{"zoneName": "z1", "zoneState": {"available": True}, "hosts": {"h1": {"nova-compute": {}}}}]
    wire.expect("GET", "/v2.1/os-availability-zone/detail", reply=reply(200, {"availabilityZoneInfo": rows}))
    assert connect().zones.list(hosts=True)[0].hosts == {"h1": {"nova-compute": {}}}
    for platform in ("huaweicloud", "ustack"):
        with pytest.raises(UnsupportedOperation, match="zone_hosts. Use "):
            connect(platform).zones.list(hosts=True)


@given(st.dictionaries(st.sampled_from([*AGGREGATE]), junk))
def test_any_aggregate_is_a_record_or_has_no_id(data: dict[str, Any]) -> None:
    try:
        assert isinstance(aggregate(data).as_dict()["id"], int)
    except InvalidResponse as error:
        assert "without id" in str(error) or "without name" in str(error)


@given(st.dictionaries(st.sampled_from(["zoneName", "zoneState", "hosts"]), junk))
def test_any_zone_is_a_record_or_has_no_name(data: dict[str, Any]) -> None:
    try:
        assert isinstance(zone(data).as_dict()["name"], str)
    except InvalidResponse as error:
        assert "without zoneName" in str(error)
