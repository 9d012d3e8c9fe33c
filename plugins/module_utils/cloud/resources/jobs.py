# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.job import Job
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Jobs(Resource):
    """The asynchronous jobs of the cloud."""

    capability = "job"

    def get(self, job_id: str) -> Job:
        """The job; its status is ``vanished`` if the cloud does not know it."""
        raise self.unsupported()
