# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The quotas of a project."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.quota import ProjectQuotas
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Quotas(Resource):
    """The quotas of a project, which tasks only read."""

    capability = "quotas"

    def get(self, project_id: str | None = None) -> ProjectQuotas:
        """The quotas and their use of the connection's project, or of another one, which needs an administrator."""
        raise self.unsupported()
