# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names the flavors to which a server can be resized, for the message of a resize that the cloud cannot do."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.servers.resize import label
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.wording import shortened

#: The maximum number of flavors in a message.
_MOST = 10


class ResizableFlavors:
    """The list is read only for a message, and once for the servers of one flavor and one zone."""

    def __init__(self, cloud: Compute) -> None:
        self.cloud = cloud
        self._sentences: dict[tuple[str, str | None], str] = {}

    def sentence(self, server: Server) -> str:
        """The flavors to choose from; empty if the platform does not list them, or the list cannot be read: the message
        is then complete without them."""
        if not server.id or not self.cloud.supports("resize_flavors"):
            return ""
        key = label(server.flavor), server.availability_zone
        if key not in self._sentences:
            self._sentences[key] = self._read(server)
        return self._sentences[key]

    def _read(self, server: Server) -> str:
        try:
            listed = self.cloud.flavors.list_resizable(server.id)
        except CloudError:
            return ""
        zone, rules = server.availability_zone, self.cloud.rules
        names = sorted(each.name or each.id for each in listed if not rules.flavor_problem(each, zone))
        place = " in %s" % zone if zone else ""
        if not names:
            return "A server of the flavor %s cannot be resized to any flavor that is on sale%s." % (
                label(server.flavor), place,
            )  # fmt: skip
        return "A server of the flavor %s%s can be resized to: %s." % (
            label(server.flavor), place, shortened(names, _MOST),
        )  # fmt: skip
