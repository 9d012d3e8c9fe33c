"""Sanity, the inventory's unit tests and integration on the ansible-core versions that `make test` does not run.

Each version has an environment of its own.

A version whose Python is not installed is said to be skipped; where every one is, this fails.
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
from ansible_collections.cloudserver.compute.tests.sanity import run as sanity

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".cache" / "matrix"
NO_PYTHON = 3  # exit status of tools/venv


@dataclass(frozen=True)
class Version:
    """A version of ansible-core, with the Python that it runs on."""

    core: str
    python: str

    @property
    def short(self) -> str:
        return self.core.rpartition(".")[0]


# 2.18 is the oldest that requires_ansible allows, 2.21 the newest that is maintained.
VERSIONS = (Version("2.18.19", "3.11"), Version("2.20.10", "3.12"), Version("2.21.5", "3.13"))
PACKAGES = ("requests", "jmespath", "PyYAML", "pytest", "hypothesis")
GATES = ("unit", "sanity", "integration")
# What depends on the version of ansible-core the most, and needs no simulator.
UNIT_TESTS = ("tests/unit/inventory",)


def constraints() -> Path:
    """The project's pins without those that belong to its own ansible-core."""
    lines = (ROOT / "requirements" / "constraints.txt").read_text().splitlines()
    path = WORK / "constraints.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(line for line in lines if not line.startswith(("ansible-core==", "resolvelib=="))) + "\n")
    return path


def environment(version: Version) -> Path | None:
    """The environment's folder, made where it is not there; None without the Python."""
    folder = WORK / f"venv-{version.core}"
    packages = [f"ansible-core=={version.core}", *PACKAGES]
    done = folder / ".done"
    if not done.exists() or done.read_text().split() != packages:
        made = subprocess.run(
            [str(ROOT / "tools" / "venv"), str(folder), version.python, str(constraints()), *packages],
            cwd=ROOT,
            check=False,
        )
        if made.returncode == NO_PYTHON:
            return None
        if made.returncode:
            sys.exit(f"No environment could be made for ansible-core {version.core}.")
        done.write_text(" ".join(packages))
    return folder


def unit(folder: Path) -> int:
    """The exit status of the unit tests in the environment."""
    # Bytecode apart: the versions of Python would overwrite each other's.
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "pycache"), "ANSIBLE_HOME": str(folder / "home")}
    command = [str(folder / "bin" / "python"), "-m", "pytest", "-q", *UNIT_TESTS]
    return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode


def check(version: Version, gates: list[str]) -> list[tuple[str, str]]:
    """(gate, outcome) for each gate."""
    folder = environment(version)
    if folder is None:
        return [(gate, f"skipped: no Python {version.python}") for gate in gates]
    outcomes = []
    for gate in gates:
        print(f"\n--- ansible-core {version.core} on Python {version.python}: {gate}", flush=True)
        begin = time.monotonic()
        if gate == "sanity":
            status = sanity.run(folder / "bin" / "ansible-test", version.short, None, [])
        elif gate == "unit":
            status = unit(folder)
        else:
            status = integration.main(["--ansible-playbook", str(folder / "bin" / "ansible-playbook")])
        outcomes.append((gate, f"{'FAILED' if status else 'passed'}, {time.monotonic() - begin:.0f} s"))
    return outcomes


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
            gates = options.gate or list(GATES)
            rows += [(version, gate, outcome) for gate, outcome in check(version, gates)]
    print()
    for version, gate, outcome in rows:
        print(f"ansible-core {version.core:9} Python {version.python:6} {gate:12} {outcome}")
    outcomes = [outcome for _version, _gate, outcome in rows]
    tested = any(outcome.startswith("passed") for outcome in outcomes)
    return 0 if tested and not any(outcome.startswith("FAILED") for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
