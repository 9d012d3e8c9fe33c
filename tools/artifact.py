"""Build the collection's artifact, and check it as a Galaxy server would.

    artifact.py build DIRECTORY
    artifact.py check

galaxy-importer exits 0 with findings too, so a line WARNING or ERROR of its log fails the check.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from checkout import ROOT, copy_of_checkout

WORK = ROOT / ".cache" / "artifact"
PROGRAMS = Path(sys.executable).parent
# A file that is new at the top must be let in here, or left out by build_ignore in galaxy.yml: never shipped unseen.
SHIPPED = {
    "CHANGELOG.rst", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "FILES.json", "LICENSE", "MANIFEST.json", "README.md",
    "README.zh-CN.md", "SECURITY.md", "bindep.txt",
    "changelogs", "docs", "extensions", "meta", "playbooks", "plugins", "requirements.txt", "roles", "tests",
}  # fmt: skip
NEEDED = {
    "README.md", "LICENSE", "meta/runtime.yml", "meta/execution-environment.yml", "requirements.txt",
    "docs/awx/execution-environment.yml",
}  # fmt: skip
# What Ansible and its tools read of an installed collection: each file that git has is shipped.
USED = re.compile(r"(plugins|roles|playbooks|meta)/|docs/docsite/|changelogs/changelog\.yaml$")
NEVER = re.compile(r"(^|/)(\.|__pycache__|.*\.pyc$|.*\.tar\.gz$|tests/output/)")


def build(directory: Path) -> Path:
    """Build into `directory`; returns the artifact. Raises CalledProcessError where galaxy.yml is not right."""
    directory.mkdir(parents=True, exist_ok=True)
    command = [str(PROGRAMS / "ansible-galaxy"), "collection", "build", "--force", "--output-path", str(directory)]
    # From a copy: what some tool left in an ignored folder must not be shipped.
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(command, cwd=copy_of_checkout(Path(folder)), check=True)
    return max(directory.glob("cloudserver-compute-*.tar.gz"), key=lambda path: path.stat().st_mtime)


def listing_findings(artifact: Path) -> list[str]:
    """What the artifact holds and must not, or lacks."""
    with tarfile.open(artifact) as archive:
        names = [member.name.removeprefix("./") for member in archive.getmembers()]
    files = set(names)
    findings = [f"ERROR {name} must not be shipped (build_ignore)" for name in sorted(files) if NEVER.search(name)]
    tops = {name.split("/")[0] for name in files}
    findings += [f"ERROR {top} is not known to tools/artifact.py: ship or ignore it" for top in sorted(tops - SHIPPED)]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode()
    used = {name for name in listed.split("\0") if USED.match(name) and (ROOT / name).exists()}
    findings += [f"ERROR {name} is missing in the artifact" for name in sorted((NEEDED | used) - files)]
    return findings


def importer_findings(artifact: Path) -> list[str]:
    """What galaxy-importer complains about; its whole log is printed only then."""
    environment = {**os.environ, "GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true"}
    done = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", str(artifact)],
        cwd=WORK, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    (WORK / "import.log").write_text(done.stdout)
    findings = [line for line in done.stdout.splitlines() if line.startswith(("WARNING", "ERROR", "CRITICAL"))]
    if done.returncode and not findings:
        findings = [f"ERROR galaxy-importer ended with status {done.returncode}", *done.stdout.splitlines()[-20:]]
    if "Importer processing completed successfully" not in done.stdout and not findings:
        findings = ["ERROR galaxy-importer did not say that it completed", *done.stdout.splitlines()[-20:]]
    return findings


def environment_findings(artifact: Path) -> list[str]:
    """An execution environment must find the Python packages of the installed artifact."""
    place = WORK / "collections"
    shutil.rmtree(place, ignore_errors=True)
    # --force: the checkout itself counts as installed.
    install = ["collection", "install", "--offline", "--force", "-p", str(place), str(artifact)]
    quiet = subprocess.DEVNULL
    subprocess.run([str(PROGRAMS / "ansible-galaxy"), *install], check=True, stdout=quiet, stderr=quiet)
    introspect = [str(PROGRAMS / "ansible-builder"), "introspect", str(place)]
    done = subprocess.run(introspect, capture_output=True, text=True, check=False)
    shutil.rmtree(place, ignore_errors=True)
    if "requests" in done.stdout:
        return []
    return ["ERROR ansible-builder finds no requirements:", done.stdout, done.stderr]


def check() -> int:
    shutil.rmtree(WORK, ignore_errors=True)
    artifact = build(WORK)
    findings = listing_findings(artifact) + environment_findings(artifact) + importer_findings(artifact)
    print("\n".join(findings) or "galaxy-importer, the listing and ansible-builder have no complaint")
    return 1 if findings else 0


def main() -> int:
    if sys.argv[1:] == ["check"]:
        return check()
    if sys.argv[1:2] == ["build"] and len(sys.argv) == 3:
        print(build(Path(sys.argv[2]).resolve()))
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main())
