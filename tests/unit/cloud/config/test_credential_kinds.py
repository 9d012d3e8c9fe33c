# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of credentials: which one a source gives, and what each of them needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import (
    AccessKey,
    ApplicationCredential,
    Credentials,
    Password,
    Token,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError
from ansible_collections.cloudserver.compute.tests.unit.cloud.config.settings_samples import (
    HUAWEICLOUD,
    KEYS,
    OS_ENVIRONMENT,
    PASSWORD,
    URL,
    given,
    refused,
)


@pytest.mark.parametrize(
    ("auth", "names"),
    [
        ({"password": "a", "token": "b"}, ["auth.password", "auth.token"]),
        ({"password": "a", "application_credential_id": "b"}, ["auth.password", "auth.application_credential_secret"]),
    ],
)
def test_two_methods_in_one_source(auth: dict[str, str], names: list[str]) -> None:
    message = refused({"platform": "openstack", "auth": auth}).message
    assert message.startswith("Two methods") and all(name in message for name in names)


def test_methods_of_different_sources_do_not_clash() -> None:
    found = given({"platform": "openstack", "auth": {"token": "tok", "auth_url": URL}}, OS_ENVIRONMENT)
    assert isinstance(found.auth, Token) and found.auth.token == "tok"


def test_application_credential() -> None:
    auth = {"auth_url": URL, "application_credential_id": "i", "application_credential_secret": "s3cret"}
    assert isinstance(given({"platform": "easystack", "auth": auth}).auth, ApplicationCredential)
    named = {"auth_url": URL, "application_credential_name": "n", "application_credential_secret": "s3cret"}
    assert "auth.username" in refused({"platform": "easystack", "auth": named}).message
    found = given({"platform": "easystack", "auth": {**named, "username": "u"}}).auth
    assert isinstance(found, ApplicationCredential) and found.user_domain_id == "default"
    assert "auth_url" in refused({"platform": "openstack", "auth": {"application_credential_secret": "x"}}).message


@pytest.mark.parametrize(
    ("kind", "secret", "found"),
    [
        ("password", "password", Password),
        ("v3password", "password", Password),
        ("v3applicationcredential", "application_credential_secret", ApplicationCredential),
        ("token", "token", Token),
        ("v3token", "token", Token),
    ],
)
def test_auth_type_decides(kind: str, secret: str, found: type) -> None:
    leaves = {"password": "a", "token": "b", "application_credential_secret": "c", "application_credential_id": "d"}
    auth = {**PASSWORD, **leaves}
    clouds = f"clouds: {{lab: {{auth_type: {kind}, auth: {auth}}}}}"
    result = given({"cloud": "lab", "platform": "openstack"}, clouds=clouds)
    assert result.auth.__class__ is found and leaves[secret] in result.secrets()
    environ = {**OS_ENVIRONMENT, "OS_TOKEN": "t", "OS_APPLICATION_CREDENTIAL_ID": "i", "OS_AUTH_TYPE": kind}
    environ["OS_APPLICATION_CREDENTIAL_SECRET"] = "s"
    assert given({"platform": "openstack"}, environ).auth.__class__ is found


def test_auth_type_that_is_not_known() -> None:
    clouds = "clouds: {lab: {auth_type: v3oidcpassword}}"
    options = {"cloud": "lab", "platform": "huaweicloud", "region": "r"}
    assert "does not support auth_type v3oidcpassword" in refused(options, clouds=clouds).message
    clouds = "clouds: {lab: {auth_type: v3applicationcredential, auth: {}}}"
    options = {"cloud": "lab", "platform": "huaweicloud", "region": "r"}
    assert "does not support application credential" in refused(options, clouds=clouds).message
    environ = {"OS_AUTH_TYPE": "v3applicationcredential"}
    assert isinstance(given(HUAWEICLOUD, environ).auth, AccessKey)
    only_type = {"platform": "huaweicloud", "region": "r"}
    assert "No credentials for platform huaweicloud" in refused(only_type, environ).message
    clouds = f"clouds: {{lab: {{auth_type: token, auth: {PASSWORD}}}}}"
    assert isinstance(given({"cloud": "lab", "platform": "openstack"}, clouds=clouds).auth, Password)


def test_access_key() -> None:
    found = given(HUAWEICLOUD)
    assert found.auth == AccessKey(
        platform="huaweicloud",
        auth_url="https://iam.cn-north-4.myhuaweicloud.com/v3",
        project_name="cn-north-4",
        access_key="AKID",
        secret_key="SKEY",
    )
    assert found.endpoint == "https://ecs.cn-north-4.myhuaweicloud.com"
    assert found.secrets() == {"AKID", "SKEY"}


def test_families_of_names_do_not_mix() -> None:
    environ = {
        "HUAWEICLOUD_SDK_AK": "sdk",
        "HUAWEICLOUD_SDK_SK": "sdk-secret",
        "HW_ACCESS_KEY": "hw",
        "HW_SECRET_KEY": "hw-secret",
        "HW_SECURITY_TOKEN": "of hw",
        "HW_REGION_NAME": "cn-east-3",
        "HW_PROJECT_ID": "p1",
        "OS_PASSWORD": "x",
    }
    found = given({"platform": "huaweicloud"}, environ).auth
    assert isinstance(found, AccessKey)
    assert (found.access_key, found.secret_key, found.security_token) == ("sdk", "sdk-secret", "")
    assert found.project_id == "p1"
    del environ["HUAWEICLOUD_SDK_AK"]
    assert "which has another secret_key for it" in refused({"platform": "huaweicloud"}, environ).message
    del environ["HW_SECRET_KEY"]
    assert given({"platform": "huaweicloud"}, environ).secrets() == {"sdk-secret", "hw"}


def test_temporary_access_key_and_vendor_names() -> None:
    environ = {"CLOUD_SDK_AK": "a", "CLOUD_SDK_SK": "b", "OS_REGION_NAME": "r1", "OS_SECURITY_TOKEN": "stray"}
    assert given({"platform": "huaweicloud"}, environ).secrets() == {"a", "b"}
    auth = {**KEYS, "security_token": "temp"}
    assert given({**HUAWEICLOUD, "auth": auth}).secrets() == {"AKID", "SKEY", "temp"}


def test_os_cloud_of_another_platform_stays_out_of_an_access_key() -> None:
    environ = {"HW_ACCESS_KEY": "a", "HW_SECRET_KEY": "b", "HW_REGION_NAME": "r1", "OS_CLOUD": "lab"}
    assert given({"platform": "huaweicloud"}, environ).interface == "public"
    assert given(HUAWEICLOUD, {"OS_CLOUD": "missing"}).region == "cn-north-4"
    clouds = "clouds: {hw: {cloudserver_platform: huaweicloud, region_name: r2}}"
    del environ["HW_REGION_NAME"]
    assert given({}, {**environ, "OS_CLOUD": "hw"}, clouds).region == "r2"


def test_huaweicloud_with_a_user() -> None:
    auth = {"username": "u", "password": "s3cret"}
    assert "auth.user_domain_name" in refused({**HUAWEICLOUD, "auth": auth}).message
    found = given({**HUAWEICLOUD, "auth": {**auth, "user_domain_name": "account"}}).auth
    assert isinstance(found, Password) and (found.project_name, found.project_domain_id) == ("cn-north-4", "")


def test_huaweicloud_with_a_token_names_no_project() -> None:
    found = given({**HUAWEICLOUD, "auth": {"token": "tok"}}).auth
    assert isinstance(found, Token) and found.project_name == "" and found.endpoint.startswith("https://ecs.")


def test_an_endpoint_makes_the_region_dispensable() -> None:
    options = {"platform": "huaweicloud", "endpoint": "https://ecs.example.com", "auth": {**KEYS, "project_id": "p"}}
    assert given(options).endpoint == "https://ecs.example.com"
    options["auth"] = KEYS
    message = refused(options).message
    assert "auth.auth_url" in message and "auth.project_id" in message


def test_a_ready_token_with_an_endpoint_needs_no_keystone() -> None:
    options = {"platform": "openstack", "endpoint": "https://nova.example.com/v2.1", "auth": {"token": "tok"}}
    assert given(options).auth.auth_url == ""
    assert "auth.auth_url" in refused({"platform": "openstack", "auth": {"token": "tok"}}).message


def test_bare_credentials_know_no_identity() -> None:
    with pytest.raises(SettingsError, match=r"auth\.auth_url"):
        Credentials().validate()
    with pytest.raises(NotImplementedError):
        Credentials().who()
    assert replace(Password(), project_id="p").project() == "id:p"


@pytest.mark.parametrize(
    ("known", "missing"),
    [
        (Password(auth_url=URL, username="u", password="p", project_id="p"), ["user_domain_name"]),
        (Password(auth_url=URL, user_id="u", password="p", project_id="p"), []),
        (Password(), ["auth_url", "username or user_id", "password", "project_name or project_id"]),
        (ApplicationCredential(auth_url=URL, application_credential_secret="s"),
         ["application_credential_id or application_credential_name"]),
        (ApplicationCredential(auth_url=URL, application_credential_name="n", username="u"),
         ["user_domain_name", "application_credential_secret"]),
        (ApplicationCredential(auth_url=URL, application_credential_name="n", user_id="u",
                               application_credential_secret="s"), []),
        (Token(), ["auth_url", "token"]),
        (Token(endpoint=URL, token="t"), []),
        (AccessKey(), ["auth_url", "project_id", "access_key", "secret_key"]),
        (AccessKey(project_id="p", access_key="a", secret_key="s"), []),
    ],
)  # fmt: skip
def test_what_each_kind_needs(known: Credentials, missing: list[str]) -> None:
    assert known.missing() == missing


@pytest.mark.parametrize(
    ("known", "who"),
    [
        (Password(user_id="u"), "user id:u"),
        (Password(username="u", user_domain_name="D"), "user u@D"),
        (ApplicationCredential(application_credential_id="a"), "application credential id:a"),
        (ApplicationCredential(application_credential_name="n", user_id="u"), "application credential n of u"),
        (Token(token="s3cret"), "token"),
        (AccessKey(access_key="AKID"), "access key"),
    ],
)
def test_the_identity_of_credentials(known: Credentials, who: str) -> None:
    assert known.who() == who
