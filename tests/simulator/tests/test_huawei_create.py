"""huaweicloud: create and delete servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest

from simulator.state.ids import stable_id
from simulator.tests.calls import GOOD

KEY = "0d0466b0-0000-4000-8000-000000000000"
BLOCK = {"marketType": "spot", "interruption_policy": "immediate"}
LONG = base64.b64encode(b"x" * 32769).decode()


def wanted(cloud: Any, **fields: Any) -> dict[str, Any]:
    """The body's server; a field of None is left out."""
    builder = cloud.sim.builders["huaweicloud"]
    vpc = next(iter(builder.networks.rows.values()))
    server: dict[str, Any] = {
        "name": "new",
        "imageRef": next(iter(builder.images)),
        "flavorRef": "s6.small.1",
        "vpcid": stable_id("vpc", vpc.name),
        "nics": [{"subnet_id": vpc.subnets[0].id}],
        "root_volume": {"volumetype": "GPSSD", "size": 40},
        **fields,
    }
    return {key: value for key, value in server.items() if value is not None}


def create(cloud: Any, token: str | None = None, version: str = "v1.1", body: Any = None, **fields: Any) -> Any:
    headers = {"X-Auth-Token": cloud.token(), **({"X-Client-Token": token} if token else {})}
    document = {"server": wanted(cloud, **fields)} if body is None else body
    return cloud.client.post("/%s/%s/cloudservers" % (version, cloud.project_id), json=document, headers=headers)


def delete(cloud: Any, *names: str, **fields: Any) -> Any:
    ids = [cloud.id(name) if "-" in name and len(name) < 36 else name for name in names]
    return cloud.post("/cloudservers/delete", {"servers": [{"id": one} for one in ids], **fields})


def job(cloud: Any, response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    return dict(cloud.get("/jobs/" + response.json["job_id"]).json)


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json["error"]["code"]


def listed(cloud: Any) -> dict[str, Any]:
    rows = cloud.get("/cloudservers/detail?limit=1000").json["servers"]
    return {row["name"]: row for row in rows}


def test_a_server_is_made(huaweicloud: Any) -> None:
    response = create(
        huaweicloud,
        adminPass=GOOD,
        server_tags=[{"key": "role", "value": "web"}, {"key": "spot", "value": ""}],
        metadata={"team": "a"},
        description="mine",
        availability_zone="cn-north-4b",
        extendparam={"enterprise_project_id": "ep1"},
        data_volumes=[{"volumetype": "SSD", "size": 10}],
    )
    (server_id,) = response.json["serverIds"]
    first = job(huaweicloud, response)
    assert (first["status"], first["job_type"]) == ("INIT", "createServer")
    (sub,) = first["entities"]["sub_jobs"]
    assert (sub["job_type"], sub["entities"]) == ("createSingleServer", {"server_id": server_id})
    # Its id is known before it can be found.
    assert code(huaweicloud.get("/cloudservers/" + server_id)) == (404, "Ecs.0114")
    assert "new" not in listed(huaweicloud)
    huaweicloud.pass_time(0.1)
    assert huaweicloud.status("new") == ("BUILD", "spawning")
    huaweicloud.pass_time(0.3)
    assert job(huaweicloud, response)["status"] == "SUCCESS"
    shown = listed(huaweicloud)["new"]
    assert (shown["id"], shown["status"], shown["tags"]) == (server_id, "ACTIVE", ["role=web", "spot"])
    assert (shown["metadata"]["team"], shown["metadata"]["charging_mode"]) == ("a", "0")
    assert (shown["description"], shown["enterprise_project_id"]) == ("mine", "ep1")
    assert shown["OS-EXT-AZ:availability_zone"] == "cn-north-4b"
    ((address,),) = shown["addresses"].values()
    assert address["addr"].startswith("10.") and address["OS-EXT-IPS:type"] == "fixed"
    entry = huaweicloud.log(operation="create servers")[0]
    assert entry["body"]["server"]["adminPass"] == "********"


def test_several_are_numbered(huaweicloud: Any) -> None:
    response = create(huaweicloud, count=3)
    huaweicloud.pass_time(1)
    ids = response.json["serverIds"]
    rows = listed(huaweicloud)
    assert {rows["new-000%d" % number]["id"] for number in (1, 2, 3)} == set(ids)
    assert job(huaweicloud, response)["entities"]["sub_jobs_total"] == 3
    addresses = [
        row["addr"]
        for name, shown in rows.items()
        if name.startswith("new-")
        for row in next(iter(shown["addresses"].values()))
    ]
    assert len(set(addresses)) == len(addresses) == 3


def test_a_client_token_brings_the_first_answer_again(huaweicloud: Any) -> None:
    token = str(uuid.uuid4())
    first = create(huaweicloud, token)
    assert create(huaweicloud, token).json == first.json
    huaweicloud.pass_time(1)
    assert create(huaweicloud, token).json == first.json
    assert code(create(huaweicloud, token, name="other")) == (400, "Ecs.0122")
    assert code(create(huaweicloud, "no-uuid")) == (400, "Ecs.0123")
    assert create(huaweicloud, str(uuid.uuid4())).json["serverIds"] != first.json["serverIds"]
    huaweicloud.pass_time(8 * 3600 + 1)
    assert code(create(huaweicloud, token)) == (400, "Ecs.0124")


def test_a_dry_run_makes_nothing(huaweicloud: Any) -> None:
    response = create(huaweicloud, body={"server": wanted(huaweicloud), "dry_run": True})
    assert (response.status_code, response.data) == (202, b"")
    response = create(huaweicloud, body={"server": wanted(huaweicloud, flavorRef="x"), "dry_run": True})
    assert code(response) == (400, "Ecs.0029")
    huaweicloud.pass_time(1)
    assert "new" not in listed(huaweicloud)


def test_what_could_not_be_made_is_cleared_away(huaweicloud: Any) -> None:
    huaweicloud.client.post(
        "/_sim/faults",
        json={
            "platform": "huaweicloud",
            "operation": "create servers",
            "do": {"job": {"status": "FAIL", "fail_servers": ["new-0002"], "code": "Ecs.0319", "reason": "sold out"}},
        },
    )
    response = create(huaweicloud, count=2)
    huaweicloud.pass_time(1)
    found = job(huaweicloud, response)
    assert (found["status"], found["error_code"]) == ("FAIL", "Ecs.0319")
    assert sorted(sub["status"] for sub in found["entities"]["sub_jobs"]) == ["FAIL", "SUCCESS"]
    assert "new-0001" in listed(huaweicloud) and "new-0002" not in listed(huaweicloud)


def test_a_prepaid_one_waits_for_its_payment(huaweicloud: Any) -> None:
    term = {"chargingMode": "prePaid", "periodType": "month", "periodNum": 1}
    response = create(huaweicloud, extendparam=term)
    assert response.json["order_id"].startswith("CS")
    huaweicloud.pass_time(5)
    assert job(huaweicloud, response)["status"] == "PENDING_PAYMENT"
    assert "new" not in listed(huaweicloud)
    huaweicloud.client.post("/_sim/huaweicloud/jobs/%s/pay" % response.json["job_id"])
    huaweicloud.pass_time(1)
    assert job(huaweicloud, response)["status"] == "SUCCESS"
    assert listed(huaweicloud)["new"]["metadata"]["charging_mode"] == "1"
    response = create(huaweicloud, name="paid", extendparam={**term, "isAutoPay": "true"})
    huaweicloud.pass_time(1)
    assert job(huaweicloud, response)["status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"imageRef": "x"}, "Ecs.0031"),
        ({"flavorRef": "x"}, "Ecs.0029"),
        ({"flavorRef": None}, "Ecs.0029"),
        ({"flavorRef": "s3.medium.2"}, "Ecs.0707"),
        ({"flavorRef": "c7.large.2", "availability_zone": "cn-north-4b"}, "Ecs.0707"),
        ({"availability_zone": "cn-north-4c"}, "Ecs.0005"),
        ({"name": "a b"}, "Ecs.0005"),
        ({"name": "a" * 129}, "Ecs.0005"),
        ({"name": "a" * 124, "count": 2}, "Ecs.0005"),
        ({"count": 0}, "Ecs.0005"),
        ({"count": 101}, "Ecs.0005"),
        ({"count": "2"}, "Ecs.0005"),
        ({"vpcid": "x"}, "Ecs.0005"),
        ({"nics": []}, "Ecs.0005"),
        ({"nics": [{"subnet_id": "x"}]}, "Ecs.0005"),
        ({"root_volume": None}, "Ecs.0005"),
        ({"root_volume": {"volumetype": "FAST"}}, "Ecs.0041"),
        ({"root_volume": {"volumetype": "SSD", "size": "40"}}, "Ecs.0005"),
        ({"data_volumes": [{"volumetype": "SSD", "size": 1}]}, "Ecs.0005"),
        ({"adminPass": "short"}, "Ecs.0011"),
        ({"adminPass": GOOD, "key_name": "operators"}, "Ecs.0005"),
        ({"key_name": "unknown"}, "Ecs.0314"),
        ({"server_tags": [{"key": "k" * 37, "value": ""}]}, "Ecs.0905"),
        ({"server_tags": [{"key": "k"}]}, "Ecs.0905"),
        ({"server_tags": [{"key": "k%d" % number, "value": ""} for number in range(11)]}, "Ecs.0908"),
        ({"metadata": {"k y": ""}}, "Ecs.0005"),
        ({"description": "<b>"}, "Ecs.0005"),
        ({"user_data": "%"}, "Ecs.0005"),
        ({"user_data": LONG}, "Ecs.0005"),
        ({"security_groups": [{"id": "default"}]}, "Ecs.0005"),
        ({"extendparam": {"chargingMode": "prePaid"}}, "Ecs.0005"),
        ({"extendparam": {"isAutoPay": True}}, "Ecs.0005"),
        ({"flavor": "s6.small.1"}, "Ecs.0005"),
        ({"root_volume": {"volumetype": "GPSSD2", "iops": 3000}}, "Ecs.0005"),
        ({"root_volume": {"volumetype": "SSD", "iops": 3000}}, "Ecs.0005"),
        ({"root_volume": {"volumetype": "ESSD2", "iops": "3000"}}, "Ecs.0005"),
        ({"root_volume": {"volumetype": "ESSD2", "iops": 3000, "throughput": 125}}, "Ecs.0005"),
        ({"root_volume": {"volumetype": "SSD", "multiattach": True}}, "Ecs.0005"),
        ({"root_volume": {"volumetype": "SSD", "metadata": {"__system__encrypted": "1"}}}, "Ecs.0005"),
        ({"root_volume": {"volumetype": "SSD", "metadata": {"__system__cmkid": KEY}}}, "Ecs.0005"),
        ({"root_volume": {"volumetype": "SSD", "metadata": {"key": "1"}}}, "Ecs.0005"),
        ({"data_volumes": [{"volumetype": "SSD", "size": 10, "multiattach": "true"}]}, "Ecs.0005"),
        ({"data_volumes": [{"volumetype": "SSD", "size": 10, "extendparam": {"snapshot": "s"}}]}, "Ecs.0005"),
        ({"data_volumes": [{"volumetype": "GPSSD2", "size": 10, "iops": 1, "throughput": 1}],
          "extendparam": {"chargingMode": "prePaid", "periodType": "month", "periodNum": 1}}, "Ecs.0005"),
        ({"os:scheduler_hints": {"dedicated_host_id": KEY}}, "Ecs.0005"),
        ({"os:scheduler_hints": {"dedicated_host_id": "h", "tenancy": "dedicated"}}, "Ecs.0005"),
        ({"os:scheduler_hints": {"tenancy": "own"}}, "Ecs.0005"),
        ({"os:scheduler_hints": {"group": KEY}}, "Ecs.0005"),
        ({"os:scheduler_hints": {"host": "h"}}, "Ecs.0005"),
        ({"extendparam": {"marketType": "cheap"}}, "Ecs.0005"),
        ({"extendparam": {"spotPrice": "1"}}, "Ecs.0005"),
        ({"extendparam": {"marketType": "spot", "spotPrice": 1}}, "Ecs.0005"),
        ({"extendparam": {"marketType": "spot", "spotPrice": "low"}}, "Ecs.0005"),
        ({"extendparam": {"marketType": "spot", "support_auto_recovery": True}}, "Ecs.0005"),
        ({"extendparam": {"marketType": "spot", "spot_duration_hours": 1}}, "Ecs.0005"),
        ({"extendparam": {"marketType": "spot", "spot_duration_count": 1}}, "Ecs.0005"),
        ({"extendparam": {**BLOCK, "spot_duration_hours": 5, "spot_duration_count": 2}}, "Ecs.0005"),
        ({"extendparam": {**BLOCK, "interruption_policy": "later"}}, "Ecs.0005"),
        ({"extendparam": {"support_auto_recovery": "true"}}, "Ecs.0005"),
    ],
)  # fmt: skip
def test_what_is_refused(huaweicloud: Any, fields: dict[str, Any], expected: str) -> None:
    assert code(create(huaweicloud, **fields)) == (400, expected)


def test_the_older_call_is_for_pay_per_use(huaweicloud: Any) -> None:
    assert create(huaweicloud, version="v1").status_code == 200
    term = {"chargingMode": "prePaid", "periodType": "year", "periodNum": 1}
    assert code(create(huaweicloud, version="v1", extendparam=term)) == (400, "Ecs.0005")


def test_an_address_is_given_once(huaweicloud: Any) -> None:
    nics = [{**wanted(huaweicloud)["nics"][0], "ip_address": "10.0.7.7"}]
    assert create(huaweicloud, nics=nics).status_code == 200
    huaweicloud.pass_time(1)
    assert code(create(huaweicloud, nics=nics)) == (400, "Ecs.0005")


def test_a_port_and_an_ipv6_address(huaweicloud: Any) -> None:
    builder = huaweicloud.sim.builders["huaweicloud"]
    port, other = builder.ports.rows.values()
    subnet = wanted(huaweicloud)["nics"][0]
    both = [{"port_id": port.id}, {**subnet, "ipv6_enable": True, "ipv6_bandwidth": {"id": KEY}}]
    assert create(huaweicloud, nics=both).status_code == 200
    huaweicloud.pass_time(1)
    ((own, ipv4, ipv6),) = listed(huaweicloud)["new"]["addresses"].values()
    assert (own["addr"], own["OS-EXT-IPS:port_id"]) == (port.ip, port.id)
    assert (ipv4["version"], ipv6["version"]) == ("4", "6")
    assert ipv4["OS-EXT-IPS-MAC:mac_addr"] == ipv6["OS-EXT-IPS-MAC:mac_addr"]
    assert own["OS-EXT-IPS-MAC:mac_addr"] != ipv6["OS-EXT-IPS-MAC:mac_addr"]
    again = create(huaweicloud, nics=[{"port_id": port.id}])
    assert code(again) == (400, "Ecs.0005") and "is in use" in again.json["error"]["message"]
    for nics in (
        [{"port_id": other.id}, {"port_id": other.id}],
        [{"port_id": other.id, **subnet}],
        [{"port_id": KEY}],
        [{**subnet, "ipv6_enable": "true"}],
        [{**subnet, "ipv6_bandwidth": {"id": KEY}}],
        [{**subnet, "ipv6_enable": True, "ipv6_bandwidth": {"id": "b"}}],
        [{**subnet, "ip_address": other.ip}],
    ):
        assert code(create(huaweicloud, nics=nics)) == (400, "Ecs.0005"), nics
    assert code(create(huaweicloud, nics=[{"port_id": other.id}], count=2)) == (400, "Ecs.0005")
    huaweicloud.pass_time(1)
    delete(huaweicloud, huaweicloud.id("new"))
    huaweicloud.pass_time(1)
    assert create(huaweicloud, nics=[{"port_id": port.id}]).status_code == 200


def test_disks_placement_and_billing(huaweicloud: Any) -> None:
    encrypted = {"__system__encrypted": "1", "__system__cmkid": KEY}
    fast = {"volumetype": "GPSSD2", "size": 20, "iops": 3000, "throughput": 125}
    hints: Any = {"os:scheduler_hints": {"tenancy": "dedicated", "dedicated_host_id": KEY}}
    response = create(
        huaweicloud,
        root_volume={**fast, "metadata": encrypted},
        data_volumes=[{**fast, "multiattach": True}, {"volumetype": "ESSD2", "size": 20, "iops": 500}],
        extendparam={**BLOCK, "spot_duration_hours": 6, "spot_duration_count": 2, "spotPrice": "0.5"},
        **hints,
    )
    assert response.status_code == 200, response.text
    assert create(huaweicloud, name="safe", extendparam={"support_auto_recovery": True}).status_code == 200
    huaweicloud.pass_time(1)
    shown = listed(huaweicloud)
    assert shown["new"]["metadata"]["charging_mode"] == "2" and shown["safe"]["metadata"]["charging_mode"] == "0"
    assert shown["new"]["os:scheduler_hints"] == {"tenancy": ["dedicated"], "dedicated_host_id": [KEY]}
    assert shown["safe"]["os:scheduler_hints"] == {}
    assert huaweicloud.sim.fleets["huaweicloud"].find("safe").auto_recovery


def test_a_new_server_joins_its_group(huaweicloud: Any) -> None:
    body = {"server_group": {"name": "apart", "policies": ["anti-affinity"]}}
    group = huaweicloud.post("/cloudservers/os-server-groups", body).json["server_group"]
    hints: Any = {"os:scheduler_hints": {"group": group["id"]}}
    response = create(huaweicloud, **hints)
    assert response.status_code == 200, response.text
    huaweicloud.pass_time(1)
    (found,) = huaweicloud.get("/cloudservers/os-server-groups").json["server_groups"]
    assert found["members"] == response.json["serverIds"]
    assert listed(huaweicloud)["new"]["os:scheduler_hints"] == {"group": [group["id"]]}


def test_servers_are_deleted(huaweicloud: Any) -> None:
    response = delete(huaweicloud, "web-01", "batch-01", delete_volume=True)
    ids = {huaweicloud.id("web-01"), huaweicloud.id("batch-01")}
    assert huaweicloud.status("web-01") == ("ACTIVE", "deleting")
    found = job(huaweicloud, response)
    assert {sub["entities"]["server_id"] for sub in found["entities"]["sub_jobs"]} == ids
    huaweicloud.pass_time(1)
    assert job(huaweicloud, response)["status"] == "SUCCESS"
    assert not {"web-01", "batch-01"} & set(listed(huaweicloud))
    assert code(delete(huaweicloud, *ids)) == (404, "Ecs.0114")


def test_a_batch_of_which_some_cannot_be_deleted(huaweicloud: Any) -> None:
    huaweicloud.act("web-02", {"reboot": {"type": "SOFT"}})
    response = delete(huaweicloud, "web-01", "web-02", "vault-01")
    huaweicloud.pass_time(1)
    found = job(huaweicloud, response)
    codes = [sub["error_code"] for sub in found["entities"]["sub_jobs"]]
    assert (found["status"], codes) == ("FAIL", [None, "Ecs.0603", "Ecs.0605"])
    assert {"web-02", "vault-01"} <= set(listed(huaweicloud)) and "web-01" not in listed(huaweicloud)
    huaweicloud.client.put("/_sim/huaweicloud/options", json={"locked": "request"})
    assert code(delete(huaweicloud, "web-03", "vault-01")) == (400, "Ecs.0605")


def test_a_deletion_fails_on_order(huaweicloud: Any) -> None:
    huaweicloud.client.post(
        "/_sim/faults",
        json={
            "platform": "huaweicloud",
            "operation": "delete servers",
            "do": {"job": {"status": "FAIL", "fail_servers": ["web-01"]}},
        },
    )
    response = delete(huaweicloud, "web-01", "web-02")
    huaweicloud.pass_time(1)
    assert job(huaweicloud, response)["status"] == "FAIL"
    assert listed(huaweicloud)["web-01"]["status"] == "ACTIVE" and "web-02" not in listed(huaweicloud)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"servers": []},
        {"servers": ["x"]},
        {"servers": [{"id": 1}]},
        {"servers": [{"id": "x"}], "delete_volume": "yes"},
        {"servers": [{"id": "x"}], "force": True},
    ],
)
def test_a_deletion_that_is_malformed(huaweicloud: Any, body: dict[str, Any]) -> None:
    assert code(huaweicloud.post("/cloudservers/delete", body)) == (400, "Ecs.0005")


def test_limits_of_a_deletion(huaweicloud: Any) -> None:
    rows = [{"id": str(number)} for number in range(1001)]
    assert code(huaweicloud.post("/cloudservers/delete", {"servers": rows})) == (400, "Ecs.0118")
    huaweicloud.sim.fleets["huaweicloud"].find("web-01").prepaid = True
    assert code(delete(huaweicloud, "web-01", "web-02")) == (400, "Ecs.0028")
    assert "web-02" in listed(huaweicloud)
