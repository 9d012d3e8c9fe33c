# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A null counts as left out: of every option of every module, in both ways to run and in a module run by itself."""

from __future__ import annotations

import io
import json
import re
import sys
from importlib import import_module
from typing import Any

import pytest
from modules.bench import MODULES, Bench, run_action

from ansible_collections.cloudserver.compute.plugins.module_utils.runner import arguments

testing = pytest.importorskip("ansible.module_utils.testing", reason="ansible-core below 2.19 has no such helper")

NOBODY = "00000000-0000-4000-8000-000000000000"
#: What each module needs, and options whose own options are tried too.
BASES: dict[str, dict[str, Any]] = {
    "aggregate": {"name": "new"},
    "compute_service": {"hosts": ["cmp1"], "state": "enabled"},
    "flavor": {"name": "new", "vcpus": 1, "ram_mb": 512},
    "job_info": {"handle": {}},
    "keypair": {"name": "new", "state": "absent"},
    "server": {
        "name": "new",
        "flavor": "m1.small",
        "boot_volume": {},
        "volumes": [{}],
        "system_disk": {},
        "image": "x",
    },
    "server_fleet": {"servers": [{"name": "new"}]},
    "server_group": {"name": "new"},
    "server_interface": {"names": ["web-01"], "network_id": NOBODY, "fixed_ips": [{}]},
    "server_keypair": {"names": ["web-01"], "key_names": ["deploy"]},
    "server_migrate": {"names": ["web-01"], "host": "cmp1"},
    "server_os": {"names": ["web-01"], "reinstall": True},
    "server_password": {"names": ["web-01"], "generate": {}},
    "server_power": {"names": ["web-01"], "state": "stopped"},
    "server_snapshot": {"names": ["web-01"], "name": "{name}-now"},
    "server_volume": {"names": ["web-01"], "volumes": [NOBODY]},
}
SHARED = {**arguments.CONNECTION, **arguments.SELECTION, **arguments.WAITING, **arguments.REPORT}
#: What ansible-core says of a null before the module has a word.
CORE = re.compile(
    "value of .* must be one (or more )?of|parameters are mutually exclusive|"
    "'.*' is of type NoneType|(Elements|elements) value .* is of type NoneType"
)
CONNECTION: dict[str, Any] = {"platform": "openstack", "auth": {"username": "nobody"}}


def options_of(module: str) -> dict[str, Any]:
    listing = {"all": True} if module in ("server_info", "server_console_info", "server_fleet_info") else {}
    return {**CONNECTION, **BASES.get(module, listing)}


def own_options(module: str) -> Any:
    return import_module("ansible_collections.cloudserver.compute.plugins.modules." + module)


def with_null(given: dict[str, Any], path: tuple[str, ...], value: bool) -> dict[str, Any]:
    """The options with a null at the path, or without anything there."""
    result = json.loads(json.dumps(given))
    place: Any = result
    for name in path[:-1]:
        place = place[name][0] if isinstance(place[name], list) else place[name]
    place.pop(path[-1], None)
    if value:
        place[path[-1]] = None
    return result


def paths(spec: dict[str, Any], given: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every option, and those below each option that is given."""
    found = []
    for name, option in spec.items():
        found.append((*above, name))
        own = given.get(name)
        own = own[0] if isinstance(own, list) and own and isinstance(own[0], dict) else own
        if option.get("options") and isinstance(own, dict):
            found += paths(option["options"], own, (*above, name))
    return found


def value_at(options: dict[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = options
    for name in path:
        found = found[0] if isinstance(found, list) else found
        found = found.get(name)
    return found


def by_itself(module: str, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The result of the module's main(), as its own process prints it."""
    printed = io.StringIO()
    with monkeypatch.context() as patch, testing.patch_module_args(given):
        patch.setattr(sys, "stdout", printed)
        with pytest.raises(SystemExit):
            own_options(module).main()
    return dict(json.loads(printed.getvalue().strip().splitlines()[-1]))


class Seen:
    """What a module's run() is given, in place of the run; by each way to get there."""

    def __init__(self, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.module, self.monkeypatch = module, monkeypatch
        frame = import_module("ansible_collections.cloudserver.compute.plugins.module_utils.runner.module")

        def run(context: Any) -> Any:
            self.params = dict(context.params)
            return frame.Result()

        monkeypatch.setattr(own_options(module), "run", run)

    def reported(self, result: dict[str, Any]) -> Any:
        """The options of the run, or the sentence of a refusal."""
        if not result.get("failed"):
            return self.params
        assert "Internal error; please report it" not in result["msg"] and "exception" not in result, result
        return result["msg"]

    def here(self, given: dict[str, Any]) -> Any:
        return self.reported(run_action(self.module, given))

    def shipped(self, given: dict[str, Any]) -> Any:
        def execute(module_args: dict[str, Any], **_more: Any) -> dict[str, Any]:
            name = "cloudserver.compute." + self.module
            return by_itself(self.module, {**module_args, "_ansible_module_name": name}, self.monkeypatch)

        return self.reported(run_action(self.module, given, transport="ssh", shipped=execute))

    def run_as_process(self, given: dict[str, Any]) -> Any:
        return self.reported(by_itself(self.module, {**given, "_ansible_module_name": self.module}, self.monkeypatch))


@pytest.mark.parametrize("module", MODULES)
def test_a_null_is_what_is_left_out(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, given, spec = Seen(module, monkeypatch), options_of(module), own_options(module).MODULE
    assert isinstance(seen.here(given), dict), "the options that the others are tried with must do"
    # What modules share is tried with one of them, for a process of its own takes its time.
    for path in paths(dict(spec.argument_spec), given):
        if module != "server_power" and spec.argument_spec[path[0]] is SHARED.get(path[0]):
            continue
        null, without = with_null(given, path, True), with_null(given, path, False)
        expected = seen.here(without)
        assert seen.here(null) == expected, path
        assert seen.shipped(null) == expected, path
        # Without the action plugin, ansible-core has a word before the module has: it makes some nulls an empty text.
        run_as_process = seen.run_as_process(null)
        emptied = isinstance(run_as_process, dict) and value_at(run_as_process, path) == ""
        assert run_as_process == expected or emptied or CORE.search(str(run_as_process)), path


@pytest.mark.parametrize("module", MODULES)
def test_everything_null_is_one_sentence(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, spec = Seen(module, monkeypatch), own_options(module).MODULE
    nothing = {name: None for name in spec.argument_spec}
    expected = seen.here({})
    assert seen.here(nothing) == seen.shipped(nothing) == expected
    assert CORE.search(str(seen.run_as_process(nothing)))
    if spec.required_one_of or any(option.get("required") for option in spec.argument_spec.values()):
        assert "required" in expected


# -- nulls in what has keys of the user's own -------------------------------------------------------------------------

DEEP: list[tuple[str, dict[str, Any]]] = [
    ("aggregate", {"name": "new", "metadata": {"a": None}}),
    ("aggregate", {"name": "new", "hosts": [None]}),
    ("compute_service", {"hosts": [None], "state": "enabled"}),
    ("flavor", {"name": "new", "vcpus": 1, "ram_mb": 512, "extra_specs": {"a": None}}),
    ("job_info", {"handle": {"version": 1, "platform": "openstack", "region": None, "pending_actions": None}}),
    ("job_info", {"handle": {"version": 1, "platform": "openstack", "region": None, "pending_actions": [None]}}),
    (
        "job_info",
        {
            "handle": {
                "version": 1,
                "platform": "openstack",
                "region": None,
                "pending_actions": [{"server_id": None, "action": "stop"}],
            }
        },
    ),
    (
        "job_info",
        {
            "handle": {
                "version": 1,
                "platform": "openstack",
                "region": None,
                "pending_actions": [{"server_id": NOBODY, "action": None}],
            }
        },
    ),
    (
        "job_info",
        {
            "handle": {
                "version": 1,
                "platform": "openstack",
                "region": None,
                "pending_actions": [{"server_id": NOBODY, "action": "resize", "expected_state": {"status": None}}],
            }
        },
    ),
    ("job_info", {"handle": {"version": None}}),
    ("server", {"name": "new", "flavor": "m1.small", "metadata": {"a": None}}),
    ("server", {"name": "new", "flavor": "m1.small", "image": "Ubuntu 24.04", "files": {"/a": None}}),
    ("server", {"name": "new", "flavor": "m1.small", "image": "Ubuntu 24.04", "networks": [None]}),
    ("server", {"name": "new", "flavor": "m1.small", "image": "Ubuntu 24.04", "networks": [{"network": None}]}),
    ("server", {"name": "new", "flavor": "m1.small", "image": "Ubuntu 24.04", "extra": {"a": None}}),
    ("server", {"names": [None], "state": "absent"}),
    ("server", {"select": {}, "state": "absent"}),
    ("server", {"select": {"ids": None}, "state": "absent"}),
    ("server_group", {"name": "new", "rules": {"max_server_per_host": None}}),
    ("server_info", {"names": [None]}),
    ("server_info", {"tags": [None]}),
    ("server_info", {"tags": {"role": None}}),
    ("server_info", {"filters": {"host": None}}),
    ("server_info", {"all": True, "fields": [None]}),
    ("server_os", {"names": ["web-01"], "reinstall": True, "metadata": {"a": None}}),
    ("server_password", {"names": ["web-01"], "passwords": {"web-01": None}}),
    ("server_password", {"names": ["web-01"], "generate": {"length": None, "special": None}}),
    ("server_power", {"all": True, "not_tags": [None], "state": "stopped"}),
    ("server_snapshot", {"names": ["web-01"], "name": "x", "metadata": {"a": None}}),
    ("server_volume", {"names": ["web-01"], "volumes": [None]}),
    ("server_interface", {"names": ["web-01"], "network_id": NOBODY, "fixed_ips": [None]}),
]


@pytest.mark.parametrize(("module", "options"), DEEP, ids=[f"{row[0]}-{number}" for number, row in enumerate(DEEP)])
@pytest.mark.parametrize("platform", ["openstack", "huaweicloud"])
def test_nulls_further_down_are_no_mistake_of_ours(bench: Bench, module: str, options: dict[str, Any]) -> None:
    known = own_options(module).MODULE.argument_spec
    if "handle" in options:
        options = {"handle": {**options["handle"], "platform": bench.platform}}
    for check in (True, False):
        result = bench.call(module, check=check, **{key: value for key, value in options.items() if key in known})
        if result.get("failed"):
            assert "mistake" not in result["msg"] and "\n" not in result["msg"], result["msg"]
