# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that openstack.cloud and other collections call by another name can be given by that name too."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from modules.bench import MODULES, Bench
from modules.nova_servers import kind

COLLECTION = "ansible_collections.cloudserver.compute.plugins."
ALIASES: dict[str, tuple[str, Any]] = {
    "region_name": ("region", "RegionTwo"),
    "verify": ("validate_certs", False),
    "cacert": ("ca_cert", "/etc/ca.pem"),
    "cert": ("client_cert", "/etc/me.pem"),
    "key": ("client_key", "/etc/me.key"),
    "timeout": ("wait_timeout", 7.0),
    "name": ("names", ["web-01"]),
    "server": ("names", ["web-01"]),
}


def documented(module: str) -> dict[str, Any]:
    """Return the documented options of a module, with those of its fragments."""
    own = yaml.safe_load(import_module(COLLECTION + "modules." + module).DOCUMENTATION)
    options: dict[str, Any] = {}
    for name in own["extends_documentation_fragment"]:
        if name.startswith("cloudserver.compute."):
            fragment, part = name.removeprefix("cloudserver.compute.").partition(".")[::2]
            found = import_module(COLLECTION + "doc_fragments." + fragment).ModuleDocFragment
            options.update(yaml.safe_load(getattr(found, part.upper() or "DOCUMENTATION"))["options"])
    return {**options, **own["options"]}


def spec_of(name: str) -> dict[str, Any]:
    module = import_module(COLLECTION + "modules." + name)
    return dict(module.MODULE.argument_spec)


@pytest.mark.parametrize("name", MODULES)
def test_the_documentation_lists_the_aliases_that_the_module_has(name: str) -> None:
    options = documented(name)
    spec = spec_of(name)
    for option, rule in spec.items():
        assert options[option].get("aliases", []) == rule.get("aliases", []), option
    assert {alias for rule in spec.values() for alias in rule.get("aliases", ())}.isdisjoint(spec)


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_sets_the_option_of_a_module(alias: str) -> None:
    option, value = ALIASES[alias]
    validation = ArgumentSpecValidator(spec_of("server_power")).validate({"state": "started", alias: value})
    assert not validation.error_messages
    assert validation.validated_parameters[option] == value


def test_the_rotation_of_passwords_has_the_aliases_of_its_connection() -> None:
    action = import_module(COLLECTION + "action.server_password_rotation")
    options = documented("server_password_rotation")
    for option, rule in action.OPTIONS.items():
        assert options[option].get("aliases", []) == rule.get("aliases", []), option


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_task_with_aliases_acts_as_one_with_the_options(bench: Bench) -> None:
    result = bench.call("server_power", server="web-01", state="stopped", timeout=60, verify=False)
    assert result["changed"]
    assert [outcome["name"] for outcome in result["outcomes"]] == ["web-01"]
    assert bench.server("web-01")["status"] == "SHUTOFF"


@pytest.mark.parametrize("platform", ["openstack"])
@pytest.mark.parametrize(
    "networks",
    [
        {"network": "private"},
        {"nics": [{"net-name": "private"}]},
        {"nics": ["private"]},
        {"networks": "private"},
    ],
    ids=["network", "nics", "a list", "a string"],
)
def test_a_server_as_openstack_cloud_declares_it(bench: Bench, networks: dict[str, Any]) -> None:
    task = kind(bench, name="new-1", meta="role=web,group=uge", userdata="#cloud-config\n")
    del task["networks"]
    made = bench.call("server", **task, **networks)
    given = {key: value for key, value in made["server"]["metadata"].items() if not key.startswith("cloudserver_")}
    assert made["changed"] and given == {"role": "web", "group": "uge"}, made
    assert {each["network"] for each in made["server"]["addresses"]} == {"private"}
    again = bench.call("server", **task, **networks)
    assert again["changed"] is False and not again.get("warnings")
    created = bench.requests("E04")[0]["body"]["server"]
    assert [sorted(each) for each in created["networks"]] == [["uuid"]] and created["user_data"]


@pytest.mark.parametrize("platform", ["openstack"])
def test_a_flavor_as_openstack_cloud_declares_it(admin: Bench) -> None:
    task = {"name": "tiny", "flavorid": "t1", "ram": 1024, "vcpus": 1, "disk": 10, "ephemeral": 5, "swap": 64}
    made = admin.call("flavor", **task)
    assert made["changed"], made
    assert {key: made["flavor"][key] for key in ("id", "ram_mb", "disk_gb", "ephemeral_gb", "swap_mb")} == {
        "id": "t1", "ram_mb": 1024, "disk_gb": 10, "ephemeral_gb": 5, "swap_mb": 64}  # fmt: skip
