# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Common code of all authenticators: their interface, cached facts, and the endpoints of Huawei Cloud."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Callable, ContextManager, Iterator, Protocol

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.token_cache import RunCache, TokenCache
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RUN, default_directory
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import SettingsError

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings


# Seconds that facts are kept for credentials without a token of their own; a run is shorter.
FACTS_LIFETIME = 86400.0


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

    def refusal_hint(self) -> str | None:
        """What to do about credentials that were refused for good; None for the usual hint."""

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

    def finding_fact(self, name: str) -> ContextManager[None]:
        """While a fact is requested: the other processes of the run wait for it. Ask ``get_fact`` again inside."""


def without_auth(prepared: Any) -> None:
    """For requests with their credentials in the body, or without credentials."""


def header_auth(name: str, value: str) -> Callable[[Any], None]:
    """For requests with their own token."""

    def apply(prepared: Any) -> None:
        prepared.headers[name] = value

    return apply


class AuthCache:
    """The facts of one identity, stored in the token cache if the settings enable it."""

    def __init__(self, settings: Settings, identity: str, clock: Any, cachable: bool = True) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.facts: dict[str, Any] = {}
        self.entry: dict[str, Any] = {}
        self.recalled = False
        self.cache = _cache_of(settings, identity) if cachable else None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other process of the run requests a token for these credentials meanwhile."""
        with self.cache.lock() if self.cache else nullcontext():
            yield

    @contextmanager
    def finding(self, name: str) -> Iterator[None]:
        """No other process of the run requests this fact meanwhile; what another one has found is known inside."""
        with self.cache.lock(name) if self.cache else nullcontext():
            self.recall(again=True)
            yield

    def recall(self, again: bool = False) -> dict[str, Any] | None:
        """The entry of the token cache, read once, with its facts. ``again``: another process may have written it."""
        with self.lock:
            if (again or not self.recalled) and self.cache:
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

    def add(self, **values: Any) -> None:
        """Add values to the entry, which keeps its validity."""
        with self.lock:
            self.entry.update(values)
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
            if self.cache and self.cache.keeps_facts_alone and not self.entry:
                self.entry = {"expires_at": self._now() + FACTS_LIFETIME}
            if self.entry and self.cache:
                with self.cache.lock():
                    # Another process may have added facts or renewed the token meanwhile.
                    kept = self.cache.load(self._now())
                    if kept:
                        self.entry = kept
                    if kept and isinstance(kept.get("facts"), dict):
                        self.facts = dict(kept["facts"], **self.facts)
                    self._save()

    def _save(self) -> None:
        if self.cache:
            self.cache.save(dict(self.entry, facts=self.facts))

    def _now(self) -> float:
        return float(self.clock.now().timestamp())


def _cache_of(settings: Settings, identity: str) -> TokenCache | None:
    folder = settings.token_cache
    if folder == RUN:
        run = settings.run_folder
        return RunCache(run, identity, settings.auth.cache_secrets()) if run else None
    if folder is True:
        folder = default_directory(os.environ)
    return TokenCache(str(folder), identity) if folder else None


def need(transport: Transport | None) -> Transport:
    """The bound transport; SettingsError if there is none, which is a defect of the caller."""
    if transport is None:
        raise SettingsError("The authenticator is not bound to a session yet.")
    return transport
