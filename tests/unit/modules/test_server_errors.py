# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What server refuses, or the cloud does, each in one sentence."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.nova_servers import BOTH, EVERY_NOVA, FLAVORS, kind, make

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.client import OpenStack

OPENSTACK = pytest.mark.parametrize("platform", ["openstack"], indirect=True)
UUID = "0d0466b0-0000-4000-8000-000000000000"


@OPENSTACK
@pytest.mark.parametrize(
    "options, words",
    [
        ({"count": 0}, "count: 0 is out of range"),
        ({"count": 1001}, "use 1 to 1000"),
        ({"count": 2, "new_name": "y"}, "new_name: it renames one server"),
        ({"name": None, "name_pattern": "web-%02d"}, "name_pattern: it needs count"),
        ({"name": None, "name_pattern": "web", "count": 2}, "needs exactly one placeholder for a number"),
        ({"name": None, "name_pattern": "web-%s-%s", "count": 2}, "needs exactly one placeholder for a number"),
        ({"name": None, "name_pattern": "100%%", "count": 2}, "needs exactly one placeholder for a number"),
        ({"name": None, "names": ["a", "a"]}, "names: a is listed twice"),
        ({"name": "x" * 256}, "has 256 characters, and 255 are allowed"),
        ({"name": " x"}, "has leading or trailing spaces"),
        ({"name": ""}, "is empty or has leading or trailing spaces"),
        ({"metadata": {"a": ["list"]}}, "metadata: the value of a is a list"),
        ({"metadata": {"a": "v" * 256}}, "255 characters at most"),
        ({"tags": ["a,b"]}, "without a comma"),
        ({"tags": ["t" * 61]}, "at most 60 characters"),
        ({"tags": ["t%d" % number for number in range(51)]}, "at most 50 tags"),
        ({"flavor": "none-such"}, "flavor: no flavor that this project may use has the id or name none-such"),
        ({"flavor": ""}, "flavor: '' is empty"),
        ({"image": "none-such"}, "image: no image"),
        ({"image": "uploading-1"}, "can only be created from an active image"),
        ({"image": None}, "nothing to boot from"),
        ({"networks": ["none-such"]}, "no network that this project may use is named none-such"),
        ({"networks": "some"}, "networks: no network that this project may use is named some"),
        ({"networks": {"network": "some"}}, "networks: it is auto, none, or a list"),
        ({"networks": []}, "networks: it is auto, none, or a list"),
        ({"networks": [{"net": "private"}]}, "networks: an entry has no key net"),
        ({"networks": [{"tag": "x"}]}, "needs a network, a port or a subnet"),
        ({"networks": [{"network": "private", "subnet": UUID}]}, "subnet: openstack attaches servers to networks"),
        ({"count": 2, "networks": [{"network": "private", "fixed_ip": "10.9.9.9"}]}, "only one server can have it"),
        ({"boot_volume": {"size_gb": None}}, "needs size_gb"),
        ({"boot_volume": {"volume": UUID}}, "volume and image are given"),
        ({"volumes": [{"source": "image"}]}, "every source except blank needs an id"),
        ({"volumes": [{"boot_index": 1}, {"boot_index": 1}]}, "two of them have the boot_index 1"),
        ({"image": None, "iso": "debian-12"}, "iso: it needs boot_volume with size_gb"),
        ({"boot_order": ["hd"]}, "boot_index of volumes"),
        ({"revert": True}, "cannot be combined with flavor"),
        ({"vpc_id": UUID}, "vpc_id: openstack does not support it"),
        ({"extra": {"x": 1}}, "extra: openstack does not support it"),
        ({"files": {"/etc/x": "eA=="}, "hostname": "inside"}, "hostname: it cannot be combined with files"),
        ({"user_data": "x" * 50000}, "user_data: it has more than 49149 bytes"),
        ({"user_data_file": "/none/such"}, "cannot be read"),
        ({"password": "p" * 256}, "password: it has 256 characters"),
        ({"networks": [UUID]}, "no network that this project may use has the id %s" % UUID),
        ({"networks": [{"port": UUID}]}, "no port that this project may use has the id %s" % UUID),
        ({"networks": [{"network": "private", "fixed_ip": "192.168.0.1"}]}, "is not a valid ip address"),
        ({"key_name": "nobody"}, "no key pair named nobody"),
        ({"availability_zone": "mars"}, "no zone is named mars"),
        ({"image": "bulky-1"}, "Flavor's memory is too small"),
        ({"image": "bulky-1", "boot_volume": {"size_gb": 10}}, "too small"),
        ({"host": "cmp1"}, "Policy doesn't allow"),
    ],
)
def test_nothing_is_made(bench: Bench, options: dict[str, Any], words: str) -> None:
    given = {**kind(bench), "name": "x", **options}
    refused(bench.call("server", **given), words)
    assert bench.ids_of("x") == []


@OPENSTACK
def test_what_excludes_each_other(bench: Bench) -> None:
    for options in ({}, {"name": "a", "select": {"all": True}}, {"select": {"all": True}, "count": 2}):
        refused(bench.call("server", **options), "select")
    refused(bench.call("server", select={}, state="absent"), "no option selects servers")


@EVERY_NOVA
def test_networks_that_take_no_server(bench: Bench) -> None:
    for name, subnets in (("bare", []), ("twice", ["10.20.0.0/16"]), ("twice", ["10.21.0.0/16"])):
        bench.control("POST", f"/{bench.platform}/networks", {"name": name, "subnets": subnets})
    refused(make(bench, name="x", networks=["bare"]), "requires a subnet in order to boot instances on")
    refused(make(bench, name="x", networks=["twice"]), "2 networks are named twice", "choose one by id")
    refused(make(bench, name="x", networks="auto"), "Multiple possible networks found")


@EVERY_NOVA
def test_two_of_one_name(bench: Bench) -> None:
    with nothing_done(bench):
        for state in ("present", "absent", "purged"):
            refused(
                bench.call("server", name="twin", state=state),
                "2 servers are named twin",
                "select one by its id in select",
            )
    one = bench.ids_of("twin")[0]
    assert bench.call("server", select={"ids": [one]}, state="absent")["changed"]


@EVERY_NOVA
def test_what_cannot_be_changed_in_place(bench: Bench) -> None:
    for options, words in (
        (
            {"image": {"openstack": "ubuntu-24.04", "easystack": "ubuntu-24.04"}.get(bench.platform, "CentOS 6.5 x64")},
            "it runs the image",
        ),
        ({"networks": ["other"]}, "it is not on the network other"),
        ({"availability_zone": "zone-2"}, "it is in the availability zone nova and not zone-2"),
        ({"key_name": "deploy"}, "its key pair is operators and not deploy"),
    ):
        with nothing_done(bench):
            refused(bench.call("server", name="web-01", **options), words, "recreate: true")


@EVERY_NOVA
def test_a_locked_server(bench: Bench) -> None:
    refused(bench.call("server", name="vault-01", state="absent"), "is locked")
    assert bench.server("vault-01")["vm_state"] == "active"
    if bench.platform == "ustack":
        refused(bench.call("server", name="vault-01", locked=False), "has no operation lock")
        return
    done = bench.call("server", name="vault-01", state="absent", locked=False)
    assert outcome(done, "vault-01")["actions"] == ["unlock", "delete"] and not done.get("failed")


@BOTH
def test_a_resize_that_no_host_takes(bench: Bench) -> None:
    before = bench.server("web-01")["flavor"]["name"]
    bench.fault("E13", fail_servers="all", reason="No valid host was found.", times=1)
    result = bench.call("server", name="web-01", flavor=FLAVORS[bench.platform][1], resize="offline")
    assert result["failed"] and outcome(result, "web-01")["actions"] == ["resize"]
    says(result, "web-01")
    assert bench.server("web-01")["flavor"]["name"] == before


@BOTH
def test_states_that_a_resize_refuses(bench: Bench) -> None:
    medium = FLAVORS[bench.platform][1]
    for name, how, words in (
        ("build-01", "offline", "needs a running or a stopped server"),
        ("batch-01", "live", "live needs a running server, and it is stopped"),
    ):
        refused(bench.call("server", name=name, flavor=medium, resize=how), words)


@OPENSTACK
@pytest.mark.parametrize(
    "version, options, words",
    [
        ((2, 25), {"tags": ["a"]}, "and tags needs 2.26"),
        ((2, 18), {"description": "x"}, "and the description of a server needs 2.19"),
        ((2, 60), {"boot_volume": {"size_gb": 10, "volume_type": "ssd"}}, "it needs microversion 2.67"),
        ((2, 36), {"networks": "none"}, "it needs microversion 2.37"),
        ((2, 70), {"hypervisor_hostname": "cmp1"}, "it needs microversion 2.74"),
    ],
)
def test_an_older_cloud(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, version: Any, options: dict[str, Any], words: str
) -> None:
    """What the options need is reported before anything is sent."""
    monkeypatch.setattr(OpenStack, "newest_tested", version)
    with nothing_done(bench):
        refused(make(bench, name="x", **options), words)


@OPENSTACK
@pytest.mark.parametrize("version", [(2, 1), (2, 36), (2, 40), (2, 51), (2, 56)])
def test_an_older_cloud_makes_servers_too(bench: Bench, monkeypatch: pytest.MonkeyPatch, version: Any) -> None:
    monkeypatch.setattr(OpenStack, "newest_tested", version)
    tags = ["role=x"] if version >= (2, 26) else None
    done = make(bench, name="x", networks=None, tags=tags, files={"/etc/motd": "aGk="})
    assert not done.get("failed"), done
    assert bench.server("x")["tags"] == (tags or [])
    # Below 2.52 tags are given afterwards.
    after = ["set_tags"] if (2, 26) <= version < (2, 52) else []
    assert outcome(done, "x")["actions"] == ["create", *after]
