"""Build the documentation site of the collection in build/docs/html: every plugin, and the guides of docs/docsite."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import docs_pages
import yaml

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "build" / "docs"
STATIC = ROOT / "docs" / "docsite" / "static"
PROGRAMS = Path(sys.executable).parent
COLLECTION = "cloudserver.compute"
# What antsibull-docs links to in Ansible's own documentation.
ELSEWHERE = ("std:ref (action_plugins|common_return_values|ansible_configuration_settings)", "std:envvar ANSIBLE_.*")
# The theme's sidebar: sections that open and close, the names of their pages, and no headings of these.
SIDEBAR = {"collapse_navigation": False, "navigation_depth": 2}
FRAGMENT = ROOT / "plugins" / "doc_fragments" / "connection.py"
SHAPE = ("--use-current", "--squash-hierarchy")


def run(program: str, *arguments: str) -> None:
    subprocess.run([str(PROGRAMS / program), *arguments], cwd=SITE, check=True)


def connection_options() -> set[str]:
    """The names of the options that the connection fragment gives to every module."""
    for node in ast.walk(ast.parse(FRAGMENT.read_text())):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            return set(yaml.safe_load(ast.literal_eval(node.value))["options"])
    raise SystemExit(f"{FRAGMENT} has no DOCUMENTATION")


def main() -> int:
    shutil.rmtree(SITE, ignore_errors=True)
    SITE.parent.mkdir(exist_ok=True)
    SITE.mkdir(mode=0o700)  # antsibull-docs wants a folder that its owner alone may write
    run("antsibull-docs", "sphinx-init", *SHAPE, "--lenient", "--dest-dir", ".", COLLECTION)
    configuration = SITE / "conf.py"
    # Links into other projects' sites need the network while building. Any other label that does not exist is an error.
    text = re.sub(r"intersphinx_mapping = \{.*?\n\}", "intersphinx_mapping = {}", configuration.read_text(), flags=re.S)
    elsewhere = [tuple(each.split(" ")) for each in ELSEWHERE]
    settings = {
        "nitpicky": True,
        "nitpick_ignore_regex": elsewhere,
        "html_theme_options": SIDEBAR,
        "html_static_path": [str(STATIC)],
        "html_css_files": ["site.css"],
    }
    lines = [f"{name} = {value!r}" for name, value in settings.items()]
    configuration.write_text("\n".join([text, *lines, ""]))
    run(
        "antsibull-docs", "--config-file", "antsibull-docs.cfg", "collection", "--cleanup", "everything", *SHAPE,
        "--dest-dir", "rst", COLLECTION,
    )  # fmt: skip
    docs_pages.write_sections(SITE / "rst")
    docs_pages.fold_all(SITE / "rst", connection_options())
    run("sphinx-build", "-W", "-q", "-b", "html", "-c", ".", "rst", "html")
    print((SITE / "html" / "index.html").relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
