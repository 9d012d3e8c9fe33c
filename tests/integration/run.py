"""Run the targets of tests/integration/targets against simulators, on every platform, in process and shipped.

Each platform has a simulator of its own in each mode, which is reset before each run, so these run side by side: a run
in process mostly waits for the cloud, while a shipped one starts processes. With --cloud
they run against the real OpenStack of tests/openstack, shown as that cloud. A target is a role, as ansible-test lays it
out. It finds these variables:

- `platform_name`: huaweicloud, easystack, ustack or openstack;
- `options`: the connection options of that platform; they are `module_defaults` of the group already;
- `control`: the address of the simulator's /_sim side;
- `sim`: all of the simulator's ready file, with further credentials; on a real cloud `sim.real` is true;
- `mode`: in_process or shipped.

A file `platforms`, `modes` or `clouds` in the target's meta/ names those it is for, one a line; without it, all.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.cloudserver.compute.tests.integration import record
from ansible_collections.cloudserver.compute.tools import simulator

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ROOT / "tests" / "integration" / "targets"
WORK = ROOT / ".cache" / "integration"
PLATFORMS = ("openstack", "easystack", "ustack", "huaweicloud")
MODES = ("in_process", "shipped")
GROUP = "group/cloudserver.compute.compute"
# The clouds that tests/openstack/gateway shows of the real OpenStack, and the platform of each.
GATEWAY = ROOT / "tests" / "openstack" / "gateway"
CLOUDS = {
    "openstack": "openstack",
    "openstack-credential": "openstack",
    "openstack-clouds-yaml": "openstack",
    "openstack-tls": "openstack",
    "openstack-2014": "openstack",
    "openstack-2.1": "openstack",
    "easystack": "easystack",
    "ustack": "ustack",
}
# A real cloud takes its time to make the servers, the first time.
CLOUD_SECONDS = 600
# The simulator's control side answers at once; the gateway's makes servers first.
CONTROL_SECONDS = 180
# A run that hangs must not hang CI; the slowest target takes a small part of this.
RUN_SECONDS = 900
# The developer's own credentials and Ansible settings must not reach a test.
FOREIGN = ("OS_", "HW_", "HUAWEICLOUD_", "CLOUD_SDK_", "CLOUDSERVER_", "ANSIBLE_")


@dataclass(frozen=True)
class Run:
    """One target on one platform in one mode."""

    target: str
    platform: str
    mode: str
    cloud: str = ""

    @property
    def where(self) -> str:
        """The column of the table: a real cloud, or the platform on its simulator."""
        return self.cloud or self.platform

    @property
    def name(self) -> str:
        return f"{self.target}-{'lab-' * bool(self.cloud)}{self.where}-{self.mode}"


@dataclass(frozen=True)
class Outcome:
    """The result of one run of a target."""

    run: Run
    passed: bool
    seconds: float
    log: Path


def targets() -> list[str]:
    """Names of the targets there are; a folder without tasks, or one that ansible-test hides, is none."""
    found = []
    for tasks in sorted(TARGETS.glob("*/tasks/main.yml")):
        target = tasks.parent.parent
        aliases = target / "aliases"
        if not (aliases.exists() and "hidden" in aliases.read_text().split()):
            found.append(target.name)
    return found


def wanted(target: str, kind: str, everything: Sequence[str]) -> list[str]:
    """Those of `everything` that the target's meta/<kind> names (all without that file), in the order of `everything`.

    Raises SystemExit where the file names something unknown.
    """
    path = TARGETS / target / "meta" / kind
    if not path.exists():
        return list(everything)
    lines = [line.split("#")[0].strip() for line in path.read_text().splitlines()]
    named = [line for line in lines if line]
    unknown = sorted(set(named) - set(everything))
    if unknown or not named:
        sys.exit(f"{path.relative_to(ROOT)} must name some of {', '.join(everything)}; it has: {unknown or 'nothing'}")
    return [item for item in everything if item in named]


def plan_clouds(chosen: Sequence[str], clouds: Sequence[str], modes: Sequence[str]) -> list[Run]:
    """Like `plan`, on clouds of the real OpenStack."""
    return [
        Run(target, CLOUDS[cloud], mode, cloud)
        for cloud in clouds
        for target in chosen
        for mode in modes
        if CLOUDS[cloud] in wanted(target, "platforms", PLATFORMS)
        and mode in wanted(target, "modes", MODES)
        and cloud in wanted(target, "clouds", list(CLOUDS))
    ]


def plan(chosen: Sequence[str], platforms: Sequence[str], modes: Sequence[str]) -> list[Run]:
    return [
        Run(target, platform, mode)
        for platform in platforms
        for target in chosen
        for mode in modes
        if platform in wanted(target, "platforms", PLATFORMS)
        and mode in wanted(target, "modes", MODES)
        # What names clouds needs the real OpenStack.
        and not (TARGETS / target / "meta" / "clouds").exists()
    ]


def side_by_side(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs in groups that share nothing: by platform and mode, and by cloud on a real one, whose servers both modes
    use."""
    groups: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.where, "" if run.cloud else run.mode), []).append(run)
    return list(groups.values())


def playbook(run: Run, ready: dict[str, Any]) -> list[dict[str, Any]]:
    """The playbook of one run. JSON is YAML, so what json.dumps makes of it is the file."""
    connection = ready["platforms"][run.platform]
    return [
        {
            "name": f"{run.target} on {run.where}, {run.mode}",
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            # The control side of the gateway to the real OpenStack waits for the servers that it makes.
            "module_defaults": {GROUP: connection, "ansible.builtin.uri": {"timeout": CONTROL_SECONDS}},
            "vars": {
                "ansible_python_interpreter": "{{ ansible_playbook_python }}",
                "cloudserver_in_process": run.mode == "in_process",
                "options": connection,
                "control": ready["control"],
                "mode": run.mode,
                "platform_name": run.platform,
                "sim": ready,
            },
            "tasks": [{"name": "Run the target", "ansible.builtin.include_role": {"name": run.target}}],
        }
    ]


def environment(home: Path) -> dict[str, str]:
    """What a run's ansible-playbook sees: the caller's environment without any clouds, and a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    kept.update(
        HOME=str(home),
        ANSIBLE_HOME=str(home / ".ansible"),
        ANSIBLE_ROLES_PATH=str(TARGETS),
        ANSIBLE_LOCALHOST_WARNING="false",
        ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
        ANSIBLE_NOCOLOR="true",
        NO_PROXY="127.0.0.1,localhost",
        no_proxy="127.0.0.1,localhost",
    )
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        kept.pop(name, None)
    return kept


def execute(run: Run, ready: dict[str, Any], command: str, extra: Sequence[str]) -> Outcome:
    folder = WORK / run.name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "home").mkdir(parents=True)
    book = folder / "playbook.yml"
    book.write_text(json.dumps(playbook(run, ready), indent=1))
    log = folder / "output.log"
    begin = time.monotonic()
    with log.open("w") as output:
        try:
            done = subprocess.run(
                [command, str(book), *extra],
                cwd=folder,
                env={**environment(folder / "home"), **ready.get("environment", {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=RUN_SECONDS,
                check=False,
            )
            passed = done.returncode == 0
        except subprocess.TimeoutExpired:
            output.write(f"\nStopped after {RUN_SECONDS} s.\n")
            passed = False
    return Outcome(run, passed, time.monotonic() - begin, log)


def cloud_of(run: Run) -> AbstractContextManager[dict[str, Any]]:
    """The simulator, or the gateway to the real OpenStack, that a run of this kind is made against."""
    if not run.cloud:
        return simulator.running(WORK / "simulators" / f"{run.platform}-{run.mode}", "--quiet")
    folder = WORK / "clouds" / run.cloud
    return simulator.running(folder, "--cloud", run.cloud, "--quiet", program=GATEWAY, seconds=CLOUD_SECONDS)


def on_platform(runs: Sequence[Run], command: str, extra: Sequence[str], stop: threading.Event) -> list[Outcome]:
    """Runs of one platform and mode, one after the other, against one simulator; none more once `stop` is set."""
    outcomes = []
    with cloud_of(runs[0]) as ready:
        for run in runs:
            if stop.is_set():
                break
            simulator.control(ready, "POST", "/reset", {}, seconds=CLOUD_SECONDS)
            outcome = execute(run, ready, command, extra)
            print(f"{'passed' if outcome.passed else 'FAILED':7}{outcome.seconds:6.1f} s  {run.name}", flush=True)
            outcomes.append(outcome)
            if outcome.passed:
                record.save(WORK / run.name, run.target, run.platform, ready)
    return outcomes


def table(outcomes: Sequence[Outcome], columns: Sequence[str]) -> str:
    """Seconds of each run; a row is a target in a mode, a column a platform or a cloud; `-` where it is not for it."""
    width = max(14, *(len(column) + 2 for column in columns))
    cells = {(outcome.run.target, outcome.run.mode, outcome.run.where): outcome for outcome in outcomes}
    lines = [f"{'target':28}{'mode':12}" + "".join(f"{column:>{width}}" for column in columns)]
    for target, mode in dict.fromkeys(key[:2] for key in sorted(cells)):
        row = ""
        for column in columns:
            outcome = cells.get((target, mode, column))
            text = "-" if outcome is None else f"{outcome.seconds:.1f} s" if outcome.passed else "FAILED"
            row += f"{text:>{width}}"
        lines.append(f"{target:28}{mode:12}{row}")
    return "\n".join(lines)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", help="targets to run (default: all)")
    parser.add_argument("--platform", action="append", choices=PLATFORMS, help="may be given several times")
    parser.add_argument("--cloud", action="append", choices=CLOUDS, help="on the real OpenStack; several times")
    parser.add_argument("--mode", action="append", choices=MODES, help="may be given several times")
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time (default: %(default)s)")
    parser.add_argument("--ansible-playbook", default="ansible-playbook", help="the program, for another version")
    parser.add_argument("-v", "--verbose", action="append_const", const="-v", default=[], help="handed on to Ansible")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    options = arguments(argv)
    existing = targets()
    unknown = sorted(set(options.targets) - set(existing))
    if unknown:
        sys.exit(f"No such target: {', '.join(unknown)}. There are: {', '.join(existing) or 'none'}.")
    command = shutil.which(options.ansible_playbook)
    if command is None:
        sys.exit(f"{options.ansible_playbook} was not found; run this by `make integration`.")
    if options.cloud:
        # One after the other: several of them use the same servers.
        columns, jobs = list(dict.fromkeys(options.cloud)), 1
        runs = plan_clouds(options.targets or existing, columns, options.mode or MODES)
    else:
        columns = [platform for platform in PLATFORMS if platform in (options.platform or PLATFORMS)]
        jobs = options.jobs
        runs = plan(options.targets or existing, columns, options.mode or MODES)
    if not runs:
        sys.exit("There is no target to run in tests/integration/targets.")
    groups = side_by_side(runs)
    begin = time.monotonic()
    stop = threading.Event()
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        futures = [pool.submit(on_platform, group, command, options.verbose, stop) for group in groups]
        try:
            outcomes = [outcome for future in futures for outcome in future.result()]
        except BaseException:
            # Ctrl-C, or a simulator that failed: the other platforms end their run and stop their simulators too.
            stop.set()
            raise
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        print(f"\n=== {outcome.run.name}: the end of {outcome.log.relative_to(ROOT)}")
        print("\n".join(outcome.log.read_text().splitlines()[-60:]))
    print("\n" + table(outcomes, columns))
    print(f"\n{len(outcomes) - len(failed)} passed, {len(failed)} failed in {time.monotonic() - begin:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
