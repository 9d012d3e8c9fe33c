# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of Huawei Cloud's own tools: which one is read, what it gives, and why one cannot be used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import (
    AccessKey,
    EcsAgency,
    Password,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings, resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

SDK_PATH = "/home/me/.huaweicloud/credentials"
KOOCLI_PATH = "/home/me/.hcloud/config.json"
SDK = "[basic]\nak = SDKAK\nsk = SDKSK\n"
PLATFORM = {"platform": "huaweicloud", "region": "cn-north-4"}
KEYS = {"accessKeyId": "KOOAK", "secretAccessKey": "KOOSK"}


def koocli(*profiles: dict[str, Any], **top: Any) -> str:
    listed = list(profiles) or [{"name": "default", "mode": "AKSK", "region": "cn-south-1", **KEYS}]
    return json.dumps({"current": listed[0]["name"], "authEncrypt": "false", "profiles": listed, **top})


FILES = {SDK_PATH: SDK, KOOCLI_PATH: koocli()}


def given(
    files: dict[str, str], options: dict[str, Any] | None = None, environ: dict[str, str] | None = None
) -> Settings:
    return resolve({**PLATFORM, **(options or {})}, {"HOME": "/home/me", **(environ or {})}, read_file=files.get)


def key_of(settings: Settings) -> tuple[str, str, str]:
    assert isinstance(settings.auth, AccessKey)
    return settings.auth.access_key, settings.auth.secret_key, settings.auth.security_token


def refused(files: dict[str, str], options: dict[str, Any] | None = None, environ: Any = None) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        given(files, options, environ)
    text = str(caught.value)
    assert not [secret for secret in ("SDKSK", "KOOSK", "KOO/AK", "T0KEN") if secret in text], text
    assert "\n" not in text
    return caught.value


HW = {"HW_ACCESS_KEY": "HWAK", "HW_SECRET_KEY": "HWSK"}
OPTION = {"auth": {"access_key": "OWNAK", "secret_key": "OWNSK"}}


@pytest.mark.parametrize(
    ("options", "environ", "key"),
    [
        ({}, {}, "SDKAK"),
        ({}, HW, "HWAK"),
        (OPTION, HW, "OWNAK"),
        ({}, {"HW_PROFILE": "default"}, "KOOAK"),
        ({}, {"HW_SHARED_CONFIG_FILE": KOOCLI_PATH}, "KOOAK"),
        ({"auth": {"profile": "default"}}, HW, "KOOAK"),
        ({"auth": {"credentials_file": SDK_PATH}}, {**HW, "HW_PROFILE": "default"}, "SDKAK"),
        ({}, {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": SDK_PATH, **HW}, "SDKAK"),
        ({}, {"HUAWEICLOUD_SDK_AK": "AK", "HUAWEICLOUD_SDK_SK": "SK", "HW_PROFILE": "default"}, "AK"),
        (OPTION, {"HW_PROFILE": "absent"}, "OWNAK"),
    ],
)
def test_the_order(options: dict[str, Any], environ: dict[str, str], key: str) -> None:
    assert key_of(given(FILES, options, environ))[0] == key


def test_koocli_is_the_last_place() -> None:
    assert key_of(given({KOOCLI_PATH: koocli()})) == ("KOOAK", "KOOSK", "")
    assert key_of(given({KOOCLI_PATH: koocli(), SDK_PATH: "[global]\nak = a\nsk = b\n"}))[0] == "KOOAK"


def test_no_file_is_read_that_is_not_needed() -> None:
    asked: list[str] = []

    def read(path: str) -> None:
        asked.append(path)

    for options in (OPTION, {"auth": {"username": "u", "password": "p", "user_domain_name": "d"}}):
        resolve({**PLATFORM, **options}, {"HOME": "/home/me"}, read_file=read)
    resolve(PLATFORM, {"HOME": "/home/me", "HW_AUTH_TOKEN": "t"}, read_file=read)
    assert asked == []
    with pytest.raises(SettingsError, match="No credentials for platform huaweicloud") as caught:
        resolve(PLATFORM, {"HOME": "/home/me"}, read_file=read)
    assert asked == [SDK_PATH, KOOCLI_PATH] and "~/.huaweicloud/credentials" in str(caught.value)


def test_a_named_cloud_ignores_them() -> None:
    clouds = "clouds: {lab: {cloudserver_platform: huaweicloud, region_name: r1, auth: {%s}}}"
    files = {**FILES, "./clouds.yaml": clouds % ""}
    environ = {"HW_PROFILE": "default", "CLOUDSERVER_ECS_AGENCY": "true"}
    assert "No credentials" in refused(files, {"cloud": "lab"}, environ).message
    files["./clouds.yaml"] = clouds % "profile: default"
    assert key_of(given(files, {"cloud": "lab"}))[0] == "KOOAK"
    files["./clouds.yaml"] = clouds % "access_key: a, secret_key: b"
    assert key_of(given(files, {"cloud": "lab"}, environ)) == ("a", "b", "")


def test_other_platforms_ignore_them() -> None:
    with pytest.raises(SettingsError, match="No credentials for platform openstack"):
        given(FILES, {"platform": "openstack"}, {"HW_PROFILE": "default", "CLOUDSERVER_ECS_AGENCY": "true"})


def test_an_openstack_cloud_of_other_tools_is_left_out() -> None:
    clouds = "clouds: {lab: {cloudserver_platform: openstack, auth: {auth_url: https://k/v3, username: u}}}"
    files = {**FILES, "./clouds.yaml": clouds}
    found = given(files, {}, {"OS_CLOUD": "lab", "HW_PROFILE": "default"})
    assert key_of(found)[0] == "KOOAK" and found.auth.auth_url == "https://iam.cn-north-4.myhuaweicloud.com/v3"


@pytest.mark.parametrize("auth", [{"profile": "default"}, {"credentials_file": SDK_PATH}, {"ecs_agency": True}])
def test_a_task_with_its_own_place_needs_no_cloud_of_other_tools(auth: dict[str, Any]) -> None:
    # There is no clouds.yaml.
    assert given(FILES, {"auth": auth}, {"OS_CLOUD": "lab"}).platform == "huaweicloud"


def test_all_of_the_sdk_file() -> None:
    text = "[basic]\nak: A\nsk: S\nsecurity_token: T\nproject_id: p1\niam_endpoint: https://iam.example.com\n"
    found = given({SDK_PATH: text + "domain_id: d\n[global]\nak: no\n"})
    assert key_of(found) == ("A", "S", "T") and found.secrets() == {"A", "S", "T"}
    assert (found.auth.project_id, found.auth.auth_url) == ("p1", "https://iam.example.com/v3")
    over = given({SDK_PATH: text}, {}, {"HW_PROJECT_ID": "p2"})
    assert over.auth.project_id == "p2"


def test_all_of_a_profile() -> None:
    one = {
        "name": "one", "region": "cn-south-1", "projectId": "p1", "domainId": "d1", **KEYS, "securityToken": "T0KEN",
        "agencyName": "a", "agencyDomainName": "n", "agencyDomainId": "i",
    }  # fmt: skip
    found = given({KOOCLI_PATH: koocli({"name": "other", **KEYS}, one)}, {"region": None, "auth": {"profile": "one"}})
    assert key_of(found) == ("KOOAK", "KOOSK", "T0KEN") and found.region == "cn-south-1"
    assert isinstance(found.auth, AccessKey) and found.auth.project_id == "p1"
    assert (found.auth.agency_name, found.auth.agency_domain_name, found.auth.agency_domain_id) == ("a", "n", "i")
    # The project of the profile is one of its region.
    assert given({KOOCLI_PATH: koocli(one)}).auth.project_id == ""


def test_modes_of_profiles() -> None:
    server = koocli({"name": "server", "mode": "ecsAgency"}, authEncrypt="true")
    assert isinstance(given({KOOCLI_PATH: server}).auth, EcsAgency)
    sso = {"name": "sso", "mode": "SSO", "ssoAuth": {"stsToken": {**KEYS, "securityToken": "T0KEN"}}}
    assert key_of(given({KOOCLI_PATH: koocli(sso)})) == ("KOOAK", "KOOSK", "T0KEN")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ak = SDKSK\n", f"{SDK_PATH} is not a valid INI file at line 1."),
        ("[basic]\nak\nsk SDKSK", f"{SDK_PATH} is not a valid INI file at line 2."),
        ("[basic]\nak = SDKSK\nak = b\n", f"{SDK_PATH} is not a valid INI file at line 3."),
        ("[basic]\nak = SDK%SK\nsk = SDKSK\n", f"{SDK_PATH} has a % in a value; write it as %%."),
        ("[global]\nak = a\nsk = SDKSK\n", f"{SDK_PATH} has no section [basic] with ak and sk."),
        ("[basic]\nak = a\n", f"[basic] of {SDK_PATH} lacks sk."),
        ("[basic]\nak =\n", f"[basic] of {SDK_PATH} lacks ak and sk."),
        (
            "[basic]\nak = a\nsk = SDKSK\nidp_id = i\nid_token_file = /f\n",
            f"[basic] of {SDK_PATH} has idp_id: credentials of an identity provider are not supported.",
        ),
    ],
)
def test_sdk_files_that_cannot_be_used(text: str, message: str) -> None:
    assert refused({SDK_PATH: text}).message == message
    assert refused({"/f": text}, {"auth": {"credentials_file": "/f"}}).message == message.replace(SDK_PATH, "/f")


PROFILE = f"The profile 'p' of {KOOCLI_PATH}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{\n'KOOSK'}", f"{KOOCLI_PATH} is not valid JSON at line 2."),
        ("[]", f"{KOOCLI_PATH} has no list profiles; it is not the configuration file of KooCLI."),
        ('{"profiles": "KOOSK"}', f"{KOOCLI_PATH} has no list profiles; it is not the configuration file of KooCLI."),
        (koocli(current=""), f"{KOOCLI_PATH} names no current profile."),
        (koocli(current="q"), f"{KOOCLI_PATH} has no profile 'q'; it has: default."),
        ('{"profiles": [], "current": "q"}', f"{KOOCLI_PATH} has no profile 'q'; it has: none."),
        (koocli({"name": "p", **KEYS}, authEncrypt="true"), f"{PROFILE} is encrypted, and only KooCLI can read it."),
        (koocli({"name": "p", **KEYS}, authEncrypt=True), f"{PROFILE} is encrypted, and only KooCLI can read it."),
        (
            koocli({"name": "p", **KEYS, "accessKeyId": "KOO/AK=="}),
            f"{PROFILE} is encrypted, and only KooCLI can read it.",
        ),
        (koocli({"name": "p", "mode": "AKSK", "accessKeyId": "a"}), f"{PROFILE} lacks secretAccessKey."),
        (
            koocli({"name": "p", "mode": "token", "xAuthToken": "T0KEN"}),
            f"{PROFILE} lacks accessKeyId and secretAccessKey (its mode token is not supported).",
        ),
        (koocli({"name": "p", "mode": "SSO"}), f"{PROFILE} has no key of an SSO login."),
        (koocli({"name": "p", **KEYS, "secretAccessKey": ["KOOSK"]}), "secretAccessKey is not a string."),
        (koocli({"name": "p", **KEYS, "region": 1, "agencyName": ["a"]}), "auth.agency_name is not a string."),
    ],
)
def test_koocli_files_that_cannot_be_used(text: str, message: str) -> None:
    assert refused({KOOCLI_PATH: text}).message == message


@pytest.mark.parametrize(
    ("options", "environ", "message"),
    [
        ({"auth": {"profile": "nobody"}}, {}, f"{KOOCLI_PATH} has no profile 'nobody'; it has: default."),
        (
            {"auth": {"shared_config_file": "/f"}},
            {},
            "/f, which the option auth names with auth.shared_config_file, do",
        ),
        ({}, {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": "/f"}, "/f, which the environment (HUAWEICLOUD_SDK_*) names with"),
        ({}, {**HW, "HW_PROFILE": "p"}, "Two methods of authentication at once: the environment (HW_*) has auth.secr"),
        (
            {"auth": {"profile": "p", "credentials_file": "/f"}},
            {},
            "Two methods of authentication at once: the option auth has auth.credentials_file and auth.profile.",
        ),
        ({"platform": "ustack", "auth": {"profile": "p"}}, {}, "auth.profile: platform ustack does not have it"),
        ({"platform": "openstack", "auth": {"ecs_agency": True}}, {}, "auth.ecs_agency: platform openstack does not h"),
    ],
)
def test_choices_that_cannot_be(options: dict[str, Any], environ: dict[str, str], message: str) -> None:
    assert refused(FILES, options, environ).message.startswith(message)


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "credentials"
    path.write_text(SDK)

    def refuse(*arguments: Any, **named: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(SettingsError) as caught:
        resolve(PLATFORM, {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(path)})
    assert caught.value.message == f"Cannot read {path}: Permission denied."


def test_the_agency_of_a_server() -> None:
    assert isinstance(given({}, {"auth": {"ecs_agency": True}}).auth, EcsAgency)
    assert isinstance(given(FILES, {}, {**HW, "CLOUDSERVER_ECS_AGENCY": "yes"}).auth, EcsAgency)
    assert key_of(given(FILES, {"auth": {"ecs_agency": False}}, {"CLOUDSERVER_ECS_AGENCY": "yes"}))[0] == "SDKAK"
    assert "auth.ecs_agency is 'x'" in refused({}, {"auth": {"ecs_agency": "x"}}).message
    both = {"auth": {"ecs_agency": True, **OPTION["auth"]}}
    assert refused({}, both).message.startswith("Two methods of authentication at once: the option auth has")


AGENCY = {
    "HW_ASSUME_ROLE_AGENCY_NAME": "ops",
    "HW_ASSUME_ROLE_DOMAIN_NAME": "corp",
    "HW_ASSUME_ROLE_DOMAIN_ID": "d1",
    "HW_ASSUME_ROLE_DURATION": "900",
}


def test_the_role_of_an_agency() -> None:
    found = given({}, OPTION, AGENCY).auth
    assert isinstance(found, AccessKey)
    assert (found.agency_name, found.agency_domain_name, found.agency_domain_id) == ("ops", "corp", "d1")
    assert found.agency_duration == 900 and found.who() == "access key as agency ops of d1"
    # The options of an agency come from one place.
    own = {"auth": {**OPTION["auth"], "agency_name": "mine", "agency_domain_name": "home"}}
    found = given({}, own, AGENCY).auth
    assert isinstance(found, AccessKey) and (found.agency_name, found.agency_domain_id) == ("mine", "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"agency_name": "a"},
            "The access key credentials lack auth.agency_domain_name (option auth.agency_domain_name",
        ),
        ({"agency_domain_name": "a"}, "The access key credentials lack auth.agency_name (option auth.agency_name, env"),
        ({"agency_duration": 900}, "The access key credentials lack auth.agency_name"),
        (
            {"agency_name": "a", "agency_domain_id": "d", "agency_duration": 899},
            "auth.agency_duration is 899; it must be",
        ),
        (
            {"agency_name": "a", "agency_domain_id": "d", "agency_duration": 86401},
            "auth.agency_duration is '86401'; it",
        ),
        (
            {"agency_name": "a", "agency_domain_id": "d", "agency_duration": "1h"},
            "auth.agency_duration is '1h'; it must",
        ),
    ],
)
def test_roles_that_cannot_be(change: dict[str, Any], message: str) -> None:
    assert refused({}, {"auth": {**OPTION["auth"], "project_id": "p", **change}}).message.startswith(message)


def test_an_agency_needs_a_key() -> None:
    user = {"username": "u", "password": "p", "user_domain_name": "d"}
    error = refused({}, {"auth": user}, AGENCY)
    assert error.message == "auth.agency_name needs an access key or auth.ecs_agency, not password credentials."
    assert isinstance(given({}, {"auth": user}).auth, Password)


UNSUPPORTED = [
    ("HUAWEICLOUD_SDK_IDP_ID", "no effect, credentials of an identity provider are not supported."),
    ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", "identity provider"),
    ("HUAWEICLOUD_OIDC_PROVIDER_URN", "identity provider"),
    ("HW_ASSUME_ROLE_IDP_ID", "identity provider"),
    ("HW_ASSUME_ROLE_ID_TOKEN", "identity provider"),
    ("HW_ASSUME_ROLE_ID_TOKEN_FILE", "identity provider"),
    ("HC_CONTAINER_CREDENTIALS_FULL_URI", "the identity of a pod is not supported"),
    ("OS_AGENCY_NAME", "set HW_ASSUME_ROLE_AGENCY_NAME and HW_ASSUME_ROLE_DOMAIN_NAME"),
    ("OS_DELEGATED_PROJECT", "tokens of an agency are not supported"),
    ("HW_SIGNING_ALGORITHM", "requests are signed with HmacSHA256"),
]
ADDRESSES = ["HUAWEICLOUD_SDK_REGIONS_FILE", "HUAWEICLOUD_SDK_REGION_ECS_CN_NORTH_4", "HUAWEICLOUD_SDK_STS_ENDPOINT"]


@pytest.mark.parametrize(("name", "part"), UNSUPPORTED)
def test_variables_without_effect_are_named(name: str, part: str) -> None:
    error = refused({}, {}, {name: "x"})
    assert error.message == "No credentials for platform huaweicloud."
    assert error.hint is not None and error.hint.startswith(name) and part in error.hint
    (warning,) = given({}, {}, {**HW, name: "T0KEN" if "ID_TOKEN" in name else "x"}).warnings
    assert warning.startswith(name) and part in warning and "T0KEN" not in warning
    # The credentials of the task take precedence anyway.
    assert given({}, OPTION, {name: "x"}).warnings == ()
    assert (
        given({}, {"platform": "openstack", "auth": {"token": "t", "auth_url": "https://k"}}, {name: "x"}).warnings
        == ()
    )


@pytest.mark.parametrize("name", ADDRESSES)
def test_addresses_without_effect_are_named(name: str) -> None:
    (warning,) = given({}, OPTION, {name: "x"}).warnings
    assert warning == f"{name}: no effect; set endpoint or endpoints to the addresses of the services."


def test_the_algorithm_that_is_used_has_an_effect() -> None:
    assert given({}, {}, {**HW, "HW_SIGNING_ALGORITHM": "HmacSHA256", "HW_ASSUME_ROLE_DURATION": ""}).warnings == ()


def test_variables_of_the_vendor_that_are_options_here() -> None:
    environ = {**HW, "HUAWEICLOUD_SDK_IAM_ENDPOINT": "https://iam.example.com", "HW_MAX_RETRIES": "7"}
    found = given({}, {}, {**environ, "HW_CLOUD": "example.com"})
    assert (found.auth.auth_url, found.retries) == ("https://iam.example.com/v3", 7)
    assert found.endpoint == "https://ecs.cn-north-4.example.com"


PROGRAM = """
import sys
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import connect
connect(resolve({"platform": "huaweicloud", "region": "r1", "auth": %r}, {}))
names = ("vendor_files", "vendor_environment", "temporary_keys", "ecs_metadata", "configparser")
print(" ".join(name for name in names if any(module.rpartition(".")[2] == name for module in sys.modules)))
"""


@pytest.mark.parametrize(
    ("auth", "loaded"),
    [
        (OPTION["auth"], ""),
        ({**OPTION["auth"], "agency_name": "a", "agency_domain_name": "b"}, "temporary_keys"),
        ({"ecs_agency": True}, "temporary_keys ecs_metadata"),
    ],
)
def test_a_task_loads_only_what_its_credentials_need(auth: dict[str, Any], loaded: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM % auth], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded
