# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing and reinstalling the OS of an ECS.

Facts: huawei-facts 3.8 (change OS, reinstall), 4 (codes), 5.7 and 5.9; H08 of the operations list. ``/v2`` is for
images with cloud-init, ``/v1`` for those without.
"""

from __future__ import annotations

from typing import Any, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import REBUILD, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import RebuildSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.concurrency import ask_each
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    ActionRequest,
    HuaweiActions,
)

_NO_CLOUD_INIT = "Where the image has no cloud-init, set cloud_init: false."


class HuaweiRebuild(HuaweiActions):
    """``changeos`` and ``reinstallos``."""

    def rebuild(self, orders: Sequence[tuple[Server, RebuildSpec]]) -> list[PendingAction]:
        def ask(pair: tuple[Server, RebuildSpec]) -> PendingAction:
            server, wanted = pair
            word = "reinstall" if wanted.same_image else "change"
            order = ActionRequest(
                {"os-" + word: _order(wanted)}, "/%sos" % word, version="v2" if wanted.cloud_init else "v1"
            )
            ticket = PendingAction(server.id, REBUILD, server.name, image_id=wanted.image_id)
            ticket = self._ask(ticket, order, "%s the OS of %s" % (word, server.label))
            if ticket.error and ticket.error.code == "Ecs.0005" and wanted.cloud_init:
                ticket.error.hint = _NO_CLOUD_INIT
            return ticket

        self.require(REBUILD)
        return ask_each(ask, orders, self.parallel)


def _order(order: RebuildSpec) -> dict[str, Any]:
    """The part under the body's key; every name is small there, and every value is a text."""
    found: dict[str, Any] = {}
    if not order.same_image:
        found["imageid"] = order.image_id
    for key, value in (("adminpass", order.password), ("keyname", order.key_name), ("userid", order.user_id)):
        if value:
            found[key] = value
    if order.stop_running:
        found["mode"] = "withStopServer"
    if order.auto_pay:
        found["isAutoPay"] = "true"
    metadata = {}
    if order.user_data:
        metadata["user_data"] = order.user_data
    if order.encrypted is not None:
        metadata["__system__encrypted"] = "1" if order.encrypted else "0"
    if order.kms_key_id:
        metadata["__system__cmkid"] = order.kms_key_id
    if metadata:
        found["metadata"] = metadata
    return found
