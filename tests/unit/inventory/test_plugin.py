# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin: what becomes of the servers in Ansible's inventory."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.cloudserver.compute.plugins.inventory import cloudserver
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ServerError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Address

from .conftest import CONNECTION, PASSWORD, Clouds, server

Parse = Callable[..., tuple[InventoryData, list[str]]]
ONE = {**CONNECTION, "name": "one"}


@pytest.fixture(autouse=True)
def fleet_of_three(clouds: Clouds) -> None:
    floating = Address("198.51.100.7", 4, "floating", network="private")
    clouds.answers["one"] = [
        server("web-1", addresses=(Address("10.0.0.1", 4, "fixed", network="private"), floating)),
        server("web-2", status="SHUTOFF", metadata={"fqdn": "www.example.com"}),
        server("db-1", tags=("role=db", "spot"), addresses=()),
    ]


def members(inventory: InventoryData, group: str) -> list[str]:
    return sorted(str(host.name) for host in inventory.groups[group].hosts)


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


def test_what_a_cloud_tells_is_no_template(parse: Parse, clouds: Clouds) -> None:
    evil = "{{ 1 + 1 }}"
    clouds.answers["one"] = [server(evil, key="7", tags=(evil,), metadata={evil: evil})]
    inventory, _warnings = parse({**ONE, "compose": {"copy": "cloudserver_metadata", "name": "cloudserver_name"}})
    (host,) = inventory.hosts.values()
    assert host.name == "7"
    assert host.vars["cloudserver_tags"] == [evil]
    assert host.vars["copy"] == {evil: evil}
    assert host.vars["name"] == evil
    for text in (host.vars["cloudserver_name"], host.vars["cloudserver_tags"][0], *host.vars["copy"].values()):
        assert evaluated(text) == evil


def evaluated(text: Any) -> Any:
    """What Ansible makes of a variable's value when a task uses it."""
    return Templar(loader=DataLoader(), variables={"x": text}).template(trusted("{{ x }}"))


def trusted(text: str) -> str:
    return cloudserver.TRUST(text) if cloudserver.TRUST is not None else text


def test_evaluated_evaluates() -> None:
    """That the tests of templates here would see one that is evaluated."""
    assert str(evaluated(trusted("{{ 1 + 1 }}"))) == "2"


@pytest.mark.parametrize(
    "text",
    [
        "{{ 1 + 1 }}",
        "a {% if true %}b{% endif %}",
        "{# gone #}x",
        "#jinja2: variable_start_string: '<<', variable_end_string: '>>'\n<< 1 + 1 >> {{ 1 }}",
        "#jinja2: variable_start_string: '<<', variable_end_string: '>>'\n<< 1 + 1 >>",
    ],
)
def test_a_text_that_could_be_a_template_is_not_evaluated(parse: Parse, clouds: Clouds, text: str) -> None:
    clouds.answers["one"] = [server("web", metadata={"x": text})]
    inventory, _warnings = parse(
        {**ONE, "compose": {"copy": "cloudserver_metadata.x", "loud": "cloudserver_metadata.x ~ ''"}}
    )
    variables = inventory.hosts["web"].vars
    for value in (variables["cloudserver_metadata"]["x"], variables["copy"], variables["loud"]):
        assert evaluated(value) == text
        assert shown(value) == {"__ansible_unsafe": text}


def test_two_texts_do_not_make_a_template(parse: Parse, clouds: Clouds) -> None:
    clouds.answers["one"] = [server("web", metadata={"x": "{", "y": "{ 1 + 1 }}", "h": "#jin", "k": "ja2:"})]
    options = {"compose": {"both": "cloudserver_metadata.x ~ cloudserver_metadata.y"}}
    inventory, _warnings = parse({**ONE, **options})
    variables = inventory.hosts["web"].vars
    assert evaluated(variables["both"]) == "{{ 1 + 1 }}"
    template = "{{ cloudserver_metadata.x ~ cloudserver_metadata.y }}"
    joined = Templar(loader=DataLoader(), variables=variables).template(trusted(template))
    assert evaluated(joined) == "{{ 1 + 1 }}"


def shown(value: Any) -> Any:
    """A host's variable as ``ansible-inventory --list`` writes it."""
    if cloudserver.TRUST is not None:
        from ansible._internal._json._profiles import _inventory_legacy

        text = json.dumps({"_meta": {"hostvars": {"web": {"x": value}}}}, cls=_inventory_legacy.Encoder)
        return json.loads(text)["_meta"]["hostvars"]["web"]["x"]
    from ansible.parsing.ajson import AnsibleJSONEncoder

    return json.loads(json.dumps({"x": value}, cls=AnsibleJSONEncoder, preprocess_unsafe=True, vault_to_text=True))["x"]


def test_a_text_that_cannot_be_a_template_is_written_plainly(parse: Parse, clouds: Clouds) -> None:
    values = {"text": "plain", "json": '{"a": {"b": 1}}', "percent": "100 %}", "empty": "", "net": "网"}
    clouds.answers["one"] = [server("web", metadata=values, tags=("a=b",))]
    options = {"compose": {"copy": "cloudserver_metadata", "user": "cloudserver_name ~ '-admin'"}, "name": "one"}
    inventory, _warnings = parse({**ONE, **options})
    host = inventory.hosts["web"]
    written = shown(dict(host.vars))
    assert written["cloudserver_metadata"] == values == written["copy"]
    assert written["cloudserver_tags"] == ["a=b"]
    assert written["ansible_host"] == "10.0.0.1"
    assert written["cloudserver_source"] == "one"
    assert written["user"] == "web-admin"
    assert "__ansible_unsafe" not in json.dumps(written)
    assert host.name.__class__ is str


def test_lone_surrogates_and_nul(parse: Parse, clouds: Clouds) -> None:
    """No output can be encoded with a lone surrogate, and no path may hold NUL."""
    clouds.answers["one"] = [
        server("a\ud800", key="1", tags=("x\ud800y", "n\x00l"), metadata={"k\udfff": "v\ud800{{ 1 }}", "n": "\x00"}),
        server("b\x00", key="k\ud800"),
    ]
    options = {"keyed_groups": [{"key": "cloudserver_metadata", "prefix": "", "separator": ""}]}
    inventory, warnings = parse({**ONE, **options})
    first, second = sorted(inventory.hosts)
    assert first == "1"
    assert second.startswith("server-")
    assert {"tag_x_y", "tag_n_l"} <= set(inventory.groups)
    variables = inventory.hosts["1"].vars
    assert variables["cloudserver_metadata"] == {"k\ufffd": "v\ufffd{{ 1 }}", "n": "\x00"}
    for text in (
        *inventory.groups,
        *inventory.hosts,
        json.dumps(shown(dict(variables)), ensure_ascii=False),
        *warnings,
    ):
        text.encode("utf-8")
    for name in (*inventory.groups, *inventory.hosts):
        assert "\x00" not in name


# -- names ---------------------------------------------------------------------------------------------------------


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
    inventory, warnings = parse({**ONE, **options})
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


# -- sources -------------------------------------------------------------------------------------------------------


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


# -- templates -----------------------------------------------------------------------------------------------------


def test_options_may_be_templates(parse: Parse, clouds: Clouds, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def fetch(source: Any, settings: Any) -> Any:
        seen.append((source, settings))
        return clouds.fetch(source, settings)

    monkeypatch.setattr(cloudserver.inventory_sources, "fetch", fetch)
    text = """
plugin: cloudserver.compute.cloudserver
name: one
platform: openstack
region: "{{ where }}"
api_retries: "{{ tries }}"
validate_certs: "{{ checked }}"
tags: "{{ ['role=' ~ role] }}"
auth:
  auth_url: http://127.0.0.1:5000/v3
  username: ops
  password: "{{ secret }}"
  project_name: demo
"""
    extra = {"where": "RegionOne", "tries": 2, "checked": False, "role": "db", "secret": PASSWORD}
    inventory, _warnings = parse(text, extra=extra)
    ((source, settings),) = seen
    assert (settings.region, settings.retries, settings.verify) == ("RegionOne", 2, False)
    assert settings.auth.password == PASSWORD
    assert source.selection["tags"] == ["role=db"]
    assert sorted(inventory.hosts) == ["db-1"]


def test_templates_in_sources(parse: Parse) -> None:
    listed = [{"name": "{{ 'o' ~ 'ne' }}", "tags": ["{{ tag }}"]}]
    inventory, _warnings = parse({**CONNECTION, "sources": listed}, extra={"tag": "spot"})
    assert sorted(inventory.hosts) == ["db-1"]


def test_a_secret_that_fails_to_render_is_not_shown(parse: Parse) -> None:
    auth = {**CONNECTION["auth"], "password": "{{ '%s' | nofilter }}" % PASSWORD}  # type: ignore[dict-item]
    with pytest.raises(AnsibleParserError, match="the template of the option auth.password fails") as caught:
        parse({**ONE, "auth": auth})
    assert PASSWORD not in str(caught.value)


def test_a_vaulted_value_becomes_its_text(defined: None) -> None:
    class Vaulted:
        def __str__(self) -> str:
            return PASSWORD

    plugin = cloudserver.InventoryModule()
    assert plugin._render({"password": Vaulted(), "retries": 3, "token": None}, "auth") == {
        "password": PASSWORD,
        "retries": 3,
        "token": None,
    }


@pytest.mark.parametrize("answer", [True, False])
def test_a_condition_below_2_19(defined: None, answer: bool) -> None:
    class Templar:
        available_variables: Any = None

        def template(self, text: str) -> str:
            assert text == "{% if x == 1 %}True{% else %}False{% endif %}"
            assert self.available_variables == {"x": 1}
            return str(answer)

    plugin = cloudserver.InventoryModule()
    plugin.templar = Templar()
    assert plugin._holds("x == 1", {"x": 1}) is answer


# -- cache ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def cached(tmp_path: Path) -> dict[str, Any]:
    connection = str(tmp_path / "cache")
    return {**ONE, "cache": True, "cache_plugin": "jsonfile", "cache_connection": connection, "cache_timeout": 600}


def test_a_hit_asks_nothing_and_options_of_hosts_still_count(
    parse: Parse, clouds: Clouds, cached: dict[str, Any]
) -> None:
    parse(cached)
    assert clouds.asked == ["one"]
    inventory, _warnings = parse({**cached, "hostnames": ["id"], "groups_by": ["status"], "connect_with": ["name"]})
    assert clouds.asked == ["one"]
    assert sorted(inventory.hosts) == ["id-db-1", "id-web-1", "id-web-2"]
    assert members(inventory, "status_SHUTOFF") == ["id-web-2"]
    parse({**cached, "tags": ["spot"]})
    assert clouds.asked == ["one", "one"]


def test_flush_cache_asks_again(parse: Parse, clouds: Clouds, cached: dict[str, Any]) -> None:
    parse(cached)
    clouds.answers["one"] = [server("new")]
    inventory, _warnings = parse(cached, cache=False)
    assert sorted(inventory.hosts) == ["new"]
    inventory, _warnings = parse(cached)
    assert sorted(inventory.hosts) == ["new"]
    assert clouds.asked == ["one", "one"]


def test_no_secret_in_the_cache(parse: Parse, cached: dict[str, Any]) -> None:
    parse(cached)
    files = list(Path(cached["cache_connection"]).iterdir())
    assert len(files) == 1
    assert PASSWORD not in files[0].read_text() + files[0].name
    assert "web-1" in files[0].read_text()


def test_a_stale_answer_outlives_the_cache_timeout(
    parse: Parse, clouds: Clouds, cached: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = {**cached, "on_error": "use_stale"}
    parse(stale)
    (file,) = Path(cached["cache_connection"]).iterdir()
    # The cache plugin judges by the file's time, we by what is written in it; both are long past.
    os.utime(file, (0, 0))
    now = cloudserver.time.time()
    monkeypatch.setattr(cloudserver.time, "time", lambda: now + 7200)
    clouds.answers["one"] = ServerError("broken", status=503)
    inventory, warnings = parse(stale)
    assert sorted(inventory.hosts) == ["db-1", "web-1", "web-2"]
    assert warnings == ["source one: broken (HTTP 503). Its servers are from the cache, which is 7200 s old."]


def test_a_corrupt_cache_is_not_used(parse: Parse, clouds: Clouds, cached: dict[str, Any]) -> None:
    parse(cached)
    (file,) = Path(cached["cache_connection"]).iterdir()
    file.write_text("{")
    inventory, _warnings = parse(cached)
    assert sorted(inventory.hosts) == ["db-1", "web-1", "web-2"]
    assert clouds.asked == ["one", "one"]


# -- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("prod.cloudserver.yml", True),
        ("prod.cloudserver.yaml", True),
        ("cloudserver.yml", True),
        ("cloudserver.yaml", True),
        ("mycloudserver.yml", False),
        ("prod.yml", False),
        ("prod.cloudserver.json", False),
    ],
)
def test_names_of_files(tmp_path: Path, name: str, expected: bool) -> None:
    path = tmp_path / name
    path.write_text("plugin: cloudserver.compute.cloudserver\n")
    assert cloudserver.InventoryModule().verify_file(str(path)) is expected
    assert not cloudserver.InventoryModule().verify_file(str(tmp_path / "none.cloudserver.yml"))


@pytest.mark.parametrize("name", ["servers.yml", "servers.yaml", "mycloudserver.yml"])
def test_a_file_of_the_wrong_name_is_told_so(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = cloudserver.InventoryModule()
    warnings: list[str] = []
    monkeypatch.setattr(plugin.display, "warning", warnings.append)
    path = tmp_path / name
    path.write_text("# ours\nplugin: 'cloudserver.compute.cloudserver'  # here\n")
    assert not plugin.verify_file(str(path))
    (warning,) = warnings
    assert "%s names the plugin cloudserver.compute.cloudserver" % path in warning
    assert "ends with .cloudserver.yml or .cloudserver.yaml" in warning
    path.write_text("plugin: amazon.aws.aws_ec2\n# plugin: cloudserver.compute.cloudserver\n")
    assert not plugin.verify_file(str(path))
    assert len(warnings) == 1


def test_requests_is_missing(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloudserver.session, "HAS_REQUESTS", False)
    with pytest.raises(AnsibleParserError, match="Python library requests"):
        parse(ONE)
