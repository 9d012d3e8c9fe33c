"""make test-openstack: the simulator's conformance with the real OpenStack, then logins, the role of a user that each
task needs, tasks of openstack.cloud and their translations, targets and roles on it.

Starts the lab where it does not run, and stops it again if it was started here. Which targets run on which cloud,
and which do not yet, with the reason, is in tests/openstack/targets.yml.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import yaml

from ansible_collections.cloudserver.compute.tests.integration import run as integration

LAB = Path(__file__).resolve().parent
LIST = LAB / "targets.yml"
CONFORMANCE = "conformance"
# Logins other than a password for a project.
LOGINS = "logins"
# Which role of Keystone's each module needs.
ROLES_NEEDED = "roles_needed"
# Tasks of openstack.cloud against their translations.
MIGRATION = "migration"
# The scenarios of molecule that hold the roles against it.
ROLES = "roles"
SCENARIOS = LAB / "molecule"
# Where a lane that runs beside another one prints.
LOGS = LAB.parents[1] / ".cache" / "test-openstack"


def read(path: Path = LIST) -> dict[str, list[str]]:
    """The targets of each cloud. Raises SystemExit for an unknown cloud, for a target that does not exist, that is
    neither run nor excused or both, and for one whose own meta/ files leave the cloud out."""
    document = yaml.safe_load(path.read_text())
    clouds: dict[str, list[str]] = document["clouds"]
    excused: Mapping[str, str] = document["not_yet"]
    existing = integration.targets()
    run = {target for targets in clouds.values() for target in targets}
    wrong = [f"there is no cloud {name}" for name in sorted(set(clouds) - set(integration.CLOUDS))]
    wrong += [f"there is no target {name}" for name in sorted((run | set(excused)) - set(existing))]
    wrong += [f"{name} is neither run nor in not_yet" for name in existing if name not in run and name not in excused]
    wrong += [f"{name} is in not_yet, but run" for name in sorted(run & set(excused))]
    wrong += [f"{name} needs a reason" for name, reason in excused.items() if not str(reason or "").strip()]
    if not wrong:
        wrong = [
            f"{target} is not for {cloud} by its meta/ files"
            for cloud, targets in clouds.items()
            for target in targets
            if not integration.plan_clouds([target], [cloud], integration.MODES)
        ]
    if wrong:
        sys.exit(f"{path.name}: {'; '.join(wrong)}")
    return clouds


def answers() -> bool:
    """Whether the lab runs, by Keystone's version document."""
    url = "http://127.0.0.1:%s/v3" % os.environ.get("OS_LAB_PORT_KEYSTONE", "5000")
    try:
        # No proxy of the environment: the lab is on loopback.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30):
            return True
    except urllib.error.URLError:
        return False


@contextmanager
def lab() -> Iterator[None]:
    """The lab runs; what was started here is stopped, whatever happens. Raises SystemExit where it does not start."""
    if answers():
        yield
        return
    try:
        for script in ("install.sh", "up.sh"):
            if subprocess.run([str(LAB / script)], check=False).returncode:
                sys.exit(f"tests/openstack/{script} failed; see the folder log of the lab.")
        yield
    finally:
        subprocess.run([str(LAB / "down.sh")], check=False)


@dataclass(frozen=True)
class Part:
    """What is run: a row of the table at the end."""

    name: str
    command: list[str]


#: Parts that run one after the other.
Lane = list[Part]


def rounds(
    clouds: Mapping[str, Sequence[str]], chosen: Sequence[str], mode: str, write: bool = False
) -> list[list[Lane]]:
    """What is run: rounds one after the other, the lanes of a round side by side, for the lab mostly waits. ``chosen``
    are names of clouds, ``conformance``, ``logins``, ``roles_needed``, ``migration`` and ``roles``, or none for all.
    ``write``: what the lab shows of roles_needed is kept.

    A gateway puts the hosts, flavors and aggregates of the lab back, and conformance lists them: what changes these in
    another part runs before, and alone."""
    python = sys.executable
    migration = [python, str(LAB / MIGRATION), "--shared"]
    last = [Part(CONFORMANCE, [python, str(LAB / CONFORMANCE)])]
    for cloud, targets in clouds.items():
        last.append(Part(cloud, [python, integration.__file__, "--cloud", cloud, "--mode", mode, *targets]))
    last += [
        Part(ROLES, ["env", f"MOLECULE_GLOB={SCENARIOS}/*/molecule.yml", "molecule", "test", "--scenario-name", name])
        for name in sorted(path.parent.name for path in SCENARIOS.glob("*/molecule.yml"))
    ]
    first = [
        Part(LOGINS, [python, "-m", "pytest", "-q", str(LAB / LOGINS)]),
        Part(MIGRATION, [*migration, "only"]),
        Part(ROLES_NEEDED, [python, str(LAB / ROLES_NEEDED), *(["--write"] if write else [])]),
    ]
    everything = [[first], [last, [Part(MIGRATION, [*migration, "not"])]]]
    found = [
        [lane for lane in ([part for part in lane if not chosen or part.name in chosen] for lane in lanes) if lane]
        for lanes in everything
    ]
    return [lanes for lanes in found if lanes]


Row = tuple[str, bool, float]


def run_lane(lane: Lane, output: IO[str] | None) -> list[Row]:
    """Runs the parts one after the other, all of them; ``output`` is where they print, or None for this terminal."""
    rows = []
    for part in lane:
        print(f"\n== {part.name}", flush=True, file=output)
        start = time.monotonic()
        done = subprocess.run(part.command, check=False, stdout=output, stderr=subprocess.STDOUT if output else None)
        rows.append((part.name, done.returncode == 0, time.monotonic() - start))
    return rows


def run_round(lanes: Sequence[Lane]) -> list[Row]:
    """Runs the lanes side by side. The first one prints as it goes. Each other one prints to a file under ``LOGS``,
    named after its first part, that is shown when all have ended."""
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(lanes)))
        LOGS.mkdir(parents=True, exist_ok=True)
        outputs = [stack.enter_context((LOGS / f"{lane[0].name}.log").open("w+")) for lane in lanes[1:]]
        for lane, output in zip(lanes[1:], outputs, strict=True):
            print(f"\n== beside this: {', '.join(part.name for part in lane)} (output in {output.name})", flush=True)
        running = [pool.submit(run_lane, lane, output) for lane, output in zip(lanes[1:], outputs, strict=True)]
        rows = run_lane(lanes[0], None)
        for future, output in zip(running, outputs, strict=True):
            rows += future.result()
            output.seek(0)
            print(output.read(), flush=True)
    return rows


def main(argv: Sequence[str] | None = None) -> int:
    clouds = read()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = (CONFORMANCE, LOGINS, ROLES_NEEDED, MIGRATION, *clouds, ROLES)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(parts)} (default: all)")
    parser.add_argument("--mode", choices=integration.MODES, default="in_process", help="default: %(default)s")
    parser.add_argument("--write", action="store_true", help=f"write what {ROLES_NEEDED} shows to {ROLES_NEEDED}.yml")
    options = parser.parse_args(argv)
    unknown = sorted(set(options.parts) - set(parts))
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}")
    rows: list[Row] = []
    begin = time.monotonic()
    with lab():
        rows.append(("the lab is up", True, time.monotonic() - begin))
        for lanes in rounds(clouds, options.parts, options.mode, options.write):
            rows += run_round(lanes)
    print()
    for name, passed, seconds in rows:
        print(f"{'passed' if passed else 'FAILED':7}{seconds:7.0f} s  {name}")
    failed = sum(not row[1] for row in rows)
    print(f"{failed} failed in {time.monotonic() - begin:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
