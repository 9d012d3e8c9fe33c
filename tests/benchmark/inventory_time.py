"""The inventory of 10,000 servers against bare requests for the same pages: time and peak memory, and their growth."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from figures import Figure
from lab import BIN, HERE, WORK, BenchmarkError, Child, Lab, clouds, measure, say

TITLE = "Inventory"
SIZES = (1000, 10000)
MOST = 2.5
MEASURED = ("openstack", "huaweicloud")
NOTE = (
    "'list' is `ansible-inventory --list`, 'empty' the same of an empty file: Ansible's own start-up, 'bare' what a"
    " loop of requests and json takes for the same pages, without its own start-up. 'work' is (list - empty) / bare,"
    " printing included; 'parse' is what a playbook waits for, InventoryManager in one process from the file's path to"
    " the hosts, and 'parse ratio' parse / bare; 'total' is list / all of the bare process. Medians."
)


def source(ready: dict[str, Any], platform: str) -> Path:
    path = WORK / ("%s.cloudserver.yml" % platform)
    options = {"plugin": "cloudserver.compute.cloudserver", **ready["platforms"][platform]}
    path.write_text(json.dumps(options))
    path.chmod(0o600)
    return path


def listed(path: Path) -> Child:
    # No output of 10,000 hosts through a pipe: the reader would be measured with it.
    return measure([str(BIN / "ansible-inventory"), "-i", str(path), "--list", "--output", os.devnull])


def inner(script: str, argument: Path, servers: int) -> tuple[Child, float]:
    """A script of ours, and the seconds that it says its work took; it must have found all servers."""
    child = measure([sys.executable, str(HERE / script), str(argument)])
    said = json.loads(child.output.strip().splitlines()[-1])
    if said["servers"] != servers:
        raise BenchmarkError("%s found %d of %d servers" % (script, said["servers"], servers))
    return child, float(said["seconds"])


def series(ready: dict[str, Any], platform: str, servers: int, repetitions: int) -> dict[str, list[float]]:
    """Every measured value of one platform and size, in the order of the repetitions."""
    path = source(ready, platform)
    empty_file = WORK / "empty.yml"
    empty_file.write_text(json.dumps({"all": {"hosts": {}}}))
    wanted = WORK / "bare.json"
    wanted.write_text(json.dumps({"platform": platform, "ready": ready}))
    wanted.chmod(0o600)
    found: dict[str, list[float]] = {}
    for _unused in range(repetitions):
        bare, seconds = inner("bare.py", wanted, servers)
        empty, plugin = listed(empty_file), listed(path)
        _child, parse = inner("parse.py", path, servers)
        values = {
            "work": (plugin.seconds - empty.seconds) / seconds, "parse ratio": parse / seconds,
            "total": plugin.seconds / bare.seconds, "list, s": plugin.seconds, "empty, s": empty.seconds,
            "parse, s": parse, "bare, s": seconds,
            "MiB": plugin.peak_mib, "empty, MiB": empty.peak_mib, "bare, MiB": bare.peak_mib,
        }
        for name, value in values.items():
            found.setdefault(name, []).append(value)
    return found


def growth(platform: str, small: Figure, large: Figure) -> Figure:
    """How much more ten times the servers cost; in time and memory above Ansible's own start."""
    def above(figure: Figure, name: str, unit: str) -> float:
        return figure.measured["%s%s" % (name, unit)] - figure.measured["empty, %s" % unit.strip(", ")]

    least, most = above(small, "list", ", s"), above(large, "list", ", s")
    more = above(large, "", "MiB") - above(small, "", "MiB")
    measured = {"time, times": most / least, "bare, times": large.measured["bare, s"] / small.measured["bare, s"],
                "memory, MiB": more, "KiB a server": 1024 * more / (SIZES[1] - SIZES[0])}
    return Figure("inventory", "%s, from %d to %d" % (platform, *SIZES), measured, {},
                  "time and memory of --list above Ansible's own start-up, ten times the servers.")


def run(lab: Lab) -> Sequence[Figure]:
    found: dict[tuple[str, int], Figure] = {}
    for servers in SIZES:
        say("inventory: %d servers" % servers)
        with clouds(servers, MEASURED) as ready:
            for platform in MEASURED:
                values = series(ready, platform, servers, 1 if lab.quick else 3)
                measured = {name: median(each) for name, each in values.items()}
                budget = {"work": MOST} if servers == SIZES[-1] else {}
                found[platform, servers] = Figure("inventory", "%s, %d" % (platform, servers), measured, budget, NOTE)
    return [*found.values(), *(growth(name, *(found[name, size] for size in SIZES)) for name in MEASURED)]
