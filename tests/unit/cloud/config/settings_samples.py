# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options, environment and clouds.yaml of the tests of settings."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings, resolve
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
