# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Migrates servers of a Nova cloud between hosts, for administrators.

Sources: the Nova API reference (a host for a cold migration from microversion 2.56; ``block_migration: auto`` from
2.25; ``force`` of a live migration from 2.30 and of an evacuation from 2.29, removed in 2.68; ``onSharedStorage``
removed in 2.14; from 2.95 an evacuated server is stopped); E20, E21 and E22 of docs/operations.yml; behaviour of a real
Nova 34. The arguments: ``host``, ``force``, ``block_migration``, ``password``, ``shared_storage``, each for the actions
that support it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import unproven
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import text
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    ActionRequest,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi

#: The last microversions in which a host can be forced, and in which an evacuated server keeps its power state.
_FORCING = (2, 67)
_KEEPS_POWER_STATE = (2, 94)


def migrate(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    host = arguments.get("host")
    if host:
        api.require("migrate_to_host")
    return ActionRequest({"migrate": {"host": host} if host else None})


def live_migrate(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    blocks = arguments.get("block_migration")
    body: dict[str, Any] = {"host": arguments.get("host"), "block_migration": "auto" if blocks is None else blocks}
    if api.version < (2, 25):
        body.update(block_migration=bool(blocks), disk_over_commit=False)
    if arguments.get("force"):
        api.require("force_host")
        return ActionRequest({"os-migrateLive": dict(body, force=True)}, version=_FORCING)
    return ActionRequest({"os-migrateLive": body})


def evacuate(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    body: dict[str, Any] = {}
    for key, value in (("host", arguments.get("host")), ("adminPass", arguments.get("password"))):
        if value:
            body[key] = value
    if api.version < (2, 14):
        body["onSharedStorage"] = bool(arguments.get("shared_storage"))
    if arguments.get("force"):
        api.require("force_host")
        body["force"] = True
    version = _FORCING if arguments.get("force") else _KEEPS_POWER_STATE
    return ActionRequest({"evacuate": body}, version=version, answer=None, learn=_with_evacuation)


def _with_evacuation(pending: PendingAction, answer: Any) -> PendingAction:
    """The response contains the password that Nova generated, below microversion 2.14 and if the cloud is configured
    so, and is empty otherwise."""
    password = isinstance(answer.body, dict) and "adminPass" in answer.body
    if answer.status not in (200, 202) or not (password or (not isinstance(answer.body, dict) and not answer.body)):
        raise unproven(answer, "evacuate the server %s" % pending.label, "the response is not the documented one")
    return replace(pending, password=text(answer.body["adminPass"]) if password else None)
