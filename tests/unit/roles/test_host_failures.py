"""Which hosts have failed, and whether the others have room for their servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.plugin_utils.host_failures import (
    MARK,
    FailureError,
    find_failures,
    find_shortage,
)

Service = dict[str, Any]


def service(host: str, state: str = "up", minute: int = 30, **more: Any) -> Service:
    known = {"status": "enabled", "disabled_reason": None, "forced_down": False}
    return {**known, "host": host, "state": state, "updated": "2026-11-30T12:%02d:00.000000" % minute, **more}


def fleet(*own: Service) -> list[Service]:
    return [*own, *(service("up%d" % number) for number in range(8))]


def names(found: dict[str, Any]) -> list[str]:
    return [each["host"] for each in found["hosts"]]


def reasons(found: dict[str, Any]) -> dict[str, str]:
    return {each["host"]: each["reason"] for each in found["skipped"]}


def test_a_host_that_is_down_for_longer_than_the_grace_time_has_failed() -> None:
    listing = fleet(service("a", "down", 20), service("b", "down", 27))
    found = find_failures([listing, listing], grace=300)
    assert names(found) == ["a"]
    assert reasons(found) == {"b": "it last reported 180 seconds ago, and host_evacuation_grace is 300"}
    assert found["problems"] == []


def test_a_host_that_reports_between_two_observations_has_not() -> None:
    before, after = fleet(service("a", "down", 10)), fleet(service("a", "down", 11))
    assert reasons(find_failures([before, after])) == {"a": "it reported again between two observations"}
    assert names(find_failures([fleet(service("a", "up", 10)), fleet(service("a", "down", 10))])) == []
    assert names(find_failures([fleet(), fleet(service("a", "down", 10))])) == []
    assert names(find_failures([before, before])) == ["a"]


def test_what_someone_else_disabled_or_forced_down_is_evacuated_only_by_name() -> None:
    disabled = service("a", "down", 10, status="disabled", disabled_reason="new disks")
    forced = service("b", "down", 29, forced_down=True)
    listing = fleet(disabled, forced)
    assert reasons(find_failures([listing])) == {
        "a": "it is disabled (new disks); name it in host_evacuation_hosts to evacuate it",
        "b": "someone else forced it down; name it in host_evacuation_hosts to evacuate it",
    }
    found = find_failures([listing], hosts=["a", "b"])
    assert names(found) == ["a", "b"] and [each["ours"] for each in found["hosts"]] == [False, False]


def test_a_host_of_an_earlier_run_needs_no_grace_time() -> None:
    ours = {"status": "disabled", "disabled_reason": MARK + "change 4711"}
    found = find_failures([fleet(service("a", "down", 30, **ours), service("b", "up", 30, **ours))])
    assert names(found) == ["a"] and found["hosts"][0]["ours"] is True


def test_a_host_that_is_named_and_up_is_left_out() -> None:
    assert reasons(find_failures([fleet()], hosts=["up1"])) == {"up1": "its compute service is up"}


def test_many_hosts_that_are_down_are_a_fault_of_the_control_plane() -> None:
    down = [service("down%d" % number, "down", 10) for number in range(5)]
    (text,) = find_failures([fleet(*down)], max_down_percent=35)["problems"]
    assert text.startswith("5 of 13 enabled compute services are down")
    assert "host_evacuation_max_down_percent allows 35 %; if many hosts" in text
    assert find_failures([fleet(*down)], max_down_percent=40)["problems"] == []
    # Those that were dealt with do not count.
    known = [dict(each, forced_down=True) for each in down[:4]]
    assert find_failures([fleet(*known, down[4])], max_down_percent=35)["problems"] == []


def test_unknown_hosts_are_named() -> None:
    (text,) = find_failures([fleet()], hosts=["b", "a", "up0"])["problems"]
    assert text == "host_evacuation_hosts: the cloud has no compute service on a, b"


def test_without_a_time_of_the_last_report_nothing_has_failed() -> None:
    for updated in (None, "", "yesterday"):
        listing = fleet({**service("a", "down"), "updated": updated})
        assert reasons(find_failures([listing])) == {"a": "the cloud does not return when it last reported"}
    with pytest.raises(FailureError, match="no observation"):
        find_failures([])


def test_who_reports_although_it_is_forced_down() -> None:
    listing = [service("a", "down", 30, forced_down=True), service("b", "down", 28, forced_down=True), service("c")]
    assert find_failures([listing])["reporting"] == ["a", "c"]


@given(
    st.lists(
        st.tuples(st.sampled_from(["up", "down"]), st.integers(0, 59), st.booleans(), st.booleans()),
        min_size=1, max_size=12,
    ),
    st.integers(0, 3600),
)  # fmt: skip
def test_each_host_that_is_down_is_either_evacuated_or_skipped_with_a_reason(rows: list[Any], grace: int) -> None:
    listing = [
        service("h%02d" % number, state, minute, forced_down=forced, status="disabled" if off else "enabled")
        for number, (state, minute, forced, off) in enumerate(rows)
    ]
    found = find_failures([listing, listing], grace=grace)
    down = [each["host"] for each in listing if each["state"] == "down"]
    assert sorted([*names(found), *reasons(found)]) == sorted(down)
    newest = max(minute for _state, minute, _forced, _off in rows)
    for each in found["hosts"]:
        assert each["state"] == "down" and each["status"] == "enabled" and not each["forced_down"]
        assert (newest - int(each["updated"][14:16])) * 60 >= grace


def hypervisor(host: str, used: int | None = 1000, total: int | None = 8000, **more: Any) -> dict[str, Any]:
    memory = {"memory_mb": total, "memory_mb_used": used, "ram_allocation_ratio": None}
    known = {"state": "up", "status": "enabled", **memory}
    return {**known, "host": host, **more}


def server(memory: int | None) -> dict[str, Any]:
    return {"flavor": {"ram_mb": memory}}


def test_the_memory_of_hosts_that_are_up_enabled_and_have_not_failed_counts() -> None:
    hosts = [hypervisor("a"), hypervisor("b", state="down"), hypervisor("c", status="disabled"), hypervisor("failed")]
    assert find_shortage([server(7000)], hosts, failed=["failed"]) == ""
    text = find_shortage([server(4000), server(4000)], hosts, failed=["failed"])
    assert text == "2 servers need 8000 MiB of memory, and the other hosts have 7000 MiB free"
    assert find_shortage([server(4000), server(4000)], hosts, failed=["failed"], ratio=1.5) == ""
    assert find_shortage([server(4000)] * 2, [hypervisor("a", ram_allocation_ratio=1.5)]) == ""


def test_the_largest_server_needs_a_host_of_its_size_and_a_target_takes_all() -> None:
    hosts = [hypervisor("a"), hypervisor("b")]
    text = find_shortage([server(7500)], hosts)
    assert text == "a server needs 7500 MiB of memory, and no host has more than 7000 MiB free"
    assert "the host a have 7000 MiB free" in find_shortage([server(4000)] * 2, hosts, target="a")
    assert "the other hosts have 0 MiB free" in find_shortage([server(1)], [])


def test_what_the_cloud_does_not_return_is_no_shortage() -> None:
    assert find_shortage([server(None), server(99999)], [hypervisor("a")]) == ""
    assert find_shortage([server(99999)], [hypervisor("a", used=None)]) == ""
    assert find_shortage([{"flavor": None}], [hypervisor("a")]) == ""
    assert find_shortage([], [hypervisor("a")]) == ""
