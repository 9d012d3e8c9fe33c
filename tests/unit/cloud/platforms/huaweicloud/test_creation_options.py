# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The typed options of a new server on Huawei Cloud ECS, and its option extra, at the wire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import (
    BlockDevice,
    NewServer,
    Nic,
    Spot,
    SystemDisk,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.extra import (
    BESIDE,
    COVERED,
    EXTEND,
    extra_problem,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.rules import HuaweiRules

RULES = HuaweiRules()
GROUP, KEY = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0", "0d0466b0-0000-4000-8000-000000000000"
SUBNET = (Nic(subnet_ids=("net1",)),)
SMALL = NewServer(
    flavor_id="s6.small.1", image_id="i1", networks=SUBNET, vpc_id="vpc1", system_disk=SystemDisk("GPSSD")
)
FAST = BlockDevice("blank", size_gb=10, volume_type="GPSSD2", iops=3000, throughput=125)
MONTH = {"chargingMode": "prePaid", "periodType": "month", "periodNum": 1}
ENCRYPTED = {"__system__encrypted": "1", "__system__cmkid": KEY}
SPOT = {"chargingMode": "postPaid", "marketType": "spot"}


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"networks": (Nic(port_id="p1"), *SUBNET)}, {"nics": [{"port_id": "p1"}, {"subnet_id": "net1"}]}),
        (
            {"networks": (replace(SUBNET[0], ipv6_enable=True, ipv6_bandwidth="bw1"),)},
            {"nics": [{"subnet_id": "net1", "ipv6_enable": True, "ipv6_bandwidth": {"id": "bw1"}}]},
        ),
        (
            {"system_disk": SystemDisk("GPSSD2", 40, 3000, 125, True, KEY)},
            {
                "root_volume": {
                    "volumetype": "GPSSD2", "size": 40, "iops": 3000, "throughput": 125, "metadata": ENCRYPTED,
                }
            },
        ),
        (
            {
                "volumes": (
                    replace(FAST, multiattach=True, delete_on_termination=True),
                    BlockDevice("blank", None, 20, None, "SSD", encrypted=True, kms_key_id=KEY),
                    BlockDevice("blank", None, 30, None, "ESSD2", iops=500, encrypted=False),
                )
            },
            {
                "data_volumes": [
                    {
                        "volumetype": "GPSSD2", "size": 10, "iops": 3000, "throughput": 125, "multiattach": True,
                        "delete_on_termination": True,
                    },
                    {"volumetype": "SSD", "size": 20, "metadata": ENCRYPTED},
                    {"volumetype": "ESSD2", "size": 30, "iops": 500},
                ]
            },
        ),
        ({"tenancy": "shared"}, {"os:scheduler_hints": {"tenancy": "shared"}}),
        (
            {"dedicated_host_id": KEY, "group_id": "g1"},
            {"os:scheduler_hints": {"group": "g1", "tenancy": "dedicated", "dedicated_host_id": KEY}},
        ),
        ({"spot": Spot()}, {"extendparam": SPOT}),
        ({"spot": Spot("0.25")}, {"extendparam": {**SPOT, "spotPrice": "0.25"}}),
        (
            {"spot": Spot("1", 6, 2)},
            {
                "extendparam": {
                    **SPOT, "spotPrice": "1", "interruption_policy": "immediate", "spot_duration_hours": 6,
                    "spot_duration_count": 2,
                }
            },
        ),
        ({"auto_recovery": True}, {"extendparam": {"support_auto_recovery": True}}),
        ({"auto_recovery": False}, {"extendparam": {"support_auto_recovery": False}}),
        (
            {"extra": {"diskPrior": True, "cpu_options": {"hw:cpu_threads": 1}, "publicip": {"id": "e1"}}},
            {
                "extendparam": {"diskPrior": "true"}, "cpu_options": {"hw:cpu_threads": 1}, "publicip": {"id": "e1"},
            },
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)  # fmt: skip
def test_what_is_sent(wire: Any, reply: Any, connect: Any, change: dict[str, Any], part: dict[str, Any]) -> None:
    cloud, new = connect("huaweicloud"), replace(SMALL, **change)
    assert cloud.rules.server_problem(new) is None
    body = {
        "name": "web", "imageRef": "i1", "flavorRef": "s6.small.1", "vpcid": "vpc1",
        "nics": [{"subnet_id": "net1"}], "root_volume": {"volumetype": "GPSSD"}, **part,
    }  # fmt: skip
    answer = reply(200, {"job_id": "j1", "serverIds": ["a"]})
    wire.expect("POST", "/v1.1/p1/cloudservers", query=[], json={"server": body}, reply=answer)
    (made,) = cloud.servers.create(new, ["web"], "run-7")
    assert made.pending.server_id == "a"


def test_the_connections_enterprise_project_joins_them(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect("huaweicloud", enterprise_project_id=GROUP)
    wire.serve(lambda seen: reply(200, {"job_id": "j1", "serverIds": ["a"]}))
    cloud.servers.create(replace(SMALL, spot=Spot()), ["web"], "run-7")
    assert wire.seen[0].json["server"]["extendparam"] == {**SPOT, "enterprise_project_id": GROUP}


def test_all_that_is_missing_is_in_one_message() -> None:
    volumes = (BlockDevice("blank", volume_type="GPSSD2"), BlockDevice("blank", size_gb=10, kms_key_id=KEY))
    nics = (replace(SUBNET[0], ipv6_bandwidth="b"),)
    new = NewServer("f", networks=nics, volumes=volumes, spot=Spot(duration_count=2),
                    system_disk=SystemDisk("ESSD2", encrypted=True))  # fmt: skip
    assert list(RULES.missing_options(new)) == [
        "image: huaweicloud creates the system disk from an image; set image",
        "vpc_id: huaweicloud needs the VPC of the server",
        "networks: ipv6_bandwidth needs ipv6_enable: true",
        "system_disk: it needs iops with type ESSD2 and kms_key_id with encrypted",
        "volumes: disk 1 on huaweicloud needs size_gb, iops with type GPSSD2 and throughput with type GPSSD2",
        "volumes: disk 2 on huaweicloud needs volume_type and encrypted: true with kms_key_id",
        "spot: duration_count needs duration_hours",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"networks": (Nic(port_id="p", fixed_ip="10.0.0.9", ipv6_enable=True),)},
         "networks: a port has its own subnet and addresses; leave out fixed_ip and ipv6_enable"),
        ({"networks": (Nic(port_id="p", subnet_ids=("s",)),)}, "leave out subnet"),
        ({"networks": (replace(SUBNET[0], tag="t"),)}, "networks: tag: huaweicloud has no tags of interfaces"),
        ({"networks": (Nic(port_id="p"),), "security_groups": (GROUP,)}, "security_groups: a port has its own"),
        ({"system_disk": SystemDisk("SSD", iops=1)},
         "system_disk: iops is only for disks of type GPSSD2 and ESSD2, and not of SSD"),
        ({"volumes": (replace(FAST, volume_type="ESSD2"),)}, "volumes: throughput is only for disks of type GPSSD2"),
        ({"volumes": (replace(FAST, iops=0),)}, "volumes: iops must be 1 or more, and is 0"),
        ({"volumes": (replace(FAST, size_gb=9),)}, "volumes: size_gb must be 10 to 32768, and is 9"),
        ({"volumes": (FAST,), "extra": MONTH}, "a disk of type GPSSD2 is billed by use only"),
        ({"system_disk": SystemDisk("SSD", encrypted=True, kms_key_id="mine")}, "kms_key_id is the id of a KMS key"),
        ({"dedicated_host_id": KEY, "tenancy": "shared"}, "it needs tenancy: dedicated, and not shared"),
        ({"spot": Spot(), "extra": MONTH}, "spot: a spot server is billed by use"),
        ({"spot": Spot(), "auto_recovery": True}, "auto_recovery: huaweicloud does not support it for a spot server"),
        ({"spot": Spot("cheap")}, "spot: price is a number, such as 0.25, and not cheap"),
        ({"spot": Spot(duration_hours=0)}, "spot: duration_hours must be 1 or more, and is 0"),
        ({"spot": Spot(None, 5, 2)}, "spot: duration_count above 1 needs duration_hours: 6"),
    ],
)  # fmt: skip
def test_what_it_would_refuse_is_said_before(change: dict[str, Any], words: str) -> None:
    assert words in str(RULES.server_problem(replace(SMALL, **change)))


def test_groups_of_a_server_with_a_port_and_a_subnet() -> None:
    both = replace(SMALL, networks=(Nic(port_id="p"), *SUBNET), security_groups=(GROUP,))
    assert RULES.server_problem(both) is None


# -- extra ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"periodtype": "month"}, "has no field periodtype for a new server (near names: periodType, periodNum)"),
        ({"spotprice": 1}, "E has no field spotprice for a new server (near names: the option spot.price)"),
        ({"adminPass": "x", "nics": []},
         "extra: adminPass is covered by the option password; nics is covered by the option networks"),
        ({"extendparam": {}}, "extra: the fields of extendparam belong to extra itself"),
        ({"publicip": "e1"}, "extra: publicip is a mapping with id, eip, delete_on_termination"),
        ({"publicip": {"eip": {"bandwidth": {"siez": 5}}}},
         "extra: publicip.eip.bandwidth: E has no field siez for a new server (near names: size)"),
        ({"enclave_options": {"x": 1}}, "enclave_options: E has no field x for a new server (supported: enabled)"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_those_that_look_like_it(extra: dict[str, Any], said: str) -> None:
    assert said in str(extra_problem(extra, "E"))


def test_all_wrong_fields_are_in_one_sentence() -> None:
    said = str(extra_problem({"key_name": "k", "periodnum": 1, "cpu_options": {"threads": 1}}, "E"))
    assert said.count("extra: ") == 1 and said.count(";") == 2 and "\n" not in said
    assert all(word in said for word in ("option key_name", "periodNum", "cpu_options: E has no field threads"))


def test_fields_without_a_value_are_left_out() -> None:
    assert extra_problem({"publicip": None, "isAutoPay": None}, "E") is None


VALUES = st.none() | st.integers() | st.dictionaries(st.text(max_size=3), st.none())


@given(
    st.dictionaries(st.text(max_size=12), st.none() | st.integers() | st.dictionaries(st.text(max_size=3), st.none()))
)
def test_no_field_is_ignored_silently(extra: dict[str, Any]) -> None:
    wrong = [key for key in extra if key not in (*EXTEND, *BESIDE)]
    said = extra_problem(extra, "E")
    assert all(key in str(said) for key in wrong)


def test_no_field_has_two_meanings() -> None:
    assert not set(COVERED) & {*EXTEND, *BESIDE}


# -- an existing server -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "option", "value", "shown"),
    [
        ({"os:scheduler_hints": {"tenancy": ["dedicated"]}}, "tenancy", "dedicated", True),
        ({"os:scheduler_hints": {"tenancy": ["dedicated"]}}, "tenancy", "shared", False),
        ({"os:scheduler_hints": {"dedicated_host_id": ["h1"]}}, "dedicated_host_id", "h1", True),
        ({"os:scheduler_hints": {}}, "dedicated_host_id", "h1", None),
        ({"os:scheduler_hints": None}, "tenancy", "dedicated", None),
        ({}, "spot", {"price": None}, True),
        ({}, "spot", {"price": "1"}, False),
        ({}, "auto_recovery", True, None),
    ],
)
def test_what_a_record_shows(raw: dict[str, Any], option: str, value: Any, shown: bool | None) -> None:
    spot = {"charging_mode": "2"}
    assert RULES.shows(Server("a", "huaweicloud", raw=raw, metadata=spot), option, value) is shown
    if option == "spot":
        assert RULES.shows(Server("a", "huaweicloud"), option, value) is False
