"""The role host_evacuation: which hosts it takes for failed, its limits, its requests, and what it reports."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from playbooks import Lab, Run, kill, refusals, role, until

#: cmp7 is down from the start and has no servers; cmp3 fails in these tests.
FAILED = "cmp3"
VARIABLES: dict[str, Any] = {
    "host_evacuation_fencing": "fence.yml",
    "host_evacuation_interval": 0,
    "host_evacuation_options": {"wait_interval": 0.2},
}


@pytest.fixture(params=["openstack", "easystack"])
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def fence(lab: Lab, *tasks: dict[str, Any]) -> Path:
    """The fencing tasks of the user: they note the host in a file."""
    path = lab.folder / "fenced"
    path.unlink(missing_ok=True)
    note = {"shell": "echo {{ host_evacuation_host }} >> %s" % path}
    (lab.folder / "fence.yml").write_text(yaml.safe_dump([note, *tasks]))
    return path


def fail_host(lab: Lab, platform: str, host: str = FAILED, seconds: int = 600) -> list[str]:
    """The host stops, and time passes. The names of its servers."""
    lab.control("PUT", "/%s/hosts/%s" % (platform, host), {"up": False})
    lab.control("POST", "/clock", {"advance": seconds})
    return on_host(lab, platform, host)


def on_host(lab: Lab, platform: str, host: str) -> list[str]:
    rows = lab.control("GET", "/%s/hosts" % platform)["hosts"]
    return sorted(next(row["servers"] for row in rows if row["name"] == host))


def run(lab: Lab, platform: str, *arguments: str, **variables: Any) -> Run:
    play = role("host_evacuation", **{**VARIABLES, **variables})
    shown = {"debug": {"msg": "MOVED {{ host_evacuation_moved | length }} LEFT {{ host_evacuation_left | to_json }} END"}}
    return lab.play(lab.inventory(platform + "_admin"), {**play, "post_tasks": [shown]}, *arguments)


def changes(lab: Lab, platform: str) -> list[tuple[str, Any]]:
    """What was asked to change: the path's last part and the body."""
    rows = lab.requests(platform, "POST", "PUT", "DELETE")
    return [(row["path"].rsplit("/", 1)[-1], row["body"]) for row in rows if "auth/tokens" not in row["path"]]


def service(lab: Lab, platform: str, host: str) -> dict[str, Any]:
    return dict(lab.control("PUT", "/%s/hosts/%s" % (platform, host), {"up": True})["host"])


def test_a_failed_host_is_fenced_forced_down_and_evacuated_and_the_second_run_changes_nothing(
    lab: Lab, platform: str
) -> None:
    fenced = fence(lab)
    names = fail_host(lab, platform)
    assert len(names) > 1
    before = len(lab.requests(platform))
    predicted = run(lab, platform, "--check").succeeded()
    assert changes(lab, platform) == [] and not fenced.exists()
    done = run(lab, platform).succeeded()
    assert predicted.changed == done.changed - 1, "the note of the fence is no change that check mode can see"
    assert fenced.read_text() == FAILED + "\n"
    assert "MOVED %d LEFT []" % len(names) in done.output
    assert on_host(lab, platform, FAILED) == []
    sent = changes(lab, platform)
    evacuated = [body for path, body in sent if path == "action"]
    assert len(evacuated) == len(names) and all("evacuate" in body for body in evacuated)
    # The service is forced down before the first server is evacuated.
    first = next(number for number, (path, _body) in enumerate(sent) if path == "action")
    assert 1 <= first <= 2 and all(path != "action" for path, _body in sent[:first])
    assert "it has no servers" in done.output, "cmp7 has none, and is left alone"
    asked = len(lab.requests(platform)) - before
    again = run(lab, platform).succeeded()
    assert again.changed == 0 and fenced.read_text() == FAILED + "\n"
    assert changes(lab, platform) == sent
    assert asked <= 60


def test_the_requests_of_a_run_do_not_grow_with_the_servers_but_for_one_evacuation_each(lab: Lab) -> None:
    fence(lab)
    for number in range(40):
        lab.control("POST", "/openstack/servers", {"name": "many-%02d" % number, "host": FAILED})
    names = fail_host(lab, "openstack")
    run(lab, "openstack", host_evacuation_max_concurrent=50).succeeded()
    rows = lab.requests("openstack")
    actions = [row for row in rows if row["path"].endswith("/action")]
    assert len(actions) == len(names) >= 40
    # Services: listed twice and by two modules; servers: listed twice, then polled by listings.
    assert len(rows) - len(actions) <= 30, [row["path"] for row in rows if row not in actions]


def test_a_host_within_the_grace_time_and_one_that_is_disabled_are_left_alone(lab: Lab) -> None:
    fenced = fence(lab)
    fail_host(lab, "openstack", seconds=100)
    done = run(lab, "openstack").succeeded()
    assert "last reported 100 seconds ago" in " ".join(done.output.split()) or "it last reported 1" in done.output
    lab.control("POST", "/clock", {"advance": 600})
    disable = {"compute_service": {"hosts": [FAILED], "state": "disabled", "reason": "new disks"}}
    lab.play(lab.inventory("openstack_admin"), tasks(disable)).succeeded()
    lab.control("POST", "/clock", {"advance": 600})
    before = changes(lab, "openstack")
    done = run(lab, "openstack").succeeded()
    assert "it is disabled (new disks); name it in host_evacuation_hosts" in " ".join(done.output.split())
    assert changes(lab, "openstack") == before and not fenced.exists()
    # Named, it is evacuated, and keeps the reason of whoever disabled it.
    run(lab, "openstack", host_evacuation_hosts=[FAILED]).succeeded()
    assert on_host(lab, "openstack", FAILED) == [] and fenced.exists()
    found = service(lab, "openstack", FAILED)
    assert (found["reason"], found["disabled"], found["forced_down"]) == ("new disks", True, True)


def tasks(*found: dict[str, Any]) -> dict[str, Any]:
    connection = {"group/cloudserver.compute.compute": "{{ cloudserver_connection }}"}
    return {"tasks": [{"cloudserver.compute." + key: value for key, value in task.items()} for task in found],
            "module_defaults": connection}  # fmt: skip


def test_what_is_refused_changes_nothing(lab: Lab) -> None:
    fenced = fence(lab)
    names = fail_host(lab, "openstack")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"host_evacuation_max_hosts": 0}, "1 hosts have failed (cmp3), and host_evacuation_max_hosts allows 0"),
        ({"host_evacuation_max_down_percent": 20}, "2 of 7 enabled compute services are down"),
        ({"host_evacuation_max_targets": 1}, "the failed hosts have %d servers" % len(names)),
        ({"host_evacuation_hosts": ["cmp99"]}, "host_evacuation_hosts: the cloud has no compute service on cmp99"),
        ({"host_evacuation_target_host": "cmp7"}, "the cloud has no enabled host cmp7 that is up"),
        ({"host_evacuation_target_host": FAILED}, "the cloud has no enabled host cmp3 that is up"),
        ({"host_evacuation_ram_allocation_ratio": 0.0001}, "and the other hosts have 0 MiB free"),
        ({"host_evacuation_fencing": "absent.yml"}, "host_evacuation_fencing: there is no file absent.yml"),
        ({"host_evacuation_fencing": ""}, "host_evacuation_fencing: use a file with tasks, or none"),
        ({"host_evacuation_state": "restored"}, "host_evacuation_hosts: name the hosts to restore"),
        ({"host_evacuation_grace": -1}, "host_evacuation_grace and host_evacuation_interval must not be negative"),
        ({"host_evacuation_options": {"mode": "live"}}, "host_evacuation_options: the role sets mode"),
        ({"host_evacuation_max_host": 1}, "the role host_evacuation has no variable host_evacuation_max_host"),
        (
            {"host_evacuation_state": "restored", "host_evacuation_hosts": [FAILED]},
            "no report in the last minute from cmp3; start nova-compute there first",
        ),
    ]
    given = [("host_evacuation", {**VARIABLES, **case}) for case, _words in cases]
    given.append(("host_evacuation", {"host_evacuation_interval": 0}))
    *found, without = refusals(lab, lab.inventory("openstack_admin"), given)
    for (_case, words), message in zip(cases, found, strict=True):
        assert words in message and "nothing was done" in message
    assert "missing required arguments: host_evacuation_fencing" in without
    assert changes(lab, "openstack") == [] and not fenced.exists()


def test_a_host_that_cannot_be_fenced_is_not_evacuated_and_the_others_are(lab: Lab) -> None:
    fence(lab, {"fail": {"msg": "the power controller does not answer"}, "when": "host_evacuation_host == 'cmp2'"})
    left, moved = fail_host(lab, "openstack", "cmp2"), fail_host(lab, "openstack", FAILED)
    done = run(lab, "openstack", host_evacuation_max_hosts=2, host_evacuation_max_down_percent=60)
    assert done.status != 0
    text = " ".join(done.output.split())
    assert "1 of 2 hosts: cmp2: the power controller does not answer" in text
    assert on_host(lab, "openstack", "cmp2") == left and on_host(lab, "openstack", FAILED) == []
    assert all("%s | cmp2 | the power controller does not answer" % name in text for name in left)
    assert len([path for path, _body in changes(lab, "openstack") if path == "action"]) == len(moved)
    # After the repair of the power controller, the next run does the rest.
    fenced = fence(lab)
    run(lab, "openstack", host_evacuation_max_hosts=2, host_evacuation_max_down_percent=60).succeeded()
    assert on_host(lab, "openstack", "cmp2") == [] and fenced.read_text() == "cmp2\n"


def test_servers_that_cannot_be_moved_are_reported_with_the_reason_and_the_others_are_moved(lab: Lab) -> None:
    fence(lab)
    lab.control("POST", "/openstack/servers", {"name": "asleep", "host": FAILED, "status": "SUSPENDED"})
    lab.control("POST", "/openstack/servers", {"name": "local", "host": FAILED, "tags": ["disk=local"]})
    fail_host(lab, "openstack")
    done = run(lab, "openstack", host_evacuation_not_tags=["disk=local"])
    assert done.status != 0
    text = " ".join(done.output.split())
    assert "asleep | cmp3 | " in text and "local | cmp3 | it has one of the tags host_evacuation_not_tags" in text
    assert on_host(lab, "openstack", FAILED) == ["asleep", "local"]


def test_a_run_that_was_killed_is_resumed_without_the_grace_time(lab: Lab) -> None:
    fenced = fence(lab)
    fail_host(lab, "openstack")
    lab.control("PUT", "/delays", {"evacuate": 2.0})
    play = role("host_evacuation", **{**VARIABLES, "host_evacuation_max_concurrent": 1})
    process = lab.start(lab.inventory("openstack_admin"), play)
    until(lambda: any(path == "action" for path, _body in changes(lab, "openstack")))
    kill(process)
    lab.control("PUT", "/delays", {"evacuate": 0.1})
    lab.control("POST", "/clock", {"advance": 10})
    run(lab, "openstack").succeeded()
    assert on_host(lab, "openstack", FAILED) == []
    assert fenced.read_text() == 2 * (FAILED + "\n")
    assert run(lab, "openstack").succeeded().changed == 0


def test_a_repaired_host_is_restored_on_request(lab: Lab, platform: str) -> None:
    fence(lab)
    fail_host(lab, platform)
    run(lab, platform).succeeded()
    assert service(lab, platform, FAILED)["forced_down"]
    given = {"host_evacuation_state": "restored", "host_evacuation_hosts": [FAILED]}
    before = changes(lab, platform)
    predicted = run(lab, platform, "--check", **given).succeeded()
    assert changes(lab, platform) == before
    done = run(lab, platform, **given).succeeded()
    assert predicted.changed == done.changed == 2
    found = service(lab, platform, FAILED)
    assert (found["forced_down"], found["disabled"]) == (False, False)
    assert run(lab, platform, **given).succeeded().changed == 0


def test_without_fencing_nothing_is_fenced_if_that_is_said_on_purpose(lab: Lab) -> None:
    fenced = fence(lab)
    fail_host(lab, "openstack")
    done = run(lab, "openstack", host_evacuation_fencing="none", host_evacuation_target_host="cmp1").succeeded()
    assert on_host(lab, "openstack", FAILED) == [] and not fenced.exists()
    assert {json.dumps(body["evacuate"]["host"]) for path, body in changes(lab, "openstack") if path == "action"} == {
        '"cmp1"'
    }, done.output[-2000:]
