# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of an inventory source: what AWX makes of the plugin's JSON with each of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.cloudserver.compute.tests.unit.awx.controller_inventory import Inventory, Source, needs_update
from ansible_collections.cloudserver.compute.tests.unit.awx.credential_types import AWX, environment, inject
from ansible_collections.cloudserver.compute.tools import simulator

#: What AWX sets for each sync (STANDARD_INVENTORY_UPDATE_ENV).
OF_A_SYNC = {"ANSIBLE_INVENTORY_EXPORT": "True", "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True"}
RESOURCES = yaml.safe_load((AWX / "bootstrap" / "resources.yml").read_text())


def shipped() -> Source:
    """The source that the bootstrap makes."""
    tasks = (task["awx.awx.inventory_source"] for task in RESOURCES if "awx.awx.inventory_source" in task)
    options = next(task for task in tasks if task.get("source") == "scm")
    fields = ("overwrite", "overwrite_vars", "enabled_var", "enabled_value")
    return Source(**{name: options[name] for name in fields})


def listing(folder: Path, environ: dict[str, str], *sources: Path, status: int = 0) -> dict[str, Any]:
    """The JSON of ansible-inventory as AWX calls it."""
    command = [str(Path(sys.executable).parent / "ansible-inventory"), "--list", "--export"]
    for source in sources:
        command += ["-i", str(source)]
    done = subprocess.run(
        command, cwd=folder, env={**environ, **OF_A_SYNC}, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == status, done.stderr
    return dict(json.loads(done.stdout)) if status == 0 else {"error": done.stderr}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with simulator.running(tmp_path_factory.mktemp("awx"), "--quiet") as found:
        yield found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sync")


@pytest.fixture(scope="module")
def environ(ready: dict[str, Any], place: Path) -> dict[str, str]:
    connection = ready["platforms"]["openstack"]
    values = {"region": connection["region"], **connection["auth"]}
    return environment(place, inject("openstack", values, place))


@pytest.fixture(scope="module")
def data(ready: dict[str, Any], place: Path, environ: dict[str, str]) -> dict[str, Any]:
    """What the shipped source returns; web-01 and web-02 are stopped, and db-01 has the tag awx=off."""
    for name in ("web-01", "web-02"):
        simulator.control(ready, "PUT", "/openstack/servers/" + name, {"status": "SHUTOFF"})
    tags = simulator.control(ready, "GET", "/openstack/servers/db-01")["server"]["tags"]
    simulator.control(ready, "PUT", "/openstack/servers/db-01", {"tags": [*tags, "awx=off"]})
    return listing(place, environ, AWX / "project" / "fleet.cloudserver.yml")


def copy(data: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(json.dumps(data)))


def synced(data: dict[str, Any], source: Source) -> Inventory:
    found = Inventory(source)
    found.sync(copy(data))
    return found


def disabled(inventory: Inventory) -> set[str]:
    return {name for name, host in inventory.hosts.items() if not host.enabled}


def test_stopped_servers_are_hosts_of_jobs_so_that_they_can_be_started(data: dict[str, Any]) -> None:
    found = synced(data, shipped())
    assert {"web-01", "web-02"} <= set(found.script_data()["_meta"]["hostvars"])
    assert disabled(found) == {"db-01"}, "the tag awx=off"
    assert "db-01" not in found.script_data()["_meta"]["hostvars"] and "db-01" in found.hosts


def test_with_the_power_state_as_the_enabled_variable_they_are_not(data: dict[str, Any]) -> None:
    """AWX's own source for OpenStack does this (OPENSTACK_ENABLED_VAR: status, ACTIVE)."""
    for variable, value in (("cloudserver_power_state", "running"), ("cloudserver_status", "ACTIVE")):
        found = synced(data, Source(enabled_var=variable, enabled_value=value))
        assert {"web-01", "web-02"} <= disabled(found)
        assert not {"web-01", "web-02"} & set(found.script_data()["_meta"]["hostvars"])


def test_an_enabled_variable_without_its_value_disables_every_host(data: dict[str, Any]) -> None:
    found = synced(data, Source(enabled_var="cloudserver_enabled"))
    assert disabled(found) == set(found.hosts)


def test_a_host_without_the_enabled_variable_stays_as_it_is(data: dict[str, Any]) -> None:
    assert disabled(synced(data, Source(enabled_var="cloudserver_absent", enabled_value="true"))) == set()
    by_tag = Source(enabled_var="cloudserver_tag_map.role", enabled_value="web")
    found = synced(data, by_tag)
    assert "web-01" not in disabled(found) and "cache-01" in disabled(found), "a dot leads into a mapping"


def test_a_renamed_server_stays_the_same_host_by_its_instance_id_only(data: dict[str, Any]) -> None:
    renamed = json.loads(json.dumps(data).replace('"web-03"', '"shop-03"'))
    for variable, same in (("", False), ("cloudserver_id", True)):
        found = synced(data, Source(instance_id_var=variable))
        before = found.hosts["web-03"].pk
        found.sync(copy(renamed))
        assert "web-03" not in found.hosts
        assert (found.hosts["shop-03"].pk == before) is same


def test_each_host_has_an_instance_id_of_its_own(data: dict[str, Any]) -> None:
    found = synced(data, Source(instance_id_var="cloudserver_id"))
    ids = [host.instance_id for host in found.hosts.values()]
    assert all(ids) and len(set(ids)) == len(ids) == len(data["_meta"]["hostvars"])


def test_a_deleted_server_leaves_the_inventory_only_with_overwrite(data: dict[str, Any]) -> None:
    less = copy(data)
    del less["_meta"]["hostvars"]["web-04"]
    for group in less.values():
        if "web-04" in group.get("hosts", []):
            group["hosts"].remove("web-04")
    for overwrite in (True, False):
        found = synced(data, Source(overwrite=overwrite))
        found.sync(copy(less))
        assert ("web-04" in found.hosts) is not overwrite


def test_variables_that_are_gone_stay_without_overwrite_vars(data: dict[str, Any]) -> None:
    less = copy(data)
    del less["_meta"]["hostvars"]["web-03"]["cloudserver_metadata"]
    for overwrite_vars in (True, False):
        found = synced(data, Source(overwrite_vars=overwrite_vars))
        found.sync(copy(less))
        assert ("cloudserver_metadata" in found.hosts["web-03"].variables) is not overwrite_vars


def test_the_host_filter_is_a_pattern_of_names_from_their_beginning(data: dict[str, Any]) -> None:
    assert set(synced(data, Source(host_filter="web-0[12]")).hosts) == {"web-01", "web-02"}
    assert synced(data, Source(host_filter="01")).hosts == {}
    assert len(synced(data, Source(host_filter=".*01")).hosts) > 1


def test_no_name_is_taken_for_a_port_or_a_template(ready: dict[str, Any], place: Path, environ: dict[str, str]) -> None:
    for name in ("evil {{ 1 }}", "shop:22", "a:b:c"):
        simulator.control(ready, "POST", "/openstack/servers", {"name": name, "tags": ["env=odd"]})
    path = place / "odd.cloudserver.yml"
    path.write_text("plugin: cloudserver.compute.cloudserver\ntags: [env=odd]\n")
    found = synced(listing(place, environ, path), Source())
    assert len(found.hosts) == 3
    assert all(host.variables["cloudserver_id"] for host in found.hosts.values())


def test_slices_divide_the_enabled_hosts(data: dict[str, Any]) -> None:
    found = synced(data, shipped())
    slices = [set(found.script_data(number, 3)["_meta"]["hostvars"]) for number in (1, 2, 3)]
    assert set.union(*slices) == set(found.hosts) - {"db-01"}
    assert sum(map(len, slices)) == len(set.union(*slices))
    web = [set(found.script_data(number, 2)["tag_role_web"]["hosts"]) for number in (1, 2)]
    assert not web[0] & web[1] and len(web[0] | web[1]) == 4


def test_a_constructed_inventory_over_ours(data: dict[str, Any], place: Path, environ: dict[str, str]) -> None:
    """AWX writes the enabled hosts of the input inventory as a script, and runs the constructed plugin after it."""
    found = synced(data, shipped())
    script = place / "hosts_1"
    script.write_text("#!%s\nprint(%r)\n" % (sys.executable, json.dumps(found.script_data(for_constructed=True))))
    script.chmod(0o700)
    built = listing(place, environ, script, AWX / "project" / "constructed.yml")
    assert set(built["web_running"]["hosts"]) == {"web-03", "web-04"}
    assert any(group.startswith("flavor_") for group in built)
    assert "db-01" not in built["_meta"]["hostvars"], "a disabled host of the input inventory is not read"
    assert built["_meta"]["hostvars"]["web-03"]["cloudserver_id"]
    constructed = synced(built, Source(enabled_var="remote_tower_enabled", enabled_value="true"))
    assert disabled(constructed) == set()


def test_jobs_within_the_cache_timeout_use_the_last_update() -> None:
    began = datetime(2026, 1, 5, 8)
    assert needs_update(None, 600, began)
    assert not needs_update(began, 600, began + timedelta(seconds=599))
    assert needs_update(began, 600, began + timedelta(seconds=600))
    assert needs_update(began, 0, began)


def test_with_use_stale_a_sync_during_a_failure_keeps_the_last_hosts(
    ready: dict[str, Any], place: Path, environ: dict[str, str]
) -> None:
    """The sync is then successful, so AWX must see the hosts of before and not an empty inventory."""
    path = place / "stale.cloudserver.yml"
    options = {"plugin": "cloudserver.compute.cloudserver", "tags": ["role=web"], "on_error": "use_stale",
               "cache": True,
               "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(place / "cache"),
               "cache_timeout": 0}  # fmt: skip
    path.write_text(yaml.safe_dump(options))
    before = listing(place, environ, path)
    order = {"platform": "openstack", "method": "GET", "path": "servers", "times": None, "do": {"status": 503}}
    simulator.control(ready, "POST", "/faults", order)
    try:
        fast = {**environ, "CLOUDSERVER_API_RETRIES": "0"}
        during = listing(place, fast, path)
        assert set(during["_meta"]["hostvars"]) == set(before["_meta"]["hostvars"]) != set()
        # Without it the sync fails, and AWX keeps its hosts too.
        assert "503" in listing(place, fast, AWX / "project" / "fleet.cloudserver.yml", status=1)["error"]
    finally:
        simulator.control(ready, "DELETE", "/faults")
