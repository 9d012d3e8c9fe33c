# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selects the credentials from several sources: one method and one identity, never mixed from two clouds."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.auth_method import (
    FILE_LEAVES,
    IDENTITY,
    METHODS,
    CredentialSource,
    choose_method,
    how_to_give,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.coercion import (
    as_auth_url,
    as_boolean,
    as_number,
    as_text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import (
    Credentials,
    SigningCredentials,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.huaweicloud_addresses import identity_url
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import (
    AUTH_LEAVES,
    OTHER_SCOPES,
    PLUGIN_LEAVES,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

_AGENCY = ("agency_name", "agency_domain_name", "agency_domain_id", "agency_duration")
# The first source with one option of a group provides the whole group, so that a name and an unrelated id are not
# mixed.
_GROUPS = (
    ("user_id", "username"),
    ("user_domain_id", "user_domain_name"),
    ("project_id", "project_name", "trust_id", "system_scope"),
    ("domain_id", "domain_name"),
    ("project_domain_id", "project_domain_name"),
    ("application_credential_id", "application_credential_name"),
    _AGENCY,
)
#: Options that Keystone has, and Huawei Cloud's IAM has not, or has in another form.
_OF_KEYSTONE = ("passcode", "auth_methods", *OTHER_SCOPES, *PLUGIN_LEAVES)


def choose(
    platform: str, region: str, endpoint: str, sources: list[CredentialSource], cloud_domain: str = ""
) -> Credentials:
    """The credentials of all sources, the most important source first; not yet checked for completeness.

    Raises SettingsError if two methods are set in one source, or if a secret does not belong to the selected identity.
    """
    _refuse_foreign(platform, sources)
    secret, decider = choose_method(platform, sources)
    if not secret:
        entry = next((source.label for source in sources if source.named_cloud), None)
        if entry:
            raise SettingsError(
                "No credentials for platform %s: %s has no secret." % (platform, entry),
                hint="Write it into secure.yaml beside clouds.yaml, with the same keys: clouds, cloud, auth, password.",
            )
        raise SettingsError("No credentials for platform %s." % platform, hint=how_to_give(platform))
    leaves = _chosen_leaves(sources)
    for each in (secret,) if secret in METHODS else IDENTITY:
        _check_owner(each, leaves, next((source for source in sources if each in source.auth), decider))
    if secret not in METHODS:
        return _plugin_login(platform, secret, sources, leaves, endpoint)
    giver = next((source for source in sources if secret in source.auth), decider)
    owner = next((source for source in sources if "access_key" in source.auth), giver)
    if secret == "secret_key" and owner is not giver and "secret_key" in owner.auth:
        # A password may have been changed, but a secret key never changes: this pair would only lock the key.
        raise SettingsError(
            "auth.secret_key comes from %s and auth.access_key from %s, which has another secret_key for it."
            % (giver.label, owner.label),
            hint="Give both together, or remove one of the two places.",
        )
    leaves.pop("security_token", None)
    if secret == "secret_key" and "security_token" in giver.auth:
        leaves["security_token"] = giver.auth["security_token"]
    auth_url = leaves.pop("auth_url", "")
    if auth_url:
        leaves["auth_url"] = as_auth_url(auth_url)
    elif platform == "huaweicloud" and region:
        leaves["auth_url"] = identity_url(region, cloud_domain)
    share_domain(leaves)
    if platform == "huaweicloud":
        if secret != "token" and region and not (leaves.get("project_id") or leaves.get("project_name")):
            # Each region has a project with its name, which is the default.
            leaves["project_name"] = region
    else:
        if leaves.get("username") and not (leaves.get("user_domain_name") or leaves.get("user_domain_id")):
            leaves["user_domain_id"] = "default"
        if leaves.get("project_name") and not (leaves.get("project_domain_name") or leaves.get("project_domain_id")):
            leaves["project_domain_id"] = "default"
    if secret == "token" and endpoint:
        leaves["endpoint"] = endpoint
    kind = METHODS[secret]
    known = {each.name for each in fields(kind)}
    values: dict[str, Any] = {leaf: value for leaf, value in leaves.items() if leaf in known}
    _refuse_needless(kind, known, sources)
    agency = [leaf for leaf in _AGENCY if leaf in leaves]
    if agency and not issubclass(kind, SigningCredentials):
        raise SettingsError(
            "auth.%s needs an access key or auth.ecs_agency, not %s credentials." % (agency[0], kind.method),
            hint="Give auth.access_key and auth.secret_key of a user who may use the agency.",
        )
    if "agency_duration" in values:
        # The limits of IAM's securitytokens call.
        values["agency_duration"] = as_number(values["agency_duration"], "auth.agency_duration", 0, int, 0, 86400)
        if values["agency_duration"] < 900:
            raise SettingsError(
                "auth.agency_duration is %s; it must be from 900 to 86400 seconds." % leaves["agency_duration"]
            )
    return kind(platform=platform, **values)


def _refuse_needless(kind: type[Credentials], known: set[str], sources: list[CredentialSource]) -> None:
    """Raise SettingsError for an option of another kind of credentials, which would have no effect."""
    for leaf in (*PLUGIN_LEAVES, "passcode", "trust_id", "system_scope"):
        if leaf not in known and any(leaf in source.auth and not source.lenient for source in sources):
            hint = "Set auth.auth_type to the login that has it." if leaf in PLUGIN_LEAVES else "Leave it out."
            raise SettingsError("auth.%s: %s credentials do not have it." % (leaf, kind.method), hint=hint)


def _chosen_leaves(sources: list[CredentialSource]) -> dict[str, str]:
    """Each option from the first source that has it, or another one of its group."""
    leaves: dict[str, str] = {}
    for group in _GROUPS + tuple((leaf,) for leaf in AUTH_LEAVES if not any(leaf in group for group in _GROUPS)):
        for source in sources:
            found = [leaf for leaf in group if leaf in source.auth]
            if found:
                leaves.update((leaf, source.auth[leaf]) for leaf in found)
                break
    return leaves


def _check_owner(secret: str, leaves: Mapping[str, str], giver: CredentialSource) -> None:
    """A secret belongs to the identity in its source; with another identity it would be sent to the wrong account."""
    beside = {leaf: giver.auth[leaf] for leaf in IDENTITY.get(secret, ()) if leaf in giver.auth}
    if secret in giver.auth and beside and not any(leaves.get(leaf) == value for leaf, value in beside.items()):
        raise SettingsError(
            "auth.%s comes from %s, which belongs to another %s than the selected one."
            % (secret, giver.label, " or ".join("auth.%s" % leaf for leaf in beside)),
            hint="Give both together, or remove one of the two places.",
        )


def fill_domains(leaves: dict[str, Any], beside: Mapping[str, Any]) -> None:
    """The common domains of user and project: domain_*, otherwise default_domain_*. domain_name and domain_id without a
    project request a token for a domain, which no compute service accepts."""
    if leaves.get("project_id") or leaves.get("project_name"):
        for kind in ("id", "name"):
            for whose in ("user", "project"):
                if beside.get("domain_" + kind):
                    leaves.setdefault("%s_domain_%s" % (whose, kind), beside["domain_" + kind])
    for whose in ("user", "project"):
        if not (leaves.get(whose + "_domain_name") or leaves.get(whose + "_domain_id")):
            for kind in ("id", "name"):
                if beside.get("default_domain_" + kind):
                    leaves["%s_domain_%s" % (whose, kind)] = beside["default_domain_" + kind]


def share_domain(leaves: dict[str, str]) -> None:
    """With a project, domain_* are the domains of the user and of the project that have none, and no scope."""
    if not (leaves.get("project_id") or leaves.get("project_name")):
        return
    fill_domains(leaves, dict(leaves))
    leaves.pop("domain_id", None)
    leaves.pop("domain_name", None)


def _plugin_login(
    platform: str, auth_type: str, sources: list[CredentialSource], leaves: dict[str, str], endpoint: str
) -> Credentials:
    """The options of a login of keystoneauth1; those of the environment only if the login has them."""
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.login_plugins import PluginLogin

    share_domain(leaves)
    leaves.pop("auth_type", None)
    if "auth_url" in leaves:
        leaves["auth_url"] = as_auth_url(leaves["auth_url"])
    if endpoint:
        leaves["endpoint"] = endpoint
    strict = {leaf for source in sources if not source.lenient for leaf in source.auth} | {"auth_url", "endpoint"}
    offered: dict[str, str] = {}
    for source in reversed(sources):
        offered.update(source.beside)
    offered.update((leaf, value) for leaf, value in leaves.items() if leaf not in strict)
    for whose in ("user", "project"):
        # The same defaults as those of a password.
        if not any(place.get("%s_domain_%s" % (whose, kind)) for place in (leaves, offered) for kind in ("id", "name")):
            offered["%s_domain_id" % whose] = "default"
    project = {leaf: value for leaf, value in leaves.items() if leaf.startswith(("auth_url", "project_"))}
    given = {leaf: value for leaf, value in leaves.items() if leaf in strict}
    return PluginLogin(platform=platform, auth_type=auth_type, leaves=given, offered=offered, **project)


def _refuse_foreign(platform: str, sources: list[CredentialSource]) -> None:
    """Raise SettingsError for options that only other platforms have; the environment may contain some for other
    tools."""
    foreign = _OF_KEYSTONE if platform == "huaweicloud" else ("ecs_agency", *FILE_LEAVES, *_AGENCY)
    for source in sources:
        for leaf in foreign:
            if leaf in source.auth and not source.lenient:
                raise SettingsError("auth.%s: platform %s does not have it; leave it out." % (leaf, platform))


def of_one_cloud(sources: list[CredentialSource]) -> tuple[list[CredentialSource], list[str]]:
    """The sources without those of another cloud than the first source with a cloud, and the labels of the ignored
    ones."""
    chosen = ""
    kept, left_out = [], []
    for source in sources:
        url = source.auth.get("auth_url", "").rstrip("/")
        url = url[:-3].rstrip("/") if url.endswith("/v3") else url
        if url and chosen and url != chosen:
            left_out.append(source.label)
            continue
        chosen = chosen or url
        kept.append(source)
    return kept, left_out


def as_leaves(values: Mapping[str, Any]) -> dict[str, str]:
    methods = values.get("auth_methods")
    if isinstance(methods, (list, tuple)) and not any(isinstance(each, (list, dict)) for each in methods):
        values = {**values, "auth_methods": ",".join(map(str, methods))}
    texts = {leaf: as_text(value, "auth.%s" % leaf) for leaf, value in values.items()}
    return {leaf: text for leaf, text in texts.items() if text}


def without_refused_agency(sources: list[CredentialSource]) -> list[CredentialSource]:
    """The sources without ecs_agency after the first one that sets it to false. Raises SettingsError if it is neither
    true nor false."""
    found = []
    refused = False
    for source in sources:
        if "ecs_agency" in source.auth:
            refused = refused or not as_boolean(source.auth["ecs_agency"], "auth.ecs_agency", False)
            if refused:
                left = {leaf: value for leaf, value in source.auth.items() if leaf != "ecs_agency"}
                source = replace(source, auth=left)
        found.append(source)
    return found
