# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files, variables and regions mean here what they mean to the official SDK: both read the same ones."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import AccessKey
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.endpoints import (
    HUAWEICLOUD_HOSTS,
    documented_endpoint,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings, resolve
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

OPTIONS = {"platform": "huaweicloud", "region": "cn-north-4"}
#: The SDK's packages of our services; addresses belong to the network service.
SERVICES = {
    "compute": ("ecs", "v2"),
    "image": ("ims", "v2"),
    "keypair": ("kps", "v3"),
    "network": ("vpc", "v2"),
    "volume": ("evs", "v2"),
    "identity": ("iam", "v3"),
}


@pytest.fixture(scope="module")
def sdk(load_sdk: Any) -> Any:
    """The SDK's credential providers."""
    return load_sdk("huaweicloudsdkcore.auth.provider")


FILES = {
    "key": "[basic]\nak = A\nsk = S\n",
    "temporary": "[basic]\nak = A\nsk = S\nsecurity_token = T\n",
    "project": "[basic]\nak = A\nsk = S\nproject_id = p1\n",
    "IAM": "[basic]\nak = A\nsk = S\niam_endpoint = https://iam.example.com\n",
    "upper case and colons": "[basic]\nAK: A\nSK : S\n",
    "comments": "# one\n[basic]\n; two\nak = A\n\nsk = S\n",
    "default section": "[DEFAULT]\nak = A\n[basic]\nsk = S\n",
    "percent": "[basic]\nak = A%%B\nsk = S\n",
    "reference": "[basic]\nname = A\nak = %(name)s\nsk = S\n",
    "other section": "[global]\nak = G\nsk = H\n[basic]\nak = A\nsk = S\ndomain_id = d\n",
    "half an identity provider": "[basic]\nak = A\nsk = S\nidp_id = i\n",
}
BAD_FILES = {
    "empty": "",
    "no section": "ak = A\nsk = S\n",
    "other section only": "[global]\nak = A\nsk = S\n",
    "upper case section": "[BASIC]\nak = A\nsk = S\n",
    "no secret": "[basic]\nak = A\n",
    "empty secret": "[basic]\nak = A\nsk =\n",
    "percent": "[basic]\nak = A%B\nsk = S\n",
    "twice": "[basic]\nak = A\nak = B\nsk = S\n",
}


def compare(ours: Settings, theirs: Any) -> None:
    assert isinstance(ours.auth, AccessKey)
    assert (ours.auth.access_key, ours.auth.secret_key) == (theirs.ak, theirs.sk)
    assert (ours.auth.security_token or None, ours.auth.project_id or None) == (
        theirs.security_token,
        theirs.project_id,
    )
    if theirs.iam_endpoint:
        assert ours.auth.auth_url == theirs.iam_endpoint + "/v3"


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("name", FILES)
def test_a_credentials_file(name: str, named: bool, sdk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine" if named else tmp_path / ".huaweicloud" / "credentials"
    path.parent.mkdir(exist_ok=True)
    path.write_text(FILES[name])
    monkeypatch.setenv("HOME", str(tmp_path))
    if named:
        monkeypatch.setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", str(path))
    theirs = sdk.ProfileCredentialProvider.get_basic().get_credentials()
    compare(resolve(OPTIONS, dict(os.environ)), theirs)
    compare(
        resolve(OPTIONS, dict(os.environ)),
        sdk.CredentialProviderChain.get_basic_credential_provider_chain().get_credentials(),
    )


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_neither_reads(name: str, sdk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine"
    path.write_text(BAD_FILES[name])
    monkeypatch.setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", str(path))
    with pytest.raises(Exception) as theirs:
        sdk.ProfileCredentialProvider.get_basic().get_credentials()
    assert type(theirs.value).__module__.startswith(("huaweicloudsdkcore", "configparser"))
    with pytest.raises(SettingsError, match=str(path)):
        resolve(OPTIONS, dict(os.environ))


@pytest.mark.parametrize(
    "environ",
    [
        {"HUAWEICLOUD_SDK_AK": "E", "HUAWEICLOUD_SDK_SK": "F"},
        {"HUAWEICLOUD_SDK_AK": "E", "HUAWEICLOUD_SDK_SK": "F", "HUAWEICLOUD_SDK_SECURITY_TOKEN": "T"},
        {"HUAWEICLOUD_SDK_AK": "E", "HUAWEICLOUD_SDK_SK": "F", "HUAWEICLOUD_SDK_PROJECT_ID": "p2"},
        {"HUAWEICLOUD_SDK_AK": "E", "HUAWEICLOUD_SDK_SK": "F", "HUAWEICLOUD_SDK_IDP_ID": "i"},
    ],
)
def test_the_environment_before_the_file(
    environ: dict[str, str], sdk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".huaweicloud").mkdir()
    (tmp_path / ".huaweicloud" / "credentials").write_text(FILES["key"])
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    theirs = sdk.CredentialProviderChain.get_basic_credential_provider_chain().get_credentials()
    assert theirs.ak == "E"
    compare(resolve(OPTIONS, dict(os.environ)), theirs)


def test_the_address_of_iam(load_sdk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = load_sdk("huaweicloudsdkcore.auth.internal").IamHelper
    monkeypatch.setenv("HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://iam.example.com")
    keys = {"auth": {"access_key": "A", "secret_key": "S"}}
    assert resolve({**OPTIONS, **keys}, dict(os.environ)).auth.auth_url == helper.get_iam_endpoint("cn-north-4") + "/v3"


@pytest.mark.parametrize("service", SERVICES)
def test_every_region_of_the_sdk(service: str, sdk: Any) -> None:
    """The address of each service in each region of the SDK's own table; only eu-west-101 has another domain."""
    package, version = SERVICES[service]
    # The file alone: the package imports a thousand models.
    found = importlib.util.find_spec(f"huaweicloudsdk{package}")
    assert found is not None and found.submodule_search_locations is not None
    path = Path(found.submodule_search_locations[0], version, "region", f"{package}_region.py")
    spec = importlib.util.spec_from_file_location(f"{package}_region", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    table = getattr(module, f"{package.capitalize()}Region").static_fields
    assert len(table) > 25
    keys = {"platform": "huaweicloud", "auth": {"access_key": "A", "secret_key": "S"}}
    ours = {}
    for region in table:
        address = documented_endpoint(resolve({**keys, "region": region}, {}), service)
        ours[region] = [address[: -len("/v3")] if service == "identity" else address]
    assert ours == {region: each.endpoints for region, each in table.items()}
    assert set(HUAWEICLOUD_HOSTS) <= set(SERVICES), "compare the new service with the SDK, too"
