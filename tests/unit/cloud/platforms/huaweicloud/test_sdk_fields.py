# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of a new server against the models of the vendor's SDK."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import (
    BlockDevice,
    NewServer,
    Nic,
    Spot,
    SystemDisk,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.extra import (
    BESIDE,
    COVERED,
    EXTEND,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.new_server import (
    request_body,
)
from simulator.tests.sdk.shapes import model_differences

KINDS = ("PrePaidServer", "PostPaidServer")
#: Fields of extendparam that only the model of yearly/monthly servers has.
TERM = {"periodType", "periodNum", "isAutoRenew", "isAutoPay"}
KEY = "0d0466b0-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def models(load_sdk: Any) -> Any:
    """The SDK's models of ECS."""
    return load_sdk("huaweicloudsdkecs.v2")


def fields(models: Any, kind: str) -> dict[str, str]:
    """The fields of a model and their types."""
    model = getattr(models, kind)
    return {model.attribute_map[key]: value for key, value in model.openapi_types.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_an_option_or_belongs_to_extra(models: Any, kind: str) -> None:
    assert set(fields(models, kind)) - {"extendparam"} <= {*BESIDE, *COVERED}
    assert set(fields(models, kind + "ExtendParam")) <= {*EXTEND, *COVERED}
    assert set(fields(models, kind + "SchedulerHints")) <= set(COVERED)


def test_no_field_is_unknown_to_the_models(models: Any) -> None:
    assert set(BESIDE) <= set(fields(models, KINDS[0])) & set(fields(models, KINDS[1]))
    assert set(EXTEND) <= set(fields(models, "PrePaidServerExtendParam"))
    assert set(EXTEND) - TERM <= set(fields(models, "PostPaidServerExtendParam"))
    parts = ("PrePaidServer", "PrePaidServerExtendParam", "PrePaidServerSchedulerHints")
    assert set(COVERED) <= {name for part in parts for name in fields(models, part)}


@pytest.mark.parametrize("kind", KINDS)
def test_the_fields_of_objects(models: Any, kind: str) -> None:
    def compare(found: Any, name: str) -> None:
        assert (found is not None) == hasattr(models, name), name
        if found is not None:
            types = fields(models, name)
            assert set(found) == set(types), name
            for key, inner in found.items():
                compare(inner, types[key])

    for key, found in BESIDE.items():
        compare(found, fields(models, kind)[key])


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_with_every_typed_option(models: Any, kind: str) -> None:
    nics = (Nic(port_id="p"), Nic(subnet_ids=("s",), fixed_ip="10.0.0.9", ipv6_enable=True, ipv6_bandwidth="b"))
    disk = {"iops": 3000, "throughput": 125, "encrypted": True, "kms_key_id": KEY}
    new = NewServer(
        "f", "i", nics, vpc_id="v", group_id=KEY, dedicated_host_id=KEY, spot=Spot("0.5", 6, 2),
        auto_recovery=False, key_name="k", password="p", metadata={"a": "b"}, tags=("a=b",), description="d",
        security_groups=(KEY,), user_data="ZQ==", availability_zone="z",
        system_disk=SystemDisk("GPSSD2", 40, **disk),
        volumes=(
            BlockDevice("snapshot", "s", 10, None, "GPSSD2", multiattach=True, delete_on_termination=True, **disk),
            BlockDevice("image", "i2", 10, volume_type="SSD"),
        ),
        extra={"enterprise_project_id": "0", "diskPrior": True, "auto_terminate_time": "2027-01-01T00:00:00Z",
               "publicip": {"id": KEY, "delete_on_termination": True}},
    )  # fmt: skip
    # One call takes both kinds of servers; its model names the modes of billing as words.
    other = {"PostPaidServer": ["PostPaidServerExtendParam.chargingMode is not of type int: 'postPaid'"]}
    assert model_differences(request_body(new, "web"), kind, models) == other.get(kind, [])
