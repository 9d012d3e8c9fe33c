# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs: the status of asynchronous work of a cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

JOB_PENDING = "pending"


JOB_SUCCEEDED = "succeeded"


JOB_FAILED = "failed"


JOB_AWAITING_PAYMENT = "awaiting_payment"


JOB_VANISHED = "vanished"


@dataclass(frozen=True)
class JobPart:
    """The result of a job for one server, or for one interface of it."""

    server_id: str | None
    status: str
    code: str | None = None
    message: str | None = None
    nic_id: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"server_id": self.server_id, "status": self.status, "code": self.code, "message": self.message}


@dataclass(frozen=True)
class Job:
    """Asynchronous work of the cloud: a Huawei Cloud job, or a Nova instance action. ``status`` is ``pending``,
    ``succeeded``, ``failed``, ``awaiting_payment`` or ``vanished`` (the cloud no longer knows it; Huawei Cloud deletes
    finished jobs after about a day)."""

    id: str
    status: str
    type: str | None = None
    begin_time: str | None = None
    end_time: str | None = None
    code: str | None = None
    message: str | None = None
    parts: tuple[JobPart, ...] = ()

    @property
    def finished(self) -> bool:
        return self.status not in (JOB_PENDING, JOB_AWAITING_PAYMENT)

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "status": self.status,
            "finished": self.finished,
            "begin_time": self.begin_time,
            "end_time": self.end_time,
            "code": self.code,
            "message": self.message,
            "servers": [part.as_dict() for part in self.parts],
        }
