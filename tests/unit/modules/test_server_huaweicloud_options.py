# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a new server that huaweicloud has, as a task sees them, and what the other platforms say of them."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused
from modules.huaweicloud_servers import CREATE, SUBNET, kind
from modules.nova_servers import make as make_nova

HUAWEI = pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
NOVA = pytest.mark.parametrize("platform", ["openstack", "easystack", "ustack"], indirect=True)
KEY = "0d0466b0-0000-4000-8000-000000000000"
FAST = {"volume_type": "GPSSD2", "size_gb": 20, "iops": 3000, "throughput": 125}


def make(bench: Bench, check: bool = False, **options: Any) -> dict[str, Any]:
    return bench.call("server", check=check, **kind(**{"name": "new-1", **options}))


def sent(bench: Bench) -> dict[str, Any]:
    found: dict[str, Any] = bench.requests(CREATE)[-1]["body"]["server"]
    return found


@HUAWEI
def test_a_server_with_a_port_ipv6_disks_and_a_dedicated_host(bench: Bench) -> None:
    port = bench.control("GET", "/huaweicloud/ports")["ports"][0]
    options: dict[str, Any] = {
        "networks": [{"port": port["id"]}, {"subnet": SUBNET, "ipv6_enable": "True", "ipv6_bandwidth": KEY}],
        "system_disk": {"type": "SSD", "encrypted": True, "kms_key_id": KEY},
        "volumes": [{**FAST, "multiattach": True}],
        "dedicated_host_id": KEY,
        "auto_recovery": True,
    }
    with nothing_done(bench):
        assert make(bench, True, **options)["changed"]
    done = make(bench, **options)
    assert outcome(done, "new-1")["outcome"] == "done", done
    body = sent(bench)
    assert body["nics"] == [
        {"port_id": port["id"]},
        {"subnet_id": SUBNET, "ipv6_enable": True, "ipv6_bandwidth": {"id": KEY}},
    ]
    assert body["root_volume"] == {
        "volumetype": "SSD",
        "metadata": {"__system__encrypted": "1", "__system__cmkid": KEY},
    }
    assert body["data_volumes"] == [
        {"volumetype": "GPSSD2", "size": 20, "iops": 3000, "throughput": 125, "multiattach": True}
    ]
    assert body["os:scheduler_hints"] == {"tenancy": "dedicated", "dedicated_host_id": KEY}
    assert body["extendparam"] == {"support_auto_recovery": True}
    shown = [row["ip"] for row in done["server"]["addresses"]]
    assert port["ip"] in shown and any(":" in ip for ip in shown)
    with nothing_done(bench):
        again = make(bench, **options)
        assert not again["changed"]
        # The record shows the dedicated host, and the note of the creation the others.
        assert not again.get("warnings")
        other = make(bench, **{**options, "auto_recovery": False})
    reported = str(other["warnings"])
    assert "auto_recovery" in reported and "dedicated_host_id" not in reported


@HUAWEI
def test_a_spot_server(bench: Bench) -> None:
    done = make(bench, spot={"price": 0.5, "duration_hours": 6, "duration_count": 2})
    assert outcome(done, "new-1")["outcome"] == "done", done
    assert sent(bench)["extendparam"] == {
        "chargingMode": "postPaid", "marketType": "spot", "spotPrice": "0.5", "interruption_policy": "immediate",
        "spot_duration_hours": 6, "spot_duration_count": 2,
    }  # fmt: skip
    assert done["server"]["metadata"]["charging_mode"] == "2"
    assert make(bench, name="new-2", spot={})["server"]["metadata"]["charging_mode"] == "2"
    with nothing_done(bench):
        assert "spot" not in str(make(bench, name="new-2", spot={}).get("warnings"))


@HUAWEI
def test_all_that_is_missing_is_named_at_once(bench: Bench) -> None:
    options: dict[str, Any] = {
        "image": None,
        "system_disk": {"type": "ESSD2", "encrypted": True},
        "volumes": [{"volume_type": "GPSSD2"}],
        "networks": [{"subnet": SUBNET, "ipv6_bandwidth": KEY}],
        "spot": {"duration_count": 2},
    }
    with nothing_done(bench):
        message = refused(make(bench, **options))
        assert message == refused(make(bench, True, **options))
    for part in (
        "image: huaweicloud creates the system disk from an image",
        "ipv6_bandwidth needs ipv6_enable: true",
        "system_disk: it needs iops with type ESSD2 and kms_key_id with encrypted",
        "disk 1 on huaweicloud needs size_gb, iops with type GPSSD2 and throughput with type GPSSD2",
        "spot: duration_count needs duration_hours",
    ):
        assert part in message


@HUAWEI
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"networks": [{"port": KEY, "fixed_ip": "10.0.0.9"}]}, "a port has its own subnet and addresses"),
        ({"networks": [{"subnet": SUBNET, "ipv6_enable": "maybe"}]}, "ipv6_enable of an entry is true or false"),
        ({"networks": [{"subnet": SUBNET, "ipv6": True}]}, "an entry has no key ipv6; its keys are network, port"),
        ({"name": None, "names": ["n-1", "n-2"], "networks": [{"port": KEY}]}, "networks: port: only one server can"),
        ({"tenancy": "own"}, "value of tenancy must be one of"),
        ({"tenancy": "shared", "dedicated_host_id": KEY}, "it needs tenancy: dedicated"),
        ({"spot": {"price": "low"}}, "spot: price is a number"),
        ({"volumes": [{**FAST, "iops": "many"}]}, "iops"),
        ({"extra": {"spotPrice": "1"}}, "extra: spotPrice is covered by the option spot.price"),
        ({"extra": {"periodnum": 1, "adminPass": "x"}}, "adminPass is covered by the option password; huaweicloud has"),
    ],
)
def test_what_cannot_be_made(bench: Bench, options: dict[str, Any], words: str) -> None:
    with nothing_done(bench):
        message = refused(make(bench, **options), words)
        assert message == refused(make(bench, True, **options))


@HUAWEI
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"networks": [{"port": KEY}]}, "the port %s could not be found" % KEY),
        ({"group": KEY}, "no server group has the id"),
    ],
)
def test_what_the_cloud_refuses(bench: Bench, options: dict[str, Any], words: str) -> None:
    refused(make(bench, **options), words)
    assert bench.ids_of("new-1") == []


@HUAWEI
def test_a_server_that_is_selected(bench: Bench) -> None:
    with nothing_done(bench):
        for option, value in (("spot", {}), ("auto_recovery", False), ("tenancy", "shared")):
            selected = bench.call("server", select={"names": ["web-01"]}, **{option: value})
            refused(selected, "%s only applies to new servers" % option)


@NOVA
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"spot": {}}, "spot: %s does not support it; leave it out"),
        ({"tenancy": "dedicated"}, "tenancy: %s does not support it; use availability_zone"),
        ({"dedicated_host_id": KEY}, "dedicated_host_id: %s does not support it; use host or availability_zone"),
        ({"auto_recovery": True}, "auto_recovery: %s does not support it; leave it out"),
        ({"volumes": [{"size_gb": 1, "iops": 100}]}, "volumes: iops: on %s it belongs to the volume type"),
        ({"volumes": [{"size_gb": 1, "multiattach": True}]}, "volumes: multiattach: on %s it belongs to the volume"),
        ({"extra": {"adminPass": "x"}}, "extra: %s does not support it; leave it out; adminPass is covered by"),
    ],
)
def test_other_platforms_say_what_to_use(bench: Bench, options: dict[str, Any], words: str) -> None:
    with nothing_done(bench):
        refused(make_nova(bench, name="new-1", **options), words % bench.platform)
