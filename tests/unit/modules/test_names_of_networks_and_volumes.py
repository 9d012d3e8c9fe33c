# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks, subnets, ports, VPCs and volumes by name: what is asked of the cloud, once, and what is said without it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from modules import test_server_interface, test_server_volume
from modules.bench import PLATFORMS, Bench, nothing_done, refused
from modules.huaweicloud_servers import SUBNET, VPC, kind
from modules.request_budgets import FLAVOR, IMAGE

NETWORK_LIST = {platform: "list networks" for platform in PLATFORMS} | {"huaweicloud": "list subnets"}
VOLUME_LIST = {platform: "list volumes" for platform in PLATFORMS} | {"huaweicloud": "list disks"}


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def query(row: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in row["query"]:
        found.setdefault(name, []).append(value)
    return found


def row_named(bench: Bench, kind: str, name: str) -> dict[str, Any]:
    rows = bench.control("GET", f"/{bench.platform}/{kind}s")[f"{kind}s"]
    return next(row for row in rows if row["name"] == name)


def network(bench: Bench) -> tuple[str, str]:
    """The name and the id of a network, or of a subnet of the VPC, on which no server is."""
    if bench.platform == "huaweicloud":
        subnet = row_named(bench, "network", "vpc-demo")["subnets"][1]
        return str(subnet["name"]), str(subnet["id"])
    return "storage-net", test_server_interface.network(bench)


# -- volumes ---------------------------------------------------------------------------------------------------------


def test_a_volume_by_name(bench: Bench) -> None:
    wanted = row_named(bench, "volume", "data-1")["id"]
    done = test_server_volume.held(bench, names=["web-01"], volumes=["data-1"])
    assert wanted in [each["volume_id"] for each in done["attachments"][bench.id_of("web-01")]]
    asked = bench.requests(VOLUME_LIST[bench.platform])
    assert len(asked) == 4, "one list for each of the four tasks"
    pattern = {"huaweicloud": "/v2/[0-9a-f]{32}/cloudvolumes/detail"}
    known = pattern.get(bench.platform, f"/{bench.platform}/volume/v3/[0-9a-f]{{32}}/volumes")
    assert re.fullmatch(known, asked[0]["path"])
    assert query(asked[0]) == {"name": ["data-1"], "limit": ["1000"]}
    test_server_volume.held(bench, names=["web-01"], volumes=["data-1"], state="absent")


def test_an_id_of_a_volume_costs_no_list(bench: Bench) -> None:
    wanted = row_named(bench, "volume", "data-1")["id"]
    assert test_server_volume.volume(bench, names=["web-01"], volumes=[wanted])["changed"]
    with nothing_done(bench):
        assert not test_server_volume.volume(bench, names=["web-01"], volumes=["data-1"])["changed"]
        assert not test_server_volume.volume(bench, names=["web-01"], volumes=["data-1", wanted])["changed"]
    assert len(bench.requests(VOLUME_LIST[bench.platform])) == 2


def test_a_volume_that_no_one_or_several_have(bench: Bench) -> None:
    with nothing_done(bench):
        for check in (True, False):
            result = test_server_volume.volume(bench, check=check, names=["web-01"], volumes=["data-1", "other"])
            refused(result, "volumes: no volume that this project may use is named other; check its spelling", "data-2")
    bench.control("POST", f"/{bench.platform}/volumes", {"name": "data-1"})
    with nothing_done(bench):
        for state in ("present", "absent"):
            result = test_server_volume.volume(bench, names=["web-01"], volumes=["data-1"], state=state)
            refused(result, "volumes: 2 volumes are named data-1 (", "choose one by id")


def test_a_volume_that_is_gone_is_not_attached(bench: Bench) -> None:
    with nothing_done(bench):
        result = test_server_volume.volume(bench, names=["web-01"], volumes=["other"], state="absent")
    assert not result.get("failed") and not result["changed"]
    assert any("no volume that this project may use is named other" in each for each in result["warnings"])


@pytest.mark.parametrize("status", [403, 503])
def test_a_volume_service_that_does_not_answer(bench: Bench, status: int) -> None:
    bench.fault(VOLUME_LIST[bench.platform], status=status)
    with nothing_done(bench):
        result = test_server_volume.volume(bench, names=["web-01"], volumes=["data-1"])
        refused(result, "Could not list the volumes", "give the id of the volume data-1 in volumes")
    wanted = row_named(bench, "volume", "data-1")["id"]
    assert test_server_volume.volume(bench, names=["web-01"], volumes=[wanted])["changed"]


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
@pytest.mark.parametrize("path", ["volume", "volume/v3"])
def test_an_endpoint_of_the_volume_service_without_the_project(bench: Bench, path: str) -> None:
    base = bench.options["auth"]["auth_url"].partition("/openstack/")[0]
    endpoints = {"volume": f"{base}/openstack/{path}"}
    assert test_server_volume.volume(bench, names=["web-01"], volume="data-1", endpoints=endpoints)["changed"]


# -- interfaces ------------------------------------------------------------------------------------------------------


def test_a_network_by_name(bench: Bench) -> None:
    name, identity = network(bench)
    done = test_server_interface.held(bench, names=["web-01", "web-02"], network_id=name)
    assert all(identity in [each["network_id"] for each in rows] for rows in done["interfaces"].values())
    asked = bench.requests(NETWORK_LIST[bench.platform])
    assert len(asked) == 4, "one list for each of the four tasks"
    if bench.platform == "huaweicloud":
        vpc = query(asked[0])["vpc_id"]
        assert query(asked[0]) == {"vpc_id": vpc, "limit": ["1000"]} and asked[0]["path"].endswith("/subnets")
    else:
        assert asked[0]["path"] == f"/{bench.platform}/network/v2.0/networks"
        assert query(asked[0]) == {"fields": ["id", "name"], "name": [name], "limit": ["1000"]}
    test_server_interface.held(bench, names=["web-01", "web-02"], network_id=name, state="absent")


def test_a_port_by_name(bench: Bench) -> None:
    spare = row_named(bench, "port", "spare-1")["id"]
    done = test_server_interface.held(bench, names=["web-01"], port="spare-1")
    assert spare in [each["port_id"] for each in done["interfaces"][bench.id_of("web-01")]]
    (asked, *others) = bench.requests("list ports")
    assert len(others) == 3 and query(asked)["name"] == ["spare-1"]
    test_server_interface.held(bench, names=["web-01"], port="spare-1", state="absent")


def test_a_network_and_a_port_that_do_not_exist(bench: Bench) -> None:
    word = "subnet" if bench.platform == "huaweicloud" else "network"
    for option, noun in (("network_id", word), ("port_id", "port")):
        with nothing_done(bench):
            result = test_server_interface.interface(bench, names=["web-01"], **{option: "other"})
            refused(result, f"{option}: no {noun} that this project may use is named other; check", "; there ")
            gone = test_server_interface.interface(bench, names=["web-01"], state="absent", **{option: "other"})
        assert not gone.get("failed") and not gone["changed"]
        assert any("is named other" in each for each in gone["warnings"])


def test_a_network_service_that_does_not_answer(bench: Bench) -> None:
    bench.fault(NETWORK_LIST[bench.platform], status=403)
    word = "subnet" if bench.platform == "huaweicloud" else "network"
    with nothing_done(bench):
        result = test_server_interface.interface(bench, names=["web-01"], network_id="private")
        refused(result, f"Could not list the {word}s", f"give the id of the {word} private in network_id")


@pytest.mark.parametrize("platform", ["ustack"], indirect=True)
def test_a_subnet_by_name(bench: Bench) -> None:
    identity = test_server_interface.network(bench, ["172.30.0.0/16", "172.31.0.0/16"])
    options = {"network_id": "storage-net", "fixed_ips": [{"subnet_id": "storage-net_subnet_2"}]}
    done = test_server_interface.held(bench, names=["web-01"], **options)
    (made,) = [each for each in done["interfaces"][bench.id_of("web-01")] if each["network_id"] == identity]
    assert made["fixed_ips"][0]["ip_address"].startswith("172.31.")
    assert query(bench.requests("list subnets")[0])["network_id"] == [identity]


# -- new servers -----------------------------------------------------------------------------------------------------


def made(bench: Bench, **options: Any) -> dict[str, Any]:
    """The body of the only request for a server; check mode, and a second run, change nothing."""
    given = {"flavor": FLAVOR[bench.platform], "image": IMAGE[bench.platform], "unapplied_options": "fail", **options}
    given = {name: value for name, value in given.items() if value is not None}
    with nothing_done(bench):
        assert bench.call("server", check=True, **given)["changed"]
    done = bench.call("server", **given)
    assert not done.get("failed") and done["changed"], done
    (asked,) = [row for row in bench.requests() if row["method"] == "POST" and "server" in (row["body"] or {})]
    before = len(bench.requests())
    with nothing_done(bench):
        again = bench.call("server", **given)
    assert not again.get("failed") and not again["changed"] and not again.get("warnings"), again
    lists = {row["name"] for row in bench.requests()[before:]}
    assert not lists & {"list networks", "list subnets", "list ports", "list vpcs", "list disks", "list volumes"}
    return dict(asked["body"]["server"])


@pytest.mark.parametrize("platform", ["openstack", "easystack", "ustack"], indirect=True)
def test_a_new_server_on_a_named_port(bench: Bench) -> None:
    body = made(bench, name="new-1", networks=[{"port": "spare-1"}])
    assert body["networks"] == [{"port": row_named(bench, "port", "spare-1")["id"]}]
    assert len(bench.requests("list ports")) == 2, "one of check mode, and one of the run"


@pytest.mark.parametrize("platform", ["easystack"], indirect=True)
def test_a_new_server_on_named_subnets(bench: Bench) -> None:
    identity = test_server_interface.network(bench, ["172.30.0.0/16", "2001:db8:30::/64"])
    names = ["storage-net_subnet", "storage-net_subnet_2"]
    body = made(bench, name="new-1", networks=[{"network": "storage-net", "subnet": names}])
    rows = row_named(bench, "network", "storage-net")["subnets"]
    assert body["networks"] == [{"uuid": identity, "subnet_id": [row["id"] for row in rows]}]
    assert [query(row).get("network_id") for row in bench.requests("list subnets")] == [[identity]] * 4


@pytest.mark.parametrize("platform", ["openstack", "easystack", "ustack"], indirect=True)
@pytest.mark.parametrize("option", ["volumes", "boot_volume"])
def test_a_new_server_with_a_named_volume(bench: Bench, option: str) -> None:
    wanted = row_named(bench, "volume", "data-1")["id"]
    if option == "volumes":
        body = made(bench, name="new-1", volumes=[{"source": "volume", "id": "data-1"}])
    else:
        body = made(bench, name="new-1", boot_volume={"volume": "data-1"}, image=None)
    assert wanted in [row.get("uuid") for row in body["block_device_mapping_v2"]]
    assert len(bench.requests("list volumes")) == 2, "one of check mode, and one of the run"


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
def test_a_disk_from_a_named_image(bench: Bench) -> None:
    body = made(bench, name="new-1", volumes=[{"source": "image", "id": "debian-12", "size_gb": 20}])
    image = row_named(bench, "image", "debian-12")["id"]
    assert [row["uuid"] for row in body["block_device_mapping_v2"]] == [image, image]
    with nothing_done(bench):
        wrong = [{"source": "image", "id": "other", "size_gb": 20}]
        result = bench.call("server", name="new-2", flavor="m1.small", image="debian-12", volumes=wrong)
        refused(result, "volumes: no image that this project may use has the id or name other")


@pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
@pytest.mark.parametrize(
    "form", [["vpc-demo_subnet"], [{"network": "vpc-demo_subnet"}], [{"subnet": "vpc-demo_subnet"}]]
)
def test_a_new_server_in_a_named_vpc(bench: Bench, form: list[Any]) -> None:
    names = ["new-1", "new-2"]
    options = {**kind(vpc_id="vpc-demo"), "networks": form, "names": names, "unapplied_options": "fail"}
    with nothing_done(bench):
        assert bench.call("server", check=True, **options)["changed"]
    assert bench.call("server", **options)["changed"]
    bodies = [row["body"]["server"] for row in bench.requests("create servers")]
    assert {(each["vpcid"], each["nics"][0]["subnet_id"]) for each in bodies} == {(VPC, SUBNET)}
    assert [query(row)["vpc_id"] for row in bench.requests("list subnets")] == [[VPC]] * 2, "one for all servers"
    assert len(bench.requests("list vpcs")) == 2 and query(bench.requests("list vpcs")[0]) == {"limit": ["1000"]}
    with nothing_done(bench):
        again = bench.call("server", **options)
    assert not again.get("failed") and not again["changed"] and not again.get("warnings"), again
    assert len(bench.requests("list vpcs")) == 2, "an existing server needs no list"


@pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
def test_a_new_server_on_a_named_port_of_a_vpc(bench: Bench) -> None:
    options = {**kind(networks=[{"port": "spare-1"}]), "name": "new-1", "unapplied_options": "fail"}
    assert bench.call("server", **options)["changed"]
    (body,) = [row["body"]["server"] for row in bench.requests("create servers")]
    assert body["nics"] == [{"port_id": row_named(bench, "port", "spare-1")["id"]}]
    assert query(bench.requests("list ports")[0]) == {"name": ["spare-1"], "limit": ["1000"]}
    with nothing_done(bench):
        assert not bench.call("server", **options)["changed"]


def test_a_fleet_lists_once(bench: Bench) -> None:
    if bench.platform == "huaweicloud":
        more: dict[str, Any] = {**kind(vpc_id="vpc-demo"), "networks": ["vpc-demo_subnet"]}
    else:
        name = "shared" if bench.platform == "ustack" else "private"
        more = {"flavor": FLAVOR[bench.platform], "image": IMAGE[bench.platform], "networks": [name]}
    servers = [{"name": "new-%d" % number, "hostname": None, **more} for number in range(3)]
    servers = [{key: value for key, value in each.items() if value is not None} for each in servers]
    servers[0]["metadata"] = {"first": "yes"}
    assert bench.call("server_fleet", servers=servers)["changed"]
    assert len(bench.requests(NETWORK_LIST[bench.platform])) == 1
    with nothing_done(bench):
        assert not bench.call("server_fleet", servers=servers)["changed"]
