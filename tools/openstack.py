"""Run the integration targets, the conformance cases and the roles on the real OpenStack of tests/openstack.

It is installed where it is not yet and started where it does not run; what was started here is stopped at the end.
Where its Debian packages are missing and cannot be installed, that is said in one line: in CI it is a failure,
elsewhere nothing was tested and the line begins with `skipped:`, at which tools/gates says so too.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import integration

from ansible_collections.cloudserver.compute.tools import simulator
from ansible_collections.cloudserver.compute.tools.simulator import ROOT

LAB = ROOT / "tests" / "openstack"
STATE = Path(os.environ.get("OS_LAB_DIR") or ROOT / ".cache" / "openstack")
CANNOT_INSTALL = 3  # exit status of install.sh
# Everything with a password and in process; of the other ways to the same cloud what depends on them.
FULL = ("openstack", "easystack", "ustack", "openstack-2014")
OTHER_CREDENTIALS = ("openstack-credential", "openstack-clouds-yaml")
AS_OTHERS = ["test_server_info", "test_server_power", "test_keypair", "test_job_info"]


def script(name: str, *arguments: str) -> int:
    return subprocess.run([str(LAB / name), *arguments], stdin=subprocess.DEVNULL, check=False).returncode


def installed() -> bool:
    """Whether the lab can be started; SystemExit where it could not be installed. Says why it is skipped."""
    command = [str(LAB / "install.sh"), "--check"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode == CANNOT_INSTALL:
        why = done.stderr.strip().splitlines()[-1]
        if os.environ.get("CI"):
            sys.exit(f"openstack: {why}")
        print(f"skipped: {why}")
        return False
    if done.returncode or script("install.sh"):
        sys.exit(f"openstack: the lab could not be installed{': ' if done.stderr else ''}{done.stderr.strip()}")
    return True


@contextmanager
def running() -> Iterator[None]:
    """A lab that runs; one that ran before is left as it was."""
    ran_before = (STATE / "mode").exists()
    if not ran_before and script("up.sh"):
        sys.exit("openstack: the lab did not start")
    try:
        yield
    finally:
        if not ran_before:
            script("down.sh")


def conformance() -> int:
    return subprocess.run([sys.executable, str(LAB / "conformance")], check=False).returncode


def targets() -> int:
    status = integration.main([*clouds(FULL), "--mode", "in_process"])
    status |= integration.main([*clouds(OTHER_CREDENTIALS), "--mode", "in_process", *AS_OTHERS])
    return status | integration.main([*clouds(FULL[:1]), "--mode", "shipped", *AS_OTHERS])


def clouds(names: tuple[str, ...]) -> list[str]:
    return [part for name in names for part in ("--cloud", name)]


def roles() -> int:
    """The molecule scenario of the roles, against a gateway in place of its simulator."""
    folder = ROOT / ".cache" / "integration" / "clouds" / "roles"
    with simulator.running(folder, "--quiet", program=integration.GATEWAY, seconds=integration.CLOUD_SECONDS):
        environment = {**os.environ, "CLOUDSERVER_TEST_READY_FILE": str(folder / "simulator.json")}
        command = ["molecule", "test", "--scenario-name", "openstack"]
        return subprocess.run(command, env=environment, check=False).returncode


PARTS: dict[str, Callable[[], int]] = {"conformance": conformance, "targets": targets, "roles": roles}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)} (default: all)")
    chosen = parser.parse_args().parts or list(PARTS)
    if set(chosen) - set(PARTS):
        parser.error(f"parts are {', '.join(PARTS)}")
    if not installed():
        return 0
    rows = []
    with running():
        for name in chosen:
            begin = time.monotonic()
            status = PARTS[name]()
            rows.append((name, time.monotonic() - begin, status))
    print()
    for name, seconds, status in rows:
        print(f"{name:14}{seconds:6.0f} s  {'FAILED' if status else 'passed'}")
    return 1 if any(status for _name, _seconds, status in rows) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
