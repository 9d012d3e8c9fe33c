# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes, ports and images of servers: what Nova and Glance accept and refuse, and the result."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.tests.calls import create

UUID = "0d0466b0-0000-4000-8000-000000000000"
#: Stands for the id of a port that is free.
PORT = "spare"


def volume(cloud: Any, name: str = "data-1") -> str:
    return next(str(row["id"]) for row in cloud.control("volumes")["volumes"] if row["name"] == name)


def port(cloud: Any, name: str = "spare-1") -> str:
    return next(str(row["id"]) for row in cloud.control("ports")["ports"] if row["name"] == name)


def path(cloud: Any, kind: str, server: str = "web-01") -> str:
    return "/servers/%s/%s" % (cloud.id(server), kind)


def attach(cloud: Any, name: str = "data-1", server: str = "web-01", **more: Any) -> Any:
    return cloud.post(
        path(cloud, "os-volume_attachments", server), {"volumeAttachment": {"volumeId": volume(cloud, name), **more}}
    )


def plug(cloud: Any, server: str = "web-01", **wanted: Any) -> Any:
    return cloud.post(path(cloud, "os-interface", server), {"interfaceAttachment": wanted})


def test_a_volume_comes_and_goes(keystone_cloud: Any) -> None:
    cloud = keystone_cloud
    answer = attach(cloud)
    assert answer.status_code == (202 if cloud.platform == "ustack" else 200), answer.text
    assert answer.json["volumeAttachment"]["device"] == "/dev/vdb"
    assert cloud.log()[-1]["operation"] == ("U20" if cloud.platform == "ustack" else "E18")
    shown = cloud.get("/servers/" + cloud.id("web-01")).json["server"]["os-extended-volumes:volumes_attached"]
    assert [row["id"] for row in shown] == [volume(cloud)]
    assert attach(cloud, server="web-02").status_code == 400
    detached = cloud.delete(path(cloud, "os-volume_attachments/" + volume(cloud)))
    assert detached.status_code == 202 and cloud.delete(detached.request.path.split(cloud.root)[1]).status_code == 400
    assert len(cloud.get(path(cloud, "os-volume_attachments")).json["volumeAttachments"]) == 1
    cloud.sim.clock.advance(1)
    assert cloud.get(path(cloud, "os-volume_attachments")).json["volumeAttachments"] == []
    shown = cloud.get("/servers/" + cloud.id("web-01")).json["server"]["os-extended-volumes:volumes_attached"]
    assert shown == [] and attach(cloud, server="web-02").status_code < 300


@pytest.mark.parametrize(
    ("name", "more", "version", "status"),
    [
        ("data-1", {"tag": "x"}, "2.48", 400),
        ("data-1", {"tag": "x"}, "2.49", 200),
        ("data-1", {"delete_on_termination": True}, "2.78", 400),
        ("data-1", {"delete_on_termination": True}, "2.79", 200),
        ("shared-1", {}, "2.59", 400),
        ("shared-1", {}, "2.60", 200),
        ("faulty-1", {}, "2.96", 400),
        ("data-1", {"device": "vdb"}, "2.96", 400),
        ("data-1", {"size": 1}, "2.96", 400),
    ],
)
def test_what_a_volume_may_have(openstack: Any, name: str, more: dict[str, Any], version: str, status: int) -> None:
    assert attach(openstack.at(version), name, **more).status_code == status


@pytest.mark.parametrize("server, status", [("vault-01", 409), ("broken-01", 409), ("build-01", 200)])
def test_the_server_must_allow_it(openstack: Any, server: str, status: int) -> None:
    assert attach(openstack, server=server).status_code == status
    assert plug(openstack, server, port_id=port(openstack)).status_code == status
    answer = openstack.act(server, {"createImage": {"name": "x"}})
    assert answer.status_code == (202 if status == 200 else status)


def test_the_root_stays_and_the_rest_is_not_found(openstack: Any) -> None:
    (root,) = openstack.get(path(openstack, "os-volume_attachments", "db-01")).json["volumeAttachments"]
    assert openstack.delete(path(openstack, "os-volume_attachments/" + root["volumeId"], "db-01")).status_code == 400
    assert openstack.delete(path(openstack, "os-volume_attachments/" + volume(openstack))).status_code == 404


def test_a_port_comes_and_goes(keystone_cloud: Any) -> None:
    cloud = keystone_cloud
    wanted = port(cloud)
    made = plug(cloud, port_id=wanted)
    assert made.status_code == 200 and made.json["interfaceAttachment"]["port_id"] == wanted
    assert plug(cloud, "web-02", port_id=wanted).status_code == 409
    assert cloud.delete(path(cloud, "os-interface/" + wanted)).status_code == 202
    before = cloud.get(path(cloud, "os-interface")).json["interfaceAttachments"]
    cloud.sim.clock.advance(1)
    after = cloud.get(path(cloud, "os-interface")).json["interfaceAttachments"]
    assert len(before) == len(after) + 1 and plug(cloud, "web-02", port_id=wanted).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"port_id": "0" * 32, "net_id": "0" * 32}, 400),
        ({"fixed_ips": [{"ip_address": "10.9.9.9"}]}, 400),
        ({"net_id": "0" * 32}, 500),
        ({"port_id": "0" * 32}, 404),
        ({"net_id": "0" * 32, "fixed_ips": []}, 400),
        ({"net_id": "0" * 32, "fixed_ips": [{"subnet_id": "0" * 32}]}, 400),
        ({"other": 1}, 400),
        ({}, 200),
    ],
)
def test_what_an_interface_may_have(openstack: Any, wanted: dict[str, Any], status: int) -> None:
    assert plug(openstack, **wanted).status_code == status


def test_a_port_of_a_new_server(keystone_cloud: Any) -> None:
    cloud = keystone_cloud
    wanted = port(cloud)
    made = create(cloud, networks=[{"port": wanted}])
    assert made.status_code == 202
    again = create(cloud, name="other", networks=[{"port": wanted}])
    assert again.status_code == 409 and "Port %s is still in use." % wanted in again.text
    assert plug(cloud, port_id=wanted).status_code == 409
    cloud.sim.clock.advance(1)
    server_id = made.json["server"]["id"]
    known = cloud.sim.builders[cloud.platform].ports.rows[wanted]
    (shown,) = cloud.get("/servers/%s/os-interface" % server_id).json["interfaceAttachments"]
    assert (shown["port_id"], shown["mac_addr"], shown["net_id"]) == (wanted, known.mac, known.network_id)
    (row,) = next(iter(cloud.show(server_id)["addresses"].values()))
    assert (row["addr"], row["OS-EXT-IPS-MAC:mac_addr"], known.device_id) == (known.ip, known.mac, server_id)


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"networks": [{"port": UUID}]}, 400, "Port id %s could not be found." % UUID),
        ({"networks": [{"port": "spare-1"}]}, 400, "is too short"),
        ({"networks": [{"port": PORT}, {"port": PORT}]}, 409, "is still in use"),
        ({"networks": [{"port": PORT, "fixed_ip": "10.0.0.99"}]}, 400, "cannot be specified together"),
        ({"networks": [{"port": PORT}], "min_count": 2}, 400, "with a single configured port ID"),
    ],
)
def test_ports_that_a_new_server_cannot_have(
    keystone_cloud: Any, more: dict[str, Any], status: int, words: str
) -> None:
    cloud = keystone_cloud
    nics = [{**nic, "port": port(cloud) if nic["port"] == PORT else nic["port"]} for nic in more["networks"]]
    answer = create(cloud, **{**more, "networks": nics})
    assert answer.status_code == status and words in answer.text, answer.text
    assert plug(cloud, port_id=port(cloud)).status_code == 200, "the port is free"


@pytest.mark.parametrize(("user", "words"), [("demo", "could not be found"), ("admin", "not usable for instance")])
def test_the_port_of_another_project(openstack: Any, user: str, words: str) -> None:
    networks = openstack.sim.builders["openstack"].networks
    networks.rows[openstack.sim.builders["openstack"].ports.rows[port(openstack)].network_id].project_id = "other"
    answer = create(openstack.by(user), networks=[{"port": port(openstack)}])
    assert answer.status_code == 400 and words in answer.text


@pytest.mark.parametrize("reason", ["deleted", "failed"])
def test_a_port_is_free_again(openstack: Any, reason: str) -> None:
    """After its server was deleted or could not be built. A port that Nova made is deleted with its server."""
    wanted, rows = port(openstack), openstack.sim.builders["openstack"].ports.rows
    if reason == "failed":
        openstack.sim.builders["openstack"].flavor({"name": "giant", "id": "99", "ram": 2**21})
        assert create(openstack, flavorRef="99", networks=[{"port": wanted}]).status_code == 202
        openstack.sim.clock.advance(1)
    else:
        made = create(openstack, networks=[{"port": wanted}]).json["server"]["id"]
        openstack.sim.clock.advance(1)
        body = {"interfaceAttachment": {"net_id": rows[wanted].network_id}}
        own = openstack.post("/servers/%s/os-interface" % made, body).json["interfaceAttachment"]["port_id"]
        assert openstack.delete("/servers/" + made).status_code == 204
        assert rows[wanted].device_id and own in rows
        openstack.sim.clock.advance(60)
        openstack.get("/servers")
        assert own not in rows
    assert rows[wanted].device_id == ""
    assert create(openstack, networks=[{"port": wanted}]).status_code == 202


def test_volumes_are_free_after_their_server(openstack: Any) -> None:
    """Or deleted with it, as the attachment says."""
    kept, lost = volume(openstack), volume(openstack, "shared-1")
    assert attach(openstack).status_code == 200
    assert attach(openstack, "shared-1", delete_on_termination=True).status_code == 200
    assert openstack.delete("/servers/" + openstack.id("web-01")).status_code == 204
    openstack.sim.clock.advance(60)
    openstack.get("/servers")
    rows = openstack.sim.builders["openstack"].volumes.rows
    assert rows[kept].status == "available" and lost not in rows


def test_a_port_that_nobody_knows_fails_later(openstack: Any) -> None:
    answer = openstack.delete(path(openstack, "os-interface/" + "0" * 32))
    assert answer.status_code == 202
    openstack.sim.clock.advance(1)
    (row,) = openstack.get(path(openstack, "os-instance-actions")).json["instanceActions"]
    assert (row["action"], row["message"]) == ("detach_interface", "Error")


@pytest.mark.parametrize(("version", "has_body"), [("2.44", False), ("2.45", True)])
def test_an_image_of_a_server(openstack: Any, version: str, has_body: bool) -> None:
    cloud = openstack.at(version)
    answer = cloud.act("web-01", {"createImage": {"name": "mine", "metadata": {"a": "b"}}})
    assert answer.status_code == 202 and cloud.log()[-1]["operation"] == "E15"
    image_id = answer.headers["Location"].rpartition("/")[2]
    assert (answer.json == {"image_id": image_id}) if has_body else (answer.data == b"")

    def image(method: str = "GET", who: Any = cloud) -> Any:
        return cloud.client.open(
            "/openstack/image/v2/images/" + image_id, method=method, headers={"X-Auth-Token": who.token()}
        )

    assert image().json["status"] == "queued" and cloud.seen("web-01")["task_state"] == "image_snapshot"
    assert cloud.act("web-01", {"createImage": {"name": "again"}}).status_code == 409
    cloud.sim.clock.advance(0.2)
    assert image().json["status"] == "saving" and cloud.seen("web-01")["task_state"] == "image_uploading"
    cloud.sim.clock.advance(1)
    shown = image().json
    assert shown["status"] == "active" and shown["a"] == "b" and shown["instance_uuid"] == cloud.id("web-01")
    assert cloud.seen("web-01")["task_state"] is None and image("DELETE", cloud.by("reader")).status_code == 403
    cloud.client.put("/_sim/openstack/images/mine", json={"protected": True})
    assert image("DELETE").status_code == 403
    cloud.client.put("/_sim/openstack/images/mine", json={"protected": False})
    assert image("DELETE").status_code == 204 and cloud.log()[-1]["operation"] == "E30"
    assert image("DELETE").status_code == 404
