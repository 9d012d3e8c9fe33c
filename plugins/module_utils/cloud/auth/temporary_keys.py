# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary access keys: of an agency, requested with another key, or of the server on which the task runs.

Sources: IAM API Reference, "Obtaining Temporary Access Keys and Security Tokens of an Agency"; the official Python SDK
(MetadataAccessor) for the renewal of the keys of a server.
"""

from __future__ import annotations

import threading
from datetime import timezone
from typing import TYPE_CHECKING, Any, Callable

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.base import AuthCache, Transport
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.keys import GivenKey, Key
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.keystone import parse_time
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import (
    AccessKey,
    SigningCredentials,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    CloudError,
    InvalidResponse,
    NotFound,
    PermissionDenied,
)

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings

#: The validity of the key of an agency in seconds, from 900 to 86400.
DURATION = 3600
#: How many seconds before its end a key is renewed. A server has the next key 40 minutes before, as the SDK expects.
EARLY_OF_AGENCY = 300.0
EARLY_OF_SERVER = 2400.0
#: After a renewal that brought no new key, the next one, in seconds; the key is still valid.
AGAIN = 300.0
#: A key is not used in its last seconds, because the clocks of the cloud and of this machine differ.
LAST = 60.0


def temporary_keys(
    settings: Settings,
    credentials: SigningCredentials,
    memory: AuthCache,
    clock: Any,
    transport: Callable[[], Transport],
    sign: Callable[[Any, Key], None],
) -> TemporaryKeys:
    """The keys of an agency, or of the server's agency. ``transport`` returns the session, and ``sign`` signs a request
    with a key."""
    if isinstance(credentials, AccessKey):
        base: GivenKey | TemporaryKeys = GivenKey(credentials)
    else:
        # Imported only if it is needed, to save time.
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.ecs_metadata import MetadataService

        service = MetadataService(settings.endpoints.get("metadata", ""))
        own = AuthCache(settings, "", clock, False) if credentials.agency_name else memory
        base = TemporaryKeys(lambda: parse_key(service.read_key(), "get the key of this server's agency"), own, clock)
        base.early = EARLY_OF_SERVER
        if not credentials.agency_name:
            return base
    return TemporaryKeys(lambda: _assume(credentials, base.current(), transport(), sign), memory, clock)


class TemporaryKeys:
    """The current key, which is renewed before it ends, and once after the cloud refused it; thread-safe."""

    def __init__(self, request: Callable[[], Key], memory: AuthCache, clock: Any) -> None:
        self.early = EARLY_OF_AGENCY
        self._request = request
        self._memory = memory
        self._clock = clock
        self._lock = threading.Lock()
        self._key: Key | None = None
        self._renew_at = 0.0
        self._replaced = False
        self._refused = False
        self._secrets: set[str] = set()

    def current(self) -> Key:
        """The key to sign with. Raises CloudError if there is none and none can be requested."""
        key = self._key
        if key is not None and self._now() < self._renew_at:
            return key
        with self._lock:
            if self._key is None or self._now() >= self._renew_at:
                self._renew()
            if self._key is None:
                raise AuthenticationFailed("No temporary access key is available.")
            return self._key

    def replace(self, used: str | None) -> bool:
        """After the cloud refused the key with the security token ``used``: True if there is another one now. Only the
        first refusal requests a new key, because a new key does not help if the clock is wrong."""
        with self._lock:
            if self._key is None or self._key.security_token != used:
                return self._key is not None
            if self._replaced:
                return False
            self._replaced = True
            self._renew(used)
            return bool(self._key.security_token != used)

    def secrets(self) -> set[str]:
        return set(self._secrets)

    def _renew(self, refused: str | None = None) -> None:
        """Another key, that of another process of the run if it has one; the current one if it is still valid."""
        old, now = self._key, self._now()
        usable = old is not None and old.security_token != refused and now < old.expires - LAST
        with self._memory.alone():
            kept = self._recall()
            if kept and kept.security_token != refused and now < kept.expires - self.early:
                self._take(kept)
                return
            try:
                if self._refused:
                    raise AuthenticationFailed("The cloud refused the access key, so it is not used again.", status=401)
                key = self._request()
            except CloudError as error:
                self._refused = self._refused or isinstance(error, AuthenticationFailed)
                if not usable:
                    raise
                self._renew_at = now + AGAIN
                return
            self._take(key)
            entry = self._memory.recall() or {}
            texts = [key.access_key, key.secret_key, key.security_token]
            lifetime = max(0.0, key.expires - now)
            self._memory.keep(lifetime, key=texts, key_expires=key.expires, project_id=entry.get("project_id"))

    def _take(self, key: Key) -> None:
        self._key = key
        self._secrets.update(text for text in (key.access_key, key.secret_key, key.security_token) if text)
        now = self._now()
        self._renew_at = max(key.expires - self.early, min(now + AGAIN, key.expires - LAST), now + LAST)

    def _recall(self) -> Key | None:
        entry = self._memory.recall(again=True) or {}
        texts, expires = entry.get("key"), entry.get("key_expires")
        if not isinstance(texts, list) or len(texts) != 3 or not all(isinstance(text, str) for text in texts):
            return None
        if isinstance(expires, bool) or not isinstance(expires, (int, float)):
            return None
        return Key(texts[0], texts[1], texts[2], float(expires))

    def _now(self) -> float:
        return float(self._clock.now().timestamp())


def _assume(known: SigningCredentials, key: Key, transport: Transport, sign: Callable[[Any, Key], None]) -> Key:
    """The temporary key of an agency: POST /v3.0/OS-CREDENTIAL/securitytokens with the method assume_role."""
    role: dict[str, Any] = {"agency_name": known.agency_name}
    if known.agency_domain_id:
        role["domain_id"] = known.agency_domain_id
    else:
        role["domain_name"] = known.agency_domain_name
    role["duration_seconds"] = known.agency_duration or DURATION
    what = "get a key%s" % known.as_agency()
    try:
        answer = transport.request(
            "POST",
            known.auth_url[: -len("/v3")] + "/v3.0/OS-CREDENTIAL/securitytokens",
            json={"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}},
            what=what,
            # A repeated request only issues a second key.
            is_retry_safe=True,
            # A damaged response is not shown, because it may contain the key.
            expect="any",
            apply=lambda prepared: sign(prepared, key),
        )
    except PermissionDenied as error:
        error.hint = "Give the user the permission Agent Operator, and let the agency trust the user's account."
        raise
    except NotFound as error:
        error.hint = "Check auth.agency_name and auth.agency_domain_name, and that auth.auth_url is the URL of IAM."
        raise
    return parse_key(answer.body, what)


def parse_key(body: Any, what: str) -> Key:
    """The key in a response of IAM or of the metadata service. Raises InvalidResponse."""
    found = body.get("credential") if isinstance(body, dict) else None
    texts = [found.get(name) if isinstance(found, dict) else None for name in ("access", "secret", "securitytoken")]
    expires = parse_time(found.get("expires_at")) if isinstance(found, dict) else None
    if expires is None or not all(isinstance(text, str) and text.isprintable() and text for text in texts):
        raise InvalidResponse("Could not %s: the response has no key." % what)
    return Key(str(texts[0]), str(texts[1]), str(texts[2]), expires.replace(tzinfo=timezone.utc).timestamp())
