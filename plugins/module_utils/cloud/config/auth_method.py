# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The method of authentication: which secret the sources of credentials have, and what a platform accepts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import (
    AccessKey,
    ApplicationCredential,
    Credentials,
    EcsAgency,
    Password,
    Token,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import where
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

METHODS: dict[str, type[Credentials]] = {
    "password": Password,
    "application_credential_secret": ApplicationCredential,
    "token": Token,
    "secret_key": AccessKey,
    "ecs_agency": EcsAgency,
}
_HUAWEICLOUD_METHODS = ("secret_key", "ecs_agency")
#: Options that name a file of the vendor's own tools, which has the credentials.
FILE_LEAVES = ("credentials_file", "shared_config_file", "profile")
#: Options that select credentials of Huawei Cloud, which belong to no OpenStack cloud.
SIGNING_LEAVES = (*_HUAWEICLOUD_METHODS, *FILE_LEAVES)
# Options that already define the method, although the secret may come from the next source.
_TELLING = {
    "access_key": "secret_key",
    "passcode": "password",
    "application_credential_id": "application_credential_secret",
    "application_credential_name": "application_credential_secret",
}
IDENTITY = {
    "password": ("user_id", "username"),
    "application_credential_secret": ("application_credential_id", "application_credential_name"),
    "secret_key": ("access_key",),
    "client_secret": ("client_id",),
    "oauth2_client_secret": ("oauth2_client_id",),
}
#: The auth_type of the logins that need no library, with the auth option of their secret.
BUILT_IN = {
    "password": "password",
    "v3password": "password",
    "v3totp": "password",
    "v3applicationcredential": "application_credential_secret",
    "token": "token",
    "v3token": "token",
}
#: The methods of v3multifactor that need no library.
_FACTORS = frozenset(("password", "v3password", "totp", "v3totp"))


@dataclass(frozen=True)
class CredentialSource:
    """One source of options and auth options. lenient: it may contain values for other tools only (OS_*). named_cloud:
    it is an entry of clouds.yaml."""

    label: str
    auth: dict[str, str] = field(repr=False)
    plain: Mapping[str, Any] = field(repr=False)
    auth_type: str | None = None
    lenient: bool = False
    named_cloud: bool = False
    #: Values for options that only a plugin of keystoneauth1 knows: keys beside auth, and variables.
    beside: Mapping[str, str] = field(default_factory=dict, repr=False)


def choose_method(platform: str, sources: list[CredentialSource]) -> tuple[str, CredentialSource]:
    """The secret option of the method, from the first source that defines one."""
    offered = [secret for secret in METHODS if _offers(platform, secret)]
    for position, source in enumerate(sources):
        login = _completed(source, sources[position + 1 :])
        if login and platform != "huaweicloud":
            return str(login.auth_type), login
        if source.auth_type:
            if source.auth_type not in offered:
                if source.lenient:
                    continue
                raise SettingsError(_refusal(platform, source.auth_type), hint=how_to_give(platform))
            if source.auth_type in source.auth:
                return source.auth_type, source
        found = [secret for secret in METHODS if secret in source.auth]
        found += [secret for leaf, secret in _TELLING.items() if leaf in source.auth and secret not in found]
        if source.lenient:
            found = [secret for secret in found if secret in offered]
        for secret in found:
            if secret not in offered:
                raise SettingsError(_refusal(platform, secret), hint=how_to_give(platform))
        found = list(dict.fromkeys(found))
        if len(found) > 1:
            names = " and ".join("auth.%s" % secret for secret in found)
            raise SettingsError(
                "Two methods of authentication at once: %s has %s." % (source.label, names),
                hint="Remove one of them%s." % (", or set auth_type" if position else ""),
            )
        if found:
            return found[0], source
    return "", sources[0]


def own_method(platform: str, source: CredentialSource) -> str:
    """The secret option of the method of one source; empty if it defines none. Raises SettingsError for two."""
    return choose_method(platform, [source])[0]


def file_of(source: CredentialSource) -> str | None:
    """The option of a source that names a file with credentials; None if it names none.

    Raises SettingsError if the source has credentials besides, because the tools of the vendor do not agree which one
    they use.
    """
    named = [leaf for leaf in FILE_LEAVES if leaf in source.auth]
    if not named:
        return None
    own = own_method("huaweicloud", source)
    if own or ("credentials_file" in named and len(named) > 1):
        names = " and ".join("auth.%s" % leaf for leaf in ([own] if own else []) + named)
        raise SettingsError(
            "Two methods of authentication at once: %s has %s." % (source.label, names), hint="Remove one of them."
        )
    return named[0]


def _completed(source: CredentialSource, others: list[CredentialSource]) -> CredentialSource | None:
    """The source of the plugin's name if this source selects a login of keystoneauth1, or has only secrets for the
    login of a later one."""
    if source.auth_type:
        return source if source.auth_type not in METHODS else None
    if "token" in source.auth or any(leaf in source.auth for leaves in IDENTITY.values() for leaf in leaves):
        return None
    later = next((each for each in others if each.auth_type), None)
    return later if later and later.auth_type not in METHODS and source.auth else None


def _offers(platform: str, secret: str) -> bool:
    if platform == "huaweicloud":
        return secret != "application_credential_secret"
    return secret not in _HUAWEICLOUD_METHODS


def _refusal(platform: str, secret: str) -> str:
    if secret not in METHODS:
        return "Platform %s does not support auth_type %s." % (platform, secret)
    return "Platform %s does not support %s credentials." % (platform, METHODS[secret].method)


def how_to_give(platform: str) -> str:
    ways = [where(secret, platform) for secret in METHODS if _offers(platform, secret)]
    if platform == "huaweicloud":
        ways.append("the files ~/.huaweicloud/credentials of the SDK and ~/.hcloud/config.json of KooCLI")
    return "Give one of: %s; or select a cloud of clouds.yaml with cloud or OS_CLOUD." % "; ".join(ways)


def method_of(auth_type: str, auth_methods: str) -> str:
    """The auth option of the secret of a built-in login, or the name of the plugin of keystoneauth1."""
    if auth_type == "v3multifactor" and auth_methods and _FACTORS.issuperset(names_in(auth_methods)):
        return "password"
    return BUILT_IN.get(auth_type, auth_type)


def names_in(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]
