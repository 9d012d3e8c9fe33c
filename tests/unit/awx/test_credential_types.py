# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/awx: the credential types obey AWX's rules, and inject what the collection reads."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import (
    ENVIRONMENT,
    SERVICES,
    environment_names,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import PLATFORMS, resolve
from ansible_collections.cloudserver.compute.tests.unit.awx.credential_types import (
    AWX,
    KEYSTONE,
    SECRET_LEAVES,
    TYPES,
    inject,
    load,
    translated,
)

# Read by cloud/auth/clouds_yaml.py rather than as an option.
FILES_OF_CLOUDS = {"OS_CLIENT_CONFIG_FILE"}
FIELD_KEYS = {
    "id", "label", "type", "help_text", "secret", "multiline", "format", "choices", "default", "ask_at_runtime",
}  # fmt: skip
IDENTIFIER = re.compile(r"^[a-zA-Z_]+[a-zA-Z0-9_]*$")
FILE_LABEL = re.compile(r"^template(\.[a-zA-Z_]+[a-zA-Z0-9_]*)?$")
TEXTS = {"label", "help_text"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_CHINESE = {"clouds.yaml", "Keystone URL", "Token"}
CA = "-----BEGIN CERTIFICATE-----\nbm90IGEgcmVhbCBvbmU=\n-----END CERTIFICATE-----\n"


def field_problems(field: dict[str, Any]) -> Iterator[str]:
    if not set(field) <= FIELD_KEYS:
        yield f"unknown keys {sorted(set(field) - FIELD_KEYS)}"
    if not IDENTIFIER.match(field.get("id", "")) or field.get("id") == "tower":
        yield f"id {field.get('id')!r}"
    if not field.get("label"):
        yield "no label"
    if field.get("type", "string") not in ("string", "boolean"):
        yield f"type {field['type']!r}"
    boolean = field.get("type") == "boolean"
    if boolean and {"secret", "multiline", "format", "choices"} & set(field):
        yield "a boolean can be none of secret, multiline, format, choices"
    if "default" in field and not isinstance(field["default"], bool if boolean else str):
        yield "default of another type"
    if "choices" in field and field.get("default", field["choices"][0]) not in field["choices"]:
        yield "default is none of the choices"
    if field.get("format", "url") not in ("ssh_private_key", "url"):
        yield f"format {field['format']!r}"


def template_problems(inputs: dict[str, Any], injectors: dict[str, Any]) -> Iterator[str]:
    files = injectors.get("file", {})
    if not all(FILE_LABEL.match(label) for label in files) or ("template" in files and len(files) > 1):
        yield f"file templates {sorted(files)}"
    filename: Any = "path"
    if "template" not in files:
        filename = SimpleNamespace(**{label.partition(".")[2]: "path" for label in files})
    namespace = {field["id"]: "EXAMPLE" for field in inputs.get("fields", [])}
    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    for kind, templates in injectors.items():
        for name, template in templates.items():
            known = dict(namespace) if kind == "file" else dict(namespace, tower=SimpleNamespace(filename=filename))
            try:
                text = sandbox.from_string(template).render(**known)
            except TemplateError as error:
                yield f"{kind} {name}: {error}"
            else:
                if not text.isascii():
                    yield f"{kind} {name} is not ASCII"


def problems(inputs: dict[str, Any], injectors: dict[str, Any]) -> list[str]:
    found = []
    if not {"fields", "required"} >= set(inputs):
        found.append(f"inputs has {sorted(inputs)}")
    ids = [field.get("id") for field in inputs.get("fields", [])]
    if len(set(ids)) != len(ids):
        found.append("ids are not unique")
    if not set(inputs.get("required", [])) <= set(ids):
        found.append("required names what is no field")
    for field in inputs.get("fields", []):
        found += [f"{field.get('id')}: {problem}" for problem in field_problems(field)]
    if not {"env", "extra_vars", "file"} >= set(injectors):
        found.append(f"injectors has {sorted(injectors)}")
    for name in injectors.get("env", {}):
        if not IDENTIFIER.match(name) or name.startswith("ANSIBLE_"):
            found.append(f"the variable {name} is not allowed")
    return found + list(template_problems(inputs, injectors))


@pytest.mark.parametrize("name", TYPES)
def test_awx_takes_the_type(name: str) -> None:
    assert problems(*load(name)) == []


@pytest.mark.parametrize("name", TYPES)
def test_the_chinese_type_differs_in_its_texts_only(name: str) -> None:
    english, chinese = load(name)[0], translated(name)

    def without_texts(inputs: dict[str, Any]) -> dict[str, Any]:
        fields = [{key: key if key in TEXTS else field[key] for key in field} for field in inputs["fields"]]
        return {**inputs, "fields": fields}

    assert without_texts(chinese) == without_texts(english)
    assert [list(field) for field in chinese["fields"]] == [list(field) for field in english["fields"]]
    for field in chinese["fields"]:
        assert CHINESE.search(field["label"]) or field["label"] in SAME_IN_CHINESE
        assert CHINESE.search(field.get("help_text", "中"))


def test_there_is_a_chinese_file_for_every_type() -> None:
    found = {path.name.removesuffix(".inputs.yml") for path in (AWX / "credential_types" / "zh-CN").iterdir()}
    assert found == set(TYPES)


def test_there_is_a_type_for_every_platform() -> None:
    assert set(TYPES) == {*PLATFORMS, "clouds_yaml"}


BROKEN = {
    "unknown key": lambda inputs, injectors: inputs["fields"][0].update(hint="x"),
    "bad id": lambda inputs, injectors: inputs["fields"][0].update(id="a-b"),
    "reserved id": lambda inputs, injectors: inputs["fields"][0].update(id="tower"),
    "id twice": lambda inputs, injectors: inputs["fields"].append(inputs["fields"][0]),
    "secret boolean": lambda inputs, injectors: inputs["fields"][-1].update(secret=True),
    "default of another type": lambda inputs, injectors: inputs["fields"][0].update(default=1),
    "required is no field": lambda inputs, injectors: inputs["required"].append("nobody"),
    "Ansible's own variable": lambda inputs, injectors: injectors["env"].update(ANSIBLE_CONFIG="x"),
    "no such field": lambda inputs, injectors: injectors["env"].update(OS_TOKEN="{{ token }}"),
    "no such file": lambda inputs, injectors: injectors["env"].update(OS_CERT="{{ tower.filename.cert }}"),
    "unnamed and named file": lambda inputs, injectors: injectors["file"].update(template="x"),
    "unsafe": lambda inputs, injectors: injectors["env"].update(OS_CERT="{{ region.__class__.__mro__ }}"),
    "not ASCII": lambda inputs, injectors: injectors["env"].update(OS_CERT="\u00e9"),
    "further injector": lambda inputs, injectors: injectors.update(files={}),
}


@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN)
def test_a_broken_type_is_noticed(damage: Any) -> None:
    inputs, injectors = copy.deepcopy(load("openstack"))
    damage(inputs, injectors)
    assert problems(inputs, injectors)


@pytest.mark.parametrize("name", PLATFORMS)
def test_the_variables_are_read_and_the_secret_ones_are_secret(name: str) -> None:
    inputs, injectors = load(name)
    read = {variable: option for option in ENVIRONMENT for variable in environment_names(option, name)}
    read.update((f"OS_{service.upper()}_ENDPOINT_OVERRIDE", service) for service in SERVICES)
    assert set(injectors["env"]) <= set(read)
    secret = {field["id"] for field in inputs["fields"] if field.get("secret")}
    for variable, template in injectors["env"].items():
        used = set(re.findall(r"\b[a-z_]+\b", template)) & {field["id"] for field in inputs["fields"]}
        assert bool(used & secret) == (read[variable] in SECRET_LEAVES), variable
    everywhere = "".join([*injectors["env"].values(), *injectors["file"].values()])
    assert all(field["id"] in everywhere for field in inputs["fields"]), "a field that goes nowhere"


def test_clouds_yaml_is_a_secret_file() -> None:
    inputs, injectors = load("clouds_yaml")
    assert set(injectors["env"]) == {*FILES_OF_CLOUDS, "OS_CLOUD"}
    assert inputs["fields"][0]["secret"]


USER = {"username": "ops", "password": "pw-of-ops", "user_domain_name": "Ops", "project_name": "web"}


@pytest.mark.parametrize("name", KEYSTONE)
def test_a_keystone_user_arrives(name: str, tmp_path: Path) -> None:
    url = "https://keystone.example.com/v3"
    values = {"auth_url": url, "region": "RegionTwo", "interface": "internal", **USER}
    settings = resolve({}, inject(name, values, tmp_path))
    assert (settings.platform, settings.region, settings.interface) == (name, "RegionTwo", "internal")
    assert (settings.verify, settings.endpoint, settings.warnings) == (True, None, ())
    assert {key: getattr(settings.auth, key) for key in USER} == USER
    assert settings.auth.auth_url == url
    assert settings.auth.method == "password"


@pytest.mark.parametrize("name", KEYSTONE)
def test_endpoints_arrive(name: str, tmp_path: Path) -> None:
    values = {
        "endpoint": "https://nova/v2.1",
        "image_endpoint": "https://glance",
        "network_endpoint": "https://neutron",
    }
    settings = resolve({}, inject(name, {"auth_url": "https://keystone.example.com/v3", **USER, **values}, tmp_path))
    assert settings.endpoint == "https://nova/v2.1"
    assert settings.endpoints == {"image": "https://glance", "network": "https://neutron"}


def test_a_token_of_unitedstack_arrives(tmp_path: Path) -> None:
    values = {"token": "t1", "project_id": "p1", "endpoint": "https://bj1.compute.api.ustack.com"}
    settings = resolve({}, inject("ustack", values, tmp_path))
    assert (settings.auth.method, settings.auth.secrets(), settings.auth.project_id) == ("token", {"t1"}, "p1")


@pytest.mark.parametrize("name", KEYSTONE)
def test_an_application_credential_arrives(name: str, tmp_path: Path) -> None:
    values = {"application_credential_id": "a1", "application_credential_secret": "s1"}
    values.update(auth_url="https://keystone.example.com", endpoint="https://nova.example.com/v2.1", ca_cert=CA)
    settings = resolve({}, inject(name, values, tmp_path))
    assert (settings.auth.method, settings.auth.secrets()) == ("application credential", {"s1"})
    assert settings.endpoint == "https://nova.example.com/v2.1"
    assert Path(str(settings.verify)).read_text().strip() == CA.strip()


def test_the_ways_into_huawei_cloud_arrive(tmp_path: Path) -> None:
    key = {"region": "cn-north-4", "access_key": "AK1", "secret_key": "SK1"}
    settings = resolve({}, inject("huaweicloud", {**key, "project_id": "p1"}, tmp_path))
    assert (settings.platform, settings.region) == ("huaweicloud", "cn-north-4")
    assert settings.endpoint == "https://ecs.cn-north-4.myhuaweicloud.com"
    assert (settings.auth.secrets(), settings.auth.project_id) == ({"AK1", "SK1"}, "p1")
    temporary = resolve({}, inject("huaweicloud", {**key, "security_token": "ST1"}, tmp_path))
    assert temporary.auth.secrets() == {"AK1", "SK1", "ST1"}
    user = {"username": "ops", "password": "pw-of-ops", "domain_name": "account"}
    iam = resolve({}, inject("huaweicloud", {"region": "cn-north-4", "insecure": True, **user}, tmp_path))
    assert (iam.auth.method, iam.auth.secrets(), iam.verify) == ("password", {"pw-of-ops"}, False)
    assert iam.auth.who() == "user ops@account"


def test_several_clouds_arrive(tmp_path: Path) -> None:
    auth = {"auth_url": "https://keystone.example.com/v3", "username": "ops", "password": "pw", "project_name": "web"}
    clouds = {
        "lab": {"cloudserver_platform": "ustack", "auth": auth},
        "shop": {"cloudserver_platform": "easystack", "auth": auth},
    }
    environ = inject("clouds_yaml", {"clouds": yaml.safe_dump({"clouds": clouds}), "cloud": "shop"}, tmp_path)
    environ["HOME"] = str(tmp_path)
    assert resolve({}, environ).platform == "easystack"
    assert resolve({"cloud": "lab"}, environ).platform == "ustack"
