# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that cannot be used: one sentence that names the option and the place."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import AUTH_LEAVES
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError
from ansible_collections.cloudserver.compute.tests.unit.cloud.config.settings_samples import (
    HUAWEICLOUD,
    OPENSTACK,
    OS_ENVIRONMENT,
    PASSWORD,
    URL,
    given,
    refused,
)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"platform": None}, "platform is missing; it must be one of huaweicloud, easystack, ustack, openstack"),
        ({"platform": "aws"}, "platform is 'aws'"),
        ({"interface": "secret"}, "interface is 'secret'"),
        ({"endpoint": "nova.example.com"}, "endpoint is not a URL"),
        ({"endpoint": "ftp://nova.example.com"}, "endpoint is not a URL"),
        ({"endpoint": "https://nova example.com"}, "endpoint is not a URL"),
        ({"endpoint": "https://h:99999"}, "endpoint is not a URL"),
        ({"endpoint": "https://[::1"}, "endpoint is not a URL"),
        ({"endpoint": "https://me:s3cret@h/"}, "endpoint must not hold"),
        ({"endpoint": "https://h/?x=1"}, "endpoint must not hold"),
        ({"client_key": "/k"}, "client_key is given without client_cert"),
        ({"validate_certs": "perhaps"}, "validate_certs is 'perhaps'"),
        ({"api_timeout": 0}, "api_timeout is 0"),
        ({"api_timeout": "nan"}, "api_timeout is 'nan'"),
        ({"api_timeout": "soon"}, "api_timeout is 'soon'"),
        ({"api_retries": -1}, "api_retries is -1"),
        ({"api_retries": True}, "api_retries is True"),
        ({"token_cache": "relative/path"}, "token_cache is 'relative/path'"),
        ({"enterprise_project_id": "0"}, "platform openstack has no enterprise projects"),
        ({"platform": "huaweicloud", "region": "r1", "enterprise_project_id": "a b"}, "enterprise_project_id is 'a b'"),
        ({"region": ["a"]}, "region is not a string"),
        ({"auth": "password"}, "auth is not a mapping"),
        ({"auth": {"user": "x"}}, "auth has no key user; its keys are auth_url"),
        ({"auth": {"password": {"a": 1}}}, "auth.password is not a string"),
        ({"auth": {}}, "No credentials for platform openstack"),
        ({"auth": None}, "No credentials for platform openstack"),
        ({"auth": {"secret_key": "x"}}, "does not support access key credentials"),
        ({"auth": {**PASSWORD, "auth_url": "keystone"}}, "auth.auth_url is not a URL"),
        ({"auth": {**PASSWORD, "auth_url": "https://k/v2.0"}}, "Keystone v2.0"),
        ({"auth": {"token": "to ken", "auth_url": URL}}, "auth.token contains a space"),
        ({"auth": {"token": "tök", "auth_url": URL}}, "auth.token contains a space"),
        ({"cloud": "nowhere"}, "has no cloud 'nowhere'; it has: lab"),
    ],
)
def test_what_cannot_be(change: dict[str, Any], part: str) -> None:
    assert part in refused({**OPENSTACK, **change}).message


@pytest.mark.parametrize("leaf", ["auth_url", "username", "password", "project_name"])
def test_a_missing_leaf_is_named_with_its_places(leaf: str) -> None:
    auth = {name: value for name, value in PASSWORD.items() if name != leaf}
    auth.setdefault("password", "")
    error = refused({"platform": "openstack", "auth": auth})
    if leaf == "password":
        assert "OS_PASSWORD" in str(error)
    else:
        assert f"auth.{leaf} (option auth.{leaf}, environment OS_" in error.message and "clouds.yaml" in error.message


def test_a_region_that_would_change_the_host_is_refused() -> None:
    assert "region is" in refused({**HUAWEICLOUD, "region": "evil.example.com/"}).message
    with_endpoint = {**HUAWEICLOUD, "endpoint": "https://e.example.com", "region": "a@b"}
    assert "region is" in refused(with_endpoint).message
    assert "needs a region" in refused({**HUAWEICLOUD, "region": None}).message


@pytest.mark.parametrize(
    ("host", "warned"),
    [("localhost", 0), ("sim.localhost", 0), ("127.0.0.8", 0), ("[::1]", 0), ("10.0.0.1", 1), ("k.example.com", 1)],
)
def test_plain_http_warns(host: str, warned: int) -> None:
    found = given({"platform": "openstack", "auth": {**PASSWORD, "auth_url": f"http://{host}/v3"}})
    assert len(found.warnings) == warned and all(host in warning for warning in found.warnings)
    both = given({**OPENSTACK, "endpoint": f"http://{host}/compute"})
    assert len(both.warnings) == warned


# -- texts that are none ---------------------------------------------------------------------------------------------


def refusal(options: dict[str, Any], environ: dict[str, str]) -> str:
    return str(refused(options, environ))


TEXT_OPTIONS = ("region", "endpoint", "ca_cert", "client_cert", "client_key", "token_cache")


@pytest.mark.parametrize("spoilt", ["/a\x00b", "/a\ud800b"])
@pytest.mark.parametrize("name", [*TEXT_OPTIONS, *AUTH_LEAVES])
def test_a_text_that_is_none_is_one_sentence(name: str, spoilt: str) -> None:
    options: dict[str, Any] = {"platform": "openstack"}
    environ = dict(OS_ENVIRONMENT)
    (options.setdefault("auth", {}) if name in AUTH_LEAVES else options)[name] = spoilt
    error = refusal(options, environ)
    assert name in error and "contains a NUL character or a lone surrogate" in error
    error.encode("utf-8")


@pytest.mark.parametrize("name", ["lab\x00", "lab\ud800"])
def test_a_cloud_that_no_file_can_name(name: str) -> None:
    assert "cloud contains a NUL character or a lone surrogate" in refusal({"cloud": name}, {})


def test_a_path_of_clouds_yaml_that_is_none() -> None:
    with pytest.raises(SettingsError, match="a path cannot contain a NUL character"):
        resolve({"cloud": "lab"}, {"OS_CLIENT_CONFIG_FILE": "/a\x00b", "HOME": "/h"})


# -- http:// elsewhere -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["auth_url", "endpoint", "image"])
@pytest.mark.parametrize(("allowed", "warnings"), [(None, 1), (True, 0), ("yes", 0)])
def test_plain_http_is_a_warning_or_allowed(option: str, allowed: Any, warnings: int) -> None:
    assert len(given(_with_http(option, allowed), {}).warnings) == warnings


@pytest.mark.parametrize("option", ["auth_url", "endpoint", "image"])
def test_plain_http_is_refusal(option: str) -> None:
    error = refusal(_with_http(option, False), {})
    assert option in error and "allow_plain_http is false" in error
    assert "allow_plain_http" in refusal(_with_http(option, None), {"CLOUDSERVER_ALLOW_PLAIN_HTTP": "false"})


def _with_http(option: str, allowed: Any) -> dict[str, Any]:
    auth = {"auth_url": "https://k/v3", "username": "u", "password": "p", "project_name": "w"}
    options: dict[str, Any] = {"platform": "openstack", "auth": auth, "allow_plain_http": allowed}
    if option == "auth_url":
        auth["auth_url"] = "http://k.example/v3"
    elif option == "image":
        options["endpoints"] = {"image": "http://i.example", "compute": None}
    else:
        options["endpoint"] = "http://c.example"
    return options


def test_endpoints_of_services() -> None:
    auth = {"auth_url": "https://k/v3", "username": "u", "password": "p", "project_name": "w"}
    options = {"platform": "openstack", "auth": auth, "endpoints": {"compute": "https://c/", "image": "https://i"}}
    environ = {"OS_IMAGE_ENDPOINT_OVERRIDE": "https://other", "OS_NETWORK_ENDPOINT_OVERRIDE": "https://n"}
    found = given(options, environ)
    assert (found.endpoint, found.endpoints) == ("https://c", {"image": "https://i", "network": "https://n"})
    assert given(options, {"OS_COMPUTE_ENDPOINT_OVERRIDE": "https://d"}) == given(options, {})
    assert given({**options, "endpoint": "https://c"}, {}) == given(options, {})
    assert "different URLs" in refusal({**options, "endpoint": "https://d"}, {})
    assert "endpoints has no key compte" in refusal({**options, "endpoints": {"compte": "https://c"}}, {})
    assert "endpoints is not a mapping" in refusal({**options, "endpoints": "https://c"}, {})
