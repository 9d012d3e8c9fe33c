# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_migrate as a task sees it: every way off a host, many servers at a time, and everything that can go wrong."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says

OWNERS = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
WEB = ["web-01", "web-02", "web-03"]
LIVE = {"os-migrateLive": {"host": None, "block_migration": "auto"}}


@pytest.fixture
def admin(bench: Bench) -> Bench:
    """The platform as an administrator sees it, with three web servers on cmp1."""
    bench.options = bench.credentials("admin")
    for row in bench.control("GET", f"/{bench.platform}/servers")["servers"]:
        if row["name"] not in ("twin", "web-04"):
            bench.change(row["id"], host="cmp1" if row["name"] in WEB else "cmp2")
    return bench


def move(bench: Bench, **options: Any) -> dict[str, Any]:
    return bench.call("server_migrate", **{"all_projects": True, **options})


def host(bench: Bench, name: str) -> str:
    return str(bench.server(name)["host"])


def kill(bench: Bench, name: str, up: bool = False) -> None:
    bench.control("PUT", f"/{bench.platform}/hosts/{name}", {"up": up})


def disable(bench: Bench, *names: str) -> None:
    assert bench.call("compute_service", hosts=list(names), state="disabled")["changed"]


def orders(bench: Bench) -> list[Any]:
    """What was asked of servers, without what was asked of services."""
    return [row["body"] for row in bench.requests() if row["method"] == "POST" and row["path"].endswith("/action")]


def brief(result: dict[str, Any]) -> list[tuple[Any, ...]]:
    alike = {"planned": "done"}
    return [(each["id"], alike.get(each["outcome"], each["outcome"]), each["actions"]) for each in result["outcomes"]]


def hold_check_to_run(bench: Bench, **options: Any) -> dict[str, Any]:
    """The run's result, which check mode has predicted, and which a second run finds unchanged."""
    with nothing_done(bench):
        predicted = move(bench, check=True, diff=True, **options)
    done = move(bench, diff=True, **options)
    assert not done.get("failed"), done["msg"]
    assert (predicted["changed"], predicted["diff"], brief(predicted)) == (done["changed"], done["diff"], brief(done))
    with nothing_done(bench):
        again = move(bench, diff=True, **options)
    assert again["changed"] is False and again["diff"] == {"before": {}, "after": {}}
    assert {each["outcome"] for each in again["outcomes"]} <= {"unchanged"}
    return done


# -- the ways ---------------------------------------------------------------------------------------------------------


@OWNERS
def test_everything_off_one_host(admin: Bench) -> None:
    admin.change("web-02", status="SHUTOFF")
    admin.change("web-03", status="PAUSED")
    result = hold_check_to_run(admin, from_host="cmp1")
    assert {each["name"]: each["actions"] for each in result["outcomes"]} == {
        "web-01": ["live_migrate"],
        "web-02": ["migrate", "confirm_resize"],
        "web-03": ["live_migrate"],
    }
    assert {each["name"]: (each["status"], each["task_state"]) for each in result["servers"]} == {
        "web-01": ("ACTIVE", None),
        "web-02": ("SHUTOFF", None),
        "web-03": ("PAUSED", None),
    }
    assert "cmp1" not in {host(admin, name) for name in WEB}
    assert {each["host"] for each in result["servers"]} == {host(admin, name) for name in WEB}
    label = f"web-01 ({admin.id_of('web-01')})"
    assert result["diff"]["before"][label] == {"host": "cmp1"}
    assert result["diff"]["after"][label] == {"host": "another host, selected by the cloud"}


@OWNERS
def test_everything_off_one_host_is_one_listing(admin: Bench) -> None:
    with nothing_done(admin):
        result = move(admin, check=True, from_host="cmp1")
    assert [each["name"] for each in result["outcomes"]] == WEB
    (listing,) = admin.requests("list")
    assert ["host", "cmp1"] in listing["query"] and ["all_tenants", "1"] in listing["query"]


@OWNERS
@pytest.mark.parametrize("mode, state, ends", [
    ("auto", "ACTIVE", "ACTIVE"), ("live", "ACTIVE", "ACTIVE"), ("cold", "ACTIVE", "ACTIVE"),
    ("auto", "SHUTOFF", "SHUTOFF"), ("cold", "SHUTOFF", "SHUTOFF"), ("auto", "PAUSED", "PAUSED"),
])  # fmt: skip
def test_to_a_host_of_choice(admin: Bench, mode: str, state: str, ends: str) -> None:
    admin.change("web-01", status=state)
    result = hold_check_to_run(admin, names=["web-01"], host="cmp5", mode=mode)
    assert (host(admin, "web-01"), admin.server("web-01")["status"]) == ("cmp5", ends)
    wanted = (
        {"migrate": {"host": "cmp5"}}
        if "migrate" in outcome(result, "web-01")["actions"]
        else {"os-migrateLive": {"host": "cmp5", "block_migration": "auto"}}
    )
    assert orders(admin)[0] == wanted


@OWNERS
def test_evacuation(admin: Bench) -> None:
    admin.change("web-02", status="SHUTOFF")
    admin.change("web-03", status="ERROR")
    kill(admin, "cmp1")
    result = hold_check_to_run(admin, from_host="cmp1", password="Other-Pass1")
    assert {tuple(each["actions"]) for each in result["outcomes"]} == {("evacuate",)}
    assert [admin.server(name)["status"] for name in WEB] == ["ACTIVE", "SHUTOFF", "ACTIVE"]
    rows = [row for row in admin.requests() if row["path"].endswith("/action")]
    assert {str(row["body"]) for row in rows} == {"{'evacuate': {'adminPass': '********'}}"}
    expected = {"openstack": "compute 2.94", "easystack": "compute 2.67"}[admin.platform]
    assert {
        row["headers"].get("Openstack-Api-Version") or row["headers"].get("OpenStack-API-Version") for row in rows
    } == {expected}


@OWNERS
def test_a_task_that_a_dead_host_has_left_behind_is_not_waited_for(admin: Bench) -> None:
    admin.change("web-01", stuck=True, task_state="powering-off")
    kill(admin, "cmp1")
    admin.later(lambda: admin.change("web-01", stuck=False))
    result = move(admin, names=["web-01"], from_host="cmp1", mode="evacuate")
    assert outcome(result, "web-01")["outcome"] == "done" and host(admin, "web-01") != "cmp1"


@OWNERS
def test_without_confirming(admin: Bench) -> None:
    admin.change("web-01", status="SHUTOFF")
    result = hold_check_to_run(admin, names=["web-01"], from_host="cmp1", confirm=False)
    assert outcome(result, "web-01")["actions"] == ["migrate"]
    assert admin.server("web-01")["status"] == "VERIFY_RESIZE"
    assert result["diff"]["after"][f"web-01 ({admin.id_of('web-01')})"]["status"] == "VERIFY_RESIZE"
    result = move(admin, names=["web-01"], from_host="cmp1")
    assert result["changed"] is False and "VERIFY_RESIZE" in result["warnings"][0], "nobody's resize is confirmed"


@OWNERS
def test_one_that_confirms_itself(admin: Bench) -> None:
    admin.change("web-01", status="SHUTOFF")
    order = {"platform": admin.platform, "operation": "confirmResize", "times": 1, "do": {"status": 409}}
    admin.control("POST", "/faults", order)

    def confirmed() -> None:
        if admin.server("web-01")["status"] == "VERIFY_RESIZE":
            admin.change("web-01", status="SHUTOFF")

    admin.clock.on_sleep = confirmed
    result = move(admin, names=["web-01"], host="cmp5")
    assert not result.get("failed") and outcome(result, "web-01")["outcome"] == "done"


@OWNERS
def test_servers_that_are_there_already(admin: Bench) -> None:
    result = hold_check_to_run(admin, names=["web-01", "db-01"], from_host="cmp1")
    assert [outcome(result, name)["outcome"] for name in ("web-01", "db-01")] == ["done", "unchanged"]
    with nothing_done(admin):
        assert move(admin, names=["db-01"], host="cmp2")["changed"] is False


@OWNERS
def test_a_selection_narrows_a_host(admin: Bench) -> None:
    result = move(admin, tags=["role=web"], from_host="cmp1", max_targets=3)
    assert [each["name"] for each in result["outcomes"]] == WEB
    with nothing_done(admin):
        assert move(admin, all=True, from_host="cmp7")["outcomes"] == []
        refused(move(admin, from_host="cmp2", max_targets=1), "max_targets allows 1", "nothing was done")


@OWNERS
def test_a_server_on_its_way_is_waited_for(admin: Bench) -> None:
    admin.change("web-01", status="REBOOT", then={"status": "ACTIVE", "after": 8})
    result = hold_check_to_run(admin, names=["web-01"], from_host="cmp1")
    assert outcome(result, "web-01")["actions"] == ["live_migrate"] and admin.clock.elapsed >= 8


@OWNERS
def test_one_that_somebody_else_moves_is_waited_for_and_left_alone(admin: Bench) -> None:
    admin.change("web-01", status="MIGRATING", then={"status": "ACTIVE", "after": 3})
    admin.later(lambda: admin.change("web-01", host="cmp5"))
    result = move(admin, names=["web-01"], from_host="cmp1")
    assert outcome(result, "web-01")["outcome"] == "unchanged" and orders(admin) == []


# -- so many at a time ------------------------------------------------------------------------------------------------


def most_at_once(bench: Bench) -> list[int]:
    """How many servers were moving whenever the module slept."""
    seen: list[int] = []

    def count() -> None:
        rows = bench.control("GET", f"/{bench.platform}/servers")["servers"]
        seen.append(sum(row["task_state"] is not None or row["status"] == "VERIFY_RESIZE" for row in rows))

    bench.clock.on_sleep = count
    return seen


@OWNERS
@pytest.mark.parametrize("status, max_concurrent", [("ACTIVE", 1), ("ACTIVE", 3), ("SHUTOFF", 2)])
def test_no_more_than_so_many_at_once(admin: Bench, status: str, max_concurrent: int) -> None:
    names = [*WEB, "db-01", "db-02", "cache-01", "batch-01"]
    for name in names:
        admin.change(name, host="cmp1", status=status)
    seen = most_at_once(admin)
    result = move(admin, from_host="cmp1", max_concurrent=max_concurrent)
    assert [each["outcome"] for each in result["outcomes"]] == ["done"] * 7
    assert max(seen) == max_concurrent, seen


@OWNERS
def test_those_whose_turn_does_not_come_are_named(admin: Bench) -> None:
    admin.change("web-01", stuck=True)
    result = move(admin, from_host="cmp1", max_concurrent=1, wait_timeout=60)
    stuck = outcome(result, "web-01")
    assert stuck["outcome"] == "unknown" and stuck["actions"] == ["live_migrate"]
    for name in WEB[1:]:
        assert outcome(result, name)["outcome"] == "failed" and outcome(result, name)["actions"] == []
        assert "nothing was done to it" in outcome(result, name)["message"]
    says(result, "3 of 3 servers could not be moved", "still in status MIGRATING")
    assert len(orders(admin)) == 1 and len(result["handle"]["pending_actions"]) == 1


@OWNERS
def test_what_was_done_is_not_lost_when_a_later_batch_cannot_be_asked_for(admin: Bench) -> None:
    admin.fault("E21", after=1, status=401)
    result = move(admin, from_host="cmp1", max_concurrent=1)
    assert result["failed"] is True and result["changed"] is True
    assert [outcome(result, name)["outcome"] for name in WEB] == ["done", "failed", "failed"]


@OWNERS
def test_not_waiting(admin: Bench) -> None:
    before = admin.clock.elapsed
    result = move(admin, from_host="cmp1", wait=False)
    assert admin.clock.elapsed == before and [each["outcome"] for each in result["outcomes"]] == ["pending"] * 3
    with nothing_done(admin):
        joined = admin.call("job_info", handle=result["handle"], wait=True)
    assert [each["outcome"] for each in joined["outcomes"]] == ["done"] * 3
    assert "cmp1" not in {each["host"] for each in joined["servers"]}


@OWNERS
def test_not_waiting_keeps_to_the_limit(admin: Bench) -> None:
    before = admin.clock.elapsed
    result = move(admin, from_host="cmp1", wait=False, max_concurrent=1)
    assert admin.clock.elapsed == before and [each["outcome"] for each in result["outcomes"]] == ["pending"] * 3
    assert [each["actions"] for each in result["outcomes"]] == [["live_migrate"], [], []]
    assert [each.get("remaining_actions") for each in result["outcomes"]] == [None, ["live_migrate"], ["live_migrate"]]
    assert "it was not started" in result["outcomes"][1]["message"]
    assert len(result["handle"]["pending_actions"]) == 1


# -- what goes wrong --------------------------------------------------------------------------------------------------


@OWNERS
@pytest.mark.parametrize("mode", ["live", "cold"])
def test_no_valid_host(admin: Bench, mode: str) -> None:
    disable(admin, "cmp2", "cmp3", "cmp5", "cmp6")
    result = move(admin, names=["web-01"], from_host="cmp1", mode=mode)
    assert outcome(result, "web-01")["outcome"] == "failed" and host(admin, "web-01") == "cmp1"
    said = says(result, "web-01", "hypervisor_info shows which hosts")
    assert ("No valid host was found" in said) is (admin.platform == "openstack"), "told from microversion 2.84 on"
    assert admin.clock.elapsed < 5, "as soon as the cloud says so"


@OWNERS
def test_no_valid_host_for_an_evacuation(admin: Bench) -> None:
    disable(admin, "cmp2", "cmp3", "cmp5", "cmp6")
    kill(admin, "cmp1")
    result = move(admin, names=["web-01"], from_host="cmp1")
    says(result, "web-01", "status ERROR", "No valid host was found")


@OWNERS
def test_a_move_that_is_taken_back(admin: Bench) -> None:
    admin.later(lambda: admin.change("web-01", status="ACTIVE"))
    result = move(admin, names=["web-01"], from_host="cmp1", mode="live")
    says(result, "web-01", "the cloud reverted the migration", "still on cmp1")


@OWNERS
@pytest.mark.parametrize("mode", ["live", "cold"])
def test_a_move_that_breaks_the_server(admin: Bench, mode: str) -> None:
    known = {"live": "E21", "cold": "E20"}[mode]
    admin.fault(known, fail_servers="all", reason="the disk is gone")
    says(move(admin, from_host="cmp1", mode=mode), "3 of 3", "the disk is gone")


@OWNERS
@pytest.mark.parametrize(
    "status, options, words",
    [
        ("ACTIVE", {"mode": "evacuate"}, ["its host cmp1 is up", "mode: auto"]),
        ("SHUTOFF", {"mode": "live"}, ["stopped", "mode: cold"]),
        ("PAUSED", {"mode": "cold"}, ["paused", "mode: live"]),
        ("SUSPENDED", {}, ["suspended", "server_power"]),
        ("ERROR", {}, ["status ERROR", "only be evacuated"]),
        ("VERIFY_RESIZE", {}, ["VERIFY_RESIZE", "confirmed or reverted"]),
        ("RESCUE", {}, ["status RESCUE"]),
        ("SHELVED_OFFLOADED", {}, ["status SHELVED_OFFLOADED"]),
    ],
    ids=str,
)
def test_servers_that_cannot_be_moved(admin: Bench, status: str, options: dict[str, Any], words: list[str]) -> None:
    admin.change("web-01", status=status)
    for check in (True, False):
        with nothing_done(admin):
            result = move(admin, check=check, names=["web-01"], from_host="cmp1", **options)
        says(result, "web-01", *words)


@OWNERS
def test_a_dead_host_is_left_by_evacuation_only(admin: Bench) -> None:
    kill(admin, "cmp1")
    for mode in ("live", "cold"):
        with nothing_done(admin):
            says(move(admin, names=["web-01"], from_host="cmp1", mode=mode), "cmp1 is down", "mode: evacuate")
    admin.change("web-01", status="PAUSED")
    says(move(admin, names=["web-01"], from_host="cmp1"), "a paused server cannot be evacuated")


@OWNERS
@pytest.mark.parametrize(
    "options, parts",
    [
        ({"names": ["web-01"]}, ["host, from_host"]),
        ({"host": "cmp5"}, ["no option selects servers"]),
        ({"names": ["web-01"], "host": ""}, ["host", "empty"]),
        ({"from_host": " "}, ["from_host", "empty"]),
        ({"names": ["web-01"], "host": "nix"}, ["host: the cloud has no compute host nix", "compute_service_info"]),
        ({"from_host": "nix"}, ["from_host: the cloud has no compute host nix"]),
        ({"from_host": "cmp1", "host": "cmp1"}, ["host and from_host are both cmp1"]),
        ({"from_host": "cmp1", "host": "cmp7"}, ["host: the compute service of cmp7 is down"]),
        ({"from_host": "cmp1", "force": True}, ["force", "set host, too"]),
        ({"from_host": "cmp1", "host": "cmp5", "force": True, "mode": "cold"}, ["force", "cold"]),
        ({"from_host": "cmp1", "max_concurrent": 0}, ["max_concurrent: 0 is out of range"]),
        ({"from_host": "cmp1", "mode": "warm"}, ["mode", "warm"]),
        ({"from_host": "cmp1", "parallel": 0}, ["parallel"]),
        ({"names": ["web-99"], "from_host": "cmp1"}, ["no server has names web-99"]),
    ],
    ids=str,
)
def test_bad_input(admin: Bench, options: dict[str, Any], parts: list[str]) -> None:
    for check in (True, False):
        with nothing_done(admin):
            refused(move(admin, check=check, **options), *parts)


@OWNERS
def test_a_disabled_host_gets_no_servers(admin: Bench) -> None:
    disable(admin, "cmp5")
    with nothing_done(admin):
        refused(move(admin, names=["web-01"], host="cmp5"), "host: cmp5 is disabled", "compute_service")
    result = move(admin, names=["web-01"], host="cmp5", force=True, mode="live")
    assert host(admin, "web-01") == "cmp5" and result["changed"]
    assert orders(admin) == [{"os-migrateLive": {"host": "cmp5", "block_migration": "auto", "force": True}}]
    with nothing_done(admin):
        assert move(admin, names=["web-01"], host="cmp5")["changed"] is False


@OWNERS
def test_members_are_refused_by_role(bench: Bench) -> None:
    for options in ({"from_host": "cmp1"}, {"names": ["web-01"], "host": "cmp5"}):
        with nothing_done(bench):
            refused(bench.call("server_migrate", **options), "Could not list the compute services", "HTTP 403", "role")


@OWNERS
def test_a_cloud_that_lets_somebody_see_hosts_but_not_move(admin: Bench) -> None:
    reason = "Policy doesn't allow os_compute_api:os-migrate-server:migrate_live to be performed."
    admin.fault("E21", status=403, reason=reason)
    result = move(admin, from_host="cmp1")
    assert result["changed"] is False and len(result["outcomes"]) == 3
    says(result, "3 of 3", "Policy doesn't allow", "role")


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
def test_a_server_whose_host_is_not_shown(admin: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import parse

    real = parse.server

    def hidden(data: Any, *rest: Any) -> Any:
        return real({key: value for key, value in data.items() if "SRV-ATTR" not in key}, *rest)

    monkeypatch.setattr(parse, "server", hidden)
    with nothing_done(admin):
        says(
            move(admin, names=["web-01"], host="cmp5"),
            "web-01",
            "shows the host of a server to administrators only",
            "administrators",
        )
        admin.change("web-01", status="SHELVED_OFFLOADED")
        says(move(admin, names=["web-01"], host="cmp5"), "status SHELVED_OFFLOADED and on no host")


@OWNERS
@pytest.mark.parametrize("fault", [{"reset": "after"}, {"status": 502, "effect": True}], ids=str)
@pytest.mark.parametrize("mode, operation", [("live", "E21"), ("cold", "E20"), ("evacuate", "E22")])
def test_lost_answers_are_settled_by_the_state(admin: Bench, mode: str, operation: str, fault: dict[str, Any]) -> None:
    if mode == "evacuate":
        kill(admin, "cmp1")
    admin.fault(operation, times=1, **fault)
    result = move(admin, from_host="cmp1", mode=mode)
    assert [each["outcome"] for each in result["outcomes"]] == ["done"] * 3, result.get("msg")
    assert len(admin.requests(operation)) == 3, "each of them once"


@OWNERS
def test_a_lost_answer_to_confirming(admin: Bench) -> None:
    admin.change("web-01", status="SHUTOFF")
    admin.fault("confirmResize", times=1, reset="after")
    result = move(admin, names=["web-01"], from_host="cmp1")
    assert outcome(result, "web-01")["outcome"] == "done" and len(admin.requests("confirmResize")) == 1


@OWNERS
def test_what_was_never_taken_is_asked_for_again(admin: Bench) -> None:
    admin.fault("E21", times=1, reset="before")
    result = move(admin, names=["web-01"], from_host="cmp1")
    assert outcome(result, "web-01")["outcome"] == "done" and len(admin.requests("E21")) == 2


@OWNERS
def test_locked_servers_are_the_administrators_too(admin: Bench) -> None:
    admin.change("web-01", locked=True)
    assert outcome(hold_check_to_run(admin, names=["web-01"], from_host="cmp1"), "web-01")["outcome"] == "done"


# -- older clouds -----------------------------------------------------------------------------------------------------


def speak(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]) -> None:
    """The cloud knows no newer microversion than this."""
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi

    monkeypatch.setattr(NovaApi, "_newest_of_cloud", lambda self: version)


@OWNERS
@pytest.mark.parametrize(
    "version, options, body",
    [
        ((2, 1), {"mode": "cold"}, {"migrate": None}),
        ((2, 24), {"mode": "live"}, {"os-migrateLive": {"host": None, "block_migration": False,
                                                        "disk_over_commit": False}}),
        ((2, 24), {"mode": "live", "block_migration": True},
         {"os-migrateLive": {"host": None, "block_migration": True, "disk_over_commit": False}}),
        ((2, 25), {"mode": "live"}, LIVE),
        ((2, 25), {"mode": "live", "block_migration": True}, {"os-migrateLive": {"host": None,
                                                                                 "block_migration": True}}),
        ((2, 30), {"mode": "live", "host": "cmp5", "force": True},
         {"os-migrateLive": {"host": "cmp5", "block_migration": "auto", "force": True}}),
        ((2, 13), {"mode": "evacuate"}, {"evacuate": {"onSharedStorage": False}}),
        ((2, 13), {"mode": "evacuate", "shared_storage": True}, {"evacuate": {"onSharedStorage": True}}),
        ((2, 14), {"mode": "evacuate", "host": "cmp5"}, {"evacuate": {"host": "cmp5"}}),
        ((2, 67), {"mode": "evacuate", "host": "cmp5", "force": True}, {"evacuate": {"host": "cmp5", "force": True}}),
    ],
    ids=str,
)  # fmt: skip
def test_the_wire_of_older_clouds(
    admin: Bench, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], options: dict[str, Any], body: Any
) -> None:
    speak(monkeypatch, version)
    if options["mode"] == "evacuate":
        kill(admin, "cmp1")
    result = move(admin, names=["web-01"], from_host="cmp1", **options)
    assert outcome(result, "web-01")["outcome"] == "done", result.get("msg")
    assert orders(admin)[0] == body and host(admin, "web-01") != "cmp1"


@OWNERS
@pytest.mark.parametrize(
    "version, options, words",
    [
        ((2, 55), {"mode": "cold", "host": "cmp5"}, "the host of a cold migration needs 2.56"),
        ((2, 29), {"mode": "live", "host": "cmp5", "force": True}, "force needs 2.30"),
    ],
    ids=str,
)
def test_what_older_clouds_cannot(
    admin: Bench, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], options: dict[str, Any], words: str
) -> None:
    speak(monkeypatch, version)
    with nothing_done(admin):
        says(move(admin, names=["web-01"], **options), words)


@pytest.mark.parametrize("platform", ["ustack", "huaweicloud"], indirect=True)
def test_platforms_without_hosts(bench: Bench) -> None:
    for check in (True, False):
        with nothing_done(bench):
            words = f"Platform {bench.platform} has no operation migrate. Use "
            refused(bench.call("server_migrate", check=check, names=["web-01"], host="a"), words)


@OWNERS
def test_the_password_is_shown_nowhere(admin: Bench) -> None:
    kill(admin, "cmp1")
    admin.fault("E22", times=1, status=400, reason="bad adminPass Secret-Pass-77 given")
    result = move(admin, from_host="cmp1", password="Secret-Pass-77", diff=True, wait=False)
    assert result["failed"] is True and "Secret-Pass-77" not in str(result)


# -- what an interruption leaves --------------------------------------------------------------------------------------


@OWNERS
def test_a_cold_migration_whose_end_could_not_be_read_is_confirmed_by_the_next_run(admin: Bench) -> None:
    def blind() -> None:
        order = {"platform": admin.platform, "method": "GET", "path": "/servers", "do": {"status": 403}}
        admin.control("POST", "/faults", order)

    admin.later(blind)
    options: dict[str, Any] = {"names": ["web-01"], "from_host": "cmp1", "mode": "cold"}
    result = move(admin, **options)
    assert outcome(result, "web-01")["outcome"] == "unknown" and result["changed"]
    admin.control("DELETE", "/faults")
    admin.control("POST", "/clock", {"advance": 200})
    assert admin.server("web-01")["status"] == "VERIFY_RESIZE"
    assert admin.server("web-01")["metadata"]["cloudserver_confirm"] == "migrate"

    with nothing_done(admin):
        expected = move(admin, check=True, diff=True, **options)
    result = move(admin, diff=True, **options)
    assert expected["changed"] is result["changed"] is True and expected["diff"] == result["diff"]
    assert outcome(result, "web-01")["actions"] == ["confirm_resize"] and "warnings" not in result
    after = admin.server("web-01")
    assert after["status"] == "ACTIVE" and "cloudserver_confirm" not in after["metadata"]
    with nothing_done(admin):
        assert move(admin, **options)["changed"] is False


@OWNERS
def test_a_resize_of_somebody_else_is_not_confirmed(admin: Bench) -> None:
    admin.change("web-01", status="VERIFY_RESIZE")
    with nothing_done(admin):
        result = move(admin, names=["web-01"], from_host="cmp2", mode="cold")
    assert outcome(result, "web-01")["outcome"] == "unchanged"
    assert "must be confirmed or reverted by the user who started them" in result["warnings"][0]
