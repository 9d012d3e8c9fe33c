# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Common code of all authenticators: their interface, cached facts, and the endpoints of Huawei Cloud."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Callable, Protocol
from urllib.parse import urlsplit

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.token_cache import TokenCache
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import default_directory
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import NotFound, SettingsError

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings

# The host name of each service in https://NAME.REGION.myhuaweicloud.com; key pairs are on the host of kms.
HUAWEICLOUD_HOSTS = {"compute": "ecs", "image": "ims", "keypair": "kms", "network": "vpc", "volume": "evs"}


class Transport(Protocol):
    """The interface of a session for an authenticator: requests with the headers of `apply`."""

    @property
    def request(self) -> Callable[..., Any]:
        """Called with method, URL and named arguments; returns a response with status, headers and body."""


class Authenticator(Protocol):
    """Adds credentials to requests and finds the endpoints of services; thread-safe."""

    @property
    def project_id(self) -> str:
        """The id of the project; requested once if the credentials contain only its name."""

    def bind(self, transport: Transport) -> None:
        """Bind the session that requests tokens, catalogs and projects."""

    def apply(self, prepared: Any) -> None:
        """Sign a prepared request or add its token; called again for each attempt."""

    def renew(self, used: str | None) -> bool:
        """After a 401 for the token `used`: True if another token is available now, False if none can be requested."""

    def endpoint(self, service: str = "compute") -> str:
        """The URL of a service without a trailing slash. Raises NotFound with a list of the services."""

    def secrets(self) -> set[str]:
        """Every secret in use, including tokens."""

    def identity(self) -> str:
        """The identity and its cloud, without secrets: the key of caches."""

    def get_fact(self, name: str) -> Any:
        """A cached fact of the cloud; None if it is not cached."""

    def set_fact(self, name: str, value: Any) -> None:
        """Cache a fact that can be encoded as JSON, in the token cache as well if it is enabled."""


def without_auth(prepared: Any) -> None:
    """For requests with their credentials in the body, or without credentials."""


def header_auth(name: str, value: str) -> Callable[[Any], None]:
    """For requests with their own token."""

    def apply(prepared: Any) -> None:
        prepared.headers[name] = value

    return apply


def huaweicloud_endpoint(settings: Settings, service: str) -> str:
    """The endpoint of a service of Huawei Cloud. If the user sets an endpoint, the other services are expected in its
    domain."""
    base = settings.endpoint or ""
    if service in settings.endpoints:
        return settings.endpoints[service]
    if service == "identity":
        return settings.auth.auth_url
    if service not in HUAWEICLOUD_HOSTS:
        raise NotFound(
            "The Huawei Cloud endpoint of the service %s is unknown; known services are: identity, %s."
            % (service, ", ".join(HUAWEICLOUD_HOSTS))
        )
    parts = urlsplit(base)
    if service == "compute" or not parts.netloc.startswith("ecs."):
        return base
    return base.replace("://ecs.", "://%s." % HUAWEICLOUD_HOSTS[service], 1)


class AuthCache:
    """The facts of one identity, stored in the token cache if the settings enable it."""

    def __init__(self, settings: Settings, identity: str, clock: Any, cachable: bool = True) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.facts: dict[str, Any] = {}
        self.entry: dict[str, Any] = {}
        self.recalled = False
        folder = settings.token_cache
        if folder is True:
            folder = default_directory(os.environ)
        self.cache = TokenCache(folder, identity) if folder and cachable else None

    def recall(self) -> dict[str, Any] | None:
        """The entry of the token cache, read once, with its facts."""
        with self.lock:
            if not self.recalled and self.cache:
                self.entry = self.cache.load(self._now()) or {}
                if isinstance(self.entry.get("facts"), dict):
                    self.facts = dict(self.entry["facts"], **self.facts)
            self.recalled = True
            return self.entry or None

    def keep(self, lifetime: float, **values: Any) -> None:
        """Write an entry that is valid for lifetime seconds."""
        with self.lock:
            self.recalled = True
            self.entry = dict(values, expires_at=self._now() + lifetime)
            self._save()

    def get(self, name: str) -> Any:
        self.recall()
        with self.lock:
            return self.facts.get(name)

    def set(self, name: str, value: Any) -> None:
        with self.lock:
            if self.facts.get(name) == value:
                return
            self.facts[name] = value
            if self.entry:
                self._save()

    def _save(self) -> None:
        if self.cache:
            self.cache.save(dict(self.entry, facts=self.facts))

    def _now(self) -> float:
        return float(self.clock.now().timestamp())


def need(transport: Transport | None) -> Transport:
    """The bound transport; SettingsError if there is none, which is a defect of the caller."""
    if transport is None:
        raise SettingsError("The authenticator is not bound to a session yet.")
    return transport
