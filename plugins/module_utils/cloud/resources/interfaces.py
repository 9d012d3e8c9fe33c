# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports of servers."""

from __future__ import annotations

from typing import Mapping, Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.interface import Interface
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.resources.base import Resource


class Interfaces(Resource):
    """The ports of servers. Attaching and detaching are actions on servers."""

    capability = "attach_interface"

    def list(self, server_ids: Sequence[str]) -> Mapping[str, Sequence[Interface]]:
        """The ports of each server, with one request for each; a server that does not exist is omitted."""
        raise self.unsupported()
