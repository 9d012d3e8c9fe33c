# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Converts responses of Huawei Cloud ECS to records; pure functions.

Sources: Elastic Cloud Server API Reference, "Querying Details About ECSs" and "Querying Task Execution Status". Every
key except ``id`` may be missing or null, and numbers are strings.
"""

from __future__ import annotations

import json
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import (
    JOB_AWAITING_PAYMENT,
    JOB_FAILED,
    JOB_PENDING,
    JOB_SUCCEEDED,
    Job,
    JobPart,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    id_in,
    mapping,
    mappings,
    name_in,
    text,
    texts,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.parse import (
    addresses,
    fault,
    flavor,
    image,
    volumes,
)

_JOB_STATUS = {
    "INIT": JOB_PENDING,
    "RUNNING": JOB_PENDING,
    "SUCCESS": JOB_SUCCEEDED,
    "FAIL": JOB_FAILED,
    "PENDING_PAYMENT": JOB_AWAITING_PAYMENT,
}


def _plain(value: Any) -> str:
    """A value of the metadata, which the document describes as text; some services write numbers and booleans."""
    return value if isinstance(value, str) else json.dumps(value)


def server(data: Mapping[str, Any], platform: str, region: str | None) -> Server | None:
    """A server of the list or the show call; ``None`` for the empty record of an unknown id, which has the id. Raises
    InvalidResponse for a record without id."""
    server_id = id_in(data, "a server")
    if data.get("status") is None and data.get("name") is None:
        return None
    metadata = {key: _plain(value) for key, value in mapping(data.get("metadata")).items() if value is not None}
    named = image(data.get("image"))
    return Server(
        id=server_id,
        platform=platform,
        region=region,
        name=name_in(data, "a server"),
        status=text(data.get("status")),
        task_state=text(data.get("OS-EXT-STS:task_state")) or None,
        locked=data["locked"] if isinstance(data.get("locked"), bool) else None,
        addresses=addresses(data.get("addresses")),
        flavor=flavor(data.get("flavor")),
        image=Image(named.id, text(metadata.get("image_name"))),
        key_name=text(data.get("key_name")) or None,
        tags=texts(data.get("tags")),
        metadata=metadata,
        availability_zone=text(data.get("OS-EXT-AZ:availability_zone")) or None,
        host=text(data.get("OS-EXT-SRV-ATTR:host")) or None,
        description=text(data.get("description")),
        created=text(data.get("created")),
        updated=text(data.get("updated")),
        launched_at=text(data.get("OS-SRV-USG:launched_at")),
        fault=fault(data.get("fault")),
        enterprise_project_id=text(data.get("enterprise_project_id")),
        volumes=volumes(data.get("os-extended-volumes:volumes_attached")),
        hostname=text(data.get("OS-EXT-SRV-ATTR:hostname")) or None,
        root_device_name=text(data.get("OS-EXT-SRV-ATTR:root_device_name")) or None,
        raw=data,
    )


def job(data: Mapping[str, Any], job_id: str) -> Job:
    """The job with that id and its sub jobs. A running job has no ``error_code`` and an empty ``end_time``."""
    entities = mapping(data.get("entities"))
    parts = [_part(sub) for sub in mappings(entities.get("sub_jobs"))]
    if not parts and entities.get("server_id"):
        parts = [_part(data)]
    return Job(
        id=job_id,
        status=_JOB_STATUS.get(str(data.get("status") or "").upper(), JOB_PENDING),
        type=text(data.get("job_type")),
        begin_time=text(data.get("begin_time")) or None,
        end_time=text(data.get("end_time")) or None,
        code=text(data.get("error_code")) or None,
        message=text(data.get("fail_reason")) or None,
        parts=tuple(parts),
    )


def _part(data: Mapping[str, Any]) -> JobPart:
    entities = mapping(data.get("entities"))
    return JobPart(
        server_id=text(entities.get("server_id")),
        status=_JOB_STATUS.get(str(data.get("status") or "").upper(), JOB_PENDING),
        code=text(data.get("error_code")) or None,
        message=text(data.get("fail_reason")) or text(entities.get("errorcode_message")) or None,
    )
