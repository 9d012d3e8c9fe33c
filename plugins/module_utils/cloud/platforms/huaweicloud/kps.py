# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key pair service of Huawei Cloud (KPS), a part of Data Encryption Workshop.

Sources: Data Encryption Workshop API Reference, "Managing SSH Key Pairs", and the official SDK for Python, kps v3. KPS
is on the host of KMS.
"""

from __future__ import annotations

from typing import Any, Callable, TypeVar

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.option_names import NO_SERVICE
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    CloudError,
    ConnectionFailed,
    NotFound,
    PermissionDenied,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import (
    HuaweiApi,
    is_unknown_call,
)

T = TypeVar("T")

_ABSENT, _PRESENT = "absent", "present"
_NOVA_INSTEAD = (
    "The key pairs of the compute service are used, because this cloud has no key pair service (KPS): %s. To skip the"
    " request that found this out, set endpoints.keypair to none."
)
_FORBIDDEN = (
    "The key pair service (KPS) has its own permissions, such as kps:SSHKeyPair:list. A user who only has those of the"
    " compute service needs endpoints.keypair: none."
)


class ServiceAbsent(CloudError):
    """The cloud has no KPS; the request had no effect."""


class Kps:
    """The URL of KPS, and whether the cloud has it. The first request shows it, which is remembered for the run."""

    def __init__(self, api: HuaweiApi) -> None:
        self.api = api
        self._given = api.session.settings.endpoints.get("keypair")

    @property
    def _fact(self) -> str:
        return "key pair service %s" % self.api.session.auth.endpoint("keypair")

    @property
    def is_absent(self) -> bool:
        """Whether the cloud is known to have no KPS."""
        if self._given:
            return self._given == NO_SERVICE
        return bool(self.api.session.auth.get_fact(self._fact) == _ABSENT)

    def remember_absence(self, why: CloudError) -> None:
        """Remembers for the run that the cloud has no KPS, with a warning."""
        auth = self.api.session.auth
        if auth.get_fact(self._fact) != _ABSENT:
            auth.set_fact(self._fact, _ABSENT)
            self.api.session.warn(_NOVA_INSTEAD % why.message.rstrip("."))

    def url(self, path: str) -> str:
        return self.api.url(path, "v3", "keypair")

    def ask(self, call: Callable[[], T]) -> T:
        """The result of a call. Raises ServiceAbsent if the cloud has no KPS, and else what the call raises."""
        if self.is_absent:
            raise ServiceAbsent("this cloud has no key pair service")
        try:
            found = call()
        except CloudError as error:
            if self._shows_absence(error):
                raise ServiceAbsent(error.message, status=error.status, code=error.code) from error
            if isinstance(error, PermissionDenied):
                error.add_hint(_FORBIDDEN)
            raise
        self._remember_presence()
        return found

    def _remember_presence(self) -> None:
        if not self._given:
            self.api.session.auth.set_fact(self._fact, _PRESENT)

    def _shows_absence(self, error: CloudError) -> bool:
        """Whether the error proves that there is no KPS: its host name does not exist, or the gateway does not know its
        API. A user who sets the endpoint has said that there is one, and one that has answered before exists."""
        if self._given or self.api.session.auth.get_fact(self._fact) == _PRESENT:
            return False
        if isinstance(error, ConnectionFailed):
            return error.unknown_host
        return isinstance(error, NotFound) and is_unknown_call(error)

    def read(self, path: str, what: str, query: Any = None) -> Any:
        """The body of the response to a GET."""
        return self.ask(lambda: self.api.session.get(self.url(path), params=query, what=what).body)

    def send(self, method: str, path: str, what: str, body: Any = None, expect: str = "any") -> Any:
        """The response to a request that changes something; it is sent once."""
        return self.ask(lambda: self.api.session.request(method, self.url(path), json=body, what=what, expect=expect))
