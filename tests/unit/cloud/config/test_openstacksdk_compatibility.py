# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""clouds.yaml and openrc files mean here what they mean to openstacksdk: both read the same ones."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import openstack.config
import pytest
import yaml

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import AUTH_LEAVES
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings, resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

URL = {"auth_url": "https://keystone/v3"}
USER = {**URL, "username": "op", "password": "pw"}
WEB = {**USER, "project_name": "web"}
DOMAINS = {"user_domain_name": "U", "project_domain_name": "P"}

ENTRIES: dict[str, dict[str, Any]] = {
    "AWX": {"auth": {**WEB, "domain_name": "Corp"}},
    "domain_id": {"auth": {**WEB, "domain_id": "c0"}},
    "domain beside auth": {"auth": WEB, "domain_name": "Corp"},
    "domain with one of its own": {"auth": {**WEB, "domain_name": "Corp", "user_domain_name": "U"}},
    "default domain": {"auth": {**WEB, "default_domain_id": "d"}},
    "default domain name": {"auth": {**WEB, "default_domain_name": "D"}},
    "default domain beside auth": {"auth": WEB, "default_domain_id": "d"},
    "both domains": {"auth": {**WEB, **DOMAINS}},
    "hyphens": {"auth": {**USER, "project-name": "web", "user-domain-name": "U", "project-domain-name": "P"}},
    "hyphens beside auth": {"auth": {**WEB, **DOMAINS}, "region-name": "R1", "auth-type": "v3password"},
    "everything beside auth": {**WEB, **DOMAINS},
    "beside counts for projects": {"auth": {**WEB, **DOMAINS}, "project_name": "other"},
    "inside counts for users": {"auth": {**WEB, **DOMAINS}, "username": "other"},
    "tenant": {"auth": {**USER, **DOMAINS, "tenant_name": "web"}},
    "tenant id": {"auth": {**USER, **DOMAINS, "tenant_id": "w0"}},
    "insecure": {"auth": {**WEB, **DOMAINS}, "insecure": True},
    "insecure as text": {"auth": {**WEB, **DOMAINS}, "insecure": "true"},
    "insecure and verify": {"auth": {**WEB, **DOMAINS}, "insecure": True, "verify": True},
    "verify": {"auth": {**WEB, **DOMAINS}, "verify": False},
    "certificates": {"auth": {**WEB, **DOMAINS}, "cacert": "/ca", "cert": "/c", "key": "/k"},
    "interface": {"auth": {**WEB, **DOMAINS}, "interface": "internal"},
    "endpoint type": {"auth": {**WEB, **DOMAINS}, "endpoint_type": "admin"},
    "region in the address": {
        "auth": {**WEB, **DOMAINS, "auth_url": "https://{region_name}.k/v3"},
        "region_name": "R1",
    },
    "application credential": {
        "auth_type": "v3applicationcredential",
        "auth": {**URL, "application_credential_id": "a", "application_credential_secret": "s"},
    },
    "token": {"auth_type": "v3token", "auth": {**URL, "token": "t", "project_id": "w0"}},
    "auth_token": {"auth_type": "v3token", "auth": {**URL, "auth_token": "t", "project_id": "w0"}},
    "auth_plugin": {"auth_plugin": "v3password", "auth": {**WEB, **DOMAINS}},
    "overrides": {
        "auth": {**WEB, **DOMAINS},
        "compute_endpoint_override": "https://c/v2.1",
        "image_endpoint_override": "https://i",
        "network_endpoint_override": "https://n",
        "identity_endpoint_override": "https://k2/v3",
        "block_storage_endpoint_override": "https://v/v3",
    },
    "timeout": {"auth": {**WEB, **DOMAINS}, "api_timeout": 7},
    "totp": {"auth_type": "v3totp", "auth": {**URL, "username": "op", "passcode": "1", "project_id": "w0", **DOMAINS}},
    "trust": {"auth_type": "v3password", "auth": {**USER, "user_domain_name": "U", "trust_id": "t0"}},
    "system": {"auth_type": "v3password", "auth": {**USER, "user_domain_name": "U", "system_scope": "all"}},
    "domain": {"auth_type": "v3password", "auth": {**USER, "user_domain_name": "U", "domain_name": "Corp"}},
    "trust beside auth": {"auth": {**USER, "user_domain_name": "U"}, "trust_id": "t0"},
}

OPENRC = {name.upper(): value for name, value in {f"os_{key}": value for key, value in USER.items()}.items()}
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "domain name": {**OPENRC, "OS_PROJECT_NAME": "web", "OS_DOMAIN_NAME": "Corp"},
    "domain id": {**OPENRC, "OS_PROJECT_NAME": "web", "OS_DOMAIN_ID": "c0"},
    "default domain": {**OPENRC, "OS_PROJECT_NAME": "web", "OS_DEFAULT_DOMAIN_ID": "d"},
    "openrc of Horizon": {**OPENRC, "OS_PROJECT_ID": "w0", "OS_PROJECT_NAME": "web", "OS_USER_DOMAIN_NAME": "U",
                          "OS_PROJECT_DOMAIN_ID": "p0", "OS_REGION_NAME": "R1", "OS_INTERFACE": "public",
                          "OS_IDENTITY_API_VERSION": "3"},
    "tenant": {**OPENRC, "OS_TENANT_NAME": "web", "OS_USER_DOMAIN_NAME": "U", "OS_PROJECT_DOMAIN_NAME": "P"},
    "insecure": {**OPENRC, "OS_PROJECT_NAME": "web", "OS_DOMAIN_NAME": "Corp", "OS_INSECURE": "true"},
    "overrides": {**OPENRC, "OS_PROJECT_NAME": "web", "OS_DOMAIN_NAME": "Corp",
                  "OS_COMPUTE_ENDPOINT_OVERRIDE": "https://c/v2.1", "OS_IMAGE_ENDPOINT_OVERRIDE": "https://i",
                  "OS_BLOCK_STORAGE_ENDPOINT_OVERRIDE": "https://v/v3"},
    "application credential": {
        **{f"OS_{key.upper()}": value for key, value in URL.items()}, "OS_AUTH_TYPE": "v3applicationcredential",
        "OS_APPLICATION_CREDENTIAL_ID": "a", "OS_APPLICATION_CREDENTIAL_SECRET": "s",
    },
}  # fmt: skip


PUBLIC = {
    "public-clouds": {
        "acme": {
            "auth": {"auth_url": "https://{region_name}.acme/v3", "user_domain_name": "Acme", "project_domain_id": "a"},
            "regions": ["R1", {"name": "R2", "values": {"interface": "internal", "auth": {"project_name": "two"}}}],
            "interface": "admin",
            "api_timeout": 9,
        }
    }
}
OPERATOR = {"username": "op", "password": "pw", "project_name": "web"}
#: Entries with a profile, and the region that is asked for.
PROFILES: dict[str, tuple[dict[str, Any], str]] = {
    "profile": ({"profile": "acme", "auth": OPERATOR}, "R1"),
    "older name": ({"cloud": "acme", "auth": OPERATOR}, "R1"),
    "values of a region": ({"profile": "acme", "auth": OPERATOR}, "R2"),
    "the entry counts": ({"profile": "acme", "auth": {**OPERATOR, "user_domain_name": "Mine"}, "api_timeout": 3}, "R1"),
    "a region that the profile does not list": ({"profile": "acme", "auth": OPERATOR, "region_name": "R9"}, "R9"),
    "regions of the entry": ({"profile": "acme", "auth": OPERATOR, "regions": ["R7"]}, "R7"),
    "of openstacksdk": ({"profile": "switchengines", "auth": {**OPERATOR, **DOMAINS}}, "LS"),
}


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry_of, region = PROFILES[name]
    files = {"clouds": {"clouds": {"lab": {**entry_of, "cloudserver_platform": "openstack"}}}, "clouds-public": PUBLIC}
    folder = tmp_path / ".config/openstack"
    folder.mkdir(parents=True)
    for file, document in files.items():
        (folder / f"{file}.yaml").write_text(yaml.safe_dump(document))
    monkeypatch.setenv("HOME", str(tmp_path))
    theirs = openstack.config.OpenStackConfig(
        config_files=[str(folder / "clouds.yaml")], vendor_files=[str(folder / "clouds-public.yaml")],
        secure_files=[], load_envvars=False,
    )  # fmt: skip
    ours = resolve({"cloud": "lab", "region": region}, {"HOME": str(tmp_path)})
    compare(ours, theirs.get_one("lab", region_name=region))
    assert ours.warnings == ()


def compare(ours: Settings, theirs: Any) -> None:
    """Every value that openstacksdk has is ours too, and we have none that it has not, but our defaults."""
    auth = {key: str(value) for key, value in theirs.config["auth"].items()}
    # The generic plugins keep default_domain_* and decide when they ask for a token.
    default = {kind: auth.pop("default_domain_" + kind, None) for kind in ("id", "name")}
    for whose in ("user", "project"):
        named = any("%s_domain_%s" % (whose, kind) in auth for kind in default)
        if whose + "_name" in auth or (whose == "user" and "username" in auth):
            for kind, value in default.items():
                if value and not named:
                    auth["%s_domain_%s" % (whose, kind)] = value
    mine = {leaf: getattr(ours.auth, leaf, "") for leaf in AUTH_LEAVES}
    mine = {leaf: value for leaf, value in mine.items() if value and leaf not in ("auth_type", "auth_methods")}
    auth = {leaf: value for leaf, value in auth.items() if hasattr(ours.auth, leaf)}
    assert mine == auth
    assert (ours.verify, ours.cert) == theirs.get_requests_verify_args()
    assert ours.region == (theirs.config.get("region_name") or "")
    assert ours.interface == (theirs.config.get("interface") or "public")
    given = {"image": "image", "network": "network", "volume": "block-storage"}
    assert ours.endpoint == theirs.get_endpoint("compute")
    for name, service in given.items():
        assert ours.endpoints.get(name) == theirs.get_endpoint(service)
    if "identity" in ours.endpoints:
        assert ours.endpoints["identity"] == theirs.get_endpoint("identity")
    if theirs.config.get("api_timeout"):
        assert ours.timeout == theirs.config["api_timeout"]


@pytest.mark.parametrize("name", ENTRIES)
def test_a_cloud_of_clouds_yaml(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": {"lab": {**ENTRIES[name], "cloudserver_platform": "openstack"}}}))
    monkeypatch.setenv("HOME", str(tmp_path))
    theirs = openstack.config.OpenStackConfig(config_files=[str(path)], secure_files=[], load_envvars=False)
    ours = resolve({"cloud": "lab"}, {"OS_CLIENT_CONFIG_FILE": str(path), "HOME": str(tmp_path)})
    compare(ours, theirs.get_one("lab"))
    assert ours.warnings == ()


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_openrc_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in ENVIRONMENTS[name].items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    theirs = openstack.config.OpenStackConfig(config_files=[], secure_files=[], load_envvars=True)
    compare(resolve({"platform": "openstack"}, dict(os.environ)), theirs.get_one("envvars"))


def entry(**keys: Any) -> Settings:
    document = yaml.safe_dump({"clouds": {"lab": {"cloudserver_platform": "openstack", "auth": WEB, **keys}}})
    return resolve({"cloud": "lab"}, {"HOME": "/h"}, read_file={"./clouds.yaml": document}.get)


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ({"regoin_name": "R"}, "regoin_name"),
        ({"auth": {**WEB, "usernam": "x"}}, "auth.usernam"),
        ({"compute_interface": "internal"}, "compute_interface"),
        ({"compute_service_type": "computev3"}, "compute_service_type"),
        ({"endpoint_override": "https://x"}, "endpoint_override"),
    ],
)
def test_a_key_without_effect_is_a_warning(keys: dict[str, Any], named: str) -> None:
    (warning,) = entry(**keys).warnings
    assert warning == "Cloud 'lab' of ./clouds.yaml: %s has no effect." % named


@pytest.mark.parametrize("key", ["image_api_version", "object_store_endpoint_override", "dns_interface", "networks",
                                 "identity_api_version", "baremetal_default_microversion"])  # fmt: skip
def test_keys_for_other_services_and_tools_are_left_alone(key: str) -> None:
    assert entry(**{key: "2"}).warnings == ()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"auth": {**WEB, "trust_id": "t"}}, "auth.trust_id and auth.project_name, and a token is for one of them"),
        ({"auth": {**USER, "system_scope": "some"}}, "auth.system_scope is 'some'; it must be all"),
        ({"auth_type": "v3totp"}, "lack auth.passcode"),
        ({"auth_type": "v3multifactor", "auth_methods": ["v3password", "v3totp"]}, "lack auth.passcode"),
        ({"auth_type": "v3oidcdeviceauthz"}, "asks a person at a browser"),
        ({"auth_type": "v3password", "auth": {**WEB, "protocol": "openid"}}, "auth.protocol: password credentials do"),
        ({"auth": USER}, "lack auth.project_name"),
        ({"insecure": "perhaps"}, "insecure is 'perhaps'"),
        ({"image_endpoint_override": "image.example"}, "endpoints.image is not a URL"),
        ({"auth": {**WEB, "password": "a\x00b"}}, "auth.password contains a NUL"),
    ],
)
def test_what_is_not_supported_is_one_sentence(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        entry(**keys)
