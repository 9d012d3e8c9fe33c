"""The roles lifecycle and snapshot_policy, and what power_schedule does in batches, by runs of ansible-playbook."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

from playbooks import Lab, refusals, role

CREATED, MARKED, NOW = "2026-01-01T00:00:00Z", "2026-10-01", "2026-11-30T12:00:00Z"
MARK = "cloudserver_lifecycle"
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
STAGES = ["mark", "stop", "snapshot", "delete"]
LIFECYCLE = {
    "lifecycle_selection": {"all": True},
    "lifecycle_now": NOW,
    "lifecycle_stages": STAGES,
    "lifecycle_max_stop_percent": 100,
    "lifecycle_max_delete_percent": 100,
}
SNAPSHOTS = {"snapshot_policy_selection": {"tags": ["role=db"]}, "snapshot_policy_keep_last": 1}


def add(lab: Lab, name: str, marked: bool = True, **server: Any) -> None:
    metadata = {MARK: MARKED + " expired"} if marked else {}
    body = {"name": name, "created": CREATED, "tags": ["expires=2026-09-01"], "metadata": metadata, **server}
    lab.control("POST", "/openstack/servers", body)


def listings(lab: Lab, words: str) -> int:
    """How many lists were read, without their further pages."""
    rows = lab.requests("openstack", "GET")
    return len([row for row in rows if row["path"].endswith(words) and "marker" not in json.dumps(row["query"])])


def changes(lab: Lab) -> list[str]:
    return [row["path"] for row in lab.requests("openstack", *CHANGING) if "auth/tokens" not in row["path"]]


def test_what_the_roles_refuse_before_they_change_anything(lab: Lab) -> None:
    add(lab, "old")
    add(lab, "older")
    huawei = lab.connection("huaweicloud")
    wanted = (
        ("lifecycle", {"lifecycle_stage": ["mark"]}, "no variable lifecycle_stage"),
        ("lifecycle", {**LIFECYCLE, "lifecycle_stages": ["stop"]}, "stages: stop needs mark"),
        ("lifecycle", {**LIFECYCLE, "lifecycle_stages": ["mark", "warn"]}, "the stage warn needs a file with tasks"),
        ("lifecycle", {**LIFECYCLE, "lifecycle_max_delete": 1}, "it would delete 2 of"),
        ("lifecycle", {**LIFECYCLE, "lifecycle_max_stop_percent": 0}, "it would stop 2 of"),
        ("lifecycle", {**LIFECYCLE, "lifecycle_timezone": "Mars"}, "timezone: 'Mars' cannot be used"),
        ("lifecycle", {**LIFECYCLE, "lifecycle_connection": huawei}, "huaweicloud has no operation create_image"),
        (
            "snapshot_policy",
            {**SNAPSHOTS, "snapshot_policy_state": "restored"},
            "snapshot_policy_restore_confirm: true",
        ),
        ("snapshot_policy", {**SNAPSHOTS, "snapshot_policy_keep_days": -1}, "keep_days: -1 is not a number"),
        ("snapshot_policy", {**SNAPSHOTS, "snapshot_policy_max_targets": 1}, "2 servers are selected"),
        (
            "snapshot_policy",
            {**SNAPSHOTS, "snapshot_policy_state": "restored", "snapshot_policy_restore_confirm": True},
            "have no usable snapshot newest, so nothing was done: db-01, db-02",
        ),
        (
            "snapshot_policy",
            {**SNAPSHOTS, "snapshot_policy_connection": huawei},
            "huaweicloud has no operation create_image",
        ),
        (
            "power_schedule",
            {"power_schedule_schedules": {"a": {}}, "power_schedule_calendar_file": "no-such.yml"},
            "no-such.yml",
        ),
    )
    messages = refusals(lab, lab.inventory("openstack"), [(name, given) for name, given, _words in wanted])
    for (name, _given, words), message in zip(wanted, messages, strict=True):
        assert words in message, (name, words, message)
    assert changes(lab) == []


def test_a_lifecycle_with_a_failure_loses_nothing_and_the_next_run_finishes_it(lab: Lab) -> None:
    """A server that could not be stopped is neither snapshotted nor deleted; the others are."""
    add(lab, "first")
    add(lab, "second")
    add(lab, "new", marked=False)
    add(lab, "kept", tags=["expires=2026-09-01", "lifecycle=off"])
    add(lab, "extended", tags=["expires=2027-09-01"])
    inventory, play = lab.inventory("openstack"), role("lifecycle", **LIFECYCLE, lifecycle_on_error="warn")
    predicted = lab.play(inventory, play, "--check").succeeded()
    assert predicted.changed_by_host == {"openstack": len(STAGES) + 1} and changes(lab) == []
    second = lab.servers("openstack")["second"]["id"]
    lab.fault(method="POST", path="%s/action$" % second, times=None, do={"status": 403})
    run = lab.play(inventory, play)
    assert run.status != 0 and "second" in run.output
    servers = lab.servers("openstack")
    assert (servers["first"]["status"], servers["second"]["status"]) == ("DELETED", "ACTIVE")
    assert servers["new"]["metadata"] == {MARK: "2026-11-30 expired"} and servers["new"]["status"] == "ACTIVE"
    assert servers["kept"]["metadata"] == servers["extended"]["metadata"] == {}
    (image,) = [row for row in lab.control("GET", "/openstack/images")["images"] if "lifecycle" in row["name"]]
    assert image["status"] == "active" and image["properties"][MARK] == MARKED

    lab.control("DELETE", "/faults")
    lab.play(inventory, play).succeeded()
    assert lab.servers("openstack")["second"]["status"] == "DELETED"
    before = listings(lab, "/servers/detail"), listings(lab, "/images")
    assert lab.play(inventory, play).succeeded().changed == 0
    # Whatever the number of servers.
    assert (listings(lab, "/servers/detail"), listings(lab, "/images")) == (before[0] + 1, before[1] + 1)


def test_a_lifecycle_ends_on_other_platforms(lab: Lab) -> None:
    """EasyStack takes no snapshot of a stopped server, so it comes first there. UnitedStack stores tags as metadata."""
    marked = {MARK: MARKED + " expired"}
    own = {"easystack": {"tags": ["expires=2026-09-01"]}, "ustack": {}}
    for platform, options in own.items():
        metadata = marked if options else {**marked, "expires": "2026-09-01"}
        body = {"name": "old", "created": CREATED, "metadata": metadata, **options}
        lab.control("POST", "/%s/servers" % platform, body)
    inventory, play = lab.inventory(*own), role("lifecycle", **LIFECYCLE)
    lab.play(inventory, play).succeeded()
    for platform in own:
        server = lab.servers(platform).get("old", {"status": "DELETED"})
        assert server["status"] in ("DELETED", "SOFT_DELETED"), (platform, server["status"])
        rows = lab.control("GET", "/%s/images" % platform)["images"]
        assert [row["status"] for row in rows if "old-lifecycle-" in row["name"]] == ["active"], platform


def test_a_warning_is_given_once(lab: Lab) -> None:
    add(lab, "old", marked=False)
    (lab.folder / "warn.yml").write_text(
        json.dumps(
            [
                {
                    "name": "Tell their owners",
                    "ansible.builtin.lineinfile": {
                        "path": str(lab.folder / "warned.txt"),
                        "line": "{{ lifecycle_servers | map(attribute='name') | join(' ') }} {{ lifecycle_now }}",
                        "create": True,
                        "mode": "0600",
                    },
                }
            ]
        )
    )
    given = {**LIFECYCLE, "lifecycle_stages": ["mark", "warn"], "lifecycle_warn_tasks": str(lab.folder / "warn.yml")}
    inventory, play = lab.inventory("openstack"), role("lifecycle", **given)
    lab.play(inventory, play).succeeded()
    assert lab.play(inventory, play).succeeded().changed == 0
    assert (lab.folder / "warned.txt").read_text() == "old %s\n" % NOW


def test_snapshots_in_batches_by_rules(lab: Lab) -> None:
    """The second batch fails: nothing is deleted, and the next run goes on. Only images of the policy are deleted."""
    servers = lab.servers("openstack")
    one = servers["db-01"]["id"]
    common = {"image_type": "snapshot", "instance_uuid": one}
    for name, policy, recorded in (("old", "daily", "old"), ("other", "weekly", "other"), ("users", "daily", "old")):
        properties = {**common, "cloudserver_snapshot_policy": policy, "cloudserver_snapshot": recorded}
        lab.control("POST", "/openstack/images", {"name": name, "properties": properties})
    inventory = lab.inventory("openstack")
    play = role("snapshot_policy", **SNAPSHOTS, snapshot_policy_batch_size=1)
    predicted = lab.play(inventory, play, "--check").succeeded()
    assert changes(lab) == []
    lab.fault(method="POST", path="%s/action$" % servers["db-02"]["id"], times=None, do={"status": 403})
    assert lab.play(inventory, play).status != 0

    def names() -> list[str]:
        return sorted(row["name"] for row in lab.control("GET", "/openstack/images")["images"] if row["properties"])

    assert [name for name in names() if "daily" in name and "db-02" in name] == [] and "old" in names()
    lab.control("DELETE", "/faults")
    lab.play(inventory, play).succeeded()
    assert "old" not in names() and {"other", "users"} <= set(names())
    assert len([name for name in names() if "-daily-" in name]) == 2
    # The check of the first run: two batches and a deletion.
    assert predicted.changed_by_host == {"openstack": 3}
    before = listings(lab, "/servers/detail"), listings(lab, "/images")
    play = role("snapshot_policy", **SNAPSHOTS, snapshot_policy_batch_size=0)
    assert lab.play(inventory, play).succeeded().changed == 0
    assert listings(lab, "/images") == before[1] + 3 and listings(lab, "/servers/detail") <= before[0] + 2


def test_a_restored_server_and_a_start_in_batches(lab: Lab) -> None:
    """A snapshot in use is kept. The second batch of a start fails, and the next run starts the rest."""
    inventory = lab.inventory("openstack")
    one = {**SNAPSHOTS, "snapshot_policy_selection": {"names": ["cache-01"]}}
    restored = {**one, "snapshot_policy_state": "restored", "snapshot_policy_restore_confirm": True}
    first = {**one, "snapshot_policy_image_name": "{name}-a"}
    plays = [role("snapshot_policy", **first), role("snapshot_policy", **restored)]
    lab.play(inventory, plays).succeeded()
    image = lab.servers("openstack")["cache-01"]["image"]
    assert image["name"] == "cache-01-a"
    run = lab.play(inventory, role("snapshot_policy", **{**one, "snapshot_policy_image_name": "{name}-b"})).succeeded()
    assert "a server runs it" in run.output
    assert {"cache-01-a", "cache-01-b"} <= {row["name"] for row in lab.control("GET", "/openstack/images")["images"]}

    for name in ("web-01", "web-02", "web-03"):
        lab.control("PUT", "/openstack/servers/" + name, {"status": "SHUTOFF", "tags": ["schedule=always"]})
    (lab.folder / "holidays.yml").write_text("holidays: [2026-10-01..2026-10-07, 2027-01-01]\nworkdays: [2026-10-10]\n")
    given = {
        "power_schedule_selection": {"tags": ["schedule=always"]},
        "power_schedule_schedules": {"always": {"days": "mon-fri"}},
        "power_schedule_calendar_file": str(lab.folder / "holidays.yml"),
        "power_schedule_start_batch": "1",
        "power_schedule_start_pause": 0,
        "power_schedule_now": "2026-10-10T12:00:00+08:00",
    }
    lab.fault(
        method="POST", path="%s/action$" % lab.servers("openstack")["web-02"]["id"], times=None, do={"status": 403}
    )
    assert lab.play(inventory, role("power_schedule", **given)).status != 0
    states = {name: lab.servers("openstack")[name]["status"] for name in ("web-01", "web-02", "web-03")}
    assert states == {"web-01": "ACTIVE", "web-02": "SHUTOFF", "web-03": "SHUTOFF"}
    lab.control("DELETE", "/faults")
    lab.play(inventory, role("power_schedule", **given)).succeeded()
    assert {lab.servers("openstack")[name]["status"] for name in states} == {"ACTIVE"}
