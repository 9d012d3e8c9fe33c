#!/usr/bin/python
# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_snapshot_info
short_description: List the images that were created from cloud servers
version_added: 0.1.0
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
  uploaded:
    description:
      - Also lists images that were not created from a server.
    type: bool
    default: false
extends_documentation_fragment:
  - cloudserver.compute.connection
  - cloudserver.compute.attributes
  - cloudserver.compute.attributes.info
seealso:
  - module: cloudserver.compute.server_snapshot
"""

EXAMPLES = r"""
- name: List the images of a server
  cloudserver.compute.server_snapshot_info:
    cloud: production
    server_ids: ["{{ server.id }}"]
    status: active
"""

RETURN = r"""
snapshots:
  description: The images, newest first.
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
    metadata: {description: The image's properties., type: dict}
"""

from typing import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.snapshot import Snapshot
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.arguments import argument_spec
from ansible_collections.cloudserver.compute.plugins.module_utils.runner.module import (
    Context,
    ModuleSpec,
    Result,
    run_as_module,
)

MODULE = ModuleSpec(
    argument_spec(
        name={"type": "str"},
        id={"type": "str"},
        status={"type": "str"},
        server_ids={"type": "list", "elements": "str"},
        uploaded={"type": "bool", "default": False},
    )
)


def _listed(context: Context) -> Sequence[Snapshot]:
    name, status, image_id = (context.params[key] for key in ("name", "status", "id"))
    if image_id is not None:
        found = context.cloud.snapshots.get(image_id)
        return [found] if found else []
    return context.cloud.snapshots.list(name, status and status.lower())


def run(context: Context) -> Result:
    name, status, servers = (context.params[key] for key in ("name", "status", "server_ids"))
    context.cloud.require("create_image")
    found = [
        image
        for image in _listed(context)
        if (image.snapshot or context.params["uploaded"])
        and (servers is None or image.server_id in servers)
        and name in (None, image.name)
        and (status is None or image.status == status.lower())
    ]
    found.sort(key=lambda image: (image.created or "", image.id), reverse=True)
    return Result(data={"snapshots": [image.as_dict() for image in found]})


def main() -> None:
    run_as_module(MODULE, run)


if __name__ == "__main__":
    main()
