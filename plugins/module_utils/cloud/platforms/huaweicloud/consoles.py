# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Consoles of Huawei Cloud's servers: VNC in a browser, and the output of the serial console.

Sources: Elastic Cloud Server API Reference, "Obtaining the VNC-based Remote Login URL", "ShowServerConsoleOutput" and
"Obtaining ECS Management Console Logs (Discarded)"; the official SDK for Python, version 3.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError, NotFound
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.console import (
    PROTOCOLS,
    USUAL,
    Console,
    explained,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.huaweicloud.api import (
    HuaweiApi,
    is_unknown_call,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    part_of,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.consoles import Consoles

#: The length that means all lines.
_ALL = -1


class HuaweiConsoles(Consoles):
    """``/cloudservers/{id}/remote_console`` and ``/console-output``."""

    api: HuaweiApi
    #: Whether the region only has the call for the output that is compatible with Nova, which the vendor has discarded.
    _is_old = False

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

    def get_output(self, server: Server, lines: int | None = None) -> str:
        what, length = "read the console of the server", _ALL if lines is None else lines
        if not self._is_old:
            url = self.api.url("/cloudservers/%s/console-output" % path_segment(server.id))
            try:
                return _output(self._request("GET", url, what, params={"length": length}), what)
            except NotFound as error:
                if not is_unknown_call(error):
                    raise
                self._is_old = True
        url = "%s/servers/%s/action" % (self.api.endpoint, path_segment(server.id))
        body = {"os-getConsoleOutput": {"length": length}}
        return _output(self._request("POST", url, what, json=body), what)

    def _request(self, method: str, url: str, what: str, **sent: Any) -> Any:
        """The body of the response. A repeated request is safe, and no error message repeats the response."""
        try:
            answer = self.api.session.request(method, url, what=what, expect="any", is_retry_safe=True, **sent)
        except CloudError as error:
            raise explained(error, "log") from None
        return answer.body


def _output(body: Any, what: str) -> str:
    return str(part_of(body, "output", what, str))
