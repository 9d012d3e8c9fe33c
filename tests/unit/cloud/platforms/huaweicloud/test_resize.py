# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flavors to which a server of ECS can be resized, and the states of sale of flavors."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import InvalidResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor, FlavorDetails
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.rules import HuaweiRules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.rules import NovaRules

RESIZE = "/v1/p1/cloudservers/resize_flavors"
ZONES = "cn-north-4a(normal), cn-north-4b(sellout),CN-NORTH-4C( Abandon ) ,cn-north-4d(obt)"


def test_the_flavors_of_a_server(wire: Any, reply: Any, connect: Any) -> None:
    listed = [
        {"id": "s6.large.2", "name": "s6.large.2", "vcpus": "2", "ram": 4096, "disk": "0",
         "extra_specs": {"cond:operation:az": ZONES}},
        {"id": "x", "name": "x"},
    ]  # fmt: skip
    wire.expect("GET", RESIZE, query=[("instance_uuid", "s1"), ("limit", "1000")], headers={"X-Project-Id": "p1"},
                reply=reply(200, {"flavors": listed}))  # fmt: skip
    assert connect("huaweicloud").flavors.list_resizable("s1") == [
        FlavorDetails(id="s6.large.2", name="s6.large.2", vcpus=2, ram_mb=4096, disk_gb=0,
                      extra_specs={"cond:operation:az": ZONES}),
        FlavorDetails(id="x", name="x", extra_specs={}),
    ]  # fmt: skip


def test_more_than_a_page_of_them(wire: Any, reply: Any, connect: Any) -> None:
    page = [{"id": "f%04d" % number, "name": "f%04d" % number} for number in range(1000)]
    wire.expect("GET", RESIZE, query=[("instance_uuid", "s1"), ("limit", "1000")], reply=reply(200, {"flavors": page}))
    wire.expect("GET", RESIZE, query=[("instance_uuid", "s1"), ("limit", "1000"), ("marker", "f0999")],
                reply=reply(200, {"flavors": [{"id": "z", "name": "z"}]}))  # fmt: skip
    assert [each.id for each in connect("huaweicloud").flavors.list_resizable("s1")][-2:] == ["f0999", "z"]


@pytest.mark.parametrize("body", [{}, {"flavors": None}, {"flavors": [{"name": "x"}]}, []])
def test_a_response_that_is_no_list_of_flavors(wire: Any, reply: Any, connect: Any, body: Any) -> None:
    wire.serve(lambda seen: reply(200, body))
    with pytest.raises(InvalidResponse):
        connect("huaweicloud").flavors.list_resizable("s1")


def test_the_list_of_all_flavors_keeps_their_states_of_sale(wire: Any, reply: Any, connect: Any) -> None:
    listed = [{"id": "f", "name": "f", "vcpus": "1", "ram": 1024, "os_extra_specs": {"cond:operation:az": ZONES}}]
    wire.expect("GET", "/v1/p1/cloudservers/flavors", reply=reply(200, {"flavors": listed}))
    (flavor,) = connect("huaweicloud").flavors.list_sizes()
    assert flavor.extra_specs == {"cond:operation:az": ZONES}
    assert flavor.as_dict() == {"id": "f", "name": "f", "vcpus": 1, "ram_mb": 1024}


@pytest.mark.parametrize(
    ("specs", "zone", "problem"),
    [
        ({}, "cn-north-4a", None),
        ({"cond:operation:az": ZONES}, "cn-north-4a", None),
        ({"cond:operation:az": ZONES}, "cn-north-4d", None),
        ({"cond:operation:az": ZONES}, "cn-north-4e", None),
        ({"cond:operation:az": ZONES}, "cn-north-4b",
         "the flavor f is sold out in cn-north-4b; it is sold in cn-north-4a, cn-north-4d"),
        ({"cond:operation:az": ZONES}, "cn-north-4c",
         "the flavor f is no longer sold in cn-north-4c; it is sold in cn-north-4a, cn-north-4d"),
        ({"cond:operation:status": "abandon", "cond:operation:az": "a(normal)"}, "a", None),
        ({"cond:operation:status": "abandon", "cond:operation:az": "a(normal)"}, "b",
         "the flavor f is no longer sold in b; it is sold in a"),
        ({"cond:operation:status": "sellout"}, "a", "the flavor f is sold out in a"),
        ({"cond:operation:status": "sellout"}, None, "the flavor f is sold out"),
        # A state that the document does not list is not a reason to refuse.
        ({"cond:operation:status": "private"}, "a", None),
        ({"cond:operation:az": "a()"}, "a", None),
        ({"cond:operation:az": "a"}, "a", None),
        ({"cond:operation:status": None}, "a", None),
    ],
)  # fmt: skip
def test_whether_a_flavor_is_sold(specs: dict[str, Any], zone: str | None, problem: str | None) -> None:
    assert HuaweiRules().flavor_problem(Flavor("f", "f", extra_specs=specs), zone) == problem
    assert HuaweiRules().flavor_problem(FlavorDetails("f", extra_specs=specs), zone) == problem
    assert NovaRules().flavor_problem(Flavor("f", "f", extra_specs=specs), zone) is None
