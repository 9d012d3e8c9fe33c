# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The URLs of Huawei Cloud ECS: its own calls, and those that are compatible with Nova."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi


class HuaweiApi(NovaApi):
    """``endpoint`` is the URL of Nova's key pairs and zones on ECS, without microversions."""

    @property
    def endpoint(self) -> str:
        return self.url("", "v2.1")

    @property
    def enterprise_project_id(self) -> str:
        """The enterprise project of the connection; empty without one."""
        return str(self.session.settings.enterprise_project_id)

    def url(self, path: str, version: str = "v1", service: str = "compute") -> str:
        """The URL of a call of a service in the project; without ``service``, of ECS."""
        auth = self.session.auth
        return "%s/%s/%s%s" % (auth.endpoint(service), version, path_segment(auth.project_id), path)


def is_unknown_call(error: CloudError) -> bool:
    """Whether the gateway of the region reports that it has no such call, in either spelling of its codes."""
    return (error.code or "").replace("APIG.", "APIGW.") == "APIGW.0101"
