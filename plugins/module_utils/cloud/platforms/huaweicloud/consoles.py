# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Consoles of Huawei Cloud's servers: VNC in a browser.

Source: Elastic Cloud Server API Reference, "Obtaining the VNC-based Remote Login URL".
"""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.console import (
    PROTOCOLS,
    USUAL,
    Console,
    explained,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import HuaweiApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    part_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.consoles import Consoles


class HuaweiConsoles(Consoles):
    """``/cloudservers/{id}/remote_console``."""

    api: HuaweiApi

    def create(self, server: Server, kind: str) -> Console:
        if kind != USUAL:
            self.api.require("console_types")
        protocol, what = PROTOCOLS[kind], "get a console of the server"
        url = self.api.url("/cloudservers/%s/remote_console" % path_segment(server.id))
        body = {"remote_console": {"protocol": protocol, "type": kind}}
        try:
            # A repeated request is safe, and no error message repeats the response.
            answer = self.api.session.request("POST", url, json=body, what=what, expect="any", is_retry_safe=True)
        except CloudError as error:
            raise explained(error, kind) from None
        found = part_of(answer.body, "remote_console", what)
        return Console(kind, protocol, part_of(found, "url", what, str))
