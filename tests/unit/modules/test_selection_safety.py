# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mistake in a selection costs: nothing, in any module that changes something."""

from __future__ import annotations

from typing import Any

import pytest
from modules.bench import Bench, nothing_done, refused, stopped

#: The modules that act on chosen servers, with what else they need; each on a platform that has it.
CHANGING: dict[str, tuple[str, dict[str, Any]]] = {
    "server_power": ("openstack", {"state": "stopped"}),
    "server_password": ("openstack", {"password": "Abc-12345678"}),
    "server_os": ("openstack", {"reinstall": True}),
    "server_migrate": ("openstack", {"host": "cmp1"}),
    "server_snapshot": ("openstack", {"name": "{name}-now"}),
    "server_volume": ("openstack", {"state": "absent", "volumes": ["00000000-0000-4000-8000-000000000001"]}),
    "server_interface": ("openstack", {"network_id": "00000000-0000-4000-8000-000000000002"}),
    "server_keypair": ("ustack", {"key_names": ["deploy"]}),
    "server_console_info": ("openstack", {}),
}
EACH = pytest.mark.parametrize(
    ("module", "platform", "options"), [(name, *entry) for name, entry in CHANGING.items()], ids=list(CHANGING)
)
NARROW = pytest.mark.parametrize(
    "narrow", [{"not_tags": ["kepe"]}, {"filters": {"host": "nope"}}], ids=["not_tags", "filters"]
)


def call(bench: Bench, module: str, **options: Any) -> dict[str, Any]:
    if module == "server_migrate":
        options = {**options, "all_projects": True, **bench.credentials("admin")}
    if module == "server" or module not in CHANGING:
        return bench.call(module, **options)
    return bench.call(module, **{**CHANGING[module][1], **options})


# -- what only narrows ------------------------------------------------------------------------------------------------


@NARROW
@EACH
def test_what_only_narrows_is_no_selection(
    bench: Bench, module: str, options: dict[str, Any], narrow: dict[str, Any]
) -> None:
    name = next(iter(narrow))
    with nothing_done(bench):
        refused(call(bench, module, **narrow), f"no option selects servers: {name} only narrows", "all: true")


@NARROW
def test_nor_is_it_one_of_the_module_server_or_of_images(bench: Bench, narrow: dict[str, Any]) -> None:
    with nothing_done(bench):
        refused(bench.call("server", select=narrow, state="absent"), "no option selects servers", "all: true")
        if bench.platform in ("openstack", "easystack"):
            refused(bench.call("server_snapshot", name="{name}", state="absent", **narrow), "no option selects servers")


def test_a_listing_may_be_narrowed_alone(bench: Bench) -> None:
    names = {each["name"] for each in bench.call("server_info", all=True)["servers"]}
    without = {each["name"] for each in bench.call("server_info", not_tags=["role=web"])["servers"]}
    assert names - without == {"web-01", "web-02", "web-03", "web-04"}
    both = bench.call("server_info", all=True, not_tags={"role": "web"})
    assert {each["name"] for each in both["servers"]} == without


def test_all_servers_but_some_are_stopped(bench: Bench) -> None:
    with nothing_done(bench):
        result = bench.power(all=True, not_tags=["role=web"], state="stopped", check=True)
    names = {each["name"] for each in result["outcomes"]}
    assert "web-01" not in names and len(names) > 5


# -- filters that the cloud ignores -----------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["openstack", "easystack"])
def test_a_host_filter_without_the_role_for_it_still_selects_servers(bench: Bench) -> None:
    with nothing_done(bench):
        result = bench.power(all=True, filters={"host": "nope"}, state="stopped")
    refused(result, "does not show this user the host of servers", "host=nope", "administrator")
    refused(bench.call("server_info", filters={"host": "nope"}), "does not show this user the host")


@pytest.mark.parametrize("platform", ["openstack", "easystack"])
def test_an_administrator_filters_by_host(bench: Bench) -> None:
    admin = bench.credentials("admin")
    host = bench.server("web-01")["host"]
    listed = bench.call("server_info", filters={"host": host}, all_projects=True, **admin)["servers"]
    assert listed and {each["host"] for each in listed} == {host}
    with nothing_done(bench):
        result = bench.power(all=True, filters={"host": "nope"}, all_projects=True, state="stopped", **admin)
    assert result["outcomes"] == [] and len(result["warnings"]) == 1


@pytest.mark.parametrize("platform", ["openstack", "ustack", "huaweicloud"])
def test_a_filter_that_nothing_proves_needs_a_limit(bench: Bench) -> None:
    unknown = {"filters": {"launch_index": "1"}, "all": True}
    with nothing_done(bench):
        refused(bench.power(state="stopped", **unknown), "do not contain launch_index", "set max_targets")
        refused(bench.power(state="stopped", max_targets=1, **unknown), "max_targets allows 1")


@pytest.mark.parametrize("platform", ["openstack", "ustack"])
def test_a_filter_of_projects_that_the_cloud_ignores_selects_no_server_of_another(bench: Bench) -> None:
    with nothing_done(bench):
        for name in ("project_id", "tenant_id", "vm_state"):
            result = bench.power(all=True, filters={name: "0123"}, state="stopped")
            assert result["outcomes"] == [] and len(result["warnings"]) == 1


# -- no server is found -----------------------------------------------------------------------------------------------


@EACH
def test_a_selection_that_matches_nothing_warns(bench: Bench, module: str, options: dict[str, Any]) -> None:
    if module == "server_interface":
        return  # The network is looked for only where there is something to do; the next test has it.
    with nothing_done(bench):
        result = call(bench, module, tags=["role=wbe"])
    assert not result.get("failed") and not result.get("changed"), result
    (warning,) = result["warnings"]
    assert "role=wbe" in warning and "matches no server" in warning and "min_targets" in warning


@EACH
def test_fewer_than_min_targets_fail(bench: Bench, module: str, options: dict[str, Any]) -> None:
    with nothing_done(bench):
        refused(call(bench, module, tags=["role=wbe"], min_targets=1), "matches 0 servers, but min_targets requires at")
        refused(call(bench, module, tags=["role=web"], min_targets=5), "matches 4 servers")


def test_no_server_is_no_error_where_the_task_says_so(bench: Bench) -> None:
    assert "warnings" not in bench.power(tags=["role=wbe"], state="stopped", min_targets=0)
    assert "warnings" not in bench.power(names=["nobody"], state="stopped", missing="ignore")
    assert "warnings" not in bench.call("server_info", tags=["role=wbe"])
    refused(bench.call("server_info", tags=["role=wbe"], min_targets=1), "min_targets")


def test_the_module_server_counts_too(bench: Bench) -> None:
    with nothing_done(bench):
        select = {"tags": ["role=wbe"]}
        result = bench.call("server", select=select, state="absent")
        assert "matches no server" in result["warnings"][0] and not result["changed"]
        refused(bench.call("server", select={**select, "min_targets": 1}, state="absent"), "min_targets requires")
        gone = {"ids": ["00000000-0000-4000-8000-000000000000"]}
        assert "warnings" not in bench.call("server", select=gone, state="absent")


@pytest.mark.parametrize("platform", ["openstack", "easystack"])
def test_a_host_that_is_empty_is_no_reason_to_warn(bench: Bench) -> None:
    admin = bench.credentials("admin")
    hosts = {row["host"] for row in bench.control("GET", f"/{bench.platform}/servers")["servers"]}
    services = bench.call("compute_service_info", **admin)["services"]
    empty = next(each["host"] for each in services if each["host"] not in hosts and each["state"] == "up")
    assert "warnings" not in bench.call("server_migrate", from_host=empty, **admin)
    warned = bench.call("server_migrate", from_host=empty, tags=["role=wbe"], **admin)
    assert "matches no server" in warned["warnings"][0]


# -- how it is written ------------------------------------------------------------------------------------------------


def test_one_name_and_a_mapping_of_tags(bench: Bench) -> None:
    assert [each["name"] for each in bench.call("server_info", name="web-01")["servers"]] == ["web-01"]
    found = bench.call("server_info", tags={"role": "web"})["servers"]
    assert [each["name"] for each in found] == ["web-01", "web-02", "web-03", "web-04"]
    assert [each["name"] for each in bench.call("server_info", tags="role=web,env=demo")["servers"]] == [
        each["name"] for each in bench.call("server_info", tags=["role=web", "env=demo"])["servers"]
    ]
    bench.power(name="web-01", state="stopped")
    assert stopped(bench, "web-01")
    with nothing_done(bench):
        result = bench.call("server", select={"name": "web-02"}, state="absent", check=True)
    assert [each["name"] for each in result["outcomes"]] == ["web-02"]


# -- what is returned --------------------------------------------------------------------------------------------------


@EACH
def test_records_are_returned_on_demand(bench: Bench, module: str, options: dict[str, Any]) -> None:
    if module == "server_console_info":
        return  # It lists; what it returns is what was requested.
    given = {"names": ["web-01"], "all_projects": module == "server_migrate"}
    if module == "server_interface":
        given["state"] = "absent"  # The network is looked for only where it is to be attached.
    short = call(bench, module, check=True, return_servers=False, **given)
    assert len(short["outcomes"]) == 1 and "servers" not in short, short
    whole = call(bench, module, check=True, return_servers=True, **given)
    assert [each["name"] for each in whole["servers"]] == ["web-01"]
    assert short["outcomes"] == whole["outcomes"] and "return_servers" not in str(short["outcomes"])


def test_the_one_server_of_a_name_is_returned_always(bench: Bench) -> None:
    one = bench.call("server", check=True, return_servers=False, name="web-01", metadata={"a": "b"})
    assert one["server"]["name"] == "web-01" and "servers" not in one
    many = bench.call("server", check=True, return_servers=False, names=["web-01", "web-02"], metadata={"a": "b"})
    assert "server" not in many and "servers" not in many and len(many["outcomes"]) == 2
