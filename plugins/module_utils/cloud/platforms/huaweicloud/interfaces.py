# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interfaces (NICs) of ECS: a job adds or removes one, and the list of the server shows them.

Sources: Elastic Cloud Server API Reference, "Adding NICs to an ECS in a Batch", "Deleting NICs from an ECS in a Batch",
"Querying NICs of an ECS" and "Error Codes" (Ecs.0307, which the list also returns for a server that does not exist).
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    ItemNotFound,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import id_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.interface import Interface
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_PENDING,
    JOB_SUCCEEDED,
    Job,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    ActionRequest,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import identified, part_of
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.interfaces import interface
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.interfaces import Interfaces

#: The port, or the server itself, cannot be found.
_NO_PORT = "Ecs.0307"
_HINTS = {_NO_PORT: "Check the ids of the port and of the server, and that region and project are the intended ones."}
_DETACH_HINTS = {
    **_HINTS,
    "403": "The primary interface of a server cannot be detached; any other one needs a permission for this operation.",
}


class HuaweiInterfaces(Interfaces):
    """``/cloudservers/{id}/os-interface``."""

    api: HuaweiApi

    def list(self, server_ids: Sequence[str]) -> Mapping[str, Sequence[Interface]]:
        def read(server_id: str) -> tuple[str, Sequence[Interface]] | None:
            what = "list the interfaces of the server %s" % server_id
            path = "/cloudservers/%s" % id_segment(server_id)
            try:
                answer = self.api.session.get(self.api.url(path + "/os-interface"), what=what)
            except ItemNotFound:
                return None
            except BadRequest as error:
                if error.code == _NO_PORT and not self._exists(path, server_id):
                    return None
                raise
            listed = part_of(answer.body, "interfaceAttachments", what, list)
            return server_id, [interface(each) for each in identified(listed, "port_id", what)]

        return dict(pair for pair in in_parallel(read, server_ids, self.api.parallel) if pair)

    def _exists(self, path: str, server_id: str) -> bool:
        """Whether the server exists: the code of the list does not tell a missing server from a failed query."""
        try:
            self.api.session.get(self.api.url(path), what="show the server %s" % server_id)
        except ItemNotFound:
            return False
        return True


def attach_interface(api: HuaweiApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    if arguments.get("port_id"):
        nic: dict[str, Any] = {"port_id": arguments["port_id"]}
        thing = "the port %s" % arguments["port_id"]
    else:
        nic, thing = {"subnet_id": arguments["network_id"]}, "an interface"
        for fixed in arguments.get("fixed_ips") or ():
            nic["ip_address"] = fixed["ip_address"]
        groups = arguments.get("security_groups")
        if groups:
            nic["security_groups"] = [{"id": group} for group in groups]
    what = "attach %s to the server %s" % (thing, server.label)
    return ActionRequest({"nics": [nic]}, "/nics", what=what, hints=_HINTS)


def detach_interface(api: HuaweiApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    what = "remove the port %s from the server %s" % (arguments["port_id"], server.label)
    return ActionRequest({"nics": [{"id": arguments["port_id"]}]}, "/nics/delete", what=what, hints=_DETACH_HINTS)


def verdicts(
    api: HuaweiApi, pending_actions: Sequence[PendingAction], jobs: Mapping[str, Job], known: Mapping[str, str | None]
) -> dict[str, str]:
    """The verdicts of the lists of interfaces, by server id: the end of a job is not the end of its effect, and without
    a job they are the only evidence. ``known`` are the verdicts of the jobs."""
    listed = HuaweiInterfaces(api).list([pending.server_id for pending in pending_actions])
    found = {}
    for pending in pending_actions:
        job, expected_state = jobs.get(pending.job_id or ""), pending.expected_state
        coming = set(expected_state.ports if expected_state else ())
        going = set(expected_state.no_ports if expected_state else ())
        if pending.action == "attach_interface" and not coming and job:
            coming = {part.nic_id for part in job.parts if part.nic_id}
        ports = {each.port_id for each in listed.get(pending.server_id, ())}
        if (coming or going) and coming <= ports and not going & ports:
            found[pending.server_id] = JOB_SUCCEEDED
        elif (coming or going) and known[pending.server_id] in (None, JOB_SUCCEEDED):
            found[pending.server_id] = JOB_PENDING
    return found
