# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The floating IP addresses of Neutron. Source: the Networking API v2 reference, "Floating IPs"; ``port_details``,
which has the server, needs the extension fip-port-details."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.address import canonical_address
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.network import Network
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.public_ip import PublicIp
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
    has,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    mapping,
    name_in,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import ActionRequest
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.interfaces import NovaInterfaces
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.networks import network_url
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.interfaces import Interfaces
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.public_ips import PublicIps

_HINTS = (
    ("not reachable from subnet", "Connect the network of the server to the external network with a router first."),
    ("already has a floating ip", "Another floating IP address was bound to this interface: unbind it first."),
    ("current revision is", "Another task has changed the address meanwhile: run the task again."),
    ("could not be found", "Check the address, and that region and project are the intended ones."),
)


class NovaPublicIps(PublicIps):
    """``/v2.0/floatingips`` of the network service."""

    api: NovaApi

    def list(self) -> Sequence[PublicIp]:
        listed = self.api.session.by_marker(
            network_url(self.api, "floatingips"), "floatingips", limit=1000, what="list the floating IP addresses"
        )
        return [_public_ip(data) for data in listed]

    def networks(self) -> Sequence[Network]:
        listed = self.api.session.by_marker(
            network_url(self.api, "networks"),
            "networks",
            params={"router:external": "true"},
            limit=1000,
            what="list the external networks",
        )
        return [Network(id_in(data, "a network"), name_in(data, "a network")) for data in listed]


def bind_public_ip(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    port_id = port_of_address(NovaInterfaces(api), server, arguments["fixed_address"])
    what = "bind the floating IP address %s to the server %s" % (arguments["address"], server.label)
    request = _put(api, arguments["id"], {"port_id": port_id, "fixed_ip_address": arguments["fixed_address"]}, what)
    if arguments.get("revision") is None:
        return request
    # Otherwise Neutron would take an address that another task has bound meanwhile. A repetition would be refused.
    headers = {"If-Match": "revision_number=%d" % arguments["revision"]}
    return replace(request, headers=headers, is_retry_safe=False)


def make_public_ip(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    """A new address, bound by the same request: an interface has one at most, so a second request is refused."""
    port_id = port_of_address(NovaInterfaces(api), server, arguments["fixed_address"])
    wanted = {
        "floating_network_id": arguments["network_id"],
        "port_id": port_id,
        "fixed_ip_address": arguments["fixed_address"],
    }
    return ActionRequest(
        {"floatingip": wanted},
        url=network_url(api, "floatingips"),
        answer=DocumentedResponse((201,), "floatingip"),
        shows=has({"port_id": port_id}),
        what="make a floating IP address for the server %s" % server.label,
        hints=_HINTS,
    )


def release_public_ip(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    return ActionRequest(
        method="DELETE",
        url="%s/%s" % (network_url(api, "floatingips"), path_segment(arguments["id"])),
        answer=DocumentedResponse((204,)),
        is_retry_safe=False,
        gone_is_done=True,
        what="release the floating IP address %s of the server %s" % (arguments["address"], server.label),
    )


def unbind_public_ip(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    what = "unbind the floating IP address %s from the server %s" % (arguments["address"], server.label)
    return _put(api, arguments["id"], {"port_id": None}, what)


def _put(api: NovaApi, public_ip_id: str, wanted: Mapping[str, Any], what: str) -> ActionRequest:
    return ActionRequest(
        {"floatingip": wanted},
        method="PUT",
        url="%s/%s" % (network_url(api, "floatingips"), path_segment(public_ip_id)),
        answer=DocumentedResponse((200,), "floatingip"),
        shows=has({"port_id": wanted["port_id"]}),
        what=what,
        hints=_HINTS,
    )


def port_of_address(interfaces: Interfaces, server: Server, fixed_address: str) -> str:
    """The id of the port with that private address. Raises CloudError."""
    for each in interfaces.list([server.id]).get(server.id, ()):
        if fixed_address in [canonical_address(fixed.ip) for fixed in each.fixed_ips]:
            return each.port_id
    raise CloudError("Could not bind a public address: no interface has the address %s any more." % fixed_address)


def _public_ip(data: Mapping[str, Any]) -> PublicIp:
    revision = data.get("revision_number")
    return PublicIp(
        id_in(data, "a floating IP address"),
        id_in(data, "a floating IP address", "floating_ip_address"),
        text(data.get("port_id")) or None,
        text(mapping(data.get("port_details")).get("device_id")) or None,
        text(data.get("floating_network_id")) or None,
        revision if isinstance(revision, int) else None,
    )
