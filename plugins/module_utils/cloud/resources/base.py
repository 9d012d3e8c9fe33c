# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base of the resource clients.

A resource client holds the platform's ``api`` and no state of its own. A method that a platform does not override
raises UnsupportedOperation, which says what to use instead. Every method raises CloudError; a resource that does not
exist is ``None``, not an error. A method that changes something returns only where the cloud's response proves the
change: after an InvalidResponse the state decides.
"""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, UnsupportedOperation
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules


class Api:
    """The session, the rules and the limit of concurrent requests, common to the resource clients of one platform. A
    platform adds its URLs and headers."""

    def __init__(self, session: Session, rules: Rules, parallel: int = 8, region: str | None = None) -> None:
        self.session = session
        self.rules = rules
        self.parallel = parallel
        #: The region in the records of servers.
        self.region = region
        #: Whether servers of other projects are read, too; a query for servers sets it.
        self.all_projects = False
        self._withheld: dict[str, CloudError] = {}

    def supports(self, capability: str) -> bool:
        return self.rules.supports(capability)

    def require(self, capability: str) -> None:
        """Raises UnsupportedOperation if the platform does not support it."""
        self.rules.require(capability)

    def withhold(self, detail: str, error: CloudError) -> None:
        """Warns, once for each kind of ``detail``, that the cloud does not show it to the user, so it is null."""
        # setdefault is atomic: details are read concurrently.
        if self._withheld.setdefault(detail, error) is error:
            reason = error.message.rstrip(".")
            self.session.warn("The cloud does not show %s to this user, so they are null: %s." % (detail, reason))


class Resource:
    """One kind of resource of a cloud."""

    #: The capability that a platform without this resource lacks.
    capability = ""

    def __init__(self, api: Api) -> None:
        self.api = api

    def unsupported(self, capability: str = "") -> UnsupportedOperation:
        """The error of a method that the platform does not offer."""
        return self.api.rules.unsupported(capability or self.capability)
