"""VPCs, subnets and ports with the official SDK."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def vpc(connect: Callable[..., Any], credentials: Any) -> Any:
    return connect("vpc", credentials)


def test_vpcs_and_their_subnets(vpc: Any, ecs: Any, huaweicloud: Any, refusal: Any) -> None:
    m = vpc.models
    (found,) = vpc.list_vpcs(m.ListVpcsRequest(limit=10)).vpcs
    assert (found.name, found.cidr) == ("vpc-demo", "10.0.0.0/8")
    server = ecs.show_server(ecs.models.ShowServerRequest(huaweicloud.id("web-01"))).server
    assert found.id == server.metadata["vpc_id"]
    subnets = vpc.list_subnets(m.ListSubnetsRequest(vpc_id=found.id)).subnets
    assert sorted(each.name for each in subnets) == ["vpc-demo_subnet", "vpc-demo_subnet_2"]
    assert {each.vpc_id for each in subnets} == {found.id}
    assert vpc.list_subnets(m.ListSubnetsRequest(vpc_id="other")).subnets == []
    first, second = sorted(each.id for each in subnets)
    (page,) = vpc.list_subnets(m.ListSubnetsRequest(limit=1)).subnets
    (rest,) = vpc.list_subnets(m.ListSubnetsRequest(limit=1, marker=page.id)).subnets
    assert (page.id, rest.id) == (first, second)
    with pytest.raises(refusal):
        vpc.list_subnets(m.ListSubnetsRequest(marker="other"))


def test_ports_by_name(vpc: Any) -> None:
    m = vpc.models
    (found,) = vpc.list_ports(m.ListPortsRequest(name="spare-1")).ports
    assert (found.name, found.status, found.device_id) == ("spare-1", "DOWN", "")
    assert len(vpc.list_ports(m.ListPortsRequest(network_id=found.network_id)).ports) == 2
    assert vpc.list_ports(m.ListPortsRequest(name="spare")).ports == []
