# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server_os at its end: the wire, every power state before and after, check mode, not waiting, many servers."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.server_os_tasks import HAVE, PASSWORD, change, id_of, image_id, new_image, rebuild_requests

WEB = ["web-01", "web-02", "web-03"]
pytestmark = pytest.mark.parametrize("platform", HAVE)


def hold_check_to_run(bench: Bench, **options: Any) -> dict[str, Any]:
    with nothing_done(bench):
        expected = change(bench, check=True, diff=True, **options)
    result = change(bench, diff=True, **options)
    assert (expected["changed"], expected["diff"]) == (result["changed"], result["diff"])
    words = {"planned": "done"}
    for before, after in zip(expected["outcomes"], result["outcomes"], strict=True):
        assert (before["id"], words.get(before["outcome"], before["outcome"])) == (after["id"], after["outcome"])
        assert after["actions"][: len(before["actions"])] == before["actions"]
    return result


# -- one server -------------------------------------------------------------------------------------------------------


def test_a_server_gets_another_image_and_a_second_run_changes_nothing(bench: Bench) -> None:
    image = new_image(bench)
    before = image_id(bench, "web-01")
    result = hold_check_to_run(bench, image=image)
    assert not result.get("failed") and result["changed"], result
    assert outcome(result, "web-01")["outcome"] == "done"
    label = f"web-01 ({bench.id_of('web-01')})"
    assert str(before) in result["diff"]["before"][label]["image"]
    assert result["diff"]["after"][label]["image"] == f"{image} ({id_of(bench, image)})"
    server = bench.server("web-01")
    assert image_id(bench, "web-01") == id_of(bench, image) and server["status"] == "ACTIVE"
    assert server["password"] == hashlib.sha256(PASSWORD.encode()).hexdigest()
    (shown,) = result["servers"]
    assert shown["image"]["id"] == id_of(bench, image) and shown["power_state"] == "running"
    assert result["image"]["id"] == id_of(bench, image)

    with nothing_done(bench):
        again = change(bench, image=image, diff=True)
    assert again["changed"] is False and outcome(again, "web-01")["outcome"] == "unchanged"
    assert again["diff"] == {"before": {}, "after": {}}
    assert len(rebuild_requests(bench)) == 1


def test_an_image_by_its_id(bench: Bench) -> None:
    wanted = id_of(bench, new_image(bench))
    result = change(bench, image=wanted)
    assert outcome(result, "web-01")["outcome"] == "done" and image_id(bench, "web-01") == wanted


@pytest.mark.parametrize("options", [{"reinstall": True}, {"reinstall": True, "named": True}])
def test_the_same_image_again(bench: Bench, options: dict[str, Any]) -> None:
    image = image_id(bench, "web-01")
    options = {**options, "image": image} if options.get("named") else options
    options = {name: value for name, value in options.items() if name != "named"}
    result = hold_check_to_run(bench, **options)
    assert result["changed"] and outcome(result, "web-01")["outcome"] == "done"
    (side,) = result["diff"]["after"].values()
    assert side["reinstalled"] is True
    assert image_id(bench, "web-01") == image and bench.server("web-01")["password_changes"] == 1
    assert change(bench, **options)["changed"] is True


STATES = {"running": "ACTIVE", "stopped": "SHUTOFF", "paused": "PAUSED", "suspended": "SUSPENDED"}


@pytest.mark.parametrize("want", ["unchanged", "started", "stopped"])
@pytest.mark.parametrize("state", list(STATES))
def test_every_power_state_before_and_after(bench: Bench, state: str, want: str) -> None:
    if bench.platform == "huaweicloud" and state in ("paused", "suspended"):
        return
    bench.change("web-01", status=STATES[state])
    result = hold_check_to_run(bench, image=new_image(bench), power_state=want)
    assert outcome(result, "web-01")["outcome"] == "done", result
    goal = {"unchanged": STATES[state], "started": "ACTIVE", "stopped": "SHUTOFF"}[want]
    assert bench.server("web-01")["status"] == goal
    with nothing_done(bench):
        assert change(bench, image=new_image_now(bench), power_state=want)["changed"] is False


def new_image_now(bench: Bench) -> str:
    return str(image_id(bench, "web-01"))


@pytest.mark.parametrize("ends", ["running", "stopped", "previous"])
@pytest.mark.parametrize("stop", ["first", "with_server"])
def test_the_power_state_is_given_back_however_the_cloud_ends(bench: Bench, ends: str, stop: str) -> None:
    if bench.platform != "huaweicloud":
        return
    bench.control("PUT", "/huaweicloud/options", {"os_change_ends": ends})
    bench.change("web-02", status="SHUTOFF")
    result = hold_check_to_run(bench, names=["web-01", "web-02"], image=new_image(bench), stop_policy=stop)
    assert not result.get("failed"), result
    assert bench.server("web-01")["status"] == "ACTIVE" and bench.server("web-02")["status"] == "SHUTOFF"
    assert ("stop" in outcome(result, "web-01")["actions"][:1]) is (stop == "first")
    modes = [row["body"]["os-change"].get("mode") for row in rebuild_requests(bench)]
    assert modes == ["withStopServer" if stop == "with_server" else None] * 2


def test_servers_that_run_are_refused_where_that_is_asked_for(bench: Bench) -> None:
    bench.change("web-02", status="SHUTOFF")
    result = hold_check_to_run(bench, names=["web-01", "web-02"], image=new_image(bench), stop_policy="refuse")
    assert result["failed"] and result["changed"]
    says(result, "1 of 2 servers could not be reinstalled", "web-01", "the server is running", "stop_policy: first")
    assert [outcome(result, name)["outcome"] for name in ("web-01", "web-02")] == ["failed", "done"]


def test_only_the_power_state_is_left_to_change(bench: Bench) -> None:
    image = image_id(bench, "web-01")
    result = hold_check_to_run(bench, image=image, power_state="stopped")
    assert outcome(result, "web-01")["actions"] == ["stop"] and bench.server("web-01")["status"] == "SHUTOFF"
    assert rebuild_requests(bench) == []


# -- what goes along --------------------------------------------------------------------------------------------------

SCRIPT = "#!/bin/sh\necho this-is-a-secret-of-the-script > /etc/motd\n"


def given_user_data(bench: Bench) -> Any:
    body = rebuild_requests(bench)[-1]["body"]
    return (body.get("os-change", {}).get("metadata") or body.get("rebuild") or {}).get("user_data")


@pytest.mark.parametrize("form", ["text", "file"])
def test_user_data_as_text_and_as_a_file(bench: Bench, form: str, tmp_path: Path) -> None:
    path = tmp_path / "user-data"
    path.write_text(SCRIPT)
    options = {"user_data": SCRIPT} if form == "text" else {"user_data_file": str(path)}
    result = change(bench, image=new_image(bench), **options)
    assert outcome(result, "web-01")["outcome"] == "done", result
    coded = base64.b64encode(SCRIPT.encode()).decode()
    assert bench.server("web-01")["user_data"] == hashlib.sha256(coded.encode()).hexdigest()
    assert coded not in str(result) and "this-is-a-secret" not in str(result)
    assert given_user_data(bench) != SCRIPT


def test_a_key_pair(bench: Bench) -> None:
    owner = bench.control("GET", f"/{bench.platform}/keypairs")["keypairs"][0]
    user = owner.get("user_id") or owner.get("user")
    result = change(bench, image=new_image(bench), password=None, key_name="operators", user_id=user)
    assert outcome(result, "web-01")["outcome"] == "done", result
    assert bench.server("web-01")["key_name"] == "operators"


def test_metadata_is_added_and_none_is_lost(bench: Bench) -> None:
    bench.change("web-01", metadata={"keep": "me", "change": "old"})
    result = change(bench, image=new_image(bench), metadata={"change": "new", "number": 2, "flag": True})
    assert outcome(result, "web-01")["outcome"] == "done", result
    assert bench.server("web-01")["metadata"] == {"keep": "me", "change": "new", "number": "2", "flag": "true"}
    (shown,) = result["servers"]
    assert shown["metadata"]["change"] == "new" and shown["metadata"]["keep"] == "me"


def test_the_label_of_the_lost_password_is_emptied(bench: Bench) -> None:
    bench.change("web-01", metadata={"cloudserver_password_revision": "2026-11", "keep": "me"})
    assert outcome(change(bench, image=new_image(bench)), "web-01")["outcome"] == "done"
    assert bench.server("web-01")["metadata"] == {"cloudserver_password_revision": "", "keep": "me"}


def test_an_encrypted_disk(bench: Bench) -> None:
    with nothing_done(bench):
        lonely = change(bench, image=new_image(bench), encrypted=True)
    if bench.platform != "huaweicloud":
        refused(lonely, "encrypted", "volume type")
        return
    refused(lonely, "encrypted", "kms_key_id", "go together")
    change(bench, image=new_image(bench), encrypted=True, kms_key_id="key-1")
    assert bench.server("web-01")["encryption_key"] == "key-1"
    sent = rebuild_requests(bench)[-1]["body"]["os-change"]["metadata"]
    assert sent == {"__system__encrypted": "1", "__system__cmkid": "key-1"}


def test_the_calls_of_each_platform(bench: Bench) -> None:
    image = new_image(bench)
    change(bench, image=image)
    change(bench, reinstall=True)
    change(bench, reinstall=True, cloud_init=False)
    rows = rebuild_requests(bench)
    if bench.platform == "huaweicloud":
        parts = [row["path"].strip("/").split("/") for row in rows]
        assert [(path[0], path[-1]) for path in parts] == [
            ("v2", "changeos"),
            ("v2", "reinstallos"),
            ("v1", "reinstallos"),
        ]
        assert set(rows[0]["body"]["os-change"]) == {"imageid", "adminpass"}
        assert set(rows[1]["body"]["os-reinstall"]) == {"adminpass"}
        return
    assert all(set(row["body"]["rebuild"]) == {"imageRef", "adminPass"} for row in rows)
    sent = {name.lower(): value for name, value in rows[0]["headers"].items()}
    assert sent["openstack-api-version"] == {"openstack": "compute 2.96", "easystack": "compute 2.67"}[bench.platform]


def test_an_image_without_cloud_init(bench: Bench) -> None:
    if bench.platform != "huaweicloud":
        return
    result = change(bench, image="CentOS 6.5 64bit", cloud_init=False)
    assert outcome(result, "web-01")["outcome"] == "done"
    assert rebuild_requests(bench)[-1]["path"].startswith("/v1/")


# -- servers that boot from a volume ----------------------------------------------------------------------------------


def test_a_server_that_boots_from_a_volume_keeps_a_record_of_its_image(bench: Bench) -> None:
    if bench.platform != "openstack":
        return
    image = new_image(bench)
    bench.change("db-01", metadata={"keep": "me"})
    assert image_id(bench, "db-01") is None
    result = hold_check_to_run(bench, names=["db-01"], image=image)
    assert outcome(result, "db-01")["outcome"] == "done", result
    assert bench.server("db-01")["metadata"] == {"keep": "me", "cloudserver_image": id_of(bench, image)}
    assert (bench.server("db-01")["volume_image"] or {}).get("id") == id_of(bench, image)
    with nothing_done(bench):
        assert change(bench, names=["db-01"], image=image)["changed"] is False
    again = change(bench, names=["db-01"], reinstall=True)
    assert outcome(again, "db-01")["outcome"] == "done"


def test_an_unknown_image_of_a_volume_cannot_be_put_on_it_again(bench: Bench) -> None:
    if bench.platform == "huaweicloud":
        return
    with nothing_done(bench):
        result = change(bench, names=["db-01"], reinstall=True)
    refused(result, "db-01", "boots from a volume", "set image")


# -- several servers, and not waiting ---------------------------------------------------------------------------------


def test_many_servers_at_once(bench: Bench) -> None:
    image = new_image(bench)
    result = hold_check_to_run(bench, names=None, tags=["role=web"], image=image, max_targets=4)
    assert [each["outcome"] for each in result["outcomes"]] == ["done"] * 4
    assert all(image_id(bench, f"web-0{number}") == id_of(bench, image) for number in range(1, 5))
    assert image_id(bench, "cache-01") != id_of(bench, image), "a server that was not chosen was changed"
    if bench.platform == "huaweicloud":
        assert len(bench.requests("stop")) == 1, "one batch stops all of them"
    with nothing_done(bench):
        assert change(bench, names=None, tags=["role=web"], image=image)["changed"] is False


def test_those_that_have_the_image_are_left_alone(bench: Bench) -> None:
    image = new_image(bench)
    change(bench, names=["web-02"], image=image)
    result = hold_check_to_run(bench, names=WEB, image=image)
    assert [outcome(result, name)["outcome"] for name in WEB] == ["done", "unchanged", "done"]


def test_not_waiting_leaves_a_handle_that_job_info_joins(bench: Bench) -> None:
    for name in WEB:
        bench.change(name, status="SHUTOFF")
    image = new_image(bench)
    result = change(bench, names=WEB, image=image, wait=False)
    assert result["changed"] and [each["outcome"] for each in result["outcomes"]] == ["pending"] * 3
    assert len(result["handle"]["pending_actions"]) == 3
    joined = bench.call("job_info", handle=result["handle"])
    assert joined["finished"] is False
    joined = bench.call("job_info", handle=result["handle"], wait=True)
    assert joined["finished"] is True and [each["outcome"] for each in joined["outcomes"]] == ["done"] * 3
    assert all(image_id(bench, name) == id_of(bench, image) for name in WEB)


def test_a_server_in_transition_is_waited_for_first(bench: Bench) -> None:
    bench.change("web-01", status="REBOOT", then={"status": "ACTIVE", "after": 8})
    result = hold_check_to_run(bench, image=new_image(bench))
    assert outcome(result, "web-01")["outcome"] == "done" and bench.clock.elapsed >= 8
    assert bench.server("web-01")["status"] == "ACTIVE"


# -- what an interruption leaves --------------------------------------------------------------------------------------


@pytest.mark.parametrize("reinstall", [True, False])
def test_a_server_that_was_stopped_for_a_disk_that_never_came_runs_after_the_next_run(
    bench: Bench, reinstall: bool
) -> None:
    if bench.platform != "huaweicloud":
        bench.change("web-01", status="PAUSED")
    image = None if reinstall else new_image(bench)
    before = bench.server("web-01")["status"]
    order = {"platform": bench.platform, "method": "POST", "path": "os$", "times": 1, "do": {"reset": "before"}}
    if bench.platform != "huaweicloud":
        order.update(path="/action$", after=1)
    bench.control("POST", "/faults", order)
    result = change(bench, image=image, reinstall=reinstall)
    assert outcome(result, "web-01")["outcome"] == "unknown" and bench.server("web-01")["status"] != before
    assert "cloudserver_power_state" in bench.server("web-01")["metadata"]

    result = change(bench, image=image, reinstall=reinstall)
    after = bench.server("web-01")
    assert outcome(result, "web-01")["outcome"] == "done" and after["status"] == before
    assert "cloudserver_power_state" not in after["metadata"]


def test_an_order_that_a_gateway_postpones_is_given_once(bench: Bench) -> None:
    for effect in (True, False):
        bench.restart()
        path = "os$" if bench.platform == "huaweicloud" else "/action$"
        after = 0
        do = {"status": 503, "html": True, "headers": {"Retry-After": "3"}, "effect": effect}
        order = {"platform": bench.platform, "method": "POST", "path": path, "after": after, "times": 1, "do": do}
        bench.control("POST", "/faults", order)
        image = new_image(bench)
        result = change(bench, image=image)
        assert outcome(result, "web-01")["outcome"] == "done", result
        assert image_id(bench, "web-01") == id_of(bench, image) and bench.server("web-01")["status"] == "ACTIVE"
        assert len(rebuild_requests(bench)) == (1 if effect else 2)


def test_without_waiting_each_run_sends_one_action_until_none_is_left(bench: Bench) -> None:
    image, seen = new_image(bench), []
    for _run in range(4):
        result = change(bench, image=image, wait=False)
        found = outcome(result, "web-01")
        seen.append((found["outcome"], tuple(found["actions"]), tuple(found.get("remaining_actions", ()))))
        if "handle" in result:
            bench.call("job_info", handle=result["handle"], wait=True)
    if bench.platform == "huaweicloud":
        assert seen[0] == ("pending", ("stop",), ("rebuild", "start"))
        assert seen[1] == ("pending", ("rebuild",), ("start",))
    else:
        assert seen[0] == ("pending", ("rebuild",), ())
    assert seen[-1] == ("unchanged", (), ())
    after = bench.server("web-01")
    assert after["status"] == "ACTIVE" and "cloudserver_power_state" not in after["metadata"]
    assert image_id(bench, "web-01") == id_of(bench, image)
