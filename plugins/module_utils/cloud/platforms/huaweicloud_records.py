# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an answer of Huawei Cloud ECS becomes a record; pure functions.

Facts: huawei-facts 3.3 (servers), 3.7 (jobs). Every key but ``id`` may be missing or null, and numbers come as text.
"""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova_records import (
    addresses,
    fault,
    flavor,
    image,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.records import (
    AWAITING_PAYMENT,
    FAILED,
    PENDING,
    SUCCEEDED,
    Image,
    Job,
    JobPart,
    Server,
)

_JOB_STATUS = {
    "INIT": PENDING,
    "RUNNING": PENDING,
    "SUCCESS": SUCCEEDED,
    "FAIL": FAILED,
    "PENDING_PAYMENT": AWAITING_PAYMENT,
}


def server(data: Mapping[str, Any], platform: str, region: str | None) -> Server | None:
    """A server of the list or the show call; ``None`` for the empty record that an unknown id comes back as."""
    if data.get("status") is None and data.get("name") is None:
        return None
    metadata = {key: value for key, value in (data.get("metadata") or {}).items() if value is not None}
    named = image(data.get("image"))
    return Server(
        id=data["id"],
        platform=platform,
        region=region,
        name=data.get("name"),
        status=data.get("status"),
        task_state=data.get("OS-EXT-STS:task_state") or None,
        locked=data.get("locked"),
        addresses=addresses(data.get("addresses")),
        flavor=flavor(data.get("flavor")),
        image=Image(named.id, metadata.get("image_name")),
        key_name=data.get("key_name") or None,
        tags=tuple(data.get("tags") or ()),
        metadata=metadata,
        availability_zone=data.get("OS-EXT-AZ:availability_zone") or None,
        host=data.get("OS-EXT-SRV-ATTR:host") or None,
        description=data.get("description"),
        created=data.get("created"),
        updated=data.get("updated"),
        launched_at=data.get("OS-SRV-USG:launched_at"),
        fault=fault(data.get("fault")),
        enterprise_project_id=data.get("enterprise_project_id"),
        raw=data,
    )


def job(data: Mapping[str, Any]) -> Job:
    """A job with its sub jobs. A running job has no ``error_code`` and an empty ``end_time``."""
    entities = data.get("entities") or {}
    parts = [_part(sub) for sub in entities.get("sub_jobs") or ()]
    if not parts and entities.get("server_id"):
        parts = [_part(dict(data, entities=entities))]
    return Job(
        id=data.get("job_id") or "",
        status=_JOB_STATUS.get(str(data.get("status") or "").upper(), PENDING),
        type=data.get("job_type"),
        begin_time=data.get("begin_time") or None,
        end_time=data.get("end_time") or None,
        code=data.get("error_code") or None,
        message=data.get("fail_reason") or None,
        parts=tuple(parts),
    )


def _part(data: Mapping[str, Any]) -> JobPart:
    entities = data.get("entities") or {}
    return JobPart(
        server_id=entities.get("server_id"),
        status=_JOB_STATUS.get(str(data.get("status") or "").upper(), PENDING),
        code=data.get("error_code") or None,
        message=data.get("fail_reason") or entities.get("errorcode_message") or None,
    )
