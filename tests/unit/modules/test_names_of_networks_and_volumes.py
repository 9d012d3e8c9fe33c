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
    for option, kind in (("network_id", word), ("port_id", "port")):
        with nothing_done(bench):
            result = test_server_interface.interface(bench, names=["web-01"], **{option: "other"})
            refused(result, f"{option}: no {kind} that this project may use is named other; check", "; there ")
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
