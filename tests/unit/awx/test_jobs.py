# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/awx: jobs and inventory syncs run with the credentials by ansible-runner, as AWX runs them."""

from __future__ import annotations

import json
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ansible_runner
import pytest
import yaml

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import PLATFORMS
from ansible_collections.cloudserver.compute.tests.unit.awx.credential_types import (
    AWX,
    KEYSTONE,
    SECRET_LEAVES,
    environment,
    inject,
)
from ansible_collections.cloudserver.compute.tools import simulator

# What the simulator's tokens begin with, as Keystone's do.
TOKEN = "gAAAAA"
# What AWX sets for every inventory source (STANDARD_INVENTORY_UPDATE_ENV in its constants).
OF_A_SYNC = {
    "ANSIBLE_INVENTORY_EXPORT": "True",
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
    "ANSIBLE_VERBOSE_TO_STDERR": "True",
}
SETTINGS = {"suppress_ansible_output": True, "pexpect_timeout": 5, "job_timeout": 120}


def private_data_dir(folder: Path) -> Path:
    """A fresh private data directory with the example project."""
    for name in ("env", "inventory"):
        (folder / name).mkdir(parents=True)
    shutil.copytree(AWX / "project", folder / "project")
    return folder


def sync(
    folder: Path, credential: dict[str, str], standard: dict[str, str] | None = None
) -> tuple[Any, dict[str, Any]]:
    """Run an inventory source; the runner's result, and the inventory that AWX would read."""
    place = private_data_dir(folder)
    output = place / "artifacts" / "sync" / "output.json"
    source = place / "project" / "fleet.cloudserver.yml"
    command = ["ansible-inventory", "--list", "--export", "-i", source, "--output", output]
    command += ["--playbook-dir", place / "project", "-vvvvv"]
    (place / "args").write_text(" ".join(map(str, command)))
    output.parent.mkdir(parents=True)
    settings = OF_A_SYNC if standard is None else standard
    done = ansible_runner.run(
        private_data_dir=str(place), ident="sync", envvars={**environment(place, credential), **settings},
        settings=dict(SETTINGS), suppress_env_files=True, quiet=True,
    )  # fmt: skip
    return done, json.loads(output.read_text()) if output.exists() else {}


def job(
    folder: Path, credential: dict[str, str], playbook: str, variables: dict[str, Any], hosts: dict[str, Any]
) -> Any:
    """Run a job template's playbook, with an inventory script as AWX writes it of the hosts it knows."""
    place = private_data_dir(folder)
    script = place / "inventory" / "hosts"
    script.write_text(f"#!{sys.executable}\nprint({json.dumps(hosts)!r})\n")
    script.chmod(stat.S_IRWXU)
    (place / "env" / "extravars").write_text(yaml.safe_dump(variables))
    return ansible_runner.run(
        private_data_dir=str(place), ident="job", playbook=playbook, envvars=environment(place, credential),
        settings=dict(SETTINGS), suppress_env_files=True, verbosity=4, quiet=True,
    )  # fmt: skip


def artifacts(folder: Path) -> str:
    """All that a run left behind, but for what the runner itself notes of the environment that it was given."""
    texts = []
    for path in sorted((folder / "artifacts").rglob("*")):
        if path.is_file():
            text = path.read_text(errors="replace")
            if path.name == "command":
                command = json.loads(text)
                assert command.pop("env")
                text = json.dumps(command)
            texts.append(text)
    return "\n".join(texts)


def results(done: Any) -> list[dict[str, Any]]:
    """The results of the collection's tasks."""
    return [
        event["event_data"]["res"]
        for event in done.events
        if event["event"] == "runner_on_ok" and event["event_data"]["task_action"].startswith("cloudserver.")
    ]


def fields_of(connection: dict[str, Any]) -> dict[str, Any]:
    """What an operator fills in for these connection options."""
    given = {key: connection[key] for key in ("region", "endpoint") if key in connection}
    return {**given, **connection["auth"]}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with simulator.running(tmp_path_factory.mktemp("awx"), "--quiet") as found:
        yield found


def secrets_of(ready: dict[str, Any]) -> set[str]:
    """Every secret that the simulator knows of and that a run may have met."""
    found = {ready["credentials"]["user_data_marker"], ready["credentials"]["private_key_marker"]}
    for connection in ready["platforms"].values():
        found |= {connection["auth"][leaf] for leaf in SECRET_LEAVES if leaf in connection["auth"]}
    assert len(found) == 7
    return found


def shows_no_secret(ready: dict[str, Any], folder: Path, credential: dict[str, str]) -> None:
    """No artifact holds a secret that the run was given, nor a token that it got."""
    text = artifacts(folder)
    assert len(text) > 2000
    assert sorted(secret for secret in secrets_of(ready) if secret in text) == []
    assert TOKEN not in text
    # That it was given them, the runner's own note of the environment shows.
    given = json.loads(next(folder.glob("artifacts/*/command")).read_text())["env"]
    assert set(credential.items()) <= set(given.items())


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_sync_and_a_job_with_a_survey(name: str, ready: dict[str, Any], tmp_path: Path) -> None:
    simulator.control(ready, "POST", "/reset", {})
    credential = inject(name, fields_of(ready["platforms"][name]), tmp_path)
    done, hosts = sync(tmp_path / "sync", credential)
    assert (done.status, done.rc) == ("successful", 0), artifacts(tmp_path / "sync")
    variables = hosts["_meta"]["hostvars"]
    assert "__ansible_unsafe" not in json.dumps(hosts)
    web = {host for host in variables if host.startswith("web-")}
    assert len(web) == 4
    assert set(hosts["tag_role_web"]["hosts"]) == web
    assert {variables[host]["cloudserver_platform"] for host in web} == {name}

    survey = {"power_tags": "role=web, env=demo", "power_state": "stopped", "power_limit": 10}
    done = job(tmp_path / "survey", credential, "power.yml", survey, {})
    assert done.status == "successful", done.stdout.read()
    assert results(done)[0]["changed"]
    states = simulator.control(ready, "GET", f"/{name}/servers")["servers"]
    stopped = {server["name"] for server in states if server["status"] == "SHUTOFF"}
    assert web <= stopped
    assert not {"db-01", "cache-01"} & stopped
    for run in ("sync", "survey"):
        shows_no_secret(ready, tmp_path / run, credential)


def test_slices_divide_the_fleet(ready: dict[str, Any], tmp_path: Path) -> None:
    simulator.control(ready, "POST", "/reset", {})
    credential = inject("huaweicloud", fields_of(ready["platforms"]["huaweicloud"]), tmp_path)
    _done, hosts = sync(tmp_path / "sync", credential)
    web = sorted(hosts["tag_role_web"]["hosts"])
    before = simulator.control(ready, "GET", "/requests")["requests"][-1]["n"]
    restarted = []
    for number in (1, 2):
        # AWX gives each slice every n-th host; the variables are as the sync left them.
        part = web[number - 1 :: 2]
        known = {"_meta": {"hostvars": {host: hosts["_meta"]["hostvars"][host] for host in part}}}
        known.update(all={"children": ["tag_role_web"]}, tag_role_web={"hosts": part})
        done = job(tmp_path / f"slice-{number}", credential, "restart.yml", {"restart_batch": 50}, known)
        assert done.status == "successful", done.stdout.read()
        (result,) = results(done)
        assert {outcome["outcome"] for outcome in result["outcomes"]} == {"done"}
        restarted.append({outcome["id"] for outcome in result["outcomes"]})
        assert restarted[-1] == {hosts["_meta"]["hostvars"][host]["cloudserver_id"] for host in part}
        shows_no_secret(ready, tmp_path / f"slice-{number}", credential)
    assert not restarted[0] & restarted[1]
    assert len(restarted[0] | restarted[1]) == len(web) == 4
    log = simulator.control(ready, "GET", f"/requests?platform=huaweicloud&since={before}")["requests"]
    assert len([request for request in log if request["method"] == "POST" and "action" in request["path"]]) == 2


def test_a_sync_of_several_clouds(ready: dict[str, Any], tmp_path: Path) -> None:
    clouds = {}
    for name in KEYSTONE:
        connection = ready["platforms"][name]
        clouds[name] = {"cloudserver_platform": name, "region_name": connection["region"], "auth": connection["auth"]}
    credential = inject("clouds_yaml", {"clouds": yaml.safe_dump({"clouds": clouds}), "cloud": "ustack"}, tmp_path)
    done, hosts = sync(tmp_path / "sync", credential)
    assert done.rc == 0, artifacts(tmp_path / "sync")
    assert "platform_ustack" in hosts
    shows_no_secret(ready, tmp_path / "sync", credential)


def test_a_sync_fails_while_the_cloud_is_down(refusing: str, tmp_path: Path) -> None:
    values = {"auth_url": refusing + "/v3", "username": "ops", "password": "pw-of-ops-7", "project_name": "web"}
    credential = {**inject("openstack", values, tmp_path), "CLOUDSERVER_API_RETRIES": "0"}
    done, hosts = sync(tmp_path / "sync", credential)
    assert (done.status, hosts) == ("failed", {})
    text = artifacts(tmp_path / "sync")
    assert "Could not" in text
    assert "pw-of-ops-7" not in text
    # Without the variable, the inventory would be empty and AWX, with overwrite set, would delete every host.
    lenient = {key: value for key, value in OF_A_SYNC.items() if not key.endswith("UNPARSED_FAILED")}
    done, hosts = sync(tmp_path / "lenient", credential, lenient)
    assert done.status == "successful"
    assert hosts.get("_meta", {}).get("hostvars") == {}
    assert "pw-of-ops-7" not in artifacts(tmp_path / "lenient")


def test_a_job_with_a_wrong_key_shows_no_secret(ready: dict[str, Any], tmp_path: Path) -> None:
    values = fields_of(ready["platforms"]["openstack"])
    credential = inject("openstack", {**values, "password": "wrong-pass-of-ops"}, tmp_path)
    survey = {"power_tags": "role=web", "power_state": "stopped", "power_limit": 10}
    done = job(tmp_path / "job", credential, "power.yml", survey, {})
    assert done.status == "failed"
    text = artifacts(tmp_path / "job")
    assert "401" in text
    assert "wrong-pass-of-ops" not in text
