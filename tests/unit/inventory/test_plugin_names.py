# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin: names of hosts and groups that cannot be used, and conditions."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import ONE, Clouds, Parse, members, server

pytestmark = pytest.mark.usefixtures("fleet_of_three")


@pytest.mark.parametrize(
    ("hostnames", "expected"),
    [
        (["id"], ["id-db-1", "id-web-1", "id-web-2"]),
        (["public_ip", "name"], ["198.51.100.7", "db-1", "web-2"]),
        (["cloudserver_metadata.fqdn", "name"], ["db-1", "web-1", "www.example.com"]),
        (["cloudserver_name ~ '.' ~ cloudserver_source"], ["db-1.one", "web-1.one", "web-2.one"]),
        ("[cloudserver_name, 'x'] | join('.')", ["db-1.x", "web-1.x", "web-2.x"]),
        ("cloudserver_name | replace('-', ',')", ["id-db-1", "id-web-1", "id-web-2"]),
        (["cloudserver_name ~ '/..'", "name"], ["db-1", "web-1", "web-2"]),
        (["public_ip"], ["198.51.100.7", "id-db-1", "id-web-2"]),
        (["private_ip"], ["10.0.0.1_id-web-1", "10.0.0.1_id-web-2", "id-db-1"]),
    ],
)
def test_hostnames(parse: Parse, hostnames: Any, expected: list[str]) -> None:
    inventory, _warnings = parse({**ONE, "hostnames": hostnames})
    assert sorted(inventory.hosts) == expected


def test_a_server_takes_no_name_that_means_something_else(parse: Parse, clouds: Clouds) -> None:
    names = ["all", "localhost", "127.0.0.1", "tag_role_web", "ungrouped", "-oProxyCommand=id", "web-1"]
    clouds.answers["one"] = [server(name, key=str(number)) for number, name in enumerate(names)]
    inventory, _warnings = parse(ONE)
    assert sorted(inventory.hosts) == [
        "127.0.0.1_2",
        "5",
        "all_0",
        "localhost_1",
        "tag_role_web_3",
        "ungrouped_4",
        "web-1",
    ]
    assert inventory.groups["all"].vars == {}
    assert inventory.localhost is None


def test_a_second_file_does_not_mix_two_servers(parse: Parse, clouds: Clouds) -> None:
    inventory, _warnings = parse(ONE)
    inventory.add_host("static")
    clouds.answers["one"] = [server("web-1", key="other"), server("web-2"), server("static")]
    parse(ONE, inventory=inventory)
    assert sorted(inventory.hosts) == ["db-1", "static", "web-1", "web-1_other", "web-2"]
    assert inventory.hosts["web-1"].vars["cloudserver_id"] == "id-web-1"
    assert inventory.hosts["static"].vars["cloudserver_id"] == "id-static"


def test_names_that_cannot_be_had_are_one_warning(parse: Parse, clouds: Clouds) -> None:
    names = ["../../evil", "a/b", "!all", "web[1:3]", "\x1b[2J", "web-1"]
    clouds.answers["one"] = [server(name, key="id%d" % number) for number, name in enumerate(names)]
    inventory, warnings = parse({**ONE, "hostnames": ["cloudserver_metadata.fqdn", "name"]})
    assert sorted(inventory.hosts) == ["id0", "id1", "id2", "id3", "id4", "web-1"]
    assert inventory.hosts["id0"].vars["cloudserver_name"] == "../../evil"
    (warning,) = warnings
    assert "5 server names cannot name a host, such as " in warning
    assert sum(repr(name)[1:-1] in warning for name in names) == 3
    assert "' and 2 more: " in warning


@pytest.mark.parametrize(
    ("hostnames", "named"),
    [
        (["cloudserver_metdata.fqdn", "name"], "cloudserver_metdata.fqdn"),
        (["cloudserver_nmae"], "cloudserver_nmae"),
        (["cloudserver_metadata.fqdm"], "cloudserver_metadata.fqdm"),
        (["cloudserver_metadata.fqdm", "name"], None),
        (["cloudserver_metadata.fqdn"], None),
        (["public_ip"], None),
    ],
)
def test_a_misspelt_expression_of_hostnames_is_a_warning(parse: Parse, hostnames: list[str], named: str | None) -> None:
    """A key that no server's metadata has is one only if no other candidate follows."""
    _inventory, warnings = parse({**ONE, "hostnames": hostnames})
    found = [warning for warning in warnings if "is undefined for all 3 servers" in warning]
    assert len(found) == (named is not None)
    assert named is None or "hostnames: %s is undefined" % named in found[0]


def test_a_warning_shows_no_control_character(parse: Parse, clouds: Clouds) -> None:
    clouds.answers["one"] = [server("\x1b[2J\u202eoot\n", key="7")]
    _inventory, (warning,) = parse(ONE)
    assert r"'\x1b[2J\u202eoot\n'" in warning


BASTION = {"groups": {"bastion": "'bastion' in cloudserver_name"}}


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    ("options", "group"),
    [
        (BASTION, "bastion"),
        ({"keyed_groups": [{"key": "cloudserver_metadata.role", "prefix": "", "separator": ""}]}, "bastion"),
        ({"keyed_groups": [{"key": "cloudserver_metadata.role", "prefix": "web", "separator": "_"}]}, "web_bastion"),
        ({"keyed_groups": [{"key": "cloudserver_metadata", "prefix": "", "separator": ""}]}, "rolebastion"),
        ({"keyed_groups": [{"key": "cloudserver_platform", "parent_group": "bastion"}]}, "bastion"),
        ({"keyed_groups": [{"key": "cloudserver_platform", "parent_group": "{{ 'bastion' }}"}]}, "bastion"),
        ({"keyed_groups": [{"key": "''", "default_value": "bastion", "prefix": "", "separator": ""}]}, "bastion"),
        ({"groups_by": ["status"]}, "status_ACTIVE"),
    ],
)
def test_a_server_that_is_named_as_a_group(
    parse: Parse, clouds: Clouds, options: dict[str, Any], group: str, strict: bool
) -> None:
    extra = {"metadata": {"role": "bastion"}}
    clouds.answers["one"] = [server(group, key="7", **extra), server("x-bastion", key="8", **extra)]
    inventory, _warnings = parse({**ONE, "strict": strict, **options})
    assert sorted(inventory.hosts) == [group + "_7", "x-bastion"]
    if group == "bastion" and "parent_group" not in str(options):
        assert members(inventory, group) == [group + "_7", "x-bastion"]
    assert sorted(host.name for host in inventory.groups[group].get_hosts()) == [group + "_7", "x-bastion"]


def test_a_group_that_is_named_after_its_host_does_not_fail(parse: Parse) -> None:
    options = {
        "keyed_groups": [{"key": "inventory_hostname | replace('-', '_')", "prefix": "", "separator": ""}],
        "hostnames": ["cloudserver_name | replace('-', '_')"],
    }
    inventory, _warnings = parse({**ONE, **options})
    assert len(inventory.hosts) == 3
    for host in inventory.hosts.values():
        assert host.name in {each.name for group in host.groups for each in group.hosts}


def test_a_group_that_would_be_its_own_parent_is_a_warning(parse: Parse, clouds: Clouds) -> None:
    clouds.answers["one"] = [server("web-1", metadata={"role": "roles"}), server("db-1", metadata={"role": "all"})]
    keyed = [{"key": "cloudserver_metadata.role", "prefix": "", "separator": "", "parent_group": "roles"}]
    inventory, warnings = parse({**ONE, "keyed_groups": keyed})
    assert sorted(inventory.hosts) == ["db-1", "web-1"]
    assert members(inventory, "roles") == ["web-1"]
    assert sorted(warning.split(":")[1] for warning in warnings) == [
        " the group all is not put into roles",
        " the group roles is not put into roles",
    ]


def test_a_composed_variable_knows_the_hosts_name_and_groups(parse: Parse, clouds: Clouds) -> None:
    clouds.answers["one"] = [server("bastion", key="7")]
    compose = {"called": "inventory_hostname", "short": "inventory_hostname_short", "inside": "group_names"}
    inventory, _warnings = parse({**ONE, **BASTION, "compose": compose, "hostnames": ["name"]})
    variables = inventory.hosts["bastion_7"].vars
    assert (variables["called"], variables["short"]) == ("bastion_7", "bastion_7")
    assert sorted(variables["inside"]) == ["platform_openstack", "tag_role_web"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("cloudserver_private_ips", ["web-1", "web-2"]),
        ("cloudserver_metadata", ["web-2"]),
        ("cloudserver_metadata.fqdn", ["web-2"]),
        ("cloudserver_flavor.vcpus", ["db-1", "web-1", "web-2"]),
        ("cloudserver_availability_zone", []),
        (True, ["db-1", "web-1", "web-2"]),
        ("not cloudserver_private_ips", ["db-1"]),
    ],
)
def test_a_condition_need_not_be_a_boolean(parse: Parse, condition: Any, expected: list[str]) -> None:
    inventory, _warnings = parse({**ONE, "include": [condition]})
    assert sorted(inventory.hosts) == expected
    inventory, _warnings = parse({**ONE, "groups": {"chosen": condition}})
    assert sorted(inventory.hosts) == ["db-1", "web-1", "web-2"]
    found = members(inventory, "chosen") if "chosen" in inventory.groups else []
    assert found == expected
