# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of credentials: their required options, checked without I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import where
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError


@dataclass(frozen=True)
class Credentials:
    """The identity and the project; every value may be empty."""

    platform: str = "openstack"
    auth_url: str = ""
    project_id: str = ""
    project_name: str = ""
    project_domain_id: str = ""
    project_domain_name: str = ""

    method: ClassVar[str] = ""
    secret_leaves: ClassVar[tuple[str, ...]] = ()
    header_leaves: ClassVar[tuple[str, ...]] = ()

    def missing(self) -> list[str]:
        """The required options; "a or b" if one of two is sufficient."""
        return [] if self.auth_url else ["auth_url"]

    def validate(self) -> None:
        """Raise SettingsError with the missing options and where they can be set; no I/O."""
        missing = self.missing()
        if missing:
            texts = [" or ".join(where(leaf, self.platform) for leaf in each.split(" or ")) for each in missing]
            raise SettingsError("The %s credentials lack %s." % (self.method, "; ".join(texts)))
        for leaf in self.header_leaves:
            value = getattr(self, leaf)
            if any(not "!" <= character <= "~" for character in value):
                raise SettingsError(
                    "auth.%s contains a space, a line break or a non-ASCII character." % leaf,
                    hint="Check how it was copied; files often end with a line break.",
                )

    def secrets(self) -> set[str]:
        """The values that must never be shown."""
        return {value for value in (getattr(self, leaf) for leaf in self.secret_leaves) if value}

    def cache_secrets(self) -> set[str]:
        """The secrets by which a task of the same run finds the token again."""
        return self.secrets()

    def plain_urls(self) -> list[tuple[str, str]]:
        """Further options with a URL to which credentials would be sent unencrypted."""
        return []

    def who(self) -> str:
        """The identity without any secret."""
        raise NotImplementedError

    def project(self) -> str:
        """The requested project, as text without any secret."""
        if self.project_id:
            return "id:%s" % self.project_id
        return "%s@%s" % (self.project_name, self.project_domain_id or self.project_domain_name)


@dataclass(frozen=True)
class Password(Credentials):
    """User name or id and a password, a passcode or both, for a project, a trust, a domain or the system."""

    username: str = ""
    user_id: str = ""
    user_domain_id: str = ""
    user_domain_name: str = ""
    password: str = field(default="", repr=False)
    #: A time-based one-time password (TOTP), a second factor.
    passcode: str = field(default="", repr=False)
    auth_methods: str = ""
    trust_id: str = ""
    system_scope: str = ""
    domain_id: str = ""
    domain_name: str = ""

    method = "password"
    secret_leaves = ("password", "passcode")
    header_leaves = ("passcode",)

    def missing(self) -> list[str]:
        missing = super().missing()
        if not (self.username or self.user_id):
            missing.append("username or user_id")
        if self.username and not self.user_id and not (self.user_domain_name or self.user_domain_id):
            missing.append("user_domain_name")
        secrets = ["passcode" if factor == "totp" else "password" for factor in self.factors()]
        missing += [leaf for leaf in secrets if not getattr(self, leaf)]
        if not self.scope():
            missing.append("project_name or project_id")
        return missing

    def factors(self) -> list[str]:
        """The methods of Keystone that the login uses: ``password``, ``totp`` or both."""
        if self.auth_methods:
            wanted = [name.strip() for name in self.auth_methods.split(",")]
            return [name for name in ("password", "totp") if name in wanted or "v3" + name in wanted]
        totp = ["totp"] if self.passcode else []
        return ["password"] + totp if self.password or not totp else totp

    def validate(self) -> None:
        super().validate()
        if len(self.scope()) > 1:
            raise SettingsError(
                "auth has %s, and a token is for one of them." % " and ".join("auth.%s" % leaf for leaf in self.scope())
            )
        if self.system_scope not in ("", "all"):
            raise SettingsError("auth.system_scope is %r; it must be all." % self.system_scope)

    def scope(self) -> list[str]:
        """The auth options that select what the token is for; one of them is expected."""
        leaves = ["trust_id", "system_scope"]
        leaves += ["project_id"] if self.project_id else ["project_name"]
        leaves += ["domain_id"] if self.domain_id else ["domain_name"]
        return [leaf for leaf in leaves if getattr(self, leaf)]

    def cache_secrets(self) -> set[str]:
        # Each task may have a new passcode; the password shows that it is the same user.
        return {self.password} if self.password else self.secrets()

    def project(self) -> str:
        if self.project_id or self.project_name:
            return super().project()
        leaf = self.scope()[0] if self.scope() else "project_name"
        return "%s:%s" % (leaf, getattr(self, leaf))

    def who(self) -> str:
        if self.user_id:
            return "user id:%s" % self.user_id
        return "user %s@%s" % (self.username, self.user_domain_id or self.user_domain_name)


@dataclass(frozen=True)
class ApplicationCredential(Credentials):
    """An application credential by id, or by name and its user; it is scoped to one project."""

    username: str = ""
    user_id: str = ""
    user_domain_id: str = ""
    user_domain_name: str = ""
    application_credential_id: str = ""
    application_credential_name: str = ""
    application_credential_secret: str = field(default="", repr=False)

    method = "application credential"
    secret_leaves = ("application_credential_secret",)

    def missing(self) -> list[str]:
        missing = super().missing()
        if not (self.application_credential_id or self.application_credential_name):
            missing.append("application_credential_id or application_credential_name")
        if self.application_credential_name and not self.application_credential_id:
            if not (self.username or self.user_id):
                missing.append("username or user_id")
            elif not self.user_id and not (self.user_domain_name or self.user_domain_id):
                missing.append("user_domain_name")
        if not self.application_credential_secret:
            missing.append("application_credential_secret")
        return missing

    def who(self) -> str:
        if self.application_credential_id:
            return "application credential id:%s" % self.application_credential_id
        user = self.user_id or "%s@%s" % (self.username, self.user_domain_id or self.user_domain_name)
        return "application credential %s of %s" % (self.application_credential_name, user)


@dataclass(frozen=True)
class Token(Credentials):
    """A token from another tool; it is scoped to one project."""

    token: str = field(default="", repr=False)
    # With a known endpoint, only the id of the project is requested from Keystone, if it is needed.
    endpoint: str = ""

    method = "token"
    secret_leaves = ("token",)
    header_leaves = ("token",)

    def missing(self) -> list[str]:
        missing = [] if self.endpoint else super().missing()
        return missing if self.token else missing + ["token"]

    def who(self) -> str:
        return "token"


@dataclass(frozen=True)
class SigningCredentials(Credentials):
    """Sign requests on Huawei Cloud. With agency_name they only request a temporary key of that agency, which signs the
    other requests."""

    agency_name: str = ""
    agency_domain_name: str = ""
    agency_domain_id: str = ""
    #: The validity of the temporary key of the agency, in seconds; 0 for the default.
    agency_duration: int = 0

    def missing(self) -> list[str]:
        # IAM is needed to find a project, and to request the key of an agency.
        missing = [] if self.project_id and not self.agency_name else super().missing()
        if not (self.project_id or self.project_name):
            missing.append("project_id")
        if self.agency_name and not (self.agency_domain_name or self.agency_domain_id):
            missing.append("agency_domain_name or agency_domain_id")
        if not self.agency_name and (self.agency_domain_name or self.agency_domain_id or self.agency_duration):
            missing.append("agency_name")
        return missing

    def as_agency(self) -> str:
        """The agency, as an addition to an identity; empty without one."""
        if not self.agency_name:
            return ""
        return " as agency %s of %s" % (self.agency_name, self.agency_domain_id or self.agency_domain_name)


@dataclass(frozen=True)
class AccessKey(SigningCredentials):
    """Huawei Cloud's access key and secret key, with a security token if they are temporary."""

    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    security_token: str = field(default="", repr=False)

    method = "access key"
    secret_leaves = ("access_key", "secret_key", "security_token")
    header_leaves = ("access_key", "security_token")

    def missing(self) -> list[str]:
        return super().missing() + [leaf for leaf in ("access_key", "secret_key") if not getattr(self, leaf)]

    def who(self) -> str:
        return "access key" + self.as_agency()


@dataclass(frozen=True)
class EcsAgency(SigningCredentials):
    """The agency of the Huawei Cloud server on which the task runs: its metadata service issues temporary keys."""

    method = "ECS agency"

    def who(self) -> str:
        return "agency of this server" + self.as_agency()
