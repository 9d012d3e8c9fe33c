# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same action on several servers, as the executor requests it."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import Action, PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.client import Compute
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import RebuildSpec
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server


def act(cloud: Compute, action: str, servers: Sequence[Server], force: bool = False) -> list[PendingAction]:
    asked = Action(action, {"force": True} if force else {})
    return cloud.servers.perform([(server, asked) for server in servers])


def set_passwords(
    cloud: Compute, servers: Sequence[Server], password: str, dry_run: bool = False
) -> list[PendingAction]:
    arguments = {"password": password, "dry_run": True} if dry_run else {"password": password}
    return cloud.servers.perform([(server, Action("change_password", arguments)) for server in servers])


def rebuild(cloud: Compute, requests: Sequence[tuple[Server, RebuildSpec]]) -> list[PendingAction]:
    return cloud.servers.perform([(server, Action("rebuild", {"spec": spec})) for server, spec in requests])
