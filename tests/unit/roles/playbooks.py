"""Run playbooks with ansible-playbook against a simulator, as an operator would, and read the clouds' state."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from ansible_collections.cloudserver.compute.tools import simulator

ROOT = Path(__file__).resolve().parents[3]

FOREIGN = ("OS_", "HW_", "HUAWEICLOUD_", "CLOUD_SDK_", "CLOUDSERVER_", "ANSIBLE_", "AWX_")
SECONDS = 240
#: The messages of a task that failed, and of its items where it is a loop.
FAILURE_MESSAGES = (
    "{{ [ansible_failed_result.msg]"
    " + (ansible_failed_result.results | default([]) | map(attribute='msg', default='') | list) }}"
)


@dataclass(frozen=True)
class Run:
    """What one ansible-playbook printed, and its exit status."""

    status: int
    output: str

    @property
    def changed(self) -> int:
        """The changed tasks of all hosts, by the recap."""
        return sum(self.changed_by_host.values())

    @property
    def changed_by_host(self) -> dict[str, int]:
        """The changed tasks of each host, by the recap."""
        found = re.findall(r"^(\S+) +: ok=\d+ +changed=(\d+)", self.output, re.MULTILINE)
        return {host: int(number) for host, number in found}

    def succeeded(self) -> Run:
        """The run itself. Raises AssertionError where it failed."""
        assert self.status == 0, self.output[-6000:]
        return self


class Lab:
    """A simulator, a folder for playbooks, and the inventories that name its platforms."""

    def __init__(self, folder: Path, ready: dict[str, Any]) -> None:
        self.folder = folder
        self.ready = ready
        (folder / "group_vars").mkdir(exist_ok=True)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return simulator.control(self.ready, method, path, body)

    def reset(self) -> None:
        self.control("POST", "/reset", {})
        self.control("DELETE", "/faults")

    def fault(self, **order: Any) -> None:
        self.control("POST", "/faults", order)

    def requests(self, platform: str, *methods: str) -> list[dict[str, Any]]:
        """The requests so far, all or those of some methods, without the ones for tokens."""
        rows = self.control("GET", "/requests?platform=%s" % platform)["requests"]
        return [row for row in rows if not methods or row["method"] in methods]

    def servers(self, platform: str) -> dict[str, dict[str, Any]]:
        rows = self.control("GET", "/%s/servers" % platform)["servers"]
        return {row["name"]: row for row in rows}

    def connection(self, name: str) -> dict[str, Any]:
        """The connection options of a platform, or of its administrator for ``<platform>_admin``."""
        if name.endswith("_admin"):
            return dict(self.ready["credentials"][name.rpartition("_")[0]]["admin"])
        return dict(self.ready["platforms"][name])

    def inventory(self, *names: str) -> Path:
        """Hosts named as platforms, each with its connection options."""
        path = self.folder / ("%s.json" % "-".join(names))
        hosts = {
            name: {"cloudserver_connection": self.connection(name), "ansible_connection": "local"} for name in names
        }
        path.write_text(json.dumps({"all": {"hosts": hosts}}))
        return path

    def fleet(self, *platforms: str, **options: Any) -> Path:
        """The servers of platforms as hosts, by the inventory plugin; each platform is a source with its connection."""
        path = self.folder / ("fleet-%s.cloudserver.yml" % "-".join(platforms))
        sources = [{"name": name, **self.connection(name)} for name in platforms]
        choice = options or {"all": True}
        found = {"plugin": "cloudserver.compute.cloudserver", "groups_by": ["source"], "sources": sources, **choice}
        path.write_text(json.dumps(found))
        for name in platforms:
            variables = {"cloudserver_connection": self.connection(name), "ansible_connection": "local"}
            (self.folder / "group_vars" / ("source_%s.json" % name)).write_text(json.dumps(variables))
        return path

    def command(self, inventory: Path, play: Any, *arguments: str) -> list[str]:
        plays = play if isinstance(play, list) else [play]
        path = self.folder / ("play-%d.json" % time.monotonic_ns())
        path.write_text(json.dumps([{"name": "Test", "hosts": "all", "gather_facts": False, **each} for each in plays]))
        return [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(path), *arguments]

    def environment(self, **own: str) -> dict[str, str]:
        found = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
        found.update(
            ANSIBLE_HOME=str(self.folder / ".ansible"),
            ANSIBLE_LOCALHOST_WARNING="false",
            ANSIBLE_NOCOLOR="true",
            ANSIBLE_PYTHON_INTERPRETER=sys.executable,
            NO_PROXY="127.0.0.1",
            **own,
        )
        return found

    def play(self, inventory: Path, play: Any, *arguments: str, **environment: str) -> Run:
        done = subprocess.run(
            self.command(inventory, play, *arguments),
            cwd=self.folder,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert "Traceback" not in done.stdout, done.stdout[-6000:]
        return Run(done.returncode, done.stdout)

    def start(self, inventory: Path, play: Any, *arguments: str) -> subprocess.Popen[str]:
        """The same in the background, in a process group of its own."""
        return subprocess.Popen(
            self.command(inventory, play, *arguments),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def kill(process: subprocess.Popen[str]) -> None:
    """As the end of a job's container does: the playbook, its workers and their modules, all of them at once.

    Each worker has a session of its own, so the process group of the playbook does not contain it.
    """
    playbook = psutil.Process(process.pid)
    stopped: set[psutil.Process] = set()
    # What is stopped starts nothing more.
    while found := {playbook, *playbook.children(recursive=True)} - stopped:
        for each in found:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.suspend()
        stopped |= found
    for each in stopped:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait(timeout=30)
    if process.stdout:
        process.stdout.close()


def until(condition: Any, seconds: float = 60) -> None:
    """Waits until the condition holds. Raises AssertionError where it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def role(name: str, **variables: Any) -> dict[str, Any]:
    """A play that runs one role once for all hosts."""
    return {"roles": [{"role": "cloudserver.compute." + name, "run_once": True, "vars": variables}]}


def refusals(lab: Lab, inventory: Path, cases: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Runs roles with their variables one after the other in one playbook; each must fail. Returns their messages."""
    tasks = []
    for number, (name, variables) in enumerate(cases):
        text = "REFUSAL %d {{ (messages | join(' ')).split() | join(' ') }} END" % number
        include = {"name": name, "vars": variables, "include_role": {"name": "cloudserver.compute." + name}}
        accepted = {"name": "It was accepted", "set_fact": {"accepted": True}}
        shown = {"name": "Show the message", "debug": {"msg": text}, "vars": {"messages": FAILURE_MESSAGES}}
        tasks.append({"name": "Case %d" % number, "block": [include, accepted], "rescue": [shown]})
    output = lab.play(inventory, {"tasks": tasks}).succeeded().output
    found = {int(number): json.loads('"%s"' % text) for number, text in re.findall(r"REFUSAL (\d+) (.*) END", output)}
    assert sorted(found) == list(range(len(cases))), output[-6000:]
    return [found[number] for number in range(len(cases))]
