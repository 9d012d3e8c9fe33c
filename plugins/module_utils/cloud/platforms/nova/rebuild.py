# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rebuilding servers of a Nova cloud.

Facts: the Nova API reference (rebuild: ``key_name`` from microversion 2.54, ``user_data`` from 2.57, another image for
a volume-backed server from 2.93), the Image API v2 reference; E26, E29 and E57 of docs/operations.yml.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.actions import PendingAction
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.rebuild import (
    RebuildSpec,
    metadata_wanted,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.models.server import Server
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.evidence import DocumentedResponse
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.json_body import mapping, text
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.actions import (
    ActionRequest,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.platforms.nova.api import NovaApi


def rebuild(api: NovaApi, server: Server, arguments: Mapping[str, Any]) -> ActionRequest:
    spec: RebuildSpec = arguments["spec"]
    body = {"rebuild": _rebuild(server, spec)}
    answer = DocumentedResponse((202,), "server")
    return ActionRequest(body, answer=answer, image_id=spec.image_id, learn=_with_password)


def _with_password(pending: PendingAction, answer: Any) -> PendingAction:
    """The pending action with the password of the response: that of the request, or one that Nova generated."""
    return replace(pending, password=text(mapping(mapping(answer.body).get("server")).get("adminPass")))


def _rebuild(server: Server, order: RebuildSpec) -> dict[str, Any]:
    wanted: dict[str, Any] = {"imageRef": order.image_id}
    for key, value in (
        ("name", order.name),
        ("adminPass", order.password),
        ("key_name", order.key_name),
        ("user_data", order.user_data),
    ):
        if value:
            wanted[key] = value
    metadata = metadata_wanted(server, order)
    if metadata:
        # A rebuild replaces all metadata; the other keys must be kept.
        wanted["metadata"] = {**{key: str(value) for key, value in server.metadata.items()}, **metadata}
    return wanted
