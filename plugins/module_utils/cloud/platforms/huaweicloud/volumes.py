# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""EVS disks on the servers of Huawei Cloud ECS.

Sources: Elastic Cloud Server API Reference, "Disk Management" and "Error Codes"; Elastic Volume Service API Reference,
"Querying Details About a Disk" and "Querying Details About All Disks". A server, and a shared disk, take one attachment
or detachment at a time.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import ActionStatus, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, ItemNotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import id_segment, path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server, ServerVolume
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.volume import (
    NO_VOLUMES,
    AttachedVolumes,
    Volume,
    VolumeAttachment,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import DocumentedResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.actions import (
    ActionRequest,
    codes_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    identified,
    integer,
    mapping,
    mappings,
    name_in,
    part_of,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.volumes import Volumes

#: The disk is attached to this server already; it is not attached to it.
_ATTACHED, _NOT_ATTACHED = "Ecs.0057", "Ecs.0111"
#: The disk does not exist, or is not available: the volume service shows which.
_UNAVAILABLE = "Ecs.0103"
#: Another request is attaching or detaching the disk; this ends by itself.
_PASSING = ("attaching", "detaching")
_ON_ANOTHER = "The volume is on another server: detach it there first."
_HINTS = {
    _UNAVAILABLE: "Check the volume's id, project and region, and that no other server has it.",
    "Ecs.0102": "The volume cannot be detached in its present state: wait until its current task has ended.",
    "Ecs.0104": "Detach a volume first, or choose a flavor that takes more disks.",
    "Ecs.0042": "Detach a volume first, or choose a flavor that takes more disks.",
    "Ecs.0121": "Use a volume in the availability zone of the server.",
    "Ecs.0100": "A volume is attached or detached while its server is running or stopped: wait until its current task"
    " has ended, or start it with server_power.",
    "Ecs.0617": "delete_on_termination cannot be set for a system disk, a shared disk, and a disk that is billed"
    " yearly/monthly: leave it out.",
}
#: The document says that the response has no body, and names no status. A proxy returns 200 without a body as well:
#: then the record of the server decides.
_UPDATED = DocumentedResponse((202, 204))


class HuaweiVolumes(Volumes):
    """``/cloudservers/{id}/block_device``, and ``/cloudvolumes`` of the volume service."""

    api: HuaweiApi

    def list(self, server_ids: Sequence[str]) -> Mapping[str, AttachedVolumes]:
        """``delete_on_termination`` is in the record of the server only."""

        def read(server_id: str) -> tuple[str, AttachedVolumes] | None:
            what = "list the volumes of the server %s" % server_id
            url = self.api.url("/cloudservers/%s/block_device" % id_segment(server_id))
            try:
                body = self.api.session.get(url, what=what).body
            except ItemNotFound:
                return None
            listed = identified(part_of(body, "volumeAttachments", what, list), "volumeId", what)
            free = integer(mapping(body.get("attachableQuantity")).get("free_disk"))
            return server_id, AttachedVolumes(tuple(map(_attachment, listed)), free)

        return dict(pair for pair in in_parallel(read, server_ids, self.api.parallel) if pair)

    def find(self, name: str | None = None) -> Iterator[Volume]:
        pages = self.api.session.by_marker(
            self.api.url("/cloudvolumes/detail", "v2", "volume"),
            "volumes",
            params={"name": name, "enterprise_project_id": self.api.enterprise_project_id or None},
            limit=1000,
            what="list the volumes",
        )
        for data in pages:
            found = Volume(id_in(data, "a volume"), name_in(data, "a volume"))
            # The filter by name may match a part of it.
            if name in (None, found.name):
                yield found

    def get(self, volume_id: str) -> Volume | None:
        """The volume in the volume service; ``None`` if it does not exist."""
        what = "show the volume %s" % volume_id
        try:
            body = self.api.session.get(
                self.api.url("/cloudvolumes/%s" % path_segment(volume_id), "v2", "volume"), what=what
            ).body
        except ItemNotFound:
            return None
        found = part_of(body, "volume", what)
        servers = (text(each.get("server_id")) for each in mappings(found.get("attachments")))
        return Volume(
            id_in(found, "a volume"), text(found.get("name")), text(found.get("status")), tuple(filter(None, servers))
        )


def attach_volume(api: HuaweiApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    """``delete_on_termination`` is not in this request: another action sets it afterwards."""
    volume_id = arguments["volume_id"]
    wanted = {"volumeId": volume_id}
    if arguments.get("device"):
        wanted["device"] = arguments["device"]
    return ActionRequest(
        {"volumeAttachment": wanted},
        "/attachvolume",
        # A second request is refused while the first one is attaching the volume, but only then.
        is_retry_safe=False,
        done_codes=(_ATTACHED,),
        what="attach the volume %s to the server %s" % (volume_id, server.label),
        hints=_HINTS,
        explain=partial(_explain, api, volume_id),
    )


def detach_volume(api: HuaweiApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    volume_id = arguments["volume_id"]
    flag = "?delete_flag=1" if arguments.get("force") else ""
    return ActionRequest(
        None,
        "/detachvolume/%s%s" % (path_segment(volume_id), flag),
        method="DELETE",
        is_retry_safe=False,
        done_codes=(_NOT_ATTACHED,),
        what="detach the volume %s from the server %s" % (volume_id, server.label),
        hints=_HINTS,
    )


def update_volume(api: HuaweiApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    volume_id = arguments["volume_id"]
    return ActionRequest(
        {"block_device": {"delete_on_termination": arguments["delete_on_termination"]}},
        "/block_device/%s" % path_segment(volume_id),
        method="PUT",
        job=False,
        is_retry_safe=True,
        answer=_UPDATED,
        what="set delete_on_termination of the volume %s on the server %s" % (volume_id, server.label),
        hints=_HINTS,
    )


def shown_by_disks(
    api: HuaweiApi, pending_actions: Sequence[PendingAction], found: Mapping[str, ActionStatus]
) -> dict[str, ActionStatus]:
    """The same statuses, but an action on volumes has ended when the list of the server's disks shows its result: this
    may be some time after its job has ended with SUCCESS."""
    statuses = dict(found)
    asked = [
        (pending.expected_state, found[pending.server_id], server)
        for pending, server in ((each, _server_in(found, each)) for each in pending_actions)
        if server and pending.expected_state and found[pending.server_id].verdict != JOB_FAILED
    ]
    listed = HuaweiVolumes(api).list([server.id for _state, _status, server in asked]) if asked else {}
    for expected_state, status, server in asked:
        now = _with_disks(server, listed.get(server.id, NO_VOLUMES))
        verdict = JOB_SUCCEEDED if expected_state.met(now) else JOB_PENDING
        statuses[server.id] = replace(status, server=now, verdict=verdict)
    return statuses


def _server_in(found: Mapping[str, ActionStatus], pending: PendingAction) -> Server | None:
    return found[pending.server_id].server if pending.server_id in found else None


def _with_disks(server: Server, attached: AttachedVolumes) -> Server:
    """The server with the volumes of the list of its disks, which its record may show later."""
    known = {volume.id: volume.delete_on_termination for volume in server.volumes or ()}
    volumes = tuple(
        ServerVolume(each.volume_id, each.device, each.boot_index, known.get(each.volume_id))
        for each in attached.volumes
    )
    return replace(server, volumes=volumes)


def _explain(api: HuaweiApi, volume_id: str, error: CloudError) -> None:
    """Completes a refusal that does not say what is wrong with the volume, from the volume service."""
    if _UNAVAILABLE not in codes_of(error):
        return
    try:
        volume = HuaweiVolumes(api).get(volume_id)
    except CloudError:
        # The user may not be allowed to read volumes: the refusal itself remains.
        return
    if volume is None:
        error.message = "%s: the volume could not be found" % error.message.rstrip(".")
        return
    error.message = "%s: the volume is in status %s" % (error.message.rstrip("."), volume.status)
    error.is_busy = volume.status in _PASSING
    if volume.status == "in-use":
        servers = ", ".join(volume.server_ids)
        error.hint = "The volume is on the server %s: detach it there first." % servers if servers else _ON_ANOTHER
    else:
        error.hint = "The volume is not available: wait until its current task has ended, or check it in the console."


def _attachment(data: Mapping[str, Any]) -> VolumeAttachment:
    return VolumeAttachment(
        volume_id=str(data["volumeId"]),
        device=text(data.get("device")),
        boot_index=integer(data.get("bootIndex")),
    )
