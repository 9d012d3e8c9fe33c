# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry of platforms: returns the client for the platform of the settings."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import connect as connect_session


def connect(
    settings: Settings, parallel: int = 8, clock: Any = None, warn: Callable[[str], None] | None = None
) -> Compute:
    """The client for the platform of the settings. It sends no request before its first use. ``warn`` receives messages
    for the user."""
    session = connect_session(settings, clock=clock, warn=warn)
    return _platform(settings.platform)(session, settings, parallel=parallel)


def _platform(name: str) -> type[Compute]:
    # Only the platform in use is imported, to save time; each by its own statement, because Ansible searches for import
    # statements when it packs a module for its target.
    if name == "huaweicloud":
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.client import (
            HuaweiCloud,
        )

        return HuaweiCloud
    if name == "easystack":
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.easystack import EasyStack

        return EasyStack
    if name == "ustack":
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.ustack import UStack

        return UStack
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.client import OpenStack

    return OpenStack
