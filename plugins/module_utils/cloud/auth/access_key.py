# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Huawei Cloud's access keys: every request is signed, and no token is requested."""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Any, ContextManager

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.base import (
    AuthCache,
    Transport,
    need,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.keys import GivenKey, Key, Keys
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.signature import host_of, sdk_date, sign
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import (
    AccessKey,
    SigningCredentials,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RUN
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.endpoints import documented_endpoint
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    InvalidResponse,
    NotFound,
    PermissionDenied,
    SettingsError,
)

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings

# The signed headers: those that the vendor's gateway reads, and none that a proxy may rewrite.
SIGNED = ("content-type", "host", "x-project-id", "x-sdk-date", "x-security-token")
# The id of a project does not change; one day limits how long an error can stay in the cache.
PROJECT_LIFETIME = 86400.0


class AccessKeyAuthenticator:
    """Signs requests with an access key, and finds the project id once."""

    def __init__(self, settings: Settings, credentials: SigningCredentials, clock: Any) -> None:
        self._settings = settings
        self._credentials = credentials
        self._clock = clock
        self._transport: Transport | None = None
        self._lock = threading.Lock()
        self._project_id = credentials.project_id
        self._refused = False
        # The key of a server belongs to that server, and directories may be shared.
        cachable = isinstance(credentials, AccessKey) or settings.token_cache == RUN
        self._memory = AuthCache(settings, self.identity(), clock, cachable)
        self._keys = self._make_keys()

    def _make_keys(self) -> Keys:
        known = self._credentials
        if isinstance(known, AccessKey) and not known.agency_name:
            return GivenKey(known)
        # Imported only if it is needed, to save time.
        from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.temporary_keys import (
            temporary_keys,
        )

        return temporary_keys(
            self._settings, known, self._memory, self._clock, lambda: need(self._transport), self._sign
        )

    def bind(self, transport: Transport) -> None:
        self._transport = transport

    def apply(self, prepared: Any) -> None:
        """Sign a request, with X-Project-Id, which the vendor requires if a key has several projects."""
        prepared.headers["X-Project-Id"] = self.project_id
        self._check_refused()
        self._sign(prepared, self._keys.current())

    def renew(self, used: str | None) -> bool:
        """True if there is another temporary key now. Otherwise false: five wrong signatures in a row lock the key for
        five minutes, so no further request is signed."""
        if self._keys.replace(used):
            return True
        self._refused = True
        return False

    def refusal_hint(self) -> str | None:
        """What to do after the cloud refused a temporary key, which may have expired; None for another key."""
        if not getattr(self._credentials, "security_token", ""):
            return None
        return (
            "The access key is temporary, and it may have expired: get a new one with its auth.security_token, or use"
            " auth.agency_name or auth.ecs_agency, whose keys are renewed. Also check this machine's clock."
        )

    @property
    def project_id(self) -> str:
        with self._lock:
            if not self._project_id:
                self._project_id = self._recall() or self._find_project()
            return self._project_id

    def _find_project(self) -> str:
        """The project's id; if another process of the run has found it meanwhile, the cloud is not asked."""
        self._check_refused()
        key = self._keys.current()
        try:
            return self._find_with(key)
        except AuthenticationFailed as error:
            if not self.renew(key.security_token or None):
                error.hint = self.refusal_hint() or error.hint
                raise
        return self._find_with(self._keys.current())

    def _find_with(self, key: Key) -> str:
        with self._memory.alone():
            found = self._recall(again=True)
            if not found:
                found = self._discover(key)
                if key.expires:
                    self._memory.add(project_id=found)
                else:
                    self._memory.keep(PROJECT_LIFETIME, project_id=found)
            return found

    def _recall(self, again: bool = False) -> str:
        kept = (self._memory.recall(again) or {}).get("project_id")
        return kept if isinstance(kept, str) else ""

    def endpoint(self, service: str = "compute") -> str:
        return documented_endpoint(self._settings, service)

    def secrets(self) -> set[str]:
        return self._credentials.secrets() | self._keys.secrets()

    def identity(self) -> str:
        known = self._credentials
        who = known.who()
        if isinstance(known, AccessKey):
            # An access key is not secret, but it should not appear in files and messages.
            digest = hashlib.sha256(known.access_key.encode("utf-8")).hexdigest()[:16]
            who = "access key %s%s" % (digest, known.as_agency())
        parts = (
            self._settings.platform,
            who,
            known.project(),
            known.auth_url,
            self._settings.region,
        )
        return " | ".join(parts + (self._settings.endpoint or "",))

    def get_fact(self, name: str) -> Any:
        return self._memory.get(name)

    def set_fact(self, name: str, value: Any) -> None:
        given = self._credentials.project_id
        if given and self._memory.recall() is None:
            # Facts are part of an entry, which is otherwise written when the project was found.
            self._memory.keep(PROJECT_LIFETIME, project_id=given)
        self._memory.set(name, value)

    def finding_fact(self, name: str) -> ContextManager[None]:
        return self._memory.finding(name)

    def _check_refused(self) -> None:
        if self._refused:
            raise AuthenticationFailed(
                "The cloud refused the access key, so it is not used again in this task.",
                status=401,
                hint=self.refusal_hint()
                or "Five wrong signatures in a row lock a key for five minutes; check key, secret and clock first.",
            )

    def _sign(self, prepared: Any, key: Key) -> None:
        headers = prepared.headers
        headers["Host"] = host_of(prepared.url)
        headers["X-Sdk-Date"] = sdk_date(self._clock.now())
        if key.security_token:
            headers["X-Security-Token"] = key.security_token
        signed = {name: value for name, value in headers.items() if name.lower() in SIGNED}
        headers["Authorization"] = sign(
            prepared.method,
            prepared.url,
            signed,
            prepared.body or b"",
            key.access_key,
            key.secret_key,
        )

    def _discover(self, key: Key) -> str:
        """The id of the project with that name, by GET /v3/projects of IAM (KeystoneListProjects)."""
        known = self._credentials
        name = known.project_name or self._settings.region
        try:
            answer = need(self._transport).request(
                "GET",
                known.auth_url + "/projects",
                params={"name": name},
                what="find the project %s" % name,
                apply=lambda prepared: self._sign(prepared, key),
            )
        except PermissionDenied as error:
            error.hint = "The access key is not allowed to list projects: set auth.project_id."
            raise
        listed = answer.body.get("projects") if isinstance(answer.body, dict) else None
        if not isinstance(listed, list) or not all(isinstance(each, dict) and each.get("id") for each in listed):
            raise InvalidResponse("Could not find the project %s: the response has no list of projects." % name)
        found = [each for each in listed if each.get("name") == name and each.get("enabled") is not False]
        if not found:
            raise NotFound(
                "No project named %s belongs to this access key." % name,
                hint="Check region, or give auth.project_id or auth.project_name.",
            )
        if len(found) > 1:
            names = ", ".join("%s (%s)" % (each["id"], each.get("name")) for each in found)
            raise SettingsError(
                "Several projects are named %s: %s." % (name, names),
                hint="Set auth.project_id or HW_PROJECT_ID to the id of one of them.",
            )
        return str(found[0]["id"])
