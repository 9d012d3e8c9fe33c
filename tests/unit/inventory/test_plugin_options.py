# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin: templates in its options, and the names of its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleParserError

from ansible_collections.cloudserver.compute.plugins.inventory import cloudserver

from .conftest import CONNECTION, ONE, PASSWORD, Clouds, Parse

pytestmark = pytest.mark.usefixtures("fleet_of_three")


# -- templates -----------------------------------------------------------------------------------------------------


def test_options_may_be_templates(parse: Parse, clouds: Clouds, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def fetch(source: Any, settings: Any, spec: Any) -> Any:
        seen.append((source, settings))
        return clouds.fetch(source, settings, spec)

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
def test_a_file_of_the_wrong_name_is_reported(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
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
