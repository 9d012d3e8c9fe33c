"""Everything that README.md shows is run: its files are written and its commands are typed, against the simulator.

``make`` and the installation are what the gates themselves do; the rest is here. Only what a reader fills in (an
address, a key, a password) is filled in.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from reader_environment import reader_environment

from ansible_collections.cloudserver.compute.tools import simulator

ROOT = Path(__file__).resolve().parents[2]

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"^# ([\w.]+\.ya?ml)\b")
RUN_BY_THE_GATES = ("git clone ", "cd compute", "make ", "pip install ", "ansible-galaxy collection install ")


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCK.findall((ROOT / "README.md").read_text()) if found == kind]


def files() -> dict[str, str]:
    found = {}
    for text in blocks("yaml"):
        name = NAMED.match(text)
        assert name, f"a yaml block of the README names no file: {text[:40]}"
        found[name[1]] = text
    return found


def commands() -> list[str]:
    lines = [line for block in blocks("console") for line in block.splitlines()]
    assert all(line.startswith("$ ") for line in lines)
    return [line[2:] for line in lines]


def filled_in(name: str, text: str, connection: dict[str, Any]) -> str:
    """The file with this simulator's address and credentials where the README has an example's."""
    data = yaml.safe_load(text)
    if name in ("clouds.yaml", "secure.yaml"):
        auth = data["clouds"]["production"]["auth"]
        assert set(auth) <= set(connection["auth"])
        auth.update({key: connection["auth"][key] for key in auth})
        return json.dumps(data)
    return text


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("readme")
    fleet = [
        {"name": f"test-{number}", "tags": ["env=demo"], "addresses": {"private": [f"10.0.7.{number}"]}}
        for number in range(1, 4)
    ]
    fleet.append({"name": "test-kept", "tags": ["env=demo", "role=db"], "addresses": {"private": ["10.0.7.9"]}})
    fleet.append({"name": "web-1", "tags": ["env=demo", "role=web"], "addresses": {"private": ["10.0.7.10"]}})
    config = folder / "config.yml"
    config.write_text(json.dumps({"platforms": {"easystack": {"servers": fleet}}}))
    with simulator.running(folder / "simulator", "--quiet", "--config", str(config)) as ready:
        for name, text in files().items():
            (folder / name).write_text(filled_in(name, text, ready["platforms"]["easystack"]))
        huawei = ready["platforms"]["huaweicloud"]
        environment = reader_environment(
            folder, HW_AUTH_URL=huawei["auth"]["auth_url"], OS_COMPUTE_ENDPOINT_OVERRIDE=huawei["endpoint"]
        )
        keys = {"HW_ACCESS_KEY": huawei["auth"]["access_key"], "HW_SECRET_KEY": huawei["auth"]["secret_key"]}
        yield folder, ready, environment, keys


def type_in(command: str, folder: Path, environment: dict[str, str], keys: dict[str, str]) -> str | None:
    """Types one command; ``export`` lasts for the commands after it. Gives what it printed."""
    words = shlex.split(command)
    if words[0] == "export":
        for word in words[1:]:
            name, _equals, value = word.partition("=")
            environment[name] = keys[name] if value == "..." else value
        return None
    done = subprocess.run(
        [str(Path(sys.executable).parent / words[0]), *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
    assert "[WARNING]" not in done.stderr, done.stderr
    return done.stdout


def test_the_commands_of_the_readme_do_what_it_says(here: Any) -> None:
    folder, ready, environment, keys = here
    printed: dict[str, str] = {}
    for command in commands():
        if command.startswith(RUN_BY_THE_GATES):
            continue
        if "cloud=production" in command or ".yml" in command:
            # The reader who gets here uses clouds.yaml, and has another shell than the one for Huawei Cloud.
            for name in [*keys, "CLOUDSERVER_PLATFORM", "HW_REGION_NAME", "OS_COMPUTE_ENDPOINT_OVERRIDE"]:
                environment.pop(name, None)
        printed[command] = type_in(command, folder, environment, keys) or ""

    def states() -> dict[str, str]:
        servers = simulator.control(ready, "GET", "/easystack/servers")["servers"]
        return {server["name"]: server["status"] for server in servers}

    shown = {command: text for command, text in printed.items() if text}
    listing = next(text for command, text in shown.items() if "all=true" in command)
    assert '"name": "web-01"' in listing
    by_tag = next(text for command, text in shown.items() if "tags=role=web" in command)
    assert '"name": "web-1"' in by_tag
    assert "test-1" not in by_tag
    check, closed, opened = (text for command, text in shown.items() if "power.yml" in command)
    assert "changed=1" in check
    assert '"power_state": "stopped"' in check
    assert "changed=1" in closed
    assert "changed=1" in opened
    assert states() == dict.fromkeys(("test-1", "test-2", "test-3", "test-kept", "web-1"), "ACTIVE")
    graph = next(text for command, text in shown.items() if "--graph" in command)
    assert "web-1" in graph
    assert "@tag_role_web" in graph
    assert "zone_" in graph
    ad_hoc = next(text for command, text in shown.items() if "tag_role_web" in command)
    assert "10.0.7.10" in ad_hoc
    schedule = next(text for command, text in shown.items() if "targets=all" in command)
    assert "test-1" in schedule
    assert "failed=0" in schedule
    for secret in (*keys.values(), ready["platforms"]["easystack"]["auth"]["password"]):
        assert secret not in "".join(shown.values())


def test_the_power_schedule_keeps_what_is_tagged(here: Any) -> None:
    folder, ready, environment, keys = here
    type_in("ansible-playbook power.yml -e office=closed", folder, environment, keys)
    servers = simulator.control(ready, "GET", "/easystack/servers")["servers"]
    stopped = {server["name"] for server in servers if server["status"] == "SHUTOFF"}
    assert stopped == {"test-1", "test-2", "test-3", "web-1"}
    again = type_in("ansible-playbook power.yml -e office=closed", folder, environment, keys) or ""
    assert "changed=0" in again


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_help_of_the_simulator_needs_no_environment(page: str) -> None:
    """As the page has it, by a Python that has nothing but its standard library."""
    (command,) = set(re.findall(r"`(python3? tests/simulator [^`]*)`", (ROOT / page).read_text()))
    program, *arguments = shlex.split(command)
    assert program == "python3"
    bare = [sys.executable, "-I", "-S", *arguments]
    done = subprocess.run(bare, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0 and "--config" in done.stdout, done.stderr
    done = subprocess.run(bare[:-1], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 2 and "make simulator" in done.stderr and "Traceback" not in done.stderr
