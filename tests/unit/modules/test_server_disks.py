# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Swap and ephemeral disks, device names and removed devices of a new server."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused
from modules.huaweicloud_servers import kind as huawei_kind
from modules.nova_servers import make

BOTH = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
SWAP = {"destination": "local", "guest_format": "swap", "size_gb": 2}
LOCAL = {"destination": "local", "guest_format": "ext4", "size_gb": 5}


def local_flavor(bench: Bench) -> str:
    before, bench.options = bench.options, bench.credentials("admin")
    done = bench.call("flavor", name="local", vcpus=1, ram_mb=2048, disk_gb=20, ephemeral_gb=10, swap_mb=2048)
    assert done["changed"], done
    bench.options = before
    return "local"


@BOTH
def test_a_swap_disk_an_ephemeral_disk_and_a_removed_device(bench: Bench) -> None:
    removed = {"device_name": "/dev/vdz", "no_device": True}
    named = {"size_gb": 1, "device_name": "/dev/vdd"}
    options = {"name": "disks-1", "flavor": local_flavor(bench), "volumes": [SWAP, LOCAL, removed, named]}
    done = make(bench, **options)
    assert outcome(done, "disks-1")["outcome"] == "done", done
    sent = bench.requests("E04")[-1]["body"]["server"]["block_device_mapping_v2"]
    blank = {"source_type": "blank", "boot_index": -1, "delete_on_termination": False}
    assert sent[1:] == [
        {**blank, "destination_type": "local", "guest_format": "swap", "volume_size": 2},
        {**blank, "destination_type": "local", "guest_format": "ext4", "volume_size": 5},
        {"device_name": "/dev/vdz", "no_device": True},
        {**blank, "destination_type": "volume", "volume_size": 1, "device_name": "/dev/vdd"},
    ]
    assert sent[0]["source_type"] == "image" and sent[0]["boot_index"] == 0


@BOTH
def test_the_flavor_limits_local_disks(bench: Bench) -> None:
    flavor = local_flavor(bench)
    for disk, words in ((SWAP, "Swap drive requested is larger"), (LOCAL, "Ephemeral disks requested are larger")):
        refused(make(bench, name="disks-1", flavor=flavor, volumes=[{**disk, "size_gb": 11}]), words)


@BOTH
@pytest.mark.parametrize(
    "volumes, words",
    [
        ([SWAP, SWAP], "a server can have one swap disk, and the task sets 2"),
        ([{**SWAP, "destination": "volume"}], "a swap disk needs source: blank and destination: local"),
        ([{"source": "volume", "id": "v", "destination": "local"}], "a volume cannot be a disk on the host"),
        ([{**LOCAL, "volume_type": "ssd"}], "volume_type is for destination: volume"),
        ([{"no_device": True}], "needs its device_name"),
        ([{"no_device": True, "device_name": "/dev/vdb", "size_gb": 1}], "only device_name, and not size_gb"),
    ],
    ids=str,
)
def test_bad_disks(bench: Bench, volumes: Any, words: str) -> None:
    with nothing_done(bench):
        refused(make(bench, name="disks-1", volumes=volumes), words)


@pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
@pytest.mark.parametrize("more", [{"guest_format": "xfs"}, {"device_name": "/dev/vdb"}])
def test_a_platform_without_them(bench: Bench, more: dict[str, Any]) -> None:
    disk = {"volume_type": "SSD", "size_gb": 10, **more}
    with nothing_done(bench):
        result = bench.call("server", name="disks-1", **huawei_kind(volumes=[disk]))
        refused(result, "does not support guest_format, device_name and no_device")
