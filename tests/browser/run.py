"""Make the pages that people look at, and have them looked at in a browser: see README.md."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ansible_collections.cloudserver.compute.tools import simulator

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
PICTURES = CACHE / "browser-pictures"
SITE = ROOT / "build" / "docs" / "html"
#: Pages of the site with what is widest in it: tables of options, long code lines, Chinese.
GUIDES = ("roles", "operations", "roles_needed", "getting_started_zh_cn")
PAGES = ("index", "server_module", "server_power_module", *(f"docsite/{name}" for name in GUIDES))
AWKWARD = (
    "a-name-without-any-place-to-break-it-" * 6,
    "<img src=x onerror=alert(1)>",
    "\u4e91\u670d\u52a1\u5668-\u751f\u4ea7-01",
)
PLATFORMS = ("openstack", "easystack", "ustack", "huaweicloud")


def connection(ready: dict[str, Any], platform: str) -> dict[str, Any]:
    return dict(ready["platforms"][platform])


def report(folder: Path, inventory: Path, day: str) -> None:
    """Write the report of a day over all platforms."""
    variables = {"fleet_report_date": day, "fleet_report_backup_days": 7}
    role = {"name": "cloudserver.compute.fleet_report", "vars": variables}
    play = folder / "report.json"
    play.write_text(json.dumps([{"name": "Report", "hosts": "all", "gather_facts": False, "roles": [role]}]))
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(play)],
        cwd=folder,
        env={**os.environ, "NO_PROXY": "127.0.0.1", "ANSIBLE_LOCALHOST_WARNING": "false"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the report failed:\n{done.stdout[-3000:]}")


def make_report(folder: Path) -> Path:
    """Two reports: between them servers with awkward names appear and one is renamed. Returns the second page."""
    with simulator.running(folder) as ready:
        hosts = {
            name: {"cloudserver_connection": connection(ready, name), "ansible_connection": "local"}
            for name in PLATFORMS
        }
        inventory = folder / "inventory.json"
        inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
        report(folder, inventory, "2026-11-20")
        for name in AWKWARD:
            simulator.control(ready, "POST", "/openstack/servers", {"name": name, "tags": ["note=" + name]})
        report(folder, inventory, "2026-11-27")
    return folder / "fleet.html"


def main() -> int:
    if not shutil.which("chromium"):
        print("chromium is not installed: apt-get install chromium", file=sys.stderr)
        return 1
    folder = CACHE / "browser-report"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.rmtree(PICTURES, ignore_errors=True)
    page = make_report(folder)
    if not (SITE / "index.html").exists():
        subprocess.run([sys.executable, str(ROOT / "tools" / "docs.py")], check=True)
    look = [
        str(CACHE / "browser" / "bin" / "python"),
        str(Path(__file__).with_name("look.py")),
        str(PICTURES),
        str(page),
    ]
    return subprocess.run([*look, *(str(SITE / f"{name}.html") for name in PAGES)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
