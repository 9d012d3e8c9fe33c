# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setting passwords and metadata on a Nova cloud.

Facts: the Nova API reference; operations E28, E57, E58 and U11 of docs/operations.yml.
"""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    ActionRequest,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi


def change_password(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    what = "set the password of the server %s" % server.label
    return ActionRequest({"changePassword": {"adminPass": arguments["password"]}}, what=what)
