# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Consoles of Nova's servers.

Facts: the Nova API reference; operation U28 of docs/operations.yml; behaviour seen on a real Nova 34.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import CloudError
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.http.paths import path_segment
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.console import (
    PROTOCOLS,
    USUAL,
    Console,
    explained,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import (
    part_of,
    text,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.consoles import Consoles

#: From here on consoles have their own path; below, they are actions, one for each protocol.
_OWN_PATH = (2, 6)
_ACTIONS = {
    "vnc": "os-getVNCConsole",
    "spice": "os-getSPICEConsole",
    "rdp": "os-getRDPConsole",
    "serial": "os-getSerialConsole",
}


class NovaConsoles(Consoles):
    """``/servers/{id}/remote-consoles``, and the actions that it replaces."""

    api: NovaApi

    def create(self, server: Server, kind: str) -> Console:
        self.api.require("console")
        if kind != USUAL:
            self.api.require("console_types")
        if kind == "webmks":
            self.api.require("console_mks")
        protocol, what = PROTOCOLS[kind], "get a console of the server"
        if self.api.version >= _OWN_PATH:
            body: Any = {"remote_console": {"protocol": protocol, "type": kind}}
            path, key = "/remote-consoles", "remote_console"
        else:
            body, path, key = {_ACTIONS[protocol]: {"type": kind}}, "/action", "console"
        found = part_of(self._of_server(server, path, body, what, kind), key, what)
        return Console(kind, protocol, part_of(found, "url", what, str))

    def get_output(self, server: Server, lines: int | None = None) -> str:
        self.api.require("console_output")
        what = "read the console of the server"
        body = {"os-getConsoleOutput": {} if lines is None else {"length": lines}}
        return text(part_of(self._of_server(server, "/action", body, what, "log"), "output", what, str)) or ""

    def _of_server(self, server: Server, path: str, body: Any, what: str, kind: str) -> Any:
        """The body of the response. A repeated request is safe, and no error message repeats the response."""
        url = "%s/servers/%s%s" % (self.api.endpoint, path_segment(server.id), path)
        try:
            answer = self.api.session.request(
                "POST", url, json=body, headers=self.api.headers(), what=what, expect="any", is_retry_safe=True
            )
        except CloudError as error:
            raise explained(error, kind) from None
        return answer.body
