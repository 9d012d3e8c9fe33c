"""The guides of docs/docsite say what is true: their files are written and their commands typed, against the simulator.

A YAML block names its file in its first line. Each guide is one reader: an empty folder, the files of the guide and
its commands in order. clouds.yaml and secure.yaml are those of the guide on authentication where a guide has none. Only
what a reader fills in (addresses, names, keys, passwords) is filled in.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from reader_environment import reader_environment
from test_readme import type_in

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud import hints
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import PLATFORMS
from ansible_collections.cloudserver.compute.tools import simulator

ROOT = Path(__file__).resolve().parents[2]
DOCSITE = ROOT / "docs" / "docsite"
PAGES = {path.stem: path.read_text() for path in sorted((DOCSITE / "rst").glob("*.rst"))}
#: Translations have the code of their English pages, and a test of their own.
GUIDES = {name: text for name, text in PAGES.items() if not name.endswith("_zh_cn")}
COLLECTION = "ansible_collections.cloudserver.compute.plugins.modules."
PREFIX = "ansible_collections.cloudserver.compute.docsite."

BLOCK = re.compile(r"^\.\. code-block:: (\w+)\n\n((?:   .*\n|\n)+)", re.MULTILINE)
NAMED = re.compile(r"^# ([\w.-]+\.ya?ml)\n")
PATH = re.compile(r"``((?:plugins|tests|tools|docs|meta|extensions)/[\w/.-]+)``")
# Others do these: the gates build and install the artifact; no container engine and no AWX is at hand.
ELSEWHERE = (
    "ansible-galaxy collection install ",
    "ansible-playbook bootstrap.yml",
    "make simulator ",
    "pip install ",
    "podman ",
)


def blocks(guide: str, kind: str) -> list[str]:
    return [textwrap.dedent(text).strip() + "\n" for found, text in BLOCK.findall(PAGES[guide]) if found == kind]


def files(guide: str) -> dict[str, str]:
    found = {}
    for text in blocks(guide, "yaml"):
        name = NAMED.match(text)
        assert name, f"a yaml block of {guide} names no file: {text[:40]}"
        assert name[1] not in found
        found[name[1]] = text
    return found


def commands(guide: str) -> list[str]:
    lines = [line for block in blocks(guide, "console") for line in block.splitlines()]
    assert all(line.startswith("$ ") for line in lines)
    return [line[2:] for line in lines]


# -- what needs no cloud ---------------------------------------------------------------------------------------------


def test_every_guide_is_in_the_table_of_contents() -> None:
    sections = yaml.safe_load((DOCSITE / "extra-docs.yml").read_text())["sections"]
    listed = [name for section in sections for name in section["toctree"]]
    assert sorted(listed) == sorted(PAGES)
    assert {f"platform_{name}" for name in PLATFORMS} <= set(GUIDES)


@pytest.mark.parametrize("guide", PAGES)
def test_labels_and_paths_exist(guide: str) -> None:
    text = PAGES[guide]
    assert f".. _{PREFIX}{guide}:" in text
    for label in re.findall(r":ref:`[^<`]*<([^>]+)>`", text):
        page = label.removeprefix(PREFIX)
        assert page in PAGES, label
        if guide not in GUIDES:
            assert f"{page}_zh_cn" not in PAGES, f"{guide} refers to the English page {page}"
    for path in PATH.findall(text):
        assert (ROOT / path).exists(), path
    assert set(re.findall(r"code-block:: (\w+)", text)) <= {"yaml", "console", "json"}
    for block in blocks(guide, "json"):
        json.loads(block)


def test_every_role_is_in_the_guide() -> None:
    existing = {path.parts[-3] for path in ROOT.glob("roles/*/meta/argument_specs.yml")}
    assert set(re.findall(r":ansplugin:`cloudserver\.compute\.(\w+)#role`", GUIDES["roles"])) == existing


def test_the_variables_of_the_examples_are_those_of_the_roles() -> None:
    known = set()
    for path in ROOT.glob("roles/*/meta/argument_specs.yml"):
        known |= set(yaml.safe_load(path.read_text())["argument_specs"]["main"].get("options") or {})
    shown = set(yaml.safe_load(files("roles")["schedules.yml"]))
    for play in yaml.safe_load(files("roles")["report.yml"]):
        shown |= {name for role in play["roles"] for name in role["vars"]}
    assert shown <= known


def test_the_awx_guide_shows_the_files_of_docs_awx() -> None:
    project = ROOT / "docs" / "awx" / "project"
    shown = files("awx")
    own = yaml.safe_load((project / "fleet.cloudserver.yml").read_text())
    assert yaml.safe_load(shown["fleet.cloudserver.yml"]) == own
    (short,), (play,) = (yaml.safe_load(text) for text in (shown["restart.yml"], (project / "restart.yml").read_text()))
    assert short["tasks"] == play["tasks"]
    (bootstrap,) = yaml.safe_load((ROOT / "docs" / "awx" / "bootstrap.yml").read_text())
    given = yaml.safe_load(shown["controller-variables.yml"])
    assert given and all(bootstrap["vars"][name] == value for name, value in given.items())


# -- what a reader types ---------------------------------------------------------------------------------------------


def connection_of(entry: dict[str, Any], ready: dict[str, Any]) -> dict[str, Any]:
    name = entry["cloudserver_platform"]
    if entry.get("auth_type") == "v3applicationcredential":
        return ready["credentials"][name]["application_credential"]
    return ready["platforms"][name]


def clouds_of(given: dict[str, str], ready: dict[str, Any]) -> dict[str, str]:
    """clouds.yaml and secure.yaml with this simulator's values in place of the examples', and no key more."""
    clouds, secure = (yaml.safe_load(given[name]) for name in ("clouds.yaml", "secure.yaml"))
    for name, entry in clouds["clouds"].items():
        auth = connection_of(entry, ready)["auth"]
        for part in (entry["auth"], secure["clouds"][name]["auth"]):
            assert set(part) <= set(auth)
            part.update({key: auth[key] for key in part})
    return {"clouds.yaml": json.dumps(clouds), "secure.yaml": json.dumps(secure)}


def exported(ready: dict[str, Any], platform: str) -> dict[str, str]:
    """Values for the variables that a reader exports."""
    auth = {**ready["platforms"][platform]["auth"]}
    if platform != "huaweicloud":
        auth.update(ready["credentials"][platform]["application_credential"]["auth"])
    prefix = "HW_" if platform == "huaweicloud" else "OS_"
    return {prefix + key.upper(): value for key, value in auth.items()}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with simulator.running(tmp_path_factory.mktemp("docs"), "--quiet") as found:
        yield found


class Reader:
    """Who follows one guide in an empty folder; `printed` holds what each command printed."""

    def __init__(self, guide: str, ready: dict[str, Any], folder: Path) -> None:
        self.ready = ready
        self.folder = folder
        given = files(guide)
        clouds = {name: given.pop(name, files("authentication")[name]) for name in ("clouds.yaml", "secure.yaml")}
        for name, text in {**given, **clouds_of(clouds, ready)}.items():
            (folder / name).write_text(text)
        self.environment = reader_environment(folder)
        self.printed: list[tuple[str, str]] = []

    def type(self, command: str) -> None:
        if command.startswith(ELSEWHERE):
            return
        printed = type_in(command, self.folder, self.environment, self.values())
        if printed is None:
            # What was exported is an example's; the values are the simulator's.
            values = self.values()
            self.environment.update({name: value for name, value in values.items() if name in self.environment})
            if self.environment.get("CLOUDSERVER_PLATFORM") == "huaweicloud":
                self.environment["HW_AUTH_URL"] = values["HW_AUTH_URL"]
                endpoint = self.ready["platforms"]["huaweicloud"]["endpoint"]
                self.environment["OS_COMPUTE_ENDPOINT_OVERRIDE"] = endpoint
        else:
            self.printed.append((command, printed))

    def values(self) -> dict[str, str]:
        platform = self.environment.get("CLOUDSERVER_PLATFORM")
        return {**exported(self.ready, "huaweicloud"), **exported(self.ready, platform or "openstack")}

    def follow(self, guide: str) -> dict[str, str]:
        """Everything that was printed, by its command; of one that is typed twice the last."""
        for command in commands(guide):
            self.type(command)
        assert "-pass" not in "".join(text for _command, text in self.printed)
        return dict(self.printed)


@pytest.fixture
def follow(ready: dict[str, Any], tmp_path: Path) -> Any:
    simulator.control(ready, "POST", "/reset", {})
    return lambda guide: Reader(guide, ready, tmp_path).follow(guide)


def status(ready: dict[str, Any], platform: str, name: str) -> str:
    servers = simulator.control(ready, "GET", f"/{platform}/servers")["servers"]
    return str(next(server["status"] for server in servers if server["name"] == name))


def names_in(listing: str) -> set[str]:
    return set(re.findall(r'"name": "([^"]+)"', listing))


def test_every_guide_with_commands_is_followed_here() -> None:
    source = Path(__file__).read_text()
    for guide in GUIDES:
        wanted = [command for command in commands(guide) if not command.startswith(ELSEWHERE)]
        assert not wanted or f'follow("{guide}")' in source, guide


def test_getting_started(ready: dict[str, Any], follow: Any) -> None:
    printed = follow("getting_started")
    assert names_in(next(iter(printed.values()))) == {"web-01", "web-02", "web-03", "web-04"}
    assert "changed=1" in printed["ansible-playbook evening.yml --check --diff"]
    assert "changed=0" in printed["ansible-playbook evening.yml"]
    assert status(ready, "easystack", "web-01") == status(ready, "easystack", "db-01") == "SHUTOFF"
    assert status(ready, "easystack", "bastion-01") == "ACTIVE"


def test_authentication(follow: Any) -> None:
    first, second = follow("authentication").values()
    assert names_in(first) >= {"bastion-01"}
    assert "web-01" not in first
    assert "web-01" in names_in(second)
    assert "batch-01" not in second


def test_the_playbook_with_a_vault(ready: dict[str, Any], tmp_path: Path) -> None:
    reader = Reader("authentication", ready, tmp_path)
    huawei = ready["platforms"]["huaweicloud"]
    keys = {f"vault_{key}": huawei["auth"][key] for key in ("access_key", "secret_key")}
    assert set(yaml.safe_load(files("authentication")["shop-vault.yml"])) == set(keys)
    (tmp_path / "shop-vault.yml").write_text(json.dumps(keys))
    reader.environment.update(HW_AUTH_URL=huawei["auth"]["auth_url"], OS_COMPUTE_ENDPOINT_OVERRIDE=huawei["endpoint"])
    reader.type("ansible-playbook shop.yml -v")
    printed = reader.printed[0][1]
    assert "web-01" in printed
    assert not [key for key in keys.values() if key in printed]


def test_inventory(ready: dict[str, Any], follow: Any) -> None:
    printed = follow("inventory")
    graph, host, ad_hoc, estate, jump, v6, projects, region, running, rolling = printed.values()
    assert "web-03" in jump and "web-01" not in jump  # web-01 has a public address
    assert "fd00" in v6 or "2001:db8" in v6
    assert "@project_" in projects and "@security_group_" in projects and "@image_" in projects
    assert "web-01" in region
    assert "batch-01" not in running and "web-01" in running
    assert "@tag_role_web" in graph
    assert "@zone_zone_2" in graph
    assert json.loads(host)["ansible_host"] == "203.0.113.11"
    assert "203.0.113.11" in ad_hoc
    assert all(f"@source_{name}" in estate for name in ("shop", "lab", "old"))
    assert rolling.count("TASK [Restart the batch]") == 2
    assert "failed=0" in rolling
    assert status(ready, "easystack", "web-04") == "ACTIVE"


def test_huawei_cloud(follow: Any) -> None:
    listing, nightly, keys = follow("platform_huaweicloud").values()
    assert "203.0.113.11" in listing
    assert "4 servers are restarting" in nightly
    assert "failed=0" in nightly
    assert "changed=2" in keys


def test_easystack(ready: dict[str, Any], follow: Any) -> None:
    listing, _quiet = follow("platform_easystack").values()
    assert names_in(listing) == {"web-04"}
    assert status(ready, "easystack", "cache-01") == "SUSPENDED"


def test_ustack(ready: dict[str, Any], follow: Any) -> None:
    listing, _hard = follow("platform_ustack").values()
    assert names_in(listing) == {"web-01", "web-02", "web-03", "web-04"}
    assert '"role=web"' in listing
    assert status(ready, "ustack", "cache-01") == "SHUTOFF"


def test_openstack(ready: dict[str, Any], follow: Any) -> None:
    listing, build = follow("platform_openstack").values()
    assert names_in(listing) == {"web-01"}
    assert "changed=2" in build
    assert status(ready, "openstack", "build-01") == "PAUSED"


def test_awx(follow: Any, tmp_path: Path) -> None:
    (tmp_path / "cloudserver-compute-1.0.0.tar.gz").write_bytes(b"")
    follow("awx")
    assert (tmp_path / "context" / "Dockerfile").exists() or (tmp_path / "context" / "Containerfile").exists()


def test_roles(ready: dict[str, Any], follow: Any, tmp_path: Path) -> None:
    schedule, report, export, check, change = follow("roles").values()
    assert "failed=0" in schedule
    assert "failed=0" in report
    assert "changed=1" in export
    assert "failed=0" in check and "changed=0" in check
    assert "failed=0" in change and "canary" in change
    assert "web-01" in (tmp_path / "fleet.html").read_text()
    assert "web-01" in (tmp_path / "fleet.csv").read_text()
    assert status(ready, "easystack", "web-01") == "ACTIVE"


def test_approved_plans(ready: dict[str, Any], follow: Any, tmp_path: Path) -> None:
    checked, done = follow("approved_plans").values()
    assert "changed=1" in checked and "changed=1" in done and "failed=0" in done
    (task,) = json.loads((tmp_path / "weekend.plan.json").read_text())["tasks"]
    assert {change["name"] for change in task["changes"]} == {"web-01", "web-02", "web-03", "web-04"}


def test_rehearsing(tmp_path: Path) -> None:
    config = tmp_path / "fleet.yml"
    config.write_text(files("rehearsing")["rehearsal.yml"])
    (tmp_path / ".cache").mkdir()
    with simulator.running(tmp_path / "sim", "--quiet", "--config", str(config)) as ready:
        (tmp_path / ".cache" / "simulator.json").write_text(json.dumps(ready))
        servers = simulator.control(ready, "GET", "/easystack/servers")["servers"]
        assert len(servers) == 503
        reader = Reader("rehearsing", ready, tmp_path)
        printed = next(iter(reader.follow("rehearsing").values()))
        for block in blocks("rehearsing", "json"):
            assert simulator.control(ready, "POST", "/faults", json.loads(block))["id"]
    assert '"web-1": "done"' in printed
    assert '"web-2": "unknown"' in printed


def test_migrating_from_openstack_cloud(ready: dict[str, Any], follow: Any) -> None:
    printed = follow("migrating_from_openstack_cloud")
    assert "changed=2" in printed["ansible-playbook web.yml --check"]
    assert "changed=0" in printed["ansible-playbook web.yml"]
    assert status(ready, "openstack", "db-01") == "SHUTOFF"
    graph = printed["ansible-inventory -i servers.cloudserver.yml --graph"]
    assert "@meta_role_none" in graph
    assert "@flavor_m1_small" in graph


#: The alias of an option and the modules that have it, as the table of the guide says in words.
MODULES_OF = {
    "all modules": ["server", "keypair", "server_info"],
    "modules that wait; seconds": ["server", "server_power"],
}


def test_the_aliases_of_the_migration_guide_exist() -> None:
    table = (
        GUIDES["migrating_from_openstack_cloud"]
        .split("   * - name in openstack.cloud")[1]
        .split("These options need")[0]
    )
    rows = re.findall(r"   \* - (.*)\n     - (.*)\n     - (.*)\n", table)
    assert len(rows) == 11
    for aliases, options, where in rows:
        wanted = zip(re.findall(r"``(.+?)``", aliases), itertools.cycle(re.findall(r"``(.+?)``", options)))
        names = MODULES_OF.get(where) or re.findall(r"^``(\w+)``", where) or ["server_power"]
        for alias, option in wanted:
            for name in names:
                spec = import_module(COLLECTION + name).MODULE.argument_spec
                assert alias == option or alias in spec[option]["aliases"], (name, alias)


#: Messages of others: of Ansible, and of this collection with the HTTP status appended.
NOT_OURS = (
    "couldn't resolve module/action",
    "HTTP ",
    "requests",
    "jmespath",
    "ansible-inventory",
    "Could not request a token",
)


def literals() -> str:
    """Every string of the plugins, with adjacent ones joined."""
    found = []
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        tree = ast.parse(path.read_text())
        found += [
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
    return re.sub(r"%[0-9]*[sdgr]|\\s+", " ", " ".join(found))


def test_the_troubleshooting_page_quotes_what_the_code_says() -> None:
    page = GUIDES["troubleshooting"]
    terms = re.findall(r"^(``.+``)$", page.split("Credentials and connection options")[1], re.MULTILINE)
    quoted = [text for term in terms for text in re.findall(r"``(.+?)``", term)]
    assert len(quoted) > 60
    known = literals()
    for text in quoted:
        if not text.startswith(NOT_OURS):
            for part in re.split(r" ?…,? ?|\(…\)", text):
                assert " ".join(part.split()) in " ".join(known.split()), text


def test_the_troubleshooting_page_has_each_code_that_has_a_hint() -> None:
    page = GUIDES["troubleshooting"]
    assert [code for code in hints.BY_CODE if f"``{code}``" not in page] == []
    assert [status for status in hints.BY_STATUS if f"``HTTP {status}``" not in page] == []
