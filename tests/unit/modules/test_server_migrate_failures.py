# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_migrate: hosts and servers that refuse, lost responses, and what an interruption leaves."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.migration_tasks import OWNERS, action_bodies, hold_check_to_run, host, kill, move


def disable(bench: Bench, *names: str) -> None:
    assert bench.call("compute_service", hosts=list(names), state="disabled")["changed"]


# -- what goes wrong --------------------------------------------------------------------------------------------------


@OWNERS
@pytest.mark.parametrize("mode", ["live", "cold"])
def test_no_valid_host(web_on_cmp1: Bench, mode: str) -> None:
    disable(web_on_cmp1, "cmp2", "cmp3", "cmp5", "cmp6")
    result = move(web_on_cmp1, names=["web-01"], from_host="cmp1", mode=mode)
    assert outcome(result, "web-01")["outcome"] == "failed" and host(web_on_cmp1, "web-01") == "cmp1"
    said = says(result, "web-01", "hypervisor_info shows which hosts")
    assert ("No valid host was found" in said) is (web_on_cmp1.platform == "openstack"), (
        "reported from microversion 2.84 on"
    )
    assert web_on_cmp1.clock.elapsed < 5, "as soon as the cloud says so"


@OWNERS
def test_no_valid_host_for_an_evacuation(web_on_cmp1: Bench) -> None:
    disable(web_on_cmp1, "cmp2", "cmp3", "cmp5", "cmp6")
    kill(web_on_cmp1, "cmp1")
    result = move(web_on_cmp1, names=["web-01"], from_host="cmp1")
    says(result, "web-01", "status ERROR", "No valid host was found")


@OWNERS
def test_a_move_that_is_taken_back(web_on_cmp1: Bench) -> None:
    web_on_cmp1.later(lambda: web_on_cmp1.change("web-01", status="ACTIVE"))
    result = move(web_on_cmp1, names=["web-01"], from_host="cmp1", mode="live")
    says(result, "web-01", "the cloud reverted the migration", "still on cmp1")


@OWNERS
@pytest.mark.parametrize("mode", ["live", "cold"])
def test_a_move_that_breaks_the_server(web_on_cmp1: Bench, mode: str) -> None:
    known = {"live": "E21", "cold": "E20"}[mode]
    web_on_cmp1.fault(known, fail_servers="all", reason="the disk is gone")
    says(move(web_on_cmp1, from_host="cmp1", mode=mode), "3 of 3", "the disk is gone")


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
def test_servers_that_cannot_be_moved(
    web_on_cmp1: Bench, status: str, options: dict[str, Any], words: list[str]
) -> None:
    web_on_cmp1.change("web-01", status=status)
    for check in (True, False):
        with nothing_done(web_on_cmp1):
            result = move(web_on_cmp1, check=check, names=["web-01"], from_host="cmp1", **options)
        says(result, "web-01", *words)


@OWNERS
def test_a_dead_host_is_left_by_evacuation_only(web_on_cmp1: Bench) -> None:
    kill(web_on_cmp1, "cmp1")
    for mode in ("live", "cold"):
        with nothing_done(web_on_cmp1):
            says(move(web_on_cmp1, names=["web-01"], from_host="cmp1", mode=mode), "cmp1 is down", "mode: evacuate")
    web_on_cmp1.change("web-01", status="PAUSED")
    says(move(web_on_cmp1, names=["web-01"], from_host="cmp1"), "a paused server cannot be evacuated")


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
def test_bad_input(web_on_cmp1: Bench, options: dict[str, Any], parts: list[str]) -> None:
    for check in (True, False):
        with nothing_done(web_on_cmp1):
            refused(move(web_on_cmp1, check=check, **options), *parts)


@OWNERS
def test_a_disabled_host_gets_no_servers(web_on_cmp1: Bench) -> None:
    disable(web_on_cmp1, "cmp5")
    with nothing_done(web_on_cmp1):
        refused(move(web_on_cmp1, names=["web-01"], host="cmp5"), "host: cmp5 is disabled", "compute_service")
    result = move(web_on_cmp1, names=["web-01"], host="cmp5", force=True, mode="live")
    assert host(web_on_cmp1, "web-01") == "cmp5" and result["changed"]
    assert action_bodies(web_on_cmp1) == [
        {"os-migrateLive": {"host": "cmp5", "block_migration": "auto", "force": True}}
    ]
    with nothing_done(web_on_cmp1):
        assert move(web_on_cmp1, names=["web-01"], host="cmp5")["changed"] is False


@OWNERS
def test_members_are_refused_by_role(bench: Bench) -> None:
    for options in ({"from_host": "cmp1"}, {"names": ["web-01"], "host": "cmp5"}):
        with nothing_done(bench):
            refused(bench.call("server_migrate", **options), "Could not list the compute services", "HTTP 403", "role")


@OWNERS
def test_a_role_that_may_read_hosts_but_not_migrate(web_on_cmp1: Bench) -> None:
    reason = "Policy doesn't allow os_compute_api:os-migrate-server:migrate_live to be performed."
    web_on_cmp1.fault("E21", status=403, reason=reason)
    result = move(web_on_cmp1, from_host="cmp1")
    assert result["changed"] is False and len(result["outcomes"]) == 3
    says(result, "3 of 3", "Policy doesn't allow", "role")


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
def test_a_server_whose_host_is_not_shown(web_on_cmp1: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova import parse

    real = parse.server

    def hidden(data: Any, *rest: Any) -> Any:
        return real({key: value for key, value in data.items() if "SRV-ATTR" not in key}, *rest)

    monkeypatch.setattr(parse, "server", hidden)
    with nothing_done(web_on_cmp1):
        says(
            move(web_on_cmp1, names=["web-01"], host="cmp5"),
            "web-01",
            "shows the host of a server to administrators only",
            "administrators",
        )
        web_on_cmp1.change("web-01", status="SHELVED_OFFLOADED")
        says(move(web_on_cmp1, names=["web-01"], host="cmp5"), "status SHELVED_OFFLOADED and on no host")


@OWNERS
@pytest.mark.parametrize("fault", [{"reset": "after"}, {"status": 502, "effect": True}], ids=str)
@pytest.mark.parametrize("mode, operation", [("live", "E21"), ("cold", "E20"), ("evacuate", "E22")])
def test_lost_responses_are_decided_by_the_state(
    web_on_cmp1: Bench, mode: str, operation: str, fault: dict[str, Any]
) -> None:
    if mode == "evacuate":
        kill(web_on_cmp1, "cmp1")
    web_on_cmp1.fault(operation, times=1, **fault)
    result = move(web_on_cmp1, from_host="cmp1", mode=mode)
    assert [each["outcome"] for each in result["outcomes"]] == ["done"] * 3, result.get("msg")
    assert len(web_on_cmp1.requests(operation)) == 3, "each of them once"


@OWNERS
def test_a_lost_response_to_confirming(web_on_cmp1: Bench) -> None:
    web_on_cmp1.change("web-01", status="SHUTOFF")
    web_on_cmp1.fault("confirmResize", times=1, reset="after")
    result = move(web_on_cmp1, names=["web-01"], from_host="cmp1")
    assert outcome(result, "web-01")["outcome"] == "done" and len(web_on_cmp1.requests("confirmResize")) == 1


@OWNERS
def test_what_was_never_taken_is_sent_again(web_on_cmp1: Bench) -> None:
    web_on_cmp1.fault("E21", times=1, reset="before")
    result = move(web_on_cmp1, names=["web-01"], from_host="cmp1")
    assert outcome(result, "web-01")["outcome"] == "done" and len(web_on_cmp1.requests("E21")) == 2


@OWNERS
def test_locked_servers_are_the_administrators_too(web_on_cmp1: Bench) -> None:
    web_on_cmp1.change("web-01", locked=True)
    assert outcome(hold_check_to_run(web_on_cmp1, names=["web-01"], from_host="cmp1"), "web-01")["outcome"] == "done"


# -- what an interruption leaves --------------------------------------------------------------------------------------


@OWNERS
def test_a_cold_migration_whose_end_could_not_be_read_is_confirmed_by_the_next_run(web_on_cmp1: Bench) -> None:
    def blind() -> None:
        order = {"platform": web_on_cmp1.platform, "method": "GET", "path": "/servers", "do": {"status": 403}}
        web_on_cmp1.control("POST", "/faults", order)

    web_on_cmp1.later(blind)
    options: dict[str, Any] = {"names": ["web-01"], "from_host": "cmp1", "mode": "cold"}
    result = move(web_on_cmp1, **options)
    assert outcome(result, "web-01")["outcome"] == "unknown" and result["changed"]
    web_on_cmp1.control("DELETE", "/faults")
    web_on_cmp1.control("POST", "/clock", {"advance": 200})
    assert web_on_cmp1.server("web-01")["status"] == "VERIFY_RESIZE"
    assert web_on_cmp1.server("web-01")["metadata"]["cloudserver_confirm"] == "migrate"

    with nothing_done(web_on_cmp1):
        expected = move(web_on_cmp1, check=True, diff=True, **options)
    result = move(web_on_cmp1, diff=True, **options)
    assert expected["changed"] is result["changed"] is True and expected["diff"] == result["diff"]
    assert outcome(result, "web-01")["actions"] == ["confirm_resize"] and "warnings" not in result
    after = web_on_cmp1.server("web-01")
    assert after["status"] == "ACTIVE" and "cloudserver_confirm" not in after["metadata"]
    with nothing_done(web_on_cmp1):
        assert move(web_on_cmp1, **options)["changed"] is False


@OWNERS
def test_another_clients_resize_is_not_confirmed(web_on_cmp1: Bench) -> None:
    web_on_cmp1.change("web-01", status="VERIFY_RESIZE")
    with nothing_done(web_on_cmp1):
        result = move(web_on_cmp1, names=["web-01"], from_host="cmp2", mode="cold")
    assert outcome(result, "web-01")["outcome"] == "unchanged"
    assert "must be confirmed or reverted by the user who started them" in result["warnings"][0]
