"""The collection against openstack.cloud on the same real Nova: time, memory, requests.

Needs the real OpenStack of tests/openstack; `make benchmark-openstack` starts it. Both run on the same version of
ansible-core, each with its own packages; every ratio is of things measured in turn within one run. What both must wait
for, the cloud's own work, is measured by bare requests and told beside the ratios.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from figures import Figure
from lab import BIN, HERE, ROOT, WORK, BenchmarkError, Child, Lab, measure, say

TITLE = "Against openstack.cloud on a real Nova"
RIVAL = ROOT / ".cache" / "rival" / "bin"
#: Where the lab's clouds.yaml is, and how servers are seeded.
CLOUDS = Path(os.environ.get("BENCHMARK_CLOUDS") or ROOT / ".cache" / "openstack" / "clouds.yaml")
SEED = ROOT / "tests" / "openstack" / "seed.sh"
CLOUD = "oslab"
TASKS = 11
#: Seconds that a play may take: a hundred turns of a loop are not a hang.
AT_MOST = 1800.0
FLEET = 50
SERVERS = 1000
NOTE = (
    "`times` is openstack.cloud / cloudserver.compute, median over the repetitions of the ratios within each."
    " One task: (play of %d tasks - play of 1) / %d. `requests` are those of one task, or of the whole, counted in a"
    " run of its own. `bare, s`: what neither can go below: bare requests for the same, and ansible-inventory with an"
    " empty inventory; `own share`: of the time that openstack.cloud adds to it, what cloudserver.compute adds."
    % (TASKS, TASKS - 1)
)


@dataclass(frozen=True)
class Side:
    """One of the two, and how it is called."""

    name: str
    folder: Path

    def play(self, file: Path, requests: Path | None = None, *more: str) -> Child:
        return self._run([str(self.folder / "ansible-playbook"), "-i", "localhost,", *more, str(file)], requests)

    def inventory(self, file: Path, requests: Path | None = None) -> Child:
        command = [str(self.folder / "ansible-inventory"), "-i", str(file), "--list", "--output", os.devnull]
        return self._run(command, requests)

    @staticmethod
    def _run(command: list[str], requests: Path | None) -> Child:
        more = {"OS_CLIENT_CONFIG_FILE": str(CLOUDS)}
        if requests is not None:
            requests.write_text("")
            more.update(PYTHONPATH=str(HERE / "counting"), BENCHMARK_REQUESTS=str(requests))
        return measure(command, AT_MOST, **more)


OURS = Side("cloudserver.compute", BIN)
THEIRS = Side("openstack.cloud", RIVAL)
SIDES = (OURS, THEIRS)


def write(path: Path, side: Side, tasks: Sequence[dict[str, Any]]) -> Path:
    """A play of these tasks on localhost."""
    play = {
        "name": "Benchmark",
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": str(side.folder / "python")},
        "module_defaults": {"group/cloudserver.compute.compute": {"cloud": CLOUD}}
        if side is OURS
        else {"group/openstack.cloud.openstack": {"cloud": CLOUD}},
        "tasks": [{"name": "Task %d" % number, **task} for number, task in enumerate(tasks)],
    }
    path.write_text(json.dumps([play]))
    return path


def counted(side: Side, play: Path) -> int:
    log = WORK / "requests.log"
    side.play(play, log)
    return len(log.read_text().splitlines())


def one_task(lab: Lab, name: str, tasks: dict[Side, dict[str, Any]], least: float) -> Figure:
    """The marginal cost of one more task."""
    plays = {
        side: [write(WORK / ("rival-%s-%d.json" % (side.name, number)), side, [task] * number) for number in (1, TASKS)]
        for side, task in tasks.items()
    }
    spent: dict[Side, list[float]] = {side: [] for side in SIDES}
    for repetition in range(1, lab.repetitions + 1):
        say("rival: %s, repetition %d of %d" % (name, repetition, lab.repetitions))
        for side, (short, long) in plays.items():
            spent[side].append((side.play(long).seconds - side.play(short).seconds) / (TASKS - 1))
    requests = {
        side: (counted(side, long) - counted(side, short)) / (TASKS - 1) for side, (short, long) in plays.items()
    }
    return _figure(name, spent, {}, requests, least)


def whole(lab: Lab, name: str, tasks: dict[Side, list[dict[str, Any]]], least: float) -> Figure:
    """A whole play, with its start."""
    plays = {side: write(WORK / ("rival-%s.json" % side.name), side, some) for side, some in tasks.items()}
    return _measured(
        lab,
        name,
        {side: (lambda log, side=side, file=file: side.play(file, log)) for side, file in plays.items()},
        least,
    )


def _measured(lab: Lab, name: str, calls: dict[Side, Any], least: float, bare: float | None = None) -> Figure:
    spent: dict[Side, list[float]] = {side: [] for side in SIDES}
    memory: dict[Side, list[float]] = {side: [] for side in SIDES}
    for repetition in range(1, lab.repetitions + 1):
        say("rival: %s, repetition %d of %d" % (name, repetition, lab.repetitions))
        for side, call in calls.items():
            child = call(None)
            spent[side].append(child.seconds)
            memory[side].append(child.peak_mib)
    requests = {}
    for side, call in calls.items():
        log = WORK / "requests.log"
        call(log)
        requests[side] = float(len(log.read_text().splitlines()))
    return _figure(name, spent, memory, requests, least, bare)


def _figure(
    name: str,
    spent: dict[Side, list[float]],
    memory: dict[Side, list[float]],
    requests: dict[Side, float],
    least: float,
    bare: float | None = None,
) -> Figure:
    times = median(theirs / ours for theirs, ours in zip(spent[THEIRS], spent[OURS], strict=True))
    measured = {
        "times": times,
        "share": 1 / times,
        "ours, s": median(spent[OURS]),
        "theirs, s": median(spent[THEIRS]),
        "ours, requests": requests[OURS],
        "theirs, requests": requests[THEIRS],
        "requests": requests[OURS] / max(requests[THEIRS], 1),
    }
    if memory:
        measured.update({"ours, MiB": median(memory[OURS]), "theirs, MiB": median(memory[THEIRS])})
    if bare is None:
        # A budget is a most: the share of their time that ours may take, and of their requests.
        return Figure("rival", name, measured, {"share": 1 / least, "requests": 1.0}, NOTE)
    # Where others' work is most of what is waited for, what each adds to it is compared.
    own = max(median(spent[OURS]) - bare, 0) / max(median(spent[THEIRS]) - bare, 0.001)
    measured.update({"bare, s": bare, "own share": own})
    return Figure("rival", name, measured, {"own share": 1 / least, "share": 1.0, "requests": 1.0}, NOTE)


def ours(module: str, **options: Any) -> dict[str, Any]:
    return {"cloudserver.compute." + module: options}


def theirs(module: str, **options: Any) -> dict[str, Any]:
    return {"openstack.cloud." + module: options}


def inventories(name: str, **more: Any) -> dict[Side, Path]:
    mine, other = WORK / (name + ".cloudserver.yml"), WORK / (name + ".openstack.yml")
    mine.write_text(json.dumps({"plugin": "cloudserver.compute.cloudserver", "cloud": CLOUD, **more}))
    options = {"plugin": "openstack.cloud.openstack", "only_clouds": [CLOUD], "fail_on_errors": True, **more}
    other.write_text(json.dumps(options))
    return {OURS: mine, THEIRS: other}


def listing(lab: Lab, name: str, files: dict[Side, Path], least: float, bare: float | None = None) -> Figure:
    calls = {side: (lambda log, side=side: side.inventory(files[side], log)) for side in SIDES}
    return _measured(lab, name, calls, least, bare)


def seeded() -> None:
    """A fleet of servers of flesh, as far as a fake hypervisor has any."""
    listed = subprocess.run(
        [
            str(BIN / "ansible"),
            "localhost",
            "-m",
            "cloudserver.compute.server_info",
            "-a",
            "cloud=%s all=true fields=name" % CLOUD,
        ],
        env={**os.environ, "OS_CLIENT_CONFIG_FILE": str(CLOUDS), "ANSIBLE_LOCALHOST_WARNING": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        raise BenchmarkError("the real OpenStack does not answer, see tests/openstack/README.md: %s" % listed.stdout)
    if '"fleet-000' not in listed.stdout:
        say("rival: seeding %d servers" % FLEET)
        subprocess.run([str(SEED), str(FLEET), "none", "fleet"], check=True)


def seeded_more() -> None:
    """As many servers as an inventory has. Not before: openstack.cloud.server_info reads them all to find one by its
    name, and a play of eleven such tasks would be measured by that alone."""
    say("rival: seeding %d servers more" % SERVERS)
    subprocess.run([str(SEED), "--clone", str(SERVERS), "clone"], check=True)


def bare_inventory() -> float:
    """Seconds that Ansible takes to tell an inventory of one host that is a file."""
    file = WORK / "bare.yml"
    file.write_text(json.dumps({"all": {"hosts": {"one": {}}}}))
    return median(OURS.inventory(file).seconds for _again in range(3))


def bare_listing() -> float:
    """Seconds that the cloud itself takes to tell its servers, asked as plainly as can be."""
    child = measure([str(BIN / "python"), str(HERE / "bare_nova.py"), str(CLOUDS), CLOUD])
    return float(json.loads(child.output.strip().splitlines()[-1])["seconds"])


def run(lab: Lab) -> Sequence[Figure]:
    if not RIVAL.exists():
        raise BenchmarkError("openstack.cloud is not installed; run this by `make benchmark-openstack`")
    seeded()
    names = names_of_fleet()
    found = [
        one_task(
            lab,
            "server_info, one server by name",
            {OURS: ours("server_info", names=names[:1]), THEIRS: theirs("server_info", name=names[0])},
            5,
        ),
        one_task(
            lab,
            "power, nothing to do",
            {
                OURS: ours("server_power", names=names[:1], state="started"),
                THEIRS: theirs("server_action", name=names[0], action="start"),
            },
            5,
        ),
        whole(
            lab,
            "stop and start %d servers" % FLEET,
            {
                OURS: [ours("server_power", tags=["fleet"], state=state) for state in ("stopped", "started")],
                THEIRS: [
                    {**theirs("server_action", name="{{ item }}", action=action), "loop": names}
                    for action in ("stop", "start")
                ],
            },
            10,
        ),
    ]
    seeded_more()
    name = "inventory of %d servers" % (SERVERS + FLEET)
    # The first listing after a seeding is a cold one.
    bare = bare_inventory() + min(bare_listing() for _again in range(2))
    found.append(listing(lab, name, inventories("rival"), 5, bare))
    kept = inventories(
        "cached",
        cache=True,
        cache_plugin="ansible.builtin.jsonfile",
        cache_timeout=86400,
        cache_connection=str(WORK / "cache"),
    )
    for side, file in kept.items():
        side.inventory(file)
    found.append(listing(lab, name + ", from the cache", kept, 2))
    return found


def names_of_fleet() -> list[str]:
    output = OURS.play(
        write(
            WORK / "names.json",
            OURS,
            [
                {**ours("server_info", tags=["fleet"]), "register": "found"},
                {"ansible.builtin.debug": {"msg": "NAMES {{ found.servers | map(attribute='name') | join(' ') }}"}},
            ],
        )
    ).output
    names = next(line for line in output.splitlines() if "NAMES" in line).split("NAMES ")[1].strip('" ').split()
    if len(names) != FLEET:
        raise BenchmarkError("the fleet has %d servers and not %d" % (len(names), FLEET))
    return names
