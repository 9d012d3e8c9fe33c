# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where settings come from, and which source wins."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config import settings as module
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import Password
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import (
    AUTH_LEAVES,
    ENVIRONMENT,
    environment_names,
)
from ansible_collections.cloudserver.compute.tests.unit.cloud.config.settings_samples import (
    HUAWEICLOUD,
    KEYS,
    OPENSTACK,
    OS_ENVIRONMENT,
    PASSWORD,
    URL,
    given,
    refused,
)


def test_password_from_options() -> None:
    found = given(OPENSTACK)
    assert found.auth == Password(
        platform="openstack",
        auth_url=URL,
        username="demo",
        password="s3cret",
        user_domain_id="default",
        project_name="demo",
        project_domain_id="default",
    )
    assert (found.region, found.interface, found.endpoint, found.verify, found.cert) == ("", "public", None, True, None)
    assert (found.timeout, found.retries, found.token_cache, found.warnings) == (60.0, 4, "run", ())
    assert found.secrets() == {"s3cret"}


def test_everything_from_options() -> None:
    found = given(
        {
            **OPENSTACK,
            "region": "R",
            "interface": "adminURL",
            "endpoint": "https://nova.example.com/v2.1/",
            "ca_cert": "/ca.pem",
            "client_cert": "/c.pem",
            "client_key": "/k.pem",
            "api_timeout": "2.5",
            "api_retries": 0,
            "token_cache": "/cache",
        }
    )
    assert (found.region, found.interface, found.endpoint) == ("R", "admin", "https://nova.example.com/v2.1")
    assert (found.verify, found.cert, found.timeout, found.retries) == ("/ca.pem", ("/c.pem", "/k.pem"), 2.5, 0)
    assert found.token_cache == "/cache"


def test_everything_from_the_environment() -> None:
    found = given(
        {"platform": None, "auth": None},
        {
            **OS_ENVIRONMENT,
            "CLOUDSERVER_PLATFORM": "ustack",
            "OS_REGION_NAME": "E",
            "OS_ENDPOINT_TYPE": "internalURL",
            "OS_COMPUTE_ENDPOINT_OVERRIDE": "https://c.example.com",
            "OS_INSECURE": "true",
            "OS_CERT": "/c.pem",
            "OS_CACERT": "/ignored.pem",
            "CLOUDSERVER_API_TIMEOUT": "7",
            "CLOUDSERVER_API_RETRIES": "1",
            "CLOUDSERVER_TOKEN_CACHE": "yes",
            "XDG_CACHE_HOME": "/xdg",
        },
    )
    assert (found.platform, found.region, found.interface, found.verify) == ("ustack", "E", "internal", False)
    assert (found.endpoint, found.cert, found.timeout, found.retries) == ("https://c.example.com", "/c.pem", 7.0, 1)
    assert found.token_cache == "/xdg/cloudserver.compute"
    assert isinstance(found.auth, Password) and found.auth.user_domain_name == "env-domain"


@pytest.mark.parametrize("leaf", [name for name in ENVIRONMENT if name in AUTH_LEAVES and name != "auth_type"])
@pytest.mark.parametrize("platform", module.PLATFORMS)
def test_each_environment_name_gives_its_leaf(leaf: str, platform: str) -> None:
    for name in environment_names(leaf, platform):
        environ = {name: "https://value.example.com"}
        sources = [module._from_family(environ, "CLOUDSERVER_", ""), *module._from_environment(environ, platform)]
        assert [source.auth[leaf] for source in sources if leaf in source.auth] == ["https://value.example.com"], name
    assert platform == "huaweicloud" or all(
        name.startswith(("OS_", "CLOUDSERVER_")) for name in environment_names(leaf, platform)
    )


def test_the_table_covers_every_leaf_and_option() -> None:
    assert set(AUTH_LEAVES) <= set(ENVIRONMENT)
    assert set(module.OPTIONS) == {
        "platform", "cloud", "region", "interface", "endpoint", "validate_certs", "ca_cert", "client_cert",
        "client_key",
        "api_timeout", "api_retries", "token_cache", "allow_plain_http", "enterprise_project_id", "cloud_domain",
    }  # fmt: skip


def test_options_win_over_environment_over_file() -> None:
    found = given(
        {"region": "option", "auth": {"project_name": "option"}},
        {
            "OS_CLOUD": "lab",
            "OS_USERNAME": "env",
            "OS_PASSWORD": "env-secret",
            "OS_INTERFACE": "admin",
            "OS_REGION_NAME": "env",
        },
    )
    assert isinstance(found.auth, Password)
    assert (found.auth.project_name, found.auth.username, found.auth.auth_url, found.platform) == (
        "option",
        "env",
        "https://file.example.com/identity/v3",
        "openstack",
    )
    assert (found.region, found.interface, found.verify, found.auth.password) == (
        "option",
        "admin",
        False,
        "env-secret",
    )


def test_a_cloud_named_as_option_takes_nothing_of_a_cloud_from_the_environment() -> None:
    environ = {**OS_ENVIRONMENT, "OS_REGION_NAME": "env", "OS_CLOUD": "other", "OS_INSECURE": "1"}
    found = given({"cloud": "lab"}, {**environ, "CLOUDSERVER_API_RETRIES": "2"})
    assert isinstance(found.auth, Password)
    assert (found.auth.username, found.auth.password, found.auth.project_name) == ("file", "file-secret", "files")
    assert (found.region, found.retries, found.auth.user_domain_id) == ("RegionOne", 2, "default")


EXPORTED = {"CLOUDSERVER_PLATFORM": "huaweicloud", "HW_REGION_NAME": "cn-north-4"}


def test_the_platform_of_a_named_cloud_comes_before_that_of_the_environment() -> None:
    found = given({"cloud": "lab"}, EXPORTED)
    assert (found.platform, found.endpoint) == ("openstack", None)


@pytest.mark.parametrize(
    ("options", "environ"),
    [
        ({}, {**EXPORTED, "OS_CLOUD": "lab"}),
        ({}, {**EXPORTED, **OS_ENVIRONMENT}),
        ({"platform": "huaweicloud", "cloud": "lab"}, {"HW_REGION_NAME": "cn-north-4"}),
        ({"platform": "huaweicloud", "region": "cn-north-4", "auth": {"auth_url": URL, "token": "t"}}, {}),
    ],
)
def test_a_token_of_another_cloud_is_not_sent_to_huawei_cloud(options: Any, environ: dict[str, str]) -> None:
    error = refused(options, environ)
    assert "and platform huaweicloud would send its token to myhuaweicloud.com" in error.message
    assert "CLOUDSERVER_PLATFORM" in str(error.hint)


@pytest.mark.parametrize(
    ("auth_url", "options"),
    [
        ("https://iam.myhuaweicloud.com/v3", {}),
        ("https://iam.eu-west-101.myhuaweicloud.eu/v3", {}),
        ("https://iam.otc.t-systems.com/v3", {"cloud_domain": "otc.t-systems.com"}),
        ("https://gateway.example.com/v3", {"endpoint": "https://gateway.example.com/ecs"}),
    ],
)
def test_a_token_of_huawei_cloud_is_sent_to_its_services(auth_url: str, options: dict[str, Any]) -> None:
    auth = {"auth_url": auth_url, "token": "t", "project_id": "p"}
    found = given({"platform": "huaweicloud", "region": "cn-north-4", "auth": auth, **options})
    assert found.auth.auth_url == auth_url


def test_without_a_chosen_cloud_those_of_the_file_are_named() -> None:
    error = refused({"platform": None, "auth": None}, {})
    assert error.message.startswith("platform is missing")
    assert "Choose a cloud with the option cloud or OS_CLOUD (" in str(error.hint) and "lab" in str(error.hint)


def test_an_entry_without_password_names_secure_yaml() -> None:
    clouds = (
        "clouds: {lab: {cloudserver_platform: openstack, auth: {auth_url: %s, username: ops, project_name: p}}}" % URL
    )
    error = refused({"cloud": "lab", "platform": None, "auth": None}, clouds=clouds)
    assert error.message == "No credentials for platform openstack: cloud 'lab' of clouds.yaml has no secret."
    assert str(error.hint).startswith("Write it into secure.yaml beside clouds.yaml")


def test_another_clouds_file_entry_is_left_out() -> None:
    found = given({"platform": "openstack"}, {**OS_ENVIRONMENT, "OS_CLOUD": "lab"})
    assert isinstance(found.auth, Password)
    assert (found.auth.auth_url, found.auth.password, found.region, found.verify) == (URL, "env-secret", "", True)


def test_a_password_is_not_sent_to_another_clouds_keystone() -> None:
    auth = {"auth_url": "https://elsewhere.example.com", "username": "demo", "project_name": "p"}
    error = refused({"platform": "openstack", "auth": auth}, OS_ENVIRONMENT)
    assert error.message.startswith("No credentials for platform openstack")
    auth["application_credential_id"] = "a"
    error = refused({"platform": "openstack", "auth": auth}, OS_ENVIRONMENT)
    assert "application_credential_secret" in error.message
    assert "another cloud" in str(error.hint)


def test_same_keystone_in_two_spellings_is_one_cloud() -> None:
    auth = {"auth_url": URL[:-3] + "/", "username": "env", "project_name": "p"}
    assert given({"platform": "openstack", "auth": auth}, OS_ENVIRONMENT).auth.secrets() == {"env-secret"}


def test_a_secret_is_not_tried_on_another_user() -> None:
    error = refused({"platform": "openstack", "auth": {"username": "root"}}, OS_ENVIRONMENT)
    assert "auth.password comes from the environment (OS_*)" in error.message
    by_id = {**OS_ENVIRONMENT, "OS_USER_ID": "u1"}
    del by_id["OS_USERNAME"]
    assert "user_id" in refused({"platform": "openstack", "auth": {"username": "root"}}, by_id).message


def test_an_id_here_does_not_mix_with_a_name_there() -> None:
    found = given({"platform": "openstack", "auth": {"project_id": "p1"}}, OS_ENVIRONMENT)
    assert (found.auth.project_id, found.auth.project_name) == ("p1", "")


@pytest.mark.parametrize(
    ("given_url", "used"),
    [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000/v3"),
        ("https://k.example.com/identity/", "https://k.example.com/identity/v3"),
        ("https://k.example.com/v3/", "https://k.example.com/v3"),
        ("https://k.example.com/v3/auth/tokens", "https://k.example.com/v3"),
    ],
)
def test_auth_url_with_or_without_version(given_url: str, used: str) -> None:
    assert given({"platform": "openstack", "auth": {**PASSWORD, "auth_url": given_url}}).auth.auth_url == used


def test_numbers_from_yaml_are_texts() -> None:
    found = given({"platform": "openstack", "auth": {**PASSWORD, "password": 12345}})
    assert found.secrets() == {"12345"}


@pytest.mark.parametrize(
    ("value", "used"), [(True, "/home/me/.cache/cloudserver.compute"), ("no", None), (None, "run"), ("run", "run")]
)
def test_token_cache_folder(value: Any, used: str | None) -> None:
    assert given({**OPENSTACK, "token_cache": value}).token_cache == used


def test_no_secret_in_any_repr() -> None:
    for options in (
        OPENSTACK,
        {**HUAWEICLOUD, "auth": {**KEYS, "security_token": "s3cret"}},
        {"platform": "openstack", "auth": {"auth_url": URL, "token": "s3cret"}},
        {"platform": "openstack", "auth": {"auth_url": URL, "application_credential_id": "i",
                                           "application_credential_secret": "s3cret"}},
    ):  # fmt: skip
        found = given(options)
        shown = repr(found) + str(found) + repr(found.auth) + repr(module._from_options(options))
        assert found.secrets() and not [secret for secret in found.secrets() if secret in shown]
