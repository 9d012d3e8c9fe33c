# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logins of keystoneauth1: their names and options, without importing it.

Source: the options of the plugins of keystoneauth1 5.18 (the entry points ``keystoneauth1.plugin``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.coercion import is_plain_http
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import Credentials
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import PLUGIN_LEAVES
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

#: Without a token of Keystone, there is neither a catalog nor a project.
WITHOUT_KEYSTONE = ("none", "http_basic", "admin_token", "v3tokenlessauth")
#: Their headers are more than a token, so each request asks the plugin.
OF_EACH_REQUEST = (*WITHOUT_KEYSTONE, "v3oauth2clientcredential", "v3oauth2mtlsclientcredential")
#: They wait for a person at a browser, and a task cannot show the person an address.
_INTERACTIVE = ("v3oidcdeviceauthz", "v3websso")
#: Options of all plugins whose value is not secret. A value of any other option is never shown.
_NOT_SECRET = frozenset(
    "auth_url username user_name user_id user_domain_id user_domain_name project_id project_name project_domain_id"
    " project_domain_name domain_id domain_name system_scope trust_id auth_methods application_credential_id"
    " application_credential_name default_domain_id default_domain_name endpoint".split()
) | frozenset(leaf for leaf, is_secret in PLUGIN_LEAVES.items() if not is_secret)


@dataclass(frozen=True)
class PluginLogin(Credentials):
    """A login of keystoneauth1 and its options. ``offered`` are values that it may use, and that may be meant for other
    tools: the environment, and keys beside auth in clouds.yaml."""

    auth_type: str = ""
    leaves: Mapping[str, str] = field(default_factory=dict, repr=False)
    offered: Mapping[str, str] = field(default_factory=dict, repr=False)

    method: ClassVar[str] = "plugin"

    def missing(self) -> list[str]:
        return [] if self.auth_type in WITHOUT_KEYSTONE else super().missing()

    def validate(self) -> None:
        if self.auth_type in _INTERACTIVE:
            raise SettingsError(
                "auth_type %s asks a person at a browser, which a task cannot do." % self.auth_type,
                hint="Use an application credential, v3oidcclientcredentials or v3oidcpassword.",
            )
        super().validate()

    def secrets(self) -> set[str]:
        return {value for name, value in self.leaves.items() if name not in _NOT_SECRET and value}

    def who(self) -> str:
        names = ("username", "user_id", "client_id", "oauth2_client_id", "application_credential_id")
        known = {**self.offered, **self.leaves}
        user = next((" of %s" % known[name] for name in names if known.get(name)), "")
        place = "".join(" %s" % known[name] for name in ("identity_provider", "protocol") if known.get(name))
        return "login %s%s%s" % (self.auth_type, place, user)

    def project(self) -> str:
        if self.project_id or self.project_name:
            return super().project()
        return scope_text({**self.offered, **self.leaves}) or "none"

    def plain_urls(self) -> list[tuple[str, str]]:
        """The options with a URL to which the login sends secrets unencrypted."""
        return [("auth.%s" % name, url) for name, url in self.leaves.items() if _is_sent_to(name, url)]


def _is_sent_to(name: str, url: str) -> bool:
    return name.endswith(("_endpoint", "_url")) and name != "auth_url" and is_plain_http(url)


def scope_text(known: Mapping[str, str]) -> str:
    """The scope of a token that is not for a project by id or name; empty for none."""
    if known.get("trust_id"):
        return "trust:%s" % known["trust_id"]
    if known.get("system_scope"):
        return "system:%s" % known["system_scope"]
    if known.get("domain_id"):
        return "domain id:%s" % known["domain_id"]
    return "domain:%s" % known["domain_name"] if known.get("domain_name") else ""
