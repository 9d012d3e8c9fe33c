# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers with snapshots, volumes and interfaces."""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.image import Image
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.snapshot import Snapshot
from ansible_collections.cloudserver.compute.plugins.module_utils.plans.change import Change


def server(server_id: str = "s1", image: str | None = "i", **more: Any) -> Server:
    fields = {"name": "web-" + server_id, "status": "ACTIVE", **more}
    return Server(id=server_id, platform="openstack", image=Image(image), **fields)


def planned_actions(change: Change) -> list[tuple[str, Any]]:
    return [(action.action, action.arguments) for action in change.planned_actions]


def image(name: str, created: str = "2026-01-01", server_id: str | None = "s1", **more: Any) -> Snapshot:
    fields = {"id": name + created, "status": "active", "snapshot": server_id is not None, **more}
    return Snapshot(name=name, created=created, server_id=server_id, **fields)
