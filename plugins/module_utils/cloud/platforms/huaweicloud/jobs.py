# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs of Huawei Cloud ECS.

Sources: Elastic Cloud Server API Reference, "Querying Task Execution Status"; docs/operations.yml lists the calls.
"""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import BadRequest, ItemNotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import JOB_VANISHED, Job
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud import parse as records
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    part_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.jobs import Jobs


class HuaweiJobs(Jobs):
    """``/jobs/{id}``."""

    api: HuaweiApi

    def get(self, job_id: str) -> Job:
        what = "read the job %s" % job_id
        try:
            answer = self.api.session.get(self.api.url("/jobs/%s" % path_segment(job_id)), what=what)
        except ItemNotFound:
            return Job(id=job_id, status=JOB_VANISHED, message="the cloud has no job with this id (any more)")
        except BadRequest as error:
            if error.code == "Common.0011":
                return Job(id=job_id, status=JOB_VANISHED, code=error.code, message=error.message)
            raise
        part_of(answer.body, "status", what, str)
        return records.job(answer.body, job_id)
