# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin: text of a cloud is never evaluated as a template."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.cloudserver.compute.plugins.inventory import cloudserver

from .conftest import ONE, Clouds, Parse, server

pytestmark = pytest.mark.usefixtures("fleet_of_three")


def test_text_of_a_cloud_is_no_template(parse: Parse, clouds: Clouds) -> None:
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
