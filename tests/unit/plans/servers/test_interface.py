# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of interfaces: what is attached and what is removed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.interface import FixedIp, Interface
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Address
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.rules import HuaweiRules
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.errors import InvalidRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers import interface
from ansible_collections.cloudserver.compute.tests.unit.plans.servers.attachment_samples import planned_actions, server


def port(port_id: str, network: str = "n1", ip: str = "10.0.0.5") -> Interface:
    return Interface(port_id, network, "fa:16:3e:00:00:0" + port_id, "ACTIVE", (FixedIp(ip, "sub-" + network),))


RULES = Rules()
THERE = [port("1"), port("2", "n2", "10.1.0.5"), port("3", "n2", "fd00::5")]


def asked(**options: Any) -> interface.InterfaceSpec:
    return interface.InterfaceSpec.from_options({"state": "present", **options})


@pytest.mark.parametrize(
    "options, going",
    [
        ({"network_id": "n2"}, "23"),
        ({"ip": "FD00:0::5"}, "3"),
        ({"mac": "FA:16:3E:00:00:01"}, "1"),
        ({"port_id": "9"}, ""),
        ({"network_id": "n1", "ip": "10.1.0.5"}, ""),
        ({"network_id": "n2", "fixed_ips": [{"subnet_id": "sub-n2"}]}, "23"),
    ],
)
def test_what_is_removed(options: dict[str, Any], going: str) -> None:
    change = interface.plan_one(server(), THERE, asked(state="absent", **options), RULES)
    assert planned_actions(change) == [("detach_interface", {"port_id": each}) for each in going]


@pytest.mark.parametrize(
    "options, existing",
    [
        ({"network_id": "n1"}, True),
        ({"network_id": "n3"}, False),
        ({"port_id": "2"}, True),
        ({"port_id": "9"}, False),
        ({"network_id": "n1", "fixed_ips": [{"ip_address": "10.0.0.5"}]}, True),
        ({"network_id": "n1", "fixed_ips": [{"ip_address": "10.0.0.6"}]}, False),
    ],
)
def test_what_is_attached(options: dict[str, Any], existing: bool) -> None:
    change = interface.plan_one(server(), THERE, asked(**options), RULES)
    assert change.changes is not existing
    # Nova makes a second port when it is asked twice for a network.
    assert all(action.is_retry_safe is ("port_id" in options) for action in change.planned_actions)


def test_one_port_goes_on_one_server() -> None:
    with pytest.raises(InvalidRequest, match="2 servers"):
        asked(port_id="1").check([server(), server("s2")])
    asked(network_id="n1").check([server(), server("s2")])
    asked(port_id="1", state="absent").check([server(), server("s2")])


NEW = "00000000-0000-4000-8000-000000000001"


def listed(*ports: str, primary: str | None = None) -> Any:
    """A server of ECS with these ports."""
    rows = [
        {"addr": "10.0.0.%d" % number, "OS-EXT-IPS:port_id": each, **({"primary": True} if each == primary else {})}
        for number, each in enumerate(ports)
    ]
    known = tuple(Address(row["addr"], 4, "fixed", port_id=row["OS-EXT-IPS:port_id"]) for row in rows)
    return replace(server(), addresses=known, raw={"addresses": {"vpc": rows}})


@pytest.mark.parametrize(
    "one, refused",
    [
        (listed("1"), True),
        (listed("1", "2", primary="1"), True),
        (listed("1", "2", primary="2"), False),
        (listed("1", "2"), False),
        (server(), False),
    ],
)
def test_the_primary_interface_of_ecs_is_not_removed(one: Any, refused: bool) -> None:
    change = interface.plan_one(one, THERE, asked(state="absent", port_id="1"), HuaweiRules())
    assert bool(change.refusal) is refused and change.changes is not refused


@pytest.mark.parametrize(
    "options, words",
    [
        ({"security_groups": ["default"]}, "needs ids"),
        ({"fixed_ips": [{"ip_address": "fd00::9"}]}, "IPv4"),
        ({"security_groups": [NEW], "fixed_ips": [{"ip_address": "10.0.0.9"}]}, None),
    ],
)
def test_what_ecs_attaches(options: dict[str, Any], words: str | None) -> None:
    change = interface.plan_one(server(), THERE, asked(network_id="n3", **options), HuaweiRules())
    assert (words or "") in (change.refusal or "") and change.changes is (words is None)


@pytest.mark.parametrize(
    "options", [{"port_id": "1", "security_groups": [NEW]}, {"state": "absent", "mac": "x", "security_groups": [NEW]}]
)
def test_security_groups_are_for_a_new_interface(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="security_groups"):
        asked(**options)
