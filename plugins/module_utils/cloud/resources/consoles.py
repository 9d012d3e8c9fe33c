# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Consoles of servers."""

from __future__ import annotations

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.console import Console
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Consoles(Resource):
    """The consoles of a server."""

    capability = "console"

    def create(self, server: Server, kind: str) -> Console:
        """A new URL of the server's console of this type, a key of PROTOCOLS; it is valid for some minutes."""
        raise self.unsupported()

    def get_output(self, server: Server, lines: int | None = None) -> str:
        """The last lines of the server's serial console; all lines that the cloud has stored if ``None``."""
        raise self.unsupported("console_output")
