"""Use the collection as users have it: installed by `ansible-galaxy` from the artifact, called by its full names.

The environment has no link to the checkout, and everything runs in an empty folder outside of it, against a simulator
that is a process of the checkout's own environment. At the end the collection is removed, and the same call must fail:
what answered was the installed collection, and no other.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.cloudserver.compute.tests.integration.run import FOREIGN, MODES, PLATFORMS
from ansible_collections.cloudserver.compute.tools import simulator

ROOT = Path(__file__).resolve().parents[2]
NAME = "cloudserver.compute"
RUN_SECONDS = 300
#: Plugins that ansible-doc must list, by type, and the pattern of their files.
LISTED = {
    "module": "plugins/modules/*.py",
    "inventory": "plugins/inventory/*.py",
    "filter": "plugins/filter/*.yml",
    "role": "roles/*/meta/argument_specs.yml",
}
#: Both are of the simulator's default fleet, on every platform; a mode has one.
SERVERS = dict(zip(MODES, ("web-01", "web-02"), strict=True))
WEB = {"tags": ["role=web", "env=demo"]}
#: The schedule of the servers with the tag role=web.
SCHEDULE = {
    "power_schedule_selection": WEB,
    "power_schedule_tag": "role",
    "power_schedule_schedules": {"web": {"hours": "07:00-19:00"}},
}
NIGHT = "2026-11-20T20:00:00Z"
DAY = "2026-11-20T12:00:00Z"


class Failed(Exception):
    """The installed collection did not do what it should; the message says what, with the end of the output."""


def require(condition: bool, message: str) -> None:
    if not condition:
        raise Failed(message)


class User:
    """Somebody with an environment's programs and a home that was empty."""

    def __init__(self, folder: Path, environment: Path) -> None:
        self.folder = folder
        self.programs = environment / "bin"
        self.home = folder / "home"
        self.home.mkdir()
        self.log = folder / "output.log"
        self.installed = self.home / ".ansible" / "collections" / "ansible_collections" / "cloudserver" / "compute"
        foreign = (*FOREIGN, "PYTHON", "XDG_", "VIRTUAL_ENV")
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.environ.update(
            HOME=str(self.home),
            PATH=os.pathsep.join([str(self.programs), os.environ["PATH"]]),
            NO_PROXY="127.0.0.1,localhost",
            no_proxy="127.0.0.1,localhost",
            ANSIBLE_LOCALHOST_WARNING="false",
            ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
            ANSIBLE_NOCOLOR="true",
        )

    def attempt(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder, env=self.environ, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=RUN_SECONDS, check=False,
        )  # fmt: skip
        with self.log.open("a") as log:
            print(f"$ {program} {' '.join(arguments)}", done.stdout, done.stderr, sep="\n", file=log)
        return done

    def run(self, program: str, *arguments: str) -> str:
        """What the program prints. Raises Failed where it fails."""
        done = self.attempt(program, *arguments)
        text = "\n".join((done.stdout + done.stderr).splitlines()[-40:])
        require(done.returncode == 0, f"{program} {' '.join(arguments)}: status {done.returncode}\n{text}")
        return done.stdout

    def write(self, name: str, content: Any) -> str:
        """Write a file of YAML in the user's folder; returns its name."""
        (self.folder / name).write_text(yaml.safe_dump(content, sort_keys=False))
        return name


def install(user: User, artifact: Path) -> None:
    """Install the artifact, and check that it is what Ansible finds, whole, with the packages that it needs."""
    user.run("ansible-galaxy", "collection", "install", "--offline", str(artifact))
    user.run("ansible-galaxy", "collection", "verify", "--offline", NAME)
    found = json.loads(user.run("ansible-galaxy", "collection", "list", NAME, "--format", "json"))
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    expected = {str(user.installed.parents[1]): {NAME: {"version": version}}}
    require(found == expected, f"ansible-galaxy lists {found}, and not {expected} alone")
    user.run("pip", "install", "--quiet", "--no-index", "-r", str(user.installed / "requirements.txt"))


def read_documentation(user: User) -> None:
    """ansible-doc lists as many plugins as the checkout has, and takes them from the installed collection."""
    for kind, pattern in LISTED.items():
        names = json.loads(user.run("ansible-doc", "--json", "--list", "-t", kind, NAME))
        files = len(list(ROOT.glob(pattern)))
        require(len(names) == files > 0, f"ansible-doc lists {len(names)} of {files} plugins of the type {kind}")
    shown = json.loads(user.run("ansible-doc", "--json", f"{NAME}.server_power"))[f"{NAME}.server_power"]
    file = Path(shown["doc"]["filename"])
    require(file.is_relative_to(user.installed), f"ansible-doc took {file}")


def list_inventory(user: User, ready: dict[str, Any]) -> None:
    """The inventory plugin lists the servers of every platform."""
    sources = [{**ready["platforms"][platform], "name": platform} for platform in PLATFORMS]
    names = ["cloudserver_platform ~ '-' ~ cloudserver_name"]
    content = {"plugin": f"{NAME}.cloudserver", "sources": sources, "hostnames": names}
    listed = json.loads(user.run("ansible-inventory", "-i", user.write("all.cloudserver.yml", content), "--list"))
    hosts = set(listed["_meta"]["hostvars"])
    missing = [f"{platform}-web-01" for platform in PLATFORMS if f"{platform}-web-01" not in hosts]
    require(not missing, f"the inventory of {len(hosts)} hosts lacks {missing}")


def power_tasks() -> list[dict[str, Any]]:
    """Look at a server, then stop it: in check mode, in fact, and once more, when nothing changes."""

    def look(state: str) -> dict[str, Any]:
        task = {f"{NAME}.server_info": {"names": ["{{ server }}"]}, "register": "found"}
        expected = f"found.servers | map(attribute='power_state') | list == ['{state}']"
        return {"name": f"See the server {state}", **task, "failed_when": f"not ({expected})"}

    def stop(changed: bool, **keywords: Any) -> dict[str, Any]:
        task = {f"{NAME}.server_power": {"names": ["{{ server }}"], "state": "stopped"}, "register": "done"}
        return {"name": "Stop the server", **task, "failed_when": f"done.changed != {changed}", **keywords}

    return [
        look("running"),
        stop(True, check_mode=True),
        look("running"),
        stop(True),
        look("stopped"),
        stop(False),
        stop(False, check_mode=True),
        {"name": "Start it", f"{NAME}.server_power": {"names": ["{{ server }}"], "state": "started"}},
    ]


def run_modules(user: User, ready: dict[str, Any]) -> None:
    """server_info and server_power on every platform, in process and shipped."""
    group = f"group/{NAME}.compute"
    play = {
        "name": "Stop a server", "hosts": "all", "gather_facts": False, "tasks": power_tasks(),
        "module_defaults": {group: "{{ connection_options }}"},
    }  # fmt: skip
    book = user.write("power.yml", [play])
    for mode, server in SERVERS.items():
        common = {
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "cloudserver_in_process": mode == "in_process",
            "server": server,
        }
        hosts = {platform: {**common, "connection_options": ready["platforms"][platform]} for platform in PLATFORMS}
        inventory = user.write(f"{mode}.yml", {"all": {"hosts": hosts}})
        text = user.run("ansible-playbook", "-vvv", "-i", inventory, book)
        # Ansible says so of a module that it ships, and of no other.
        shipped = f"Using module file {user.installed / 'plugins' / 'modules' / 'server_power.py'}" in text
        require(shipped == (mode == "shipped"), f"{mode}: server_power ran otherwise, see {user.log}")


def run_role(user: User, ready: dict[str, Any]) -> list[str]:
    """The role power_schedule from a playbook, and the collection's playbook of it; returns the last call."""
    clouds = [ready["platforms"][platform] for platform in PLATFORMS]
    variables = {**SCHEDULE, "power_schedule_connection": clouds[0]}
    role = {"role": f"{NAME}.power_schedule"}
    book = user.write("role.yml", [{"name": "Office", "hosts": "localhost", "gather_facts": False, "roles": [role]}])
    values = user.write("values.yml", variables)

    def changes(program: str, now: str, *arguments: str) -> bool:
        text = user.run("ansible-playbook", program, "-e", f"@{values}", "-e", f"power_schedule_now={now}", *arguments)
        return "changed=0" not in text.split("PLAY RECAP")[1]

    for expected, now, program, arguments in (
        (True, NIGHT, book, ["--check"]),
        (True, NIGHT, book, []),
        (False, NIGHT, book, []),
        (True, DAY, f"{NAME}.power_schedule", ["--check"]),
        (True, DAY, f"{NAME}.power_schedule", []),
        (False, DAY, f"{NAME}.power_schedule", []),
    ):
        found = changes(program, now, *arguments)
        require(found == expected, f"{program} at {now} {arguments}: changed is {found}, see {user.log}")
    return [f"{NAME}.power_schedule", "-e", f"@{values}", "-e", f"power_schedule_now={DAY}"]


def remove(user: User, last_call: list[str]) -> None:
    """Remove the collection: what worked before must not work any more."""
    shutil.rmtree(user.installed)
    for program, arguments in (
        ("ansible-playbook", last_call),
        ("ansible-playbook", ["-i", "in_process.yml", "power.yml"]),
        ("ansible-doc", [f"{NAME}.server_power"]),
    ):
        done = user.attempt(program, *arguments)
        # ansible-doc only warns.
        found = done.returncode == 0 and "not found" not in done.stdout + done.stderr
        require(not found, f"{program} {' '.join(arguments)} works without the installed collection")


def build(folder: Path) -> Path:
    """The artifact of the checkout, built by the checkout's own environment."""
    command = [sys.executable, str(ROOT / "tools" / "artifact.py"), "build", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"the artifact was not built:\n{done.stdout}{done.stderr}")
    return Path(done.stdout.splitlines()[-1])


def check(environment: Path) -> int:
    """0 where the artifact works when it is installed into the environment, whose folder this is."""
    folder = Path(tempfile.mkdtemp(prefix="cloudserver-installed-"))
    user = User(folder, environment)
    try:
        print(user.run("ansible-playbook", "--version").splitlines()[0])
        install(user, build(folder))
        print(f"installed in {user.installed}")
        read_documentation(user)
        with simulator.running(folder / "simulator", "--quiet") as ready:
            list_inventory(user, ready)
            run_modules(user, ready)
            last_call = run_role(user, ready)
            remove(user, last_call)
    except (Failed, simulator.SimulatorError) as error:
        print(f"{error}\nThe folder is left: {folder}")
        return 1
    shutil.rmtree(folder)
    print("documentation, inventory, modules in process and shipped, role and playbook work; none does once removed")
    return 0
