# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""compute_service, compute_service_info and hypervisor_info as a task sees them."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, refused

OWNERS = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)


def hold_check_to_run(bench: Bench, **options: Any) -> dict[str, Any]:
    """The run's result, which check mode has predicted, and which a second run finds unchanged."""
    with nothing_done(bench):
        predicted = bench.call("compute_service", check=True, diff=True, **options)
    done = bench.call("compute_service", diff=True, **options)
    assert not done.get("failed"), done
    assert (predicted["changed"], predicted["diff"]) == (done["changed"], done["diff"])
    moving = {"updated": None, "state": None}
    shown = [[{**each, **moving} for each in result["services"]] for result in (predicted, done)]
    assert shown[0] == shown[1]
    with nothing_done(bench):
        again = bench.call("compute_service", diff=True, **options)
    assert again["changed"] is False and again["diff"] == {"before": {}, "after": {}}
    assert {each["outcome"] for each in again["outcomes"]} == {"unchanged"}
    return done


@OWNERS
def test_the_ten_steps(admin: Bench) -> None:
    with nothing_done(admin):
        refused(admin.call("compute_service", host="cmp5"), "state, forced_down")
    made = hold_check_to_run(admin, hosts=["cmp6", "cmp5"], state="disabled", reason="disks")
    assert made["changed"] and [each["host"] for each in made["services"]] == ["cmp6", "cmp5"]
    assert {(each["status"], each["disabled_reason"]) for each in made["services"]} == {("disabled", "disks")}
    assert made["diff"]["before"]["cmp5"] == {"status": "enabled", "disabled_reason": None, "forced_down": False}
    changed = hold_check_to_run(admin, host="cmp5", state="disabled", reason="memory", forced_down=True)
    assert (changed["services"][0]["state"], changed["services"][0]["disabled_reason"]) == ("down", "memory")
    back = hold_check_to_run(admin, hosts=["cmp5", "cmp6", "cmp4"], state="enabled", forced_down=False)
    assert [each["outcome"] for each in back["outcomes"]] == ["done", "done", "unchanged"]
    assert {each["disabled_reason"] for each in back["services"]} == {None}


@OWNERS
def test_omitted_options_change_nothing(admin: Bench) -> None:
    admin.call("compute_service", host="cmp5", state="disabled", reason="disks")
    with nothing_done(admin):
        assert admin.call("compute_service", host="cmp5", state="disabled")["changed"] is False
    hold_check_to_run(admin, host="cmp5", forced_down=True)
    shown = hold_check_to_run(admin, host="cmp5", forced_down=False)["services"][0]
    assert (shown["status"], shown["disabled_reason"]) == ("disabled", "disks")


@OWNERS
def test_from_2_53_on_the_wire(admin: Bench) -> None:
    admin.call("compute_service", host="cmp5", state="disabled", reason="disks", forced_down=True)
    (row,) = [row for row in admin.requests() if row["method"] == "PUT"]
    assert row["body"] == {"status": "disabled", "disabled_reason": "disks", "forced_down": True}
    admin.call("compute_service", host="cmp5", state="enabled")
    assert admin.changing_requests()[-1] == {"status": "enabled"}


@OWNERS
@pytest.mark.parametrize(
    "options, bodies",
    [
        ({"state": "disabled"}, [("disable", {})]),
        ({"state": "disabled", "reason": "disks"}, [("disable-log-reason", {"disabled_reason": "disks"})]),
        ({"state": "disabled", "forced_down": True}, [("disable", {}), ("force-down", {"forced_down": True})]),
    ],
    ids=str,
)
def test_below_2_53_on_the_wire(
    admin: Bench, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], bodies: list[tuple[str, dict[str, Any]]]
) -> None:
    speak(monkeypatch, (2, 52))
    hold_check_to_run(admin, host="cmp5", **options)
    hold_check_to_run(admin, host="cmp5", state="enabled", forced_down=False)
    sent = [(row["path"].rsplit("/", 1)[1], row["body"]) for row in admin.requests() if row["method"] == "PUT"]
    whose = {"host": "cmp5", "binary": "nova-compute"}
    assert sent[: len(bodies)] == [(path, {**whose, **body}) for path, body in bodies]
    assert sent[len(bodies)] == ("enable", whose)


def speak(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]) -> None:
    """The cloud knows no newer microversion than this."""
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi

    monkeypatch.setattr(NovaApi, "_newest_of_cloud", lambda self: version)


@OWNERS
def test_a_cloud_that_cannot_force_down(admin: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch, (2, 10))
    with nothing_done(admin):
        refused(admin.call("compute_service", host="cmp5", forced_down=True), "microversion 2.10", "needs 2.11")
    shown = hold_check_to_run(admin, host="cmp5", state="disabled")["services"][0]
    assert shown["forced_down"] is None


@OWNERS
@pytest.mark.parametrize(
    "options, parts",
    [
        ({"state": "disabled"}, ["hosts"]),
        ({"host": "nix", "state": "disabled"}, ["no such service runs on nix"]),
        ({"hosts": ["cmp5", "nix", "nox"], "state": "disabled"}, ["no such service runs on nix, nox"]),
        ({"host": "", "state": "disabled"}, ["hosts", "empty"]),
        ({"host": "cmp5", "state": "enabled", "reason": "x"}, ["reason", "state: disabled"]),
        ({"host": "cmp5", "forced_down": False, "reason": "x"}, ["reason", "state: disabled"]),
        ({"host": "cmp5", "state": "disabled", "reason": " "}, ["reason", "empty"]),
        ({"host": "cmp5", "state": "disabled", "reason": "x" * 256}, ["reason", "256 characters"]),
        ({"host": "cmp5", "state": "away"}, ["state", "away"]),
    ],
    ids=lambda value: str(value)[:60],
)
def test_bad_input(admin: Bench, options: dict[str, Any], parts: list[str]) -> None:
    for check in (True, False):
        with nothing_done(admin):
            refused(admin.call("compute_service", check=check, **options), *parts)


@OWNERS
def test_other_services_cannot_be_changed(admin: Bench) -> None:
    result = admin.call("compute_service", host="controller", binary="nova-conductor", state="disabled")
    refused(result, "controller", "Only nova-compute services can be updated")


@OWNERS
def test_one_that_is_refused_does_not_hold_up_the_others(admin: Bench) -> None:
    (row,) = admin.call("compute_service_info", host="cmp5", binary="nova-compute")["services"]
    order = {"platform": admin.platform, "method": "PUT", "path": row["id"], "do": {"status": 409, "reason": "busy"}}
    admin.control("POST", "/faults", order)
    result = admin.call("compute_service", hosts=["cmp4", "cmp5", "cmp6"], state="disabled")
    assert result["failed"] is True and result["changed"] is True
    assert "1 of 3 hosts" in result["msg"] and "cmp5" in result["msg"] and "busy" in result["msg"]
    assert [(each["host"], each["outcome"]) for each in result["outcomes"]] == [
        ("cmp5", "failed"),
        ("cmp4", "done"),
        ("cmp6", "done"),
    ]
    assert [each["status"] for each in result["services"]] == ["disabled", "enabled", "disabled"]
    assert "request_id" in result["outcomes"][0]


@OWNERS
def test_lost_responses(admin: Bench) -> None:
    order = {"platform": admin.platform, "method": "PUT", "path": "os-services", "times": 1, "do": {"reset": "after"}}
    admin.control("POST", "/faults", order)
    assert hold_check_to_run(admin, host="cmp5", state="disabled", reason="disks")["changed"] is True


@OWNERS
def test_members_are_refused(bench: Bench) -> None:
    options = {"host": "cmp5", "state": "disabled"}
    for module, given in (("compute_service", options), ("compute_service_info", {})):
        with nothing_done(bench):
            refused(bench.call(module, **given), "Could not list the compute services", "HTTP 403", "role")
    refused(bench.call("hypervisor_info"), "Could not list the hypervisors", "HTTP 403", "role")


@pytest.mark.parametrize("platform", ["ustack", "huaweicloud"], indirect=True)
def test_platforms_without_hosts(bench: Bench) -> None:
    words = f"Platform {bench.platform} has no operation "
    for check in (True, False):
        with nothing_done(bench):
            refused(bench.call("compute_service", check=check, host="a", state="enabled"), words + "services. Use ")
            refused(bench.call("compute_service_info", check=check), words + "services. Use ")
            refused(bench.call("hypervisor_info", check=check), words + "hypervisors. Use ")


@OWNERS
def test_the_list_of_services(admin: Bench) -> None:
    found = admin.call("compute_service_info")["services"]
    assert found == sorted(found, key=lambda each: (each["host"], each["binary"])) and len(found) == 9
    (only,) = admin.call("compute_service_info", host="cmp7", binary="nova-compute")["services"]
    assert (only["state"], only["status"], only["zone"]) == ("down", "enabled", "nova")
    assert admin.call("compute_service_info", host="nix")["services"] == []


@OWNERS
def test_the_list_of_hypervisors(admin: Bench) -> None:
    found = admin.call("hypervisor_info")["hypervisors"]
    assert [each["host"] for each in found] == ["cmp1", "cmp2", "cmp3", "cmp4", "cmp5", "cmp6", "cmp7"]
    assert found[3]["running_servers"] == 1 and found[3]["servers"] is None
    assert found[3]["memory_mb"] == found[3]["memory_mb_used"] + found[3]["memory_mb_free"]
    assert found[3]["cpu_info"]["vendor"] == "Intel" and found[3]["uptime"] is None
    (row,) = admin.requests("E54")
    expected = {"openstack": "compute 2.87", "easystack": "compute 2.67"}[admin.platform]
    assert {name.lower(): value for name, value in row["headers"].items()}["openstack-api-version"] == expected
    (one,) = admin.call("hypervisor_info", host="cmp4", servers=True)["hypervisors"]
    assert [each["id"] for each in one["servers"]] == [admin.id_of("web-04")]


@OWNERS
@pytest.mark.parametrize("version", [(2, 1), (2, 33), (2, 52), (2, 53)])
def test_hypervisors_of_older_clouds(admin: Bench, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]) -> None:
    speak(monkeypatch, version)
    found = admin.call("hypervisor_info", servers=True)["hypervisors"]
    assert len(found) == 7 and all(isinstance(each["id"], str) and each["cpu_info"] for each in found)
    by_host = {each["host"]: each for each in found}
    assert [each["id"] for each in by_host["cmp4"]["servers"]] == [admin.id_of("web-04")]
    assert by_host["cmp5"]["servers"] == []
    (one,) = admin.call("hypervisor_info", pattern="cmp4", servers=True)["hypervisors"]
    assert one == by_host["cmp4"]
    assert admin.call("hypervisor_info", pattern="nix")["hypervisors"] == []


@OWNERS
def test_hypervisors_of_many_pages(admin: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session

    real = Session.by_marker
    monkeypatch.setattr(Session, "by_marker", lambda self, *args, **named: real(self, *args, **{**named, "limit": 2}))
    found = admin.call("hypervisor_info", servers=True)["hypervisors"]
    assert len(found) == len({each["id"] for each in found}) == 7 and len(admin.requests("E54")) == 4
