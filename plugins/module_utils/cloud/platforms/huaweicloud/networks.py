# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VPCs, subnets and ports of Huawei Cloud.

Sources: Virtual Private Cloud API Reference, "Querying VPCs", "Querying Subnets" and "Querying Ports"; the models of
the vendor's SDK. Only the list of ports has a filter by name. The id of a subnet is the network id that ECS takes.
"""

from __future__ import annotations

from typing import Iterator

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import Network
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import id_in, name_in
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.networks import Networks

#: The kinds of lists that can be limited to an enterprise project.
_OF_ENTERPRISE_PROJECTS = ("vpcs", "ports")


class HuaweiNetworks(Networks):
    """``/vpcs``, ``/subnets`` and ``/ports`` of the VPC service."""

    api: HuaweiApi
    network_kind = "subnets"

    def find(self, kind: str, name: str | None = None, within: str | None = None) -> Iterator[Network]:
        project = self.api.enterprise_project_id if kind in _OF_ENTERPRISE_PROJECTS else None
        pages = self.api.session.by_marker(
            self.api.url("/" + kind, service="network"),
            kind,
            params={
                "name": name if kind == "ports" else None,
                "vpc_id": within if kind == "subnets" else None,
                "enterprise_project_id": project or None,
            },
            limit=1000,
            what="list the " + ("VPCs" if kind == "vpcs" else kind),
        )
        what = "a VPC" if kind == "vpcs" else "a " + kind.rstrip("s")
        for data in pages:
            found = Network(id_in(data, what), name_in(data, what))
            if name in (None, found.name):
                yield found
