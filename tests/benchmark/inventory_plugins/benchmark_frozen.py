"""Adds the hosts of a list that is ready, to measure Ansible itself."""

# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible import template
from ansible.plugins.inventory import BaseInventoryPlugin

#: Without its mark, ansible-inventory writes {"__ansible_unsafe": "text"} in place of a text; before 2.19 it has none.
TRUST = getattr(template, "trust_as_template", str)

DOCUMENTATION = """
name: benchmark_frozen
short_description: Hosts from a file that tests/benchmark wrote
description: What Ansible itself takes for hosts that are already known; only for the benchmark.
author: cloudserver.compute contributors (@cloudserver)
options: {}
"""


class Trusted(dict[str, str]):
    """Each text with the mark, made once."""

    def __missing__(self, text: str) -> str:
        found = self[text] = TRUST(text)
        return found

    def apply(self, value: Any) -> Any:
        """The value with marked texts."""
        kind = value.__class__
        if kind is str:
            return self[value]
        if kind is list:
            return [self.apply(each) for each in value]
        return {self[key]: self.apply(each) for key, each in value.items()} if kind is dict else value


class InventoryModule(BaseInventoryPlugin):
    """As few calls as there can be for the same hosts, variables and groups."""

    NAME = "benchmark_frozen"

    def verify_file(self, path: str) -> bool:
        return path.endswith(".frozen.json")

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        known = json.loads(Path(path).read_text())
        apply = Trusted().apply
        for name, variables in known["hosts"].items():
            self.inventory.add_host(name)
            self.inventory.get_host(name).vars.update({variable: apply(value) for variable, value in variables.items()})
        for group, hosts in known["groups"].items():
            self.inventory.add_group(group)
            for name in hosts:
                self.inventory.add_host(name, group=group)
