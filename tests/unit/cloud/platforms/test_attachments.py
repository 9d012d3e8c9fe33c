# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes, ports and images of servers at the wire: what is sent, what is learnt, what proves it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import (
    Action,
    ExpectedState,
    PendingAction,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    Conflict,
    InvalidResponse,
    PermissionDenied,
    UnsupportedOperation,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.snapshot import SnapshotQuery

S = Server(id="s", platform="p", name="n")
ROOT = {"openstack": "/v2.1", "easystack": "/v2.1", "ustack": "/v2/p1"}
ALL = pytest.mark.parametrize("platform", list(ROOT))


def perform(cloud: Any, action: str, **arguments: Any) -> PendingAction:
    (pending,) = cloud.servers.perform([(S, Action(action, arguments))])
    return pending


@pytest.fixture
def images(wire: Any, connect: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Connects a platform whose image service is at /image of the same server."""

    def make(platform: str = "openstack", **options: Any) -> Any:
        cloud = connect(platform, **options)
        compute = cloud.api.endpoint
        monkeypatch.setattr(
            cloud.session.auth,
            "endpoint",
            lambda service="compute": wire.url + "/image" if service == "image" else compute,
        )
        return cloud

    return make


# -- images -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body, location, found",
    [
        ({"image_id": "i1"}, None, "i1"),
        (None, "http://glance.example/v2/images/i2", "i2"),
        (None, "http://glance.example/images/i3/", "i3"),
        (None, None, None),
        ([], None, None),
        ({}, None, None),
        ("<html>", None, None),
    ],
)
@ALL
def test_an_image_is_made(
    wire: Any, reply: Any, connect: Any, platform: str, body: Any, location: str | None, found: str | None
) -> None:
    wanted = {
        "createImage": {"name": "x", "metadata": {"a": "b", "cloudserver_server": "s", "cloudserver_snapshot": "x"}}
    }
    headers = {"Location": location} if location else {}
    wire.expect("POST", ROOT[platform] + "/servers/s/action", json=wanted, reply=reply(202, body, headers=headers))
    pending = perform(connect(platform), "create_image", name="x", metadata={"a": "b"})
    assert (pending.expected_state.image if pending.expected_state else None) == found
    if not pending.expected_state:
        assert pending.outcome_unknown and "the response contains no image" in str(pending.error)
    else:
        assert pending.error is None
        assert PendingAction.from_dict(pending.as_dict()).expected_state == pending.expected_state


def test_images_show_their_owner(wire: Any, reply: Any, images: Any) -> None:
    rows = [
        {
            "id": "1",
            "name": "a",
            "status": "active",
            "instance_uuid": "s",
            "image_type": "snapshot",
            "size": 7,
            "min_disk": 1,
            "protected": True,
            "created_at": "t",
            "tags": [],
            "x": 5,
            "y": None,
        },
        {"id": "2", "name": "a", "status": "active", "cloudserver_server": "s2"},
        {"id": "3", "name": "a"},
        {"id": "4", "name": "A", "status": "active"},
    ]
    query = [("limit", "1000"), ("name", "a"), ("status", "active")]
    wire.expect("GET", "/image/v2/images", query=query, reply=reply(200, {"images": rows}))
    first, second = images().snapshots.list("a", status="active")
    assert (first.server_id, first.snapshot, first.protected, first.size, first.min_disk_gb) == ("s", True, True, 7, 1)
    assert first.metadata == {"instance_uuid": "s", "image_type": "snapshot", "x": "5"}
    assert (second.server_id, second.snapshot, second.protected) == ("s2", True, False)


def test_images_are_filtered_and_sorted_by_the_cloud_where_it_can(wire: Any, reply: Any, images: Any) -> None:
    query = [
        ("image_type", "backup"),
        ("limit", "50"),
        ("sort_dir", "desc"),
        ("sort_key", "updated_at"),
        ("updated_at", "gte:2026-01-01T00:00:00Z"),
    ]
    row = {"id": "1", "image_type": "backup", "updated_at": "2026-02-01T00:00:00Z"}
    wire.expect("GET", "/image/v2/images", query=query, reply=reply(200, {"images": [row]}))
    asked = SnapshotQuery(
        type="backup", updated_since="2026-01-01T00:00:00Z", sort_key="updated", descending=True, page_size=50
    )
    (found,) = images().snapshots.iterate(asked)
    assert (found.type, found.updated) == ("backup", "2026-02-01T00:00:00Z")
    wire.expect("GET", "/image/v2/images", query=[("limit", "1000")], reply=reply(200, {"images": []}))
    assert list(images().snapshots.iterate(SnapshotQuery(sort_key="name", name="in:a"))) == []


def test_one_image_and_none(wire: Any, reply: Any, images: Any) -> None:
    cloud = images()
    page = "<h1>404 Not Found</h1>No image found with ID i#1"
    wire.expect("GET", "/image/v2/images/i%231", reply=reply(404, text=page))
    assert cloud.snapshots.get("i#1") is None
    assert cloud.snapshots.get("i/1") is None, "no image has such an id, and a gateway reads it as a path"
    wire.expect("GET", "/image/v2/images/i", reply=reply(200, {"no": "id"}))
    with pytest.raises(InvalidResponse):
        cloud.snapshots.get("i")


def test_images_are_deleted(wire: Any, reply: Any, images: Any) -> None:
    cloud = images()
    wire.expect("DELETE", "/image/v2/images/i", reply=reply(204))
    cloud.snapshots.delete("i")
    wire.expect("DELETE", "/image/v2/images/i", reply=reply(404, text="Failed to find image i to delete"))
    cloud.snapshots.delete("i")
    page = "<html><h1>403 Forbidden</h1>Image i is protected and cannot be deleted.</html>"
    wire.expect("DELETE", "/image/v2/images/i", reply=reply(403, text=page))
    with pytest.raises(PermissionDenied, match="remove the protection"):
        cloud.snapshots.delete("i")
    wire.expect("DELETE", "/image/v2/images/i", reply=reply(404, text="Failed to find image i to delete"))
    assert perform(cloud, "delete_image", image_id="i").error is None
    wire.expect("DELETE", "/image/v2/images/i", reply=reply(404, text="gone"))
    assert perform(cloud, "delete_image", image_id="i").outcome_unknown, "a page may be of anything in between"
    wire.expect("DELETE", "/image/v2/images/i", reply=reply(403, text=page))
    refused = perform(cloud, "delete_image", image_id="i").error
    assert refused is not None and "remove the protection" in str(refused)


# -- volumes and ports ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action, arguments, method, path, body",
    [
        ("attach_volume", {"volume_id": "v"}, "POST", "os-volume_attachments", {"volumeAttachment": {"volumeId": "v"}}),
        (
            "attach_volume",
            {"volume_id": "v", "device": "/dev/vdb", "tag": "t", "delete_on_termination": False},
            "POST",
            "os-volume_attachments",
            {"volumeAttachment": {"volumeId": "v", "device": "/dev/vdb", "tag": "t", "delete_on_termination": False}},
        ),
        ("detach_volume", {"volume_id": "v"}, "DELETE", "os-volume_attachments/v", None),
        ("attach_interface", {"port_id": "p"}, "POST", "os-interface", {"interfaceAttachment": {"port_id": "p"}}),
        (
            "attach_interface",
            {"network_id": "n", "fixed_ips": [{"subnet_id": "u"}], "tag": None},
            "POST",
            "os-interface",
            {"interfaceAttachment": {"net_id": "n", "fixed_ips": [{"subnet_id": "u"}]}},
        ),
        ("detach_interface", {"port_id": "p"}, "DELETE", "os-interface/p", None),
    ],
)
@ALL
def test_what_is_sent(
    wire: Any, reply: Any, connect: Any, platform: str, action: str, arguments: Any, method: str, path: str, body: Any
) -> None:
    status = 202 if method == "DELETE" else 200
    options = {"json": body} if body else {}
    reported = {key: {"port_id": "p", **value} for key, value in body.items()} if body else None
    wire.expect(method, ROOT[platform] + "/servers/s/" + path, reply=reply(status, reported), **options)
    assert perform(connect(platform), action, **arguments).error is None


def test_the_port_that_was_made_is_waited_for(wire: Any, reply: Any, connect: Any) -> None:
    wire.expect("POST", "/v2.1/servers/s/os-interface", reply=reply(200, {"interfaceAttachment": {"port_id": "new"}}))
    assert perform(connect(), "attach_interface", network_id="n").expected_state == ExpectedState(ports=("new",))


@pytest.mark.parametrize(
    "action, arguments, status, message, hint",
    [
        (
            "attach_volume",
            {"volume_id": "v"},
            400,
            "status must be 'available'. Currently in 'in-use'",
            "detach it there",
        ),
        ("attach_volume", {"volume_id": "v"}, 404, "Volume v could not be found.", "Check the volume's id"),
        ("attach_interface", {"port_id": "p"}, 409, "Port p is still in use.", "another server or router"),
        (
            "attach_interface",
            {"network_id": "n"},
            400,
            "subnet associated in order to apply",
            "Give the network a subnet",
        ),
    ],
)
def test_what_a_refusal_means(
    wire: Any, reply: Any, connect: Any, action: str, arguments: Any, status: int, message: str, hint: str
) -> None:
    path = "os-volume_attachments" if action == "attach_volume" else "os-interface"
    wire.expect("POST", "/v2.1/servers/s/" + path, reply=reply(status, {"x": {"code": status, "message": message}}))
    error = perform(connect(), action, **arguments).error
    assert error is not None and hint in str(error) and "n (s)" in str(error)


def test_a_delete_is_sent_once_and_succeeds_when_the_server_is_deleted(wire: Any, reply: Any, connect: Any) -> None:
    cloud = connect(api_retries=3)
    wire.expect("DELETE", "/v2.1/servers/s/os-interface/p", reply=reply(504, "late"))
    assert perform(cloud, "detach_interface", port_id="p").outcome_unknown
    gone = reply(404, {"itemNotFound": {"code": 404, "message": "volume_id not found: v"}})
    wire.expect("DELETE", "/v2.1/servers/s/os-volume_attachments/v", reply=gone)
    assert perform(cloud, "detach_volume", volume_id="v").error is None
    wire.expect("DELETE", "/v2.1/servers/s/os-interface/p", reply=reply(409, {"x": {"message": "locked"}}))
    assert isinstance(perform(cloud, "detach_interface", port_id="p").error, Conflict)


def test_lists_of_what_hangs_on_servers(connect: Any, serve: Any) -> None:
    serve(
        {
            "GET /v2.1/servers/a/os-volume_attachments": {
                "volumeAttachments": [
                    {"volumeId": "v", "device": "/dev/vdb", "tag": "t", "delete_on_termination": True}
                ]
            },
            "GET /v2.1/servers/a/os-interface": {
                "interfaceAttachments": [
                    {
                        "port_id": "p",
                        "net_id": "n",
                        "mac_addr": "m",
                        "port_state": "ACTIVE",
                        "fixed_ips": [{"ip_address": "10.0.0.1", "subnet_id": "u"}, {}],
                    }
                ]
            },
        }
    )
    cloud = connect()
    volumes, ports = cloud.volumes.list(["a", "gone"]), cloud.interfaces.list(["a", "gone"])
    assert list(volumes) == list(ports) == ["a"]
    assert volumes["a"].free is None
    assert [each.as_dict() for each in volumes["a"].volumes] == [
        {"volume_id": "v", "device": "/dev/vdb", "tag": "t", "delete_on_termination": True, "boot_index": None}
    ]
    assert [each.as_dict() for each in ports["a"]] == [
        {
            "port_id": "p",
            "network_id": "n",
            "mac": "m",
            "state": "ACTIVE",
            "fixed_ips": [{"ip_address": "10.0.0.1", "subnet_id": "u"}],
            "tag": None,
        }
    ]


@pytest.mark.parametrize(
    "entry", [{"id": "x"}, 7, None, {"volumeId": None, "port_id": None}, {"volumeId": [], "port_id": {}}]
)
def test_an_entry_without_an_id_hides_nothing(connect: Any, serve: Any, entry: Any) -> None:
    """A task decides by these lists what is attached: what is left out would be taken for detached."""
    serve(
        {
            "GET /v2.1/servers/a/os-volume_attachments": {"volumeAttachments": [{"volumeId": "v"}, entry]},
            "GET /v2.1/servers/a/os-interface": {"interfaceAttachments": [{"port_id": "p"}, entry]},
        }
    )
    with pytest.raises(
        InvalidResponse, match=r"list the volumes .*: an entry of the list (has no volumeId|is not a JSON object)"
    ):
        connect().volumes.list(["a"])
    with pytest.raises(
        InvalidResponse, match=r"list the ports .*: an entry of the list (has no port_id|is not a JSON object)"
    ):
        connect().interfaces.list(["a"])


# -- proof ------------------------------------------------------------------------------------------------------------


def record(result: str | None) -> dict[str, Any]:
    event = {"event": "e", "finish_time": result and "2026-01-01T00:00:00", "result": result}
    return {
        "instanceAction": {
            "action": "a",
            "request_id": "r",
            "message": "Error" if result == "Error" else None,
            "events": [event],
        }
    }


@pytest.mark.parametrize(
    "expected_state, attached, ports, image, result, verdict",
    [
        (ExpectedState(volumes=("v",)), ["v"], {}, None, None, JOB_PENDING),
        (ExpectedState(volumes=("v",)), ["v"], {}, None, "Success", JOB_SUCCEEDED),
        (ExpectedState(volumes=("v",)), ["v"], {}, None, "Error", JOB_FAILED),
        (ExpectedState(volumes=("v",)), [], {}, None, "Success", JOB_PENDING),
        (ExpectedState(no_volumes=("v",)), [], {}, None, "Error", JOB_SUCCEEDED),
        (ExpectedState(no_volumes=("v",)), ["v"], {}, None, "Error", JOB_FAILED),
        (ExpectedState(ports=("p",)), [], {"p": "ACTIVE"}, None, "Success", JOB_SUCCEEDED),
        (ExpectedState(ports=("p",)), [], {"p": "DOWN"}, None, "Success", JOB_PENDING),
        (ExpectedState(ports=("p",)), [], {"q": "ACTIVE"}, None, "Success", JOB_PENDING),
        (ExpectedState(no_ports=("p",)), [], {"q": "ACTIVE"}, None, "Success", JOB_SUCCEEDED),
        (ExpectedState(no_ports=("p",)), [], {"p": "ACTIVE"}, None, "Success", JOB_PENDING),
        (ExpectedState(no_ports=("p",)), [], {"p": "ACTIVE"}, None, "Error", JOB_FAILED),
        (ExpectedState(image="i"), [], {}, "active", "Success", JOB_SUCCEEDED),
        (ExpectedState(image="i"), [], {}, "saving", "Success", JOB_PENDING),
        (ExpectedState(image="i"), [], {}, "killed", "Success", JOB_FAILED),
        (ExpectedState(image="i"), [], {}, None, "Success", JOB_FAILED),
    ],
)
def test_what_proves_it(
    images: Any,
    serve: Any,
    expected_state: ExpectedState,
    attached: Any,
    ports: Any,
    image: Any,
    result: Any,
    verdict: str,
) -> None:
    serve(
        {
            "GET /v2.1/servers/s": {
                "server": {
                    "id": "s",
                    "status": "ACTIVE",
                    "os-extended-volumes:volumes_attached": [{"id": each} for each in attached],
                }
            },
            "GET /v2.1/servers/s/os-instance-actions/r": record(result),
            "GET /v2.1/servers/s/os-interface": {
                "interfaceAttachments": [{"port_id": key, "port_state": state} for key, state in ports.items()]
            },
            **({"GET /image/v2/images/i": {"id": "i", "status": image}} if image else {}),
        }
    )
    pending = PendingAction("s", "attach_volume", request_id="r", expected_state=expected_state)
    assert images().servers.status([pending])["s"].verdict == verdict


@pytest.mark.parametrize(
    "platform, operation, words",
    [
        ("huaweicloud", "interface_subnets", "network_id, which is the id of the subnet"),
        ("huaweicloud", "volume_tags", "a volume without tag"),
        ("openstack", "force_detach_volume", "state: absent without force"),
        ("ustack", "force_detach_volume", "state: absent without force"),
        ("ustack", "volume_tags", "a volume without tag"),
        ("openstack", "interface_subnets", "a port of that subnet"),
    ],
)
def test_what_a_platform_has_not(connect: Any, platform: str, operation: str, words: str) -> None:
    with pytest.raises(UnsupportedOperation, match=words):
        connect(platform).require(operation)
