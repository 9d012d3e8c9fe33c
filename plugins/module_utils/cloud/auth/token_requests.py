# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies of POST /v3/auth/tokens. Pure functions.

Source: Identity API v3, "Authentication and token management": a method each, several for multi-factor authentication,
and one scope. A scope of a trust is that of the extension OS-TRUST.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import (
    ApplicationCredential,
    Credentials,
    Password,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError


def token_request(known: Credentials) -> dict[str, Any]:
    """The body. Raises SettingsError for credentials that are not exchanged for a token."""
    if isinstance(known, ApplicationCredential):
        # Such a credential belongs to one project; a scope in the request is an error.
        return {"auth": {"identity": _by_application_credential(known)}}
    if not isinstance(known, Password):
        raise SettingsError("No token can be requested with %s credentials." % known.method)
    return {"auth": {"identity": _by_factors(known), "scope": scope_of(known)}}


def user_of(known: Any) -> dict[str, Any]:
    """The user, by id or by name and domain."""
    if known.user_id:
        return {"id": known.user_id}
    return {"name": known.username, "domain": _domain(known.user_domain_id, known.user_domain_name)}


def _by_application_credential(known: ApplicationCredential) -> dict[str, Any]:
    wanted: dict[str, Any] = {"secret": known.application_credential_secret}
    if known.application_credential_id:
        wanted["id"] = known.application_credential_id
    else:
        wanted.update(name=known.application_credential_name, user=user_of(known))
    return {"methods": ["application_credential"], "application_credential": wanted}


def _by_factors(known: Password) -> dict[str, Any]:
    secrets = {"password": {"password": known.password}, "totp": {"passcode": known.passcode}}
    methods = known.factors()
    return {"methods": methods, **{name: {"user": {**user_of(known), **secrets[name]}} for name in methods}}


def scope_of(known: Password) -> dict[str, Any]:
    """The scope of the token: a project, a trust, the system, or a domain."""
    if known.trust_id:
        return {"OS-TRUST:trust": {"id": known.trust_id}}
    if known.system_scope:
        return {"system": {"all": True}}
    if known.project_id:
        return {"project": {"id": known.project_id}}
    if not known.project_name:
        return {"domain": _domain(known.domain_id, known.domain_name)}
    project: dict[str, Any] = {"name": known.project_name}
    if known.project_domain_id or known.project_domain_name:
        project["domain"] = _domain(known.project_domain_id, known.project_domain_name)
    return {"project": project}


def _domain(identity: str, name: str) -> dict[str, str]:
    return {"id": identity} if identity else {"name": name}
