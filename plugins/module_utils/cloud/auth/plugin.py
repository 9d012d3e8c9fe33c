# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logins of keystoneauth1, for every auth_type that is not built in. The library is imported when a login needs it:
a task whose run has a token does without."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.keystone import Access, read_access
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.auth_method import names_in
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.login_plugins import (
    OF_EACH_REQUEST,
    WITHOUT_KEYSTONE,
    PluginLogin,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    CloudError,
    ConnectionFailed,
    SettingsError,
    from_answer,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.redaction import redact

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings

#: Domains, which may be given for a user or a project that the login does not have.
_DOMAINS = frozenset(
    "user_domain_id user_domain_name project_domain_id project_domain_name domain_id domain_name".split()
)


class KeystoneauthLogin:
    """One plugin of keystoneauth1, made when it is first needed."""

    def __init__(self, settings: Settings, known: PluginLogin) -> None:
        self._settings = settings
        self._known = known
        self._plugin: Any = None
        self._session: Any = None
        self._secrets: set[str] = set()
        self._what = "log in with %s" % known.auth_type

    def log_in(self) -> Access:
        """A new token. Raises SettingsError for options that are missing or unknown, otherwise CloudError."""
        self._make()
        self._plugin.invalidate()
        with self._translated():
            self._plugin.get_access(self._session)
            state = json.loads(self._plugin.get_auth_state() or "{}")
        return read_access(str(state.get("auth_token") or ""), state.get("body"), self._what)

    def headers(self) -> Mapping[str, str] | None:
        """The headers of a login without a token of Keystone, or with more than that; None for the others."""
        if self._known.auth_type not in OF_EACH_REQUEST:
            return None
        self._make()
        with self._translated():
            found = dict(self._plugin.get_headers(self._session) or {})
        self._secrets.update(str(value) for value in found.values())
        return {name: str(value) for name, value in found.items()}

    def renew(self) -> bool:
        self._make()
        return bool(self._plugin.invalidate())

    def secrets(self) -> set[str]:
        return self._secrets

    def _make(self) -> None:
        if self._plugin is not None:
            return
        loader = _loader(self._known)
        from keystoneauth1.session import Session

        # Its debug messages contain what it sends.
        logging.getLogger("keystoneauth").setLevel(logging.WARNING)
        values = self._values(loader)
        with self._translated():
            self._plugin = loader.load_from_options(**values)
        self._session = Session(
            verify=self._settings.verify,
            cert=self._settings.cert,
            timeout=self._settings.timeout,
            connect_retries=self._settings.retries,
            app_name="cloudserver.compute",
        )

    def _values(self, loader: Any) -> dict[str, Any]:
        """The options of the plugin, by the names of its arguments. Raises SettingsError for others."""
        values: dict[str, Any] = {}
        names: set[str] = set()
        for option in loader.get_options():
            spellings = [each.name.replace("-", "_") for each in (option, *option.deprecated)]
            names.update(spellings)
            given = self._given(spellings)
            if given:
                values[option.dest] = names_in(given) if option.dest == "auth_methods" else given
            elif option.default is not None:
                values[option.dest] = option.default
            if given and option.secret:
                self._secrets.add(given)
        # Without Keystone they are only for the collection.
        own = {"auth_url", "project_id"} if self._known.auth_type in WITHOUT_KEYSTONE else set()
        unknown = sorted(set(self._known.leaves) - names - _DOMAINS - {"endpoint"} - own)
        if unknown:
            raise SettingsError(
                "auth.%s: auth_type %s does not have it; it has: %s."
                % (unknown[0], self._known.auth_type, ", ".join(sorted(names)))
            )
        return values

    def _given(self, spellings: list[str]) -> str:
        places = (self._known.leaves, self._known.offered)
        return next((place[name] for place in places for name in spellings if place.get(name)), "")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Errors of the plugin as those of this library."""
        try:
            yield
        except Exception as error:  # A plugin may raise what its own libraries raise.
            raise self._translate(error) from None

    def _translate(self, error: Exception) -> CloudError:
        from keystoneauth1 import exceptions

        known = self._known
        hint = "Check %s, its secrets, and the scope %s." % (known.who(), known.project())
        response = getattr(error, "response", None)
        if isinstance(error, exceptions.HttpError) and response is not None:
            secrets = known.secrets() | self._secrets
            found = from_answer(response.status_code, response.headers, response.text, self._what, secrets)
            if isinstance(found, AuthenticationFailed):
                found.hint = hint
            return found
        text = redact(" ".join(str(error).split()), known.secrets() | self._secrets)
        said = "Could not %s: %s" % (self._what, text or type(error).__name__)
        if isinstance(error, exceptions.ConnectionError):
            return ConnectionFailed(said, hint="Check the addresses of the login and ca_cert.")
        if isinstance(error, (exceptions.AuthPluginException, TypeError, ValueError)):
            return SettingsError(said, hint="Give the options of the login below auth, in clouds.yaml, or as OS_*.")
        return AuthenticationFailed(said, hint=hint)


def _loader(known: PluginLogin) -> Any:
    """The plugin's loader. Raises SettingsError without keystoneauth1, for an unknown plugin, and for one whose own
    libraries are missing."""
    try:
        from keystoneauth1 import loading
    except ImportError:
        raise SettingsError(
            "auth_type %s needs the Python package keystoneauth1." % known.auth_type,
            hint="Install it for the Python that runs this task: %s -m pip install keystoneauth1." % sys.executable,
        ) from None
    try:
        loader: Any = loading.get_plugin_loader(known.auth_type)
    except Exception:
        names = ", ".join(sorted(loading.get_available_plugin_names()))
        raise SettingsError("auth_type is %s; keystoneauth1 has: %s." % (known.auth_type, names)) from None
    if not loader.available:
        raise SettingsError(
            "auth_type %s needs further Python packages." % known.auth_type,
            hint="Install its extra of keystoneauth1, such as keystoneauth1[kerberos], for %s." % sys.executable,
        )
    methods = names_in({**known.offered, **known.leaves}.get("auth_methods", ""))
    if methods and hasattr(loader, "_methods"):
        # It has the options of its methods, and knows them only when it is loaded.
        loader._methods = methods
    return loader
