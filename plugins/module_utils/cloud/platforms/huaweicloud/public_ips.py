# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The elastic IP addresses (EIPs) of Huawei Cloud.

Sources: Elastic IP API Reference, "Querying EIPs" and "Updating an EIP": without ``port_id``, or with an empty one, it
is unbound; a port that has another EIP is an error, and so is a request that is sent twice.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import Network
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.public_ip import PublicIp
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import DocumentedResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    ActionRequest,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.interfaces import (
    HuaweiInterfaces,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import id_in, text
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.public_ips import (
    port_of_address,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.public_ips import PublicIps


class HuaweiPublicIps(PublicIps):
    """``/publicips`` of the VPC service."""

    api: HuaweiApi

    def list(self) -> Sequence[PublicIp]:
        project = self.api.enterprise_project_id
        listed = self.api.session.by_marker(
            _url(self.api),
            "publicips",
            params={"enterprise_project_id": project or None},
            limit=1000,
            what="list the elastic IP addresses",
        )
        return [_public_ip(data) for data in listed]

    def networks(self) -> Sequence[Network]:
        return ()


def bind_public_ip(api: HuaweiApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    port_id = port_of_address(HuaweiInterfaces(api), server, arguments["fixed_address"])
    what = "bind the elastic IP address %s to the server %s" % (arguments["address"], server.label)
    return _put(api, arguments["id"], port_id, what)


def unbind_public_ip(api: HuaweiApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    what = "unbind the elastic IP address %s from the server %s" % (arguments["address"], server.label)
    return _put(api, arguments["id"], "", what)


def _put(api: HuaweiApi, public_ip_id: str, port_id: str, what: str) -> ActionRequest:
    return ActionRequest(
        {"publicip": {"port_id": port_id}},
        method="PUT",
        url="%s/%s" % (_url(api), path_segment(public_ip_id)),
        job=False,
        is_retry_safe=False,
        answer=DocumentedResponse((200,), "publicip"),
        # It has no port where the address is not bound.
        shows=lambda found: (found.get("port_id") or "") == port_id,
        what=what,
    )


def _url(api: HuaweiApi) -> str:
    return api.url("/publicips", service="network")


def _public_ip(data: Mapping[str, Any]) -> PublicIp:
    return PublicIp(
        id_in(data, "an elastic IP address"),
        id_in(data, "an elastic IP address", "public_ip_address"),
        text(data.get("port_id")) or None,
    )
