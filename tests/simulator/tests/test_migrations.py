"""Cold migration, live migration and evacuation of servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

LIVE = {"os-migrateLive": {"host": None, "block_migration": "auto"}}
MOVES: tuple[dict[str, Any], ...] = ({"migrate": None}, LIVE, {"evacuate": {}})


def host(cloud: Any, name: str) -> str:
    return str(cloud.seen(name)["host"])


def place(cloud: Any, name: str) -> tuple[str, str | None, str]:
    return (*cloud.status(name), host(cloud, name))


def up(cloud: Any, name: str, value: bool) -> None:
    assert cloud.client.put("/_sim/%s/hosts/%s" % (cloud.platform, name), json={"up": value}).status_code == 200


def last_action(cloud: Any, name: str) -> dict[str, Any]:
    path = "/servers/%s/os-instance-actions" % cloud.id(name)
    found = cloud.get("%s/%s" % (path, cloud.get(path).json["instanceActions"][0]["request_id"]))
    return dict(found.json["instanceAction"])


def test_a_cold_migration_waits_to_be_confirmed(admin: Any) -> None:
    before = host(admin, "web-01")
    assert admin.act("web-01", {"migrate": {"host": "cmp5"}}).status_code == 202
    assert place(admin, "web-01") == ("RESIZE", "resize_migrating", before)
    admin.pass_time(1)
    assert place(admin, "web-01") == ("VERIFY_RESIZE", None, "cmp5")
    assert admin.act("web-01", {"migrate": None}).status_code == 409
    assert admin.act("web-01", {"confirmResize": None}).status_code == 204
    assert admin.status("web-01") == ("VERIFY_RESIZE", None), "nothing shows that it is being confirmed"
    admin.pass_time(1)
    assert place(admin, "web-01") == ("ACTIVE", None, "cmp5")
    assert admin.act("web-01", {"confirmResize": None}).status_code == 409
    assert admin.log(operation="E20")[0]["status"] == 202


def test_a_stopped_server_stays_stopped(nova: Any) -> None:
    before = host(nova, "batch-01")
    assert nova.act("batch-01", {"migrate": None}).status_code == 202
    nova.pass_time(1)
    assert nova.status("batch-01") == ("VERIFY_RESIZE", None) and host(nova, "batch-01") != before
    nova.act("batch-01", {"confirmResize": None})
    nova.pass_time(1)
    assert nova.status("batch-01") == ("SHUTOFF", None)


def test_a_migration_can_be_taken_back(nova: Any) -> None:
    before = host(nova, "web-01")
    nova.act("web-01", {"migrate": None})
    nova.pass_time(1)
    assert nova.act("web-01", {"revertResize": None}).status_code == 202
    assert nova.status("web-01") == ("REVERT_RESIZE", "resize_reverting")
    nova.pass_time(1)
    assert place(nova, "web-01") == ("ACTIVE", None, before)
    assert nova.act("web-01", {"revertResize": None}).status_code == 409


def test_a_live_migration(admin: Any) -> None:
    before = host(admin, "web-01")
    assert admin.act("web-01", LIVE).status_code == 202
    assert place(admin, "web-01") == ("MIGRATING", "migrating", before)
    admin.pass_time(1)
    status, task, after = place(admin, "web-01")
    assert (status, task) == ("ACTIVE", None) and after != before
    assert admin.seen("web-01")["zone"] == "nova"
    assert last_action(admin, "web-01")["action"] == "live-migration"
    assert admin.log(operation="E21")[0]["status"] == 202


def test_an_evacuation(admin: Any) -> None:
    before = host(admin, "web-01")
    response = admin.act("web-01", {"evacuate": {}})
    assert (response.status_code, "%s is still in use" % before in response.text) == (400, True)
    up(admin, before, False)
    old = admin.at("2.67")
    response = old.act("web-01", {"evacuate": {"adminPass": "Other-Pass1"}})
    assert (response.status_code, response.get_data()) == (200, b"")
    assert old.status("web-01") == ("REBUILD", "rebuilding")
    old.pass_time(1)
    assert old.status("web-01") == ("ACTIVE", None) and host(admin, "web-01") not in (before, "cmp4", "cmp7")
    assert admin.seen("web-01")["password_changes"] == 1
    assert admin.log(operation="E22")[-1]["body"] == {"evacuate": {"adminPass": "********"}}


def test_an_evacuated_server_is_stopped_from_2_95_on(nova: Any) -> None:
    up(nova, host(nova, "web-01"), False)
    assert nova.at("2.95").act("web-01", {"evacuate": {}}).status_code == 200
    nova.pass_time(1)
    assert nova.status("web-01") == ("SHUTOFF", None)


def test_a_host_whose_servers_were_evacuated_starts_before_it_is_up(nova: Any) -> None:
    services = nova.get("/os-services", query_string={"host": host(nova, "web-01")}).json["services"]
    name, path = host(nova, "web-01"), "/os-services/" + services[0]["id"]
    nova.put(path, {"forced_down": True})
    assert nova.at("2.94").act("web-01", {"evacuate": {}}).status_code == 200
    response = nova.put(path, {"forced_down": False})
    assert (response.status_code, "evacuation migration records" in response.text) == (400, True)
    up(nova, name, True)
    assert nova.put(path, {"forced_down": False}).status_code == 200


def test_the_scheduler_minds_zone_state_and_status(nova: Any) -> None:
    for name in ("cmp2", "cmp3", "cmp5"):
        service = nova.get("/os-services", query_string={"host": name}).json["services"][0]["id"]
        nova.put("/os-services/" + service, {"status": "disabled"})
    nova.change("web-01", host="cmp1")
    nova.act("web-01", LIVE)
    nova.pass_time(1)
    assert host(nova, "web-01") == "cmp6", "the only one that is enabled, up, in the zone and another one"
    for name, words in (("web-04", "No valid host"), ("web-02", None)):
        if words is None:
            nova.change(name, host="cmp6")
            service = nova.get("/os-services", query_string={"host": "cmp1"}).json["services"][0]["id"]
            nova.put("/os-services/" + service, {"status": "disabled"})
        before = host(nova, name)
        for body in (LIVE, {"migrate": None}):
            assert nova.act(name, body).status_code == 202
            nova.pass_time(1)
            assert place(nova, name) == ("ACTIVE", None, before)
            shown = last_action(nova, name)
            assert shown["message"] == "Error" and "No valid host" in shown["events"][0]["details"]
    up(nova, "cmp6", False)
    nova.at("2.94").act("web-02", {"evacuate": {}})
    nova.pass_time(1)
    assert nova.status("web-02") == ("ERROR", None) and "No valid host" in nova.show("web-02")["fault"]["message"]


def test_wanted_hosts(nova: Any) -> None:
    nova.change("web-01", host="cmp1")
    for body, status, words in (
        ({"migrate": {"host": "cmp1"}}, 400, "Cannot migrate to the host where the server exists"),
        ({"migrate": {"host": "nix"}}, 400, "Compute host nix could not be found"),
        ({"os-migrateLive": {"host": "nix", "block_migration": "auto"}}, 400, "host nix could not be found"),
        ({"evacuate": {"host": "nix"}}, 404, "Compute host nix not found"),
        ({"evacuate": {"host": "cmp1"}}, 400, "can't be the same one"),
    ):
        response = nova.act("web-01", body)
        assert (response.status_code, words in response.text) == (status, True), response.text
    nova.act("web-01", {"os-migrateLive": {"host": "cmp1", "block_migration": "auto"}})
    nova.pass_time(1)
    assert place(nova, "web-01") == ("ACTIVE", None, "cmp1")
    assert "to current host (cmp1)" in last_action(nova, "web-01")["events"][0]["details"]
    nova.at("2.55").act("web-01", {"migrate": {"host": "cmp6"}})
    nova.pass_time(1)
    assert host(nova, "web-01") == "cmp5", "a host is not seen below 2.56"


@pytest.mark.parametrize(
    ("version", "body"),
    [
        ("2.96", {"migrate": {"to": "cmp5"}}),
        ("2.96", {"migrate": "cmp5"}),
        ("2.96", {"migrate": {"host": ""}}),
        ("2.96", {"os-migrateLive": {"host": None}}),
        ("2.96", {"os-migrateLive": {"block_migration": "auto"}}),
        ("2.96", {"os-migrateLive": {"host": "cmp5", "block_migration": "auto", "force": True}}),
        ("2.67", {"os-migrateLive": {"host": None, "block_migration": "auto", "force": True}}),
        ("2.25", {"os-migrateLive": {"host": None, "block_migration": "auto", "disk_over_commit": False}}),
        ("2.24", {"os-migrateLive": {"host": None, "block_migration": "auto", "disk_over_commit": False}}),
        ("2.24", {"os-migrateLive": {"host": None, "block_migration": False}}),
        ("2.96", {"evacuate": None}),
        ("2.96", {"evacuate": {"onSharedStorage": False}}),
        ("2.13", {"evacuate": {}}),
        ("2.96", {"evacuate": {"host": "cmp5", "force": True}}),
        ("2.67", {"evacuate": {"force": True}}),
        ("2.13", {"evacuate": {"onSharedStorage": True, "adminPass": "x"}}),
        ("2.96", {"evacuate": {"host": None}}),
    ],
)
def test_malformed_orders(nova: Any, version: str, body: Any) -> None:
    up(nova, host(nova, "web-01"), False)
    assert nova.at(version).act("web-01", body).status_code == 400
    assert nova.status("web-01") == ("ACTIVE", None)


def test_force_passes_the_scheduler_by(nova: Any) -> None:
    old = nova.at("2.67")
    old.act("web-04", {"os-migrateLive": {"host": "cmp5", "block_migration": "auto", "force": True}})
    old.pass_time(1)
    assert (host(nova, "web-04"), nova.seen("web-04")["zone"]) == ("cmp5", "nova")


def test_states_that_do_not_allow_it(nova: Any) -> None:
    up(nova, "cmp1", False)
    for status, body, allowed in (
        ("SHUTOFF", LIVE, False),
        ("PAUSED", LIVE, True),
        ("SUSPENDED", LIVE, False),
        ("SUSPENDED", {"migrate": None}, False),
        ("PAUSED", {"migrate": None}, False),
        ("ERROR", {"migrate": None}, False),
        ("PAUSED", {"evacuate": {}}, False),
        ("ERROR", {"evacuate": {}}, True),
        ("REBOOT", LIVE, False),
    ):
        nova.change("web-01", status=status, host="cmp1" if "evacuate" in body else "cmp2")
        assert (nova.act("web-01", body).status_code < 300) is allowed, (status, body)


def test_a_dead_host_is_left_by_evacuation_only(nova: Any) -> None:
    nova.change("web-01", host="cmp1")
    up(nova, "cmp1", False)
    assert nova.act("web-01", {"migrate": None}).status_code == 409
    assert nova.act("web-01", LIVE).status_code == 202
    nova.pass_time(1)
    assert "cmp1 is unavailable" in last_action(nova, "web-01")["events"][0]["details"]
    assert nova.at("2.30").act("web-01", LIVE).status_code == 400


def test_members_are_refused_and_locks_are_for_them(openstack: Any) -> None:
    for body in MOVES:
        response = openstack.act("web-01", body)
        assert (response.status_code, "Policy" in response.text) == (403, True)
    openstack.change("web-01", locked=True, status="VERIFY_RESIZE")
    assert openstack.act("web-01", {"confirmResize": None}).status_code == 409
    openstack.change("web-01", status="ACTIVE")
    assert openstack.by("admin").act("web-01", LIVE).status_code == 202


def test_ustack_moves_nothing(ustack: Any) -> None:
    for body in MOVES:
        assert ustack.by("admin").act("web-01", body).status_code == 400
