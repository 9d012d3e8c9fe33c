# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits that the vendors' documents give to single parameters."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.tests.calls import create, digest

SWAP = {"source_type": "blank", "destination_type": "local", "guest_format": "swap"}


@pytest.fixture
def nova(keystone_cloud: Any) -> Any:
    return keystone_cloud


def network(nova: Any) -> Any:
    builder = nova.sim.builders[nova.platform]
    made = builder.networks.add({"name": "dual", "shared": True, "subnets": ["172.30.0.0/16", "2001:db8:30::/64"]})
    return builder.networks.rows[made.id]


def test_metadata_has_255_characters_or_bytes(nova: Any) -> None:
    path = "/servers/%s/metadata" % nova.id("web-01")
    for value, fits in (("a" * 255, True), ("a" * 256, False), ("\u4e91" * 255, nova.platform != "easystack")):
        assert (nova.post(path, {"metadata": {"note": value}}).status_code == 200) is fits


def test_several_addresses_of_an_interface(nova: Any) -> None:
    dual = network(nova)
    fixed = [{"ip_address": "172.30.0.9"}, {"ip_address": "2001:db8:30::9"}]
    body = {"interfaceAttachment": {"net_id": dual.id, "fixed_ips": fixed}}
    answer = nova.post("/servers/%s/os-interface" % nova.id("web-01"), body)
    if nova.platform == "openstack":
        assert answer.status_code == 400
        return
    shown = answer.json["interfaceAttachment"]["fixed_ips"]
    assert [row["ip_address"] for row in shown] == ["172.30.0.9", "2001:db8:30::9"]
    assert nova.post("/servers/%s/os-interface" % nova.id("web-02"), body).status_code == 409


def test_subnets_of_a_new_server(nova: Any) -> None:
    dual = network(nova)
    subnets = [row.id for row in dual.subnets]
    for wanted in (subnets, subnets[0]):
        answer = create(nova, networks=[{"uuid": dual.id, "subnet_id": wanted}])
        assert answer.status_code == (202 if nova.platform == "easystack" else 400)
    if nova.platform == "easystack":
        assert create(nova, networks=[{"uuid": dual.id, "subnet_id": []}]).status_code == 400
        assert create(nova, networks=[{"uuid": dual.id, "subnet_id": [subnets[0], "x"]}]).status_code == 400


@pytest.mark.parametrize(
    ("devices", "words"),
    [
        ([{**SWAP, "volume_size": 1}], "Swap drive requested is larger"),
        ([SWAP, SWAP], "More than one swap drive"),
        ([{**SWAP, "destination_type": "volume", "volume_size": 1}], "a swap disk is blank and local"),
        ([{**SWAP, "guest_format": "ext4", "volume_size": 1}], "Ephemeral disks requested are larger"),
        ([{**SWAP, "source_type": "volume", "uuid": "v", "guest_format": "ext4"}], "volume to local"),
    ],
)
def test_disks_on_the_host(nova: Any, devices: list[Any], words: str) -> None:
    answer = create(nova, block_device_mapping_v2=devices)
    assert answer.status_code == 400 and words in answer.text
    assert create(nova, block_device_mapping_v2=[{"no_device": True, "device_name": "/dev/vdz"}]).status_code == 202


def test_an_image_of_a_stopped_server(nova: Any) -> None:
    answer = nova.post("/servers/%s/action" % nova.id("batch-01"), {"createImage": {"name": "still"}})
    assert answer.status_code == (409 if nova.platform == "easystack" else 202)


def test_the_generated_password_is_that_of_the_server(nova: Any) -> None:
    made = create(nova).json["server"]
    server = nova.sim.fleets[nova.platform].servers[made["id"]]
    assert server.password == digest(made["adminPass"])


def test_the_reason_of_a_lock(nova: Any) -> None:
    if nova.platform != "openstack":
        # It is returned from microversion 2.73 on.
        return
    path = "/servers/" + nova.id("web-01")
    for body, reason in (({"lock": {"locked_reason": "audit"}}, "audit"), ({"unlock": None}, None)):
        assert nova.post(path + "/action", body).status_code == 202
        assert nova.get(path).json["server"]["locked_reason"] == reason
