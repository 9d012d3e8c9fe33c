# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shipped task imports. It starts from nothing, so each file that it does not use is time lost in every task."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from modules.bench import Bench

#: Runs one task in a process of its own, and prints what it has imported.
PROGRAM = """
import importlib, json, sys
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
before = set(sys.modules)
name, options = json.load(sys.stdin)
module = importlib.import_module("ansible_collections.cloudserver.compute.plugins.modules." + name)
frame = importlib.import_module("ansible_collections.cloudserver.compute.plugins.module_utils.runner.module")
validated = ArgumentSpecValidator(**module.MODULE.rules()).validate(options)
assert not validated.error_messages, validated.error_messages
context = frame.Context(validated.validated_parameters, False, lambda words: None, lambda words: None)
result = frame.execute(module.run, context, False)
json.dump({"failed": result.get("msg") if result.get("failed") else None, "names": sorted(set(sys.modules) - before)},
          sys.stdout)
"""
OURS = "ansible_collections.cloudserver.compute.plugins.module_utils."
#: Approved plans, whose options they do not have.
PLANS = ("runner.approval", "plans.approval", "plans.plan_document")
#: Sources of credentials that they do not have.
SOURCES = ("cloud.config.clouds_yaml", "cloud.config.login_plugins", "cloud.config.vendor_files",
           "cloud.config.vendor_profiles", "cloud.auth.plugin", "cloud.auth.temporary_keys")  # fmt: skip
#: The records and checks of a server that is created or rebuilt.
NEW_SERVER = ("cloud.models.new_server", "cloud.models.rebuild", "cloud.platforms.nova.new_server",
              "cloud.platforms.huaweicloud.new_server", "cloud.platforms.huaweicloud.new_disks",
              "cloud.platforms.nova.recorded")  # fmt: skip
#: What no task below needs: libraries for files and queries that they do not have, and the tables of all platforms.
ALWAYS = ("yaml", "jmespath", OURS + "inventory", *(OURS + name for name in (*PLANS, *SOURCES, *NEW_SERVER)))
#: What a task on one platform does not need of the others. EasyStack and UnitedStack are one file each.
BY_PLATFORM = {
    "openstack": ("cloud.auth.access_key", "cloud.platforms.huaweicloud", "cloud.platforms.easystack",
                  "cloud.platforms.ustack"),
    "huaweicloud": ("cloud.auth.keystone", "cloud.platforms.easystack", "cloud.platforms.ustack",
                    "cloud.platforms.nova.client", "cloud.platforms.nova.servers"),
}  # fmt: skip
#: What no task needs that neither selects nor changes servers.
OF_SERVERS = ("plans.servers", "plans.selection", "plans.change", "execution.servers", "execution.selection",
              "execution.executor", "execution.waiter", "execution.handle", "runner.outcomes", "cloud.actions",
              "cloud.resources.servers", "cloud.resources.images")  # fmt: skip
#: What a task of a module does not need.
BY_MODULE = {
    "server_info": ("plans.servers", "plans.resources", "plans.change", "execution.servers", "execution.resources",
                    "execution.executor", "execution.waiter", "execution.handle", "runner.outcomes",
                    "cloud.resources.flavors", "cloud.platforms.nova.action_table",
                    "cloud.platforms.huaweicloud.action_table"),
    "keypair": (*OF_SERVERS, "cloud.models.server", "cloud.models.flavor", "cloud.models.image",
                "cloud.platforms.nova.parse"),
    "flavor_info": (*OF_SERVERS, "plans.resources", "execution.resources"),
    "quota_info": (*OF_SERVERS, "plans.resources", "execution.resources", "cloud.models.server",
                   "cloud.platforms.nova.parse"),
    "server_group": (*OF_SERVERS, "plans.resources.flavor", "plans.resources.keypair", "cloud.resources.flavors"),
    "server_power": ("plans.resources", "plans.servers.rebuild", "plans.servers.spec", "plans.servers.password",
                     "execution.resources", "execution.servers.creation", "execution.servers.password",
                     "cloud.resources.images", "cloud.resources.flavors", "cloud.platforms.nova.action_table",
                     "cloud.platforms.huaweicloud.action_table"),
}  # fmt: skip
TASKS: dict[str, dict[str, Any]] = {
    "server_info": {"names": ["web-01"]},
    "keypair": {"name": "operators"},
    "flavor_info": {},
    "quota_info": {},
    "server_group": {"name": "database", "policy": "anti-affinity"},
    "server_power": {"names": ["web-01"], "state": "started"},
}


def imported(bench: Bench, module: str) -> list[str]:
    """The files that a task imports, beyond those of an empty module."""
    given = json.dumps([module, {**bench.options, **TASKS[module]}])
    run = subprocess.run([sys.executable, "-c", PROGRAM], input=given, capture_output=True, text=True, check=True)
    found = json.loads(run.stdout)
    assert found["failed"] is None, found["failed"]
    return list(found["names"])


def below(name: str, forbidden: str) -> bool:
    return name == forbidden or name.startswith(forbidden + ".")


@pytest.mark.parametrize("module", TASKS)
@pytest.mark.parametrize("platform", BY_PLATFORM, indirect=True)
def test_a_task_imports_nothing_that_it_does_not_use(bench: Bench, module: str) -> None:
    names = imported(bench, module)
    forbidden = [*ALWAYS, *(OURS + name for name in (*BY_PLATFORM[bench.platform], *BY_MODULE[module]))]
    assert [name for name in names if any(below(name, each) for each in forbidden)] == []
    assert OURS + "cloud.http.session" in names, "the task has connected to nothing"
