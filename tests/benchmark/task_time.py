"""What one more server_info task costs in a play, in the worker and shipped, against an empty shipped module."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from figures import Figure
from lab import BIN, WORK, BenchmarkError, Lab, clouds, measure, requests_made, say

TITLE = "Marginal time of a task"
TASKS = 21
MOST = 0.35
EMPTY = """#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule

if __name__ == "__main__":
    AnsibleModule({}).exit_json()
"""
NOTE = (
    "(time of a play of %d tasks - time of a play of 1) / %d, median of the repetitions; the ratio to the empty shipped"
    " module is the median of the ratios within each repetition. A task lists the servers of one tag."
    % (TASKS, TASKS - 1)
)


def variants(ready: Mapping[str, Any]) -> dict[str, tuple[dict[str, Any], bool]]:
    """A task by name, and whether it may run in the worker."""

    def info(platform: str, **options: Any) -> dict[str, Any]:
        return {"cloudserver.compute.server_info": {**ready["platforms"][platform], "tags": ["env=demo"], **options}}

    return {
        "empty module, shipped": ({"benchmark_empty": {}}, True),
        "debug, an action of Ansible's own": ({"ansible.builtin.debug": {"msg": "."}}, True),
        "openstack, in process": (info("openstack"), True),
        "openstack, in process, token_cache: false": (info("openstack", token_cache=False), True),
        "huaweicloud, in process": (info("huaweicloud"), True),
        "openstack, shipped": (info("openstack"), False),
    }


def write(path: Path, task: dict[str, Any], tasks: int, in_process: bool) -> Path:
    named = [{"name": "Task %d" % number, **task} for number in range(1, tasks + 1)]
    play = {
        "name": "Benchmark",
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": named,
        "vars": {"ansible_python_interpreter": sys.executable, "cloudserver_in_process": in_process},
    }
    path.write_text(json.dumps([play]))
    path.chmod(0o600)
    return path


def timed(playbook: Path, library: Path) -> float:
    command = [str(BIN / "ansible-playbook"), "-i", "localhost,", str(playbook)]
    return measure(command, ANSIBLE_LIBRARY=str(library)).seconds


def run(lab: Lab) -> Sequence[Figure]:
    library = WORK / "library"
    library.mkdir(parents=True, exist_ok=True)
    (library / "benchmark_empty.py").write_text(EMPTY)
    marginal: dict[str, list[float]] = {}
    first: dict[str, list[float]] = {}
    with clouds(None) as ready:
        plays = {
            name: [write(WORK / ("play-%d-%d.json" % (number, tasks)), task, tasks, here) for tasks in (1, TASKS)]
            for number, (name, (task, here)) in enumerate(variants(ready).items())
        }
        for repetition in range(1, lab.repetitions + 1):
            say("tasks: repetition %d of %d" % (repetition, lab.repetitions))
            for name, (one, many) in plays.items():
                short = timed(one, library)
                requests_made(ready)
                long = timed(many, library)
                listings = sum(row["name"].startswith("list servers") for row in requests_made(ready))
                if listings != (TASKS if "openstack" in name or "huaweicloud" in name else 0):
                    raise BenchmarkError("the play of %d tasks, %s, made %d listings" % (TASKS, name, listings))
                marginal.setdefault(name, []).append((long - short) / (TASKS - 1))
                first.setdefault(name, []).append(short)
    return [_figure(name, marginal[name], marginal["empty module, shipped"], first[name]) for name in marginal]


def _figure(name: str, own: list[float], empty: list[float], first: list[float]) -> Figure:
    ratio = median(one / other for one, other in zip(own, empty, strict=True))
    measured = {"ms": 1000 * median(own), "least ms": 1000 * min(own), "ratio": ratio, "play of 1, s": median(first)}
    return Figure("tasks", name, measured, {"ratio": MOST} if "in process" in name else {}, NOTE)
