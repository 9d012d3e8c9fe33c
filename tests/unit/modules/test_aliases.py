"""Names that options have in openstack.cloud work here too, so that a task can be carried over."""
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from modules.bench import PLATFORMS, Bench, run_action

from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import SELECTION, WAITING

MODULES = Path(__file__).resolve().parents[3] / "plugins" / "modules"
#: The alias, and the option that it stands for.
CONNECTION = {
    "region_name": "region",
    "endpoint_type": "interface",
    "verify": "validate_certs",
    "cacert": "ca_cert",
    "cert": "client_cert",
    "key": "client_key",
}


def names() -> list[str]:
    """The modules that ask a cloud."""
    sources = {path.stem: path.read_text() for path in MODULES.glob("*.py")}
    return sorted(name for name, text in sources.items() if "MODULE = ModuleSpec" in text)


@pytest.mark.parametrize("name", names())
def test_every_module_takes_them(name: str) -> None:
    spec = import_module("ansible_collections.cloudserver.compute.plugins.modules." + name).MODULE.argument_spec
    for alias, option in CONNECTION.items():
        assert alias in spec[option]["aliases"] or alias in spec
    for option, alias in (("names", "server"), ("wait_timeout", "timeout")):
        if spec.get(option) in (SELECTION.get(option), WAITING.get(option)) and option in spec:
            assert alias in spec[option]["aliases"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_task_that_is_carried_over_does_the_same(bench: Bench) -> None:
    options = {alias: bench.options[option] for alias, option in CONNECTION.items() if option in bench.options}
    rest = {option: value for option, value in bench.options.items() if option not in CONNECTION.values()}
    assert "region_name" in options
    result = run_action("server_power", {**rest, **options, "server": "web-01", "state": "stopped", "timeout": 60})
    assert not result.get("failed") and [row["name"] for row in result["outcomes"]] == ["web-01"]
