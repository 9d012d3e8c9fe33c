"""Run `ansible-test sanity` on a copy of the checkout, and fail where it would pass without testing anything.

ansible-test wants the path .../ansible_collections/cloudserver/compute, and a git repository of its own: inside an
ignored folder of another one it skips every target and still exits 0. What it keeps lies under .cache, a home for
each ansible-core, so that two runs do not share an environment and nothing depends on the user's home.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import configparser
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ansible_collections.cloudserver.compute.tools.checkout import ROOT, copy_of_checkout

WORK = ROOT / ".cache" / "ansible-test"
# ansible-test takes get_pip_VERSION.py from its cache before it asks a host for it; these are the names that
# ansible-core 2.18 to 2.21 look for, for targets and for the controller.
GET_PIP_VERSIONS = ("20_3_4", "21_3_1", "23_1_2", "24_2", "25_2")
# ensurepip runs in a process of its own, for it wipes the pip settings of the one it runs in.
GET_PIP = """\
import subprocess, sys
subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
wanted = [item for item in sys.argv[1:] if item not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", "--quiet"] + wanted))
"""


def pip_settings() -> configparser.RawConfigParser:
    """The user's pip settings with PIP_* of the environment over them: ansible-test hands neither on to a new home."""
    settings = configparser.RawConfigParser()
    home = Path.home()
    settings.read([home / ".pip" / "pip.conf", home / ".config" / "pip" / "pip.conf"])
    if not settings.has_section("global"):
        settings.add_section("global")
    for name, value in os.environ.items():
        if name.startswith("PIP_") and name != "PIP_CONFIG_FILE":
            settings.set("global", name[len("PIP_") :].lower().replace("_", "-"), value)
    settings.set("global", "quiet", "2")  # errors only: what a hundred packages are called hides the findings
    return settings


def prepare_home(home: Path) -> None:
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in GET_PIP_VERSIONS:
        (cache / f"get_pip_{version}.py").write_text(GET_PIP)
    config = home / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    # An index address may hold a password.
    with os.fdopen(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        pip_settings().write(file)
    pip_cache = home / ".cache" / "pip"
    shared = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "pip"
    if shared.is_dir() and not pip_cache.is_symlink():
        shutil.rmtree(pip_cache, ignore_errors=True)
        pip_cache.parent.mkdir(exist_ok=True)
        pip_cache.symlink_to(shared)


def search_path(program: Path) -> str:
    """PATH with the program's own folder first, and real interpreters in place of a version manager's shims.

    A shim of a version that is not chosen exists but fails, at which ansible-test stops.
    """
    folders = [folder for folder in os.environ["PATH"].split(os.pathsep) if Path(folder).name != "shims"]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    folders += [str(folder) for folder in sorted(versions.glob("3.*/bin"))]
    return os.pathsep.join(dict.fromkeys([str(program.parent), *folders]))


def run(program: Path, label: str, python: str | None, extra: Sequence[str]) -> int:
    """Run the program's sanity tests; 0 where they ran and found nothing."""
    if list(ROOT.glob("tests/sanity/ignore-*.txt")):
        print("tests/sanity must have no ignore file: mend what it would hide.")
        return 1
    work = WORK / label
    copy = copy_of_checkout(work)
    prepare_home(work / "home")
    command = [str(program), "sanity", "--local", "--color", "no", *(["--python", python] if python else []), *extra]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHONPYCACHE"))}
    environment = {**kept, "HOME": str(work / "home"), "PATH": search_path(program)}
    process = subprocess.Popen(
        command, cwd=copy, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace",
    )  # fmt: skip
    assert process.stdout is not None
    skipped_all = False
    for line in process.stdout:
        skipped_all = skipped_all or "All targets skipped" in line
        print(line, end="", flush=True)
    status = process.wait()
    if skipped_all:
        print("ansible-test skipped every target of a test: nothing was tested, so this is a failure.")
        return 1
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="test for this Python version alone, such as 3.11 (default: all there are)")
    parser.add_argument("--test", action="append", default=[], help="one test alone, such as validate-modules")
    options = parser.parse_args()
    program = Path(sys.executable).parent / "ansible-test"
    extra = [part for name in options.test for part in ("--test", name)]
    return run(program, "default", options.python, extra)


if __name__ == "__main__":
    sys.exit(main())
