# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rebuilding servers of a Nova cloud.

Facts: the Nova API reference (rebuild: ``key_name`` from microversion 2.54, ``user_data`` from 2.57, another image for
a volume-backed server from 2.93), the Image API v2 reference; E26, E29 and E57 of the operations list.
"""

from __future__ import annotations

from typing import Any, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import REBUILD, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import (
    RebuildSpec,
    metadata_wanted,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.concurrency import ask_each
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import DocumentedResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    ActionRequest,
    NovaActions,
)


class NovaRebuild(NovaActions):
    """``rebuild``."""

    def rebuild(self, orders: Sequence[tuple[Server, RebuildSpec]]) -> list[PendingAction]:
        self.require(REBUILD)
        self.headers()

        def ask(pair: tuple[Server, RebuildSpec]) -> PendingAction:
            server, order = pair
            ticket = PendingAction(server.id, REBUILD, server.name, image_id=order.image_id)
            body = {"rebuild": _rebuild(server, order)}
            order_of_it = ActionRequest(body, answer=DocumentedResponse((202,), "server"))
            return self._ask(ticket, order_of_it, "rebuild the server %s" % server.label)

        return ask_each(ask, orders, self.parallel)


def _rebuild(server: Server, order: RebuildSpec) -> dict[str, Any]:
    wanted: dict[str, Any] = {"imageRef": order.image_id}
    for key, value in (("adminPass", order.password), ("key_name", order.key_name), ("user_data", order.user_data)):
        if value:
            wanted[key] = value
    metadata = metadata_wanted(server, order)
    if metadata:
        # A rebuild replaces the whole of it; nobody asked to lose the rest.
        wanted["metadata"] = {**{key: str(value) for key, value in server.metadata.items()}, **metadata}
    return wanted
