# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication: the interface of all methods, and the choice of the method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.base import Authenticator, Transport
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import SigningCredentials

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.login_plugins import PluginLogin
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings

__all__ = ["Authenticator", "Transport", "make"]


def make(settings: Settings, clock: Any) -> Authenticator:
    """Return the authenticator for the credentials of the settings. It sends no request before it is bound to a session
    and used."""
    # Only the method in use is imported, to save time.
    if isinstance(settings.auth, SigningCredentials):
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.access_key import (
            AccessKeyAuthenticator,
        )

        return AccessKeyAuthenticator(settings, settings.auth, clock)
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.keystone import KeystoneAuthenticator

    if settings.auth.method == "plugin":
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.plugin import KeystoneauthLogin

        return KeystoneAuthenticator(settings, clock, KeystoneauthLogin(settings, cast("PluginLogin", settings.auth)))
    return KeystoneAuthenticator(settings, clock)
