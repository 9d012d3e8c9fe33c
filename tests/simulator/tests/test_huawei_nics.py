"""huaweicloud: the interfaces of servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

GROUP = "f0ac4394-7e4a-4409-9701-ba8be283dbc3"
NOBODY = "00000000-0000-4000-8000-000000000002"


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json["error"]["code"]


def subnet(cloud: Any, number: int = 1) -> str:
    (vpc,) = cloud.sim.builders["huaweicloud"].networks.rows.values()
    return str(vpc.subnets[number].id)


def add(cloud: Any, *nics: Any, name: str = "web-03") -> Any:
    return cloud.post("/cloudservers/%s/nics" % cloud.id(name), {"nics": list(nics)})


def remove(cloud: Any, *ports: str, name: str = "web-03") -> Any:
    return cloud.post("/cloudservers/%s/nics/delete" % cloud.id(name), {"nics": [{"id": each} for each in ports]})


def nics(cloud: Any, name: str = "web-03") -> list[dict[str, Any]]:
    return list(cloud.get("/cloudservers/%s/os-interface" % cloud.id(name)).json["interfaceAttachments"])


def ended(cloud: Any, response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    cloud.pass_time(60)
    return dict(cloud.get("/jobs/" + response.json["job_id"]).json)


def test_one_comes_and_goes(huaweicloud: Any) -> None:
    (primary,) = nics(huaweicloud)
    response = add(huaweicloud, {"subnet_id": subnet(huaweicloud), "security_groups": [{"id": GROUP}]})
    assert nics(huaweicloud) == [primary]
    job = ended(huaweicloud, response)
    (sub,) = job["entities"]["sub_jobs"]
    second = nics(huaweicloud)[1]
    assert (job["status"], sub["entities"]) == ("SUCCESS", {"nic_id": second["port_id"]})
    assert (second["net_id"], second["delete_on_termination"]) == (subnet(huaweicloud), True)
    shown = huaweicloud.show("web-03")["addresses"]
    assert [each["OS-EXT-IPS:port_id"] for rows in shown.values() for each in rows] == [
        primary["port_id"],
        second["port_id"],
    ]
    assert ended(huaweicloud, remove(huaweicloud, second["port_id"]))["status"] == "SUCCESS"
    assert nics(huaweicloud) == [primary]


def test_a_port_is_attached_and_kept(huaweicloud: Any) -> None:
    ports = huaweicloud.sim.builders["huaweicloud"].ports.rows
    spare = next(iter(ports))
    ended(huaweicloud, add(huaweicloud, {"port_id": spare}))
    assert code(add(huaweicloud, {"port_id": spare}, name="web-04")) == (400, "Ecs.0005")
    assert nics(huaweicloud)[1]["delete_on_termination"] is False
    ended(huaweicloud, remove(huaweicloud, spare))
    assert ports[spare].device_id == ""


@pytest.mark.parametrize(
    ("nic", "refusal"),
    [
        ({}, "Ecs.0005"),
        ({"subnet_id": NOBODY}, "Ecs.0005"),
        ({"port_id": NOBODY}, "Ecs.0307"),
        ({"ip_address": "10.9.0.1"}, "Ecs.0005"),
        ({"ip_address": "10.3.0.400"}, "Ecs.0005"),
        ({"ip_address": 7}, "Ecs.0005"),
        ({"security_groups": ["default"]}, "Ecs.0005"),
        ({"security_groups": [{"name": "default"}]}, "Ecs.0005"),
        ({"ipv6_enable": "true"}, "Ecs.0005"),
        ({"network_id": NOBODY}, "Ecs.0005"),
    ],
)
def test_what_is_refused(huaweicloud: Any, nic: dict[str, Any], refusal: str) -> None:
    if nic and not {"subnet_id", "port_id"} & set(nic):
        nic = {"subnet_id": subnet(huaweicloud), **nic}
    assert code(add(huaweicloud, nic)) == (400, refusal)
    assert len(nics(huaweicloud)) == 1


def test_an_address_is_given_once(huaweicloud: Any) -> None:
    nic = {"subnet_id": subnet(huaweicloud), "ip_address": "10.3.0.9"}
    first = add(huaweicloud, nic)
    assert code(add(huaweicloud, nic, name="web-04")) == (400, "Ecs.0005")
    ended(huaweicloud, first)
    assert code(add(huaweicloud, nic, name="web-04")) == (400, "Ecs.0005")


def test_what_is_not_removed(huaweicloud: Any) -> None:
    (primary,) = nics(huaweicloud)
    assert code(remove(huaweicloud, primary["port_id"])) == (403, "Ecs.0110")
    assert code(remove(huaweicloud, NOBODY)) == (400, "Ecs.0307")
    assert code(remove(huaweicloud, "x")) == (400, "Ecs.0005")
    assert code(remove(huaweicloud)) == (400, "Ecs.0005")


def test_one_that_is_removed_twice(huaweicloud: Any) -> None:
    ended(huaweicloud, add(huaweicloud, {"subnet_id": subnet(huaweicloud)}))
    port = nics(huaweicloud)[1]["port_id"]
    remove(huaweicloud, port)
    second = ended(huaweicloud, remove(huaweicloud, port))
    assert (second["status"], second["error_code"]) == ("FAIL", "Ecs.0307")


def test_a_job_that_fails_leaves_no_port(huaweicloud: Any) -> None:
    ports = huaweicloud.sim.builders["huaweicloud"].ports.rows
    before = set(ports)
    huaweicloud.fault({"job": {"status": "FAIL", "fail_servers": "all"}}, operation="add nics")
    assert ended(huaweicloud, add(huaweicloud, {"subnet_id": subnet(huaweicloud)}))["status"] == "FAIL"
    assert (set(ports), len(nics(huaweicloud))) == (before, 1)


@pytest.mark.parametrize("path", ["/nics", "/nics/delete", "/os-interface"])
def test_a_server_that_does_not_exist(huaweicloud: Any, path: str) -> None:
    path = "/cloudservers/%s%s" % (NOBODY, path)
    body = {"nics": [{"id": NOBODY}]} if "delete" in path else {"nics": [{"port_id": NOBODY}]}
    response = huaweicloud.get(path) if path.endswith("interface") else huaweicloud.post(path, body)
    assert code(response) == (400, "Ecs.0307")


@pytest.mark.parametrize(("name", "refusal"), [("vault-01", "Ecs.0605"), ("broken-01", "Ecs.0100")])
def test_the_state_of_the_server(huaweicloud: Any, name: str, refusal: str) -> None:
    assert code(add(huaweicloud, {"subnet_id": subnet(huaweicloud)}, name=name)) == (400, refusal)


def test_a_busy_server_and_too_many(huaweicloud: Any) -> None:
    nic = {"subnet_id": subnet(huaweicloud)}
    assert code(add(huaweicloud, *[nic] * 12)) == (400, "Ecs.0005")
    huaweicloud.act("web-03", {"os-stop": {"type": "SOFT"}})
    response = add(huaweicloud, nic)
    assert (response.status_code, response.json["error"]["code"]) == (501, "Ecs.0603")
