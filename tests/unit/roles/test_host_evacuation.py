"""The role host_evacuation: which hosts it takes for failed, its limits, its requests, and what it reports."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from playbooks import Lab, Run, kill, refusals, role, until

#: cmp7 is down from the start and has no servers; cmp3 fails in these tests.
FAILED = "cmp3"
VARIABLES: dict[str, Any] = {
    "host_evacuation_fencing": "fence.yml",
    "host_evacuation_interval": 0,
    "host_evacuation_options": {"wait_interval": 0.2},
}


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
    text = "MOVED {{ host_evacuation_moved | length }} LEFT {{ host_evacuation_left | to_json }} END"
    shown = {"debug": {"msg": text}}
    return lab.play(lab.inventory(platform + "_admin"), {**play, "post_tasks": [shown]}, *arguments)


def changes(lab: Lab, platform: str) -> list[tuple[str, Any]]:
    """What was asked to change: the path's last part and the body."""
    rows = lab.requests(platform, "POST", "PUT", "DELETE")
    return [(row["path"].rsplit("/", 1)[-1], row["body"]) for row in rows if "auth/tokens" not in row["path"]]


def service(lab: Lab, platform: str, host: str) -> dict[str, Any]:
    return dict(lab.control("PUT", "/%s/hosts/%s" % (platform, host), {"up": True})["host"])


def test_a_failed_host_is_fenced_forced_down_and_evacuated_and_the_second_run_changes_nothing(lab: Lab) -> None:
    fenced = fence(lab)
    for number in range(20):
        lab.control("POST", "/openstack/servers", {"name": "many-%02d" % number, "host": FAILED})
    names = fail_host(lab, "openstack")
    assert len(names) > 20
    given = {"host_evacuation_max_concurrent": 50}
    predicted = run(lab, "openstack", "--check", **given).succeeded()
    assert changes(lab, "openstack") == [] and not fenced.exists()
    before = len(lab.requests("openstack"))
    done = run(lab, "openstack", **given).succeeded()
    assert done.changed - predicted.changed == 1, "the user's own command, which check mode skips"
    assert fenced.read_text() == FAILED + "\n"
    assert "MOVED %d LEFT []" % len(names) in done.output
    assert on_host(lab, "openstack", FAILED) == []
    assert "it has no servers" in done.output, "cmp7 is down and has none: it is left alone"
    # The service is forced down by one request, before the first of one request for each server.
    sent = changes(lab, "openstack")
    (_path, body), *actions = sent
    assert body == {"status": "disabled", "disabled_reason": "host_evacuation: the host failed", "forced_down": True}
    assert [path for path, _body in actions] == ["action"] * len(names)
    assert all(list(body) == ["evacuate"] for _path, body in actions)
    # Services are listed twice and by each of two modules, servers twice; the others are polls.
    rows = lab.requests("openstack")[before:]
    assert len(rows) - len(sent) <= 30, [row["path"] for row in rows]
    assert run(lab, "openstack", **given).succeeded().changed == 0
    assert changes(lab, "openstack") == sent and fenced.read_text() == FAILED + "\n"


def test_a_host_that_someone_disabled_is_evacuated_by_name_and_keeps_its_reason(lab: Lab) -> None:
    fenced = fence(lab)
    fail_host(lab, "openstack")
    disable = {"hosts": [FAILED], "state": "disabled", "reason": "new disks"}
    defaults = {"group/cloudserver.compute.compute": "{{ cloudserver_connection }}"}
    first = {"module_defaults": defaults, "tasks": [{"cloudserver.compute.compute_service": disable}]}
    named = {**VARIABLES, "host_evacuation_hosts": [FAILED], "host_evacuation_grace": 0}
    plays = [first, role("host_evacuation", **VARIABLES), role("host_evacuation", **named)]
    done = lab.play(lab.inventory("openstack_admin"), plays).succeeded()
    assert "it is disabled (new disks); name it in host_evacuation_hosts" in " ".join(done.output.split())
    assert on_host(lab, "openstack", FAILED) == [] and fenced.read_text() == FAILED + "\n"
    found = service(lab, "openstack", FAILED)
    assert (found["reason"], found["disabled"], found["forced_down"]) == ("new disks", True, True)


def test_what_is_refused_changes_nothing(lab: Lab) -> None:
    fenced = fence(lab)
    names = fail_host(lab, "openstack")
    restored = {"host_evacuation_state": "restored"}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"host_evacuation_max_hosts": 0, "host_evacuation_max_targets": 1, "host_evacuation_max_down_percent": 60},
         "1 hosts have failed (cmp3), and host_evacuation_max_hosts allows 0;"
         " the failed hosts have %d servers" % len(names)),
        ({"host_evacuation_max_down_percent": 20}, "2 of 7 enabled compute services are down"),
        ({"host_evacuation_target_host": "cmp7", "host_evacuation_ram_allocation_ratio": 0.0001},
         "the cloud has no enabled host cmp7 that is up; 5 servers need"),
        ({"host_evacuation_fencing": "absent.yml"}, "host_evacuation_fencing: there is no file absent.yml"),
        ({"host_evacuation_fencing": "", "host_evacuation_grace": -1, "host_evacuation_options": {"mode": "live"}},
         "use a file with tasks, or none; host_evacuation_grace and host_evacuation_interval must not be negative;"
         " host_evacuation_options: the role sets mode"),
        (restored, "host_evacuation_hosts: name the hosts to restore"),
        ({**restored, "host_evacuation_hosts": [FAILED, "cmp99"]},
         "the cloud has no compute service on cmp99;"
         " no report in the last minute from cmp3; start nova-compute there first"),
        ({"host_evacuation_max_host": 1}, "the role host_evacuation has no variable host_evacuation_max_host"),
    ]  # fmt: skip
    given = [("host_evacuation", {**VARIABLES, **case}) for case, _words in cases]
    given.append(("host_evacuation", {"host_evacuation_interval": 0}))
    *found, without = refusals(lab, lab.inventory("openstack_admin"), given)
    for (_case, words), message in zip(cases, found, strict=True):
        assert words in message and "nothing was done" in message, message
    assert "missing required arguments: host_evacuation_fencing" in without
    assert changes(lab, "openstack") == [] and not fenced.exists()


def test_what_could_not_be_done_is_reported_with_the_reason_and_the_rest_is_done(lab: Lab) -> None:
    """cmp2 cannot be fenced; of the servers of cmp3 one is suspended and one has an excluded tag."""
    fence(lab, {"fail": {"msg": "the power controller does not answer"}, "when": "host_evacuation_host == 'cmp2'"})
    lab.control("POST", "/openstack/servers", {"name": "asleep", "host": FAILED, "status": "SUSPENDED"})
    lab.control("POST", "/openstack/servers", {"name": "local", "host": FAILED, "tags": ["disk=local"]})
    left, here = fail_host(lab, "openstack", "cmp2"), fail_host(lab, "openstack", FAILED)
    given = {"host_evacuation_max_hosts": 2, "host_evacuation_max_down_percent": 60}
    done = run(lab, "openstack", host_evacuation_not_tags=["disk=local"], **given)
    text = " ".join(done.output.split())
    assert done.status != 0 and "2 of 2 hosts: cmp2: the power controller does not answer; cmp3: " in text
    assert on_host(lab, "openstack", "cmp2") == left and on_host(lab, "openstack", FAILED) == ["asleep", "local"]
    assert all("%s | cmp2 | the power controller does not answer" % name in text for name in left)
    assert "asleep | cmp3 | " in text and "local | cmp3 | it has one of the tags host_evacuation_not_tags" in text
    assert len([path for path, _body in changes(lab, "openstack") if path == "action"]) == len(here) - 2


def test_a_run_that_was_killed_is_resumed_without_the_grace_time(lab: Lab) -> None:
    fenced = fence(lab)
    names = fail_host(lab, "openstack")
    lab.control("PUT", "/delays", {"evacuate": 1000.0})
    play = role("host_evacuation", **{**VARIABLES, "host_evacuation_max_concurrent": 1})
    process = lab.start(lab.inventory("openstack_admin"), play)
    until(lambda: any(path == "action" for path, _body in changes(lab, "openstack")))
    kill(process)
    lab.control("PUT", "/delays", {"evacuate": 0.1})
    lab.control("POST", "/clock", {"advance": 1001})
    before = changes(lab, "openstack")
    assert [path for path, _body in before].count("action") == 1, "nothing of the first run is alive"
    assert len(on_host(lab, "openstack", FAILED)) == len(names) - 1 > 0
    run(lab, "openstack", host_evacuation_grace=100_000).succeeded()
    assert on_host(lab, "openstack", FAILED) == []
    sent = changes(lab, "openstack")[len(before) :]
    assert [path for path, _body in sent] == ["action"] * (len(names) - 1), "its service is forced down already"
    assert fenced.read_text().split() == [FAILED, FAILED], "a killed run may not have finished its fencing"


def test_a_repaired_host_is_restored_on_request(lab: Lab) -> None:
    """Without fencing, because that is said on purpose; and to one host."""
    fenced = fence(lab)
    fail_host(lab, "easystack")
    run(lab, "easystack", host_evacuation_fencing="none", host_evacuation_target_host="cmp1").succeeded()
    assert on_host(lab, "easystack", FAILED) == [] and not fenced.exists()
    before = changes(lab, "easystack")
    assert {body["evacuate"]["host"] for path, body in before if path == "action"} == {"cmp1"}
    assert service(lab, "easystack", FAILED)["forced_down"]
    given = {"host_evacuation_state": "restored", "host_evacuation_hosts": [FAILED]}
    predicted = run(lab, "easystack", "--check", **given).succeeded()
    assert changes(lab, "easystack") == before
    again = role("host_evacuation", **VARIABLES, **given)
    done = lab.play(lab.inventory("easystack_admin"), [again, again]).succeeded()
    assert predicted.changed == done.changed == 2, "the second play changed nothing"
    found = service(lab, "easystack", FAILED)
    assert (found["forced_down"], found["disabled"]) == (False, False)
