"""How the simulator schedules servers, and the servers of a host that is down."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from simulator.tests.calls import create

NO_HOST = "No valid host was found. There are not enough hosts available."


def up(cloud: Any, value: bool, *names: str) -> None:
    for name in names:
        path = "/_sim/%s/hosts/%s" % (cloud.platform, name)
        assert cloud.client.put(path, json={"up": value}).status_code == 200


def built(cloud: Any, **more: Any) -> dict[str, Any]:
    response = create(cloud, **more)
    assert response.status_code == 202, response.text
    cloud.pass_time(2)
    return dict(cloud.show(response.json["server"]["id"]))


def test_no_server_is_put_on_a_host_that_is_down(keystone_cloud: Any) -> None:
    up(keystone_cloud, False, "cmp1", "cmp2")
    made = [built(keystone_cloud) for _number in range(6)]
    assert {server["status"] for server in made} == {"ACTIVE"}
    assert {keystone_cloud.seen(server["id"])["host"] for server in made} == {"cmp3"}


def test_without_a_host_it_is_in_error_with_a_fault(keystone_cloud: Any) -> None:
    hosts = keystone_cloud.sim.builders[keystone_cloud.platform].hosts
    up(keystone_cloud, False, *[name for name in hosts.up if hosts.host_zone(name) == "nova"])
    server = built(keystone_cloud)
    assert (server["status"], server["fault"]["message"]) == ("ERROR", NO_HOST)
    assert keystone_cloud.seen(server["id"])["host"] == ""


def test_a_disabled_host_takes_none_but_a_forced_one(admin: Any) -> None:
    hosts = admin.sim.builders[admin.platform].hosts
    for name in hosts.up:
        hosts.service(name).disabled = name != "cmp3"
    assert admin.seen(built(admin)["id"])["host"] == "cmp3"
    assert admin.seen(built(admin, availability_zone="nova:cmp1")["id"])["host"] == "cmp1"
    up(admin, False, "cmp1")
    assert built(admin, availability_zone="nova:cmp1")["fault"]["message"] == NO_HOST


def test_a_resize_needs_the_host(admin: Any) -> None:
    up(admin, False, admin.seen("web-01")["host"])
    flavors = list(admin.sim.builders[admin.platform].flavors)
    response = admin.act("web-01", {"resize": {"flavorRef": flavors[1]}})
    assert response.status_code == 409 and "Service is unavailable" in response.text
    assert admin.act("web-01", {"migrate": None}).status_code == 409


def test_a_rebuild_on_a_host_that_is_down(admin: Any) -> None:
    up(admin, False, admin.seen("web-01")["host"], admin.seen("web-02")["host"])
    images = admin.sim.builders[admin.platform].images
    active = [key for key, row in images.items() if row["status"] == "active" and row["min_disk"] <= 10]
    same = admin.sim.fleets[admin.platform].find("web-01").image["id"]
    other = next(key for key in active if key != same)
    assert admin.act("web-01", {"rebuild": {"imageRef": same}}).status_code == 202
    assert admin.act("web-02", {"rebuild": {"imageRef": other}}).status_code == 202
    admin.pass_time(60)
    assert admin.status("web-01") == ("REBUILD", "rebuilding"), "nobody does the work"
    assert admin.status("web-02") == ("ERROR", None) and admin.show("web-02")["fault"]["message"] == NO_HOST
