"""The gates that depend on Ansible, on the versions that `make test` does not run, and the installed artifact on each.

- unit: the inventory's unit tests; roles: the molecule scenario of all roles. These, sanity and integration use the
  checkout, in an environment of the version.
- artifact: the collection as users have it, installed by `ansible-galaxy` in another environment; see installed.py.

The row `community` is the newest community package `ansible`, as its users have it.

A version takes the best of its Pythons that is installed. One that has none is said to be skipped; where every one is,
this fails.
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
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.cloudserver.compute.tests.integration import run as integration
from ansible_collections.cloudserver.compute.tests.matrix import installed
from ansible_collections.cloudserver.compute.tests.sanity import run as sanity

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".cache" / "matrix"
NO_PYTHON = 3  # exit status of tools/venv


GATES = ("unit", "sanity", "integration", "roles", "artifact")


@dataclass(frozen=True)
class Version:
    """A version of ansible-core or of the community package, with the Pythons that it is tested on, best first."""

    core: str
    pythons: str
    gates: tuple[str, ...] = GATES
    package: str = "ansible-core"
    skipped_sanity: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        return "community" if self.package == "ansible" else ".".join(self.core.split(".")[:2])


COMMUNITY = ROOT / "requirements" / "community.in"
LINKED_PINS = ROOT / "requirements" / "constraints.txt"
USER_PINS = ROOT / "requirements" / "community-constraints.txt"
# From the oldest that requires_ansible allows to the newest that exists, with each Python from 3.11 at least once.
VERSIONS = (
    Version("2.18.19", "3.11"),
    # `make test` has the other gates.
    Version("2.19.14", "3.13 3.12", ("artifact",)),
    Version("2.20.10", "3.12"),
    Version("2.21.5", "3.14 3.13"),
    # A release candidate: its pylint plugins come from no package registry.
    Version("2.22.0rc1", "3.14 3.13", skipped_sanity=("pylint",)),
    Version("14.5.0", "3.14 3.13 3.12", ("artifact",), "ansible"),
)
PACKAGES = ("requests", "jmespath", "PyYAML")
# What only one of the two environments needs.
USER_PACKAGES = ("tzdata",)
TEST_PACKAGES = ("pytest", "hypothesis", "flask", "cheroot")
# What depends on the version of ansible-core the most, and needs no simulator.
UNIT_TESTS = ("tests/unit/inventory",)


def constraints(pins: Path) -> Path:
    """The pins of a file without those that belong to its own Ansible."""
    foreign = ("ansible==", "ansible-core==", "resolvelib==")
    lines = [line for line in pins.read_text().splitlines() if not line.startswith(foreign)]
    path = WORK / pins.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def environment(version: Version, linked: bool) -> Path | None:
    """The environment's folder, made where it is not there; None without a Python.

    One that is not linked to the checkout, and has nothing but what users need, is for the gate artifact.
    """
    folder = WORK / f"{'venv' if linked else 'user'}-{version.core}"
    pins = LINKED_PINS if linked else USER_PINS
    if version.package == "ansible":
        packages = ["-r", str(COMMUNITY)]
        contents = COMMUNITY.read_text() + pins.read_text()
    else:
        pins = constraints(pins)
        packages = [f"ansible-core=={version.core}", *PACKAGES, *(TEST_PACKAGES if linked else USER_PACKAGES)]
        contents = " ".join(packages)
    done = folder / ".done"
    if not done.exists() or done.read_text() != contents:
        made = subprocess.run(
            [str(ROOT / "tools" / "venv"), str(folder), version.pythons, str(pins), *packages],
            cwd=ROOT,
            env={**os.environ, "COLLECTION_LINK": "yes" if linked else "no"},
            check=False,
        )
        if made.returncode == NO_PYTHON:
            return None
        if made.returncode:
            sys.exit(f"No environment could be made for {version.package} {version.core}.")
        done.write_text(contents)
    return folder


def python_version(folder: Path) -> str:
    """The Python of an environment, such as 3.13.0."""
    settings = dict(line.split(" = ", 1) for line in (folder / "pyvenv.cfg").read_text().splitlines())
    return settings["version"]


def unit(folder: Path) -> int:
    """The exit status of the unit tests in the environment."""
    # Bytecode apart: the versions of Python would overwrite each other's.
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "pycache"), "ANSIBLE_HOME": str(folder / "home")}
    command = [str(folder / "bin" / "python"), "-m", "pytest", "-q", *UNIT_TESTS]
    return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode


def roles(folder: Path) -> int:
    """The exit status of the molecule scenario of all roles, by the environment's ansible-playbook."""
    path = os.pathsep.join([str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    environ = {**os.environ, "PATH": path, "ANSIBLE_HOME": str(folder / "home")}
    environ.pop("PYTHONPYCACHEPREFIX", None)
    return subprocess.run(["molecule", "test", "-s", "roles"], cwd=ROOT, env=environ, check=False).returncode


def run_gate(version: Version, gate: str, folder: Path) -> int:
    """The exit status of a gate."""
    if gate == "artifact":
        return installed.check(folder)
    if gate == "sanity":
        extra = [part for name in version.skipped_sanity for part in ("--skip-test", name)]
        return sanity.run(folder / "bin" / "ansible-test", version.short, None, extra)
    if gate in ("unit", "roles"):
        return unit(folder) if gate == "unit" else roles(folder)
    return integration.main(["--ansible-playbook", str(folder / "bin" / "ansible-playbook")])


def check(version: Version, gate: str) -> tuple[str, str]:
    """(Python, outcome) of a gate."""
    folder = environment(version, linked=gate != "artifact")
    if folder is None:
        return "-", f"skipped: no Python {' or '.join(version.pythons.split())}"
    python = python_version(folder)
    print(f"\n--- {version.package} {version.core} on Python {python}: {gate}", flush=True)
    begin = time.monotonic()
    status = run_gate(version, gate, folder)
    return python, f"{'FAILED' if status else 'passed'}, {time.monotonic() - begin:.0f} s"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = [version.short for version in VERSIONS]
    parser.add_argument("versions", nargs="*", help=f"some of {', '.join(known)} (default: all)")
    parser.add_argument("--gate", action="append", choices=GATES, help="one alone")
    options = parser.parse_args()
    if set(options.versions) - set(known):
        parser.error(f"versions are {', '.join(known)}")
    rows = []
    for version in VERSIONS:
        if version.short in (options.versions or known):
            gates = [gate for gate in version.gates if gate in (options.gate or GATES)]
            rows += [(version, gate, *check(version, gate)) for gate in gates]
    print()
    for version, gate, python, outcome in rows:
        print(f"{version.package:12} {version.core:9} Python {python:7} {gate:12} {outcome}")
    outcomes = [row[-1] for row in rows]
    tested = any(outcome.startswith("passed") for outcome in outcomes)
    return 0 if tested and not any(outcome.startswith("FAILED") for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
