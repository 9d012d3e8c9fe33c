"""Every example that ansible-doc shows runs as it stands against the simulator's default fleet, without a warning.

The examples of a module are one play, in their order, on a fleet that was just reset. A reader's clouds.yaml has the
clouds of CLOUDS; FILES, SECRETS and URLS have what only a
reader can fill in.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from reader_environment import reader_environment

from ansible_collections.cloudserver.compute.tools import simulator

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = "ansible_collections.cloudserver.compute.plugins."
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[a-z]*.py"))

#: A cloud of the reader's clouds.yaml: the platform, and the user if it is not the platform's usual one.
CLOUDS = {
    "production": ("openstack", None),
    "admin": ("openstack", "admin"),
    "easystack": ("easystack", None),
    "uos": ("ustack", None),
    "huawei": ("huaweicloud", None),
    "lab": ("easystack", None),
    "old-stack": ("ustack", None),
}
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB8hwqlhvY8qFcKV6Rp0RkNIChpnejgbrfgq00sQRw// operators\n"
PRIVATE_KEY = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n"
MY_ROLE = "roles/my_role/meta/argument_specs.yml"
HASHI_VAULT = "collections/ansible_collections/community/hashi_vault/plugins/lookup/"
PASSWORD = {"revision": "2026-q4", "password": "Rotated-Example-1", "state": "set", "times": {}, "attempts": {}}
PASSWORD |= {"first_asked": 1, "last_asked": 1, "concluded": 1}
HISTORY = {"name": "web-01", "sequence": 1, "passwords": [PASSWORD]}
LOOKUP = """\
from ansible.plugins.lookup import LookupBase

class LookupModule(LookupBase):
    def run(self, terms, variables=None, **options):
        %s
"""
#: Files that only a reader can have; a name that ends with / is a folder.
FILES = {
    ".ssh/": "",  # a home has it, where OpenSSH keeps keys
    ".ssh/operators-2026.pub": PUBLIC_KEY,  # the reader's own key
    ".ssh/operators-2025": PRIVATE_KEY,  # its private key; the simulator does not have that of a key pair of its fleet
    "files/web.cloud-init.yml": "#cloud-config\npackages: [nginx]\n",  # the reader's own user data
    "fencing.yml": "- ansible.builtin.debug:\n    msg: powered off\n",  # the reader's own fencing
    ".vault_password": "the password of the examples' vault\n",  # a secret
    MY_ROLE: "argument_specs: {main: {}}\n",  # the rest of the reader's own role
    "vault-password": "the password of the roles' vault\n",  # a secret
    # HashiCorp Vault and the collection that connects to it: each server has the password of an earlier rotation.
    HASHI_VAULT + "vault_read.py": LOOKUP % f"return [{{'data': {{'data': {HISTORY}, 'metadata': {{'version': 1}}}}}}]",
    HASHI_VAULT + "vault_write.py": LOOKUP % "return [{}]",
}
#: Variables that a reader has in an encrypted file.
SECRETS = {
    "vault_rescue_password": "Rescue-Example-1",
    "vault_build_password": "Build-Example-1",
    "vault_appliance_password": "Appliance-Example-1",
    "web_password": "Web-Example-1",
    "vaulted_passwords": {"db-01": "Db-Example-1", "db-02": "Db-Example-2"},
}
#: A URL, or the port of a role, that only a reader's servers answer, and one that the simulator answers.
URLS = {
    "http://{address}:8080/health": "{control}/health?server={{address}}",
    "os_reinstall_health_port: 22": "os_reinstall_health_url: {control}/health",
}


def examples(module: str) -> str:
    return str(import_module(PLUGINS + "modules." + module).EXAMPLES)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with simulator.running(tmp_path_factory.mktemp("examples"), "--quiet") as found:
        yield found


def clouds(ready: dict[str, Any]) -> dict[str, Any]:
    entries = {}
    for name, (platform, user) in CLOUDS.items():
        options = ready["credentials"][platform][user] if user else ready["platforms"][platform]
        entry = {"cloudserver_platform": platform, "region_name": options["region"], "auth": options["auth"]}
        if "endpoint" in options:
            entry["compute_endpoint_override"] = options["endpoint"]
        entries[name] = entry
    return {"clouds": entries}


class Reader:
    """Who copies examples into an empty folder, which is also the home."""

    def __init__(self, ready: dict[str, Any], folder: Path) -> None:
        self.ready = ready
        self.folder = folder
        self.write("clouds.yaml", json.dumps(clouds(ready)))
        self.write("secrets.yml", json.dumps(SECRETS))
        for name, text in FILES.items():
            self.write(name, text)
        self.environment = reader_environment(folder)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        else:
            path.write_text(text)

    def filled_in(self, text: str) -> str:
        for theirs, ours in URLS.items():
            text = text.replace(theirs, ours.format(control=self.ready["control"]))
        return text

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [str(Path(sys.executable).parent / command[0]), *command[1:]],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        printed = done.stdout + done.stderr
        assert done.returncode == 0, printed
        assert "WARNING]" not in printed, printed
        return done.stdout

    def play(self, text: str) -> str:
        """Runs examples as they stand: tasks, or the tasks of a role if the first line names its file."""
        text = self.filled_in(text)
        role = re.match(r"# (roles/(\w+)/tasks/main\.yml)\n", text.lstrip())
        if role:
            self.write(role[1], text)
            body: dict[str, Any] = {"roles": [role[2]]}
        else:
            self.write("examples.yml", text)
            body = {"tasks": [{"ansible.builtin.import_tasks": "examples.yml"}]}
        self.write("play.yml", json.dumps([{"hosts": "localhost", "gather_facts": False, **body}]))
        return self.run("ansible-playbook", "play.yml", "-e", "@secrets.yml")


@pytest.fixture
def reader(ready: dict[str, Any], tmp_path: Path) -> Reader:
    simulator.control(ready, "POST", "/reset", {})
    return Reader(ready, tmp_path)


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_the_module(module: str, reader: Reader) -> None:
    text = examples(module)
    tasks = yaml.safe_load(text)
    assert any(f"cloudserver.compute.{module}" in task for task in tasks)
    printed = reader.play(text)
    for task in tasks:
        assert f"{task['name']}] ***" in printed
    assert f"ok={len(tasks)} " in printed
    assert "skipped=0" in printed
    assert "ignored=0" in printed


# -- the inventory, the filters and the roles ------------------------------------------------------------------------


def inventories() -> dict[str, str]:
    """The examples of the inventory plugin by the names of their files."""
    text = import_module(PLUGINS + "inventory.cloudserver").EXAMPLES
    named = [re.match(r"# ([\w-]+\.cloudserver\.yml): .*\n", part.lstrip()) for part in text.split("\n---\n")]
    assert all(named)
    return {name[1]: name.string for name in named if name}


@pytest.mark.parametrize("name", inventories())
def test_the_examples_of_the_inventory(name: str, reader: Reader) -> None:
    huawei = reader.ready["platforms"]["huaweicloud"]
    text = inventories()[name]
    reader.write(name, text)
    if "ACCESS_KEY" in text:
        # The reader's keys, and the addresses, which are those of the region without these variables.
        reader.environment.update(
            ACCESS_KEY=huawei["auth"]["access_key"],
            SECRET_KEY=huawei["auth"]["secret_key"],
            HW_AUTH_URL=huawei["auth"]["auth_url"],
            OS_COMPUTE_ENDPOINT_OVERRIDE=huawei["endpoint"],
        )
    found = json.loads(reader.run("ansible-inventory", "-i", name, "--list"))
    assert found["_meta"]["hostvars"]
    if "sources:" in text:
        sources = {row["name"] for row in yaml.safe_load(text)["sources"]}
        assert {f"source_{source}" for source in sources} <= set(found)


@pytest.mark.parametrize("path", sorted((ROOT / "plugins" / "filter").glob("*.yml")), ids=lambda path: str(path.stem))
def test_the_examples_of_the_filter(path: Path, reader: Reader) -> None:
    text = yaml.safe_load(path.read_text())["EXAMPLES"]
    tasks = yaml.safe_load(text)
    assert f"cloudserver.compute.{path.stem}" in text
    assert f"ok={len(tasks)} " in reader.play(text)


#: What a role waits for by the clock alone.
NOT_WAITING = {"host_evacuation": ("-e", "host_evacuation_interval=1")}


@pytest.mark.parametrize("role", sorted(path.parent.name for path in ROOT.glob("roles/*/README.md")))
def test_the_playbooks_of_the_role(role: str, reader: Reader) -> None:
    """A block of YAML is a file that it names, or plays or tasks for the servers of an inventory."""
    text = (ROOT / "roles" / role / "README.md").read_text()
    reader.write("all.cloudserver.yml", inventories()["all.cloudserver.yml"] + "groups_by: [tags, source]\n")
    reader.write("group_vars/source_production.yml", "cloudserver_connection: {cloud: production}\n")
    ran = 0
    for kind, block in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        named = re.match(r"# ([\w/.-]+\.yml)\n", block)
        if kind == "console":
            for line in block.splitlines():
                reader.run(*shlex.split(line.removeprefix("$ ")), *NOT_WAITING.get(role, ()))
        elif named:
            reader.write(named[1], reader.filled_in(block))
            continue
        else:
            plays = yaml.safe_load(block)
            if "hosts" not in plays[0]:
                plays = [{"hosts": "all", "gather_facts": False, "tasks": plays}]
            reader.write("play.yml", json.dumps(plays))
            reader.run("ansible-playbook", "play.yml", "-i", "all.cloudserver.yml")
        ran += 1
    assert ran


def test_nothing_is_filled_in_that_no_example_needs() -> None:
    texts = [examples(module) for module in MODULES] + list(inventories().values())
    texts += [path.read_text() for path in (*ROOT.glob("plugins/filter/*.yml"), *ROOT.glob("roles/*/README.md"))]
    text = "\n".join(texts)
    names = [name.removeprefix(HASHI_VAULT).removesuffix(".py") for name in FILES]
    words = {"vault_read": "hashi_vault:", "vault_write": "hashi_vault:", MY_ROLE: "# roles/my_role/tasks/main.yml"}
    for name in [*(words.get(name, name) for name in names), *SECRETS, *URLS, *(f"cloud: {name}" for name in CLOUDS)]:
        assert name in text, name
