# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server as a task sees it: making, changing and deleting servers by name."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import NOVA, Bench, nothing_done, outcome, refused, says
from modules.ten_steps import ten_steps

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.creation import NovaCreation

EVERY_NOVA = pytest.mark.parametrize("platform", NOVA, indirect=True)
BOTH = pytest.mark.parametrize("platform", ["openstack", "easystack"], indirect=True)
FLAVORS = {
    "openstack": ("m1.small", "m1.medium", "m1.large"),
    "easystack": ("1C-2G", "2C-4G", "4C-8G"),
    "ustack": ("micro-1", "micro-2", "standard-4"),
}
IMAGES = {"openstack": "debian-12", "easystack": "openEuler-22.03", "ustack": "Ubuntu 14.04 x64"}
NETWORKS = {"openstack": "private", "easystack": "private", "ustack": "shared"}
CREATE = {"openstack": "E04", "easystack": "E04", "ustack": "U01"}


def kind(bench: Bench, **more: Any) -> dict[str, Any]:
    """What describes a server that can be made."""
    platform = bench.platform
    return {"flavor": FLAVORS[platform][0], "image": IMAGES[platform], "networks": [NETWORKS[platform]], **more}


def make(bench: Bench, **options: Any) -> dict[str, Any]:
    return bench.call("server", **kind(bench, **options))


@EVERY_NOVA
def test_the_ten_steps(bench: Bench) -> None:
    create = kind(bench, name="new-1", metadata={"team": "a", "n": 7}, tags=["role=new", "blue"], key_name="operators")
    update = {
        "name": "new-1",
        "metadata": {"team": "b"},
        "purge_metadata": True,
        "tags": ["role=new"],
        "purge_tags": True,
    }
    if bench.platform != "ustack":
        create.update(description="a new one", locked=True)
        update.update(description="", locked=False)
    made, changed, gone = ten_steps(bench, "server", {"name": "x"}, create, update, "set flavor to create it")
    assert made["server"]["power_state"] == "running" and made["server"]["private_ips"]
    assert outcome(made, "new-1")["actions"][0] == "create"
    shown = changed["server"]
    assert "blue" not in shown["tags"] and "role=new" in shown["tags"]
    assert gone["servers"] == [] and outcome(gone, "new-1")["actions"] == ["delete"]


# -- several at once ---------------------------------------------------------------------------------------------------


@EVERY_NOVA
def test_several_are_made_with_few_requests(bench: Bench) -> None:
    with nothing_done(bench):
        predicted = make(bench, name="many", count=3, check=True)
    assert [each["outcome"] for each in predicted["outcomes"]] == ["planned"] * 3 and predicted["servers"] == []
    done = make(bench, name="many", count=3)
    assert not done.get("failed"), done
    assert [server["name"] for server in done["servers"]] == ["many-1", "many-2", "many-3"]
    assert {each["outcome"] for each in done["outcomes"]} == {"done"}
    # Servers of one request are named by their ids on ustack.
    assert len(bench.requests(CREATE[bench.platform])) == (3 if bench.platform == "ustack" else 1)
    with nothing_done(bench):
        assert make(bench, name="many", count=3)["changed"] is False


@EVERY_NOVA
def test_only_the_missing_ones_are_made(bench: Bench) -> None:
    done = make(bench, name_pattern="web-%02d", count=6)
    assert [each["actions"] for each in done["outcomes"]] == [[], [], [], [], ["create"], ["create"]]
    assert bench.server("web-06")["vm_state"] == "active" and len(bench.ids_of("web-04")) == 1
    gone = bench.call("server", name_pattern="web-%02d", count=6, state="absent")
    assert len(gone["outcomes"]) == 6 and not gone.get("failed")
    with nothing_done(bench):
        assert bench.call("server", names=["web-05", "web-06"], state="absent")["changed"] is False


@BOTH
def test_all_or_none_where_the_quota_ends(bench: Bench) -> None:
    used = sum(
        1
        for row in bench.control("GET", f"/{bench.platform}/servers")["servers"]
        if row["project_id"] == bench.server("web-01")["project_id"] and row["vm_state"] != "soft-delete"
    )
    bench.control("PUT", f"/{bench.platform}/quota", {"instances": used + 2})
    result = make(bench, name="many", count=3)
    refused(result, "3 of 3 servers could not be as declared", "Quota exceeded for instances")
    assert bench.ids_of("many-1") == []
    done = make(bench, name="own", names=None, count=2)
    assert done["changed"] and not done.get("failed")


# -- failures ----------------------------------------------------------------------------------------------------------


@EVERY_NOVA
@pytest.mark.parametrize("on_error", ["keep", "delete"])
def test_no_host_takes_it(bench: Bench, on_error: str) -> None:
    bench.fault(CREATE[bench.platform], fail_servers="all", reason="No valid host was found.", times=1)
    result = make(bench, name="lost", on_error=on_error)
    assert result["failed"] and result["changed"]
    rows = bench.control("GET", f"/{bench.platform}/servers/{outcome(result, 'lost')['id']}")
    left = rows["server"]["vm_state"] not in ("deleted", "soft-delete")
    assert left is (on_error == "keep")
    told = "was kept" if left else "was deleted"
    says(result, "No valid host was found", "the broken server " + told)
    assert outcome(result, "lost")["actions"] == (["create"] if left else ["create", "delete"])
    if not left:
        return
    refused(make(bench, name="lost"), "No valid host was found", "recreate: true")
    old = bench.id_of("lost")
    again = make(bench, name="lost", recreate=True)
    assert again["changed"] and not again.get("failed"), again
    assert again["server"]["id"] != old and outcome(again, "lost")["actions"] == ["delete", "create"]
    with nothing_done(bench):
        assert make(bench, name="lost", recreate=True)["changed"] is False


@EVERY_NOVA
def test_a_deletion_that_takes_long_does_not_hold_up_a_recreation_that_is_not_waited_for(bench: Bench) -> None:
    bench.fault(CREATE[bench.platform], fail_servers="all", reason="No valid host was found.", times=1)
    make(bench, name="lost")
    bench.control("PUT", "/delays", {"platform": bench.platform, "delete": 500})
    before = bench.clock.elapsed
    result = make(bench, name="lost", recreate=True, wait=False)
    assert bench.clock.elapsed - before <= 31 and not result.get("failed"), result
    found = outcome(result, "lost")
    assert (found["outcome"], found["actions"], found["remaining_actions"]) == ("pending", ["delete"], ["create"])
    bench.call("job_info", handle=result["handle"], wait=True)
    again = make(bench, name="lost", recreate=True)
    assert outcome(again, "lost")["actions"] == ["create"] and not again.get("failed")


@EVERY_NOVA
@pytest.mark.parametrize("count", [None, 2])
def test_a_creation_whose_answer_is_lost_is_not_sent_again(bench: Bench, count: int | None) -> None:
    bench.fault(CREATE[bench.platform], reset="after", times=1)
    done = make(bench, name="lost", count=count)
    assert not done.get("failed"), done
    assert done["changed"]
    for name in ["lost"] if count is None else ["lost-1", "lost-2"]:
        assert len(bench.ids_of(name)) == 1


@EVERY_NOVA
def test_a_creation_that_never_arrived_is_not_known(bench: Bench) -> None:
    bench.fault(CREATE[bench.platform], reset="before", times=1)
    result = make(bench, name="lost")
    assert result["failed"] and outcome(result, "lost")["outcome"] == "unknown"
    says(result, "No server with this name exists, or it is not visible yet", "run the task again")
    assert len(bench.requests(CREATE[bench.platform])) == 1
    assert make(bench, name="lost")["changed"] and len(bench.ids_of("lost")) == 1


@EVERY_NOVA
def test_the_password_and_user_data_are_nowhere(bench: Bench) -> None:
    secrets = {"password": "Sekret-Pass-77!", "user_data": "#cloud-config\npassword: hush-hush-99\n"}
    done = make(bench, name="quiet", diff=True, **secrets)
    assert not done.get("failed") and "Sekret" not in str(done) and "hush" not in str(done)
    told = "Invalid input. Value: Sekret-Pass-77!"
    bench.fault(CREATE[bench.platform], status=400, reason=told, times=1)
    bad = make(bench, name="quiet-2", **secrets)
    assert bad["failed"] and "Sekret" not in str(bad)


# -- changes -----------------------------------------------------------------------------------------------------------


@EVERY_NOVA
def test_a_rename_and_again(bench: Bench) -> None:
    done = bench.call("server", name="web-01", new_name="front-01")
    assert done["changed"] and done["server"]["name"] == "front-01"
    with nothing_done(bench):
        assert bench.call("server", name="web-01", new_name="front-01")["changed"] is False
    refused(bench.call("server", name="web-02", new_name="front-01"), "has that name already")


@BOTH
@pytest.mark.parametrize("how", ["never", "offline", "live", "auto"])
def test_a_resize(bench: Bench, how: str) -> None:
    _small, medium, _large = FLAVORS[bench.platform]
    options = {"name": "web-01", "flavor": medium, "resize": how}
    if how == "never":
        refused(bench.call("server", **options), "its flavor is", "resize: offline")
        return
    if how == "live" and bench.platform == "openstack":
        refused(bench.call("server", **options), "has no operation live_resize", "resize: offline")
        return
    done = bench.call("server", **options)
    assert not done.get("failed"), done
    live = bench.platform == "easystack" and how != "offline"
    assert outcome(done, "web-01")["actions"] == (["live_resize"] if live else ["resize", "confirm_resize"])
    assert done["server"]["flavor"]["name"] == medium and done["server"]["status"] == "ACTIVE"
    with nothing_done(bench):
        assert bench.call("server", **options)["changed"] is False


@BOTH
def test_a_resize_that_waits_is_confirmed_or_reverted(bench: Bench) -> None:
    small, medium, large = FLAVORS[bench.platform]
    options = {"name": "web-01", "flavor": medium, "resize": "offline"}
    first = bench.call("server", confirm=False, **options)
    assert first["server"]["status"] == "VERIFY_RESIZE" and not first.get("failed")
    with nothing_done(bench):
        assert bench.call("server", confirm=False, **options)["changed"] is False
        other = bench.call("server", name="web-01", flavor=large, resize="offline")
        refused(other, "is not confirmed or reverted yet")
    back = bench.call("server", name="web-01", revert=True)
    assert back["server"]["flavor"]["name"] == small and back["server"]["status"] == "ACTIVE"
    bench.call("server", confirm=False, **options)
    confirmed = bench.call("server", **options)
    assert outcome(confirmed, "web-01")["actions"] == ["confirm_resize"]
    assert confirmed["server"]["status"] == "ACTIVE"


@BOTH
def test_reset_of_the_state_is_for_administrators(bench: Bench) -> None:
    refused(bench.call("server", name="broken-01", reset_state="active"), "broken-01")
    bench.options = bench.credentials("admin")
    done = bench.call("server", select={"names": ["broken-01"], "all_projects": True}, reset_state="active")
    assert not done.get("failed") and bench.server("broken-01")["vm_state"] == "active"
    with nothing_done(bench):
        again = bench.call("server", select={"names": ["broken-01"], "all_projects": True}, reset_state="active")
        assert again["changed"] is False


@BOTH
def test_a_selection_of_many(bench: Bench) -> None:
    done = bench.call("server", select={"tags": ["role=web"]}, metadata={"retire": "soon"}, locked=True)
    assert [each["actions"] for each in done["outcomes"]] == [["set_metadata", "lock"]] * 4
    with nothing_done(bench):
        assert (
            bench.call("server", select={"tags": ["role=web"]}, metadata={"retire": "soon"}, locked=True)["changed"]
            is False
        )
        refused(bench.call("server", select={"tags": ["role=web"], "max_targets": 3}, state="absent"), "max_targets")


@EVERY_NOVA
def test_purging_metadata_keeps_what_others_have_set_meanwhile(bench: Bench) -> None:
    bench.change("web-01", metadata={"old": "1", "keep": "2"})
    done = bench.call("server", name="web-01", metadata={"keep": "2", "new": "3"}, purge_metadata=True)
    assert done["changed"] and bench.server("web-01")["metadata"] == {"keep": "2", "new": "3"}


# -- the recycle bin ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["easystack"], indirect=True)
def test_into_the_recycle_bin_and_back(bench: Bench) -> None:
    bench.options = bench.credentials("admin")
    bench.options["auth"] = bench.auth(project_name="demo", project_id=None)
    gone = bench.call("server", names=["web-01", "web-02"], state="absent")
    assert not gone.get("failed") and bench.server("web-01")["vm_state"] == "soft-delete"
    with nothing_done(bench):
        assert bench.call("server", name="web-01", state="absent")["changed"] is False
        refused(bench.call("server", name="nobody", state="restored"), "no server in the list or in the recycle bin")
    back = bench.call("server", name="web-01", state="restored")
    assert back["server"]["status"] == "ACTIVE" and outcome(back, "web-01")["actions"] == ["restore"]
    with nothing_done(bench):
        assert bench.call("server", name="web-01", state="restored")["changed"] is False
    purged = bench.call("server", names=["web-01", "web-02"], state="purged")
    assert [each["actions"] for each in purged["outcomes"]] == [["purge"], ["purge"]] and not purged.get("failed")
    assert {bench.server(each["id"])["vm_state"] for each in purged["outcomes"]} == {"deleted"}
    with nothing_done(bench):
        assert bench.call("server", names=["web-01", "web-02"], state="purged")["changed"] is False


@EVERY_NOVA
def test_a_deletion_is_not_asked_for_twice(bench: Bench) -> None:
    delete = {"openstack": "E27", "easystack": "E27", "ustack": "U06"}[bench.platform]
    bench.fault(delete, reset="after", times=1)
    done = bench.call("server", name="web-01", state="absent")
    assert not done.get("failed"), done
    assert len(bench.requests(delete)) == 1


@EVERY_NOVA
def test_without_waiting(bench: Bench) -> None:
    made = make(bench, name="later", wait=False)
    assert made["changed"] and outcome(made, "later")["outcome"] == "pending"
    joined = bench.call("job_info", handle=made["handle"], wait=True)
    assert joined["finished"] and not joined.get("failed"), joined
    gone = bench.call("server", name="later", state="absent", wait=False)
    assert outcome(gone, "later")["outcome"] == "pending"
    joined = bench.call("job_info", handle=gone["handle"], wait=True)
    assert not joined.get("failed"), joined


# -- EasyStack's own ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["easystack"], indirect=True)
def test_an_iso_and_the_boot_order(bench: Bench) -> None:
    options = kind(bench, name="appliance", iso="ubuntu-24.04", image=None, boot_volume={"size_gb": 20})
    made = bench.call("server", boot_order=["cdrom", "hd"], **options)
    assert not made.get("failed"), made
    (body,) = [row["body"]["server"] for row in bench.requests("E04")]
    cdrom, disk = body["block_device_mapping_v2"]
    assert (cdrom["device_type"], cdrom["boot_index"]) == ("cdrom", 0)
    assert (disk["source_type"], disk["boot_index"]) == ("blank", 1)
    record = made["server"]["metadata"]
    assert record["nodeinfo.com:bootorder"] == '{"order":["cdrom","hd"]}'
    (iso,) = [key for key in record if key.startswith("nodeinfo.com:iso-")]
    assert '"image_name":"ubuntu-24.04"' in record[iso]

    later = bench.call("server", boot_order=["hd", "cdrom"], **options)
    assert outcome(later, "appliance")["actions"] == ["set_metadata"]
    now = bench.call("server", boot_order=["cdrom", "hd"], apply="now", **options)
    assert outcome(now, "appliance")["actions"] == ["set_metadata", "reboot"]
    assert [row["body"] for row in bench.requests("reboot")] == [{"reboot": {"type": "HARD"}}]
    with nothing_done(bench):
        purged = bench.call("server", name="appliance", metadata={}, purge_metadata=True)
        assert purged["changed"] is False


@BOTH
def test_a_server_that_boots_from_a_volume_remembers_its_image(bench: Bench) -> None:
    made = make(bench, name="db", boot_volume={"size_gb": 30})
    assert made["server"]["image"]["id"] is None
    with nothing_done(bench):
        assert make(bench, name="db", boot_volume={"size_gb": 30})["changed"] is False
        other = {"image": "ubuntu-24.04", "boot_volume": {"size_gb": 30}}
        refused(make(bench, name="db", **other), "it runs the image", "recreate: true")


@BOTH
def test_making_anew_what_is_of_another_kind(bench: Bench) -> None:
    old = bench.id_of("web-01")
    options = kind(bench, name="web-01", image="ubuntu-24.04", recreate=True)
    with nothing_done(bench):
        predicted = bench.call("server", check=True, diff=True, **options)
    done = bench.call("server", diff=True, wait=False, **options)
    assert predicted["diff"] == done["diff"] and outcome(done, "web-01")["actions"] == ["delete", "create"]
    assert outcome(done, "web-01")["outcome"] == "pending" and done["server"]["id"] != old
    assert not bench.call("job_info", handle=done["handle"], wait=True).get("failed")


@BOTH
def test_what_cannot_be_deleted_is_not_made_anew(bench: Bench) -> None:
    result = make(bench, name="vault-01", image="ubuntu-24.04", recreate=True)
    refused(result, "is locked")
    assert len(bench.ids_of("vault-01")) == 1 and bench.server("vault-01")["vm_state"] == "active"


@EVERY_NOVA
def test_one_that_is_being_made_is_waited_for(bench: Bench) -> None:
    make(bench, name="slow", wait=False)
    done = make(bench, name="slow")
    assert done["changed"] is False and done["server"]["status"] == "ACTIVE"


@EVERY_NOVA
def test_a_creation_that_does_not_end(bench: Bench) -> None:
    bench.fault(CREATE[bench.platform], stuck=True, times=1)
    result = make(bench, name="stuck", wait_timeout=30)
    assert result["failed"] and outcome(result, "stuck")["outcome"] == "unknown"
    says(result, "still in status BUILD, task spawning after 30 seconds")
    assert result["handle"]["pending_actions"][0]["action"] == "create"


# -- plain Nova's recycle bin ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["openstack"], indirect=True)
def test_a_member_takes_a_server_out_of_the_bin_by_its_id(bench: Bench) -> None:
    """Nova shows what is in the bin by its id, and lists it for administrators only."""
    key = bench.id_of("web-01")
    bench.change("web-01", status="SOFT_DELETED")
    refused(bench.call("server", name="web-01", state="restored"), "only an administrator can list the recycle bin")
    done = bench.call("server", select={"ids": [key]}, state="restored")
    assert not done.get("failed") and outcome(done, "web-01")["actions"] == ["restore"]
    with nothing_done(bench):
        assert bench.call("server", select={"ids": [key]}, state="restored")["changed"] is False
        missing = bench.call("server", select={"ids": ["nothing"]}, state="restored")
        refused(missing, "no server has ids nothing")
    gone = bench.call("server", select={"ids": [key, "nothing"], "max_targets": 1}, state="purged")
    assert outcome(gone, "web-01")["actions"] == ["purge"] and gone["missing"] == {"ids": ["nothing"]}


@pytest.mark.parametrize("platform", ["easystack"], indirect=True)
def test_a_server_that_is_being_deleted_is_waited_for(bench: Bench) -> None:
    bench.call("server", name="web-01", state="absent", wait=False)
    with nothing_done(bench):
        done = bench.call("server", name="web-01", state="absent")
    assert done["changed"] is False and bench.server("web-01")["vm_state"] == "soft-delete"


@BOTH
def test_a_deletion_that_somebody_else_began_is_lost_for_good(bench: Bench) -> None:
    """The module does not make it worse, and says where the server stands."""
    bench.change("web-01", task_state="deleting", stuck=True)
    with nothing_done(bench):
        result = bench.call("server", name="web-01", state="absent", wait_timeout=20)
    says(result, "task deleting after 20 seconds")
    assert outcome(result, "web-01")["outcome"] == "unknown"


@BOTH
def test_a_cloud_that_confirms_resizes_by_itself(bench: Bench) -> None:
    medium = FLAVORS[bench.platform][1]
    bench.later(lambda: bench.change("web-01", status="ACTIVE", flavor=medium))
    done = bench.call("server", name="web-01", flavor=medium, resize="offline")
    assert not done.get("failed") and outcome(done, "web-01")["actions"] == ["resize"]
    assert outcome(done, "web-01")["outcome"] == "done" and done["server"]["flavor"]["name"] == medium


@BOTH
def test_a_resize_whose_answer_is_lost_is_not_asked_for_again(bench: Bench) -> None:
    bench.fault("E13", reset="after", times=1)
    done = bench.call("server", name="web-01", flavor=FLAVORS[bench.platform][1], resize="offline")
    assert not done.get("failed") and outcome(done, "web-01")["actions"] == ["resize", "confirm_resize"]
    assert len(bench.requests("E13")) == 1


@EVERY_NOVA
def test_a_lost_creation_that_no_listing_can_decide(bench: Bench) -> None:
    bench.fault(CREATE[bench.platform], reset="after", times=1)
    bench.fault("list", status=500, after=1, times=4)
    result = make(bench, name="lost")
    assert result["failed"] and outcome(result, "lost")["outcome"] == "unknown"
    assert len(bench.requests(CREATE[bench.platform])) == 1


@EVERY_NOVA
def test_a_lost_creation_and_somebody_elses_of_the_same_name(bench: Bench) -> None:
    bench.fault(CREATE[bench.platform], reset="after", times=1)
    result = _while_creating(bench, lambda: bench.control("POST", f"/{bench.platform}/servers", {"name": "lost"}))
    assert result["failed"] and outcome(result, "lost")["outcome"] == "unknown"
    says(result, "2 servers with this name exist now")


def _while_creating(bench: Bench, action: Any) -> dict[str, Any]:
    """Makes a server, and does something to the cloud before the answer to it is lost."""
    done: list[bool] = []
    original = NovaCreation.create_servers

    def create(self: Any, *given: Any) -> Any:
        answers = original(self, *given)
        action()
        done.append(True)
        return answers

    NovaCreation.create_servers = create  # type: ignore[method-assign]
    try:
        return make(bench, name="lost")
    finally:
        NovaCreation.create_servers = original  # type: ignore[method-assign]
        assert done


@EVERY_NOVA
def test_a_broken_server_that_cannot_be_deleted(bench: Bench) -> None:
    bench.fault(CREATE[bench.platform], fail_servers="all", reason="No valid host was found.", times=1)
    bench.fault("delete server", status=403, reason="Not yours.")
    result = make(bench, name="lost", on_error="delete")
    says(result, "No valid host was found; the broken server was kept, because it could not be deleted", "Not yours")
    assert outcome(result, "lost")["outcome"] == "failed" and bench.server("lost")["vm_state"] == "error"
