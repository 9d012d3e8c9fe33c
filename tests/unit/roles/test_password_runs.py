"""Real runs of the role password_rotation at the same time, with one store, and runs that are killed."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.plugin_utils.password_places import histories_from_json
from ansible_collections.cloudserver.compute.tools import simulator

ROOT = Path(__file__).resolve().parents[3]

SERVERS = 12
FOREIGN = ("OS_", "HW_", "HUAWEICLOUD_", "CLOUD_SDK_", "CLOUDSERVER_", "ANSIBLE_", "AWX_")


class Fleet:
    """Servers of a simulator, an inventory of them, and a store that all runs share."""

    def __init__(self, ready: dict[str, Any], platform: str, folder: Path) -> None:
        self.ready, self.platform, self.folder = ready, platform, folder
        self.store = folder / "passwords.vault"
        self.runs: list[subprocess.Popen[str]] = []
        (folder / "vault-password").write_text("of the vault\n")
        hosts = {row["name"]: {"cloudserver_id": row["id"]} for row in self.servers()}
        names = sorted(hosts)
        slices = {f"slice{number}": {"hosts": {key: {} for key in names[number::3]}} for number in range(3)}
        connection = {**ready["platforms"][platform], "api_retries": 2}
        variables = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "cloudserver_connection": connection,
            "password_rotation_store": {"path": str(self.store)},
            "password_rotation_batch_size": 3,
        }
        inventory = {"all": {"hosts": hosts, "vars": variables, "children": slices}}
        (folder / "inventory.yml").write_text(json.dumps(inventory))

    def servers(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = simulator.control(self.ready, "GET", f"/{self.platform}/servers")["servers"]
        return rows

    def start(self, name: str, revision: str, *arguments: str, **play: Any) -> subprocess.Popen[str]:
        role = {"role": "cloudserver.compute.password_rotation", "run_once": True}
        book = self.folder / f"{name}.yml"
        rotation = {"name": name, "hosts": "all", "gather_facts": False, "roles": [role], **play}
        book.write_text(json.dumps([rotation]))
        environment = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
        environment.update(HOME=str(self.folder), ANSIBLE_HOME=str(self.folder / ".ansible"), NO_PROXY="127.0.0.1")
        program = str(Path(sys.executable).parent / "ansible-playbook")
        command = [
            program,
            "-i",
            str(self.folder / "inventory.yml"),
            str(book),
            "--vault-password-file",
            str(self.folder / "vault-password"),
            "-e",
            f"password_rotation_revision={revision}",
            *arguments,
        ]
        with (self.folder / f"{name}.log").open("w") as log:
            run = subprocess.Popen(
                command, env=environment, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT, text=True,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self.runs.append(run)
        return run

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def stored(self) -> dict[str, set[str]]:
        """The SHA-256 of every stored password, by server id."""
        program = str(Path(sys.executable).parent / "ansible-vault")
        command = [program, "view", "--vault-password-file", str(self.folder / "vault-password"), str(self.store)]
        text = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
        return {
            key: {hashlib.sha256(entry.password.encode()).hexdigest() for entry in history.entries}
            for key, history in histories_from_json(text).items()
        }

    def lost(self) -> list[str]:
        """The servers whose password is in no history."""
        stored = self.stored()
        return [
            server["name"]
            for server in self.servers()
            if not {server["password"], server["pending_password"]} - {None} <= stored.get(server["id"], set())
        ]

    def changes(self) -> list[int]:
        return [server["password_changes"] for server in self.servers()]


@pytest.fixture(params=["openstack", "huaweicloud"])
def fleet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fleet]:
    generate = {"count": SERVERS, "name": "web-%02d", "tags": ["role=web"]}
    config = tmp_path / "config.yml"
    # A request takes a while, so that runs overlap.
    config.write_text(json.dumps({"platforms": {request.param: {"generate": [generate], "delays": {"password": 0.4}}}}))
    with simulator.running(tmp_path / "simulator", "--quiet", "--config", str(config)) as ready:
        made = Fleet(ready, request.param, tmp_path)
        try:
            yield made
        finally:
            for run in made.runs:
                if run.poll() is None:
                    os.killpg(run.pid, signal.SIGKILL)
                    run.wait()


def test_runs_at_the_same_time_lose_nothing(fleet: Fleet) -> None:
    """Three slices of a rotation, and beside them another rotation in batches of hosts with the strategy free."""
    for number in range(3):
        fleet.start(f"slice{number}", "r1", "--limit", f"slice{number}")
    fleet.start("free", "r2", strategy="free", serial=6)
    for run in fleet.runs:
        run.wait(timeout=240)
    # Two rotations of a server at the same time may refuse each other; they lose no password.
    assert fleet.lost() == []
    assert all(changes > 0 for changes in fleet.changes())
    assert fleet.start("last", "r3").wait(timeout=120) == 0, fleet.log("last")
    assert fleet.lost() == []
    secrets = ("of the vault", fleet.ready["platforms"][fleet.platform]["auth"].get("password", "of the vault"))
    for name in ("slice0", "slice1", "slice2", "free", "last"):
        assert not any(secret in fleet.log(name) for secret in secrets)
        assert "Traceback" not in fleet.log(name), fleet.log(name)


@pytest.mark.parametrize("fleet", ["openstack"], indirect=True)
def test_a_run_that_is_killed_loses_nothing_and_goes_on(fleet: Fleet) -> None:
    run = fleet.start("killed", "r1")
    end = time.monotonic() + 120
    while sum(fleet.changes()) == 0 and run.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert sum(fleet.changes()) > 0
    # What had been sent has arrived.
    time.sleep(1)
    done = {server["id"]: server["password_changes"] for server in fleet.servers() if server["password_changes"]}
    assert set(fleet.lost()) <= {row["name"] for row in fleet.servers() if row["id"] not in done}
    assert fleet.start("again", "r1").wait(timeout=120) == 0, fleet.log("again")
    assert fleet.lost() == []
    assert all(changes > 0 for changes in fleet.changes())
    assert {server["metadata"]["cloudserver_password_revision"] for server in fleet.servers()} == {"r1"}
