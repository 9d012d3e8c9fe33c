"""What the filter lifecycle_plan decides from tags, times, marks and images."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cloudserver.compute.plugins.filter.lifecycle_plan import lifecycle_plan

DAY = date(2026, 11, 30)
NOON = "2026-11-30T12:00:00Z"
ALL = ["mark", "warn", "stop", "snapshot", "delete"]
DELAYS = {"warn_after_days": 3, "stop_after_days": 7, "snapshot_after_days": 7, "delete_after_days": 30}
CAPS = {"max_stop": 1000, "max_delete": 1000}
MARK, WARNED = "cloudserver_lifecycle", "cloudserver_lifecycle_warned"


def machine(name: str = "a", *tags: str, state: str = "running", **more: Any) -> dict[str, Any]:
    return {
        "id": "id-" + name, "name": name, "status": "ACTIVE", "power_state": state, "tags": list(tags),
        "metadata": {}, "image": {"id": "img", "name": None}, "created": "2025-01-01T00:00:00Z",
        "updated": "2026-11-29T00:00:00Z", **more,
    }  # fmt: skip


def run(*servers: dict[str, Any], now: str = NOON, images: Any = None, **options: Any) -> dict[str, Any]:
    given_images = {} if images is None else {"x": images}
    clouds = [{"host": "x", "servers": list(servers)}]
    return lifecycle_plan(clouds, given_images, now=now, **{**CAPS, **options})


def stages(found: dict[str, Any]) -> dict[str, list[str]]:
    return {step["stage"]: step["names"] for step in found["steps"]}


def at(days: int) -> str:
    return "%sT12:00:00Z" % (DAY + timedelta(days=days)).isoformat()


def image(server: str, marked: str, status: str = "active", created: str = NOON) -> dict[str, Any]:
    return {"id": "s-" + server, "server_id": server, "status": status, "created": created, "metadata": {MARK: marked}}


@pytest.mark.parametrize(
    "tag, zone, expired",
    [
        ("2026-11-29", None, True),
        # A date is valid until its end.
        ("2026-11-30", None, False),
        # In Shanghai it is 20:00, and in Auckland the next day.
        ("2026-11-30", "Asia/Shanghai", False),
        ("2026-11-30", "Pacific/Auckland", True),
        ("2026-11-30T12:00Z", None, True),
        ("2026-11-30T12:01Z", None, False),
        ("2026-11-30T20:00+08:00", None, True),
        ("2026-11-30T19:00", "Asia/Shanghai", True),
        ("2026-11-30T21:00", "Asia/Shanghai", False),
    ],
)
def test_expiry(tag: str, zone: str | None, expired: bool) -> None:
    found = run(machine("a", "expires=" + tag), timezone=zone)
    assert found["report"] == ([] if not expired else [{**found["report"][0], "reasons": {"expired": tag}}])
    assert found["steps"] == []


@pytest.mark.parametrize("tag", ["", "soon", "2026-13-01", "2026-02-30", "30.11.2026", "20261130T99", "9999-12-31x"])
def test_a_date_that_cannot_be_read_is_reported_and_is_no_reason(tag: str) -> None:
    found = run(machine("a", "expires=" + tag), stages=ALL)
    assert found["report"] == [] and found["steps"] == []
    assert len(found["invalid_tags"]) == 1 and found["invalid_tags"][0].startswith("a: expires: ")
    assert "\n" not in found["invalid_tags"][0]


def test_two_dates_are_ambiguous_and_no_reason() -> None:
    found = run(machine("a", "expires=2020-01-01", "expires=2030-01-01"), stages=ALL)
    assert found["steps"] == [] and found["invalid_tags"] == ["a: it has 2 tags expires"]


def test_the_last_date_of_all_never_comes() -> None:
    assert run(machine("a", "expires=9999-12-31"))["report"] == []


def test_idle_stale_and_untagged_servers_are_found() -> None:
    images = [{"id": "img", "created": "2026-01-01T00:00:00Z", "status": "active", "server_id": None, "metadata": {}}]
    fleet = [
        machine("used", "owner=x"),
        machine("idle", "owner=x", state="stopped", updated="2026-10-30T00:00:00Z"),
        machine("recent", "owner=x", state="stopped", updated="2026-10-31T00:00:00Z"),
        machine("untold", "owner=x", state="stopped", updated=None),
        machine("gone", "owner=x", image={"id": "other", "name": None}),
        machine("volume", "owner=x", image={"id": None, "name": None}),
        machine("nobody", "owner", image={"id": None, "name": None}),
    ]
    found = run(*fleet, images=images, idle_days=30, image_days=90, deleted_images=True, required_tags=["owner"])
    reasons = {row["name"]: sorted(row["reasons"]) for row in found["report"]}
    assert reasons == {
        "used": ["stale_image"], "idle": ["idle", "stale_image"], "recent": ["stale_image"],
        "untold": ["stale_image"], "gone": ["stale_image"], "nobody": ["missing_tags"],
    }  # fmt: skip


def test_a_server_goes_from_stage_to_stage() -> None:
    server = machine("a", "expires=2026-11-29")
    assert stages(run(server, stages=ALL, **DELAYS)) == {"mark": ["a"]}
    server["metadata"] = {MARK: "2026-11-30 expired"}
    assert run(server, stages=ALL, now=at(2), **DELAYS)["steps"] == []
    (step,) = run(server, stages=ALL, now=at(3), **DELAYS)["steps"]
    assert (step["stage"], step["metadata"]) == ("warn", {WARNED: "2026-12-03"})
    server["metadata"][WARNED] = "2026-12-03"
    assert run(server, stages=ALL, now=at(6), **DELAYS)["steps"] == []
    found = run(server, stages=ALL, now=at(7), **DELAYS)
    assert [step["stage"] for step in found["steps"]] == ["stop", "snapshot"]
    assert found["steps"][1]["metadata"] == {MARK: "2026-11-30"}
    server["power_state"] = "stopped"
    taken = [image("id-a", "2026-11-30")]
    assert run(server, stages=ALL, now=at(29), images=taken, **DELAYS)["steps"] == []
    assert stages(run(server, stages=ALL, now=at(30), images=taken, **DELAYS)) == {"delete": ["a"]}
    # The snapshot of another mark, or one that is not usable, does not count.
    for other in (image("id-a", "2025-11-30"), image("id-a", "2026-11-30", status="queued")):
        assert list(stages(run(server, stages=ALL, now=at(30), images=[other], **DELAYS))) == ["snapshot", "delete"]


def test_a_late_warning_delays_what_comes_after_it() -> None:
    server = machine("a", "expires=2026-11-01", metadata={MARK: "2026-11-01 expired"})
    assert list(stages(run(server, stages=ALL, **DELAYS))) == ["warn"]
    server["metadata"][WARNED] = "2026-11-30"
    assert run(server, stages=ALL, now=at(3), **DELAYS)["steps"] == []
    assert list(stages(run(server, stages=ALL, now=at(4), **DELAYS))) == ["stop", "snapshot"]
    assert "delete" not in stages(run(server, stages=ALL, now=at(26), **DELAYS))
    assert "delete" in stages(run(server, stages=ALL, now=at(27), **DELAYS))


@pytest.mark.parametrize(
    "platform, days, first",
    [("openstack", 7, "stop"), ("easystack", 7, "snapshot"), ("easystack", 9, "stop"), ("ustack", 5, "snapshot")],
)
def test_with_equal_delays_the_snapshot_comes_first_where_a_stopped_server_has_none(
    platform: str, days: int, first: str
) -> None:
    server = machine("a", "expires=2026-10-01", platform=platform, metadata={MARK: "2026-11-01 expired"})
    options = {**DELAYS, "snapshot_after_days": days, "running_snapshots": ["easystack"]}
    found = run(server, stages=["mark", "stop", "snapshot"], images=[], **options)
    assert [step["stage"] for step in found["steps"]] == sorted(["stop", "snapshot"], key=lambda each: each != first)
    assert found["report"][0]["stages"] == [step["stage"] for step in found["steps"]]


def test_the_snapshot_can_come_before_the_stop() -> None:
    server = machine("a", "expires=2026-11-01", metadata={MARK: "2026-11-01 expired"})
    options = {"stages": ["mark", "stop", "snapshot"], "snapshot_after_days": 6, "stop_after_days": 7}
    assert list(stages(run(server, **options))) == ["snapshot", "stop"]


@pytest.mark.parametrize(
    "change",
    [
        {"tags": ["expires=2027-01-01"]},
        {"tags": []},
        {"tags": ["expires=2026-11-01", "protected"]},
    ],
)
def test_the_mark_is_removed_when_the_reason_is_gone(change: dict[str, Any]) -> None:
    server = machine("a")
    server.update(metadata={MARK: "2026-10-01 expired", WARNED: "2026-10-02"}, **change)
    found = run(server, stages=ALL, protected_tags=["protected"])
    assert stages(found) == {"unmark": ["a"]}
    assert run(server, stages=[], protected_tags=["protected"])["steps"] == []
    server["metadata"] = {}
    assert run(server, stages=ALL, protected_tags=["protected"])["steps"] == []


@pytest.mark.parametrize(
    "mark",
    [
        "", "expired", "soon expired", "2026-12-01 expired", "2024-12-31 expired", "2026-11-01", "2026-11-01 idle",
        # The server was marked before it expired as it does now.
        "2026-11-10 expired",
    ],
)  # fmt: skip
def test_what_is_no_mark_of_this_reason_is_replaced_and_nothing_else_happens(mark: str) -> None:
    server = machine("a", "expires=2026-11-15", metadata={MARK: mark, WARNED: "2026-11-02"})
    found = run(server, stages=["mark", "stop", "delete"], stop_after_days=1, delete_after_days=1)
    assert stages(found) == {"mark": ["a"]} and found["steps"][0]["metadata"] == {MARK: "2026-11-30 expired"}


def test_an_idle_server_that_somebody_uses_again_loses_its_mark() -> None:
    mark = {MARK: "2026-11-20 idle"}
    options = {"stages": ALL, "idle_days": 30, **DELAYS}
    # The mark itself changed the server.
    server = machine("a", state="stopped", updated="2026-11-20T12:00:00Z", metadata=mark)
    assert list(stages(run(server, **options))) == ["warn"]
    server["updated"] = "2026-11-21T00:00:00Z"
    assert list(stages(run(server, **options))) == ["unmark"]
    server.update(updated="2026-11-20T12:00:00Z", power_state="running")
    assert list(stages(run(server, **options))) == ["unmark"]


def test_limits_refuse_the_run_and_say_why() -> None:
    marked = {MARK: "2026-10-01 expired"}
    fleet = [machine("s%d" % number, "expires=2026-09-01", metadata=marked) for number in range(4)]
    fleet += [machine("n%d" % number) for number in range(6)]
    options: dict[str, Any] = {"stages": ["mark", "stop", "delete"]}
    assert run(*fleet, **options)["refusal"] == ""
    found = run(*fleet, **{**options, "max_stop": 3})
    assert found["refusal"] == "it would stop 4 of 10 servers, and max_stop allows 3, max_stop_percent 10"
    # A share is rounded up.
    assert run(*fleet, **{**options, "max_delete_percent": 31})["refusal"] == ""
    assert "it would delete 4 of 10 servers" in run(*fleet, **{**options, "max_delete_percent": 30})["refusal"]


def test_a_server_in_error_is_listed_and_left_alone() -> None:
    server = machine("a", "expires=2026-01-01", status="ERROR", metadata={MARK: "2026-10-01 expired"})
    found = run(server, stages=ALL, ignore_statuses=["error"])
    assert found["steps"] == [] and found["ignored"] == ["a (ERROR)"]


@pytest.mark.parametrize(
    "options, words",
    [
        ({"stages": ["stop"]}, "stop needs mark"),
        ({"stages": ["mark", "shred"]}, "there is no stage shred"),
        ({"stages": 3}, "stages: 3 is not a list"),
        ({"delete_after_days": 0}, "delete_after_days: 0 is not a number from 1"),
        ({"idle_days": -1}, "idle_days: -1"),
        ({"idle_days": "many"}, "idle_days: 'many'"),
        ({"image_days": True}, "image_days: True"),
        ({"stages": ["mark", "stop", "delete"], "stop_after_days": 31}, "less than stop_after_days"),
        ({"stages": ["mark", "warn", "stop"], "warn_after_days": 8}, "warn first"),
        ({"max_delete_percent": 101}, "max_delete_percent: 101"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"now": "today"}, "now: 'today'"),
    ],
)
def test_invalid_variables_are_one_sentence(options: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        lifecycle_plan([], {}, **options)
    assert words in str(caught.value) and "\n" not in str(caught.value)


# -- over time -------------------------------------------------------------------------------------------------------


def carried_out(server: dict[str, Any], found: dict[str, Any], images: list[dict[str, Any]], now: str) -> bool:
    """Changes the records as the role does; whether the server is still there."""
    for step in found["steps"]:
        if step["stage"] == "delete":
            return False
        if step["stage"] == "unmark":
            for key in (MARK, WARNED):
                server["metadata"].pop(key, None)
        elif step["stage"] == "stop":
            server["power_state"] = "stopped"
        elif step["stage"] == "snapshot":
            images.append(image(server["id"], step["metadata"][MARK], created=now))
        else:
            server["metadata"].update(step["metadata"])
        server["updated"] = now
    return True


@given(
    wanted=st.sets(st.sampled_from(ALL[1:])),
    delays=st.lists(st.integers(0, 12), min_size=3, max_size=3).map(sorted),
    delete_after=st.integers(12, 20),
    expires=st.integers(-5, 20),
    user=st.dictionaries(st.integers(0, 40), st.sampled_from(["extend", "expire", "start", "protect", "free", "wipe"])),
    skipped=st.sets(st.integers(0, 40), max_size=15),
    idle=st.booleans(),
)  # fmt: skip
def test_nothing_is_deleted_that_was_not_marked_so_many_days_before(
    wanted: set[str],
    delays: list[int],
    delete_after: int,
    expires: int,
    user: dict[int, str],
    skipped: set[int],
    idle: bool,
) -> None:
    """Forty days with a user who changes the server, and days without a run."""
    warn, snapshot, stop = delays
    options = {
        "stages": ["mark", *sorted(wanted)], "warn_after_days": warn, "stop_after_days": stop,
        "snapshot_after_days": snapshot, "delete_after_days": delete_after, "idle_days": 3 if idle else 0,
        "protected_tags": ["protected"],
    }  # fmt: skip
    server = machine("a", "expires=%s" % (DAY + timedelta(days=expires)), updated=at(-1))
    images: list[dict[str, Any]] = [{"id": "img", "created": None, "metadata": {}, "server_id": None}]
    marked: date | None = None
    for day in range(41):
        today, now = DAY + timedelta(days=day), at(day)
        word = user.get(day)
        if word == "extend":
            server["tags"] = ["expires=%s" % (today + timedelta(days=4))]
        elif word == "expire":
            server["tags"] = ["expires=%s" % (today - timedelta(days=1))]
        elif word == "start":
            server.update(power_state="running", updated=now)
        elif word == "protect":
            server["tags"] = [*server["tags"], "protected"]
        elif word == "free":
            server["tags"] = [tag for tag in server["tags"] if tag != "protected"]
        elif word == "wipe":
            server["metadata"] = {}
        if day in skipped:
            continue
        found = run(server, images=images, now=now, **options)
        if "delete" in stages(found):
            assert "delete" in wanted and marked is not None and (today - marked).days >= delete_after
            assert found["report"], "a server without a reason is deleted"
            assert "protected" not in server["tags"]
        before = server["metadata"].get(MARK)
        if not carried_out(server, found, images, now):
            return
        after = server["metadata"].get(MARK)
        if after != before:
            marked = today if after else None
        assert run(server, images=images, now=now, **options)["steps"] == [], "the second run changes something"
        assert run(server, images=images, now=now.replace("12:00", "23:59"), **options)["steps"] == []


def test_an_approved_plan_leaves_what_it_contains_and_refuses_a_server_in_all_stages() -> None:
    marked = {MARK: "2026-10-01 expired"}
    names = ("done", "changed", "other-mark", "new")
    servers = [machine(name, "expires=2026-09-01", metadata=marked) for name in names]
    extended = machine("extended", "expires=2027-09-01", metadata=marked)

    def part(stage: str, metadata: dict[str, str], **outcomes: str) -> dict[str, Any]:
        rows = [
            {"id": "id-" + name, "name": name, "outcome": outcome, "message": "it has changed"}
            for name, outcome in outcomes.items()
        ]
        return {"stage": stage, "metadata": metadata, "outcomes": rows}

    approved = [
        part("stop", {}, done="planned", changed="failed", extended="planned", **{"other-mark": "planned"}),
        part("snapshot", {MARK: "2026-10-01"}, done="planned", changed="planned"),
        part("snapshot", {MARK: "2026-09-15"}, **{"other-mark": "planned"}),
        part("delete", {}, done="unchanged"),
    ]
    found = run(*servers, extended, stages=["mark", "stop", "snapshot"], approved=approved)
    assert stages(found) == {"stop": ["done"], "snapshot": ["done"]}
    assert found["numbers"] == {
        "servers": 5, "unmark": 0, "mark": 0, "warn": 0, "stop": 1, "snapshot": 1, "delete": 0
    }  # fmt: skip
    assert found["unplanned"] == ["new"] and [text.partition(": ")[0] for text in found["refused"]] == [
        "changed", "extended", "other-mark"
    ]  # fmt: skip
    assert found["refused"][2].endswith(
        "its mark would be 2026-09-15 in the plan, and is 2026-10-01 now; make a new plan"
    )
    assert "refused" not in run(*servers, stages=["mark"])


def test_an_approved_stage_does_not_follow_a_mark_that_is_not_approved() -> None:
    """The mark of the time of the plan was removed since."""
    row = {"id": "id-again", "name": "again", "outcome": "planned"}
    server = machine("again", "expires=2026-09-01")
    approved = [{"stage": "stop", "metadata": {}, "outcomes": [row]}]
    found = run(server, stages=["mark", "stop"], stop_after_days=0, approved=approved)
    assert stages(found) == {} and found["refused"] == [
        "again: stop: its mark of the time of the plan is not there any more; make a new plan"
    ]
