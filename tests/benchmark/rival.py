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
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from figures import Figure
from lab import BIN, HERE, ROOT, WORK, BenchmarkError, Child, Lab, measure, say

TITLE = "Against openstack.cloud on a real Nova"
RIVAL = ROOT / ".cache" / "rival" / "bin"
#: Where the lab's clouds.yaml is, and how servers are seeded.
CLOUDS = Path(os.environ.get("BENCHMARK_CLOUDS") or ROOT / ".cache" / "openstack" / "clouds.yaml")
SEED = ROOT / "tests" / "openstack" / "seed.sh"
CLOUD, ADMIN_CLOUD = "oslab", "oslab-admin"
#: The services of the lab by their ports; tests/openstack/lib.sh has the same ones.
PORTS = {5000: "identity", 8774: "compute", 9292: "image", 9696: "network", 8779: "volume"}
#: A key that nobody has the private part of.
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
TASKS = 11
#: Seconds that a play may take: a hundred turns of a loop are not a hang.
AT_MOST = 1800.0
FLEET = 50
#: Servers, key pairs, flavors and aggregates of one play.
SOME = 20
SERVERS = 1000
NOTE = (
    "`times` is openstack.cloud / cloudserver.compute, median over the repetitions of the ratios within each."
    " `cpu, s`: processor time of the play, without the cloud's. One task: (play of %d tasks - play of 1) / %d."
    " `requests`, also by service, are those of one task, or of the whole. `bare, s`: what neither can go below: bare"
    " requests for the same, and ansible-inventory with an empty inventory; `own share`: of the time that"
    " openstack.cloud adds to it, what cloudserver.compute adds." % (TASKS, TASKS - 1)
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


def write(
    path: Path, side: Side, tasks: Sequence[dict[str, Any]], cloud: str = CLOUD, hosts: str = "localhost"
) -> Path:
    """A play of these tasks, run on this machine."""
    play = {
        "name": "Benchmark",
        "hosts": hosts,
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": str(side.folder / "python")},
        "module_defaults": {"group/cloudserver.compute.compute": {"cloud": cloud}}
        if side is OURS
        else {"group/openstack.cloud.openstack": {"cloud": cloud}},
        "tasks": [{"name": "Task %d" % number, **task} for number, task in enumerate(tasks)],
    }
    path.write_text(json.dumps([play]))
    return path


def logged(log: Path) -> Counter[str]:
    """The requests of a log by service."""
    urls = (line.split(" ", 1)[1] for line in log.read_text().splitlines())
    return Counter(PORTS.get(urlsplit(url).port or 0, "other") for url in urls)


def counted(call: Callable[[Path], Child]) -> tuple[Child, Counter[str]]:
    """What a call took, and its requests."""
    log = WORK / "requests.log"
    return call(log), logged(log)


def one_task(lab: Lab, name: str, tasks: dict[Side, dict[str, Any]], least: float) -> Figure:
    """The marginal cost of one more task."""
    plays = {
        side: [write(WORK / ("rival-%s-%d.json" % (side.name, number)), side, [task] * number) for number in (1, TASKS)]
        for side, task in tasks.items()
    }
    spent: dict[Side, list[float]] = {side: [] for side in SIDES}
    cpu: dict[Side, list[float]] = {side: [] for side in SIDES}
    requests: dict[Side, dict[str, float]] = {}
    for repetition in range(1, lab.repetitions + 1):
        say("rival: %s, repetition %d of %d" % (name, repetition, lab.repetitions))
        for side, (short, long) in plays.items():
            many, of_many = counted(partial(side.play, long))
            one, of_one = counted(partial(side.play, short))
            spent[side].append((many.seconds - one.seconds) / (TASKS - 1))
            cpu[side].append((many.cpu_seconds - one.cpu_seconds) / (TASKS - 1))
            requests[side] = {service: (of_many[service] - of_one[service]) / (TASKS - 1) for service in of_many}
    return _figure(name, spent, cpu, {}, requests, least)


def whole(
    lab: Lab,
    name: str,
    tasks: dict[Side, list[dict[str, Any]]],
    least: float,
    *,
    reset: Sequence[dict[str, Any]] = (),
    cloud: str = CLOUD,
    hosts: Sequence[str] = (),
) -> Figure:
    """A whole play, with its start. ``reset``: tasks of ours that make the beginning again, not measured. ``hosts``:
    the play runs for each of these hosts, all at once."""
    pattern = "all:!localhost" if hosts else "localhost"
    more = ["-i", ",".join([*hosts, ""]), "--forks", str(len(hosts))] if hosts else []
    plays = {
        side: write(WORK / ("rival-%s.json" % side.name), side, some, cloud, pattern) for side, some in tasks.items()
    }
    beginning = write(WORK / "rival-reset.json", OURS, reset, cloud) if reset else None

    def call(side: Side, log: Path) -> Child:
        if beginning:
            OURS.play(beginning)
        return side.play(plays[side], log, *more)

    try:
        return _measured(lab, name, {side: (lambda log, side=side: call(side, log)) for side in SIDES}, least)
    finally:
        if beginning:
            OURS.play(beginning)


def _measured(lab: Lab, name: str, calls: dict[Side, Any], least: float, bare: float | None = None) -> Figure:
    spent: dict[Side, list[float]] = {side: [] for side in SIDES}
    cpu: dict[Side, list[float]] = {side: [] for side in SIDES}
    memory: dict[Side, list[float]] = {side: [] for side in SIDES}
    requests: dict[Side, dict[str, float]] = {}
    for repetition in range(1, lab.repetitions + 1):
        say("rival: %s, repetition %d of %d" % (name, repetition, lab.repetitions))
        for side, call in calls.items():
            child, seen = counted(call)
            requests[side] = {service: float(number) for service, number in seen.items()}
            spent[side].append(child.seconds)
            cpu[side].append(child.cpu_seconds)
            memory[side].append(child.peak_mib)
    return _figure(name, spent, cpu, memory, requests, least, bare)


def _figure(
    name: str,
    spent: dict[Side, list[float]],
    cpu: dict[Side, list[float]],
    memory: dict[Side, list[float]],
    requests: dict[Side, dict[str, float]],
    least: float,
    bare: float | None = None,
) -> Figure:
    times = median(theirs / ours for theirs, ours in zip(spent[THEIRS], spent[OURS], strict=True))
    total = {side: sum(requests[side].values()) for side in SIDES}
    measured = {
        "times": times,
        "share": 1 / times,
        "ours, s": median(spent[OURS]),
        "theirs, s": median(spent[THEIRS]),
        "ours, cpu, s": median(cpu[OURS]),
        "theirs, cpu, s": median(cpu[THEIRS]),
        "ours, requests": total[OURS],
        "theirs, requests": total[THEIRS],
        "requests": total[OURS] / max(total[THEIRS], 1),
    }
    for service in sorted({*requests[OURS], *requests[THEIRS]}):
        measured["ours, " + service] = requests[OURS].get(service, 0)
        measured["theirs, " + service] = requests[THEIRS].get(service, 0)
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
    ]
    # Hundreds of tasks of openstack.cloud: twice is enough.
    few = replace(lab, repetitions=min(lab.repetitions, 2))
    found += [row(few) for row in rows(names)]
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


def loop(task: dict[str, Any], items: Sequence[Any]) -> dict[str, Any]:
    return {**task, "loop": list(items)}


def rows(names: Sequence[str]) -> list[Callable[[Lab], Figure]]:
    """What a play does besides: different tasks, loops, hosts, and twenty of everything."""
    some, numbers = names[:SOME], range(1, SOME + 1)
    made: dict[str, Any] = {"image": "cirros-a", "flavor": "m1.nano", "network": "lab-private"}
    item = "{{ item }}"
    admin_things = {"keypair": "pair-{{ item }}", "flavor": "flavor-{{ item }}", "aggregate": "aggregate-{{ item }}"}
    flavor = {"vcpus": 1, "ram": 64, "disk": 1}
    twice_ours = [
        loop(ours("keypair", name=admin_things["keypair"], public_key=PUBLIC_KEY), numbers),
        loop(ours("flavor", name=admin_things["flavor"], extra_specs={"a": "1"}, **flavor), numbers),
        loop(ours("aggregate", name=admin_things["aggregate"], metadata={"a": "1"}), numbers),
    ]
    twice_theirs = [
        loop(theirs("keypair", name=admin_things["keypair"], public_key=PUBLIC_KEY), numbers),
        loop(theirs("compute_flavor", name=admin_things["flavor"], extra_specs={"a": "1"}, **flavor), numbers),
        loop(theirs("host_aggregate", name=admin_things["aggregate"], metadata={"a": "1"}), numbers),
    ]
    different = {
        OURS: [
            ours("server_info", names=names[:1]),
            ours("server_info", name_patterns=["fleet-00*"]),
            ours("server_power", names=names[:1], state="started"),
            ours("server", select={"names": names[:1]}, metadata={"team": "web"}),
            ours("server", select={"names": names[:1]}, locked=False),
            ours("server_group", name="benchmark", policy="anti-affinity"),
            ours("flavor_info", name="m1.nano"),
            ours("keypair", name="benchmark", public_key=PUBLIC_KEY),
            ours("keypair_info", name="benchmark"),
            ours("keypair", name="benchmark-2", state="absent"),
        ],
        THEIRS: [
            theirs("server_info", name=names[0]),
            theirs("server_info", name="fleet-00*"),
            theirs("server_action", name=names[0], action="start"),
            theirs("server_metadata", name=names[0], metadata={"team": "web"}),
            theirs("server_action", name=names[0], action="unlock"),
            theirs("server_group", name="benchmark", policy="anti-affinity"),
            theirs("compute_flavor_info", name="m1.nano"),
            theirs("keypair", name="benchmark", public_key=PUBLIC_KEY),
            theirs("keypair_info", name="benchmark"),
            theirs("keypair", name="benchmark-2", state="absent"),
        ],
    }
    return [
        lambda lab: whole(
            lab,
            "stop and start %d servers" % FLEET,
            {
                OURS: [ours("server_power", tags=["fleet"], state=state) for state in ("stopped", "started")],
                THEIRS: [
                    loop(theirs("server_action", name=item, action=action), names) for action in ("stop", "start")
                ],
            },
            10,
        ),
        lambda lab: whole(lab, "ten different tasks, nothing to do", different, 2),
        lambda lab: whole(
            lab,
            "loop of %d tasks, nothing to do" % len(names),
            {
                OURS: [loop(ours("server_power", name=item, state="started"), names)],
                THEIRS: [loop(theirs("server_action", name=item, action="start"), names)],
            },
            5,
        ),
        lambda lab: whole(
            lab,
            "%d hosts, forks %d, nothing to do" % (SOME, SOME),
            {
                OURS: [ours("server_power", name="{{ inventory_hostname }}", state="started")],
                THEIRS: [theirs("server_action", name="{{ inventory_hostname }}", action="start")],
            },
            2,
            hosts=some,
        ),
        lambda lab: whole(
            lab,
            "create %d servers" % SOME,
            {
                OURS: [ours("server", name="made", count=SOME, **made)],
                THEIRS: [loop(theirs("server", name="made-{{ item }}", auto_ip=False, **made), numbers)],
            },
            2,
            reset=[
                ours("server", select={"name_patterns": ["made-*"], "missing": "ignore"}, state="absent"),
            ],
        ),
        lambda lab: whole(
            lab,
            "%d key pairs, flavors and aggregates each, declared twice" % SOME,
            {OURS: twice_ours * 2, THEIRS: twice_theirs * 2},
            2,
            reset=[loop(ours(module, name=name, state="absent"), numbers) for module, name in admin_things.items()],
            cloud=ADMIN_CLOUD,
        ),
        lambda lab: whole(
            lab,
            "rebuild %d servers" % SOME,
            {
                OURS: [ours("server_os", names=some, image="cirros-b", reinstall=True)],
                THEIRS: [loop(theirs("server_action", name=item, action="rebuild", image="cirros-b"), some)],
            },
            2,
        ),
        # openstack.cloud sets a password by a rebuild alone.
        lambda lab: whole(
            lab,
            "password of %d servers (openstack.cloud: by a rebuild)" % SOME,
            {
                OURS: [ours("server_password", names=some, password="Benchmark-1", force=True)],
                THEIRS: [
                    loop(
                        theirs(
                            "server_action",
                            name=item,
                            action="rebuild",
                            image="cirros-b",
                            admin_password="Benchmark-1",
                        ),
                        some,
                    )
                ],
            },
            2,
        ),
    ]


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
