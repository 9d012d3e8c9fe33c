"""Roles with a plan: check mode writes it, and a run does what it says."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playbooks import Lab, role

SCHEDULE = {
    "power_schedule_tag": "env",
    "power_schedule_now": "2026-11-20T22:30:00Z",
    "power_schedule_schedules": {"demo": {"hours": "07:00-19:00", "timezone": "UTC"}},
    "power_schedule_selection": {"all": True},
}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZpcnN0Li4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uLi4u"
#: A role with what it changes, and the platform that it runs on.
CHANGING: dict[str, tuple[str, dict[str, Any]]] = {
    "power_schedule": ("ustack", SCHEDULE),
    "keypairs": ("openstack", {"keypairs_keypairs": [{"name": "ops", "public_key": KEY}]}),
    "password_rotation": (
        "easystack",
        {
            "password_rotation_revision": "2026-11",
            "password_rotation_selection": {"names": ["web-01", "web-02"]},
            "password_rotation_password": "Rotated-Password-4711",
            "password_rotation_batch_size": 1,
        },
    ),
    "os_reinstall": (
        "huaweicloud",
        {
            "os_reinstall_image": "Ubuntu 24.04 server 64bit",
            "os_reinstall_selection": {"names": ["web-01", "web-02"]},
            "os_reinstall_options": {"auto_pay": True, "key_name": "operators"},
        },
    ),
    "compute_capacity": (
        "easystack_admin",
        {"compute_capacity_aggregates": [{"name": "fast", "availability_zone": "zone-3", "hosts": ["cmp5"]}]},
    ),
    "host_maintenance": ("openstack_admin", {"host_maintenance_hosts": ["cmp1"]}),
    "server_fleet": (
        "openstack",
        {
            "server_fleet_tag": "fleet=shop",
            "server_fleet_purge": True,
            "server_fleet_defaults": {"flavor": "m1.small", "image": "debian-12", "networks": ["private"]},
            "server_fleet_servers": [{"name": "shop", "count": 2}],
        },
    ),
}


def plays(folder: Path, **own: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {**role(name, **variables, **own.get(name, {}), **{f"{name}_plan_file": str(folder / f"{name}.json")}),
         "hosts": host}
        for name, (host, variables) in CHANGING.items()
    ]  # fmt: skip


def test_each_role_does_what_its_plan_says_and_nothing_the_second_time(lab: Lab, tmp_path: Path) -> None:
    inventory = lab.inventory(*(host for host, _variables in CHANGING.values()))
    lab.play(inventory, plays(tmp_path), "--check").succeeded()
    for name in CHANGING:
        text = (tmp_path / f"{name}.json").read_text()
        assert any(change.get("actions") for task in json.loads(text)["tasks"] for change in task["changes"]), name
        assert "Rotated-Password-4711" not in text
    first = lab.play(inventory, plays(tmp_path)).succeeded()
    assert {host for host, number in first.changed_by_host.items() if number} == {
        host for host, _variables in CHANGING.values()
    }
    assert lab.play(inventory, plays(tmp_path)).succeeded().changed == 0


def test_a_schedule_does_its_plan_where_the_fleet_has_moved(lab: Lab, tmp_path: Path) -> None:
    inventory = lab.inventory("ustack")
    path = tmp_path / "plan.json"
    play = role("power_schedule", **SCHEDULE, power_schedule_plan_file=str(path))
    missing = lab.play(inventory, play)
    assert missing.status != 0 and "it does not exist; run the task in check mode first" in " ".join(
        missing.output.split()
    )
    lab.play(inventory, play, "--check").succeeded()
    lab.control("DELETE", "/ustack/servers/web-01")
    lab.control("PUT", "/ustack/servers/batch-01", {"status": "ACTIVE"})
    run = lab.play(inventory, play)
    text = " ".join(run.output.split())
    assert run.status != 0 and "does not find any more, and nothing was done to them: web-01" in text
    now = lab.servers("ustack")
    assert now["web-02"]["status"] == now["db-01"]["status"] == "SHUTOFF"
    # It was stopped when the plan was made, so the plan does nothing to it.
    assert now["batch-01"]["status"] == "ACTIVE"
