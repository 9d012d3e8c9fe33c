# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports on the servers of a Nova cloud.

Facts: the Nova API reference (``tag`` from microversion 2.49 on); a real Nova 34, which answers 202 to the removal of
a port that it does not know; E16, E17 and U25 to U27 of docs/operations.yml.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import ExpectedState, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import ItemNotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import id_segment, path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.interface import FixedIp, Interface
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DocumentedResponse,
    unproven,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    identified,
    mapping,
    mappings,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    ActionRequest,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.interfaces import Interfaces

_HINTS = (
    ("still in use", "The port is on another server or router: detach it there first, or use another port."),
    ("requires a subnet", "Give the network a subnet first, or name a port."),
    ("subnet associated", "Give the network a subnet first, or name a port."),
    ("no more", "The network has no free address left: choose another network, or free one."),
    ("already in use", "The address is already in use: choose another one, or leave fixed_ips out."),
    ("could not be found", "Check the id, and that region and project are the intended ones."),
)


class NovaInterfaces(Interfaces):
    """``/servers/{id}/os-interface``."""

    api: NovaApi

    def list(self, server_ids: Sequence[str]) -> Mapping[str, Sequence[Interface]]:
        def read(server_id: str) -> tuple[str, Sequence[Interface]] | None:
            what = "list the ports of the server %s" % server_id
            try:
                listed = self.api.read_part(
                    "/servers/%s/os-interface" % id_segment(server_id), "interfaceAttachments", what, list
                )
            except ItemNotFound:
                return None
            return server_id, [interface(each) for each in identified(listed, "port_id", what)]

        self.api.headers()
        return dict(pair for pair in in_parallel(read, server_ids, self.api.parallel) if pair)


def attach_interface(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    wanted: dict[str, Any] = {}
    for name, key in (("port_id", "port_id"), ("network_id", "net_id"), ("fixed_ips", "fixed_ips"), ("tag", "tag")):
        if arguments.get(name):
            wanted[key] = arguments[name]
    thing = "the port %s" % arguments["port_id"] if arguments.get("port_id") else "an interface"
    what = "attach %s to the server %s" % (thing, server.label)
    body = {"interfaceAttachment": wanted}
    answer = DocumentedResponse((200, 202), "interfaceAttachment")
    return ActionRequest(
        body,
        "/os-interface",
        answer=answer,
        learn=_with_port,
        what=what,
        hints=_HINTS,
    )


def detach_interface(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    path = "/os-interface/" + path_segment(arguments["port_id"])
    what = "remove the port %s from the server %s" % (arguments["port_id"], server.label)
    return ActionRequest(path=path, method="DELETE", is_retry_safe=False, gone_is_done=True, what=what)


def _with_port(pending: PendingAction, answer: Any) -> PendingAction:
    """The pending action that waits for the port in the response: Nova has created one if the request contains a
    network."""
    port_id = text(mapping(mapping(answer.body).get("interfaceAttachment")).get("port_id"))
    if not port_id:
        raise unproven(answer, "attach an interface to the server %s" % pending.label, "the response contains no port")
    return replace(pending, expected_state=ExpectedState(ports=(port_id,)))


def interface(data: Mapping[str, Any]) -> Interface:
    """An interface of the list, in which ECS uses the keys of Nova."""
    return Interface(
        port_id=str(data["port_id"]),
        network_id=text(data.get("net_id")),
        mac=text(data.get("mac_addr")),
        state=text(data.get("port_state")),
        fixed_ips=tuple(
            FixedIp(str(each["ip_address"]), text(each.get("subnet_id")))
            for each in mappings(data.get("fixed_ips"))
            if each.get("ip_address")
        ),
        tag=text(data.get("tag")),
    )
