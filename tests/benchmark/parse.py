"""Read an inventory file as a playbook does: parse.py FILE [FROZEN]; prints what it took.

The start of Ansible and what the plugin imports are measured apart, for the start of any other program is too. FROZEN
is a file that the hosts, their variables and groups are written to. Where FILE is such a file, the time to decode it
does not count: what remains is what Ansible takes to make the hosts.
"""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, inventory_loader

PLUGIN = "cloudserver.compute.cloudserver"
CLOUD = "ansible_collections.cloudserver.compute.plugins.module_utils.cloud."
#: What the plugin imports when it connects and lists servers.
LATE = (
    "auth.access_key", "auth.keystone", "platforms.huaweicloud.client", "platforms.huaweicloud.servers",
    "platforms.nova.client", "platforms.nova.servers",
)  # fmt: skip


def frozen(inventory: InventoryManager) -> dict[str, Any]:
    hosts = {
        host.name: {key: value for key, value in host.vars.items() if not key.startswith("inventory_")}
        for host in inventory.get_hosts()
    }
    groups = {
        name: [host.name for host in group.hosts]
        for name, group in inventory.groups.items()
        if name not in ("all", "ungrouped")
    }
    return {"hosts": hosts, "groups": groups}


def decoding(path: Path) -> float:
    """The seconds to read and decode the file, as the plugin of frozen files has done."""
    begin = time.perf_counter()
    json.loads(path.read_text())
    return time.perf_counter() - begin


if __name__ == "__main__":
    init_plugin_loader()
    begin = time.perf_counter()
    if inventory_loader.get(PLUGIN) is None:
        sys.exit("There is no inventory plugin %s." % PLUGIN)
    for name in LATE:
        __import__(CLOUD + name)
    imported = time.perf_counter()
    found = InventoryManager(DataLoader(), sources=[sys.argv[1]])
    seconds = time.perf_counter() - imported
    if sys.argv[1].endswith(".frozen.json"):
        seconds -= decoding(Path(sys.argv[1]))
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(json.dumps(frozen(found)))
    print(json.dumps({"seconds": seconds, "imports": imported - begin, "servers": len(found.get_hosts())}))
