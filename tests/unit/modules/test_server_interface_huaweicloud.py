# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_interface on Huawei Cloud: subnets and ports, jobs, the primary interface, lost responses, the wire."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.test_server_interface import held, interface, port

GROUP = "f0ac4394-7e4a-4409-9701-ba8be283dbc3"
ADDRESS = {"ip_address": "10.3.0.9"}
ADD, REMOVE = "add nics", "delete nics"


@pytest.fixture
def platform() -> str:
    return "huaweicloud"


def subnet(bench: Bench) -> str:
    """The second subnet of the VPC, on which no server is."""
    rows = bench.control("GET", "/huaweicloud/networks")["networks"]
    return str(next(row for row in rows if row["name"] == "vpc-demo")["subnets"][1]["id"])


def sent(bench: Bench, operation: str) -> list[Any]:
    return [row["body"] for row in bench.requests(operation)]


def on_subnet(bench: Bench, result: dict[str, Any], name: str = "web-01") -> list[dict[str, Any]]:
    wanted = subnet(bench)
    return [each for each in result["interfaces"][bench.id_of(name)] if each["network_id"] == wanted]


def test_a_subnet(bench: Bench) -> None:
    wanted = subnet(bench)
    done = held(bench, names=["web-01", "web-02"], network_id=wanted)
    assert sent(bench, ADD) == [{"nics": [{"subnet_id": wanted}]}] * 2
    wire = {(row["method"], row["path"].partition("/cloudservers/")[2].partition("/")[2], row["auth"], row["status"])
            for row in bench.requests(ADD)}  # fmt: skip
    assert wire == {("POST", "nics", "signature", 200)}
    (made,) = on_subnet(bench, done)
    assert made["fixed_ips"][0]["ip_address"].startswith("10.3.") and made["state"] == "ACTIVE"
    assert all(len(on_subnet(bench, done, name)) == 1 for name in ("web-01", "web-02"))
    gone = held(bench, names=["web-01", "web-02"], network_id=wanted, state="absent")
    assert not on_subnet(bench, gone) and not on_subnet(bench, gone, "web-02")
    assert {"nics": [{"id": made["port_id"]}]} in sent(bench, REMOVE)


def test_an_address_and_security_groups(bench: Bench) -> None:
    wanted = subnet(bench)
    done = held(bench, names=["web-01"], network_id=wanted, fixed_ips=[ADDRESS], security_groups=[GROUP, GROUP])
    assert sent(bench, ADD) == [
        {"nics": [{"subnet_id": wanted, "ip_address": "10.3.0.9", "security_groups": [{"id": GROUP}]}]}
    ]
    assert [each["ip_address"] for row in on_subnet(bench, done) for each in row["fixed_ips"]] == ["10.3.0.9"]
    held(bench, names=["web-01"], ip="10.3.0.9", state="absent")


def test_a_port(bench: Bench) -> None:
    spare = port(bench)
    held(bench, names=["web-01"], port_id=spare["id"])
    assert sent(bench, ADD) == [{"nics": [{"port_id": spare["id"]}]}]
    says(interface(bench, names=["web-02"], port_id=spare["id"]), "web-02", "in use")
    held(bench, names=["web-01"], port_id=spare["id"], state="absent")
    assert port(bench)["device_id"] == ""


def test_the_primary_interface_stays(bench: Bench) -> None:
    with nothing_done(bench):
        result = interface(bench, names=["web-01"], ip="10.0.0.11", state="absent")
    says(result, "web-01", "its primary interface, which huaweicloud never detaches")
    interface(bench, names=["web-01"], network_id=subnet(bench))
    # With a second interface only the cloud knows which one is primary.
    says(
        interface(bench, names=["web-01"], ip="10.0.0.11", state="absent"),
        "web-01",
        "primary interface of a server cannot",
    )


@pytest.mark.parametrize(
    "options, words",
    [
        ({"fixed_ips": [{"subnet_id": "x"}]}, "network_id, which is the id of the subnet"),
        ({"fixed_ips": [ADDRESS, {"ip_address": "10.3.0.10"}]}, "one IPv4 address"),
        ({"tag": "nic1"}, "interface_tags"),
        ({"security_groups": ["default"]}, "security_groups: huaweicloud needs ids, and default is not an id"),
        ({"fixed_ips": [{"ip_address": "fd00::9"}]}, "takes an IPv4 address"),
    ],
)
def test_what_the_platform_does_not_take(bench: Bench, options: dict[str, Any], words: str) -> None:
    with nothing_done(bench):
        refused(interface(bench, names=["web-01"], network_id=subnet(bench), **options), words)


def test_a_subnet_that_does_not_exist(bench: Bench) -> None:
    network = "00000000-0000-4000-8000-000000000002"
    says(interface(bench, names=["web-01"], network_id=network), "web-01", "the subnet %s could not be found" % network)


def test_a_port_that_does_not_exist(bench: Bench) -> None:
    result = interface(bench, names=["web-01"], port_id="00000000-0000-4000-8000-000000000002")
    assert outcome(result, "web-01")["code"] == "Ecs.0307"
    says(result, "web-01", "Check the ids of the port and of the server")


def test_an_address_in_use(bench: Bench) -> None:
    options = {"network_id": subnet(bench), "fixed_ips": [ADDRESS]}
    assert interface(bench, names=["web-01"], **options)["changed"]
    says(interface(bench, names=["web-02"], **options), "web-02", "the address 10.3.0.9 is in use")


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_job_that_fails_for_one_server(bench: Bench, state: str) -> None:
    options = {"names": ["web-01", "web-02"], "network_id": subnet(bench)}
    if state == "absent":
        interface(bench, **options)
    operation = ADD if state == "present" else REMOVE
    bench.fault(operation, job={"status": "FAIL", "fail_servers": ["web-02"], "code": "Ecs.1000", "reason": "No more."})
    result = interface(bench, state=state, **options)
    assert outcome(result, "web-01")["outcome"] == "done"
    failed = outcome(result, "web-02")
    assert (failed["outcome"], failed["code"], failed["message"]) == ("failed", "Ecs.1000", "No more.")
    assert len(on_subnet(bench, result)) == len(on_subnet(bench, result, "web-02")) - 1 if state == "absent" else True


@pytest.mark.parametrize("reset", ["before", "after"])
def test_a_lost_response_makes_no_second_interface(bench: Bench, reset: str) -> None:
    bench.fault(ADD, reset=reset, times=1)
    result = interface(bench, names=["web-01"], network_id=subnet(bench))
    assert outcome(result, "web-01")["outcome"] == ("done" if reset == "after" else "unknown"), result
    assert len(on_subnet(bench, result)) == len(sent(bench, ADD)) - (reset == "before")


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_lost_response_about_a_port(bench: Bench, state: str, reset: str) -> None:
    wanted = {"names": ["web-01"], "port_id": port(bench)["id"]}
    if state == "absent":
        interface(bench, **wanted)
    bench.fault(ADD if state == "present" else REMOVE, reset=reset, times=1)
    result = interface(bench, state=state, **wanted)
    assert outcome(result, "web-01")["outcome"] == "done" and result["changed"], result
    assert (port(bench)["device_id"] == "") is (state == "absent")


def test_the_end_of_a_job_is_not_enough(bench: Bench) -> None:
    """The job ends, and the list still shows the port: the task waits for the list."""
    shown = interface(bench, names=["web-01"], network_id=subnet(bench))["interfaces"][bench.id_of("web-01")]
    result = interface(bench, names=["web-01"], network_id=subnet(bench), state="absent", wait=False)
    assert outcome(result, "web-01")["outcome"] == "pending" and result["handle"]
    bench.clock.sleep(60)
    rows = [{"port_id": each["port_id"], "net_id": each["network_id"], "fixed_ips": []} for each in shown]
    bench.fault("list interfaces", status=200, body={"interfaceAttachments": rows}, times=1)
    assert outcome(bench.call("job_info", handle=result["handle"]), "web-01")["outcome"] == "pending"
    assert outcome(bench.call("job_info", handle=result["handle"]), "web-01")["outcome"] == "done"


def test_not_waiting(bench: Bench) -> None:
    started = interface(bench, names=["web-01"], network_id=subnet(bench), wait=False)
    assert outcome(started, "web-01")["outcome"] == "pending"
    joined = bench.call("job_info", handle=started["handle"], wait=True)
    assert outcome(joined, "web-01")["outcome"] == "done"


def test_interfaces_that_cannot_be_read(bench: Bench) -> None:
    """The list answers the same for a server that does not exist, and this one does."""
    bench.fault("list interfaces", status=400, body={"error": {"code": "Ecs.0307", "message": "Failed to query."}})
    result = interface(bench, names=["web-01"], network_id=subnet(bench))
    assert result["failed"] and "Ecs.0307" in result["msg"] and not sent(bench, ADD)


def test_a_locked_server(bench: Bench) -> None:
    says(interface(bench, names=["vault-01"], port_id=port(bench)["id"]), "vault-01", "locked")


@pytest.mark.parametrize("status", ["SHUTOFF", "ERROR"])
def test_the_state_of_the_server(bench: Bench, status: str) -> None:
    bench.change("web-01", status=status)
    result = interface(bench, names=["web-01"], network_id=subnet(bench))
    assert outcome(result, "web-01")["outcome"] == ("done" if status == "SHUTOFF" else "failed"), result


def test_a_server_that_is_deleted_in_the_meantime(bench: Bench) -> None:
    """Only the call that shows the server proves that it does not exist."""
    body = {"error": {"code": "Ecs.0307", "message": "Failed to query the port."}}
    gone = {"error": {"code": "Ecs.0114", "message": "Instance could not be found."}}
    bench.fault("list interfaces", status=400, body=body)
    bench.fault("show server", status=404, body=gone)
    with nothing_done(bench):
        result = interface(bench, names=["web-01"], network_id=subnet(bench), state="absent")
    assert not result.get("failed") and not result["changed"] and result["interfaces"] == {}, result
