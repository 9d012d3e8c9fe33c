# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tasks of a playbook share, and what a run leaves behind, with ansible-playbook itself."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.tests.unit.roles.playbooks import Lab

HOSTS, TASKS = 3, 10


@pytest.fixture
def lab(ready: dict[str, Any], tmp_path: Path) -> Lab:
    found = Lab(tmp_path, ready)
    found.reset()
    found.control("DELETE", "/requests")
    return found


def play_of(lab: Lab, platform: str, count: int, **options: Any) -> tuple[Path, dict[str, Any]]:
    """An inventory of several hosts, and a play whose tasks list servers of the platform."""
    path = lab.folder / "hosts.json"
    hosts = {"host-%d" % number: {"ansible_connection": "local"} for number in range(HOSTS)}
    path.write_text(json.dumps({"all": {"hosts": hosts}}))
    task = {"cloudserver.compute.server_info": {**lab.connection(platform), "tags": ["role=web"], **options}}
    return path, {"tasks": [{"name": "Task %d" % number, **task} for number in range(count)]}


def names(lab: Lab, platform: str) -> Counter[str]:
    return Counter(row["name"] for row in lab.requests(platform))


def left_behind(lab: Lab) -> list[Path]:
    return [path for path in (lab.folder / ".ansible" / "tmp").rglob("*") if "cloudserver.compute" in str(path)]


@pytest.mark.parametrize("platform", ["openstack", "huaweicloud"])
def test_a_task_sends_only_the_request_that_it_exists_for(lab: Lab, platform: str) -> None:
    run = lab.play(*play_of(lab, platform, TASKS), "--forks", "5", "-vvv").succeeded()
    found = names(lab, platform)
    listings = sum(number for name, number in found.items() if name.startswith("list servers"))
    assert listings == HOSTS * TASKS
    assert sum(found.values()) - listings == (2 if platform == "openstack" else 1), found
    assert "token cache has an entry" in run.output and "token cache has no entry" in run.output
    assert left_behind(lab) == []


def test_the_tasks_share_the_temporary_key_of_an_agency(lab: Lab) -> None:
    agency = {"agency_name": "operations", "agency_domain_name": "sim-account"}
    auth = {**lab.connection("huaweicloud")["auth"], **agency}
    run = lab.play(*play_of(lab, "huaweicloud", 3, auth=auth), "--forks", "5", "-vvv").succeeded()
    found = names(lab, "huaweicloud")
    assert (found["assume role"], found["list projects"], found["list servers"]) == (1, 1, HOSTS * 3)
    assert auth["secret_key"] not in run.output and left_behind(lab) == []


def test_without_it_every_task_logs_in(lab: Lab) -> None:
    lab.play(*play_of(lab, "openstack", 2, token_cache=False)).succeeded()
    assert names(lab, "openstack")["create token"] == HOSTS * 2


def test_two_identities_of_a_play_have_an_entry_each(lab: Lab) -> None:
    inventory, play = play_of(lab, "openstack", 2)
    users = {name: lab.ready["credentials"]["openstack"][name] for name in ("demo", "reader")}
    listing = {"all": True, "fields": ["id"]}
    play["tasks"] = [
        {"name": "As %s" % name, "cloudserver.compute.server_info": {**users[name], **listing}}
        for name in [*users, *users]
    ]
    lab.play(inventory, play, "--forks", "5").succeeded()
    assert names(lab, "openstack") == {"create token": 2, "compute versions": 2, "list servers": 4 * HOSTS}


def test_a_token_that_is_revoked_in_mid_run_is_renewed_once_for_all_forks(lab: Lab) -> None:
    inventory, play = play_of(lab, "openstack", 2)
    url = lab.ready["control"] + "/openstack/tokens/expire"
    play["tasks"].insert(
        1, {"name": "Revoke it", "ansible.builtin.uri": {"url": url, "method": "POST"}, "run_once": True}
    )
    lab.play(inventory, play, "--forks", "5").succeeded()
    assert names(lab, "openstack")["create token"] == 2


def test_a_run_that_fails_leaves_nothing_behind(lab: Lab) -> None:
    inventory, play = play_of(lab, "openstack", 1)
    play["tasks"].append({"name": "Fail", "ansible.builtin.fail": {}})
    assert lab.play(inventory, play).status != 0
    assert names(lab, "openstack")["create token"] == 1 and left_behind(lab) == []


def _while_it_lists(lab: Lab, number: int) -> tuple[str, str]:
    """Sends the signal to a run in its second task. Returns its output and the content of its entry then."""
    inventory, play = play_of(lab, "openstack", 2)
    lab.fault(platform="openstack", operation="E05", after=HOSTS, do={"latency": 20})
    process = subprocess.Popen(
        lab.command(inventory, play, "-vvvv"),
        cwd=lab.folder,
        env=lab.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell in the background lets its children ignore SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    end = time.monotonic() + 60
    entries: list[Path] = []
    while time.monotonic() < end and not entries:
        time.sleep(0.1)
        entries = [path for path in left_behind(lab) if path.suffix == ".json"]
    (entry,) = entries
    content = entry.read_text()
    time.sleep(1)
    process.send_signal(number)
    output, _errors = process.communicate(timeout=60)
    lab.control("DELETE", "/faults")
    return output, content


def test_an_interrupted_run_leaves_nothing_behind(lab: Lab) -> None:
    output, content = _while_it_lists(lab, signal.SIGINT)
    assert left_behind(lab) == [] and json.loads(content)["token"] not in output


def test_what_a_killed_run_leaves_behind_belongs_to_its_user_alone(lab: Lab) -> None:
    output, content = _while_it_lists(lab, signal.SIGKILL)
    entry = json.loads(content)
    assert entry["token"] not in output
    secret = lab.connection("openstack")["auth"]["password"]
    for path in left_behind(lab):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path
        assert secret not in path.name and (path.is_dir() or secret not in path.read_text())
