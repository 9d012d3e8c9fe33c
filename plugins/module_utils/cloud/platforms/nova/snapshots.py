# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images created from the servers of a Nova cloud, in Glance.

Sources: the Nova API reference (``createImage``: the id of the image is in the body from microversion 2.45 on, in the
header ``Location`` below), the Image API v2 reference; E15, E29, E30 and U12 of docs/operations.yml.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import ExpectedState, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.interface import SERVER_RECORD
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.snapshot import (
    NAME_RECORD,
    Snapshot,
    SnapshotQuery,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import (
    DELETED,
    prove_deleted,
    unproven,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    identified,
    integer,
    mapping,
    name_in,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    ActionRequest,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.images import (
    image_pages,
    image_url,
    show_image,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.images import forget_images
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.snapshots import Snapshots

#: The fields of every image; the others are its properties, which contain the metadata of a snapshot.
_OWN = frozenset(
    (
        "id name status visibility size virtual_size min_disk min_ram protected os_hidden checksum os_hash_algo"
        " os_hash_value owner tags created_at updated_at disk_format container_format self file schema locations"
        " direct_url stores"
    ).split()
)
_STOPPED = "This cloud creates images of running, paused and suspended servers only: start the server first."
_PROTECTED = "The image is protected against deletion: remove the protection first, or keep the image."


class NovaSnapshots(Snapshots):
    """The images of ``/v2/images`` that were created from servers."""

    api: NovaApi
    sort_keys: Mapping[str, str] = {"created": "created_at", "updated": "updated_at", "id": "id"}

    def list(self, name: str | None = None, status: str | None = None) -> Sequence[Snapshot]:
        found = self.iterate(SnapshotQuery(name, status))
        return [image for image in found if name in (None, image.name) and status in (None, image.status)]

    def iterate(self, query: SnapshotQuery) -> Iterator[Snapshot]:
        wanted = {"limit": str(query.page_size)}
        # The type is a property of the image, by which Glance filters as by its own fields.
        for key, value in (("name", query.name), ("status", query.status), ("image_type", query.type)):
            # Glance treats a value that begins with `in:` as a list of values.
            if value and not value.startswith("in:"):
                wanted[key] = value
        if query.updated_since:
            wanted["updated_at"] = "gte:" + query.updated_since
        if query.sort_key in self.sort_keys:
            wanted.update(sort_key=self.sort_keys[query.sort_key], sort_dir="desc" if query.descending else "asc")
        for data in image_pages(self.api, wanted):
            (image,) = identified([data], "id", "list the images")
            yield snapshot(image)

    def get(self, image_id: str) -> Snapshot | None:
        found = show_image(self.api, image_id)
        return None if found is None else snapshot(found)

    def delete(self, image_id: str) -> None:
        what, url = "delete the image %s" % image_id, image_url(self.api, image_id)
        forget_images(self.api)
        try:
            prove_deleted(
                lambda: self.api.session.delete(url, what=what, expect="any"),
                lambda: self.api.session.get(url, what=what),
                what,
            )
        except CloudError as error:
            if "protected" in str(error).lower():
                error.hint = _PROTECTED
            raise


def create_image(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    metadata = dict(arguments.get("metadata") or {}, **{SERVER_RECORD: server.id, NAME_RECORD: arguments["name"]})
    body = {"createImage": {"name": arguments["name"], "metadata": metadata}}
    what = "create an image of the server %s" % server.label
    forget_images(api)
    return ActionRequest(body, answer=None, learn=_with_image, what=what, hints=(("vm_state stopped", _STOPPED),))


def delete_image(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    forget_images(api)
    return ActionRequest(
        method="DELETE",
        what="delete the image %s of the server %s" % (arguments["image_id"], server.label),
        url=image_url(api, arguments["image_id"]),
        answer=DELETED,
        gone_is_done=True,
        hints=(("protected", _PROTECTED),),
    )


def _with_image(pending: PendingAction, answer: Any) -> PendingAction:
    """The pending action that waits for the image in the response. Raises InvalidResponse for a response without
    one."""
    image_id = text(mapping(answer.body).get("image_id"))
    if not image_id:
        image_id = urlsplit(answer.headers.get("Location") or "").path.rstrip("/").rpartition("/")[2]
    if answer.status != 202 or not image_id:
        raise unproven(answer, "create an image of the server %s" % pending.label, "the response contains no image")
    return replace(pending, expected_state=ExpectedState(image=image_id))


def snapshot(data: Mapping[str, Any]) -> Snapshot:
    """An image in any response of Glance."""
    metadata = {key: str(value) for key, value in data.items() if key not in _OWN and value is not None}
    server_id = metadata.get("instance_uuid") or metadata.get(SERVER_RECORD)
    return Snapshot(
        id=text(data.get("id")) or "",
        name=name_in(data, "an image"),
        status=text(data.get("status")),
        size=integer(data.get("size")),
        min_disk_gb=integer(data.get("min_disk")),
        server_id=server_id,
        snapshot=metadata.get("image_type") == "snapshot" or bool(server_id),
        protected=data.get("protected") is True,
        created=text(data.get("created_at")),
        updated=text(data.get("updated_at")),
        metadata=metadata,
    )
