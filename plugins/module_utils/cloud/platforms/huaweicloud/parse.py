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
    text,
    texts,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.parse import (
    TEXTS,
    common_fields,
    image,
)

_ADDRESS_KEYS = {"port_id": "OS-EXT-IPS:port_id"}
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
        image=Image(named.id, text(metadata.get("image_name"))),
        tags=texts(data.get("tags")),
        metadata=metadata,
        enterprise_project_id=text(data.get("enterprise_project_id")),
        **common_fields(data, TEXTS, _ADDRESS_KEYS),
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
        nic_id=text(entities.get("nic_id")) or None,
    )
