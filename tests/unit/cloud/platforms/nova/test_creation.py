# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating servers on Nova clouds, at the wire."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import BUILT
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import BadRequest, InvalidResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.retry import is_deferred
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.new_server import (
    AUTO,
    NONE,
    BlockDevice,
    NewServer,
    Nic,
    Spot,
    SystemDisk,
)

BASE = {"ustack": "/v2/p1"}
NEW = NewServer(flavor_id="f", image_id="i")


def made(server_id: str) -> dict[str, Any]:
    return {"server": {"id": server_id, "adminPass": "made-up-by-nova", "links": []}}


BODIES: list[tuple[str, str, NewServer, dict[str, Any]]] = [
    ("openstack", "2.96", NEW, {"imageRef": "i", "networks": "auto"}),
    ("openstack", "2.36", NEW, {"imageRef": "i"}),
    ("openstack", "2.96", NewServer("f", "i", NONE), {"imageRef": "i", "networks": "none"}),
    ("openstack", "2.36", NewServer("f", "i", AUTO), {"imageRef": "i"}),
    (
        "openstack",
        "2.96",
        NewServer(
            "f",
            "i",
            (Nic("n", fixed_ip="10.0.0.9", tag="eth"), Nic(port_id="p")),
            tags=("b", "a"),
            availability_zone="z",
            key_name="k",
            metadata={"a": "b"},
            security_groups=("web",),
            user_data="eA==",
            password="pw",
            description="d",
            hostname="h",
            host="cmp1",
            hypervisor_hostname="hv",
            config_drive=False,
            disk_config="MANUAL",
            access_ipv4="192.0.2.1",
            access_ipv6="2001:db8::1",
        ),
        {
            "imageRef": "i",
            "networks": [{"uuid": "n", "fixed_ip": "10.0.0.9", "tag": "eth"}, {"port": "p"}],
            "tags": ["b", "a"],
            "availability_zone": "z",
            "key_name": "k",
            "metadata": {"a": "b"},
            "security_groups": [{"name": "web"}],
            "user_data": "eA==",
            "adminPass": "pw",
            "description": "d",
            "hostname": "h",
            "host": "cmp1",
            "hypervisor_hostname": "hv",
            "config_drive": False,
            "OS-DCF:diskConfig": "MANUAL",
            "accessIPv4": "192.0.2.1",
            "accessIPv6": "2001:db8::1",
        },
    ),
    # Tags are given afterwards below 2.52.
    ("openstack", "2.51", NewServer("f", "i", tags=("a",)), {"imageRef": "i", "networks": "auto"}),
    (
        "openstack",
        "2.96",
        NewServer("f", None, volumes=(BlockDevice("image", "i", 40, 0, "ssd", delete_on_termination=True),)),
        {
            "networks": "auto",
            "block_device_mapping_v2": [
                {
                    "source_type": "image",
                    "destination_type": "volume",
                    "uuid": "i",
                    "volume_size": 40,
                    "volume_type": "ssd",
                    "boot_index": 0,
                    "delete_on_termination": True,
                }
            ],
        },
    ),
    # With a disk of its own, the image has to be named among the disks.
    (
        "openstack",
        "2.96",
        NewServer("f", "i", volumes=(BlockDevice("blank", None, 5, tag="data", disk_bus="scsi"),)),
        {
            "imageRef": "i",
            "networks": "auto",
            "block_device_mapping_v2": [
                {
                    "source_type": "image",
                    "destination_type": "local",
                    "uuid": "i",
                    "boot_index": 0,
                    "delete_on_termination": True,
                },
                {
                    "source_type": "blank",
                    "destination_type": "volume",
                    "volume_size": 5,
                    "tag": "data",
                    "disk_bus": "scsi",
                    "boot_index": -1,
                    "delete_on_termination": False,
                },
            ],
        },
    ),
    (
        "easystack",
        "2.67",
        NewServer("f", "i", host="cmp1", hypervisor_hostname="cmp1.example.org"),
        {"imageRef": "i", "networks": "auto", "host": "cmp1", "hypervisor_hostname": "cmp1.example.org"},
    ),
    (
        "easystack",
        "2.67",
        NewServer("f", "i", (Nic("n", subnet_ids=("sub",)),), files={"/etc/motd": "aGk="}),
        {
            "imageRef": "i",
            "networks": [{"uuid": "n", "subnet_id": "sub"}],
            "personality": [{"path": "/etc/motd", "contents": "aGk="}],
        },
    ),
    (
        "ustack",
        "",
        NewServer("f", "i", (Nic("n"),)),
        {"imageRef": "i", "networks": [{"uuid": "n"}], "min_count": 1, "max_count": 1},
    ),
]


@pytest.mark.parametrize(("platform", "version", "new", "expected"), BODIES)
def test_what_a_creation_sends(
    wire: Any, reply: Any, connect: Any, platform: str, version: str, new: NewServer, expected: dict[str, Any]
) -> None:
    cloud = connect(platform, version=version)
    assert cloud.rules.server_problem(new) is None
    headers = {"OpenStack-API-Version": "compute " + version} if version else {}
    body = {"server": {"name": "web", "flavorRef": "f", **expected}}
    path = BASE.get(platform, "/v2.1") + "/servers"
    wire.expect("POST", path, json=body, headers=headers, reply=reply(202, made("s1")))
    (created,) = cloud.servers.create(new, ["web"])
    assert created.error is None and created.pending is not None
    assert (created.pending.server_id, created.pending.action, created.pending.expected_state) == (
        "s1",
        "create",
        BUILT,
    )
    assert "made-up-by-nova" not in repr(created)


def test_files_take_an_older_version_of_nova(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    new = NewServer("f", "i", files={"/a": "eA=="}, group_id="g")
    body = {
        "server": {
            "name": "web",
            "flavorRef": "f",
            "imageRef": "i",
            "networks": "auto",
            "personality": [{"path": "/a", "contents": "eA=="}],
        },
        "os:scheduler_hints": {"group": "g"},
    }
    wire.expect(
        "POST",
        "/v2.1/servers",
        json=body,
        headers={"OpenStack-API-Version": "compute 2.56"},
        reply=reply(202, made("s1")),
    )
    assert cloud.servers.create(new, ["web"])[0].pending


BY_RESERVATION = [("limit", "1000"), ("reservation_id", "r-7")]


def test_several_by_one_request(wire: Any, reply: Any, connect: Any) -> None:
    """Servers of the same names that others create meanwhile have other reservations."""
    cloud = connect()
    body = {
        "server": {
            "name": "w.x",
            "flavorRef": "f",
            "imageRef": "i",
            "networks": "auto",
            "min_count": 3,
            "max_count": 3,
            "return_reservation_id": True,
        }
    }
    rows = [{"id": "s%d" % number, "name": "w.x-%d" % number} for number in (3, 2, 1)]
    wire.expect("POST", "/v2.1/servers", json=body, reply=reply(202, {"reservation_id": "r-7"}))
    wire.expect("GET", "/v2.1/servers/detail", query=BY_RESERVATION, reply=reply(200, {"servers": rows}))
    created = cloud.servers.create(NEW, ["w.x-1", "w.x-2", "w.x-3"])
    assert [each.pending.server_id for each in created] == ["s1", "s2", "s3"]


def test_of_several_one_that_the_list_does_not_show(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    wire.expect("POST", "/v2.1/servers", reply=reply(202, {"reservation_id": "r-7"}))
    wire.expect(
        "GET",
        "/v2.1/servers/detail",
        query=BY_RESERVATION,
        reply=reply(200, {"servers": [{"id": "s1", "name": "w-1"}]}),
    )
    one, two = cloud.servers.create(NEW, ["w-1", "w-2"])
    assert one.pending.server_id == "s1" and two.outcome_unknown and isinstance(two.error, InvalidResponse)


def test_several_that_were_accepted_and_cannot_be_listed(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect()
    wire.expect("POST", "/v2.1/servers", reply=reply(202, {"reservation_id": "r-7"}))
    reported = {"forbidden": {"code": 403, "message": "No."}}
    wire.expect("GET", "/v2.1/servers/detail", query=BY_RESERVATION, reply=reply(403, reported))
    created = cloud.servers.create(NEW, ["w-1", "w-2"])
    assert all(each.outcome_unknown and "accepted the request" in each.error.message for each in created)
    assert "r-7" in created[0].error.message and created[0].error.status == 403


REFUSED = {"badRequest": {"code": 400, "message": "No."}}


@pytest.mark.parametrize(
    ("status", "body", "outcome_unknown"),
    [
        (400, REFUSED, False),
        (403, {"forbidden": {"code": 403, "message": "Quota exceeded"}}, False),
        (400, "<html>firewall</html>", True),
        (403, "<html>firewall</html>", True),
        (404, "nothing here", True),
        (404, {"itemNotFound": {"code": 404, "message": "No."}}, False),
        (202, {}, True),
        (202, {"server": {}}, True),
        (202, {"server": []}, True),
        (500, "", True),
        (504, "<html>", True),
    ],
)
def test_only_the_services_own_refusal_proves_that_nothing_was_created(
    wire: Any, reply: Any, connect: Any, status: int, body: Any, outcome_unknown: bool
) -> None:
    cloud = connect(api_retries=0)
    answer = reply(status, text=body) if isinstance(body, str) else reply(status, body)
    wire.serve(lambda seen: answer)
    created = cloud.servers.create(NEW, ["a"])
    assert [each.outcome_unknown for each in created] == [outcome_unknown] and len(wire.seen) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_what_was_put_off_may_have_been_done(wire: Any, reply: Any, connect: Any, status: int) -> None:
    cloud = connect(api_retries=0)
    reported = {"overLimit": {"code": status, "message": "x"}}
    wire.serve(lambda seen: reply(status, reported, headers={"Retry-After": "1"}))
    (created,) = cloud.servers.create(NEW, ["a"])
    assert created.outcome_unknown and is_deferred(created.error)


@pytest.mark.parametrize(
    ("names", "new"),
    [
        (["w-1", "w-3"], NEW),
        (["a", "b"], NEW),
        (["w-2", "w-3"], NEW),
        (["w-01", "w-02"], NEW),
        (["w-1", "w-2"], NewServer("f", "i", hostname="h")),
    ],
)
def test_names_that_nova_would_not_give(serve: Any, reply: Any, connect: Any, wire: Any, names: Any, new: Any) -> None:
    serve({"POST /v2.1/servers": lambda seen: reply(202, made("id-" + seen.json["server"]["name"]))})
    created = connect().servers.create(new, names)
    assert [each.pending.server_id for each in created] == ["id-" + name for name in names]
    assert not any("max_count" in seen.json["server"] for seen in wire.seen)


def test_what_is_refused_for_one_is_refused_for_all(wire: Any, reply: Any, connect: Any) -> None:
    reported = {"badRequest": {"code": 400, "message": "Invalid flavorRef"}}
    wire.expect("POST", "/v2.1/servers", reply=reply(400, reported))
    created = connect().servers.create(NEW, ["a", "b", "c"])
    assert [each.name for each in created] == ["a", "b", "c"] and len(wire.seen) == 1
    assert all(isinstance(each.error, BadRequest) and not each.outcome_unknown for each in created)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("how", ["reset", "close", "cut", 502, "page"])
def test_a_lost_response_leaves_the_outcome_unknown_and_nothing_is_sent_again(
    wire: Any, reply: Any, connect: Any, how: Any, count: int
) -> None:
    cloud = connect(api_retries=5)
    answer = (
        reply(how, {})
        if isinstance(how, int)
        else reply(202, text="<html>")
        if how == "page"
        else reply(202, made("s1"), broken=how)
    )
    wire.expect("POST", "/v2.1/servers", reply=answer)
    created = cloud.servers.create(NEW, ["w-%d" % (number + 1) for number in range(count)])
    assert len(wire.seen) == 1 and all(each.outcome_unknown and each.error for each in created)


@pytest.mark.parametrize(
    ("platform", "version", "new", "words"),
    [
        ("openstack", "2.50", NewServer("f", "i", hostname="h"), "hostname: it needs microversion 2.90"),
        (
            "openstack",
            "2.73",
            NewServer("f", "i", host="a"),
            "host: it needs microversion 2.74, and this cloud has 2.73",
        ),
        (
            "openstack",
            "2.73",
            NewServer("f", "i", hypervisor_hostname="a"),
            "hypervisor_hostname: it needs microversion",
        ),
        (
            "easystack",
            "2.66",
            NewServer("f", "i", host="a"),
            "host: it needs microversion 2.67, and this cloud has 2.66",
        ),
        (
            "easystack",
            "2.66",
            NewServer("f", "i", hypervisor_hostname="a"),
            "hypervisor_hostname: it needs microversion",
        ),
        ("ustack", "", NewServer("f", "i", host="a"), "host: ustack does not support it"),
        ("openstack", "2.96", NewServer("f", "i", hostname="h", files={"a": "Yg=="}), "cannot be combined with files"),
        ("openstack", "2.96", NewServer("f"), "nothing to boot from"),
        ("openstack", "2.96", NewServer("f", "i", system_disk=SystemDisk("SSD")), "system_disk: openstack"),
        (
            "openstack",
            "2.96",
            NewServer("f", "i", extra={"count": 1}),
            "extra: openstack does not support it; leave",
        ),
        ("ustack", "", NewServer("f", "i", extra={"adminPass": "x"}), "adminPass is covered by the option password"),
        (
            "openstack",
            "2.96",
            NewServer("f", "i", tenancy="shared"),
            "tenancy: openstack does not support it; use",
        ),
        ("easystack", "2.67", NewServer("f", "i", dedicated_host_id="h"), "use host or availability_zone"),
        ("openstack", "2.96", NewServer("f", "i", spot=Spot()), "spot: openstack does not support it; leave it out"),
        ("openstack", "2.96", NewServer("f", "i", auto_recovery=True), "server_migrate evacuates servers"),
        ("ustack", "", NewServer("f", "i", auto_recovery=True), "auto_recovery: ustack does not support it; leave it"),
        ("openstack", "2.96", NewServer("f", "i", (Nic("n", ipv6_enable=True),)), "a port with an IPv6 subnet"),
        ("openstack", "2.96", NewServer("f", "i", (Nic("n", ipv6_bandwidth="b"),)), "a port with an IPv6 subnet"),
        *(
            (
                "openstack",
                "2.96",
                NewServer("f", "i", volumes=(BlockDevice("blank", size_gb=1, **disk),)),
                "volumes: %s: on openstack it belongs to the volume type; use volume_type" % next(iter(disk)),
            )
            for disk in (
                {"iops": 1},
                {"throughput": 1},
                {"encrypted": True},
                {"kms_key_id": "k"},
                {"multiattach": True},
            )
        ),
        ("openstack", "2.96", NewServer("f", "i", (Nic("n", subnet_ids=("s",)),)), "subnet: openstack"),
        ("ustack", "2.1", NewServer("f", "i", (Nic("n", subnet_ids=("s", "t")),)), "subnet: ustack"),
        ("ustack", "", NewServer("f", "i", description="d"), "description: ustack does not support it"),
    ],
)
def test_what_would_be_refused(
    connect: Any, wire: Any, platform: str, version: str, new: NewServer, words: str
) -> None:
    assert words in str(connect(platform, version=version).rules.server_problem(new))
    assert wire.seen == []


def test_tags_that_nova_takes(connect: Any) -> None:
    cloud = connect()
    assert cloud.rules.tags_problem(["a" * 60] * 50) is None
    for tags, words in ((["a" * 61], "60 characters"), (["a/b"], "no slash"), (["a"] * 51, "50 tags")):
        assert words in cloud.rules.tags_problem(tags)
    assert connect("ustack").rules.tags_problem(["a" * 61, "a/b"]) is None


@pytest.mark.parametrize("path", ["/network", "/network/v2.0"])
def test_networks(wire: Any, reply: Any, connect: Any, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    cloud = connect()
    monkeypatch.setattr(cloud.session.auth, "endpoint", lambda service="compute": wire.url + path)
    rows = [{"id": "1", "name": "net"}, {"id": "2", "name": "Net"}, {"name": "net"}]
    wire.expect(
        "GET",
        "/network/v2.0/networks",
        query=[("limit", "1000"), ("name", "net")],
        reply=reply(200, {"networks": rows[:2]}),
    )
    assert [network.label for network in cloud.networks.list("net")] == ["net (1)"]
    wire.expect("GET", "/network/v2.0/networks", reply=reply(200, {"networks": rows}))
    with pytest.raises(InvalidResponse, match="a network without id"):
        cloud.networks.list("net")
