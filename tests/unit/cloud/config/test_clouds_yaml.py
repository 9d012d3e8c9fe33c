# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""clouds.yaml and secure.yaml: where they are looked for, how they merge, what is refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config import clouds_yaml
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.files import read_text
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

HOME = {"HOME": "/home/me"}


def load(files: dict[str, str], environ: dict[str, str] | None = None, name: str = "lab", region: str = "") -> Any:
    return clouds_yaml.load_cloud(name, region, environ or HOME, files.get)


def entry(text: str, **arguments: Any) -> Any:
    return load({"./clouds.yaml": "clouds:\n  lab: {%s}" % text}, **arguments)


def refused(text: str, **arguments: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        entry(text, **arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        "./clouds.yaml",
        "./clouds.yml",
        "./clouds.json",
        "/xdg/openstack/clouds.yaml",
        "/home/me/.config/openstack/clouds.yaml",
        "/etc/xdg/openstack/clouds.yaml",
        "/etc/openstack/clouds.yml",
        "/named.yaml",
    ],
)
def test_where_it_is_found(path: str) -> None:
    environ = {**HOME, "XDG_CONFIG_HOME": "/xdg"}
    if path == "/named.yaml":
        environ["OS_CLIENT_CONFIG_FILE"] = path
    assert load({path: '{"clouds": {"lab": {"region_name": "R"}}}'}, environ)["region"] == "R"


def test_the_first_one_counts() -> None:
    files = {"./clouds.yaml": "clouds: {lab: {region_name: near}}", "/etc/openstack/clouds.yaml": "clouds: {lab: {}}"}
    assert load(files)["region"] == "near"


@pytest.mark.parametrize("variable", ["OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"])
def test_a_named_file_must_exist(variable: str) -> None:
    files = {"./clouds.yaml": "clouds: {lab: {}}"}
    with pytest.raises(SettingsError, match=f"{variable} names /gone.yaml, which does not exist"):
        load(files, {**HOME, variable: "/gone.yaml"})


def test_no_file_at_all() -> None:
    with pytest.raises(SettingsError, match="no clouds.yaml was found. Looked for ./clouds.yaml, ") as caught:
        load({})
    assert "/home/me/.config/openstack/clouds.yaml" in str(caught.value)


@pytest.mark.parametrize("text", ["", "clouds:", "clouds: []", "clouds: {other: {}}", "clouds: {lab: 1}"])
def test_no_such_cloud(text: str) -> None:
    with pytest.raises(SettingsError, match="has no cloud 'lab'"):
        load({"./clouds.yaml": text})


@pytest.mark.parametrize(("text", "part"), [("- 1", "is not a mapping"), ("a:\n  b: 'open s3cret", "line")])
def test_damaged_files(text: str, part: str) -> None:
    with pytest.raises(SettingsError, match=part) as caught:
        load({"./clouds.yaml": text})
    assert "s3cret" not in str(caught.value) and caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("secure", "environ"),
    [
        ("./secure.yaml", {}),
        ("/etc/openstack/secure.yaml", {}),
        ("/s.yaml", {"OS_CLIENT_SECURE_FILE": "/s.yaml"}),
        ("/dir/secure.yaml", {"OS_CLIENT_CONFIG_FILE": "/dir/c.yaml"}),
        ("./secure.yaml", {"OS_CLIENT_CONFIG_FILE": "/dir/c.yaml"}),
    ],
)
def test_secure_is_merged_deeply(secure: str, environ: dict[str, str]) -> None:
    clouds = "clouds: {lab: {auth: {username: u, password: old}, region_name: R}}"
    files = {environ.get("OS_CLIENT_CONFIG_FILE", "./clouds.yaml"): clouds}
    files[secure] = "clouds: {lab: {auth: {password: new}}, other: {auth: {username: x}}}"
    found = load(files, {**HOME, **environ})
    assert found["auth"] == {"username": "u", "password": "new"} and found["region"] == "R"


def test_secure_without_this_cloud() -> None:
    files = {"./clouds.yaml": "clouds: {lab: {auth: {username: u}}}", "./secure.yaml": "clouds: {other: {}}"}
    assert load(files)["auth"] == {"username": "u"}


def test_regions() -> None:
    two = "regions: [A, {name: B, values: {interface: internal, auth: {project_name: b}}}]"
    assert "several regions: A, B" in refused(two)
    assert "has no region 'C'; it has: A, B" in refused(two, region="C")
    assert entry(two, region="A")["interface"] is None
    chosen = entry(two + ", region_name: B, auth: {username: u}")
    assert (chosen["region"], chosen["interface"]) == ("B", "internal")
    assert chosen["auth"] == {"username": "u", "project_name": "b"}
    assert entry("regions: [A]")["region"] == "A"
    assert "several regions: A, B" in refused("region_name: 'A,B'")
    assert entry("region_name: [A, B]", region="B")["region"] == "B"
    assert "regions is not a list" in refused("regions: A")


def test_all_keys() -> None:
    found = entry(
        "cloudserver_platform: ustack, endpoint_type: internal, compute_endpoint_override: 'https://c', verify: false, "
        "cacert: /ca, cert: /c, key: /k, api_timeout: 3, auth_type: v3token, enterprise_project_id: '0', "
        "cloud_domain: c.example"
    )
    assert found == {
        "auth": {"auth_type": "v3token"}, "beside": {}, "platform": "ustack", "region": "", "interface": "internal",
        "endpoint": None, "endpoints": {"compute": "https://c"}, "allow_plain_http": None, "validate_certs": False,
        "ca_cert": "/ca", "client_cert": "/c", "client_key": "/k", "api_timeout": 3, "warnings": [],
        "enterprise_project_id": "0", "cloud_domain": "c.example",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "auth"),
    [
        ("auth: {tenant_name: t}", {"project_name": "t"}),
        ("auth: {tenant_id: t, project_name: p}", {"project_id": "t", "project_name": "p"}),
        ("username: beside, auth: {password: p}", {"username": "beside", "password": "p"}),
        ("username: beside, auth: {username: inside}", {"username": "inside"}),
        ("auth: {default_domain_id: d, user_domain_name: u}", {"user_domain_name": "u", "project_domain_id": "d"}),
        ("auth: {unknown: x}", {}),
        ("auth: ", {}),
    ],
)
def test_older_spellings(text: str, auth: dict[str, str]) -> None:
    assert entry(text)["auth"] == auth


def test_auth_must_be_a_mapping() -> None:
    assert "auth is not a mapping" in refused("auth: [a]")


def test_without_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert "needs the Python package PyYAML" in refused("region_name: R")


def test_reading_files(tmp_path: Path) -> None:
    (tmp_path / "good").write_text("ü", encoding="utf-8")
    (tmp_path / "bad").write_bytes(b"\xff\xfe\xfa")
    assert read_text(str(tmp_path / "good")) == "ü"
    assert read_text(str(tmp_path / "none")) is None
    assert read_text(str(tmp_path)) is None
    with pytest.raises(SettingsError, match="it is not UTF-8"):
        read_text(str(tmp_path / "bad"))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(SettingsError, match="Cannot read"):
        read_text(str(tmp_path / "loop"))


def test_many_clouds_of_one_file_take_one_parse(monkeypatch: pytest.MonkeyPatch) -> None:
    parses: list[str] = []
    load_yaml = yaml.load
    monkeypatch.setattr(yaml, "load", lambda text, **how: parses.append(text) or load_yaml(text, **how))
    text = yaml.safe_dump({"clouds": {"c%d" % number: {"region_name": "R%d" % number} for number in range(50)}})
    found = [load({"./clouds.yaml": text}, name="c%d" % number) for number in range(50)]
    assert [each["region"] for each in found] == ["R%d" % number for number in range(50)]
    assert len(parses) == 1


def test_a_file_that_was_changed_is_parsed_again() -> None:
    assert entry("region_name: A")["region"] == "A"
    assert entry("region_name: B")["region"] == "B"


def test_a_text_that_has_no_encoding_is_not_valid() -> None:
    assert refused('region_name: "\ud800"').startswith("./clouds.yaml is not valid YAML.")


def test_a_tab_is_named_and_what_the_line_contains_is_not() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"./clouds.yaml": "clouds:\n  lab:\n    auth:\n\tpassword: s3cret\n"})
    assert str(caught.value) == (
        "./clouds.yaml is not valid YAML at line 4. The line begins with a tab; indent it with spaces."
    )


def test_a_directory_is_searched_once() -> None:
    assert len(set(clouds_yaml.candidates("clouds", HOME))) == len(clouds_yaml.candidates("clouds", HOME))
