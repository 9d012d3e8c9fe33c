"""Build the documentation site of the collection in build/docs/html: every plugin, and the guides of docs/docsite."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "build" / "docs"
PROGRAMS = Path(sys.executable).parent
COLLECTION = "cloudserver.compute"
# What antsibull-docs links to in Ansible's own documentation.
ELSEWHERE = ("std:ref (action_plugins|common_return_values|ansible_configuration_settings)", "std:envvar ANSIBLE_.*")
SHAPE = ("--use-current", "--squash-hierarchy")


def run(program: str, *arguments: str) -> None:
    subprocess.run([str(PROGRAMS / program), *arguments], cwd=SITE, check=True)


def main() -> int:
    shutil.rmtree(SITE, ignore_errors=True)
    SITE.parent.mkdir(exist_ok=True)
    SITE.mkdir(mode=0o700)  # antsibull-docs wants a folder that its owner alone may write
    run("antsibull-docs", "sphinx-init", *SHAPE, "--lenient", "--dest-dir", ".", COLLECTION)
    configuration = SITE / "conf.py"
    # Links into other projects' sites need the network while building. Any other label that does not exist is an error.
    text = re.sub(r"intersphinx_mapping = \{.*?\n\}", "intersphinx_mapping = {}", configuration.read_text(), flags=re.S)
    elsewhere = [tuple(each.split(" ")) for each in ELSEWHERE]
    configuration.write_text(f"{text}\nnitpicky = True\nnitpick_ignore_regex = {elsewhere}\n")
    run(
        "antsibull-docs", "--config-file", "antsibull-docs.cfg", "collection", "--cleanup", "everything", *SHAPE,
        "--dest-dir", "rst", COLLECTION,
    )  # fmt: skip
    run("sphinx-build", "-W", "-q", "-b", "html", "-c", ".", "rst", "html")
    print((SITE / "html" / "index.html").relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
