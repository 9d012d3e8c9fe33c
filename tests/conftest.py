# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every test: no machine's credentials, no deadline of Hypothesis, and the official SDK."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long anything takes is no test's business: the machine may be busy.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")

CREDENTIAL_PREFIXES = ("OS_", "HW_", "HUAWEICLOUD_", "CLOUD_SDK_", "CLOUDSERVER_", "HC_CONTAINER_")
PROXY_NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle")


@pytest.fixture(autouse=True)
def no_credentials_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the credentials or the proxy of the machine it runs on."""
    for name in list(os.environ):
        if name.startswith(CREDENTIAL_PREFIXES) or name.lower() in PROXY_NAMES:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def load_sdk(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """Imports a module of Huawei Cloud's SDK. The import writes below HOME, so HOME is elsewhere meanwhile."""
    home = str(tmp_path_factory.mktemp("sdk-home"))

    def load(name: str) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOME", home)
            return import_module(name)

    return load
