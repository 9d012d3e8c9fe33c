"""The program: configuration, ready file, signals, and ten thousand servers."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from reader_environment import reader_environment

from simulator.state.config import DEFAULT_FILE, ConfigError, load
from simulator.state.simulator import Simulator

PROGRAM = str(DEFAULT_FILE.parent)


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, PROGRAM, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_tells_where_it_is_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    ready = tmp_path / "ready.json"
    with start("--ready-file", str(ready)) as process:
        assert process.stdout is not None
        # The line is printed after the ready file was written: reading it is waiting for it.
        assert "listening on http://127.0.0.1:" in process.stdout.readline()
        document = json.loads(ready.read_text())
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        assert (document["pid"], document["control"]) == (process.pid, document["url"] + "/_sim")
        assert set(document["platforms"]) == {"openstack", "easystack", "ustack", "huaweicloud"}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(document["control"] + "/health", timeout=10) as answer:
            assert json.load(answer)["servers"]["openstack"] == 16
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (["--config", "/nowhere.yml"], 2, "cannot read /nowhere.yml"),
        (["--host", "192.0.2.1"], 1, "cannot listen on"),
        (["--ready-file", "/nowhere/ready.json"], 1, "cannot write the ready file"),
    ],
)
def test_what_cannot_work_is_one_sentence(arguments: list[str], status: int, word: str) -> None:
    with start(*arguments) as process:
        _out, errors = process.communicate(timeout=20)
    assert process.returncode == status
    assert word in errors
    assert "Traceback" not in errors


def test_help_names_every_option() -> None:
    with start("--help") as process:
        text, _errors = process.communicate(timeout=20)
    assert process.returncode == 0
    for option in ("--ready-file", "--clouds", "--show-requests", "--config", "--port", "--host", "--quiet"):
        assert option in text


def test_the_commands_that_it_prints_work_and_each_request_is_a_line(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    with start("--clouds", str(folder), "--show-requests") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _number in range(10)]
        commands = [line.strip() for line in lines if line.startswith("  ")]
        assert len(commands) == 5
        for name in ("clouds.yaml", "huaweicloud.sh"):
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
        environment = reader_environment(tmp_path, PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        done = subprocess.run(
            ["bash", "-ec", "\n".join(commands)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        process.send_signal(signal.SIGTERM)
        rest, _errors = process.communicate(timeout=20)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("localhost | SUCCESS") == 2
    assert done.stdout.count("localhost | CHANGED") == 1
    shown = [line.split() for line in rest.splitlines()]
    assert {words[0] for words in shown} == {"openstack", "easystack", "huaweicloud"}
    assert ["huaweicloud", "GET"] in [words[:2] for words in shown]
    assert any(words[1] == "POST" and words[2].endswith("/action") and "202" in words for words in shown)
    assert "-pass" not in rest
    assert list(folder.iterdir()) == []


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "fleet.yml"
    path.write_text(text)
    return path


def test_a_users_fleet_replaces_the_default_one(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
platforms:
  openstack:
    servers:
      - {name: only, id: 3b0a4c7e-0000-4000-8000-000000000001, flavor: {name: huge, vcpus: 64, ram: 9}, image: "",
         addresses: {a: [{ip: "2001:db8::1", kind: floating}]}, extra: {"vendor:colour": red}}
    generate: {count: 3, name: "gen-%02d", tags: [role=gen], status: SHUTOFF}
""",
    )
    sim = Simulator(load(path))
    fleet = sim.fleets["openstack"]
    assert [server.name for server in fleet.servers.values()] == ["only", "gen-01", "gen-02", "gen-03"]
    only = fleet.servers["3b0a4c7e-0000-4000-8000-000000000001"]
    assert (only.flavor["vcpus"], only.image, only.addresses[0]["version"]) == (64, None, 6)
    assert len({server.addresses[0]["ip"] for server in fleet.servers.values()}) == 4
    generated = fleet.find("gen-02")
    assert generated is not None and generated.status == "SHUTOFF"
    assert len(sim.fleets["easystack"].servers) == 17


def test_the_same_configuration_gives_the_same_servers() -> None:
    first, second = Simulator(load()), Simulator(load())
    for name, fleet in first.fleets.items():
        assert list(fleet.servers) == list(second.fleets[name].servers)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("- a", "must hold a mapping"),
        ("a: [", "not valid YAML"),
        ("colour: red", "unknown key 'colour'"),
        ("platforms: {abacus: {}}", "unknown key 'abacus'"),
        ("platforms: {ustack: {serverz: []}}", "serverz"),
        ("platforms: {ustack: {servers: [{status: ACTIVE}]}}", "name is missing"),
        ("platforms: {ustack: {servers: [{name: a, status: SLEEPY}]}}", "unknown status 'SLEEPY'"),
        ("platforms: {ustack: {servers: [{name: a, tags: b}]}}", "tags is a list"),
        ("platforms: {ustack: {servers: [{name: a, addresses: {n: [{kind: fixed}]}}]}}", "each entry has ip"),
        ("platforms: {ustack: {servers: [{name: a, addresses: {n: [10.0.0.999]}}]}}", "10.0.0.999"),
        ("platforms: {ustack: {servers: [{name: a, id: x}, {name: b, id: x}]}}", "two servers have the id x"),
        ("platforms: {ustack: {servers: [{name: a, region: Moon}]}}", "no region 'Moon'"),
        ("platforms: {ustack: {servers: [{name: a, project: none}]}}", "no project 'none'"),
        ("platforms: {ustack: {generate: {count: 2, name: same}}}", "count is a number"),
        ("delays: {nap: 1}", "unknown key 'nap'"),
        ("delays: {stop: slow}", "stop must be a number"),
        ("platforms: {huaweicloud: {already: perhaps}}", "already is noop or error"),
        ("platforms: {huaweicloud: {os_change_ends: well}}", "os_change_ends is running or stopped or previous"),
        ("platforms: {ustack: {servers: [{name: a, os_type: Plan9}]}}", "os_type is Linux or Windows"),
        ("platforms: {openstack: {images: [{colour: red}]}}", "unknown key 'colour'"),
        ("platforms: {openstack: {hosts: [{zone: a}]}}", "hosts[0]: name is missing"),
        (
            "platforms: {openstack: {keypairs: [{name: k, public_key: ssh-rsa AAAA}]}}",
            "key pair k: the key is cut short",
        ),
        ("platforms: {openstack: {flavors: [{name: f, public: false, access: [nowhere]}]}}", "no project 'nowhere'"),
        (
            "platforms: {openstack: {aggregates: [{name: g, availability_zone: x, hosts: [cmp4]}]}}",
            "cmp4 is in the zone x",
        ),
    ],
)
def test_bad_configurations_are_one_sentence(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Simulator(load(write(tmp_path, text)))
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_ready_options_open_every_platform(live: dict[str, Any]) -> None:
    import requests

    with requests.Session() as session:
        session.trust_env = False
        for name in ("openstack", "easystack", "ustack"):
            for who, options in live["credentials"][name].items():
                auth = options["auth"]
                # "guarded" needs a passcode, too, and "overseer" has no role in a project.
                if "password" not in auth or who in ("guarded", "overseer"):
                    continue
                body = {
                    "auth": {
                        "identity": {
                            "methods": ["password"],
                            "password": {
                                "user": {
                                    "name": auth["username"],
                                    "password": auth["password"],
                                    "domain": {"name": auth["user_domain_name"]},
                                }
                            },
                        },
                        "scope": {
                            "project": {"name": auth["project_name"], "domain": {"name": auth["project_domain_name"]}}
                        },
                    }
                }
                answer = session.post(auth["auth_url"] + "/auth/tokens", json=body, timeout=10)
                assert answer.status_code == (401 if who == "outsider" else 201), (name, who)
    huawei = live["credentials"]["huaweicloud"]
    assert huawei["ambiguous_region"]["region"] == "cn-ambiguous-1"
    assert huawei["empty_region"]["region"] == "cn-none-1"
    assert huawei["temporary"]["auth"]["security_token"]


def test_ten_thousand_servers_are_listed_in_pages(tmp_path: Path) -> None:
    path = write(tmp_path, "platforms: {openstack: {generate: {count: 10000, name: 'web-%05d'}}}")
    from simulator.app import create_app

    sim = Simulator(load(path))
    client: Any = create_app(sim).test_client()
    body = {
        "auth": {
            "identity": {
                "methods": ["password"],
                "password": {"user": {"name": "demo", "password": "openstack-demo-pass", "domain": {"id": "default"}}},
            },
            "scope": {"project": {"name": "demo", "domain": {"id": "default"}}},
        }
    }
    token = client.post("/openstack/identity/v3/auth/tokens", json=body).headers["X-Subject-Token"]
    seen: list[str] = []
    query = {"limit": "1000"}
    while True:
        rows = client.get(
            "/openstack/compute/v2.1/servers/detail", query_string=query, headers={"X-Auth-Token": token}
        ).json["servers"]
        if not rows:
            break
        seen += [row["id"] for row in rows]
        query["marker"] = rows[-1]["id"]
    assert len(seen) == len(set(seen)) == 10000
