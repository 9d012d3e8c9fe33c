# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin: hosts, variables, groups and sources in Ansible's inventory."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleParserError

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ServerError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image

from .conftest import CONNECTION, ONE, Clouds, Parse, members, server

pytestmark = pytest.mark.usefixtures("fleet_of_three")


def test_aliases_of_options_in_the_file(parse: Parse, clouds: Clouds) -> None:
    given = {**ONE, "region_name": "{{ place }}", "server": ["web-1"], "verify": False}
    del given["region"]
    inventory, _warnings = parse(given, extra={"place": "RegionOne"})
    assert sorted(inventory.hosts) == ["web-1"]


def test_an_alias_that_the_inventory_lacks_is_refused(parse: Parse) -> None:
    with pytest.raises(AnsibleParserError, match="the inventory plugin has no option timeout"):
        parse({**ONE, "timeout": 5})


def test_hosts_variables_and_groups(parse: Parse) -> None:
    inventory, warnings = parse(ONE)
    assert sorted(inventory.hosts) == ["db-1", "web-1", "web-2"]
    assert members(inventory, "tag_role_web") == ["web-1", "web-2"]
    assert members(inventory, "tag_spot") == ["db-1"]
    assert members(inventory, "platform_openstack") == ["db-1", "web-1", "web-2"]
    variables = inventory.hosts["web-2"].vars
    assert variables["cloudserver_id"] == "id-web-2"
    assert variables["cloudserver_platform"] == "openstack"
    assert variables["cloudserver_region"] == "RegionOne"
    assert variables["cloudserver_power_state"] == "stopped"
    assert variables["cloudserver_source"] == "one"
    assert variables["ansible_host"] == "10.0.0.1"
    assert "cloudserver_addresses" not in variables
    assert inventory.hosts["web-1"].vars["ansible_host"] == "198.51.100.7"
    assert "ansible_host" not in inventory.hosts["db-1"].vars
    assert warnings == []


def test_garbage_collection_goes_on_afterwards(parse: Parse, clouds: Clouds) -> None:
    clouds.answers["one"] = ServerError("broken")
    with pytest.raises(AnsibleParserError):
        parse(ONE)
    assert gc.isenabled()


def test_fields_prefix_and_group_choice(parse: Parse) -> None:
    content = {
        **ONE,
        "fields": [],
        "vars_prefix": "cs_",
        "groups_by": ["source"],
        "compose": {"zone": "cs_availability_zone"},
    }
    inventory, _warnings = parse(content)
    own = {name for name in inventory.hosts["web-1"].vars if name.startswith("c")}
    assert own == {"cs_id", "cs_platform", "cs_region", "cs_source", "cs_availability_zone"}
    assert set(inventory.groups) == {"all", "ungrouped", "source_one"}


def test_constructed(parse: Parse) -> None:
    inventory, _warnings = parse(
        {
            **ONE,
            "compose": {"shown": "cloudserver_name | upper", "ansible_host": "'gateway'"},
            "groups": {"stopped": "cloudserver_power_state == 'stopped'", "loud": "shown == 'WEB-1'"},
            "keyed_groups": [{"prefix": "name", "key": "inventory_hostname"}],
        }
    )
    assert inventory.hosts["web-1"].vars["shown"] == "WEB-1"
    assert inventory.hosts["db-1"].vars["ansible_host"] == "gateway"
    assert members(inventory, "stopped") == ["web-2"]
    assert members(inventory, "loud") == ["web-1"]
    assert members(inventory, "name_db_1") == ["db-1"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"include": ["cloudserver_power_state == 'running'"]}, ["db-1", "web-1"]),
        ({"include": "'spot' in cloudserver_tags or cloudserver_id in ['a', 'id-web-1']"}, ["db-1", "web-1"]),
        ({"include": ["'spot' in cloudserver_tags", "cloudserver_status == 'SHUTOFF'"]}, ["db-1", "web-2"]),
        ({"exclude": ["'role=web' in cloudserver_tags"]}, ["db-1"]),
        ({"include": ["ansible_host is defined"], "exclude": ["cloudserver_name == 'web-1'"]}, ["web-2"]),
        ({"include": ["cloudserver_metadata.fqdn == 'www.example.com'"]}, ["web-2"]),
        ({"exclude": ["cloudserver_metadata.fqdn == 'www.example.com'"]}, ["db-1", "web-1"]),
    ],
)
def test_include_and_exclude(parse: Parse, options: dict[str, Any], expected: list[str]) -> None:
    inventory, _warnings = parse({**ONE, **options})
    assert sorted(inventory.hosts) == expected


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"include": ["nope == 1"], "strict": True},
            "include: the condition nope == 1 cannot be evaluated: .*undefined",
        ),
        ({"exclude": ["=="]}, "exclude: the condition == cannot be evaluated"),
        ({"hostnames": ["nope"], "strict": True}, "hostnames: the expression nope cannot be evaluated: .*undefined"),
        ({"hostnames": ["|"]}, r"hostnames: the expression \| cannot be evaluated"),
        ({"fields": ["colour"]}, "fields: a server has no colour"),
        ({"groups_by": ["colour"]}, "groups_by"),
        ({"vars_prefix": "1"}, "vars_prefix: 1 cannot begin"),
        ({"on_error": "use_stale"}, "on_error: use_stale of source one needs cache: true"),
        ({"connect_with": ["teleport"]}, "connect_with: teleport is not supported"),
        ({"sources": [{"name": "x", "colour": "red"}]}, "source x: unknown option colour"),
        ({"colour": "red"}, "the inventory plugin has no option colour"),
        ({"region": "{{ nope }}"}, "the template of the option region fails: .*undefined"),
        ({"compose": {"x": "nope"}, "strict": True}, "Could not set x for host"),
    ],
)
def test_what_is_wrong_with_a_file(parse: Parse, options: dict[str, Any], text: str) -> None:
    with pytest.raises(AnsibleError, match=text):
        parse({**ONE, **options})


def test_groups_by_project_security_group_and_image(parse: Parse, clouds: Clouds) -> None:
    clouds.answers["one"] = [
        server("web-1", project_id="p1", security_groups=("default", "web"), image=Image("i1", "Ubuntu 24.04")),
        server("db-1", project_id="p2", security_groups=("default",)),
    ]
    inventory, _warnings = parse({**ONE, "groups_by": ["project_id", "security_groups", "image"]})
    assert members(inventory, "project_p1") == ["web-1"] and members(inventory, "project_p2") == ["db-1"]
    assert members(inventory, "security_group_default") == ["db-1", "web-1"]
    assert members(inventory, "security_group_web") == ["web-1"]
    assert members(inventory, "image_Ubuntu_24_04") == ["web-1"] and members(inventory, "image_i1") == ["db-1"]


def test_keyed_groups_by_the_tags_as_a_mapping_and_by_new_fields(parse: Parse, clouds: Clouds) -> None:
    clouds.answers["one"] = [server("web-1", tags=("role=web", "spot"), project_id="p1", security_groups=("web",))]
    keys = ["cloudserver_tag_map.role", "cloudserver_project_id", "cloudserver_security_groups"]
    keyed = [{"prefix": "by", "key": key} for key in keys]
    inventory, _warnings = parse({**ONE, "fields": ["name"], "keyed_groups": keyed, "strict": True})
    assert [members(inventory, "by_web"), members(inventory, "by_p1")] == [["web-1"], ["web-1"]]
    assert inventory.hosts["web-1"].vars["cloudserver_tag_map"] == {"role": "web", "spot": ""}


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ({}, False),
        ({"fields": ["name", "tags"]}, False),
        ({"fields": ["name", "image"]}, True),
        ({"groups_by": ["image"]}, True),
        ({"compose": {"ansible_user": "'ubuntu' if 'Ubuntu' in (cloudserver_image.name or '') else 'root'"}}, True),
        ({"keyed_groups": [{"key": "cloudserver_image.name | default('none', true)", "prefix": "os"}]}, True),
        ({"include": ["cloudserver_image.name is none"]}, True),
        ({"keyed_groups": [{"key": "cloudserver_image.id", "prefix": "os"}]}, False),
        ({"vars_prefix": "c_", "compose": {"os": "c_image.name"}}, True),
    ],
    ids=str,
)
def test_the_names_of_images_are_requested_where_the_file_uses_them(
    parse: Parse, clouds: Clouds, options: dict[str, Any], needed: bool
) -> None:
    clouds.answers["one"] = [server("web-1")]
    parse({**ONE, **options})
    assert [spec.image_names for spec in clouds.specs] == [needed]


def test_only_the_fields_that_hosts_need_are_kept(parse: Parse, clouds: Clouds) -> None:
    clouds.answers["one"] = [server("web-1")]
    parse({**ONE, "fields": ["name"], "groups_by": ["region"], "hostnames": ["public_ip", "name"]})
    (spec,) = clouds.specs
    assert spec.fields == {"id", "name", "platform", "region", "addresses", "public_ips"}


def test_a_server_that_two_sources_find_counts_once(parse: Parse, clouds: Clouds) -> None:
    clouds.answers["two"] = [server("web-1"), server("web-9")]
    listed = [{"name": "one"}, {"name": "two", "auth": {"project_name": "other"}}]
    inventory, _warnings = parse({**CONNECTION, "sources": listed})
    assert sorted(inventory.hosts) == ["db-1", "web-1", "web-2", "web-9"]
    assert inventory.hosts["web-1"].vars["cloudserver_source"] == "one"


def test_servers_of_two_places_are_two_even_with_one_id(parse: Parse, clouds: Clouds) -> None:
    clouds.answers["two"] = [server("web-1")]
    inventory, _warnings = parse({**CONNECTION, "sources": [{"name": "one"}, {"name": "two", "region": "RegionTwo"}]})
    assert sorted(inventory.hosts) == ["db-1", "web-1_id-web-1_one", "web-1_id-web-1_two", "web-2"]


def test_each_source_has_its_way_to_connect(parse: Parse, clouds: Clouds) -> None:
    clouds.answers["two"] = [server("web-9")]
    listed = [
        {"name": "one", "connect_with": ["network:private"]},
        {"name": "two", "connect_with": ["name"], "region": "R"},
    ]
    inventory, _warnings = parse({**CONNECTION, "sources": listed})
    assert inventory.hosts["web-1"].vars["ansible_host"] == "10.0.0.1"
    assert inventory.hosts["web-9"].vars["ansible_host"] == "web-9"


def test_no_host_is_added_where_a_source_fails(parse: Parse, clouds: Clouds, tmp_path: Path) -> None:
    clouds.answers["two"] = ServerError("broken", status=500)
    with pytest.raises(AnsibleParserError, match=r"test.cloudserver.yml: source two: broken \(HTTP 500\)"):
        parse({**CONNECTION, "sources": [{"name": "one"}, {"name": "two", "region": "R"}]})
