# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""EasyStack ECS 6.2.1: Nova with a recycle bin, read from its document (easystack.* of the operations list)."""

from __future__ import annotations

from typing import Any, Dict

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.openstack import OpenStack


class EasyStack(OpenStack):
    """Nova as EasyStack ships it. Its document asks for microversions up to 2.67."""

    platform = "easystack"
    newest_tested = (2, 67)
    actions: Dict[str, Any] = dict(OpenStack.actions, start={"os-start": True}, stop={"os-stop": True})

    def _deleted_parameters(self) -> dict[str, str]:
        # The recycle bin, as the document reads it.
        return {"all_tenants": "1", "deleted": "True"}
