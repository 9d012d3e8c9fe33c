"""Plans of roles that act in steps: batches, tiers, stages and hosts."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.plans import plan_document
from playbooks import Lab, Run, role

NOTE = "cloudserver_rolling_change"
FAST = {"wait_interval": 0.2}
WEB = {"tags": ["role=web"]}
REBOOT: dict[str, Any] = {
    "rolling_change_revision": "r1",
    "rolling_change_action": "reboot",
    "rolling_change_selection": WEB,
    "rolling_change_batch_size": 2,
    "rolling_change_options": FAST,
}


def planned(path: Path) -> dict[str, list[str]]:
    """The names of the servers that each module of the plan changes."""
    found: dict[str, list[str]] = {}
    for task in json.loads(path.read_text())["tasks"]:
        names = found.setdefault(task["module"], [])
        names += [change["name"] for change in task["changes"] if change.get("actions")]
    return {module: sorted(names) for module, names in found.items() if names}


def text(run: Run) -> str:
    return " ".join(run.output.split())


def changes(lab: Lab, platform: str = "openstack") -> list[dict[str, Any]]:
    return [row for row in lab.requests(platform, "POST", "PUT", "PATCH", "DELETE") if "auth/tokens" not in row["path"]]


# -- rolling_change ----------------------------------------------------------------------------------------------------


def waves(lab: Lab, path: Path, *arguments: str, **variables: Any) -> Run:
    play = role("rolling_change", **{**REBOOT, **variables}, rolling_change_plan_file=str(path))
    return lab.play(lab.inventory("openstack"), play, *arguments)


def rebooted(lab: Lab) -> list[str]:
    ids = {row["id"]: name for name, row in lab.servers("openstack").items()}
    rows = [row for row in changes(lab) if "reboot" in json.dumps(row["body"])]
    return [name for row in rows for key, name in ids.items() if key in row["path"]]


def test_batches_reboot_what_was_approved_and_the_record_of_the_role_does_not_refuse_it(
    lab: Lab, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    waves(lab, path, "--check", rolling_change_snapshot=True).succeeded()
    names = sorted(name for name in lab.servers("openstack") if name.startswith("web-"))
    assert len(names) > 3 and planned(path) == {"server_power": names, "server_snapshot": names}
    assert changes(lab) == []
    # A record and a snapshot change the time of the last change, which the plan of a reboot compares.
    lab.control("POST", "/clock", {"advance": 3600})
    waves(lab, path, rolling_change_snapshot=True).succeeded()
    assert sorted(rebooted(lab)) == names
    before = len(changes(lab))
    assert waves(lab, path, rolling_change_snapshot=True).succeeded().changed == 0
    assert len(changes(lab)) == before


def test_batches_refuse_each_server_that_has_changed_since_and_do_the_others(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    missing = waves(lab, path)
    assert missing.status != 0 and "run the task in check mode first" in text(missing)
    tasks = waves(lab, path, "--check", rolling_change_action="tasks", rolling_change_tasks="own.yml")
    assert tasks.status != 0 and "check mode cannot plan your own tasks" in text(tasks) and changes(lab) == []

    waves(lab, path, "--check").succeeded()
    before = planned(path)["server_power"]
    lab.control("DELETE", "/openstack/servers/web-01")
    lab.control("PUT", "/openstack/servers/web-02", {"status": "SHUTOFF"})
    lab.control("POST", "/openstack/servers", {"name": "web-99", "tags": ["role=web"]})
    run = waves(lab, path)
    assert run.status != 0
    assert sorted(rebooted(lab)) == [name for name in before if name not in ("web-01", "web-02")]
    refused = "1 servers are not as in the approved plan, and nothing was done to them: web-02: it has changed"
    assert refused in text(run) and "power_state was running and is stopped" in text(run)
    assert "does not find any more, and nothing was done to them: web-01" in text(run)
    notes = {
        name: row["metadata"].get(NOTE) for name, row in lab.servers("openstack").items() if name in [*before, "web-99"]
    }
    assert notes == {name: "r1" if name in rebooted(lab) else None for name in notes}


def test_a_server_of_a_cloud_without_a_part_in_the_plan_does_not_stop_the_other_clouds(
    lab: Lab, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    lab.control("POST", "/openstack/servers", {"name": "one", "tags": ["grp"]})
    given = {**REBOOT, "rolling_change_selection": {"tags": ["grp"]}, "rolling_change_plan_file": str(path)}
    inventory = lab.inventory("openstack", "easystack")
    lab.play(inventory, role("rolling_change", **given), "--check").succeeded()
    lab.control("POST", "/easystack/servers", {"name": "new", "tags": ["grp"]})
    run = lab.play(inventory, role("rolling_change", **given))
    assert rebooted(lab) == ["one"] and changes(lab, "easystack") == []
    assert run.status != 0 and "nothing was done to them: new: plan: it was made for another cloud" in text(run)


# -- ordered_power -----------------------------------------------------------------------------------------------------


def tiers(lab: Lab, path: Path, *arguments: str, **variables: Any) -> Run:
    given = {
        "ordered_power_state": "stopped",
        "ordered_power_selection": {"tags": ["shop"]},
        **variables,
    }
    play = role("ordered_power", **given, ordered_power_plan_file=str(path))
    return lab.play(lab.inventory("openstack"), play, *arguments)


def shop(lab: Lab) -> None:
    for name, tier, status in (
        ("db-1", 10, "ACTIVE"), ("db-2", 10, "ACTIVE"), ("app-1", 20, "ACTIVE"), ("app-2", 20, "ACTIVE"),
        ("old-1", 30, "SHUTOFF"),
    ):  # fmt: skip
        lab.control("POST", "/openstack/servers", {"name": name, "tags": ["shop", "order=%d" % tier], "status": status})


def statuses(lab: Lab, *names: str) -> dict[str, str]:
    return {name: row["status"] for name, row in lab.servers("openstack").items() if name in names}


def test_tiers_stop_what_was_approved_and_nothing_the_second_time(lab: Lab, tmp_path: Path) -> None:
    shop(lab)
    path = tmp_path / "plan.json"
    tiers(lab, path, "--check").succeeded()
    assert planned(path) == {"server_power": ["app-1", "app-2", "db-1", "db-2"]} and changes(lab) == []
    # A server of a tier that is new is left alone.
    lab.control("POST", "/openstack/servers", {"name": "app-9", "tags": ["shop", "order=20"]})
    lab.control("DELETE", "/openstack/servers/db-2")
    run = tiers(lab, path)
    assert run.status != 0 and "does not find any more, and nothing was done to them: db-2" in text(run)
    assert statuses(lab, "app-1", "app-2", "app-9", "db-1") == {
        "app-1": "SHUTOFF", "app-2": "SHUTOFF", "app-9": "ACTIVE", "db-1": "SHUTOFF"
    }  # fmt: skip
    lab.control("DELETE", "/openstack/servers/app-9")
    before = len(changes(lab))
    again = tiers(lab, path)
    assert again.changed == 0 and len(changes(lab)) == before


def test_a_tier_with_a_server_that_the_plan_refuses_is_the_last(lab: Lab, tmp_path: Path) -> None:
    shop(lab)
    path = tmp_path / "plan.json"
    missing = tiers(lab, path)
    assert missing.status != 0 and "run the task in check mode first" in text(missing) and changes(lab) == []
    tiers(lab, path, "--check").succeeded()
    lab.control("PUT", "/openstack/servers/app-1", {"status": "PAUSED"})
    run = tiers(lab, path)
    assert run.status != 0 and "app-1" in text(run) and "power_state was running and is paused" in text(run)
    assert statuses(lab, "app-1", "app-2", "db-1") == {"app-1": "PAUSED", "app-2": "SHUTOFF", "db-1": "ACTIVE"}

    # It needed no change when the plan was made.
    lab.control("PUT", "/openstack/servers/app-1", {"status": "ACTIVE"})
    tiers(lab, path, "--check").succeeded()
    lab.control("PUT", "/openstack/servers/old-1", {"status": "ACTIVE"})
    run = tiers(lab, path)
    assert run.status != 0 and "because it needed no change then" in text(run)
    assert statuses(lab, "old-1", "app-1") == {"old-1": "ACTIVE", "app-1": "ACTIVE"}


# -- lifecycle ---------------------------------------------------------------------------------------------------------

MARK = "cloudserver_lifecycle"
EXPIRED = {"created": "2020-01-01T00:00:00Z", "tags": ["old", "expires=2020-06-01"]}


def stages(lab: Lab, path: Path, *arguments: str, **variables: Any) -> Run:
    given = {
        "lifecycle_selection": {"tags": ["old"]},
        "lifecycle_stages": ["mark", "stop", "snapshot", "delete"],
        "lifecycle_max_stop_percent": 100,
        "lifecycle_max_delete_percent": 100,
        **variables,
    }
    return lab.play(lab.inventory("openstack"), role("lifecycle", **given, lifecycle_plan_file=str(path)), *arguments)


def add(lab: Lab, *names: str, **server: Any) -> None:
    for name in names:
        body = {"name": name, "metadata": {MARK: "2020-07-01 expired"}, **EXPIRED, **server}
        lab.control("POST", "/openstack/servers", body)


def images(lab: Lab) -> list[str]:
    rows = lab.control("GET", "/openstack/images")["images"]
    return sorted(row["name"].split("-lifecycle-")[0] for row in rows if "-lifecycle-" in row["name"])


def test_stages_of_one_server_are_carried_out_and_a_server_that_has_changed_is_left_out_of_all(
    lab: Lab, tmp_path: Path
) -> None:
    """A server is stopped, snapshotted and deleted in one run, so the later stages find another power state."""
    path = tmp_path / "plan.json"
    missing = stages(lab, path)
    assert missing.status != 0 and "run the task in check mode first" in text(missing)
    add(lab, "done-1", "done-2", "paused", "extended", "gone")
    add(lab, "fresh", metadata={})
    stages(lab, path, "--check").succeeded()
    marked = ["done-1", "done-2", "extended", "gone", "paused"]
    assert planned(path) == {
        "server": sorted([*marked, "fresh"]), "server_power": marked, "server_snapshot": marked
    } and changes(lab) == []  # fmt: skip
    lab.control("PUT", "/openstack/servers/paused", {"status": "PAUSED"})
    lab.control("PUT", "/openstack/servers/extended", {"tags": ["old", "expires=2120-06-01"]})
    lab.control("DELETE", "/openstack/servers/gone?purge=1")
    add(lab, "new")

    run = stages(lab, path)
    now = lab.servers("openstack")
    assert (now["done-1"]["status"], now["done-2"]["status"]) == ("DELETED", "DELETED")
    assert images(lab) == ["done-1", "done-2"] and now["fresh"]["metadata"][MARK].endswith(" expired")
    left = {name: now[name]["status"] for name in ("paused", "extended", "new")}
    assert left == {"paused": "PAUSED", "extended": "ACTIVE", "new": "ACTIVE"}
    assert run.status != 0
    assert "servers are not as in the approved plan, and nothing was done to them" in text(run)
    assert "power_state was running and is paused" in text(run)
    assert "extended: stop: the stage is not due any more" in text(run)
    assert '"not_in_the_approved_plan": [ "new" ]' in text(run)

    for name in ("paused", "extended", "new"):
        lab.control("DELETE", "/openstack/servers/%s?purge=1" % name)
    before = len(changes(lab))
    again = stages(lab, path).succeeded()
    assert again.changed == 0 and len(changes(lab)) == before


def test_a_server_is_marked_warned_of_and_stopped_in_one_run(lab: Lab, tmp_path: Path) -> None:
    """The mark changes the metadata, which the warning changes, too."""
    path = tmp_path / "plan.json"
    warned = {"shell": "echo {{ lifecycle_servers | map(attribute='name') | join }} >> %s" % (tmp_path / "warned")}
    (lab.folder / "warn.yml").write_text(json.dumps([warned]))
    add(lab, "old-1", metadata={})
    given = {
        "lifecycle_stages": ["mark", "warn", "stop", "snapshot"],
        "lifecycle_warn_tasks": "warn.yml",
        "lifecycle_stop_after_days": 0,
        "lifecycle_snapshot_after_days": 0,
    }
    stages(lab, path, "--check", **given).succeeded()
    assert changes(lab) == []
    stages(lab, path, **given).succeeded()
    found = lab.servers("openstack")["old-1"]
    assert found["status"] == "SHUTOFF" and images(lab) == ["old-1"]
    assert {MARK, MARK + "_warned"} <= set(found["metadata"])
    number = len(changes(lab))
    assert stages(lab, path, **given).succeeded().changed == 0 and len(changes(lab)) == number
    assert (tmp_path / "warned").read_text() == "old-1\n"


def test_a_lifecycle_refuses_the_plan_of_another_role(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    add(lab, "old-1")
    policy(lab, path, "--check", snapshot_policy_selection={"tags": ["old"]}).succeeded()
    run = stages(lab, path)
    assert run.status != 0 and changes(lab) == []
    assert "it has parts of another role or task (server_snapshot); use one file for each role; nothing was done" in (
        text(run)
    )


def test_a_run_takes_the_decisions_of_the_day_of_the_plan(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    add(lab, "old-1")
    stages(lab, path, "--check", lifecycle_stages=["mark", "stop"]).succeeded()
    data = json.loads(path.read_text())
    tasks = [{**task, "created": "2026-01-15T12:00:00Z"} for task in data["tasks"]]
    path.write_text(json.dumps(plan_document.document(tasks, data["run"])))
    run = stages(lab, path, lifecycle_stages=["mark", "stop"]).succeeded()
    assert '"today": "2026-01-15"' in text(run)
    assert lab.servers("openstack")["old-1"]["status"] == "SHUTOFF"


# -- host_evacuation ---------------------------------------------------------------------------------------------------


def evacuation(lab: Lab, path: Path, *arguments: str, **variables: Any) -> Run:
    given = {
        "host_evacuation_fencing": "fence.yml",
        "host_evacuation_interval": 0,
        "host_evacuation_max_hosts": 3,
        "host_evacuation_max_down_percent": 100,
        "host_evacuation_check_capacity": False,
        "host_evacuation_options": FAST,
        **variables,
    }
    play = role("host_evacuation", **given, host_evacuation_plan_file=str(path))
    shown = {"debug": {"msg": "MOVED {{ host_evacuation_moved | length }}"}}
    return lab.play(lab.inventory("openstack_admin"), {**play, "post_tasks": [shown]}, *arguments)


def fail(lab: Lab, *hosts: str) -> None:
    (lab.folder / "fence.yml").write_text(
        json.dumps([{"shell": "echo {{ host_evacuation_host }} >> %s" % (lab.folder / "fenced")}])
    )
    for host in hosts:
        lab.control("PUT", "/openstack/hosts/%s" % host, {"up": False})
    lab.control("POST", "/clock", {"advance": 600})


def on_host(lab: Lab, host: str) -> list[str]:
    rows = lab.control("GET", "/openstack/hosts")["hosts"]
    return sorted(next(row["servers"] for row in rows if row["name"] == host))


def test_a_failed_host_is_evacuated_as_planned_before_it_was_forced_down(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    missing = evacuation(lab, path)
    assert missing.status != 0 and "run the task in check mode first" in text(missing) and changes(lab) == []
    lab.control("POST", "/openstack/servers", {"name": "kept-1", "host": "cmp3"})
    lab.control("POST", "/openstack/servers", {"name": "moved-1", "host": "cmp3"})
    fail(lab, "cmp3")
    before = on_host(lab, "cmp3")
    evacuation(lab, path, "--check").succeeded()
    assert planned(path) == {"compute_service": ["cmp3"], "server_migrate": before} and changes(lab) == []

    # One server has another name since, one is new, and a second host has failed.
    lab.control("PUT", "/openstack/servers/kept-1", {"name": "renamed-1"})
    lab.control("POST", "/openstack/servers", {"name": "new-1", "host": "cmp3"})
    fail(lab, "cmp2")
    also = on_host(lab, "cmp2")
    assert also
    run = evacuation(lab, path)
    assert run.status != 0 and "its name was kept-1 and is renamed-1" in text(run)
    assert "the approved plan does not contain these hosts, and nothing was done to them: cmp2" in text(run)
    assert on_host(lab, "cmp3") == ["new-1", "renamed-1"] and on_host(lab, "cmp2") == also
    assert (lab.folder / "fenced").read_text() == "cmp3\n"

    for name in ("new-1", "renamed-1"):
        lab.control("DELETE", "/openstack/servers/%s?purge=1" % name)
    number = len(changes(lab))
    evacuation(lab, path)
    assert len(changes(lab)) == number and (lab.folder / "fenced").read_text() == "cmp3\n"


def test_a_host_that_is_up_again_or_whose_service_has_changed_is_not_fenced(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    fail(lab, "cmp2", "cmp3")
    evacuation(lab, path, "--check").succeeded()
    lab.control("PUT", "/openstack/hosts/cmp2", {"up": True})
    other = {**lab.connection("openstack_admin"), "hosts": ["cmp3"], "state": "disabled", "reason": "somebody"}
    play = {"tasks": [{"cloudserver.compute.compute_service": other}]}
    lab.play(lab.inventory("openstack_admin"), play).succeeded()
    lab.control("POST", "/clock", {"advance": 600})
    before, number = on_host(lab, "cmp3"), len(changes(lab))
    run = evacuation(lab, path, host_evacuation_hosts=["cmp2", "cmp3"])
    assert run.status != 0 and "2 of 2 hosts" in text(run)
    assert "cmp2: its compute service is up; it is in the approved plan" in text(run)
    assert "its compute service is disabled (somebody), and the approved plan was made for another status" in text(run)
    assert on_host(lab, "cmp3") == before and not (lab.folder / "fenced").exists() and len(changes(lab)) == number


def test_a_repaired_host_is_taken_back_as_planned(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    fail(lab, "cmp3")
    given = {"host_evacuation_state": "restored", "host_evacuation_hosts": ["cmp3"]}
    play = role(
        "host_evacuation", host_evacuation_fencing="none", host_evacuation_interval=0, host_evacuation_options=FAST
    )
    lab.play(lab.inventory("openstack_admin"), play).succeeded()
    lab.control("PUT", "/openstack/hosts/cmp3", {"up": True})
    evacuation(lab, path, "--check", **given).succeeded()
    number = len(changes(lab))
    evacuation(lab, path, **given).succeeded()
    assert len(changes(lab)) == number + 2
    assert evacuation(lab, path, **given).succeeded().changed == 0 and len(changes(lab)) == number + 2


# -- snapshot_policy ---------------------------------------------------------------------------------------------------


def policy(lab: Lab, path: Path, *arguments: str, **variables: Any) -> Run:
    given = {"snapshot_policy_selection": {"tags": ["role=db"]}, "snapshot_policy_keep_last": 1, **variables}
    play = role("snapshot_policy", **given, snapshot_policy_plan_file=str(path))
    return lab.play(lab.inventory("openstack"), play, *arguments)


def snapshots(lab: Lab) -> list[str]:
    return sorted(row["name"] for row in lab.control("GET", "/openstack/images")["images"] if row["properties"])


def test_a_policy_creates_and_deletes_the_snapshots_of_its_plan(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    missing = policy(lab, path)
    assert missing.status != 0 and "run the task in check mode first" in text(missing) and changes(lab) == []
    one = lab.servers("openstack")["db-01"]["id"]
    properties = {
        "image_type": "snapshot", "instance_uuid": one, "cloudserver_snapshot_policy": "daily",
        "cloudserver_snapshot": "old",
    }  # fmt: skip
    lab.control("POST", "/openstack/images", {"name": "old", "properties": properties})
    policy(lab, path, "--check").succeeded()
    assert planned(path) == {"server_snapshot": ["db-01", "db-02", "old"]} and changes(lab) == []

    lab.control("DELETE", "/openstack/servers/db-02?purge=1")
    lab.control("POST", "/openstack/servers", {"name": "db-99", "tags": ["role=db"]})
    run = policy(lab, path)
    assert run.status != 0 and "does not find any more, and nothing was done to them: db-02" in text(run)
    names = snapshots(lab)
    assert "old" not in names and len([name for name in names if name.startswith("db-01-daily-")]) == 1
    assert not [name for name in names if name.startswith("db-99")]
    number = len(changes(lab))
    assert policy(lab, path).changed == 0 and len(changes(lab)) == number


def test_a_policy_restores_the_snapshots_of_its_plan(lab: Lab, tmp_path: Path) -> None:
    path, first = tmp_path / "plan.json", tmp_path / "first.json"
    two = {"snapshot_policy_selection": {"names": ["cache-01", "web-01"]}}
    policy(lab, first, "--check", **two, snapshot_policy_image_name="{name}-a").succeeded()
    policy(lab, first, **two, snapshot_policy_image_name="{name}-a").succeeded()
    restored = {**two, "snapshot_policy_state": "restored", "snapshot_policy_restore_confirm": True}
    policy(lab, path, "--check", **restored).succeeded()
    # A newer snapshot of one server.
    servers = lab.servers("openstack")
    properties = {
        "image_type": "snapshot", "instance_uuid": servers["web-01"]["id"], "cloudserver_snapshot_policy": "daily",
        "cloudserver_snapshot": "web-01-b",
    }  # fmt: skip
    lab.control("POST", "/clock", {"advance": 60})
    lab.control("POST", "/openstack/images", {"name": "web-01-b", "properties": properties})
    run = policy(lab, path, **restored)
    now = lab.servers("openstack")
    assert now["cache-01"]["image"]["name"] == "cache-01-a" and now["web-01"]["image"] == servers["web-01"]["image"]
    assert run.status != 0 and "they have another snapshot now, and nothing was done to them: web-01" in text(run)


def test_a_policy_fails_if_a_snapshot_of_its_plan_was_kept(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    given = {"snapshot_policy_state": "pruned", "snapshot_policy_selection": {"tags": ["role=web"]}}
    servers = lab.servers("openstack")
    for server in ("web-01", "web-02"):
        for name in (f"{server}-a", f"{server}-b"):
            properties = {
                "image_type": "snapshot", "instance_uuid": servers[server]["id"],
                "cloudserver_snapshot_policy": "daily", "cloudserver_snapshot": name,
            }  # fmt: skip
            lab.control("POST", "/clock", {"advance": 60})
            lab.control("POST", "/openstack/images", {"name": name, "properties": properties})
    policy(lab, path, "--check", **given).succeeded()
    assert planned(path) == {"server_snapshot": ["web-01-a", "web-02-a"]}
    # The snapshots of a server that no longer exists are kept.
    lab.control("DELETE", "/openstack/servers/web-01?purge=1")
    run = policy(lab, path, **given)
    assert snapshots(lab) == ["web-01-a", "web-01-b", "web-02-b"]
    assert run.status != 0 and "the approved plan deletes these snapshots, and they were kept" in text(run)
    assert "or their servers are not in the run: web-01-a" in text(run)
