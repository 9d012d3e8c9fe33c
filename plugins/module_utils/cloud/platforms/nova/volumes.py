# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes on the servers of a Nova cloud.

Facts: the Nova API reference (``tag`` from microversion 2.49 on, several servers of one volume from 2.60 on,
``delete_on_termination`` from 2.79 on, changed from 2.85 on); E18, E19, U20 and U21 of docs/operations.yml.
The Block Storage API v3 reference, "List accessible volumes".
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Iterator, Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import (
    BadRequest,
    CloudError,
    ItemNotFound,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.concurrency import in_parallel
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import id_segment, path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.volume import (
    AttachedVolumes,
    Volume,
    VolumeAttachment,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import DocumentedResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    identified,
    name_in,
    part_of,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    ActionRequest,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.volumes import Volumes

_HINTS = (
    ("to reserve, but the current", "The volume is not available; wait until its current task has ended."),
    ("in-use", "The volume is on another server: detach it there first."),
    ("already attached", "The volume is on another server: detach it there first."),
    ("could not be found", "Check the volume's id, and that region and project are the intended ones."),
    ("status must be", "The volume is not available; wait until its current task has ended, or detach it first."),
)


class NovaVolumes(Volumes):
    """``/servers/{id}/os-volume_attachments``, and ``/volumes`` of the volume service."""

    api: NovaApi

    def list(self, server_ids: Sequence[str]) -> Mapping[str, AttachedVolumes]:
        def read(server_id: str) -> tuple[str, AttachedVolumes] | None:
            what = "list the volumes of the server %s" % server_id
            try:
                listed = self.api.read_part(
                    "/servers/%s/os-volume_attachments" % id_segment(server_id), "volumeAttachments", what, list
                )
            except ItemNotFound:
                return None
            found = tuple(_attachment(each) for each in identified(listed, "volumeId", what))
            return server_id, AttachedVolumes(found)

        self.api.headers()
        return dict(pair for pair in in_parallel(read, server_ids, self.api.parallel) if pair)

    def find(self, name: str | None = None) -> Iterator[Volume]:
        pages = self.api.session.by_marker(
            _volume_url(self.api, "volumes"), "volumes", params={"name": name}, limit=1000, what="list the volumes"
        )
        for data in pages:
            found = Volume(id_in(data, "a volume"), name_in(data, "a volume"))
            if name in (None, found.name):
                yield found


def _volume_url(api: NovaApi, path: str) -> str:
    """The URL of a call of the volume service, whose endpoint may have the version and the project."""
    base = str(api.session.auth.endpoint("volume"))
    if not re.search(r"/v\d+(\.\d+)?(/[^/]+)?$", base):
        base += "/v3"
    if re.search(r"/v\d+(\.\d+)?$", base):
        base += "/" + path_segment(api.session.auth.project_id)
    return "%s/%s" % (base, path)


def attach_volume(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    wanted = {"volumeId": arguments["volume_id"]}
    for name in ("device", "tag", "delete_on_termination"):
        if arguments.get(name) is not None:
            wanted[name] = arguments[name]
    what = "attach the volume %s to the server %s" % (arguments["volume_id"], server.label)
    # UnitedStack responds when it has accepted it, plain Nova when it is done.
    answer = DocumentedResponse((200, 202), "volumeAttachment")
    body = {"volumeAttachment": wanted}
    return ActionRequest(body, "/os-volume_attachments", answer=answer, what=what, hints=_HINTS)


def detach_volume(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    path = "/os-volume_attachments/" + path_segment(arguments["volume_id"])
    # Nova rejects a second request while it is being detached.
    what = "detach the volume %s from the server %s" % (arguments["volume_id"], server.label)
    explain = partial(_explain, api, arguments["volume_id"])
    return ActionRequest(path=path, method="DELETE", is_retry_safe=False, gone_is_done=True, what=what, explain=explain)


def _explain(api: NovaApi, volume_id: str, error: CloudError) -> None:
    """Completes the refusal of a volume that another task detaches from another server: it is free again soon."""
    if not (isinstance(error, BadRequest) and "status must be 'in-use'" in error.message):
        return
    what = "read the volume %s" % volume_id
    try:
        response = api.session.get(_volume_url(api, "volumes/" + path_segment(volume_id)), what=what)
        status = text(part_of(response.body, "volume", what).get("status"))
    except CloudError:
        # The user may not be allowed to read volumes: the refusal itself remains.
        return
    error.message = "%s: the volume is in status %s" % (error.message.rstrip("."), status)
    error.is_busy = status in ("detaching", "in-use")


def update_volume(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    volume_id = arguments["volume_id"]
    # With another volumeId it would swap the volumes.
    wanted = {"volumeId": volume_id, "delete_on_termination": arguments["delete_on_termination"]}
    return ActionRequest(
        {"volumeAttachment": wanted},
        "/os-volume_attachments/" + path_segment(volume_id),
        method="PUT",
        what="set delete_on_termination of the volume %s on the server %s" % (volume_id, server.label),
    )


def _attachment(data: Mapping[str, Any]) -> VolumeAttachment:
    kept = data.get("delete_on_termination")
    return VolumeAttachment(
        volume_id=str(data["volumeId"]),
        device=text(data.get("device")),
        tag=text(data.get("tag")),
        delete_on_termination=kept if isinstance(kept, bool) else None,
    )
