# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, addresses, groups and variables of hosts."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Address
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory import hosts as fleet_hosts
from ansible_collections.cloudserver.compute.plugins.module_utils.inventory.hosts import InvalidHosts

from .conftest import record

FIXED = Address("10.0.0.1", 4, "fixed", network="private")
UNSAID = Address("10.0.0.2", 4, None, network="old")
FIXED6 = Address("2001:db8::1", 6, "fixed", network="private")
FLOATING = Address("198.51.100.1", 4, "floating", network="private")
FLOATING6 = Address("2001:db8:f::1", 6, "floating", network="private")


@pytest.mark.parametrize(
    ("addresses", "policy", "expected"),
    [
        ((FIXED, FLOATING), ["floating_v4", "fixed_v4"], "198.51.100.1"),
        ((FIXED, FLOATING), ["fixed_v4", "floating_v4"], "10.0.0.1"),
        ((FIXED,), ["floating_v4", "fixed_v4"], "10.0.0.1"),
        ((UNSAID,), ["floating_v4", "fixed_v4"], "10.0.0.2"),
        ((FIXED, FIXED6), ["fixed_v6"], "2001:db8::1"),
        ((FIXED, FLOATING6), ["floating_v6"], "2001:db8:f::1"),
        ((FLOATING, FIXED6, FIXED), ["network:private"], "10.0.0.1"),
        ((FLOATING,), ["network:private"], "198.51.100.1"),
        ((FIXED, UNSAID), ["network:old"], "10.0.0.2"),
        ((FIXED,), ["network:none", "fixed_v4"], "10.0.0.1"),
        ((), ["floating_v4", "name"], "web-1"),
        ((), ["floating_v4", "fixed_v4", "fixed_v6"], None),
        ((FIXED,), [], None),
    ],
)
def test_address_is_the_first_policy_with_one(addresses: Any, policy: list[str], expected: str | None) -> None:
    assert fleet_hosts.address(record(addresses=addresses), policy) == expected


@pytest.mark.parametrize("name", ["-oProxyCommand=id", "root@10.0.0.9", "$(id)", "10.0.0.1 -v", "a\x00b"])
def test_a_name_that_means_something_else_to_ssh_is_no_address(name: str) -> None:
    assert fleet_hosts.address(record(name, addresses=()), ["name"]) is None


@pytest.mark.parametrize("text", ["-oProxyCommand=id", "10.0.0.1;id", "{{ 1 }}"])
def test_a_text_that_is_no_address_is_none(text: str) -> None:
    odd = Address(text, 4, "fixed", network="private")
    assert fleet_hosts.address(record(addresses=(odd, FIXED)), ["fixed_v4"]) == "10.0.0.1"


@pytest.mark.parametrize("bad", ["floating", "network:", "", "fixed_v5"])
def test_unknown_policy(bad: str) -> None:
    with pytest.raises(InvalidHosts, match="connect_with: .*; use one of floating_v4.*network:NAME, name"):
        fleet_hosts.policies(["fixed_v4", bad])


def test_field_value() -> None:
    one = record("web", key="k", addresses=(FIXED, FLOATING))
    found = [fleet_hosts.field_value(one, name) for name in ("name", "id", "private_ip", "public_ip")]
    assert found == ["web", "k", "10.0.0.1", "198.51.100.1"]
    none = record(addresses=())
    none["name"] = None
    assert [fleet_hosts.field_value(none, name) for name in ("name", "private_ip", "public_ip")] == [None] * 3


def test_group_names() -> None:
    one = record(tags=("role=web", "spot"), availability_zone=None, project_id="p1", security_groups=("default", "web"))
    assert list(fleet_hosts.group_names(one, "prod", list(fleet_hosts.GROUPS))) == [
        "tag_role=web",
        "tag_spot",
        "status_ACTIVE",
        "power_state_running",
        "platform_openstack",
        "region_RegionOne",
        "flavor_m1.small",
        "image_i1",
        "source_prod",
        "project_p1",
        "security_group_default",
        "security_group_web",
    ]


def test_a_server_without_groups_or_project_is_in_no_group_of_them() -> None:
    assert list(fleet_hosts.group_names(record(), "prod", ["project_id", "security_groups"])) == []


@pytest.mark.parametrize(
    ("fields", "groups_by", "expressions", "needed"),
    [
        ([], ["tags"], "", False),
        (["name", "image"], [], "", True),
        ([], ["image"], "", True),
        ([], [], "['ansible_user': \"cloudserver_image.name or ''\"]", True),
        ([], [], "cloudserver_image['name']", True),
        ([], [], "cloudserver_image.id", False),
        ([], [], "cloudserver_image .id == 'x' and cloudserver_image", True),
        ([], [], "cloudserver_image.identity", True),
        ([], [], "cloudserver_images or my_cloudserver_image", False),
    ],
)
def test_the_names_of_images_are_needed_where_the_file_uses_them(
    fields: list[str], groups_by: list[str], expressions: str, needed: bool
) -> None:
    assert fleet_hosts.needs_image_names("cloudserver_", fields, groups_by, expressions) is needed


def test_the_fields_that_hosts_need() -> None:
    variables = [("c_id", "id"), ("c_tags", "tags")]
    found = fleet_hosts.record_fields(variables, ["source", "region"], ["public_ip", "c_x", "name"])
    assert found == {"id", "name", "addresses", "tags", "region", "public_ips"}


def test_variables_are_the_fields_and_the_identity_of_the_server() -> None:
    assert fleet_hosts.variable_names("c_", ["name"]) == [
        ("c_id", "id"),
        ("c_name", "name"),
        ("c_platform", "platform"),
        ("c_region", "region"),
    ]


def test_variables_that_an_expression_names() -> None:
    named = dict(fleet_hosts.variable_names("c_", [], "['c_locked and xc_host', 'c_flavors']"))
    assert "c_locked" in named
    assert not {"c_host", "c_flavor"} & set(named)


@pytest.mark.parametrize(
    ("prefix", "fields", "text"),
    [
        ("", [], "vars_prefix"),
        ("a-", [], "vars_prefix"),
        ("c", ["nope"], "no nope"),
        ("c", ["user_data"], "user_data can contain passwords"),
    ],
)
def test_variables_that_cannot_be(prefix: str, fields: list[str], text: str) -> None:
    with pytest.raises(InvalidHosts, match=text):
        fleet_hosts.variable_names(prefix, fields)
