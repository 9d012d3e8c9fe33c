# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Common code of the resource clients of one platform: the session, the rules and the limit of concurrent requests."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.session import Session
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.rules import Rules


class Api:
    """A platform adds its URLs and headers."""

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
