# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova's quotas of a project.

Facts: the Nova API reference, "Limits" and "Quota sets"; Nova's code: the use of key pairs and of the members of a
group is not counted by project, and a quota set returns 0 for them.
"""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.quota import ProjectQuotas, Quota
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    integer,
    mapping,
    part_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.quotas import Quotas

#: The keys of ``absolute``, also on Huawei Cloud: the limit, and the use where the cloud returns it.
ABSOLUTE: Mapping[str, tuple[str, str | None]] = {
    "instances": ("maxTotalInstances", "totalInstancesUsed"),
    "cores": ("maxTotalCores", "totalCoresUsed"),
    "ram_mb": ("maxTotalRAMSize", "totalRAMUsed"),
    "keypairs": ("maxTotalKeypairs", None),
    "server_groups": ("maxServerGroups", "totalServerGroupsUsed"),
    "server_group_members": ("maxServerGroupMembers", None),
    "metadata_items": ("maxServerMeta", None),
}
#: The keys of a quota set, and whether Nova counts the use by project.
_QUOTA_SET: Mapping[str, tuple[str, bool]] = {
    "instances": ("instances", True),
    "cores": ("cores", True),
    "ram_mb": ("ram", True),
    "keypairs": ("key_pairs", False),
    "server_groups": ("server_groups", True),
    "server_group_members": ("server_group_members", False),
    "metadata_items": ("metadata_items", False),
}


class NovaQuotas(Quotas):
    """``/limits`` of the own project, and ``/os-quota-sets`` of another one, which checks that the project exists."""

    api: NovaApi

    def get(self, project_id: str | None = None) -> ProjectQuotas:
        self.api.require("quotas")
        if project_id is None:
            what = "read the quotas of the project"
            limits = self.api.read_part("/limits", "limits", what)
            absolute = part_of(limits, "absolute", what)
            return ProjectQuotas(self.api.session.auth.project_id, absolute_quotas(absolute, ABSOLUTE))
        self.api.require("project_quotas")
        what = "read the quotas of the project %s" % project_id
        found = self.api.read_part("/os-quota-sets/%s/detail" % path_segment(project_id), "quota_set", what)
        quotas = {name: _quota(found.get(key), counts) for name, (key, counts) in _QUOTA_SET.items()}
        return ProjectQuotas(project_id, quotas)


def absolute_quotas(absolute: Mapping[str, Any], keys: Mapping[str, tuple[str, str | None]]) -> dict[str, Quota]:
    """The quotas of a mapping with a key for each limit and each use."""
    return {
        name: Quota(integer(absolute.get(limit)), integer(absolute.get(used)) if used else None)
        for name, (limit, used) in keys.items()
    }


def _quota(entry: Any, counts: bool) -> Quota:
    """An entry of a quota set with details. ``counts``: Nova counts its use. The use includes what is reserved for a
    request in progress."""
    details = mapping(entry)
    used, reserved = integer(details.get("in_use")), integer(details.get("reserved"))
    return Quota(integer(details.get("limit")), used + (reserved or 0) if counts and used is not None else None)
