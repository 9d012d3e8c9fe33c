# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Huawei Cloud ECS can be asked to do to a server: a row for each action.

To add an action: a row here, its name in the platform's ``operations``, and its plan.
"""

from __future__ import annotations

from typing import Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import (
    lifecycle,
    passwords,
    rebuild,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    HuaweiAction,
)

ACTIONS: Mapping[str, HuaweiAction] = {
    # One call takes up to 1,000 servers.
    "start": HuaweiAction(send=lifecycle.start),
    "stop": HuaweiAction(send=lifecycle.stop),
    "reboot": HuaweiAction(send=lifecycle.reboot),
    "delete": HuaweiAction(send=lifecycle.delete),
    "change_password": HuaweiAction(send=passwords.change_password),
    # One server takes several calls.
    "replace_metadata": HuaweiAction(send=lifecycle.replace_metadata),
    "set_tags": HuaweiAction(send=lifecycle.set_tags),
    # One call a server.
    "rebuild": HuaweiAction(rebuild.rebuild),
    "update": HuaweiAction(lifecycle.update),
    "set_metadata": HuaweiAction(lifecycle.set_metadata),
    "remove_metadata": HuaweiAction(lifecycle.remove_metadata),
    "lock": HuaweiAction(lifecycle.lock),
    "unlock": HuaweiAction(lifecycle.unlock),
    "resize": HuaweiAction(lifecycle.resize),
}
