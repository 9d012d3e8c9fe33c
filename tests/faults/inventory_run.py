"""The inventory plugin as a task: what `ansible-inventory` would list, in the form of a module's result."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader

from ansible_collections.cloudserver.compute.plugins.inventory import cloudserver


@cache
def options() -> dict[str, Any]:
    """The plugin's options, which Ansible then knows too: its loader does not see a plugin that is imported already."""
    document = yaml.safe_load(cloudserver.DOCUMENTATION)
    found: dict[str, Any] = {}
    for name in document["extends_documentation_fragment"]:
        own = name.startswith("cloudserver.compute.")
        place = "ansible_collections.cloudserver.compute.plugins" if own else "ansible.plugins"
        module = importlib.import_module("%s.doc_fragments.%s" % (place, name.rsplit(".", 1)[-1]))
        found.update(yaml.safe_load(module.ModuleDocFragment.DOCUMENTATION).get("options") or {})
    found.update(document["options"])
    constants.config.initialize_plugin_configuration_definitions("inventory", "cloudserver", found)
    return found


def run_inventory(given: Mapping[str, Any], display: Any) -> dict[str, Any]:
    """Parses a source of these options: hosts with their variables, groups with their hosts, warnings."""
    options()
    with tempfile.NamedTemporaryFile("w", suffix=".cloudserver.yml") as source:
        json.dump({"plugin": cloudserver.InventoryModule.NAME, **given}, source)
        source.flush()
        plugin = cloudserver.InventoryModule()
        plugin._load_name = "cloudserver"
        plugin._redirected_names = [plugin.NAME]
        plugin.ansible_name = plugin.NAME
        warnings: list[str] = []
        plugin.display = display
        display.warning = lambda words, *_unused, **_named: warnings.append(str(words))
        inventory = InventoryData()
        try:
            plugin.parse(inventory, DataLoader(), str(Path(source.name)), cache=False)
        except AnsibleError as error:
            return {"failed": True, "changed": False, "msg": str(error)}
        inventory.reconcile_inventory()
    hosts = {str(name): dict(host.vars) for name, host in inventory.hosts.items()}
    groups = {str(name): sorted(str(host.name) for host in group.hosts) for name, group in inventory.groups.items()}
    for variables in hosts.values():
        # The name of the source's file, which differs from run to run.
        for key in ("inventory_file", "inventory_dir", "cloudserver_source"):
            variables.pop(key, None)
    found = {"changed": False, "hosts": hosts, "groups": groups}
    return {**found, "warnings": warnings} if warnings else found
