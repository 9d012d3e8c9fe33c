# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recycle bin of huaweicloud as a task sees it: listed, restored, purged, switched off, and not there at all."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused, says
from modules.huaweicloud_servers import DELETE, kind

pytestmark = pytest.mark.parametrize("platform", ["huaweicloud"], indirect=True)
LIST, RESTORE, PURGE, SETTINGS = "list recycle bin", "restore server", "purge server", "show recycle bin"


def switch(bench: Bench, word: str) -> None:
    bench.control("PUT", "/huaweicloud/options", {"recycle_bin": word})


def end(bench: Bench, state: str, name: str = "web-01", **options: Any) -> dict[str, Any]:
    return bench.call("server", name=name, state=state, **options)


def vm_state(bench: Bench, key: str) -> str:
    return str(bench.server(key)["vm_state"])


def predicted(bench: Bench, state: str, name: str = "web-01", **options: Any) -> list[str]:
    """The actions, which check mode predicts as the run does them."""
    with nothing_done(bench):
        checked = end(bench, state, name, check=True, diff=True, **options)
    done = end(bench, state, name, diff=True, **options)
    assert not done.get("failed"), done
    assert (checked["changed"], checked["diff"]) == (done["changed"], done["diff"])
    assert outcome(checked, name)["actions"] == outcome(done, name)["actions"]
    return list(outcome(done, name)["actions"])


def test_what_is_in_it(bench: Bench) -> None:
    def names(**options: Any) -> list[str]:
        return [server["name"] for server in bench.call("server_info", deleted=True, **options)["servers"]]

    key = bench.id_of("binned-01")
    for options in ({"all": True}, {"names": ["binned-01"]}, {"ids": [key]}, {"tags": ["role=old"]}):
        assert names(**options) == ["binned-01"]
    assert names(names=["binned-0*"], missing="ignore") == names(tags=["role=web"]) == []
    (record,) = bench.call("server_info", names=["binned-01"], deleted=True)["servers"]
    assert record["estimated_deleted_at"][:10] > record["deleted_at"][:10] and record["status"] == "SOFT_DELETED"
    assert "binned-01" not in [server["name"] for server in bench.call("server_info", all=True)["servers"]]
    assert bench.call("server_info", ids=[key])["missing"] == {"ids": [key]}
    refused(bench.call("server_power", names=["binned-01"], state="started"), "binned-01")


def test_its_life(bench: Bench) -> None:
    key = bench.id_of("web-01")
    switch(bench, "on")
    with nothing_done(bench):
        assert predicted(bench, "restored") == [], "it is not deleted"
    assert predicted(bench, "absent") == ["delete"] and bench.server("web-01")["vm_state"] == "soft-delete"
    with nothing_done(bench):
        assert end(bench, "absent")["changed"] is False
    assert predicted(bench, "restored") == ["restore"] and bench.server("web-01")["vm_state"] == "stopped"
    with nothing_done(bench):
        again = end(bench, "restored")
        assert again["changed"] is False and again["server"]["status"] == "SHUTOFF"
    assert predicted(bench, "purged") == ["delete", "purge"] and vm_state(bench, key) == "deleted"
    with nothing_done(bench):
        assert end(bench, "purged")["changed"] is False
    assert [len(bench.requests(name)) for name in (DELETE, RESTORE, PURGE)] == [2, 1, 1]


def test_what_is_in_it_is_purged_and_restored_by_name_and_by_id(bench: Bench) -> None:
    key = bench.id_of("binned-01")
    back = bench.call("server", select={"ids": [key]}, state="restored")
    assert outcome(back, "binned-01")["actions"] == ["restore"]
    with nothing_done(bench):
        assert bench.call("server", select={"ids": [key]}, state="restored")["changed"] is False
    switch(bench, "on")
    assert outcome(end(bench, "absent", "binned-01"), "binned-01")["outcome"] == "done"
    gone = bench.call("server", select={"ids": [key]}, state="purged")
    assert outcome(gone, "binned-01")["actions"] == ["purge"]
    with nothing_done(bench):
        assert bench.call("server", select={"ids": [key]}, state="purged")["changed"] is False
        refused(bench.call("server", select={"ids": [key]}, state="restored"), "no server has ids", key)
        refused(end(bench, "restored", "binned-01"), "no server in the list or in the recycle bin is named binned-01")


def test_several_at_once(bench: Bench) -> None:
    switch(bench, "on")
    names = ["web-01", "web-02", "web-03"]
    gone = bench.call("server", names=names, state="absent")
    assert not gone.get("failed") and len(bench.requests(DELETE)) == 1
    bench.fault(RESTORE, times=1, job={"status": "FAIL", "reason": "no room"})
    back = bench.call("server", names=names, state="restored")
    assert sorted(each["outcome"] for each in back["outcomes"]) == ["done", "done", "failed"]
    assert back["changed"] and back["failed"]
    says(back, "no room")
    rest = bench.call("server", names=names, state="restored")
    assert sorted(each["outcome"] for each in rest["outcomes"]) == ["done", "unchanged", "unchanged"]


@pytest.mark.parametrize("word", ["off", "none"])
def test_a_recycle_bin_that_is_switched_off_or_not_there(bench: Bench, word: str) -> None:
    switch(bench, word)
    key = bench.id_of("web-01")
    assert predicted(bench, "purged") == ["delete"] and vm_state(bench, key) == "deleted"
    with nothing_done(bench):
        assert bench.call("server", select={"ids": [key]}, state="purged")["changed"] is False


def test_a_region_without_it(bench: Bench) -> None:
    switch(bench, "none")
    for result in (bench.call("server_info", all=True, deleted=True), end(bench, "restored", "binned-01")):
        refused(result, "Could not list the recycle bin", "Only some regions have a recycle bin")


def test_a_young_server_is_not_moved_to_it(bench: Bench) -> None:
    """The policy says how old a server must be; the deletion shows whether it was."""
    switch(bench, "on")
    made = bench.call("server", **kind(name="new-1"))
    assert not made.get("failed"), made
    done = end(bench, "purged", "new-1")
    assert outcome(done, "new-1")["actions"] == ["delete"] and not done.get("failed")
    assert bench.requests(PURGE) == []


def test_without_waiting(bench: Bench) -> None:
    key = bench.id_of("web-01")
    switch(bench, "on")
    begun = end(bench, "purged", wait=False)
    assert outcome(begun, "web-01")["outcome"] == "pending" and outcome(begun, "web-01")["remaining_actions"] == [
        "purge"
    ]
    joined = bench.call("job_info", handle=begun["handle"], wait=True)
    assert joined["finished"] and not joined.get("failed"), joined
    assert bench.server("web-01")["vm_state"] == "soft-delete"
    rest = end(bench, "purged", wait=False)
    assert outcome(rest, "web-01")["actions"] == ["purge"]
    joined = bench.call("job_info", handle=rest["handle"], wait=True)
    assert joined["finished"] and not joined.get("failed") and vm_state(bench, key) == "deleted"
    back = end(bench, "restored", "binned-01", wait=False)
    joined = bench.call("job_info", handle=back["handle"], wait=True)
    assert joined["finished"] and not joined.get("failed") and bench.server("binned-01")["vm_state"] == "stopped"


@pytest.mark.parametrize("state, call", [("restored", RESTORE), ("purged", PURGE)])
@pytest.mark.parametrize("fault", [{"reset": "after"}, {"reset": "before"}, {"status": 500, "effect": True}])
def test_a_lost_response(bench: Bench, state: str, call: str, fault: dict[str, Any]) -> None:
    key = bench.id_of("binned-01")
    bench.fault(call, times=1, **fault)
    done = end(bench, state, "binned-01")
    assert outcome(done, "binned-01")["outcome"] == "done", done
    assert done["changed"] and len(bench.requests(call)) == (2 if fault.get("reset") == "before" else 1)
    assert vm_state(bench, key) == ("stopped" if state == "restored" else "deleted")


@pytest.mark.parametrize("state, call", [("restored", RESTORE), ("purged", PURGE)])
def test_another_user_is_faster(bench: Bench, state: str, call: str) -> None:
    """The request finds no server in the recycle bin, and the state shows what became of it."""
    missing = {"error": {"code": "Ecs.0114", "message": "Instance could not be found in the recycle bin."}}
    bench.fault(call, times=1, status=404, body=missing, effect=True)
    done = end(bench, state, "binned-01")
    assert outcome(done, "binned-01")["outcome"] == "done" and len(bench.requests(call)) == 1


def test_a_locked_server_is_purged_after_its_unlock(bench: Bench) -> None:
    switch(bench, "on")
    done = end(bench, "purged", "vault-01", locked=False)
    assert outcome(done, "vault-01")["actions"] == ["unlock", "delete", "purge"] and not done.get("failed")


def test_what_is_deleted_with_a_server_that_is_purged(bench: Bench) -> None:
    switch(bench, "on")
    end(bench, "purged", delete_volumes=True)
    (body,) = [row["body"] for row in bench.requests(DELETE)]
    assert body["delete_volume"] is True


def test_settings_that_the_user_may_not_read(bench: Bench) -> None:
    bench.fault(SETTINGS, status=403)
    result = bench.call("server_info", all=True, deleted=True)
    assert [server["estimated_deleted_at"] for server in result["servers"]] == [None] and not result.get("failed")
    (warning,) = result["warnings"]
    assert "does not show the settings of the recycle bin to this user" in warning
    assert outcome(end(bench, "purged"), "web-01")["actions"] == ["delete"], "it was switched off all the same"
