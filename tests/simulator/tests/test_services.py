"""Compute services and hypervisors, as administrators see and set them."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest


def service(cloud: Any, host: str) -> dict[str, Any]:
    (row,) = cloud.get("/os-services", query_string={"host": host}).json["services"]
    return dict(row)


def up(cloud: Any, host: str, value: bool) -> None:
    assert cloud.client.put("/_sim/%s/hosts/%s" % (cloud.platform, host), json={"up": value}).status_code == 200


def test_services_by_host_and_binary(admin: Any) -> None:
    rows = admin.get("/os-services").json["services"]
    assert {row["binary"] for row in rows} == {"nova-scheduler", "nova-conductor", "nova-compute"}
    found = admin.get("/os-services", query_string={"binary": "nova-compute"}).json["services"]
    assert [row["host"] for row in found] == ["cmp1", "cmp2", "cmp3", "cmp4", "cmp5", "cmp6", "cmp7"]
    assert {row["host"] for row in found if row["state"] == "down"} == {"cmp7"}
    assert service(admin, "cmp4")["zone"] == "zone-2"
    assert admin.get("/os-services", query_string={"host": "nix"}).json["services"] == []


def test_what_a_service_shows_by_microversion(nova: Any) -> None:
    assert "forced_down" not in service(nova.at("2.10"), "cmp1") and service(nova.at("2.11"), "cmp1")["id"] == 3
    assert len(service(nova, "cmp1")["id"]) == 36 and service(nova, "cmp1")["forced_down"] is False


def test_by_host_below_2_53(nova: Any) -> None:
    old = nova.at("2.52")
    body = {"host": "cmp5", "binary": "nova-compute"}
    assert old.put("/os-services/disable", body).json == {"service": {**body, "status": "disabled"}}
    assert (service(old, "cmp5")["status"], service(old, "cmp5")["disabled_reason"]) == ("disabled", None)
    reason = {**body, "disabled_reason": "disks"}
    shown = old.put("/os-services/disable-log-reason", reason).json["service"]
    assert shown == {**reason, "status": "disabled"} and service(old, "cmp5")["disabled_reason"] == "disks"
    assert old.put("/os-services/enable", body).json["service"]["status"] == "enabled"
    assert (service(old, "cmp5")["status"], service(old, "cmp5")["disabled_reason"]) == ("enabled", None)
    forced = old.put("/os-services/force-down", {**body, "forced_down": True})
    assert forced.json == {"service": {**body, "forced_down": True}}
    assert (service(old, "cmp5")["state"], service(old, "cmp5")["forced_down"]) == ("down", True)
    seen = [row["operation"] for row in old.log() if row["method"] == "PUT"]
    assert seen == ["E55", None, "E56", None]
    # From 2.53 on the old paths are ids.
    assert nova.put("/os-services/disable", body).status_code == 400


def test_by_id_from_2_53_on(nova: Any) -> None:
    path = "/os-services/" + service(nova, "cmp5")["id"]
    shown = nova.put(path, {"status": "disabled", "disabled_reason": "disks", "forced_down": True}).json["service"]
    assert (shown["status"], shown["disabled_reason"], shown["state"]) == ("disabled", "disks", "down")
    assert nova.put(path, {"status": "disabled"}).json["service"]["disabled_reason"] is None
    shown = nova.put(path, {"status": "enabled", "forced_down": "false"}).json["service"]
    assert (shown["status"], shown["state"]) == ("enabled", "up")
    assert nova.at("2.52").put(path, {"status": "enabled"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "No updates were requested"),
        ({"disabled_reason": "x"}, "No updates were requested"),
        ({"status": "enabled", "disabled_reason": "x"}, "with status 'enabled' is invalid"),
        ({"status": "off"}, "status"),
        ({"forced_down": "maybe"}, "forced_down"),
        ({"host": "cmp5"}, "Additional properties"),
        ({"status": "disabled", "disabled_reason": ""}, "too short"),
        ([], "object"),
    ],
)
def test_malformed_updates(nova: Any, body: Any, words: str) -> None:
    response = nova.put("/os-services/" + service(nova, "cmp5")["id"], body)
    assert (response.status_code, words in response.text) == (400, True), response.text
    assert service(nova, "cmp5")["status"] == "enabled"


def test_services_that_are_not_there_or_not_to_be_changed(nova: Any) -> None:
    assert nova.put("/os-services/nix", {"status": "enabled"}).status_code == 400
    assert nova.put("/os-services/" + "0" * 36, {"status": "enabled"}).status_code == 404
    other = nova.put("/os-services/" + nova.get("/os-services").json["services"][0]["id"], {"status": "disabled"})
    assert (other.status_code, "Only nova-compute" in other.text) == (400, True)
    old = nova.at("2.10")
    assert old.put("/os-services/disable", {"host": "nix", "binary": "nova-compute"}).status_code == 404
    assert old.put("/os-services/disable", {"host": "cmp1"}).status_code == 400
    assert old.put("/os-services/disable-log-reason", {"host": "cmp1", "binary": "nova-compute"}).status_code == 400
    assert old.put("/os-services/force-down", {"host": "cmp1", "binary": "nova-compute"}).status_code == 404


def test_hypervisors_count_what_they_have(admin: Any) -> None:
    rows = {row["service"]["host"]: row for row in admin.at("2.67").get("/os-hypervisors/detail").json["hypervisors"]}
    assert rows["cmp4"]["running_vms"] == 1 and rows["cmp4"]["vcpus_used"] == 1
    assert rows["cmp4"]["free_ram_mb"] == rows["cmp4"]["memory_mb"] - rows["cmp4"]["memory_mb_used"]
    assert (rows["cmp7"]["state"], rows["cmp5"]["running_vms"]) == ("down", 0)
    assert admin.log()[-1]["operation"] == "E54"


def test_hypervisors_by_microversion(nova: Any) -> None:
    path, versions = "/os-hypervisors/detail", ("2.1", "2.28", "2.53", "2.88")
    first = {version: nova.at(version).get(path).json["hypervisors"][0] for version in versions}
    assert isinstance(first["2.1"]["cpu_info"], str) and first["2.28"]["cpu_info"]["arch"] == "x86_64"
    assert isinstance(first["2.28"]["id"], int) and len(first["2.53"]["id"]) == 36
    assert "vcpus" not in first["2.88"] and "uptime" in first["2.88"] and "uptime" not in first["2.53"]


def test_pages_of_hypervisors(nova: Any) -> None:
    path, names = "/os-hypervisors/detail", []
    query: dict[str, str] = {"limit": "3"}
    for _page in range(3):
        page = nova.get(path, query_string=query).json
        names += [row["hypervisor_hostname"] for row in page["hypervisors"]]
        query["marker"] = page["hypervisors"][-1]["id"]
    assert len(names) == len(set(names)) == 7 and "hypervisors_links" not in page
    assert nova.get(path, query_string={"marker": "nix"}).status_code == 400
    assert nova.get(path, query_string={"limit": "x"}).status_code == 400
    assert len(nova.at("2.32").get(path, query_string={"limit": "3"}).json["hypervisors"]) == 7


def test_hypervisors_by_a_part_of_their_name(nova: Any) -> None:
    path = "/os-hypervisors/detail"
    (row,) = nova.get(path, query_string={"hypervisor_hostname_pattern": "cmp4", "with_servers": "true"}).json[
        "hypervisors"
    ]
    assert [each["uuid"] for each in row["servers"]] == [nova.id("web-04")]
    assert nova.get(path, query_string={"hypervisor_hostname_pattern": "nix"}).status_code == 404
    assert nova.get(path, query_string={"hypervisor_hostname_pattern": "cmp", "limit": "2"}).status_code == 400
    old = nova.at("2.52")
    assert len(old.get(path, query_string={"hypervisor_hostname_pattern": "cmp4"}).json["hypervisors"]) == 7
    assert [row["id"] for row in old.get("/os-hypervisors/cmp4/search").json["hypervisors"]] == [4]
    assert [row["servers"][0]["uuid"] for row in old.get("/os-hypervisors/cmp4/servers").json["hypervisors"]] == [
        nova.id("web-04")
    ]
    assert old.get("/os-hypervisors/nix/search").status_code == 404
    assert nova.get("/os-hypervisors/cmp4/search").status_code == 404


def test_members_are_refused(openstack: Any) -> None:
    path = "/os-services/" + service(openstack.by("admin"), "cmp1")["id"]
    for response in (
        openstack.get("/os-services"),
        openstack.put(path, {"status": "disabled"}),
        openstack.get("/os-hypervisors/detail"),
        openstack.at("2.52").put("/os-services/disable", {"host": "cmp1", "binary": "nova-compute"}),
        openstack.at("2.52").get("/os-hypervisors/cmp/servers"),
    ):
        assert (response.status_code, "Policy" in response.text) == (403, True)


def test_a_host_that_dies_and_starts_again(nova: Any) -> None:
    up(nova, "cmp1", False)
    assert service(nova, "cmp1")["state"] == "down" and service(nova, "cmp1")["forced_down"] is False
    up(nova, "cmp1", True)
    assert service(nova, "cmp1")["state"] == "up"
    assert nova.client.put("/_sim/openstack/hosts/nix", json={"up": True}).status_code == 404
    for body in ({}, {"up": 1}, {"down": True}):
        assert nova.client.put("/_sim/openstack/hosts/cmp1", json=body).status_code == 400


def test_ustack_has_neither(ustack: Any) -> None:
    admin = ustack.by("admin")
    assert admin.get("/os-services").status_code == admin.get("/os-hypervisors/detail").status_code == 404
