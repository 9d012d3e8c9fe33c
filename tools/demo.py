"""Show the collection at work on all four platforms, against the simulator; what `make demo` runs."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

import simulator
from simulator import ROOT

WORK = ROOT / ".cache" / "demo"
PLATFORMS = ("huaweicloud", "easystack", "ustack", "openstack")
#: Where servers can get another image, one that the simulator has.
OTHER_IMAGES = {
    "huaweicloud": "Ubuntu 24.04 server 64bit",
    "easystack": "ubuntu-24.04",
    "openstack": "ubuntu-24.04",
}
RECAP = re.compile(r"^(\w+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)")
#: The user's own clouds must not take part in a demonstration.
FOREIGN = ("OS_", "HW_", "HUAWEICLOUD_", "CLOUD_SDK_", "CLOUDSERVER_", "ANSIBLE_")


class DemoFailed(Exception):
    """A step of the demonstration did not work; the message says which."""


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    kept.update(
        ANSIBLE_HOME=str(WORK / "ansible"),
        ANSIBLE_FORKS="4",
        ANSIBLE_LOCALHOST_WARNING="false",
        ANSIBLE_INVENTORY_UNPARSED_FAILED="true",
        NO_PROXY="127.0.0.1,localhost",
        no_proxy="127.0.0.1,localhost",
    )
    return kept


def write_inventories(ready: dict[str, Any]) -> tuple[Path, Path]:
    """One host a platform for the playbook, and the dynamic inventory of their web servers."""
    hosts = {
        name: {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "options": ready["platforms"][name],
            "demo_password": "Demo-%s" % secrets.token_hex(8),
        }
        for name in PLATFORMS
    }
    for name, image in OTHER_IMAGES.items():
        hosts[name]["other_image"] = image
    for name in ("easystack", "openstack"):
        hosts[name]["admin_options"] = ready["credentials"][name]["admin"]
    static = WORK / "platforms.yml"
    static.write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    dynamic = WORK / "demo.cloudserver.yml"
    sources = [dict(ready["platforms"][name], name=name, tags=["role=web", "env=demo"]) for name in PLATFORMS]
    inventory = {
        "plugin": "cloudserver.compute.cloudserver",
        "sources": sources,
        # Four clouds with a web-01 each.
        "hostnames": ["cloudserver_platform ~ '-' ~ cloudserver_name"],
    }
    dynamic.write_text(yaml.safe_dump(inventory))
    for path in (static, dynamic):
        path.chmod(0o600)
    return static, dynamic


def say(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def run(command: list[str], what: str) -> str:
    """Runs a command, shows what it prints, and gives it back. Raises DemoFailed where it fails."""
    words = [os.path.relpath(word) if os.path.isabs(word) else word for word in command[1:]]
    shown = " ".join([Path(command[0]).name, *words])
    print(f"$ {shown}", flush=True)
    lines = []
    with subprocess.Popen(command, env=environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                print("  " + line, end="", flush=True)
                lines.append(line)
        except BaseException:
            # Interrupted: the playbook must not outlive its cloud.
            process.terminate()
            raise
    if process.returncode:
        raise DemoFailed(f"{what} failed with exit status {process.returncode}; its output is above.")
    return "".join(lines)


def recap(output: str) -> dict[str, int]:
    """How many tasks changed something, by host, as ansible-playbook counted them."""
    found = {match[1]: int(match[3]) for match in map(RECAP.match, output.splitlines()) if match}
    if set(found) != set(PLATFORMS):
        raise DemoFailed(f"the playbook's recap has {', '.join(found) or 'no host'} instead of {', '.join(PLATFORMS)}")
    return found


def table(ready: dict[str, Any], first: dict[str, int], second: dict[str, int], took: float) -> str:
    lines = [
        "platform      servers  tasks that changed something",
        "                       in the first run   in the second run (states only)",
        "------------  -------  -----------------  -------------------------------",
    ]
    for name in PLATFORMS:
        servers = len(simulator.control(ready, "GET", f"/{name}/servers")["servers"])
        lines.append(
            f"{name:12}  {servers:7}  {first[name]:<17}  "
            f"{second[name]}: {'nothing left to do' if not second[name] else 'NOT idempotent'}"
        )
    requests = len(simulator.control(ready, "GET", "/requests")["requests"])
    lines.append("")
    lines.append(f"The clouds were asked {requests} times in {took:.0f} s. One playbook, four platforms: only the")
    lines.append("connection options differ.")
    return "\n".join(lines)


def demonstrate(ready: dict[str, Any]) -> bool:
    static, dynamic = write_inventories(ready)
    playbook = str(ROOT / "playbooks" / "demo.yml")
    bin_ = Path(sys.executable).parent
    begin = time.monotonic()
    say("1. Servers chosen by tag and by address: list, stop, start, restart; keys, images, passwords, capacity")
    first = recap(run([str(bin_ / "ansible-playbook"), "-i", str(static), playbook], "The first run"))
    say("2. The same states once more: nothing is left to do")
    states = [str(bin_ / "ansible-playbook"), "-i", str(static), playbook, "--skip-tags", "action"]
    second = recap(run(states, "The second run"))
    say("3. The same servers as an inventory, for every other playbook")
    run([str(bin_ / "ansible-inventory"), "-i", str(dynamic), "--graph"], "The inventory")
    say("What happened")
    print(table(ready, first, second, time.monotonic() - begin))
    return not any(second.values())


NEXT = """\
Your own playbooks on these clouds, in two terminals (it prints the commands):
    make simulator

Your own cloud, with a clouds.yaml or an openrc file that OpenStack tools use already:
    export PATH="$PWD/.venv/bin:$PATH" CLOUDSERVER_PLATFORM=openstack OS_CLOUD=mycloud
    ansible localhost -m cloudserver.compute.server_info -a 'all=true fields=name,status'

Your own project of Huawei Cloud:
    export CLOUDSERVER_PLATFORM=huaweicloud HW_REGION_NAME=cn-north-4 HW_ACCESS_KEY=... HW_SECRET_KEY=...
    ansible localhost -m cloudserver.compute.server_info -a 'all=true fields=name,status'

Both only read. README.md shows the first schedule and the first inventory."""


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    say("Starting the simulator: four clouds on this machine, no account needed")
    try:
        with simulator.running(WORK, "--quiet") as ready:
            print(f"It listens on {ready['url']}.")
            if not demonstrate(ready):
                print("The second run changed something, so a module is not idempotent.", file=sys.stderr)
                return 1
    except (DemoFailed, simulator.SimulatorError) as error:
        print(f"The demonstration stopped: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The simulator is stopped.", file=sys.stderr)
        return 130
    print("The simulator is stopped.")
    say("Next")
    print(NEXT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
