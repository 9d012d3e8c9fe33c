# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keystone v3, and Huawei Cloud's IAM, which has the same API: tokens, projects and the service catalog."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ContextManager, Mapping, Protocol

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.base import (
    AuthCache,
    Transport,
    header_auth,
    need,
    without_auth,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.auth.token_requests import token_request
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import (
    ApplicationCredential,
    Password,
    Token,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.directories import RUN
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.endpoints import documented_endpoint
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    AuthenticationFailed,
    InvalidResponse,
    NotFound,
    SettingsError,
    UnknownEndpoint,
)

if TYPE_CHECKING:
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.credentials import Credentials
    from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.settings import Settings

# The names of the same service in different clouds; the first one in the catalog is used.
SERVICE_TYPES = {
    "compute": ("compute", "computev21", "nova"),
    "image": ("image", "imagev2"),
    "network": ("network",),
    "volume": ("block-storage", "volumev3", "volumev2", "volume"),
}


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of the catalog."""

    service: str
    interface: str
    region: str
    url: str


@dataclass(frozen=True)
class Access:
    """The content of a token. lifetime is in seconds after the request, by the cloud's own clock."""

    token: str = field(repr=False)
    lifetime: float = 0.0
    project_id: str = ""
    project_name: str = ""
    endpoints: tuple[Endpoint, ...] = ()
    #: The requests that the access rules of an application credential permit, as text; None without such rules.
    permitted: str | None = None


class Login(Protocol):
    """A way to get a token that is none of Keystone's own methods."""

    def log_in(self) -> Access:
        """A new token. Raises CloudError."""

    def headers(self) -> Mapping[str, str] | None:
        """The headers of the next request; None if they are the token's."""

    def renew(self) -> bool:
        """After a 401: whether other headers are available now."""

    def secrets(self) -> set[str]:
        """The secrets in use."""


def read_access(token: str, body: Any, what: str) -> Access:
    """The response to a token request, or to a token validation. Raises InvalidResponse."""
    known = body.get("token") if isinstance(body, dict) else None
    if not isinstance(known, dict) or not token:
        raise InvalidResponse(
            "Could not %s: the response contains no token." % what,
            hint="Check that auth.auth_url is the URL of Keystone v3.",
        )
    named = known.get("project")
    project = named if isinstance(named, dict) else {}
    endpoints = []
    for service in _mappings(known.get("catalog")):
        for each in _mappings(service.get("endpoints")):
            region = str(each.get("region") or each.get("region_id") or "")
            kind, interface = str(service.get("type") or ""), str(each.get("interface") or "")
            endpoints.append(Endpoint(kind, interface, region, str(each.get("url") or "").rstrip("/")))
    issued, expires = parse_time(known.get("issued_at")), parse_time(known.get("expires_at"))
    # The difference of two times of the cloud, so it does not depend on this machine's clock.
    lifetime = (expires - issued).total_seconds() if issued and expires else 0.0
    name = str(project.get("name") or "")
    return Access(token, lifetime, str(project.get("id") or ""), name, tuple(endpoints), _permitted(known))


def _permitted(known: Mapping[str, Any]) -> str | None:
    """The access rules of the application credential of a token."""
    credential = known.get("application_credential")
    if not isinstance(credential, dict) or not isinstance(credential.get("access_rules"), list):
        return None
    rules = ["%s %s of %s" % tuple(rule.get(key) for key in ("method", "path", "service"))
             for rule in _mappings(credential["access_rules"])]  # fmt: skip
    return ", ".join(rules) or "nothing"


def _mappings(listed: Any) -> list[dict[str, Any]]:
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def parse_time(text: Any) -> datetime | None:
    """A time of Keystone ("2020-01-04T09:05:22.701000Z"); None if it is invalid."""
    for form in ("%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.strptime(str(text), form)
        except ValueError:
            pass
    return None


def _hint_for(known: Credentials, error: AuthenticationFailed) -> str:
    """What to do about refused credentials."""
    if isinstance(known, Token):
        return "Get a new token: the one in auth.token is expired or belongs to another cloud."
    if isinstance(known, Password) and "totp" in error.message and not known.passcode:
        return "Give auth.passcode, the current time-based one-time password of the user."
    if isinstance(known, Password) and known.passcode:
        return (
            "Check %s, its password and %s. A passcode is valid for about 30 seconds: get a new one for each run."
            % (known.who(), known.project())
        )
    place = "of the credential" if isinstance(known, ApplicationCredential) else known.project()
    return "Check %s, its secret, the project %s, and that it has a role in that project." % (known.who(), place)


class KeystoneAuthenticator:
    """Requests a token when it is first needed, and a new one after the cloud rejects it."""

    def __init__(self, settings: Settings, clock: Any, login: Login | None = None) -> None:
        self._settings = settings
        self._known = settings.auth
        self._login = login
        self._transport: Transport | None = None
        self._lock = threading.Lock()
        self._access: Access | None = None
        self._tokens: set[str] = set()
        # A given token is new in every run, so only the tasks of one run can find its entry.
        cachable = not isinstance(self._known, Token) or settings.token_cache == RUN
        self._memory = AuthCache(settings, self.identity(), clock, cachable)

    def bind(self, transport: Transport) -> None:
        self._transport = transport

    def apply(self, prepared: Any) -> None:
        own = self._login.headers() if self._login else None
        if own is None:
            prepared.headers["X-Auth-Token"] = self._token()
        else:
            prepared.headers.update(own)

    def renew(self, used: str | None) -> bool:
        """Request one new token, regardless of the number of threads with a rejected token. False for a given token."""
        if isinstance(self._known, Token):
            return False
        if self._login and self._login.headers() is not None:
            return self._login.renew()
        with self._lock:
            if self._access is None or self._access.token == used:
                self._access = self._log_in(used)
        return True

    def refusal_hint(self) -> str | None:
        """What to do about a request that is refused with a new token too."""
        permitted = self._access.permitted if self._access else None
        if permitted is None:
            return None
        return "The access rules of the application credential do not permit this request; they permit: %s." % permitted

    @property
    def project_id(self) -> str:
        is_known = isinstance(self._known, Token) and self._known.endpoint
        if self._known.project_id and (is_known or not self._known.auth_url):
            return self._known.project_id
        found = self._get_access().project_id
        if not found:
            raise SettingsError(
                "The token is not scoped to a project.",
                hint="Use credentials or a token for a project, not for a domain or the system.",
            )
        return found

    def endpoint(self, service: str = "compute") -> str:
        if not self._settings.has_catalog:
            return documented_endpoint(self._settings, service)
        if service == "compute" and self._settings.endpoint:
            return self._settings.endpoint
        if service in self._settings.endpoints:
            return self._settings.endpoints[service]
        if service == "identity":
            return self._known.auth_url
        return self._from_catalog(service)

    def secrets(self) -> set[str]:
        return self._known.secrets() | self._tokens | (self._login.secrets() if self._login else set())

    def identity(self) -> str:
        known = self._known
        who = known.who()
        if isinstance(known, Token):
            # A token is long and random: its digest identifies it and reveals nothing.
            who += " " + hashlib.sha256(known.token.encode("utf-8")).hexdigest()[:16]
        place = (known.auth_url, self._settings.interface, self._settings.region, self._settings.endpoint or "")
        return " | ".join((self._settings.platform, who, known.project()) + place)

    def get_fact(self, name: str) -> Any:
        return self._memory.get(name)

    def set_fact(self, name: str, value: Any) -> None:
        self._memory.set(name, value)

    def finding_fact(self, name: str) -> ContextManager[None]:
        return self._memory.finding(name)

    def _token(self) -> str:
        # A given token is used unchanged: with a known endpoint, Keystone need not be reachable.
        if isinstance(self._known, Token):
            return self._known.token
        return self._get_access().token

    def _get_access(self) -> Access:
        access = self._access
        if access is None:
            with self._lock:
                if self._access is None:
                    self._access = self._recall() or self._log_in()
                access = self._access
        return access

    def _log_in(self, refused: str | None = None) -> Access:
        """A new token; that of another process of the run, if it has requested one meanwhile."""
        with self._memory.alone():
            access = self._recall(again=True)
            return access if access and access.token != refused else self._authenticate()

    def _recall(self, again: bool = False) -> Access | None:
        entry = self._memory.recall(again)
        if not entry:
            return None
        given = self._known.token if isinstance(self._known, Token) else ""
        try:
            endpoints = tuple(Endpoint(*(str(text) for text in each)) for each in entry["endpoints"])
            texts = [given or entry["token"], entry["project_id"], entry["project_name"]]
            permitted = entry.get("permitted")
            access = Access(texts[0], 0.0, texts[1], texts[2], endpoints, permitted and str(permitted))
        except (KeyError, TypeError):
            return None
        if not all(isinstance(text, str) for text in texts) or not access.token.isprintable() or not access.token:
            return None
        self._tokens.add(access.token)
        return access

    def _authenticate(self) -> Access:
        known = self._known
        what = "get a token from %s" % known.auth_url
        if self._login:
            access = self._login.log_in()
            self._compare(access)
        elif isinstance(known, Token):
            access = self._validated(known)
        else:
            params = {"nocatalog": "true"} if not self._settings.has_catalog else None
            answer = self._ask(
                "POST",
                what,
                json=token_request(known),
                params=params,
                # A repeated request only creates a second token.
                is_retry_safe=True,
                apply=without_auth,
            )
            access = read_access(answer.headers.get("X-Subject-Token") or "", answer.body, what)
            self._compare(access)
        self._tokens.add(access.token)
        if access.lifetime > 0:
            endpoints = [[each.service, each.interface, each.region, each.url] for each in access.endpoints]
            self._memory.keep(
                access.lifetime,
                # A given token is not the collection's to keep.
                token="" if isinstance(known, Token) else access.token,
                project_id=access.project_id,
                project_name=access.project_name,
                endpoints=endpoints,
                permitted=access.permitted,
            )
        return access

    def _validated(self, known: Token) -> Access:
        if not known.auth_url:
            raise SettingsError(
                "The project of the token is unknown, because auth.auth_url is not set.",
                hint="Give auth.project_id or auth.auth_url.",
            )
        what = "check the token with %s" % known.auth_url
        try:
            answer = self._ask(
                "GET", what, headers={"X-Subject-Token": known.token}, apply=header_auth("X-Auth-Token", known.token)
            )
        except NotFound as error:
            raise AuthenticationFailed(
                "The token in auth.token is not valid, or auth.auth_url is not the URL of Keystone v3.",
                status=error.status,
                request_id=error.request_id,
                hint="Get a new one.",
            ) from None
        access = read_access(known.token, answer.body, what)
        self._compare(access)
        return access

    def _ask(self, method: str, what: str, **arguments: Any) -> Any:
        known = self._known
        try:
            return need(self._transport).request(method, known.auth_url + "/auth/tokens", what=what, **arguments)
        except AuthenticationFailed as error:
            error.hint = _hint_for(known, error)
            raise
        except NotFound as error:
            if method == "POST":
                error.hint = (
                    "Check auth.auth_url: it is not the URL of Keystone v3, or the project %s does not exist."
                    % (known.project())
                )
            raise

    def _compare(self, access: Access) -> None:
        wanted, name = self._known.project_id, self._known.project_name
        if (wanted and access.project_id != wanted) or (name and not wanted and access.project_name != name):
            raise SettingsError(
                "The credentials are for the project %s (%s), not for %s."
                % (access.project_id or "none", access.project_name or "no name", wanted or name),
                hint="Remove auth.project_id and auth.project_name, or use credentials for that project.",
            )

    def _from_catalog(self, service: str) -> str:
        option = "endpoint" if service == "compute" else "endpoints.%s" % service
        if not self._known.auth_url:
            raise UnknownEndpoint(
                "The endpoint of the %s service is unknown: auth.auth_url is not set, so there is no service"
                " catalog." % service,
                hint="Give %s, or auth.auth_url." % option,
            )
        lines = self._get_access().endpoints
        region, interface = self._settings.region, self._settings.interface
        for kind in SERVICE_TYPES.get(service, (service,)):
            of_service = [each for each in lines if each.service == kind and each.url]
            if of_service:
                break
        else:
            services = ", ".join(sorted({each.service for each in lines})) or "nothing at all"
            raise UnknownEndpoint(
                "The catalog of %s has no %s service; it has: %s." % (self._known.auth_url, service, services),
                hint="Check auth.project_name, or set %s to the URL of the service." % option,
            )
        found = [each for each in of_service if each.interface in (interface, interface + "URL")]
        regions = sorted({each.region for each in found})
        if region:
            found = [each for each in found if each.region == region]
        elif len(regions) > 1:
            raise SettingsError(
                "The catalog has the %s service in several regions: %s." % (service, ", ".join(regions)),
                hint="Choose one with the option region, with region_name in clouds.yaml, or without clouds.yaml with "
                "OS_REGION_NAME.",
            )
        if not found:
            endpoints = ", ".join(sorted({"%s in %s" % (each.interface, each.region) for each in of_service}))
            raise NotFound(
                "The catalog has no %s endpoint of the %s service in region %s; it has: %s."
                % (interface, service, region or "any", endpoints),
                hint="Check region and interface.",
            )
        return found[0].url
