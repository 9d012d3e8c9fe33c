# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ends a resize or a migration of a Nova cloud that waits in VERIFY_RESIZE."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova_asking import NovaAsking, Order
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import Server


class NovaResizeEnd(NovaAsking):
    """The deed ``confirm_resize``."""

    def _order_confirm_resize(self, server: Server, arguments: Mapping[str, Any]) -> Order:
        return Order({"confirmResize": None})
