"""How the simulator schedules servers, and the servers of a host that is down."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

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


@pytest.mark.parametrize(
    ("action", "task"),
    [
        ({"os-stop": None}, "powering-off"),
        ({"reboot": {"type": "HARD"}}, "rebooting_hard"),
        ({"pause": None}, "pausing"),
        ({"suspend": None}, "suspending"),
        ({"createImage": {"name": "late"}}, "image_snapshot"),
    ],
)
def test_actions_wait_for_the_nova_compute_of_the_host(admin: Any, action: dict[str, Any], task: str) -> None:
    """Nova accepts them, and their message stays in the queue until nova-compute is back."""
    host = admin.seen("web-01")["host"]
    up(admin, False, host)
    assert admin.act("web-01", action).status_code == 202
    admin.pass_time(600)
    status, shown = admin.status("web-01")
    assert shown == task, (status, shown)
    images = admin.sim.builders[admin.platform].images
    assert [row["status"] for row in images.values() if row["name"] == "late"] in ([], ["queued"])
    up(admin, True, host)
    admin.pass_time(60)
    assert admin.status("web-01")[1] is None
    assert [row["status"] for row in images.values() if row["name"] == "late"] in ([], ["active"])


def test_what_needs_no_nova_compute_of_the_host(admin: Any) -> None:
    up(admin, False, admin.seen("web-01")["host"], admin.seen("web-02")["host"])
    assert admin.act("web-01", {"lock": None}).status_code == 202
    assert admin.act("web-01", {"unlock": None}).status_code == 202
    key = admin.id("web-02")
    assert admin.delete("/servers/" + key).status_code == 204
    admin.pass_time(5)
    assert admin.platform == "easystack" or admin.get("/servers/" + key).status_code == 404
    assert admin.act("web-01", {"evacuate": {}}).status_code == 200
    admin.pass_time(60)
    assert admin.status("web-01")[1] is None


def test_the_status_of_the_host(admin: Any) -> None:
    host = admin.seen("web-01")["host"]
    service = admin.sim.builders[admin.platform].hosts.service(host)

    def status() -> Any:
        return admin.show("web-01")["host_status"]

    assert status() == "UP"
    service.disabled = True
    up(admin, True, host)
    assert status() == "MAINTENANCE"
    service.forced_down = True
    up(admin, True, host)
    assert status() == "DOWN"
    service.forced_down = service.disabled = False
    up(admin, False, host)
    assert status() == "UNKNOWN"
