# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_snapshot at its end: images of one and of many servers, retention, deletion, failures."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import NOVA, Bench, nothing_done, outcome, refused, says

OPERATION = {"openstack": "E15", "easystack": "E15", "ustack": "U12"}
pytestmark = pytest.mark.parametrize("platform", NOVA)


def snapshot(bench: Bench, **options: Any) -> dict[str, Any]:
    return bench.call("server_snapshot", **options)


def images(bench: Bench) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in bench.control("GET", f"/{bench.platform}/images")["images"]}


def held(bench: Bench, **options: Any) -> dict[str, Any]:
    """Check mode, the run, and again: what check mode predicts is what the run does, and a second run does nothing."""
    with nothing_done(bench):
        predicted = snapshot(bench, check=True, diff=True, **options)
    done = snapshot(bench, diff=True, **options)
    assert not done.get("failed") and predicted["changed"] is done["changed"] is True, done
    assert {each["id"]: each["actions"] for each in predicted["outcomes"]} == {
        each["id"]: each["actions"] for each in done["outcomes"]
    }
    with nothing_done(bench):
        again = snapshot(bench, diff=True, **options)
        checked = snapshot(bench, check=True, diff=True, **options)
    assert again["changed"] is checked["changed"] is False, again
    return done


def test_one_image_from_nothing_to_nothing(bench: Bench) -> None:
    with nothing_done(bench):
        refused(snapshot(bench, names=["web-01"]), "name")
    done = held(bench, names=["web-01"], name="before", metadata={"ticket": 7})
    (made,) = done["snapshots"]
    assert made["status"] == "active" and made["server_id"] == bench.id_of("web-01")
    assert made["metadata"]["ticket"] == "7" and made["snapshot"] is True
    assert bench.server("web-01")["task_state"] is None
    (asked,) = bench.requests(OPERATION[bench.platform])
    assert asked["body"]["createImage"]["name"] == "before"
    gone = held(bench, name="before", state="absent")
    assert [each["id"] for each in gone["snapshots"]] == [made["id"]] and "before" not in images(bench)


@pytest.mark.parametrize("status", [429, 503])
def test_a_gateway_that_puts_off_what_the_service_has_done_hides_no_deletion(bench: Bench, status: int) -> None:
    assert snapshot(bench, names=["web-01"], name="before")["changed"]
    rule = {"platform": bench.platform, "method": "DELETE", "path": "images", "times": None}
    bench.control(
        "POST", "/faults", {**rule, "do": {"status": status, "effect": True, "headers": {"Retry-After": "1"}}}
    )
    gone = snapshot(bench, name="before", state="absent")
    assert gone["changed"] is True and [each["outcome"] for each in gone["outcomes"]] == ["done"], gone
    assert "before" not in images(bench)


def test_many_servers_need_names_that_differ(bench: Bench) -> None:
    web = ["web-01", "web-02", "web-03"]
    with nothing_done(bench):
        message = snapshot(bench, names=web, name="nightly")["msg"]
    assert all(word in message for word in ("3 servers", "called nightly", "add {name} or {id}")), message
    done = held(bench, names=web, name="{name}-{date}")
    assert len(done["snapshots"]) == 3 and len({each["name"] for each in done["snapshots"]}) == 3
    gone = held(bench, names=web, name="{name}-{date}", state="absent")
    assert len(gone["outcomes"]) == 3


@pytest.mark.parametrize("server, status", [("batch-01", "SHUTOFF"), ("web-01", "PAUSED"), ("web-01", "SUSPENDED")])
def test_an_image_of_a_server_that_does_not_run(bench: Bench, server: str, status: str) -> None:
    bench.change(server, status=status)
    if bench.platform == "easystack" and status == "SHUTOFF":
        # Its document lists ACTIVE, PAUSED and SUSPENDED; the answer of the cloud decides.
        says(snapshot(bench, names=[server], name="still"), server, "vm_state stopped", "start the server first")
        return
    held(bench, names=[server], name="still")
    assert bench.server(server)["status"] == status


def test_a_server_that_boots_from_a_volume(bench: Bench) -> None:
    name = "db-01"
    if bench.platform == "ustack":
        bench.control("POST", "/ustack/servers", {"name": "onvolume", "image": ""})
        name = "onvolume"
    done = held(bench, names=[name], name="{name}-disk")
    assert done["snapshots"][0]["server_id"] == bench.id_of(name)
    assert "instance_uuid" not in done["snapshots"][0]["metadata"]


def test_an_unfit_server_and_one_that_is_fit(bench: Bench) -> None:
    result = snapshot(bench, names=["broken-01", "web-01"], name="{name}-x")
    says(result, "broken-01", "ERROR")
    assert outcome(result, "web-01")["outcome"] == "done" and outcome(result, "broken-01")["outcome"] == "failed"


def test_the_name_of_another_image(bench: Bench) -> None:
    bench.control("POST", f"/{bench.platform}/images", {"name": "taken"})
    with nothing_done(bench):
        says(
            snapshot(bench, names=["web-01"], name="taken"),
            "taken",
            "allow_duplicate_name",
            "not created from a server",
        )
    assert snapshot(bench, names=["web-01"], name="taken", allow_duplicate_name=True)["changed"]
    with nothing_done(bench):
        says(snapshot(bench, name="taken", state="absent"), "2 images", "image_ids")


def test_the_newest_are_kept(bench: Bench) -> None:
    for _number in range(3):
        assert snapshot(bench, names=["web-01"], name="{name}-{date}-{time}")["changed"]
        bench.clock.sleep(60)
    snapshot(bench, names=["web-02"], name="{name}-{date}-{time}")
    snapshot(bench, names=["web-01"], name="other")
    before = set(images(bench))
    options: dict[str, Any] = {"names": ["web-01"], "name": "{name}-{date}-{time}", "keep_last": 2}
    with nothing_done(bench):
        predicted = snapshot(bench, check=True, **options)
    done = snapshot(bench, **options)
    assert outcome(done, "web-01")["actions"] == outcome(predicted, "web-01")["actions"]
    assert outcome(done, "web-01")["actions"] == ["create_image", "delete_image", "delete_image"]
    left = set(images(bench))
    assert len([name for name in left if name.startswith("web-01-")]) == 2
    assert {name for name in before if not name.startswith("web-01-")} <= left


def test_a_failed_image_costs_no_old_one(bench: Bench) -> None:
    snapshot(bench, names=["web-01"], name="{name}-{time}")
    bench.clock.sleep(5)
    before = set(images(bench))
    bench.fault(OPERATION[bench.platform], fail_servers="all", reason="disk full")
    result = snapshot(bench, names=["web-01"], name="{name}-{time}", keep_last=1)
    says(result, "web-01", "it was not created" if bench.platform == "ustack" else "the cloud reports an error")
    assert result["failed"] and set(images(bench)) == before


@pytest.mark.parametrize("reset", ["before", "after"])
def test_a_lost_response_makes_no_second_image(bench: Bench, reset: str) -> None:
    bench.fault(OPERATION[bench.platform], reset=reset, times=1)
    result = snapshot(bench, names=["web-01"], name="once")
    rows = bench.control("GET", f"/{bench.platform}/images")["images"]
    assert len([row for row in rows if row["name"] == "once"]) == (1 if reset == "after" else 0)
    assert outcome(result, "web-01")["outcome"] == ("done" if reset == "after" else "unknown"), result


def test_not_waiting_and_joining_later(bench: Bench) -> None:
    started = snapshot(bench, names=["web-01"], name="later", wait=False)
    assert outcome(started, "web-01")["outcome"] == "pending" and images(bench)["later"]["status"] == "queued"
    again = snapshot(bench, names=["web-01"], name="later")
    assert again["changed"] is False and images(bench)["later"]["status"] == "active"
    joined = bench.call("job_info", handle=started["handle"], wait=True)
    assert outcome(joined, "web-01")["outcome"] == "done"


def test_what_may_not_be_deleted(bench: Bench) -> None:
    made = snapshot(bench, names=["web-01"], name="mine")["snapshots"][0]["id"]
    bench.control("PUT", f"/{bench.platform}/images/mine", {"protected": True})
    uploaded = bench.control("POST", f"/{bench.platform}/images", {"name": "upload", "visibility": "private"})["image"]
    result = snapshot(bench, image_ids=[made, uploaded["id"], "4f1c0a34-6a3f-4d0a-9f1b-2f0c5b8e9d11"], state="absent")
    says(result, "protected", "force: true")
    assert result["changed"] is False and {"mine", "upload"} <= set(images(bench))
    assert snapshot(bench, image_ids=[uploaded["id"]], state="absent", force=True)["changed"]


@pytest.mark.parametrize(
    "options, words",
    [
        ({"names": ["web-01"], "name": "{nobody}"}, "{nobody}"),
        ({"names": ["web-01"], "name": " x"}, "leading or trailing spaces"),
        ({"names": ["web-01"], "name": "x", "keep_last": 0}, "keep_last"),
        ({"names": ["web-01"], "name": "x" * 256}, "255"),
        ({"names": ["web-01"], "name": "x", "metadata": {"a": []}}, "metadata"),
        ({"names": ["web-01"], "state": "absent"}, "image_ids"),
        ({"names": ["web-01"], "image_ids": ["a"], "state": "absent"}, "image_ids"),
        ({"name": "{name}", "state": "absent"}, "needs options that select servers"),
        ({"name": "x"}, "no option selects servers"),
    ],
)
def test_bad_input(bench: Bench, options: dict[str, Any], words: str) -> None:
    with nothing_done(bench):
        result = snapshot(bench, **options)
    assert result["failed"] and words in result["msg"] and "\n" not in result["msg"], result


def test_the_list(bench: Bench) -> None:
    snapshot(bench, names=["web-01", "web-02"], name="{name}-s")
    listed = bench.call("server_snapshot_info")
    assert sorted(each["name"] for each in listed["snapshots"]) == ["web-01-s", "web-02-s"]
    one = bench.call("server_snapshot_info", server_ids=[bench.id_of("web-02")], status="ACTIVE")
    (found,) = one["snapshots"]
    assert found["name"] == "web-02-s" and found["size"] > 0
    assert bench.call("server_snapshot_info", id=found["id"], name="other")["snapshots"] == []
    assert len(bench.call("server_snapshot_info", uploaded=True)["snapshots"]) > 2
    assert bench.call("server_snapshot_info", status="queued")["snapshots"] == []


def test_the_list_by_type_and_time_in_an_order(bench: Bench) -> None:
    for name in ("one", "two", "three"):
        snapshot(bench, names=["web-01"], name=name)
        bench.clock.sleep(60)
    listed = bench.call("server_snapshot_info")["snapshots"]
    assert [each["name"] for each in listed] == ["three", "two", "one"]
    assert bench.call("server_snapshot_info", changes_since=listed[1]["updated"])["snapshots"] == listed[:2]
    assert bench.call("server_snapshot_info", type="snapshot", sort_dir="asc")["snapshots"] == listed[::-1]
    assert bench.call("server_snapshot_info", type="backup", uploaded=True)["snapshots"] == []
    assert bench.call("server_snapshot_info", limit=2)["snapshots"] == listed[:2]
    query = dict(bench.requests("list images")[-1]["query"])
    assert query == {"limit": "50", "sort_key": "created_at", "sort_dir": "desc"}
    by_name = bench.call("server_snapshot_info", sort_key="name", sort_dir="asc", limit=1)["snapshots"]
    assert [each["name"] for each in by_name] == ["one"]
    refused(bench.call("server_snapshot_info", changes_since="yesterday"), "changes_since: yesterday is not a time")
