"""Read an inventory file as a playbook does: parse.py FILE; prints what it took, without the start of Ansible."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import sys
import time

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader

if __name__ == "__main__":
    init_plugin_loader()
    begin = time.perf_counter()
    inventory = InventoryManager(DataLoader(), sources=[sys.argv[1]])
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, "servers": len(inventory.get_hosts())}))
