"""The inventory of 10,000 servers against bare requests for the same pages: time and peak memory, and their growth."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from figures import Figure
from lab import BIN, HERE, WORK, BenchmarkError, Child, Lab, clouds, control, measure, say

TITLE = "Inventory"
SIZES = (1000, 10000)
MOST = 2.5
#: Seconds that each request takes longer, for a second look at the same.
LATENCY = 0.1
MEASURED = ("openstack", "huaweicloud")
NOTE = (
    "`bare`: a loop of requests and json fetches and decodes the same pages. `parse`: the plugin, from the file's path"
    " to hosts in Ansible's inventory, as every playbook waits for it. `hosts`: what of it Ansible takes to make the"
    " same hosts, which are known already, with texts that ansible-inventory writes as texts. `own` is"
    " (parse - hosts) / bare, the plugin's part, without the imports of either; it has the budget. `whole` is"
    " parse / bare. `away`: each request is slower by that."
)
LIST_NOTE = (
    "`list`: all of `ansible-inventory --list` into a file, seconds and peak memory. `empty`: that of no hosts, which"
    " is Ansible's start-up. `frozen`: the same hosts and variables from a file, Ansible's part in holding and printing"
    " them. `own` is (list - frozen) / bare: the plugin's part, its imports included; `above empty` is"
    " (list - empty) / bare."
)
GROWTH_NOTE = "What ten times the servers cost, in times or MiB; --list without Ansible's start-up."


def source(ready: dict[str, Any], platform: str) -> Path:
    path = WORK / ("%s.cloudserver.yml" % platform)
    path.write_text(json.dumps({"plugin": "cloudserver.compute.cloudserver", **ready["platforms"][platform]}))
    path.chmod(0o600)
    return path


def with_plugin(command: Sequence[str]) -> Child:
    return measure(
        command,
        ANSIBLE_INVENTORY_PLUGINS=str(HERE / "inventory_plugins"),
        ANSIBLE_INVENTORY_ENABLED="benchmark_frozen,auto,yaml",
    )


def listed(path: Path) -> Child:
    # Into no pipe: the reader would be measured with it.
    return with_plugin([str(BIN / "ansible-inventory"), "-i", str(path), "--list", "--output", os.devnull])


def inner(script: str, servers: int, *arguments: Path) -> tuple[Child, float]:
    """A script of ours, and the seconds that it says its work took; it must have found all servers."""
    child = with_plugin([sys.executable, str(HERE / script), *map(str, arguments)])
    said = json.loads(child.output.strip().splitlines()[-1])
    if said["servers"] != servers:
        raise BenchmarkError("%s found %d of %d servers" % (script, said["servers"], servers))
    return child, float(said["seconds"])


def parsing(platform: str, servers: int, files: Mapping[str, Path], repetitions: int, latency: float = 0.0) -> Figure:
    # Once before it counts: whoever comes first makes the simulator write each server down.
    inner("bare.py", servers, files["bare"])
    inner("parse.py", servers, files["plugin"], files["frozen"])
    values: dict[str, list[float]] = {}
    for _unused in range(repetitions):
        bare = inner("bare.py", servers, files["bare"])[1]
        parse = inner("parse.py", servers, files["plugin"])[1]
        hosts = inner("parse.py", servers, files["frozen"])[1]
        ratios = {"own": (parse - hosts) / bare, "whole": parse / bare}
        for name, value in {**ratios, "parse, s": parse, "bare, s": bare, "hosts, s": hosts}.items():
            values.setdefault(name, []).append(value)
    measured = {name: median(each) for name, each in values.items()}
    budget = {"own": MOST} if servers == SIZES[-1] and not latency else {}
    name = "%s, %d, parse" % (platform, servers) + (", %g s away" % latency if latency else "")
    return Figure("inventory", name, measured, budget, NOTE)


def listing(platform: str, servers: int, files: Mapping[str, Path], repetitions: int, bare: float) -> Figure:
    values: dict[str, list[float]] = {}
    for _unused in range(repetitions):
        children = {name: listed(files[name]) for name in ("plugin", "frozen", "empty")}
        children["bare"] = inner("bare.py", servers, files["bare"])[0]
        seconds = {name: child.seconds for name, child in children.items()}
        found = {
            "own": (seconds["plugin"] - seconds["frozen"]) / bare,
            "above empty": (seconds["plugin"] - seconds["empty"]) / bare,
            **{"%s, s" % name: seconds[name] for name in ("plugin", "frozen", "empty")},
            **{"%s, MiB" % name: child.peak_mib for name, child in children.items()},
        }
        for name, value in found.items():
            values.setdefault(name, []).append(value)
    measured = {name.replace("plugin", "list"): median(each) for name, each in values.items()}
    return Figure("inventory", "%s, %d, --list" % (platform, servers), measured, {}, LIST_NOTE)


def growth(platform: str, found: Mapping[str, Figure]) -> Figure:
    """How much more ten times the servers cost."""
    small, large = (
        {**found["%s, %d, parse" % (platform, size)].measured, **found["%s, %d, --list" % (platform, size)].measured}
        for size in SIZES
    )
    times = {name: large[name + ", s"] / small[name + ", s"] for name in ("bare", "parse", "hosts")}
    times["list"] = (large["list, s"] - large["empty, s"]) / (small["list, s"] - small["empty, s"])
    memory = {"%s, MiB" % name: large[name + ", MiB"] - small[name + ", MiB"] for name in ("list", "frozen", "bare")}
    return Figure("inventory", "%s, %d to %d" % (platform, *SIZES), {**times, **memory}, {}, GROWTH_NOTE)


def run(lab: Lab) -> Sequence[Figure]:
    found: dict[str, Figure] = {}
    for servers in SIZES:
        say("inventory: %d servers" % servers)
        with clouds(servers, MEASURED) as ready:
            for platform in MEASURED:
                files = {
                    name: WORK / (platform + end)
                    for name, end in (("bare", ".bare.json"), ("frozen", ".frozen.json"), ("empty", ".empty.yml"))
                }
                files["plugin"] = source(ready, platform)
                files["empty"].write_text(json.dumps({"all": {"hosts": {}}}))
                files["bare"].write_text(json.dumps({"platform": platform, "ready": ready}))
                files["bare"].chmod(0o600)
                parsed = parsing(platform, servers, files, 3 if lab.quick else 7)
                printed = listing(platform, servers, files, 1 if lab.quick else 3, parsed.measured["bare, s"])
                # A cloud is not on loopback: reading pages at the same time pays only where each is waited for.
                control(ready, "POST", "/faults", {"platform": platform, "times": None, "do": {"latency": LATENCY}})
                away = parsing(platform, servers, files, 1 if lab.quick else 3, LATENCY)
                control(ready, "DELETE", "/faults")
                found.update({figure.name: figure for figure in (parsed, away, printed)})
    return [*found.values(), *(growth(name, found) for name in MEASURED)]
