# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How responses of Nova clouds become records."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import InvalidResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import (
    SERVER_FIELDS,
    Server,
    ServerVolume,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms import json_body
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.easystack import EasyStackServers
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import parse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.ustack import UStackServers
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms import samples
from ansible_collections.cloudserver.compute.tests.unit.cloud.platforms.arbitrary_responses import ADDRESSES, PARTIAL


def record(data: dict[str, Any]) -> Server:
    return parse.server(data, "easystack", "r1", EasyStackServers.record_keys, EasyStackServers.address_keys)


def ustack_record(data: dict[str, Any]) -> Server:
    return parse.server(data, "ustack", None, UStackServers.record_keys, UStackServers.address_keys)


def test_a_server_in_error_as_easystack_prints_it() -> None:
    found = record(samples.EASYSTACK_IN_ERROR)
    assert found.as_dict() == {
        "id": "8e609d42-fdc3-453c-ab85-f323c78f3918",
        "name": "instance-bgzz",
        "status": "ERROR",
        "power_state": "error",
        "task_state": None,
        "vm_state": "error",
        "locked": False,
        "addresses": [],
        "private_ips": [],
        "public_ips": [],
        "access_ipv4": None,
        "access_ipv6": None,
        "security_groups": None,
        "flavor": {"id": "2", "name": "1C-1G", "vcpus": 1, "ram_mb": 1024},
        "image": {"id": None, "name": None},
        "key_name": None,
        "tags": [],
        "tag_map": {},
        "metadata": {},
        "availability_zone": None,
        "host": None,
        "host_id": None,
        "hypervisor_hostname": None,
        "host_status": None,
        "hostname": "instance-bgzz",
        "description": None,
        "created": "2022-08-23T11:35:12Z",
        "updated": "2022-08-23T11:37:44Z",
        "launched_at": None,
        "deleted_at": None,
        "estimated_deleted_at": None,
        "fault": {"code": 500, "message": "Exceeded maximum number of retries.", "created": "2022-08-23T11:37:45Z"},
        "project_id": "c1869da142e94aa99ae1a0391360f99a",
        "user_id": "e36a6c6aafcb4581bbb12196e393242d",
        "enterprise_project_id": None,
        "reservation_id": "r-oxaqe5rb",
        "root_device_name": "/dev/vda",
        "volumes": [
            {
                "id": "9d5e20bf-8bf3-4441-8fc5-b0bd3746a613",
                "device": None,
                "boot_index": None,
                "delete_on_termination": True,
            }
        ],
        "platform": "easystack",
        "region": "r1",
    }
    assert "Traceback" not in str(found.as_dict())


def test_an_active_server_as_easystack_prints_it() -> None:
    found = record(samples.EASYSTACK_ACTIVE)
    assert (found.power_state, found.availability_zone, found.host) == ("running", "default-az", "node-2.domain.tld")
    assert found.addresses[0].as_dict() == {
        "ip": "192.168.111.202",
        "version": 4,
        "kind": "fixed",
        "mac": "fa:16:3e:e7:ce:0b",
        "network": "share_net",
        "port_id": None,
        "subnet_id": None,
        "subnet_name": None,
        "subnet_shared": None,
    }
    assert (found.private_ips, found.public_ips) == (["192.168.111.202"], [])
    assert found.launched_at == "2022-04-27T13:03:56.000000"


def test_the_recycle_bin_as_easystack_prints_it() -> None:
    found = record(samples.EASYSTACK_DELETED)
    assert (found.deleted_at, found.estimated_deleted_at) == ("2022-04-12T06:56:25Z", "2022-04-19T06:56:25Z")
    assert (found.vm_state, found.volumes, found.is_deleted) == ("deleted", (), True)
    elsewhere = parse.server(samples.EASYSTACK_DELETED, "openstack", "r1")
    assert (elsewhere.deleted_at, elsewhere.estimated_deleted_at) == ("2022-04-12T06:56:25.000000", None)


def test_a_server_as_ustack_prints_it() -> None:
    found = ustack_record({**samples.USTACK_BUILDING, "metadata": {"role": "db", "b": ""}})
    assert (found.power_state, found.target_power_state, found.task_state) == ("transitional", "running", "spawning")
    assert found.image == Image("81ebf00b-6221-43ff-8551-f8908520dad5", "Ubuntu 13.04 x64")
    assert found.flavor == Flavor("8abaa0f9-30e1-4509-8ba5-5c97366029df", "micro-1")
    assert found.tags == ("b", "role=db") and found.tag_map == {"b": "", "role": "db"}
    assert found.locked is None and found.region is None
    assert found.security_groups == ("default", "web"), "a group is listed once for each port"
    assert found.project_id == "0f1255df40374d02a23e1a6ceeaefec7" and found.user_id is None
    assert (found.hypervisor_hostname, found.vm_state) == ("server-85.0.lg.ustack.in", "building")
    assert found.volumes == (ServerVolume("b1b2"),)
    (address,) = found.addresses
    assert address.subnet_id == "0383c257-d730-4bbc-bd20-c7482bc925e8"
    assert (address.subnet_name, address.subnet_shared, address.port_id) == ("shared_subnet", True, None)


@pytest.mark.parametrize("shared", ["true", 1, None])
def test_a_subnet_is_shared_only_where_the_cloud_says_so(shared: Any) -> None:
    entry = {**samples.USTACK_BARE_ADDRESS, "UOS-EXT-IPS:subnet_shared": shared}
    (address,) = ustack_record({"id": "i", "addresses": {"net": [entry]}}).addresses
    assert address.subnet_shared is (True if shared == "true" else None)


@pytest.mark.parametrize("sample", [samples.EASYSTACK_IN_ERROR, samples.EASYSTACK_ACTIVE])
def test_user_data_is_shown_only_on_request(sample: dict[str, Any]) -> None:
    data = {**sample, "user_data": samples.USER_DATA, "OS-EXT-SRV-ATTR:hostname": "h"}
    shown = record(data).as_dict(raw=True)
    assert samples.USER_DATA not in str(shown)
    assert set(data) - set(shown["raw"]) == {"user_data", "OS-EXT-SRV-ATTR:user_data"}
    assert shown["raw"]["OS-EXT-SRV-ATTR:hostname"] == "h"
    assert samples.USER_DATA not in repr(record(data)) and "raw" not in record(data).as_dict()
    assert samples.USER_DATA not in str(record(data).as_dict())
    requested = record(data).as_dict(raw=True, fields=["user_data"])
    assert requested == {"user_data": samples.USER_DATA, "raw": data}


@pytest.mark.parametrize("sample", [samples.EASYSTACK_IN_ERROR, samples.EASYSTACK_ACTIVE, samples.USTACK_BUILDING])
@pytest.mark.parametrize("how", ["missing", "null"])
def test_every_key_but_the_id_may_be_missing_or_null(sample: dict[str, Any], how: str) -> None:
    for key in sample:
        if key != "id":
            less = {k: v for k, v in sample.items() if k != key} if how == "missing" else {**sample, key: None}
            shown = record(less).as_dict()
            assert tuple(shown) == SERVER_FIELDS
            if key in shown and key not in ("tags", "metadata", "addresses", "flavor", "image"):
                assert shown[key] is None


def test_of_the_id_alone_nothing_is_invented() -> None:
    shown = record({"id": "x"}).as_dict()
    reported = {key: value for key, value in shown.items() if value not in (None, [], {})}
    nothing = {"flavor": dict.fromkeys(("id", "name", "vcpus", "ram_mb")), "image": dict.fromkeys(("id", "name"))}
    assert reported == {"id": "x", "power_state": "unknown", "platform": "easystack", "region": "r1", **nothing}


@pytest.mark.parametrize("data", [{}, {"id": None}, {"id": ""}, {"name": "x"}, [], None, "x"])
def test_a_server_without_an_id_is_a_malformed_response(data: Any) -> None:
    with pytest.raises(InvalidResponse, match="a server without id"):
        parse.server(data, "openstack", None)


@given(PARTIAL)
def test_a_partial_response_is_a_record_unless_its_name_is_not_a_text(data: dict[str, Any]) -> None:
    if not isinstance(data.get("name"), str | None):
        with pytest.raises(InvalidResponse, match="a server with a name that is not a string"):
            record(data)
        return
    shown = record(data)
    assert tuple(shown.as_dict()) == SERVER_FIELDS and shown.as_dict(raw=True)["id"] == data["id"]
    assert shown.target_power_state and shown.label and isinstance(shown.is_stable, bool)
    assert all(isinstance(tag, str) for tag in shown.tags)
    assert sorted(shown.private_ips + shown.public_ips) == sorted(each.ip for each in shown.addresses)


@pytest.mark.parametrize(
    ("value", "number"),
    [(1, 1), ("1", 1), ("0", 0), (" 7 ", 7), (2.0, 2), (None, None), ("", None), ("x", None), (True, None),
     (False, None), ([], None), ({}, None), (float("inf"), None), (float("nan"), None)],
)  # fmt: skip
def test_integer(value: Any, number: int | None) -> None:
    assert json_body.integer(value) == number


@pytest.mark.parametrize(
    ("value", "expected"), [("a", "a"), ("", ""), (7, "7"), (0, "0"), (True, None), (None, None), ([1], None)]
)
def test_text(value: Any, expected: str | None) -> None:
    assert json_body.text(value) == expected


@pytest.mark.parametrize("body", [{}, {"server": None}, {"server": []}, [], [{"server": {}}], None, "html"])
def test_a_part_of_another_kind_is_a_malformed_response(body: Any) -> None:
    with pytest.raises(InvalidResponse, match="Could not show it: the response has no server"):
        json_body.part_of(body, "server", "show it")
    assert json_body.part_of({"server": {}}, "server", "show it") == {}


def test_addresses_that_do_not_say_what_they_are() -> None:
    bare = samples.USTACK_BARE_ADDRESS
    found = parse.addresses({"shared": [bare], "wan": [{"addr": "8.8.8.8"}, {"addr": "2001:db8::1"}]})
    assert [(each.ip, each.version, each.kind, each.public) for each in found] == [
        ("172.31.248.190", 4, None, False),
        ("8.8.8.8", 4, None, True),
        ("2001:db8::1", 6, None, True),
    ]


def test_an_address_beside_the_fixed_one_of_its_port_is_the_floating_one() -> None:
    def entry(ip: str, version: Any, mac: str | None, kind: str | None = None) -> dict[str, Any]:
        said = {"OS-EXT-IPS:type": kind} if kind else {}
        return {"addr": ip, "version": version, "OS-EXT-IPS-MAC:mac_addr": mac, **said}

    listed = [
        entry("10.0.0.5", "4", "fa:1", "fixed"),
        entry("10.9.9.9", 4, "fa:1"),
        entry("10.0.0.6", 4, "fa:2"),
        entry("fd00::5", 6, "fa:1"),
        entry("10.0.0.7", 4, None),
    ]
    kinds = {each.ip: each.kind for each in parse.addresses({"net": listed})}
    assert kinds == {"10.0.0.5": "fixed", "10.9.9.9": "floating", "10.0.0.6": None, "fd00::5": None, "10.0.0.7": None}
    apart = parse.addresses({"a": listed[:1], "b": listed[1:2]})
    assert [each.kind for each in apart] == ["fixed", None]


@pytest.mark.parametrize("value", [None, [], "x", {"n": None}, {"n": [None, 7, {}, {"addr": None}, {"addr": 7}]}])
def test_what_is_no_address_is_none(value: Any) -> None:
    assert parse.addresses(value) == ()


@given(ADDRESSES)
def test_no_addresses_raise(value: Any) -> None:
    for each in parse.addresses(value):
        assert each.ip and each.version is not None and each.public in (True, False)
        if each.kind in ("fixed", "floating"):
            assert each.public == (each.kind == "floating")


def test_labels() -> None:
    assert parse.labels({"env": "prod", "bare": "", "none": None, "n": 7}) == ("bare", "env=prod", "n=7", "none")
    assert parse.labels({}) == ()


@pytest.mark.parametrize(
    ("tags", "expected"), [(None, ("k=v",)), ([], ()), (["a", "b=c"], ("a", "b=c")), ([1, "a"], ("a",)), ("ab", ())]
)
def test_metadata_stands_for_tags_only_where_there_are_none(tags: Any, expected: tuple[str, ...]) -> None:
    assert record({"id": "x", "tags": tags, "metadata": {"k": "v"}}).tags == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"id": "1"}, Flavor("1")),
        ({"original_name": "m1", "vcpus": 2, "ram": 4096}, Flavor(None, "m1", 2, 4096)),
        ({"id": "s6", "name": "s6", "vcpus": "1", "ram": "1024"}, Flavor("s6", "s6", 1, 1024)),
        (None, Flavor()),
        ("", Flavor()),
    ],
)
def test_flavor(data: Any, expected: Flavor) -> None:
    assert parse.flavor(data) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", Image()),
        (None, Image()),
        ({"id": ""}, Image()),
        ({"id": "i"}, Image("i")),
        ({"name": "n"}, Image(None, "n")),
    ],
)
def test_image(data: Any, expected: Image) -> None:
    assert parse.image(data) == expected


@pytest.mark.parametrize("data", [None, {}, [], "broken"])
def test_no_fault(data: Any) -> None:
    assert parse.fault(data) is None


def event(result: str | None, finish: str | None, **more: Any) -> dict[str, Any]:
    return {"event": "compute_x", "start_time": "t0", "finish_time": finish, "result": result, **more}


@pytest.mark.parametrize(
    ("data", "stable", "status", "end", "message"),
    [
        ({"events": [event("Success", "t2"), event("Success", "t1")]}, False, JOB_SUCCEEDED, "t2", None),
        ({"events": [event("Success", "t1"), event(None, None)]}, True, JOB_PENDING, None, None),
        (
            {"events": [event("Error", "t1", details="no host", traceback="Traceback x")]},
            True,
            JOB_FAILED,
            "t1",
            "no host",
        ),
        ({"events": [event("Error", "t1")]}, True, JOB_FAILED, "t1", "the cloud reports an error"),
        ({"message": "Error"}, True, JOB_FAILED, None, "the cloud reports an error"),
        ({"message": None, "events": []}, True, JOB_SUCCEEDED, None, None),
        ({"events": None}, False, JOB_PENDING, None, None),
        ({"events": [None, "x"]}, False, JOB_PENDING, None, None),
    ],
)
def test_an_instance_action(
    data: dict[str, Any], stable: bool, status: str, end: str | None, message: str | None
) -> None:
    head = {"action": "reboot", "request_id": "req-1", "start_time": "t0"}
    job = parse.instance_action({**head, **data}, "s1", stable)
    assert (job.id, job.type, job.begin_time) == ("req-1", "reboot", "t0")
    assert (job.status, job.end_time, job.message) == (status, end, message)
    assert [(part.server_id, part.status, part.message) for part in job.parts] == [("s1", status, message)]
    assert "Traceback" not in str(job.as_dict())
