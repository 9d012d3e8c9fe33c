#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_snapshot_info
short_description: List the images that were created from cloud servers
version_added: 1.0.0
description:
  - Lists the images that were created from servers. Supported on V(openstack), V(easystack) and V(ustack).
author:
  - cloudserver.compute contributors (@cloudserver)
options:
  name:
    description:
      - Return only images with exactly this name.
    type: str
  id:
    description:
      - Return only the image with this id.
    type: str
  status:
    description:
      - Return only images in this status, such as V(active), V(queued) or V(saving).
    type: str
  server_ids:
    description:
      - Return only images of the servers with these ids. The servers may be deleted.
    type: list
    elements: str
  type:
    description:
      - Return only images of this type, the property C(image_type) of the image. Clouds set it to V(snapshot) or
        V(backup).
    type: str
  changes_since:
    description:
      - Return only images that were created or changed at this time or later, in ISO 8601. A time without an offset is
        UTC.
    type: str
  sort_key:
    description:
      - The key of the records by which to sort them. Images with the same value are sorted by id. Images without a
        value are the last ones.
      - With O(limit), the cloud sorts by V(created), V(updated) and V(id), and the module reads only as many images as
        it needs. For other keys it reads all images and sorts them.
    type: str
    choices: [created, updated, name, status, size, id]
    default: created
  sort_dir:
    description:
      - Whether to sort in ascending or descending order.
    type: str
    choices: [asc, desc]
    default: desc
  uploaded:
    description:
      - Also lists images that were not created from a server.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.cloud_role.reader
  - cloudserver.compute.sorting
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.server_snapshot
"""

EXAMPLES = r"""
- name: Find a server
  cloudserver.compute.server_info:
    cloud: production
    names: [web-01]
    fields: [name]
  register: found

- name: List the images of the server
  cloudserver.compute.server_snapshot_info:
    cloud: production
    server_ids: "{{ found.servers | map(attribute='id') }}"
    status: active

- name: Show the ten newest snapshots of this year
  cloudserver.compute.server_snapshot_info:
    cloud: production
    type: snapshot
    changes_since: "2026-01-01"
    limit: 10
"""

RETURN = r"""
snapshots:
  description: The images, sorted as O(sort_key) says, by default newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id: {description: The image's id., type: str}
    name: {description: The image's name., type: str}
    status: {description: "The image's status, V(active) when it can be used.", type: str}
    size: {description: "Its size in bytes, once it is known.", type: int}
    min_disk_gb: {description: The minimum disk in GiB of a server with this image., type: int}
    server_id: {description: The id of the server from which it was created., type: str}
    snapshot: {description: Whether it was created from a server., type: bool}
    protected: {description: Whether it is protected against deletion., type: bool}
    created: {description: When it was created., type: str}
    updated: {description: When it last changed., type: str}
    metadata: {description: The image's properties., type: dict}
"""

from dataclasses import replace
from itertools import islice
from typing import Iterable, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.snapshot import Snapshot, SnapshotQuery
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.ordering import Order, timestamp
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

SORT_KEYS = ("created", "updated", "name", "status", "size", "id")
#: The page size of a list of which only the first images are needed.
_SMALL_PAGE = 50

MODULE = ModuleSpec(
    argument_spec(
        name={"type": "str"},
        id={"type": "str"},
        status={"type": "str"},
        server_ids={"type": "list", "elements": "str"},
        type={"type": "str"},
        changes_since={"type": "str"},
        sort_key={"type": "str", "choices": list(SORT_KEYS), "default": "created"},
        sort_dir={"type": "str", "choices": ["asc", "desc"], "default": "desc"},
        limit={"type": "int"},
        uploaded={"type": "bool", "default": False},
    )
)


def _listed(context: Context, query: SnapshotQuery) -> Iterable[Snapshot]:
    image_id = context.params["id"]
    if image_id is not None:
        found = context.cloud.snapshots.get(image_id)
        return [found] if found else []
    return context.cloud.snapshots.iterate(query)


def _matches(image: Snapshot, query: SnapshotQuery, servers: Sequence[str] | None, uploaded: bool) -> bool:
    return (
        (image.snapshot or uploaded)
        and (servers is None or image.server_id in servers)
        and query.name in (None, image.name)
        and query.status in (None, image.status)
        and query.type in (None, image.type)
        and (query.updated_since is None or (image.updated or "") >= query.updated_since)
    )


def run(context: Context) -> Result:
    params = context.params
    context.cloud.require("create_image")
    order = Order.of(params["sort_key"], params["sort_dir"], params["limit"])
    query = SnapshotQuery(
        name=params["name"],
        status=params["status"] and params["status"].lower(),
        type=params["type"],
        updated_since=timestamp("changes_since", params["changes_since"]),
    )
    # The cloud sorts the list, so that further pages are not read.
    ends_early = order.limit is not None and order.key in context.cloud.snapshots.sort_keys
    if ends_early:
        size = min(query.page_size, max(order.limit or 0, _SMALL_PAGE))
        query = replace(query, sort_key=order.key, descending=order.descending, page_size=size)
    found: Iterable[Snapshot] = (
        image for image in _listed(context, query) if _matches(image, query, params["server_ids"], params["uploaded"])
    )
    if ends_early:
        found = islice(found, order.limit)
    images = order.applied(found, lambda image: image.id)
    return Result(data={"snapshots": [image.as_dict() for image in images]})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
