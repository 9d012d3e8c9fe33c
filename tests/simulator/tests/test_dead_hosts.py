# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers on a host whose nova-compute has stopped. Nova waits a minute for the answer to some messages (RPC calls),
then answers 500; it answers 202 for the others (RPC casts), which wait in the queue. Source: nova/compute/rpcapi.py."""

from __future__ import annotations

from typing import Any

from simulator.tests import test_migrations as migrations
from simulator.tests.test_attachments import attach, path, plug, port, volume


def up(cloud: Any, is_up: bool) -> None:
    migrations.up(cloud, migrations.host(cloud, "web-01"), is_up)


def attached(cloud: Any, kind: str, key: str) -> int:
    return len(cloud.get(path(cloud, kind)).json[key])


def lost(answer: Any) -> bool:
    return answer.status_code == 500 and "MessagingTimeout" in answer.text


def test_attaching_waits_for_the_host_in_vain(keystone_cloud: Any) -> None:
    cloud = keystone_cloud
    up(cloud, False)
    assert lost(attach(cloud)) and lost(plug(cloud, port_id=port(cloud)))
    cloud.sim.clock.advance(90)
    up(cloud, True)
    cloud.sim.clock.advance(90)
    # Nothing was reserved, and the messages are gone.
    assert attached(cloud, "os-volume_attachments", "volumeAttachments") == 0
    assert attached(cloud, "os-interface", "interfaceAttachments") == 1
    assert attach(cloud).status_code < 300 and plug(cloud, port_id=port(cloud)).status_code == 200


def test_detaching_is_done_when_the_host_is_up_again(keystone_cloud: Any) -> None:
    cloud = keystone_cloud
    assert attach(cloud).status_code < 300 and plug(cloud, port_id=port(cloud)).status_code == 200
    cloud.sim.clock.advance(1)
    up(cloud, False)
    assert cloud.delete(path(cloud, "os-volume_attachments/" + volume(cloud))).status_code == 202
    assert cloud.delete(path(cloud, "os-interface/" + port(cloud))).status_code == 202
    cloud.sim.clock.advance(90)
    assert attached(cloud, "os-volume_attachments", "volumeAttachments") == 1
    assert attached(cloud, "os-interface", "interfaceAttachments") == 2
    up(cloud, True)
    cloud.sim.clock.advance(1)
    assert attached(cloud, "os-volume_attachments", "volumeAttachments") == 0
    assert attached(cloud, "os-interface", "interfaceAttachments") == 1


def test_a_password_and_a_console_need_the_host(nova: Any) -> None:
    up(nova, False)
    assert lost(nova.act("web-01", {"os-getConsoleOutput": {}}))
    wanted = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
    assert lost(nova.at("2.6").post(path(nova, "remote-consoles"), wanted))
    assert lost(nova.act("web-01", {"changePassword": {"adminPass": "Fresh-Pass-77"}}))
    assert nova.status("web-01") == ("PASSWORD", "updating_password")


def test_a_host_that_is_only_forced_down_takes_messages(admin: Any) -> None:
    nova = admin
    host = migrations.host(nova, "web-01")
    services = nova.get("/os-services", query_string={"host": host}).json["services"]
    nova.put("/os-services/" + services[0]["id"], {"forced_down": True})
    assert attach(nova).status_code == 200
