# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_interface at its end: ports and networks, many servers, failures, the wire."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import NOVA, Bench, nothing_done, outcome, refused, says

ATTACH = {"openstack": "E16", "easystack": "E16", "ustack": "U25"}
BY_NETWORK = {**ATTACH, "ustack": "U27"}
DETACH = {"openstack": "E17", "easystack": "E17", "ustack": "U26"}
RECORDED = ("openstack", "easystack")
WEB = ["web-01", "web-02", "web-03"]


@pytest.fixture(params=NOVA)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def interface(bench: Bench, **options: Any) -> dict[str, Any]:
    return bench.call("server_interface", **options)


def port(bench: Bench, name: str = "spare-1") -> dict[str, Any]:
    rows = bench.control("GET", f"/{bench.platform}/ports")["ports"]
    return next(row for row in rows if row["name"] == name)


def network(bench: Bench, subnets: Any = ("172.30.0.0/16",)) -> str:
    """A network on which no server is yet."""
    order = {"name": "storage-net", "shared": True, "subnets": list(subnets)}
    return str(bench.control("POST", f"/{bench.platform}/networks", order)["network"]["id"])


def held(bench: Bench, **options: Any) -> dict[str, Any]:
    with nothing_done(bench):
        predicted = interface(bench, check=True, diff=True, **options)
    done = interface(bench, diff=True, **options)
    assert not done.get("failed") and predicted["changed"] is done["changed"] is True, done
    assert predicted["diff"] == done["diff"]
    assert [each["actions"] for each in predicted["outcomes"]] == [each["actions"] for each in done["outcomes"]]
    with nothing_done(bench):
        again = interface(bench, diff=True, **options)
        checked = interface(bench, check=True, diff=True, **options)
    assert again["changed"] is checked["changed"] is False and again["diff"] == checked["diff"]
    return done


def test_ten_steps_with_a_port(bench: Bench) -> None:
    spare = port(bench)
    with nothing_done(bench):
        refused(interface(bench, names=["web-01"]), "port_id or network_id")
        refused(interface(bench, names=["web-01"], state="absent"), "no option selects an interface")
    done = held(bench, names=["web-01"], port_id=spare["id"])
    (shown,) = [each for each in done["interfaces"][bench.id_of("web-01")] if each["port_id"] == spare["id"]]
    assert shown["state"] == "ACTIVE" and shown["fixed_ips"][0]["ip_address"] == spare["ip"]
    assert spare["ip"] in done["servers"][0]["private_ips"]
    (asked,) = bench.requests(ATTACH[bench.platform])
    assert asked["body"] == {"interfaceAttachment": {"port_id": spare["id"]}}
    done = held(bench, names=["web-01"], port_id=spare["id"], state="absent")
    assert spare["ip"] not in done["servers"][0]["private_ips"] and port(bench)["device_id"] == ""


def test_many_servers_on_a_network_and_off_it(bench: Bench) -> None:
    wanted = network(bench)
    done = held(bench, names=WEB, network_id=wanted)
    assert len(bench.requests(BY_NETWORK[bench.platform])) == 3
    assert all(any(each["network_id"] == wanted for each in rows) for rows in done["interfaces"].values())
    held(bench, names=WEB, network_id=wanted, state="absent")
    assert len(bench.control("GET", f"/{bench.platform}/ports")["ports"]) == 2


@pytest.mark.parametrize("by", ["ip", "mac"])
def test_an_address_and_what_finds_it(bench: Bench, by: str) -> None:
    wanted = network(bench)
    done = held(bench, names=["web-01"], network_id=wanted, fixed_ips=[{"ip_address": "172.30.0.9"}])
    server = bench.id_of("web-01")
    (made,) = [each for each in done["interfaces"][server] if each["network_id"] == wanted]
    found = {"ip": "172.30.0.9", "mac": made["mac"].upper()}[by]
    gone = held(bench, names=["web-01"], state="absent", **{by: found})
    assert made["port_id"] not in [each["port_id"] for each in gone["interfaces"][server]]


def test_an_address_of_a_subnet(bench: Bench) -> None:
    wanted = network(bench, ["172.30.0.0/16", "172.31.0.0/16"])
    rows = bench.control("GET", f"/{bench.platform}/networks")["networks"]
    subnet = next(row for row in rows if row["id"] == wanted)["subnets"][1]["id"]
    options = {"names": ["web-01"], "network_id": wanted, "fixed_ips": [{"subnet_id": subnet}]}
    if bench.platform == "ustack":
        done = held(bench, **options)
        (made,) = [each for each in done["interfaces"][bench.id_of("web-01")] if each["network_id"] == wanted]
        assert made["fixed_ips"][0]["ip_address"].startswith("172.31.")
    else:
        with nothing_done(bench):
            refused(interface(bench, **options), "interface_subnets", "a port of that subnet")


def test_several_addresses(bench: Bench) -> None:
    """EasyStack and UOS document an array of addresses; Nova's schema allows one."""
    wanted = network(bench, ["172.30.0.0/16", "2001:db8:30::/64"])
    addresses = [{"ip_address": "172.30.0.9"}, {"ip_address": "2001:db8:30:0::9"}]
    options = {"names": ["web-01"], "network_id": wanted, "fixed_ips": addresses}
    if bench.platform == "openstack":
        with nothing_done(bench):
            refused(interface(bench, **options), "interface_addresses", "by port_id")
        return
    done = held(bench, **options)
    (made,) = [each for each in done["interfaces"][bench.id_of("web-01")] if each["network_id"] == wanted]
    assert [each["ip_address"] for each in made["fixed_ips"]] == ["172.30.0.9", "2001:db8:30::9"]
    (asked,) = bench.requests(BY_NETWORK[bench.platform])
    sent = [{"ip_address": "172.30.0.9"}, {"ip_address": "2001:db8:30::9"}]
    assert asked["body"] == {"interfaceAttachment": {"net_id": wanted, "fixed_ips": sent}}
    other = [{"ip_address": "172.30.0.9"}, {"ip_address": "2001:db8:30::8"}]
    says(interface(bench, **{**options, "fixed_ips": other}), "web-01", "The address is already in use")
    held(bench, **options, state="absent")


def test_a_stopped_server_has_its_port_down(bench: Bench) -> None:
    done = held(bench, names=["batch-01"], port_id=port(bench)["id"])
    assert done["interfaces"][bench.id_of("batch-01")][-1]["state"] == "DOWN"


def test_a_port_of_another_server(bench: Bench) -> None:
    interface(bench, names=["web-01"], port_id=port(bench)["id"])
    result = interface(bench, names=["web-02"], port_id=port(bench)["id"])
    says(result, "web-02", "still in use", "detach it there first")
    with nothing_done(bench):
        off = interface(bench, names=["web-02"], port_id=port(bench)["id"], state="absent")
    assert off["changed"] is False


@pytest.mark.parametrize(
    "options, words",
    [
        ({"network_id": "0c7f5a1e-8b21-4c4f-9c3e-4c6a5de0f001"}, "no network that this project may use"),
        ({"port_id": "0c7f5a1e-8b21-4c4f-9c3e-4c6a5de0f001"}, "could not be found"),
        ({"port_id": "a", "network_id": "b"}, "either port_id or network_id"),
        ({"port_id": "a", "fixed_ips": [{"ip_address": "10.0.0.9"}]}, "fixed_ips"),
        ({"network_id": "a", "fixed_ips": [{}]}, "either ip_address or subnet_id"),
        ({"network_id": "a", "fixed_ips": [{"ip_address": "10.0.0.0/8"}]}, "not an IP address"),
        ({"network_id": "a", "fixed_ips": [{"ip_address": "10.0.0.9"}, {"ip_address": "10.0.0.9"}]}, "listed twice"),
        ({"network_id": "a", "fixed_ips": [{"ip_address": "10.0.0.9"}, {}]}, "in each entry"),
        ({"network_id": "a", "mac": "fa:16:3e:00:00:01"}, "select an interface to detach"),
        ({"network_id": "a", "ip": "10.0.0.9"}, "select an interface to detach"),
        ({"names": WEB, "port_id": "a"}, "3 servers"),
    ],
)
def test_bad_input(bench: Bench, options: dict[str, Any], words: str) -> None:
    refused(interface(bench, **{"names": ["web-01"], **options}), words)


def test_a_network_without_subnet_and_an_address_that_is_taken(bench: Bench) -> None:
    says(interface(bench, names=["web-01"], network_id=network(bench, [])), "web-01", "Give the network a subnet first")
    options = {"network_id": network(bench), "fixed_ips": [{"ip_address": "172.30.0.9"}]}
    assert interface(bench, names=["web-01"], **options)["changed"]
    says(interface(bench, names=["web-02"], **options), "web-02", "The address is already in use")


@pytest.mark.parametrize("reset", ["before", "after"])
def test_a_lost_response_makes_no_second_port(bench: Bench, reset: str) -> None:
    wanted = network(bench)
    bench.fault(BY_NETWORK[bench.platform], reset=reset, times=1)
    result = interface(bench, names=["web-01"], network_id=wanted)
    assert outcome(result, "web-01")["outcome"] == ("done" if reset == "after" else "unknown"), result
    made = [each for each in result["interfaces"][bench.id_of("web-01")] if each["network_id"] == wanted]
    assert len(made) == (1 if reset == "after" else 0)


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_lost_response_about_a_port(bench: Bench, state: str, reset: str) -> None:
    wanted = {"names": ["web-01"], "port_id": port(bench)["id"]}
    if state == "absent":
        interface(bench, **wanted)
    bench.fault((ATTACH if state == "present" else DETACH)[bench.platform], reset=reset, times=1)
    result = interface(bench, state=state, **wanted)
    assert outcome(result, "web-01")["outcome"] == "done", result


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_404_of_a_gateway_after_a_port_was_changed(bench: Bench, state: str) -> None:
    options = {"names": ["web-01"], "port_id": port(bench)["id"]}
    if state == "absent":
        interface(bench, **options)
    operation = (ATTACH if state == "present" else DETACH)[bench.platform]
    bench.fault(operation, status=404, html=True, effect=True, times=1)
    result = interface(bench, **options, state=state)
    assert not result.get("failed") and result["changed"] and outcome(result, "web-01")["outcome"] == "done", result


@pytest.mark.parametrize("platform", RECORDED)
def test_a_port_that_cannot_be_detached(bench: Bench) -> None:
    interface(bench, names=["web-01"], port_id=port(bench)["id"])
    bench.fault(DETACH[bench.platform], fail_servers="all")
    result = interface(bench, names=["web-01", "web-02"], port_id=port(bench)["id"], state="absent")
    says(result, "web-01", "the cloud reports")
    assert outcome(result, "web-02")["outcome"] == "unchanged"


def test_not_waiting(bench: Bench) -> None:
    started = interface(bench, names=["web-01"], network_id=network(bench), wait=False)
    assert outcome(started, "web-01")["outcome"] == "pending"
    joined = bench.call("job_info", handle=started["handle"], wait=True)
    assert outcome(joined, "web-01")["outcome"] == "done"


def test_a_locked_server(bench: Bench) -> None:
    says(interface(bench, names=["vault-01"], port_id=port(bench)["id"]), "vault-01", "locked")


@pytest.mark.parametrize("platform", RECORDED, indirect=True)
def test_the_tag_of_an_attached_interface_cannot_be_changed(bench: Bench) -> None:
    spare = port(bench)
    done = interface(bench, names=["web-01"], port_id=spare["id"], tag="storage")
    (shown,) = [each for each in done["interfaces"][bench.id_of("web-01")] if each["port_id"] == spare["id"]]
    with nothing_done(bench):
        assert not interface(bench, names=["web-01"], port_id=spare["id"], tag="storage")["changed"]
        other = interface(bench, names=["web-01"], port_id=spare["id"], tag="other")
    if shown["tag"] is None:
        assert not other.get("failed") and not other["changed"], "the cloud does not show it"
    else:
        refused(other, "web-01", "is attached with the tag storage", "detach it first")
