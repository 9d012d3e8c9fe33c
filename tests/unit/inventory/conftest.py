# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for the inventory: clouds that respond from a table, and the plugin as Ansible runs it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants as C
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader

from ansible_collections.cloudserver.compute.plugins.inventory import cloudserver
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.flavor import Flavor
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Address, Server
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory import sources

PASSWORD = "correct-horse-battery"
CONNECTION = {
    "platform": "openstack",
    "region": "RegionOne",
    "auth": {"auth_url": "http://127.0.0.1:5000/v3", "username": "ops", "password": PASSWORD, "project_name": "demo"},
}


def server(name: str, key: str | None = None, **values: Any) -> Server:
    given = {
        "platform": "openstack",
        "region": "RegionOne",
        "status": "ACTIVE",
        "addresses": (Address("10.0.0.1", 4, "fixed", network="private"),),
        "flavor": Flavor("f1", "m1.small", 1, 2048),
        "image": Image("i1", None),
        "tags": ("role=web",),
    }
    return Server(id=key or "id-" + name, name=name, **{**given, **values})


def record(name: str = "web-1", **values: Any) -> dict[str, Any]:
    return server(name, **values).as_dict()


@dataclass
class Clouds:
    """What each source returns, by its name: servers, or an exception. Counts the listings of each."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    specs: list[sources.RecordSpec] = field(default_factory=list)

    def fetch(
        self, source: sources.InventorySource, settings: Any, spec: sources.RecordSpec = sources.ALL_FIELDS
    ) -> sources.SourceResult:
        self.asked.append(source.name)
        self.specs.append(spec)
        answer = self.answers[source.name]
        if isinstance(answer, Exception):
            raise answer
        selection = sources.Selection.from_options(source.selection, missing="ignore")
        chosen = selection.choose(answer)
        return sources.SourceResult([each.as_dict(fields=spec.fields) for each in chosen.servers], chosen.missing)


@pytest.fixture
def clouds(monkeypatch: pytest.MonkeyPatch) -> Clouds:
    found = Clouds()
    monkeypatch.setattr(sources, "fetch", found.fetch)
    return found


@pytest.fixture(scope="session")
def defined() -> None:
    """Ansible's knowledge of the plugin's options. Its loader cannot be asked: the collection is imported already."""
    document = yaml.safe_load(cloudserver.DOCUMENTATION)
    options: dict[str, Any] = {}
    for name in document["extends_documentation_fragment"]:
        own = name.startswith("cloudserver.compute.")
        place = (
            "ansible_collections.cloudserver.compute.plugins.doc_fragments" if own else "ansible.plugins.doc_fragments"
        )
        module = importlib.import_module("%s.%s" % (place, name.rsplit(".", 1)[-1]))
        options.update(yaml.safe_load(module.ModuleDocFragment.DOCUMENTATION).get("options") or {})
    options.update(document["options"])
    C.config.initialize_plugin_configuration_definitions("inventory", "cloudserver", options)


@pytest.fixture
def parse(
    defined: None, clouds: Clouds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[InventoryData, list[str]]]:
    """Parses a file (a mapping, or its text); gives the inventory and the warnings."""

    def run(
        content: Any, cache: bool = True, extra: dict[str, Any] | None = None, inventory: InventoryData | None = None
    ) -> tuple[InventoryData, list[str]]:
        path = tmp_path / "test.cloudserver.yml"
        if not isinstance(content, str):
            content = json.dumps({"plugin": cloudserver.InventoryModule.NAME, **content})
        path.write_text(content)
        plugin = cloudserver.InventoryModule()
        plugin._load_name = "cloudserver"
        plugin._redirected_names = [plugin.NAME]
        plugin.ansible_name = plugin.NAME
        warnings: list[str] = []
        monkeypatch.setattr(plugin.display, "warning", warnings.append)
        monkeypatch.setattr("ansible.plugins.inventory.load_extra_vars", lambda loader: extra or {})
        inventory = inventory or InventoryData()
        assert plugin.verify_file(str(path))
        plugin.parse(inventory, DataLoader(), str(path), cache)
        inventory.reconcile_inventory()
        return inventory, warnings

    return run


Parse = Callable[..., tuple[InventoryData, list[str]]]
ONE = {**CONNECTION, "name": "one"}


@pytest.fixture
def fleet_of_three(clouds: Clouds) -> None:
    floating = Address("198.51.100.7", 4, "floating", network="private")
    clouds.answers["one"] = [
        server("web-1", addresses=(Address("10.0.0.1", 4, "fixed", network="private"), floating)),
        server("web-2", status="SHUTOFF", metadata={"fqdn": "www.example.com"}),
        server("db-1", tags=("role=db", "spot"), addresses=()),
    ]


def members(inventory: InventoryData, group: str) -> list[str]:
    return sorted(str(host.name) for host in inventory.groups[group].hosts)
