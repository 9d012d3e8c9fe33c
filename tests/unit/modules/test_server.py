# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""server on Nova clouds: creating and changing servers by name."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, outcome, refused
from modules.idempotency_steps import ten_steps
from modules.nova_servers import BOTH, CREATE, EVERY_NOVA, FLAVORS, kind, make


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


@EVERY_NOVA
def test_tags_as_a_mapping(bench: Bench) -> None:
    made = make(bench, name="new-1", tags={"role": "new", "blue": ""})
    assert not made.get("failed"), made
    assert made["server"]["tag_map"] == {"role": "new", "blue": ""}
    with nothing_done(bench):
        for same in ({"blue": None, "role": "new"}, ["role=new", "blue"], "role=new,blue", made["server"]["tag_map"]):
            assert make(bench, name="new-1", tags=same, purge_tags=True)["changed"] is False
    changed = make(bench, name="new-1", tags={"role": "old"}, purge_tags=True)
    assert changed["server"]["tag_map"] == {"role": "old"}
    refused(make(bench, name="new-1", tags={"role": ["a", "b"]}), "the value of role is not a string")
    refused(make(bench, name="new-1", tags=True), "neither a list of tags nor a mapping")
    found = bench.call("server_info", tags={"role": "old"})
    assert [each["name"] for each in found["servers"]] == ["new-1"]


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
    place = [bench.server("web-01")[key] for key in ("project_id", "region")]
    used = sum(
        1
        for row in bench.control("GET", f"/{bench.platform}/servers")["servers"]
        if [row["project_id"], row["region"]] == place and row["vm_state"] != "soft-delete"
    )
    bench.control("PUT", f"/{bench.platform}/quota", {"instances": used + 2})
    result = make(bench, name="many", count=3)
    refused(result, "3 of 3 servers could not be as declared", "Quota exceeded for instances")
    assert bench.ids_of("many-1") == []
    done = make(bench, name="own", names=None, count=2)
    assert done["changed"] and not done.get("failed")


@EVERY_NOVA
def test_the_password_and_user_data_are_nowhere(bench: Bench) -> None:
    secrets = {"password": "Sekret-Pass-77!", "user_data": "#cloud-config\npassword: hush-hush-99\n"}
    done = make(bench, name="quiet", diff=True, **secrets)
    assert not done.get("failed") and "Sekret" not in str(done) and "hush" not in str(done)
    reported = "Invalid input. Value: Sekret-Pass-77!"
    bench.fault(CREATE[bench.platform], status=400, reason=reported, times=1)
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


@EVERY_NOVA
def test_single_metadata_keys_are_removed_and_no_others(bench: Bench) -> None:
    bench.change("web-01", metadata={"old": "1", "keep": "2", "cloudserver_mine": "3"})
    given = {"remove_metadata": ["old", "cloudserver_mine", "never-there"], "metadata": {"new": "4"}}
    done = bench.call("server", select={"names": ["web-01"]}, **given)
    assert done["changed"] and bench.server("web-01")["metadata"] == {"keep": "2", "new": "4"}
    with nothing_done(bench):
        assert bench.call("server", select={"names": ["web-01"]}, **given)["changed"] is False
        refused(
            bench.call("server", name="web-01", metadata={"a": "1"}, remove_metadata=["a"]), "a is also in metadata"
        )


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
def test_recreating_a_server_of_another_flavor_or_image(bench: Bench) -> None:
    old = bench.id_of("web-01")
    options = kind(bench, name="web-01", image="ubuntu-24.04", recreate=True)
    with nothing_done(bench):
        predicted = bench.call("server", check=True, diff=True, **options)
    done = bench.call("server", diff=True, wait=False, **options)
    assert predicted["diff"] == done["diff"] and outcome(done, "web-01")["actions"] == ["delete", "create"]
    assert outcome(done, "web-01")["outcome"] == "pending" and done["server"]["id"] != old
    assert not bench.call("job_info", handle=done["handle"], wait=True).get("failed")


@EVERY_NOVA
def test_one_that_is_being_made_is_waited_for(bench: Bench) -> None:
    make(bench, name="slow", wait=False)
    done = make(bench, name="slow")
    assert done["changed"] is False and done["server"]["status"] == "ACTIVE"


@BOTH
def test_a_cloud_that_confirms_resizes_by_itself(bench: Bench) -> None:
    medium = FLAVORS[bench.platform][1]
    bench.later(lambda: bench.change("web-01", status="ACTIVE", flavor=medium))
    done = bench.call("server", name="web-01", flavor=medium, resize="offline")
    assert not done.get("failed") and outcome(done, "web-01")["actions"] == ["resize"]
    assert outcome(done, "web-01")["outcome"] == "done" and done["server"]["flavor"]["name"] == medium


@BOTH
def test_a_resize_whose_response_is_lost_is_not_sent_again(bench: Bench) -> None:
    bench.fault("E13", reset="after", times=1)
    done = bench.call("server", name="web-01", flavor=FLAVORS[bench.platform][1], resize="offline")
    assert not done.get("failed") and outcome(done, "web-01")["actions"] == ["resize", "confirm_resize"]
    assert len(bench.requests("E13")) == 1


@pytest.mark.parametrize("platform", ["easystack"], indirect=True)
def test_a_new_server_with_two_subnets(bench: Bench) -> None:
    """EasyStack's document: networks.subnet_id is an array, for IPv4 and IPv6."""
    order = {"name": "dual", "shared": True, "subnets": ["172.30.0.0/16", "2001:db8:30::/64"]}
    network = str(bench.control("POST", "/easystack/networks", order)["network"]["id"])
    rows = bench.control("GET", "/easystack/networks")["networks"]
    both = [row["id"] for row in next(row for row in rows if row["id"] == network)["subnets"]]
    done = make(bench, name="dual-1", networks=[{"network": "dual", "subnet": both}])
    assert outcome(done, "dual-1")["outcome"] == "done", done
    assert [address["version"] for address in done["server"]["addresses"]] == [4, 6]
    assert bench.requests("E04")[-1]["body"]["server"]["networks"] == [{"uuid": network, "subnet_id": both}]
    make(bench, name="dual-2", networks=[{"network": "dual", "subnet": both[1]}])
    assert bench.requests("E04")[-1]["body"]["server"]["networks"] == [{"uuid": network, "subnet_id": both[1]}]
    with nothing_done(bench):
        for wrong, words in (
            ({"network": "dual", "subnet": [*both, both[0]]}, "listed twice"),
            ({"network": "dual", "subnet": [both]}, "or a list of them"),
            ({"network": ["dual"]}, "network of an entry is one string"),
            ({"network": "dual", "subnet": "0d0466b0-0000-4000-8000-000000000000"}, "no subnet that"),
        ):
            refused(make(bench, name="dual-3", networks=[wrong]), words)


LIVE_REFUSED = {"status": 400, "reason": "A live resize cannot take memory away."}


@pytest.mark.parametrize("platform", ["easystack"], indirect=True)
def test_a_refused_live_resize_goes_offline(bench: Bench) -> None:
    """EasyStack's document has no limit for a live resize, so the response of the cloud decides."""
    small, medium, _large = FLAVORS["easystack"]
    up = bench.call("server", name="web-01", flavor=medium, resize="auto")
    assert outcome(up, "web-01")["actions"] == ["live_resize"]
    down = bench.call("server", name="web-01", flavor=small, resize="auto")
    assert outcome(down, "web-01")["actions"] == ["live_resize"], "nothing refuses it in advance"
    bench.fault("E14", **LIVE_REFUSED)
    options = {"names": ["web-01", "web-02"], "flavor": medium, "resize": "auto"}
    done = bench.call("server", **options)
    assert not done.get("failed"), done
    for name in ("web-01", "web-02"):
        assert outcome(done, name)["actions"] == ["resize", "confirm_resize"]
        assert bench.server(name)["status"] == "ACTIVE"
    assert [server["flavor"]["name"] for server in done["servers"]] == [medium, medium]
    with nothing_done(bench):
        assert not bench.call("server", **options)["changed"]


@pytest.mark.parametrize("platform", ["easystack"], indirect=True)
@pytest.mark.parametrize("how, fault", [("live", LIVE_REFUSED), ("auto", {"status": 409, "reason": "task_state busy"})])
def test_other_refusals_of_a_live_resize_stop_no_server(bench: Bench, how: str, fault: dict[str, Any]) -> None:
    bench.fault("E14", **fault)
    done = bench.call("server", name="web-01", flavor=FLAVORS["easystack"][1], resize=how, wait_timeout=30)
    assert done["failed"] and bench.server("web-01")["status"] == "ACTIVE"
    assert "resize" not in outcome(done, "web-01")["actions"]
