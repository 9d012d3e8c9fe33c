# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of a Nova server between its creation and its end.

Facts: the Nova API reference (tags from microversion 2.26 on, a reason of a lock from 2.73, hostname from 2.90);
E12-E14, E23-E25, E27, E32, E33, E57, E58, U05 and U06 of the operations list.
"""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova_asking import NovaAsking, Order
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.proof import (
    DELETED,
    Documented,
    has,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import Server

Arguments = Mapping[str, Any]
#: The metadata as it is then.
METADATA = Documented((200,), "metadata")


class NovaLifecycle(NovaAsking):
    """The deeds of new_server.py."""

    def _order_update(self, server: Server, arguments: Arguments) -> Order:
        for name in ("description", "hostname"):
            if name in arguments:
                self.require(name + "s")

        def shows(found: Any) -> bool:
            asked = {key: arguments[key] for key in ("name", "description") if key in arguments}
            return all(found.get(key, value) == value for key, value in asked.items())

        answer = Documented((200,), "server")
        return Order({"server": dict(arguments)}, path="", method="PUT", answer=answer, shows=shows)

    def _order_set_metadata(self, server: Server, arguments: Arguments) -> Order:
        # The same keys and values once more change nothing.
        wanted = dict(arguments["metadata"])
        return Order(
            {"metadata": wanted}, path="/metadata", repeatable=True, answer=METADATA, shows=has(wanted)
        )

    def _order_remove_metadata(self, server: Server, arguments: Arguments) -> Order:
        path = "/metadata/%s" % path_segment(arguments["key"])
        what = "remove the key %s from the metadata of" % arguments["key"]
        return Order(path=path, method="DELETE", answer=Documented((204,)), gone_is_done=True, what=what)

    def _order_replace_metadata(self, server: Server, arguments: Arguments) -> Order:
        # The whole is replaced, so what others have set since the server was listed is read first.
        what = "read the metadata of the server %s" % server.label
        there = dict(self._get("/servers/%s/metadata" % path_segment(server.id), "metadata", what))
        whole = {key: value for key, value in there.items() if key not in arguments["remove"]}
        wanted = {**whole, **arguments["set"]}
        return Order({"metadata": wanted}, path="/metadata", method="PUT", answer=METADATA, shows=has(wanted))

    def _order_set_tags(self, server: Server, arguments: Arguments) -> Order:
        wanted = list(arguments["tags"])
        answer = Documented((200,), "tags", list)
        # Nova gives them in an order of its own.
        return Order(
            {"tags": wanted}, path="/tags", method="PUT", answer=answer, shows=lambda found: set(found) == set(wanted)
        )

    def _order_lock(self, server: Server, arguments: Arguments) -> Order:
        reason = arguments.get("reason")
        told = {"locked_reason": reason} if reason and self.version >= (2, 73) else None
        return Order({"lock": told}, repeatable=True)

    def _order_unlock(self, server: Server, arguments: Arguments) -> Order:
        return Order({"unlock": None}, repeatable=True)

    def _order_reset_state(self, server: Server, arguments: Arguments) -> Order:
        return Order({"os-resetState": {"state": arguments["state"]}}, repeatable=True)

    def _order_resize(self, server: Server, arguments: Arguments) -> Order:
        return Order({"resize": {"flavorRef": arguments["flavor_id"]}})

    def _order_confirm_resize(self, server: Server, arguments: Arguments) -> Order:
        return Order({"confirmResize": None}, answer=Documented((204, 202)))

    def _order_revert_resize(self, server: Server, arguments: Arguments) -> Order:
        return Order({"revertResize": None})

    def _order_delete(self, server: Server, arguments: Arguments) -> Order:
        # Not sent again by itself: Nova can lose a server's state for good where it is deleted while it is deleting.
        return Order(None, path="", method="DELETE", repeatable=False, answer=DELETED)

    def _order_restore(self, server: Server, arguments: Arguments) -> Order:
        return Order({"restore": None})

    def _order_purge(self, server: Server, arguments: Arguments) -> Order:
        return Order({"forceDelete": None})
