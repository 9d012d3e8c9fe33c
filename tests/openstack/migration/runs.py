"""Runs a task and its translation on the lab, and reads by the OpenStack client what each of them left."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.cloudserver.compute.tests.openstack.gateway.lab import (
    ADMIN_PASSWORD,
    SERVICES,
    Api,
    LabError,
    lab_folder,
    wait,
)
from ansible_collections.cloudserver.compute.tests.openstack.migration.cases import COLLECTIONS, OURS, SIDES, Case
from ansible_collections.cloudserver.compute.tests.openstack.roles_needed.cast import empty_project

ROOT = Path(__file__).resolve().parents[3]
LAB = lab_folder()
#: The Python that has the OpenStack client.
CLIENT_PYTHON = LAB / "venv" / "bin" / "python"
#: openstack.cloud with its own packages.
RIVAL = ROOT / ".cache" / "rival" / "bin"
NAME = "migration"
COMMAND_SECONDS = 300
#: Keys that nobody has the private part of, in the form of ssh-keygen.
KEYS = {
    "key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
    "other": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID1AF8PoQ4layAxEEGBwqnRbxBXG97TA8XFcAXMmYBPT",
}


class TaskFailed(Exception):
    """A task or a command failed."""


@dataclass
class Seen:
    """What a side left: whether the first and the second run reported a change, and what each command printed."""

    changed: list[bool] = field(default_factory=list)
    end: dict[str, Any] = field(default_factory=dict)


def is_changed(steps: list[Mapping[str, Any]]) -> bool:
    return any(step.get("changed") for step in steps)


class Client:
    """The OpenStack client as one user; client.py keeps it running, with the session of its first command."""

    def __init__(self, cloud: str, environment: Mapping[str, str]) -> None:
        self.cloud = cloud
        self._process = subprocess.Popen(
            [str(CLIENT_PYTHON), str(Path(__file__).with_name("client.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def run(self, command: str) -> Any:
        """What the command prints, or None. Raises TaskFailed."""
        arguments = shlex.split(command)
        options = [] if {"create", "list", "show"}.isdisjoint(arguments) else ["-f", "json"]
        line = ["--os-cloud", self.cloud, "--os-compute-api-version", "2.96", *arguments, *options]
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise TaskFailed(f"openstack {command}: the client ended")
        status, output, errors = json.loads(answer)
        if status:
            raise TaskFailed(f"openstack {command}: {errors[-1500:]}")
        # With --wait, the client prints its progress first.
        begin = min((output.find(brace) for brace in "[{" if brace in output), default=None)
        return None if begin is None or not options else json.loads(output[begin:])

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


class Projects:
    """A project for each of the two collections, with a member and an administrator."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = Api("admin", ADMIN_PASSWORD, "admin")
        self.password = uuid.uuid4().hex
        #: By the name of the user.
        self.apis: dict[str, Api] = {}

    @staticmethod
    def user(side: str, admin: bool) -> str:
        """The name of the user, which is that of the cloud in clouds.yaml too."""
        return f"{NAME}-{side}-admin" if admin else f"{NAME}-{side}"

    def make(self) -> None:
        """Removes what an interrupted run left, and makes both."""
        self.remove()
        roles = {row["name"]: row["id"] for row in self.root.get("identity/v3/roles")["roles"]}
        clouds = {}
        for side in SIDES:
            name = f"{NAME}-{side}"
            row = {"name": name, "domain_id": "default"}
            project = self.root.post("identity/v3/projects", {"project": row})["project"]["id"]
            for admin in (False, True):
                user = self.user(side, admin)
                row = {"name": user, "domain_id": "default", "password": self.password}
                made = self.root.post("identity/v3/users", {"user": row})["user"]["id"]
                role = roles["admin" if admin else "member"]
                self.root.call("PUT", f"identity/v3/projects/{project}/users/{made}/roles/{role}")
                self.apis[user] = Api(user, self.password, name)
                clouds[user] = {
                    # The key of the collection; openstack.cloud and the client ignore it.
                    "cloudserver_platform": "openstack",
                    "region_name": "RegionOne",
                    "auth": {
                        "auth_url": SERVICES["identity"] + "/v3",
                        "username": user,
                        "password": self.password,
                        "user_domain_id": "default",
                        "project_name": name,
                        "project_domain_id": "default",
                    },
                }
        (self.folder / "clouds.yaml").write_text(json.dumps({"clouds": clouds}))
        for name, key in KEYS.items():
            (self.folder / f"{name}.pub").write_text(f"{key} {name}\n")

    def empty(self, side: str) -> None:
        """Deletes what a case made."""
        for admin in (False, True):
            api = self.apis[self.user(side, admin)]
            for row in api.get("compute/v2.1/os-keypairs")["keypairs"]:
                api.delete("compute/v2.1/os-keypairs/" + row["keypair"]["name"])
        empty_project(api)
        self._shared()

    def _shared(self) -> None:
        for row in self.root.get("compute/v2.1/flavors?is_public=None")["flavors"]:
            if row["name"].startswith(NAME):
                self.root.delete("compute/v2.1/flavors/" + row["id"])
        for row in self.root.get("compute/v2.1/os-aggregates")["aggregates"]:
            if row["name"].startswith(NAME):
                for host in row["hosts"]:
                    self.root.post(f"compute/v2.1/os-aggregates/{row['id']}/action", {"remove_host": {"host": host}})
                self.root.delete(f"compute/v2.1/os-aggregates/{row['id']}")

    def remove(self) -> None:
        """Both of them, with all that is in them."""
        self.root.token()
        names = {self.user(side, admin) for side in SIDES for admin in (False, True)}
        admin = next(row["id"] for row in self.root.get("identity/v3/roles")["roles"] if row["name"] == "admin")
        for row in self.root.get("identity/v3/projects?domain_id=default")["projects"]:
            if row["name"] in names:
                self.root.call("PUT", f"identity/v3/projects/{row['id']}/users/{self.root.user_id}/roles/{admin}")
                empty_project(Api("admin", ADMIN_PASSWORD, row["name"]))
                self.root.delete("identity/v3/projects/" + row["id"])
        for row in self.root.get("identity/v3/users?domain_id=default")["users"]:
            if row["name"] in names:
                for pair in self.root.get("compute/v2.1/os-keypairs?user_id=" + row["id"])["keypairs"]:
                    self.root.delete(f"compute/v2.1/os-keypairs/{pair['keypair']['name']}?user_id={row['id']}")
                self.root.delete("identity/v3/users/" + row["id"])
        self._shared()


class Runner:
    """Runs cases in the two projects."""

    def __init__(self, projects: Projects) -> None:
        self.projects = projects
        self.folder = projects.folder
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("OS_", "ANSIBLE_", "PYTHONPATH"))
        }
        self.environment.update(
            OS_CLIENT_CONFIG_FILE=str(self.folder / "clouds.yaml"),
            ANSIBLE_HOME=str(ROOT / ".cache" / "ansible"),
            ANSIBLE_LOCALHOST_WARNING="false",
            no_proxy="127.0.0.1",
            NO_PROXY="127.0.0.1",
        )
        users = [projects.user(side, admin) for side in SIDES for admin in (False, True)]
        self.clients = {user: Client(user, self.environment) for user in users}

    def close(self) -> None:
        for client in self.clients.values():
            client.close()

    def run(self, case: Case) -> dict[str, Seen]:
        """What each side left. Raises TaskFailed and LabError."""
        if case.admin:
            return {side: self._side(case, side) for side in SIDES}
        with ThreadPoolExecutor(len(SIDES)) as threads:
            running = {side: threads.submit(self._side, case, side) for side in SIDES}
            return {side: future.result() for side, future in running.items()}

    def _side(self, case: Case, side: str) -> Seen:
        try:
            words = self._prepare(case, side)
            play = self._play(case, side, words)
            seen = Seen()
            self._playbook(side, play, seen, case)
            for command in case.end:
                # Also what an administrator alone sees of a server.
                seen.end[command] = self._client(self.projects.user(side, True), command, words)
            self._playbook(side, play, seen, case)
            return seen
        finally:
            self.projects.empty(side)

    def _prepare(self, case: Case, side: str) -> dict[str, str]:
        user = self.projects.user(side, case.admin)
        words = {"folder": str(self.folder), "public_key": KEYS["key"], "other_key": KEYS["other"]}
        words.update(user=user, own_project=f"{NAME}-{side}")
        for given in case.given:
            command = given if isinstance(given, str) else given["run"]
            printed = self._client(user, command, words)
            for word, name in {} if isinstance(given, str) else given["keep"].items():
                words[word] = printed[name]
            self._rest(user)
        return words

    def _rest(self, user: str) -> None:
        """Waits until nothing in the project changes by itself any more: the client does not wait for all it starts."""
        api = self.projects.apis[user]
        api.token()

        def rests() -> bool:
            servers = api.get("compute/v2.1/servers/detail")["servers"]
            volumes = api.get(f"volume/v3/{api.project_id}/volumes/detail")["volumes"]
            return not any(row["OS-EXT-STS:task_state"] or row["status"] == "BUILD" for row in servers) and all(
                row["status"] in ("available", "in-use") for row in volumes
            )

        wait("the project to be at rest", rests)

    def _play(self, case: Case, side: str, words: Mapping[str, str]) -> Path:
        """A play of the tasks, which writes what they returned to a file."""
        tasks, registered = [], []
        for number, task in enumerate(case.tasks(side)):
            task = {"name": f"Task {number}", **task}
            registered.append(task.setdefault("register", f"step_{number}"))
            tasks.append(task)
        content = "{{ {'steps': [%s], 'shows': shows} | to_json }}" % ", ".join(registered)
        tasks.append({
            "name": "Keep the results",
            "ansible.builtin.copy": {"content": content, "dest": str(self._result(side)), "mode": "0600"},
            "vars": {"shows": case.shows.get(side, "")},
        })  # fmt: skip
        group = "openstack" if side != OURS else "compute"
        play = {
            "name": case.name,
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {**words, "ansible_python_interpreter": str(self._bin(side) / "python")},
            "module_defaults": {f"group/{COLLECTIONS[side]}.{group}": {"cloud": self.projects.user(side, case.admin)}},
            "tasks": tasks,
        }
        path = self.folder / f"{side}.json"
        path.write_text(json.dumps([play]))
        return path

    def _playbook(self, side: str, play: Path, seen: Seen, case: Case) -> None:
        self._result(side).unlink(missing_ok=True)
        command = [str(self._bin(side) / "ansible-playbook"), "-i", "localhost,", str(play)]
        self._run(command, f"{COLLECTIONS[side]}, run {len(seen.changed) + 1}")
        found = json.loads(self._result(side).read_text())
        seen.changed.append(is_changed(found["steps"]))
        if case.shows:
            seen.end["the results"] = found["shows"]

    def _client(self, user: str, command: str, words: Mapping[str, str]) -> Any:
        for word, value in words.items():
            command = command.replace("{%s}" % word, value)
        return self.clients[user].run(command)

    def _run(self, command: list[str], label: str) -> None:
        try:
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, env=self.environment, timeout=COMMAND_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise TaskFailed(f"{label}: {error}") from error
        if done.returncode:
            raise TaskFailed(f"{label}: {(done.stdout + done.stderr)[-1500:]}")

    def _result(self, side: str) -> Path:
        return self.folder / f"{side}-result.json"

    @staticmethod
    def _bin(side: str) -> Path:
        return Path(sys.executable).parent if side == OURS else RIVAL


def install() -> None:
    """Installs openstack.cloud where it is missing. Raises LabError where that fails, and where there is no lab."""
    if not CLIENT_PYTHON.exists():
        raise LabError(f"The lab is not installed in {LAB} (OS_LAB_DIR).")
    target = ".cache/rival/.ready"
    if subprocess.run(["make", "--silent", target], check=False, cwd=ROOT).returncode:
        raise LabError(f"openstack.cloud cannot be installed: make {target}")
