# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where settings come from, which source wins, and the sentence for everything that cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config import settings as module
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import (
    AUTH_LEAVES,
    AccessKey,
    ApplicationCredential,
    Credentials,
    Password,
    Token,
    environment_names,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import (
    ENVIRONMENT,
    Settings,
    resolve,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

URL = "https://keystone.example.com:5000/v3"
PASSWORD = {"auth_url": URL, "username": "demo", "password": "s3cret", "project_name": "demo"}
OPENSTACK = {"platform": "openstack", "auth": PASSWORD}
KEYS = {"access_key": "AKID", "secret_key": "SKEY"}
HUAWEICLOUD = {"platform": "huaweicloud", "region": "cn-north-4", "auth": KEYS}
OS_ENVIRONMENT = {
    "OS_AUTH_URL": URL,
    "OS_USERNAME": "env",
    "OS_PASSWORD": "env-secret",
    "OS_PROJECT_NAME": "env-project",
    "OS_USER_DOMAIN_NAME": "env-domain",
}
CLOUDS = """
clouds:
  lab:
    cloudserver_platform: openstack
    region_name: RegionOne
    interface: internal
    verify: false
    auth: {auth_url: "https://file.example.com/identity", username: file, password: file-secret, project_name: files}
"""


def read(files: dict[str, str]) -> Any:
    return files.get


def given(options: dict[str, Any], environ: dict[str, str] | None = None, clouds: str = CLOUDS) -> Settings:
    return resolve(options, {"HOME": "/home/me", **(environ or {})}, read_file=read({"./clouds.yaml": clouds}))


def refused(options: dict[str, Any], environ: dict[str, str] | None = None, clouds: str = CLOUDS) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        given(options, environ, clouds)
    assert "s3cret" not in str(caught.value) and "env-secret" not in str(caught.value)
    return caught.value


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
    assert (found.timeout, found.retries, found.token_cache, found.warnings) == (60.0, 4, None, ())
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


@pytest.mark.parametrize("leaf", [name for name in ENVIRONMENT if name in AUTH_LEAVES])
@pytest.mark.parametrize("platform", module.PLATFORMS)
def test_each_environment_name_gives_its_leaf(leaf: str, platform: str) -> None:
    for name in environment_names(leaf, platform):
        sources = module._from_environment({name: "https://value.example.com"}, platform)
        assert [source.auth[leaf] for source in sources if leaf in source.auth] == ["https://value.example.com"], name
    assert platform == "huaweicloud" or all(name.startswith("OS_") for name in environment_names(leaf, platform))


def test_the_table_covers_every_leaf_and_option() -> None:
    assert set(AUTH_LEAVES) <= set(ENVIRONMENT)
    assert set(module.OPTIONS) == {
        "platform", "cloud", "region", "interface", "endpoint", "validate_certs", "ca_cert", "client_cert",
        "client_key",
        "api_timeout", "api_retries", "token_cache", "allow_plain_http",
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
    assert "v3oidcpassword" in refused({"cloud": "lab", "platform": "openstack"}, clouds=clouds).message
    assert "OS_AUTH_TYPE" in refused({"platform": "openstack"}, {"OS_AUTH_TYPE": "kerberos"}).message
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


@pytest.mark.parametrize(
    ("host", "warned"),
    [("localhost", 0), ("sim.localhost", 0), ("127.0.0.8", 0), ("[::1]", 0), ("10.0.0.1", 1), ("k.example.com", 1)],
)
def test_plain_http_warns(host: str, warned: int) -> None:
    found = given({"platform": "openstack", "auth": {**PASSWORD, "auth_url": f"http://{host}/v3"}})
    assert len(found.warnings) == warned and all(host in warning for warning in found.warnings)
    both = given({**OPENSTACK, "endpoint": f"http://{host}/compute"})
    assert len(both.warnings) == warned


def test_numbers_from_yaml_are_texts() -> None:
    found = given({"platform": "openstack", "auth": {**PASSWORD, "password": 12345}})
    assert found.secrets() == {"12345"}


@pytest.mark.parametrize(("value", "used"), [(True, "/home/me/.cache/cloudserver.compute"), ("no", None), (None, None)])
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


def test_bare_credentials_know_no_identity() -> None:
    assert "auth.auth_url" in pytest.raises(SettingsError, Credentials().validate).value.message
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
def test_who(known: Credentials, who: str) -> None:
    assert known.who() == who


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
    assert "different URLs" in refusal({**options, "endpoint": "https://d"}, {})
    assert "endpoints has no key compte" in refusal({**options, "endpoints": {"compte": "https://c"}}, {})
    assert "endpoints is not a mapping" in refusal({**options, "endpoints": "https://c"}, {})
